"""Where values stand in rendered WordprocessingML: marks that tell them from the template's own text.

The compiled template has a mark before and after each value. Between the marks is all that comes from the
case; the rest, the *skeleton*, is the template's, and the same whenever the same branches are taken. So a
reader need not parse a skeleton that it knows. XML forbids the marks, no value can hold one, and no document
gets to see them (`unmarked`).
"""

from __future__ import annotations

from collections.abc import Sequence

from forms.foundation.patterns import pattern

VALUE = "\x02"
"""Stands before and after a value in a text, in a control's tag or in its title."""
UNREAD = "\x03"
"""Stands before and after what no reader of ours looks at: a control's id and full date."""
WHOLE = "\x04"
"""Stands in a block that must be read as a whole: its markup depends on a value."""

_UNREAD = pattern(f"{UNREAD}[^{UNREAD}]*{UNREAD}")

_BREAK = '</w:t><w:br/><w:t xml:space="preserve">'
_TAB = '</w:t><w:tab/><w:t xml:space="preserve">'
_MEANT = {
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&apos;": "'",
    "&#34;": '"',
    "&#39;": "'",
    "&amp;": "&",  # the last, as what it gives may look like another
}
FIRST_PLACE = 0xE000
MOST_PLACES = 0x1000
PRIVATE = pattern("[\ue000-\uf8ff]")
"""Characters for private use, which stand for places in a pattern, and for symbols in Word's own fonts."""


def unmarked(text: str) -> str:
    """Take out the marks."""
    for mark in (VALUE, UNREAD, WHOLE):
        if mark in text:
            text = text.replace(mark, "")  # several times as fast as one expression
    return text


def skeleton_of(own: Sequence[str]) -> tuple[str, tuple[int, ...]] | None:
    """Make a block's skeleton, with a mark for each value, of the template's own pieces of it.

    Gives with it which of the values that stand behind these pieces belong to the marks. None if the block must
    be read as a whole.
    """
    if any(WHOLE in piece for piece in own):
        return None
    skeleton: list[str] = []
    places: list[int] = []
    inside = False
    for number, piece in enumerate(own):
        # Between two marks in one piece stands a constant (`{{ 'so' }}`): it is the template's as the rest is.
        parts = piece.split(VALUE)
        skeleton += parts
        inside ^= len(parts) % 2 == 0
        if inside:
            skeleton.append(VALUE)
            places.append(number)
    if len(places) > MOST_PLACES:
        return None
    text = "".join(skeleton)
    return _UNREAD.sub("", text) if UNREAD in text else text, tuple(places)


def plain_values(values: Sequence[str], places: Sequence[int]) -> tuple[str, ...] | None:
    """Give the values at these places as plain text; a line's end and a tab in them are those characters again.

    None if the block must be read as a whole.
    """
    found = [values[place] for place in places]
    together = "".join(found)
    if "&" in together or "<" in together:
        read = [_plain(value) if "&" in value or "<" in value else value for value in found]
        found = [value for value in read if value is not None]
        if len(found) < len(read):
            return None
    if not together.isascii() and PRIVATE.search(together):
        return None
    return tuple(found)


def _plain(xml: str) -> str | None:
    """Give the text that `values` wrote as this XML; None for any other."""
    text = xml.replace(_BREAK, "\n").replace(_TAB, "\t") if "<" in xml else xml
    if "<" in text:
        return None
    strange = text.count("&")
    if strange:
        for name, char in _MEANT.items():
            if not strange:
                break
            if number := text.count(name):
                text = text.replace(name, char)
                strange -= number
    return None if strange else text


def with_places(skeleton: str) -> str | None:
    """Give a skeleton as XML with a character for private use, from `FIRST_PLACE` on, for each value."""
    if PRIVATE.search(skeleton):
        return None
    first, *others = skeleton.split(VALUE)
    return first + "".join(chr(FIRST_PLACE + number) + text for number, text in enumerate(others))
