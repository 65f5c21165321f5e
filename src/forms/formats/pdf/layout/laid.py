"""Laid-out blocks: never changed, relative to their own origin, without knowledge of pages and neighbours.

What is made for each line and cell of a document is not frozen, as that would take four times as long to make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, overload

from msgspec import Struct
from msgspec.structs import replace

from forms.formats.pdf.display import Colour, FixedOps, Instance, Op, TextLines
from forms.formats.word.model import Border, Borders, ParagraphFormat

Piece = tuple[float, float, Sequence[Op], int]
"""Where the operations' origin lies in what holds them, the operations, and what their elements count from."""


class LaidLine(Struct):
    """A line: `top` from the paragraph's first line, `height` without what line spacing adds below it.

    `pitch` is the distance to the next line's top. `end` tells a forced page or column break after it.
    """

    top: float
    height: float
    pitch: float
    ops: tuple[Op, ...]
    end: str = ""


class EvenLines(Struct):
    """Lines of one height, which hold one operation; reads as a tuple of `LaidLine`."""

    count: int
    height: float
    pitch: float
    text: TextLines

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[LaidLine]:
        return iter(self[:])

    @overload
    def __getitem__(self, index: int) -> LaidLine: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[LaidLine, ...]: ...
    def __getitem__(self, index: int | slice) -> LaidLine | tuple[LaidLine, ...]:
        height, pitch, places = self.height, self.pitch, range(self.count)
        if isinstance(index, slice):
            lines = self.text.lines()
            return tuple([LaidLine(at * pitch, height, pitch, (lines[at],)) for at in places[index]])
        at = places[index]
        return LaidLine(at * pitch, height, pitch, (self.text.part(at, at + 1),))


class Box(Struct, frozen=True):
    """Borders and shading of a paragraph, from `left` to `right` of the column.

    `top`, `bottom` and `between` (two such paragraphs) are the heights of those borders and their padding.
    `frames` draw all of it round one paragraph that stands whole and alone, by the height of its lines, as far
    as they were asked for.
    """

    left: float
    right: float
    borders: Borders
    shading: Colour | None
    top: float
    bottom: float
    between: float
    frames: dict[float, FixedOps]


def inset(border: Border | None) -> float:
    """The room that a border and its padding take."""
    return border.thickness + border.space if border is not None and border.visible else 0.0


class LaidParagraph(Struct):
    """A paragraph broken into lines. `height` is without borders and spacing; `ops` are those of all lines.

    `unbreakable`: it holds a field of several lines, which can't be parted. `forced`: a page or column break
    stands in it.
    """

    format: ParagraphFormat
    lines: tuple[LaidLine, ...] | EvenLines
    height: float
    ops: tuple[Op, ...]
    box: Box | None = None
    unbreakable: bool = False
    forced: bool = False

    @property
    def bottom(self) -> float:
        """Where its last line ends, without what line spacing adds below it."""
        lines = self.lines
        if isinstance(lines, EvenLines):
            return (lines.count - 1) * lines.pitch + lines.height
        return lines[-1].top + lines[-1].height

    def part(self, start: int, stop: int) -> tuple[Op, ...]:
        """Give the operations of the lines from `start` to `stop`."""
        lines = self.lines
        if isinstance(lines, EvenLines):
            return (lines.text.part(start, stop),)
        return tuple([op for line in lines[start:stop] for op in line.ops])


def of_lines(look: ParagraphFormat, lines: tuple[LaidLine, ...], box: Box | None) -> LaidParagraph:
    """Give the paragraph of lines that hold one operation each, or none."""
    last = lines[-1]
    ops = last.ops if len(lines) == 1 else tuple([op for line in lines for op in line.ops])
    return LaidParagraph(look, lines, last.top + last.pitch, ops, box)


def box_of(look: ParagraphFormat, width: float) -> Box | None:
    """Give the borders and shading of a paragraph in a column of this width."""
    borders, shading = look.borders, look.shading
    sides = (borders.top, borders.left, borders.bottom, borders.right, borders.inside_h)
    if shading is None and not any(side is not None and side.visible for side in sides):
        return None
    left = look.left + min(look.first_line, 0.0) - inset(borders.left)
    right = width - look.right + inset(borders.right)
    top, bottom, between = map(inset, (borders.top, borders.bottom, borders.inside_h))
    return Box(left, right, borders, shading, top, bottom, between, {})


