"""What the search for removed values looks for, and whether texts may hold it at all.

A removed value has *keys*: its full name, the parts of it, the lines of an address, and so on; the docstring of
`leaks` has the rule. Nearly always none of them stands anywhere in what is left, so all texts of a view are
first looked through as one, a `Haystack`, with nothing but `in`. What may be there, perhaps across the end of a
text, is searched for thoroughly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct

from forms.domain import wording
from forms.domain.nodes import Node
from forms.domain.normal import characters, padded, words_of
from forms.domain.ordinary import PARTICLES, TELLING_NOTHING
from forms.foundation.patterns import pattern

Kind = Literal["name", "part", "address", "postcode", "number", "date", "text", "word"]


class Key(Struct, frozen=True):
    """One thing to look for: `text` in normal form.

    `rare` is the longest word of it, as that is mostly the rarest. `secret` tells whether it is weak (a find
    gives a warning) where it was closed or restricted, `not_given` where the schema merely doesn't give it
    to the reader; with None it isn't looked for then.
    """

    kind: Kind
    text: str
    rare: str = ""
    secret: bool | None = False
    not_given: bool | None = False


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
        if key.kind == "part":
            return f" {key.rare} " in self.said
        if self._words is not None:
            return key.rare in self._words and f" {key.text} " in self._flat
        if f" {key.rare} " not in self.everything:
            return False
        # Before the texts are made flat, which takes as long as looking for a dozen words:
        for word in key.text.split():
            if f" {word} " not in self.everything:
                return False
        return f" {key.text} " in self._flat

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

    @cached_property
    def _nought(self) -> bool:
        """Whether a nought in brackets may stand in a number; it is not dialled."""
        return " 0 " in self.everything and _NOUGHT.search(self.everything) is not None

    def _may_hold_number(self, number: str) -> bool:
        return number[-5:] in self._figures or self._nought

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


Words = Callable[[str], list[str]]
"""Gives a text's words in normal form; texts that were read before need not be read again."""


def keys_of(node: Node, value: object, words: Words = words_of) -> list[Key]:
    """Give what to search for of one value.

    Args:
        node: What the schema says of it.
        value: The value.
        words: Gives texts as words in normal form.
    """
    find = _KEYS.get(node.prints)
    return find(value, words) if find else []


def may_be_number(value: object) -> bool:
    """Tell whether a text is nothing but a telephone number."""
    return isinstance(value, str) and not value[:1].isalpha() and _ONLY_A_NUMBER.fullmatch(value) is not None


def _name_keys(value: object, words: Words) -> list[Key]:
    if not isinstance(value, Mapping):
        return []
    given, family = words(str(value.get("given", ""))), words(str(value.get("family", "")))
    parts = given + family
    whole = [parts] if len(parts) > 1 else []
    if len(given) > 1 and family:
        whole.append([given[0], *family])
    names = [Key("name", " ".join(name), max(name, key=len)) for name in whole]
    return names + [Key("part", part, part) for part in parts if len(part) > 1 and part not in PARTICLES]


def _address_keys(value: object, words: Words) -> list[Key]:
    if not isinstance(value, Mapping):
        return []
    keys = []
    lines = value.get("lines")
    for index, line in enumerate(lines if isinstance(lines, list) else ()):
        parts = words(str(line))
        named_house = index == 0 and len(lines) > 1  # type: ignore[arg-type]
        if len(parts) > 1 and (named_house or any(map(str.isdigit, "".join(parts)))):
            keys.append(Key("address", " ".join(parts), max(parts, key=len)))
    postcode = "".join(str(value.get("postcode", "")).split()).casefold()
    if len(postcode) >= 5:
        keys.append(Key("postcode", postcode))
    return keys


def _date_keys(value: object, words: Words) -> list[Key]:
    # In a force's own schema a date need not be held to a format; it is looked for in ISO form all the same.
    iso = wording.read_date(value) if isinstance(value, str) else None
    return [Key("date", iso, not_given=True)] if iso else []


def _telephone_keys(value: object, words: Words) -> list[Key]:
    number = _number_key(value) if isinstance(value, str) else ""
    return [Key("number", number)] if number else []


def _number_key(value: str) -> str:
    key = wording.read_telephone(_EXTENSION.sub("", value))
    return key if len(key) >= 7 else ""


def _text_keys(value: object, words: Words) -> list[Key]:
    if not isinstance(value, str):
        return []
    keys = _telephone_keys(value, words) if may_be_number(value) else []
    parts = words(value)
    whole = " ".join(parts)
    if len(parts) == 1 and len(whole) >= 4 and _is_telling(parts):
        keys.append(Key("word", whole, whole, secret=True, not_given=None))
    elif len(parts) > 1 and len(whole) >= 8 and _is_telling(parts):
        keys.append(Key("text", whole, max(parts, key=len), not_given=False if len(parts) >= 4 else None))
    sentences = _BETWEEN_SENTENCES.split(value) if len(parts) > 5 else ()
    for sentence in padded(sentences) if len(sentences) > 1 else ():
        some = sentence.split()
        if 5 <= len(some) < len(parts):
            keys.append(Key("text", " ".join(some), max(some, key=len)))
    return keys


def _is_telling(words: Iterable[str]) -> bool:
    for word in words:  # noqa: SIM110 - a generator costs more than most of the words
        if word not in TELLING_NOTHING and not word.isdigit():
            return True
    return False


_KEYS: Mapping[str, Callable[[object, Words], list[Key]]] = {
    "name": _name_keys,
    "address": _address_keys,
    "telephone": _telephone_keys,
    "date": _date_keys,
    "part_date": _date_keys,
    "text": _text_keys,
}
# It begins with what it seeks, so that it is found quickly; the mark goes with it, and is no part of a word.
_BETWEEN_SENTENCES = pattern(r"[.!?\n](?:(?<=\n)|\s)\s*")
_EXTENSION = pattern(r"(?i)(ext|x).*")
_ONLY_A_NUMBER = pattern(r"[+\d][\d ()./-]{6,}")
