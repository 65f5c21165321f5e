"""Which way text runs: the Unicode Bidirectional Algorithm (UAX #9, with bracket pairs).

Words in capitals and rule numbers (P2, X1, W1, N0, L2 …) are those of the annex. The characters that rule X9
removes stay in place here and take the level of what stands before them, as section 5.2 allows.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

MAX_DEPTH = 125
"""The deepest explicit level (BD2)."""

_STRONG_RIGHT = frozenset(("R", "AL"))
_EMBEDDINGS = {"RLE": None, "LRE": None, "RLO": "R", "LRO": "L"}
_ISOLATES = frozenset(("LRI", "RLI", "FSI"))
_REMOVED = frozenset(("RLE", "LRE", "RLO", "LRO", "PDF", "BN"))
_NEUTRAL = frozenset(("B", "S", "WS", "ON", "LRI", "RLI", "FSI", "PDI"))
_LINE_END = frozenset(("WS", "LRI", "RLI", "FSI", "PDI")) | _REMOVED
_DIRECTED = frozenset(("R", "AL", "AN")) | frozenset(_EMBEDDINGS) | _ISOLATES

# BidiBrackets.txt: each opening bracket and, where the closing one is not the next character, the closing one.
_NEXT_CLOSES = "༺༼᚛⁅⁽₍⌈⌊〈❨❪❬❮❰❲❴⟅⟦⟨⟪⟬⟮⦃⦅⦇⦉⦋⦑⦓⦕⦗⧘⧚⧼⸢⸤⸦⸨⹕⹗⹙⹛〈《「『【〔〖〘〚﹙﹛﹝｟｢("
_BRACKETS = {opening: chr(ord(opening) + 1) for opening in _NEXT_CLOSES} | dict(
    zip("[{⦍⦏［｛❲（", "]}⦐⦎］｝❳）", strict=True)
)
_CANONICAL = {"\u2329": "\u3008", "\u232a": "\u3009"}
_CLOSING = {closing: opening for opening, closing in _BRACKETS.items()}


def base_level(text: str) -> int:
    """Give the paragraph level of `text` by its first strong character: 1 if that is right to left (P2, P3)."""
    return _first_strong([unicodedata.bidirectional(char) for char in text], 0, len(text)) or 0


def is_left_to_right(text: str) -> bool:
    """Say whether nothing in `text` can have another level than 0 in a left-to-right paragraph."""
    return text.isascii() or _DIRECTED.isdisjoint(map(unicodedata.bidirectional, text))


def levels(text: str, base: int) -> list[int]:
    """Give the embedding level of each character of one paragraph whose own level is `base` (0 or 1).

    Rule L1 is applied to the whole as if it were one line; for a line of it, use `line_levels`.
    """
    if base == 0 and is_left_to_right(text):
        return [0] * len(text)
    types = [unicodedata.bidirectional(char) or "L" for char in text]
    result = _resolve(text, types, base)
    _reset_whitespace(types, result, base)
    return result


def line_levels(text: str, resolved: Sequence[int], base: int) -> list[int]:
    """Give the levels of one line: `resolved` is its part of `levels`; spaces at its end are reset (L1)."""
    result = list(resolved)
    _reset_whitespace([unicodedata.bidirectional(char) or "L" for char in text], result, base)
    return result


def visual_order(order_levels: Sequence[int]) -> tuple[int, ...]:
    """Give the indices of a line's items from left to right, from their levels in logical order (L2)."""
    order = list(range(len(order_levels)))
    if not order:
        return ()
    odd = [level for level in order_levels if level % 2]
    if not odd:
        return tuple(order)
    for level in range(max(order_levels), min(odd) - 1, -1):
        start = 0
        while start < len(order):
            stop = start
            while stop < len(order) and order_levels[order[stop]] >= level:
                stop += 1
            order[start:stop] = order[start:stop][::-1]
            start = stop + 1
    return tuple(order)


def _first_strong(types: Sequence[str], start: int, stop: int) -> int | None:
    """Give the level that the first strong character asks for; what is isolated doesn't count (P2)."""
    depth = 0
    for kind in types[start:stop]:
        if kind in _ISOLATES:
            depth += 1
        elif kind == "PDI":
            if depth == 0 and start:
                return None
            depth = max(0, depth - 1)
        elif kind == "B":
            return None
        elif depth == 0 and kind == "L":
            return 0
        elif depth == 0 and kind in _STRONG_RIGHT:
            return 1
    return None


def _resolve(text: str, types: list[str], base: int) -> list[int]:
    """Apply X1 to I2; `types` are the characters' own classes and are left alone."""
    work = list(types)
    matches = _matching_isolates(types)
    result = _explicit(work, base)
    explicit = tuple(result)
    for sequence in _isolating_sequences(types, explicit, matches):
        kinds = [work[index] for index in sequence]
        start_type, end_type = _edges(types, explicit, sequence, base, matches)
        _resolve_sequence(text, kinds, sequence, explicit[sequence[0]], start_type, end_type)
        _implicit(kinds, sequence, explicit[sequence[0]], result)
    previous = base
    for index, kind in enumerate(types):
        if kind in _REMOVED:
            result[index] = previous
        previous = result[index]
    return result


