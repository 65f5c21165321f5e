"""Large print: tables become one column of labels over values, and nothing is italic or in capitals.

A table beside its labels needs more width than a page of large print has. So every cell gets a row of its own,
as wide as the table, and begins with what names it: the label beside it, or the heading of its column. Label
and value stand in one cell, so that whoever hears the page hears them together. This is done once, on the tree
of a template in which tags are tokens: tags between rows, controls and their content stay what they are.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field

from lxml import etree

from forms.formats.word.tags import TOKEN
from forms.formats.word.wordml import (
    P_PR,
    R_PR,
    SDT,
    SDT_CONTENT,
    TBL,
    TC,
    TC_PR,
    TR,
    VAL,
    P,
    T,
    append_text_before,
    child_value,
    element,
    qn,
    remove,
)

LABEL_STYLE = "TableLabel"
LABEL_STYLES = frozenset({LABEL_STYLE, "TableNote"})
"""The house's styles of a cell that says what its row is about."""

TALLER = 1.6
"""How much taller a line of large print is than one of the usual size (18 pt to 11 pt)."""

LABEL_ROOM = 500
"""The height of a label's line in large print, in twips."""

LINE_ROOM = 560
"""The height of a field of one line in large print, in twips."""

SHORT_BEGINNING = 4
"""What a row begins with (a name) stays with what follows if it has so few paragraphs; an address needs not."""
_RECORD_RULE = {"val": "single", "sz": "18", "space": "0", "color": "auto"}

_TBL_PR, _TBL_LOOK, _TR_PR = qn("w:tblPr"), qn("w:tblLook"), qn("w:trPr")
_GRID, _WIDTH, _SPAN = qn("w:tblGrid"), qn("w:w"), qn("w:gridSpan")
_HEADER, _HEIGHT, _BEFORE = qn("w:tblHeader"), qn("w:trHeight"), qn("w:gridBefore")
_KEEP_NEXT, _CANT_SPLIT = qn("w:keepNext"), qn("w:cantSplit")
_ROW_SHAPE = [qn(f"w:{name}") for name in ("gridBefore", "gridAfter", "wBefore", "wAfter", "tblHeader")]
_CELL_SHAPE = [_SPAN, qn("w:vMerge"), qn("w:hMerge"), qn("w:noWrap"), qn("w:tcW"), qn("w:tcFitText")]
_AFTER_BORDERS = [qn(f"w:{n}") for n in ("shd", "tcMar", "textDirection", "vAlign", "hideMark")]
_SHORT_CONTROLS = [*(qn(f"w:{name}") for name in ("date", "dropDownList", "comboBox")), qn("w14:checkbox")]
_CONTENT = [qn(f"w:{name}") for name in ("drawing", "pict", "sdt", "tbl", "sym", "fldSimple", "instrText")]
_OFF = frozenset({"0", "false", "off"})
_ITALIC_AND_CAPITALS = [qn(f"w:{name}") for name in ("i", "iCs", "caps", "smallCaps")]
_SIZES = [qn("w:sz"), qn("w:szCs")]
_FIRST_ROW, _FIRST_COLUMN = 0x20, 0x80  # 17.4.55: the bits of `w:tblLook`


def plain(root: etree._Element) -> None:
    """Take direct italics, capitals, sizes and alignment out of a part, in place: its styles say how it looks.

    For clear print and large print, whose readers these hinder.
    """
    for properties in root.iter(R_PR):
        for found in list(properties.iterchildren(*_ITALIC_AND_CAPITALS, *_SIZES)):
            remove(found)
    for properties in root.iter(P_PR):
        for found in list(properties.iterchildren(qn("w:jc"))):
            remove(found)


def reflow(root: etree._Element, styles: frozenset[str]) -> None:
    """Turn every table of a part into one column of labels over values, in place.

    A leading row marked as header that is one cell over the whole table stays, as its title; the cells of other
    header rows label those below them, but for tables of labels and values, whose header row is such a pair.
    Where the table's look has a first column, or a row's first cell is in a style of labels, that cell labels
    its row. A table of one column stays.

    Args:
        root: The part as a tree in which tags are tokens.
        styles: The style ids of the house.
    """
    for table in reversed(list(root.iter(TBL))):
        _Reflow(table, LABEL_STYLE if LABEL_STYLE in styles else "").run()


