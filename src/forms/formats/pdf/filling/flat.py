"""Flattening: what the fields show becomes content of their pages, and the fields are gone.

In a tagged file each widget's structure element keeps its place in the tree: instead of the widget it then
holds the marked content that shows the same (ISO 32000-1, 14.7.4).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pypdf import PageObject, PdfReader
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from forms.formats.pdf.acroform import annotations_of
from forms.formats.pdf.field_reader import direct, opened, reference_of
from forms.formats.pdf.filling.blank import drawn as placed
from forms.formats.pdf.filling.changes import Change, change_of, flat_catalog, reference, written
from forms.formats.pdf.filling.places import Drawn
from forms.formats.pdf.filling.update import Update
from forms.formats.pdf.objects import stream

_INVISIBLE = 1 << 1 | 1 << 5
"""Flags of annotations that are hidden, or not viewed (12.5.3)."""
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class _Spot:
    """A widget on a page: its number, its marked content's (-1 untagged), and how the blank form draws it."""

    number: int
    marked: int
    drawn: Drawn | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class _FlatPage:
    """A page that has widgets: everything of it but contents and pictures, written out."""

    number: int
    generation: int
    head: bytes
    contents: bytes
    resources: bytes
    pictures: bytes
    spots: tuple[_Spot, ...]


class FlatPages:
    """The pages of a blank form without its fields. `changes` are the same whatever the form is filled with."""

    def __init__(self, data: bytes) -> None:
        """Read the form once more: the structure tree is changed in what was read."""
        self.changes: tuple[Change, ...] = ()
        self._pages: tuple[_FlatPage, ...] = ()
        opened(data, "", self._read)

    def _read(self, reader: PdfReader) -> None:
        tags = _Tags(reader)
        pages = []
        for page in reader.pages:
            widgets = [item for item in annotations_of(page) if str(item.get("/Subtype")) == "/Widget"]
            if widgets:
                pages.append(_flat_page(page, widgets, tags))
        self._pages = tuple(pages)
        self.changes = (flat_catalog(reader.root_object), *tags.changes())

    def draw(self, update: Update, drawn: Mapping[int, Drawn | None]) -> None:
        """Write the pages: `drawn` says how the filled widgets look, the others look as they did."""
        start = update.add(stream(b"", b"q\n", compress=False))
        for page in self._pages:
            operators, looks = [b"Q\n"], {}
            for spot in page.spots:
                look = None if spot.hidden else drawn.get(spot.number, spot.drawn)
                shown = b""
                if look is not None:
                    looks[look.look] = b"/FormsLook%d %d 0 R" % (look.look, look.look)
                    shown = b"q %s cm /FormsLook%d Do Q\n" % (look.matrix, look.look)
                if spot.marked >= 0:
                    shown = b"/Span<</MCID %d>>BDC\n%sEMC\n" % (spot.marked, shown)
                operators.append(shown)
            end = update.add(stream(b"", b"".join(operators)))
            pictures = b"/XObject<<%s%s>>" % (page.pictures, b"".join(looks.values()))
            update.whole(
                page.number,
                page.generation,
                b"%d %d obj\n<<%s/Contents[%d 0 R %s%d 0 R]/Resources<<%s%s>>>>\nendobj\n"
                % (
                    page.number,
                    page.generation,
                    page.head,
                    start,
                    page.contents,
                    end,
                    page.resources,
                    pictures,
                ),
            )


def _flat_page(page: PageObject, widgets: list[DictionaryObject], tags: _Tags) -> _FlatPage:
    spots = []
    for widget in widgets:
        number, _ = reference(widget)
        flags = direct(widget.get("/F"))
        hidden = isinstance(flags, int) and bool(flags & _INVISIBLE)
        marked = tags.take(page, widget)
        spots.append(_Spot(number, marked, placed(_look(widget), widget), hidden))
    gone = {id(widget) for widget in widgets}
    array = direct(page.get("/Annots"))
    items = list.__iter__(array) if isinstance(array, ArrayObject) else iter(())
    kept = b"".join(_written(item) + b" " for item in items if id(direct(item)) not in gone)
    resources = direct(page.get("/Resources"))
    resources = resources if isinstance(resources, DictionaryObject) else DictionaryObject()
    pictures = direct(resources.get("/XObject"))
    head = written(page, ("/Annots", "/Contents", "/Resources"))
    at, generation = reference(page)
    return _FlatPage(
        at,
        generation,
        head + (b"/Annots[%s]" % kept if kept else b""),
        _contents(page),
        written(resources, ("/XObject",)),
        written(pictures) if isinstance(pictures, DictionaryObject) else b"",
        tuple(spots),
    )


def _look(widget: DictionaryObject) -> object:
    """Give the appearance that a widget shows."""
    looks = direct(widget.get("/AP"))
    normal = direct(looks.get("/N")) if isinstance(looks, DictionaryObject) else None
    if isinstance(normal, DictionaryObject) and not isinstance(normal, StreamObject):
        return direct(normal.get(str(direct(widget.get("/AS")) or "/Off")))
    return normal


