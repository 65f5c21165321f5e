"""What the search for removed values looks for, and whether texts may hold it at all.

A removed value has *keys*: its full name, the parts of it, the lines of an address, and so on; the docstring of
`leaks` has the rule. Nearly always none of them stands anywhere in what is left, so all texts of a view are
first looked through as one, a `Haystack`, with nothing but `in`. What may be there, perhaps across the end of a
text, is searched for thoroughly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct

from forms.domain import wording
from forms.domain.nodes import Node
from forms.domain.normal import characters, normal
from forms.domain.ordinary import PARTICLES, TELLING_NOTHING
from forms.foundation.patterns import pattern

Kind = Literal["name", "part", "address", "postcode", "number", "date", "text", "word"]


class Key(Struct, frozen=True):
    """One thing to look for: `text` in normal form. A `weak` one gives a warning.

    `rare` is the longest word of it, as that is mostly the rarest.
    """

    kind: Kind
    text: str
    weak: bool
    rare: str


class Haystack:
    """All texts that a reader gets, as one, in normal form."""

    def __init__(self, said: Iterable[str], stated: Iterable[str], keys: int = 0) -> None:
        """Take texts as `normal.padded` gives them, and how many keys will be asked for.

        Args:
            said: Texts of values that print as text.
            stated: Texts of all others.
            keys: For many, the words are made a set, which takes as long as looking for two dozen of them.
        """
        self.said = "\n".join(said)
        self.everything = "\n".join((self.said, *stated))
        self._words = frozenset(self.everything.split()) if keys > _FEW else None

    def may_hold(self, key: Key) -> bool:
        """Tell whether a key may be in one of the texts; if not, it certainly isn't."""
        if key.kind in _FIGURED:
            return self._odd or not key.text.isascii() or _FIGURED[key.kind](self, key.text)
        if self._words is not None and key.rare not in self._words:
            return False
        if key.kind == "part":
            return f" {key.rare} " in self.said
        return f" {key.rare} " in self.everything and f" {key.text} " in self._flat

    @cached_property
    def _odd(self) -> bool:
        """Whether there are figures of another script than ours."""
        return not self.everything.isascii() and any(char.isdecimal() for char in characters(self.everything))

    @cached_property
    def _flat(self) -> str:
        """The texts with one space between all words."""
        return f" {' '.join(self.everything.split())} "

    @cached_property
    def _figures(self) -> str:
        """All figures, and nothing between those of one text."""
        return self.everything.encode("utf-8", "replace").translate(None, _NO_FIGURES).decode()

    def _may_hold_number(self, number: str) -> bool:
        """Tell whether its last figures follow each other, or a nought in brackets may be among them."""
        if number[-5:] in self._figures:
            return True
        return " 0 " in self.everything and _NOUGHT.search(self.everything) is not None

    def _may_hold_postcode(self, code: str) -> bool:
        figures = "".join(char for char in code if char.isdigit())
        return figures in self._figures and (
            code in self.everything or f"{code[:-3]} {code[-3:]}" in self.everything
        )

    def _may_hold_date(self, iso: str) -> bool:
        """Tell whether its figures follow each other as in some way to write it, with the month between."""
        year, month, day = iso.split("-")
        figures = self._figures
        if f"{year}{month}{day}" in figures:
            return True
        days, months = {day, day.removeprefix("0")}, {month, month.removeprefix("0")}
        for one in days:
            for other in months:
                if f"{one}{other}{year}" in figures or f"{one}{other}{year[2:]}" in figures:
                    return True
        return any(f"{one}{year}" in figures for one in days) and any(
            name in self.everything for name in wording.MONTH_FORMS[int(month) - 1]
        )


