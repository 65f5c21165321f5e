"""Under which headings each place of a Word form stands.

Forms have their own idea of a heading: a heading style, a paragraph all in bold, or a row of one shaded or bold
cell over a table. What labels a place itself is none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from lxml import etree

from forms.formats.word.shown import words_of
from forms.formats.word.wordml import R_PR, TC, TR, VAL, P, R, T, child_value, qn

JOINED = " › "
_STYLE = re.compile(r"(?:heading|berschrift|titre)\s*(\d)?", re.I)
_TITLE = re.compile(r"title", re.I)
_LONGEST = 120
_OFF = ("0", "false", "off")
_BOLD_PARAGRAPH, _TABLE, _ROW = 10, 10, 11
"""Levels of what looks like a heading, below those of styles (1 to 9)."""


def sections(
    body: etree._Element, places: Sequence[etree._Element], labels: Collection[str]
) -> tuple[str, ...]:
    """Give the headings over each place, the outermost first.

    Args:
        body: The document's body.
        places: The elements that the places are, in any order.
        labels: The labels of all places: no heading.
    """
    wanted = set(places)
    known = {_plain(label) for label in labels}
    over: list[tuple[int, str]] = []
    found: dict[etree._Element, str] = {}
    for item in body.iter(etree.Element):
        if item.tag in (P, TR) and (heading := _heading(item, known)):
            level = heading[0]
            over = [each for each in over if each[0] < level] + [heading]
        if item in wanted:
            found[item] = JOINED.join(words for _, words in over)
    return tuple(found.get(place, "") for place in places)


def _plain(words: str) -> str:
    return words.rstrip(":? ").casefold()


def _heading(item: etree._Element, labels: set[str]) -> tuple[int, str] | None:
    """Give level and words of a heading, or None where an item is none."""
    if item.tag == TR:
        return _row(item, labels)
    if next(item.iterancestors(TC), None) is not None:
        return None
    words = words_of(item)
    if not words or len(words) > _LONGEST or _plain(words) in labels:
        return None
    level = _level(item)
    if level is None and _is_bold(item) and words[-1] not in "?.,;":
        level = _BOLD_PARAGRAPH
    return None if level is None else (level, words.rstrip(": "))


def _row(row: etree._Element, labels: set[str]) -> tuple[int, str] | None:
    cells = [cell for cell in row.iter(TC) if next(cell.iterancestors(TR), None) is row]
    if len(cells) != 1:
        return None
    words = words_of(cells[0])
    if not words or len(words) > _LONGEST or _plain(words) in labels or not re.search(r"[^\W\d_]", words):
        return None
    paragraphs = [each for each in cells[0].iter(P) if words_of(each)]
    styled = [level for each in paragraphs if (level := _level(each)) is not None]
    if styled:
        return min(styled), words.rstrip(": ")
    if not (_is_shaded(cells[0]) or all(_is_bold(each) for each in paragraphs)):
        return None
    table = row.getparent()
    alone = table is not None and len(table.findall(TR)) == 1
    return (_TABLE if alone else _ROW), words.rstrip(": ")


def _level(paragraph: etree._Element) -> int | None:
    style = child_value(paragraph, "w:pPr/w:pStyle")
    outline = child_value(paragraph, "w:pPr/w:outlineLvl")
    if found := _STYLE.search(style):
        return int(found[1] or 1)
    if outline.isdigit() and int(outline) < 9:
        return int(outline) + 1
    return 0 if _TITLE.fullmatch(style) else None


def _is_bold(paragraph: etree._Element) -> bool:
    runs = [run for run in paragraph.iter(R) if any((text.text or "").strip() for text in run.iter(T))]
    return bool(runs) and all(_has_bold(run) for run in runs)


def _has_bold(run: etree._Element) -> bool:
    bold = run.find(f"{R_PR}/{qn('w:b')}")
    return bold is not None and str(bold.get(VAL, "1")) not in _OFF


def _is_shaded(cell: etree._Element) -> bool:
    shading = cell.find(f"{qn('w:tcPr')}/{qn('w:shd')}")
    fill = "" if shading is None else str(shading.get(qn("w:fill"), "auto")).upper()
    return fill not in ("", "AUTO", "FFFFFF")
