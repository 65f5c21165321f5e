"""The vocabulary: all schemas of a library, compiled once, and what a case may be told about itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from forms.domain.case import Case, resolve, step
from forms.domain.explain import GAPS, Context, Error, explain
from forms.domain.marks import check_marks
from forms.domain.nodes import LATER, Compiled, Later, Node, compile_node, label
from forms.domain.oddities import oddities
from forms.domain.references import Schemas, objects_in
from forms.domain.verdict import Test, Verdict, compile_condition, compile_verdict
from forms.foundation.errors import ArtefactError
from forms.foundation.patterns import pattern
from forms.foundation.problems import Place, Problem

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

CASE_SCHEMA = "case.schema.json"
PROFILE_SCHEMA = "profile.schema.json"
SUFFIX = ".schema.json"
MOST_PROBLEMS = 200

_TIME = pattern(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
_HOST = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = pattern(rf"[^\s@<>,;]+@{_HOST}(\.{_HOST})+")
_URI = pattern(r"(https?://[^\s/?#]+|mailto:[^\s@]+@|tel:\+?[0-9])\S*")
_PART_DATE = pattern(r"\d{4}(-\d{2}(-\d{2})?)?")


class Vocabulary:
    """The schemas of a library: checks cases against them and knows their structure.

    `case` is the tree of the whole case with every paper's part under `papers`; `parts` are these parts by
    artefact id. Compiling is slow (tens of milliseconds), checking is not; make one and keep it.
    """

    def __init__(self, schemas: Mapping[str, Mapping[str, Any]]) -> None:
        """Compile schemas, given by file name (`case.schema.json` must be among them).

        Raises:
            ArtefactError: If a schema is broken: a reference that leads nowhere, a format or a printing rule
                that does not exist, a keyword with a value it can't have. What is wrong in a paper's own part
                is told when that paper is asked for, and by `faults`.
        """
        if CASE_SCHEMA not in schemas:
            raise ArtefactError(
                Problem(
                    "error",
                    "missing-schema",
                    f"There is no {CASE_SCHEMA} in the library",
                    "Add it to the folder `schemas`",
                )
            )
        papers = {
            name.removesuffix(SUFFIX): schema.get("$defs", {})
            for name, schema in schemas.items()
            if "part" in schema.get("$defs", {})
        }
        self.schemas = {**schemas, CASE_SCHEMA: _with_papers(schemas[CASE_SCHEMA], papers)}
        self.artefacts: tuple[str, ...] = tuple(sorted(papers))
        self._references = Schemas(self.schemas)
        _check_formats(self._references.formats)
        self._validators: dict[str, Draft202012Validator] = {}
        self._verdicts: dict[str, Verdict] = {}
        self._conditions: dict[int, tuple[Mapping[str, Any], Verdict]] = {}
        self._nodes: dict[str, Node] = {}
        self._compiled: Compiled = {}
        self.case: Node = self.node(CASE_SCHEMA)
        self.parts: Mapping[str, Node] = Later(self.artefacts, self._part)
        self._needs = {artefact: "needs" in definitions for artefact, definitions in papers.items()}

    def node(self, reference: str) -> Node:
        """Give the compiled tree of a schema by file name, with or without a fragment."""
        if reference not in self._nodes:
            self._nodes[reference] = compile_node(self._references, reference, self._compiled)
        return self._nodes[reference]

    def _part(self, artefact: str) -> Node:
        name = f"{artefact}{SUFFIX}"
        return _titled(self.node(f"{name}#/$defs/part"), self.schemas[name])

    @property
    def profile(self) -> Node:
        """The tree of the organisation profile."""
        return self.node(PROFILE_SCHEMA)

    def label(self, pointer: str) -> str:
        """Give a place of the case in words: "Children, 2nd: Date of birth"."""
        return label(self.case, pointer)

    def faults(self) -> Iterator[Problem]:
        """Find what is wrong with schemas that nothing has asked for yet: a paper's is compiled when it is."""
        for artefact in self.artefacts:
            try:
                self.parts[artefact]
            except ArtefactError as error:
                yield from error.problems
        for name, schema in self.schemas.items():
            for each in (schema, *objects_in(schema)):
                expression = each.get("pattern")
                if isinstance(expression, str) and not _is_expression(expression):
                    yield Problem(
                        "error",
                        "broken-pattern",
                        f"`pattern` is not a regular expression: {expression}",
                        "Correct it; perhaps a backslash or a bracket is missing",
                        Place(name),
                    )

    def check(
        self, case: Case, artefact: str | None = None, urgent: bool | Collection[str] = False
    ) -> tuple[Problem, ...]:
        """Find all that is wrong with a case, errors first; never stops at the first.

        With an artefact, the case is also held to what that paper needs, and gaps in *other* papers' parts
        are no problem. For an urgent paper gaps are warnings.

        Args:
            case: The case.
            artefact: The id of the paper that the case is wanted for.
            urgent: Whether that paper is urgent; or the ids of all papers that are.
        """
        problems = list(self._explained(CASE_SCHEMA, case.data, Context(case.source, self.case)))
        problems += check_marks(case, self.case)
        if artefact is not None:
            problems = [problem for problem in problems if not _gap_elsewhere(problem, artefact)]
            problems += self._paper_problems(case, artefact)
        if not problems:
            return ()
        waits = _waiting(artefact, urgent)
        eased = [
            replace(problem, severity="warning") if problem.code in GAPS and waits(problem) else problem
            for problem in _once(problems)
        ]
        return tuple(sorted(eased, key=lambda problem: problem.severity == "warning"))[:MOST_PROBLEMS]

    def check_data(self, reference: str, data: object, source: str = "") -> tuple[Problem, ...]:
        """Find all that is wrong with a profile, a directory, a manifest or a reply.

        Args:
            reference: The schema's file name, with or without a fragment.
            data: The JSON value.
            source: The name of the data's file.
        """
        if self._is_sound(reference, data):
            return ()
        context = Context(source, self.node(reference))
        return _once(explain(self._errors(reference, data), context))[:MOST_PROBLEMS]

    def matches(self, schema: Mapping[str, Any], data: object) -> bool:
        """Tell whether data matches a condition of a manifest (a JSON Schema of its own)."""
        known = self._conditions.get(id(schema))
        if known is None or known[0] is not schema:
            known = self._conditions[id(schema)] = (
                schema,
                compile_condition(self._references, schema, FORMATS),
            )
        sound = known[1](data)
        return bool(self._new_validator(schema).is_valid(data)) if sound is None else sound

    def check_oddities(self, case: Case, today: date) -> tuple[Problem, ...]:
        """Give the warnings on what is possible but odd; see `forms.domain.oddities`."""
        return oddities(self.case, case, today)

    def _paper_problems(self, case: Case, artefact: str) -> Iterator[Problem]:
        context = Context(case.source, self.case)
        if self._needs.get(artefact):
            yield from self._explained(f"{artefact}{SUFFIX}#/$defs/needs", case.data, context)
        if artefact in self.parts and not isinstance(resolve(case.data, f"/papers/{artefact}"), Mapping):
            base = step("/papers", artefact)
            yield from self._explained(
                f"{artefact}{SUFFIX}#/$defs/part", {}, Context(case.source, self.case, base)
            )

    def _explained(self, reference: str, data: object, context: Context) -> tuple[Problem, ...]:
        return () if self._is_sound(reference, data) else explain(self._errors(reference, data), context)

    def _is_sound(self, reference: str, data: object) -> bool:
        """Tell whether data is surely valid; where it is not sure, `jsonschema` is to be asked."""
        if reference not in self._verdicts:
            self._verdicts[reference] = compile_verdict(self._references, reference, FORMATS)
        return self._verdicts[reference](data) is True

    def _errors(self, reference: str, data: object) -> Iterator[Error]:
        validator = self._validator(reference)
        from referencing.exceptions import Unresolvable

        try:
            yield from validator.iter_errors(data)
        except Unresolvable:
            raise ArtefactError(
                Problem(
                    "error",
                    "broken-reference",
                    f"`{reference}` refers to a schema that is not there",
                    "Correct the $ref, or add the schema",
                    Place(reference.partition("#")[0]),
                )
            ) from None

    def _validator(self, reference: str) -> Draft202012Validator:
        if reference not in self._validators:
            self._validators[reference] = self._new_validator({"$ref": reference})
        return self._validators[reference]

    def _new_validator(self, schema: Mapping[str, Any]) -> Draft202012Validator:
        # Imported here: it takes long, and a sound case needs nobody to explain it.
        from jsonschema import Draft202012Validator

        checker: Any = FORMATS
        return Draft202012Validator(schema, registry=self._references.registry, format_checker=checker)


