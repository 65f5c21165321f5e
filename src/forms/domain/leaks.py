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

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from forms.domain import wording
from forms.domain.audience import Removed, View, leaves
from forms.domain.case import strings
from forms.domain.needles import Haystack, Key, Kind, keys_of, may_be_number
from forms.domain.nodes import Node, is_unknown, is_withheld, label, walk
from forms.domain.normal import normal, padded
from forms.domain.ordinary import ORDINARY, STARTERS, TELLING_NOTHING
from forms.foundation.patterns import pattern
from forms.foundation.problems import Place, Problem

_TOKEN = pattern(r"[^\s,.;:!?()\[\]{}\"“”‘/\\|<>–—-]+")
_FIGURE = pattern(r"\d")
_NUMBER = pattern(r"(?:\+|\b)\d[\d ()./-]{5,}\d")
_SHORTEST_NUMBER = 7
_POSTCODE = pattern(r"\b([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})\b")
_DATE = pattern(
    r"\b\d{4}-\d{2}-\d{2}\b"
    r"|\b\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})\b"
    r"|\b\d{1,2}(?:st|nd|rd|th)?(?: of)? [A-Za-z]{3,9}\.?,? \d{4}\b"
    r"|\b[A-Za-z]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}\b"
)
_AMERICAN = pattern(r"([A-Za-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_SHORT_YEAR = pattern(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2})")


class _Needle(Struct, frozen=True):
    """A key to look for, of the value at a place of the full case, in something removed."""

    key: Key
    removed: Removed
    pointer: str
    weak: bool

    @property
    def name(self) -> str:
        """The property that it is the value of."""
        return self.pointer.rpartition("/")[2]


class _Reading(Struct):
    """One text as it is searched: the pieces are made when they are first asked for."""

    text: str
    words: list[str]
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


class Readings:
    """What was read of one case, for all its readers; it goes when the case goes."""

    def __init__(self, texts: Sequence[str] = (), characters: Iterable[str] | None = None) -> None:
        """Take the case's texts, which are read together, others one by one; and their characters."""
        self._texts: dict[str, _Reading] = {}
        self._padded = _Padded(zip(texts, padded(texts, characters), strict=True))
        self._keys: dict[tuple[int, int], tuple[Node, object, _PlacedKeys]] = {}

    def read(self, text: str) -> _Reading:
        """Give a text's thorough reading; views of one case share their texts."""
        reading = self._texts.get(text)
        if reading is None:
            reading = self._texts[text] = _Reading(text, self._words(text))
        return reading

    def haystack(self, seen: Iterable[_Value], keys: int) -> Haystack:
        """Give the texts of values as one; `keys` is how many will be looked for."""
        said: list[str] = []
        stated: list[str] = []
        for _, node, value in seen:
            if type(value) is str:
                if node.prints == "text":
                    said.append(value)
                elif node.prints not in _NOT_SEARCHED:
                    stated.append(value)
            elif type(value) is not bool:
                _sort(value, node.prints, said, stated)
        find = self._padded.__getitem__
        return Haystack(map(find, said), map(find, stated), keys)

    def keys_in(self, node: Node, value: object) -> _PlacedKeys:
        """Give what to search for of a value or a subtree, each with its place below."""
        about = (id(node), id(value))
        found = self._keys.get(about)
        if found is None:
            keys = tuple(
                (place, key)
                for below, place, leaf in leaves(node, value)
                for key in keys_of(below, leaf, self._words)
            )
            # Both are kept beside the keys, so that no other can come to stand at their address.
            found = self._keys[about] = (node, value, keys)
        return found[2]

    def _words(self, text: str) -> list[str]:
        return self._padded[text].split()


_PlacedKeys = tuple[tuple[str, Key], ...]


class _Padded(dict[str, str]):
    """Texts as `padded` gives them; one that is not known is read when it is asked for."""

    def __missing__(self, text: str) -> str:
        self[text] = made = padded([text])[0]
        return made


_Value = tuple[str, Node, object]
"""A value of a view: the name of its property, or its number in a list; its node; the value."""


def _values(name: str, node: Node, value: object, found: list[_Value]) -> None:
    """Collect the single values of a view; as `walk`, but without their places, which take longest to make."""
    if node.kind == "value" or isinstance(value, str):
        found.append((name, node, value))
    elif node.kind == "array":
        if isinstance(value, list) and node.items is not None:
            for index, item in enumerate(value):
                _values(str(index), node.items, item, found)
    elif isinstance(value, Mapping) and not is_unknown(value):
        find = node.properties.get
        for key, item in value.items():
            below = find(key)
            if below is None:
                continue
            if below.kind == "value":
                found.append((key, below, item))
            else:
                _values(key, below, item, found)


def _sort(value: object, prints: str, said: list[str], stated: list[str]) -> None:
    """Sort the texts in a value by whether they print as text, as a reason for not knowing always does."""
    if isinstance(value, str):
        if prints not in _NOT_SEARCHED:
            (said if prints == "text" else stated).append(value)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _sort(item, "text" if key == "not_known" else prints, said, stated)
    elif isinstance(value, list):
        for item in value:
            _sort(item, prints, said, stated)


