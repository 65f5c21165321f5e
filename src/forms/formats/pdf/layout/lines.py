"""Breaking a paragraph's atoms into lines (ECMA-376 part 1, 17.3.1; where it is silent, as LibreOffice does).

A line consists of segments parted by tabs; a segment knows where its tab stop pulls it to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from forms.formats.pdf.layout.atoms import SOFT_HYPHEN, Atom, Typesetter
from forms.formats.pdf.layout.breaking import NEVER_FIRST
from forms.formats.word.model import TabStop

TOLERANCE = 0.05
"""How far text may stick out: less than the rounding of Word's own units."""


class Segment:
    """Atoms after one tab (or after the line's beginning). `x` is where they start, once the line is done."""

    __slots__ = ("atoms", "edge", "leader", "minimum", "stop", "width", "x")

    def __init__(self, minimum: float, stop: TabStop | None = None) -> None:
        """Begin at `minimum`; with a stop, the text is pulled to it as far as there is room."""
        self.minimum = minimum
        self.stop = stop
        self.edge = minimum if stop is None else stop.position
        self.leader = stop.leader if stop is not None else ""
        self.atoms: list[Atom] = []
        self.width = 0.0
        self.x = minimum

    def place(self, extra: float = 0.0, decimal: float | None = None) -> float:
        """Give where the segment starts if it were `extra` wider."""
        kind = self.stop.kind if self.stop is not None else "left"
        width = self.width + extra
        if kind == "right":
            return max(self.minimum, self.edge - width)
        if kind == "center":
            return max(self.minimum, self.edge - width / 2)
        if kind == "decimal":
            return max(self.minimum, self.edge - (width if decimal is None else decimal))
        return max(self.minimum, self.edge)


class Line:
    """One line: its segments, and how it ended."""

    __slots__ = ("end", "label_atoms", "left", "limit", "segments")

    def __init__(self, left: float, limit: float) -> None:
        """Begin at `left`; text goes up to `limit`."""
        self.left = left
        self.limit = limit
        self.segments = [Segment(left)]
        self.label_atoms = 0
        self.end: Literal["", "soft", "line", "page", "column"] = ""

    @property
    def empty(self) -> bool:
        """Whether nothing stands in it yet."""
        return len(self.segments) == 1 and not self.segments[0].atoms

    @property
    def atoms(self) -> list[Atom]:
        """All its atoms but tabs, in order."""
        return [atom for segment in self.segments for atom in segment.atoms]

    def finish(self, setter: Typesetter) -> None:
        """Fix where each segment starts."""
        for segment in self.segments:
            segment.x = segment.place(-trailing(segment), decimal_part(segment, setter))


def trailing(segment: Segment) -> float:
    """The width of the spaces at a segment's end if they count for nothing there."""
    if segment.stop is None or segment.stop.kind == "left" or not segment.atoms:
        return 0.0
    return segment.atoms[-1].space


def decimal_part(segment: Segment, setter: Typesetter) -> float | None:
    """The width up to the decimal point, for a decimal tab; None if there is no point."""
    if segment.stop is None or segment.stop.kind != "decimal":
        return None
    width = 0.0
    for atom in segment.atoms:
        at = atom.text.find(".")
        if at >= 0:
            return width + setter.measure(atom.text[:at], atom.format)
        width += atom.width + atom.space
    return None


class Measure(Struct, frozen=True):
    """The room for lines: `first` and `left` are where lines begin, `right` where they end.

    `hanging`: `left` is a tab stop for text that begins before it.
    """

    first: float
    left: float
    right: float
    tabs: tuple[TabStop, ...]
    default_tab: float
    hanging: bool

    def stop_after(self, x: float) -> TabStop:
        """Give the tab stop that a tab at `x` goes to."""
        for stop in self.tabs:
            if stop.position > x + TOLERANCE and stop.kind != "bar":
                if self.hanging and x + TOLERANCE < self.left < stop.position:
                    break
                return stop
        if self.hanging and x + TOLERANCE < self.left:
            return TabStop(self.left)
        count = int((x + TOLERANCE) / self.default_tab) + 1
        return TabStop(count * self.default_tab)


