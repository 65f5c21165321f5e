"""What can be filled in in a PDF that someone else designed (ISO 32000-1, 12.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pypdf import PageObject, PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from forms.formats.fillable import Fillable, PlaceKind, Survey
from forms.formats.pdf.field_reader import direct, flags_of, opened, options_of, string_of, terminal_fields
from forms.formats.returned import plain

_READ_ONLY, _REQUIRED = 1 << 0, 1 << 1
_MULTILINE, _PASSWORD, _FILE, _COMB = 1 << 12, 1 << 13, 1 << 20, 1 << 24
_RADIO, _PUSH, _COMBO, _EDIT = 1 << 15, 1 << 16, 1 << 17, 1 << 18
_LEFT, _ABOVE = 260.0, 26.0
"""How far from a field its label may stand, in points."""

XFA = (
    "The file holds an XFA form, which only Adobe's own programs show. Its plain fields are listed; "
    "filling them in may not change what those programs show"
)
XFA_ONLY = (
    "The form is XFA alone: only Adobe's own programs show it, and nothing in it can be filled in here. "
    "Ask whoever issued it for an ordinary PDF or a Word file"
)
SIGNED = "The form is signed: a change would break the signature"
NONE = "The PDF has no fields: it can only be filled in by hand, or as the Word file it was made from"


@dataclass(frozen=True, slots=True)
class _Word:
    """A piece of text on a page, with where its baseline begins, in points."""

    x: float
    y: float
    text: str


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
    form = direct(reader.root_object.get("/AcroForm"))
    fields = terminal_fields(reader)
    pages = _pages(reader)
    texts: dict[int, list[_Word]] = {}
    places = []
    for field, name, known in fields:
        widgets = _widgets(field)
        page = next((pages[key] for widget in widgets if (key := _key(widget)) in pages), -1)
        label = plain(string_of(known.get("/TU")))
        if not label and page >= 0 and widgets:
            if page not in texts:
                texts[page] = _words(reader.pages[page])
            label = _beside(widgets[0], texts[page])
        places.append(_place(name, known, widgets, label, f"page {page + 1}" if page >= 0 else ""))
    notes = []
    if isinstance(form, DictionaryObject) and "/XFA" in form:
        notes.append(("xfa", XFA) if places else ("xfa-only", XFA_ONLY))
    elif not places:
        notes.append(("nothing-to-fill-in", NONE))
    if any(str(known.get("/FT")) == "/Sig" and known.get("/V") is not None for _, _, known in fields):
        notes.append(("signed", SIGNED))
    return Survey("pdf", tuple(places), tuple(notes))


def _place(
    name: str, known: Mapping[str, object], widgets: list[DictionaryObject], label: str, where: str
) -> Fillable:
    flags = flags_of(known)
    kind = _kind(str(known.get("/FT", "")), flags)
    longest = known.get("/MaxLen")
    options = options_of(known)
    if kind in ("checkbox", "radio"):
        options = tuple((state, state) for state in _states(widgets))
    return Fillable(
        name,
        kind,
        label,
        where,
        options,
        longest=int(longest) if isinstance(longest, int) else None,
        required=bool(flags & _REQUIRED),
        read_only=bool(flags & _READ_ONLY),
    )


def _kind(kind: str, flags: int) -> PlaceKind:
    if kind == "/Btn":
        return "button" if flags & _PUSH else "radio" if flags & _RADIO else "checkbox"
    if kind == "/Ch":
        return ("combo" if flags & _EDIT else "choice") if flags & _COMBO else "list"
    if kind == "/Sig":
        return "signature"
    found: tuple[tuple[int, PlaceKind], ...]
    found = ((_COMB, "comb"), (_PASSWORD, "password"), (_FILE, "file"), (_MULTILINE, "multiline"))
    return next((name for bit, name in found if flags & bit), "text")


def _widgets(field: DictionaryObject) -> list[DictionaryObject]:
    kids = direct(field.get("/Kids"))
    found = [direct(kid) for kid in kids] if isinstance(kids, ArrayObject) else [field]
    return [widget for widget in found if isinstance(widget, DictionaryObject)]


def _states(widgets: list[DictionaryObject]) -> list[str]:
    """Give the names of a button's states but "Off" (12.7.4.2.3)."""
    states: dict[str, None] = {}
    for widget in widgets:
        looks = direct(widget.get("/AP"))
        normal = direct(looks.get("/N")) if isinstance(looks, DictionaryObject) else None
        if isinstance(normal, DictionaryObject) and not isinstance(normal, StreamObject):
            states.update(dict.fromkeys(str(name).removeprefix("/") for name in normal if name != "/Off"))
    return list(states)


def _key(widget: DictionaryObject) -> int:
    reference = widget.indirect_reference
    return reference.idnum if reference is not None else -1


def _pages(reader: PdfReader) -> dict[int, int]:
    """Give the page of every annotation, by object number."""
    found = {}
    for number, page in enumerate(reader.pages):
        annotations = direct(page.get("/Annots"))
        for item in annotations if isinstance(annotations, ArrayObject) else ():
            found[getattr(item, "idnum", -1)] = number
    return found


# ── Labels ──────────────────────────────────────────────────────────────────────────────────────────────────


def _words(page: PageObject) -> list[_Word]:
    """Give the pieces of text of a page with their places."""
    found: list[_Word] = []

    def visit(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        if words := plain(text):
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            found.append(_Word(x, y, words))

    page.extract_text(visitor_text=visit)
    return found


def _beside(widget: DictionaryObject, words: list[_Word]) -> str:
    """Give the text that labels a field: to its left on its line, else above it, else (boxes) to its right."""
    rectangle = direct(widget.get("/Rect"))
    if not isinstance(rectangle, ArrayObject) or len(rectangle) != 4:
        return ""
    left, bottom, right, top = (float(direct(value)) for value in rectangle)  # type: ignore[arg-type]
    left, right, bottom, top = min(left, right), max(left, right), min(bottom, top), max(bottom, top)
    level = [word for word in words if bottom - 3 <= word.y <= top]
    if top - bottom < 25 and right - left < 25:  # a box: its words follow it
        after = [word for word in level if 0 <= word.x - right < 40]
        if after:
            return min(after, key=lambda word: word.x).text.strip(": ")
    before = [word for word in level if 0 <= left - word.x < _LEFT]
    if before:
        return max(before, key=lambda word: word.x).text.strip(": ")
    above = [word for word in words if 0 <= word.y - top < _ABOVE and left - 10 <= word.x < right]
    return min(above, key=lambda word: word.y).text.strip(": ") if above else ""
