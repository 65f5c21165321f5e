"""Placing a laid-out table on pages: which rows go on this one, and how a row is parted (17.4.6, 17.4.78)."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from forms.formats.pdf.display import (
    ARTIFACT,
    FieldOp,
    FixedOps,
    ImageOp,
    JoinedOps,
    LineOp,
    LinkOp,
    Op,
    PageNumberOp,
    RectOp,
    TextLines,
    TextOp,
)
from forms.formats.pdf.layout.cursors import START, Cursor, Filled, TableCursor
from forms.formats.pdf.layout.laid import (
    Edge,
    Flow,
    LaidCell,
    LaidParagraph,
    LaidRow,
    LaidTable,
    Piece,
    RowShape,
)
from forms.formats.pdf.layout.strokes import strokes

TOLERANCE = 0.05


class CellFiller(Protocol):
    """Puts as much of a cell's flow, from a cursor on, into a room as fits; with `force` at least something."""

    def __call__(self, flow: Flow, start: Cursor, room: float, *, force: bool = False) -> Filled:
        """Fill the room."""


class PlacedTable(Struct, frozen=True):
    """A table's part on one page, and where it goes on (None: it is done)."""

    pieces: tuple[Piece, ...]
    height: float
    rest: TableCursor | None


def place_table(
    table: LaidTable, cursor: TableCursor | None, room: float, full: float, *, first: bool, fill: CellFiller
) -> PlacedTable | None:
    """Place what fits into `room`; None if nothing may begin here. `first`: the page is still empty.

    `full` is the height of an empty page: what doesn't fit there either is parted in spite of all wishes.
    """
    return _Placing(table, room, full, first, fill).run(cursor)


def first_height(table: LaidTable, full: float) -> float:
    """The least height with which a table may begin: header rows and a beginning of the next."""
    end = min(table.headers, len(table.rows) - 1)
    rows = table.rows[: end + 1]
    end = _group_end(table, end)
    kept = sum(row.height for row in table.rows[: end + 1])
    if kept <= full:
        rows = table.rows[: end + 1]
    last = rows[-1]
    return sum(row.height for row in rows[:-1]) + least(last) + last.shape.bottom_rule


def least(row: LaidRow) -> float:
    """The height that a row needs to begin."""
    if row.least:
        return row.least
    if row.shape.cant_split or row.exact or row.shape.merged:
        return row.height
    needed = 0.0
    for cell in row.cells:
        if cell.flow:
            block = cell.flow[0]
            if isinstance(block, LaidParagraph):
                height = block.format.before + block.lines[0].height
            else:
                height = first_height(block, 0.0)
            needed = max(needed, row.shape.rule + cell.shape.top + height + cell.shape.bottom)
    return min(max(needed, 0.0), row.height)


def _group_end(table: LaidTable, row: int) -> int:
    """Give the last row that must stay with `row`: kept with the next, or one merge."""
    while row + 1 < len(table.rows) and _goes_on(table.rows[row].shape):
        row += 1
    return row


def _goes_on(shape: RowShape) -> bool:
    return shape.keep_next or shape.merged


