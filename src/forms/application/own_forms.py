"""The form that a local authority wants in place of a paper of ours (procedure, 2.d), filled for a copy.

Whatever stands in the way, nobody is left without a paper: ours is made then, and a warning says why and what
to do. What the form of someone else cannot be (large print, PDF/A, another file format) is said too.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from msgspec.structs import replace

from forms.application.catalogue import Catalogue
from forms.application.context import Identity
from forms.application.copies import Copy, addressee
from forms.application.filling import complete, form_notes, prepared_form, sheet_notes
from forms.application.mapping import FormMapping, entries_of, load_mapping
from forms.application.mapping.seeing import names_of
from forms.domain.artefact import Manifest
from forms.domain.audience import View
from forms.domain.digest import content_digest
from forms.domain.own_form import FormEdition, OwnForm
from forms.foundation.errors import ArtefactError, FormsError
from forms.foundation.problems import Place, Problem


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, of which a form of someone else can be some and not the other."""

    formats: tuple[str, ...]
    issued: date
    print_size: str = "standard"
    archive: bool = False
    draft: bool = False


@dataclass(frozen=True, slots=True)
class OwnDocument:
    """A filled form of an authority."""

    form: OwnForm
    edition: FormEdition
    data: bytes
    identity: Identity


@dataclass(frozen=True, slots=True)
class Standing:
    """What came of the wish to use an authority's form: the document, or None for ours; and warnings."""

    document: OwnDocument | None = None
    problems: tuple[Problem, ...] = ()


OURS = Standing()


def fill_own_form(
    copy: Copy, seen: View, manifest: Manifest, identity: Identity, wanted: Wanted, catalogue: Catalogue
) -> Standing:
    """Fill the form that the authority of a copy wants in place of a paper, if it wants one.

    Args:
        copy: The copy: its reader, and whom it goes to.
        seen: What the reader may have, searched for leaks before.
        manifest: The paper that the form stands in for.
        identity: What our own document would be.
        wanted: What is asked for.
        catalogue: The library.
    """
    authority = copy.route.authority
    name = authority.own_forms.get(manifest.id, "") if authority is not None else ""
    if authority is None or not name or copy.reader.lay or copy.rule.annex:
        return OURS  # the authority's form is for professionals; other readers get our paper
    try:
        form, edition, data = _blank(name, manifest, authority.code, wanted.issued, catalogue)
        mapping = _mapping(edition, catalogue)
        if wanted.print_size != "standard":
            raise _reason("own-form-print-size", f"{form.title} is not to be had in other print", form.source)
        prepared = prepared_form(data, edition.form)
        given, problems = entries_of(
            mapping,
            prepared.survey,
            names_of(mapping, seen, copy, manifest, catalogue, identity.reference, wanted.issued),
        )
        filled = complete(
            prepared,
            given,
            form.title,
            identity.reference,
            wanted.issued,
            catalogue,
            flatten=wanted.archive and edition.format == "pdf",
        )
    except FormsError as error:
        return Standing(None, tuple(_ours_instead(error, authority.name, manifest)))
    own = _identity(identity, form, edition, copy, seen, wanted, catalogue)
    notes = (
        problems
        + form_notes(prepared, edition.form)
        + sheet_notes(filled, edition.form)
        + tuple(_limits(form, edition, wanted, identity))
    )
    return Standing(OwnDocument(form, edition, filled.data, own), notes)


def _blank(
    name: str, manifest: Manifest, code: str, day: date, catalogue: Catalogue
) -> tuple[OwnForm, FormEdition, bytes]:
    """Give an authority's form, its edition and the blank file; raises ArtefactError where there is none."""
    form = catalogue.own_forms.get(name)
    if form is None or form.artefact != manifest.id or form.authority != code:
        raise _reason("own-form-unknown", f"The library has no form called {name} of this authority", name)
    edition = form.edition_on(day)
    if edition is None:
        raise _reason("own-form-edition", f"{form.title} has no edition on that date", form.source)
    return form, edition, blank_file(form, edition, catalogue)


