"""Laying out blocks of all kinds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from forms.formats.pdf.display import Blank, FixedOps, Instance, JoinedOps, Op
from forms.formats.pdf.fonts import FontBook
from forms.formats.pdf.layout.atoms import Typesetter, typesetter
from forms.formats.pdf.layout.laid import (
    Flow,
    LaidBlock,
    LaidCell,
    LaidContent,
    LaidParagraph,
    LaidRow,
    LaidTable,
)
from forms.formats.pdf.layout.paragraphs import Surroundings, lay_out_paragraph
from forms.formats.pdf.layout.rows import parts_of
from forms.formats.pdf.layout.structure import Structure
from forms.formats.pdf.layout.tables import lay_out_table
from forms.formats.word.model import (
    BlockControl,
    BlockItem,
    Break,
    Control,
    Hyperlink,
    Inline,
    InlineControl,
    Paragraph,
    Placed,
    Tab,
    Table,
    Text,
)


class Setting(Struct, frozen=True):
    """What the layout of every block of a document depends on."""

    language: str
    default_tab: float
    fillable: bool
    outdent_tables: bool = False


def lay_out_blocks(
    placed: Placed, fonts: FontBook, setting: Setting, width: float, *, lasting: bool = False
) -> tuple[LaidBlock, ...]:
    """Lay out a block of the body in a column of this width; a control around blocks gives several.

    `lasting`: the block is the same in other documents, so that what draws it may keep what it makes.
    """
    labels = iter(placed.labels)
    out = []
    for block in opened(placed.block, setting.fillable):
        structure = Structure(setting.language, lasting=lasting)
        maker = BlockMaker(typesetter(fonts), structure, setting, labels)
        content = maker.one(block, -1, width)
        if lasting:
            content = settled(content)
        out.append(LaidBlock(content, _instance(block, structure), structure.numbered))
    return tuple(out)


def settled(content: LaidContent) -> LaidContent:
    """Mark what was laid out as something that comes again, as the identical objects, in other documents."""
    if isinstance(content, LaidParagraph):
        return settled_paragraph(content)
    rows = []
    merged = False
    for row in content.rows:
        drawn = None if merged or row.shape.merged else settled_row(row)
        cells = tuple(map(settled_cell, row.cells))
        rows.append(LaidRow(row.shape, cells, row.height, row.alone, row.exact, drawn))
        merged = row.shape.merged
    header = tuple((x, y, _fixed(ops), offset) for x, y, ops, offset in content.header_pieces)
    return LaidTable(content.x, tuple(rows), content.headers, header, content.header_height)


def settled_row(row: LaidRow) -> Sequence[Op]:
    """Give what is drawn of a row in no vertical merge, as something that comes again."""
    parts = [FixedOps(part) for part in parts_of(row)]
    return JoinedOps((), Blank(parts)) if parts else ()


def settled_paragraph(paragraph: LaidParagraph) -> LaidParagraph:
    """Do the same with a paragraph."""
    return replace(paragraph, ops=_fixed(paragraph.ops))


def settled_cell(cell: LaidCell) -> LaidCell:
    """Do the same with a cell."""
    pieces = tuple((x, y, _fixed(ops), offset) for x, y, ops, offset in cell.pieces)
    return LaidCell(cell.shape, cell.flow, pieces, cell.height, cell.base)


def _fixed(ops: Sequence[Op]) -> tuple[Op, ...]:
    return ops if isinstance(ops, FixedOps) else FixedOps(ops) if ops else ()


def _instance(block: Paragraph | Table, structure: Structure) -> Instance:
    if isinstance(block, Table):
        return Instance(structure.elements, bookmarks=tuple(bookmarks_of(block)))
    item = block.item
    is_item = item is not None and bool(structure.elements) and structure.elements[0].role == "LI"
    outline = min(block.format.outline, 6)
    return Instance(
        structure.elements,
        list_id=item.list_id if item is not None and is_item else "",
        list_level=item.level if item is not None and is_item else 0,
        outline=outline,
        outline_text=" ".join(plain_text(block.content).split()) if outline else "",
        bookmarks=block.bookmarks,
    )


def bookmarks_of(block: BlockItem) -> Iterator[str]:
    """Give the bookmarks in a block."""
    if isinstance(block, Paragraph):
        yield from block.bookmarks
        return
    groups = (
        [block.blocks] if isinstance(block, BlockControl) else [c.blocks for r in block.rows for c in r.cells]
    )
    for group in groups:
        for inner in group:
            yield from bookmarks_of(inner)


def plain_text(content: tuple[Inline, ...]) -> str:
    """The text of a paragraph's content; breaks and tabs are spaces."""
    out = []
    for inline in content:
        if isinstance(inline, Text):
            out.append(inline.text)
        elif isinstance(inline, Hyperlink | InlineControl):
            out.append(plain_text(inline.content))
        elif isinstance(inline, Tab | Break):
            out.append(" ")
    return "".join(out)


