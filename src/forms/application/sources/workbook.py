"""Excel workbooks (.xlsx): the first visible sheet holds the cases, others may hold items of their lists."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from posixpath import join, normpath
from typing import Any

from lxml import etree
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

from forms.application.sources.cells import Cell, is_empty
from forms.application.sources.headings import plain
from forms.application.sources.returned import cannot_give_back
from forms.application.sources.rows import ADVICE, Returned, SourceRow, digest_of, unreadable
from forms.foundation.errors import InputError
from forms.foundation.problems import Place, Problem

MOST_UNPACKED = 2 * 1024**3
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TARGETS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_BROKEN = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, EOFError, SyntaxError)
"""What reading a broken workbook raises; the errors of both XML parsers are SyntaxErrors."""
_DATE_FORMATS = {"date": "dd/mm/yyyy", "datetime": "dd/mm/yyyy", "time": "hh:mm"}


@dataclass(frozen=True, slots=True)
class WorkbookSheet:
    """A visible sheet; hidden rows are no part of it."""

    path: Path
    title: str
    headings: tuple[str, ...]
    hidden: frozenset[int]

    def records(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Give the rows that are visible and not empty, by Excel's numbers."""
        with _opened(self.path) as book:
            rows = book[self.title].iter_rows(min_row=2, values_only=True)
            for number, cells in enumerate(rows, 2):
                if number not in self.hidden and not all(is_empty(cell) for cell in cells):
                    yield number, cells


@dataclass(frozen=True, slots=True)
class ExcelFile:
    """A workbook."""

    path: Path
    sheets: tuple[WorkbookSheet, ...]
    notes: tuple[Problem, ...]

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def fingerprint(self) -> str:
        """Give a digest of all that the file holds."""
        return digest_of(self.path)

    def give_back(self, folder: Path, stem: str) -> Returned:
        """Begin giving back rows."""
        return _ReturnedWorkbook(folder / f"{stem}.xlsx", self)


def open_workbook(path: Path) -> ExcelFile:
    """Open a workbook and read its headings.

    Raises InputError where it is none, is protected by a password, or would unpack to more than 2 GB.
    """
    try:
        parts = _visible_parts(path)
    except OSError as error:
        raise unreadable(path, error) from None
    except _BROKEN:
        raise _not_a_workbook(path) from None
    sheets: list[WorkbookSheet] = []
    notes: list[Problem] = []
    with _opened(path) as book:
        for title, part in parts:
            if title not in book.sheetnames:
                continue
            first = next(book[title].iter_rows(min_row=1, max_row=1, values_only=True), ())
            headings = tuple("" if cell is None else str(cell) for cell in first)
            while headings and not headings[-1].strip():
                headings = headings[:-1]
            hidden = _hidden_rows(path, part)
            sheets.append(WorkbookSheet(path, title, headings, hidden))
            if hidden - {1}:
                notes.append(_hidden_note(path, title, len(hidden - {1})))
    if not sheets or not sheets[0].headings:
        raise InputError.of(
            "no-headings",
            "The first visible sheet has no headings",
            "Put headings into row 1",
            Place(path.name),
        )
    return ExcelFile(path, tuple(sheets), tuple(notes))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a workbook to be read row by row; what openpyxl says of features it leaves out is no concern."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        except OSError as error:
            raise unreadable(path, error) from None
        except (InvalidFileException, *_BROKEN):
            raise _not_a_workbook(path) from None
        try:
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # what a workbook says of its size need not be true
            yield book
        except _BROKEN:
            raise _not_a_workbook(path) from None
        finally:
            book.close()


