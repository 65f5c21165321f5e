"""Whether a file can be added to as it is, and writing it anew where it can't.

An update behind a file relies on the cross-reference data of the file itself. Where these are broken, readers
search the whole file for objects, each in its own way: such a file is written anew once, when the blank form is
made ready, from what pypdf found in it. So is one whose fields have no numbers of their own.
"""

from __future__ import annotations

import io
import re

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject

from forms.formats.pdf.acroform import FormField, on_state
from forms.formats.pdf.field_reader import DAMAGE, direct, reference_of
from forms.formats.pdf.filling.update import Tail

_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_STREAM = re.compile(rb"\s*(\d+)\s+\d+\s+obj\b")
_TABLE = re.compile(rb"\s*xref\b\s*")
_SECTION = re.compile(rb"(\d+)\s+(\d+)\s*(?:\r\n|\r|\n)")
_ROW = re.compile(rb"(\d{10}) (\d{5}) ([nf])(?: \r| \n|\r\n)")
_PREVIOUS = re.compile(rb"/Prev\s+(\d+)")
_BEHIND = 2048
_MOST_SECTIONS = 50


def tail_of(
    data: bytes, reader: PdfReader, fields: tuple[FormField, ...] = (), *, anew: bool = False
) -> Tail | None:
    """Give what an update needs to know of a file; None if the file must be written anew first.

    `anew` says that it has been: then every name is spelt in UTF-8.
    """
    start = _START.search(data[-_BEHIND:])
    if start is None or not data.startswith(b"%PDF-"):
        return None
    previous = int(start[1])
    streams = _TABLE.match(data, previous) is None
    if (
        not _is_sound(data, previous, reader)
        or not _has_numbers(fields)
        or not (anew or _has_plain_states(fields))
    ):
        return None
    root, info = reader.trailer.raw_get("/Root"), dict.get(reader.trailer, "/Info")
    identifier = direct(reader.trailer.get("/ID"))
    first = b""
    if isinstance(identifier, ArrayObject) and len(identifier) == 2:
        first = _written(identifier[0])
    numbers = [*(at for entries in reader.xref.values() for at in entries), *reader.xref_objStm]
    size = reader.trailer.get("/Size")
    largest = max([*numbers, (size if isinstance(size, int) else 0) - 1])
    return Tail(largest + 1, previous, _written(root), _written(info), first, streams)


def _written(item: object) -> bytes:
    out = io.BytesIO()
    if item is not None:
        item.write_to_stream(out)  # type: ignore[attr-defined]
    return out.getvalue()


def _has_numbers(fields: tuple[FormField, ...]) -> bool:
    """Say whether every field and widget is an object of its own."""
    items = [item for field in fields for node in field.nodes for item in (node.entries, *node.widgets)]
    items += [top for field in fields for top in field.stray]
    return all(reference_of(item) is not None for item in items)


def _has_plain_states(fields: tuple[FormField, ...]) -> bool:
    """Say whether the names of all states are ASCII: pypdf does not keep how others are spelt."""
    buttons = [field for field in fields if field.kind in ("checkbox", "radio")]
    return all(on_state(widget, 0, field.kind).isascii() for field in buttons for widget in field.widgets)


def _is_sound(data: bytes, previous: int, reader: PdfReader) -> bool:
    """Check that every object is where the cross-reference data say."""
    if not _sections_are_sound(data, previous) or not _reads_strictly(data):
        return False
    for generation, entries in reader.xref.items():
        for at, offset in entries.items():
            if at and generation != 65535 and not _is_object(data, offset, at, generation):
                return False
    return True


def _is_object(data: bytes, offset: int, at: int, generation: int) -> bool:
    return re.compile(rb"\s{0,2}%d\s+%d\s+obj\b" % (at, generation)).match(data, offset) is not None


def _reads_strictly(data: bytes) -> bool:
    """Say whether pypdf reads the cross-reference data without repairing anything."""
    try:
        PdfReader(io.BytesIO(data), strict=True)
    except DAMAGE:
        return False
    return True


def _sections_are_sound(data: bytes, previous: int) -> bool:
    """Follow the sections as another reader does, since pypdf has repaired what it could already."""
    for _ in range(_MOST_SECTIONS):
        if _STREAM.match(data, previous) is not None:
            head = data[previous : data.find(b"stream", previous)]
            if b"/XRef" not in head:
                return False
            if (found := _PREVIOUS.search(head)) is None:
                return True
            previous = int(found[1])
            continue
        table = _TABLE.match(data, previous)
        if table is None:
            return False
        position = table.end()
        while section := _SECTION.match(data, position):
            position = section.end()
            first = int(section[1])
            for at in range(first, first + int(section[2])):
                row = _ROW.match(data, position)
                if row is None:
                    return False
                position = row.end()
                if row[3] == b"n" and not _is_object(data, int(row[1]), at, int(row[2])):
                    return False
        trailer = data[position : position + _BEHIND]
        if not trailer.lstrip().startswith(b"trailer"):
            return False
        found = _PREVIOUS.search(trailer.partition(b"startxref")[0])
        if found is None:
            return True
        previous = int(found[1])
    return False


def rewritten(reader: PdfReader) -> bytes:
    """Write a file anew: everything its catalog leads to, each field and widget with a number of its own."""
    writer = PdfWriter(clone_from=reader)
    writer.pdf_header = reader.pdf_header if reader.pdf_header.startswith("%PDF-") else "%PDF-1.7"
    for page in writer.pages:
        _number_items(writer, page, "/Annots")
    form = direct(writer.root_object.get("/AcroForm"))
    if isinstance(form, DictionaryObject):
        _number_fields(writer, form, "/Fields", 0)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _number_items(writer: PdfWriter, holder: DictionaryObject, key: str) -> list[DictionaryObject]:
    """Make the direct dictionaries of an array objects of their own; gives all of them."""
    array = direct(holder.get(key))
    found = []
    for index, item in enumerate(array if isinstance(array, ArrayObject) else ()):
        entries = direct(item)
        if isinstance(entries, DictionaryObject):
            if reference_of(entries) is None:
                array[index] = writer._add_object(entries)  # type: ignore[index]
            found.append(entries)
    return found


def _number_fields(writer: PdfWriter, holder: DictionaryObject, key: str, depth: int) -> None:
    for field in _number_items(writer, holder, key):
        parent = reference_of(holder)
        if depth and NameObject("/Parent") not in field and parent is not None:
            field[NameObject("/Parent")] = parent
        if depth < 12:
            _number_fields(writer, field, "/Kids", depth + 1)
