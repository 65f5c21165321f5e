"""Texts as they are compared: words in lower case, without accents, punctuation and possessive endings.

What people type twice they hardly ever type alike. `normal` is the rule; `padded` does the same to many texts
at once, in a fraction of the time, and a property test holds it to the rule.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from forms.foundation.patterns import pattern

ASCII_TEXT = "".join(map(chr, range(32, 127))) + "\t\n\r"
"""The ASCII characters that texts are made of."""


def normal(text: str) -> str:
    """Give a text as its words in lower case without accents and possessive endings, one space between."""
    return " ".join(words_of(text))


def words_of(text: str) -> list[str]:
    """Give a text's words in normal form."""
    if not text.isascii():
        plain = _WESTERN.sub(_western, text)
        text = plain if plain.isascii() else _fold(text)
    if "'" in text:
        text = _POSSESSIVE.sub("", text.casefold()).replace("'", "")
    if text.isascii():
        return text.translate(_ASCII).split()
    return "".join(map(_letter_or_space, text.casefold())).split()


def padded(texts: Sequence[str], known: Iterable[str] | None = None) -> list[str]:
    """Give each text's words in normal form, with a space or more before, between and after them.

    `known`, if given, are characters among which are all that stand in the texts and are not ASCII.
    """
    joined = _BETWEEN.join(texts)
    if joined.count(_MARK) != len(texts) - 1:
        return [f" {normal(text)} " for text in texts]
    if joined.isascii():
        others = []
    else:
        others = [char for char in (characters(joined) if known is None else known) if not char.isascii()]
    if odd := [char for char in others if _alone(char) is None]:
        return [
            f" {normal(text)} " if any(char in text for char in odd) else plain
            for text, plain in zip(texts, padded([_without(odd, text) for text in texts]), strict=True)
        ]
    for char in others:
        joined = joined.replace(char, _alone(char) or "")
    if not joined.isascii():  # a character that `known` lacks: better slow than wrong
        return [f" {normal(text)} " for text in texts]
    joined = joined.lower()
    if "'" in joined:
        joined = _POSSESSIVE.sub("", joined).replace("'", "")
    return f" {joined.translate(_ASCII_BETWEEN)} ".split(_MARK)


def _without(odd: Iterable[str], text: str) -> str:
    """Leave out a text that holds characters which cannot be read alone."""
    return "" if any(char in text for char in odd) else text


def characters(text: str, beside: str = ASCII_TEXT) -> set[str]:
    """Give the characters of a text beside some ASCII ones, quickly: a set of all of them takes far longer."""
    others = text.encode("utf-8", "surrogatepass").translate(None, beside.encode("ascii"))
    return set(others.decode("utf-8", "surrogatepass"))


def _fold(text: str) -> str:
    """Take off accents and what is invisible; the rest of letters stays as it is."""
    split = unicodedata.normalize("NFKD", text.translate(_LETTERS)).casefold()
    return _ACCENT.sub("", unicodedata.normalize("NFKD", split.translate(_LETTERS)))


def _western(found: re.Match[str]) -> str:
    """What `_fold` makes of a letter or mark that has nothing to do with those beside it."""
    return _FOLDED.get(found[0]) or _FOLDED.setdefault(found[0], _fold(found[0]))


def _alone(char: str) -> str | None:
    """Give what a character comes to in normal form, where it comes to the same wherever it stands."""
    if not _WESTERN.match(char):
        return None
    if char not in _ALONE:
        plain = "".join(part if part == "'" else _letter_or_space(part) for part in _fold(char).casefold())
        _ALONE[char] = plain if plain.isascii() else None
    return _ALONE[char]


def _letter_or_space(char: str) -> str:
    """Drop accents, keep the vowel signs of Indic scripts; what is no letter or figure parts words."""
    if char.isalnum():
        return char
    if unicodedata.combining(char):
        return ""
    return char if unicodedata.category(char)[0] == "M" else " "


_WESTERN = pattern("[\u00a0-\u024f\u1e00-\u1eff\u2010-\u2026\u20ac]")
"""Latin letters with their accents, and punctuation: each is folded by itself."""
_FOLDED: dict[str, str] = {}
_ALONE: dict[str, str | None] = {}
_ASCII = "".join(chr(code).lower() if chr(code).isalnum() else " " for code in range(128))
_MARK = "\0"
"""Stands between texts that are read together; no text of a case that was read from a file holds it."""
_BETWEEN = f" {_MARK} "
_ASCII_BETWEEN = _MARK + _ASCII[1:]
_POSSESSIVE = pattern(r"'(?<=\w')s\b")  # begins with what it seeks, so that it is found quickly
_ACCENT = pattern("[\u0300-\u036f]")
# Letters that have no decomposition, and are written without their stroke all the same; punctuation; and what
# is invisible inside words: soft hyphens, zero-width spaces and joiners.
_LETTERS = str.maketrans(
    {
        **{"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ħ": "h", "Ħ": "H", "ı": "i", "’": "'"},
        **dict.fromkeys("“”‘–—•…«»\u00a0", " "),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
    }
)
