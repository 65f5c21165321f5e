"""Restrictions and releases: what the case itself says about who may see what.

A mark's path is a JSON Pointer into the case, or `#` and the identifier of a child, adult or address. A
restriction that leads nowhere is an error: the author believes something to be kept back that is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from forms.domain.case import Case, resolve, step, steps
from forms.domain.nodes import Node, label
from forms.foundation.problems import Place, Problem

MACHINERY = ("restricted", "released")
"""The top-level properties that hold marks: for the program, and in no reader's view."""


class Mark(Struct, frozen=True):
    """A restriction or a release, its path resolved to `pointers` (places of whole values, never inside one).

    `audiences` are reader names, or a reader and a person ("parent:2", "parent:" and an identifier). `say`:
    professionals are told that something is withheld.
    """

    pointers: tuple[str, ...]
    audiences: tuple[str, ...]
    reason: str = ""
    say: bool = True

    def covers(self, pointer: str) -> bool:
        """Tell whether a place is what is marked, or stands inside it."""
        return any(pointer == own or pointer.startswith(own + "/") for own in self.pointers)


class Marks(Struct, frozen=True):
    """All marks of a case, but for a release inside a value (of a postcode alone): it releases nothing."""

    restrictions: tuple[Mark, ...]
    releases: tuple[Mark, ...]


def marks_of(case: Case, root: Node) -> Marks:
    """Give the case's restrictions and releases."""
    items = {kind: _items(case, kind) for kind in MACHINERY}
    named = any(str(item.get("path", "")).startswith("#") for kind in MACHINERY for item in items[kind])
    ids = _identifiers(case.data) if named else {}
    restricted, released = (tuple(_marks(items[kind], root, kind, ids)) for kind in MACHINERY)
    return Marks(restricted, tuple(mark for mark in released if mark.pointers))


def check_marks(case: Case, root: Node) -> tuple[Problem, ...]:
    """Find identifiers that are used twice, and marks that lead nowhere."""
    ids = _identifiers(case.data)
    problems = [_repeated(case, root, f"{pointer}/id") for pointer in _clashes(ids)]
    for kind in MACHINERY:
        for index, item in enumerate(_items(case, kind)):
            place = f"/{kind}/{index}/path"
            problem = _path_problem(case, root, str(item.get("path", "")), place, ids)
            if problem:
                problems.append(problem)
            problems += _reader_problems(case, root, item, f"/{kind}/{index}/audiences", ids)
    return tuple(problems)


def _marks(
    items: Iterable[Mapping[str, object]], root: Node, kind: str, ids: Mapping[str, tuple[str, ...]]
) -> Iterator[Mark]:
    for item in items:
        path = str(item.get("path", ""))
        found = ids.get(path[1:], ()) if path.startswith("#") else (path,) if path else ()
        whole = tuple(_whole(root, pointer) for pointer in found)
        if kind == "released":
            whole = tuple(pointer for pointer, given in zip(whole, found, strict=True) if pointer == given)
        audiences = item.get("audiences")
        yield Mark(
            whole,
            tuple(str(name) for name in audiences) if isinstance(audiences, list) else (),
            str(item.get("reason", "")),
            item.get("trace") != "silent",
        )


def _items(case: Case, kind: str) -> list[Mapping[str, object]]:
    items = case.data.get(kind)
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []


