"""The first draft of a mapping: which value of the vocabulary each place of a form most likely wants.

Each place's label is compared with every name of every value. Whose value it is (the child's, the referrer's)
is told by words of the label, else by the headings above it, else by the field's name. What is left open is
told by the names that only one group has. Confidence is a number from 0 to 1; from `SURE` on it says that a
person would only nod. Anything inferred (a repeated block, a part spelt otherwise) stays below it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from forms.application.catalogue import Catalogue
from forms.application.mapping.entries import CHOICES, NOT_FOR_US, ROWS, TEXTS, TICKS
from forms.application.mapping.targets import PIECES, Group, Target, targets_of
from forms.application.mapping.words import Words, closeness, holds, number_of, squeezed, telling, words_of
from forms.domain.schema import PROFILE_SCHEMA
from forms.formats.fillable import Fillable, Survey

SURE = 0.9
"""From here on a guess is taken as right; below it a person must look."""
LIKELY = 0.5
"""Below this a place is left open, and guesses are only named."""
NEAREST = 3

_PIECE_PATHS = {
    **{piece: f"/{piece}" for piece in ("given", "family", "title", "postcode")},
    **{f"line{number}": f"/lines/{number - 1}" for number in range(1, 5)},
    "street": "/lines",
}

What = Literal["value", "tick", "choose", "each", "skip", "open"]


@dataclass(frozen=True, slots=True)
class Guess:
    """A value that a place may want: with the item's number (from 0) where it is a list's, and why.

    `code` is what a box stands for: a code of the vocabulary, `yes` or `no`.
    """

    target: Target
    confidence: float
    reason: str
    item: int = 0
    code: str = ""

    @property
    def pointer(self) -> str:
        """Where the value stands in a case: /children/1/name/family, with `=code` for a box."""
        target, group = self.target, self.target.group
        item = str(max(self.item, 0))
        if group.pick:
            numbered = ("", item) if self.item > 0 else ("",)
            below = target.path[len(group.path) :]
            path = "/".join((f"/{group.path[0]}/[{group.pick[0]}={group.pick[1]}]", *numbered[1:], *below))
        else:
            path = "/".join(("", *(item if part == "*" else part for part in target.path)))
        if target.path[0] == "profile":
            path = f"profile:{path.removeprefix('/profile')}"
        path += _PIECE_PATHS.get(target.piece, "")
        return f"{path}={self.code}" if self.code else path


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
            found = [guess.confidence for guess in self.columns if guess]
            return min(found, default=0.0) if self.list_of else 0.0
        return self.best.confidence if self.best else 0.0

    @property
    def sure(self) -> bool:
        """Whether it is taken as right."""
        return self.confidence >= SURE


def draft(survey: Survey, catalogue: Catalogue, artefact: str = "referral") -> tuple[Draft, ...]:
    """Draft what goes into each place of a form, in the form's order.

    Args:
        survey: What can be filled in in the form.
        catalogue: The library, for the vocabulary and `directories/form-labels.json`.
        artefact: The paper of ours that the form stands in for, whose part of the case is looked at too; "" for
            none.
    """
    matcher = Matcher(catalogue, artefact)
    found = [matcher.draft(place) for place in survey.places]
    return tuple(_numbered(_neighboured(found)))


class Matcher:
    """Compares places with the vocabulary; make it once for a form."""

    def __init__(self, catalogue: Catalogue, artefact: str) -> None:
        """Take the vocabulary and the labels of the library, and a paper whose part is looked at too."""
        vocabulary = catalogue.vocabulary
        self._labels = catalogue.directory("form-labels")
        paper = vocabulary.parts[catalogue.artefact(artefact).id] if artefact else None
        self.groups, self.targets = targets_of(
            vocabulary.case, vocabulary.node(PROFILE_SCHEMA), paper, artefact, self._labels
        )
        self._asks: dict[Words, set[str]] = defaultdict(set)
        for target in self.targets:
            for name, _ in target.names:
                self._asks[tuple(sorted(name))].add(target.group.pointer)

    def draft(self, place: Fillable) -> Draft:
        """Find the nearest values for one place."""
        if place.kind in NOT_FOR_US:
            return Draft(place, "skip", why="nothing is filled in here")
        if reason := self._skipped(place):
            return Draft(place, "skip", why=reason)
        if place.kind in ROWS:
            return self._rows(place)
        asked = Asked.of(place, self.groups)
        ticks = place.kind in TICKS and len(place.options) < 2
        guesses = self._ticks(asked) if ticks else self._values(asked, place)
        ranked = _ranked(guesses)
        if not ranked or ranked[0].confidence < LIKELY:
            return Draft(place, "open", others=tuple(ranked[:NEAREST]))
        best, others = ranked[0], tuple(ranked[1 : NEAREST + 1])
        what: What = "tick" if ticks else "choose" if _is_choice(place, best.target) else "value"
        return Draft(place, what, best, others)

    def _skipped(self, place: Fillable) -> str:
        words = telling(f"{place.label} {place.section}")
        for reason, phrases in self._labels["skip"].items():
            if any(holds(words, telling(phrase)) for phrase in phrases):
                return str(reason)
        return ""

    # ── Values ──────────────────────────────────────────────────────────────────────────────────────────────

    def _values(self, asked: Asked, place: Fillable) -> Iterator[Guess]:
        for target in self.targets:
            if _fits(place, target):
                best = self._best_name(asked, target, target.names)
                if best is not None:
                    yield best

    def _best_name(self, asked: Asked, target: Target, names: Iterable[tuple[Words, str]]) -> Guess | None:
        found: Guess | None = None
        for name, source in names:
            for words, how in asked.versions(target.group):
                text = closeness(words, name, target.surroundings)
                if squeezed(words, name):
                    text = 1.0
                if text < 0.45:
                    continue
                whose, why = self._whose(asked, target, name, words)
                score = text * whose * (1.0 if source == "title" else 0.99) * how
                if found is None or score > found.confidence:
                    found = Guess(
                        target, round(score, 3), _reason(text, source, name, why), asked.item(target.group)
                    )
        return found

    def _whose(self, asked: Asked, target: Target, name: Words, words: Words) -> tuple[float, str]:
        """Say how well it fits whom the label is about, and by what one knows."""
        group = target.group
        if group.pointer in asked.in_label:
            return 1.0, "the label says whose"
        said = set(name) & {word for phrase in group.phrases for word in phrase}
        if said and said <= set(asked.label):
            return 1.0, "the label says whose"
        for depth, groups in enumerate(asked.in_sections):
            if group.pointer in groups:
                return 0.98 - 0.01 * depth, "the heading says whose"
            if groups:
                return (0.5, "the heading speaks of something else")
        if group.pointer in asked.in_name:
            return 0.97, "the field’s name says whose"
        if asked.in_label or asked.in_name:
            return 0.5, "it speaks of something else"
        if len(self._asks[tuple(sorted(name))]) == 1 and len(name) > 1:
            return 0.96, "only this has such a value"
        if len(self._asks[tuple(sorted(name))]) == 1:
            return 0.9, "only this has such a value"
        return 0.7, "it isn’t said whose"

    # ── Boxes ───────────────────────────────────────────────────────────────────────────────────────────────

    def _ticks(self, asked: Asked) -> Iterator[Guess]:
        for target in self.targets:
            if target.piece:
                continue
            node = target.node.items if target.node.kind == "array" else target.node
            if node is None:
                continue
            if node.prints == "yes_no":
                yield from self._yes_no(asked, target)
            elif node.prints == "words":
                for code, words in node.words.items():
                    yield from self._code(asked, target, code, words)

    def _yes_no(self, asked: Asked, target: Target) -> Iterator[Guess]:
        for code in ("yes", "no"):
            if code in asked.label[-1:] + asked.label[:1] or self._said(asked.label, "yes_no", code):
                rest = asked.without((code,))
                best = self._best_name(rest, target, target.names)
                if best is not None:
                    yield replace(best, code=code)
                return
        best = self._best_name(asked, target, target.names)
        if best is not None:
            yield replace(best, code="yes")

    def _said(self, label: Words, name: str, code: str) -> bool:
        return any(label[-len(words) :] == words for words in map(telling, self._words(name, code)) if words)

    def _words(self, name: str, code: str) -> Sequence[str]:
        codes: Mapping[str, Mapping[str, Sequence[str]]] = self._labels["codes"]
        return codes.get(name, {}).get(code, ())

    def _code(self, asked: Asked, target: Target, code: str, words: str) -> Iterator[Guess]:
        said = [(telling(words), "title")]
        said += [(telling(each), "synonym") for each in self.code_words(target, code)]
        names: list[tuple[Words, str]] = []
        for option, source in said:
            names.append((option, source))
            for name, whose in target.names:
                both = "synonym" if "synonym" in (source, whose) else "title"
                names.append(((*name, *option), both))
        best = self._best_name(asked, target, names)
        if best is not None:
            yield replace(best, code=code)

    def code_words(self, target: Target, code: str) -> tuple[str, ...]:
        """Give what forms call a code of a value."""
        return (*self._words(target.pointer, code), *self._words(target.path[-1], code))

    # ── Rows ────────────────────────────────────────────────────────────────────────────────────────────────

    def _rows(self, place: Fillable) -> Draft:
        best = Draft(place, "open")
        for group in self.groups:
            if not group.is_list or group.path.count("*") > 1:
                continue
            columns = tuple(self._column(place, head, group) for head in place.columns)
            found = [guess.confidence for guess in columns if guess]
            asked = Asked.of(replace(place, label="", name=""), self.groups)
            said = next((groups for groups in asked.in_sections if groups), frozenset())
            fits = 1.0 if group.pointer in said else 0.5 if said else 0.7
            score = sum(found) / max(len(columns), 1) * fits
            if found and score > _score(best, place):
                scaled = tuple(
                    guess and replace(guess, confidence=round(guess.confidence * fits, 3)) for guess in columns
                )
                best = Draft(place, "each", list_of=group, columns=scaled, why=group.title)
        return best

    def _column(self, place: Fillable, head: str, group: Group) -> Guess | None:
        alone = Fillable("", "cell", head, section=group.title)
        asked = Asked.of(alone, self.groups)
        asked = replace(asked, in_sections=(frozenset({group.pointer}),))
        guesses = [
            guess
            for target in self.targets
            if target.group == group and (guess := self._best_name(asked, target, target.names))
        ]
        ranked = _ranked(guesses)
        return ranked[0] if ranked and ranked[0].confidence >= LIKELY else None


def _score(draft_of: Draft, place: Fillable) -> float:
    found = [guess.confidence for guess in draft_of.columns if guess]
    return sum(found) / max(len(place.columns), 1)


# ── What a place asks ───────────────────────────────────────────────────────────────────────────────────────

_PLAIN_NAME = re.compile(r"(table|paragraph|after|at the beginning)\b.*", re.I)


@dataclass(frozen=True)
class Asked:
    """What a place says of itself: the words of its label, and of whom label, headings and name speak.

    `number` is the item's number from 1 where the label or a heading counts ("Child 2"), or 0.
    """

    label: Words
    name: Words
    in_label: Mapping[str, Words] = field(default_factory=dict)
    in_sections: tuple[frozenset[str], ...] = ()
    in_name: Mapping[str, Words] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, place: Fillable, groups: Sequence[Group]) -> Asked:
        """Read a place's label, headings (innermost first) and name."""
        label = telling(place.label)
        name = () if _PLAIN_NAME.fullmatch(place.name) or place.name == place.where else telling(place.name)
        sections = [telling(part) for part in reversed(place.section.split(" › ")) if part]
        spoken = [_groups_in(words, groups) for words in sections]
        numbers: dict[str, int] = {}
        for words in (name, *reversed(sections), label):
            numbers |= _numbers_in(words, groups)
        return cls(
            label,
            name,
            _groups_in(label, groups),
            tuple(frozenset(found) for found in spoken),
            _groups_in(name, groups),
            numbers,
        )

    def without(self, gone: Words) -> Asked:
        """Give it without some words of the label."""
        return replace(self, label=tuple(word for word in self.label if word not in gone))

    def versions(self, group: Group) -> Iterator[tuple[Words, float]]:
        """Give the words to compare, without those that say whose it is, and how much each way counts."""
        if self.label:
            yield self.label, 1.0
            if phrase := self.in_label.get(group.pointer):
                yield _taken_out(self.label, phrase), 1.0
        elif self.name:
            yield self.name, 0.97
            if phrase := self.in_name.get(group.pointer):
                yield _taken_out(self.name, phrase), 0.97

    def item(self, group: Group) -> int:
        """Give the item's number from 0, or -1 where nothing counts."""
        return self.numbers.get(group.pointer, 0) - 1 if group.is_list else 0

    @cached_property
    def counted(self) -> bool:
        """Whether it counts any items."""
        return bool(self.numbers)


