"""What a widget says about its looks: size and colour of its text, border, background, rotation.

ISO 32000-1: default appearance 12.7.3.3, appearance characteristics 12.5.6.19, border styles 12.5.4.
Whatever is missing or makes no sense has the standard's default: real forms leave much out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pypdf.generic import ArrayObject, DictionaryObject

from forms.formats.pdf.acroform import rectangle
from forms.formats.pdf.display import BLACK, Colour
from forms.formats.pdf.field_reader import direct, string_of
from forms.formats.pdf.objects import number

_FONT = re.compile(r"/(\S+)\s+(-?\d*\.?\d+)\s+Tf")
_FILL = re.compile(r"((?:-?\d*\.?\d+\s+){1,4})(g|rg|k)\b")
_BOLD = re.compile(r"bold|black|heavy|^(he|ti|co)bo", re.I)
_ITALIC = re.compile(r"italic|oblique|^(he|ti|co)(bo|i)i?$", re.I)
_CURVE = 0.5523
_KNOWN_PARTS = {1, 3, 4}


@dataclass(frozen=True, slots=True)
class Style:
    """How a field's text is set. `size` 0 asks for a size that fits."""

    size: float = 0.0
    bold: bool = False
    italic: bool = False
    colour: Colour = BLACK


@dataclass(frozen=True, slots=True)
class Frame:
    """A widget's box as its appearance sees it, upright.

    `turned` is the matrix that turns it on its page, empty if it stands upright there; `lies` says that it lies
    on its side. `border` is the thickness of
    the line (0 without a colour), `kind` its style: S, D, B, I or U.
    """

    width: float
    height: float
    turned: bytes
    lies: bool
    border: float
    kind: str
    dash: tuple[float, ...]
    line: Colour | None
    ground: Colour | None
    mark: str

    @property
    def edge(self) -> float:
        """How far from the box's edge text begins at the nearest: past the border, twice for raised ones."""
        return self.border * (2 if self.kind in ("B", "I") else 1)


def style_of(default_appearance: object, fonts: Mapping[str, object]) -> Style:
    """Read a default appearance; `fonts` are those of the form's resources, to know which are bold."""
    text = string_of(default_appearance)
    size, bold, italic = 0.0, False, False
    if match := _FONT.search(text):
        size = abs(float(match[2]))
        font = direct(fonts.get(f"/{match[1]}"))
        base = str(direct(font.get("/BaseFont")) or "") if isinstance(font, DictionaryObject) else ""
        face = base.removeprefix("/") or match[1]
        bold, italic = bool(_BOLD.search(face)), bool(_ITALIC.search(face))
    colours = _FILL.findall(text)
    colour = as_rgb([float(part) for part in colours[-1][0].split()]) if colours else None
    return Style(size if size < 1000 else 0.0, bold, italic, colour or BLACK)


def as_rgb(parts: list[float]) -> Colour | None:
    """Turn one, three or four colour components (grey, RGB, CMYK) into RGB; None for "no colour"."""
    if len(parts) not in _KNOWN_PARTS:
        return None
    parts = [min(1.0, max(0.0, part)) for part in parts]
    if len(parts) == 1:
        return parts[0], parts[0], parts[0]
    if len(parts) == 3:
        return parts[0], parts[1], parts[2]
    cyan, magenta, yellow, black = parts
    return (1 - cyan) * (1 - black), (1 - magenta) * (1 - black), (1 - yellow) * (1 - black)


def frame_of(widget: DictionaryObject) -> Frame:
    """Read a widget's box, border, background and rotation."""
    left, bottom, right, top = rectangle(widget) or (0.0, 0.0, 0.0, 0.0)
    width, height = right - left, top - bottom
    looks = direct(widget.get("/MK"))
    looks = looks if isinstance(looks, DictionaryObject) else DictionaryObject()
    rotation = direct(looks.get("/R"))
    rotation = int(rotation) % 360 if isinstance(rotation, int | float) else 0
    turned = b""
    if rotation in (90, 180, 270):
        sine = {90: 1, 180: 0, 270: -1}[rotation]
        cosine = {90: 0, 180: -1, 270: 0}[rotation]
        x = {90: width, 180: width, 270: 0.0}[rotation]
        y = {90: 0.0, 180: height, 270: height}[rotation]
        cells = f"{cosine} {sine} {-sine} {cosine} {number(x)} {number(y)}"
        turned = f"/Matrix[{cells}]".encode("ascii")
    if rotation in (90, 270):
        width, height = height, width
    border, kind, dash = _border(widget)
    line = _colour(looks.get("/BC"))
    return Frame(
        width,
        height,
        turned,
        rotation in (90, 270),
        border if line is not None else 0.0,
        kind,
        dash,
        line,
        _colour(looks.get("/BG")),
        string_of(looks.get("/CA")),
    )


def _colour(value: object) -> Colour | None:
    return as_rgb(_numbers(value))


def _numbers(value: object) -> list[float]:
    array = direct(value)
    values = [direct(item) for item in array] if isinstance(array, ArrayObject) else []
    return [float(item) for item in values if isinstance(item, int | float)]


def _border(widget: DictionaryObject) -> tuple[float, str, tuple[float, ...]]:
    """Give a border's width, style and dashes."""
    style = direct(widget.get("/BS"))
    if isinstance(style, DictionaryObject):
        width = direct(style.get("/W"))
        kind = str(direct(style.get("/S")) or "/S").removeprefix("/")
        dash = tuple(_numbers(style.get("/D"))) if kind == "D" else ()
        return (
            float(width) if isinstance(width, int | float) else 1.0,
            kind,
            dash or ((3.0,) if kind == "D" else ()),
        )
    numbers = _numbers(widget.get("/Border"))
    return (numbers[2] if len(numbers) > 2 else 1.0), "S", ()