@dataclass(slots=True)
class _Reflow:
    """Works on one table; `labels` are the header cells above each column."""

    table: etree._Element
    label_style: str
    columns: int = 0
    width: int = 0
    first_column: bool = False
    labels: dict[int, list[etree._Element]] = field(default_factory=dict)

    def run(self) -> None:
        grid = self.table.find(_GRID)
        if grid is None or len(grid) < 2:
            return
        self.columns = len(grid)
        self.width = sum(int(column.get(_WIDTH, "0")) for column in grid)
        self.first_column = _looks(self.table, "firstColumn", _FIRST_COLUMN)
        titled = self._take_headers()
        for row in _rows(self.table):
            self._stack(row)
        for column in list(grid)[1:]:
            grid.remove(column)
        grid[0].set(_WIDTH, str(self.width))
        _set_look(self.table, first_row=titled and _looks(self.table, "firstRow", _FIRST_ROW))

    def _take_headers(self) -> bool:
        """Take header rows away and keep their cells as labels; say whether the table has a title row."""
        titled = False
        pairs = self.first_column and self.columns == 2
        for row in self.table.iterchildren(TR):
            if not _on(row.find(f"{_TR_PR}/{_HEADER}")):
                break
            cells = _cells(row)
            if len(cells) == 1 and _span(cells[0]) >= self.columns:
                titled = True
                continue
            if pairs:
                break
            column = _skipped(row)
            for cell in cells:
                for number in range(column, column + _span(cell)):
                    self.labels.setdefault(number, []).append(cell)
                column += _span(cell)
            remove(row)
        return titled

    def _stack(self, row: etree._Element) -> None:
        """Give every cell of a row a row of its own."""
        _put_cell_controls_inside(row)
        cells = _cells(row)
        title = _on(row.find(f"{_TR_PR}/{_HEADER}"))
        whole = len(cells) == 1 and _span(cells[0]) >= self.columns
        placed = self._placed(row, cells)
        column, first = placed[0] if placed else (0, None)
        heads = not whole and first is not None and column == 0 and self._is_label(first)
        if heads and first is not None and not self.labels and len(placed) > 1:
            placed = placed[1:]
            _lead(placed[0][1], first)
            remove(first)
        rows = self._own_rows(row, [cell for _, cell in placed], labelled=heads or bool(self.labels))
        for number, (column, cell) in enumerate(placed):
            if not whole and not (heads and number == 0 and self.labels):
                for label in reversed(self._labels(column, _span(cell))):
                    _lead(cell, label)
        if self.labels and len(placed) > 1:
            _draw_rule(placed[0][1])
            beginning = list(placed[0][1].iterchildren(P))
            for paragraph in beginning if len(beginning) <= SHORT_BEGINNING else ():
                _keep_with_next(paragraph, keep=True)
        for number, own in enumerate(rows):
            heading = heads and bool(self.labels) and number == 0
            labelled = not whole and not heading and (heads or bool(self.labels))
            self._shape(own, title=title and whole, labelled=labelled, heading=heading)

    def _placed(self, row: etree._Element, cells: list[etree._Element]) -> list[tuple[int, etree._Element]]:
        """Give a row's cells with their columns; those that go on a vertical merge are taken away."""
        placed = []
        column = _skipped(row)
        for cell in cells:
            merge = cell.find(f"{TC_PR}/{qn('w:vMerge')}")
            if merge is not None and merge.get(VAL) != "restart":
                remove(cell)
            else:
                placed.append((column, cell))
            column += _span(cell)
        return placed

    def _is_label(self, cell: etree._Element) -> bool:
        """Whether a row's first cell says what the row is about."""
        paragraphs = list(cell.iterchildren(P))
        if not paragraphs or len(paragraphs) < sum(1 for child in cell if child.tag != TC_PR):
            return False
        styles = {child_value(paragraph, "w:pPr/w:pStyle") for paragraph in paragraphs}
        return self.first_column or (LABEL_STYLE in styles and styles <= LABEL_STYLES)

    def _labels(self, column: int, span: int) -> list[etree._Element]:
        """Give copies of the cells that head a cell's columns."""
        found = [own for number in range(column, column + span) for own in self.labels.get(number, [])]
        copies = [deepcopy(cell) for cell in dict.fromkeys(found)]
        for copy in copies:
            for mark in list(copy.iter(qn("w:bookmarkStart"), qn("w:bookmarkEnd"))):
                remove(mark)
            for paragraph in copy.iter(P):
                style = paragraph.find(f"{P_PR}/{qn('w:pStyle')}")
                if style is not None and self.label_style and style.get(VAL) not in LABEL_STYLES:
                    style.set(VAL, self.label_style)
                _keep_with_next(paragraph, keep=False)
        return copies

    def _own_rows(
        self, row: etree._Element, cells: list[etree._Element], *, labelled: bool
    ) -> list[etree._Element]:
        """Move all but the first of a row's cells into rows of their own after it."""
        parent, properties = row.getparent(), row.find(_TR_PR)
        tall = properties is not None and properties.find(_HEIGHT) is not None
        if not labelled and not tall and len(cells) > 1:
            for empty in [cell for cell in cells if _is_empty(cell)][: len(cells) - 1]:
                remove(empty)
                cells = [cell for cell in cells if cell is not empty]
        rows = [row]
        assert parent is not None
        for cell in cells[1:]:
            own = etree.Element(TR)
            if properties is not None:
                own.append(deepcopy(properties))
            own.append(cell)
            parent.insert(parent.index(rows[-1]) + 1, own)
            own.tail, rows[-1].tail = rows[-1].tail, None
            rows.append(own)
        return rows

    def _shape(self, row: etree._Element, *, title: bool, labelled: bool, heading: bool) -> None:
        """Give a row and its cell the shape of the new table; a heading needs no room to write in."""
        properties = row.find(_TR_PR)
        if properties is None and labelled:
            properties = etree.Element(_TR_PR)
            row.insert(0, properties)
        if properties is not None:
            for found in list(properties.iterchildren(*_ROW_SHAPE)):
                if not (title and found.tag == _HEADER):
                    remove(found)
            if labelled and properties.find(_CANT_SPLIT) is None:
                properties.insert(0, element("w:cantSplit"))  # else a label might be left alone
            for height in list(properties.iterchildren(_HEIGHT)):
                least = int(height.get(VAL, "0")) * TALLER
                if next(row.iter(*_SHORT_CONTROLS), None) is not None:
                    least = min(least, LINE_ROOM)
                height.set(VAL, str(round(least) + (LABEL_ROOM if labelled else 0)))
                height.set(qn("w:hRule"), "atLeast")
                if heading:
                    remove(height)
            if not len(properties):
                remove(properties)
        for cell in row.iterchildren(TC):
            own = _cell_properties(cell)
            for found in list(own.iterchildren(*_CELL_SHAPE)):
                remove(found)
            width = element("w:tcW", w=str(self.width), type="dxa")
            own.insert(1 if len(own) and own[0].tag == qn("w:cnfStyle") else 0, width)


