"""Reading tables (17.4): rows and cells with the table style applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from forms.formats.word.model import BlockItem, Borders, Cell, Control, Insets, LineRule, Row, Table, Width
from forms.formats.word.ooxml import VAL, W, measure, on, whole
from forms.formats.word.properties import Properties
from forms.formats.word.reader_controls import read_control
from forms.formats.word.reader_inline import TRANSPARENT, has_content, refuse
from forms.formats.word.styles import Styles, TableContext
from forms.formats.word.table_styles import (
    CellPosition,
    Look,
    TableStyle,
    as_borders,
    read_borders,
    read_cell_look,
    read_margins,
    read_width,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

    from forms.formats.word.model import Border

BlocksReader = Callable[["_Element", TableContext], tuple[BlockItem, ...]]


def wrapped(parent: _Element, wanted: str, level: str) -> Iterator[tuple[_Element, tuple[Control, ...]]]:
    """Yield the rows of a table or cells of a row, with the controls around each, outermost first."""
    for child in parent:
        if child.tag == wanted:
            yield child, ()
        elif child.tag == W + "sdt":
            content = child.find(W + "sdtContent")
            if content is not None:
                control = read_control(child, level)  # type: ignore[arg-type]
                for element, inner in wrapped(content, wanted, level):
                    yield element, (control, *inner)
        elif child.tag in TRANSPARENT:
            yield from wrapped(child, wanted, level)


class TableReader:
    """Reads tables of one package; table styles are remembered."""

    def __init__(self, styles: Styles) -> None:
        """Take the package's styles."""
        self._styles = styles
        self._known: dict[str, TableStyle] = {}

    def style(self, style_id: str) -> TableStyle:
        """Give a table style with its ancestors merged."""
        known = self._known.get(style_id)
        if known is None:
            known = self._known[style_id] = TableStyle(self._styles, style_id)
        return known

    def read(self, element: _Element, blocks: BlocksReader, source: str) -> Table:
        """Read a `w:tbl`; `blocks` reads the content of a cell."""
        return _OneTable(self, element, blocks, source).read()


