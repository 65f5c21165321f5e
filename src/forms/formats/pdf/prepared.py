"""What is known of a font file without reading it: widths of common characters, and fonts ready to be written.

Plain Latin text and the boxes of forms need no more, and so no font is parsed, shaped with or cut for them.
The file lies beside the font (`Arimo-Bold.prepared`), is made by `scripts/prepare_fonts.py`, and counts only
for the very font that it was made of.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping

from msgspec import DecodeError, Struct, ValidationError, json

SUFFIX = ".prepared"
BEGINNING = 12 + 16 * 255
"""As many bytes of a font file hold its table directory, in which each table has its length and a checksum
(OpenType, "Table directory")."""
SIGNS = "☐☒"
"""What every form has and no Latin face: its font is prepared too."""


class FontObjects(Struct, frozen=True):
    """A font's objects: dictionaries that refer to each other by place (`%(0)d` …), and streams after them."""

    dictionaries: tuple[bytes, ...]
    streams: tuple[bytes, ...]


class Prepared(Struct, frozen=True):
    """What is known of a face, lengths in ems.

    `font` is the digest of the font file. `metrics` are ascent, descent and line gap, `underline` its place and
    thickness. `advances` are those of plain characters, `lacks` the common characters that the face has no
    glyph for. `codes` are the signs that it has, each with its glyph's number in hexadecimal. `fixed` is its
    fixed font and `signs` its font of those signs, where it has them.
    """

    font: str
    metrics: tuple[float, float, float]
    underline: tuple[float, float]
    advances: Mapping[str, float]
    lacks: frozenset[str]
    codes: Mapping[str, str]
    fixed: FontObjects | None
    signs: FontObjects | None


def digest(font: bytes) -> str:
    """Tell a font file from others by its beginning; to read and digest all of it would take milliseconds.

    Raises:
        struct.error: It is none.
    """
    (count,) = struct.unpack_from(">H", font, 4)
    return hashlib.sha256(font[: 12 + 16 * count]).hexdigest()


def dump(prepared: Prepared) -> bytes:
    """Write what `load` reads; equal input gives equal bytes."""
    return json.encode(prepared, order="sorted")


def load(data: bytes, font: bytes) -> Prepared | None:
    """Read what was prepared for a font file, given its beginning; None if it is damaged or of another file."""
    try:
        prepared = json.decode(data, type=Prepared)
        return prepared if prepared.font == digest(font) else None
    except (DecodeError, ValidationError, struct.error):
        return None
