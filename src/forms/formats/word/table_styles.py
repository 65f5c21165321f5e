"""Table properties and table styles with their conditional formats (17.4, 17.7.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from forms.formats.word.model import Borders, Insets, Width
from forms.formats.word.ooxml import VAL, W, measure, on, shading, whole
from forms.formats.word.properties import (
    Properties,
    border,
    merge_paragraph,
    paragraph_properties,
    run_properties,
)
from forms.formats.word.styles import Styles, TableContext

if TYPE_CHECKING:
    from lxml.etree import _Element

    from forms.formats.word.model import Border

SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
_SIDE_NAMES = {"start": "left", "end": "right"}


def read_borders(element: _Element | None) -> dict[str, Border]:
    """Read `w:tblBorders` or `w:tcBorders` as a dict by Word's side names."""
    if element is None:
        return {}
    out = {}
    for child in element:
        side = child.tag.rpartition("}")[2]
        out[_SIDE_NAMES.get(side, side)] = border(child)
    return out


def as_borders(sides: dict[str, Border]) -> Borders:
    """Make a `Borders` of the sides that are given."""
    return Borders(
        sides.get("top"),
        sides.get("left"),
        sides.get("bottom"),
        sides.get("right"),
        sides.get("insideH"),
        sides.get("insideV"),
    )


def read_margins(element: _Element | None, below: Insets) -> Insets:
    """Read `w:tblCellMar` or `w:tcMar`; a side that isn't given stays as in `below`."""
    if element is None:
        return below
    sides: dict[str, float] = {}
    for child in element:
        side = child.tag.rpartition("}")[2]
        value = measure(child.get(W + "w"))
        if value is not None and child.get(W + "type") != "nil":
            sides[_SIDE_NAMES.get(side, side)] = value
    return replace(below, **{side: sides[side] for side in ("top", "left", "bottom", "right") if side in sides})


def read_width(element: _Element | None) -> Width:
    """Read a `CT_TblWidth` (17.4.87); percentages are in fiftieths or written with a sign."""
    if element is None:
        return Width()
    text, kind = element.get(W + "w") or "", element.get(W + "type") or "dxa"
    if text.endswith("%"):
        return Width("pct", float(text[:-1]))
    if kind == "pct":
        return Width("pct", float(text or 0) / 50)
    value = measure(text)
    return Width("dxa", value) if kind == "dxa" and value else Width()


class Look(Struct, frozen=True):
    """Which conditional formats a table uses (17.4.55)."""

    first_row: bool = False
    last_row: bool = False
    first_column: bool = False
    last_column: bool = False
    row_bands: bool = True
    column_bands: bool = True

    @staticmethod
    def read(element: _Element | None) -> Look:
        """Read `w:tblLook`, in either of its spellings."""
        if element is None:
            return Look()
        try:
            bits = int(element.get(VAL) or "0", 16)
        except ValueError:
            bits = 0

        def flag(name: str, bit: int) -> bool:
            text = element.get(W + name)
            return bool(bits & bit) if text is None else text not in ("0", "false", "off")

        return Look(
            flag("firstRow", 0x20),
            flag("lastRow", 0x40),
            flag("firstColumn", 0x80),
            flag("lastColumn", 0x100),
            not flag("noHBand", 0x200),
            not flag("noVBand", 0x400),
        )


class Region(Struct, frozen=True):
    """A conditional format of a table style, or the style's whole-table one."""

    paragraph: Properties
    run: Properties
    borders: dict[str, Border]
    cell: Properties
    """`shading`, `vertical` and `margins` (the element) as far as given."""

    header: bool = False
    cant_split: bool = False


def read_cell_look(element: _Element | None) -> Properties:
    """Read what a style or a cell says in `w:tcPr` about looks, other than borders."""
    out: Properties = {}
    if element is None:
        return out
    for child in element:
        if child.tag == W + "shd":
            out["shading"] = shading(child)
        elif child.tag == W + "vAlign":
            out["vertical"] = child.get(VAL) or "top"
        elif child.tag == W + "tcMar":
            out["margins"] = child
        elif child.tag == W + "noWrap":
            out["no_wrap"] = on(child)
    return out


def _region(element: _Element) -> Region:
    row = element.find(W + "trPr")
    cell = element.find(W + "tcPr")
    return Region(
        paragraph_properties(element.find(W + "pPr")),
        run_properties(element.find(W + "rPr")),
        read_borders(element.find(f"{W}tcPr/{W}tcBorders")),
        read_cell_look(cell),
        header=row is not None and row.find(W + "tblHeader") is not None,
        cant_split=row is not None and row.find(W + "cantSplit") is not None,
    )


