"""Labels as words to compare: plain, singular, without what says nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache

from rapidfuzz import fuzz

Words = tuple[str, ...]

_INITIALS = re.compile(r"\b(?:\w\.\s?){2,}(?=\W|$)|\b(?:\w\.)+\w\b")
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_PATTERN = re.compile(r"(?i)\bd{1,2}\s?[/.-]\s?m{1,2}\s?[/.-]\s?y{2,4}\b")
_PLURAL = re.compile(r"(?i)\((?:e?s|ren|ies)\)")
_PIECE = re.compile(r"[^\W_]+")
_LETTERS = frozenset({"dd", "mm", "yy", "yyyy"})
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6}
_PLURALS = {
    "children": "child",
    "people": "person",
    "persons": "person",
    "agencies": "agency",
    "aliases": "alias",
}
_ENOUGH = 86.0
"""How alike two words of the same meaning are at least (0 to 100), misspellings included."""
_SHORTEST = 5
_LITTLE = 0.35
"""What a word counts that says little."""
_MUCH = 1.5

_FILLERS = """
a an the of to for in on at by with and or is are was be been has have do does did this that these those it
please state enter give provide tell us write type insert tick click here if any known possible applicable
available relevant their his her our my they he she who what which whom there etc s also applies apply
appropriate box boxes i am me unknown estimate
"""
_WEAK = "detail information number no full current present main own your you"
FILLERS = frozenset(_FILLERS.split())
"""Words of labels that say nothing."""
WEAK = frozenset(_WEAK.split())
"""Words of labels that say little."""
GENERIC = frozenset({"adult", "person", "individual"})
"""Words for whomever a heading speaks of."""
OTHER = frozenset({"previous", "former", "other", "alternative", "emergency", "maiden", "next"})
"""Words of labels that ask for something else than the rest says."""


@lru_cache(maxsize=20_000)
def words_of(text: str) -> Words:
    """Give a text's words in small letters, singular: "Child 2's D.O.B." is child, 2, dob."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").replace("'s", "").replace("s' ", "s ")
    plain = _INITIALS.sub(lambda found: re.sub(r"[.\s]", "", found[0]) + " ", plain)
    plain = _PLURAL.sub("", _PATTERN.sub(" ", plain))
    plain = re.sub(r"(?i)\be[- ]mails?\b", "email", plain)
    plain = re.sub(r"(?i)\bpost ?codes?\b", "postcode", plain).replace("tel.", "telephone ")
    plain = _HUMPS.sub(" ", plain)
    words = tuple(_singular(piece.casefold()) for piece in _PIECE.findall(plain))
    return (
        tuple(word for word in words if word not in _LETTERS)
        if {"day", "month", "year"} & set(words)
        else words
    )


@lru_cache(maxsize=20_000)
def telling(text: str) -> Words:
    """Give the words of a text that say something."""
    return tuple(word for word in words_of(text) if word not in FILLERS)


def _singular(word: str) -> str:
    if word in _PLURALS:
        return _PLURALS[word]
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def number_of(word: str) -> int:
    """Give the number that a word counts with ("2", "second"), or 0."""
    if word.isdigit() and len(word) < 3:
        return int(word)
    return _ORDINALS.get(word, 0)


@lru_cache(maxsize=50_000)
def alike(one: str, other: str) -> float:
    """Say how alike two words are, from 0 to 1; 0 unless one is likely the other misspelt."""
    if one == other:
        return 1.0
    if min(len(one), len(other)) < _SHORTEST or one[0] != other[0]:
        return 0.0
    ratio = float(fuzz.ratio(one, other))
    return ratio / 100 if ratio >= _ENOUGH else 0.0


def weight(word: str) -> float:
    """Give what a word counts in a comparison."""
    return _LITTLE if word in WEAK else _MUCH if word in OTHER else 1.0


def closeness(
    asked: Sequence[str], name: Sequence[str], explained: Collection[str] = (), light: Collection[str] = ()
) -> float:
    """Say how well a label's words are a name's, from 0 to 1.

    `explained` are words of the label that are told by something else (whose name it is, which child); `light`
    ones count little. What the name has and the label lacks counts against it, and what the label has besides a
    little less.
    """
    left = list(asked)
    found = missing = 0.0
    for word in name:
        best = max(left, key=lambda each: alike(each, word), default="")
        how = alike(best, word) if best else 0.0
        found += how * weight(word)
        missing += (1 - how) * weight(word)
        if how:
            left.remove(best)
    rest = [word for word in left if word not in explained and not word.isdigit()]
    extra = sum(_LITTLE if word in light else weight(word) for word in rest)
    whole = found + missing + 0.85 * extra
    return found / whole if whole else 0.0


def holds(words: Sequence[str], phrase: Sequence[str]) -> bool:
    """Tell whether a phrase stands in a text, word by word."""
    size = len(phrase)
    return size > 0 and any(
        tuple(words[at : at + size]) == tuple(phrase) for at in range(len(words) - size + 1)
    )
