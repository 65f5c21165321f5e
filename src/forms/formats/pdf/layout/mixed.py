"""The short way for paragraphs in several formats: labels and what they label, from left to right.

As in `simple`, a text is measured character by character and lines are found by halving; whatever is not known
here is left to the long way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

from msgspec import Struct

from forms.formats.pdf.display import ARTIFACT, BLACK, Colour, GlyphRun, TextOp
from forms.formats.pdf.layout.atoms import Typesetter
from forms.formats.pdf.layout.breaking import ranges
from forms.formats.pdf.layout.heights import line_heights
from forms.formats.pdf.layout.laid import LaidLine
from forms.formats.pdf.layout.lines import TOLERANCE, Measure, Segment
from forms.formats.pdf.layout.simple import is_plain
from forms.formats.word.model import Break, Inline, ParagraphFormat, RunFormat, Tab, Text

Stretch = tuple[str, int]
"""A text and the number of its format."""


class _Style(Struct, frozen=True):
    """A format: how wide its characters are, in ems, and how high its lines, in points."""

    look: RunFormat
    face: str
    advance: Callable[[str], float]
    size: float
    colour: Colour
    underline: bool
    strike: bool
    ascent: float
    descent: float


class _Line(Struct):
    """A line in the making: its pieces of text (x, text, style, whether a space follows)."""

    pieces: list[tuple[float, GlyphRun, _Style, bool]]
    styles: set[int]
    marked: bool

    def close(self) -> None:
        """Say that a space follows the last piece, as a tab or the line's end does if it is read aloud."""
        if self.pieces and self.marked:
            self.pieces[-1] = (*self.pieces[-1][:3], True)


class _Measured:
    """The text between two tabs, measured: `ends` is where each character ends, in points."""

    __slots__ = ("ends", "parts", "text")

    def __init__(self, stretches: Sequence[Stretch], styles: Sequence[_Style], setter: Typesetter) -> None:
        self.text = "".join([text for text, _ in stretches])
        self.ends = [0.0]
        # From, to, style, face, where characters end in ems.
        self.parts: list[tuple[int, int, int, str, list[float]]] = []
        for text, number in stretches:
            style = styles[number]
            face, advance = style.face, style.advance
            try:
                ems = list(accumulate(map(advance, text), initial=0.0))
            except KeyError:
                face, advance = _other_face(text, style, setter)
                ems = list(accumulate(map(advance, text), initial=0.0))
            start, at, size = len(self.ends) - 1, self.ends[-1], style.size
            self.parts.append((start, start + len(text), number, face, ems))
            self.ends += [at + em * size for em in ems[1:]]

    @property
    def shown(self) -> int:
        """Where the last word ends."""
        return len(self.text.rstrip(" "))

    def parts_at_spaces(self) -> bool:
        """Whether each format begins with a word."""
        text = self.text
        return all(text[start - 1] == " " != text[start] for start, *_ in self.parts[1:])


def mixed_text(
    content: Sequence[Inline], language: str
) -> tuple[tuple[Stretch, ...], tuple[RunFormat, ...]] | None:
    """Give the texts of a content, with tabs and line ends as characters, and their formats.

    None if anything else stands in it, or a format is not plain (`is_plain`).
    """
    looks: list[RunFormat] = []
    out: list[Stretch] = []
    for inline in content:
        if isinstance(inline, Text):
            text = inline.text
        elif isinstance(inline, Tab):
            text = "\t"
        elif isinstance(inline, Break) and inline.kind == "line":
            text = "\n"
        else:
            return None
        if not is_plain(inline.format, language):
            return None
        number = next((at for at, look in enumerate(looks) if look is inline.format), len(looks))
        if number == len(looks):
            looks.append(inline.format)
        out.append((text, number))
    return (tuple(out), tuple(looks)) if out else None


