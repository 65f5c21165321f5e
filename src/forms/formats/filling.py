"""What goes into the places of a form that someone else designed, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

Entry = str | bool | tuple[str, ...] | tuple[tuple[str, ...], ...]
"""What goes into one place.

Text (a newline parts lines; a date is already in the form's own format); whether a box is ticked; the codes
that are chosen in a radio, choice, combo or list; the rows of a table, each with a text for each column.
"""

REFERENCES = ("See continuation sheet, {}", "See sheet {}", "Sheet {}", "({})")
"""What a place says whose text stands on the continuation sheet: the first for which it has room."""


@dataclass(frozen=True, slots=True)
class Continued:
    """A text that its place has no room for: the place shows "See continuation sheet, `number`".

    `name`, `label` and `where` are the place's; `text` is all of what was to stand there.
    """

    number: int
    name: str
    label: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled form, and what did not fit into it, in the order of the form."""

    data: bytes
    continued: tuple[Continued, ...] = ()
