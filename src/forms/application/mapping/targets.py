"""What a place of a form may be mapped to: every value of the vocabulary, by all its names.

A value belongs to a *group*: the person or thing that it is about (the offender, one of the children, the GP
among the agencies). Labels mostly name the group in a heading and the value beside the place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from forms.application.mapping.words import Words, telling, words_of
from forms.domain.nodes import Node, humanise

Source = Literal["title", "synonym"]
DATES = frozenset({"date", "part_date", "date_time"})
_EITHER = re.compile(r"\bor\b|\band\b|[,/;]")
_PICK = re.compile(r"\[([a-z_]+)=([a-z_]+)\]")
_LEFT_OUT = frozenset({"id", "restricted", "released", "replies", "offender_accounts", "papers"})
_OURS = ("name", "office", "address", "telephone", "email", "website", "out_of_hours")
"""What forms ask of the organisation that the case's author works for."""
_STATEMENTS = frozenset({"text", "basis", "verified_by"})
PIECES: Mapping[str, Mapping[str, str]] = {
    "name": {"given": ".first", "family": ".family", "title": ".title"},
    "address": {
        "postcode": ".postcode",
        "street": " | street",
        "line1": " | street | line(1)",
        "line2": " | street | line(2)",
        "line3": " | street | line(3)",
        "line4": " | street | lines_from(4)",
    },
    "date": {"day": "", "month": "", "year": ""},
}
"""The parts of a value that forms have places of their own for, and what an expression adds for them."""
WRITINGS = {"day": "dd", "month": "mm", "year": "yyyy"}


@dataclass(frozen=True, slots=True)
class Group:
    """Whom or what values are about: `path` has a `*` for an item of a list.

    `pick` is a property and its code, for those items of the list that have it: the GP among the agencies.
    """

    path: tuple[str, ...]
    pick: tuple[str, str] | None
    title: str
    phrases: tuple[Words, ...]

    @property
    def pointer(self) -> str:
        """As the data file names it."""
        if self.pick:
            return f"/{self.path[0]}[{self.pick[0]}={self.pick[1]}]"
        return "/" + "/".join(self.path)

    @property
    def is_list(self) -> bool:
        """Whether there may be several."""
        return bool(self.path) and self.path[-1] == "*"


@dataclass(frozen=True, slots=True)
class Target:
    """A value of the vocabulary (or with `piece` a part of it), with its names and who says so."""

    path: tuple[str, ...]
    piece: str
    node: Node
    group: Group
    names: tuple[tuple[Words, Source], ...]
    surroundings: frozenset[str]

    @property
    def pointer(self) -> str:
        """Where it stands in a case; `*` for any item, `@` and the piece."""
        below = self.path[len(self.group.path) :]
        base = self.group.pointer
        return "/".join((base if base != "/" else "", *below)) + (f"@{self.piece}" if self.piece else "")

    @property
    def is_date(self) -> bool:
        """Whether it is a date, or part of one."""
        return self.node.prints in DATES


def targets_of(
    case: Node, profile: Node, paper: Node | None, artefact: str, labels: Mapping[str, Any]
) -> tuple[tuple[Group, ...], tuple[Target, ...]]:
    """Give the groups and values of the vocabulary, with the names that the data file adds.

    Args:
        case: The tree of the case's schema.
        profile: The tree of the organisation's profile, whose values are the referrer's organisation.
        paper: The tree of the paper that the form stands in for, or None.
        artefact: That paper's id.
        labels: `directories/form-labels.json`.
    """
    finder = _Finder(labels)
    for key, node in case.properties.items():
        if key not in _LEFT_OUT:
            finder.enter((key,), node, finder.top, frozenset())
    if paper is not None:
        finder.enter(("papers", artefact), paper, finder.top, frozenset())
    ours = {key: profile.properties[key] for key in _OURS if key in profile.properties}
    finder.enter(("profile",), Node(profile.title, kind="object", properties=ours), finder.top, frozenset())
    return tuple(finder.groups.values()), tuple(finder.targets)