def _groups_in(words: Words, groups: Sequence[Group]) -> dict[str, Words]:
    """Give the groups that words speak of, each with the longest phrase that says so."""
    found: dict[str, Words] = {}
    for group in groups:
        phrases = [phrase for phrase in group.phrases if holds(words, phrase)]
        if phrases:
            found[group.pointer] = max(phrases, key=len)
    # "Offender manager" speaks of no offender: a phrase inside a longer one says nothing.
    return {
        pointer: phrase
        for pointer, phrase in found.items()
        if not any(len(other) > len(phrase) and holds(other, phrase) for other in found.values())
    }


def _numbers_in(words: Words, groups: Sequence[Group]) -> dict[str, int]:
    """Give what number of which list's items words speak of: child 2, second child."""
    found: dict[str, int] = {}
    for pointer, phrase in _groups_in(words, [group for group in groups if group.is_list]).items():
        size = len(phrase)
        for at in range(len(words) - size + 1):
            if words[at : at + size] == phrase:
                after = words[at + size : at + size + 1]
                before = words[at - 1 : at] if at else ()
                number = next((number_of(word) for word in (*after, *before) if number_of(word)), 0)
                if number:
                    found[pointer] = number
    return found


def _taken_out(words: Words, phrase: Words) -> Words:
    for at in range(len(words) - len(phrase) + 1):
        if words[at : at + len(phrase)] == phrase:
            left = (*words[:at], *words[at + len(phrase) :])
            return tuple(word for word in left if not (word.isdigit() and len(word) < 3)) or left
    return words


