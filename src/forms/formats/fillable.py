"""What can be filled in in a document that someone else designed: the same for Word and for PDF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PlaceKind = Literal[
    "text", "multiline", "comb", "password", "file", "date", "checkbox", "radio", "choice", "combo", "list",
    "signature", "button", "rich text", "picture", "repeating section", "bookmark",
    "cell", "line", "rows", "box",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fillable:
    """One place to fill in.

    `name` is the field's own name; a place without one is named by where it is. `label` are the words a person
    reads beside it, `where` is the page or the place in the text. `options` are (code, words); `columns` the
    heads of a table whose rows are to be filled in. `longest` is in characters, None without a limit. `section`
    are the headings that it stands under, the outermost first, parted by " › ". `pattern` is how it writes
    dates, as the form itself says (`dd/mm/yyyy`), empty if it doesn't.
    """

    name: str
    kind: PlaceKind
    label: str = ""
    where: str = ""
    options: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    longest: int | None = None
    required: bool = False
    read_only: bool = False
    section: str = ""
    pattern: str = ""

    def as_json(self) -> dict[str, object]:
        """As `forms inspect --json` prints it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "label": self.label,
            "where": self.where,
            "section": self.section,
            "options": [{"code": code, "words": words} for code, words in self.options],
            "columns": list(self.columns),
            "longest": self.longest,
            "required": self.required,
            "read_only": self.read_only,
            "pattern": self.pattern,
        }


@dataclass(frozen=True, slots=True)
class Survey:
    """All places of a document in its order, and what to know about it (a stable code, and words)."""

    format: str
    places: tuple[Fillable, ...]
    notes: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, object]:
        """As `forms inspect --json` prints it."""
        return {
            "format": self.format,
            "places": [place.as_json() for place in self.places],
            "notes": [{"code": code, "message": message} for code, message in self.notes],
        }
