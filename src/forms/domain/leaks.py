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
from typing import Literal

from msgspec import Struct, field

from forms.domain import wording
from forms.domain.audience import Removed, View, leaves
from forms.domain.case import strings
from forms.domain.nodes import Node, is_withheld, label, walk
from forms.domain.ordinary import ORDINARY, PARTICLES, STARTERS, TELLING_NOTHING
from forms.foundation.patterns import pattern
from forms.foundation.problems import Place, Problem

_WORD = pattern(r"[^\W_]+")
_TOKEN = re.compile(r"[^\s,.;:!?()\[\]{}\"“”‘/\\|<>–—-]+")
_FIGURE = re.compile(r"\d")
_NUMBER = pattern(r"(?:\+|\b)\d[\d ()./-]{5,}\d")
_SHORTEST_NUMBER = 7
_POSTCODE = pattern(r"\b([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})\b")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_DATE = pattern(
    r"\b\d{4}-\d{2}-\d{2}\b"
    r"|\b\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})\b"
    r"|\b\d{1,2}(?:st|nd|rd|th)?(?: of)? [A-Za-z]{3,9}\.?,? \d{4}\b"
    r"|\b[A-Za-z]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}\b"
)
_AMERICAN = pattern(r"([A-Za-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_SHORT_YEAR = pattern(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2})")

Kind = Literal["name", "part", "address", "postcode", "number", "date", "text", "word"]


class _Needle(Struct, frozen=True):
    """One thing to look for: `key` in normal form. `weak` ones give warnings."""

    kind: Kind
    key: str
    removed: Removed
    pointer: str
    weak: bool = False

    @property
    def name(self) -> str:
        """The property that it is the value of."""
        return self.pointer.rpartition("/")[2]


class _Reading(Struct):
    """One text as it is searched: the pieces are made when they are first asked for."""

    text: str
    words: list[str]
    figures: bool
    _joined: str | None = None
    _numbers: tuple[str, ...] | None = None
    _dates: tuple[str, ...] | None = None
    _postcodes: tuple[str, ...] | None = None

    @property
    def joined(self) -> str:
        """Its words with a space before, between and after."""
        if self._joined is None:
            self._joined = f" {' '.join(self.words)} "
        return self._joined

    @property
    def numbers(self) -> tuple[str, ...]:
        """Its telephone numbers, in normal form."""
        if self._numbers is None:
            self._numbers = tuple(map(wording.read_telephone, _NUMBER.findall(self.text)))
        return self._numbers

    @property
    def dates(self) -> tuple[str, ...]:
        """Its dates, as ISO dates."""
        if self._dates is None:
            self._dates = tuple(map(_read_any_date, _DATE.findall(self.text)))
        return self._dates

    @property
    def postcodes(self) -> tuple[str, ...]:
        """Its postcodes, in normal form."""
        if self._postcodes is None:
            found = _POSTCODE.findall(self.text.upper())
            self._postcodes = tuple(f"{outward}{inward}".casefold() for outward, inward in found)
        return self._postcodes


Key = tuple[Kind, str, bool]


class Readings(Struct):
    """What was read of one case's texts, for all its readers; it goes when the case goes."""

    texts: dict[str, _Reading] = field(default_factory=dict)
    keys: dict[tuple[str, str, bool], tuple[Key, ...]] = field(default_factory=dict)

    def keys_of(self, node: Node, value: object, undeclared: bool) -> Iterable[Key]:
        """Give what to search for of one value, see `_keys`."""
        if not isinstance(value, str):
            return _keys(node, value, undeclared)
        about = (node.prints, value, undeclared)
        found = self.keys.get(about)
        if found is None:
            found = self.keys[about] = tuple(_keys(node, value, undeclared))
        return found


