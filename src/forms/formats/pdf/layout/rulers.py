"""Measuring text as a whole: the characters of Windows-1252 in one face, in whole units.

A sum of bytes is what the lower half of an Adler-32 checksum is (RFC 1950, section 9), and zlib makes one of a
line of text in the time in which Python looks up two characters. An advance has more than a byte, so each
character is two of them, and a text is measured in two sums.
"""

from __future__ import annotations

from codecs import charmap_encode
from collections.abc import Callable, Mapping
from encodings.cp1252 import decoding_table, encoding_table
from zlib import adler32

LONGEST = 250
"""Characters measured at once: the bytes of more could come to more than the checksum's 65,520."""
_UNKNOWN = 255
"""The upper byte of a character that is not known."""
_WIDEST = 16 * _UNKNOWN
_UNITS = (2048, 1000, 1024, 4096)
"""Units to the em that fonts have, the most usual first."""


Marks = tuple[bytes, bytes]
"""Of each character of a text the upper part of its advance, and its last four bits."""


class Ruler:
    """Measures text of one face; `units` are those to the em.

    It knows no characters of 2 ems and more, and none at all of a face with other units than most have.
    """

    __slots__ = ("_high", "_low", "units")

    def __init__(self, advances: Mapping[str, float]) -> None:
        """Take the advances of plain characters in ems; asked for any other it raises `KeyError`."""
        known = [0.0 if char == "\n" else _advance(advances, char) for char in decoding_table]
        found = next((units for units in _UNITS if all(_is_whole(one, units) for one in known)), None)
        self.units = found or 1
        wide = [_WIDEST if one is None or found is None else round(one * found) for one in known]
        self._high = bytes([min(one, _WIDEST) >> 4 for one in wide])
        self._low = bytes([one & 15 for one in wide])

    def marks(self, text: str) -> Marks | None:
        """Measure each character; None if one is not known. Line feeds have no width."""
        if text.isascii():
            data = text.encode()
        else:
            try:
                data = charmap_encode(text, "strict", encoding_table)[0]
            except UnicodeEncodeError:
                return None
        high = data.translate(self._high)
        return None if _UNKNOWN in high else (high, data.translate(self._low))

    def within(self, room: float) -> Callable[[str], bool]:
        """Give a quick test whether a line of ASCII is surely no wider than `room` units; it is not exact."""
        table, most = self._high, room // 16

        def fits(text: str) -> bool:
            # Each character is less than 16 units wider than the upper part of its advance says.
            if len(text) > LONGEST or not text.isascii() or "\n" in text:
                return False
            high = text.encode().translate(table)
            return (adler32(high, 0) & 0xFFFF) + len(text) <= most and _UNKNOWN not in high

        return fits


def _advance(advances: Mapping[str, float], char: str) -> float | None:
    try:
        return advances[char] if char.isprintable() or char == "\u00a0" else None
    except KeyError:
        return None


def _is_whole(advance: float | None, units: int) -> bool:
    return advance is None or abs(advance * units - round(advance * units)) < 1e-6


def width_of(high: bytes, low: bytes) -> int:
    """Give the width of at most `LONGEST` characters in units."""
    return 16 * (adler32(high, 0) & 0xFFFF) + (adler32(low, 0) & 0xFFFF)
