"""What stands in the places of a filled Word form, read again without what wrote it.

Places with names are found by their names. Those of a plain form are found beside the blank one: block by
block, row by row (rows that were added stand where a list ends), and by the words round them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree

from forms.formats.filling import Entry
from forms.formats.word import filling_text as texts
from forms.formats.word.controls import CHECKBOX
from forms.formats.word.filling_write import bookmark_runs, field_runs, is_placeholder, line_spans
from forms.formats.word.shown import BOXES, RULE, own_paragraphs, shown, text_of, words_of
from forms.formats.word.spots import row_cells, spots, table_rows
from forms.formats.word.spots_inline import ANY_BOX, FF_DATA, Spot, item_spots, section_items
from forms.formats.word.wordml import (
    BODY,
    SDT,
    SDT_CONTENT,
    SDT_PR,
    SECT_PR,
    TBL,
    VAL,
    P,
    R,
    T,
    child_value,
    qn,
)

_BREAKS = (qn("w:br"), qn("w:cr"))
_OFF = ("0", "false", "off")
Pairs = dict[etree._Element, etree._Element]


def read_entries(blank: Sequence[Spot], blank_body: etree._Element, filled: etree._Element) -> dict[str, Entry]:
    """Give what the places of a filled form hold, by name; places that are as they were are left out.

    Args:
        blank: The blank form's places.
        blank_body: The blank form's `w:body`.
        filled: The root of the filled form's main part.
    """
    body = filled.find(BODY)
    if body is None:
        return {}
    named: dict[str, Spot] = {}
    if any(_has_name(spot) for spot in blank):
        named = {spot.place.name: spot for spot in spots(body) if _has_name(spot)}
    pairs = _Pairing([spot for spot in blank if spot.rows])
    pairs.blocks(blank_body, body)
    found: dict[str, Entry] = {}
    for spot in blank:
        entry = _named(spot, named.get(spot.place.name)) if _has_name(spot) else _plain(spot, pairs)
        if entry not in ("", None, (), False):
            found[spot.place.name] = entry
    return found


def _has_name(spot: Spot) -> bool:
    return spot.at.tag in (SDT, FF_DATA) or spot.place.kind == "bookmark"


# ── Places with names ───────────────────────────────────────────────────────────────────────────────────────


def _named(blank: Spot, spot: Spot | None) -> Entry | None:
    if spot is None:
        return None
    if spot.place.kind == "bookmark":
        words = _bookmark(spot.at)
        before = _bookmark(blank.at)
        return texts.normal(words if is_placeholder(before) else words.removeprefix(before))
    if spot.place.kind == "repeating section":
        return _section(spot)
    if spot.at.tag == SDT:
        return _control(spot)
    return _legacy(spot)


def _bookmark(start: etree._Element) -> str:
    return "".join(_run_text(run) for run in bookmark_runs(start)[0])


def _section(spot: Spot) -> Entry:
    """Give the rows of a repeating section, as texts."""
    rows = []
    for item in section_items(spot.at):
        read = [_control(inner) for inner in item_spots(item)]
        shown = zip(read, item_spots(item), strict=True)
        rows.append(tuple(_words(entry, inner) for entry, inner in shown))
    while rows and not any(rows[-1]):
        rows.pop()
    return tuple(rows)


def _words(entry: Entry | None, spot: Spot) -> str:
    text = "" if not isinstance(entry, str | tuple) else "".join(map(str, entry))
    return next((words for code, words in spot.place.options if code == text), text)


def _control(spot: Spot) -> Entry | None:
    properties, content = spot.at.find(SDT_PR), spot.at.find(SDT_CONTENT)
    if properties is None or content is None:
        return None
    box = properties.find(CHECKBOX)
    if box is not None:
        state = box.find(qn("w14:checked"))
        return state is not None and state.get(qn("w14:val"), "1") not in _OFF
    prompt = properties.find(qn("w:showingPlcHdr"))
    if prompt is not None and prompt.get(VAL, "1") not in _OFF:
        return None
    paragraphs = list(own_paragraphs(content))
    lines = [_text(item) for item in paragraphs] if paragraphs else [_text(content)]
    return _code(spot, texts.normal("\n".join(lines)))


def _code(spot: Spot, text: str) -> Entry:
    """Give the code of the option that a choice shows; for all else the text itself."""
    if spot.place.kind not in ("choice", "combo") or not text:
        return text
    return (next((code for code, words in spot.place.options if words == text), text),)


def _legacy(spot: Spot) -> Entry | None:
    if spot.place.kind == "checkbox":
        box = spot.at.find(qn("w:checkBox"))
        state = None if box is None else box.find(qn("w:checked"))
        return state is not None and state.get(VAL, "1") not in _OFF
    if spot.place.kind == "choice":
        chosen = child_value(spot.at, "w:ddList/w:result")
        return (spot.place.options[int(chosen)][0],) if chosen.isdigit() else None
    return texts.normal("".join(_run_text(run) for run in field_runs(spot.at)[1]))


# ── Places without ──────────────────────────────────────────────────────────────────────────────────────────


class _Pairing:
    """Finds the elements of the filled form for those of the blank one (`of`), and a list's rows (`rows`)."""

    def __init__(self, lists: Sequence[Spot]) -> None:
        self._ends = {spot.rows[-1]: spot for spot in lists}
        self.of: Pairs = {}
        self.rows: dict[etree._Element, list[etree._Element]] = {}

    def blocks(self, blank: etree._Element, filled: etree._Element) -> None:
        """Pair what stands one under the other: paragraphs by their order, and rows by that of all tables.

        LibreOffice makes one table of two that stand close together, but leaves the rows as they are.
        """
        for tag in (P, SDT):
            for own, other in zip(blank.iterfind(tag), filled.iterfind(tag), strict=False):
                self.of[own] = other
                inner, opposite = own.find(SDT_CONTENT), other.find(SDT_CONTENT)
                if tag == SDT and inner is not None and opposite is not None:
                    self.blocks(inner, opposite)
        own_rows, rows = (
            [row for table in holder.iterfind(TBL) for row in table_rows(table)] for holder in (blank, filled)
        )
        self._tables(own_rows, rows)

    def _tables(self, own_rows: list[etree._Element], rows: list[etree._Element]) -> None:
        ends_left = sum(row in self._ends for row in own_rows)
        extra, at = len(rows) - len(own_rows), 0
        for number, own in enumerate(own_rows):
            if at >= len(rows):
                return
            self._row(own, rows[at])
            at += 1
            spot = self._ends.get(own)
            if spot is None:
                continue
            ends_left -= 1
            added: list[etree._Element] = []
            following = own_rows[number + 1] if number + 1 < len(own_rows) else None
            while extra > 0 and at < len(rows) and (ends_left == 0 or not _begins_as(following, rows[at])):
                added.append(rows[at])
                at, extra = at + 1, extra - 1
            self.rows[spot.at] = [*(self.of[row] for row in spot.rows if row in self.of), *added]

    def _row(self, own: etree._Element, other: etree._Element) -> None:
        self.of[own] = other
        for cell, opposite in zip(row_cells(own), row_cells(other), strict=False):
            self.of[cell] = opposite
            self.blocks(cell, opposite)


