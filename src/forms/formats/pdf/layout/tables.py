"""Laying out a table: its grid, its cells' content, its rows' heights (17.4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from forms.formats.pdf.display import FieldOp, FixedOps
from forms.formats.pdf.layout.borders import GridCell, TableBorders, grid_rows, rule_height
from forms.formats.pdf.layout.cursors import START
from forms.formats.pdf.layout.flow import fill_cell
from forms.formats.pdf.layout.laid import (
    CellShape,
    Flow,
    LaidCell,
    LaidParagraph,
    LaidRow,
    LaidTable,
    Piece,
    RowShape,
    TableShape,
)
from forms.formats.pdf.layout.rows import as_artifacts, draw_row, edge_ops
from forms.formats.pdf.layout.structure import Structure
from forms.formats.word.model import BlockItem, Cell, Control, Paragraph, Row, Table

FlowMaker = Callable[[tuple[BlockItem, ...], int, float, tuple[Control, ...]], Flow]
"""Lays out a cell's blocks below a structure element in a width; controls are those around the cell."""

_NO_LIMIT = float("inf")


def grid_widths(table: Table, room: float) -> list[float]:
    """Give the width of each grid column in a column of text that is `room` wide.

    The grid counts as it stands; percentages scale it, and columns without width share what is left.
    """
    grid = list(table.grid)
    wanted = sum(grid)
    if table.width.kind == "pct":
        wanted = room * table.width.value / 100
    elif table.width.kind == "dxa" and not wanted:
        wanted = table.width.value
    unknown = [index for index, width in enumerate(grid) if width <= 0]
    if unknown:
        spare = max((wanted or room) - sum(grid), 0.0)
        for index in unknown:
            grid[index] = spare / len(unknown)
    total = sum(grid)
    if table.width.kind == "pct" and total:
        grid = [width * wanted / total for width in grid]
    return grid


def lay_out_table(
    table: Table, structure: Structure, parent: int, room: float, make_flow: FlowMaker, *, outdent: bool
) -> LaidTable:
    """Lay out a table in a column that is `room` wide, as a `Table` element below `parent`.

    `outdent`: the text of the first column, not the table's edge, is in line with the text around it (files of
    Word 2010 and before, 17.4.50).
    """
    shape = table_shape(table, room, outdent=outdent, lasting=structure.lasting)
    element = structure.add("Table", parent, alternative=table.title)
    cells = []
    for row, row_shape in zip(table.rows, shape.rows, strict=True):
        row_element = structure.add("TR", element)
        cells.append(
            [
                lay_out_cell(cell, row, cell_shape, structure, row_element, make_flow)
                for cell, cell_shape in zip(row.cells, row_shape.cells, strict=True)
            ]
        )
    return finish_table(shape, cells)


def lay_out_cell(
    cell: Cell, row: Row, shape: CellShape, structure: Structure, row_element: int, make_flow: FlowMaker
) -> LaidCell:
    """Lay out a cell's content below the element of its row."""
    if not shape.owner:
        return LaidCell(shape, (), (), 0.0)
    element = structure.add(shape.role, row_element, attributes=shape.attributes)
    return with_flow(shape, make_flow(cell.blocks, element, shape.width, (*row.controls, *cell.controls)))


def with_flow(shape: CellShape, flow: Flow, base: int = 0) -> LaidCell:
    """Give a cell that holds what was laid out for it, whose elements count from `base`."""
    only = flow[0] if len(flow) == 1 else None
    if isinstance(only, LaidParagraph) and only.box is None:
        look = only.format
        return LaidCell(
            shape, flow, ((0.0, look.before, only.ops, 0),), look.before + only.height + look.after, base
        )
    filled = fill_cell(flow, START, _NO_LIMIT)
    return LaidCell(shape, flow, tuple([piece for _, piece in filled.pieces]), filled.height, base)


