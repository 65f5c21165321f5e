"""From laid-out operations to content-stream operators (ISO 32000-1, 7.8.2, 8, 9 and 14.6).

A page is one list of operators. Each fragment is written relative to its own origin and takes the viewer's
state as unknown, so it is the same text wherever it stands. What comes again in other documents is kept as a
template with a `%d` for each marked-content number (see `memory`).

Text in the fixed fonts is written as itself; a whole page is encoded as `cp1252`, which is WinAnsi.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from forms.formats.pdf.composites import Composite
from forms.formats.pdf.display import (
    ARTIFACT,
    Colour,
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
from forms.formats.pdf.embedding import WIN_ANSI, CutFont, DocumentFonts, has_fixed, resource
from forms.formats.pdf.fonts import Face
from forms.formats.pdf.objects import number

_SPECIAL = re.compile(r"[()\\]")
_NOT_FIXED = re.compile(f"([^{re.escape(''.join(WIN_ANSI.values()))}]+)")
_MCID = re.compile(r"<</MCID \d+>>BDC")
_TOUCHING = 0.01
"""Points between two pieces of text that count as none."""
_WORD_GAP = 0.15
"""Ems between two pieces of text in a line from which on they are two words."""
_UNMARKED = -2
"""The element index of content outside of marked content (in a field's appearance)."""


def image_name(member: str) -> str:
    """Give the resource name of a picture, by the package member it comes from."""
    return f"I{zlib.crc32(member.encode('utf-8')):08X}"


def shifted(ops: Sequence[Op], offset: int) -> Sequence[Op]:
    """Give the operations with the element numbers of their instance (see `display.Fragment`)."""
    if not offset:
        return ops
    return [
        op
        if isinstance(op, RectOp | LineOp) or op.element == ARTIFACT
        else replace(op, element=op.element + offset)
        for op in ops
    ]


class Template(NamedTuple):
    """A fragment's operators, relative to its origin, and what they need.

    `text` wants one number for each of `owners`, which are element indices, one for each marked content.
    `links` and `fields` come with the number of marked contents before them. `faces` are the faces whose fixed
    fonts it uses; `cuts` the faces and texts of its cut fonts.
    """

    text: str
    owners: tuple[int, ...]
    links: tuple[tuple[int, LinkOp], ...]
    fields: tuple[tuple[int, FieldOp], ...]
    images: tuple[ImageOp, ...]
    faces: tuple[str, ...]
    cuts: tuple[tuple[str, str], ...]


def make_template(ops: Sequence[Op], roles: Sequence[str], fonts: DocumentFonts) -> Template | None:
    """Compile a fragment for any place in any document; None if a code in it is this document's own."""
    painter = Painter(fonts)
    owners = painter.inside(ops, roles)
    text, count = _MCID.subn("<</MCID %d>>BDC", painter.content().replace("%", "%%"))
    if not painter.general or count != len(owners):
        return None
    return Template(
        text,
        owners,
        tuple(painter.links),
        tuple(painter.fields),
        tuple(painter.images),
        tuple(painter.faces),
        tuple(painter.cuts),
    )


class _FaceUse(NamedTuple):
    """What the painter needs of a face: the fixed font near it, and whether that is its own."""

    face: Face
    fixed: Face
    resource: str
    own: bool
    space: float


class Painter:
    """Writes a page's (or a form XObject's) operators.

    After each fragment `links`, `fields` and `images` hold what it had of those. `faces`, `cuts` and `general`
    tell of all that was painted: fixed fonts, plain texts in cut fonts, and whether no code is the document's.
    """

    def __init__(self, fonts: DocumentFonts) -> None:
        """Start an empty page."""
        self.marked = 0
        self.links: list[tuple[int, LinkOp]] = []
        self.fields: list[tuple[int, FieldOp]] = []
        self.images: list[ImageOp] = []
        self.faces: dict[str, None] = {}
        self.cuts: list[tuple[str, str]] = []
        self.general = True
        self._fonts = fonts
        self._roles: Sequence[str] | None = None
        self._out: list[str] = []
        self._owners: list[int] = []
        self._element = _UNMARKED
        self._fill: Colour | None = None
        self._stroke: tuple[Colour, float, tuple[float, ...]] | None = None
        self._in_text = False
        self._font = ""
        self._size = 0.0
        self._pieces: list[str] = []  # the show operator being written,
        self._adjusted = False  # and whether there are steps in it
        self._x = self._y = 0.0  # where the pen is, in the fragment
        self._last: _FaceUse | None = None  # the last run's face,
        self._spaced = True  # and whether it ends with a space
        self._rules: list[tuple[float, float, float, float, Colour]] = []  # underlines: x, y, end, thickness

    def content(self) -> str:
        """Give the operators."""
        return "".join(self._out)

    def fragment(self, ops: Sequence[Op], left: float, top: float, roles: Sequence[str]) -> tuple[int, ...]:
        """Paint a body fragment with its origin at (left, top), y upwards.

        Gives the element of each of its marked contents, which are numbered on from `marked`.
        """
        self._out.append(f"q 1 0 0 1 {left:.2f} {top:.2f} cm\n")
        owners = self.inside(ops, roles)
        self._out.append("Q\n")
        return owners

    def inside(self, ops: Sequence[Op], roles: Sequence[str]) -> tuple[int, ...]:
        """Paint a fragment where the origin is; for the rest as `fragment`."""
        self._roles = roles
        self._owners = []
        self._paint(ops)
        self._mark(_UNMARKED)
        self.marked += len(self._owners)
        return tuple(self._owners)

    def again(self, template: Template, left: float, top: float) -> tuple[int, ...]:
        """Paint a fragment from its template, as `fragment` does."""
        first, owners = self.marked, template.owners
        self.marked += len(owners)
        inside = template.text % tuple(range(first, self.marked))
        self._out.append(f"q 1 0 0 1 {left:.2f} {top:.2f} cm\n{inside}Q\n")
        self.links, self.fields, self.images = [*template.links], [*template.fields], [*template.images]
        self._fonts.use(template.faces, template.cuts)
        return owners

    def artifact(self, ops: Sequence[Op], left: float, top: float, properties: str) -> None:
        """Paint a header or footer as one artifact with `properties` (14.8.2.2)."""
        self._out.append(f"/Artifact<<{properties}>>BDC\n")
        self.unmarked(ops, left, top)
        self._out.append("EMC\n")

    def unmarked(self, ops: Sequence[Op], left: float, top: float) -> None:
        """Paint without marked content."""
        self._roles = None
        self._out.append(f"q 1 0 0 1 {left:.2f} {top:.2f} cm\n")
        self._paint(ops)
        self._out.append("Q\n")

    def _paint(self, ops: Sequence[Op]) -> None:
        """Write all operations, relative to the origin."""
        self._fill = self._stroke = None
        self._font = ""
        if self.links or self.fields or self.images:
            self.links, self.fields, self.images = [], [], []
        for op in ops:
            kind = op.__class__
            if kind is TextOp:
                self._text(op)  # type: ignore[arg-type]
            elif kind is LineOp:
                self._line(op)  # type: ignore[arg-type]
            elif isinstance(op, RectOp):
                self._graphic(ARTIFACT)
                self._fill_colour(op.colour)
                self._rectangle(op.x, op.y + op.height, op.width, op.height)
            elif isinstance(op, ImageOp):
                self._image(op)
            elif isinstance(op, LinkOp):
                self.links.append((len(self._owners), op))
            elif isinstance(op, FieldOp):
                self._mark(_UNMARKED)  # what follows is read after the field
                self.fields.append((len(self._owners), op))
            elif isinstance(op, PageNumberOp):
                raise TypeError("a page number has not been replaced by its text")
        self._end_text()
        if self._rules:
            for x, y, stop, thickness, colour in self._rules:
                self._mark(ARTIFACT)
                self._fill_colour(colour)
                self._rectangle(x, y, stop - x, thickness)
            self._rules.clear()

    # marked content and graphics

    def _mark(self, element: int) -> None:
        """Make `element` the owner of what follows."""
        if element == self._element or self._roles is None:
            return
        if self._in_text:
            self._end_text()  # marked content and text objects must not overlap
        closing = "" if self._element == _UNMARKED else "EMC\n"
        self._element = element
        if element >= 0:
            closing += f"/{self._roles[element]}<</MCID {self.marked + len(self._owners)}>>BDC\n"
            self._owners.append(element)
        elif element == ARTIFACT:
            closing += "/Artifact BMC\n"
        self._out.append(closing)

    def _graphic(self, element: int) -> None:
        """Get ready for a path or picture."""
        if self._in_text:
            self._end_text()
        if element != self._element:
            self._mark(element)

    def _fill_colour(self, colour: Colour) -> None:
        if colour != self._fill:
            self._fill = colour
            self._out.append(f"{_colour(colour)} rg\n")

    def _rectangle(self, x: float, bottom: float, width: float, height: float) -> None:
        """Fill a rectangle; `bottom` is y downwards."""
        self._out.append(f"{x:.2f} {-bottom:.2f} {width:.2f} {height:.2f} re f\n")

    def _line(self, op: LineOp) -> None:
        if self._element != ARTIFACT or self._in_text:
            self._graphic(ARTIFACT)
        stroke = (op.colour, op.thickness, op.dash)
        if stroke != self._stroke:
            dash = f"[{' '.join(map(number, op.dash))}]0 d" if op.dash or self._stroke else ""
            self._out.append(f"{_colour(op.colour)} RG {number(op.thickness)} w {dash}\n")
            self._stroke = stroke
        self._out.append(f"{op.x1:.2f} {-op.y1:.2f} m {op.x2:.2f} {-op.y2:.2f} l S\n")

    def _image(self, op: ImageOp) -> None:
        self._graphic(op.element)
        self.images.append(op)
        corner = f"{op.x:.2f} {-op.y - op.height:.2f}"
        self._out.append(f"q {op.width:.2f} 0 0 {op.height:.2f} {corner} cm /{image_name(op.member)} Do Q\n")

    # text

    def _text(self, op: TextOp) -> None:
        """Write a run, joined to the show operator before where it goes on in the same line and font."""
        run, size, y, element = op.run, op.size, op.y - op.rise, op.element
        if element != self._element:
            self._mark(element)
        if op.colour != self._fill:
            self._flush()
            self._fill_colour(op.colour)
        x = op.x
        use = self._fonts.uses.get(run.face) or self._use(run.face)
        if not (self._in_text and y == self._y and -_TOUCHING < x - self._x < _TOUCHING):
            self._move(x, y, size)
        if op.underline or op.strike:
            self._rule(op, use.face)
        self._last = use
        text, width = run.text, run.width
        self._spaced = op.space_after or text[-1:] == " "
        if op.space_after:
            width += use.space
        self._x += width * size
        if use.own and run.plain:
            if op.space_after:
                text += " "
            if text.isascii():
                self._show(use, size, text)
            else:
                self._mixed(use, size, text)
            return
        self._cut(run, use.face, size)
        if op.space_after:
            self._show(use, size, " ")

    def _use(self, name: str) -> _FaceUse:
        """Look up a face, for the whole document."""
        face, fixed = self._fonts.book.face(name), self._fonts.book.fixed_face(name)
        use = _FaceUse(face, fixed, resource(fixed), has_fixed(face), fixed.plain[" "])
        self._fonts.uses[name] = use
        return use

    def _move(self, x: float, y: float, size: float) -> None:
        """Bring the pen to (x, y); a small step in the line goes into the show operator."""
        if not self._in_text:
            self._in_text = True
            self._out.append(f"BT\n1 0 0 1 {x:.2f} {-y:.2f} Tm\n")
            self._x, self._y = x, y
            return
        if y == self._y:
            if x - self._x > _WORD_GAP * size and not self._spaced and self._last is not None:
                # A tab: words must not run together for a screen reader.
                self._show(self._last, size, " ")
                self._x += self._last.space * size
            gap = x - self._x
            if self._pieces and -size < gap < 2 * size and self._size == size:
                step = round(gap * 1000 / size)
                self._pieces.append(f"){-step}(")
                self._adjusted = True
                self._x += step * size / 1000
                return
        self._flush()
        self._out.append(f"1 0 0 1 {x:.2f} {-y:.2f} Tm\n")
        self._x, self._y = x, y

    def _select(self, font: str, size: float) -> None:
        """Change the font."""
        self._flush()
        self._font, self._size = font, size
        self._out.append(f"/{font} {number(size)} Tf\n")

    def _show(self, use: _FaceUse, size: float, text: str) -> None:
        """Add text to the show operator, in the fixed font of a face or the one nearest to it."""
        if self._font != use.resource or self._size != size:
            self.faces[use.fixed.name] = None
            self._select(use.resource, size)
        if "(" in text or ")" in text or "\\" in text:
            text = _SPECIAL.sub(r"\\\g<0>", text)
        self._pieces.append(text)

    def _flush(self) -> None:
        """Write the show operator."""
        pieces = self._pieces
        if pieces:
            text = "".join(pieces)
            if not self._adjusted:
                self._out.append(f"({text})Tj\n")
            elif pieces[-1][:1] == ")":
                # A step stands last: PDFium forgets it if an empty string follows.
                self._out.append(f"[({text[:-1]}]TJ\n")
            else:
                self._out.append(f"[({text})]TJ\n")
            pieces.clear()
            self._adjusted = False

    def _end_text(self) -> None:
        if self._in_text:
            self._flush()
            self._out.append("ET\n")
            self._in_text = False

    def _rule(self, op: TextOp, face: Face) -> None:
        """Remember an underline or a strike-through; they are drawn last, as artifacts."""
        position, thickness = face.underline
        stop = op.x + op.run.width * op.size
        heights = [position - thickness / 2] if op.underline else []
        heights += [0.26 - thickness / 2] if op.strike else []
        for height in heights:
            y = op.y - op.rise - height * op.size
            x = op.x
            if self._rules and self._rules[-1][1] == y and 0 <= x - self._rules[-1][2] < op.size:
                x = self._rules.pop()[0]
            self._rules.append((x, y, stop, max(thickness * op.size, 0.4), op.colour))

    def _mixed(self, use: _FaceUse, size: float, text: str) -> None:
        """Write plain text: what the fixed font has in that, the rest in the face's cut font."""
        for index, part in enumerate(_NOT_FIXED.split(text)):
            if index % 2:
                self._plain_cut(use.face, size, part)
            elif part:
                self._show(use, size, part)

    def _plain_cut(self, face: Face, size: float, text: str) -> None:
        """Write plain text in a cut font. Its codes are the face's own glyph numbers, if the font allows."""
        cut = self._fonts.cut(face)
        if self._font != cut.resource or self._size != size:
            self._select(cut.resource, size)
        self._flush()
        codes = cut.plain_codes(text)
        if codes:
            self.cuts.append((face.name, text))
        else:
            self.general = False
            codes = "".join([f"{cut.code(face.characters[ord(char)], char):04X}" for char in text])
        self._out.append(f"<{codes}>Tj\n")

    def _cut(self, run: GlyphRun, face: Face, size: float) -> None:
        """Write a run in a cut font, each cluster as one code."""
        if run.plain:
            self._plain_cut(face, size, run.text)
            return
        cut = self._fonts.cut(face)
        if self._font != cut.resource or self._size != size:
            self._select(cut.resource, size)
        self._flush()
        self.general = False
        self._out.append(f"<{shaped_codes(run, cut)}>Tj\n")


def shaped_codes(run: GlyphRun, cut: CutFont) -> str:
    """Give the codes of a shaped run as hexadecimal digits."""
    clustered = clusters(run, cut.face.units, cut.face.advances)
    return "".join([f"{cut.code(item, text):04X}" for item, text in clustered])


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


@lru_cache(maxsize=256)
def _colour(colour: Colour) -> str:
    return " ".join(f"{part:.3f}".rstrip("0").rstrip(".") for part in colour)