def _begins_as(blank: etree._Element | None, filled: etree._Element) -> bool:
    """Tell whether a filled row can be this one of the blank form: its cells begin with that one's words."""
    if blank is None:
        return False
    cells = row_cells(filled)
    own = row_cells(blank)
    if len(own) != len(cells):
        return False
    return all(words_of(there).startswith(words_of(here)[:20]) for here, there in zip(own, cells, strict=True))


def _plain(spot: Spot, pairs: _Pairing) -> Entry | None:
    if spot.rows:
        return _rows(spot, pairs.rows.get(spot.at, []))
    other = pairs.of.get(spot.at)
    if other is None:
        return None
    if spot.place.kind == "box":
        return _box(spot, other)
    if spot.at.tag == P:
        return _code(spot, _line(spot, other))
    return _cell(spot.at, other)


def _rows(spot: Spot, rows: list[etree._Element]) -> Entry | None:
    read = [tuple(texts.normal(_whole(cell)) for cell in row_cells(row)[spot.skip :]) for row in rows]
    while read and not any(read[-1]):
        read.pop()
    return tuple(read)


def _cell(blank: etree._Element, filled: etree._Element) -> str:
    label, text = texts.normal(_whole(blank)), texts.normal(_whole(filled))
    return texts.normal(text.removeprefix(label)) if label else text


def _whole(cell: etree._Element) -> str:
    return "\n".join(_text(paragraph) for paragraph in own_paragraphs(cell))


def _box(spot: Spot, filled: etree._Element) -> bool:
    before = [char for char in text_of(spot.at) if ANY_BOX.fullmatch(char)]
    at = [number for number, char in enumerate(before) if char in BOXES][spot.number]
    now = [char for char in text_of(filled) if ANY_BOX.fullmatch(char)]
    return len(now) == len(before) and now[at] not in BOXES


def _line(spot: Spot, filled: etree._Element) -> str:
    """Read what stands between the words that the blank paragraph has round a line."""
    characters = shown(spot.at)
    text = "".join(each.char for each in characters)
    pattern, end = "", 0
    for start, stop in line_spans(characters):
        pattern += re.escape(text[end:start]) + r"(.*?)\s?"
        end = stop
    found = re.fullmatch(pattern + re.escape(text[end:]), text_of(filled), re.DOTALL)
    if found is None:
        return ""
    start, stop = line_spans(characters)[spot.number]
    read = found[spot.number + 1]
    return "" if read == text[start:stop] else texts.normal(read.replace(RULE, "\t"))


# ── Text ────────────────────────────────────────────────────────────────────────────────────────────────────


def _text(item: etree._Element) -> str:
    return "".join(_pieces(item))


def _pieces(item: etree._Element) -> Iterator[str]:
    for child in item:
        if child.tag == T:
            yield child.text or ""
        elif child.tag in _BREAKS:
            yield "\n"
        elif child.tag == qn("w:tab") and item.tag == R:
            yield "\t"
        elif child.tag not in (P, TBL, SECT_PR, qn("w:del"), qn("mc:Fallback")):
            yield from _pieces(child)


def _run_text(run: etree._Element) -> str:
    return _text(run)