def finish_table(shape: TableShape, cells: Sequence[Sequence[LaidCell]]) -> LaidTable:
    """Put a table together from its shape and its cells."""
    heights = [row_heights(row_shape, row) for row_shape, row in zip(shape.rows, cells, strict=True)]
    if any(cell.shape.rows > 1 for row in cells for cell in row):
        _stretch(shape, cells, heights)
    laid = tuple(
        [
            with_high_fields(LaidRow(row, tuple(own), height, alone, row.exact and height <= row.least))
            for row, own, (height, alone) in zip(shape.rows, cells, heights, strict=True)
        ]
    )
    pieces, height = header_of(laid, shape.headers)
    return LaidTable(shape.x, laid, shape.headers, pieces, height)


def header_of(rows: tuple[LaidRow, ...], headers: int) -> tuple[tuple[Piece, ...], float]:
    """Give what is repeated of a table's header rows, and its height."""
    pieces: list[Piece] = []
    y = 0.0
    for number, row in enumerate(rows[:headers]):
        draw_row(rows, row, y, row.height, [cell.pieces for cell in row.cells], pieces, row=number)
        y += row.height
    return as_artifacts(pieces), y


# --- heights


def row_heights(shape: RowShape, cells: Sequence[LaidCell]) -> list[float]:
    """Give a row's height, and its height if merged cells lay in it alone.

    An exact height grows if text would be cut off: Word hides it, but nothing may be lost here.
    """
    rule, exact = shape.rule, shape.exact
    single = both = shape.least
    for cell in cells:
        own = cell.shape
        needed = rule + own.top + cell.height + own.bottom
        if not exact or _shows(cell):
            if needed > both:
                both = needed
            if needed > single and own.rows == 1:
                single = needed
    return [single, both]


def _stretch(shape: TableShape, cells: Sequence[Sequence[LaidCell]], heights: list[list[float]]) -> None:
    """Make the last row of each vertical merge as high as the merged cell needs it."""
    for number, (row, row_cells) in enumerate(zip(shape.rows, cells, strict=True)):
        for cell in row_cells:
            own = cell.shape
            if own.rows > 1:
                last = number + own.rows - 1
                stand = sum(height for height, _ in heights[number : last + 1])
                missing = row.rule + own.top + cell.height + own.bottom - stand
                if missing > 0 and (not shape.rows[last].exact or _shows(cell)):
                    heights[last][0] += missing


# --- the shape


def table_shape(table: Table, room: float, *, outdent: bool, lasting: bool) -> TableShape:
    """Work out all that doesn't depend on what stands in the cells of a table.

    `lasting`: the table comes again in other documents, with the same shape.
    """
    return _Shaping(table, room, lasting=lasting).shape(outdent=outdent)


