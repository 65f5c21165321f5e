"""Lengths. Points (1/72 inch, `float`) are the unit of layout and PDF; the rest are Word's own units."""

from __future__ import annotations

A4_WIDTH = 595.276
A4_HEIGHT = 841.89


def twips(value: float) -> float:
    """Points in `value` twips (twentieths of a point: indents, spacing, table widths)."""
    return value / 20


def half_points(value: float) -> float:
    """Points in `value` half-points (`w:sz`)."""
    return value / 2


def eighth_points(value: float) -> float:
    """Points in `value` eighths of a point (border widths, `w:sz` of a border)."""
    return value / 8


def emu(value: float) -> float:
    """Points in `value` English Metric Units (drawings: 914,400 to the inch)."""
    return value / 12700
