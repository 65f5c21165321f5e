"""The first draft of a mapping: which value of the vocabulary each place of a form most likely wants.

Each place's label is compared with every name of every value. Whose value it is (the child's, the referrer's)
is told by words of the label, else by the headings above it, else by the field's name. What is left open is
told by the names that only one group has. Confidence is a number from 0 to 1; from `SURE` on it says that a
person would only nod. Anything inferred (a repeated block, several values in one place) stays below it.
"""

from __future__ import annotations

import itertools
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
from forms.application.mapping.words import GENERIC, Words, alike, closeness, holds, telling, words_of
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
    return Matcher(catalogue, artefact).drafts(survey)


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
        options = [words_of(f"{each}") for target in self.targets for each in self._option_texts(target)]
        names = [name for target in self.targets for name, _ in target.names]
        self._every_word = frozenset(itertools.chain(*names, *options))
        self._likes: dict[Words, tuple[frozenset[str], str]] = {}
        self._like_word: dict[str, frozenset[str]] = {}
        self._words_of = {
            group.pointer: frozenset(
                word for phrase in group.phrases if len(phrase) == 1 or not _is_person(group) for word in phrase
            )
            for group in self.groups
        }
        self._person_words = frozenset(
            word
            for group in self.groups
            if _is_person(group)
            for phrase in group.phrases
            if len(phrase) == 1
            for word in phrase
        )

    def drafts(self, survey: Survey) -> tuple[Draft, ...]:
        """Find what goes into each place of a form."""
        return tuple(in_sequence([self.draft(place) for place in labelled(survey.places)]))

    def codes(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Give what forms call the codes of each value that has any, by the value's pointer."""
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for target in self.targets:
            node = target.node.items if target.node.kind == "array" else target.node
            if node is not None and node.prints == "yes_no":
                words = {code: (code, *self._words("yes_no", code)) for code in ("yes", "no")}
                found[target.pointer] = words
            elif node is not None and node.words:
                found[target.pointer] = {
                    code: (words, *self.code_words(target, code)) for code, words in node.words.items()
                }
        return found

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
        short = len(words) < 4 and not {"date", "name", "print"} & set(words)
        for reason, phrases in self._labels["skip"].items():
            for phrase in map(telling, phrases):
                if (short or len(phrase) > 1) and holds(words, phrase):
                    return str(reason)
                if len(phrase) > 1 and holds(over, phrase):
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
        readings = [(words, how, *self._near(words)) for words, how in asked.readings(target.group)]
        explained = target.surroundings | self._words_of.get(target.group.pointer, frozenset())
        light = frozenset() if person else self._person_words
        for name, source in names:
            for words, how, near, letters in readings:
                same = letters == "".join(name)
                if not same and near.isdisjoint(name):
                    continue
                text = 1.0 if same else closeness(words, name, explained, light)
                if len(name) > 1 and len(words) > 3 and holds(words, name):
                    text = max(text, 0.7)
                if text < _LEAST:
                    continue
                whose, why = self._whose(asked, target, name)
                score = text * whose * how * (1.0 if source == "title" else 0.99)
                if target.path[0] == "profile" and len(self._asks[tuple(sorted(name))]) > 1:
                    score *= 0.95  # the author's own telephone rather than the organisation's
                score = round(score, 3)
                if score > (found.confidence if found else 0):
                    reason = _reason(text, source, name, why)
                    found = Guess(target, score, reason, asked.item(target.group))
        return found

    def _near(self, words: Words) -> tuple[frozenset[str], str]:
        """Give the vocabulary's words that are like any of a reading, and the reading's letters."""
        if words not in self._likes:
            likes = (self._like(word) for word in words)
            self._likes[words] = (frozenset(itertools.chain(*likes)), "".join(words))
        return self._likes[words]

    def _like(self, word: str) -> frozenset[str]:
        if word not in self._like_word:
            self._like_word[word] = frozenset(each for each in self._every_word if alike(word, each))
        return self._like_word[word]

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
            if _is_person(group) and self._speaks_of_others(asked.said, group):
                generic = set(asked.in_label[group.pointer]) <= GENERIC
                return (
                    0.6 if generic else 0.88
                ), "the label says whose, but the heading speaks of something else"
            return 1.0, "the label says whose"
        if heading:
            several = self._speaks_of_others(asked.said, group, any_other=True)
            return (0.5, "the heading speaks of several") if several else (0.98, "the heading says whose")
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
        return (0.7 if len(name) > 1 else 0.5), "it isn’t said of what"

    def _speaks_of_persons(self, pointers: Iterable[str]) -> bool:
        return any(self._is_person(pointer) for pointer in pointers)

    def _speaks_of_others(self, said: Iterable[str], group: Group, *, any_other: bool = False) -> bool:
        """Whether a heading speaks of other persons than a group's, and (unless `any_other`) not of these."""
        spoken = {_base(pointer) for pointer in said if self._is_person(pointer)}
        twins = {"practitioner", "profile"}
        own = twins if group.path[0] in twins else {group.path[0]}
        return bool(spoken - own) and (any_other or not spoken & own)

    def _is_person(self, pointer: str) -> bool:
        return _base(pointer) in _PERSONS

    # ── Several values in one place ─────────────────────────────────────────────────────────────────────────

    def _parted(self, place: Fillable, found: Sequence[Guess]) -> Iterator[Guess]:
        """Give guesses for labels that name several things: "Name / agency", "School / pre-school"."""
        parts = [part for part in _PARTS.split(place.label) if telling(part)]
        if not 1 < len(parts) <= 5:
            return
        whole = Asked.of(place, self.groups)
        phrases = {
            phrase for group in self.groups for phrase in group.phrases if group.pointer in whole.in_label
        }
        best: list[Guess] = []
        owners = 0
        for part in parts:
            asked = Asked.of(place, self.groups, part)
            if asked.label in phrases:
                owners += 1  # "Manager or DSL telephone": whose it is, not another value
                continue
            said = {**whole.in_label, **asked.in_label}
            asked = replace(asked, in_label=said, numbers={**whole.numbers, **asked.numbers})
            guesses = ranked(self._values(asked, place))
            if guesses and guesses[0].confidence >= 0.7:
                best.append(guesses[0])
        if best:
            yield _together(best, len(parts) - owners)

    # ── Boxes ───────────────────────────────────────────────────────────────────────────────────────────────

    def _ticks(self, asked: Asked) -> Iterator[Guess]:
        for target in self.targets:
            node = target.node.items if target.node.kind == "array" else target.node
            if target.piece or node is None:
                continue
            if node.prints == "text" and (best := self._worded(asked, target)):
                yield best
            if node.prints == "yes_no":
                yield from self._yes_no(asked, target)
            elif node.prints == "words":
                for code, words in node.words.items():
                    yield from self._code(asked, target, code, words)

    def _worded(self, asked: Asked, target: Target) -> Guess | None:
        """Give a guess for a box under a heading that is a value's name: "White British" under "Ethnicity"."""
        if target.group.pointer not in asked.said or not asked.headings:
            return None
        for name, _ in target.names:
            if holds(asked.headings[0], name) and target.node.kind == "value" and len(asked.label) > 1:
                reason = f"it stands under “{' '.join(name)}”"
                return Guess(target, 0.6, reason, asked.item(target.group), code=asked.text)
        return None

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

    def _option_texts(self, target: Target) -> Iterator[str]:
        node = target.node.items if target.node.kind == "array" else target.node
        for code, words in (node.words if node else {}).items():
            yield words
            yield from self.code_words(target, code)

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
        order = sorted(
            (at, pointer) for pointer, phrase in asked.in_label.items() if (at := _at(asked.label, phrase)) >= 0
        )
        head = order[0][1] if order else ""
        several = len({group.path for group in lists if group.pointer in said}) > 1
        found: list[tuple[float, Draft]] = []
        for group in lists:
            if group.pick and group.pointer not in said:
                continue
            fits = 1.0 if group.pointer in said else 0.6 if said else 0.75
            fits *= 0.9 if head and group.pointer != head else 1.0
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
            found = ranked([*found, *self._parted_column(column, head, targets, group)])
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
            yield _together(best, len(parts))


def _together(best: Sequence[Guess], parts: int) -> Guess:
    """Make one guess of those for the parts of a label; they stand together only if they are of one group."""
    first = best[0]
    groups = {first.target.group.path[0], *({"practitioner", "profile"} if _is_ours(first.target) else ())}
    fitting = [
        each for each in best if each.target.group.path[0] in groups and each.target.node.prints != "yes_no"
    ]
    others = tuple(dict.fromkeys(each.target for each in fitting if each.target != first.target))
    whole = len(fitting) if first in fitting else 1
    lowest = min(each.confidence for each in best) * (0.75 + 0.15 * whole / parts)
    why = "several in one place" if others else "its parts are one value"
    return replace(first.scaled(1, lowest, why), joined=others)


def _is_ours(target: Target) -> bool:
    return target.path[0] in ("practitioner", "profile")


def _base(pointer: str) -> str:
    return pointer.strip("/").partition("/")[0].partition("[")[0]


def _at(words: Words, phrase: Words) -> int:
    size = len(phrase)
    return next((at for at in range(len(words) - size + 1) if words[at : at + size] == phrase), -1)


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
    if node.prints == "yes_no" and "?" not in place.label and not {"y", "n"} & set(telling(place.label)):
        return False
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
