"""Where something goes in a Word file that someone else designed: each place with the elements that it is.

Content controls, legacy form fields and bookmarks have names. A plain form has none: there the places are told
by their look: lines and boxes in paragraphs (`spots_inline`), and here the cells of tables, which stand beside,
under or within their labels, and the rows of a list.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from forms.formats.fillable import Fillable
from forms.formats.word.controls import SECTION
from forms.formats.word.shown import own_paragraphs, text_of, words_of
from forms.formats.word.spots_inline import (
    BOX,
    FF_DATA,
    LINE,
    Context,
    Spot,
    Walk,
    control_spots,
    either,
    paragraph_spots,
)
from forms.formats.word.wordml import (
    P_PR,
    SDT,
    SDT_CONTENT,
    SDT_PR,
    SECT_PR,
    TBL,
    TC,
    TR,
    VAL,
    P,
    child_value,
    qn,
)

_PICTURES = (qn("w:drawing"), qn("w:pict"), qn("w:object"))
_NUMBERED = re.compile(r"\W*(?:(?:child|adult|person|no|sibling|member|contact)\W*)?\d{1,2}\W*", re.I)


def spots(body: etree._Element) -> tuple[Spot, ...]:
    """Give every place of a document's body in order, each with a name of its own."""
    named: list[Spot] = []
    times: Counter[str] = Counter()
    fields = {child_value(data, "w:name") for data in body.iter(FF_DATA)}
    for spot in _blocks(body, Walk()):
        if spot.place.kind == "bookmark" and spot.place.name in fields:
            continue  # Word puts a bookmark round each legacy field, which may begin in another paragraph
        name = spot.place.name or spot.place.where
        times[name] += 1
        own = f"{name} ({times[name]})" if times[name] > 1 else name
        named.append(replace(spot, place=replace(spot.place, name=own)))
    return tuple(named)


def has_places(story: etree._Element) -> bool:
    """Tell whether a header, footer or text box holds something to fill in (bookmarks apart)."""
    return any(spot.place.kind != "bookmark" for spot in _blocks(story, Walk()))


def row_cells(row: etree._Element) -> list[etree._Element]:
    """Give a row's own cells, also those inside content controls."""
    return [cell for cell in row.iter(TC) if next(cell.iterancestors(TR), None) is row]


def table_rows(table: etree._Element) -> list[etree._Element]:
    """Give a table's own rows, also those inside content controls."""
    return [row for row in table.iter(TR) if next(row.iterancestors(TBL), None) is table]


def is_free(spot: Spot, body: etree._Element) -> bool:
    """Tell whether a place of a form protected for filling in lies in a section that is not (17.6.6)."""
    block = spot.at
    for step in spot.at.iterancestors():
        if step is body:
            break
        block = step
    for following in (block, *block.itersiblings()):
        section = following if following.tag == SECT_PR else following.find(f"{P_PR}/{SECT_PR}")
        if section is not None:
            protected = section.find(qn("w:formProt"))
            return protected is not None and protected.get(VAL, "1") in ("0", "false", "off")
    return False


def _blocks(
    container: etree._Element, walk: Walk, where: str = "", context: Context | None = None
) -> Iterator[Spot]:
    """Give the places of what stands one under the other: the body's, or (with `where`) a cell's."""
    context = context or Context()
    for block in container:
        if block.tag == P:
            walk.paragraphs += 0 if where else 1
            found = list(paragraph_spots(block, where or f"paragraph {walk.paragraphs}", walk, context))
            yield from found
            if not found and (words := words_of(block)) and not LINE.fullmatch(words):
                walk.before, walk.in_line = words, False
        elif block.tag == TBL:
            yield from _table(block, walk)
            walk.before, walk.in_line = "", False
        elif block.tag == SDT:
            found = list(control_spots(block, where or walk.where(), context.label or walk.before))
            yield from found
            content = block.find(SDT_CONTENT)
            if content is not None and not any(spot.place.kind != "repeating section" for spot in found):
                yield from _blocks(content, walk, where, context)


