"""Namespaces and simple types of WordprocessingML (ECMA-376 part 1, 17.18 and 22.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forms.foundation.units import twips

if TYPE_CHECKING:
    from lxml.etree import _Element

    from forms.formats.word.model import Colour

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
PIC = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
ADEC = "{http://schemas.microsoft.com/office/drawing/2017/decorative}"

VAL = W + "val"

_OFF = frozenset({"0", "false", "off"})

HIGHLIGHTS = {
    "yellow": "FFFF00", "green": "00FF00", "cyan": "00FFFF", "magenta": "FF00FF", "blue": "0000FF",
    "red": "FF0000", "darkBlue": "000080", "darkCyan": "008080", "darkGreen": "008000",
    "darkMagenta": "800080", "darkRed": "800000", "darkYellow": "808000", "darkGray": "808080",
    "lightGray": "C0C0C0", "black": "000000", "white": "FFFFFF",
}  # fmt: skip
"""The colours of `w:highlight` (17.18.40)."""


def on(element: _Element) -> bool:
    """Whether an on/off property (17.17.4) is on: it is unless its value says otherwise."""
    return element.get(VAL) not in _OFF


def colour(text: str | None) -> Colour | None:
    """A hexadecimal colour, or `None` for "auto" and for nothing."""
    if text is None or len(text) != 6:
        return None
    try:
        value = int(text, 16)
    except ValueError:
        return None
    return ((value >> 16) / 255, (value >> 8 & 255) / 255, (value & 255) / 255)


def measure(text: str | None) -> float | None:
    """Points of a length in twips, or with a unit ("1.5cm", 22.9.2.15); `None` if there is no number."""
    if not text:
        return None
    try:
        return twips(float(text))
    except ValueError:
        pass
    factors = {"mm": 72 / 25.4, "cm": 72 / 2.54, "in": 72.0, "pt": 1.0, "pc": 12.0, "pi": 12.0}
    factor = factors.get(text[-2:])
    try:
        return None if factor is None else float(text[:-2]) * factor
    except ValueError:
        return None


def whole(text: str | None, default: int = 0) -> int:
    """A whole number, or `default` if it isn't one."""
    try:
        return int(text) if text else default
    except ValueError:
        return default


def shading(element: _Element) -> Colour | None:
    """The colour of `w:shd` (17.3.5): its fill; a solid pattern shows its colour, a percentage a mixture."""
    fill = colour(element.get(W + "fill"))
    pattern = element.get(VAL) or "clear"
    if pattern in ("clear", "nil"):
        return fill
    front = colour(element.get(W + "color")) or (0.0, 0.0, 0.0)
    if pattern == "solid":
        return front
    if pattern.startswith("pct"):
        share = min(whole(pattern[3:]), 100) / 100
        back = fill or (1.0, 1.0, 1.0)
        red, green, blue = (f * share + b * (1 - share) for f, b in zip(front, back, strict=True))
        return (red, green, blue)
    return fill