# ── Rows and cells ──────────────────────────────────────────────────────────────────────────────────────────


def _rows(table: etree._Element) -> list[etree._Element]:
    """Give a table's own rows, also those in controls around rows."""
    rows: list[etree._Element] = []
    for child in table:
        if child.tag == TR:
            rows.append(child)
        elif child.tag == SDT and (content := child.find(SDT_CONTENT)) is not None:
            rows += _rows(content)
    return rows


def _cells(row: etree._Element) -> list[etree._Element]:
    """Give a row's own cells, also those in controls around cells."""
    cells: list[etree._Element] = []
    for child in row:
        if child.tag == TC:
            cells.append(child)
        elif child.tag == SDT and (content := child.find(SDT_CONTENT)) is not None:
            cells += _cells(content)
    return cells


def _put_cell_controls_inside(row: etree._Element) -> None:
    """Turn a control around a cell into one around the cell's content, so that a label can stand before it.

    A control around several cells, which holds no value, is dissolved.
    """
    for control in list(row.iterchildren(SDT)):
        content = control.find(SDT_CONTENT)
        assert content is not None, "its cells were found in it"
        _put_cell_controls_inside(content)
        cells = list(content.iterchildren(TC))
        place = row.index(control)
        tail, control.tail = control.tail, None
        row.remove(control)
        for cell in reversed(cells):
            row.insert(place, cell)
        if len(cells) == 1:
            text, inner = _content(cells[0])
            control.remove(content)
            inside = etree.SubElement(control, SDT_CONTENT)
            inside.text = text or None
            inside.extend(inner)
            _cell_properties(cells[0]).tail = None
            cells[0].append(control)
        if tail and cells:
            cells[-1].tail = (cells[-1].tail or "") + tail


