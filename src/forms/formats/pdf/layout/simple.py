"""The short way for most paragraphs: text in one format, from left to right, nothing else.

It gives what the long way (`paragraphs`) gives, without atoms; a test holds the two together. Whatever
it doesn't know it leaves to the long way.
"""

from __future__ import annotations

import re

from forms.formats.pdf.display import BLACK, GlyphRun, TextOp
from forms.formats.pdf.layout.atoms import Typesetter
from forms.formats.pdf.layout.heights import line_heights
from forms.formats.pdf.layout.laid import LaidLine
from forms.formats.pdf.layout.lines import TOLERANCE
from forms.formats.word.model import Inline, ParagraphFormat, RunFormat, Text

_LONG_WAY = re.compile("^ | [/!?,.;:)\\]}]|[\u00ad\u200b]")
_TOKEN = re.compile("([^ ]+)( *)")


def simple_text(content: tuple[Inline, ...], language: str) -> tuple[str, RunFormat] | None:
    """Give text and format of a content that is text in one format; None for any other."""
    if not content or not isinstance(content[0], Text):
        return None
    look = content[0].format
    if look.caps or look.small_caps or look.position != "baseline" or look.raised or look.shading is not None:
        return None
    if look.language and look.language != language:
        return None
    if len(content) == 1:
        return content[0].text, look
    for inline in content:
        if not isinstance(inline, Text) or inline.format is not look:
            return None
    return "".join(inline.text for inline in content if isinstance(inline, Text)), look


def simple_lines(
    text: str, run: RunFormat, look: ParagraphFormat, setter: Typesetter, element: int, width: float
) -> tuple[LaidLine, ...] | None:
    """Break a text into laid-out lines in a column of this width; None if that takes the long way."""
    if look.bidi or look.alignment == "both" or not text or _LONG_WAY.search(text):
        return None
    limit = max(width - look.right, look.left + 1)
    left = look.left + look.first_line
    broken = _break(text, run, setter, limit - left, limit - look.left)
    if broken is None:
        return None
    metrics = setter.metrics(run)
    ascent, height, pitch = line_heights(
        (metrics.ascent + metrics.line_gap) * run.size, metrics.descent * run.size, look
    )
    share = {"right": 1.0, "center": 0.5}.get(look.alignment, 0.0)
    face = setter.face(run)
    colour = run.colour or BLACK
    out = []
    top = 0.0
    for line, em, spaced in broken:
        shown = GlyphRun(face, line, (), em, 0, True)
        x = left + (limit - left - em * run.size) * share
        op = TextOp(x, top + ascent, shown, run.size, element, colour, run.underline, run.strike, spaced)
        out.append(LaidLine(top, height, pitch, (op,)))
        top += pitch
        left = look.left
    return tuple(out)


def _break(
    text: str, run: RunFormat, setter: Typesetter, first: float, other: float
) -> list[tuple[str, float, bool]] | None:
    """Break a text into lines: text, width in ems, whether a space follows; None if a word is too long."""
    space = setter.space(run)
    tolerance = TOLERANCE / run.size
    room = first / run.size + tolerance
    known = setter.plain_words(run)
    out: list[tuple[str, float, bool]] = []
    line: list[str] = []
    width = 0.0
    gap = 0
    for word, spaces in _TOKEN.findall(text):
        parts = known[word]
        if parts is None:
            return None
        for part, em in parts:
            if width + gap * space + em > room:
                if line:
                    out.append(("".join(line), width, gap > 0))
                    room = other / run.size + tolerance
                    line, width, gap = [], 0.0, 0
                if em > room:
                    return None
            if gap:
                line.append(" " * gap)
                width += gap * space
                gap = 0
            line.append(part)
            width += em
        gap = len(spaces)
    out.append(("".join(line), width, gap > 0))
    return out
