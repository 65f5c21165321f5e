"""An artefact's manifest: what it is called, who reads it, which edition is in force, what follows from it."""

from __future__ import annotations

import tomllib
from codecs import BOM_UTF8
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import PurePosixPath
from typing import Any, Literal

from msgspec import Struct, field

from forms.domain.schema import Vocabulary
from forms.domain.verdict import is_sound
from forms.foundation.errors import ArtefactError, UsageError
from forms.foundation.problems import Place, Problem, errors_in

MANIFEST_SCHEMA = "manifest.schema.json"

Kind = Literal["form", "report", "letter", "leaflet", "pack"]
Header = Literal["form", "letter", "leaflet", "none"]
RecipientKind = Literal["area", "paper", "person", "none"]


class Edition(Struct, frozen=True):
    """A dated edition; `template` is a file name in the artefact's folder."""

    id: str
    starts: date
    template: str


class Requirement(Struct, frozen=True):
    """A condition (a JSON Schema on the full case) without which an audience is refused, and what to say."""

    schema: Mapping[str, Any]
    message: str
    hint: str = ""


class AudienceRule(Struct, frozen=True):
    """A reader that the artefact is made for.

    `each` is a JSON Pointer to the list of persons who each get a copy, or empty. `annex`: the document that
    shows what others may not see. `template` and `title` replace the edition's and the artefact's, if given.
    """

    reader: str
    each: str = ""
    requires: tuple[Requirement, ...] = ()
    annex: bool = False
    template: str = ""
    title: str = ""
    marking_suffix: str = ""


class DeadlineRule(Struct, frozen=True):
    """Something that is due: `rule` is an id of the deadline directory, `starts` a JSON Pointer to a date."""

    what: str
    rule: str
    starts: str


class NextStep(Struct, frozen=True):
    """What the author does after issuing the paper; `when` is a JSON Schema on the case, or None for always."""

    text: str
    when: Mapping[str, Any] | None = None


class Outcome(Struct, frozen=True):
    """What a reply leads to: `when` is a JSON Schema on the reply, or None for always."""

    id: str
    text: str
    when: Mapping[str, Any] | None = None


class ReturnRule(Struct, frozen=True):
    """What a reply becomes in the case: an entry of `list` (a JSON Pointer) with these properties.

    `received_from` names the answer that is the date of receipt; without it the day of reading is.
    """

    list: str
    answers: str
    outcome: str = ""
    received: str = ""
    received_from: str = ""
    fixed: Mapping[str, str] = field(default_factory=dict)
    contact_code: str = ""


class FollowUp(Struct, frozen=True):
    """What asks again where there is no answer: `rule` of the deadline directory says when, `paper` is it."""

    rule: str
    paper: str


class Manifest(Struct, frozen=True):
    """An artefact. `editions` are in order of their dates; `stem` is what its files' names begin with."""

    id: str
    title: str
    kind: Kind
    header: Header
    editions: tuple[Edition, ...]
    audiences: tuple[AudienceRule, ...]
    urgent: bool = False
    marking: bool = True
    shows_case_reference: bool = True
    recipient: RecipientKind = "none"
    fillable: bool = False
    formats: tuple[str, ...] = ("docx", "pdf")
    file_name: str = ""
    contact_code: str = ""
    reply_schema: str = ""
    blank_rows: Mapping[str, int] = field(default_factory=dict)
    support: str = ""
    support_audiences: str = ""
    impositions: tuple[str, ...] = ()
    deadlines: tuple[DeadlineRule, ...] = ()
    next_steps: tuple[NextStep, ...] = ()
    follow_up: FollowUp | None = None
    returned: ReturnRule | None = None
    outcomes: tuple[Outcome, ...] = ()
    source: str = ""

    @property
    def stem(self) -> str:
        """What file names begin with."""
        return self.file_name or self.id

    def edition_on(self, day: date) -> Edition:
        """Give the edition in force on a day: the last whose date is not later.

        Raises:
            UsageError: If the artefact did not exist yet.
        """
        in_force = [edition for edition in self.editions if edition.starts <= day]
        if not in_force:
            raise UsageError(
                Problem(
                    "error",
                    "no-edition",
                    f"{self.title} has no edition on that date",
                    f"Its first edition, {self.editions[0].id}, is in force from {self.editions[0].starts}",
                )
            )
        return in_force[-1]

    def edition(self, name: str) -> Edition:
        """Give an edition by its id.

        Raises:
            UsageError: If there is none.
        """
        for edition in self.editions:
            if edition.id == name:
                return edition
        known = ", ".join(edition.id for edition in self.editions)
        raise UsageError(
            Problem("error", "unknown-edition", f"{self.title} has no edition of that name", f"It has {known}")
        )

    def audience(self, reader: str) -> AudienceRule | None:
        """Give the rule for a reader (a plain copy before an annex), or None."""
        found = [rule for rule in self.audiences if rule.reader == reader]
        return min(found, key=lambda rule: rule.annex, default=None)


