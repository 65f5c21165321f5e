"""How high a line is, and where its baseline lies (17.3.1.33)."""

from __future__ import annotations

from math import ceil

from forms.formats.word.model import ParagraphFormat

EXACT_ASCENT = 0.8
"""The share of an exact line height that lies above the baseline (LibreOffice; the standard is silent)."""


def whole_twips(points: float) -> float:
    """Round a height up to a whole twip, which is what Word and LibreOffice count in."""
    return ceil(points * 20 - 0.02) / 20


def line_heights(ascent: float, descent: float, look: ParagraphFormat) -> tuple[float, float, float]:
    """Give a line's ascent, its height, and the distance to the next line, from those of what stands in it.

    What line spacing adds lies below the text, except with "atLeast".
    """
    height = whole_twips(ascent + descent)
    spacing, rule = look.line, look.line_rule
    if rule == "exact":
        return spacing * EXACT_ASCENT, spacing, spacing
    if rule == "atLeast":
        more = max(spacing - height, 0.0)
        return ascent + more, height + more, height + more
    if spacing < 1.0:
        # The first line shrinks, too, and its baseline moves up.
        pitch = height * max(spacing, 0.5)
        return EXACT_ASCENT * pitch, pitch, pitch
    # Whole percents and whole twips, or two pages would part from LibreOffice's after fifty lines.
    percent = int(spacing * 100 + 0.001)
    return ascent, height, int(height * 20 * percent / 100 + 0.001) / 20
