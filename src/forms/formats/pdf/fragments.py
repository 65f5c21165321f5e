# ruff: noqa: UP031 - "%" writes floats in two thirds of the time of an f-string
"""From the fragments of a page to its operators (ISO 32000-1, 7.8.2 and 14.6).

A page is one list of operators. Most fragments of running text are plain (see `words`): for them colour and
font stay as they are until another needs others. Every other fragment is written relative to its own origin and
takes the viewer's state as unknown, so it is the same text wherever it stands. After one with text the font is
selected again, for the sake of readers that forget it at `Q`. What comes again in other documents, with the
same or other lines of text in it, is written once (`templates`), and looks and reads as if painted each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count, islice

from forms.formats.pdf.display import FixedOps, JoinedOps, LineOp, Op, RectOp
from forms.formats.pdf.draw import Painter
from forms.formats.pdf.templates import BlankTemplate, Template, blank_template, compiled, with_places
from forms.formats.pdf.words import Words, words_of, written

_MARKED = "/%s<</MCID %d>>BDC\nBT\n%.2f %.2f Td\n%sET\nEMC\n"


class PagePainter(Painter):
    """Writes a page's operators.

    After each fragment `links`, `fields` and `images` hold what it had of those (`extras`: if anything).
    """

    def fragment(
        self, ops: Sequence[Op], left: float, top: float, roles: Sequence[str], offset: int
    ) -> Sequence[int]:
        """Paint a body fragment with its origin at (left, top), y upwards.

        For the rest as `inside`.
        """
        if self.extras:
            self.links, self.fields, self.images = [], [], []
            self.extras = False
        words: Words | Template | bool | None
        if ops.__class__ is JoinedOps:
            owners = self._filled(ops, left, top, roles, offset)
            return self._joined(ops, left, top, roles, offset) if owners is None else owners
        if ops.__class__ is FixedOps:
            words = ops.drawn  # type: ignore[assignment]
            if words is None:
                words = ops.drawn = compiled(ops, roles[offset:], self._fonts)
            if words.__class__ is Template:
                return self._again(words, left, top, offset)
        else:
            words = words_of(ops, self._fonts)
        if words.__class__ is Words and words.element >= 0:
            face, select, colour, element, x, y, shown = words
            if select != self._selected:
                self._select(select, face)
            if colour != self._fill:
                self._fill_colour(colour)
            element += offset
            x, y = int(left * 100 + 0.5) / 100 + x, int(top * 100 + 0.5) / 100 - y  # as `hundredths`
            self._out.append(_MARKED % (roles[element], self.marked, x, y, shown))
            self.marked += 1
            return (element,)
        return self._joined(ops, left, top, roles, offset)

    def _joined(
        self, ops: Sequence[Op], left: float, top: float, roles: Sequence[str], offset: int
    ) -> Sequence[int]:
        """Paint a fragment's operations, part by part; of a blank, what a template can do from that."""
        before = (self._fill, self._stroke, self._selected)
        self._out.append(f"q 1 0 0 1 {left:.2f} {top:.2f} cm\n")
        owners: list[int] = []
        selected = False
        parts: Sequence[Sequence[Op]] = ops.parts if isinstance(ops, JoinedOps) else (ops,)
        blanks: Sequence[Sequence[Op]] = parts
        lines: Iterator[str] = iter(())
        if isinstance(ops, JoinedOps) and ops.blank is not None:
            blanks, lines = ops.blank.parts, iter("\n".join(ops.texts).split("\n"))
        filled, known = blanks is not parts, True
        for part, blank in zip(parts, blanks, strict=True):
            template = blank.drawn if known and isinstance(blank, FixedOps) else None
            if filled and not isinstance(template, Template):
                known = False  # nobody has told how many of the lines are its own
            if isinstance(template, Template) and self._part(template, lines):
                owners += [owner + offset for owner in template.owners]
                selected = selected or bool(template.faces or template.cuts)
                continue
            marked, links, fields = len(owners), len(self.links), len(self.fields)
            owners += self.inside(part, roles, offset)
            selected = selected or bool(self._selected)
            if marked and self.extras:
                self.links[links:] = [(at + marked, op) for at, op in self.links[links:]]
                self.fields[fields:] = [(at + marked, op) for at, op in self.fields[fields:]]
        self._out.append("Q\n")
        self._fill, self._stroke, self._selected = (*before[:2], "" if selected else before[2])
        return owners

    def _part(self, template: Template, lines: Iterator[str]) -> bool:
        """Paint a part from its template and the next lines, which it takes in any case; False if it can't."""
        own = list(islice(lines, template.holes.count("t")))
        plain = written("\n".join(own))
        if plain is None or template.moved or template.extras:
            return False
        numbers, shown = count(self.marked), iter(plain.split("\n"))
        holes = [next(numbers) if hole == "n" else next(shown) for hole in template.holes]
        self._out.append(template.text % tuple(holes))
        self.marked += len(template.owners)
        self._fonts.use(template.faces, template.cuts)
        return True

    def _again(self, template: Template, left: float, top: float, offset: int) -> Sequence[int]:
        """Paint a fragment from its template."""
        first = self.marked
        self.marked += len(template.owners)
        inside = template.text % tuple(range(first, self.marked))
        self._out.append(f"q 1 0 0 1 {left:.2f} {top:.2f} cm\n{inside}Q\n")
        return self._needs(template, offset)

    def _needs(self, template: Template, offset: int) -> Sequence[int]:
        """Take up what a painted template needs; gives its owners."""
        if template.extras:
            self.links, self.fields, self.images = [*template.links], [*template.fields], [*template.images]
            self.extras = True
        if template.faces or template.cuts:
            self._selected = ""
            self._fonts.use(template.faces, template.cuts)
        return [owner + offset for owner in template.owners] if offset else template.owners

    def _filled(
        self, ops: JoinedOps, left: float, top: float, roles: Sequence[str], offset: int
    ) -> Sequence[int] | None:
        """Paint a blank with its lines from a template; None if only painting its operations will do."""
        blank = ops.blank
        if blank is None:
            return None
        known = blank.drawn
        if known is None:
            known = blank.drawn = blank_template(blank, roles[offset:], self._fonts)
        if not isinstance(known, BlankTemplate):
            return None
        lines: Sequence[object] = ()
        if ops.texts:
            text = "\n".join(ops.texts)
            plain = written(text)
            if plain is None:
                return None
            lines = plain.split("\n")
            if known.places:
                lines = with_places(known.places, text.split("\n"), lines)
        first = self.marked
        self.marked += len(known.template.owners)
        self._out.append(known.template.text % known.in_order((left, top, *range(first, self.marked), *lines)))
        return self._needs(known.template, offset)

    def artifact(self, parts: Iterable[tuple[Sequence[Op], float, float]], properties: str) -> str:
        """Paint as one artifact with `properties` (14.8.2.2): operations, each with their origin, y upwards.

        Gives the operators, which are the same whatever stands before them: `add` puts them on pages.
        """
        out, before = self._out, (self._fill, self._stroke)
        self._out = [f"/Artifact<<{properties}>>BDC\n"]
        for ops, left, top in parts:
            self._fill = self._stroke = None
            self._selected = ""
            self._out.append(f"q 1 0 0 1 {left:.2f} {top:.2f} cm\n")
            self._unmarked_fragment(ops)
            self._out.append("Q\n")
        self._out.append("EMC\n")
        painted, self._out = "".join(self._out), out
        self._fill, self._stroke = before
        return painted

    def _unmarked_fragment(self, ops: Sequence[Op]) -> None:
        """Paint where the origin is, with the state unknown; lines that come again from memory."""
        known = ops.drawn if isinstance(ops, FixedOps) else None
        if isinstance(known, str):
            self._out.append(known)
            return
        words = words_of(ops, self._fonts)
        if words is not None:
            self._select(words.select, words.face)
            self._fill_colour(words.colour)
            self._out.append("BT\n%.2f %.2f Td\n%sET\n" % (words.x, -words.y, words.shown))
            return
        start = len(self._out)
        self.unmarked(ops, 0.0)
        if isinstance(ops, FixedOps) and all(isinstance(op, LineOp | RectOp) for op in ops):
            ops.drawn = "".join(self._out[start:])

    def add(self, operators: str) -> None:
        """Add what `artifact` gave."""
        self._selected = ""
        self._out.append(operators)
