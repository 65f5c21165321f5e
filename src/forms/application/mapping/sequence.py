"""What the places before one say: which child of several it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from forms.application.mapping.guesses import SURE, Draft, Guess

_CLEAR = 0.8
"""A name this clear that comes again begins another item."""


def in_sequence(drafts: Sequence[Draft]) -> Iterator[Draft]:
    """Number the items of lists: as labels count, else a name that comes again begins the next.

    What is numbered by its order alone is not sure from the second item on.
    """
    current: dict[str, int] = {}
    named: dict[str, set[tuple[int, str]]] = {}
    for each in drafts:
        best = each.best
        if best is None or not best.target.group.is_list:
            yield each
            continue
        group = best.target.group.pointer
        if best.item >= 0:
            current[group] = best.item
            named.setdefault(group, set()).add((best.item, best.pointer))
            yield each
            continue
        item = current.get(group, 0)
        seen = named.setdefault(group, set())
        if _is_name(best) and best.confidence >= _CLEAR:
            if (item, best.target.pointer) in seen:
                item += 1
            seen.add((item, best.target.pointer))
        current[group] = item
        numbered = replace(best, item=item)
        if item:
            numbered = numbered.scaled(1, SURE - 0.05, f"number {item + 1} by its order")
        yield replace(each, best=numbered)


def _is_name(guess: Guess) -> bool:
    return guess.target.node.prints == "name"
