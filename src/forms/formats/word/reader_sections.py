"""Reading section properties (`w:sectPr`, 17.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from forms.formats.word.model import Column, SectionFormat, StoryUse
from forms.formats.word.ooxml import VAL, R, W, measure, on, whole

if TYPE_CHECKING:
    from lxml.etree import _Element


def _points(element: _Element | None, name: str, default: float) -> float:
    value = measure(element.get(W + name)) if element is not None else None
    return default if value is None else value


def _columns(element: _Element | None, text_width: float) -> tuple[Column, ...]:
    if element is None:
        return ()
    count = whole(element.get(W + "num"), 1)
    space = _points(element, "space", 36.0)
    equal = element.get(W + "equalWidth") not in ("0", "false", "off")
    own = tuple(
        Column(_points(child, "w", 0.0), _points(child, "space", 0.0)) for child in element.iterfind(W + "col")
    )
    if own and not equal:
        return own if len(own) > 1 else ()
    if count < 2:
        return ()
    width = (text_width - space * (count - 1)) / count
    return (Column(width, space),) * count


def read_section(element: _Element) -> SectionFormat:
    """Read page size, margins and columns; what isn't given is Word's default."""
    size, margins = element.find(W + "pgSz"), element.find(W + "pgMar")
    width, height = _points(size, "w", 612.0), _points(size, "h", 792.0)
    left, right, gutter = (
        _points(margins, name, default) for name, default in (("left", 72), ("right", 72), ("gutter", 0))
    )
    kind, title, numbers = element.find(W + "type"), element.find(W + "titlePg"), element.find(W + "pgNumType")
    columns, vertical = element.find(W + "cols"), element.find(W + "vAlign")
    start = (kind.get(VAL) or "nextPage") if kind is not None else "nextPage"
    first = numbers.get(W + "start") if numbers is not None else None
    align = vertical.get(VAL) if vertical is not None else None
    return SectionFormat(
        width=width,
        height=height,
        top=_points(margins, "top", 72.0),
        right=right,
        bottom=_points(margins, "bottom", 72.0),
        left=left,
        header=_points(margins, "header", 36.0),
        footer=_points(margins, "footer", 36.0),
        gutter=gutter,
        columns=_columns(columns, width - left - right - gutter),
        column_rule=columns is not None and columns.get(W + "sep") in ("1", "true", "on"),
        title_page=title is not None and on(title),
        start=start,  # type: ignore[arg-type]
        first_number=int(first) if first else None,
        vertical=align if align in ("center", "bottom") else "top",  # type: ignore[arg-type]
    )


def story_references(element: _Element, name: str) -> tuple[tuple[StoryUse, str], ...]:
    """Give use and relationship id of each `w:headerReference` or `w:footerReference`."""
    return tuple(
        (cast("StoryUse", child.get(W + "type") or "default"), child.get(R + "id") or "")
        for child in element.iterfind(W + name)
    )