# ── Drawing ─────────────────────────────────────────────────────────────────────────────────────────────────


def colour(value: Colour, operator: str) -> str:
    """Write a colour operator: `rg` for filling, `RG` for lines."""
    return f"{' '.join(map(number, value))} {operator}\n"


def backdrop(frame: Frame, *, cells: int = 0, round_: bool = False) -> str:
    """Draw a widget's background and border; `cells` asks for the lines of a comb, `round_` for a circle."""
    out = []
    width, height = frame.width, frame.height
    if frame.ground is not None:
        out.append(colour(frame.ground, "rg"))
        shape = circle(width / 2, height / 2, min(width, height) / 2) if round_ else _box(0, 0, width, height)
        out.append(f"{shape}f\n")
    if frame.line is None or not frame.border:
        return f"q\n{''.join(out)}Q\n" if out else ""
    line, half = frame.border, frame.border / 2
    out.append(f"{colour(frame.line, 'RG')}{number(line)} w\n")
    if frame.dash:
        out.append(f"[{' '.join(map(number, frame.dash))}] 0 d\n")
    if round_:
        out.append(circle(width / 2, height / 2, min(width, height) / 2 - half) + "S\n")
    elif frame.kind == "U":
        out.append(f"0 {number(half)} m {number(width)} {number(half)} l S\n")
    else:
        out.append(_raised(frame))
        out.append(_box(half, half, width - line, height - line) + "S\n")
    for cell in range(1, cells):
        x = number(cell * width / cells)
        out.append(f"{x} 0 m {x} {number(height)} l S\n")
    return f"q\n{''.join(out)}Q\n"


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"{number(x)} {number(y)} {number(width)} {number(height)} re "


def _raised(frame: Frame) -> str:
    """Draw the light and the dark edge inside a bevelled or inset border."""
    tones = {"B": (1.0, 0.5), "I": (0.5, 0.75)}.get(frame.kind)
    if tones is None:
        return ""
    near, far = frame.border, 2 * frame.border
    right, top = frame.width, frame.height
    lit = [(near, near), (near, top - near), (right - near, top - near)]
    lit += [(right - far, top - far), (far, top - far), (far, far)]
    dark = [(right - near, top - near), (right - near, near), (near, near)]
    dark += [(far, far), (right - far, far), (right - far, top - far)]
    return f"{number(tones[0])} g {_path(lit)}f\n{number(tones[1])} g {_path(dark)}f\n"


def _path(points: list[tuple[float, float]]) -> str:
    steps = (f"{number(x)} {number(y)} {'l' if index else 'm'} " for index, (x, y) in enumerate(points))
    return "".join(steps)


def circle(x: float, y: float, radius: float) -> str:
    """Write the path of a circle, closed."""
    reach = radius * _CURVE
    turns = [(1, 0), (0, 1), (-1, 0), (0, -1)]
    out = [f"{number(x + radius)} {number(y)} m "]
    for (ax, ay), (bx, by) in zip(turns, [*turns[1:], turns[0]], strict=True):
        points = (
            (x + radius * ax + reach * bx, y + radius * ay + reach * by),
            (x + radius * bx + reach * ax, y + radius * by + reach * ay),
            (x + radius * bx, y + radius * by),
        )
        out.append(" ".join(f"{number(px)} {number(py)}" for px, py in points) + " c ")
    return "".join(out) + "h "


_MARKS = {"4": "tick", "8": "cross", "l": "dot", "u": "diamond", "n": "square", "H": "star"}
"""What the characters of ZapfDingbats in `/CA` draw (12.5.6.19)."""


def mark(frame: Frame, ink: Colour, *, radio: bool) -> str:
    """Draw the mark of a ticked box: a dot or a tick, unless the form says otherwise."""
    kind = _MARKS.get(frame.mark[:1], "dot" if radio else "tick")
    side = min(frame.width, frame.height) - 2 * frame.edge
    x, y = frame.width / 2, frame.height / 2
    unit = 0.36 * side
    fill, stroke = colour(ink, "rg"), colour(ink, "RG")
    pen = f"{stroke}{number(max(0.5, side * 0.12))} w\n"
    if kind == "tick":
        points = [(x - unit, y), (x - unit * 0.3, y - unit * 0.8), (x + unit, y + unit * 0.9)]
        return f"q\n{pen}{_path(points)}S\nQ\n"
    if kind == "cross":
        first = [(x - unit, y - unit), (x + unit, y + unit)]
        second = [(x - unit, y + unit), (x + unit, y - unit)]
        return f"q\n{pen}{_path(first)}{_path(second)}S\nQ\n"
    if kind == "dot":
        return f"q\n{fill}{circle(x, y, 0.27 * side)}f\nQ\n"
    if kind == "square":
        return f"q\n{fill}{_box(x - unit, y - unit, 2 * unit, 2 * unit)}f\nQ\n"
    if kind == "diamond":
        points = [(x, y + unit), (x + unit, y), (x, y - unit), (x - unit, y)]
        return f"q\n{fill}{_path(points)}f\nQ\n"
    spokes = [(0.0, 1.0), (0.22, 0.31), (0.95, 0.31), (0.36, -0.12), (0.59, -0.81)]
    spokes += [(0.0, -0.38)] + [(-px, py) for px, py in spokes[:0:-1]]
    return f"q\n{fill}{_path([(x + px * unit, y + py * unit) for px, py in spokes])}f\nQ\n"