class _Visible:
    """What the reader sees as values of their own, in normal form; most of it is never asked for."""

    def __init__(self, view: View, root: Node, readings: Readings) -> None:
        """Collect what stands in the view, or would in a document about other children."""
        self._readings = readings
        self._by_kind: dict[str, list[tuple[Node, object]]] = {}
        self._by_name: dict[str, list[tuple[Node, object]]] = {}
        self._keys: dict[str, set[str]] = {}
        self._texts: dict[str, set[str]] = {}
        for at, top, data in (("", root, view.data), *view.elsewhere):
            for pointer, node, value in walk(top, data, at):
                if node.kind == "value" and not is_withheld(value):
                    self._by_kind.setdefault(node.prints, []).append((node, value))
                    if node.prints == "text":
                        self._by_name.setdefault(pointer.rpartition("/")[2], []).append((node, value))

    def has(self, needle: _Needle) -> bool:
        """Tell whether the reader sees anyway what is looked for."""
        if needle.kind in ("text", "word"):
            telling = {word for word in needle.key.split() if word not in TELLING_NOTHING}
            return needle.key in self._texts_of(needle.name) or telling <= self._keys_of("part")
        return needle.key in self._keys_of(needle.kind)

    def _keys_of(self, kind: str) -> set[str]:
        if kind not in self._keys:
            self._keys[kind] = {
                key
                for prints in _SHOWN_AS[kind]
                for node, value in self._by_kind.get(prints, ())
                for found, key, _ in self._readings.keys_of(node, value, False)
                if found == kind
            }
        return self._keys[kind]

    def _texts_of(self, name: str) -> set[str]:
        if name not in self._texts:
            self._texts[name] = {
                key
                for node, value in self._by_name.get(name, ())
                for kind, key, _ in self._readings.keys_of(node, value, False)
                if kind in ("text", "word")
            }
        return self._texts[name]


_SHOWN_AS: Mapping[Kind | str, tuple[str, ...]] = {
    "name": ("name",),
    "part": ("name",),
    "address": ("address",),
    "postcode": ("address",),
    "number": ("telephone", "text"),
    "date": ("date", "part_date"),
}
"""How the values print that may hold a key of a kind (see `_keys`)."""


def leaks(view: View, root: Node, source: str = "", readings: Readings | None = None) -> tuple[Problem, ...]:
    """Find the texts of a view that repeat what was removed from it.

    Args:
        view: The view, with what was removed.
        root: The tree of the case's schema.
        source: The case's file name, for the places of problems.
        readings: What was read of the same case's texts before; filled here.

    Returns:
        An error `restricted-value-repeated` (or a warning `restricted-value-perhaps-repeated`) for each text
        and removed value, with the text's place in the full case.
    """
    known = Readings() if readings is None else readings
    needles = _index(needle for removed in view.withheld for needle in _needles(removed, known))
    if not needles:
        return ()
    # What is seen anyway is taken out of what was found, not of what is looked for: mostly nothing is found.
    visible: _Visible | None = None
    seen: dict[int, bool] = {}
    found: dict[tuple[str, str], Problem] = {}
    plain = not (needles.numbers or needles.dates or needles.postcodes)
    for pointer, prints, text in _texts(view, root):
        reading = _read(text, known)
        if (plain or not reading.figures) and needles.by_word.keys().isdisjoint(reading.words):
            continue  # most texts
        for needle in _search(reading, prints, needles):
            if id(needle) not in seen:
                visible = visible or _Visible(view, root, known)
                seen[id(needle)] = visible.has(needle)
            if seen[id(needle)]:
                continue
            place = view.origin(pointer)
            key = (place, needle.removed.pointer)
            if key not in found or (found[key].severity == "warning" and not needle.weak):
                found[key] = _problem(view, root, source, place, needle)
    return tuple(sorted(found.values(), key=lambda problem: problem.severity == "warning"))


def normal(text: str) -> str:
    """Give a text as its words in lower case without accents and possessive endings, one space between."""
    return " ".join(_words(text))


