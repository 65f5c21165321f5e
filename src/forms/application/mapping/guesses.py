"""What a draft of a mapping is made of: guesses, and what was found for each place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from forms.application.mapping.targets import Group, Target
from forms.formats.fillable import Fillable

SURE = 0.9
"""From here on a guess is taken as right; below it a person must look."""
LIKELY = 0.55
"""Below this a place is left open, and guesses are only named."""
NEAREST = 3
_MARGIN = 0.04
"""How much better than the next a guess must be to be sure."""

What = Literal["value", "tick", "choose", "each", "skip", "open"]

_PIECE_PATHS = {
    **{piece: f"/{piece}" for piece in ("given", "family", "title", "postcode")},
    **{f"line{number}": f"/lines/{number - 1}" for number in range(1, 5)},
    **{piece: f"@{piece}" for piece in ("day", "month", "year")},
    "street": "/lines",
}


@dataclass(frozen=True, slots=True)
class Guess:
    """A value that a place may want: with the item's number (from 0) where it is a list's, and why.

    `item` is -1 while nothing counts. `code` is what a box stands for: a code of the vocabulary, `yes` or `no`.
    `joined` are values that stand in the same place after it.
    """

    target: Target
    confidence: float
    reason: str
    item: int = 0
    code: str = ""
    joined: tuple[Target, ...] = ()

    @property
    def pointer(self) -> str:
        """Where the value stands in a case: /children/1/name/family, with `=code` for a box."""
        path = pointer_of(self.target, self.item)
        return f"{path}={self.code}" if self.code else path

    @property
    def pointers(self) -> tuple[str, ...]:
        """Where all that it joins stands in a case."""
        return (self.pointer, *(pointer_of(each, self.item) for each in self.joined))

    def scaled(self, factor: float, most: float = 1.0, why: str = "") -> Guess:
        """Give it with another confidence, and a further reason."""
        reason = f"{self.reason}; {why}" if why else self.reason
        return replace(self, confidence=round(min(self.confidence * factor, most), 3), reason=reason)


def pointer_of(target: Target, item: int = 0) -> str:
    """Give where a target stands in a case, as a JSON Pointer; what is picked of a list as `[kind=gp]`."""
    group, number = target.group, str(max(item, 0))
    if group.pick:
        numbered = (number,) if item > 0 else ()
        picked = f"/{group.path[0]}/[{group.pick[0]}={group.pick[1]}]"
        path = "/".join((picked, *numbered, *target.path[len(group.path) :]))
    else:
        path = "/".join(("", *(number if part == "*" else part for part in target.path)))
    if target.path[0] == "profile":
        path = f"profile:{path.removeprefix('/profile')}"
    return path + _PIECE_PATHS.get(target.piece, "")


@dataclass(frozen=True, slots=True)
class Draft:
    """What was found for one place: the best guess (or none), others near it; for rows one for each column."""

    place: Fillable
    what: What
    best: Guess | None = None
    others: tuple[Guess, ...] = ()
    why: str = ""
    list_of: Group | None = None
    columns: tuple[Guess | None, ...] = ()

    @property
    def confidence(self) -> float:
        """How sure it is, from 0 to 1."""
        if self.what == "skip":
            return 1.0
        if self.what == "each":
            return min((guess.confidence for guess in self.columns if guess), default=0.0)
        return self.best.confidence if self.best else 0.0

    @property
    def sure(self) -> bool:
        """Whether it is taken as right."""
        return self.confidence >= SURE


def ranked(guesses: Iterable[Guess]) -> list[Guess]:
    """Give guesses, the best first; where two are as good, neither is sure."""
    found = sorted(guesses, key=lambda guess: (-guess.confidence, len(guess.target.path), guess.pointer))
    if len(found) > 1 and found[1].confidence > found[0].confidence - _MARGIN:
        found[0] = found[0].scaled(1, SURE - 0.1, f"as near: {found[1].target.pointer}")
    return found