class _Finder:
    """Goes through the vocabulary once."""

    def __init__(self, labels: Mapping[str, Any]) -> None:
        self._labels = labels
        self.top = Group((), None, "Case", ())
        self.groups: dict[str, Group] = {}
        self.targets: list[Target] = []

    def enter(self, path: tuple[str, ...], node: Node, group: Group, around: frozenset[str]) -> None:
        """Take in a node and all below it; `around` are words of what it stands in, inside its group."""
        if node.kind == "value":
            self._value(path, node, group, around, (node.title or humanise(path[-1]),))
        elif node.kind == "array" and node.items is not None:
            if node.items.kind == "value":
                self._value(path, node, group, around, (node.title or humanise(path[-1]),))
            else:
                self._item_groups((*path, "*"), node.items, node)
        elif set(node.properties) == _STATEMENTS:
            self._value((*path, "text"), node.properties["text"], group, around, (node.title,))
        else:
            self._object(path, node, group, around)

    def _object(self, path: tuple[str, ...], node: Node, group: Group, around: frozenset[str]) -> None:
        own = self._group(path, None, node, (node.title, humanise(path[-1])))
        inner = around | set(telling(node.title)) if len(path) > 1 else around
        for key, below in node.properties.items():
            if key not in _LEFT_OUT:
                self.enter((*path, key), below, own, inner)

    def _item_groups(self, path: tuple[str, ...], item: Node, array: Node) -> None:
        """Make a group of a list's items; where these have a `kind`, also one for each kind."""
        groups = [self._group(path, None, item, (item.title, array.title, humanise(path[-2])))]
        kinds = item.properties.get("kind")
        for code, words in (kinds.words if kinds else {}).items():
            if code != "other":
                groups.append(self._group(path, ("kind", code), item, (words, humanise(code))))
        for pointer in self._labels["groups"]:
            pick = _PICK.search(pointer)
            if pick and pointer.partition("[")[0] == "/" + "/".join(path[:-1]) and pick[1] != "kind":
                groups.append(self._group(path, (pick[1], pick[2]), item, (item.title,)))
        for group in groups:
            for key, below in item.properties.items():
                if key not in _LEFT_OUT and not (group.pick and key == group.pick[0]):
                    self.enter((*path, key), below, group, frozenset())

    def _group(
        self, path: tuple[str, ...], pick: tuple[str, str] | None, node: Node, names: tuple[str, ...]
    ) -> Group:
        made = Group(path, pick, names[0], ())
        own = () if pick and pick[0] != "kind" else names  # what is picked out of a list is called otherwise
        phrases = [telling(part) for name in own for part in (name, *_EITHER.split(name))]
        phrases += [telling(name) for name in self._labels["groups"].get(made.pointer, ())]
        made = Group(path, pick, names[0], tuple(dict.fromkeys(phrase for phrase in phrases if phrase)))
        return self.groups.setdefault(made.pointer, made)

    def _value(
        self,
        path: tuple[str, ...],
        node: Node,
        group: Group,
        around: frozenset[str],
        titles: tuple[str, ...],
    ) -> None:
        plain = Target(path, "", node, group, (), around)
        names: list[tuple[Words, str]] = [(_words(title), "title") for title in titles]
        names += [(_words(name), "synonym") for name in self._synonyms(plain)]
        whole = Target(path, "", node, group, tuple(_distinct(names)), around)
        self.targets.append(whole)
        for piece in PIECES.get("date" if node.prints in DATES else node.prints, {}):
            part = Target(path, piece, node, group, (), around)
            found = tuple(_distinct(tuple(self._piece_names(part, whole))))
            self.targets.append(Target(path, piece, node, group, found, around))

    def _synonyms(self, target: Target) -> Iterator[str]:
        labels = self._labels["labels"]
        yield from labels.get(target.pointer, ())
        if target.group.pick:
            general = Group(target.group.path, None, "", ())
            yield from labels.get(
                Target(target.path, target.piece, target.node, general, (), frozenset()).pointer, ()
            )

    def _piece_names(self, part: Target, whole: Target) -> Iterator[tuple[Words, Source]]:
        """Give the names of a part: its own title, and that with the whole's names in front."""
        below = part.node.properties.get(part.piece)
        own: list[tuple[Words, Source]] = []
        if below is not None:
            own.append((telling(below.title), "title"))
        else:
            own.append((words_of(part.piece), "title"))
        own += [(telling(name), "synonym") for name in self._labels["pieces"].get(part.piece, ())]
        own += [(telling(name), "synonym") for name in self._synonyms(part)]
        alone = part.node.prints in ("name", "address")
        for words, source in own:
            if alone:
                yield words, source
            for name, whose in whole.names:
                both: Source = "synonym" if "synonym" in (source, whose) else "title"
                yield (*name, *(word for word in words if word not in name)), both


def _words(title: str) -> Words:
    """Give a title's telling words; all of them where one alone is left ("Who told us")."""
    words, every = telling(title), words_of(title)
    return every if not words or (len(words) == 1 and len(every) > 2) else words


def _distinct(names: Iterable[tuple[Words, str]]) -> Iterator[tuple[Words, Source]]:
    """Give each name once, as a title where it is one."""
    seen: set[Words] = set()
    for source in ("title", "synonym"):
        for words, said in names:
            if said == source and words and words not in seen:
                seen.add(words)
                yield words, "title" if source == "title" else "synonym"