def _words(text: str) -> list[str]:
    """Give a text's words in normal form."""
    if not text.isascii():
        plain = _WESTERN.sub(_western, text)
        text = plain if plain.isascii() else _fold(text)
    if "'" in text:
        text = _POSSESSIVE.sub("", text.casefold()).replace("'", "")
    if text.isascii():
        return text.translate(_ASCII).split()
    return "".join(map(_letter_or_space, text.casefold())).split()


def _fold(text: str) -> str:
    """Take off accents and what is invisible; the rest of letters stays as it is."""
    split = unicodedata.normalize("NFKD", text.translate(_LETTERS)).casefold()
    return _ACCENT.sub("", unicodedata.normalize("NFKD", split.translate(_LETTERS)))


def _western(found: re.Match[str]) -> str:
    """What `_fold` makes of a letter or mark that has nothing to do with those beside it."""
    return _FOLDED.get(found[0]) or _FOLDED.setdefault(found[0], _fold(found[0]))


def _letter_or_space(char: str) -> str:
    """Drop accents, keep the vowel signs of Indic scripts; what is no letter or figure parts words."""
    if char.isalnum():
        return char
    if unicodedata.combining(char):
        return ""
    return char if unicodedata.category(char)[0] == "M" else " "


_WESTERN = re.compile("[\u00a0-\u024f\u2010-\u2026]")
"""Latin letters with their accents, and punctuation: each is folded by itself."""
_FOLDED: dict[str, str] = {}
_ASCII = "".join(chr(code).lower() if chr(code).isalnum() else " " for code in range(128))
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


def _needles(removed: Removed, readings: Readings) -> Iterator[_Needle]:
    for node, pointer, value in leaves(removed):
        for kind, key, weak in readings.keys_of(node, value, removed.why == "undeclared"):
            yield _Needle(kind, key, removed, pointer, weak)


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


class _Index(Struct, frozen=True):
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


_NOT_SEARCHED = frozenset({"words", "time"})


def _texts(view: View, root: Node) -> Iterator[tuple[str, str, str]]:
    """Give every remaining text with its place in the view and how its value prints."""
    for pointer, node, value in walk(root, view.data):
        if type(value) is str:
            if node.prints not in _NOT_SEARCHED:
                yield pointer, node.prints, value
        elif node.kind == "value":
            for place, text in strings(value, pointer):
                prints = "text" if place.endswith("/not_known") else node.prints
                if prints not in _NOT_SEARCHED:
                    yield place, prints, text


def _read(text: str, known: Readings) -> _Reading:
    """Give a text's reading; views of one case share their texts."""
    reading = known.texts.get(text)
    if reading is None:
        reading = known.texts[text] = _Reading(text, _words(text), _FIGURE.search(text) is not None)
    return reading


def _search(reading: _Reading, prints: str, index: _Index) -> Iterator[_Needle]:
    if not index.by_word.keys().isdisjoint(reading.words):
        yield from _search_words(reading, prints, index.by_word)
    if not reading.figures:
        return
    if index.numbers and prints != "date" and len(reading.text) >= _SHORTEST_NUMBER:
        for key in reading.numbers:
            yield from index.numbers.get(key, ())
    if index.dates:
        for key in reading.dates:
            yield from index.dates.get(key, ())
    if index.postcodes:
        for key in reading.postcodes:
            yield from index.postcodes.get(key, ())


def _search_words(
    reading: _Reading, prints: str, index: Mapping[str, tuple[_Needle, ...]]
) -> Iterator[_Needle]:
    for word in dict.fromkeys(reading.words):
        for needle in index.get(word, ()):
            if needle.kind == "part":
                # Inside an address or another name, a part of a name is chance (Rose Street, Victoria Park).
                if prints == "text" and _is_name_here(reading.text, word):
                    yield needle
            elif f" {needle.key} " in reading.joined:
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


_PLACE = pattern(
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
