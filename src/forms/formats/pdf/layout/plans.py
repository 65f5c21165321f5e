"""Laying out patterns (`word.patterns`): what their template fixes is laid out once, their values each time.

A plan gives what laying out the filled-in block would give; a test holds the two together. It keeps nothing of
a case: cells are remembered only as far as they hold no value, or one that is a tick or nothing at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from forms.formats.pdf.display import Chunk, Element, FieldOp, FixedElements, Instance, TextLines, TextOp, Tree
from forms.formats.pdf.fonts import FontBook
from forms.formats.pdf.layout.atoms import Typesetter, typesetter
from forms.formats.pdf.layout.blocks import (
    BlockMaker,
    Setting,
    bookmarks_of,
    cell_content,
    settled_cell,
    settled_paragraph,
)
from forms.formats.pdf.layout.fields import box_size, field_spec, is_box
from forms.formats.pdf.layout.laid import (
    CellShape,
    LaidBlock,
    LaidCell,
    LaidLine,
    LaidParagraph,
    LaidRow,
    LaidTable,
    RowShape,
    box_of,
    of_lines,
)
from forms.formats.pdf.layout.mixed import MixedLines, Stretch, mixed_text
from forms.formats.pdf.layout.paragraphs import LONGEST_FIELD, Surroundings, lay_out_paragraph
from forms.formats.pdf.layout.simple import PAGE, SimpleLines, is_plain, simple_text
from forms.formats.pdf.layout.structure import Structure
from forms.formats.pdf.layout.tables import (
    finish_table,
    header_of,
    row_heights,
    table_shape,
    with_flow,
    with_high_fields,
)
from forms.formats.word.model import (
    BlockControl,
    Cell,
    Control,
    InlineControl,
    Paragraph,
    ParagraphFormat,
    Row,
    Table,
)
from forms.formats.word.patterns import (
    cell_holds_places,
    control_holds_places,
    fill_block,
    fill_content,
    fill_control,
    has_places,
    holds_places,
    list_items,
    places_in,
    put,
)
from forms.formats.word.slots import FIRST_PLACE, MOST_PLACES, PRIVATE

_TELLS_NOTHING = frozenset(("", "\u2610", "\u2611", "\u2612"))
"""Values that may be remembered: nothing, and the boxes of lists to tick."""
_MOST_REMEMBERED = 16
_ANYTHING = "x"


class _Places:
    """A text of a pattern: its places, `PAGE` and `PAGES` among them, and what stands between them."""

    __slots__ = ("_between", "_only", "_places")

    def __init__(self, text: str) -> None:
        self._places = [ord(char) - FIRST_PLACE for char in PRIVATE.findall(text)]
        self._only = self._places[0] if len(text) == 1 and self._places and text < PAGE else None
        self._between = PRIVATE.split(text)

    def fill(self, values: Sequence[str], numbers: tuple[str, str]) -> str:
        """Put the values and the numbers of pages in."""
        if self._only is not None:
            return values[self._only]
        parts = [self._between[0]]
        for place, after in zip(self._places, self._between[1:], strict=True):
            parts += (values[place] if place < MOST_PLACES else numbers[place - MOST_PLACES], after)
        return "".join(parts)


class TextPlan:
    """The plan of a paragraph of text, in one format or several."""

    def __init__(
        self, look: ParagraphFormat, width: float, stretches: Sequence[Stretch], lines: SimpleLines | MixedLines
    ) -> None:
        """Take the paragraph's format, its texts with their places, and how they are broken into lines."""
        self._look = look
        self._box = box_of(look, width)
        self._lines = lines
        self._texts = [(_Places(text), style) for text, style in stretches]
        self._first = self._texts[0][0]
        self._simple = lines if isinstance(lines, SimpleLines) else None

    @classmethod
    def of(
        cls,
        paragraph: Paragraph,
        setter: Typesetter,
        setting: Setting,
        width: float,
        *,
        numbers: bool = False,
        mixed: bool = False,
    ) -> TextPlan | None:
        """Make it for a paragraph, with `numbers` of pages in it; None if that takes the long way.

        `mixed`: its words may be in other faces than letters are.
        """
        look, content, tab = paragraph.format, paragraph.content, setting.default_tab
        if paragraph.item is not None or look.outline or look.bidi or look.alignment == "both":
            return None
        found = simple_text(content, setting.language, numbers=numbers) if not mixed else None
        if found is not None:
            lines = SimpleLines(found[1], look, setter, width, tab, numbers=numbers)
            return cls(look, width, ((found[0], 0),), lines)
        several = mixed_text(content, setting.language)
        if several is not None:
            return cls(look, width, several[0], MixedLines(several[1], look, setter, width, tab))
        return None

    def fill(
        self, values: Sequence[str], element: int, numbers: tuple[str, str] = ("", "")
    ) -> LaidParagraph | None:
        """Lay out the paragraph as an element, with its values and numbers of pages; None as `of`."""
        if self._simple is not None:
            return self._simple.lay_out(self._first.fill(values, numbers), element)
        assert isinstance(self._lines, MixedLines)
        stretches = [(text.fill(values, numbers), style) for text, style in self._texts]
        lines = self._lines.lines(stretches, element)
        return None if lines is None else of_lines(self._look, lines, self._box)