# ── Tables ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell: its words, and whether it is empty. One that a merge continues upwards is neither (17.4.84)."""

    item: etree._Element
    words: str
    empty: bool


def _table(table: etree._Element, walk: Walk) -> Iterator[Spot]:
    """Give the places of a table and of those inside it."""
    walk.tables += 1
    number = walk.tables
    for control in table.iter(SDT):
        if control.find(f"{SDT_PR}/{SECTION}") is not None:
            yield from control_spots(control, f"table {number}")
    rows = [[_cell(cell) for cell in row_cells(row)] for row in table_rows(table)]
    rows = _with_merged(rows)
    items = table_rows(table)
    at = 0
    while at < len(rows):
        last = _last_of_list(rows, at)
        if last > at:
            yield _list_spot(rows, items, at, last, number)
            at = last
        else:
            yield from _row_spots(rows, at, number, walk)
        at += 1


def _cell(item: etree._Element) -> _Cell:
    merged = item.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
    continued = merged is not None and merged.get(VAL, "continue") == "continue"
    words = words_of(item)
    holds = next(item.iter(SDT, FF_DATA, TBL, *_PICTURES), None) is not None or _in_control(item)
    drawn = any(LINE.search(text_of(each)) for each in own_paragraphs(item))
    return _Cell(item, words, not (words or continued or holds or drawn))


def _in_control(item: etree._Element) -> bool:
    """Tell whether a cell is the content of a control."""
    step = item.getparent()
    return step is not None and step.tag == qn("w:sdtContent") and step.find(TC) is item


def _with_merged(rows: list[list[_Cell]]) -> list[list[_Cell]]:
    """Give a cell that is merged with the one above the words of that one: they are its label too."""
    done: list[list[_Cell]] = []
    for row in rows:
        above = done[-1] if done else []
        cells = []
        for column, cell in enumerate(row):
            merged = cell.item.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
            if merged is not None and merged.get(VAL, "continue") == "continue" and column < len(above):
                cells.append(_Cell(cell.item, above[column].words, False))
            else:
                cells.append(cell)
        done.append(cells)
    return done


# ── Lists ───────────────────────────────────────────────────────────────────────────────────────────────────


def _is_head(row: list[_Cell]) -> bool:
    """Tell whether every cell of a row has words, and none something to fill in; the first may be empty."""
    words = [cell.words for cell in row]
    drawn = any(BOX.search(text) or LINE.search(text) or _is_either(text) for text in words)
    return len(row) > 1 and all(words[1:]) and not drawn and not any(cell.empty for cell in row[1:])


def _last_of_list(rows: list[list[_Cell]], head: int) -> int:
    """Give the last of the rows to be filled in under a head, or the head's own index if there are none."""
    if not _is_head(rows[head]):
        return head
    last = head
    numbered = None
    for at in range(head + 1, len(rows)):
        row = rows[at]
        if len(row) != len(rows[head]) or not all(cell.empty for cell in row[1:]):
            break
        own = bool(_NUMBERED.fullmatch(row[0].words))
        if not (row[0].empty or own) or numbered not in (None, own):
            break
        numbered = own
        last = at
    if not rows[head][0].words and not numbered:
        return head
    return last


def _list_spot(rows: list[list[_Cell]], items: list[etree._Element], head: int, last: int, number: int) -> Spot:
    skip = 0 if rows[head + 1][0].empty else 1
    columns = tuple(cell.words for cell in rows[head][skip:])
    where = f"table {number}, rows {head + 2} to {last + 1}"
    place = Fillable(f"table {number}, rows", "rows", " | ".join(columns), where, columns=columns)
    chosen = tuple(items[head + 1 : last + 1])
    return Spot(place, chosen[0], rows=chosen, skip=skip)


# ── Cells ───────────────────────────────────────────────────────────────────────────────────────────────────


