"""Which place of a reply each control of a returned form is.

A control that kept its tag says so itself. Where a program has dropped tags, the controls are laid beside
those of the edition's own blank form, in order: a sequence in which rows may repeat any number of times.
Kinds and choices must agree, titles and labels count. The best alignment is taken; a control that could be
two places in equally good alignments is neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from forms.formats.returned import Control

Way = Literal["tag", "title", "order"]
_ROW = re.compile(r"(.+?)/(\d+)/(.+)")
_ANY = "*"
_TAG, _TITLE, _LABEL, _KIND = 16, 4, 2, 1
_MISSING, _UNKNOWN = -3, -7
_NONE = -(10**9)


@dataclass(frozen=True, slots=True)
class Match:
    """A control and its place: `path` with the row's number in it, and how that was found out."""

    path: tuple[str, ...]
    control: Control
    way: Way


@dataclass(frozen=True, slots=True)
class Matching:
    """All matches; the controls that are no place of the form; those that may be several (with which).

    `missing` are the places of the form outside lists for which the document has no control.
    """

    matches: tuple[Match, ...]
    unknown: tuple[Control, ...] = ()
    ambiguous: tuple[tuple[Control, tuple[str, ...]], ...] = ()
    missing: tuple[str, ...] = ()


def place_of(tag: str) -> str:
    """Give a tag without its row's number: `children/*/name`."""
    found = _ROW.fullmatch(tag)
    return f"{found[1]}/{_ANY}/{found[3]}" if found else tag


def match(controls: Sequence[Control], form: Sequence[Control]) -> Matching:
    """Find the place of every control.

    Args:
        controls: The returned document's.
        form: The blank form's, all with tags, in order.
    """
    places = _places(form)
    known = {place.name for place in places}
    if not any(place_of(control.tag) in known for control in controls):
        # Names that another program made up are no names of ours.
        controls = [replace(control, tag="") for control in controls]
    if controls and all(control.tag for control in controls):
        return _by_tag(controls, places)
    return _by_order(controls, places)


# ── By tag ──────────────────────────────────────────────────────────────────────────────────────────────────


def _by_tag(controls: Sequence[Control], places: Sequence[_Place]) -> Matching:
    known = {place.name for place in places}
    rows = _Rows()
    matches: list[Match] = []
    unknown: list[Control] = []
    for control in controls:
        name = place_of(control.tag)
        if name in known:
            found = _ROW.fullmatch(control.tag)
            path = rows.path(name, found[2] if found else "", control.row)
            matches.append(Match(path, control, "tag"))
        else:
            unknown.append(control)
    return Matching(tuple(matches), tuple(unknown), (), _missing(places, matches))


class _Rows:
    """Numbers rows by their position; a row copied with its tags is a row of its own."""

    def __init__(self) -> None:
        self._count: dict[str, int] = {}
        self._mark: dict[str, str] = {}
        self._seen: dict[str, set[str]] = {}

    def path(self, name: str, mark: str, row: str = "", *, new: bool = False) -> tuple[str, ...]:
        """Give the path of a place; `mark` is the row's number in the tag, `row` its item in the document."""
        if _ANY not in name.split("/"):
            return tuple(name.split("/"))
        group, _, member = name.partition(f"/{_ANY}/")
        mark = row or mark
        seen = self._seen.setdefault(group, set())
        if group not in self._count or new or mark != self._mark[group] or member in seen:
            self._count[group] = self._count.get(group, -1) + 1
            seen.clear()
        self._mark[group] = mark
        seen.add(member)
        return (*group.split("/"), str(self._count[group]), *member.split("/"))


def _missing(places: Sequence[_Place], matches: Sequence[Match]) -> tuple[str, ...]:
    there = {"/".join(each.path) for each in matches}
    return tuple(place.name for place in places if not place.group and place.name not in there)


# ── By order ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Place:
    """One place of the form; `group` is the list whose rows it belongs to, `after` where one goes from it.

    `first` is the first place of its row, `beyond` the place after the whole list.
    """

    name: str
    like: Control
    group: str = ""
    first: int = 0
    beyond: int = 0
    after: int = 0


def _places(form: Sequence[Control]) -> tuple[_Place, ...]:
    """Give the form's places in order, each list's row once."""
    unique: dict[str, Control] = {}
    for control in form:
        unique.setdefault(place_of(control.tag), control)
    names = list(unique)
    groups = [name.partition(f"/{_ANY}/")[0] if f"/{_ANY}/" in name else "" for name in names]
    found = []
    for at, (name, group) in enumerate(zip(names, groups, strict=True)):
        if not group:
            found.append(_Place(name, unique[name], after=at + 1))
            continue
        members = [index for index, other in enumerate(groups) if other == group]
        first, last = members[0], members[-1]
        found.append(_Place(name, unique[name], group, first, last + 1, first if at == last else at + 1))
    return tuple(found)


