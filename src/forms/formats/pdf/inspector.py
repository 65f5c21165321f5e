"""What can be filled in in a PDF that someone else designed (ISO 32000-1, 12.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pypdf import PageObject, PdfReader
from pypdf.generic import DictionaryObject

from forms.formats.fillable import Fillable, Survey
from forms.formats.pdf.acroform import (
    READ_ONLY,
    REQUIRED,
    FormField,
    button_options,
    form_fields,
    on_state,
    rectangle,
)
from forms.formats.pdf.field_reader import direct, opened, options_of, string_of
from forms.formats.pdf.headings import Piece, headings_over, is_bold
from forms.formats.returned import plain

_LEFT, _ABOVE = 260.0, 26.0
"""How far from a field its label may stand, in points."""

XFA = (
    "The file holds an XFA form beside its plain fields, which are listed. Only Adobe's own programs show the "
    "XFA form; the filled copy leaves it out, so that every program shows the same"
)
XFA_ONLY = (
    "The form is XFA alone: only Adobe's own programs show it, and nothing in it can be filled in here. "
    "Ask whoever issued it for an ordinary PDF or a Word file"
)
SIGNED = "The form is signed: a change would break the signature"
HOLDS = (
    "The form is not blank: fields hold text already. That text stays in the file, seen where nothing else is "
    "filled in and hidden where something is. Make sure that it is about nobody, or get the blank form"
)
NONE = "The PDF has no fields: it can only be filled in by hand, or as the Word file it was made from"


def inspect(data: bytes, source: str) -> Survey:
    """List what can be filled in in a PDF.

    Args:
        data: The file.
        source: Its name, for problems.

    Raises:
        InputError: The file cannot be read: `damaged`, `encrypted`, `file-too-large`.
    """
    return opened(data, source, _survey)


def _survey(reader: PdfReader) -> Survey:
    fields = form_fields(reader)
    found = survey(reader, fields)
    pages = {field.page: _words(reader.pages[field.page]) for field in fields if field.page >= 0}
    places = [
        (field.page, rectangle(field.widgets[0]) if field.page >= 0 else None, place.label)
        for field, place in zip(fields, found.places, strict=True)
    ]
    over = headings_over(pages, places)
    return replace(
        found,
        places=tuple(replace(place, section=words) for place, words in zip(found.places, over, strict=True)),
    )


def survey(reader: PdfReader, fields: Sequence[FormField]) -> Survey:
    """List the fields of an open file. What its damage makes pypdf raise is passed on."""
    form = direct(reader.root_object.get("/AcroForm"))
    texts: dict[int, list[Piece]] = {}
    places = []
    for field in fields:
        label = plain(string_of(field.known.get("/TU")))
        buttons = field.kind in ("checkbox", "radio")
        if field.page >= 0 and (not label or buttons) and field.page not in texts:
            texts[field.page] = _words(reader.pages[field.page])
        words = texts.get(field.page, [])
        places.append(_place(field, label or _beside(field.widgets[0], words), words))
    notes = []
    if isinstance(form, DictionaryObject) and "/XFA" in form:
        notes.append(("xfa", XFA) if places else ("xfa-only", XFA_ONLY))
    elif not places:
        notes.append(("nothing-to-fill-in", NONE))
    if any(map(_holds_text, fields)):
        notes.append(("not-blank", HOLDS))
    if is_signed(reader, fields):
        notes.append(("signed", SIGNED))
    return Survey("pdf", tuple(places), tuple(notes))


def _holds_text(field: FormField) -> bool:
    """Say whether somebody typed into a field: it holds a text that is not its own default (12.7.4.3)."""
    if (
        field.kind not in ("text", "multiline", "comb", "date", "rich text", "password")
        or field.flags & READ_ONLY
    ):
        return False
    values = [string_of(node.known.get("/V")) for node in field.nodes]
    return any(value.strip() and value != string_of(field.known.get("/DV")) for value in values)


def is_signed(reader: PdfReader, fields: Sequence[FormField]) -> bool:
    """Say whether someone has signed the form, or certified it (12.8.4)."""
    rights = direct(reader.root_object.get("/Perms"))
    if isinstance(rights, DictionaryObject) and "/DocMDP" in rights:
        return True
    return any(
        field.kind == "signature" and any(direct(node.known.get("/V")) is not None for node in field.nodes)
        for field in fields
    )


def _place(field: FormField, label: str, words: list[Piece]) -> Fillable:
    longest = field.known.get("/MaxLen")
    options = options_of(field.known)
    if field.kind in ("checkbox", "radio"):
        options = _button_options(field, words)
    return Fillable(
        field.name,
        field.kind,
        label,
        f"page {field.page + 1}" if field.page >= 0 else "",
        options,
        longest=int(longest) if isinstance(longest, int) and longest > 0 else None,
        required=bool(field.flags & REQUIRED),
        read_only=bool(field.flags & READ_ONLY),
        pattern=field.pattern,
    )


def _button_options(field: FormField, words: list[Piece]) -> tuple[tuple[str, str], ...]:
    """Give a button's states; where the form has no words for one of several, those beside its box."""
    options = button_options(field)
    if len(options) < 2:
        return options
    near: dict[str, str] = {}
    for node in field.nodes:
        for index, widget in enumerate(node.widgets):
            near.setdefault(on_state(widget, index, field.kind), _after(widget, words))
    return tuple((code, said if said != code else near.get(code) or code) for code, said in options)


# ── Labels ──────────────────────────────────────────────────────────────────────────────────────────────────


def _words(page: PageObject) -> list[Piece]:
    """Give the pieces of text of a page with their places."""
    found: list[Piece] = []

    def visit(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        if words := plain(text):
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            scale = abs(tm[3] * cm[3]) or abs(tm[1] * cm[2]) or 1.0
            found.append(Piece(x, y, words, float(size) * scale, is_bold(font)))

    page.extract_text(visitor_text=visit)
    return found


def _beside(widget: DictionaryObject, words: list[Piece]) -> str:
    """Give the text that labels a field: to its left on its line, else above it, else (boxes) to its right."""
    corners = rectangle(widget)
    if corners is None:
        return ""
    left, bottom, right, top = corners
    level = [word for word in words if bottom - 3 <= word.y <= top]
    if top - bottom < 25 and right - left < 25 and (after := _after(widget, words)):
        return after  # a box: its words follow it
    before = [word for word in level if 0 <= left - word.x < _LEFT]
    if before:
        return max(before, key=lambda word: word.x).text.strip(": ")
    above = [word for word in words if 0 <= word.y - top < _ABOVE and left - 10 <= word.x < right]
    return min(above, key=lambda word: word.y).text.strip(": ") if above else ""


def _after(widget: DictionaryObject, words: list[Piece]) -> str:
    """Give the text to the right of a box."""
    corners = rectangle(widget)
    if corners is None:
        return ""
    _, bottom, right, top = corners
    after = [word for word in words if bottom - 3 <= word.y <= top and 0 <= word.x - right < 40]
    return min(after, key=lambda word: word.x).text.strip(": ") if after else ""
