"""Which column fills which place of a case: by vocabulary names, by synonyms, or by the user's own mapping."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forms.application.sources.cells import DateOrder
from forms.application.sources.rows import ADVICE
from forms.domain.case import steps
from forms.domain.explain import near
from forms.domain.nodes import Node, humanise, places
from forms.foundation.errors import InputError
from forms.foundation.problems import Place, Problem

Steps = tuple[str | int, ...]
_REFERENCE: Steps = ("reference",)
_MOST_ITEMS = 100
_NUMBERED = re.compile(r"([a-z ]+?) ?(\d{1,3})(?: (.+))?")


@dataclass(frozen=True, slots=True)
class HeadingMap:
    """A user's mapping: headings to places (None: not used), how dates are written, values for every row."""

    headings: Mapping[str, str | None] = field(default_factory=dict)
    dates: DateOrder = ""
    every_row: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """A column that fills a place: its position, the user's heading, the path, what the schema says there."""

    index: int
    heading: str
    path: Steps
    node: Node


def plain(heading: str) -> str:
    """Give a heading without case, spaces and punctuation that people vary."""
    split = unicodedata.normalize("NFKC", heading).casefold().replace("’", "").replace("'", "")
    return " ".join(re.sub(r"[\W_]+", " ", split).split())


def read_mapping(data: Mapping[str, Any] | None) -> HeadingMap:
    """Read a mapping file (checked before against its schema)."""
    if not data:
        return HeadingMap()
    headings = {plain(name): place for name, place in data.get("headings", {}).items()}
    return HeadingMap(headings, data.get("dates", ""), data.get("every_row", {}))


class Headings:
    """Knows what headings mean, for one vocabulary; make it once."""

    def __init__(self, root: Node, synonyms: Mapping[str, Any], mapping: HeadingMap) -> None:
        """Take the tree of the case's schema, the directory of synonyms, and the user's mapping."""
        self._root = root
        self._mapping = mapping
        self._lists = {
            plain(word): steps(pointer)
            for pointer, words in synonyms["lists"].items()
            for word in (*words, steps(pointer)[-1])
        }
        self._synonyms = {
            plain(name): steps(pointer) for pointer, names in synonyms["places"].items() for name in names
        }
        self._items = {
            steps(pointer): {
                plain(name): tuple(place.split("/")) for place, names in items.items() for name in names
            }
            for pointer, items in synonyms["items"].items()
        }
        self._whole = _names(root)

    @property
    def dates(self) -> DateOrder:
        """How the mapping says that dates are written."""
        return self._mapping.dates

    @property
    def every_row(self) -> Mapping[str, object]:
        """The mapping's values for every row, by JSON Pointer."""
        return self._mapping.every_row

    def columns(self, headings: Sequence[str], source: str, start: tuple[str, ...] = ()) -> tuple[Column, ...]:
        """Give the columns of a table; `start` is the list whose items its rows are, for a second sheet.

        Raises InputError naming every heading that means nothing, means the same as another, or is missing.
        """
        problems: list[Problem] = []
        columns: list[Column] = []
        taken: dict[Steps, str] = {}
        for index, heading in enumerate(headings):
            key = plain(heading)
            if (
                not key
                or key == ADVICE
                or (key in self._mapping.headings and self._mapping.headings[key] is None)
            ):
                continue
            path = self._find(key, heading.strip(), start)
            node = self._node(path) if path is not None else None
            if path is None or node is None:
                problems.append(self._unknown(index, heading, key, source))
            elif path in taken:
                problems.append(_twice(heading, taken[path], source))
            else:
                taken[path] = heading
                columns.append(Column(index, heading.strip(), path, node))
        if len(problems) > 1 and not columns:
            raise InputError(_no_headings(source))
        if _REFERENCE not in taken:
            problems.append(_no_reference(source))
        if problems:
            raise InputError(*problems)
        return tuple(columns)

    def list_called(self, sheet: str) -> tuple[str, ...] | None:
        """Give the list that a sheet's name stands for ("Children"), or None."""
        return self._lists.get(plain(sheet))

    def _find(self, key: str, heading: str, start: tuple[str, ...]) -> Steps | None:
        mapped = self._mapping.headings.get(key)
        if mapped is not None:
            return self._spelt(mapped)
        if spelt := self._spelt(heading):
            return spelt
        if start:
            if self._whole.get(key) == _REFERENCE or self._synonyms.get(key) == _REFERENCE:
                return _REFERENCE
            below = self._below(start, key)
            return (*start, 0, *below) if below is not None else None
        if (match := _NUMBERED.fullmatch(key)) and match[1] in self._lists and 0 < int(match[2]) <= _MOST_ITEMS:
            path = self._lists[match[1]]
            below = self._below(path, match[3] or "")
            return (*path, int(match[2]) - 1, *below) if below is not None else None
        found = self._synonyms.get(key) or self._whole.get(key)
        return _indexed(found) if found else None

    def _spelt(self, text: str) -> Steps | None:
        """Read a JSON Pointer (items count from 0) or a dotted name (items count from 1)."""
        if text.startswith("/"):
            parts: Steps = tuple(int(part) if part.isdigit() else part for part in steps(text))
        elif "." in text and " " not in text:
            parts = tuple(int(part) - 1 if part.isdigit() else part for part in text.split("."))
        else:
            return (text,) if self._root.at((text,)) is not None and text == "reference" else None
        if any(isinstance(part, int) and not 0 <= part < _MOST_ITEMS for part in parts):
            return None
        return parts if self._node(parts) is not None else None

    def _below(self, path: tuple[str, ...], key: str) -> Steps | None:
        """Find a place inside an item of a list, by the item's own names and synonyms."""
        item = self._root.at((*path, 0))
        if item is None:
            return None
        if not item.properties:
            return () if not key else None
        words = self._items.get(path, {})
        if key in words:
            return _indexed(words[key])
        found = _names(item).get(key)
        return _indexed(found) if found else None

    def _node(self, path: Steps) -> Node | None:
        """Give the schema's node at a path that a single cell can fill."""
        node: Node | None = self._root
        for part in path:
            if node is None or isinstance(part, int) != (node.kind == "array"):
                return None
            node = node.items if isinstance(part, int) else node.properties.get(part)
        fills = node is not None and (
            node.kind == "value" or (node.items is not None and node.items.kind == "value")
        )
        return node if fills else None

    def _unknown(self, index: int, heading: str, key: str, source: str) -> Problem:
        names = near(key, {*self._whole, *self._synonyms, *self._mapping.headings})
        hint = f"Did you mean ‘{names[0]}’? " if names else ""
        return Problem(
            "error",
            "unknown-heading",
            f"Nobody can tell what the heading of column {letters(index)} means",
            f"{hint}Rename it, or say in a mapping (--map) which place it fills, or null to leave it out",
            Place(source, "", f"headings, column {letters(index)} ‘{heading.strip()[:60]}’"),
        )


