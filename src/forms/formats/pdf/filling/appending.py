"""Appending pages to a filled form: the continuation sheet (ISO 32000-1, 7.7.3, 14.7).

Again an update behind the file. The sheet's objects get numbers of their own; if both files are tagged, the
sheet's structure is read after the form's.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from pypdf import PageObject, PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NumberObject, PdfObject, StreamObject

from forms.formats.pdf.field_reader import direct, opened, reference_of
from forms.formats.pdf.filling.changes import Change, change_of, reference, written
from forms.formats.pdf.filling.soundness import rewritten, tail_of
from forms.formats.pdf.filling.update import Tail, Update

_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_DEEPEST = 20


def append_pages(filled: bytes, sheet_pdf: bytes) -> bytes:
    """Append all pages of one PDF to another.

    Args:
        filled: The filled form; it keeps its fields and its structure.
        sheet_pdf: Pages without fields. Their structure goes along if the form has one.

    Raises:
        InputError: `damaged`, `encrypted`, `file-too-large`, for either.
    """

    def read(reader: PdfReader) -> bytes:
        tail = tail_of(filled, reader)
        if tail is None:
            anew = rewritten(reader)
            return append_pages(anew, sheet_pdf)
        return opened(sheet_pdf, "", lambda sheet: _Appender(filled, tail, reader, sheet).append())

    return opened(filled, "", read)


class _Appender:
    """Copies the pages of one file behind another."""

    def __init__(self, filled: bytes, tail: Tail, reader: PdfReader, sheet: PdfReader) -> None:
        data = filled if filled.endswith(b"\n") else filled + b"\n"
        self._update = Update(data, tail, tail.size)
        self._reader = reader
        self._sheet = sheet
        self._numbers: dict[int, int] = {}
        """The new number of each of the sheet's objects; of those that are not taken over, none."""
        self._waiting: list[tuple[int, PdfObject]] = []
        self._first_key = -1

    def append(self) -> bytes:
        """Give the whole file."""
        tree, its_tree = _structure(self._reader), _structure(self._sheet)
        if tree is not None and its_tree is not None:
            self._first_key = _next_key(tree)
            self._numbers[reference(its_tree)[0]] = reference(tree)[0]
        pages = [page for page in self._sheet.pages if reference_of(page) is not None]
        for page in pages:
            self._numbers[reference(page)[0]] = self._update.reserve()
        root = self._pages_root()
        for page in pages:
            self._update.put(self._numbers[reference(page)[0]], self._page(page, root))
        self._change(self._longer(root, pages))
        if tree is not None and its_tree is not None:
            for change in self._joined(tree, its_tree):
                self._change(change)
        self._finish_copies()
        return self._update.finish()

    def _change(self, change: Change) -> None:
        self._update.whole(change.number, change.generation, change.data)

    def _pages_root(self) -> DictionaryObject:
        root = direct(self._reader.root_object.get("/Pages"))
        if not isinstance(root, DictionaryObject):
            raise ValueError("no pages")
        return root

    def _page(self, page: PageObject, root: DictionaryObject) -> bytes:
        """Write a page; what it would inherit from its new parent it says itself."""
        entries = DictionaryObject(dict.items(page))
        for key in _INHERITED:
            if key not in entries and (value := _inherited(page, key)) is not None:
                dict.__setitem__(entries, key, value)
        extra = b"/Rotate 0" if "/Rotate" in root and "/Rotate" not in entries else b""
        if "/CropBox" in root and "/CropBox" not in entries:
            extra += b"/CropBox" + self._copied(entries["/MediaBox"])
        dict.pop(entries, "/Parent", None)
        at, generation = reference(root)
        return b"<<%s/Parent %d %d R%s>>" % (self._inside(entries), at, generation, extra)

    def _longer(self, root: DictionaryObject, pages: list[PageObject]) -> Change:
        """Write the form's page tree with the new pages at its end."""
        kids, count = direct(root.get("/Kids")), direct(root.get("/Count"))
        old = (
            b"".join(_plain(kid) + b" " for kid in list.__iter__(kids))
            if isinstance(kids, ArrayObject)
            else b""
        )
        new = b" ".join(b"%d 0 R" % self._numbers[reference(page)[0]] for page in pages)
        total = (int(count) if isinstance(count, int) else len(self._reader.pages)) + len(pages)
        return change_of(root, written(root, ("/Kids", "/Count")) + b"/Kids[%s%s]/Count %d" % (old, new, total))

    # structure

    def _joined(self, tree: DictionaryObject, its_tree: DictionaryObject) -> Iterator[Change]:
        """Give the form's structure with the sheet's behind it."""
        old = b" ".join(_plain(kid) for kid in _items(tree, "/K"))
        new = b" ".join(self._copied(kid) for kid in _items(its_tree, "/K"))
        roles = direct(tree.get("/RoleMap"))
        its_roles = direct(its_tree.get("/RoleMap"))
        named = written(roles) if isinstance(roles, DictionaryObject) else b""
        if isinstance(its_roles, DictionaryObject):
            known = tuple(roles) if isinstance(roles, DictionaryObject) else ()
            named += written(its_roles, known)
        parents = direct(tree.get("/ParentTree"))
        entries = dict(_entries(direct(its_tree.get("/ParentTree")), 0))
        pairs = b"".join(
            b"%d %s " % (key + self._first_key, self._copied(item)) for key, item in sorted(entries.items())
        )
        last = max(entries, default=0) + self._first_key
        if not isinstance(parents, DictionaryObject):
            raise ValueError("no parent tree")
        if "/Kids" in parents:
            leaf = self._update.add(b"<</Limits[%d %d]/Nums[%s]>>" % (self._first_key, last, pairs))
            kids = b" ".join(_plain(kid) for kid in _items(parents, "/Kids"))
            inside = written(parents, ("/Kids", "/Limits")) + b"/Kids[%s %d 0 R]" % (kids, leaf)
        else:
            there = b" ".join(_plain(item) for item in _items(parents, "/Nums"))
            inside = written(parents, ("/Nums", "/Limits")) + b"/Nums[%s %s]" % (there, pairs)
        own = written(tree, ("/K", "/RoleMap", "/ParentTree", "/ParentTreeNextKey"))
        own += b"/K[%s %s]/RoleMap<<%s>>/ParentTreeNextKey %d" % (old, new, named, last + 1)
        if reference_of(parents) is not None:
            yield change_of(parents, inside)
            own += b"/ParentTree %d %d R" % reference(parents)
        else:
            own += b"/ParentTree<<%s>>" % inside
        yield change_of(tree, own)

    # copying

    def _copied(self, item: object) -> bytes:
        """Write one of the sheet's objects with the numbers that its references have here."""
        if isinstance(item, IndirectObject):
            return self._referred(item)
        if isinstance(item, StreamObject):
            raise ValueError("a stream that is no object of its own")
        if isinstance(item, DictionaryObject):
            return b"<<%s>>" % self._inside(item)
        if isinstance(item, ArrayObject):
            return b"[%s]" % b" ".join(self._copied(part) for part in list.__iter__(item))
        return _plain(item)

    def _inside(self, entries: DictionaryObject) -> bytes:
        parts = []
        for key, value in dict.items(entries):
            if key in ("/StructParents", "/StructParent"):
                if self._first_key < 0:
                    continue
                value = NumberObject(int(direct(value)) + self._first_key)  # type: ignore[call-overload]
            parts.append(_plain(key) + b" " + self._copied(value))
        return b"".join(parts)

    def _referred(self, item: IndirectObject) -> bytes:
        """Give the new number of what a reference points to; nothing of the sheet but its pages comes along."""
        known = self._numbers.get(item.idnum)
        if known is None:
            target = direct(item)
            if target is None or (
                isinstance(target, DictionaryObject)
                and str(target.get("/Type")) in ("/Pages", "/Catalog", "/StructTreeRoot")
            ):
                return b"null"
            known = self._numbers[item.idnum] = self._update.reserve()
            self._waiting.append((known, target))  # type: ignore[arg-type]
        return b"%d 0 R" % known

    def _finish_copies(self) -> None:
        """Write all objects that were referred to, and those that they refer to."""
        while self._waiting:
            at, item = self._waiting.pop()
            if isinstance(item, StreamObject):
                data = bytes(item._data)
                entries = DictionaryObject(dict.items(item))
                dict.pop(entries, "/Length", None)
                head = b"<<%s/Length %d>>" % (self._inside(entries), len(data))
                self._update.put(at, b"%sstream\n%s\r\nendstream" % (head, data))
            else:
                self._update.put(at, self._copied(item))


