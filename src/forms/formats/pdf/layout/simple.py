"""The short way for most paragraphs: text in one format, from left to right, with line breaks and tabs.

It gives what the long way (`paragraphs`) gives, without atoms; a test holds the two together. Whatever
it doesn't know it leaves to the long way.

Text is measured character by character, once, and lines are found by halving: so it takes about as long as
looking up each word would, and no words need to be remembered.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

from msgspec.structs import replace

from forms.formats.pdf.display import ARTIFACT, BLACK, GlyphRun, TextOp
from forms.formats.pdf.layout.atoms import MAY_BREAK, Typesetter, pieces
from forms.formats.pdf.layout.heights import line_heights
from forms.formats.pdf.layout.laid import LaidLine
from forms.formats.pdf.layout.lines import TOLERANCE, Measure, Segment
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

_LONG_WAY = re.compile(r" [/!?,.;:)\]}]")
"""Where no line may be broken although a space stands there."""


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


class SimpleLines:
    """Breaks texts in one format into lines of one paragraph format and width."""

    def __init__(
        self, run: RunFormat, look: ParagraphFormat, setter: Typesetter, width: float, default_tab: float
    ) -> None:
        """Take the formats (neither right to left nor justified) and the column's width."""
        self._face, advances = setter.plain(run)
        self._advance = advances.__getitem__
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
        self._surely_more = 6 * self._first_room
        self._measure = Measure(
            self._first, self._left, self._limit, look.tabs, default_tab, look.first_line < 0
        )
        self._share = {"right": 1.0, "center": 0.5}.get(look.alignment, 0.0)

    def lines(self, text: str, element: int) -> tuple[LaidLine, ...] | None:
        """Break an element's text, with line ends and tabs in it; None if that takes the long way."""
        try:
            if not text or text[0] == " ":
                return None
            if len(text) < self._surely_more:
                shown = text.rstrip(" ") if text[-1] == " " else text
                width = sum(map(self._advance, shown))
                if width <= self._first_room:
                    x = self._first
                    if self._share:
                        x += (self._limit - x - width * self._size) * self._share
                    run = GlyphRun(self._face, shown, (), width, 0, True)
                    look = self._colour, self._underline, self._strike
                    op = TextOp(x, self._ascent, run, self._size, element, *look, len(shown) < len(text))
                    return (LaidLine(0.0, self._height, self._pitch, (op,)),)
            broken = self._broken(text, len(text.rstrip(" ")), self._first_room)
        except KeyError:
            return self._special(text, element)
        return None if broken is None else self._laid(broken, element)

    def _special(self, text: str, element: int) -> tuple[LaidLine, ...] | None:
        """Do the same with a text that holds a character that is not plain."""
        try:
            if "\t" in text:
                return self._tabbed(text, element)
            if "\n" in text and element != ARTIFACT:
                broken = self._paragraphs(text)
                return None if broken is None else self._laid(broken, element)
        except KeyError:
            pass  # it needs shaping or another face
        return None

    def _op(self, text: str, width: float, spaced: bool, element: int, x: float) -> TextOp:
        return TextOp(
            x,
            self._ascent,
            GlyphRun(self._face, text, (), width, 0, True),
            self._size,
            element,
            self._colour,
            self._underline,
            self._strike,
            spaced,
        )

    def _laid(self, broken: list[tuple[str, float, bool]], element: int) -> tuple[LaidLine, ...]:
        out = []
        top, left = 0.0, self._first
        face, size, colour = self._face, self._size, self._colour
        ascent, height, pitch, share = self._ascent, self._height, self._pitch, self._share
        underline, strike = self._underline, self._strike
        for text, width, spaced in broken:
            ops: tuple[TextOp, ...] = ()
            if text:
                x = left + (self._limit - left - width * size) * share if share else left
                run = GlyphRun(face, text, (), width, 0, True)
                ops = (TextOp(x, top + ascent, run, size, element, colour, underline, strike, spaced),)
            out.append(LaidLine(top, height, pitch, ops))
            top += pitch
            left = self._left
        return tuple(out)

    def _tabbed(self, text: str, element: int) -> tuple[LaidLine, ...] | None:
        """Place the pieces between tabs in one line; None if it doesn't hold them."""
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
                ops.append(self._op(shown, em, spaced, element, segment.x))
            elif ops and number < last:
                ops[-1] = replace(ops[-1], space_after=True)
            segment.width = sum(map(self._advance, piece)) * size
        return (LaidLine(0.0, self._height, self._pitch, tuple(ops)),)

    def _paragraphs(self, text: str) -> list[tuple[str, float, bool]] | None:
        """Break a text with line breaks in it. A space follows each line that ends with one."""
        out: list[tuple[str, float, bool]] = []
        room = self._first_room
        for line in text.split("\n"):
            if line[:1] == " ":
                return None
            if line:
                broken = self._broken(line, len(line.rstrip(" ")), room)
                if broken is None:
                    return None
                words, width, _ = broken[-1]
                out += broken[:-1]
                out.append((words, width, True))
            else:
                out.append(("", 0.0, False))
            room = self._room
        words, width, _ = out[-1]
        if not words:
            return None
        out[-1] = (words, width, text[-1] == " ")
        return out

    def _broken(self, text: str, stop: int, room: float) -> list[tuple[str, float, bool]] | None:
        """Break a text whose words end at `stop`: text, width in ems, whether a space follows."""
        ends = list(accumulate(map(self._advance, text), initial=0.0))
        found = ranges(text, stop, ends, room, self._room)
        if found is None:
            return None
        return [(text[start:end], ends[end] - ends[start], spaced) for start, end, spaced in found]


def ranges(
    text: str, stop: int, ends: list[float], room: float, others: float
) -> list[tuple[int, int, bool]] | None:
    """Break a text whose words end at `stop` into lines: from, to, whether a space follows.

    `ends` is where each character ends, beginning with 0; the first line has `room`, the others `others`. None
    if that takes the long way.
    """
    if _LONG_WAY.search(text):
        return None
    out: list[tuple[int, int, bool]] = []
    start = 0
    while True:
        most = ends[start] + room
        end = bisect_right(ends, most, start) - 1
        if end >= stop:
            out.append((start, stop, stop < len(text)))
            return out
        space = text.rfind(" ", start, end + 1)
        word = space + 1 if space >= 0 else start
        while text[word] == " ":
            word += 1
        after = text.find(" ", word)
        cut = _part(text, word, after if after >= 0 else len(text), ends, most)
        if cut > word:
            out.append((start, cut, False))
            start = cut
        elif space < 0:
            return None  # a word too long for the line
        else:
            while text[space - 1] == " ":
                space -= 1
            out.append((start, space, True))
            start = word
        room = others


def _part(text: str, start: int, stop: int, ends: list[float], most: float) -> int:
    """Give the last place up to `most` where a line may be broken in a word, `start` if there is none."""
    cut = start
    if MAY_BREAK.search(text, start, stop):
        for part in pieces(text[start:stop]):
            if ends[cut + len(part)] > most:
                break
            cut += len(part)
    return cut
