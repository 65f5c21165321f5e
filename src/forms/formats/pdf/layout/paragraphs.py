"""Laying out one paragraph: lines, their heights, and the operations in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from forms.formats.pdf import bidi
from forms.formats.pdf.display import (
    ARTIFACT,
    BLACK,
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
from forms.formats.pdf.layout.atoms import Atom, Builder, Context, ControlSpot, Typesetter
from forms.formats.pdf.layout.fields import box_size, field_spec, is_box
from forms.formats.pdf.layout.heights import line_heights
from forms.formats.pdf.layout.laid import LaidLine, LaidParagraph, box_of, of_lines
from forms.formats.pdf.layout.lines import Breaker, Line, Measure, Segment, copy_atom
from forms.formats.pdf.layout.mixed import MixedLines, mixed_text
from forms.formats.pdf.layout.simple import SimpleLines, simple_text
from forms.formats.pdf.layout.structure import Structure
from forms.formats.word.model import Alignment, Paragraph, RunFormat

LONGEST_FIELD = 40
"""Lines of text that a field may hold; a longer text is drawn as text, because a field can't be parted."""

_LEADERS = {"dot": ".", "middleDot": "·", "hyphen": "-", "underscore": "_", "heavy": "_"}


class Surroundings(Struct, frozen=True):
    """What a paragraph's layout depends on besides itself."""

    width: float
    default_tab: float
    fillable: bool
    numbers: tuple[str, str] | None = None
    """The page's number and the number of pages, where they are known: in headers and footers."""


def lay_out_paragraph(
    paragraph: Paragraph,
    label: str,
    setter: Typesetter,
    structure: Structure,
    parent: int,
    around: Surroundings,
) -> LaidParagraph:
    """Lay out a paragraph as an element below `parent` (-1: as the root of its own structure)."""
    if paragraph.item is not None and label:
        root = structure.add("LI", parent)
        label_element = structure.add("Lbl", root)
        element = structure.add("LBody", root)
    else:
        outline = paragraph.format.outline
        element = structure.add(f"H{min(outline, 6)}" if outline else "P", parent)
        label_element = element
    return _Paragraph(paragraph, setter, structure, around).lay_out(element, label, label_element)


