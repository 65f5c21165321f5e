"""Paragraph and run properties as written in one place (`w:pPr`, `w:rPr`), before any inheritance.

A property set is a dict from our property names to hashable values. What a set doesn't hold, it leaves to
what it inherits from; `styles` merges the sets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from forms.formats.word.model import Border, TabStop
from forms.formats.word.ooxml import HIGHLIGHTS, VAL, W, colour, measure, on, shading, whole
from forms.foundation.units import eighth_points, half_points

if TYPE_CHECKING:
    from lxml.etree import _Element

Properties = dict[str, Any]
Setter = Callable[["_Element", Properties], None]

AUTOMATIC_SPACING = 14.0
"""What `w:beforeAutospacing` means outside HTML (17.3.1.33): Word's 280 twips."""


def border(element: _Element) -> Border:
    """Read one border line (17.3.4); art borders count as single lines."""
    style = element.get(VAL) or "single"
    width = eighth_points(float(element.get(W + "sz") or 4))
    if style in ("nil", "none"):
        width = 0.0
    space = float(element.get(W + "space") or 0)
    return Border(style, width, colour(element.get(W + "color")), space)


def _flag(name: str) -> Setter:
    def set_flag(element: _Element, out: Properties) -> None:
        out[name] = on(element)

    return set_flag


def _size(element: _Element, out: Properties) -> None:
    value = element.get(VAL)
    if value:
        out["size"] = half_points(float(value))


def _fonts(element: _Element, out: Properties) -> None:
    name = element.get(W + "ascii") or element.get(W + "hAnsi")
    if name or element.get(W + "asciiTheme"):
        out["font"] = name or ""


def _underline(element: _Element, out: Properties) -> None:
    out["underline"] = (element.get(VAL) or "single") != "none"


def _colour(element: _Element, out: Properties) -> None:
    out["colour"] = colour(element.get(VAL))


def _highlight(element: _Element, out: Properties) -> None:
    out["highlight"] = colour(HIGHLIGHTS.get(element.get(VAL) or "none"))


def _shade(element: _Element, out: Properties) -> None:
    out["shading"] = shading(element)


def _language(element: _Element, out: Properties) -> None:
    if element.get(VAL):
        out["language"] = element.get(VAL)
    if element.get(W + "bidi"):
        out["language_rtl"] = element.get(W + "bidi")


def _text(name: str) -> Setter:
    def set_text(element: _Element, out: Properties) -> None:
        out[name] = element.get(VAL) or ""

    return set_text


def _strike_twice(element: _Element, out: Properties) -> None:
    if on(element):
        out["strike"] = True


RUN_SETTERS: dict[str, Setter] = {
    W + "rStyle": _text("style"),
    W + "rFonts": _fonts,
    W + "b": _flag("bold"),
    W + "i": _flag("italic"),
    W + "caps": _flag("caps"),
    W + "smallCaps": _flag("small_caps"),
    W + "strike": _flag("strike"),
    W + "dstrike": _strike_twice,
    W + "vanish": _flag("hidden"),
    W + "rtl": _flag("rtl"),
    W + "cs": _flag("complex_script"),
    W + "color": _colour,
    W + "spacing": lambda element, out: out.__setitem__("spacing", measure(element.get(VAL)) or 0.0),
    W + "position": lambda element, out: out.__setitem__("raised", half_points(float(element.get(VAL) or 0))),
    W + "sz": _size,
    W + "highlight": _highlight,
    W + "u": _underline,
    W + "shd": _shade,
    W + "vertAlign": _text("position"),
    W + "lang": _language,
}
TOGGLES = ("bold", "italic", "caps", "small_caps", "strike", "hidden")


def run_properties(element: _Element | None) -> Properties:
    """Read a `w:rPr` (17.3.2.28)."""
    out: Properties = {}
    if element is not None:
        for child in element:
            setter = RUN_SETTERS.get(child.tag)
            if setter is not None:
                setter(child, out)
    return out


