"""The first draft of a mapping: which value of the vocabulary each place of a form most likely wants.

Each place's label is compared with every name of every value. Whose value it is (the child's, the referrer's)
is told by words of the label, else by the headings above it, else by the field's name. What is left open is
told by the names that only one group has. Confidence is a number from 0 to 1; from `SURE` on it says that a
person would only nod. Anything inferred (a repeated block, several values in one place) stays below it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from forms.application.catalogue import Catalogue
from forms.application.mapping.asked import Asked
from forms.application.mapping.entries import CHOICES, NOT_FOR_US, ROWS, TEXTS, TICKS
from forms.application.mapping.guesses import LIKELY, NEAREST, SURE, Draft, Guess, What, ranked
from forms.application.mapping.sequence import in_sequence
from forms.application.mapping.targets import Group, Target, targets_of
from forms.application.mapping.words import Words, closeness, holds, squeezed, telling
from forms.domain.schema import PROFILE_SCHEMA
from forms.formats.fillable import Fillable, Survey

_LEAST = 0.5
_PERSONS = frozenset(
    {"offender", "children", "adults", "victims", "agencies", "practitioner", "recipient", "profile"}
)
_PARTS = re.compile(r"\s*(?:/|&|,|;|\+|\band\b|\bor\b)\s*", re.IGNORECASE)
Names = Iterable[tuple[Words, str]]


def draft(survey: Survey, catalogue: Catalogue, artefact: str = "referral") -> tuple[Draft, ...]:
    """Draft what goes into each place of a form, in the form's order.

    Args:
        survey: What can be filled in in the form.
        catalogue: The library, for the vocabulary and `directories/form-labels.json`.
        artefact: The paper of ours that the form stands in for, whose part of the case is looked at too; "" for
            none.
    """
    matcher = Matcher(catalogue, artefact)
    return tuple(in_sequence([matcher.draft(place) for place in labelled(survey.places)]))


def labelled(places: Sequence[Fillable]) -> Iterator[Fillable]:
    """Give places; one without a label has that of the place whose name differs in a number alone."""
    known: dict[str, str] = {}
    for place in places:
        if place.label:
            known.setdefault(re.sub(r"\d+", "#", place.name), place.label)
    for place in places:
        pattern = re.sub(r"\d+", "#", place.name)
        yield place if place.label or pattern not in known else replace(place, label=known[pattern])


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
        self._asks: dict[Words, set[tuple[str, ...]]] = defaultdict(set)
        for target in self.targets:
            for name, _ in target.names:
                self._asks[tuple(sorted(name))].add(target.group.path)
        self._person_words = frozenset(
            word
            for group in self.groups
            if _is_person(group)
            for phrase in group.phrases
            if len(phrase) == 1
            for word in phrase
        )

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
        found = ranked(self._ticks(asked) if ticks else self._values(asked, place))
        if not ticks and (not found or found[0].confidence < SURE):
            found = ranked([*found, *self._parted(place, found)])
        if not found or found[0].confidence < LIKELY:
            return Draft(place, "open", others=tuple(found[:NEAREST]))
        what: What = "tick" if ticks else "choose" if place.kind in CHOICES | TICKS else "value"
        return Draft(place, what, found[0], tuple(found[1 : NEAREST + 1]))

    def _skipped(self, place: Fillable) -> str:
        words, over = telling(place.label), telling(place.section)
        for reason, phrases in self._labels["skip"].items():
            for phrase in map(telling, phrases):
                if holds(words, phrase) or (len(phrase) > 1 and holds(over, phrase)):
                    return str(reason)
        return ""

    # ── Values ──────────────────────────────────────────────────────────────────────────────────────────────

    def _values(self, asked: Asked, place: Fillable) -> Iterator[Guess]:
        for target in self.targets:
            if _fits(place, target) and (best := self._best_name(asked, target, target.names)):
                yield best

    def _best_name(self, asked: Asked, target: Target, names: Names) -> Guess | None:
        """Give the guess by the name that fits best."""
        found: Guess | None = None
        person = _is_person(target.group)
        for name, source in names:
            for words, how in asked.readings(target.group):
                explained = target.surroundings if person else target.surroundings | self._person_words
                text = 1.0 if squeezed(words, name) else closeness(words, name, explained)
                if len(name) > 1 and len(words) > 3 and holds(words, name):
                    text = max(text, 0.7)
                if text < _LEAST:
                    continue
                whose, why = self._whose(asked, target, name)
                score = round(text * whose * how * (1.0 if source == "title" else 0.99), 3)
                if score > (found.confidence if found else 0):
                    reason = _reason(text, source, name, why)
                    found = Guess(target, score, reason, asked.item(target.group))
        return found

    def _whose(self, asked: Asked, target: Target, name: Words) -> tuple[float, str]:
        """Say how well it fits whom the label is about, and by what one knows."""
        group, alone = target.group, self._asks[tuple(sorted(name))]
        # Words of the label that the value's own name has ("relationship to child") say nothing of whose it is.
        in_label = {
            pointer
            for pointer, phrase in asked.in_label.items()
            if pointer == group.pointer or not holds(name, phrase)
        }
        heading = group.pointer in asked.said
        if group.pointer in asked.in_label:
            if asked.said and not heading and _is_person(group) and self._speaks_of_persons(asked.said):
                return 0.88, "the label says whose, but the heading speaks of something else"
            return 1.0, "the label says whose"
        if heading:
            mixed = len({pointer.partition("[")[0] for pointer in asked.said if self._is_person(pointer)}) > 1
            return (0.89, "the heading speaks of several") if mixed else (0.98, "the heading says whose")
        if any(group.pointer in groups for groups in asked.in_sections):
            return 0.96, "a heading further up says whose"
        if group.pointer in asked.in_name:
            return 0.97, "the field’s name says whose"
        if group.pick:
            return 0.0, "nothing says that"
        if not _is_person(group):
            return self._topic(name, len(alone) == 1)
        if self._speaks_of_persons(in_label) or self._speaks_of_persons(asked.said):
            return 0.45, "it speaks of something else"
        if len(alone) == 1:
            return (0.95 if len(name) > 1 else 0.88), "only this has such a value"
        return (0.8 if group.path[0] == "children" else 0.6), "it isn’t said whose"

    def _topic(self, name: Words, alone: bool) -> tuple[float, str]:
        """Say how well a name tells a value that is nobody's own: the referral's, the risk's."""
        if alone:
            return (0.97 if len(name) > 1 else 0.93), "only this has such a value"
        return 0.7 if len(name) > 1 else 0.6, "it isn’t said of what"

    def _speaks_of_persons(self, pointers: Iterable[str]) -> bool:
        return any(self._is_person(pointer) for pointer in pointers)

    def _is_person(self, pointer: str) -> bool:
        return pointer.strip("/").partition("/")[0].partition("[")[0] in _PERSONS

    # ── Several values in one place ─────────────────────────────────────────────────────────────────────────

    def _parted(self, place: Fillable, found: Sequence[Guess]) -> Iterator[Guess]:
        """Give guesses for labels that name several things: "Name / agency", "School / pre-school"."""
        parts = [part for part in _PARTS.split(place.label) if telling(part)]
        if not 1 < len(parts) <= 5:
            return
        best: list[Guess] = []
        whole = Asked.of(place, self.groups)
        for part in parts:
            asked = Asked.of(place, self.groups, part)
            said = {**whole.in_label, **asked.in_label}
            asked = replace(asked, in_label=said, numbers={**whole.numbers, **asked.numbers})
            guesses = ranked(self._values(asked, place))
            if guesses and guesses[0].confidence >= 0.7:
                best.append(guesses[0])
        if not best:
            return
        first = best[0]
        others = tuple(dict.fromkeys(guess.target for guess in best if guess.target != first.target))
        lowest = min(guess.confidence for guess in best) * (0.8 + 0.1 * len(best) / len(parts))
        why = f"“{parts[0]}” and more in one place" if others else f"“{' / '.join(parts)}” are one value"
        yield replace(first.scaled(1, lowest, why), joined=others)

    # ── Boxes ───────────────────────────────────────────────────────────────────────────────────────────────

    def _ticks(self, asked: Asked) -> Iterator[Guess]:
        for target in self.targets:
            node = target.node.items if target.node.kind == "array" else target.node
            if target.piece or node is None:
                continue
            if node.prints == "yes_no":
                yield from self._yes_no(asked, target)
            elif node.prints == "words":
                for code, words in node.words.items():
                    yield from self._code(asked, target, code, words)

    def _yes_no(self, asked: Asked, target: Target) -> Iterator[Guess]:
        code = next((code for code in ("yes", "no") if self._says(asked.label, code)), "")
        words = tuple(word for each in self._words("yes_no", code) for word in telling(each)) if code else ()
        rest = asked.without((code, *words)) if code else asked
        if best := self._best_name(rest, target, target.names):
            yield replace(best, code=code or "yes")

    def _says(self, label: Words, code: str) -> bool:
        ends = {(code,), *map(telling, self._words("yes_no", code))}
        return len(label) > 1 and any(label[-len(words) :] == words for words in ends if words)

    def _words(self, name: str, code: str) -> Sequence[str]:
        codes: Mapping[str, Mapping[str, Sequence[str]]] = self._labels["codes"]
        return codes.get(name, {}).get(code, ())

    def _code(self, asked: Asked, target: Target, code: str, words: str) -> Iterator[Guess]:
        said: list[tuple[Words, str]] = [(telling(words), "title")]
        said += [(telling(each), "synonym") for each in self.code_words(target, code)]
        names: list[tuple[Words, str]] = []
        for option, source in said:
            if option not in (("yes",), ("no",), ("y",), ("n",)):
                names.append((option, source))
            for name, whose in target.names:
                both = "synonym" if "synonym" in (source, whose) else "title"
                names.append(((*name, *option), both))
        if best := self._best_name(asked, target, names):
            yield replace(best, code=code)

    def code_words(self, target: Target, code: str) -> tuple[str, ...]:
        """Give what forms call a code of a value, beside the vocabulary's own words."""
        return (*self._words(target.pointer, code), *self._words(target.path[-1], code))

    # ── Rows ────────────────────────────────────────────────────────────────────────────────────────────────

    def _rows(self, place: Fillable) -> Draft:
        """Find the list whose items a table's rows are, and each column's value."""
        heads = " | ".join(place.columns)
        asked = Asked.of(place, self.groups, "" if place.label == heads else place.label)
        said = frozenset(asked.in_label) or asked.said
        lists = [group for group in self.groups if group.is_list and group.path.count("*") == 1]
        several = len({group.path for group in lists if group.pointer in said}) > 1
        found: list[tuple[float, Draft]] = []
        for group in lists:
            if group.pick and group.pointer not in said:
                continue
            fits = 1.0 if group.pointer in said else 0.6 if said else 0.75
            most = SURE - 0.05 if several or group.pointer not in said else 1.0
            columns = [self._column(place, head, group) for head in place.columns]
            kept = tuple(guess and guess.scaled(fits, most) for guess in columns)
            score = sum(guess.confidence for guess in kept if guess) / max(len(kept), 1)
            made = Draft(place, "each", list_of=group, columns=kept, why=group.title)
            found.append((score, made))
        best = max(found, key=lambda each: each[0], default=(0.0, Draft(place, "open")))
        return best[1] if best[0] >= LIKELY / 2 else Draft(place, "open")

    def _column(self, place: Fillable, head: str, group: Group) -> Guess | None:
        column = Fillable("", "cell", head)
        asked = replace(Asked.of(column, self.groups), in_sections=(frozenset({group.pointer}),))
        targets = [target for target in self.targets if target.group == group]
        guesses = [best for target in targets if (best := self._best_name(asked, target, target.names))]
        found = ranked(guesses)
        if not found or found[0].confidence < SURE:
            parted = [guess for guess in self._parted_column(column, head, targets, group)]
            found = ranked([*found, *parted])
        return found[0] if found and found[0].confidence >= LIKELY else None

    def _parted_column(
        self, column: Fillable, head: str, targets: Sequence[Target], group: Group
    ) -> Iterator[Guess]:
        parts = [part for part in _PARTS.split(head) if telling(part)]
        best: list[Guess] = []
        for part in parts if 1 < len(parts) <= 4 else ():
            asked = replace(Asked.of(column, self.groups, part), in_sections=(frozenset({group.pointer}),))
            found = ranked(
                guess for target in targets if (guess := self._best_name(asked, target, target.names))
            )
            if found and found[0].confidence >= 0.7:
                best.append(found[0])
        if best:
            others = tuple(dict.fromkeys(each.target for each in best if each.target != best[0].target))
            lowest = min(each.confidence for each in best) * (0.8 + 0.1 * len(best) / len(parts))
            yield replace(best[0].scaled(1, lowest, "more than one in a column"), joined=others)


def _is_person(group: Group) -> bool:
    return bool(group.path) and group.path[0] in _PERSONS


def _reason(text: float, source: str, name: Words, why: str) -> str:
    said = " ".join(name)
    how = "is what the vocabulary calls it" if source == "title" else "is a usual name for it"
    same = f"“{said}” {how}" if text > 0.97 else f"near “{said}”"
    return f"{same}; {why}"


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


_YES_NO = frozenset({("yes",), ("no",), ("not", "known"), ("unknown",), (), ("not", "sure"), ("dont", "know")})


def _has_choices(place: Fillable, target: Target) -> bool:
    if target.piece:
        return target.piece in ("day", "month", "year", "title")
    node = target.node.items if target.node.kind == "array" else target.node
    if node is None:
        return False
    if node.prints in ("yes_no", "words"):
        return True
    return node.prints == "text" and not {telling(words) for _, words in place.options} <= _YES_NO
