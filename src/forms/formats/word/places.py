"""Where something stands in a template, in words: “Heading ‘Risk’, table row 3, paragraph ‘The child …’”."""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree
from msgspec import Struct, field

from forms.formats.word.wordml import SDT_CONTENT, TBL, TR, P, child_value, paragraph_text
from forms.foundation.patterns import pattern

_HEADING = pattern(r"^(Heading|Title)", re.I)
_LONGEST = 50


class _Position(Struct):
    """Where the walk is: the last heading, the rows of the tables around, this paragraph and the last."""

    heading: str = ""
    rows: list[int] = field(default_factory=list)
    paragraph: str = ""
    last: str = ""

    def words(self) -> str:
        parts = [f"Heading ‘{self.heading}’"] if self.heading else []
        parts += [f"table row {row}" for row in self.rows[-1:] if row]
        if self.paragraph:
            parts += [f"paragraph ‘{self.paragraph}’"] if self.paragraph != self.heading else []
        elif not self.rows and self.last != self.heading:
            parts.append(f"after paragraph ‘{self.last}’")
        return ", ".join(parts) or "At the beginning"


class Spot(Struct, frozen=True):
    """An element, an attribute or a text of the tree, in document order, with its place in words.

    An element comes first, with no text; then its attributes, its text, its children with the text after each.
    `attribute` is the attribute's name, or "" for text; `tail` says that the text follows `element`.
    """

    element: etree._Element
    text: str
    attribute: str
    tail: bool
    words: str


def walk(root: etree._Element, shown: Callable[[str], str] = str) -> list[Spot]:
    """Go through all elements, attributes and texts of a part in document order.

    Args:
        root: The part, or anything in it.
        shown: Makes a text readable for the place's words (puts tags back in).
    """
    walker = _Walker(shown)
    walker.enter(root)
    return walker.spots


class _Walker(Struct):
    """Goes through a tree; the place's words are put together only when something moves."""

    shown: Callable[[str], str]
    position: _Position = field(default_factory=_Position)
    words: str = "At the beginning"
    spots: list[Spot] = field(default_factory=list)

    def enter(self, element: etree._Element) -> None:
        before = self._open(element)
        spots = self.spots
        spots.append(Spot(element, "", "", False, self.words))
        for name, value in element.attrib.items():
            spots.append(Spot(element, str(value), str(name), False, self.words))
        holds_rows = bool(self.position.rows) and _holds_rows(element)
        if element.text:
            self._count_row(holds_rows, element.text)
            spots.append(Spot(element, element.text, "", False, self.words))
        for child in element:
            self.enter(child)
            if child.tail:
                self._count_row(holds_rows, child.tail)
                spots.append(Spot(child, child.tail, "", True, self.words))
        if element.tag == TBL:
            self.position.rows.pop()
        if element.tag in (TBL, P):
            self.position.last = self.position.paragraph or self.position.last
            self.position.paragraph = before
            self.words = self.position.words()

    def _open(self, element: etree._Element) -> str:
        """Note what the walk enters; give the paragraph that it comes from."""
        position = self.position
        before = position.paragraph
        if element.tag == TBL:
            position.rows.append(0)
        elif element.tag == TR and position.rows:
            position.rows[-1] += 1
        elif element.tag == P:
            position.paragraph = shorten(self.shown(paragraph_text(element)))
            if _HEADING.match(child_value(element, "w:pPr/w:pStyle")) and position.paragraph:
                position.heading = position.paragraph
        else:
            return before
        self.words = position.words()
        return before

    def _count_row(self, holds_rows: bool, text: str) -> None:
        if holds_rows and text.strip():
            self.position.rows[-1] += 1
            self.words = self.position.words()


def _holds_rows(element: etree._Element) -> bool:
    """Whether text directly in an element stands where a table row stood (a `{%tr` tag)."""
    if element.tag == SDT_CONTENT:
        control = element.getparent()
        around = None if control is None else control.getparent()
        return around is not None and _holds_rows(around)
    return bool(element.tag == TBL)


def shorten(text: str) -> str:
    """Give a text's beginning on one line, at a word's end."""
    words = " ".join(text.split())
    if len(words) <= _LONGEST:
        return words
    return words[:_LONGEST].rsplit(" ", 1)[0] + " …"