def _contents(page: PageObject) -> bytes:
    """Give the references of a page's content streams."""
    item = dict.get(page, "/Contents")
    array = direct(item)
    if isinstance(array, ArrayObject):
        return b"".join(
            _written(part) + b" " for part in list.__iter__(array) if isinstance(part, IndirectObject)
        )
    return _written(item) + b" " if isinstance(item, IndirectObject) and array is not None else b""


def _written(item: PdfObject) -> bytes:
    out = io.BytesIO()
    item.write_to_stream(out)
    return out.getvalue()


class _Tags:
    """The structure tree, in which widgets give way to marked content; nothing happens in an untagged file."""

    def __init__(self, reader: PdfReader) -> None:
        root = direct(reader.root_object.get("/StructTreeRoot"))
        tree = direct(root.get("/ParentTree")) if isinstance(root, DictionaryObject) else None
        self._leaves: list[tuple[DictionaryObject, DictionaryObject]] = []
        if isinstance(root, DictionaryObject) and isinstance(tree, DictionaryObject) and reference_of(root):
            self._leaves = list(_leaves(tree, root, 0))
        self._changed: dict[int, PdfObject] = {}

    def take(self, page: PageObject, widget: DictionaryObject) -> int:
        """Give the number of the marked content that stands for a widget; -1 if it has no place in the tree."""
        key, page_key = direct(widget.get("/StructParent")), direct(page.get("/StructParents"))
        element = direct(self._find(key))
        marked = direct(self._find(page_key))
        at = reference_of(element)
        if not isinstance(element, DictionaryObject) or not isinstance(marked, ArrayObject) or at is None:
            return -1
        number = len(marked)
        if not self._replace(element, widget, page, number):
            return -1
        marked.append(at)
        self._change(marked)
        self._forget(key)
        return number

    def _replace(
        self, element: DictionaryObject, widget: DictionaryObject, page: PageObject, number: int
    ) -> bool:
        """Put marked content into the place that the widget has among an element's kids."""
        where = reference_of(page)
        if where is None:
            return False
        content = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/MCR"),
                NameObject("/Pg"): where,
                NameObject("/MCID"): NumberObject(number),
            }
        )
        kids = direct(element.get("/K"))
        if _holds(kids, widget):
            element[NameObject("/K")] = content
        elif isinstance(kids, ArrayObject):
            index = next((i for i, kid in enumerate(kids) if _holds(direct(kid), widget)), -1)
            if index < 0:
                return False
            kids[index] = content
            self._change(kids)
        else:
            return False
        element[NameObject("/S")] = NameObject("/Span")
        self._note(element)
        return True

    def _find(self, key: object) -> PdfObject | None:
        """Look a key up in the parent tree (7.9.7)."""
        for _, entries in self._numbered():
            for index in range(0, len(entries) - 1, 2):
                if direct(entries[index]) == key:
                    found: PdfObject = entries[index + 1]
                    return found
        return None

    def _forget(self, key: object) -> None:
        """Take a key out of the parent tree."""
        for holder, entries in self._numbered():
            for index in range(0, len(entries) - 1, 2):
                if direct(entries[index]) == key:
                    del entries[index : index + 2]
                    self._note(holder)
                    return

    def _numbered(self) -> Iterator[tuple[PdfObject, ArrayObject]]:
        """Give the pairs of each leaf, and the object that is written anew when they change."""
        for leaf, holder in self._leaves:
            entries = direct(leaf["/Nums"])
            if isinstance(entries, ArrayObject):
                yield holder if reference_of(entries) is None else entries, entries

    def _note(self, item: PdfObject) -> None:
        self._changed[id(item)] = item

    def _change(self, item: ArrayObject) -> None:
        """Say that an array is not as it was; one that is no object of its own may be part of a leaf."""
        if reference_of(item) is not None:
            self._note(item)
            return
        for holder, entries in self._numbered():
            if any(entry is item for entry in list.__iter__(entries)):
                self._note(holder)

    def changes(self) -> Iterator[Change]:
        """Give all changed objects."""
        for item in self._changed.values():
            if isinstance(item, DictionaryObject):
                yield change_of(item, written(item))
            elif (at := reference_of(item)) is not None:
                data = b"%d %d obj\n%s\nendobj\n" % (at.idnum, at.generation, _written(item))
                yield Change(at.idnum, at.generation, data)


def _holds(kid: object, widget: DictionaryObject) -> bool:
    """Say whether a kid of an element is the reference to a widget."""
    return isinstance(kid, DictionaryObject) and direct(kid.get("/Obj")) is widget


def _leaves(
    node: DictionaryObject, above: DictionaryObject, depth: int
) -> Iterator[tuple[DictionaryObject, DictionaryObject]]:
    """Give the leaves of a number tree, each with the nearest dictionary that is an object of its own."""
    if depth > _DEEPEST:
        raise ValueError("a tree too deep")
    holder = above if reference_of(node) is None else node
    if "/Nums" in node:
        yield node, holder
    kids = direct(node.get("/Kids"))
    for kid in kids if isinstance(kids, ArrayObject) else ():
        entries = direct(kid)
        if isinstance(entries, DictionaryObject):
            yield from _leaves(entries, holder, depth + 1)