def _lead(cell: etree._Element, label: etree._Element) -> None:
    """Move another cell's content, tags between its paragraphs included, to the beginning of a cell."""
    text, content = _content(label)
    before, _ = _content(cell)
    properties = _cell_properties(cell)
    properties.tail = text or None
    for number, child in enumerate(content, 1):
        cell.insert(number, child)
    if before:
        append_text_before(cell, len(content) + 1, before)


def _content(cell: etree._Element) -> tuple[str, list[etree._Element]]:
    """Give what a cell holds: the text before its first block (a tag), and its blocks."""
    properties = cell.find(TC_PR)
    text = cell.text if properties is None else properties.tail
    return text or "", [child for child in cell if child.tag != TC_PR]


def _cell_properties(cell: etree._Element) -> etree._Element:
    properties = cell.find(TC_PR)
    if properties is None:
        properties = etree.Element(TC_PR)
        properties.tail, cell.text = cell.text, None
        cell.insert(0, properties)
    return properties


def _draw_rule(cell: etree._Element) -> None:
    """Draw a line above the first cell of what was a row, so that one record ends where the next begins."""
    properties = _cell_properties(cell)
    borders = properties.find(qn("w:tcBorders"))
    if borders is None:
        borders = element("w:tcBorders")
        following = [child for child in properties if child.tag in _AFTER_BORDERS]
        properties.insert(properties.index(following[0]) if following else len(properties), borders)
    for top in list(borders.iterchildren(qn("w:top"))):
        borders.remove(top)
    borders.insert(0, element("w:top", **_RECORD_RULE))


def _is_empty(cell: etree._Element) -> bool:
    """Whether a cell holds nothing: no text, no tag, no picture, no control."""
    texts = [child.tail or "" for child in cell] + [cell.text or ""]
    texts += [text.text or "" for text in cell.iter(T)]
    return not any(text.strip() or TOKEN.search(text) for text in texts) and not any(
        True for _ in cell.iter(*_CONTENT)
    )


def _keep_with_next(paragraph: etree._Element, *, keep: bool) -> None:
    """Say of a paragraph itself, whatever its style says, whether it stays with the next."""
    properties = paragraph.find(P_PR)
    if properties is None:
        properties = etree.Element(P_PR)
        paragraph.insert(0, properties)
    for found in list(properties.iterchildren(_KEEP_NEXT)):
        properties.remove(found)
    own = element("w:keepNext") if keep else element("w:keepNext", val="0")
    has_style = len(properties) > 0 and properties[0].tag == qn("w:pStyle")
    properties.insert(1 if has_style else 0, own)


def _span(cell: etree._Element) -> int:
    return int(child_value(cell, "w:tcPr/w:gridSpan") or "1")


def _skipped(row: etree._Element) -> int:
    return int(child_value(row, "w:trPr/w:gridBefore") or "0")


def _on(found: etree._Element | None) -> bool:
    return found is not None and found.get(VAL) not in _OFF


def _looks(table: etree._Element, name: str, bit: int) -> bool:
    """Whether a table's look asks for a conditional format (17.4.55)."""
    look = table.find(f"{_TBL_PR}/{_TBL_LOOK}")
    if look is None:
        return False
    named = look.get(qn(f"w:{name}"))
    if named is not None:
        return named not in _OFF
    return bool(int(look.get(VAL, "0"), 16) & bit)


def _set_look(table: etree._Element, *, first_row: bool) -> None:
    look = table.find(f"{_TBL_PR}/{_TBL_LOOK}")
    if look is None:
        return
    look.set(qn("w:firstRow"), "1" if first_row else "0")
    look.set(qn("w:firstColumn"), "0")
    value = int(look.get(VAL, "0"), 16) & ~(_FIRST_ROW | _FIRST_COLUMN)
    look.set(VAL, f"{value | (_FIRST_ROW if first_row else 0):04X}")
