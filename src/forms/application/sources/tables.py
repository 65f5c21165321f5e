"""Tables of cases, whatever file they come from: columns by their headings, cells to values, rows to cases."""

from __future__ import annotations

import json
import sqlite3
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Protocol

from forms.application.sources.cells import Cell, CellProblem, DateOrder, convert, is_empty, order_shown
from forms.application.sources.headings import Column, Headings, letters
from forms.application.sources.rows import Returned, SourceRow
from forms.domain.case import step, steps
from forms.foundation.errors import InputError
from forms.foundation.problems import Place, Problem

Cells = Sequence[Cell]
Own = tuple[Cells, tuple[tuple[int, Cells], ...]]
"""A row as the user had it, and those of the second sheets that belong to it (sheet's position, cells)."""


class Sheet(Protocol):
    """A table as it stands in a file."""

    @property
    def title(self) -> str:
        """The sheet's name, empty where there is only one table."""

    @property
    def headings(self) -> tuple[str, ...]:
        """The first row."""

    def records(self) -> Iterator[tuple[int, Cells]]:
        """Give the further rows that are not empty, by their number in the file."""


class File(Protocol):
    """A file that holds a table of cases, and perhaps further ones with the items of their lists."""

    @property
    def name(self) -> str:
        """The file's name."""

    @property
    def sheets(self) -> Sequence[Sheet]:
        """The table of cases, and then the other tables."""

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What the user should know of the file."""

    def fingerprint(self) -> str:
        """Give a digest of all that the file holds."""

    def give_back(self, folder: Path, stem: str) -> Returned:
        """Begin giving back rows, whose `own` is an `Own`."""


@dataclass(frozen=True, slots=True)
class _Second:
    """A sheet with items of a list: its columns, how they write dates, and its position among the sheets."""

    sheet: Sheet
    position: int
    path: tuple[str, ...]
    columns: tuple[Column, ...]
    orders: Mapping[int, DateOrder]


class TableSource:
    """A table of cases, ready to be gone through; opening it reads the headings and looks at the dates."""

    def __init__(self, file: File, headings: Headings) -> None:
        """Take a file; raises InputError naming all that is wrong with its headings."""
        self._file = file
        self._main = file.sheets[0]
        self._headings = headings
        self._every_row = headings.every_row
        self._columns = headings.columns(self._main.headings, _source(file, self._main))
        self._orders, self.total = self._look(self._main, self._columns)
        self._orphans: tuple[Problem, ...] = ()
        self._seconds = tuple(self._second_sheets())
        if self._seconds:
            self._orphans = self._find_orphans()

    @property
    def name(self) -> str:
        """The file's name."""
        return self._file.name

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What the user should know of the file."""
        return self._file.notes + self._orphans

    def fingerprint(self) -> str:
        """Give a digest of all that the source holds, and of what its columns mean."""
        meant = [(column.heading, column.path) for column in self._columns]
        return json.dumps([self._file.fingerprint(), meant, dict(self._every_row), self._headings.dates])

    def rows(self) -> Iterator[SourceRow]:
        """Give the rows as cases."""
        for number, cells in self._main.records():
            yield self._row(number, cells)

    def give_back(self, folder: Path, stem: str) -> Returned:
        """Begin giving back rows."""
        return self._file.give_back(folder, stem)

    def _row(self, number: int, cells: Cells) -> SourceRow:
        maker = _Maker(self.name, f"row {number}", self._every_row)
        for column in self._columns:
            cell = cells[column.index] if column.index < len(cells) else None
            maker.put(column, column.path, cell, self._orders.get(column.index, ""), column.heading)
        for index in range(len(self._main.headings), len(cells)):
            if not is_empty(cells[index]):
                maker.stray(index)
        own: list[tuple[int, Cells]] = []
        reference = maker.case.get("reference")
        for second in self._seconds if isinstance(reference, str) else ():
            start = maker.length(second.path)
            for below, (line, others) in enumerate(self._items(second, str(reference)), start):
                own.append((second.position, others))
                self._put_item(maker, second, line, others, below)
        data, headings = maker.finish()
        return SourceRow(number, f"row {number}", data, (tuple(cells), tuple(own)), maker.problems, headings)

    def _put_item(self, maker: _Maker, second: _Second, line: int, cells: Cells, position: int) -> None:
        for column in second.columns:
            if column.path == ("reference",):
                continue
            cell = cells[column.index] if column.index < len(cells) else None
            path = (*second.path, position, *column.path[len(second.path) + 1 :])
            words = f"{column.heading}’ in row {line} of sheet ‘{second.sheet.title}"
            maker.put(column, path, cell, second.orders.get(column.index, ""), words)

    def _look(self, sheet: Sheet, columns: Sequence[Column]) -> tuple[dict[int, DateOrder], int]:
        """Go through a table once: how each column writes dates, and how many rows there are."""
        dates = [column.index for column in columns if column.node.prints in ("date", "part_date")]
        shown: dict[int, set[DateOrder]] = {index: set() for index in dates}
        total = 0
        for _, cells in sheet.records():
            total += 1
            for index in dates:
                if index < len(cells) and (order := order_shown(cells[index])):
                    shown[index].add(order)
        orders: dict[int, DateOrder] = {
            index: self._headings.dates or ("day-first" if found == {"day-first"} else "")
            for index, found in shown.items()
        }
        return orders, total

    def _second_sheets(self) -> Iterator[_Second]:
        for position, sheet in enumerate(self._file.sheets[1:], 1):
            path = self._headings.list_called(sheet.title)
            if path is None or not sheet.headings:
                continue
            columns = self._headings.columns(sheet.headings, _source(self._file, sheet), path)
            orders, _ = self._look(sheet, columns)
            yield _Second(sheet, position, path, columns, orders)

    @cached_property
    def _store(self) -> sqlite3.Connection:
        """The rows of the second sheets by reference: in memory while few, then in a file without a name."""
        store = sqlite3.connect("")
        weakref.finalize(self, store.close)
        store.execute("CREATE TABLE items (sheet INTEGER, reference TEXT, line INTEGER, cells TEXT)")
        for second in self._seconds:
            at = next(column.index for column in second.columns if column.path == ("reference",))
            store.executemany(
                "INSERT INTO items VALUES (?, ?, ?, ?)",
                (
                    (second.position, _reference(cells[at] if at < len(cells) else None), line, pack(cells))
                    for line, cells in second.sheet.records()
                ),
            )
        store.execute("CREATE INDEX by_reference ON items (sheet, reference)")
        return store

    def _items(self, second: _Second, reference: str) -> list[tuple[int, Cells]]:
        rows = self._store.execute(
            "SELECT line, cells FROM items WHERE sheet = ? AND reference = ? ORDER BY line",
            (second.position, reference),
        )
        return [(line, unpack(cells)) for line, cells in rows]

    def _find_orphans(self) -> tuple[Problem, ...]:
        """Refuse rows of second sheets that belong to no case: a child left out in silence is a child lost."""
        at = next(column.index for column in self._columns if column.path == ("reference",))
        self._store.execute("CREATE TEMP TABLE here (reference TEXT PRIMARY KEY)")
        self._store.executemany(
            "INSERT OR IGNORE INTO here VALUES (?)",
            ((_reference(cells[at] if at < len(cells) else None),) for _, cells in self._main.records()),
        )
        titles = {second.position: second.sheet.title for second in self._seconds}
        lost = self._store.execute(
            "SELECT sheet, line FROM items WHERE reference NOT IN (SELECT reference FROM here) "
            "ORDER BY 1, 2 LIMIT 50"
        ).fetchall()
        if lost:
            raise InputError(
                *(
                    Problem(
                        "error",
                        "no-such-case",
                        "The row’s reference is that of no case in the first sheet",
                        "Correct the reference, or take the row out",
                        Place(self.name, "", f"sheet ‘{titles[sheet]}’, row {line}"),
                    )
                    for sheet, line in lost
                )
            )
        return ()


class _Maker:
    """Builds the case of one row; `case` and `problems` fill on the way."""

    def __init__(self, source: str, row: str, every_row: Mapping[str, object]) -> None:
        self._source = source
        self._row = row
        self.case: dict[str, object] = {}
        self._places: list[tuple[tuple[str | int, ...], str]] = []
        self._problems: list[Problem] = []
        for pointer, value in every_row.items():
            path = tuple(int(part) if part.isdigit() else part for part in steps(pointer))
            _set(self.case, path, value)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the cells."""
        return tuple(self._problems)

    def put(
        self, column: Column, path: tuple[str | int, ...], cell: Cell, order: DateOrder, heading: str
    ) -> None:
        """Put what a cell says into its place."""
        self._places.append((path, heading))
        if is_empty(cell):
            return
        try:
            value = convert(column.node, cell, order)
        except CellProblem as problem:
            place = Place(self._source, "", f"{self._row}, column ‘{heading}’")
            self._problems.append(Problem("error", problem.code, problem.message, problem.hint, place))
            return
        if not _set(self.case, path, value):
            self._problems.append(
                Problem(
                    "error",
                    "whole-and-part",
                    "One column holds the whole and another a part of it",
                    "Fill in only one of the two",
                    Place(self._source, "", f"{self._row}, column ‘{heading}’"),
                )
            )

    def stray(self, index: int) -> None:
        """Note a cell beyond the last heading."""
        self._problems.append(
            Problem(
                "error",
                "cell-without-heading",
                "A cell stands to the right of the last heading",
                "Look whether the row has slipped; in CSV, text with the delimiter needs quotation marks",
                Place(self._source, "", f"{self._row}, column {letters(index)}"),
            )
        )

    def length(self, path: tuple[str, ...]) -> int:
        """How many items a list has so far."""
        value: object = self.case
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        return len(value) if isinstance(value, list) else 0

    def finish(self) -> tuple[bytes, tuple[tuple[str, str], ...]]:
        """Give the case, with gaps in numbered lists closed, and the places that headings fill then."""
        moved: dict[tuple[str | int, ...], int] = {}
        _close_gaps(self.case, (), moved)
        filled = {path[:-1] for path in moved}
        pairs = []
        for path, heading in self._places:
            pointer, gone = "", False
            for index, part in enumerate(path):
                if isinstance(part, int):
                    now = moved.get((*path[:index], part))
                    gone = gone or (now is None and (part > 0 or path[:index] in filled))
                    part = part if now is None else now
                pointer = step(pointer, part)
            if not gone:
                pairs.append((pointer, heading))
        return json.dumps(self.case, ensure_ascii=False).encode("utf-8", "surrogatepass"), tuple(pairs)


