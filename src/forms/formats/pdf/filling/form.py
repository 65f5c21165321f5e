"""A blank form of others, made ready once and filled many times."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from forms.formats.fillable import Fillable, Survey
from forms.formats.filling import Entry, Filled
from forms.formats.pdf.acroform import FormField, form_fields
from forms.formats.pdf.embedding import DocumentFonts, fixed_objects, put_font, resource
from forms.formats.pdf.field_reader import direct, opened
from forms.formats.pdf.filling.blank import Blank
from forms.formats.pdf.filling.changes import Change, form_changes
from forms.formats.pdf.filling.checking import check, check_first
from forms.formats.pdf.filling.flat import FlatPages
from forms.formats.pdf.filling.places import Fault, Job, Ready
from forms.formats.pdf.filling.setting import FLOOR, Ink
from forms.formats.pdf.filling.soundness import rewritten, tail_of
from forms.formats.pdf.filling.update import Tail, Update
from forms.formats.pdf.fonts import Face, FontBook
from forms.formats.pdf.inspector import SIGNED, XFA_ONLY, is_signed, survey
from forms.foundation.errors import InputError
from forms.foundation.problems import Place, Problem

_NEAR = 3


@dataclass(frozen=True, slots=True)
class _Base:
    """The blank form with a font book's fonts behind it: where every fill begins.

    `there` are the fonts' object numbers by resource name; `resources` is the number of what all appearances
    share, which each fill writes, as it may add fonts.
    """

    data: bytes
    entries: tuple[tuple[int, int, int], ...]
    next_free: int
    resources: int
    there: Mapping[str, int]
    faces: dict[tuple[bool, bool], Face]


class PdfForm:
    """A blank form, ready to be filled. Nothing of what it is filled with stays in it.

    `survey` is what `forms inspect` says of it; `notes` say what the filled copy will not have any more.
    """

    def __init__(
        self,
        source: str,
        data: bytes,
        tail: Tail,
        listed: Survey,
        places: Mapping[str, Ready],
        blank: Blank,
        changes: tuple[Change, ...],
    ) -> None:
        """Take what `prepare` found; `changes` are objects of the form that no fill leaves as they are."""
        self.source = source
        self.survey = listed
        self.notes = listed.notes
        self._data = data
        self._tail = tail
        self._places = places
        self._blank = blank
        self._changes = changes
        self._flat: FlatPages | None = None
        self._read: set[str] = set()
        self._bases: dict[bool, WeakKeyDictionary[FontBook, _Base]] = {
            flatten: WeakKeyDictionary() for flatten in (False, True)
        }

    def fill(
        self, entries: Mapping[str, Entry], fonts: FontBook, *, flatten: bool = False, floor: float = FLOOR
    ) -> Filled:
        """Fill the form in.

        Args:
            entries: What goes into its places, by their names; what is not named stays as it is.
            fonts: What the values are drawn with.
            flatten: Whether the fields become part of the pages, so that nobody can change them any more.
            floor: The smallest size of text in points. Text that needs a smaller one is continued elsewhere.

        Raises:
            InputError: One problem for each entry that cannot go in: `unknown-field`, `unknown-choice`,
                `too-many-choices`, `too-long`, `several-lines`, `wrong-kind`, `read-only`,
                `control-character`, `no-font`.
        """
        entries = _with_plain_line_ends(entries)
        base = self._base(fonts, flatten)
        update = Update(base.data, self._tail, base.next_free, base.entries)
        document_fonts = DocumentFonts(fonts)
        ink = Ink(document_fonts, base.faces)
        self._check(entries, ink)
        job = Job(update, ink, base.resources, floor, flatten=flatten)
        for name, place in self._places.items():
            entry = entries.get(name)
            if entry is not None:
                place.fill(entry, job)
            elif place.own is not None:
                place.fill(place.own, job, shrink=True)
        numbers = document_fonts.write(update, base.there)
        listed = b"".join(b"/%s %d 0 R" % (font.encode("ascii"), at) for font, at in numbers.items())
        update.put(base.resources, b"<</Font<<%s>>>>" % listed)
        if flatten and self._flat is not None:
            self._flat.draw(update, job.drawn)
        return Filled(update.finish(), tuple(job.continued))

    def fill_checked(
        self, entries: Mapping[str, Entry], fonts: FontBook, *, flatten: bool = False, floor: float = FLOOR
    ) -> Filled:
        """Fill the form in, read back what was filled in, and compare; arguments and errors as of `fill`.

        A flattened form has no fields left to read: the same entries are filled in and read back before.

        Raises:
            FormsError: `not-as-filled`: a fault of this program.
        """
        entries = _with_plain_line_ends(entries)
        filled = self.fill(entries, fonts, floor=floor)
        if not entries.keys() <= self._read:
            check_first(filled, entries)
            self._read |= entries.keys()
        check(filled, entries, self._places, len(self._data))
        return self.fill(entries, fonts, flatten=True, floor=floor) if flatten else filled

    def _check(self, entries: Mapping[str, Entry], ink: Ink) -> None:
        problems = []
        for name, entry in entries.items():
            place = self._places.get(name)
            if place is None:
                problems.append(self._unknown(name))
            elif place.place.read_only:
                fault = "read-only", "The form does not let this field be filled in", "Leave it out"
                problems.append(self._problem(fault, place.place))
            elif (found := place.problem(entry, ink)) is not None:
                problems.append(self._problem(found, place.place))
        if problems:
            raise InputError(*problems)

    def _problem(self, fault: Fault, place: Fillable) -> Problem:
        code, message, hint = fault
        label = f"{place.label} ({place.name})" if place.label else place.name
        return Problem("error", code, message, hint, Place(self.source, "", label))

    def _unknown(self, name: str) -> Problem:
        near = difflib.get_close_matches(name, self._places, _NEAR)
        hint = "`forms inspect` lists the form's fields"
        if near:
            hint = f"Nearest: {', '.join(near)}; {hint}"
        message = "The form has no field of this name"
        return Problem("error", "unknown-field", message, hint, Place(self.source, "", name))

    def _base(self, fonts: FontBook, flatten: bool) -> _Base:
        found = self._bases[flatten].get(fonts)
        if found is None:
            found = self._bases[flatten][fonts] = self._make_base(fonts, flatten)
        return found

    def _make_base(self, fonts: FontBook, flatten: bool) -> _Base:
        """Write what every fill writes alike: made looks, fonts, the form without what it loses."""
        data = self._data if self._data.endswith(b"\n") else self._data + b"\n"
        update = Update(data, self._tail, self._blank.next_free)
        faces: dict[tuple[bool, bool], Face] = {}
        there: dict[str, int] = {}
        for bold, italic in sorted(self._blank.styles):
            levels = fonts.levels(" ", 0)
            face = fonts.face(fonts.runs(" ", bold=bold, italic=italic, levels=levels)[0].face)
            faces[bold, italic] = face
            if resource(face) not in there:
                there[resource(face)] = put_font(update, fixed_objects(face))
        for at, look in self._blank.looks.items():
            update.put(at, look)
        if flatten:
            self._flat = self._flat or FlatPages(self._data)
            changes = self._flat.changes
        else:
            changes = self._changes
        for change in changes:
            update.whole(change.number, change.generation, change.data)
        resources = update.reserve()
        return _Base(b"".join(update.parts), tuple(update.entries), update.next_free, resources, there, faces)


def _with_plain_line_ends(entries: Mapping[str, Entry]) -> Mapping[str, Entry]:
    """Give the entries with the line ends of other systems as plain ones."""
    if not any(isinstance(entry, str) and "\r" in entry for entry in entries.values()):
        return entries
    return {
        name: entry.replace("\r\n", "\n").replace("\r", "\n") if isinstance(entry, str) else entry
        for name, entry in entries.items()
    }


def prepare(data: bytes, source: str) -> PdfForm:
    """Make a blank form ready: everything that is the same whatever it is filled with.

    Args:
        data: The blank form.
        source: Its name, for problems.

    Raises:
        InputError: The form cannot be filled in: `damaged`, `encrypted`, `file-too-large`, `signed`,
            `xfa-only`, `nothing-to-fill-in`.
    """
    result = opened(data, source, lambda reader: _prepared(reader, data, source, anew=False))
    if isinstance(result, bytes):
        written = result
        result = opened(written, source, lambda reader: _prepared(reader, written, source, anew=True))
    if isinstance(result, bytes):
        raise InputError.of("damaged", "The file is damaged", "Ask for the form again", Place(source))
    return result


def _prepared(reader: PdfReader, data: bytes, source: str, *, anew: bool) -> PdfForm | bytes:
    """Make a form ready; gives the file written anew if nothing can be added to it as it is."""
    fields = form_fields(reader)
    listed = survey(reader, fields)
    _refuse(listed, reader, fields, source)
    tail = tail_of(data, reader, fields, anew=anew)
    return rewritten(reader) if tail is None else _ready(reader, source, data, tail, listed, fields)


def _refuse(listed: Survey, reader: PdfReader, fields: tuple[FormField, ...], source: str) -> None:
    """Refuse a form that must not or cannot be filled in."""
    notes = dict(listed.notes)
    if is_signed(reader, fields):
        hint = "Ask whoever issued it for a copy without the signature"
        raise InputError.of("signed", SIGNED, hint, Place(source))
    if "xfa-only" in notes:
        message, _, hint = XFA_ONLY.partition(". ")
        raise InputError.of("xfa-only", message, hint, Place(source))
    if "nothing-to-fill-in" in notes:
        message, _, hint = notes["nothing-to-fill-in"].partition(": ")
        raise InputError.of("nothing-to-fill-in", message, hint.capitalize(), Place(source))


def _ready(
    reader: PdfReader, source: str, data: bytes, tail: Tail, listed: Survey, fields: tuple[FormField, ...]
) -> PdfForm:
    form = direct(reader.root_object.get("/AcroForm"))
    form = form if isinstance(form, DictionaryObject) else DictionaryObject()
    redraw = bool(direct(form.get("/NeedAppearances")) or False)
    blank = Blank(form, tail.size, redraw=redraw)
    places = {field.name: blank.ready(field, place) for field, place in zip(fields, listed.places, strict=True)}
    return PdfForm(source, data, tail, listed, places, blank, form_changes(reader, fields))
