"""Which border is drawn where two cells meet (17.4.66): the cell's own before the table's, then the heavier."""

from __future__ import annotations

from msgspec import Struct

from forms.formats.pdf.layout.laid import Edge
from forms.formats.word.model import Border, Cell, Table


class GridCell(Struct, frozen=True):
    """A cell and the grid columns it covers, from `start` to before `stop`."""

    cell: Cell
    start: int
    stop: int


def grid_rows(table: Table) -> list[list[GridCell]]:
    """Give the cells of each row with their place in the grid."""
    out = []
    for row in table.rows:
        at = row.before
        cells = []
        for cell in row.cells:
            cells.append(GridCell(cell, at, at + cell.span))
            at += cell.span
        out.append(cells)
    return out


def heavier(first: Border | None, second: Border | None) -> Border | None:
    """Give the border that wins where two meet; a visible one before none, then the wider, then the first."""
    if first is None or not first.visible:
        return second if second is not None and second.visible else first
    if second is None or not second.visible:
        return first
    return second if second.thickness > first.thickness else first


class TableBorders:
    """The borders of a table: horizontal ones between rows, vertical ones between cells of a row."""

    def __init__(self, table: Table, rows: list[list[GridCell]], x: list[float]) -> None:
        """Take the table, its cells in the grid, and where the grid's lines lie."""
        self._table = table
        self._rows = rows
        self._x = x
        self._columns = len(x) - 1

    def above(self, row: int) -> tuple[Edge, ...]:
        """Give the horizontal borders between `row` and the one before it (or the table's upper edge)."""
        upper = self._side(row - 1, "bottom") if row else [None] * self._columns
        lower = self._side(row, "top") if row < len(self._rows) else [None] * self._columns
        return self._edges([heavier(first, second) for first, second in zip(upper, lower, strict=True)], row)

    def closing(self, row: int) -> tuple[Edge, ...]:
        """Give the borders below `row` where its page or the table ends there."""
        own = self._side(row, "bottom")
        if row + 1 < len(self._rows):
            own = [
                heavier(first, second) for first, second in zip(own, self._side(row + 1, "top"), strict=True)
            ]
        return self._edges(own, -1)

    def vertical(self, row: int, index: int) -> tuple[Border | None, Border | None]:
        """Give the left border of a cell, and its right one if no cell follows."""
        cells = self._rows[row]
        left = self._across(cells[index], "left")
        if index and cells[index - 1].stop == cells[index].start:
            left = heavier(self._across(cells[index - 1], "right"), left)
        right = self._across(cells[index], "right") if index + 1 == len(cells) else None
        return left, right

    def _across(self, place: GridCell, side: str) -> Border | None:
        own: Border | None = getattr(place.cell.borders, side)
        if own is not None:
            return own
        outer = place.start == 0 if side == "left" else place.stop >= self._columns
        borders = self._table.borders
        if outer:
            return borders.left if side == "left" else borders.right
        return borders.inside_v

    def _side(self, row: int, side: str) -> list[Border | None]:
        """Give the upper or lower border of a row by grid column."""
        out: list[Border | None] = [None] * self._columns
        outer = row == 0 if side == "top" else row == len(self._rows) - 1
        borders = self._table.borders
        default = (borders.top if side == "top" else borders.bottom) if outer else borders.inside_h
        for place in self._rows[row]:
            own: Border | None = getattr(place.cell.borders, side)
            for column in range(place.start, min(place.stop, self._columns)):
                out[column] = own if own is not None else default
        return out

    def _edges(self, columns: list[Border | None], row: int) -> tuple[Edge, ...]:
        """Join equal borders side by side; no border runs through a vertical merge."""
        merged: set[int] = set()
        if 0 < row < len(self._rows):
            for place in self._rows[row]:
                if place.cell.merge == "continue":
                    merged.update(range(place.start, place.stop))
        out: list[Edge] = []
        for column, border in enumerate(columns):
            if border is None or not border.visible or column in merged:
                continue
            if out and out[-1].border == border and out[-1].x2 == self._x[column]:
                out[-1] = Edge(out[-1].x1, self._x[column + 1], border)
            else:
                out.append(Edge(self._x[column], self._x[column + 1], border))
        return tuple(out)


def rule_height(edges: tuple[Edge, ...]) -> float:
    """The height that horizontal borders take: that of the thickest."""
    return max((edge.border.thickness for edge in edges), default=0.0)
