"""Borders as strokes (17.18.2)."""

from __future__ import annotations

from forms.formats.pdf.display import BLACK, LineOp, Op
from forms.formats.word.model import Border


def strokes(border: Border, x1: float, y1: float, x2: float, y2: float) -> list[Op]:
    """Draw a border along a line: two strokes for a double one, dashes for dashed and dotted ones."""
    colour = border.colour or BLACK
    if border.style == "double":
        dx, dy = (0.0, border.width) if y1 == y2 else (border.width, 0.0)
        return [
            LineOp(x1 - dx, y1 - dy, x2 - dx, y2 - dy, border.width, colour),
            LineOp(x1 + dx, y1 + dy, x2 + dx, y2 + dy, border.width, colour),
        ]
    dash: tuple[float, ...] = ()
    if border.style.startswith("dash"):
        dash = (border.width * 4, border.width * 2)
    elif border.style.startswith("dot"):
        dash = (border.width, border.width)
    return [LineOp(x1, y1, x2, y2, border.width, colour, dash)]
