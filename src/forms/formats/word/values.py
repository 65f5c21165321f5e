"""How values are written into WordprocessingML: their text, escaped, and what is derived from them.

What a template's program calls for its values, its controls and what they may leave empty. Nothing here needs
Jinja: a document of a template that was compiled before is made without importing it.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator

from forms.formats.word.scripts import mark
from forms.foundation.patterns import pattern

TICKED, UNTICKED = "☒", "☐"

# What needs no work: nothing that markup is made of, no control character, and no character that may need a run
# of its own (see `scripts`) or is forbidden. Sets of more than two ranges beyond Latin-1 take milliseconds to
# compile, so the second one leaves a little more to be looked at than it must.
find_markup = re.compile('[&<>"\x00-\x1f]').search
_BEYOND = re.compile("[^\x00-\u058f\u1e00-\u2e7f]")
_CONTROL = pattern(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FORBIDDEN = pattern(r"[\ud800-\udfff]|[\ufdd0-\ufdef\ufffe\uffff]")
_ONE_SPACE = pattern(r"\r\n|[\r\n\t]")
_ROW = pattern(r"<w:tr[ >]")
_ISO_DATE = pattern(r"\d{4}-\d\d-\d\d(?!\d)")

_BREAK = '</w:t><w:br/><w:t xml:space="preserve">'
_TAB = '</w:t><w:tab/><w:t xml:space="preserve">'
_CELL_ENDS = ("</w:p></w:tc>", "<w:p/></w:tc>")
_CELL_END_LENGTH = max(map(len, _CELL_ENDS))
_NO_TEXT = frozenset({list, tuple, dict, set, frozenset, types.GeneratorType})


class ValueRefusedError(Exception):
    """A value can't be printed: `None`, or a text with characters that XML forbids. Holds no value."""


def text_of(value: object) -> str:
    """Give a value's printed text.

    Raises:
        ValueRefusedError: For `None` (what is not stated has words in the case's schema, never a blank), and
            for Python's own lists, which print as program text.
    """
    if value is None:
        raise ValueRefusedError("there is no value")
    if type(value) in _NO_TEXT:
        raise ValueRefusedError("it is a list and not a text")
    return value if type(value) is str else str(value)


def escape_text(value: object) -> str:
    """Write a value into a `w:t`: escaped, a line's end as `w:br`, a tab as `w:tab` (ECMA-376-1, 17.3.3).

    What needs a run of its own is marked; `scripts.split_runs` cuts the runs when they are complete.
    """
    text = value if type(value) is str else text_of(value)
    beyond = not text.isascii() and _BEYOND.search(text) is not None
    if not beyond and find_markup(text) is None:
        return text
    escaped = mark(_escape(text)) if beyond else _escape(text)
    if "\r" in escaped:
        escaped = escaped.replace("\r\n", "\n").replace("\r", "\n")
    return escaped.replace("\n", _BREAK).replace("\t", _TAB)


def escape_flat(value: object) -> str:
    """Write a value into an attribute or a field's instruction: escaped, white space as spaces."""
    return _ONE_SPACE.sub(" ", _escape(text_of(value)))


def is_writable(text: str) -> bool:
    """Tell whether a text holds no character that XML forbids, and none of those that we use as marks."""
    return not _CONTROL.search(text) and (text.isascii() or not _FORBIDDEN.search(text))


def _escape(text: str) -> str:
    if not is_writable(text):
        raise ValueRefusedError("a text holds a character that XML forbids")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def tick(condition: object) -> str:
    """Give a ticked box if the condition is true, else an empty one."""
    return TICKED if condition else UNTICKED


def is_filled(value: object) -> bool:
    """Whether a control shows this value: it is not absent and its text is not empty."""
    return getattr(value, "state", "given") != "absent" and text_of(value).strip() != ""


def iso_date(value: object) -> str:
    """Give a value's full ISO date, or "" (a part of a date, unknown, no date at all)."""
    iso = getattr(value, "iso", "")
    found = _ISO_DATE.match(iso) if isinstance(iso, str) else None
    return found[0] if found else ""


def checked(glyph: object) -> str:
    """Give `w14:checked`'s value for a box printed by `tick`."""
    text = text_of(glyph)
    if text not in (TICKED, UNTICKED):
        raise ValueRefusedError("a check box holds something other than a tick")
    return "1" if text == TICKED else "0"


def full_date(value: object) -> str:
    """Give a date control's `w:fullDate` attribute (17.5.2.7), or nothing if the day is not known."""
    iso = iso_date(value)
    return f' w:fullDate="{iso}T00:00:00Z"' if iso else ""


def next_number(numbers: Iterator[int]) -> int:
    """Give the next of the document's numbers for controls in loops."""
    return next(numbers)


# ── What may come out empty: each takes an element in pieces, and gives its pieces ──────────────────────────


def unless_empty(pieces: list[str]) -> list[str]:
    """Give a control, or nothing if it has no content, which Word does not accept."""
    return [] if "<w:sdtContent></w:sdtContent>" in "".join(pieces) else pieces


def with_rows(pieces: list[str]) -> list[str]:
    """Give a table, or nothing if it has no row."""
    return pieces if _ROW.search("".join(pieces)) else []


def with_paragraph(pieces: list[str], style: str) -> list[str]:
    """Give a cell, with a last paragraph in the style if it has none: Word wants one (17.4.65)."""
    end = ""
    for piece in reversed(pieces):
        end = piece + end
        if len(end) >= _CELL_END_LENGTH:
            break
    if end.endswith(_CELL_ENDS):
        return pieces
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    *before, last, value = pieces  # the cell's end is never within a value
    return [*before, f"{last.removesuffix('</w:tc>')}<w:p>{properties}</w:p></w:tc>", value]
