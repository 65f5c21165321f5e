"""The characters that a paragraph shows, each with the element that it stands in.

A form without fields says by its look where something goes: a line of underscores, a blank that is underlined,
a box. So its paragraphs are read, and written, character by character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from forms.formats.returned import plain
from forms.formats.word.wordml import R_PR, VAL, P, R, T, own_descendants, qn

BOXES = "☐□❏❑❒◻▢"
TICKS = "☒☑⌧✓✔✗✘"
TICKED = "☒"
RULE = "\ue000"
"""Stands for a tab that is underlined: a line to write on."""

_TAB, _BREAK, _CR, _SYMBOL = (qn(f"w:{name}") for name in ("tab", "br", "cr", "sym"))
_HYPHEN = qn("w:noBreakHyphen")
_SKIPPED = (qn("w:del"), qn("w:moveFrom"), qn("mc:Fallback"), qn("w:fldSimple"), R_PR, qn("w:pPr"))
_OFF = ("", "none", "0")
_SYMBOLS = {
    ("wingdings", "6F"): "☐",
    ("wingdings", "A8"): "☐",
    ("wingdings", "71"): "☐",
    ("wingdings", "72"): "☐",
    ("wingdings", "FE"): "☑",
    ("wingdings", "FD"): "☒",
    ("wingdings", "78"): "☒",
    ("wingdings 2", "A3"): "☐",
    ("wingdings 2", "52"): "☑",
    ("wingdings 2", "54"): "☒",
}
TICKED_SYMBOLS = {"wingdings": "F0FD", "wingdings 2": "F052"}
"""The ticked box of the fonts that draw boxes in place of letters, as `w:sym` has it (17.3.3.30)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One character: in `item`, a `w:t` (at `offset`), or an element that is that character."""

    char: str
    item: etree._Element
    offset: int = 0


def shown(paragraph: etree._Element) -> list[Shown]:
    """Give a paragraph's characters in order, without those of text boxes, deleted text and field results.

    A blank that is underlined comes as an underscore, an underlined tab as `RULE`, a line break as a newline,
    and a symbol that is a box as that box.
    """
    found: list[Shown] = []
    for item in _visible(paragraph):
        if item.tag == T:
            lined = _is_underlined(item) and not (item.text or "").strip()
            found += [Shown("_" if lined else char, item, at) for at, char in enumerate(item.text or "")]
        elif item.tag == _TAB:
            found.append(Shown(RULE if _is_underlined(item) else "\t", item))
        elif item.tag in (_BREAK, _CR):
            if item.get(qn("w:type"), "textWrapping") == "textWrapping":
                found.append(Shown("\n", item))
        elif item.tag == _SYMBOL:
            found.append(Shown(symbol(item), item))
        elif item.tag == _HYPHEN:
            found.append(Shown("\u2011", item))
    return found


def _visible(item: etree._Element) -> Iterator[etree._Element]:
    for child in item:
        if child.tag not in (P, *_SKIPPED):
            yield child
            yield from _visible(child)


def symbol(item: etree._Element) -> str:
    """Give the box that a `w:sym` is, or U+FFFC for any other sign."""
    font, code = symbol_font(item), str(item.get(qn("w:char"), "")).upper()
    return _SYMBOLS.get((font, code[-2:]), "\ufffc")


def symbol_font(item: etree._Element) -> str:
    """Give the font of a `w:sym` in small letters."""
    return str(item.get(qn("w:font"), "wingdings")).lower()


def _is_underlined(item: etree._Element) -> bool:
    run = item.getparent()
    line = None if run is None or run.tag != R else run.find(f"{R_PR}/{qn('w:u')}")
    return line is not None and str(line.get(VAL, "single")) not in _OFF


def text_of(paragraph: etree._Element) -> str:
    """Give what a paragraph shows, as one text."""
    return "".join(each.char for each in shown(paragraph))


def words_of(item: etree._Element) -> str:
    """Give the words of a paragraph or of all paragraphs of a cell, with single spaces."""
    paragraphs = [item] if item.tag == P else list(own_paragraphs(item))
    return plain(re.sub(f"[{RULE}\ufffc]", " ", " ".join(text_of(each) for each in paragraphs)))


def own_paragraphs(cell: etree._Element) -> Iterator[etree._Element]:
    """Give the paragraphs of a cell or control, not those of a table or text box inside it."""
    return (item for item in own_descendants(cell, qn("w:tbl")) if item.tag == P and _is_own(item, cell))


def _is_own(paragraph: etree._Element, cell: etree._Element) -> bool:
    for step in paragraph.iterancestors():
        if step is cell:
            return True
        if step.tag == P:
            return False
    return False
