"""A mapping worked out for a case: what goes into each place of the form.

What a case does not say prints as in our own papers ("Not stated") in places for text. Where those words have
no room or no sense (dates, combs, choices, places too short), the place stays empty and a warning names it.
`missing` in the mapping says otherwise for a place. A place for an item that a list hasn't (the third child of
two) is empty; a list with more items than the form has places is refused, unless some text goes through it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from jinja2 import TemplateError, Undefined

from forms.application.catalogue import Catalogue
from forms.application.mapping.language import (
    DATES,
    NOTES,
    UNKNOWN,
    Nothing,
    state_of_found,
    value_at,
    words_for,
)
from forms.application.mapping.lists import add_own_lists, left_over
from forms.application.mapping.model import Column, FormMapping, Missing, Rule, Text, Value
from forms.application.mapping.parts import nowhere
from forms.application.mapping.seeing import see
from forms.domain.case import Case, step
from forms.domain.presentation import Group, Rows, Shown
from forms.formats.fillable import Fillable, PlaceKind, Survey
from forms.formats.filling import Entry
from forms.formats.word.values import ValueRefusedError
from forms.foundation.errors import ArtefactError, InputError
from forms.foundation.problems import Place, Problem, errors_in

TEXTS: frozenset[PlaceKind] = frozenset(
    {"text", "multiline", "comb", "password", "date", "rich text", "bookmark", "cell", "line"}
)
TICKS: frozenset[PlaceKind] = frozenset({"checkbox", "box"})
CHOICES: frozenset[PlaceKind] = frozenset({"radio", "choice", "combo", "list"})
ROWS: frozenset[PlaceKind] = frozenset({"rows", "repeating section"})
NOT_FOR_US: frozenset[PlaceKind] = frozenset({"signature", "button", "file", "picture"})
"""Kinds that nothing is filled into."""
_TERSE: frozenset[PlaceKind] = frozenset({"comb", "date", "password"})


def entries(
    mapping: FormMapping, survey: Survey, case: Case, catalogue: Catalogue, issued: date | None = None
) -> tuple[dict[str, Entry], tuple[Problem, ...]]:
    """Work out what goes into each place of a form.

    Args:
        mapping: The form's mapping.
        survey: What can be filled in in the form.
        case: The case, not checked before.
        catalogue: The library.
        issued: The day it is filled, on which ages are told; today if not given.

    Returns:
        The entries by place, none for a place that stays empty; and warnings.

    Raises:
        InputError: The case has errors, or holds what the form has no place for.
        ArtefactError: The mapping does not fit the form or the vocabulary.
    """
    context, problems = see(mapping, case, catalogue, issued or date.today())
    made, more = entries_of(mapping, survey, context)
    return made, tuple(problem for problem in problems if problem.severity == "warning") + more


def entries_of(
    mapping: FormMapping, survey: Survey, context: Mapping[str, object]
) -> tuple[dict[str, Entry], tuple[Problem, ...]]:
    """Work out what goes into each place, for names that were seen before; else as `entries`."""
    names = {**context, UNKNOWN: mapping.unknown}
    add_own_lists(mapping, names)
    work = _Work(mapping, names)
    made = work.entries(survey)
    broken = errors_in(work.broken)
    if broken:
        raise ArtefactError(*broken)
    problems = (*work.problems, *left_over(mapping, work.context), *nowhere(mapping, work.context))
    if errors := errors_in(problems):
        raise InputError(*errors)
    return made, problems


@dataclass(slots=True)
class _Work:
    """Works out one form; `broken` is wrong with the mapping, `problems` is what the case gives rise to."""

    mapping: FormMapping
    context: dict[str, object]
    broken: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def entries(self, survey: Survey) -> dict[str, Entry]:
        places = {place.name: place for place in survey.places}
        made: dict[str, Entry] = {}
        for name, rule in self.mapping.rules.items():
            place = places.get(name)
            if place is None:
                self._break(rule, "unknown-place", "The form has no place of this name", "See `forms inspect`")
                continue
            entry = None if rule.skip else self._entry(rule, place)
            if entry is not None:
                made[name] = entry
        self._unmapped(survey)
        return made

    def _unmapped(self, survey: Survey) -> None:
        left = [
            place.name
            for place in survey.places
            if place.name not in self.mapping.rules and not place.read_only and place.kind not in NOT_FOR_US
        ]
        if left:
            number = "One place" if len(left) == 1 else f"{len(left)} places"
            self.problems.append(
                Problem(
                    "warning",
                    "not-mapped",
                    f"{number} of the form stayed empty, as the mapping does not speak of them",
                    "`forms lint` names them; map each, or skip it and say why",
                    Place(self.mapping.source),
                )
            )
        unchecked = sum(rule.unchecked for rule in self.mapping.rules.values())
        if unchecked:
            self.problems.append(
                Problem(
                    "warning",
                    "unchecked",
                    f"{unchecked} of the mapping's places were drafted by the program and not checked since",
                    "Check each against the form, then delete its line `unchecked = true`",
                    Place(self.mapping.source),
                )
            )

    def _entry(self, rule: Rule, place: Fillable) -> Entry | None:
        try:
            if rule.text is not None and place.kind in TEXTS | {"combo"}:
                text = self._text(rule.text, place)
                return (text,) if text and place.kind == "combo" else text
            if rule.tick is not None and place.kind in TICKS:
                return bool(rule.tick.work(self.context))
            if rule.choose is not None and place.kind in CHOICES | TICKS | TEXTS:
                return self._choice(rule, rule.choose, place)
            if rule.each is not None and place.kind in ROWS:
                return self._rows(rule, rule.each)
        except (TemplateError, ValueRefusedError, TypeError, ValueError) as error:
            # Of the error's text only what Jinja says of names: others may quote a value.
            said = f": {error.message}" if isinstance(error, TemplateError) else ""
            self._break(rule, "cannot-work-out", f"The expression cannot be worked out{said}", "Correct it")
            return None
        self._break(
            rule, "wrong-kind", f"Nothing of this kind can go into a place that is a {place.kind}", _WRITE
        )
        return None

    # ── Text ────────────────────────────────────────────────────────────────────────────────────────────────

    def _text(
        self, text: Text, place: Fillable, scope: Mapping[str, object] | None = None, label: str = ""
    ) -> str | None:
        """Give a text, or None where the place stays empty."""
        context = {**self.context, **(scope or {})}
        notes: list[str] = []
        context[DATES] = (text.date, True) if text.date else (place.pattern or self.mapping.date, False)
        context[NOTES] = notes
        shown = text.render(context)
        label = label or place.label or place.name
        for note in dict.fromkeys(notes):
            self._warn("not-all-shown", f"‘{label}’ leaves out {note}", "Add it where the form has room", place)
        values = [value_at(path, context) for path in text.named if path[0] in context]
        values += [work(context) for work in text.chosen]
        states = [(value, state_of_found(value)) for value in values]
        spoken = [(value, state) for value, state in states if state != "slot"]
        if not spoken:
            return shown if not states and shown.strip() else None
        if any(state == "given" for _, state in spoken):
            return shown if shown.strip() else None
        return self._nothing_given(shown, spoken, text, place, label)

    def _nothing_given(
        self,
        shown: str,
        spoken: list[tuple[object, str]],
        text: Text,
        place: Fillable,
        label: str,
    ) -> str | None:
        """Give what a place says for which the case has no value."""
        values = {words_for(value, self.mapping.unknown) for value, _ in spoken if value is not None}
        once = values.pop() if len(values) == 1 and shown.strip() else shown
        if any(state != "absent" for _, state in spoken):
            if text.date and not shown.strip():
                return None  # said by the note on what the place leaves out
            return once  # "Not known: why" and "Withheld" are answers
        policy = text.missing or self._policy(text, place, once)
        if policy == "say":
            return once if once.strip() else None
        self._left_empty(place, label, spoken[0][0], stop=policy == "stop")
        return None

    def _policy(self, text: Text, place: Fillable, words: str) -> Missing:
        short = place.longest is not None and place.longest < len(words)
        return "empty" if place.kind in _TERSE or text.date or short else "say"

    # ── Choices and rows ────────────────────────────────────────────────────────────────────────────────────

    def _choice(self, rule: Rule, choose: Value, place: Fillable) -> Entry | None:
        label = place.label or place.name
        chosen: list[str] = []
        for code in _codes(choose.work(self.context)):
            if code == "slot":
                continue
            option = _option(code, rule.options, place)
            if option is None:
                if not self._no_choice(code, rule, choose, place, label):
                    return None
            elif option:
                chosen.append(option)
        if not chosen:
            return None
        if place.kind in TEXTS:
            return ", ".join(chosen)
        if len(chosen) > 1 and place.kind != "list":
            self._error(
                "one-choice", f"‘{label}’ takes one choice, and the case has more than one", _MORE, place
            )
            return None
        return tuple(chosen) if place.kind not in TICKS or len(place.options) > 1 else True

    def _no_choice(self, code: str, rule: Rule, choose: Value, place: Fillable, label: str) -> bool:
        """Say that the form has no choice for what the case says; give whether to go on."""
        if code in _STATES:
            stop = code == "absent" and rule.missing == "stop"
            if code == "absent":
                path = next(iter(choose.paths), ())
                value = value_at(path, dict(self.context)) if path else None
                self._left_empty(place, label, value, stop=stop)
            else:
                words = code.replace("_", " ")
                message = (
                    f"‘{label}’ is left empty: the case says “{words}”, and the mapping has no choice for it"
                )
                self._warn("left-empty", message, f"Add `{code}` to its options", place)
            return True
        self._broken_choice(rule, place, label)
        return False

    def _broken_choice(self, rule: Rule, place: Fillable, label: str) -> None:
        message = f"‘{label}’ has no choice for what the case says"
        self._error("no-choice", message, "Add the vocabulary's code to its options in the mapping", place)

    def _rows(self, rule: Rule, each: Value) -> Entry | None:
        found = each.work(self.context)
        if isinstance(found, Undefined):
            return None
        if not isinstance(found, tuple | list):
            self._break(rule, "not-a-list", "`each` gives no list", "Name a list of the case, as case.children")
            return None
        rows = []
        for number, item in enumerate(found, 1):
            scope = {rule.item: item, "number": number}
            rows.append(tuple(self._cell(rule, column, scope) for column in rule.columns))
        return tuple(rows) or None

    def _cell(self, rule: Rule, column: Column, scope: Mapping[str, object]) -> str:
        if column.text is None:
            return ""
        place = Fillable(rule.name, "cell", column.head)
        label = f"{rule.name}: {column.head}" if column.head else rule.name
        return self._text(column.text, place, scope, label) or ""

    # ── Problems ────────────────────────────────────────────────────────────────────────────────────────────

    def _left_empty(self, place: Fillable, label: str, value: object, *, stop: bool) -> None:
        what = title_of(value)
        message = (
            f"‘{label}’ is left empty: the case says nothing on {what}" if what else f"‘{label}’ is left empty"
        )
        hint = "Add it to the case, or write it in by hand"
        (self._error if stop else self._warn)("left-empty", message, hint, place)

    def _break(self, rule: Rule, code: str, message: str, hint: str) -> None:
        where = Place(self.mapping.source, step("/places", rule.name), f"the place ‘{rule.name}’")
        self.broken.append(Problem("error", code, message, hint, where))

    def _warn(self, code: str, message: str, hint: str, place: Fillable) -> None:
        self._add(Problem("warning", code, message, hint, self._at(place)))

    def _error(self, code: str, message: str, hint: str, place: Fillable) -> None:
        self._add(Problem("error", code, message, hint, self._at(place)))

    def _add(self, problem: Problem) -> None:
        if problem not in self.problems:
            self.problems.append(problem)

    def _at(self, place: Fillable) -> Place:
        return Place(self.mapping.source, step("/places", place.name), place.where)


_STATES = ("absent", "not_known", "not_applicable", "withheld")
_WRITE = "Write value for text, tick for a box, choose for a choice, each for rows"
_MORE = "Choose one in the mapping, as `case.children[0].social_care_status | first`"


def _codes(value: object) -> Iterator[str]:
    """Give the codes of a value: as the vocabulary has them, yes and no, and the states without a value."""
    if isinstance(value, Rows):
        if value:
            for item in value:
                yield from _codes(item)
        else:
            yield "slot" if value._style.blank else value.state
    elif isinstance(value, Shown):
        if value._style.blank and not value.given:
            yield "slot"
        elif value.state != "given":
            yield value.state
        else:
            yield from _codes(value.code if value.code != "" else str(value))
    elif isinstance(value, Nothing):
        yield "slot"
    elif isinstance(value, bool):
        yield "yes" if value else "no"
    elif isinstance(value, Group):
        yield "yes" if value else "absent"
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _codes(item)
    elif isinstance(value, Undefined) or value is None:
        raise ValueRefusedError("there is no value")
    else:
        yield str(value)


def _option(code: str, options: Mapping[str, str], place: Fillable) -> str | None:
    """Give the form's choice for a code, by the mapping's table, else by code or words; None if it has none."""
    if code in options:
        return options[code]
    if options or code in _STATES:
        return None
    if not place.options:
        return code
    folded = code.casefold()
    return next((own for own, words in place.options if folded in (own.casefold(), words.casefold())), None)


def title_of(value: object) -> str:
    """Give what the vocabulary calls something that an expression asks for: "‘Date of birth’"."""
    label = getattr(value, "label", "")
    return f"‘{label}’" if isinstance(label, str) and label else ""
