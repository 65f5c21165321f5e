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