def _reason(text: float, source: str, name: Words, why: str) -> str:
    said = " ".join(name)
    how = {True: "is what the vocabulary calls it", False: "is a usual name for it"}[source == "title"]
    same = f"“{said}” {how}" if text > 0.97 else f"near “{said}”"
    return f"{same}; {why}"


def _ranked(guesses: Iterable[Guess]) -> list[Guess]:
    """Give guesses, the best first; where two are as good, neither is sure."""
    ranked = sorted(
        guesses, key=lambda guess: (-guess.confidence, len(guess.target.path), guess.target.pointer)
    )
    if len(ranked) > 1 and ranked[1].confidence > ranked[0].confidence - 0.04:
        best = ranked[0]
        rival = ranked[1]
        why = f"{best.reason}; as near: {rival.target.pointer}"
        ranked[0] = replace(best, confidence=round(min(best.confidence, SURE - 0.1), 3), reason=why)
    return ranked


# ── What fits ───────────────────────────────────────────────────────────────────────────────────────────────


def _fits(place: Fillable, target: Target) -> bool:
    """Tell whether a value of this kind may stand in a place of that kind."""
    node = target.node
    if place.kind == "date":
        return target.is_date and not target.piece
    if place.kind in CHOICES or place.kind in TICKS:
        return _has_choices(place, target)
    if place.kind == "comb" and node.prints in ("address", "yes_no") and not target.piece:
        return False
    if place.longest is not None and place.longest <= 4 and not target.piece:
        return node.prints in ("number", "words", "yes_no") or target.path[-1] == "age"
    return place.kind in TEXTS