def _visible_parts(path: Path) -> list[tuple[str, str]]:
    """Give the titles and parts of the visible sheets, in their order."""
    with zipfile.ZipFile(path) as package:
        if sum(info.file_size for info in package.infolist()) > MOST_UNPACKED:
            raise InputError.of("too-large", "The workbook is too large", "Save it as CSV", Place(path.name))
        relations = _parse(package.read("xl/_rels/workbook.xml.rels"))
        targets = {item.get("Id"): item.get("Target", "") for item in relations.iter(_TARGETS)}
        sheets = _parse(package.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
        return [
            (sheet.get("name", ""), _part(targets.get(sheet.get(_RELATION), "")))
            for sheet in sheets
            if sheet.get("state", "visible") == "visible"
        ]


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))


def _parse(data: bytes) -> Any:  # noqa: ANN401 - an lxml element
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def _hidden_rows(path: Path, part: str) -> frozenset[int]:
    """Give the numbers of hidden rows (also those that a filter hides), without keeping the sheet."""
    hidden = set()
    with zipfile.ZipFile(path) as package:
        if part not in package.namelist():
            return frozenset()
        with package.open(part) as stream:
            number = 0
            for _, row in etree.iterparse(stream, tag=f"{_MAIN}row", resolve_entities=False, no_network=True):
                number = int(row.get("r", number + 1))
                if row.get("hidden") in ("1", "true"):
                    hidden.add(number)
                row.clear()
                while row.getprevious() is not None:
                    del row.getparent()[0]
    return frozenset(hidden)


def _hidden_note(path: Path, title: str, number: int) -> Problem:
    return Problem(
        "warning",
        "hidden-rows",
        f"{number} hidden row{'s were' if number > 1 else ' was'} not used",
        "Show them (take filters off) if they are meant to go too",
        Place(path.name, "", f"sheet ‘{title}’"),
    )


def _not_a_workbook(path: Path) -> InputError:
    return InputError.of(
        "not-a-workbook",
        "The file is no Excel workbook that can be read",
        "Save it as .xlsx without a password, or as CSV UTF-8",
        Place(path.name),
    )


class _ReturnedWorkbook:
    """Rows given back as a workbook: advice in the last column, their rows of the other sheets with them."""

    def __init__(self, path: Path, file: ExcelFile) -> None:
        self._path = path
        self._file = file
        self._book: Any = None
        self._pages: list[Any] = []
        headings = file.sheets[0].headings
        self._kept = [index for index, heading in enumerate(headings) if plain(heading) != ADVICE]

    def add(self, row: SourceRow, advice: Sequence[str]) -> None:
        """Take a row and what to fix in it."""
        assert isinstance(row.own, tuple)
        cells, others = row.own
        if self._book is None:
            self._begin()
        width = len(self._file.sheets[0].headings)
        own = [cells[index] if index < len(cells) else None for index in self._kept]
        self._append(0, [*own, "; ".join(advice), *cells[width:]])
        for position, more in others:
            self._append(position, more)

    def _begin(self) -> None:
        self._book = Workbook(write_only=True)
        for position, sheet in enumerate(self._file.sheets):
            self._pages.append(self._book.create_sheet(sheet.title))
            kept = self._kept if position == 0 else range(len(sheet.headings))
            headings = [sheet.headings[index] for index in kept]
            self._append(position, [*headings, ADVICE.capitalize()] if position == 0 else headings)

    def _append(self, position: int, cells: Sequence[Any]) -> None:
        page = self._pages[position]
        made = []
        for value in cells:
            cell = WriteOnlyCell(page, value)
            if isinstance(value, str):
                cell.data_type = "s"  # also where it begins with =: what was text stays text
            elif type(value).__name__ in _DATE_FORMATS:
                cell.number_format = _DATE_FORMATS[type(value).__name__]
            made.append(cell)
        page.append(made)

    def close(self) -> Path | None:
        """Write what was taken."""
        if self._book is None:
            return None
        part = self._path.with_name(f".forms-{self._path.name}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.touch(mode=0o600)
            self._book.save(part)
            part.replace(self._path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise cannot_give_back(self._path, error) from error
        return self._path

    def drop(self) -> None:
        """Leave nothing behind; what openpyxl keeps of a workbook until it is saved, it takes away itself."""
        self._book = None