class _OneTable:
    """The reading of one table."""

    def __init__(self, reader: TableReader, element: _Element, blocks: BlocksReader, source: str) -> None:
        self._element = element
        self._blocks = blocks
        self._source = source
        properties = element.find(W + "tblPr")
        own = {child.tag: child for child in properties} if properties is not None else {}
        style = own.get(W + "tblStyle")
        self._style = reader.style((style.get(VAL) or "") if style is not None else "")
        self._properties = {**self._style.properties, **own}
        self._look = Look.read(own.get(W + "tblLook"))
        self._borders = {**self._style.borders, **read_borders(own.get(W + "tblBorders"))}
        self._margins = read_margins(own.get(W + "tblCellMar"), self._style.margins)
        grid = element.find(W + "tblGrid")
        columns = grid.iterfind(W + "gridCol") if grid is not None else iter(())
        self._grid = tuple(measure(column.get(W + "w")) or 0.0 for column in columns)

    def read(self) -> Table:
        for child in self._element:
            if child.tag not in (W + "tr", W + "sdt", *TRANSPARENT) and has_content(child):
                refuse(child, self._source)
        found = list(wrapped(self._element, W + "tr", "row"))
        rows = tuple(self._row(row, index, len(found), controls) for index, (row, controls) in enumerate(found))
        grid = self._grid
        widest = max((self._columns_of(row) for row in rows), default=0)
        if len(grid) < widest:
            grid = (*grid, *((0.0,) * (widest - len(grid))))
        get = self._properties.get
        layout, caption, spacing = get(W + "tblLayout"), get(W + "tblCaption"), get(W + "tblCellSpacing")
        indent, alignment, bidi = get(W + "tblInd"), get(W + "jc"), get(W + "bidiVisual")
        side = (alignment.get(VAL) or "left") if alignment is not None else "left"
        side = {"start": "left", "end": "right"}.get(side, side)
        return Table(
            rows=rows,
            grid=grid,
            width=read_width(get(W + "tblW")),
            fixed=layout is not None and layout.get(W + "type") == "fixed",
            alignment=side if side in ("center", "right") else "left",  # type: ignore[arg-type]
            indent=(measure(indent.get(W + "w")) or 0.0) if indent is not None else 0.0,
            borders=as_borders(self._borders),
            margins=self._margins,
            spacing=(measure(spacing.get(W + "w")) or 0.0) if spacing is not None else 0.0,
            title=(caption.get(VAL) or "") if caption is not None else "",
            bidi=bidi is not None and on(bidi),
        )

    @staticmethod
    def _columns_of(row: Row) -> int:
        return row.before + sum(cell.span for cell in row.cells) + row.after

    def _row(self, element: _Element, index: int, rows: int, controls: tuple[Control, ...]) -> Row:
        properties = element.find(W + "trPr")
        height, rule, cant_split, header, before, after = 0.0, "auto", False, False, 0, 0
        for child in properties if properties is not None else ():
            if child.tag == W + "trHeight":
                height = measure(child.get(VAL)) or 0.0
                rule = child.get(W + "hRule") or "atLeast"
            elif child.tag == W + "cantSplit":
                cant_split = on(child)
            elif child.tag == W + "tblHeader":
                header = on(child)
            elif child.tag == W + "gridBefore":
                before = whole(child.get(VAL))
            elif child.tag == W + "gridAfter":
                after = whole(child.get(VAL))
        position = CellPosition(index, rows, before, max(len(self._grid), 1))
        for _, region in self._style.applied(self._style.conditions(self._look, position)):
            header = header or region.header
            cant_split = cant_split or region.cant_split
        line_rule: LineRule = "exact" if rule == "exact" else "atLeast"
        return Row(
            cells=tuple(self._cells(element, index, rows, before, header)),
            height=height,
            height_rule=line_rule if height else "auto",
            cant_split=cant_split,
            header=header,
            before=before,
            after=after,
            controls=controls,
        )

    def _cells(self, row: _Element, index: int, rows: int, column: int, header: bool) -> Iterator[Cell]:
        for element, controls in wrapped(row, W + "tc", "cell"):
            properties = element.find(W + "tcPr")
            span, merge = 1, ""
            width, own_borders = Width(), None
            for child in properties if properties is not None else ():
                if child.tag == W + "gridSpan":
                    span = max(whole(child.get(VAL), 1), 1)
                elif child.tag == W + "vMerge":
                    merge = child.get(VAL) or "continue"
                elif child.tag == W + "tcW":
                    width = read_width(child)
                elif child.tag == W + "tcBorders":
                    own_borders = child
            at = CellPosition(index, rows, column, max(len(self._grid), 1), span)
            names = self._style.conditions(self._look, at)
            look = self._cell_look(names, properties)
            vertical = look.get("vertical", "top")
            yield Cell(
                blocks=self._blocks(element, self._style.context(names)),
                span=span,
                merge="restart" if merge == "restart" else "continue" if merge else "",
                width=width,
                borders=self._cell_borders(names, at, own_borders),
                shading=look.get("shading"),
                margins=look["margins"],
                vertical=vertical if vertical in ("center", "bottom") else "top",
                no_wrap=look.get("no_wrap", False),
                heading=column == 0 and not header and self._look.first_column and "firstCol" in names,
                controls=controls,
            )
            column += span

    def _cell_look(self, names: tuple[str, ...], properties: _Element | None) -> Properties:
        out: Properties = {}
        margins: Insets = self._margins
        for look in (*(region.cell for _, region in self._style.applied(names)), read_cell_look(properties)):
            if "margins" in look:
                margins = read_margins(look["margins"], margins)
            out.update(look)
        out["margins"] = margins
        return out

    def _cell_borders(self, names: tuple[str, ...], at: CellPosition, own: _Element | None) -> Borders:
        sides: dict[str, Border] = self._style.cell_borders(names, self._look, at)
        sides.update(read_borders(own))
        return as_borders(sides)
