"""Is a mapping in order? Held to the form and to the vocabulary, both ways."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from forms.application.catalogue import Catalogue, open_catalogue
from forms.application.mapping import language
from forms.application.mapping.entries import CHOICES, NOT_FOR_US, ROWS, TEXTS, TICKS
from forms.application.mapping.lists import base_of, counted_lists, expression_of, first_of_sum, loop_over
from forms.application.mapping.model import FormMapping, Rule, Text, Value, load_mapping
from forms.application.mapping.parts import shown_in_part
from forms.application.readback import file_bytes
from forms.application.survey import inspect_form
from forms.application.template_lint import names_everywhere
from forms.domain.case import step
from forms.domain.nodes import Node
from forms.formats.fillable import Fillable, Survey
from forms.formats.word.names import Names, check_names, names_of_expression
from forms.foundation.errors import ArtefactError
from forms.foundation.problems import Place, Problem

_STATES = frozenset({"yes", "no", "not_known", "not_applicable", "withheld", "absent"})


def lint_mapping(
    mapping: Path, form: Path | None = None, catalogue: Catalogue | None = None
) -> tuple[Problem, ...]:
    """Check a mapping's file, and hold it to the form if that is given.

    Args:
        mapping: The file.
        form: The blank form that it is for.
        catalogue: The library; the program's own if not given.

    Raises:
        InputError: A file cannot be read.
    """
    catalogue = catalogue or open_catalogue()
    try:
        read = load_mapping(mapping, catalogue=catalogue)
    except ArtefactError as error:
        return error.problems
    if form is None:
        return tuple(check_mapping(read, None, catalogue))
    data, source = file_bytes(form)
    found = list(check_mapping(read, inspect_form(data, source), catalogue))
    if hashlib.sha256(data).hexdigest() != read.form.sha256:
        message = "The mapping was made for another file than this form: another edition, or it was saved again"
        hint = "Use the blank form as it came, or draft a mapping of this one with `forms map`"
        found.insert(0, Problem("error", "another-form", message, hint, Place(read.source, "/form/sha256")))
    return tuple(found)


def check_mapping(mapping: FormMapping, survey: Survey | None, catalogue: Catalogue) -> Iterator[Problem]:
    """Give what is wrong with a mapping: names, kinds, choices, dates, places left out, facts that get lost.

    Args:
        mapping: The mapping.
        survey: What can be filled in in its form; None leaves that unchecked.
        catalogue: The library.
    """
    check = _Check(mapping, catalogue)
    yield from check.names()
    if survey is not None:
        yield from check.places(survey)
    yield from check.facts()


class _Check:
    """Checks one mapping."""

    def __init__(self, mapping: FormMapping, catalogue: Catalogue) -> None:
        self._mapping = mapping
        self._catalogue = catalogue
        manifest = catalogue.artefact(mapping.artefact) if mapping.artefact else None
        self._names = {**names_everywhere(catalogue, manifest), "number": None}
        del self._names["tick"]
        self._broken_lists: list[Problem] = []
        for name, listed in mapping.lists.items():
            self._broken_lists += self._of_list(name, listed.value)
            rows = first_of_sum(expression_of(listed.value.tree))
            self._names[name] = names_of_expression(rows, self._names) or [None]

    def _of_list(self, name: str, value: Value) -> Iterator[Problem]:
        place = Place(self._mapping.source, step("/lists", name), f"the list ‘{name}’")
        for problem in check_names(value.tree, self._names, (), self._mapping.source):
            message = problem.message.replace("A tag", "The expression", 1)
            yield Problem(problem.severity, problem.code, message, problem.hint, place)

    # ── Expressions ─────────────────────────────────────────────────────────────────────────────────────────

    def names(self) -> Iterator[Problem]:
        """Find names that the vocabulary hasn't, and what the reader does not see."""
        yield from self._broken_lists
        for rule in self._mapping.rules.values():
            scope = self._names
            for value, key in ((rule.tick, "tick"), (rule.choose, "choose"), (rule.each, "each")):
                if value is not None:
                    yield from self._named(rule, value, scope, key)
            if rule.text is not None:
                yield from self._named(rule, rule.text, scope, "value")
            if rule.each is not None:
                rows = names_of_expression(first_of_sum(expression_of(rule.each.tree)), scope)
                item: Names = rows[0] if isinstance(rows, list | tuple) and rows else None
                inner = {**scope, rule.item: item} if item is not None else scope
                for number, column in enumerate(rule.columns):
                    if column.text is not None and item is not None:
                        yield from self._named(rule, column.text, inner, f"columns/{number}/value")

    def _named(self, rule: Rule, part: Text | Value, scope: Mapping[str, Names], key: str) -> Iterator[Problem]:
        at = f"{step('/places', rule.name)}/{key}"
        place = Place(self._mapping.source, at, f"the place ‘{rule.name}’")
        for problem in check_names(part.tree, scope, (), self._mapping.source):
            message = problem.message.replace("A tag", "The expression", 1)
            yield Problem(problem.severity, problem.code, message, problem.hint, place)
        for path in part.paths:
            node = self._node(path)
            if node is not None and node[1] is not None:
                yield Problem(
                    "warning",
                    "not-for-this-reader",
                    f"The reader {self._mapping.reader} is not given ‘{node[1]}’: it is withheld or missing",
                    "Set `reader` to whoever gets the form, or take another value",
                    place,
                )

    def _node(self, path: language.Path) -> tuple[Node, str | None] | None:
        """Give the schema's node at a path, and the title of what closes it to the mapping's reader."""
        vocabulary = self._catalogue.vocabulary
        path = self._in_case(path)
        if not path:
            return None
        if path[0] == "case":
            node: Node | None = vocabulary.case
        elif path[0] == "paper" and self._mapping.artefact:
            node = vocabulary.parts[self._mapping.artefact]
        else:
            return None
        closed: str | None = None
        for part in path[1:]:
            below = node.items if node is not None and node.kind == "array" and isinstance(part, int) else None
            below = below or (node.properties.get(str(part)) if node is not None else None)
            if below is None:
                break
            node = below
            if node.audiences is not None:
                closed = None if self._mapping.reader in node.audiences else node.title
        return None if node is None else (node, closed)

    def _in_case(self, path: language.Path) -> language.Path:
        """Give a path through a list of the mapping's own as a path of the case."""
        own = self._mapping.lists.get(str(path[0]))
        return path if own is None else (*base_of(own, self._mapping), *path[1:])

    # ── Places ──────────────────────────────────────────────────────────────────────────────────────────────

    def places(self, survey: Survey) -> Iterator[Problem]:
        """Hold the mapping's places to the form's, both ways."""
        mapping = self._mapping
        if mapping.form.format != survey.format:
            message = f"The mapping says {mapping.form.format}, and the form is {survey.format}"
            yield self._problem("another-form", "/form/format", message, "Correct it")
        known = {place.name: place for place in survey.places}
        for rule in mapping.rules.values():
            if rule.name in known:
                yield from self._rule(rule, known[rule.name])
            else:
                message = f"The form has no place ‘{rule.name}’"
                yield self._problem("unknown-place", step("/places", rule.name), message, "See `forms inspect`")
        for place in survey.places:
            if place.name not in mapping.rules and not place.read_only and place.kind not in NOT_FOR_US:
                message = f"The mapping does not speak of ‘{place.label or place.name}’ ({place.name})"
                hint = "Map it, or skip it and say why"
                yield Problem("warning", "not-mapped", message, hint, Place(mapping.source, "", place.where))

    def _rule(self, rule: Rule, place: Fillable) -> Iterator[Problem]:
        at = step("/places", rule.name)
        said = place.label or rule.name
        if not _kinds_agree(rule, place):
            message = f"‘{said}’ is a {place.kind}, and what is mapped to it is of another kind"
            hint = "Write value for text, tick for a box, choose for a choice, each for rows"
            yield self._problem("wrong-kind", at, message, hint)
        if rule.unchecked:
            message = f"‘{said}’ was drafted by the program, and no person has looked at it"
            yield self._problem("unchecked", at, message, "Look, then delete `unchecked`", warning=True)
        if rule.each is not None and place.columns and len(rule.columns) != len(place.columns):
            message = f"‘{said}’ has {len(place.columns)} columns, and the mapping has {len(rule.columns)}"
            yield self._problem("wrong-columns", f"{at}/columns", message, "Write one for each, in order")
        if rule.choose is not None:
            yield from self._choices(rule, place, at)
        if place.kind == "date" and rule.text is not None and not (rule.text.date or self._mapping.date):
            message = f"‘{said}’ takes a date, and it is not said how the form writes dates"
            hint = 'Write date = "dd/mm/yyyy", for the place or at the top'
            yield self._problem("no-date-format", at, message, hint, warning=True)

    def _choices(self, rule: Rule, place: Fillable, at: str) -> Iterator[Problem]:
        said = place.label or rule.name
        own = {code for code, _ in place.options}
        for code, choice in rule.options.items():
            if choice and own and choice not in own and place.kind not in TEXTS:
                message = f"‘{said}’ has no choice ‘{choice}’"
                hint = f"It has: {', '.join(sorted(own)[:20])}"
                yield self._problem("unknown-choice", step(f"{at}/options", code), message, hint)
        codes = self._codes(rule)
        if codes is None:
            return
        for code in rule.options:
            if code not in codes and code not in _STATES:
                message = f"The vocabulary has no code ‘{code}’ there"
                hint = f"It has: {', '.join(codes)}"
                yield self._problem("unknown-code", step(f"{at}/options", code), message, hint)
        words = {text.casefold() for option in place.options for text in option}
        missing = [
            code
            for code in codes
            if code not in rule.options and (rule.options or code.casefold() not in words)
        ]
        if missing:
            message = f"‘{said}’ has no choice for {', '.join(missing)}: a case with it cannot be filled in"
            hint = 'Add each to its options, with "" for one that leaves the place empty'
            yield self._problem("code-without-choice", f"{at}/options", message, hint, warning=True)

    def _codes(self, rule: Rule) -> tuple[str, ...] | None:
        """Give the codes that a choice may come to, or None where that can't be told."""
        assert rule.choose is not None
        expression = expression_of(rule.choose.tree)
        path = language.path_of(expression) if expression is not None else None
        found = self._node(path) if path is not None else None
        if found is None:
            return None
        node = found[0].items if found[0].kind == "array" else found[0]
        if node is None or node.kind != "value":
            return None
        return ("yes", "no") if node.prints == "yes_no" else tuple(node.words) or None

    # ── Facts ───────────────────────────────────────────────────────────────────────────────────────────────

    def facts(self) -> Iterator[Problem]:
        """Find what the paper needs and the form would lose, and lists with no room for more."""
        asked = {path for rule in self._mapping.rules.values() for part in rule.parts for path in part.paths}
        below = {
            tuple(part for part in path if not isinstance(part, int)) for path in map(self._in_case, asked)
        }
        if ("document", "reference") in below:
            below.add(("case", "reference"))  # it is made of that
        for path, title in self._needed():
            if not any(each[: len(path)] == path or path[: len(each)] == each for each in below):
                message = f"No place of the form gets ‘{title}’, which the paper needs"
                hint = "Map a place to it, or send it another way"
                yield self._problem("fact-lost", "/places", message, hint, warning=True)
        for part in shown_in_part(self._mapping):
            hint = f"Name those too: {part.hint}"
            yield self._problem("rows-lost", "/places", part.message, hint, warning=True)
        for counted in counted_lists(self._mapping):
            message = (
                f"The mapping has places for {counted.most} of {counted.name}: a case with more is refused"
            )
            hint = f"Let a text go through the rest: {loop_over(counted)}"
            yield self._problem("no-room-for-more", "/places", message, hint, warning=True)

    def _needed(self) -> Iterator[tuple[language.Path, str]]:
        """Give what the paper requires of a case, as paths of expressions with their titles."""
        name = self._mapping.artefact
        schema = self._catalogue.vocabulary.schemas.get(f"{name}.schema.json", {}) if name else {}
        definitions = schema.get("$defs", {})
        for root, key in (("case", "needs"), ("paper", "part")):
            for path in _required(definitions.get(key, {})):
                found = self._node((root, *path))
                title = found[0].title if found else str(path[-1])
                yield (root, *path), title

    def _problem(self, code: str, pointer: str, message: str, hint: str, *, warning: bool = False) -> Problem:
        return Problem(
            "warning" if warning else "error", code, message, hint, Place(self._mapping.source, pointer)
        )


def _required(schema: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Give the required properties that have none required below them."""
    if not isinstance(schema, Mapping):
        return
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        inner = list(_required(properties.get(name, {}), (*path, name)))
        yield from inner or [(*path, name)]


def _kinds_agree(rule: Rule, place: Fillable) -> bool:
    if rule.skip:
        return True
    if rule.text is not None:
        return place.kind in TEXTS | {"combo"}
    if rule.tick is not None:
        return place.kind in TICKS
    return place.kind in (CHOICES | TICKS | TEXTS if rule.choose is not None else ROWS)