_FEW = 24
_NOUGHT = pattern(r"[0-9] +0 +[0-9]")
_FIGURED: Mapping[Kind, Callable[[Haystack, str], bool]] = {
    "number": Haystack._may_hold_number,
    "postcode": Haystack._may_hold_postcode,
    "date": Haystack._may_hold_date,
}
"""What is told by its figures."""
_NO_FIGURES = bytes(set(range(256)) - set(b"0123456789\n"))


Normal = Callable[[str], str]
"""Gives a text in normal form; texts that were read before need not be read again."""


def keys_of(node: Node, value: object, undeclared: bool, normal: Normal = normal) -> tuple[Key, ...]:
    """Give what to search for of one value.

    Args:
        node: What the schema says of it.
        value: The value.
        undeclared: Whether the schema merely doesn't give it to the reader: then its date is weak, and a text
            counts from four words on.
        normal: Gives texts in normal form.
    """
    return tuple(
        Key(kind, text, weak, max(text.split(), key=len))
        for kind, text, weak in _keys(node, value, undeclared, normal)
    )


def _keys(node: Node, value: object, undeclared: bool, normal: Normal) -> Iterator[tuple[Kind, str, bool]]:
    """Give kind, normal form, and whether it is weak."""
    if not isinstance(value, str):
        if not isinstance(value, Mapping):
            return
        if node.prints == "name":
            yield from _name_keys(value, normal)
        elif node.prints == "address":
            yield from _address_keys(value, normal)
    elif node.prints == "text":
        yield from _text_keys(value, undeclared, normal)
    elif node.prints == "telephone":
        if number := _number_key(value):
            yield "number", number, False
    elif node.prints in ("date", "part_date") and len(value) == 10 and wording.read_date(value) is not None:
        yield "date", value, undeclared


def _name_keys(value: Mapping[str, object], normal: Normal) -> Iterator[tuple[Kind, str, bool]]:
    given, family = normal(str(value.get("given", ""))), normal(str(value.get("family", "")))
    full = f"{given} {family}".strip()
    if " " in full:
        yield "name", full, False
        if given and family:
            yield "name", f"{given.partition(' ')[0]} {family}", False
    for part in full.split():
        if len(part) > 1 and part not in PARTICLES:
            yield "part", part, False


def _address_keys(value: Mapping[str, object], normal: Normal) -> Iterator[tuple[Kind, str, bool]]:
    lines = value.get("lines")
    for index, line in enumerate(lines if isinstance(lines, list) else ()):
        key = normal(str(line))
        figures = any(char.isdigit() for char in key)
        named_house = index == 0 and len(lines) > 1 and " " in key  # type: ignore[arg-type]
        if (figures and " " in key) or named_house:
            yield "address", key, False
    postcode = "".join(str(value.get("postcode", "")).split()).casefold()
    if len(postcode) >= 5:
        yield "postcode", postcode, False


def _number_key(value: str) -> str:
    key = wording.read_telephone(_EXTENSION.sub("", value))
    return key if len(key) >= 7 else ""


def _text_keys(value: str, undeclared: bool, normal: Normal) -> Iterator[tuple[Kind, str, bool]]:
    if number := _number_key(value) if _ONLY_A_NUMBER.fullmatch(value) else "":
        yield "number", number, False
    whole = normal(value)
    words = whole.split()
    telling = any(word not in TELLING_NOTHING and not word.isdigit() for word in words)
    if len(words) >= (4 if undeclared else 2) and telling and len(whole) >= 8:
        yield "text", whole, False
    elif len(words) == 1 and telling and len(whole) >= 4 and not undeclared:
        yield "word", whole, True
    sentences = _SENTENCE.split(value)
    for sentence in sentences if len(sentences) > 1 else ():
        key = normal(sentence)
        if key != whole and key.count(" ") >= 4:
            yield "text", key, False


_SENTENCE = pattern(r"(?<=[.!?])\s+|\n+")
_EXTENSION = pattern(r"(?i)(ext|x).*")
_ONLY_A_NUMBER = pattern(r"[+\d][\d ()./-]{6,}")
