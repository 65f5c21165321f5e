"""Telling what a library can make."""

from __future__ import annotations

from datetime import date
from typing import TypedDict

from forms.application.catalogue import Catalogue
from forms.application.produce import FORMATS


class Description(TypedDict):
    """One artefact as `forms list` shows it; `edition` is the one in force today."""

    id: str
    title: str
    kind: str
    audiences: list[str]
    formats: list[str]
    edition: str


class OwnFormDescription(TypedDict):
    """An authority's own form as `forms list` shows it; `there` tells whether its blank file is."""

    id: str
    title: str
    kind: str
    authority: str
    artefact: str
    format: str
    edition: str
    there: bool


def describe_own_forms(catalogue: Catalogue, today: date | None = None) -> list[OwnFormDescription]:
    """Describe the forms of authorities that stand in for papers of ours, in the order of their ids.

    Args:
        catalogue: The library.
        today: The day to give editions for; today if not given. A form without an edition then is left out.
    """
    day = today or date.today()
    found = [(form, form.edition_on(day)) for form in catalogue.own_forms.values()]
    names = catalogue.authorities.by_code if found else {}
    return [
        OwnFormDescription(
            id=form.id,
            title=form.title,
            kind="form",
            authority=names[form.authority].name if form.authority in names else form.authority,
            artefact=form.artefact,
            format=edition.format,
            edition=edition.id,
            there=catalogue.library.find(edition.form) is not None,
        )
        for form, edition in found
        if edition is not None
    ]


def describe(catalogue: Catalogue, today: date | None = None) -> list[Description]:
    """Describe every artefact of a library, in the order of their ids.

    Args:
        catalogue: The library.
        today: The day to give editions for; today if not given.
    """
    day = today or date.today()
    return [
        Description(
            id=manifest.id,
            title=manifest.title,
            kind=manifest.kind,
            audiences=[audience.reader for audience in manifest.audiences],
            formats=list(FORMATS),
            edition=manifest.edition_on(day).id,
        )
        for manifest in catalogue.artefacts.values()
    ]
