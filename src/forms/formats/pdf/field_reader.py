"""What a returned PDF holds: who it is, its fields (ISO 32000-1, 12.7), its fixed texts.

Read with pypdf and suspicion: the file comes from outside, and whatever its structure makes pypdf raise is a
damaged file, named as such. Nothing is written.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import TypeVar

from pypdf import PasswordType, PdfReader
from pypdf.errors import DependencyError, DeprecationError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject

from forms.formats.returned import Control, Found, Kind, Returned, plain
from forms.foundation.errors import InputError
from forms.foundation.problems import Place, Problem

Result = TypeVar("Result")
Field = tuple[DictionaryObject, str, Mapping[str, object]]

MAX_BYTES = 64 * 1024 * 1024
MAX_FIELDS = 5000
MAX_PAGES = 500
_MAX_DEPTH = 12
_INHERITED = ("/FT", "/V", "/Ff", "/Opt", "/TU", "/MaxLen", "/DA", "/Q")

_XMP = re.compile(r"<pdfx:(forms-[a-z-]+)>([^<]{0,300})</pdfx:", re.I)
DAMAGE = (
    PyPdfError,
    DeprecationError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
    AssertionError,
    NotImplementedError,
    EOFError,
    OverflowError,
)
"""What pypdf is known to raise on broken structures."""


def read_document(data: bytes, source: str) -> Returned:
    """Read a PDF that someone else may have saved.

    Args:
        data: The file.
        source: Its name, for problems.

    Raises:
        InputError: `damaged`, `encrypted`, `file-too-large`, `scanned`, `not-fillable`.
    """
    return opened(data, source, _read)


def opened(data: bytes, source: str, read: Callable[[PdfReader], Result]) -> Result:
    """Open a PDF of others and read it; whatever its structure makes pypdf raise is named as damage.

    Raises:
        InputError: `damaged`, `encrypted`, `file-too-large`.
    """
    place = Place(source)
    if len(data) > MAX_BYTES:
        raise InputError(
            Problem("error", "file-too-large", "The file is too large to be opened", "Ask for it again", place)
        )
    logger = logging.getLogger("pypdf")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)  # its complaints may quote the file
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise _encrypted(reader, place)
        if not reader.pages or len(reader.pages) > MAX_PAGES:
            raise _damaged(place)
        return read(reader)
    except DependencyError:
        raise _encrypted(None, place) from None
    except DAMAGE:
        raise _damaged(place) from None
    finally:
        logger.setLevel(before)


def _read(reader: PdfReader) -> Returned:
    texts = tuple(_texts(reader))
    identity, found = _identity(reader)
    return Returned("pdf", identity, found, tuple(_fields(reader)), texts)


def _damaged(place: Place) -> InputError:
    hint = "Ask for it again; attach it to the message instead of pasting it"
    return InputError.of("damaged", "The file is damaged", hint, place)


def _encrypted(reader: PdfReader | None, place: Place) -> InputError:
    """Say how a file is protected, as far as that can be told."""
    message = "The file is protected by a password or against changes"
    if reader is not None:
        locked = reader.decrypt("") == PasswordType.NOT_DECRYPTED
        message = "The file is protected by a password" if locked else "The file is protected against changes"
    return InputError.of("encrypted", message, "Ask for it again without protection", place)


def _texts(reader: PdfReader) -> Iterator[str]:
    """Give the lines of all pages; what stands in fields is drawn apart from them."""
    for page in reader.pages:
        for line in page.extract_text().splitlines():
            if words := plain(line):
                yield words


def _identity(reader: PdfReader) -> tuple[dict[str, str], Found]:
    """Give our properties from the information dictionary, else from XMP."""
    info: Mapping[str, object] = reader.metadata or {}
    found = {
        str(name).removeprefix("/"): str(value).strip()
        for name, value in info.items()
        if str(name).startswith("/forms-")
    }
    if found:
        return found, "properties"
    stream = direct(reader.root_object.get("/Metadata"))
    if stream is not None and hasattr(stream, "get_data"):
        text = stream.get_data().decode("utf-8", "replace")
        found = {name: _unescape(value).strip() for name, value in _XMP.findall(text)}
    return found, "metadata" if found else ""


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")


def direct(value: object) -> object:
    """Give the object that a reference stands for."""
    return value.get_object() if isinstance(value, IndirectObject | PdfObject) else value


def reference_of(item: object) -> IndirectObject | None:
    """Give the reference to an object that was read; None if it is no object of its own."""
    found = getattr(item, "indirect_reference", None)
    return found if isinstance(found, IndirectObject) else None


def _fields(reader: PdfReader) -> Iterator[Control]:
    for field, name, inherited in terminal_fields(reader):
        if (control := _control(field, name, inherited)) is not None:
            yield control


def terminal_fields(reader: PdfReader) -> list[Field]:
    """Give all fields that hold a value, each with its full name and its own and inherited entries."""
    form = direct(reader.root_object.get("/AcroForm"))
    if not isinstance(form, DictionaryObject):
        return []
    found = list(islice(_walk(form.get("/Fields"), "", {}, 0), MAX_FIELDS + 1))
    if len(found) > MAX_FIELDS:
        raise ValueError("more fields than a form has")
    return found


def _walk(fields: object, above: str, inherited: Mapping[str, object], depth: int) -> Iterator[Field]:
    """Give the terminal fields with their full names and what they inherit (12.7.3.1, 12.7.3.2)."""
    if depth > _MAX_DEPTH:
        raise ValueError("fields nested too deep")
    array = direct(fields)
    for item in array if isinstance(array, ArrayObject) else ():
        field = direct(item)
        if not isinstance(field, DictionaryObject):
            continue
        partial = string_of(field.get("/T"))
        name = ".".join(part for part in (above, partial) if part)
        known = {**inherited, **own_entries(field)}
        kids = direct(field.get("/Kids"))
        children = [direct(kid) for kid in kids] if isinstance(kids, ArrayObject) else []
        if any(isinstance(kid, DictionaryObject) and "/T" in kid for kid in children):
            yield from _walk(kids, name, known, depth + 1)
        else:
            yield field, name, known


def own_entries(field: DictionaryObject) -> dict[str, object]:
    """Give those of a field's entries that those below it inherit (12.7.3.1); titles too, as real forms do."""
    return {key: direct(field[key]) for key in _INHERITED if key in field}


