# ruff: noqa: UP031 - "%" writes floats in two thirds of the time of an f-string
"""Plain text in the fixed fonts: what most fragments are, written with as few steps as it takes.

Text is in WinAnsi encoding; until a page is whole, each byte of it is a character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from forms.formats.pdf.display import Colour, Op, TextLines, TextOp
from forms.formats.pdf.embedding import DocumentFonts, has_fixed, resource
from forms.formats.pdf.fonts import Face
from forms.formats.pdf.objects import number

_NOTHING = re.compile(r"^\(\)Tj\n", re.MULTILINE)
"""Where a line shows nothing."""


class FaceUse:
    """What the painter needs of a face: the fixed font near it (`own`: its own), and how it is selected."""

    __slots__ = ("face", "fixed", "own", "resource", "selects", "space")

    def __init__(self, face: Face, fixed: Face) -> None:
        """Take a face and the one of the first family near it."""
        self.face = face
        self.fixed = fixed
        self.own = has_fixed(face)
        self.resource = resource(fixed)
        self.space = fixed.plain[" "]
        self.selects: dict[float, str] = {}

    def select(self, size: float) -> str:
        """Give the operator that selects the fixed font; look in `selects` first."""
        made = self.selects[size] = font_operator(self.resource, size)
        return made


def face_use(fonts: DocumentFonts, name: str) -> FaceUse:
    """Look up a face, once for the whole document."""
    use: FaceUse | None = fonts.uses.get(name)
    if use is None:
        use = fonts.uses[name] = FaceUse(fonts.book.face(name), fonts.book.fixed_face(name))
    return use


class Words(NamedTuple):
    """Lines of plain text in one look that belong to one element, for any place.

    `select` is the operator that selects the fixed font of `face`. (x, y) is where the first line begins, from
    the fragment's origin; `shown` is all that comes after going there.
    """

    face: str
    select: str
    colour: Colour
    element: int
    x: float
    y: float
    shown: str


def words_of(ops: Sequence[Op], fonts: DocumentFonts) -> Words | None:
    """Write a fragment as such lines; None if it is anything else."""
    first = ops[0] if ops else None
    if isinstance(first, TextLines) and len(ops) == 1:
        return _words_of_lines(first, fonts)
    if not isinstance(first, TextOp):
        return None
    face, size, colour, element = first.run.face, first.size, first.colour, first.element
    use = fonts.uses.get(face) or face_use(fonts, face)
    if not use.own:
        return None
    begin = (0.0, 0.0)
    x = y = 0.0
    shown = ""
    for op in ops:
        if not isinstance(op, TextOp):
            return None
        run = op.run
        if (
            run.face != face
            or op.element != element
            or op.size != size
            or op.colour != colour
            or not run.plain
            or op.underline
            or op.strike
        ):
            return None
        text = written(run.text)
        if text is None:
            return None
        if op.space_after:
            text += " "
        right, down = int(op.x * 100 + 0.5) / 100, int((op.y - op.rise) * 100 + 0.5) / 100  # as `hundredths`
        if op is first:
            begin = (right, down)
            shown = f"({text})Tj\n"
        elif down == y:
            return None
        else:
            shown += "%.2f %.2f Td\n(%s)Tj\n" % (right - x, y - down, text)
        x, y = right, down
    select = use.selects.get(size) or use.select(size)
    return Words(use.fixed.name, select, colour, element, *begin, shown)


def _words_of_lines(lines: TextLines, fonts: DocumentFonts) -> Words | None:
    face, size = lines.face, lines.size
    use = fonts.uses.get(face) or face_use(fonts, face)
    if not use.own or lines.underline or lines.strike:
        return None
    text = written(lines.text)
    if text is None:
        return None
    shown, *others = text.split("\n")
    x, y = int(lines.x * 100 + 0.5) / 100, int(lines.y * 100 + 0.5) / 100  # as `hundredths`
    if others:
        second, step = next_line(hundredths(lines.left) - x, lines.pitch), next_line(0.0, lines.pitch)
        shown = f"({shown}{second}{step.join(others)})Tj\n"
        if shown[1] == ")" or "" in others:
            shown = _NOTHING.sub("", shown)
    else:
        shown = f"({shown})Tj\n"
    select = use.selects.get(size) or use.select(size)
    return Words(use.fixed.name, select, lines.colour, lines.element, x, y, shown)


@lru_cache(maxsize=256)
def next_line(right: float, pitch: float) -> str:
    """Write what stands between two lines: the next one begins further right and lower, by `pitch`."""
    return ")Tj\n%.2f %s Td\n(" % (right, f"{-pitch:.4f}".rstrip("0").rstrip("."))


def written(text: str) -> str | None:
    """Write text of the fixed fonts inside of a literal string (7.3.4.2), a character for each byte.

    None if there is a character that they don't have.
    """
    if not text.isascii():
        try:
            text = text.encode("cp1252").decode("latin-1")
        except UnicodeEncodeError:
            return None
    if "(" in text or ")" in text or "\\" in text:
        return _escaped(text)
    return text


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def hundredths(length: float) -> float:
    """Round as the numbers in the file are: places must come out the same whether added before or after."""
    return int(length * 100 + 0.5) / 100


@lru_cache(maxsize=256)
def font_operator(resource_name: str, size: float) -> str:
    """Write the operator that selects a font."""
    return f"/{resource_name} {number(size)} Tf\n"


@lru_cache(maxsize=256)
def colour_operands(colour: Colour) -> str:
    """Write a colour's three numbers."""
    return " ".join(f"{part:.3f}".rstrip("0").rstrip(".") for part in colour)