def _has_choices(place: Fillable, target: Target) -> bool:
    if target.piece in ("day", "month", "year", "title"):
        return True
    node = target.node.items if target.node.kind == "array" else target.node
    if node is None or target.piece:
        return False
    if node.prints in ("yes_no", "words"):
        return True
    said = {telling(words) for _, words in place.options}
    return node.prints == "text" and not said <= {("yes",), ("no",), ("not", "known"), ("unknown",), ()}


def _is_choice(place: Fillable, target: Target) -> bool:
    return place.kind in CHOICES or place.kind in TICKS


# ── What neighbours say ─────────────────────────────────────────────────────────────────────────────────────


def _neighboured(drafts: Sequence[Draft]) -> list[Draft]:
    """Let what stands before a place say whose it is, where nothing else does."""
    return list(drafts)


def _numbered(drafts: Sequence[Draft]) -> Iterator[Draft]:
    """Number the items of lists: as labels count, else in the order of the form."""
    seen: Counter[tuple[str, str]] = Counter()
    last: dict[str, int] = {}
    for each in drafts:
        best = each.best
        if best is None or not best.target.group.is_list:
            yield each
            continue
        group = best.target.group.pointer
        key = (group, f"{best.target.pointer}={best.code}")
        if best.item >= 0:
            last[group] = best.item
            yield each
            continue
        item = last.get(group, seen[key])
        seen[key] += 1
        confidence = best.confidence if item == 0 else min(best.confidence, SURE - 0.05)
        reason = best.reason if item == 0 else f"{best.reason}; the {item + 1}th of its kind"
        yield replace(each, best=replace(best, item=item, confidence=confidence, reason=reason))


__all__ = ["LIKELY", "PIECES", "SURE", "Draft", "Guess", "Matcher", "draft", "words_of"]