def _with_papers(schema: Mapping[str, Any], papers: Collection[str]) -> Mapping[str, Any]:
    """Give the case's schema with each paper's part under `papers`, also those of a force's own library."""
    properties = dict(schema.get("properties", {}))
    given = dict(properties.get("papers", {"title": "Papers", "type": "object", "additionalProperties": False}))
    parts = {artefact: {"$ref": f"{artefact}{SUFFIX}#/$defs/part"} for artefact in papers}
    given["properties"] = {**parts, **given.get("properties", {})}
    given[LATER] = True  # a case has a few of all the papers there are
    return {**schema, "properties": {**properties, "papers": given}}


def _titled(node: Node, schema: Mapping[str, Any]) -> Node:
    return node if node.title else replace(node, title=str(schema.get("title", "")))


def _gap_elsewhere(problem: Problem, artefact: str) -> bool:
    pointer = problem.place.pointer
    own = step("/papers", artefact)
    inside = pointer == own or pointer.startswith(own + "/")
    return problem.code in GAPS and pointer.startswith("/papers/") and not inside


def _waiting(artefact: str | None, urgent: bool | Collection[str]) -> Callable[[Problem], bool]:
    """Give the test whether a gap need not stop a paper."""
    if isinstance(urgent, bool):
        return lambda problem: urgent
    if artefact is not None:
        return lambda problem: artefact in urgent
    return lambda problem: any(
        problem.place.pointer.startswith(step("/papers", paper) + "/") for paper in urgent
    )