def _row_spots(rows: list[list[_Cell]], at: int, number: int, walk: Walk) -> Iterator[Spot]:
    row = rows[at]
    for column, cell in enumerate(row):
        where = f"table {number}, row {at + 1}, cell {column + 1}"
        context = _context(rows, at, column, walk)
        found = list(_inside(cell, where, walk, context))
        yield from found
        if found:
            continue
        if cell.empty and context.label:
            yield Spot(Fillable(where, "cell", context.label.rstrip(": "), where), cell.item)
        elif cell.words and _has_room(rows, at, column):
            yield Spot(Fillable(where, "cell", cell.words.rstrip(": "), where), cell.item, after=True)


def _inside(cell: _Cell, where: str, walk: Walk, context: Context) -> Iterator[Spot]:
    """Give what a cell holds, and the control that holds the cell."""
    if _in_control(cell.item):
        control = next(cell.item.iterancestors(SDT))
        found = list(control_spots(control, where, context.label))
        yield from found
        if found:
            return
    yield from _content(cell.item, where, walk, context)


def _content(cell: etree._Element, where: str, walk: Walk, context: Context) -> Iterator[Spot]:
    before, in_line = walk.before, walk.in_line
    walk.before, walk.in_line = "", False
    yield from _blocks(cell, walk, where, context)
    walk.before, walk.in_line = before, in_line


def _context(rows: list[list[_Cell]], at: int, column: int, walk: Walk) -> Context:
    """Give the label to the left of a cell and the head over it; for a cell alone in its row, what is above."""
    row = rows[at]
    if len(row) == 1:
        if at and len(rows[at - 1]) == 1:
            return Context(rows[at - 1][0].words)
        return Context("" if at else walk.before)
    left = next((cell.words for cell in reversed(row[:column]) if cell.words and not cell.empty), "")
    beside = column > 0 and bool(row[column - 1].words)
    head = _head_over(rows, at, column) if len(row) > 2 or not beside else ""
    if head and left and column:
        return Context(row[0].words if row[0].words else left, head)
    return Context(left if beside else "", head)


def _head_over(rows: list[list[_Cell]], at: int, column: int) -> str:
    """Give the words over a cell in the nearest head of as many cells, if all rows between are alike."""
    for above in range(at - 1, -1, -1):
        if len(rows[above]) != len(rows[at]):
            return ""
        if _is_head(rows[above]) and above != at:
            below = rows[above + 1]
            answers = any(cell.empty or BOX.search(cell.words) for cell in below[1:])
            return rows[above][column].words if answers else ""
    return ""


def _has_room(rows: list[list[_Cell]], at: int, column: int) -> bool:
    """Tell whether a cell with a label is also where the answer goes.

    It ends as a question does, and neither the cell to its right nor the row below is empty for the answer; or
    it is alone in its row and has empty paragraphs under its words.
    """
    row = rows[at]
    cell = row[column]
    if column + 1 < len(row) and row[column + 1].empty:
        return False
    if column + 1 < len(row) and next(row[column + 1].item.iter(SDT, FF_DATA), None) is not None:
        return False
    below = rows[at + 1] if at + 1 < len(rows) else []
    if len(below) == len(row) and below[column].empty and (len(row) == 1 or all(each.empty for each in below)):
        return False
    asks = _asks(cell.words) and not (len(row) == 1 and cell.words.isupper())
    paragraphs = [words_of(each) for each in own_paragraphs(cell.item)]
    if len(row) == 1 and paragraphs and not paragraphs[-1]:
        return True
    following = row[column + 1].words if column + 1 < len(row) else ""
    return asks and (column + 1 == len(row) or _asks(following))


def _asks(words: str) -> bool:
    """Tell whether words end as a label or a question does."""
    return words.endswith((":", "?")) and any(char.isalnum() for char in words)


def _is_either(words: str) -> bool:
    """Tell whether words are nothing but "Yes / No"; a head may end so, as in "Being referred? Y/N"."""
    found = either(words)
    return found is not None and found[0] == 0
