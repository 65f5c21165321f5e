"""The interactive form of a PDF as its reader and its filler both see it (ISO 32000-1, 12.7).

Real forms are looser than the standard: widgets that only their page knows, one name at several fields, buttons
without a look for their states. What follows from that for names and states is decided here, once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from forms.formats.fillable import PlaceKind
from forms.formats.pdf.field_reader import (
    MAX_FIELDS,
    direct,
    flags_of,
    options_of,
    own_entries,
    string_of,
    terminal_fields,
)

READ_ONLY, REQUIRED, NO_EXPORT = 1 << 0, 1 << 1, 1 << 2
MULTILINE, PASSWORD, FILE, COMB, RICH = 1 << 12, 1 << 13, 1 << 20, 1 << 24, 1 << 25
RADIO, PUSH = 1 << 15, 1 << 16
COMBO, EDIT, MULTI_SELECT = 1 << 17, 1 << 18, 1 << 21

_DATE = re.compile(r"AFDate_(?:Keystroke|Format)(?:Ex)?\s*\(\s*(?:[\"']([^\"']{1,40})[\"'])?")
_PATTERN = re.compile(r"[dmy /.,-]*[dmy][dmy /.,-]*")
_MAX_SCRIPT = 20_000
_MAX_CLIMB = 12


@dataclass(frozen=True, slots=True)
class Node:
    """One terminal field: its dictionary, its own and inherited entries, and its widgets (perhaps itself)."""

    entries: DictionaryObject
    known: Mapping[str, object]
    widgets: tuple[DictionaryObject, ...]


@dataclass(frozen=True, slots=True)
class FormField:
    """All that has one full name: it holds one value, wherever it stands.

    `page` is the index of the first widget's page, -1 without one. `stray` are the topmost dictionaries of
    fields that only a page knows, which `/Fields` of the form should list.
    """

    name: str
    nodes: tuple[Node, ...]
    page: int
    stray: tuple[DictionaryObject, ...] = ()

    @property
    def known(self) -> Mapping[str, object]:
        """The entries of the first node, with what it inherits."""
        return self.nodes[0].known

    @property
    def widgets(self) -> tuple[DictionaryObject, ...]:
        """The widgets of all nodes."""
        return tuple(widget for node in self.nodes for widget in node.widgets)

    @property
    def flags(self) -> int:
        """The field's flags (12.7.3.1)."""
        return flags_of(self.known)

    @property
    def kind(self) -> PlaceKind:
        """What kind of field it is."""
        first = self.nodes[0]
        return kind_of(first.known, self.flags, (first.entries, *first.widgets))

    @property
    def pattern(self) -> str:
        """How a date field writes dates; empty for others, and for writings with times."""
        first = self.nodes[0]
        said = date_format((first.entries, *first.widgets)) if self.kind == "date" else None
        return said if said and _PATTERN.fullmatch(said) else ""


def form_fields(reader: PdfReader) -> tuple[FormField, ...]:
    """Give all fields of a document in the form's order, each name once.

    A field without a name is named by its page and its place among the fields there. What a damaged file makes
    pypdf raise is passed on; call it in `field_reader.opened`.
    """
    pages = widget_pages(reader)
    found: dict[str, list[tuple[Node, DictionaryObject | None]]] = {}
    counts: dict[int, int] = {}
    seen: set[int] = set()
    for field, name, known in terminal_fields(reader):
        node = Node(field, known, tuple(_widgets(field)))
        if id(field) in seen or "/FT" not in known:
            continue
        seen |= {id(field), *map(id, node.widgets)}
        found.setdefault(name or _place_name(node, pages, counts), []).append((node, None))
    for node, name, top in _strays(reader, seen):
        found.setdefault(name or _place_name(node, pages, counts), []).append((node, top))
    if len(found) > MAX_FIELDS:
        raise ValueError("more fields than a form has")
    return tuple(
        FormField(
            name,
            _joined([node for node, _ in nodes]),
            next((pages[id(w)] for node, _ in nodes for w in node.widgets if id(w) in pages), -1),
            tuple(top for _, top in nodes if top is not None),
        )
        for name, nodes in found.items()
    )


def _joined(nodes: list[Node]) -> tuple[Node, ...]:
    """Join nodes that are one dictionary: a field that lists none of its widgets, and these from their page."""
    found: dict[int, Node] = {}
    for node in nodes:
        known = found.get(id(node.entries))
        if known is not None:
            widgets = {id(widget): widget for widget in (*known.widgets, *node.widgets)}
            if "/Rect" not in node.entries:
                widgets.pop(id(node.entries), None)
            node = Node(node.entries, node.known, tuple(widgets.values()))
        found[id(node.entries)] = node
    return tuple(found.values())


def _place_name(node: Node, pages: Mapping[int, int], counts: dict[int, int]) -> str:
    """Name a field that has no name by where it is."""
    page = next((pages[id(widget)] for widget in node.widgets if id(widget) in pages), -1)
    counts[page] = number = counts.get(page, 0) + 1
    return f"page {page + 1}, field without a name {number}"


def widget_pages(reader: PdfReader) -> dict[int, int]:
    """Give the page index of every annotation, by its dictionary's identity in this reader."""
    found: dict[int, int] = {}
    for index, page in enumerate(reader.pages):
        for item in annotations_of(page):
            found.setdefault(id(item), index)
    return found