class MixedLines:
    """Breaks texts in some formats into lines of one paragraph format and width."""

    def __init__(
        self,
        looks: Sequence[RunFormat],
        look: ParagraphFormat,
        setter: Typesetter,
        width: float,
        default_tab: float,
    ) -> None:
        """Take the formats (neither right to left nor justified) and the column's width."""
        self._setter = setter
        self._styles = [_style(one, setter) for one in looks]
        self._look = look
        self._limit = max(width - look.right, look.left + 1)
        self._first, self._left = look.left + look.first_line, look.left
        self._measure = Measure(
            self._first, self._left, self._limit, look.tabs, default_tab, look.first_line < 0
        )
        self._share = {"right": 1.0, "center": 0.5}.get(look.alignment, 0.0)
        self._heights: dict[frozenset[int], tuple[float, float, float]] = {}

    def lines(self, stretches: Sequence[Stretch], element: int) -> tuple[LaidLine, ...] | None:
        """Break an element's texts, with line ends and tabs in them; None if that takes the long way."""
        out: list[_Line] = []
        x = self._first
        hard, breaks = _hard_lines(stretches)
        try:
            for number, segments in enumerate(hard):
                line = _Line([], set(), element != ARTIFACT)
                if not self._hard_line(segments, x, line, out):
                    return None
                if number < len(breaks):
                    out[-1].styles.add(breaks[number])
                    out[-1].close()
                x = self._left
        except KeyError:
            return None  # a character that needs shaping or another face
        if not all(line.styles for line in out):
            return None
        return self._laid(out, element)

    def _hard_line(self, segments: list[list[Stretch]], x: float, line: _Line, out: list[_Line]) -> bool:
        """Add the lines up to a line's end; False if that takes the long way."""
        segment = Segment(x)
        end = len(segments) - 1
        for number, stretches in enumerate(segments):
            if number:
                before = segment.place() + segment.width
                stop = self._measure.stop_after(before)
                past = stop.kind == "left" and stop.position > self._limit
                if past or self._share or stop.kind == "decimal" or stop.leader:
                    return False
                line.close()
                segment = Segment(before, stop)
            if not stretches:
                continue
            measured = _Measured(stretches, self._styles, self._setter)
            if measured.text[0] == " " or (self._share and measured.text[-1] == " "):
                return False
            if number == end and (segment.stop is None or segment.stop.kind == "left"):
                return self._wrap(measured, segment.place(), line, out)
            segment.width = measured.ends[measured.shown]
            start = segment.place()
            room = self._limit if segment.stop is None else max(self._limit, segment.edge)
            if start + segment.width > room + TOLERANCE:
                return False
            self._put(measured, 0, len(measured.text), start, line)
            segment.width = measured.ends[-1]
        out.append(line)
        return True

    def _wrap(self, measured: _Measured, x: float, line: _Line, out: list[_Line]) -> bool:
        """Break the last segment of a line."""
        text, ends, shown = measured.text, measured.ends, measured.shown
        limit = self._limit + TOLERANCE
        found = [(0, shown)]
        if ends[shown] > limit - x:
            broken = ranges(text, shown, ends, limit - x, limit - self._left)
            if broken is None or not measured.parts_at_spaces():
                return False
            found = [(start, stop) for start, stop, _ in broken]
        for number, (start, stop) in enumerate(found):
            following = found[number + 1][0] if number + 1 < len(found) else len(text)
            if self._share:
                x += (self._limit - x - (ends[stop] - ends[start])) * self._share
            self._put(measured, start, following, x, line)
            out.append(line)
            line = _Line([], set(), line.marked)
            x = self._left
        return True

    def _put(self, measured: _Measured, start: int, stop: int, x: float, line: _Line) -> None:
        """Add the text from `start` to `stop`, with the spaces at its end, to a line."""
        text, ends = measured.text, measured.ends
        for first, last, number, face, ems in measured.parts:
            begin, end = max(first, start), min(last, stop)
            if begin >= end:
                continue
            line.styles.add(number)
            words = text[begin:end]
            shown = words.rstrip(" ")
            lead = len(shown) - len(shown.lstrip(" ")) if shown else len(words)
            if lead:
                line.close()
                begin += lead
                shown = shown[lead:]
            if shown:
                width = ems[begin + len(shown) - first] - ems[begin - first]
                run = GlyphRun(face, shown, (), width, 0, True)
                spaced = begin + len(shown) < end
                line.pieces.append((x + ends[begin] - ends[start], run, self._styles[number], spaced))

    def _laid(self, lines: list[_Line], element: int) -> tuple[LaidLine, ...]:
        out = []
        top = 0.0
        for line in lines:
            ascent, height, pitch = self._height(frozenset(line.styles))
            ops = [
                TextOp(
                    x,
                    top + ascent,
                    run,
                    style.size,
                    element,
                    style.colour,
                    style.underline,
                    style.strike,
                    spaced,
                )
                for x, run, style, spaced in line.pieces
            ]
            out.append(LaidLine(top, height, pitch, tuple(ops)))
            top += pitch
        return tuple(out)

    def _height(self, styles: frozenset[int]) -> tuple[float, float, float]:
        """Give a line's ascent, its height, and the distance to the next line."""
        known = self._heights.get(styles)
        if known is None:
            ascent = max(self._styles[number].ascent for number in styles)
            descent = max(self._styles[number].descent for number in styles)
            known = self._heights[styles] = line_heights(ascent, descent, self._look)
        return known


def _style(look: RunFormat, setter: Typesetter) -> _Style:
    face, advances = setter.plain(look)
    metrics = setter.metrics(look)
    return _Style(
        look,
        face,
        advances.__getitem__,
        look.size,
        look.colour or BLACK,
        look.underline,
        look.strike,
        (metrics.ascent + metrics.line_gap) * look.size,
        metrics.descent * look.size,
    )


def _other_face(text: str, style: _Style, setter: Typesetter) -> tuple[str, Callable[[str], float]]:
    """Give the other face that a word is drawn in, such as a box to tick; `KeyError` if there are several."""
    look = style.look
    runs = setter.fonts.runs(text, bold=look.bold, italic=look.italic, language=look.language)
    if len(runs) != 1 or not runs[0].plain or runs[0].level or " " in text:
        raise KeyError(text)
    return runs[0].face, setter.fonts.face(runs[0].face).plain.__getitem__


def _hard_lines(stretches: Sequence[Stretch]) -> tuple[list[list[list[Stretch]]], list[int]]:
    """Part texts at line ends and tabs; give also the format of each line end."""
    hard: list[list[list[Stretch]]] = [[[]]]
    breaks: list[int] = []
    for text, style in stretches:
        for at, line in enumerate(text.split("\n")):
            if at:
                breaks.append(style)
                hard.append([[]])
            for column, piece in enumerate(line.split("\t")):
                if column:
                    hard[-1].append([])
                if not piece:
                    continue
                segment = hard[-1][-1]
                if segment and segment[-1][1] == style:
                    segment[-1] = (segment[-1][0] + piece, style)
                else:
                    segment.append((piece, style))
    return hard, breaks