class Edge(Struct, frozen=True):
    """A piece of a horizontal table border, from `x1` to `x2` of the table."""

    x1: float
    x2: float
    border: Border


class CellShape(Struct, frozen=True):
    """What is the same of a cell whatever stands in it.

    It goes from `x1` to `x2` of the table; its content begins at `left` and is `width` wide. A cell that goes
    on a vertical merge is no `owner` and holds nothing; `rows` is how many rows an owner spans. `role` and
    `attributes` are those of its structure element.
    """

    x1: float
    x2: float
    left: float
    width: float
    top: float
    bottom: float
    vertical: Literal["top", "center", "bottom"]
    shading: Colour | None
    edge_left: Border | None
    edge_right: Border | None
    rows: int
    owner: bool
    role: str
    attributes: tuple[tuple[str, str | int], ...]


class RowShape(Struct, frozen=True):
    """What is the same of a row whatever stands in it. `rule` is the height of its upper border.

    `least` is the height that the row asks for (0: none), which is an upper limit if `exact`. `bottom_rule`
    and `bottom_ops`, which are drawn from the row's end on, count where the table or its part on a page ends
    after it. `merged`: a vertical merge goes on into the next row. `frames` are the operations of its shading
    and borders by height, from the row's top on, as far as they were asked for (see `rows.frame`); where the
    row comes again in other documents, `lasting`, they are identical each time.
    """

    cells: tuple[CellShape, ...]
    rule: float
    least: float
    exact: bool
    cant_split: bool
    keep_next: bool
    merged: bool
    top_edges: tuple[Edge, ...]
    bottom_rule: float
    bottom_ops: tuple[Op, ...]
    lasting: bool
    frames: dict[float, tuple[Op, ...]]


class TableShape(Struct, frozen=True):
    """What is the same of a table whatever stands in its cells: where its left edge lies, its rows.

    Its first `headers` rows are repeated on each page.
    """

    x: float
    rows: tuple[RowShape, ...]
    headers: int


class LaidCell(Struct):
    """A cell with its content: `pieces` and `height` where it isn't parted, `flow` is for parting it.

    The content's elements count from `base`.
    """

    shape: CellShape
    flow: Flow
    pieces: tuple[Piece, ...]
    height: float
    base: int = 0


class LaidRow(Struct):
    """A row with its content. Its height includes that of its upper border, but not the border below it.

    `alone` is its height if the vertical merges that begin in it had no other row. `exact`: it has just the
    height that it asks for. `held` are its cells or what makes them when they are asked for, which is only
    where a row is parted. `whole` is all that is drawn of it where it stands whole, if that is known, with
    elements that count from `base`; see `rows.whole`. `least` is the height that it needs to begin, if that is
    known and not 0; see `rows.least`.
    """

    shape: RowShape
    held: tuple[LaidCell, ...] | Callable[[], tuple[LaidCell, ...]]
    height: float
    alone: float
    exact: bool
    whole: Sequence[Op] | None = None
    base: int = 0
    least: float = 0.0

    @property
    def cells(self) -> tuple[LaidCell, ...]:
        """Its cells."""
        if not isinstance(self.held, tuple):
            cells, base = self.held(), self.base
            self.held = tuple([replace(cell, base=cell.base + base) for cell in cells]) if base else cells
        return self.held

    def moved(self, base: int) -> LaidRow:
        """Give it with elements that count from `base`."""
        held = self.held
        if isinstance(held, tuple):
            held = tuple([replace(cell, base=cell.base + base) for cell in held])
        return replace(self, held=held, base=base)


class LaidTable(Struct):
    """A table whose left edge lies at `x`. Its first `headers` rows are repeated on each page."""

    x: float
    rows: tuple[LaidRow, ...]
    headers: int
    header_pieces: tuple[Piece, ...]
    header_height: float


LaidContent = LaidParagraph | LaidTable
Flow = tuple[LaidContent, ...]


class LaidBlock(Struct):
    """A block with its structure. `numbered`: page numbers are to be put into it (`PageNumberOp`)."""

    content: LaidContent
    instance: Instance
    numbered: bool = False