class CellPosition(Struct, frozen=True):
    """Where a cell stands in its table: for the conditional formats, and for their inner borders."""

    row: int
    rows: int
    column: int
    columns: int
    """`column` counts grid columns; `columns` is how many the table has."""

    span: int = 1

    @property
    def last_row(self) -> bool:
        """Whether it is in the last row."""
        return self.row == self.rows - 1

    @property
    def last_column(self) -> bool:
        """Whether it ends at the table's end."""
        return self.column + self.span >= self.columns


_WHOLE = ("wholeTable",)


class TableStyle:
    """A table style with its ancestors merged."""

    def __init__(self, styles: Styles, style_id: str) -> None:
        """Merge the style's chain; an unknown id gives the default table style, or nothing."""
        self.borders: dict[str, Border] = {}
        self.margins = Insets()
        self.properties: dict[str, _Element] = {}
        self.row_band = self.column_band = 1
        self.regions: dict[str, list[Region]] = {}
        self._contexts: dict[tuple[str, ...], TableContext] = {}
        for style in styles.ancestry(style_id, "table"):
            self._merge(style.element)

    def _merge(self, element: _Element) -> None:
        table = element.find(W + "tblPr")
        if table is not None:
            self.borders.update(read_borders(table.find(W + "tblBorders")))
            self.margins = read_margins(table.find(W + "tblCellMar"), self.margins)
            for child in table:
                self.properties[child.tag] = child
                if child.tag == W + "tblStyleRowBandSize":
                    self.row_band = max(whole(child.get(VAL), 1), 1)
                elif child.tag == W + "tblStyleColBandSize":
                    self.column_band = max(whole(child.get(VAL), 1), 1)
        self.regions.setdefault("wholeTable", []).append(_region(element))
        for child in element.iterfind(W + "tblStylePr"):
            self.regions.setdefault(child.get(W + "type") or "", []).append(_region(child))

    def conditions(self, look: Look, at: CellPosition) -> tuple[str, ...]:
        """Name the conditional formats that apply to a cell, the weakest first (17.7.6.6)."""
        if len(self.regions) == 1:
            return _WHOLE
        names = ["wholeTable"]
        first_row, last_row = look.first_row and at.row == 0, look.last_row and at.last_row
        first_column, last_column = look.first_column and at.column == 0, look.last_column and at.last_column
        if look.column_bands and not (first_column or last_column):
            index = (at.column - look.first_column) // self.column_band
            names.append("band2Vert" if index % 2 else "band1Vert")
        if look.row_bands and not (first_row or last_row):
            index = (at.row - look.first_row) // self.row_band
            names.append("band2Horz" if index % 2 else "band1Horz")
        names += [
            name
            for name, holds in (
                ("firstCol", first_column),
                ("lastCol", last_column),
                ("firstRow", first_row),
                ("lastRow", last_row),
                ("neCell", first_row and last_column),
                ("nwCell", first_row and first_column),
                ("seCell", last_row and last_column),
                ("swCell", last_row and first_column),
            )
            if holds
        ]
        return tuple(name for name in names if name in self.regions)

    def applied(self, names: tuple[str, ...]) -> list[tuple[str, Region]]:
        """Give the regions of these names, the weakest first."""
        return [(name, region) for name in names for region in self.regions[name]]

    def context(self, names: tuple[str, ...]) -> TableContext:
        """Give what paragraphs and runs in a cell under these conditions inherit."""
        known = self._contexts.get(names)
        if known is None:
            paragraph: Properties = {}
            run: Properties = {}
            for _, region in self.applied(names):
                paragraph = merge_paragraph(paragraph, region.paragraph)
                run = {**run, **region.run}
            known = self._contexts[names] = TableContext(paragraph, run)
        return known

    def cell_borders(self, names: tuple[str, ...], look: Look, at: CellPosition) -> dict[str, Border]:
        """Give the borders that the conditional formats set on a cell's four sides."""
        out: dict[str, Border] = {}
        for name, region in self.applied(names):
            if region.borders:
                edges = self._edges(name, look, at)
                for side, is_edge in edges.items():
                    inner = "insideH" if side in ("top", "bottom") else "insideV"
                    found = region.borders.get(side if is_edge else inner)
                    if found is not None:
                        out[side] = found
        return out

    def _edges(self, name: str, look: Look, at: CellPosition) -> dict[str, bool]:
        """Say which sides of the cell are at the edge of the named region."""
        top, bottom, left, right = at.row == 0, at.last_row, at.column == 0, at.last_column
        if name in ("firstRow", "lastRow"):
            top = bottom = True
        elif name in ("firstCol", "lastCol"):
            left = right = True
        elif name.endswith("Cell"):
            top = bottom = left = right = True
        elif name.endswith("Horz"):
            place = (at.row - look.first_row) % self.row_band
            top, bottom = place == 0, place == self.row_band - 1 or at.last_row
        elif name.endswith("Vert"):
            place = (at.column - look.first_column) % self.column_band
            left, right = place == 0, place == self.column_band - 1 or at.last_column
        return {"top": top, "bottom": bottom, "left": left, "right": right}
