"""What a filled copy changes of the form as a whole, whatever it is filled with.

XFA goes, as Adobe's programs would show it instead of the fields (ISO 32000-1, 12.7.8); so do the request to
draw all values anew, since each comes with its look, and the usage rights of Adobe's Reader, which hold for the
unchanged file only (12.8.2.3). Fields that only their page knew are listed.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from forms.formats.pdf.acroform import FormField
from forms.formats.pdf.field_reader import direct, reference_of

_GONE_FROM_FORM = ("/XFA", "/NeedAppearances")
_USAGE_RIGHTS = ("/UR", "/UR3")


@dataclass(frozen=True, slots=True)
class Change:
    """An object that is written anew: `12 0 obj … endobj`."""

    number: int
    generation: int
    data: bytes


def written(entries: DictionaryObject, without: Collection[str] = ()) -> bytes:
    """Write a dictionary's entries but some, without its brackets; references stay references."""
    out = io.BytesIO()
    for key, value in dict.items(entries):
        if key not in without:
            key.write_to_stream(out)
            out.write(b" ")
            value.write_to_stream(out)
    return out.getvalue()


def reference(item: DictionaryObject) -> tuple[int, int]:
    """Give an indirect object's number and generation."""
    at = reference_of(item)
    if at is None:
        raise ValueError("not an object of its own")
    return at.idnum, at.generation


def change_of(item: DictionaryObject, inside: bytes) -> Change:
    """Write a dictionary anew with other entries."""
    at, generation = reference(item)
    return Change(at, generation, b"%d %d obj\n<<%s>>\nendobj\n" % (at, generation, inside))


def form_changes(reader: PdfReader, fields: tuple[FormField, ...]) -> tuple[Change, ...]:
    """Give the catalog and the form's dictionary as the filled copy has them, where they differ."""
    root = reader.root_object
    form = direct(root.get("/AcroForm"))
    form = form if isinstance(form, DictionaryObject) else DictionaryObject()
    strays = {reference(top): None for field in fields for top in field.stray}
    entries = written(form, (*_GONE_FROM_FORM, "/Fields") if strays else _GONE_FROM_FORM)
    if strays:
        listed = direct(form.get("/Fields"))
        known = listed if isinstance(listed, ArrayObject) else ArrayObject()
        out = io.BytesIO()
        for item in list.__iter__(known):
            item.write_to_stream(out)
            out.write(b" ")
        entries += b"/Fields[%s%s]" % (out.getvalue(), b" ".join(b"%d %d R" % stray for stray in strays))
    changed = bool(strays) or any(key in form for key in _GONE_FROM_FORM)
    if reference_of(form) is not None:
        found = (change_of(form, entries),) if changed else ()
        catalog = _catalog(root, ())
    else:
        found = ()
        catalog = _catalog(root, ("/AcroForm",)) if changed else _catalog(root, ())
        if changed:
            catalog = (catalog or written(root, ("/AcroForm",))) + b"/AcroForm<<%s>>" % entries
    return (*found, change_of(root, catalog)) if catalog else found


def _catalog(root: DictionaryObject, without: Collection[str]) -> bytes:
    """Write the catalog as the filled copy has it; empty if nothing of it is to change."""
    rights = direct(root.get("/Perms"))
    gone = [key for key in ("/NeedsRendering",) if key in root]
    kept = b""
    if isinstance(rights, DictionaryObject) and any(key in rights for key in _USAGE_RIGHTS):
        gone.append("/Perms")
        inside = written(rights, _USAGE_RIGHTS)
        kept = b"/Perms<<%s>>" % inside if inside else b""
    if not gone and not without:
        return b""
    return written(root, (*gone, *without)) + kept


def flat_catalog(root: DictionaryObject) -> Change:
    """Give the catalog of a copy without fields."""
    return change_of(root, written(root, ("/AcroForm", "/NeedsRendering", "/Perms")))
