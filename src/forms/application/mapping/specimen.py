"""A specimen: a form filled with the names of its own places, to see which is which."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from forms.application.catalogue import Catalogue, open_catalogue
from forms.application.filling import complete, prepared_form
from forms.application.mapping.entries import ROWS, TEXTS
from forms.application.readback import file_bytes
from forms.formats.fillable import Fillable
from forms.formats.filling import Entry

_REFERENCE = "specimen"
_SHORTEST = 3
"""Fewer letters of a name say nothing."""


def specimen(
    form: Path | bytes, catalogue: Catalogue | None = None, *, name: str = "", on: date | None = None
) -> bytes:
    """Fill a form with its places' names.

    Boxes and choices stay as they are: their names are listed by `forms map`. A name that is too long for its
    place goes to the continuation sheet, as any text.

    Args:
        form: The blank form.
        catalogue: The library, for its fonts.
        name: What to call the form in problems.
        on: The day that a continuation sheet shows; today if not given.

    Raises:
        InputError: The form cannot be read or filled.
    """
    data, source = file_bytes(form, name)
    prepared = prepared_form(data, source)
    entries = {place.name: entry for place in prepared.survey.places if (entry := _entry(place))}
    filled = complete(prepared, entries, source, _REFERENCE, on or date.today(), catalogue or open_catalogue())
    return filled.data


def _entry(place: Fillable) -> Entry | None:
    if place.read_only or place.kind == "password":
        return None
    if place.kind in ROWS and place.columns:
        return (tuple(f"{place.name}, column {number}" for number in range(1, len(place.columns) + 1)),)
    if place.kind not in TEXTS:
        return None
    if place.longest is None:
        return place.name
    return place.name[: place.longest] if place.longest >= _SHORTEST else None