class _Paragraph:
    """Lays out one paragraph.

    Lines run from where they begin: in a right-to-left paragraph all places are counted from the right edge
    until text is placed, where `_turned` turns them about.
    """

    def __init__(
        self, paragraph: Paragraph, setter: Typesetter, structure: Structure, around: Surroundings
    ) -> None:
        self._paragraph = paragraph
        self._format = paragraph.format
        self._setter = setter
        self._structure = structure
        self._around = around

    def lay_out(self, element: int, label: str, label_element: int) -> LaidParagraph:
        look = self._format
        simple = self._simple(element)
        if simple is not None:
            return simple
        builder = Builder(self._setter, self._structure, self._around.fillable, self._around.numbers)
        atoms = builder.atoms(self._paragraph.content, element, int(look.bidi))
        lines = self._break(atoms, label, label_element)
        fields = self._long_fields(lines)
        if any(last - first >= LONGEST_FIELD for first, last in fields.values()):
            plain = Surroundings(self._around.width, self._around.default_tab, False, self._around.numbers)
            # The elements made so far stay as they are, empty ones count for nothing.
            return _Paragraph(self._paragraph, self._setter, self._structure, plain).lay_out(
                element, label, label_element
            )
        laid = self._lines(lines, fields)
        return LaidParagraph(
            format=look,
            lines=laid,
            height=laid[-1].top + laid[-1].pitch,
            ops=tuple(op for line in laid for op in line.ops),
            box=box_of(look, self._around.width),
            unbreakable=any(last > first for first, last in fields.values()),
            forced=any(line.end for line in laid),
        )

    def _simple(self, element: int) -> LaidParagraph | None:
        """Lay out a paragraph of plain text, which most are."""
        paragraph, around, look = self._paragraph, self._around, self._format
        if paragraph.item is not None or look.bidi or look.alignment == "both":
            return None
        found = simple_text(paragraph.content, self._structure.language)
        if found is not None:
            text, run = found
            broken = SimpleLines(run, look, self._setter, around.width, around.default_tab)
            return broken.lay_out(text, element)
        mixed = mixed_text(paragraph.content, self._structure.language)
        if mixed is None:
            return None
        stretches, looks = mixed
        several = MixedLines(looks, look, self._setter, around.width, around.default_tab)
        lines = several.lines(stretches, element)
        return None if lines is None else of_lines(look, lines, box_of(look, around.width))

    def _break(self, atoms: list[Atom], label: str, label_element: int) -> list[Line]:
        look, around = self._format, self._around
        start, end = (look.right, look.left) if look.bidi else (look.left, look.right)
        measure = Measure(
            first=start + look.first_line,
            left=start,
            right=max(around.width - end, start + 1),
            tabs=look.tabs,
            default_tab=around.default_tab,
            hanging=look.first_line < 0,
        )
        breaker = Breaker(self._setter, measure)
        item = self._paragraph.item
        if item is not None:
            breaker.label(
                self._label(label, item.format, label_element),
                item.definition.suffix,
                item.definition.alignment,
            )
        return breaker.lines(atoms)

    def _label(self, label: str, look: RunFormat, element: int) -> list[Atom]:
        if not label:
            return []
        atom = Atom("text", look, Context(element))
        self._setter.shape(atom, label, None)
        item = self._paragraph.item
        if item is not None and item.definition.suffix == "space":
            atom.spaces, atom.space = 1, self._setter.space(look) * look.size
        return [atom]

    def _long_fields(self, lines: Sequence[Line]) -> dict[ControlSpot, tuple[int, int]]:
        """Give the first and last line of each control that becomes a field."""
        found: dict[ControlSpot, tuple[int, int]] = {}
        for number, line in enumerate(lines):
            for segment in line.segments:
                for atom in segment.atoms:
                    if atom.control is not None:
                        first = found.get(atom.control, (number, number))[0]
                        found[atom.control] = (first, number)
        return found

    def _lines(self, lines: list[Line], fields: dict[ControlSpot, tuple[int, int]]) -> tuple[LaidLine, ...]:
        heights = [self._height(line) for line in lines]
        tops, top = [], 0.0
        for ascent, height, pitch in heights:
            del ascent, height
            tops.append(top)
            top += pitch
        laid = []
        for number, line in enumerate(lines):
            ascent, height, pitch = heights[number]
            ops = self._ops(line, tops[number], ascent, height, number == len(lines) - 1)
            for spot, (first, last) in fields.items():
                if first == number:
                    bottom = tops[last] + heights[last][1]
                    field = self._field(spot, line, lines[last], tops[number], bottom, first == last)
                    ops.insert(_reading_place(ops, field.x), field)
            end = line.end if line.end in ("page", "column") else ""
            laid.append(LaidLine(tops[number], height, pitch, tuple(ops), end))
        return tuple(laid)

    def _height(self, line: Line) -> tuple[float, float, float]:
        """Give a line's ascent, its height, and the distance to the next line."""
        ascent = descent = 0.0
        for segment in line.segments:
            for atom in segment.atoms:
                if atom.kind == "image":
                    ascent = max(ascent, atom.image.height if atom.image else 0.0)
                    continue
                metrics = self._setter.metrics(atom.format)
                size = atom.format.size
                ascent = max(ascent, (metrics.ascent + metrics.line_gap) * size + max(atom.format.raised, 0.0))
                descent = max(descent, metrics.descent * size - min(atom.format.raised, 0.0))
        if not descent and not ascent:
            mark = self._format.mark
            metrics = self._setter.metrics(mark)
            ascent = (metrics.ascent + metrics.line_gap) * mark.size
            descent = metrics.descent * mark.size
        return line_heights(ascent, descent, self._format)

    # --- operations

    def _ops(self, line: Line, top: float, ascent: float, height: float, last: bool) -> list[Op]:
        ops: list[Op] = []
        shift, stretch = self._alignment(line, last)
        baseline = top + ascent
        for number, segment in enumerate(line.segments):
            if number and segment.leader:
                self._leader(line.segments[number - 1], segment, baseline, ops)
            x = self._turned(segment.x + shift, _visible(segment, stretch))
            placed = self._in_order(segment, x, stretch)
            self._backgrounds(placed, top, height, ops)
            self._texts(placed, baseline, ops, stretch)
            self._links(placed, top, height, ops)
            if number < len(line.segments) - 1:
                self._close_with_space(ops)
        atoms = line.atoms
        if line.end == "line" or (line.end == "soft" and atoms and atoms[-1].spaces):
            self._close_with_space(ops)
        return ops

    def _turned(self, x: float, width: float) -> float:
        """Give the left edge of what begins at `x`, counted from where the paragraph's lines begin."""
        return self._around.width - x - width if self._format.bidi else x

    @property
    def _kind(self) -> Alignment:
        """The alignment as seen from where lines begin: what is at their beginning is "left"."""
        kind = self._format.alignment
        turned: dict[Alignment, Alignment] = {"left": "right", "right": "left"}
        return turned.get(kind, kind) if self._format.bidi else kind

    def _alignment(self, line: Line, last: bool) -> tuple[float, float]:
        """Give how far the line is moved, and what each of its spaces gets in addition."""
        kind = self._kind
        if kind == "left" or len(line.segments) > 1 + bool(line.label_atoms):
            return 0.0, 0.0
        segment = line.segments[-1]
        if not segment.atoms:
            return 0.0, 0.0
        real = [atom for atom in segment.atoms if atom.kind != "break"]
        if not real:
            return 0.0, 0.0
        room = line.limit - segment.x - segment.width + real[-1].space
        if kind == "right":
            return room, 0.0
        if kind == "center":
            return room / 2, 0.0
        if last or line.end != "soft" or room <= 0:
            return 0.0, 0.0
        spaces = sum(atom.spaces for atom in real[:-1])
        return 0.0, (room / spaces if spaces else 0.0)

    def _in_order(self, segment: Segment, x: float, stretch: float) -> list[tuple[float, Atom]]:
        """Place a segment's atoms; they stay in reading order, wherever right-to-left text puts them."""
        atoms = [atom for atom in segment.atoms if atom.kind != "break"]
        if any(run.level for atom in atoms for run in atom.runs):
            return self._in_directions(atoms, x, stretch)
        placed = []
        end = len(atoms) - 1
        for index, atom in enumerate(atoms):
            placed.append((x, atom))
            x += atom.width + (atom.space + stretch * atom.spaces if index != end else 0.0)
        return placed

    def _in_directions(self, atoms: Sequence[Atom], x: float, stretch: float) -> list[tuple[float, Atom]]:
        """Place atoms of both directions (UAX #9, L2). What is drawn later may stand further left."""
        atoms, levels = _one_level_each(atoms, int(self._format.bidi), self._setter)
        places = [0.0] * len(atoms)
        end = len(atoms) - 1
        for index in self._setter.fonts.visual_order(levels):
            atom = atoms[index]
            space = atom.space + stretch * atom.spaces if index != end else 0.0
            places[index] = x + space if levels[index] % 2 else x
            x += atom.width + space
        return list(zip(places, atoms, strict=True))

    def _texts(self, placed: list[tuple[float, Atom]], baseline: float, ops: list[Op], stretch: float) -> None:
        """Draw text; neighbours that look the same become one operation."""
        index = 0
        while index < len(placed):
            x, atom = placed[index]
            index += 1
            if atom.control is not None:
                continue
            if atom.kind == "image" and atom.image is not None:
                self._image(atom, x, baseline, ops)
            elif atom.kind == "number":
                colour = atom.format.colour or BLACK
                what: Literal["page", "pages"] = "page" if atom.what == "page" else "pages"
                self._structure.numbered = True
                ops.append(PageNumberOp(x, baseline, what, atom.runs[0].face, atom.size, atom.element, colour))
            elif atom.runs:
                follower = index
                if not stretch:
                    follower = _joined(placed, index - 1)
                if follower > index:
                    ops.append(_merged(placed[index - 1 : follower], baseline))
                    index = follower
                else:
                    _text(atom, x, baseline, ops)
            elif atom.spaces:
                self._close_with_space(ops)  # a run that begins with a space, after another element's text

    def _image(self, atom: Atom, x: float, baseline: float, ops: list[Op]) -> None:
        image = atom.image
        if image is None:
            return
        element = ARTIFACT
        if not image.decorative:
            element = self._structure.add("Figure", atom.element, alternative=image.alternative)
        top = baseline - image.height
        ops.append(ImageOp(x, top, image.width, image.height, image.member, image.data, element))

    def _leader(self, before: Segment, segment: Segment, baseline: float, ops: list[Op]) -> None:
        start = self._turned(before.x + before.width, 0.0)
        end = self._turned(segment.x, 0.0)
        start, end = min(start, end), max(start, end)
        character = _LEADERS.get(segment.leader, ".")
        look = before.atoms[-1].format if before.atoms else self._format.mark
        run = self._setter.fonts.runs(character, bold=look.bold, italic=look.italic)[0]
        width = run.width * look.size
        count = int((end - start) / width) if width else 0
        if count > 0:
            filled = GlyphRun(run.face, character * count, (), run.width * count, 0, True)
            colour = look.colour or BLACK
            ops.append(TextOp(end - width * count, baseline, filled, look.size, ARTIFACT, colour))

    @staticmethod
    def _backgrounds(placed: list[tuple[float, Atom]], top: float, height: float, ops: list[Op]) -> None:
        for x, atom in placed:
            if atom.format.shading is not None:
                ops.append(RectOp(x, top, atom.width + atom.space, height, atom.format.shading))

    @staticmethod
    def _links(placed: list[tuple[float, Atom]], top: float, height: float, ops: list[Op]) -> None:
        spans: dict[int, list[float]] = {}
        links = {}
        for x, atom in placed:
            if atom.link is not None and atom.width:
                span = spans.setdefault(id(atom.link), [x, x])
                span[0], span[1] = min(span[0], x), max(span[1], x + atom.width)
                links[id(atom.link)] = atom.link
        for key, (start, end) in spans.items():
            link = links[key]
            if link.element != ARTIFACT:
                ops.append(LinkOp(start, top, end - start, height, link.uri, link.element))

    @staticmethod
    def _close_with_space(ops: list[Op]) -> None:
        """Say that a space follows the last text: the line was broken there, or a tab follows."""
        for index in range(len(ops) - 1, -1, -1):
            op = ops[index]
            if isinstance(op, TextOp) and op.element != ARTIFACT:
                if not op.space_after:
                    ops[index] = replace(op, space_after=True)
                return

    def _field(
        self, spot: ControlSpot, line: Line, last: Line, top: float, bottom: float, single: bool
    ) -> FieldOp:
        """Make the field of a control: a box round its text, up to the line's end if nothing follows."""
        shift = self._alignment(line, False)[0] if self._kind in ("right", "center") else 0.0
        start = end = None
        follows = False
        size = self._format.mark.size
        for segment in line.segments:
            x = segment.x
            for atom in segment.atoms:
                if atom.control is spot:
                    start = x if start is None else start
                    end = x + atom.width
                    size = atom.format.size
                elif start is not None and atom.kind != "break":
                    follows = True
                x += atom.width + atom.space
        left = start if start is not None else line.left
        right = end if end is not None else line.left
        if is_box(spot.control):
            side, y = box_size(size, top, bottom)
            x = self._turned(left + shift, side)
            return FieldOp(x, y, side, side, field_spec(spot.control), size, spot.element)
        if not follows or not single:
            right = line.limit
        del last
        width = max(right - left, size)
        return FieldOp(
            self._turned(left + shift, width),
            top,
            width,
            bottom - top,
            field_spec(spot.control),
            size,
            spot.element,
        )