class _Placing:
    def __init__(self, table: LaidTable, room: float, full: float, first: bool, fill: CellFiller) -> None:
        self._table = table
        self._room = room
        self._full = full
        self._first = first
        self._fill = fill
        self._pieces: list[Piece] = []
        self._y = 0.0
        self._last: LaidRow | None = None
        self._body = False
        self._any = False

    def run(self, cursor: TableCursor | None) -> PlacedTable | None:
        table = self._table
        row, cells = (cursor.row, cursor.cells) if cursor is not None else (0, ())
        if (
            cursor is not None
            and table.headers
            and row >= table.headers
            and table.header_height < self._full / 2
        ):
            self._pieces.extend(table.header_pieces)
            self._y = table.header_height
            self._last = table.rows[table.headers - 1]
        kept_until = -1
        while row < len(table.rows):
            if cells:
                rest = self._part(row, cells, force=True)
                if rest is not None:
                    return self._done(rest)
                cells = ()
                row += 1
                continue
            end = self._alone(row)
            if end > row:
                row = end
                continue
            if row > kept_until:
                group = _group_end(table, row)
                if not self._group_fits(row, group) and (self._any or not self._first):
                    return self._stop(row)
                kept_until = group
            if not self._unit_fits(row) and (self._any or not self._first):
                return self._stop(row)
            if self._fits(self._height(row), table.rows[row]):
                self._whole(row)
                row += 1
                continue
            rest = self._parted(row)
            if rest is None:
                return self._stop(row)
            if rest.row == row:
                return self._done(rest)
            row = rest.row
        return self._done(None)

    def _merged(self, row: int) -> bool:
        """Whether a row is part of a vertical merge."""
        rows = self._table.rows
        return rows[row].shape.merged or (row > 0 and rows[row - 1].shape.merged)

    def _alone(self, row: int) -> int:
        """Place the rows from one on that fit and have nothing to do with others; give where that ends."""
        rows, pieces, y, room = self._table.rows, self._pieces, self._y, self._room + TOLERANCE
        end = row if self._merged(row) else len(rows)
        for at in range(row, end):
            here = rows[at]
            shape = here.shape
            if shape.keep_next or shape.merged or y + here.height + shape.bottom_rule > room:
                end = at
                break
            ops = here.whole if here.whole is not None else whole(here)
            if ops:
                pieces.append((0.0, y, ops, here.base))
            y += here.height
        if end > row:
            self._y, self._last, self._any = y, rows[end - 1], True
            self._body = self._body or end > self._table.headers
        return end

    def _unit(self, row: int) -> tuple[int, int]:
        """Give the first and last of the rows that vertical merges hold together."""
        rows = self._table.rows
        start = end = row
        while start and rows[start - 1].shape.merged:
            start -= 1
        while end + 1 < len(rows) and rows[end].shape.merged:
            end += 1
        return start, end

    def _loose(self, start: int, end: int) -> bool:
        """Whether no page holds these rows: a merge then lies in its first row alone, and is parted there."""
        rows = self._table.rows
        repeated = self._table.header_height if start >= self._table.headers else 0.0
        unit = sum(other.height for other in rows[start : end + 1]) + repeated + rows[end].shape.bottom_rule
        return unit > self._full + TOLERANCE

    def _height(self, row: int) -> float:
        here = self._table.rows[row]
        start, end = self._unit(row)
        return here.alone if start < end and self._loose(start, end) else here.height

    def _unit_fits(self, row: int) -> bool:
        """Whether the merges that begin in a row fit here, or on no page."""
        start, end = self._unit(row)
        if start != row or start == end or self._loose(start, end):
            return True
        return self._fits(
            sum(other.height for other in self._table.rows[start : end + 1]), self._table.rows[end]
        )

    def _fits(self, height: float, last: LaidRow) -> bool:
        return self._y + height + last.shape.bottom_rule <= self._room + TOLERANCE

    def _group_fits(self, first: int, last: int) -> bool:
        """Whether rows that stay together fit here up to the last one's beginning, or on no page either."""
        rows = self._table.rows[first : last + 1]
        if len(rows) == 1:
            return True
        end = rows[-1].height if rows[-2].shape.merged else least(rows[-1])
        height = sum(row.height for row in rows[:-1]) + end
        repeated = self._table.header_height if first >= self._table.headers else 0.0
        return (
            self._fits(height, rows[-1])
            or height + repeated + rows[-1].shape.bottom_rule > self._full + TOLERANCE
        )

    def _stop(self, row: int) -> PlacedTable | None:
        """End the page before `row`."""
        return self._done(TableCursor(row)) if self._body or (self._first and self._any) else None

    def _done(self, rest: TableCursor | None) -> PlacedTable:
        last = self._last
        if last is not None:
            if last.shape.bottom_ops:
                self._pieces.append((0.0, self._y, last.shape.bottom_ops, 0))
            self._y += last.shape.bottom_rule
        return PlacedTable(tuple(self._pieces), self._y, rest)

    def _parted(self, row: int) -> TableCursor | None:
        """Part a row that doesn't fit; None if the page ends before it. An empty page takes it in any case."""
        here = self._table.rows[row]
        must = self._first and not self._any
        if (here.exact or here.shape.cant_split) and not must:
            return None
        if here.shape.merged and not must and here.alone <= self._full:
            return None
        cells = tuple(START if cell.flow else None for cell in here.cells)
        rest = self._part(row, cells, force=must)
        if rest is not None or self._last is here:
            return rest or TableCursor(row + 1)
        return None

    def _part(self, row: int, cells: tuple[Cursor | None, ...], *, force: bool) -> TableCursor | None:
        """Place one part of a row. Without `force`, nothing is placed if a cell could not even begin."""
        here = self._table.rows[row]
        shape = here.shape
        fillings: list[Filled | None] = []
        for cell, cursor in zip(here.cells, cells, strict=True):
            if cursor is None:
                fillings.append(None)
                continue
            room = self._room - self._y - shape.rule - cell.shape.top - cell.shape.bottom - shape.bottom_rule
            filled = self._fill(cell.flow, cursor, room, force=force)
            if filled.rest is not None and not filled.pieces and not force:
                return None
            fillings.append(filled)
        rests = tuple(filled.rest if filled is not None else None for filled in fillings)
        if not force and not any(rest is not None for rest in rests):
            return None  # only its least height made it too high: it moves as a whole
        height = shape.rule + max(
            (
                cell.shape.top + filled.height + cell.shape.bottom
                for cell, filled in zip(here.cells, fillings, strict=True)
                if filled is not None
            ),
            default=0.0,
        )
        contents = [
            tuple(piece for _, piece in filled.pieces) if filled is not None else () for filled in fillings
        ]
        self._draw(here, height, contents, parted=True)
        return TableCursor(row, rests) if any(rest is not None for rest in rests) else None

    def _whole(self, row: int) -> None:
        here = self._table.rows[row]
        start, end = self._unit(row)
        loose = start < end and self._loose(start, end)
        self._draw_whole(row, here.alone if loose else here.height, -1 if loose else row)

    def _draw_whole(self, row: int, height: float, unit: int) -> None:
        here = self._table.rows[row]
        if self._merged(row):
            self._draw(here, height, [cell.pieces for cell in here.cells], row=unit)
        else:
            ops = whole(here)
            if ops:
                self._pieces.append((0.0, self._y, ops, here.base))
            self._y += height
            self._last = here
            self._any = True
        self._body = self._body or row >= self._table.headers

    def _draw(
        self,
        here: LaidRow,
        height: float,
        contents: list[tuple[Piece, ...]],
        *,
        parted: bool = False,
        row: int = -1,
    ) -> None:
        y = self._y
        draw_row(self._table.rows, here, y, height, contents, self._pieces, parted=parted, row=row)
        self._y = y + height
        self._last = here
        self._any = True
        if parted:
            self._body = True


