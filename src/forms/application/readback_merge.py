"""A reply becomes part of a case: a new case, with a list of what was added, changed or contradicts.

The reply is kept whole, as what it is: an entry of its own (what the offender told us, what social care
answered). Nothing that the case already says is replaced. Where the reply's schema says with `x-case` which
property of the case an answer speaks of, the two are compared; what differs is listed and left to a person.
A child who is new is added, marked as told by the offender and not verified.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from forms.application.catalogue import Catalogue, open_catalogue
from forms.application.output import write_file
from forms.application.readback import Reading
from forms.domain import wording
from forms.domain.artefact import ReturnRule
from forms.domain.case import Case, resolve
from forms.domain.nodes import is_unknown
from forms.domain.reference import document_reference
from forms.foundation.errors import InputError, OutputError, UsageError
from forms.foundation.problems import Place, Problem, errors_in

UNVERIFIED = "The offender’s own account, not verified"
_REMARK = re.compile(r"\s*\([^()]*\)\s*$")
_AGE = re.compile(r"(?:aged?\s*)?(\d{1,2})(?:\s*years?(?: old)?)?", re.I)


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that merging did or found: `what` is `added`, `changed` or `contradicts`.

    `pointer` is the place in the new case; for what contradicts, `case` and `reply` are the two texts.
    """

    what: str
    pointer: str
    label: str
    message: str
    case: str = ""
    reply: str = ""

    def as_json(self) -> dict[str, str]:
        """As `forms read` prints it."""
        shown = {"what": self.what, "pointer": self.pointer, "label": self.label, "message": self.message}
        return {**shown, "case": self.case, "reply": self.reply} if self.what == "contradicts" else shown


@dataclass(frozen=True, slots=True)
class Merged:
    """The new case's data, and what merging did and found."""

    data: Mapping[str, object] = field(repr=False)
    notes: tuple[Note, ...] = ()
    problems: tuple[Problem, ...] = ()


def merge_reply(
    reading: Reading,
    case: Case,
    *,
    outcome: str = "",
    catalogue: Catalogue | None = None,
    today: date | None = None,
) -> Merged:
    """Put a reply into a copy of a case.

    Args:
        reading: The reply, without errors.
        case: The case; it stays as it is.
        outcome: The outcome's code, where the paper has outcomes.
        catalogue: The library; the program's own if not given.
        today: The day of receipt, where the reply has no date of its own.

    Raises:
        UsageError: The paper's answers have no place in a case.
        InputError: The reply has errors, belongs to another case, or is in the case already.
    """
    rule = reading.manifest.returned
    if rule is None:
        message = "The answers to this paper have no place in a case"
        raise UsageError.of("not-mergeable", message, "Read it without --merge and type in what is needed")
    if errors := errors_in(reading.problems):
        raise InputError(*errors)
    catalogue = catalogue or open_catalogue()
    problems = _check_case(reading, case, catalogue.key)
    data = deepcopy(dict(case.data))
    merging = _Merging(reading, data, catalogue)
    merging.keep(rule, outcome, today or date.today())
    merging.compare()
    if broken := errors_in(catalogue.vocabulary.check(Case(data, case.source))):
        raise InputError(*broken)
    return Merged(data, tuple(merging.notes), problems)


def write_case(data: Mapping[str, object], target: Path) -> Path:
    """Write a case to a new file; raises OutputError where there is one of that name already."""
    if target.exists():
        hint = "Name a new file with -o: a merge never replaces one"
        raise OutputError.of("file-exists", f"There is a file {target.name} already", hint, Place(str(target)))
    text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    return write_file(target.parent, target.name, text.encode("utf-8"))


def _check_case(reading: Reading, case: Case, key: bytes) -> tuple[Problem, ...]:
    """Refuse a form of another case; warn where the form doesn't say."""
    reference = str(case.data.get("reference") or "")
    told = reading.issue.reference
    if told == "blank" or not reading.manifest.shows_case_reference or not reference:
        message = "The form does not say which case it belongs to"
        return (Problem("warning", "case-not-told", message, "Check that it is this one", Place(case.source)),)
    if document_reference(reference, key) != told:
        message = "The form belongs to another case: its reference is not this case’s"
        raise InputError.of("other-case", message, "Name the case that it was made from", Place(case.source))
    return ()


