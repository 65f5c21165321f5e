"""Is a library in order? Manifests, schemas, Word templates and samples, all problems at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from forms.application.catalogue import HOUSES, OWN_FORM, Catalogue, open_catalogue
from forms.domain.artefact import Manifest
from forms.domain.case import parse
from forms.foundation.errors import ArtefactError, FormsError
from forms.foundation.problems import Place, Problem, errors_in


def lint(catalogue: Catalogue | None = None, artefact: str | None = None) -> tuple[Problem, ...]:
    """Check one artefact of a library, or all, with the directories that they use.

    Args:
        catalogue: The library; the program's own if not given.
        artefact: The paper's id, or that of an authority's own form; all if None.

    Raises:
        UsageError: There is no such paper.
    """
    from forms.application.own_form_lint import lint_own_forms  # here: few commands fill forms of others

    catalogue = catalogue or open_catalogue()
    try:
        faults = tuple(catalogue.vocabulary.faults())
    except ArtefactError as error:
        faults = error.problems
    if faults:  # nothing else can be looked at with them
        return tuple(dict.fromkeys(faults))
    if artefact and catalogue.library.find(f"templates/{artefact}/{OWN_FORM}"):
        return tuple(dict.fromkeys(lint_own_forms(catalogue, artefact)))
    try:
        chosen = [catalogue.artefact(artefact)] if artefact else list(catalogue.artefacts.values())
    except ArtefactError as error:
        return error.problems
    problems = [] if artefact else list(_directory_problems(catalogue))
    for manifest in chosen:
        problems += _template_problems(catalogue, manifest)
        problems += _sample_problems(catalogue, manifest)
    if not artefact:
        problems += lint_own_forms(catalogue)
    return tuple(dict.fromkeys(problems))


def _directory_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for name in catalogue.library.names("directories", "*.json"):
        try:
            catalogue.directory(PurePosixPath(name).stem)
        except FormsError as error:
            yield from error.problems


def _template_problems(catalogue: Catalogue, manifest: Manifest) -> Iterator[Problem]:
    """What is wrong with each of an artefact's Word templates, under each house style."""
    from forms.application.template_lint import check_template  # here: few commands read Word files

    files = {edition.template for edition in manifest.editions}
    files |= {rule.template for rule in manifest.audiences if rule.template}
    for file_name in sorted(files):
        source = f"templates/{manifest.id}/{file_name}"
        if catalogue.library.find(source) is None:
            yield Problem(
                "error",
                "template-missing",
                "The manifest names a template that is not there",
                "Add the file, or correct the manifest",
                Place(source),
            )
            continue
        for house in HOUSES.values():
            yield from check_template(catalogue, manifest, source, f"templates/{house}")


def _sample_problems(catalogue: Catalogue, manifest: Manifest) -> Iterator[Problem]:
    """Valid samples must have no errors, and there must be one to start from."""
    names = list(catalogue.library.names(f"samples/{manifest.id}/valid", "*.json"))
    if not any(name.endswith("/full.json") for name in names):
        yield Problem(
            "error",
            "no-sample",
            "The artefact has no full sample",
            "Add one: `forms new` makes starter cases of it",
            Place(f"samples/{manifest.id}/valid/full.json"),
        )
    for name in names:
        try:
            case = parse(catalogue.library.read(name), name)
        except FormsError as error:
            yield from error.problems
            continue
        yield from errors_in(catalogue.vocabulary.check(case, manifest.id, manifest.urgent))
