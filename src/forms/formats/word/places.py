"""Where something stands in a template, in words: “Heading ‘Risk’, table row 3, paragraph ‘The child …’”."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from forms.formats.word.wordml import SDT_CONTENT, TBL, TR, P, child_value, paragraph_text

_HEADING = re.compile(r"^(Heading|Title)", re.I)
_LONGEST = 50


@dataclass(slots=True)
class _Position:
    """Where the walk has come to: the last heading, the rows of the tables around, the paragraph."""

    heading: str
    rows: list[int]
    paragraph: str

    def words(self) -> str:
        parts = [f"Heading ‘{self.heading}’" if self.heading else ""]
        parts += [f"table row {row}" for row in self.rows[-1:] if row]
        parts.append(
            f"paragraph ‘{self.paragraph}’" if self.paragraph and self.paragraph != self.heading else ""
        )
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Spot:
    """An element, an attribute or a text of the tree, in document order, with its place in words.

    An element comes first, with no text; then its attributes, its text, its children with the text after each.
    `attribute` is the attribute's name, or "" for text; `tail` says that the text follows `element`.
    """

    element: etree._Element
    text: str
    attribute: str
    tail: bool
    words: str


def walk(root: etree._Element, shown: Callable[[str], str] = str) -> Iterator[Spot]:
    """Go through all elements, attributes and texts of a part in document order.

    Args:
        root: The part, or anything in it.
        shown: Makes a text readable for the place's words (puts tags back in).
    """
    yield from _walk(root, _Position("", [], ""), shown)


def _walk(element: etree._Element, position: _Position, shown: Callable[[str], str]) -> Iterator[Spot]:
    entered = _enter(element, position, shown)
    yield Spot(element, "", "", False, position.words())
    for name, value in element.attrib.items():
        yield Spot(element, str(value), str(name), False, position.words())
    rows_here = bool(position.rows) and _holds_rows(element)
    if element.text:
        if rows_here and element.text.strip():
            position.rows[-1] += 1
        yield Spot(element, element.text, "", False, position.words())
    for child in element:
        yield from _walk(child, position, shown)
        if child.tail:
            if rows_here and child.tail.strip():
                position.rows[-1] += 1
            yield Spot(child, child.tail, "", True, position.words())
    if entered is not None:
        position.paragraph = entered
    if element.tag == TBL:
        position.rows.pop()


def _enter(element: etree._Element, position: _Position, shown: Callable[[str], str]) -> str | None:
    """Note what the walk enters; give the paragraph to return to if it enters one."""
    if element.tag == TBL:
        position.rows.append(0)
    elif element.tag == TR and position.rows:
        position.rows[-1] += 1
    elif element.tag == P:
        before = position.paragraph
        position.paragraph = shorten(shown(paragraph_text(element)))
        if _HEADING.match(child_value(element, "w:pPr/w:pStyle")) and position.paragraph:
            position.heading = position.paragraph
        return before
    return None


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