def blank_file(form: OwnForm, edition: FormEdition, catalogue: Catalogue) -> bytes:
    """Give the blank file of a form's edition.

    Raises:
        ArtefactError: `own-form-missing`: it is not there; `own-form-changed`: it is another file.
    """
    if catalogue.library.find(edition.form) is None:
        where = f"Get it from {edition.get_from}" if edition.get_from else "Ask the authority for it"
        hint = f"{where}, and save it in your library as {edition.form}"
        raise ArtefactError.of(
            "own-form-missing", f"The blank form of {form.title} is not there", hint, Place(form.source)
        )
    data = catalogue.library.read(edition.form)
    if hashlib.sha256(data).hexdigest() != edition.sha256:
        hint = "Put the right file there; or, for a new edition, map it and add it to the manifest"
        message = f"The blank form of {form.title} is not the file that was mapped (its SHA-256 differs)"
        raise ArtefactError.of("own-form-changed", message, hint, Place(edition.form))
    return data


def _mapping(edition: FormEdition, catalogue: Catalogue) -> FormMapping:
    """Give the mapping of an edition, read once for a library."""
    known = catalogue.mappings
    if edition.mapping not in known:
        data = catalogue.library.read(edition.mapping)
        known[edition.mapping] = load_mapping(data, edition.mapping, catalogue)
    return known[edition.mapping]


def _identity(
    identity: Identity,
    form: OwnForm,
    edition: FormEdition,
    copy: Copy,
    seen: View,
    wanted: Wanted,
    catalogue: Catalogue,
) -> Identity:
    """Say what the filled form is, in place of our paper."""
    files = (edition.sha256, catalogue.library.read(edition.mapping))
    digest = content_digest(seen, wanted.issued, files, addressee(copy, seen, catalogue))
    return replace(identity, artefact=form.id, title=form.title, edition=edition.id, digest=digest)


def _limits(form: OwnForm, edition: FormEdition, wanted: Wanted, identity: Identity) -> list[Problem]:
    """Say what was asked for and a form of someone else is not."""
    place = Place(form.source)
    found = []
    if missing := [kind.upper() for kind in wanted.formats if kind != edition.format]:
        what = "a Word file" if edition.format == "docx" else "a PDF"
        other = "Open it in Word and save it as a PDF" if edition.format == "docx" else "Send the PDF"
        message = f"{form.title} is {what}: there is no {' or '.join(missing)} of it"
        found.append(Problem("warning", "own-form-format", message, other, place))
    if wanted.archive:
        message = f"{form.title} cannot be made as PDF/A"
        found.append(
            Problem("warning", "own-form-archive", message, "Keep the file as it is in the record", place)
        )
    if identity.replaces is not None:
        message = f"{form.title} cannot say that it replaces an earlier one"
        found.append(
            Problem("warning", "own-form-replaces", message, "Say so in the message it goes with", place)
        )
    if wanted.draft:
        message = f"{form.title} cannot be marked as a draft"
        found.append(
            Problem("warning", "own-form-draft", message, "Take care not to send it before it is final", place)
        )
    return found


def _reason(code: str, message: str, source: str) -> ArtefactError:
    return ArtefactError.of(code, message, "See `forms lint`", Place(source))


def _ours_instead(error: FormsError, authority: str, manifest: Manifest) -> list[Problem]:
    """Say, before the reasons, that ours was made."""
    first = error.problems[0]
    told = Problem(
        "warning",
        "own-form-not-used",
        f"{authority} asks for its own form, which could not be filled in: we made OUR {manifest.title}",
        "Send ours now, and do what follows for the next time; or fill in the authority's form by hand",
        first.place,
    )
    reasons = [Problem("warning", each.code, each.message, each.hint, each.place) for each in error.problems]
    return [told, *reasons]
