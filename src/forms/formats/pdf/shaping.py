"""From text to glyphs: runs of one level, script and face, shaped by HarfBuzz.

Pair kerning is off: Word and LibreOffice don't kern unless `w:kern` asks for it, and lines must break alike.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from forms.formats.pdf.display import Glyph, GlyphRun

if TYPE_CHECKING:
    from forms.formats.pdf.fonts import Face

_FEATURES = {"kern": False}

# The first word of a letter's Unicode name is its script; the ISO 15924 codes that HarfBuzz wants.
_SCRIPTS = {
    "ARABIC": "Arab",
    "ARMENIAN": "Armn",
    "BENGALI": "Beng",
    "CJK": "Hani",
    "CYRILLIC": "Cyrl",
    "DEVANAGARI": "Deva",
    "GREEK": "Grek",
    "GUJARATI": "Gujr",
    "GURMUKHI": "Guru",
    "HANGUL": "Hang",
    "HEBREW": "Hebr",
    "HIRAGANA": "Hira",
    "KATAKANA": "Kana",
    "LATIN": "Latn",
    "TAMIL": "Taml",
    "THAI": "Thai",
}
_COMMON = ""


def is_invisible(char: str) -> bool:
    """Say whether `char` is a control or format character, which needs no glyph of its own."""
    return unicodedata.category(char) in ("Cc", "Cf") or "\ufe00" <= char <= "\ufe0f"


def itemise(
    text: str, levels: Sequence[int], choose: Callable[[str, Face | None], Face]
) -> Iterator[tuple[int, int, Face, str]]:
    """Cut `text` where the level, the face or the script changes: (start, stop, face, script code).

    `choose` gives the face for a character, given the one before; characters without a script of their own
    go with what stands before them.
    """
    start, script = 0, _COMMON
    face: Face | None = None
    for index, char in enumerate(text):
        chosen = choose(char, face)
        own = _script(char)
        if face is None:
            face, script = chosen, own
        elif chosen is not face or levels[index] != levels[start] or (own and script and own != script):
            yield start, index, face, script
            start, face, script = index, chosen, own
        else:
            script = script or own
    if face is not None:
        yield start, len(text), face, script


def _script(char: str) -> str:
    """Give the script of a letter as an ISO 15924 code; empty for what is common to scripts or unknown."""
    if not unicodedata.category(char).startswith("L"):
        return _COMMON
    return _SCRIPTS.get(unicodedata.name(char, "").split(" ", 1)[0], _COMMON)


def shape(face: Face, text: str, level: int, script: str, language: str) -> GlyphRun:
    """Shape one item: `text` is in logical order, of one script, and all of embedding level `level`."""
    import uharfbuzz  # takes 30 ms to import, and most documents need none of it

    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    if level % 2:
        # Marks apart from their letters: programs that extract text reverse right-to-left lines code by code.
        buffer.direction = "rtl"
        buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_CHARACTERS
    else:
        buffer.direction = "ltr"
    if script:
        buffer.script = script
    if language:
        buffer.language = language
    uharfbuzz.shape(face.shaper, buffer, _FEATURES)
    units = face.units
    positions = buffer.glyph_positions or ()
    glyphs = tuple(
        Glyph(
            info.codepoint,
            *(place.x_advance / units, place.x_offset / units, place.y_offset / units, info.cluster),
        )
        for info, place in zip(buffer.glyph_infos, positions, strict=True)
    )
    return GlyphRun(face.name, text, glyphs, sum(glyph.advance for glyph in glyphs), level)