class FieldPlan:
    """The plan of a paragraph that is a field, and nothing else."""

    def __init__(self, look: ParagraphFormat, width: float, control: Control, text: TextPlan) -> None:
        """Take the paragraph's format, the control and its text."""
        self._look = look
        self._control = control
        self._text = text
        self._left = look.left + look.first_line
        self._right = max(width - look.right, look.left + 1)

    @classmethod
    def of(cls, paragraph: Paragraph, setter: Typesetter, setting: Setting, width: float) -> FieldPlan | None:
        """Make it for a paragraph; None if that takes the long way."""
        only = paragraph.content[0] if len(paragraph.content) == 1 else None
        look = paragraph.format
        if not setting.fillable or not isinstance(only, InlineControl) or not only.control.fillable:
            return None
        if look.alignment != "left":
            return None
        inside = replace(paragraph, content=only.content)
        text = TextPlan.of(inside, setter, setting, width, mixed=is_box(only.control))
        return None if text is None else cls(look, width, only.control, text)

    def fill(self, values: Sequence[str], element: int) -> LaidParagraph | None:
        """Lay out the field, whose element follows the paragraph's; None if that takes the long way."""
        control = fill_control(self._control, values)
        laid = self._text.fill(values, element + 1) if control.fillable else None
        if laid is None or len(laid.lines) > LONGEST_FIELD or not laid.lines[0].ops:
            return None
        first, last = laid.lines[0], laid.lines[-1]
        op = first.ops[0]
        assert isinstance(op, TextOp | TextLines)
        y, height, width = 0.0, last.top + last.height, max(self._right - self._left, op.size)
        if is_box(self._control):
            width, y = box_size(op.size, 0.0, height)
            height = width
        field = FieldOp(self._left, y, width, height, field_spec(control), op.size, element + 1)
        lines = (
            LaidLine(first.top, first.height, first.pitch, (field,)),
            *[LaidLine(line.top, line.height, line.pitch, ()) for line in laid.lines[1:]],
        )
        return LaidParagraph(self._look, lines, laid.height, (field,), laid.box, len(lines) > 1)