def _visible(segment: Segment, stretch: float) -> float:
    """The width of a segment without the space at its end."""
    real = [atom for atom in segment.atoms if atom.kind != "break"]
    if not real:
        return 0.0
    return segment.width - real[-1].space + stretch * sum(atom.spaces for atom in real[:-1])


def _one_level_each(atoms: Sequence[Atom], base: int, setter: Typesetter) -> tuple[list[Atom], list[int]]:
    """Part atoms into atoms of one run each, and give their bidi levels.

    The space between text of two directions belongs to neither, but to the paragraph (UAX #9, N2). Numbers that
    follow each other stay in their order, as Word has it, so that nobody rings a number back to front.
    """
    parts: list[Atom] = []
    for atom in atoms:
        parts += _one_run_each(atom, setter)
    levels = [part.runs[0].level if part.runs else base for part in parts]
    out: list[Atom] = []
    own: list[int] = []
    for index, (part, level) in enumerate(zip(parts, levels, strict=True)):
        following = levels[index + 1] if index + 1 < len(parts) else base
        if part.runs and part.spaces and level % 2 != following % 2 and level % 2 != base % 2:
            space = copy_atom(part)
            space.runs, space.text, space.width = (), "", 0.0
            part = copy_atom(part)
            part.spaces, part.space = 0, 0.0
            out += (part, space)
            own += (level, base)
        else:
            out.append(part)
            own.append(level)
    return out, own


