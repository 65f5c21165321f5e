"""Filling in a form that someone else designed, for a case.

The mapping gives the entries (only what the form's reader may have); the format's filler puts them in; what has
no room goes to a continuation sheet; everything is read again and compared before anything is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from forms.application.catalogue import Catalogue, open_catalogue
from forms.application.continuation import TITLE, pdf_sheet, word_sheet
from forms.application.mapping import FormMapping, entries, load_mapping
from forms.application.readback import file_bytes, kind_of
from forms.domain.case import Case
from forms.domain.reference import document_reference, file_name, slug
from forms.formats.fillable import Fillable, Survey
from forms.formats.filling import Continued, Entry, Filled
from forms.foundation.errors import FormsError, InputError, UsageError
from forms.foundation.problems import Place, Problem

if TYPE_CHECKING:
    from forms.formats.pdf.filling import PdfForm
    from forms.formats.word.filling import WordForm

NO_REFERENCE = "no-reference"
_DIGEST = 8
_ONLY_FOR_INSPECTING = ("plain-form", "protected", "nothing-to-fill-in")
_REPORT = "Fill this place by hand: set it to `skip` in the mapping; and please report the form"


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A filled form: its bytes, the name its file is to have, warnings.

    `places` is how many of its places hold something, `continued` what stands on the continuation sheet
    instead; `audience` is the reader whose view it was filled from.
    """

    name: str
    format: str
    data: bytes
    reference: str
    title: str
    audience: str
    issued: date
    places: int
    continued: tuple[Continued, ...] = field(repr=False, default=())
    problems: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, object]:
        """What `--json` says of it; of the case only the document reference."""
        return {
            "name": self.name,
            "format": self.format,
            "form": self.title,
            "reference": self.reference,
            "audience": self.audience,
            "issued": self.issued.isoformat(),
            "places": self.places,
            "continued": [
                {"number": item.number, "name": item.name, "label": item.label, "where": item.where}
                for item in self.continued
            ],
            "problems": [problem.as_json() for problem in self.problems],
        }


class Prepared(Protocol):
    """A blank form, ready to be filled, in either format."""

    @property
    def survey(self) -> Survey:
        """What there is to fill in."""

    def make(self, given: Mapping[str, Entry], catalogue: Catalogue, *, flatten: bool) -> Filled:
        """Fill it and hold what was written to what was given."""

    def add_sheet(
        self, filled: Filled, title: str, reference: str, issued: date, catalogue: Catalogue
    ) -> bytes:
        """Put the continuation sheet behind it."""


def fill_form(
    form: Path | bytes,
    case: Case,
    mapping: FormMapping | Path,
    catalogue: Catalogue | None = None,
    *,
    issued: date | None = None,
    flatten: bool = False,
    audience: str = "",
    name: str = "",
) -> FilledForm:
    """Fill in a form that someone else designed.

    Args:
        form: The blank form, DOCX or PDF.
        case: The case.
        mapping: What goes where, as `load_mapping` gives it, or its file.
        catalogue: The library; the program's own if not given.
        issued: The day of filling; today if not given.
        flatten: Make the fields of a PDF part of its pages, so that nobody can change them.
        audience: The reader whose view fills it; the mapping's own if empty.
        name: What to call the form in problems and in the file's name.

    Raises:
        UsageError: There is no such reader; a Word form cannot be flattened.
        InputError: The form cannot be read or filled, the case has errors, or a value does not fit its place;
            with every problem found, and nothing filled.
        ArtefactError: The mapping does not fit the form.
    """
    catalogue = catalogue or open_catalogue()
    if isinstance(mapping, Path):
        mapping = load_mapping(mapping, catalogue=catalogue)
    data, source = file_bytes(form, name)
    kind = kind_of(data, source)
    mapping = _for_reader(mapping, audience, catalogue)
    if flatten and kind == "docx":
        hint = "Leave out --flatten, or send a PDF of it made in Word"
        raise UsageError.of("cannot-flatten", "Only a PDF can be flattened", hint)
    _same_form(data, mapping, source)
    day = issued or date.today()
    prepared = prepared_form(data, source)
    given, problems = entries(mapping, prepared.survey, case, catalogue, day)
    own = str(case.data.get("reference") or "")
    reference = document_reference(own, catalogue.key) if own else NO_REFERENCE
    title = mapping.form.title
    filled = complete(prepared, given, title, reference, day, catalogue, flatten=flatten)
    if not own:
        reference = f"{NO_REFERENCE}-{hashlib.sha256(filled.data).hexdigest()[:_DIGEST]}"
    stem = slug(Path(source).stem) or slug(title) or "form"
    places = sum(entry not in ("", False, ()) for entry in given.values())
    return FilledForm(
        file_name(stem, reference, "", day, kind),
        kind,
        filled.data,
        reference,
        title,
        mapping.reader,
        day,
        places,
        filled.continued,
        problems + form_notes(prepared, source) + sheet_notes(filled, source),
    )


def complete(
    prepared: Prepared,
    given: Mapping[str, Entry],
    title: str,
    reference: str,
    issued: date,
    catalogue: Catalogue,
    *,
    flatten: bool = False,
) -> Filled:
    """Fill a form, and put the continuation sheet behind it if it needs one."""
    filled = prepared.make(given, catalogue, flatten=flatten)
    if not filled.continued:
        return filled
    return replace(filled, data=prepared.add_sheet(filled, title, reference, issued, catalogue))