class ItemPlan:
    """The plan of a list item: a label, a tab or space, and text."""

    def __init__(self, look: ParagraphFormat, width: float, text: TextPlan) -> None:
        """Take the paragraph's format, and the text with the label."""
        self._look = look
        self._text = text

    @classmethod
    def of(
        cls, paragraph: Paragraph, label: str, setter: Typesetter, setting: Setting, width: float
    ) -> ItemPlan | None:
        """Make it for a paragraph with its label; None if that takes the long way."""
        item, look = paragraph.item, paragraph.format
        if item is None or item.definition.alignment != "left" or look.alignment != "left" or look.bidi:
            return None
        after = {"tab": "\t", "space": " "}.get(item.definition.suffix)
        found = mixed_text(paragraph.content, setting.language)
        if not label or after is None or found is None or not is_plain(item.format, setting.language):
            return None
        stretches, looks = found
        number = len(looks)
        lines = MixedLines((*looks, item.format), look, setter, width, setting.default_tab)
        return cls(look, width, TextPlan(look, width, ((label + after, number), *stretches), lines))

    def fill(self, values: Sequence[str]) -> LaidParagraph | None:
        """Lay out the item as element 0, its label as 1, its text as 2; None if that takes the long way."""
        laid = self._text.fill(values, 2)
        if laid is None:
            return None
        first, ops = laid.lines[0], laid.ops
        assert isinstance(ops[0], TextOp)
        label = replace(ops[0], element=1)
        line = LaidLine(first.top, first.height, first.pitch, (label, *first.ops[1:]))
        return LaidParagraph(laid.format, (line, *laid.lines[1:]), laid.height, (label, *ops[1:]), laid.box)


class ParagraphPlan:
    """The plan of a paragraph of the body."""

    def __init__(
        self, plan: TextPlan | FieldPlan | ItemPlan, elements: FixedElements, paragraph: Paragraph
    ) -> None:
        """Take the plan of its content, and its elements."""
        self._plan = plan
        self._elements = elements
        item = paragraph.item if isinstance(plan, ItemPlan) else None
        self._list = (item.list_id, item.level) if item is not None else ("", 0)
        self._bookmarks = paragraph.bookmarks

    @classmethod
    def of(
        cls, paragraph: Paragraph, labels: tuple[str, ...], fonts: FontBook, setting: Setting, width: float
    ) -> ParagraphPlan | None:
        """Make it; None if each paragraph must be laid out from nothing."""
        setter = typesetter(fonts)
        if paragraph.format.outline:
            return None
        if paragraph.item is not None:
            item = ItemPlan.of(paragraph, labels[0] if labels else "", setter, setting, width)
            return None if item is None else cls(item, _ITEM, paragraph)
        text = TextPlan.of(paragraph, setter, setting, width)
        if text is not None:
            return cls(text, _PARAGRAPH, paragraph)
        field = FieldPlan.of(paragraph, setter, setting, width)
        return None if field is None else cls(field, _FIELD, paragraph)

    def fill(self, values: Sequence[str]) -> LaidBlock | None:
        """Lay out the paragraph with its values; None if that takes the long way."""
        plan = self._plan
        laid = plan.fill(values) if isinstance(plan, ItemPlan) else plan.fill(values, 0)
        if laid is None:
            return None
        list_id, level = self._list
        return LaidBlock(laid, Instance(self._elements, list_id, level, bookmarks=self._bookmarks))


_PARAGRAPH = FixedElements((Element("P"),))
_FIELD = FixedElements((Element("P"), Element("Form", 0)))
_ITEM = FixedElements((Element("LI"), Element("Lbl", 0), Element("LBody", 0)))


# ── Tables ──────────────────────────────────────────────────────────────────────────────────────────────────


class _Part(Struct, frozen=True):
    """A paragraph of a cell: `fixed` if no value stands in it, `simple` if it is nothing but text.

    Its own element is number `first` of the cell, and `elements` are those that it usually has.
    """

    paragraph: Paragraph
    first: int
    elements: tuple[Element, ...]
    fixed: LaidParagraph | None
    simple: TextPlan | FieldPlan | None