def _control(field: DictionaryObject, name: str, known: Mapping[str, object]) -> Control | None:
    """Give a field; None for signatures and buttons that hold nothing."""
    kind = str(known.get("/FT", ""))
    title = string_of(known.get("/TU"))
    if kind == "/Btn":
        if flags_of(known) & 1 << 16:
            return None
        ticked, stored = _box(field, known)
        return Control(name, title, "checkbox", label=title, ticked=ticked, stored=stored)
    kinds: dict[str, Kind] = {"/Tx": "text", "/Ch": "choice"}
    if kind not in kinds:
        return None
    text = string_of(known.get("/V")).replace("\r\n", "\n").replace("\r", "\n")
    return Control(name, title, kinds[kind], text=text, label=title, options=options_of(known))


def flags_of(known: Mapping[str, object]) -> int:
    """Give a field's flags (12.7.3.1)."""
    flags = known.get("/Ff")
    return int(flags) if isinstance(flags, int) else 0


def _box(field: DictionaryObject, known: Mapping[str, object]) -> tuple[bool, str]:
    """Give what a check box shows (its appearance state), and what its value says: "1", "0" or ""."""
    kids = direct(field.get("/Kids"))
    widgets = [direct(kid) for kid in kids] if isinstance(kids, ArrayObject) else [field]
    states = [
        str(widget["/AS"]) for widget in widgets if isinstance(widget, DictionaryObject) and "/AS" in widget
    ]
    value = known.get("/V")
    stored = "" if value is None else "0" if str(value) in ("/Off", "Off", "") else "1"
    if not states:
        return stored == "1", stored
    return any(state != "/Off" for state in states), stored


def options_of(known: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Give a choice's options as (export value, words) (12.7.4.4)."""
    array = known.get("/Opt")
    found = []
    for item in array if isinstance(array, ArrayObject) else ():
        option = direct(item)
        if isinstance(option, ArrayObject) and len(option) == 2:
            found.append((string_of(option[0]), string_of(option[1])))
        else:
            found.append((string_of(option), string_of(option)))
    return tuple(found)


def string_of(value: object) -> str:
    """Give a text, also from a stream or from an array of one; "" for anything else."""
    value = direct(value)
    if isinstance(value, ArrayObject):
        return string_of(value[0]) if len(value) == 1 else ""
    if value is not None and hasattr(value, "get_data"):
        return str(value.get_data().decode("utf-8", "replace"))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value) if isinstance(value, str) else ""
