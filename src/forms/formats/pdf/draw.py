"""From a fragment's operations to content-stream operators (ISO 32000-1, 7.8.2, 8, 9 and 14.6).

A fragment becomes a template: operators relative to its origin, with a `%d` for each marked-content number. So
it can be drawn again at another place, and a block that is the same in every document is compiled once in a
process (`Drawn.fixed` says that nothing in it belongs to one document).

Text in the fixed fonts is written as itself; a whole page is encoded as `cp1252`, which is WinAnsi.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from forms.formats.pdf.composites import Composite
from forms.formats.pdf.display import (
    ARTIFACT,
    BLACK,
    Colour,
    Element,
    FieldOp,
    GlyphRun,
    ImageOp,
    LineOp,
    LinkOp,
    Op,
    PageNumberOp,
    RectOp,
    TextOp,
)
from forms.formats.pdf.embedding import FIXED_CHARACTERS, CutFont, DocumentFonts, has_fixed, resource
from forms.formats.pdf.objects import number

_SPECIAL = re.compile(r"[()\\%]")
_ESCAPES = {"(": "\\(", ")": "\\)", "\\": "\\\\", "%": "%%"}
_TOUCHING = 0.01
"""Points between two pieces of text that count as none."""
_WORD_GAP = 0.15
"""Ems between two pieces of text in a line from which on they are two words."""
_UNMARKED = -2
"""The element index of content outside of marked content (in a field's appearance)."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A fragment's operators and what they need, relative to the fragment's origin (y downwards in the ops).

    `template` wants one number for each of `owners`, which are element indices, one for each marked content.
    `faces` are the faces whose fixed fonts it uses; `fixed` says that no cut font is used, so that it holds
    for every document.
    """

    template: str
    owners: tuple[int, ...]
    links: tuple[LinkOp, ...]
    fields: tuple[FieldOp, ...]
    images: tuple[ImageOp, ...]
    faces: tuple[str, ...]
    fixed: bool

    def content(self, x: float, y: float, first: int) -> str:
        """Give the operators with the origin at (x, y), y upwards; marked contents count from `first`."""
        inside = self.template % tuple(range(first, first + len(self.owners)))
        return f"q 1 0 0 1 {x:.2f} {y:.2f} cm\n{inside}Q\n"


def image_name(member: str) -> str:
    """Give the resource name of a picture, by the package member it comes from."""
    return f"I{zlib.crc32(member.encode('utf-8')):08X}"


def draw(ops: Sequence[Op], elements: Sequence[Element], fonts: DocumentFonts) -> Drawn:
    """Compile the operations of a body fragment; `elements` is the tree of its instance."""
    painter = _Painter(fonts, [element.role for element in elements])
    painter.paint(ops)
    return painter.finish()


def draw_artifact(ops: Sequence[Op], fonts: DocumentFonts, properties: str) -> Drawn:
    """Compile a header's or footer's operations into one artifact with `properties` (14.8.2.2)."""
    painter = _Painter(fonts, None)
    painter.paint(ops)
    drawn = painter.finish()
    template = f"/Artifact<<{properties}>>BDC\n{drawn.template}EMC\n"
    return Drawn(template, (), (), (), drawn.images, drawn.faces, drawn.fixed)


def draw_unmarked(ops: Sequence[TextOp], fonts: DocumentFonts) -> Drawn:
    """Compile text operations for a form XObject, without marked content."""
    painter = _Painter(fonts, None)
    painter.paint(ops)
    return painter.finish()


class _Painter:
    """Writes operators; knows what state the viewer is in."""

    def __init__(self, fonts: DocumentFonts, roles: Sequence[str] | None) -> None:
        """Take the elements' roles, or None to mark nothing."""
        self.fonts = fonts
        self.roles = roles
        self.out: list[str] = []
        self.owners: list[int] = []
        self.links: list[LinkOp] = []
        self.fields: list[FieldOp] = []
        self.images: list[ImageOp] = []
        self.faces: dict[str, None] = {}
        self.fixed = True
        self.element = _UNMARKED
        self.fill: Colour = BLACK
        self.stroke: tuple[Colour, float, tuple[float, ...]] = (BLACK, 1.0, ())
        self.in_text = False
        self.font: tuple[str, float] = ("", 0.0)
        self.pieces: list[str] = []  # the show operator being written,
        self.adjusted = False  # and whether there are steps in it
        self.x = self.y = 0.0  # where the pen is, in the fragment
        self.face, self.spaced = "", True  # of the last run: its face, and whether it ends with a space
        self.rules: list[tuple[float, float, float, float, Colour]] = []  # underlines: x, y, end, thickness

    def paint(self, ops: Sequence[Op]) -> None:
        """Write all operations."""
        for op in ops:
            if op.__class__ is TextOp:
                self._text(op)
            elif isinstance(op, RectOp):
                self._graphic(ARTIFACT)
                self._fill_colour(op.colour)
                box = f"{number(op.x)} {number(-op.y - op.height)} {number(op.width)} {number(op.height)}"
                self.out.append(f"{box} re f\n")
            elif isinstance(op, LineOp):
                self._line(op)
            elif isinstance(op, ImageOp):
                self._image(op)
            elif isinstance(op, LinkOp):
                self.links.append(op)
            elif isinstance(op, FieldOp):
                self.fields.append(op)
            elif isinstance(op, PageNumberOp):
                raise TypeError("a page number has not been replaced by its text")

    def finish(self) -> Drawn:
        """Close what is open."""
        self._end_text()
        for x, y, stop, thickness, colour in self.rules:
            self._mark(ARTIFACT)
            self._fill_colour(colour)
            self.out.append(f"{number(x)} {number(-y)} {number(stop - x)} {number(thickness)} re f\n")
        self._mark(_UNMARKED)
        return Drawn(
            "".join(self.out),
            *(tuple(self.owners), tuple(self.links), tuple(self.fields), tuple(self.images)),
            *(tuple(self.faces), self.fixed),
        )

    # marked content and graphics

    def _mark(self, element: int) -> None:
        """Make `element` the owner of what follows."""
        if element == self.element or self.roles is None:
            return
        self._end_text()  # marked content and text objects must not overlap
        if self.element != _UNMARKED:
            self.out.append("EMC\n")
        self.element = element
        if element == ARTIFACT:
            self.out.append("/Artifact BMC\n")
        elif element != _UNMARKED:
            self.owners.append(element)
            self.out.append(f"/{self.roles[element]}<</MCID %d>>BDC\n")

    def _graphic(self, element: int) -> None:
        """Get ready for a path or picture."""
        self._end_text()
        self._mark(element)

    def _fill_colour(self, colour: Colour) -> None:
        if colour != self.fill:
            self.fill = colour
            self.out.append(f"{_colour(colour)} rg\n")

    def _line(self, op: LineOp) -> None:
        self._graphic(ARTIFACT)
        stroke = (op.colour, op.thickness, op.dash)
        if stroke != self.stroke:
            colour, thickness, dash = self.stroke
            if op.colour != colour:
                self.out.append(f"{_colour(op.colour)} RG\n")
            if op.thickness != thickness:
                self.out.append(f"{number(op.thickness)} w\n")
            if op.dash != dash:
                self.out.append(f"[{' '.join(map(number, op.dash))}]0 d\n")
            self.stroke = stroke
        start, stop = f"{number(op.x1)} {number(-op.y1)}", f"{number(op.x2)} {number(-op.y2)}"
        self.out.append(f"{start} m {stop} l S\n")

    def _image(self, op: ImageOp) -> None:
        self._graphic(op.element)
        self.images.append(op)
        matrix = f"{number(op.width)} 0 0 {number(op.height)} {number(op.x)} {number(-op.y - op.height)}"
        self.out.append(f"q {matrix} cm /{image_name(op.member)} Do Q\n")

    # text

    def _text(self, op: TextOp) -> None:
        """Write a run, joined to the show operator before where it goes on in the same line and font."""
        run, size, y = op.run, op.size, op.y - op.rise
        element = op.element
        if element != self.element and self.roles is not None:
            self._mark(element)
        if op.colour != self.fill:
            self._flush()
            self._fill_colour(op.colour)
        self._move(op.x, y, size)
        if op.underline or op.strike:
            self._rule(op)
        face = self.fonts.book.face(run.face)
        if run.plain and has_fixed(face) and (run.text.isascii() or FIXED_CHARACTERS.issuperset(run.text)):
            self._show(run.face, size, run.text)
        else:
            self._cut(run, self.fonts.cut(face), size)
        self.x += run.width * size
        self.face = run.face
        self.spaced = op.space_after or run.text.endswith(" ")
        if op.space_after:
            self._space(run.face, size)

    def _move(self, x: float, y: float, size: float) -> None:
        """Bring the pen to (x, y); a small step in the line goes into the show operator."""
        if not self.in_text:
            self.in_text = True
            self.out.append("BT\n")
        elif y == self.y:
            gap = x - self.x
            if -_TOUCHING < gap < _TOUCHING:
                return
            if gap > _WORD_GAP * size and not self.spaced:
                self._space(self.face, size)  # a tab: words must not run together for a screen reader
                gap = x - self.x
            if self.pieces and -size < gap < 2 * size and self.font[1] == size:
                step = round(gap * 1000 / size)
                self.pieces.append(f"){-step}(")
                self.adjusted = True
                self.x += step * size / 1000
                return
        self._flush()
        self.out.append(f"1 0 0 1 {x:.2f} {-y:.2f} Tm\n")
        self.x, self.y = x, y

    def _show(self, face: str, size: float, text: str) -> None:
        """Add text in a fixed font to the show operator."""
        if self.font != (face, size):
            self._flush()
            self.font = (face, size)
            font = self.fonts.book.face(face)
            self.faces[face] = None
            self.out.append(f"/{resource(font)} {number(size)} Tf\n")
        self.pieces.append(_SPECIAL.sub(_escape, text) if _SPECIAL.search(text) else text)

    def _space(self, face_name: str, size: float) -> None:
        """Add a word space as text, in the fixed font nearest to the face."""
        face = self.fonts.book.fixed_face(face_name)
        self._show(face.name, size, " ")
        self.x += face.plain[" "] * size

    def _flush(self) -> None:
        """Write the show operator."""
        if not self.pieces:
            return
        text = "".join(self.pieces)
        self.pieces.clear()
        self.out.append(f"[({text})]TJ\n" if self.adjusted else f"({text})Tj\n")
        self.adjusted = False

    def _end_text(self) -> None:
        self._flush()
        if self.in_text:
            self.out.append("ET\n")
            self.in_text = False

    def _rule(self, op: TextOp) -> None:
        """Remember an underline or a strike-through; they are drawn last, as artifacts."""
        position, thickness = self.fonts.book.face(op.run.face).underline
        stop = op.x + op.run.width * op.size
        heights = [position - thickness / 2] if op.underline else []
        heights += [0.26 - thickness / 2] if op.strike else []
        for height in heights:
            y = op.y - op.rise - height * op.size
            x = op.x
            if self.rules and self.rules[-1][1] == y and 0 <= x - self.rules[-1][2] < op.size:
                x = self.rules.pop()[0]
            self.rules.append((x, y, stop, max(thickness * op.size, 0.4), op.colour))

    def _cut(self, run: GlyphRun, cut: CutFont, size: float) -> None:
        """Write a run in a cut font, each cluster as one code."""
        self._flush()
        self.fixed = False
        if self.font != (cut.resource, size):
            self.font = (cut.resource, size)
            self.out.append(f"/{cut.resource} {number(size)} Tf\n")
        if run.plain:
            characters = cut.face.characters
            codes = [cut.code(characters[ord(char)], char) for char in run.text]
        else:
            codes = [cut.code(item, text) for item, text in clusters(run, cut.face.units, cut.face.advances)]
        self.out.append(f"<{''.join([f'{code:04X}' for code in codes])}>Tj\n")


def clusters(run: GlyphRun, units: int, advances: Sequence[float]) -> Iterator[tuple[int | Composite, str]]:
    """Give a shaped run's clusters from left to right, and the text each stands for.

    A cluster that is one glyph at its own place and advance is that glyph; any other a composite of its glyphs,
    measured in font units (`units` to the em).
    """
    starts = sorted({glyph.cluster for glyph in run.glyphs})
    ends = dict(zip(starts, [*starts[1:], len(run.text)], strict=True))
    for start, group in groupby(run.glyphs, key=lambda glyph: glyph.cluster):
        text = run.text[start : ends[start]]
        glyphs = list(group)
        only = glyphs[0]
        if len(glyphs) == 1 and not (only.dx or only.dy) and only.advance == advances[only.gid]:
            yield only.gid, text
            continue
        parts, pen = [], 0.0
        for glyph in glyphs:
            parts.append((glyph.gid, round((pen + glyph.dx) * units), round(glyph.dy * units)))
            pen += glyph.advance
        yield Composite(tuple(parts), round(pen * units)), text


def _escape(match: re.Match[str]) -> str:
    return _ESCAPES[match.group()]


def _colour(colour: Colour) -> str:
    return " ".join(f"{part:.3f}".rstrip("0").rstrip(".") for part in colour)