class _Merging:
    """Works on the new case's data and notes what it does."""

    def __init__(self, reading: Reading, data: dict[str, Any], catalogue: Catalogue) -> None:
        self.reading, self.data, self.catalogue = reading, data, catalogue
        self.notes: list[Note] = []

    def note(self, what: str, pointer: str, message: str, case: str = "", reply: str = "") -> None:
        words = self.catalogue.vocabulary.label(pointer)
        self.notes.append(Note(what, pointer, words, message, case, reply))

    def keep(self, rule: ReturnRule, outcome: str, today: date) -> None:
        """Add the whole reply as an entry of its list."""
        name = rule.list.removeprefix("/")
        entries = self.data.setdefault(name, [])
        reply = dict(self.reading.reply)
        received = reply.get(rule.received_from) or today.isoformat()
        entry: dict[str, object] = {**rule.fixed, "document": self.reading.issue.reference}
        if rule.received:
            entry[rule.received] = received
        if rule.outcome and outcome:
            entry[rule.outcome] = outcome
        entry[rule.answers] = reply
        for number, other in enumerate(entries):
            if other.get("document") != entry["document"] or rule.answers not in other:
                continue
            if other[rule.answers] == reply:
                hint = "Nothing is left to do"
                place = Place("", f"{rule.list}/{number}")
                raise InputError.of("already-merged", "This reply is in the case already", hint, place)
            message = "Another reply to the same document is there, with other answers"
            self.note("contradicts", f"{rule.list}/{number}", message)
        entries.append(entry)
        self.note("added", f"{rule.list}/{len(entries) - 1}", "The reply, as it was given")

    def compare(self) -> None:
        """Follow the `x-case` of the reply's schema."""
        schema = self.catalogue.vocabulary.schemas[self.reading.manifest.reply_schema]
        for name, annotated in schema.get("properties", {}).items():
            target, answer = annotated.get("x-case"), self.reading.reply.get(name)
            if target is None or answer is None:
                continue
            if isinstance(answer, list):
                fields = {
                    key: item["x-case"]
                    for key, item in annotated["items"]["properties"].items()
                    if "x-case" in item
                }
                self._rows(target, fields, answer, add=annotated.get("x-case-add", False))
            else:
                self._value(target, resolve(self.data, target), str(answer))

    def _value(self, pointer: str, known: object, told: str) -> None:
        if known is None or is_unknown(known) or _same(known, told):
            return
        message = "The case says otherwise; it stays as it is"
        self.note("contradicts", pointer, message, _printed(known), told)

    def _rows(self, pointer: str, fields: Mapping[str, str], rows: list[Any], *, add: bool) -> None:
        """Compare people by name; add who is new, where the schema says so."""
        people = self.data.get(pointer.removeprefix("/")) or []
        by_name = next((key for key, target in fields.items() if target == "name"), "")
        for row in rows:
            name = row.get(by_name)
            if not name:
                continue
            found = [number for number, person in enumerate(people) if _same(person.get("name"), name)]
            if len(found) > 1:
                message = "More than one person of this name is in the case; compare them yourself"
                self.note("contradicts", pointer, message, "", name)
            elif found:
                self._person(f"{pointer}/{found[0]}", people[found[0]], fields, row, add=add)
            elif add:
                self._add(pointer, fields, row)
            else:
                self.note("contradicts", pointer, "This person is not in the case", "", name)

    def _person(
        self,
        pointer: str,
        person: dict[str, Any],
        fields: Mapping[str, str],
        row: Mapping[str, str],
        *,
        add: bool,
    ) -> None:
        for key, target in fields.items():
            if target != "name" and key in row:
                told = _REMARK.sub("", row[key]) if target == "date_of_birth" else row[key]
                if target != "date_of_birth" or wording.read_part_date(told):
                    self._value(f"{pointer}/{target}", person.get(target), told)
        if add and person.get("told_by_offender") is not True:
            person["told_by_offender"] = True
            self.note("changed", f"{pointer}/told_by_offender", "The offender has now told us of this child")

    def _add(self, pointer: str, fields: Mapping[str, str], row: Mapping[str, str]) -> None:
        people = self.data.setdefault(pointer.removeprefix("/"), [])
        person: dict[str, Any] = {}
        for key, target in fields.items():
            if key in row:
                person.update(_told(target, row[key]))
        person.update(told_by_offender=True, source=UNVERIFIED)
        people.append(person)
        self.note(
            "added", f"{pointer}/{len(people) - 1}", "A child whom only the offender told us of, not verified"
        )


def _told(target: str, text: str) -> dict[str, object]:
    """Give a new child's property from what was told; nothing where that cannot be read."""
    if target == "name":
        given, _, family = text.strip().rpartition(" ")
        return {"name": {"given": given, "family": family} if given else {"given": family}}
    if target != "date_of_birth":
        return {target: text}
    if day := wording.read_part_date(_REMARK.sub("", text)):
        return {target: day}
    if found := _AGE.fullmatch(text.strip()):
        return {"age": int(found[1])}
    return {}


def _same(known: object, told: str) -> bool:
    """Tell whether the case and the reply say the same, leaving aside spacing, case, commas and titles."""
    ways = {_printed(known)}
    if isinstance(known, Mapping):
        ways.add(_printed({key: value for key, value in known.items() if key != "title"}))
    if isinstance(known, str):
        ways |= {known, *wording.date_forms(known)}
    return _bare(told) in {_bare(way) for way in ways}


def _printed(known: object) -> str:
    if isinstance(known, Mapping):
        if {"lines", "postcode", "kind"} & known.keys():
            return ", ".join(wording.address_lines(known))
        return wording.part_date_words(known) if "about" in known else wording.name_words(known)
    return wording.part_date_words(known) if known else ""


def _bare(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
