"""Are authorities' own forms in order: manifest, blank file, mapping, and what the directory says of them?"""

from __future__ import annotations

from collections.abc import Iterator

from forms.application.catalogue import Catalogue
from forms.application.filling import prepared_form
from forms.application.mapping import load_mapping
from forms.application.mapping.checking import check_mapping
from forms.application.own_forms import blank_file
from forms.domain.own_form import FormEdition, OwnForm
from forms.foundation.errors import ArtefactError, FormsError
from forms.foundation.problems import Place, Problem, Severity


def lint_own_forms(catalogue: Catalogue, chosen: str = "") -> Iterator[Problem]:
    """Check one form, or all and the directory that names them.

    Args:
        catalogue: The library.
        chosen: The form's id; all if empty.
    """
    try:
        forms = catalogue.own_forms
        authorities = catalogue.authorities
    except ArtefactError as error:
        yield from error.problems
        return
    for form in forms.values():
        if chosen in ("", form.id):
            for edition in form.editions:
                yield from _edition(form, edition, catalogue)
            if authorities.by_code.get(form.authority) is None:
                yield _problem(
                    form.source,
                    "unknown-authority",
                    "The directory has no authority of this code",
                    "Correct it",
                )
            elif authorities.by_code[form.authority].own_forms.get(form.artefact) != form.id:
                hint = f'Add "own_forms": {{"{form.artefact}": "{form.id}"}} to the authority in the directory'
                message = "The directory does not say that the authority wants this form: it is not used"
                yield Problem("warning", "own-form-not-named", message, hint, Place(form.source))
    if chosen:
        return
    for authority in authorities.by_code.values():
        for artefact, name in authority.own_forms.items():
            found = forms.get(name)
            if found is None or (found.artefact, found.authority) != (artefact, authority.code):
                message = f"{authority.name} wants a form called {name}, and the library has none of its own"
                hint = f"Add templates/{name}/own-form.toml, or take it out of the directory"
                yield _problem("directories/local-authorities.json", "own-form-unknown", message, hint)


def _edition(form: OwnForm, edition: FormEdition, catalogue: Catalogue) -> Iterator[Problem]:
    """Hold an edition's blank file and its mapping to each other."""
    try:
        mapping = load_mapping(catalogue.library.read(edition.mapping), edition.mapping, catalogue)
    except FormsError as error:
        yield from error.problems
        return
    authority = catalogue.authorities.find(mapping.authority) if mapping.authority else None
    said = {
        "sha256": (mapping.form.sha256.lower(), edition.sha256),
        "format": (mapping.form.format, edition.format),
        "artefact": (mapping.artefact, form.artefact),
        "authority": (authority.code if authority else "", form.authority),
    }
    for name, (theirs, ours) in said.items():
        if theirs != ours:
            message = f"The mapping and the manifest do not agree on `{name}`"
            yield _problem(
                edition.mapping, "own-form-disagrees", message, f"Correct it here or in {form.source}"
            )
    try:
        prepared = prepared_form(blank_file(form, edition, catalogue), edition.form)
    except FormsError as error:
        for each in error.problems:
            severity: Severity = "warning" if each.code == "own-form-missing" else "error"
            yield Problem(severity, each.code, each.message, each.hint, each.place)
        return
    yield from check_mapping(mapping, prepared.survey, catalogue)


def _problem(source: str, code: str, message: str, hint: str) -> Problem:
    return Problem("error", code, message, hint, Place(source))