class Breaker:
    """Breaks atoms into lines."""

    def __init__(self, setter: Typesetter, measure: Measure) -> None:
        """Take how text is measured, and the room."""
        self._setter = setter
        self._measure = measure
        self._lines: list[Line] = []
        self._line = Line(measure.first, measure.right)

    def label(self, atoms: Sequence[Atom], suffix: str, alignment: str) -> None:
        """Begin the first line with a list label, whose position is the line's beginning."""
        width = sum(atom.width + atom.space for atom in atoms)
        segment = self._line.segments[0]
        segment.atoms.extend(atoms)
        segment.width = width
        self._line.label_atoms = len(atoms)
        if alignment != "left":
            segment.minimum -= width if alignment == "right" else width / 2
            segment.edge = segment.minimum
        if suffix == "tab":
            self._tab(Segment.place(segment) + width)

    def lines(self, atoms: Sequence[Atom]) -> list[Line]:
        """Break everything; at least one line."""
        unit: list[Atom] = []
        for index, atom in enumerate(atoms):
            unit.append(atom)
            following = atoms[index + 1] if index + 1 < len(atoms) else None
            if following is None or self._may_break(atom, following):
                self._add(unit)
                unit = []
        # After a page break at its end a paragraph has no line on the next page.
        if not (self._lines and self._lines[-1].end == "page" and self._line.empty):
            self._close("")
        return self._lines

    @staticmethod
    def _may_break(atom: Atom, following: Atom) -> bool:
        if atom.kind in ("tab", "break") or following.kind in ("tab", "break"):
            return True
        if following.kind == "text" and not following.text:
            return False  # spaces stay with the word before them
        if atom.kind == "image" or following.kind == "image":
            return True
        if following.text[:1] in NEVER_FIRST:
            return False
        return atom.breakable

    def _close(self, end: Literal["", "soft", "line", "page", "column"]) -> None:
        last = self._line.segments[-1].atoms[-1:]
        if end == "soft" and last and last[0].what == SOFT_HYPHEN:
            self._setter.hyphenate(last[0])
        self._line.end = end
        self._line.finish(self._setter)
        self._lines.append(self._line)
        self._line = Line(self._measure.left, self._measure.right)

    def _add(self, unit: list[Atom]) -> None:
        first = unit[0]
        if first.kind == "tab":
            self._add_tab()
            return
        if first.kind == "break":
            self._line.segments[-1].atoms.append(first)
            self._close(first.what)  # type: ignore[arg-type]
            return
        width = sum(atom.width + atom.space for atom in unit)
        needed = width - unit[-1].space
        if unit[-1].what == SOFT_HYPHEN:
            needed += self._setter.measure("-", unit[-1].format)
        if not self._fits(needed):
            if self._has_text():
                self._close("soft")
            if not self._fits(needed):
                self._add_too_wide(unit)
                return
        self._append(unit, width)

    def _append(self, unit: list[Atom], width: float) -> None:
        segment = self._line.segments[-1]
        segment.atoms.extend(unit)
        segment.width += width

    def _has_text(self) -> bool:
        line = self._line
        if line.label_atoms:
            return len(line.segments) > 2 or len(line.atoms) > line.label_atoms
        return len(line.segments) > 1 or bool(line.segments[0].atoms)

    def _fits(self, extra: float) -> bool:
        segment = self._line.segments[-1]
        limit = self._line.limit
        if segment.stop is not None and segment.stop.kind != "left":
            limit = max(limit, segment.edge)
        return segment.place(extra) + segment.width + extra <= limit + TOLERANCE

    def _add_tab(self) -> None:
        segment = self._line.segments[-1]
        end = segment.place() + segment.width
        stop = self._measure.stop_after(end)
        if stop.position > self._line.limit + TOLERANCE and stop.kind == "left" and not self._line.empty:
            self._close("soft")
            end = self._measure.left
        self._tab(end)

    def _tab(self, end: float) -> None:
        stop = self._measure.stop_after(end)
        if stop.kind == "left" and stop.position > self._line.limit:
            stop = TabStop(max(end, self._line.limit), "left", stop.leader)
        self._line.segments.append(Segment(end, stop))

    def _add_too_wide(self, unit: list[Atom]) -> None:
        """Break a unit that no line can hold, between any two characters."""
        for index, atom in enumerate(unit):
            rest = atom
            if index and unit[index - 1].spaces and not self._fits(atom.width) and self._has_text():
                self._close("soft")
            while not self._fits(rest.width):
                cut = self._cut(rest)
                if cut == 0 and self._line_has_room():
                    self._close("soft")
                    continue
                cut = max(cut, 1)
                if cut >= len(rest.text) or rest.kind != "text":
                    break
                head, rest = self._split(rest, cut)
                self._append([head], head.width)
                self._close("soft")
            self._append([rest], rest.width + rest.space)

    def _line_has_room(self) -> bool:
        """Whether a new line would offer more room than what is left of this one."""
        segment = self._line.segments[-1]
        return segment.width > 0 or len(self._line.segments) > 1

    def _cut(self, atom: Atom) -> int:
        """Give how many characters of an atom still fit."""
        if atom.kind != "text" or not atom.text:
            return 0
        low, high = 0, len(atom.text)
        scale = atom.size / atom.format.size
        while low < high:
            middle = (low + high + 1) // 2
            if self._fits(self._setter.measure(atom.text[:middle], atom.format) * scale):
                low = middle
            else:
                high = middle - 1
        return low

    def _split(self, atom: Atom, cut: int) -> tuple[Atom, Atom]:
        head, tail = copy_atom(atom), copy_atom(atom)
        levels = atom.levels
        self._setter.shape(head, atom.text[:cut], levels[:cut] if levels is not None else None)
        self._setter.shape(tail, atom.text[cut:], levels[cut:] if levels is not None else None)
        head.spaces, head.space = 0, 0.0
        return head, tail


def copy_atom(atom: Atom) -> Atom:
    """Give a second atom with the same content."""
    other = Atom.__new__(Atom)
    for name in Atom.__slots__:
        setattr(other, name, getattr(atom, name))
    return other