def draw_row(
    rows: tuple[LaidRow, ...],
    here: LaidRow,
    y: float,
    height: float,
    contents: list[tuple[Piece, ...]],
    pieces: list[Piece],
    *,
    parted: bool = False,
    row: int = -1,
) -> None:
    """Draw a row whose upper border begins at `y`, by adding `pieces`: shading and borders, then content."""
    shape = here.shape
    own = frame(shape, height)
    if own:
        pieces.append((0.0, y, own, 0))
    under = y + shape.rule
    for cell, content in zip(here.cells, contents, strict=True):
        if not content:
            continue
        top = under + cell.shape.top
        if not parted and cell.shape.vertical != "top":
            top += _lift(cell, here, height, rows, row)
        _draw_cell(cell, content, top, pieces)


def _draw_cell(cell: LaidCell, content: tuple[Piece, ...], top: float, pieces: list[Piece]) -> None:
    left, base = cell.shape.left, cell.base
    for x, y, ops, offset in content:
        if ops:
            pieces.append((left + x, top + y, ops, base + offset))


def cell_pieces(row: LaidRow, cell: LaidCell) -> list[Piece]:
    """Give what is drawn of a cell in one row, from the row's upper left corner on."""
    top = row.shape.rule + cell.shape.top
    if cell.shape.vertical != "top":
        top += _lift(cell, row, row.height, (row,), 0)
    pieces: list[Piece] = []
    _draw_cell(cell, cell.pieces, top, pieces)
    return pieces