def form_notes(prepared: Prepared, source: str) -> tuple[Problem, ...]:
    """Say what is to be known about a form that is filled: what it loses, what is left to be done by hand."""
    return tuple(
        Problem("warning", code, message, "Look at the filled form before you send it", Place(source))
        for code, message in prepared.survey.notes
        if code not in _ONLY_FOR_INSPECTING
    )


def sheet_notes(filled: Filled, source: str) -> tuple[Problem, ...]:
    """Say which texts stand on the continuation sheet."""
    return tuple(
        Problem(
            "warning",
            "continued",
            f"‘{item.label or item.name}’ has more text than room: see the continuation sheet, {item.number}",
            "Look whether that is right, and send all pages",
            Place(source, "", item.where),
        )
        for item in filled.continued
    )


def _for_reader(mapping: FormMapping, audience: str, catalogue: Catalogue) -> FormMapping:
    if audience and audience not in catalogue.readers:
        known = ", ".join(sorted(catalogue.readers))
        raise UsageError.of("unknown-audience", "There is no reader of that name", f"Choose one of {known}")
    return replace(mapping, reader=audience) if audience else mapping


def _same_form(data: bytes, mapping: FormMapping, source: str) -> None:
    """Refuse a form that is not the one that was mapped: places of a plain form are known by where they are."""
    if hashlib.sha256(data).hexdigest() != mapping.form.sha256.lower():
        message = "The mapping was made for another file than this form: another edition, or it was saved again"
        hint = "Use the blank form as it came, or draft a mapping of this one with `forms map`"
        raise InputError.of("another-form", message, hint, Place(source))


@lru_cache(maxsize=32)
def prepared_form(data: bytes, source: str) -> Prepared:
    """Make a blank form ready, once in a process; raises InputError where it cannot be filled."""
    if kind_of(data, source) == "docx":
        from forms.formats.word.filling import prepare as prepare_word

        return _Word(source, prepare_word(data, source))
    from forms.formats.pdf.filling import prepare as prepare_pdf

    return _Pdf(source, prepare_pdf(data, source))


# ── The two formats ─────────────────────────────────────────────────────────────────────────────────────────


class _Word:
    """A Word form; its filler reads back what it wrote by itself."""

    def __init__(self, source: str, form: WordForm) -> None:
        self._source, self._form = source, form
        self.survey = form.survey

    def make(self, given: Mapping[str, Entry], catalogue: Catalogue, *, flatten: bool) -> Filled:
        """Fill it; Word files are drawn by the reader's own program, so no font is asked for."""
        return self._form.fill(given)

    def add_sheet(
        self, filled: Filled, title: str, reference: str, issued: date, catalogue: Catalogue
    ) -> bytes:
        """Put the sheet behind the form, and see that all of it is there."""
        from forms.formats.word.filling_sheet import append_sheet, texts_at_end

        sheet = word_sheet(filled.continued, title, reference, issued, catalogue)
        data = append_sheet(filled.data, sheet, self._source)
        if texts_at_end(data, self._source)[-len(texts_at_end(sheet, TITLE)) :] != texts_at_end(sheet, TITLE):
            raise _not_read_back(self._source, [])
        return data


class _Pdf:
    """A PDF form."""

    def __init__(self, source: str, form: PdfForm) -> None:
        self._source, self._form = source, form
        self.survey = form.survey
        self._places = {place.name: place for place in form.survey.places}

    def make(self, given: Mapping[str, Entry], catalogue: Catalogue, *, flatten: bool) -> Filled:
        """Fill it, read back before it is kept."""
        given = {name: self._typed(name, entry) for name, entry in given.items()}
        try:
            return self._form.fill_checked(given, catalogue.fonts, flatten=flatten)
        except InputError:
            raise
        except FormsError as error:
            wrong = {problem.place.label for problem in error.problems}
            places = [place for place in self.survey.places if place.name in wrong]
            raise _not_read_back(self._source, places) from error

    def _typed(self, name: str, entry: Entry) -> Entry:
        """Give as a text what a person would type into an editable choice that does not offer it."""
        place = self._places.get(name)
        if place is None or place.kind != "combo" or not isinstance(entry, tuple) or len(entry) != 1:
            return entry
        known = {text for option in place.options for text in option}
        return entry if entry[0] in known else str(entry[0])

    def add_sheet(
        self, filled: Filled, title: str, reference: str, issued: date, catalogue: Catalogue
    ) -> bytes:
        """Put the sheet's pages behind the form's."""
        from forms.formats.pdf.filling import append_pages

        sheet = pdf_sheet(filled.continued, title, reference, issued, catalogue)
        return append_pages(filled.data, sheet)


def _not_read_back(source: str, places: Sequence[Fillable]) -> InputError:
    message = "What was filled in does not stand there when read again"
    wheres = [Place(source, "", f"{place.label or place.name}, {place.where}") for place in places]
    return InputError(
        *(Problem("error", "not-read-back", message, _REPORT, where) for where in wheres or [Place(source)])
    )