class _CellPlan(Struct):
    """A cell: `fixed` if no value stands in it. `elements`, from its own on, are those that it usually has.

    Its elements usually count from `base`. `row_controls` are the controls around its row. `parts` are its
    paragraphs; there are none if they must be laid out together. `only` is the plan of one that is alone.
    `tags` are those of controls around them that have places: without a tag a control is no field.
    """

    cell: Cell
    shape: CellShape
    labels: tuple[str, ...]
    row_controls: tuple[Control, ...]
    places: tuple[int, ...]
    base: int = 0
    elements: FixedElements = field(default_factory=FixedElements)
    fixed: LaidCell | None = None
    parts: tuple[_Part, ...] = ()
    tags: tuple[str, ...] = ()
    only: TextPlan | FieldPlan | None = None
    remembered: dict[tuple[str, ...], tuple[LaidCell, tuple[Element, ...]]] = field(default_factory=dict)


def _simple(
    paragraph: Paragraph, setter: Typesetter, setting: Setting, width: float
) -> TextPlan | FieldPlan | None:
    text = TextPlan.of(paragraph, setter, setting, width)
    return text if text is not None else FieldPlan.of(paragraph, setter, setting, width)


class _RowPlan(Struct):
    """A row: `fixed` if no value stands in it."""

    shape: RowShape
    cells: tuple[_CellPlan, ...]
    fixed: LaidRow | None = None


_Changed = dict[tuple[int, int], tuple[Element, ...]]
"""The elements of cells, by row and place in it, that aren't the usual ones."""


