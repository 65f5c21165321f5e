"""The short way for most paragraphs: text in one format, from left to right, with line breaks and tabs.

It gives what the long way (`paragraphs`) gives, without atoms; a test holds the two together. Whatever
it doesn't know it leaves to the long way.

Common Latin text is measured as a whole (`rulers`), any other character by character: so it takes less time
than looking up each word would, and no words need to be remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import accumulate

from msgspec.structs import replace

from forms.formats.pdf.display import (
    ARTIFACT,
    BLACK,
    PAGE_DIGIT,
    PAGES_DIGIT,
    PLACE,
    GlyphRun,
    Place,
    TextLines,
    TextOp,
)
from forms.formats.pdf.layout.atoms import Typesetter
from forms.formats.pdf.layout.breaking import broken, ranges
from forms.formats.pdf.layout.heights import line_heights
from forms.formats.pdf.layout.laid import EvenLines, LaidLine, LaidParagraph, box_of, of_lines
from forms.formats.pdf.layout.lines import TOLERANCE, Measure, Segment
from forms.formats.pdf.layout.rulers import LONGEST, Marks, width_of
from forms.formats.word.model import (
    Break,
    Hyperlink,
    Inline,
    InlineControl,
    PageField,
    ParagraphFormat,
    RunFormat,
    Tab,
    Text,
)

PAGE, PAGES = "\uf000", "\uf001"
"""Stand in a text, after the last place for a value, for the page's number and how many pages there are."""


def is_plain(look: RunFormat, language: str) -> bool:
    """Whether a format asks for nothing that only the long way knows; `language` is the document's."""
    if look.caps or look.small_caps or look.position != "baseline" or look.raised or look.shading is not None:
        return False
    return not look.language or look.language == language


def simple_text(
    content: tuple[Inline, ...], language: str, *, numbers: bool = False
) -> tuple[str, RunFormat] | None:
    """Give text and format of a content that is text, tabs and line breaks in one format; None for any other.

    With `numbers` there may be page numbers, which are `PAGE` and `PAGES` in the text.
    """
    if not content or isinstance(content[0], Hyperlink | InlineControl):
        return None
    look = content[0].format
    if not is_plain(look, language):
        return None
    if len(content) == 1 and isinstance(content[0], Text):
        return content[0].text, look
    out = []
    for inline in content:
        if isinstance(inline, Hyperlink | InlineControl) or inline.format is not look:
            return None
        if isinstance(inline, Text):
            out.append(inline.text)
        elif isinstance(inline, Tab):
            out.append("\t")
        elif isinstance(inline, Break) and inline.kind == "line":
            out.append("\n")
        elif isinstance(inline, PageField) and numbers:
            out.append(PAGE if inline.what == "page" else PAGES)
        else:
            return None
    return "".join(out), look


class _WithDigits(dict[str, float]):
    """Advances among which are those of page numbers' digits, if all digits are as wide."""

    def __init__(self, advances: Mapping[str, float]) -> None:
        digits = {advances[digit] for digit in "0123456789"}
        super().__init__(dict.fromkeys((PAGE_DIGIT, PAGES_DIGIT), *digits) if len(digits) == 1 else {})
        self._advances = advances

    def __missing__(self, char: str) -> float:
        return self._advances[char]


