"""Reading back what a form holds, by the names that `forms inspect` gives its places."""

from __future__ import annotations

from collections.abc import Mapping

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from forms.formats.filling import Entry
from forms.formats.pdf.acroform import FormField, button_options, form_fields
from forms.formats.pdf.field_reader import direct, opened, options_of, string_of


def read_back(data: bytes, source: str = "") -> dict[str, Entry]:
    """Give what each field of a PDF holds; signatures, push buttons, passwords and files are left out.

    A text is a text, also where it is empty; a box is ticked or not; of radio buttons, choices and lists the
    codes that are chosen. An editable choice gives a code if it holds one, else its text.

    Raises:
        InputError: `damaged`, `encrypted`, `file-too-large`; `inconsistent` if fields of one name, or a box and
            its value, disagree.
    """
    return opened(data, source, _read)


def _read(reader: PdfReader) -> dict[str, Entry]:
    found = {}
    for field in form_fields(reader):
        entry = _entry(field)
        if entry is not None:
            found[field.name] = entry
    return found


def _entry(field: FormField) -> Entry | None:
    kind = field.kind
    if kind in ("signature", "button", "password", "file"):
        return None
    if kind in ("checkbox", "radio"):
        return _button(field)
    if kind == "list":
        value = direct(field.known.get("/V"))
        items = list(value) if isinstance(value, ArrayObject) else [value] if value is not None else []
        return tuple(string_of(item) for item in items)
    text = _text(field.known)
    if kind in ("choice", "combo"):
        codes = {code for code, _ in options_of(field.known)}
        if text in codes:
            return (text,)
        if kind == "choice":
            return (text,) if text else ()
    return text


def _text(known: Mapping[str, object]) -> str:
    return string_of(known.get("/V")).replace("\r\n", "\n").replace("\r", "\n")


def _button(field: FormField) -> Entry:
    """Give what buttons show; a box alone is ticked or not."""
    states = [
        str(direct(widget.get("/AS")) or "/Off").removeprefix("/")
        for widget in field.widgets
        if isinstance(widget, DictionaryObject)
    ]
    shown = tuple(dict.fromkeys(state for state in states if state != "Off"))
    if field.kind == "checkbox" and len(button_options(field)) == 1:
        return bool(shown)
    return shown
