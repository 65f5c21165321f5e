"""Imposition: pages put on sheets of paper so that they can be folded to a leaflet or a booklet.

A document is laid out anew on pages of the folded size (`fit`), and these pages are then placed on sheets
(`impose`). The pages stay what they are, in reading order, with one structure tree; a sheet only says which of
them it shows, and where. A way of folding is a `Scheme`, which manifests name (`impositions`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from forms.formats.pdf.display import (
    ARTIFACT,
    FieldOp,
    Fragment,
    ImageOp,
    LaidDocument,
    LineOp,
    LinkOp,
    Op,
    Page,
    PageNumberOp,
    RectOp,
    Sheet,
    TextLines,
    TextOp,
)
from forms.formats.word.model import (
    BlockControl,
    BlockItem,
    Break,
    Cell,
    Document,
    HeaderFooter,
    Paragraph,
    Placed,
    Section,
    SectionFormat,
    Tab,
    Table,
    TabStop,
    Width,
)
from forms.foundation.units import A4_HEIGHT, A4_WIDTH

_MARK_LENGTH = 9.0
_MARK_GREY = (0.6, 0.6, 0.6)


class Scheme(Struct, frozen=True):
    """A way of folding an A4 sheet that lies on its long side; lengths are points.

    `across` is how many pages stand side by side. `margin` is what is left free at a page's sides, `head` and
    `foot` above and below its text, `edge` between the paper and header or footer. `arrange` gives, for a
    number of pages, the pages on each side of paper from left to right (-1: none). `most` is how many pages
    there may be (0: any number). `scales` are the sizes of print that may be tried, the best first.
    """

    name: str
    across: int
    margin: float
    head: float
    foot: float
    edge: float
    arrange: Callable[[int], tuple[tuple[int, ...], ...]]
    most: int = 0
    scales: tuple[float, ...] = (1.0,)

    @property
    def width(self) -> float:
        """The width of a folded page."""
        return A4_HEIGHT / self.across

    @property
    def height(self) -> float:
        """The height of a folded page."""
        return A4_WIDTH


def _three_panel(pages: int) -> tuple[tuple[int, ...], ...]:
    """A letter fold: the right third folds in first, behind the left one, which is the front."""
    outside, inside = (4, 5, 0), (1, 2, 3)
    return tuple(tuple(page if page < pages else -1 for page in side) for side in (outside, inside))


def _booklet(pages: int) -> tuple[tuple[int, ...], ...]:
    """Sheets laid in each other, folded and stapled in the fold; each side shows two pages."""
    total = -(-pages // 4) * 4
    sides: list[tuple[int, int]] = []
    for front in range(0, total // 2, 2):
        sides += [(total - 1 - front, front), (front + 1, total - 2 - front)]
    return tuple(tuple(page if page < pages else -1 for page in side) for side in sides)


_FILLING = (1.15, 1.1, 1.05, 1.0, 0.95, 0.9, 0.85)
"""From 12.5 pt down to 9.5 pt for text of 11 pt: the largest with which all of it fits."""

_SCHEMES = (
    Scheme("three-panel", 3, 25.0, 44.0, 66.0, 20.0, _three_panel, most=6, scales=_FILLING),
    Scheme("booklet", 2, 31.0, 46.0, 54.0, 20.0, _booklet, scales=(0.95,)),
)
SCHEMES: Mapping[str, Scheme] = MappingProxyType({scheme.name: scheme for scheme in _SCHEMES})
"""The ways of folding, by the names that manifests use."""


# ── The folded page ─────────────────────────────────────────────────────────────────────────────────────────


def fit(document: Document, scheme: Scheme, scale: float = 1.0) -> Document:
    """Give a document the scheme's pages: their size and margins, its tables and tab stops as much narrower.

    No paragraph or row is parted by a fold. With a `scale` below 1 the pages are as much larger, to be made
    smaller when they are placed.
    """
    return replace(document, sections=tuple(_section(section, scheme, scale) for section in document.sections))


def _section(section: Section, scheme: Scheme, scale: float) -> Section:
    old = section.format
    look = SectionFormat(
        width=scheme.width / scale,
        height=scheme.height / scale,
        top=scheme.head / scale,
        right=scheme.margin / scale,
        bottom=scheme.foot / scale,
        left=scheme.margin / scale,
        header=scheme.edge / scale,
        footer=scheme.edge / scale,
        title_page=old.title_page,
        start=old.start,
        first_number=old.first_number,
    )
    share = look.text_width / old.text_width
    return Section(
        look,
        tuple(_placed(placed, share) for placed in section.blocks),
        {use: _story(story, share) for use, story in section.headers.items()},
        {use: _story(story, share) for use, story in section.footers.items()},
    )


def _story(story: HeaderFooter, share: float) -> HeaderFooter:
    """Make a header or footer narrower; what stood at its right edge gets a line of its own."""
    return replace(story, blocks=tuple(_in_lines(_placed(placed, share)) for placed in story.blocks))


def _in_lines(placed: Placed) -> Placed:
    block = placed.block
    if not isinstance(block, Paragraph):
        return placed
    content = tuple(Break("line", item.format) if isinstance(item, Tab) else item for item in block.content)
    return replace(placed, block=replace(block, content=content))


def _placed(placed: Placed, share: float) -> Placed:
    return replace(placed, block=_block(placed.block, share), static=False)


def _block(block: BlockItem, share: float) -> BlockItem:
    if isinstance(block, Paragraph):
        look = block.format
        tabs = tuple(TabStop(tab.position * share, tab.kind, tab.leader) for tab in look.tabs)
        return replace(block, format=replace(look, tabs=tabs, keep_lines=True))
    if isinstance(block, BlockControl):
        return replace(block, blocks=tuple(_block(inner, share) for inner in block.blocks))
    return _table(block, share)


def _table(table: Table, share: float) -> Table:
    rows = (
        replace(row, cells=tuple(_cell(cell, share) for cell in row.cells), cant_split=True)
        for row in table.rows
    )
    grid = tuple(width * share for width in table.grid)
    return replace(table, rows=tuple(rows), grid=grid, width=_width(table.width, share))


def _cell(cell: Cell, share: float) -> Cell:
    blocks = tuple(_block(inner, share) for inner in cell.blocks)
    return replace(cell, blocks=blocks, width=_width(cell.width, share))


def _width(width: Width, share: float) -> Width:
    return Width("dxa", width.value * share) if width.kind == "dxa" else width


# ── The sheets ──────────────────────────────────────────────────────────────────────────────────────────────


def impose(laid: LaidDocument, scheme: Scheme, scale: float = 1.0) -> LaidDocument:
    """Place the pages of a document that was laid out on a scheme's pages (see `fit`) on sheets of A4."""
    pages = laid.pages if scale == 1.0 else tuple(_scaled_page(page, scale) for page in laid.pages)
    sheets = tuple(
        Sheet(
            A4_HEIGHT,
            A4_WIDTH,
            tuple((page, place * scheme.width, 0.0) for place, page in enumerate(side) if page >= 0),
            _fold_marks(scheme),
        )
        for side in scheme.arrange(len(pages))
    )
    return replace(laid, pages=pages, sheets=sheets)


