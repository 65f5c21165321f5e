"""What the places before one say: which child of several it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from forms.application.mapping.guesses import SURE, Draft, Guess

_CLEAR = 0.8
"""A name this clear that comes again begins another item."""


def in_sequence(drafts: Sequence[Draft]) -> Iterator[Draft]:
    """Number the items of lists: as labels count, else a name that comes again under a heading begins the next.

    What is numbered by its order alone is not sure from the second item on.
    """
    current: dict[tuple[str, str], int] = {}
    named: set[tuple[str, str, int, str]] = set()
    for each in drafts:
        best = each.best
        if best is None or not best.target.group.is_list or best.item >= 0:
            yield each
            continue
        key = (best.target.group.pointer, each.place.section)
        item = current.get(key, 0)
        one = best.target.group.pick is not None and best.target.group.pick[0] == "kind"  # there is but one GP
        if _is_name(best) and best.confidence >= _CLEAR and not one:
            if (*key, item, best.target.pointer) in named:
                item += 1
            named.add((*key, item, best.target.pointer))
            current[key] = item
        numbered = replace(best, item=item)
        if item:
            numbered = numbered.scaled(1, SURE - 0.05, f"number {item + 1} by its order")
        yield replace(each, best=numbered)


def _is_name(guess: Guess) -> bool:
    return guess.target.node.prints == "name"
