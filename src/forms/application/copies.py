"""Which documents a case gives: one per reader, per person that reader stands for, and per area written to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from forms.application.catalogue import Catalogue
from forms.domain.artefact import AudienceRule, Manifest
from forms.domain.audience import Reader, View, refusals
from forms.domain.case import Case, resolve
from forms.domain.routing import Route, route
from forms.foundation.errors import InputError, UsageError
from forms.foundation.problems import Place, Problem, errors_in


class Copy(Struct, frozen=True):
    """One document to make.

    `number` counts the persons of a reader who gets a copy each, from 1 (0 where the reader is no list), and
    `person` is that person's part of the case. `route` says whom it is addressed to and which children it is
    about.
    """

    rule: AudienceRule
    reader: Reader
    route: Route
    number: int = 0
    person: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """By what a restriction of the case may name this very reader."""
        identifier = self.person.get("id")
        return (*((str(self.number),) if self.number else ()), *((str(identifier),) if identifier else ()))

    @property
    def label(self) -> str:
        """The reader in file names: `parent-2`."""
        return f"{self.rule.reader}-{self.number}" if self.number else self.rule.reader

    @property
    def area(self) -> str:
        """The area that it goes to, for file names."""
        return self.route.area


class Plan(Struct, frozen=True):
    """The copies to make, and what the author should know (readers left out, areas not known)."""

    copies: tuple[Copy, ...]
    problems: tuple[Problem, ...]


def plan(
    case: Case, manifest: Manifest, asked: Sequence[str], catalogue: Catalogue, *, blank: bool = False
) -> Plan:
    """Decide which documents to make of a case.

    Args:
        case: The case, checked.
        manifest: The paper.
        asked: The readers asked for; all that the case is cleared for if empty.
        catalogue: The library.
        blank: A form to be filled in, addressed to nobody yet.

    Raises:
        UsageError: A reader is asked for that the paper does not have.
        InputError: A reader asked for is refused, or nobody is left, or an area is not in the directory.
    """
    readers = catalogue.readers
    routes, problems = ((Route(),), ()) if blank else _routes(case, manifest, catalogue)
    copies: list[Copy] = []
    refused: list[Problem] = []
    for rule in _rules(manifest, asked):
        reader = readers[rule.reader]
        if not blank and (reasons := refusals(rule, case, catalogue.vocabulary, reader)):
            refused.extend(reasons)
        else:
            copies.extend(_copies(case, rule, reader, routes))
    if refused and (asked or not copies):
        raise InputError(*refused)
    left_out = tuple(_as_warning(problem) for problem in refused)
    return Plan(tuple(copies), problems + left_out)


def _rules(manifest: Manifest, asked: Sequence[str]) -> list[AudienceRule]:
    """The manifest's rules for the readers asked for, in its order."""
    known = {rule.reader for rule in manifest.audiences}
    if unknown := [reader for reader in asked if reader not in known]:
        raise UsageError(
            *(
                Problem(
                    "error",
                    "unknown-audience",
                    f"{manifest.title} is not made for a reader called {reader}",
                    f"It is made for: {', '.join(sorted(known))}",
                )
                for reader in unknown
            )
        )
    return [rule for rule in manifest.audiences if not asked or rule.reader in asked]


def _routes(
    case: Case, manifest: Manifest, catalogue: Catalogue
) -> tuple[tuple[Route, ...], tuple[Problem, ...]]:
    """Whom the paper is addressed to: one route for each area, or one without an address."""
    if manifest.recipient != "area":
        return (Route(),), ()
    found = route(case, catalogue.authorities, manifest.urgent)
    if errors := errors_in(found.problems):
        raise InputError(*errors)
    return found.routes, found.problems


def _copies(case: Case, rule: AudienceRule, reader: Reader, routes: Sequence[Route]) -> list[Copy]:
    """One copy for each route, and for each person of a list.

    A lay reader gets one copy about all the children: two would tell that they live in different areas.
    """
    ways = [Route()] if reader.lay else routes
    if not rule.each:
        return [Copy(rule, reader, way) for way in ways]
    persons = resolve(case.data, rule.each)
    listed = persons if isinstance(persons, list) else []
    return [Copy(rule, reader, way, number, person) for way in ways for number, person in enumerate(listed, 1)]


def others_of(case: Case, manifest: Manifest, annex: Copy, catalogue: Catalogue) -> list[Copy]:
    """All copies that an annex goes with, whether they are made now or not, about the annex's children."""
    readers = catalogue.readers
    return [
        replace(copy, route=annex.route)
        for rule in manifest.audiences
        if not rule.annex
        for copy in _copies(case, rule, readers[rule.reader], [annex.route])
    ]


def addressee(copy: Copy, seen: View, catalogue: Catalogue) -> dict[str, Any]:
    """Whom a copy says it is addressed to: raw values by name, and `note` and `person`.

    A lay reader's copy shows a recipient only where the case types one and the schema gives it to that reader:
    the area that a paper goes to tells where a child lives. Fax numbers only where the profile enables fax.
    """
    shown = dict(_typed_for_lay(seen) if copy.reader.lay else copy.route.recipient)
    if not (catalogue.profile.get("fax") or {}).get("enabled"):
        shown.pop("fax", None)
    if not copy.reader.lay and copy.route.note:
        shown["note"] = copy.route.note
    if copy.person:
        shown["person"] = copy.person.get("name")
    return shown


def _typed_for_lay(seen: View) -> dict[str, Any]:
    """The recipient that is left in a lay reader's view, under the names that templates use."""
    typed = seen.data.get("recipient")
    if not isinstance(typed, Mapping):
        return {}
    return {"name" if key == "local_authority" else str(key): value for key, value in typed.items()}


def _as_warning(problem: Problem) -> Problem:
    place = Place(problem.place.source, problem.place.pointer, problem.place.label)
    return Problem("warning", problem.code, f"No copy was made: {problem.message}", problem.hint, place)