def annotations_of(page: DictionaryObject) -> list[DictionaryObject]:
    """Give a page's annotations."""
    array = direct(page.get("/Annots"))
    items = map(direct, array) if isinstance(array, ArrayObject) else ()
    return [item for item in items if isinstance(item, DictionaryObject)]


def _widgets(field: DictionaryObject) -> list[DictionaryObject]:
    kids = direct(field.get("/Kids"))
    if not isinstance(kids, ArrayObject) or not kids:
        return [field]
    found = [direct(kid) for kid in kids]
    return list({id(kid): kid for kid in found if isinstance(kid, DictionaryObject)}.values())


def _strays(reader: PdfReader, seen: set[int]) -> Iterator[tuple[Node, str, DictionaryObject]]:
    """Give the fields of widgets that a page has and the form does not list, with their topmost field."""
    for page in reader.pages:
        for widget in annotations_of(page):
            if str(widget.get("/Subtype")) != "/Widget" or id(widget) in seen:
                continue
            seen.add(id(widget))
            chain = list(_upwards(widget))
            known: dict[str, object] = {}
            for entries in reversed(chain):
                known.update(own_entries(entries))
            name = ".".join(part for entries in reversed(chain) if (part := string_of(entries.get("/T"))))
            if "/FT" in known and name:
                field = next((entries for entries in chain if "/T" in entries), widget)
                seen.add(id(field))
                yield Node(field, known, (widget,)), name, chain[-1]


def _upwards(widget: DictionaryObject) -> Iterator[DictionaryObject]:
    """Give a dictionary and its ancestors."""
    entries: object = widget
    for _ in range(_MAX_CLIMB):
        if not isinstance(entries, DictionaryObject):
            return
        yield entries
        entries = direct(entries.get("/Parent"))


def kind_of(known: Mapping[str, object], flags: int, holders: Iterable[DictionaryObject]) -> PlaceKind:
    """Give the kind of a field by type and flags; one whose script (in one of `holders`) says so is a date."""
    kind = str(known.get("/FT", ""))
    if kind == "/Btn":
        return "button" if flags & PUSH else "radio" if flags & RADIO else "checkbox"
    if kind == "/Ch":
        return ("combo" if flags & EDIT else "choice") if flags & COMBO else "list"
    if kind == "/Sig":
        return "signature"
    found: tuple[tuple[int, PlaceKind], ...] = ((PASSWORD, "password"), (FILE, "file"))
    for bit, name in found:
        if flags & bit:
            return name
    if flags & COMB and isinstance(known.get("/MaxLen"), int) and not flags & MULTILINE:
        return "comb"
    if flags & MULTILINE:
        return "multiline"
    return "date" if date_format(holders) is not None else "text"


def date_format(holders: Iterable[DictionaryObject]) -> str | None:
    """Give how a field's script writes a date (`dd/mm/yyyy`), "" if it is not said, None if it holds no date.

    The script is only looked at; nothing runs it.
    """
    for holder in holders:
        actions = direct(holder.get("/AA"))
        if not isinstance(actions, DictionaryObject):
            continue
        for event in ("/F", "/K"):
            action = direct(actions.get(event))
            script = string_of(action.get("/JS")) if isinstance(action, DictionaryObject) else ""
            if match := _DATE.search(script[:_MAX_SCRIPT]):
                return match[1] or ""
    return None


# ── Buttons ─────────────────────────────────────────────────────────────────────────────────────────────────


def looks(widget: DictionaryObject, which: str = "/N") -> DictionaryObject | None:
    """Give a button's looks by state (12.5.5); None if it has none by state."""
    entries = direct(widget.get("/AP"))
    states = direct(entries.get(which)) if isinstance(entries, DictionaryObject) else None
    if isinstance(states, DictionaryObject) and not isinstance(states, StreamObject):
        return states
    return None


def on_state(widget: DictionaryObject, index: int, kind: PlaceKind) -> str:
    """Give the name of the state in which a button is on: its own, or one for a button that has no looks."""
    for which in ("/N", "/D"):
        for name in looks(widget, which) or ():
            if name != "/Off":
                return str(name).removeprefix("/")
    state = str(direct(widget.get("/AS")) or "").removeprefix("/")
    if state not in ("", "Off"):
        return state
    return "Yes" if kind == "checkbox" else str(index)


def button_options(field: FormField) -> tuple[tuple[str, str], ...]:
    """Give a button's states with the words that `/Opt` has for them (12.7.4.2.3), else the state's name."""
    words = [text for _, text in options_of(field.known)]
    found: dict[str, str] = {}
    for node in field.nodes:
        for index, widget in enumerate(node.widgets):
            state = on_state(widget, index, field.kind)
            if index < len(words) and words[index]:
                found.setdefault(state, words[index])
            else:
                found.setdefault(state, state)
    return tuple(found.items())


def rectangle(widget: DictionaryObject) -> tuple[float, float, float, float] | None:
    """Give a widget's place on its page, left, bottom, right, top in points; None if it says none."""
    corners = direct(widget.get("/Rect"))
    values = [direct(value) for value in corners] if isinstance(corners, ArrayObject) else []
    if len(values) != 4 or not all(isinstance(value, int | float) for value in values):
        return None
    left, bottom, right, top = (float(value) for value in values)  # type: ignore[arg-type]
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)