def _once(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    seen: dict[tuple[str, str], Problem] = {}
    for problem in problems:
        seen.setdefault((problem.code, problem.place.pointer), problem)
    return tuple(seen.values())


def _check_formats(formats: Mapping[str, str]) -> None:
    """Refuse a `format` that nobody checks: it would look like a check and be none."""
    for form, name in formats.items():
        if form not in FORMATS.checkers:
            raise ArtefactError(
                Problem(
                    "error",
                    "unknown-format",
                    f"`format` has a name that is not checked: {form}",
                    "It may be " + ", ".join(sorted(FORMATS.checkers)),
                    Place(name),
                )
            )


def _is_expression(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def _is_date(value: object) -> bool:
    """RFC 3339 full-date that is in the calendar; not the week dates that `fromisoformat` takes too."""
    if not isinstance(value, str):
        return True
    if len(value) != 10 or value[7] != "-":
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_part_date(value: object) -> bool:
    if not isinstance(value, str):
        return True
    if not _PART_DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat((value + "-01-01")[:10])
    except ValueError:
        return False
    return True


def _is_time(value: object) -> bool:
    return not isinstance(value, str) or bool(_TIME.fullmatch(value))


def _is_date_time(value: object) -> bool:
    if not isinstance(value, str):
        return True
    if len(value) < 16 or not _is_date(value[:10]) or value[10] != "T":
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


class Formats:
    """The formats that are checked, in the shape of `jsonschema.FormatChecker` and without importing it."""

    checkers: Mapping[str, tuple[Test, Any]] = {
        "date": (_is_date, ()),
        "part-date": (_is_part_date, ()),
        "time": (_is_time, ()),
        "date-time": (_is_date_time, ()),
        "email": (lambda value: not isinstance(value, str) or bool(_EMAIL.fullmatch(value)), ()),
        "uri": (lambda value: not isinstance(value, str) or bool(_URI.fullmatch(value)), ()),
    }

    def check(self, instance: object, format: str) -> None:  # noqa: A002 - the name is jsonschema's
        """Raise jsonschema's FormatError, without the value, where it has not the form."""
        if not self.conforms(instance, format):
            from jsonschema.exceptions import FormatError

            raise FormatError(f"is not a {format}")

    def conforms(self, instance: object, format: str) -> bool:  # noqa: A002 - the name is jsonschema's
        """Tell whether a value has a form; a form that is not known always fits."""
        return format not in self.checkers or self.checkers[format][0](instance)


FORMATS = Formats()
"""The formats that are checked; a schema with another is refused."""

__all__ = ["CASE_SCHEMA", "FORMATS", "PROFILE_SCHEMA", "Vocabulary"]
