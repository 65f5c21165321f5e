"""What every source of cases gives: rows that know what they are called in the user's own file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from msgspec import structs

from forms.domain.explain import UNKNOWN_HINT
from forms.foundation.errors import InputError
from forms.foundation.problems import Place, Problem

ADVICE = "what to fix"
"""The column (and, as `what_to_fix`, the property) that rows come back with; never read again."""
ADVICE_NAME = "what_to_fix"
CHUNK = 1 << 20
_IN_A_CELL = "if that is not known, write in the cell: not known: why"
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One case of a source.

    `number` is its row, line or position as the user counts it, from 1; `name` says so in words ("row 17").
    `data` is the case as JSON, or None where it could not be read, which `problems` then tell. `own` is what
    the user had there, for giving back. `headings` are the columns by the places that they fill.
    """

    number: int
    name: str
    data: bytes | None
    own: object
    problems: tuple[Problem, ...] = ()
    headings: tuple[tuple[str, str], ...] = ()

    def place(self, source: str, pointer: str, label: str) -> Place:
        """Give a place of the case in the user's own terms: row and heading."""
        heading = self.heading(pointer)
        where = f"column ‘{heading}’" if heading else label
        return Place(source, pointer, ", ".join(part for part in (self.name, where) if part))

    def explain(self, source: str, problem: Problem) -> Problem:
        """Give a problem of the case in the user's own terms; in a table, the advice is about cells."""
        where = problem.place
        place = self.place(source, where.pointer, where.label)
        if not self.headings:
            return structs.replace(problem, place=place)
        message, hint = problem.message, problem.hint.replace(UNKNOWN_HINT, _IN_A_CELL)
        if problem.code == "missing":
            unknown = f"; {_IN_A_CELL}" if problem.hint.endswith(UNKNOWN_HINT) else ""
            hint = self._fill_in(where.pointer) + unknown
        elif problem.code == "wrong-type":
            message, hint = (text.replace("true or false", "yes or no") for text in (message, hint))
        return structs.replace(problem, place=place, message=message, hint=hint)

    def _fill_in(self, pointer: str) -> str:
        """Say which cells to fill in, so that something is not missing any more."""
        if self.heading(pointer):
            return "Fill in this cell"
        about = dict.fromkeys(f"‘{name}’" for place, name in self.headings if place.startswith(pointer + "/"))
        if not about:
            return "Add a column for it, and fill it in"
        named = ", ".join([*about][:_MOST_NAMED]) + (", …" if len(about) > _MOST_NAMED else "")
        return f"Fill in the cells about it: {named}"

    def heading(self, pointer: str) -> str:
        """Give the heading of the column that fills a place, or part of it, or a place that it is part of."""
        best = max(
            (pair for pair in self.headings if (pointer + "/").startswith(pair[0] + "/")),
            key=lambda pair: len(pair[0]),
            default=None,
        )
        if best is None and pointer.count("/") > 1:
            best = next((pair for pair in self.headings if pair[0].startswith(pointer + "/")), None)
        return best[1] if best else ""


class Returned(Protocol):
    """Takes the rows that were refused, and gives them back in the source's own format."""

    def add(self, row: SourceRow, advice: Sequence[str]) -> None:
        """Take a row and what to fix in it."""

    def close(self) -> Path | None:
        """Write what was taken; give the path, or None where nothing was."""

    def drop(self) -> None:
        """Leave nothing behind."""


class Source(Protocol):
    """An opened source of cases; its rows can be gone through again and again, in constant memory."""

    @property
    def name(self) -> str:
        """The file's name."""

    @property
    def total(self) -> int:
        """How many rows there are."""

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What the user should know of the file as a whole (warnings)."""

    def fingerprint(self) -> str:
        """Give a digest of all that the source holds."""

    def rows(self) -> Iterator[SourceRow]:
        """Give the rows in their order."""

    def give_back(self, folder: Path, stem: str) -> Returned:
        """Begin giving back rows into `folder`, in files called `stem`."""


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file's bytes, read in pieces."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise unreadable(path, error) from None
    return digest.hexdigest()


def unreadable(path: Path, error: OSError) -> InputError:
    """Say that a source cannot be read."""
    return InputError.of(
        "cannot-read",
        "The cases cannot be read",
        f"Check the name and your rights ({error.strerror or 'unknown reason'})",
        Place(str(path)),
    )
