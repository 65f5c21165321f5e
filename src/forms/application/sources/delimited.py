"""CSV: encoding and delimiter found out, rows given back in the same ones."""

from __future__ import annotations

import codecs
import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from forms.application.sources.cells import Cell
from forms.application.sources.headings import plain
from forms.application.sources.returned import cannot_give_back, discard, keep
from forms.application.sources.rows import ADVICE, CHUNK, Returned, SourceRow, digest_of, unreadable
from forms.foundation.errors import InputError
from forms.foundation.problems import Place, Problem

DELIMITERS = ",;\t|"
LONGEST_FIELD = 131072  # the csv module's own bound; a case's text has at most 40,000 characters


@dataclass(frozen=True, slots=True)
class Delimited:
    """A CSV file."""

    path: Path
    encoding: str
    delimiter: str
    headings: tuple[str, ...]
    notes: tuple[Problem, ...] = ()
    title: str = ""

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def sheets(self) -> Sequence[Delimited]:
        """The one table."""
        return (self,)

    def fingerprint(self) -> str:
        """Give a digest of all that the file holds."""
        return digest_of(self.path)

    def records(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Give the rows that are not empty, numbered as a spreadsheet would."""
        with self.path.open(encoding=self.encoding, newline="") as stream:
            reader = csv.reader(stream, delimiter=self.delimiter)
            try:
                for number, cells in enumerate(reader, 1):
                    if number > 1 and any(cell.strip() for cell in cells):
                        yield number, cells
            except (csv.Error, UnicodeError):
                raise InputError.of(
                    "malformed",
                    "The file cannot be read as CSV from some row on",
                    "Look for a quotation mark that is not closed, or save it as CSV UTF-8",
                    Place(self.name, "", f"line {reader.line_num}"),
                ) from None

    def give_back(self, folder: Path, stem: str) -> Returned:
        """Begin giving back rows."""
        return _ReturnedTable(folder / f"{stem}{self.path.suffix or '.csv'}", self)


def open_delimited(path: Path) -> Delimited:
    """Find out how a CSV file is written, and read its headings."""
    try:
        encoding, notes = _encoding(path)
        with path.open(encoding=encoding, newline="") as stream:
            start = stream.read(CHUNK)
            delimiter = _delimiter(start)
            stream.seek(0)
            headings = tuple(next(csv.reader(stream, delimiter=delimiter), ()))
    except OSError as error:
        raise unreadable(path, error) from None
    except (UnicodeError, csv.Error):
        raise _not_text(path) from None
    if "\0" in start:
        raise _not_text(path)
    if not any(heading.strip() for heading in headings):
        raise InputError.of(
            "no-headings", "The file has no headings", "Put headings into the first row", Place(path.name)
        )
    while headings and not headings[-1].strip():
        headings = headings[:-1]
    return Delimited(path, encoding, delimiter, headings, notes)


def _not_text(path: Path) -> InputError:
    return InputError.of("not-text", "The file is not text", "Save it as CSV UTF-8", Place(path.name))


def _encoding(path: Path) -> tuple[str, tuple[Problem, ...]]:
    """Give the encoding: by its mark, else UTF-8 if all of the file is, else what Excel writes on Windows."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as stream:
        chunk = stream.read(CHUNK)
        if chunk.startswith(codecs.BOM_UTF8):
            return "utf-8-sig", ()
        if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16", ()
        try:
            while chunk:
                decoder.decode(chunk)
                chunk = stream.read(CHUNK)
            decoder.decode(b"", final=True)
            return "utf-8", ()
        except UnicodeDecodeError:
            pass
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            try:
                chunk.decode("cp1252")
            except UnicodeDecodeError:
                raise InputError.of(
                    "unknown-encoding",
                    "The file's encoding is not known",
                    "Save it as CSV UTF-8",
                    Place(path.name),
                ) from None
    note = Problem(
        "warning",
        "read-as-windows-1252",
        "The file is not UTF-8; it was read as Windows-1252",
        "Look whether accents are right, or save it as CSV UTF-8",
        Place(path.name),
    )
    return "cp1252", (note,)


def _delimiter(text: str) -> str:
    """Give the delimiter that the first record has most of, outside quotation marks."""
    counts = dict.fromkeys(DELIMITERS, 0)
    quoted = False
    for sign in text:
        if sign == '"':
            quoted = not quoted
        elif not quoted and sign in "\r\n":
            if any(counts.values()):
                break
        elif not quoted and sign in counts:
            counts[sign] += 1
    return max(DELIMITERS, key=lambda sign: counts[sign])


class _ReturnedTable:
    """Rows given back as CSV, the advice in the last column."""

    def __init__(self, path: Path, table: Delimited) -> None:
        self._path = path
        self._part = path.with_name(f".forms-{path.name}.part")
        self._table = table
        self._kept = [index for index, heading in enumerate(table.headings) if plain(heading) != ADVICE]
        self._stream: IO[str] | None = None

    def add(self, row: SourceRow, advice: Sequence[str]) -> None:
        """Take a row and what to fix in it."""
        assert isinstance(row.own, tuple)
        cells = row.own[0]
        try:
            if self._stream is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                handle = os.open(self._part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
                self._stream = os.fdopen(handle, "w", encoding=self._table.encoding, newline="")
                self._write([*(self._table.headings[index] for index in self._kept), ADVICE.capitalize()])
            own = [cells[index] if index < len(cells) else "" for index in self._kept]
            beyond = [cell for cell in cells[len(self._table.headings) :] if cell]
            self._write([*own, "; ".join(advice), *beyond])
        except OSError as error:
            raise cannot_give_back(self._path, error) from error

    def _write(self, cells: Sequence[object]) -> None:
        assert self._stream is not None
        encoding = self._table.encoding
        safe = [
            str(cell).encode(encoding, "replace").decode(encoding) if encoding == "cp1252" else cell
            for cell in cells
        ]
        csv.writer(self._stream, delimiter=self._table.delimiter).writerow(safe)

    def close(self) -> Path | None:
        """Write what was taken."""
        return None if self._stream is None else keep(self._stream, self._part, self._path, "")

    def drop(self) -> None:
        """Leave nothing behind."""
        if self._stream is not None:
            discard(self._stream, self._part)
