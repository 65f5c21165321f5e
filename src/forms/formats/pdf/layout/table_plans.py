"""Plans of tables: what the template fixes of them is laid out once, what stands in their cells each time.

Cells are remembered only as far as they hold no value, or one that is a tick or nothing at all. Most rows hold
nothing but fixed cells and plain text. What is drawn of such a row depends on how many lines each text takes;
so a `Blank` is kept for that, which holds no value, and a document's row is its blank and its lines. A row's
cells are then only laid out where a page ends in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from forms.formats.pdf.display import (
    Blank,
    Chunk,
    Element,
    FixedElements,
    FixedOps,
    Instance,
    JoinedOps,
    Tree,
)
from forms.formats.pdf.fonts import FontBook
from forms.formats.pdf.layout.atoms import Typesetter, typesetter
from forms.formats.pdf.layout.blocks import (
    BlockMaker,
    Setting,
    bookmarks_of,
    cell_content,
    settled_cell,
    settled_paragraph,
    settled_row,
)
from forms.formats.pdf.layout.laid import (
    CellShape,
    LaidBlock,
    LaidCell,
    LaidParagraph,
    LaidRow,
    LaidTable,
    RowShape,
)
from forms.formats.pdf.layout.paragraphs import Surroundings, lay_out_paragraph
from forms.formats.pdf.layout.plans import FieldPlan, TextPlan
from forms.formats.pdf.layout.rows import cell_pieces, frame, in_one, least
from forms.formats.pdf.layout.structure import Structure
from forms.formats.pdf.layout.tables import (
    finish_table,
    header_of,
    row_heights,
    table_shape,
    with_flow,
    with_high_fields,
)
from forms.formats.word.model import BlockControl, Cell, Control, Paragraph, Row, Table
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

_TELLS_NOTHING = frozenset(("", "\u2610", "\u2611", "\u2612"))
"""Values that may be remembered: nothing, and the boxes of lists to tick."""
_MOST_REMEMBERED = 16
_MOST_BLANKS = 16
"""Blanks kept of a row, and of a cell."""
_LEARNT = 2
"""Documents from which on blanks are made: it takes longer than laying out a row."""
_ANYTHING = "x"


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

    `texts` are the plans of its values if all of them stand in texts; if it is one value and nothing else,
    `fits` is a quick test whether that takes one line. `blanks` are then the cell with places for so many lines
    of each; `drawn` is what is drawn of it, by what it holds and how far below the row's top.
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
    texts: tuple[TextPlan, ...] = ()
    fits: Callable[[str], bool] | None = None
    blanks: dict[tuple[object, ...], LaidCell] = field(default_factory=dict)
    drawn: dict[tuple[object, float], FixedOps] = field(default_factory=dict)


def _simple(
    paragraph: Paragraph, setter: Typesetter, setting: Setting, width: float
) -> TextPlan | FieldPlan | None:
    text = TextPlan.of(paragraph, setter, setting, width)
    return text if text is not None else FieldPlan.of(paragraph, setter, setting, width)


_Sizes = tuple[int | tuple[str, ...], ...]
"""What a row's blank depends on: how many lines each of its texts takes; of cells that tell nothing, that."""
_Known = tuple[LaidRow | None, Blank]
"""A row with places for its lines, and all that is drawn of it; None if it can't be made from a blank."""


