"""What a mapping's expressions see of a case: what its reader may have, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from msgspec.structs import replace

from forms.application.catalogue import Catalogue
from forms.application.context import RECIPIENT
from forms.application.copies import Copy, addressee
from forms.application.mapping.model import FormMapping
from forms.domain.artefact import AudienceRule, Manifest
from forms.domain.audience import View, view
from forms.domain.case import Case
from forms.domain.leaks import Readings, leaks
from forms.domain.nodes import Node
from forms.domain.presentation import Group, Style, complete, group, shown
from forms.domain.reference import document_reference
from forms.domain.routing import Route, route
from forms.domain.schema import PROFILE_SCHEMA
from forms.foundation.errors import InputError
from forms.foundation.problems import Place, Problem, errors_in


def see(
    mapping: FormMapping, case: Case, catalogue: Catalogue, issued: date
) -> tuple[dict[str, object], tuple[Problem, ...]]:
    """Check a case and give what a mapping's expressions may name, with warnings for the author.

    The names are `case`, `paper` (only where the mapping says which), `profile`, `recipient` and `document`.
    Where the form is an authority's and stands in for a paper that goes to the children's areas, only the
    children who live there are in `case`.

    Raises:
        InputError: The case has errors, has nothing for that authority, or a text of it repeats what the
            reader may not have.
    """
    manifest = catalogue.artefact(mapping.artefact) if mapping.artefact else None
    problems = _check(case, manifest, catalogue)
    way, more = _route(mapping, case, manifest, catalogue)
    copy = Copy(_rule(mapping, manifest), catalogue.readers[mapping.reader], way)
    root = catalogue.vocabulary.case
    only = {"/children": way.children} if way.children is not None else None
    seen = view(case, root, copy.reader, manifest.id if manifest else None, (), only)
    found = leaks(seen, root, case.source, Readings(case.survey.texts))
    if errors := errors_in(found):
        raise InputError(*errors)
    own = document_reference(str(case.data.get("reference") or ""), catalogue.key)
    return names_of(mapping, seen, copy, manifest, catalogue, own, issued), problems + more + found


def names_of(
    mapping: FormMapping,
    seen: View,
    copy: Copy,
    manifest: Manifest | None,
    catalogue: Catalogue,
    reference: str,
    issued: date,
) -> dict[str, object]:
    """Give what a mapping's expressions may name, for a view that was searched for leaks before.

    Args:
        mapping: The form's mapping.
        seen: What the reader of the copy may have.
        copy: The copy: its reader and whom it goes to.
        manifest: The paper that the form stands in for, None if it does for none.
        catalogue: The library.
        reference: The document reference.
        issued: The day of issue.
    """
    style = Style(urgent=bool(manifest and manifest.urgent), on=issued)
    whole = addresses_in_full(seen, catalogue.vocabulary.case)
    context = _context(mapping, whole, copy, manifest, catalogue, style)
    context["document"] = _document(mapping, reference, issued)
    return context


def _check(case: Case, manifest: Manifest | None, catalogue: Catalogue) -> tuple[Problem, ...]:
    vocabulary = catalogue.vocabulary
    if manifest is None:
        urgent = [each.id for each in catalogue.artefacts.values() if each.urgent]
        problems = vocabulary.check(case, None, urgent)
    else:
        problems = vocabulary.check(case, manifest.id, manifest.urgent)
    if errors := errors_in(problems):
        raise InputError(*errors)
    return problems


def _rule(mapping: FormMapping, manifest: Manifest | None) -> AudienceRule:
    found = manifest.audience(mapping.reader) if manifest else None
    return found or AudienceRule(mapping.reader)


def _route(
    mapping: FormMapping, case: Case, manifest: Manifest | None, catalogue: Catalogue
) -> tuple[Route, tuple[Problem, ...]]:
    """Whom the form goes to, and which children it is about."""
    if manifest is None or manifest.recipient != "area":
        return _to(mapping, catalogue), ()
    found = route(case, catalogue.authorities, manifest.urgent)
    if errors := errors_in(found.problems):
        raise InputError(*errors)
    if not mapping.authority:
        return found.routes[0] if len(found.routes) == 1 else Route(), found.problems
    wanted = catalogue.authorities.find(mapping.authority)
    ways = [
        way
        for way in found.routes
        if way.authority is not None and wanted is not None and way.authority.code == wanted.code
    ]
    if len(ways) == 1:
        return ways[0], found.problems
    if ways:
        return _together(ways), (*found.problems, _several_teams(case, mapping))
    raise InputError.of(
        "another-authority",
        f"Nothing of this case goes to {mapping.authority}, whose form it is",
        "Fill the form of the authority where the children live, or correct `local_authority` in the case",
        Place(case.source),
    )


def _together(ways: Sequence[Route]) -> Route:
    """One way to an authority whose teams share the children: to the first team, about all of them."""
    children = None
    if all(way.children is not None for way in ways):
        children = tuple(sorted({index for way in ways for index in way.children or ()}))
    return replace(ways[0], children=children)


def _several_teams(case: Case, mapping: FormMapping) -> Problem:
    message = f"More than one team of {mapping.authority} serves these children; the form is about all of them"
    hint = "Ask the first team to share it, or use `forms render`, which makes a form for each team"
    return Problem("warning", "several-teams", message, hint, Place(case.source))


def _to(mapping: FormMapping, catalogue: Catalogue) -> Route:
    """The authority that the mapping names, as far as the directory knows one team of it."""
    authority = catalogue.authorities.find(mapping.authority) if mapping.authority else None
    if authority is None:
        return Route()
    hub = authority.hubs[0] if len(authority.hubs) == 1 else {}
    known = {key: hub[key] for key in ("team", "address", "telephone", "email", "out_of_hours") if hub.get(key)}
    return Route(authority, "", {"name": authority.formal_name, **known})


def _context(
    mapping: FormMapping,
    seen: View,
    copy: Copy,
    manifest: Manifest | None,
    catalogue: Catalogue,
    style: Style,
) -> dict[str, object]:
    vocabulary = catalogue.vocabulary
    context: dict[str, object] = {
        "case": complete(seen.data, vocabulary.case, style),
        "profile": complete(catalogue.profile, vocabulary.node(PROFILE_SCHEMA), Style(on=style.on)),
    }
    if manifest is not None:
        papers: Any = seen.data.get("papers") or {}
        path = f"/papers/{manifest.id}"
        context["paper"] = complete(papers.get(manifest.id), vocabulary.parts[manifest.id], style, path)
    values = addressee(copy, seen, catalogue)
    context["recipient"] = group(
        {name: shown(values.get(name), prints) for name, prints in RECIPIENT.items()}, "Recipient"
    )
    return context


def _document(mapping: FormMapping, reference: str, issued: date) -> Group:
    return group(
        {
            "reference": reference,
            "artefact": mapping.artefact,
            "title": mapping.form.title,
            "edition": mapping.form.edition,
            "issued": issued,
            "audience": shown(mapping.reader, label="Copy for"),
        }
    )


def addresses_in_full(seen: View, root: Node) -> View:
    """Give a view in which "as above" is the offender's home address itself, if the reader has that.

    On a form that someone else designed, who knows what stands above?
    """
    offender = seen.data.get("offender")
    home = offender.get("home_address") if isinstance(offender, Mapping) else None
    if not isinstance(home, Mapping) or "as_above" in home:
        return seen
    data = _replaced(seen.data, root, home)
    return replace(seen, data=data) if isinstance(data, dict) else seen


def _replaced(value: object, node: Node | None, home: Mapping[str, object]) -> object:
    if node is None:
        return value
    if isinstance(value, Mapping):
        if node.prints == "address" and value.get("as_above") is True:
            return {**home}
        if node.kind == "object":
            return {key: _replaced(item, node.properties.get(key), home) for key, item in value.items()}
    if isinstance(value, list) and node.kind == "array":
        return [_replaced(item, node.items, home) for item in value]
    return value