def _one_run_each(atom: Atom, setter: Typesetter) -> list[Atom]:
    """Part an atom into atoms of one run each; spaces stay with the last one.

    Marks that run from right to left with no letter among them come one by one: a reader of the file could not
    tell that they do.
    """
    runs = [one for run in atom.runs for one in _apart(run, atom, setter)]
    if len(runs) < 2:
        return [atom]
    parts = []
    for run in runs:
        part = copy_atom(atom)
        part.runs, part.text = (run,), run.text
        part.width = run.width * atom.size
        part.spaces, part.space = 0, 0.0
        parts.append(part)
    parts[-1].spaces, parts[-1].space = atom.spaces, atom.space
    return parts


def _apart(run: GlyphRun, atom: Atom, setter: Typesetter) -> tuple[GlyphRun, ...]:
    if run.level % 2 == 0 or len(run.text) < 2 or not bidi.is_left_to_right(run.text):
        return (run,)
    look = atom.format
    return tuple(
        one
        for char in run.text
        for one in setter.fonts.runs(
            char, bold=look.bold, italic=look.italic, language=look.language, levels=(run.level,)
        )
    )


def _joined(placed: list[tuple[float, Atom]], start: int) -> int:
    """Give the index after the last atom that may be drawn in one operation with the one at `start`."""
    first = placed[start][1]
    if len(first.runs) != 1 or not first.runs[0].plain or first.runs[0].level % 2:
        return start + 1
    face, look = first.runs[0].face, first.format
    index = start + 1
    while index < len(placed):
        atom = placed[index][1]
        same = atom.format is look and atom.element == first.element and atom.size == first.size
        if not (same and atom.control is None and atom.kind == "text" and atom.rise == first.rise):
            break
        if atom.runs and (len(atom.runs) != 1 or not atom.runs[0].plain or atom.runs[0].face != face):
            break
        if atom.runs and atom.runs[0].level != first.runs[0].level:
            break
        index += 1
    return index


