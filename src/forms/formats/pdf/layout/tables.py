"""Laying out a table: its grid, its cells' content, its rows' heights (17.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from forms.formats.pdf.display import FieldOp
from forms.formats.pdf.layout.borders import GridCell, TableBorders, grid_rows, rule_height
from forms.formats.pdf.layout.cursors import START
from forms.formats.pdf.layout.flow import fill_cell
from forms.formats.pdf.layout.laid import (
    Edge,
    Flow,
    LaidCell,
    LaidParagraph,
    LaidRow,
    LaidTable,
    Piece,
)
from forms.formats.pdf.layout.rows import as_artifacts, draw_row
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
    return _Table(table, structure, room, make_flow).lay_out(parent, outdent)


class _Table:
    def __init__(self, table: Table, structure: Structure, room: float, make_flow: FlowMaker) -> None:
        self._table = table
        self._structure = structure
        self._room = room
        self._make_flow = make_flow
        self._places = grid_rows(table)
        self._x = [0.0]
        for width in grid_widths(table, room):
            self._x.append(self._x[-1] + width)
        self._borders = TableBorders(table, self._places, self._x)

    def lay_out(self, parent: int, outdent: bool) -> LaidTable:
        rows = self._table.rows
        element = self._structure.add("Table", parent, alternative=self._table.title)
        edges = [self._borders.above(row) for row in range(len(rows) + 1)]
        cells = [self._cells(row, element) for row in range(len(rows))]
        heights, alone = self._heights(cells, edges)
        laid = tuple(
            self._row(number, cells[number], edges, heights[number], alone[number])
            for number in range(len(rows))
        )
        laid = tuple(_with_high_fields(row) for row in laid)
        headers = 0
        while headers < len(rows) and rows[headers].header:
            headers += 1
        if headers == len(rows) or (headers and laid[headers - 1].merged):
            headers = 0  # nothing would follow them, or a merge reaches out of them
        pieces: list[Piece] = []
        y = 0.0
        for number, row in enumerate(laid[:headers]):
            contents = [cell.pieces for cell in row.cells]
            pieces.extend(draw_row(laid, row, y, row.height, contents, row=number))
            y += row.height
        return LaidTable(self._left(edges, outdent), laid, headers, as_artifacts(pieces), y)

    def _left(self, edges: list[tuple[Edge, ...]], outdent: bool) -> float:
        del edges
        width = self._x[-1]
        if self._table.alignment == "center":
            return (self._room - width) / 2
        if self._table.alignment == "right":
            return self._room - width
        if outdent:
            return self._table.indent - self._table.margins.left
        first = self._borders.vertical(0, 0)[0] if self._places and self._places[0] else None
        return self._table.indent + (first.thickness / 2 if first is not None else 0.0)

    # --- cells

    def _cells(self, number: int, table_element: int) -> list[LaidCell]:
        row = self._table.rows[number]
        row_element = self._structure.add("TR", table_element)
        out = []
        for index, place in enumerate(self._places[number]):
            out.append(self._cell(number, index, place, row, row_element))
        return out

    def _cell(self, number: int, index: int, place: GridCell, row: Row, row_element: int) -> LaidCell:
        cell = place.cell
        last = len(self._x) - 1
        x1, x2 = self._x[min(place.start, last)], self._x[min(place.stop, last)]
        left, right = self._borders.vertical(number, index)
        margins = cell.margins
        owner = cell.merge != "continue"
        spanned = self._spanned(number, place) if cell.merge == "restart" else 1
        flow: Flow = ()
        if owner:
            element = self._cell_element(cell, row, row_element, spanned)
            width = max(x2 - x1 - margins.left - margins.right, 1.0)
            flow = self._make_flow(cell.blocks, element, width, (*row.controls, *cell.controls))
        filled = fill_cell(flow, START, _NO_LIMIT)
        return LaidCell(
            x1=x1,
            x2=x2,
            left=x1 + margins.left,
            flow=flow,
            pieces=tuple(piece for _, piece in filled.pieces),
            height=filled.height,
            top=margins.top,
            bottom=margins.bottom,
            vertical=cell.vertical,
            shading=cell.shading if owner else self._owner(number, place).shading,
            edge_left=left,
            edge_right=right,
            rows=spanned,
            owner=owner,
        )

    def _cell_element(self, cell: Cell, row: Row, row_element: int, spanned: int) -> int:
        attributes: list[tuple[str, str | int]] = []
        if row.header or cell.heading:
            attributes.append(("Scope", "Column" if row.header else "Row"))
        if spanned > 1:
            attributes.append(("RowSpan", spanned))
        if cell.span > 1:
            attributes.append(("ColSpan", cell.span))
        role = "TH" if row.header or cell.heading else "TD"
        return self._structure.add(role, row_element, attributes=tuple(attributes))

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

    # --- rows

    def _heights(
        self, cells: list[list[LaidCell]], edges: list[tuple[Edge, ...]]
    ) -> tuple[list[float], list[float]]:
        """Give each row's height, and its height if merged cells lay in it alone.

        An exact height grows if text would be cut off: Word hides it, but nothing may be lost here.
        """
        heights, alone = [], []
        for number, row in enumerate(self._table.rows):
            rule = rule_height(edges[number])
            single = both = row.height if row.height_rule != "auto" else 0.0
            for cell in cells[number]:
                needed = rule + cell.top + cell.height + cell.bottom
                if row.height_rule != "exact" or _shows(cell):
                    both = max(both, needed)
                    if cell.rows == 1:
                        single = max(single, needed)
            heights.append(single)
            alone.append(both)
        for number, row_cells in enumerate(cells):
            rule = rule_height(edges[number])
            for cell in row_cells:
                if cell.rows > 1:
                    last = number + cell.rows - 1
                    missing = rule + cell.top + cell.height + cell.bottom - sum(heights[number : last + 1])
                    if missing > 0 and (self._table.rows[last].height_rule != "exact" or _shows(cell)):
                        heights[last] += missing
        return heights, alone

    def _row(
        self, number: int, cells: list[LaidCell], edges: list[tuple[Edge, ...]], height: float, alone: float
    ) -> LaidRow:
        row = self._table.rows[number]
        closing = self._borders.closing(number)
        following = self._places[number + 1] if number + 1 < len(self._places) else []
        return LaidRow(
            cells=tuple(cells),
            height=height,
            alone=alone,
            rule=rule_height(edges[number]),
            exact=row.height_rule == "exact" and height <= row.height,
            cant_split=row.cant_split,
            keep_next=_keeps(row),
            merged=any(place.cell.merge == "continue" for place in following),
            top_edges=edges[number],
            bottom_edges=closing,
            bottom_rule=rule_height(closing),
        )


def _shows(cell: LaidCell) -> bool:
    """Whether anything is drawn in a cell."""
    return any(ops for _, _, ops in cell.pieces)


def _keeps(row: Row) -> bool:
    """Whether a row stays with the next: its first cell's first paragraph says so, as LibreOffice has it."""
    for cell in row.cells[:1]:
        for block in cell.blocks[:1]:
            return isinstance(block, Paragraph) and block.format.keep_next
    return False


def _with_high_fields(row: LaidRow) -> LaidRow:
    """Let a field that ends a cell, below a label or alone, be as high as the room that the cell leaves it."""
    cells = list(row.cells)
    changed = False
    for index, cell in enumerate(cells):
        op = _last_field(cell)
        if op is None or cell.rows != 1:
            continue
        x, y, _ = cell.pieces[-1]
        top = y if len(cell.pieces) > 1 else 0.0
        room = row.height - row.rule - cell.top - cell.bottom - top
        if room > op.height:
            high: Piece = (x, top, (replace(op, y=0.0, height=room),))
            cells[index] = replace(cell, pieces=(*cell.pieces[:-1], high), height=top + room)
            changed = True
    return replace(row, cells=tuple(cells)) if changed else row


def _last_field(cell: LaidCell) -> FieldOp | None:
    """Give the field that is all of a cell's last paragraph."""
    if not cell.flow or len(cell.pieces) != len(cell.flow) or not isinstance(cell.flow[-1], LaidParagraph):
        return None
    ops = cell.flow[-1].ops
    if len(ops) == 1 and isinstance(ops[0], FieldOp) and ops[0].field.kind != "checkbox":
        return ops[0]
    return None