def _fold_marks(scheme: Scheme) -> tuple[Fragment, ...]:
    """Short lines at the paper's edges where it is folded."""
    lines = tuple(
        LineOp(x, y, x, y + _MARK_LENGTH, 0.5, _MARK_GREY)
        for x in (scheme.width * number for number in range(1, scheme.across))
        for y in (0.0, A4_WIDTH - _MARK_LENGTH)
    )
    return (Fragment(ARTIFACT, 0.0, 0.0, lines),)


def _scaled_page(page: Page, scale: float) -> Page:
    return Page(
        page.width * scale,
        page.height * scale,
        _scaled(page.body, scale),
        _scaled(page.header, scale),
        _scaled(page.footer, scale),
        page.numbers,
    )


def _scaled(fragments: tuple[Fragment, ...], scale: float) -> tuple[Fragment, ...]:
    return tuple(
        replace(
            fragment,
            x=fragment.x * scale,
            y=fragment.y * scale,
            ops=tuple(_scaled_op(op, scale) for op in fragment.ops),
        )
        for fragment in fragments
    )


def _scaled_op(op: Op, scale: float) -> Op:
    if isinstance(op, LineOp):
        return replace(
            op,
            x1=op.x1 * scale,
            y1=op.y1 * scale,
            x2=op.x2 * scale,
            y2=op.y2 * scale,
            thickness=op.thickness * scale,
            dash=tuple(length * scale for length in op.dash),
        )
    x, y = op.x * scale, op.y * scale
    if isinstance(op, TextOp):
        return replace(op, x=x, y=y, size=op.size * scale, rise=op.rise * scale)
    if isinstance(op, TextLines):
        return replace(op, x=x, y=y, size=op.size * scale, left=op.left * scale, pitch=op.pitch * scale)
    if isinstance(op, PageNumberOp):
        return replace(op, x=x, y=y, size=op.size * scale)
    width, height = op.width * scale, op.height * scale
    if isinstance(op, FieldOp):
        return replace(op, x=x, y=y, width=width, height=height, size=op.size * scale)
    if isinstance(op, RectOp):
        return replace(op, x=x, y=y, width=width, height=height)
    if isinstance(op, ImageOp):
        return replace(op, x=x, y=y, width=width, height=height)
    assert isinstance(op, LinkOp)
    return replace(op, x=x, y=y, width=width, height=height)
