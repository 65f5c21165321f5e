"""What a place of a form says of itself: by its label, the headings above it, its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from forms.application.mapping.targets import Group
from forms.application.mapping.words import GENERIC, OTHER, Words, holds, number_of, telling
from forms.formats.fillable import Fillable

_UNNAMED = re.compile(r"(table|paragraph|after|at the beginning|place)\b.*", re.I)
_OWNER = re.compile(r"(?:\b\w+\s?/\s?)?(?:\b\w+ )?\b\w+[’']s\s")
_ASIDE = re.compile(r"\([^)]*\)")
_SENTENCE = re.compile(r"(?<=[.?!;])\s+|\s[–—]\s|\s-\s")
_LONG = 5
"""A label with more words than this is a question, of which one sentence may be enough."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The words of a label and a name, and of whom label, headings (innermost first) and name speak.

    `versions` are further ways to read the label, each with what it counts. `numbers` are items counted from 1
    ("Child 2"), by group. `text` is the label as it stands, `headings` are the words of those above it.
    """

    label: Words
    name: Words = ()
    in_label: Mapping[str, Words] = field(default_factory=dict)
    in_sections: tuple[frozenset[str], ...] = ()
    in_name: Mapping[str, Words] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    versions: tuple[tuple[Words, float], ...] = ()
    headings: tuple[Words, ...] = ()
    text: str = ""

    @classmethod
    def of(cls, place: Fillable, groups: Sequence[Group], label: str | None = None) -> Asked:
        """Read a place, with another label than its own if one is given."""
        text = place.label if label is None else label
        words = telling(text)
        unnamed = _UNNAMED.fullmatch(place.name) or place.name == place.where
        name = () if unnamed else telling(place.name)
        parts = [part for part in reversed(place.section.split(" › ")) if part]
        sections = [_heading(part) for part in parts]
        numbers: dict[str, int] = {}
        for each in (name, *reversed(sections), words):
            numbers |= _numbers_in(each, groups)
        return cls(
            words,
            name,
            groups_in(words, groups),
            tuple(frozenset(_spoken(part, words, groups)) for part, words in zip(parts, sections, strict=True)),
            groups_in(name, groups),
            numbers,
            tuple(_versions(text, words)),
            tuple(sections),
            text,
        )

    def without(self, gone: Words) -> Asked:
        """Give it without some words of the label."""
        kept = tuple(word for word in self.label if word not in gone)
        others = ((tuple(word for word in words if word not in gone), how) for words, how in self.versions)
        return replace(self, label=kept, versions=tuple(others))

    def readings(self, group: Group) -> Iterator[tuple[Words, float]]:
        """Give the words to compare, without those that say whose it is, and what each reading counts."""
        ways = ((self.label, 1.0), *self.versions) if self.label else ((self.name, 0.97),)
        said = self.in_label if self.label else self.in_name
        for words, how in ways:
            phrase = said.get(group.pointer)
            if words and (how == 1.0 or words not in group.phrases):
                yield words, how
            if phrase and (left := taken_out(words, phrase)) != words:
                yield left, how * (0.88 if OTHER & set(phrase) and not group.pick else 1.0)
            if group.pointer in self.said and GENERIC & set(words):
                yield tuple(word for word in words if word not in GENERIC), how

    @property
    def said(self) -> frozenset[str]:
        """The groups that the innermost heading that speaks of any speaks of."""
        return next((groups for groups in self.in_sections if groups), frozenset())

    def item(self, group: Group) -> int:
        """Give the item's number from 0, or -1 where nothing counts."""
        return self.numbers.get(group.pointer, 0) - 1 if group.is_list else 0


def _heading(text: str) -> Words:
    """Give a heading's words; "About you" speaks of whoever fills the form in."""
    words = telling(text)
    return (*words[:-1], "your") if words[-1:] == ("you",) else tuple(word for word in words if word != "your")


def _spoken(text: str, words: Words, groups: Sequence[Group]) -> Mapping[str, Words]:
    """Give the groups that a heading speaks of: of "Child's parents" the parents."""
    owned = _OWNER.sub(" ", text)
    return (groups_in(_heading(owned), groups) if owned != text else {}) or groups_in(words, groups)


def _versions(text: str, words: Words) -> Iterator[tuple[Words, float]]:
    """Give other readings of a label: without what is in brackets, and of a long one each sentence."""
    plain = _ASIDE.sub(" ", text)
    if (short := telling(plain)) != words and short:
        yield short, 0.98
    elif not short or len(short) < len(words):
        for aside in _ASIDE.findall(text):
            yield telling(aside), 0.95
    parts = _SENTENCE.split(plain)
    if len(parts) > 1:
        for number, part in enumerate(parts):
            if found := telling(part):
                yield found, 0.95 if number == 0 else 0.88


def groups_in(words: Words, groups: Sequence[Group]) -> dict[str, Words]:
    """Give the groups that words speak of, each with the longest phrase that says so."""
    held = {
        group.pointer: phrases
        for group in groups
        if (phrases := [phrase for phrase in group.phrases if holds(words, phrase)])
    }
    every = [phrase for phrases in held.values() for phrase in phrases]
    found = {}
    for pointer, phrases in held.items():
        # "Offender manager" speaks of no offender: a phrase inside a longer one of another group says nothing.
        inside = [
            any(len(other) > len(phrase) and holds(other, phrase) for other in every if other not in phrases)
            for phrase in phrases
        ]
        if not all(inside):
            found[pointer] = max(phrases, key=len)
    return found


def _numbers_in(words: Words, groups: Sequence[Group]) -> dict[str, int]:
    """Give what number of which list's items words speak of: child 2, second child."""
    found: dict[str, int] = {}
    for pointer, phrase in groups_in(words, [group for group in groups if group.is_list]).items():
        size = len(phrase)
        for at in range(len(words) - size + 1):
            if words[at : at + size] == phrase:
                before = [word for word in words[max(at - 1, 0) : at] if not word.isdigit()]
                near = (*words[at + size : at + size + 1], *before)
                if number := next((number_of(word) for word in near if number_of(word)), 0):
                    found[pointer] = number
    return found


def taken_out(words: Words, phrase: Words) -> Words:
    """Give words without a phrase that says whose it is, and the number beside it."""
    for at in range(len(words) - len(phrase) + 1):
        if words[at : at + len(phrase)] == phrase:
            left = (*words[:at], *words[at + len(phrase) :])
            return tuple(word for word in left if not (word.isdigit() and len(word) < 3)) or left
    return words