def opened(block: BlockItem, fillable: bool) -> Iterator[Paragraph | Table]:
    """Give the paragraphs and tables of a block; a control that is to be a field becomes one paragraph."""
    if not isinstance(block, BlockControl):
        yield block
        return
    if fillable and block.control.fillable:
        paragraphs = [inner for inner in block.blocks if isinstance(inner, Paragraph)]
        if paragraphs and len(paragraphs) == len(block.blocks):
            yield as_field(tuple(paragraphs), block.control)
            return
    for inner in block.blocks:
        yield from opened(inner, fillable)


def cell_content(
    blocks: Sequence[BlockItem], controls: Sequence[Control], fillable: bool
) -> list[Paragraph | Table]:
    """Give the paragraphs and tables of a cell; a fillable control around the cell becomes a field."""
    content = [inner for block in blocks for inner in opened(block, fillable)]
    control = next((control for control in controls if control.level == "cell" and control.fillable), None)
    if fillable and control is not None:
        paragraphs = tuple(inner for inner in content if isinstance(inner, Paragraph))
        if len(paragraphs) == len(content) and paragraphs:
            return [as_field(paragraphs, control)]
    return content


def as_field(paragraphs: tuple[Paragraph, ...], control: Control) -> Paragraph:
    """Make one paragraph, all of it in the control, of several."""
    first = paragraphs[0]
    content: list[Inline] = []
    for number, paragraph in enumerate(paragraphs):
        if number:
            content.append(Break("line", paragraph.format.mark))
        content.extend(paragraph.content)
    return replace(first, content=(InlineControl(control, tuple(content)),))


class BlockMaker:
    """Lays out blocks into one structure."""

    def __init__(
        self,
        setter: Typesetter,
        structure: Structure,
        setting: Setting,
        labels: Iterator[str],
        numbers: tuple[str, str] | None = None,
    ) -> None:
        """Take how text is measured, where elements go, and the labels of numbered paragraphs in order."""
        self._setter = setter
        self._structure = structure
        self._setting = setting
        self._labels = labels
        self._numbers = numbers

    def one(self, block: Paragraph | Table, parent: int, width: float) -> LaidContent:
        """Lay out a paragraph or table."""
        setting = self._setting
        if isinstance(block, Table):
            return lay_out_table(
                block, self._structure, parent, width, self.cell, outdent=setting.outdent_tables
            )
        label = next(self._labels, "") if block.item is not None else ""
        around = Surroundings(width, setting.default_tab, setting.fillable, self._numbers)
        return lay_out_paragraph(block, label, self._setter, self._structure, parent, around)

    def cell(
        self, blocks: tuple[BlockItem, ...], parent: int, width: float, controls: tuple[Control, ...]
    ) -> Flow:
        """Lay out a cell's content; a fillable control around the cell becomes a field."""
        return self.flow(cell_content(blocks, controls, self._setting.fillable), parent, width)

    def flow(self, blocks: list[Paragraph | Table], parent: int, width: float) -> Flow:
        """Lay out blocks below one element; paragraphs of one list get an `L` around them."""
        out: list[LaidContent] = []
        lists: list[tuple[str, int, int]] = []
        for block in blocks:
            above = parent
            if isinstance(block, Paragraph) and block.item is not None:
                item = block.item
                while lists and (lists[-1][0] != item.list_id or lists[-1][1] > item.level):
                    lists.pop()
                if not lists or lists[-1][1] < item.level:
                    holder = lists[-1][2] if lists else parent
                    lists.append((item.list_id, item.level, self._structure.add("L", holder)))
                above = lists[-1][2]
            else:
                lists.clear()
            out.append(self.one(block, above, width))
        return tuple(out)