def _matching_isolates(types: Sequence[str]) -> dict[int, int]:
    """Pair isolate initiators with their PDI (BD9), in both directions."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for index, kind in enumerate(types):
        if kind in _ISOLATES:
            opened.append(index)
        elif kind == "PDI" and opened:
            start = opened.pop()
            pairs[start], pairs[index] = index, start
        elif kind == "B":
            opened.clear()
    return pairs


def _explicit(work: list[str], base: int) -> list[int]:
    """Apply X1 to X8: levels by embeddings, overrides and isolates; overridden classes change in `work`."""
    original = list(work)
    result = [base] * len(work)
    stack: list[tuple[int, str | None, bool]] = [(base, None, False)]
    lost_isolates = lost_embeddings = isolates = 0
    for index, kind in enumerate(original):
        if kind == "PDI":
            if lost_isolates:
                lost_isolates -= 1
            elif isolates:
                lost_embeddings = 0
                while not stack[-1][2]:
                    stack.pop()
                stack.pop()
                isolates -= 1
        elif kind == "PDF" and not lost_isolates:
            if lost_embeddings:
                lost_embeddings -= 1
            elif not stack[-1][2] and len(stack) > 1:
                stack.pop()
        elif kind == "B":
            stack[1:] = []
            lost_isolates = lost_embeddings = isolates = 0
        level, override, _ = stack[-1]
        result[index] = level
        if override and kind not in _REMOVED and kind != "B":
            work[index] = override
        if kind not in _EMBEDDINGS and kind not in _ISOLATES:
            continue
        right = _asks_for_right(original, index)
        deeper = level + 1 + (level % 2 if right else 1 - level % 2)
        if deeper <= MAX_DEPTH and not lost_isolates and not lost_embeddings:
            stack.append((deeper, _EMBEDDINGS.get(kind), kind in _ISOLATES))
            isolates += kind in _ISOLATES
        elif kind in _ISOLATES:
            lost_isolates += 1
        elif not lost_isolates:
            lost_embeddings += 1
    return result


def _asks_for_right(types: Sequence[str], index: int) -> bool:
    """Say whether the embedding or isolate at `index` runs right to left (X5c looks at what follows)."""
    if types[index] == "FSI":
        return _first_strong(types, index + 1, len(types)) == 1
    return types[index].startswith("R")


def _isolating_sequences(
    types: Sequence[str], result: Sequence[int], matches: dict[int, int]
) -> list[list[int]]:
    """Cut the text into isolating run sequences (BD13), as lists of indices."""
    runs: list[list[int]] = []
    for index, kind in enumerate(types):
        if kind in _REMOVED:
            continue
        if runs and result[runs[-1][-1]] == result[index] and types[runs[-1][-1]] != "B":
            runs[-1].append(index)
        else:
            runs.append([index])
    by_start = {run[0]: run for run in runs}
    sequences = []
    for run in runs:
        if types[run[0]] == "PDI" and run[0] in matches:
            continue
        sequence = list(run)
        while types[sequence[-1]] in _ISOLATES and sequence[-1] in matches:
            following = by_start.get(matches[sequence[-1]])
            if following is None:
                break
            sequence += following
        sequences.append(sequence)
    return sequences


def _edges(
    types: Sequence[str], explicit: Sequence[int], sequence: Sequence[int], base: int, matches: dict[int, int]
) -> tuple[str, str]:
    """Give the types at the start and end of an isolating run sequence, `sos` and `eos` (X10)."""
    first, last = sequence[0], sequence[-1]
    level = explicit[first]
    before = next((explicit[i] for i in range(first - 1, -1, -1) if types[i] not in _REMOVED), base)
    after = base
    if types[last] not in _ISOLATES or last in matches:
        after = next((explicit[i] for i in range(last + 1, len(types)) if types[i] not in _REMOVED), base)
    return "R" if max(level, before) % 2 else "L", "R" if max(level, after) % 2 else "L"


def _resolve_sequence(
    text: str, kinds: list[str], sequence: Sequence[int], level: int, start_type: str, end_type: str
) -> None:
    """Apply W1 to N2 to the classes of one isolating run sequence, in place."""
    marks = frozenset(position for position, kind in enumerate(kinds) if kind == "NSM")
    embedding = "R" if level % 2 else "L"
    _weak(kinds, start_type)
    _brackets([text[index] for index in sequence], kinds, embedding, start_type, marks)
    _neutral(kinds, embedding, start_type, end_type)


def _implicit(kinds: Sequence[str], sequence: Sequence[int], level: int, result: list[int]) -> None:
    """Write the levels that the resolved classes give (I1, I2) into `result`."""
    right, number, left = level + 1 - level % 2, level + 2 - level % 2, level + level % 2
    for index, kind in zip(sequence, kinds, strict=True):
        result[index] = right if kind == "R" else number if kind in ("AN", "EN") else left


def _weak(kinds: list[str], start_type: str) -> None:
    """Resolve marks, numbers and their separators (W1 to W7), in place."""
    for index, kind in enumerate(kinds):
        if kind == "NSM":  # W1
            previous = kinds[index - 1] if index else start_type
            kinds[index] = "ON" if previous in _ISOLATES or previous == "PDI" else previous
    strong = start_type
    for index, kind in enumerate(kinds):  # W2, W3
        if kind in ("L", "R", "AL"):
            strong = kind
            kinds[index] = "R" if kind == "AL" else kind
        elif kind == "EN" and strong == "AL":
            kinds[index] = "AN"
    for index in range(1, len(kinds) - 1):  # W4
        before, kind, after = kinds[index - 1 : index + 2]
        if (kind == "ES" and before == after == "EN") or (
            kind == "CS" and before == after and before in ("EN", "AN")
        ):
            kinds[index] = before
    index = 0
    while index < len(kinds):  # W5
        stop = index
        while stop < len(kinds) and kinds[stop] == "ET":
            stop += 1
        if stop > index and (
            (index and kinds[index - 1] == "EN") or (stop < len(kinds) and kinds[stop] == "EN")
        ):
            kinds[index:stop] = ["EN"] * (stop - index)
        index = max(stop, index + 1)
    strong = start_type
    for index, kind in enumerate(kinds):
        if kind in ("ET", "ES", "CS"):  # W6
            kinds[index] = "ON"
        elif kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":  # W7
            kinds[index] = "L"


def _brackets(
    chars: Sequence[str], kinds: list[str], embedding: str, start_type: str, marks: frozenset[int]
) -> None:
    """Give both brackets of a pair the direction of what they hold or of their context (N0), in place."""
    for opening, closing in _bracket_pairs(chars, kinds):
        inside = {_direction(kind) for kind in kinds[opening + 1 : closing]}
        if embedding in inside:
            direction = embedding
        elif "L" in inside or "R" in inside:
            opposite = "L" if embedding == "R" else "R"
            context = next((d for d in map(_direction, reversed(kinds[:opening])) if d), start_type)
            direction = opposite if context == opposite else embedding
        else:
            continue
        kinds[opening] = kinds[closing] = direction
        for bracket in (opening, closing):  # marks on the bracket go with it
            follower = bracket + 1
            while follower in marks:
                kinds[follower] = direction
                follower += 1


def _bracket_pairs(chars: Sequence[str], kinds: Sequence[str]) -> list[tuple[int, int]]:
    """Find bracket pairs (BD16) as positions in the sequence, by the opening one; 63 open ones at most."""
    pairs: list[tuple[int, int]] = []
    opened: list[tuple[str, int]] = []
    for position, own in enumerate(chars):
        if kinds[position] != "ON":
            continue
        char = _CANONICAL.get(own, own)
        if char in _BRACKETS:
            if len(opened) == 63:
                return []
            opened.append((char, position))
        elif char in _CLOSING:
            for depth in range(len(opened) - 1, -1, -1):
                if opened[depth][0] == _CLOSING[char]:
                    pairs.append((opened[depth][1], position))
                    del opened[depth:]
                    break
    return sorted(pairs)


def _direction(kind: str) -> str:
    """Give the direction of a class for rules N0 to N2: numbers count as R; empty for neutrals."""
    return "R" if kind in ("R", "AN", "EN") else "L" if kind == "L" else ""


def _neutral(kinds: list[str], embedding: str, start_type: str, end_type: str) -> None:
    """Give neutrals the direction of their neighbours, else that of the embedding (N1, N2), in place."""
    index = 0
    while index < len(kinds):
        stop = index
        while stop < len(kinds) and kinds[stop] in _NEUTRAL:
            stop += 1
        if stop > index:
            before = _direction(kinds[index - 1]) if index else start_type
            after = _direction(kinds[stop]) if stop < len(kinds) else end_type
            kinds[index:stop] = [before if before == after else embedding] * (stop - index)
        index = max(stop, index + 1)


def _reset_whitespace(types: Sequence[str], result: list[int], base: int) -> None:
    """Put separators, and white space before them and at the end, on the paragraph's level (L1), in place."""
    at_end = True
    for index in range(len(types) - 1, -1, -1):
        kind = types[index]
        if kind in ("B", "S"):
            result[index] = base
            at_end = True
        elif at_end and kind in _LINE_END:
            result[index] = base
        else:
            at_end = False