class SimpleLines:
    """Breaks texts in one format into lines of one paragraph format and width."""

    def __init__(
        self,
        run: RunFormat,
        look: ParagraphFormat,
        setter: Typesetter,
        width: float,
        default_tab: float,
        *,
        numbers: bool = False,
    ) -> None:
        """Take the formats (neither right to left nor justified) and the column's width.

        `numbers`: the digits of page numbers may stand in the texts.
        """
        self._face, self._advances = setter.plain(run)
        self._advance = (_WithDigits(self._advances) if numbers else self._advances).__getitem__
        self._ruler = setter.ruler(run)
        self._size, self._colour = run.size, run.colour or BLACK
        self._underline, self._strike = run.underline, run.strike
        metrics = setter.metrics(run)
        self._ascent, self._height, self._pitch = line_heights(
            (metrics.ascent + metrics.line_gap) * run.size, metrics.descent * run.size, look
        )
        self._limit = max(width - look.right, look.left + 1)
        self._first, self._left = look.left + look.first_line, look.left
        tolerance = TOLERANCE / run.size if run.size else 0.0
        self._first_room = (self._limit - self._first) / run.size + tolerance if run.size else 0.0
        self._room = (self._limit - self._left) / run.size + tolerance if run.size else 0.0
        self._units = self._ruler.units
        self._measure = Measure(
            self._first, self._left, self._limit, look.tabs, default_tab, look.first_line < 0
        )
        self._share = {"right": 1.0, "center": 0.5}.get(look.alignment, 0.0)
        self._look, self._box = look, box_of(look, width)

    def lay_out(self, text: str, element: int) -> LaidParagraph | None:
        """Lay out an element's text, with line ends and tabs in it; None if that takes the long way."""
        lines = self._lines(text)
        if lines is None:
            return self._tabbed(text, element) if "\t" in text else None
        if element == ARTIFACT and "\n" in text:
            return None
        if self._share:
            return self._stacked(lines.split("\n"), element)
        return self._even(self._first, lines, lines.count("\n") + 1, element)

    def text(self, text: str) -> str | None:
        """Break a text as `lay_out` does, for a `blank`, with line feeds between lines; nothing gives nothing.

        None if it has tabs or empty lines, or that takes the long way.
        """
        lines = self._lines(text) if text else ""
        if lines and "\n" in text and not all(lines.split("\n")):
            return None
        return lines

    def fits(self) -> Callable[[str], bool]:
        """Give a quick test whether a text of ASCII surely takes one line, if no space is at its ends."""
        return self._ruler.within(self._first_room * self._units)

    def blank(self, count: int, element: int) -> LaidParagraph | None:
        """Lay out so many lines with a place for a text each; None if more than the text differs."""
        if self._underline or self._strike:
            return None
        if not self._share:
            return self._even(self._first, "\n".join([PLACE] * count), count, element)
        place = Place(self._face, PLACE, (), 0.0, 0, True, self._share, self._advances)
        out = []
        top, left = 0.0, self._first
        for _ in range(count):
            x = left + (self._limit - left) * self._share
            op = TextOp(x, top + self._ascent, place, self._size, element, self._colour)
            out.append(LaidLine(top, self._height, self._pitch, (op,)))
            top += self._pitch
            left = self._left
        return of_lines(self._look, tuple(out), self._box)

    def _lines(self, text: str) -> str | None:
        """Break a text into lines with line feeds between them; None if there are tabs, or as `lay_out`."""
        if not text or text[0] == " ":
            return None
        marks = self._ruler.marks(text)
        if marks is not None and "\n" not in text:
            (high, low), units = marks, self._units
            shown = len(text) if text[-1] != " " else len(text.rstrip(" "))
            if shown <= LONGEST and width_of(high[:shown], low[:shown]) / units <= self._first_room:
                return text[: shown + 1]
            found = broken(text, high, low, self._first_room * units, self._room * units, units / 2)
            if found is not None:
                return "\n".join(found)
        elif "\t" in text:
            return None
        try:
            found = self._hard_lines(text, marks)
        except KeyError:
            return None  # a character that needs shaping or another face
        return None if found is None else "\n".join(found)

    def _hard_lines(self, text: str, marks: Marks | None) -> list[str] | None:
        """Break a text with line ends in it. A space follows each line that ends with one."""
        out: list[str] = []
        room, start = self._first_room, 0
        for line in text.split("\n"):
            if line[:1] == " ":
                return None
            stop = start + len(line)
            own = marks and (marks[0][start:stop], marks[1][start:stop])
            lines = self._broken(line, own, room) if line else [""]
            start = stop + 1
            if lines is None:
                return None
            out += lines
            if line and line[-1] != " ":
                out[-1] += " "
            room = self._room
        if not out[-1]:
            return None
        if text[-1] != " ":
            out[-1] = out[-1].rstrip(" ")
        return out

    def _broken(self, text: str, marks: Marks | None, room: float) -> list[str] | None:
        """Break a text, adding up advances one by one where it can't be measured as a whole."""
        units = self._units
        lines = broken(text, *marks, room * units, self._room * units, units / 2) if marks else None
        if lines is not None:
            return lines
        shown = len(text.rstrip(" "))
        ends = list(accumulate(map(self._advance, text), initial=0.0))
        found = ranges(text, shown, ends, room, self._room)
        if found is None:
            return None
        return [text[start:stop] + " " if spaced else text[start:stop] for start, stop, spaced in found]

    def _stacked(self, lines: list[str], element: int) -> LaidParagraph:
        """Put lines below each other that don't begin at the left."""
        out = []
        top, left = 0.0, self._first
        for line in lines:
            ops: tuple[TextOp, ...] = ()
            shown = line.rstrip(" ")
            if shown:
                width = sum(map(self._advance, shown))
                x = left + (self._limit - left - width * self._size) * self._share
                ops = (self._op(shown, width, len(shown) < len(line), element, x, top),)
            out.append(LaidLine(top, self._height, self._pitch, ops))
            top += self._pitch
            left = self._left
        return of_lines(self._look, tuple(out), self._box)

    def _even(self, x: float, text: str, count: int, element: int) -> LaidParagraph:
        """Give lines of which the first begins at `x` and all others at the left."""
        pitch = self._pitch
        shown = TextLines(
            x,
            self._ascent,
            text,
            self._face,
            self._size,
            element,
            self._colour,
            self._underline,
            self._strike,
            self._left,
            pitch,
        )
        lines = EvenLines(count, self._height, pitch, shown)
        return LaidParagraph(self._look, lines, count * pitch, (shown,), self._box)

    def _op(self, text: str, width: float, spaced: bool, element: int, x: float, top: float) -> TextOp:
        run = GlyphRun(self._face, text, (), width, 0, True)
        look = (self._colour, self._underline, self._strike)
        return TextOp(x, top + self._ascent, run, self._size, element, *look, spaced)

    def _tabbed(self, text: str, element: int) -> LaidParagraph | None:
        """Place the pieces between tabs in one line; None if it doesn't hold them, or as `lay_out`."""
        try:
            return self._in_columns(text, element)
        except KeyError:
            return None

    def _in_columns(self, text: str, element: int) -> LaidParagraph | None:
        ops: list[TextOp] = []
        segment = Segment(self._first)
        size, limit = self._size, self._limit
        pieces = text.split("\t")
        if not any(pieces):
            return None
        last = len(pieces) - 1 if element != ARTIFACT else 0
        for number, piece in enumerate(pieces):
            shown = piece.rstrip(" ")
            if number:
                stop = self._measure.stop_after(segment.place() + segment.width)
                past = stop.kind == "left" and stop.position > limit
                if past or stop.kind == "decimal" or stop.leader:
                    return None
                segment = Segment(segment.place() + segment.width, stop)
            if piece[:1] == " ":
                return None
            em = sum(map(self._advance, shown))
            segment.width = em * size
            room = limit if segment.stop is None or segment.stop.kind == "left" else max(limit, segment.edge)
            segment.x = segment.place()
            if segment.x + segment.width > room + TOLERANCE:
                return None
            if shown:
                spaced = number < last or len(shown) < len(piece)
                ops.append(self._op(shown, em, spaced, element, segment.x, 0.0))
            elif ops and number < last:
                ops[-1] = replace(ops[-1], space_after=True)
            segment.width = sum(map(self._advance, piece)) * size
        line = LaidLine(0.0, self._height, self._pitch, tuple(ops))
        return LaidParagraph(self._look, (line,), self._pitch, line.ops, self._box)