def parse_manifest(data: bytes, source: str, vocabulary: Vocabulary) -> Manifest:
    """Read a manifest.

    Args:
        data: The TOML file.
        source: Its name in the library (`templates/referral/artefact.toml`).
        vocabulary: The library's schemas, `manifest.schema.json` among them.

    Raises:
        ArtefactError: With every problem found.
    """
    try:
        raw = as_json_values(tomllib.loads(data.removeprefix(BOM_UTF8).decode()))
    except UnicodeDecodeError:
        raise _broken(source, "not-utf-8", "The manifest is not UTF-8 text", "Save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise _broken(source, "malformed", f"The manifest is not TOML: {error}", "Correct it there") from None
    if problems := errors_in(vocabulary.check_data(MANIFEST_SCHEMA, raw, source)):
        raise ArtefactError(*problems)
    assert isinstance(raw, dict)
    if problems := _deeper_problems(raw, source, vocabulary):
        raise ArtefactError(*problems)
    return _manifest(raw, source)


def _manifest(raw: dict[str, Any], source: str) -> Manifest:
    simple = {key: raw[key] for key in _SIMPLE if key in raw}
    editions = (
        Edition(item["id"], date.fromisoformat(item["from"]), item["template"]) for item in raw["editions"]
    )
    return Manifest(
        **simple,
        editions=tuple(sorted(editions, key=lambda edition: edition.starts)),
        audiences=tuple(_audience(item) for item in raw["audiences"]),
        formats=tuple(raw.get("formats", ("docx", "pdf"))),
        impositions=tuple(raw.get("impositions", ())),
        deadlines=tuple(
            DeadlineRule(item["what"], item["rule"], item["from"]) for item in raw.get("deadlines", ())
        ),
        next_steps=tuple(NextStep(item["text"], item.get("when")) for item in raw.get("next_steps", ())),
        follow_up=FollowUp(**raw["follow_up"]) if "follow_up" in raw else None,
        returned=ReturnRule(**raw["returned"]) if "returned" in raw else None,
        outcomes=tuple(Outcome(**item) for item in raw.get("outcomes", ())),
        source=source,
    )


def _audience(item: Mapping[str, Any]) -> AudienceRule:
    requires = tuple(Requirement(**requirement) for requirement in item.get("requires", ()))
    return AudienceRule(**{**item, "requires": requires})


def _deeper_problems(raw: Mapping[str, Any], source: str, vocabulary: Vocabulary) -> tuple[Problem, ...]:
    """Find what the manifest's schema cannot say: conditions that are no schemas, names that don't agree."""
    problems: list[Problem] = []
    folder = PurePosixPath(source).parent.name
    if folder and folder != raw["id"]:
        problems.append(_problem(source, "/id", "wrong-folder", "The identifier is not the folder's name"))
    names = [edition["id"] for edition in raw["editions"]]
    if len(set(names)) < len(names):
        problems.append(
            _problem(source, "/editions", "repeated-entry", "Two editions have the same identifier")
        )
    if raw.get("reply_schema", MANIFEST_SCHEMA) not in vocabulary.schemas:
        problems.append(_problem(source, "/reply_schema", "missing-schema", "There is no schema of that name"))
    for pointer, condition in _conditions(raw):
        if not _is_schema(condition):
            problems.append(_problem(source, pointer, "not-a-schema", "The condition is not a JSON Schema"))
    return tuple(problems)


def _is_schema(condition: Any) -> bool:  # noqa: ANN401 - any TOML
    if is_sound(condition):
        return True
    from jsonschema import Draft202012Validator  # takes long to import
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(condition)
    except SchemaError:
        return False
    return True


def _conditions(raw: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found = [
        (f"/audiences/{number}/requires/{index}/schema", requirement["schema"])
        for number, audience in enumerate(raw["audiences"])
        for index, requirement in enumerate(audience.get("requires", ()))
    ]
    found += [
        (f"/next_steps/{number}/when", item["when"])
        for number, item in enumerate(raw.get("next_steps", ()))
        if "when" in item
    ]
    found += [
        (f"/outcomes/{number}/when", item["when"])
        for number, item in enumerate(raw.get("outcomes", ()))
        if "when" in item
    ]
    return found


def as_json_values(value: object) -> object:
    """Give a TOML value as JSON has it: its dates and times as text."""
    if isinstance(value, dict):
        return {key: as_json_values(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json_values(item) for item in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else value


def _problem(source: str, pointer: str, code: str, message: str) -> Problem:
    return Problem("error", code, message, "Correct the manifest", Place(source, pointer))


def _broken(source: str, code: str, message: str, hint: str) -> ArtefactError:
    return ArtefactError(Problem("error", code, message, hint, Place(source)))


_SIMPLE = (
    "id", "title", "kind", "header", "urgent", "marking", "shows_case_reference", "recipient", "fillable",
    "file_name", "contact_code", "reply_schema", "blank_rows", "support", "support_audiences",
)  # fmt: skip