_MOST_FRAMES = 64


def frame(shape: RowShape, height: float) -> tuple[Op, ...]:
    """Give the shading and borders of a row of this height, from its top on."""
    known = shape.frames.get(height)
    if known is None:
        if len(shape.frames) >= _MOST_FRAMES:
            shape.frames.clear()
        drawn = _draw_frame(shape, height)
        known = shape.frames[height] = FixedOps(drawn) if shape.lasting and drawn else tuple(drawn)
    return known


def _draw_frame(shape: RowShape, height: float) -> list[Op]:
    ops: list[Op] = [
        RectOp(cell.x1, 0.0, cell.x2 - cell.x1, height, cell.shading)
        for cell in shape.cells
        if cell.shading is not None
    ]
    for edge in shape.top_edges:
        ops.extend(edge_ops(edge, edge.border.thickness / 2))
    for cell in shape.cells:
        for border, x in ((cell.edge_left, cell.x1), (cell.edge_right, cell.x2)):
            if border is not None and border.visible:
                ops.extend(strokes(border, x, 0.0, x, height))
    return ops


def _lift(cell: LaidCell, here: LaidRow, height: float, rows: tuple[LaidRow, ...], row: int) -> float:
    """How far a cell's content is moved down for its vertical alignment."""
    shape = cell.shape
    if not cell.pieces:
        return 0.0
    if shape.rows > 1 and row >= 0:
        height = sum(other.height for other in rows[row : row + shape.rows])
    spare = max(height - here.shape.rule - shape.top - shape.bottom - cell.height, 0.0)
    return spare / 2 if shape.vertical == "center" else spare


def edge_ops(edge: Edge, y: float) -> list[Op]:
    """Draw a piece of a horizontal border in the height `y`."""
    reach = edge.border.thickness / 2
    return strokes(edge.border, edge.x1 - reach, y, edge.x2 + reach, y)


def whole(row: LaidRow) -> Sequence[Op]:
    """Give what is drawn of a row in no vertical merge."""
    if row.whole is None:
        parts = parts_of(row)
        row.whole = JoinedOps(parts) if parts else ()
    return row.whole


def parts_of(row: LaidRow) -> list[Sequence[Op]]:
    """Give what is drawn of a row in no vertical merge, from its upper left corner on: frame, then cells."""
    parts = [in_one(cell_pieces(row, cell)) for cell in row.cells]
    return [part for part in (frame(row.shape, row.height), *parts) if part]


def in_one(pieces: Sequence[Piece]) -> tuple[Op, ...]:
    """Give pieces as operations from one origin."""
    out: list[Op] = []
    for x, y, ops, base in pieces:
        for op in ops:
            if isinstance(op, LineOp):
                out.append(replace(op, x1=op.x1 + x, y1=op.y1 + y, x2=op.x2 + x, y2=op.y2 + y))
            elif isinstance(op, RectOp):
                out.append(replace(op, x=op.x + x, y=op.y + y))
            elif isinstance(op, TextLines):
                moved = replace(op, x=op.x + x, y=op.y + y, left=op.left + x)
                out.append(replace(moved, element=op.element + base) if op.element != ARTIFACT else moved)
            else:
                element = op.element + base if op.element != ARTIFACT else ARTIFACT
                out.append(replace(op, x=op.x + x, y=op.y + y, element=element))
    return tuple(out)


def as_artifacts(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Give pieces that look the same but aren't read aloud: for repeated header rows."""
    out = []
    for x, y, ops, _ in pieces:
        kept: list[Op] = []
        for op in ops:
            if isinstance(op, TextOp | TextLines | ImageOp | PageNumberOp):
                kept.append(replace(op, element=ARTIFACT))
            elif not isinstance(op, LinkOp | FieldOp):
                kept.append(op)
        same = len(kept) == len(ops) and all(map(operator.is_, kept, ops))
        kind = FixedOps if isinstance(ops, FixedOps) else tuple
        out.append((x, y, ops if same else kind(kept), 0))
    return tuple(out)