def _set(target: object, path: Sequence[str | int], value: object) -> bool:
    """Put a value into nested objects and lists, made on the way; False where a value is in the way."""
    for part, after in zip(path, (*path[1:], None), strict=True):
        fresh: object = value if after is None else [] if isinstance(after, int) else {}
        if isinstance(part, int):
            if not isinstance(target, list):
                return False
            target.extend([None] * (part + 1 - len(target)))
            if after is None or target[part] is None:
                target[part] = fresh
            target = target[part]
        else:
            if not isinstance(target, dict) or "not_known" in target or "not_applicable" in target:
                return False
            if after is None and isinstance(target.get(part), dict) and isinstance(value, dict):
                return False
            target = target.setdefault(part, fresh) if after is not None else _put(target, part, fresh)
    return True


def _put(target: dict[str, object], part: str, value: object) -> object:
    target[part] = value
    return value


def _close_gaps(value: object, path: tuple[str | int, ...], moved: dict[tuple[str | int, ...], int]) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            _close_gaps(item, (*path, key), moved)
    elif isinstance(value, list):
        kept = [(index, item) for index, item in enumerate(value) if item is not None]
        for now, (index, item) in enumerate(kept):
            moved[(*path, index)] = now
            _close_gaps(item, (*path, index), moved)
        value[:] = [item for _, item in kept]


def _reference(cell: Cell) -> str:
    """Give a reference as a row's case has it."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def pack(cells: Cells) -> str:
    """Write cells as JSON, dates and times marked as such."""
    return json.dumps([_packed(cell) for cell in cells])


def _packed(cell: Cell) -> object:
    return {type(cell).__name__: cell.isoformat()} if isinstance(cell, date | time) else cell


def unpack(text: str) -> Cells:
    """Read what `pack` wrote."""
    readers = {"datetime": datetime.fromisoformat, "date": date.fromisoformat, "time": time.fromisoformat}
    cells: list[Cell] = []
    for cell in json.loads(text):
        if isinstance(cell, dict):
            ((kind, value),) = cell.items()
            cell = readers[kind](value)
        cells.append(cell)
    return cells


def _source(file: File, sheet: Sheet) -> str:
    return f"{file.name}, sheet ‘{sheet.title}’" if sheet.title else file.name