def _merged(placed: list[tuple[float, Atom]], baseline: float) -> TextOp:
    x, first = placed[0]
    text, width = [], 0.0
    for _, atom in placed[:-1]:
        text.append(atom.text + " " * atom.spaces)
        width += atom.width + atom.space
    last = placed[-1][1]
    text.append(last.text)
    width += last.width
    run = GlyphRun(first.runs[0].face, "".join(text), (), width / first.size, 0, True)
    return _operation(first, x, baseline, run, last.spaces > 0)


def _text(atom: Atom, x: float, baseline: float, ops: list[Op]) -> None:
    end = len(atom.runs) - 1
    for number, run in enumerate(atom.runs):
        ops.append(_operation(atom, x, baseline, run, number == end and atom.spaces > 0))
        x += run.width * atom.size


def _operation(atom: Atom, x: float, baseline: float, run: GlyphRun, space_after: bool) -> TextOp:
    look = atom.format
    return TextOp(
        x,
        baseline,
        run,
        atom.size,
        atom.element,
        look.colour or BLACK,
        look.underline,
        look.strike,
        space_after,
        atom.rise,
    )


def rule(x1: float, x2: float, y: float, width: float, colour: tuple[float, float, float] | None) -> LineOp:
    """A horizontal stroke."""
    return LineOp(x1, y, x2, y, width, colour or BLACK)


def _reading_place(ops: list[Op], x: float) -> int:
    """Where a field that begins at `x` belongs among a line's operations: before the text to its right."""
    texts = (index for index, op in enumerate(ops) if isinstance(op, TextOp) and op.x > x)
    return next(texts, len(ops))