def letters(index: int) -> str:
    """Give a column's letters as a spreadsheet shows them: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def _names(root: Node) -> dict[str, tuple[str, ...]]:
    """Give the vocabulary's own names of its places: the path in words, and the title if that is unique."""
    names: dict[str, tuple[str, ...]] = {}
    titles: dict[str, list[tuple[str, ...]]] = {}
    for path, node in places(root):
        if path and path[-1] != "*" and path.count("*") <= 1 and "papers" not in path[:1]:
            words = plain(" ".join(humanise(part) for part in path if part != "*"))
            names.setdefault(words, path)
            if node.title:
                titles.setdefault(plain(node.title), []).append(path)
    for title, paths in titles.items():
        if len(paths) == 1:
            names.setdefault(title, paths[0])
    return names


def _indexed(path: Sequence[str]) -> Steps:
    return tuple(0 if part == "*" else int(part) if part.isdigit() else part for part in path)


def _twice(heading: str, other: str, source: str) -> Problem:
    return Problem(
        "error",
        "repeated-heading",
        "Two columns mean the same",
        "Keep one of them, or number them (child 1 name, child 2 name)",
        Place(source, "", f"headings ‘{other.strip()[:60]}’ and ‘{heading.strip()[:60]}’"),
    )


def _no_headings(source: str) -> Problem:
    return Problem(
        "error",
        "no-headings",
        "The first row holds no headings that are known",
        "Put headings into the first row, or say with --map what yours mean",
        Place(source, "", "row 1"),
    )


def _no_reference(source: str) -> Problem:
    return Problem(
        "error",
        "no-reference-heading",
        "No column holds the case reference",
        "Call one ‘reference’, or say with --map which it is",
        Place(source, "", "headings"),
    )
