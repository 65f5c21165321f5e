# ruff: noqa: UP031 - "%" writes floats in two thirds of the time of an f-string
"""From laid-out operations to content-stream operators (ISO 32000-1, 8, 9 and 14.6), one after the other.

Whole fragments are painted by `fragments`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from itertools import groupby

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
    TextLines,
    TextOp,
)
from forms.formats.pdf.embedding import FIXED_CHARACTERS, CutFont, DocumentFonts
from forms.formats.pdf.fonts import Face
from forms.formats.pdf.objects import number
from forms.formats.pdf.words import (
    FaceUse,
    colour_operands,
    face_use,
    font_operator,
    hundredths,
    written,
)

_TOUCHING = 0.01
"""Points between two pieces of text that count as none."""
_WORD_GAP = 0.15
"""Ems between two pieces of text in a line from which on they are two words."""
_UNMARKED = -2
"""The element index of content outside of marked content (in a field's appearance)."""


def image_name(member: str) -> str:
    """Give the resource name of a picture, by the package member it comes from."""
    return f"I{zlib.crc32(member.encode('utf-8')):08X}"


class Painter:
    """Writes the operators of a form XObject, or of a fragment.

    `links`, `fields` and `images` hold what there was of those (`extras`: if anything). `faces`, `cuts` and
    `general` tell of all that was painted: fixed fonts, plain texts in cut fonts, and whether no code is the
    document's own.
    """

    def __init__(self, fonts: DocumentFonts) -> None:
        """Start an empty page."""
        self.marked = 0
        self.links: list[tuple[int, LinkOp]] = []
        self.fields: list[tuple[int, FieldOp]] = []
        self.images: list[ImageOp] = []
        self.extras = False
        self.faces: dict[str, None] = {}
        self.cuts: list[tuple[str, str]] = []
        self.general = True
        self._fonts = fonts
        self._roles: Sequence[str] | None = None  # of the instance's elements;
        self._offset = 0  # the fragment's count from here
        self._top = 0.0  # where its origin is
        self._out: list[str] = []
        self._owners: list[int] = []
        self._element = _UNMARKED
        self._fill: Colour | None = None
        self._stroke: tuple[Colour, float, tuple[float, ...]] | None = None
        self._selected = ""  # the operator that selected the font,
        self._size = 0.0  # and the size of the string being written
        self._in_text = False
        self._shown = ""  # the string of the show operator being written,
        self._adjusted = False  # and whether there are steps in it
        self._last: TextOp | None = None  # the run before,
        self._start = self._y = 0.0  # and where on the page it begins
        self._rules: list[tuple[float, float, float, float, Colour]] = []  # underlines: x, y, end, thickness

    def text(self) -> str:
        """Give the operators, a character for each byte."""
        return "".join(self._out)

    def content(self) -> bytes:
        """Give the operators."""
        return "".join(self._out).encode("latin-1")

    def inside(self, ops: Sequence[Op], roles: Sequence[str], offset: int) -> Sequence[int]:
        """Paint a fragment where the origin is, y upwards, with the state unknown.

        `roles` are those of the instance's elements; the operations' elements count from `offset`. Gives the
        element of each of its marked contents, which are numbered on from `marked`.
        """
        self._fill = self._stroke = None
        self._selected = ""
        self._roles, self._offset = roles, offset
        owners = self._owners = []
        self._paint(ops)
        if self._element != _UNMARKED:
            self._out.append("EMC\n")
            self._element = _UNMARKED
        self.marked += len(owners)
        return owners

    def unmarked(self, ops: Sequence[Op], top: float) -> None:
        """Paint without marked content, with the origin at (0, top)."""
        self._roles = None
        self._top = hundredths(top)
        self._paint(ops)
        self._top = 0.0

    def _paint(self, ops: Sequence[Op]) -> None:
        """Write all operations."""
        for op in ops:
            kind = op.__class__
            if kind is TextOp:
                self._text(op)  # type: ignore[arg-type]
            elif kind is LineOp:
                self._line(op)  # type: ignore[arg-type]
            elif isinstance(op, TextLines):
                for run in op.runs(self._fonts.book.face(op.face).width):
                    self._text(run)
            elif isinstance(op, RectOp):
                self._graphic(ARTIFACT)
                self._fill_colour(op.colour)
                self._rectangle(op.x, op.y + op.height, op.width, op.height)
            elif isinstance(op, ImageOp):
                self._image(op)
            elif isinstance(op, LinkOp):
                self.extras = True
                self.links.append((len(self._owners), op))
            elif isinstance(op, FieldOp):
                self._mark(_UNMARKED)  # what follows is read after the field
                self.extras = True
                self.fields.append((len(self._owners), op))
            elif isinstance(op, PageNumberOp):
                raise TypeError("a page number has not been replaced by its text")
        if self._in_text:
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
            owner = element + self._offset
            closing += f"/{self._roles[owner]}<</MCID {self.marked + len(self._owners)}>>BDC\n"
            self._owners.append(owner)
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
            self._out.append(f"{colour_operands(colour)} rg\n")

    def _rectangle(self, x: float, bottom: float, width: float, height: float) -> None:
        """Fill a rectangle; `bottom` is y downwards."""
        self._out.append("%.2f %.2f %.2f %.2f re f\n" % (x, self._top - bottom, width, height))

    def _line(self, op: LineOp) -> None:
        if self._element != ARTIFACT or self._in_text:
            self._graphic(ARTIFACT)
        before = self._stroke
        if before is None or op.colour != before[0] or op.thickness != before[1] or op.dash != before[2]:
            self._pen(op)
        top = self._top
        self._out.append("%.2f %.2f m %.2f %.2f l S\n" % (op.x1, top - op.y1, op.x2, top - op.y2))

    def _pen(self, op: LineOp) -> None:
        """Change colour, thickness and dashes of lines."""
        if self._stroke is None or op.dash != self._stroke[2]:
            self._out.append(f"[{' '.join(map(number, op.dash))}]0 d ")
        self._stroke = (op.colour, op.thickness, op.dash)
        self._out.append(f"{colour_operands(op.colour)} RG {number(op.thickness)} w\n")

    def _image(self, op: ImageOp) -> None:
        self._graphic(op.element)
        self.extras = True
        self.images.append(op)
        corner = f"{op.x:.2f} {self._top - op.y - op.height:.2f}"
        self._out.append(f"q {op.width:.2f} 0 0 {op.height:.2f} {corner} cm /{image_name(op.member)} Do Q\n")

    # text

    def _text(self, op: TextOp) -> None:
        """Write a run, joined to the show operator before where it goes on in the same line and font."""
        if op.element != self._element:
            self._mark(op.element)
        run, size = op.run, op.size
        use = self._fonts.uses.get(run.face) or face_use(self._fonts, run.face)
        if op.colour != self._fill:
            self._flush()
            self._fill_colour(op.colour)
        x, y = op.x, self._top - op.y + op.rise
        if not self._in_text:
            self._in_text = True
            self._start, self._y = x, y
            self._out.append(f"BT\n{x:.2f} {y:.2f} Td\n")
        elif y != self._y:
            self._move(x, y)
        else:
            self._go_on(x, size)
        self._last = op
        if op.underline or op.strike:
            self._rule(op, use.face)
        text = run.text + " " if op.space_after else run.text
        if not (use.own and run.plain):
            self._cut(run, use.face, size)
            if op.space_after:
                self._show(use, size, " ")
        else:
            fixed = written(text)
            if fixed is None:
                self._mixed(use, size, text)
            else:
                self._show(use, size, fixed)

    def _move(self, x: float, y: float) -> None:
        """Bring the pen to a place of the page."""
        self._flush()
        self._start, self._y = x, y
        self._out.append(f"1 0 0 1 {x:.2f} {y:.2f} Tm\n")

    def _go_on(self, x: float, size: float) -> None:
        """Bring the pen to a place in the same line; a small step goes into the show operator."""
        last = self._last
        if last is None:
            return
        before = face_use(self._fonts, last.run.face)
        width = last.run.width + before.space if last.space_after else last.run.width
        pen = self._start + width * last.size
        if -_TOUCHING < x - pen < _TOUCHING:
            self._start = pen
            return
        if x - pen > _WORD_GAP * size and not (last.space_after or last.run.text[-1:] == " "):
            # A tab: words must not run together for a screen reader.
            self._show(before, size, " ")
            pen += before.space * size
        gap = x - pen
        if self._shown and -size < gap < 2 * size and self._size == size:
            step = round(gap * 1000 / size)
            self._shown += f"){-step}("
            self._adjusted = True
            self._start = pen + step * size / 1000
        else:
            self._move(x, self._y)

    def _select(self, select: str, face: str = "") -> None:
        """Change the font: the operator, and the face if it is a fixed font."""
        if self._shown:
            self._flush()
        if face:
            self.faces[face] = None
        self._selected = select
        self._out.append(select)

    def _show(self, use: FaceUse, size: float, text: str) -> None:
        """Add text (as `written` gives it) to the show operator, in the fixed font near a face."""
        select = use.selects.get(size) or use.select(size)
        if select != self._selected:
            self._select(select, use.fixed.name)
        self._size = size
        self._shown += text

    def _flush(self) -> None:
        """Write the show operator."""
        shown = self._shown
        if not shown:
            return
        if not self._adjusted:
            self._out.append(f"({shown})Tj\n")
        elif shown.endswith("(") and not shown.endswith("\\("):
            # A step stands last: PDFium forgets it if an empty string follows.
            self._out.append(f"[({shown[:-1]}]TJ\n")
        else:
            self._out.append(f"[({shown})]TJ\n")
        self._shown = ""
        self._adjusted = False

    def _end_text(self) -> None:
        self._in_text = False
        self._flush()
        self._out.append("ET\n")

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

    def _mixed(self, use: FaceUse, size: float, text: str) -> None:
        """Write plain text: what the fixed font has in that, the rest in the face's cut font."""
        for is_fixed, characters in groupby(text, FIXED_CHARACTERS.__contains__):
            part = "".join(characters)
            if is_fixed:
                self._show(use, size, written(part) or "")
            else:
                self._plain_cut(use.face, size, part)

    def _plain_cut(self, face: Face, size: float, text: str) -> None:
        """Write plain text in a cut font. Its codes are the face's own glyph numbers, if the font allows."""
        cut = self._fonts.cut(face)
        select = font_operator(cut.resource, size)
        if select != self._selected:
            self._select(select)
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
        select = font_operator(cut.resource, size)
        if select != self._selected:
            self._select(select)
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