class _Shaping:
    def __init__(self, table: Table, room: float, *, lasting: bool) -> None:
        self._table = table
        self._room = room
        self._lasting = lasting
        self._places = grid_rows(table)
        self._x = [0.0]
        for width in grid_widths(table, room):
            self._x.append(self._x[-1] + width)
        self._borders = TableBorders(table, self._places, self._x)

    def shape(self, *, outdent: bool) -> TableShape:
        rows = tuple(self._row(number) for number in range(len(self._table.rows)))
        headers = 0
        while headers < len(rows) and self._table.rows[headers].header:
            headers += 1
        if headers == len(rows) or (headers and rows[headers - 1].merged):
            headers = 0  # nothing would follow them, or a merge reaches out of them
        return TableShape(self._left(outdent), rows, headers)

    def _left(self, outdent: bool) -> float:
        width = self._x[-1]
        if self._table.alignment == "center":
            return (self._room - width) / 2
        if self._table.alignment == "right":
            return self._room - width
        if outdent:
            return self._table.indent - self._table.margins.left
        first = self._borders.vertical(0, 0)[0] if self._places and self._places[0] else None
        return self._table.indent + (first.thickness / 2 if first is not None else 0.0)

    def _row(self, number: int) -> RowShape:
        row = self._table.rows[number]
        above, closing = self._borders.above(number), self._borders.closing(number)
        bottom = rule_height(closing)
        drawn = [op for edge in closing for op in edge_ops(edge, bottom / 2)]
        following = self._places[number + 1] if number + 1 < len(self._places) else []
        return RowShape(
            cells=tuple(
                self._cell(number, index, place, row) for index, place in enumerate(self._places[number])
            ),
            rule=rule_height(above),
            least=row.height if row.height_rule != "auto" else 0.0,
            exact=row.height_rule == "exact",
            cant_split=row.cant_split,
            keep_next=_keeps(row),
            merged=any(place.cell.merge == "continue" for place in following),
            top_edges=above,
            bottom_rule=bottom,
            bottom_ops=FixedOps(drawn) if self._lasting and drawn else tuple(drawn),
            lasting=self._lasting,
            frames={},
        )

    def _cell(self, number: int, index: int, place: GridCell, row: Row) -> CellShape:
        cell = place.cell
        last = len(self._x) - 1
        x1, x2 = self._x[min(place.start, last)], self._x[min(place.stop, last)]
        left, right = self._borders.vertical(number, index)
        margins = cell.margins
        owner = cell.merge != "continue"
        spanned = self._spanned(number, place) if cell.merge == "restart" else 1
        role, attributes = _element_of(cell, row, spanned)
        return CellShape(
            x1=x1,
            x2=x2,
            left=x1 + margins.left,
            width=max(x2 - x1 - margins.left - margins.right, 1.0),
            top=margins.top,
            bottom=margins.bottom,
            vertical=cell.vertical,
            shading=cell.shading if owner else self._owner(number, place).shading,
            edge_left=left,
            edge_right=right,
            rows=spanned,
            owner=owner,
            role=role,
            attributes=attributes,
        )

    def _spanned(self, number: int, place: GridCell) -> int:
        """How many rows the vertical merge that begins here takes."""
        count = 1
        for cells in self._places[number + 1 :]:
            if not any(below.start == place.start and below.cell.merge == "continue" for below in cells):
                break
            count += 1
        return count

    def _owner(self, number: int, place: GridCell) -> Cell:
        """Give the cell that began a vertical merge; a merge without beginning owns itself."""
        for cells in self._places[number::-1]:
            for above in cells:
                if above.start == place.start and above.cell.merge == "restart":
                    return above.cell
        return place.cell


def _element_of(cell: Cell, row: Row, spanned: int) -> tuple[str, tuple[tuple[str, str | int], ...]]:
    """Give role and attributes of a cell's structure element."""
    heads = row.header or cell.heading
    attributes: list[tuple[str, str | int]] = []
    if heads:
        attributes.append(("Scope", "Column" if row.header else "Row"))
    if spanned > 1:
        attributes.append(("RowSpan", spanned))
    if cell.span > 1:
        attributes.append(("ColSpan", cell.span))
    return "TH" if heads else "TD", tuple(attributes)


def _shows(cell: LaidCell) -> bool:
    """Whether anything is drawn in a cell."""
    return any(piece[2] for piece in cell.pieces)


def _keeps(row: Row) -> bool:
    """Whether a row stays with the next: its first cell's first paragraph says so, as LibreOffice has it."""
    for cell in row.cells[:1]:
        for block in cell.blocks[:1]:
            return isinstance(block, Paragraph) and block.format.keep_next
    return False


def with_high_fields(row: LaidRow) -> LaidRow:
    """Let a field that ends a cell, below a label or alone, be as high as the room that the cell leaves it."""
    for index, cell in enumerate(row.cells):
        op = _last_field(cell)
        if op is None or cell.shape.rows != 1:
            continue
        x, y, _, offset = cell.pieces[-1]
        top = y if len(cell.pieces) > 1 else 0.0
        room = row.height - row.shape.rule - cell.shape.top - cell.shape.bottom - top
        if room > op.height:
            high: Piece = (x, top, (replace(op, y=0.0, height=room),), offset)
            cells = list(row.cells)
            cells[index] = LaidCell(cell.shape, cell.flow, (*cell.pieces[:-1], high), top + room, cell.base)
            row = LaidRow(row.shape, tuple(cells), row.height, row.alone, row.exact)
    return row


def _last_field(cell: LaidCell) -> FieldOp | None:
    """Give the field that is all of a cell's last paragraph."""
    if not cell.flow or len(cell.pieces) != len(cell.flow) or not isinstance(cell.flow[-1], LaidParagraph):
        return None
    ops = cell.flow[-1].ops
    if len(ops) == 1 and isinstance(ops[0], FieldOp) and ops[0].field.kind != "checkbox":
        return ops[0]
    return None
