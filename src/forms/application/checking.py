"""Loading a case and saying what is wrong with it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from forms.application.catalogue import Catalogue, open_catalogue, read_input
from forms.domain.case import Case, parse
from forms.foundation.problems import Problem


def load_case(source: Path | bytes, name: str = "") -> Case:
    """Read a case from a file, or from bytes that came from a place called `name`.

    Raises InputError with every problem of its syntax; what it says is checked by `validate`.
    """
    if isinstance(source, bytes):
        return parse(source, name or "the case")
    return parse(read_input(source), name or source.name)


def validate(
    case: Case, artefact: str | None = None, *, catalogue: Catalogue | None = None, today: date | None = None
) -> tuple[Problem, ...]:
    """Find everything that is wrong with a case, errors first, then warnings.

    Args:
        case: The case.
        artefact: Also check what this paper needs.
        catalogue: The library; the program's own if not given.
        today: The day that dates are judged on; today if not given.

    Raises:
        UsageError: If there is no such paper.
    """
    catalogue = catalogue or open_catalogue()
    if artefact is None:
        urgent = [manifest.id for manifest in catalogue.artefacts.values() if manifest.urgent]
        problems = catalogue.vocabulary.check(case, None, urgent)
    else:
        manifest = catalogue.artefact(artefact)
        problems = catalogue.vocabulary.check(case, manifest.id, manifest.urgent)
    return problems + catalogue.vocabulary.check_oddities(case, today or date.today())
