"""Filling in a Word form that someone else designed.

A form is prepared once, and then filled as often as one likes: the parts of its file lie ready, its tree is
copied, the places are known by their number in it. What is written is read again before it is given away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from difflib import get_close_matches

from lxml import etree

from forms.formats.fillable import Survey
from forms.formats.filling import REFERENCES, Continued, Entry, Filled
from forms.formats.word import filling_text as texts
from forms.formats.word import opc, package
from forms.formats.word.filling_binding import Stores
from forms.formats.word.filling_package import Package
from forms.formats.word.filling_read import read_entries
from forms.formats.word.filling_write import bookmark_runs, field_runs, write
from forms.formats.word.inspector import TEMPLATE_LINK, Opened, open_form
from forms.formats.word.spots_inline import FF_DATA, Spot, item_spots, section_items
from forms.formats.word.wordml import BODY, SDT, TR, qn
from forms.foundation.errors import InputError
from forms.foundation.problems import Place, Problem

_TEXTS = frozenset({"text", "multiline", "date", "rich text", "cell", "line", "bookmark"})
_BOXES = frozenset({"checkbox", "box"})
_CHOICES = frozenset({"choice", "combo"})
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class WordForm:
    """A blank Word form, ready to be filled; make it with `prepare`, and keep it.

    `numbers` say for each place which elements of the tree it is.
    """

    source: str
    opened: Opened
    package: Package
    numbers: tuple[tuple[int, tuple[int, ...]], ...]

    @property
    def survey(self) -> Survey:
        """What there is to fill in."""
        return self.opened.survey

    def fill(self, entries: Mapping[str, Entry]) -> Filled:
        """Fill the form.

        Args:
            entries: What goes into which place, by name. An empty text leaves the place as it is.

        Raises:
            InputError: With every problem found: `unknown-place`, `read-only`, `wrong-kind`, `unknown-choice`,
                `too-long`, `bad-character`, `cannot-fill`; `not-read-back` if the filled form does not say
                what went into it.
        """
        planned, continued = self._plan(entries)
        root = deepcopy(self.opened.root)
        elements = list(root.iter())
        stores = Stores(self.opened.members, self.opened.main)
        for number in range(len(self.opened.spots) - 1, -1, -1):  # from the end: what is before keeps its place
            spot = self.opened.spots[number]
            entry = planned.get(spot.place.name)
            if entry is None or entry == "":
                continue
            at, rows = self.numbers[number]
            own = replace(spot, at=elements[at], rows=tuple(elements[row] for row in rows))
            write(own, entry)
            if own.at.tag == SDT:
                stores.update(own, entry)
        xml = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
        data = self.package.write({self.opened.main: xml, **stores.changed})
        self._check(data, planned)
        return Filled(data, tuple(continued))

    def read_back(self, data: bytes) -> dict[str, Entry]:
        """Read what stands in the places of this form in a filled copy of it, whoever saved that.

        Choices come as codes, rows without empty ones at the end; places that are empty are left out.

        Raises:
            InputError: The file cannot be read.
        """
        members = package.read(data, source=self.source, refuse=InputError, links=TEMPLATE_LINK)
        main = package.main_document(members, source=self.source, refuse=InputError)
        body = self.opened.root.find(BODY)
        if body is None:
            return {}
        return read_entries(self.opened.spots, body, opc.parse(members[main], main, self.source, InputError))

    # ── Before ──────────────────────────────────────────────────────────────────────────────────────────────

    def _plan(self, entries: Mapping[str, Entry]) -> tuple[dict[str, Entry], list[Continued]]:
        """Give the entries as they are to be written, and what goes to the continuation sheet."""
        known = {spot.place.name: spot for spot in self.opened.spots}
        problems = [self._unknown(name, known) for name in entries if name not in known]
        planned: dict[str, Entry] = {}
        continued: list[Continued] = []
        for spot in self.opened.spots:
            place = spot.place
            if place.name not in entries:
                continue
            entry = _tidy(entries[place.name])
            if problem := self._refusal(spot, entry):
                problems.append(problem)
            elif isinstance(entry, str) and self._lacks_room(spot, entry):
                number = len(continued) + 1
                words = _reference(number, place.longest)
                if words is None:
                    problems.append(self._too_long(spot, len(entry)))
                    continue
                continued.append(Continued(number, place.name, place.label, place.where, entry))
                planned[place.name] = words
            else:
                planned[place.name] = entry
        if problems:
            raise InputError(*problems)
        return planned, continued

    def _unknown(self, name: str, known: Mapping[str, Spot]) -> Problem:
        near = get_close_matches(name, known, n=2)
        hint = f"Did you mean {' or '.join(f'‘{each}’' for each in near)}?" if near else "See `forms inspect`"
        message = f"The form has no place called ‘{name}’"
        return Problem("error", "unknown-place", message, hint, Place(self.source))

    def _refusal(self, spot: Spot, entry: Entry) -> Problem | None:
        """Say why an entry cannot go into its place, None if it can."""
        if spot.place.read_only:
            hint = "Only its fields can be filled in: map those, or ask for a form without protection"
            locked = (
                "The form is protected here" if self.opened.protection else "The form has locked this place"
            )
            return self._problem(spot, "read-only", locked, hint)
        if message := _wrong_kind(spot, entry):
            return self._problem(spot, "wrong-kind", message, "Correct the mapping")
        if any(_FORBIDDEN.search(text) for text in _texts(entry)):
            hint = "Take it out of the case: Word files cannot hold it"
            return self._problem(spot, "bad-character", "A text has a control character in it", hint)
        if _offers_none(spot, entry):
            words = ", ".join(words for _, words in spot.place.options) or "none"
            hint = f"It has: {words}"
            return self._problem(spot, "unknown-choice", "The form does not offer this choice", hint)
        if _cannot_be_found_again(spot):
            message = "The place begins and ends in different paragraphs, and is not filled in"
            return self._problem(spot, "cannot-fill", message, "Leave it out of the mapping")
        return None

    def _lacks_room(self, spot: Spot, text: str) -> bool:
        """Tell whether a text is too long for a place that cannot grow."""
        if spot.place.longest is not None and len(text) > spot.place.longest:
            return True
        row = next(spot.at.iterancestors(TR), None)
        height = None if row is None else row.find(f"{qn('w:trPr')}/{qn('w:trHeight')}")
        if not self.opened.protection or height is None or height.get(qn("w:hRule")) != "exact":
            return False
        # A person could not make the row higher either. About 11 points a line, 5 a letter.
        twips = str(height.get(qn("w:val"), "0"))
        lines = max(1, int(float(twips) / 20 / 13)) if twips.replace(".", "").isdigit() else 1
        return sum(1 + len(line) // 40 for line in text.split("\n")) > lines

    def _too_long(self, spot: Spot, length: int) -> Problem:
        message = f"The text has {length} characters, and the place takes {spot.place.longest}"
        return self._problem(spot, "too-long", message, "Map something shorter, or leave it empty")

    def _problem(self, spot: Spot, code: str, message: str, hint: str) -> Problem:
        label = f"{spot.place.label or spot.place.name}, {spot.place.where}"
        return Problem("error", code, message, hint, Place(self.source, "", label))

    # ── After ───────────────────────────────────────────────────────────────────────────────────────────────

    def _check(self, data: bytes, planned: Mapping[str, Entry]) -> None:
        """Hold the filled form to what went into it."""
        read = self.read_back(data)
        wrong = [
            self._problem(
                spot, "not-read-back", "What was filled in does not stand there when read again", _REPORT
            )
            for spot in self.opened.spots
            if (entry := _expected(spot, planned.get(spot.place.name))) is not None
            and read.get(spot.place.name, _nothing(entry)) != entry
        ]
        if wrong:
            raise InputError(*wrong)


_REPORT = "Fill this place by hand: take it out of the mapping; and please report the form"


def prepare(data: bytes, source: str) -> WordForm:
    """Read a blank form and make it ready to be filled.

    Args:
        data: The `.docx`.
        source: Its name, for problems.

    Raises:
        InputError: The file cannot be read (as `inspector.inspect`), has a digital signature (`signed`), or is
            protected so that nobody can fill anything in (`protected`).
    """
    opened = open_form(data, source)
    if opened.signed:
        hint = "Ask its author for the form without a signature"
        message = "The form has a digital signature, which filling it in would break"
        raise InputError.of("signed", message, hint, Place(source))
    if opened.protection not in ("", "forms"):
        hint = "Ask its author for a form that can be filled in"
        message = "The form is protected against changes, and cannot be filled in"
        raise InputError.of("protected", message, hint, Place(source))
    numbers = {element: number for number, element in enumerate(opened.root.iter())}
    places = tuple((numbers[spot.at], tuple(numbers[row] for row in spot.rows)) for spot in opened.spots)
    return WordForm(source, opened, Package(data), places)


def _reference(number: int, longest: int | None) -> str | None:
    """Give what a place says whose text is continued, None where it has not even room for "See sheet"."""
    words = (form.format(number) for form in REFERENCES[:2])
    return next((each for each in words if longest is None or len(each) <= longest), None)


def _tidy(entry: Entry) -> Entry:
    return texts.normal(entry) if isinstance(entry, str) else entry


def _texts(entry: Entry) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    if isinstance(entry, bool):
        return []
    return [text for item in entry for text in (item if isinstance(item, tuple) else (item,))]


def _wrong_kind(spot: Spot, entry: Entry) -> str:
    """Say in what an entry does not suit the kind of its place, "" if it does."""
    kind = spot.place.kind
    if kind in _TEXTS:
        return "" if isinstance(entry, str) else "Only a text can go into this place"
    if kind in _BOXES:
        return "" if isinstance(entry, bool) else "This place can only be ticked or not"
    if kind in _CHOICES:
        one = isinstance(entry, str) or (
            isinstance(entry, tuple) and len(entry) <= 1 and all(isinstance(item, str) for item in entry)
        )
        return "" if one else "Only one choice can go into this place"
    if kind == "rows" or (kind == "repeating section" and spot.place.columns):
        columns = len(spot.place.columns)
        if not isinstance(entry, tuple) or any(not isinstance(row, tuple) for row in entry):
            return "Only rows can go into this place"
        if any(len(row) != columns for row in entry):
            return f"A row has another number of columns than the form, which has {columns}"
        return ""
    return f"Nothing can be written into a place of the kind ‘{kind}’ as a whole"


def _offers_none(spot: Spot, entry: Entry) -> bool:
    """Tell whether a choice, or one of a repeating section's, has no option for what it is given."""
    if spot.place.kind == "choice":
        return bool(entry) and not _option(spot, entry)
    if spot.place.kind != "repeating section" or not isinstance(entry, tuple):
        return False
    inner = [each for item in section_items(spot.at)[:1] for each in item_spots(item)]
    pairs = ((each, text) for row in entry for each, text in zip(inner, row, strict=True))
    return any(each.place.kind == "choice" and text and not _option(each, text) for each, text in pairs)


def _option(spot: Spot, entry: Entry) -> str | None:
    """Give the code of the option that is chosen by its code or words."""
    text = "".join(_texts(entry))
    return next((code for code, words in spot.place.options if text in (code, words)), None)


def _cannot_be_found_again(spot: Spot) -> bool:
    if spot.at.tag == FF_DATA and spot.place.kind in ("text", "date"):
        return field_runs(spot.at)[2] is None
    return spot.place.kind == "bookmark" and bookmark_runs(spot.at)[1] is None


def _expected(spot: Spot, entry: Entry | None) -> Entry | None:
    """Give an entry as `read_back` gives it, None if nothing is expected."""
    if entry is None or entry in ("", ()):
        return None
    if spot.place.kind in _CHOICES:
        return (_option(spot, entry) or texts.normal("".join(_texts(entry))),)
    if spot.place.columns and isinstance(entry, tuple):
        rows = [tuple(texts.normal(text) for text in row) for row in entry]
        while rows and not any(rows[-1]):
            rows.pop()
        blank = len(spot.place.columns) * ("",)
        return tuple(row or blank for row in rows)
    return entry


def _nothing(entry: Entry) -> Entry:
    return False if isinstance(entry, bool) else () if isinstance(entry, tuple) else ""