def _indents(element: _Element, out: Properties) -> None:
    for name, keys in (("left", ("left", "start")), ("right", ("right", "end"))):
        for key in keys:
            value = measure(element.get(W + key))
            if value is not None:
                out[name] = value
    hanging = measure(element.get(W + "hanging"))
    first = measure(element.get(W + "firstLine"))
    if hanging is not None:
        out["first_line"] = -hanging
    elif first is not None:
        out["first_line"] = first


def _spacing(element: _Element, out: Properties) -> None:
    for name in ("before", "after"):
        value = measure(element.get(W + name))
        automatic = element.get(W + name + "Autospacing")
        if automatic in ("1", "true", "on"):
            value = AUTOMATIC_SPACING
        if value is not None:
            out[name] = value
    line = element.get(W + "line")
    rule = element.get(W + "lineRule")
    if rule is not None or line is not None:
        out["line_rule"] = rule or "auto"
    if line is not None:
        points = measure(line) or 0.0
        out["line"] = round(points / 12, 4) if out["line_rule"] == "auto" else points


def _tabs(element: _Element, out: Properties) -> None:
    stops = []
    for child in element:
        kind = child.get(VAL) or "left"
        kind = {"start": "left", "end": "right", "num": "left"}.get(kind, kind)
        leader = child.get(W + "leader") or ""
        stops.append(TabStop(measure(child.get(W + "pos")) or 0.0, kind, "" if leader == "none" else leader))  # type: ignore[arg-type]
    out["tabs"] = tuple(stops)


def _paragraph_borders(element: _Element, out: Properties) -> None:
    for child in element:
        name = child.tag.rpartition("}")[2]
        if name in ("top", "left", "bottom", "right", "between"):
            out["border_" + name] = border(child)


def _numbering(element: _Element, out: Properties) -> None:
    for child in element:
        if child.tag == W + "numId":
            out["list_id"] = child.get(VAL) or "0"
        elif child.tag == W + "ilvl":
            out["list_level"] = whole(child.get(VAL))


def _outline(element: _Element, out: Properties) -> None:
    level = whole(element.get(VAL), 9)
    out["outline"] = level + 1 if level < 9 else 0


def _alignment(element: _Element, out: Properties) -> None:
    value = element.get(VAL) or "left"
    known = {"start": "left", "end": "right", "distribute": "both", "justify": "both"}
    out["alignment"] = known.get(value, value)


PARAGRAPH_SETTERS: dict[str, Setter] = {
    W + "pStyle": _text("style"),
    W + "keepNext": _flag("keep_next"),
    W + "keepLines": _flag("keep_lines"),
    W + "pageBreakBefore": _flag("page_break_before"),
    W + "widowControl": _flag("widow_control"),
    W + "contextualSpacing": _flag("contextual"),
    W + "bidi": _flag("bidi"),
    W + "numPr": _numbering,
    W + "pBdr": _paragraph_borders,
    W + "shd": _shade,
    W + "tabs": _tabs,
    W + "spacing": _spacing,
    W + "ind": _indents,
    W + "jc": _alignment,
    W + "outlineLvl": _outline,
}


def paragraph_properties(element: _Element | None) -> Properties:
    """Read a `w:pPr` (17.3.1.26) without its `w:rPr` and `w:sectPr`."""
    out: Properties = {}
    if element is not None:
        for child in element:
            setter = PARAGRAPH_SETTERS.get(child.tag)
            if setter is not None:
                setter(child, out)
    return out


def merge_paragraph(below: Properties, above: Mapping[str, Any]) -> Properties:
    """Lay one set of paragraph properties over another; tab stops add up, `clear` takes one away."""
    out = {**below, **above}
    if "tabs" in above and below.get("tabs"):
        stops = {round(stop.position, 1): stop for stop in below["tabs"]}
        stops.update((round(stop.position, 1), stop) for stop in above["tabs"])
        out["tabs"] = tuple(stops[key] for key in sorted(stops))
    return out


def key_of(properties: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """A hashable key for a property set."""
    return tuple(properties.items())