class _RowPlan(Struct):
    """A row: `fixed` if no value stands in it. `open` are its cells with values (see `_open`).

    `blanks` are the rows with places for their lines that have been wanted.
    """

    shape: RowShape
    cells: tuple[_CellPlan, ...]
    fixed: LaidRow | None = None
    open: tuple[_CellPlan, ...] = ()
    blanks: dict[_Sizes, _Known] = field(default_factory=dict)


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
        self._filled = 0
        for row in self._rows:
            cells = [cell.fixed for cell in row.cells if cell.fixed is not None]
            if self._merges:
                continue
            if len(cells) == len(row.cells):
                row.fixed = self._row(row.shape, cells)
                row.fixed.whole = settled_row(row.fixed)
            elif not self._numbered:
                row.open = _open(row)
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
        self._filled += 1
        learnt = self._filled > _LEARNT
        rows: list[LaidRow] = []
        cells: list[list[LaidCell]] = []
        for number, plan in enumerate(self._rows):
            if plan.fixed is not None:
                rows.append(plan.fixed)
                continue
            row = self._from_blank(plan, values) if learnt and plan.open else None
            if row is not None:
                rows.append(row)
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

    # --- rows from blanks

    def _from_blank(self, plan: _RowPlan, values: Sequence[str]) -> LaidRow | None:
        """Lay out a row whose values stand in texts; None if that takes laying out its cells."""
        texts: list[str] = []
        sizes: list[int | tuple[str, ...]] = []
        for cell in plan.open:
            value = values[cell.places[0]]
            if len(value) < 2:
                own = tuple([values[place] for place in cell.places])
                if _TELLS_NOTHING.issuperset(own):
                    sizes.append(own)
                    continue
            if cell.fits is not None and value[0] != " " != value[-1] and cell.fits(value):
                texts.append(value)
                sizes.append(1)
                continue
            if not cell.texts or (cell.tags and not all(put(tag, values) for tag in cell.tags)):
                return None
            for text in cell.texts:
                found = text.text(values)
                if found is None:
                    return None
                if found:
                    texts.append(found)
                    sizes.append(found.count("\n") + 1)
                else:
                    sizes.append(0)
        key = tuple(sizes)
        known = plan.blanks.get(key)
        if known is None:
            if len(plan.blanks) >= _MOST_BLANKS:
                plan.blanks.clear()
            known = plan.blanks[key] = self._blank(plan, key, values)
        like, blank = known
        if like is None or not texts:
            return like
        ops, held = JoinedOps((), blank, texts), partial(self._cells, plan, values)
        return LaidRow(like.shape, held, like.height, like.alone, like.exact, ops, 0, like.least)

    def _cells(self, plan: _RowPlan, values: Sequence[str]) -> tuple[LaidCell, ...]:
        """Lay out the cells of a row that was made from a blank."""
        usual: _Changed = {}
        return tuple(
            [
                one.fixed if one.fixed is not None else self._cell(one, values, (0, 0), usual)
                for one in plan.cells
            ]
        )

    def _blank(self, plan: _RowPlan, sizes: _Sizes, values: Sequence[str]) -> _Known:
        """Make a row of such sizes, with places for its lines; of the values it holds what tells nothing.

        There is none if its elements aren't the usual ones.
        """
        waiting = iter(sizes)
        filled = {one.base: self._blank_cell(one, waiting, values) for one in plan.open}
        cells: list[LaidCell] = []
        kinds: list[tuple[object, ...]] = []
        for one in plan.cells:
            laid, kind = (one.fixed, ()) if one.fixed is not None else filled[one.base]
            if laid is None:
                return None, Blank(())
            cells.append(laid)
            kinds.append(kind)
        return self._in_one(plan, cells, kinds)

    def _blank_cell(
        self, plan: _CellPlan, sizes: Iterator[int | tuple[str, ...]], values: Sequence[str]
    ) -> tuple[LaidCell | None, tuple[object, ...]]:
        """Make a cell of a blank; give also what tells it from others of the same plan."""
        first = next(sizes)
        if isinstance(first, tuple):
            laid, elements = self._remembered(plan, values) or (None, ())
            if laid is None or elements != plan.elements:
                return None, first
            laid.base = plan.base
            return laid, first
        kind = (first, *[next(sizes) for _ in plan.texts[1:]])
        known = plan.blanks.get(kind)
        if known is None:
            flow = self._blank_flow(plan, kind, values)
            if flow is not None:
                if len(plan.blanks) >= _MOST_BLANKS:
                    plan.blanks.clear()
                known = plan.blanks[kind] = with_flow(plan.shape, flow, plan.base)
        return known, kind

    def _blank_flow(
        self, plan: _CellPlan, counts: Sequence[object], values: Sequence[str]
    ) -> tuple[LaidParagraph, ...] | None:
        out: list[LaidParagraph] = []
        waiting = zip(counts, plan.texts, strict=True)
        for part in plan.parts:
            laid = part.fixed
            if laid is None:
                count, text = next(waiting)
                if isinstance(count, int) and count:
                    laid = text.blank(count, part.first)
                else:  # the values in it are empty
                    laid, elements = self._lay_out_part(plan, part.paragraph, part.first, values, lasting=True)
                    if elements != part.elements:
                        return None
            if laid is None:
                return None
            out.append(laid)
        return tuple(out)

    def _in_one(
        self, plan: _RowPlan, cells: Sequence[LaidCell], kinds: Sequence[tuple[object, ...]]
    ) -> tuple[LaidRow, Blank]:
        """Make a row that is drawn as one blank, whose parts are known by the kinds of the cells."""
        row = self._row(plan.shape, cells)
        drawn = frame(plan.shape, row.height)
        parts = [drawn] if isinstance(drawn, FixedOps) else []
        for one, cell, usual, kind in zip(plan.cells, row.cells, cells, kinds, strict=True):
            pieces = cell_pieces(row, cell)
            if not pieces:
                continue
            key = (kind, pieces[0][1])
            part = one.drawn.get(key) if cell is usual else None
            if part is None:
                part = FixedOps(in_one(pieces))
                if cell is usual:
                    if len(one.drawn) >= _MOST_BLANKS:
                        one.drawn.clear()
                    one.drawn[key] = part
            parts.append(part)
        blank = Blank(parts)
        row.least = least(row)
        row.whole = JoinedOps((), blank) if parts else ()
        return row, blank

    # --- cells

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
            begin = at - plans.cells[0].base if plans.cells else 0
            bases = []
            for index, plan in enumerate(plans.cells):
                elements = changed.get((number, index), plan.elements)
                if elements:
                    chunks.append(Chunk(at, above, elements))
                bases.append(at)
                at += len(elements)
            if row.whole is not None:  # its elements are the usual ones
                rows.append(row.moved(begin))
            else:
                cells = [replace(cell, base=base) for cell, base in zip(row.cells, bases, strict=True)]
                rows.append(replace(row, held=tuple(cells)))
        table.rows = tuple(rows)
        return Tree(tuple(chunks))


_ROW = FixedElements((Element("TR"),))


def _open(row: _RowPlan) -> tuple[_CellPlan, ...]:
    """Give the cells of a row that hold values, with the plans of their texts.

    Those with other things than texts in them, which must tell nothing, come first.
    """
    cells = [cell for cell in row.cells if cell.fixed is None]
    for cell in cells:
        plans = [part.simple for part in cell.parts if part.fixed is None]
        texts = [plan for plan in plans if isinstance(plan, TextPlan) and plan.lines_alone]
        cell.texts = tuple(texts) if len(texts) == len(plans) else ()
        if len(cell.texts) == len(cell.places) == 1 and not cell.tags:
            cell.fits = cell.texts[0].fits
    return tuple(sorted(cells, key=lambda cell: bool(cell.texts)))