def _score(control: Control, place: _Place) -> int:
    """Tell how well a control fits a place, `_NONE` for not at all."""
    like = place.like
    kinds = {control.kind, like.kind}
    if len(kinds) > 1 and kinds != {"text", "date"}:
        return _NONE
    if control.tag and place_of(control.tag) != place.name:
        return _NONE
    if control.options and like.options and control.options != like.options:
        return _NONE
    score = _KIND + (_TAG if control.tag else 0)
    if control.title:
        # LibreOffice gives the first control of a repeating section the section's title.
        if control.title not in (like.title, like.section):
            return _NONE
        score += _TITLE
    if control.label and control.label == like.label:
        score += _LABEL
    return score


def _by_order(controls: Sequence[Control], places: tuple[_Place, ...]) -> Matching:
    fits = [[_score(control, place) for place in places] for control in controls]
    forward, backward = _forward(fits, places), _backward(fits, places)
    best = backward[0][0]
    rows = _Rows()
    matches: list[Match] = []
    unknown: list[Control] = []
    ambiguous: list[tuple[Control, tuple[str, ...]]] = []
    last = -1
    for number, control in enumerate(controls):
        ways = list(_best_ways(number, best, fits, forward, backward, places))
        if len(ways) == 1 and ways[0] >= 0:
            place = places[ways[0]]
            # Within a list, a place that isn't further on than the one before begins a row.
            path = rows.path(place.name, "", new=bool(place.group) and ways[0] <= last)
            last = ways[0]
            way: Way = "tag" if control.tag else "title" if control.title else "order"
            matches.append(Match(path, control, way))
        elif len(ways) > 1:
            ambiguous.append((control, tuple(places[way].name for way in ways if way >= 0)))
        else:
            unknown.append(control)
    return Matching(tuple(matches), tuple(unknown), tuple(ambiguous), _missing(places, matches))


def _best_ways(
    number: int,
    best: int,
    fits: Sequence[Sequence[int]],
    forward: Sequence[Sequence[int]],
    backward: Sequence[Sequence[int]],
    places: Sequence[_Place],
) -> Iterator[int]:
    """Give the places that a control has in any best alignment, and -1 if it is left out in one."""
    here, beyond = forward[number], backward[number + 1]
    for at, place in enumerate(places):
        if fits[number][at] > _NONE and here[at] + fits[number][at] + beyond[place.after] == best:
            yield at
    if any(here[at] + _UNKNOWN + beyond[at] == best for at in range(len(here))):
        yield -1


def _steps(places: Sequence[_Place]) -> list[tuple[int, int, int]]:
    """Give the moves that use up no control, as (from, to, score): a place is missing, a list has ended."""
    moves = []
    for at, place in enumerate(places):
        moves.append((at, place.after, _MISSING))
        if place.group and at == place.first:
            moves.append((at, place.beyond, 0))
    return moves


def _settle(scores: list[int], moves: Sequence[tuple[int, int, int]]) -> None:
    """Follow moves until no score gets better; going round a list only loses, so it ends."""
    better = True
    while better:
        better = False
        for start, end, score in moves:
            if scores[start] + score > scores[end]:
                scores[end] = scores[start] + score
                better = True


def _forward(fits: Sequence[Sequence[int]], places: Sequence[_Place]) -> list[list[int]]:
    """Give the best score of every way from the start to (controls used, place come to)."""
    moves = _steps(places)
    scores = [0] + [_NONE] * len(places)
    _settle(scores, moves)
    table = [scores]
    for row in fits:
        following = [score + _UNKNOWN for score in table[-1]]
        for at, place in enumerate(places):
            if row[at] > _NONE:
                following[place.after] = max(following[place.after], table[-1][at] + row[at])
        _settle(following, moves)
        table.append(following)
    return table


def _backward(fits: Sequence[Sequence[int]], places: Sequence[_Place]) -> list[list[int]]:
    """Give the best score of every way from (controls used, place come to) to the end."""
    moves = [(end, start, score) for start, end, score in reversed(_steps(places))]
    scores = [_NONE] * len(places) + [0]
    _settle(scores, moves)
    table = [scores]
    for row in reversed(fits):
        preceding = [score + _UNKNOWN for score in table[-1]]
        for at, place in enumerate(places):
            if row[at] > _NONE:
                preceding[at] = max(preceding[at], row[at] + table[-1][place.after])
        _settle(preceding, moves)
        table.append(preceding)
    return table[::-1]