class _Visible:
    """What the reader sees as values of their own, in normal form; most of it is never asked for."""

    def __init__(self, seen: Sequence[_Value], readings: Readings) -> None:
        """Take what stands in the view, or would in a document about other children."""
        self._seen = seen
        self._readings = readings
        self._keys: dict[str, set[str]] = {}
        self._texts: dict[str, set[str]] = {}

    def has(self, needle: _Needle) -> bool:
        """Tell whether the reader sees anyway what is looked for."""
        kind, text = needle.key.kind, needle.key.text
        if kind in ("text", "word"):
            telling = {word for word in text.split() if word not in TELLING_NOTHING}
            return text in self._texts_of(needle.name) or telling <= self._keys_of("part")
        return text in self._keys_of(kind)

    def _keys_of(self, kind: str) -> set[str]:
        if kind not in self._keys:
            prints = _SHOWN_AS[kind]
            values = [(node, value) for _, node, value in self._seen if node.prints in prints]
            if kind == "number":  # of many texts, few are one
                values = [each for each in values if each[0].prints != "text" or may_be_number(each[1])]
            self._keys[kind] = {key.text for key in self._all_keys(values) if key.kind == kind}
        return self._keys[kind]

    def _texts_of(self, name: str) -> set[str]:
        if name not in self._texts:
            values = [(node, value) for own, node, value in self._seen if own == name and node.prints == "text"]
            self._texts[name] = {key.text for key in self._all_keys(values) if key.kind in ("text", "word")}
        return self._texts[name]

    def _all_keys(self, values: Iterable[tuple[Node, object]]) -> Iterator[Key]:
        for node, value in values:
            if type(value) is str or not is_withheld(value):
                yield from (key for _, key in self._readings.keys_in(node, value))


_SHOWN_AS: Mapping[Kind | str, tuple[str, ...]] = {
    "name": ("name",),
    "part": ("name",),
    "address": ("address",),
    "postcode": ("address",),
    "number": ("telephone", "text"),
    "date": ("date", "part_date"),
}
"""How the values print that may hold a key of a kind (see `needles.keys_of`)."""


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
    if not view.withheld:
        return ()
    seen: list[_Value] = []
    _values("", root, view.data, seen)
    needles = list(_suspects(view, known, known.haystack(seen, len(view.withheld))))
    if not needles:
        return ()
    for pointer, node, value in view.elsewhere:
        _values(pointer.rpartition("/")[2], node, value, seen)
    visible = _Visible(seen, known)
    return _found(view, root, source, [needle for needle in needles if not visible.has(needle)], known)


def _found(
    view: View, root: Node, source: str, needles: Iterable[_Needle], known: Readings
) -> tuple[Problem, ...]:
    """Search every text thoroughly, and say where each needle is."""
    index = _index(needles)
    if not index:
        return ()
    found: dict[tuple[str, str], Problem] = {}
    for pointer, prints, text in _texts(view, root):
        for needle in _search(known.read(text), prints, index):
            place = view.origin(pointer)
            key = (place, needle.removed.pointer)
            if key not in found or (found[key].severity == "warning" and not needle.weak):
                found[key] = _problem(view, root, source, place, needle)
    return tuple(sorted(found.values(), key=lambda problem: problem.severity == "warning"))


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


def _suspects(view: View, readings: Readings, haystack: Haystack) -> Iterator[_Needle]:
    """Give what to search for, but for what is surely nowhere."""
    may_hold = haystack.may_hold
    for removed in view.withheld:
        undeclared = removed.why == "undeclared"
        for place, key in readings.keys_in(removed.node, removed.value):
            weak = key.not_given if undeclared else key.secret
            if weak is not None and may_hold(key):
                yield _Needle(key, removed, removed.pointer + place, weak)


class _Index(Struct, frozen=True):
    """The needles, so that one pass over a text finds them."""

    by_word: Mapping[str, tuple[_Needle, ...]]
    numbers: Mapping[str, tuple[_Needle, ...]]
    dates: Mapping[str, tuple[_Needle, ...]]
    postcodes: Mapping[str, tuple[_Needle, ...]]


def _index(needles: Iterable[_Needle]) -> _Index | None:
    groups: dict[str, dict[str, list[_Needle]]] = {"words": {}, "number": {}, "date": {}, "postcode": {}}
    for needle in needles:
        kind = needle.key.kind if needle.key.kind in groups else "words"
        key = needle.key.text.partition(" ")[0] if kind == "words" else needle.key.text
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


def _search(reading: _Reading, prints: str, index: _Index) -> Iterator[_Needle]:
    if not index.by_word.keys().isdisjoint(reading.words):
        yield from _search_words(reading, prints, index.by_word)
    if not (index.numbers or index.dates or index.postcodes) or not _FIGURE.search(reading.text):
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
            if needle.key.kind == "part":
                # Inside an address or another name, a part of a name is chance (Rose Street, Victoria Park).
                if prints == "text" and _is_name_here(reading.text, word):
                    yield needle
            elif f" {needle.key.text} " in reading.joined:
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