def _identifiers(data: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Give the places of all objects with an `id`, by that id; those nearer to the top first."""
    found: dict[str, tuple[str, ...]] = {}
    todo: list[tuple[str, object]] = [
        (step("", key), value)
        for key, value in data.items()
        if key not in MACHINERY and isinstance(value, dict | list)
    ]
    for pointer, value in todo:  # which grows
        if type(value) is list:
            for index, item in enumerate(value):
                if type(item) is dict or type(item) is list:
                    todo.append((f"{pointer}/{index}", item))
        elif type(value) is dict:
            name = value.get("id")
            if isinstance(name, str):
                found[name] = (*found.get(name, ()), pointer)
            for key, item in value.items():
                if type(item) is dict or type(item) is list:
                    todo.append((step(pointer, key), item))
    return found


def _clashes(ids: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Give the places whose `id` another has already; a paper may name by it a person of the vocabulary."""
    clashes = []
    for pointers in ids.values():
        seen: set[tuple[str, ...]] = set()
        for pointer in pointers:
            parts = steps(pointer)
            area = parts[:2] if parts[0] == "papers" else ()
            if area in seen:
                clashes.append(pointer)
            seen.add(area)
    return clashes


def _whole(root: Node, pointer: str) -> str:
    """Give the place of the value that a pointer points into (the address of a postcode)."""
    node: Node | None = root
    at = ""
    for part in steps(pointer):
        if node is None or node.kind == "value":
            break
        node = node.items if node.kind == "array" else node.properties.get(part)
        at = step(at, part)
    return at


def _path_problem(
    case: Case, root: Node, path: str, place: str, ids: Mapping[str, tuple[str, ...]]
) -> Problem | None:
    where = Place(case.source, place, label(root, place))
    if path.startswith("#"):
        if path[1:] in ids:
            return None
        return Problem(
            "error",
            "unknown-place",
            "Nothing in the case has the identifier named here",
            "Give the child, adult or address this `id`, or correct it here",
            where,
        )
    if not path.startswith("/"):
        return None  # the schema says so already
    parts = steps(path)
    if parts[0] in MACHINERY or root.at(parts) is None or not _index_exists(case, root, path):
        return Problem(
            "error",
            "unknown-place",
            "There is no place in the case at this path",
            "Write it as in /children/0/address; the first of a list has the number 0",
            where,
        )
    if place.startswith("/released") and _whole(root, path) != path:
        return Problem(
            "error",
            "inside-a-value",
            "A part of a name or an address cannot be released alone",
            "Release the whole of it",
            where,
        )
    if place.startswith("/restricted") and resolve(case.data, path) is None:
        return Problem(
            "warning",
            "nothing-restricted",
            "Nothing stands at the restricted place",
            "Look whether the path is right",
            where,
        )
    return None


def _reader_problems(
    case: Case, root: Node, item: Mapping[str, object], place: str, ids: Mapping[str, tuple[str, ...]]
) -> Iterator[Problem]:
    """Find readers named as one person ("parent:2", "parent:mother") of whom the case has none."""
    audiences = item.get("audiences")
    for index, name in enumerate(audiences if isinstance(audiences, list) else ()):
        _, mark, person = str(name).partition(":")
        known = 1 <= int(person) <= _most_persons(case) if person.isdecimal() else person in ids
        if mark and not known:
            pointer = f"{place}/{index}"
            yield Problem(
                "error",
                "unknown-reader",
                "The case has no person of that number or identifier",
                "Number the copies from 1, or give the person an `id` and name that",
                Place(case.source, pointer, label(root, pointer)),
            )


def _most_persons(case: Case) -> int:
    """Give the length of the longest list in a paper's part: nobody has a copy with a greater number."""
    papers = case.data.get("papers")
    parts = papers.values() if isinstance(papers, Mapping) else ()
    lists = (item for part in parts if isinstance(part, Mapping) for item in part.values())
    return max((len(item) for item in lists if isinstance(item, list)), default=0)


def _index_exists(case: Case, root: Node, path: str) -> bool:
    """Tell whether every list position of a path is there (a property may be missing, a list item not)."""
    node: Node | None = root
    at = ""
    for part in steps(path):
        at = step(at, part)
        if node is not None and node.kind == "array" and resolve(case.data, at) is None:
            return False
        node = node.at([part]) if node is not None else None
    return True


def _repeated(case: Case, root: Node, pointer: str) -> Problem:
    return Problem(
        "error",
        "repeated-identifier",
        "Two things in the case have the same identifier",
        "Give each its own, so that restrictions point to the right one",
        Place(case.source, pointer, label(root, pointer)),
    )