def _plain(item: object) -> bytes:
    out = io.BytesIO()
    item.write_to_stream(out)  # type: ignore[attr-defined]
    return out.getvalue()


def _inherited(page: DictionaryObject, key: str) -> PdfObject | None:
    node: object = page
    for _ in range(_DEEPEST):
        if not isinstance(node, DictionaryObject):
            return None
        if key in node:
            found: PdfObject = node.raw_get(key)
            return found
        node = direct(node.get("/Parent"))
    return None


def _structure(reader: PdfReader) -> DictionaryObject | None:
    """Give a file's structure tree; None if it has none that content refers to."""
    root = direct(reader.root_object.get("/StructTreeRoot"))
    if not isinstance(root, DictionaryObject) or reference_of(root) is None:
        return None
    return root if isinstance(direct(root.get("/ParentTree")), DictionaryObject) else None


def _items(holder: DictionaryObject, key: str) -> list[PdfObject]:
    """Give the items of an array, references as they are; an item alone counts as an array of one."""
    if key not in holder:
        return []
    raw: PdfObject = holder.raw_get(key)
    array = direct(raw)
    return list(list.__iter__(array)) if isinstance(array, ArrayObject) else [raw]


def _next_key(tree: DictionaryObject) -> int:
    """Give the first key that the parent tree has not used."""
    keys = [key for key, _ in _entries(direct(tree.get("/ParentTree")), 0)]
    said = direct(tree.get("/ParentTreeNextKey"))
    return max([int(said) if isinstance(said, int) else 0, *(key + 1 for key in keys)])


def _entries(node: object, depth: int) -> Iterator[tuple[int, PdfObject]]:
    """Give the entries of a number tree (7.9.7)."""
    if not isinstance(node, DictionaryObject) or depth > _DEEPEST:
        return
    pairs = _items(node, "/Nums")
    for index in range(0, len(pairs) - 1, 2):
        key = direct(pairs[index])
        if isinstance(key, int):
            yield int(key), pairs[index + 1]
    for kid in _items(node, "/Kids"):
        yield from _entries(direct(kid), depth + 1)