class TablePlan:
    """The plan of a table of the body."""

    def __init__(
        self, table: Table, labels: tuple[str, ...], fonts: FontBook, setting: Setting, width: float
    ) -> None:
        """Lay out what is the same in every document."""
        self._setter = typesetter(fonts)
        self._setting = setting
        self._shape = table_shape(table, width, outdent=setting.outdent_tables, lasting=True)
        self._merges = any(cell.rows > 1 for row in self._shape.rows for cell in row.cells)
        self._bookmarks = tuple(bookmarks_of(table))
        self._numbered = False
        self._root = FixedElements((Element("Table", alternative=table.title),))
        waiting = iter(labels)
        self._rows = tuple(
            _RowPlan(shape, tuple(self._cell_plans(row, shape, waiting)))
            for row, shape in zip(table.rows, self._shape.rows, strict=True)
        )
        self._elements = self._number()
        for row in self._rows:
            cells = [cell.fixed for cell in row.cells if cell.fixed is not None]
            if len(cells) == len(row.cells) and not self._merges:
                row.fixed = self._row(row.shape, cells)
        headers = [row.fixed for row in self._rows[: self._shape.headers] if row.fixed is not None]
        self._header = header_of(tuple(headers), len(headers)) if len(headers) == self._shape.headers else None

    def _cell_plans(self, row: Row, shape: RowShape, labels: Iterator[str]) -> Iterator[_CellPlan]:
        for cell, cell_shape in zip(row.cells, shape.cells, strict=True):
            count = sum(1 for block in cell.blocks for _ in list_items(block)) if cell_shape.owner else 0
            own = tuple(next(labels, "") for _ in range(count))
            plan = _CellPlan(cell, cell_shape, own, row.controls, places_in(cell, row.controls))
            if not cell_shape.owner:
                plan.fixed = LaidCell(cell_shape, (), (), 0.0)
            elif not cell_holds_places(cell) and not any(map(control_holds_places, row.controls)):
                plan.fixed, elements = self._lay_out(plan, (), lasting=True)
                plan.elements = FixedElements(elements)
            else:
                anything = [_ANYTHING] * (max(plan.places) + 1)
                plan.elements = FixedElements(self._lay_out(plan, anything)[1])
                plan.parts = self._parts(plan, anything)
            yield plan

    def _parts(self, plan: _CellPlan, anything: Sequence[str]) -> tuple[_Part, ...]:
        """Give the paragraphs of a cell that holds nothing else, no list and no field of its own."""
        blocks, fillable = plan.cell.blocks, self._setting.fillable
        controls = (*plan.row_controls, *plan.cell.controls)
        held = [block for block in blocks if isinstance(block, BlockControl)]
        if plan.labels or any(isinstance(inner, BlockControl) for block in held for inner in block.blocks):
            return ()
        plan.tags = tuple(
            [one.tag for one in (*controls, *[block.control for block in held]) if has_places(one.tag)]
        )
        out: list[_Part] = []
        first = 1
        for block in cell_content(blocks, controls, fillable):
            if not isinstance(block, Paragraph) or block.item is not None:
                return ()
            holds = holds_places(block)
            laid, elements = self._lay_out_part(
                plan, block, first, anything if holds else (), lasting=not holds
            )
            simple = _simple(block, self._setter, self._setting, plan.shape.width) if holds else None
            out.append(_Part(block, first, elements, None if holds else laid, simple))
            first += len(elements)
        if len(out) == 1 and not plan.tags:
            plan.only = out[0].simple
        return tuple(out)

    def _lay_out_part(
        self, plan: _CellPlan, paragraph: Paragraph, first: int, values: Sequence[str], *, lasting: bool = False
    ) -> tuple[LaidParagraph, tuple[Element, ...]]:
        """Lay out a paragraph of a cell the long way, with elements from `first` on."""
        setting = self._setting
        structure = Structure(setting.language, lasting=lasting, first=first)
        block = replace(paragraph, content=fill_content(paragraph.content, values))
        around = Surroundings(plan.shape.width, setting.default_tab, setting.fillable)
        laid = lay_out_paragraph(block, "", self._setter, structure, 0, around)
        self._numbered = self._numbered or structure.numbered
        if lasting:
            laid = settled_paragraph(laid)
        return laid, structure.elements

    def _number(self) -> FixedElements:
        """Give each cell the place of its elements, and the elements of the whole table."""
        out = list(self._root)
        for row in self._rows:
            out.append(Element("TR", 0))
            above = len(out) - 1
            for plan in row.cells:
                plan.base = len(out)
                if plan.fixed is not None:
                    plan.fixed.base = plan.base
                out += [
                    replace(one, parent=one.parent + plan.base if one.parent >= 0 else above)
                    for one in plan.elements
                ]
        return FixedElements(out)

    def fill(self, values: Sequence[str]) -> LaidBlock:
        """Lay out the table with its values."""
        changed: _Changed = {}
        rows: list[LaidRow] = []
        cells: list[list[LaidCell]] = []
        for number, plan in enumerate(self._rows):
            if plan.fixed is not None:
                rows.append(plan.fixed)
                continue
            own = [
                one.fixed if one.fixed is not None else self._cell(one, values, (number, index), changed)
                for index, one in enumerate(plan.cells)
            ]
            if self._merges:
                cells.append(own)
            else:
                rows.append(self._row(plan.shape, own))
        laid = finish_table(self._shape, cells) if self._merges else self._table(tuple(rows))
        elements: Sequence[Element] = self._elements
        if changed:
            elements = self._renumbered(laid, changed)
        return LaidBlock(laid, Instance(elements, bookmarks=self._bookmarks), self._numbered)

    def _table(self, rows: tuple[LaidRow, ...]) -> LaidTable:
        headers = self._shape.headers
        pieces, height = self._header if self._header is not None else header_of(rows, headers)
        return LaidTable(self._shape.x, rows, headers, pieces, height)

    def _row(self, shape: RowShape, cells: Sequence[LaidCell]) -> LaidRow:
        height, alone = row_heights(shape, cells)
        row = LaidRow(shape, tuple(cells), height, alone, shape.exact and height <= shape.least)
        return with_high_fields(row) if self._setting.fillable else row

    def _cell(self, plan: _CellPlan, values: Sequence[str], at: tuple[int, int], changed: _Changed) -> LaidCell:
        """Lay out a cell with its values; elements that aren't the usual ones go into `changed`."""
        places = plan.places
        known = self._remembered(plan, values) if len(values[places[0]]) < 2 else None
        if known is not None:
            laid, elements = known
        else:
            paragraphs: tuple[LaidParagraph, ...] | None = None
            if plan.only is not None:
                paragraph = plan.only.fill(values, 1)
                paragraphs = None if paragraph is None else (paragraph,)
            elif plan.parts:
                paragraphs = self._paragraphs(plan, values)
            if paragraphs is not None:
                return with_flow(plan.shape, paragraphs, plan.base)
            laid, elements = self._lay_out(plan, values)
        laid.base = plan.base
        if elements != plan.elements:
            changed[at] = elements
        return laid

    def _remembered(
        self, plan: _CellPlan, values: Sequence[str]
    ) -> tuple[LaidCell, tuple[Element, ...]] | None:
        """Give a cell whose values tell nothing of the case, laid out once; None for any other."""
        own = tuple([values[place] for place in plan.places])
        if not _TELLS_NOTHING.issuperset(own):
            return None
        known = plan.remembered.get(own)
        if known is None:
            if len(plan.remembered) >= _MOST_REMEMBERED:
                plan.remembered.clear()
            known = plan.remembered[own] = self._lay_out(plan, values, lasting=True)
        return known

    def _paragraphs(self, plan: _CellPlan, values: Sequence[str]) -> tuple[LaidParagraph, ...] | None:
        """Lay out the paragraphs of a cell each for itself; None if they don't have their usual elements."""
        if plan.tags and not all(put(tag, values) for tag in plan.tags):
            return None
        out: list[LaidParagraph] = []
        alone = len(plan.parts) == 1
        for part in plan.parts:
            laid = part.fixed
            if laid is None and part.simple is not None:
                laid = part.simple.fill(values, part.first)
            if laid is None:
                if alone:
                    return None
                laid, elements = self._lay_out_part(plan, part.paragraph, part.first, values)
                if elements != part.elements:
                    return None
            out.append(laid)
        return tuple(out)

    def _lay_out(
        self, plan: _CellPlan, values: Sequence[str], *, lasting: bool = False
    ) -> tuple[LaidCell, tuple[Element, ...]]:
        """Lay out a cell as any other, with its own elements from 0 on."""
        structure = Structure(self._setting.language, lasting=lasting)
        maker = BlockMaker(self._setter, structure, self._setting, iter(plan.labels))
        element = structure.add(plan.shape.role, attributes=plan.shape.attributes)
        blocks = tuple(fill_block(block, values) for block in plan.cell.blocks)
        controls = tuple(fill_control(one, values) for one in (*plan.row_controls, *plan.cell.controls))
        flow = maker.cell(blocks, element, plan.shape.width, controls)
        self._numbered = self._numbered or structure.numbered
        laid = with_flow(plan.shape, flow)
        return settled_cell(laid) if lasting else laid, structure.elements

    def _renumbered(self, table: LaidTable, changed: _Changed) -> Tree:
        """Give the elements with those that aren't the usual ones, and the cells where their own begin."""
        chunks = [Chunk(0, -1, self._root)]
        rows: list[LaidRow] = []
        at = 1
        for number, (row, plans) in enumerate(zip(table.rows, self._rows, strict=True)):
            above = at
            chunks.append(Chunk(at, 0, _ROW))
            at += 1
            cells = list(row.cells)
            for index, plan in enumerate(plans.cells):
                elements = changed.get((number, index), plan.elements)
                if elements:
                    chunks.append(Chunk(at, above, elements))
                cells[index] = replace(cells[index], base=at)
                at += len(elements)
            rows.append(replace(row, cells=tuple(cells)))
        table.rows = tuple(rows)
        return Tree(tuple(chunks))


_ROW = FixedElements((Element("TR"),))
