"""The search for what was removed in what remains.

A value that a reader may not have is gone from the view; but somebody may have typed it into a text that the
reader does see ("she now lives at …"). So every remaining text is searched for every removed value, before
anything is rendered. A hit refuses the document and points to the text, never to the words.

What counts as a repetition, and what not:

- Text is compared by whole words, without regard to case, accents, punctuation and line ends.
- **Names**: the full name, and each part of it alone. A part that is also an ordinary word ("Rose", "Mark")
  counts only with a capital letter and not beside a figure ("3 May"), one that often begins sentences ("Will")
  not there; particles ("de", "van"), single letters and streets ("Sampson Road") never do.
- **Addresses**: each line with a number in it, a first line without one (a named house), and the postcode.
  The other lines are towns and districts, which stand in many texts for good reasons.
- **Telephone numbers** of at least seven digits, however spaced, with or without the country code.
- **Dates**: full dates, in all the ways they are written (`wording.date_forms`).
- **Texts**: the whole text if it has two words that mean something, and each of its sentences of five words or
  more. A single word (a school's name, a town) gives a warning, as it may mean something else.
- Yes and no, choices, numbers and times never count: they identify nobody.
- **What the reader sees anyway is no secret**: a name, a part of a name, an address line, a postcode, a number
  or a date that also stands in the view as a value of its own kind (the offender's address, which is the
  child's too; a surname they share); a text that stands in the view in a property of the same name; and one
  made of nothing but names that are seen ("Involved with: Zoë").
- What a lay reader merely isn't given (`Removed.why` is `undeclared`) is searched for by name, address,
  number, and texts of four words or more; its dates give warnings. These are not secrets for their own sake,
  and everyday phrases ("lives with her mother") must not stop a paper.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from forms.domain import wording
from forms.domain.audience import Removed, View, leaves
from forms.domain.case import strings
from forms.domain.nodes import Node, is_withheld, label, walk
from forms.domain.ordinary import ORDINARY, PARTICLES, STARTERS, TELLING_NOTHING
from forms.foundation.problems import Place, Problem

_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"[^\s,.;:!?()\[\]{}\"“”‘/\\|<>–—-]+")
_FIGURE = re.compile(r"\d")
_NUMBER = re.compile(r"(?:\+|\b)\d[\d ()./-]{5,}\d")
_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})\b")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_DATE = re.compile(
    r"\b\d{4}-\d{2}-\d{2}\b"
    r"|\b\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})\b"
    r"|\b\d{1,2}(?:st|nd|rd|th)?(?: of)? [A-Za-z]{3,9}\.?,? \d{4}\b"
    r"|\b[A-Za-z]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}\b"
)
_AMERICAN = re.compile(r"([A-Za-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_SHORT_YEAR = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2})")

Kind = Literal["name", "part", "address", "postcode", "number", "date", "text", "word"]


@dataclass(frozen=True, slots=True)
class _Needle:
    """One thing to look for: `key` in normal form. `weak` ones give warnings."""

    kind: Kind
    key: str
    removed: Removed
    pointer: str
    weak: bool = False


@dataclass(slots=True)
class _Visible:
    """What the reader sees as values of their own, in normal form, by kind."""

    keys: dict[str, set[str]] = field(default_factory=dict)
    texts: set[tuple[str, str]] = field(default_factory=set)

    def has(self, needle: _Needle, name: str) -> bool:
        if needle.kind in ("text", "word"):
            telling = {word for word in needle.key.split() if word not in TELLING_NOTHING}
            return (name, needle.key) in self.texts or telling <= self.keys.get("part", set())
        return needle.key in self.keys.get(needle.kind, ())


def leaks(view: View, root: Node, source: str = "") -> tuple[Problem, ...]:
    """Find the texts of a view that repeat what was removed from it.

    Args:
        view: The view, with what was removed.
        root: The tree of the case's schema.
        source: The case's file name, for the places of problems.

    Returns:
        An error `restricted-value-repeated` (or a warning `restricted-value-perhaps-repeated`) for each text
        and removed value, with the text's place in the full case.
    """
    visible = _visible(view, root)
    needles = _index(needle for removed in view.withheld for needle in _needles(removed, visible))
    if not needles:
        return ()
    found: dict[tuple[str, str], Problem] = {}
    for pointer, prints, text in _texts(view, root):
        for needle in _search(text, prints, needles):
            place = view.origin(pointer)
            key = (place, needle.removed.pointer)
            if key not in found or (found[key].severity == "warning" and not needle.weak):
                found[key] = _problem(view, root, source, place, needle)
    return tuple(sorted(found.values(), key=lambda problem: problem.severity == "warning"))


def normal(text: str) -> str:
    """Give a text as its words in lower case without accents and possessive endings, one space between."""
    if not text.isascii():
        split = unicodedata.normalize("NFKD", text.translate(_LETTERS)).casefold()
        text = _ACCENT.sub("", unicodedata.normalize("NFKD", split.translate(_LETTERS)))
    folded = _POSSESSIVE.sub("", text.casefold()).replace("'", "")
    if folded.isascii():
        return " ".join(_WORD.findall(folded))
    return " ".join("".join(map(_letter_or_space, folded)).split())


def _letter_or_space(char: str) -> str:
    """Drop accents, keep the vowel signs of Indic scripts; what is no letter or figure parts words."""
    if char.isalnum():
        return char
    if unicodedata.combining(char):
        return ""
    return char if unicodedata.category(char)[0] == "M" else " "


_POSSESSIVE = re.compile(r"(?<=\w)'s\b")
_ACCENT = re.compile("[\u0300-\u036f]")
# Letters that have no decomposition, and are written without their stroke all the same; punctuation; and what
# is invisible inside words: soft hyphens, zero-width spaces and joiners.
_LETTERS = str.maketrans(
    {
        **{"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ħ": "h", "Ħ": "H", "ı": "i", "’": "'"},
        **dict.fromkeys("“”‘–—•…«»\u00a0", " "),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
    }
)


def _problem(view: View, root: Node, source: str, place: str, needle: _Needle) -> Problem:
    where = Place(source, place, label(root, place))
    if needle.weak:
        return Problem(
            "warning",
            "restricted-value-perhaps-repeated",
            f"This text may repeat what “{view.reader.label}” may not have ({label(root, needle.pointer)})",
            "Read it again with that reader's eyes",
            where,
        )
    return Problem(
        "error",
        "restricted-value-repeated",
        f"This text repeats what “{view.reader.label}” may not have ({label(root, needle.pointer)})",
        "Take it out of the text, or release it to this reader with a reason",
        where,
    )


def _needles(removed: Removed, visible: _Visible) -> Iterator[_Needle]:
    for node, pointer, value in leaves(removed):
        name = pointer.rpartition("/")[2]
        for kind, key, weak in _keys(node, value, removed.why == "undeclared"):
            needle = _Needle(kind, key, removed, pointer, weak)
            if not visible.has(needle, name):
                yield needle


def _keys(node: Node, value: object, undeclared: bool) -> Iterator[tuple[Kind, str, bool]]:
    """Give what to search for of one value: (kind, normal form, whether it is weak)."""
    if node.prints == "name" and isinstance(value, Mapping):
        for kind, key in _name_keys(value):
            yield kind, key, False
    elif node.prints == "address" and isinstance(value, Mapping):
        for kind, key in _address_keys(value):
            yield kind, key, False
    elif not isinstance(value, str):
        return
    elif node.prints == "telephone":
        if key := _number_key(value):
            yield "number", key, False
    elif node.prints in ("date", "part_date"):
        if wording.read_date(value) is not None and len(value) == 10:
            yield "date", value, undeclared
    elif node.prints == "text":
        yield from _text_keys(value, undeclared)


def _name_keys(value: Mapping[str, object]) -> Iterator[tuple[Kind, str]]:
    given, family = normal(str(value.get("given", ""))), normal(str(value.get("family", "")))
    full = f"{given} {family}".strip()
    if " " in full:
        yield "name", full
        if given and family:
            yield "name", f"{given.split()[0]} {family}"
    for part in f"{given} {family}".split():
        if len(part) > 1 and part not in PARTICLES:
            yield "part", part


def _address_keys(value: Mapping[str, object]) -> Iterator[tuple[Kind, str]]:
    lines = value.get("lines")
    for index, line in enumerate(lines if isinstance(lines, list) else ()):
        key = normal(str(line))
        figures = any(char.isdigit() for char in key)
        named_house = index == 0 and len(lines) > 1 and " " in key  # type: ignore[arg-type]
        if (figures and " " in key) or named_house:
            yield "address", key
    postcode = re.sub(r"\s", "", str(value.get("postcode", ""))).casefold()
    if len(postcode) >= 5:
        yield "postcode", postcode


def _number_key(value: str) -> str:
    key = wording.read_telephone(re.sub(r"(?i)(ext|x).*", "", value))
    return key if len(key) >= 7 else ""


def _text_keys(value: str, undeclared: bool) -> Iterator[tuple[Kind, str, bool]]:
    if number := _number_key(value) if re.fullmatch(r"[+\d][\d ()./-]{6,}", value) else "":
        yield "number", number, False
    whole = normal(value)
    words = whole.split()
    telling = [word for word in words if word not in TELLING_NOTHING and not word.isdigit()]
    if len(words) >= (4 if undeclared else 2) and telling and len(whole) >= 8:
        yield "text", whole, False
    elif len(words) == 1 and telling and len(whole) >= 4 and not undeclared:
        yield "word", whole, True
    for sentence in _SENTENCE.split(value):
        key = normal(sentence)
        if key != whole and key.count(" ") >= 4:
            yield "text", key, False


def _visible(view: View, root: Node) -> _Visible:
    """Collect what stands in the view as values of their own, or would in a document about other children."""
    visible = _Visible()
    trees = [("", root, view.data), *view.elsewhere]
    for pointer, node, value in (place for at, top, data in trees for place in walk(top, data, at)):
        if node.kind != "value" or is_withheld(value):
            continue
        for kind, key, _ in _keys(node, value, False):
            if kind in ("text", "word"):
                visible.texts.add((pointer.rpartition("/")[2], key))
            else:
                visible.keys.setdefault(kind, set()).add(key)
    return visible


@dataclass(frozen=True, slots=True)
class _Index:
    """The needles, so that one pass over a text finds them."""

    by_word: Mapping[str, tuple[_Needle, ...]]
    numbers: Mapping[str, tuple[_Needle, ...]]
    dates: Mapping[str, tuple[_Needle, ...]]
    postcodes: Mapping[str, tuple[_Needle, ...]]


def _index(needles: Iterable[_Needle]) -> _Index | None:
    groups: dict[str, dict[str, list[_Needle]]] = {"words": {}, "number": {}, "date": {}, "postcode": {}}
    for needle in needles:
        kind = needle.kind if needle.kind in groups else "words"
        key = needle.key.partition(" ")[0] if kind == "words" else needle.key
        groups[kind].setdefault(key, []).append(needle)
    if not any(groups.values()):
        return None
    words, numbers, dates, postcodes = (
        {key: tuple(found) for key, found in groups[kind].items()}
        for kind in ("words", "number", "date", "postcode")
    )
    return _Index(words, numbers, dates, postcodes)


def _texts(view: View, root: Node) -> Iterator[tuple[str, str, str]]:
    """Give every remaining text with its place in the view and how its value prints."""
    for pointer, node, value in walk(root, view.data):
        if node.kind == "value" or isinstance(value, str):
            for place, text in strings(value, pointer):
                prints = "text" if place.endswith("/not_known") else node.prints
                if prints not in ("words", "time"):
                    yield place, prints, text


def _search(text: str, prints: str, index: _Index) -> Iterator[_Needle]:
    if index.by_word:
        yield from _search_words(text, prints, index.by_word)
    if _FIGURE.search(text):
        if index.numbers:
            for found in _NUMBER.findall(text):
                yield from index.numbers.get(wording.read_telephone(found), ())
        if index.dates:
            for found in _DATE.findall(text):
                yield from index.dates.get(_read_any_date(found), ())
        if index.postcodes:
            for outward, inward in _POSTCODE.findall(text.upper()):
                yield from index.postcodes.get(f"{outward}{inward}".casefold(), ())


def _search_words(text: str, prints: str, index: Mapping[str, tuple[_Needle, ...]]) -> Iterator[_Needle]:
    joined = f" {normal(text)} "
    for word in dict.fromkeys(joined.split()):
        for needle in index.get(word, ()):
            if needle.kind == "part":
                # Inside an address or another name, a part of a name is chance (Rose Street, Victoria Park).
                if prints == "text" and _is_name_here(text, word):
                    yield needle
            elif f" {needle.key} " in joined:
                yield needle


def _is_name_here(text: str, word: str) -> bool:
    """Tell whether a part of a name stands in a text as a name, and not as the ordinary word it is too."""
    exacting = word in ORDINARY or len(word) < 3
    for found in _TOKEN.finditer(text):
        token = found.group()
        if normal(token) != word or (exacting and not token[0].isupper()):
            continue
        before, after = text[: found.start()].rstrip(" "), text[found.end() :].lstrip()
        begins = word in STARTERS and (not before or before[-1] in _BEFORE_A_SENTENCE)
        beside_figure = exacting and (before[-1:].isdigit() or after[:1].isdigit())
        if not begins and not beside_figure and not _PLACE.match(after):
            return True
    return False


_PLACE = re.compile(
    r"(Academy|Avenue|Centre|Close|Court|Crescent|Drive|Estate|Gardens|Green|Grove|High|Hill|Hospital|House|Junior"
    r"|Lane|Mews|Park|Place|Primary|Road|School|Square|Station|Street|Surgery|Terrace|Walk|Ward|Way)\b"
)
_BEFORE_A_SENTENCE = '.!?:;\n\t•“"‘(-–'


def _read_any_date(text: str) -> str:
    if found := _SHORT_YEAR.fullmatch(text):
        century = "20" if int(found[3]) < 50 else "19"
        text = f"{found[1]}/{found[2]}/{century}{found[3]}"
    elif found := _AMERICAN.fullmatch(text):
        text = f"{found[2]} {found[1]} {found[3]}"
    return wording.read_date(text.replace(" of ", " ")) or ""
