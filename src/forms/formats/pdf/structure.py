"""The structure tree of tagged PDF (ISO 32000-1, 14.7 and 14.8; PDF/UA-1).

Instances bring their elements; what was drawn says which element each marked content and annotation belongs to.
The order of children is the order of their content in reading order. Elements without content are left out, but
for table cells. Consecutive list items become one `L`, deeper ones an `L` inside the item before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from forms.formats.pdf.display import Element, Instance
from forms.formats.pdf.objects import PdfFile, name, number, text_string

_KEPT_EMPTY = frozenset(("TD", "TH"))
_TABLE_ATTRIBUTES = frozenset(("Scope", "RowSpan", "ColSpan", "Headers", "Summary"))
_BULLETS = {
    "•": "Disc",
    "\uf0b7": "Disc",
    "●": "Disc",
    "o": "Circle",
    "◦": "Circle",
    "○": "Circle",
    "▪": "Square",
}
_NUMBERINGS = (
    (re.compile(r"[ivxlcdm]+"), "LowerRoman"),
    (re.compile(r"[IVXLCDM]+"), "UpperRoman"),
    (re.compile(r"[a-z]+"), "LowerAlpha"),
    (re.compile(r"[A-Z]+"), "UpperAlpha"),
    (re.compile(r"[\d.]+"), "Decimal"),
)


@dataclass(frozen=True, slots=True)
class Marked:
    """A marked content: its page (an index) and its number there."""

    page: int
    mcid: int


@dataclass(frozen=True, slots=True)
class Annotated:
    """An annotation: its object number and the page it is on (an index)."""

    page: int
    annotation: int


Kid = int | Marked | Annotated


@dataclass(slots=True)
class Occurrence:
    """An instance as it was drawn. `kids` holds for each element its content, and its children by index."""

    instance: Instance
    kids: list[list[Kid]]
    seen: list[bool]
    boxes: dict[int, tuple[float, float, float, float]] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    first: int = 0
    numbers: dict[int, int] = field(default_factory=dict)
    nested: dict[int, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, instance: Instance) -> Occurrence:
        """Start without content."""
        count = len(instance.elements)
        return cls(instance, [[] for _ in range(count)], [False] * count)

    def add(self, element: int, kid: Marked | Annotated) -> None:
        """Give an element a piece of content; it and its ancestors take their place on first content."""
        self.kids[element].append(kid)
        self._place(element)

    def _place(self, element: int) -> None:
        while not self.seen[element]:
            self.seen[element] = True
            parent = self.instance.elements[element].parent
            if parent < 0:
                return
            self.kids[parent].append(element)
            element = parent

    def first_label(self, element: int) -> str:
        """Give the text of the first label inside an element."""
        return next((text for index, text in sorted(self.labels.items()) if index > element), "")

    def settle(self) -> None:
        """Put in empty cells, and children of one parent in the order of the tree."""
        elements = self.instance.elements
        if len(elements) > 1 and self.seen[0]:
            for index, element in enumerate(elements):
                if element.role in _KEPT_EMPTY:
                    self._place(index)
        for kids in self.kids:
            children = [kid for kid in kids if isinstance(kid, int)]
            if children != sorted(children):
                ordered = iter(sorted(children))
                kids[:] = [next(ordered) if isinstance(kid, int) else kid for kid in kids]


@dataclass(slots=True)
class _Group:
    """A list that gathers items: an `L` element."""

    level: int
    list_id: str
    at: int
    parent: int
    numbering: str
    items: list[int] = field(default_factory=list)
    last: Occurrence | None = None


class StructureTree:
    """Writes the tree of one document."""

    def __init__(self, file: PdfFile, pages: list[int]) -> None:
        """Take the file and its pages' object numbers."""
        self._file = file
        self._pages = pages
        self._root = file.reserve()
        self._document = file.reserve()
        self._top: list[int] = []
        self._lists: list[_Group] = []
        self._done: list[_Group] = []

    def write(
        self,
        occurrences: Iterable[Occurrence],
        marks: list[list[tuple[Occurrence, int]]],
        annotations: list[tuple[Occurrence, int]],
    ) -> int:
        """Write the tree; gives the number of its root.

        `marks` holds for each page the owner (occurrence, element) of each of its marked contents, and
        `annotations` those of the annotations in the order of their `StructParent`, which follow the pages'.
        """
        drawn = [occurrence for occurrence in occurrences if occurrence.seen[0]]
        for occurrence in drawn:
            occurrence.settle()
            present = [index for index, seen in enumerate(occurrence.seen) if seen]
            occurrence.first = self._file.reserve(len(present))
            occurrence.numbers = {index: occurrence.first + rank for rank, index in enumerate(present)}
        parents = [self._parent(occurrence) for occurrence in drawn]
        self._close(0)
        for occurrence, parent in zip(drawn, parents, strict=True):
            self._file.put_all(occurrence.first, self._elements(occurrence, parent))
        for group in self._done:
            kids = _references(group.items)
            self._file.put(
                group.at,
                b"<</S/L/P %d 0 R/K[%s]/A<</O/List/ListNumbering/%s>>>>"
                % (group.parent, kids, group.numbering.encode("ascii")),
            )
        self._file.put(self._document, b"<</S/Document/P %d 0 R/K[%s]>>" % (self._root, _references(self._top)))
        nums = [
            b"%d[%s]" % (page, _references(occurrence.numbers[element] for occurrence, element in owners))
            for page, owners in enumerate(marks)
        ]
        nums += [
            b"%d %d 0 R" % (key, occurrence.numbers[element])
            for key, (occurrence, element) in enumerate(annotations, len(marks))
        ]
        tree = self._file.add(b"<</Nums[%s]>>" % b"\n".join(nums))
        self._file.put(
            self._root,
            b"<</Type/StructTreeRoot/K[%d 0 R]/ParentTree %d 0 R/ParentTreeNextKey %d>>"
            % (self._document, tree, len(marks) + len(annotations)),
        )
        return self._root

    def _parent(self, occurrence: Occurrence) -> int:
        """Find the parent of an instance's root, opening and closing lists; the root becomes its child."""
        instance, root = occurrence.instance, occurrence.numbers[0]
        if not instance.list_id or instance.elements[0].role != "LI":
            self._close(0)
            self._top.append(root)
            return self._document
        level = instance.list_level
        while self._lists:
            top = self._lists[-1]
            if top.level < level or (top.level == level and top.list_id == instance.list_id):
                break
            self._close(len(self._lists) - 1)
        if not self._lists or self._lists[-1].level < level:
            self._open(occurrence)
        group = self._lists[-1]
        group.items.append(root)
        group.last = occurrence
        return group.at

    def _open(self, occurrence: Occurrence) -> None:
        """Open a list at the top or inside the body of the item before."""
        at = self._file.reserve()
        parent = self._document
        if self._lists:
            outer = self._lists[-1].last
            assert outer is not None
            body = next((i for i in outer.numbers if outer.instance.elements[i].role == "LBody"), 0)
            outer.nested.setdefault(body, []).append(at)
            parent = outer.numbers[body]
        else:
            self._top.append(at)
        instance = occurrence.instance
        self._lists.append(
            _Group(
                instance.list_level,
                instance.list_id,
                at,
                parent,
                list_numbering(next(iter(occurrence.labels.values()), "")),
            )
        )

    def _close(self, depth: int) -> None:
        self._done += self._lists[depth:]
        del self._lists[depth:]

    def _elements(self, occurrence: Occurrence, parent: int) -> Iterable[bytes]:
        """Write the elements of one instance that have content."""
        for index in occurrence.numbers:
            element = occurrence.instance.elements[index]
            up = occurrence.numbers[element.parent] if element.parent >= 0 else parent
            box = occurrence.boxes.get(index)
            label = occurrence.first_label(index) if element.role == "L" else ""
            nested = occurrence.nested.get(index)
            kids = self._kids(occurrence.kids[index], occurrence.numbers, nested)
            yield b"<</S%s/P %d 0 R%s%s>>" % (name(element.role), up, kids, _details(element, box, label))

    def _kids(self, kids: list[Kid], numbers: dict[int, int], nested: list[int] | None) -> bytes:
        """Write `Pg` and `K`; marked contents on the element's own page are bare numbers."""
        own = next((kid.page for kid in kids if isinstance(kid, Marked)), None)
        parts = []
        for kid in kids:
            if isinstance(kid, int):
                parts.append(b"%d 0 R" % numbers[kid])
            elif isinstance(kid, Annotated):
                page = self._pages[kid.page]
                parts.append(b"<</Type/OBJR/Obj %d 0 R/Pg %d 0 R>>" % (kid.annotation, page))
            elif kid.page == own:
                parts.append(b"%d" % kid.mcid)
            else:
                parts.append(b"<</Type/MCR/Pg %d 0 R/MCID %d>>" % (self._pages[kid.page], kid.mcid))
        parts += [b"%d 0 R" % at for at in nested or ()]
        page_entry = b"" if own is None else b"/Pg %d 0 R" % self._pages[own]
        if not parts:
            return page_entry
        return page_entry + (b"/K " + parts[0] if len(parts) == 1 else b"/K[%s]" % b" ".join(parts))


def list_numbering(label: str) -> str:
    """Give the `ListNumbering` (14.8.5.5) that a list's first label shows."""
    core = label.strip()
    if core in _BULLETS:
        return _BULLETS[core]
    core = core.strip("().:- ")
    if core == "i" or (len(core) > 1 and not core[0].isdigit()):
        return next((kind for pattern, kind in _NUMBERINGS if pattern.fullmatch(core)), "None")
    return next((kind for pattern, kind in _NUMBERINGS[2:] if pattern.fullmatch(core)), "None")


def _references(numbers: Iterable[int]) -> bytes:
    return b" ".join([b"%d 0 R" % at for at in numbers])


def _details(element: Element, box: tuple[float, float, float, float] | None, label: str) -> bytes:
    """Write language, alternative text and attributes; `label` is a list's first label."""
    if element.role == "L":
        return b"/A<</O/List/ListNumbering%s>>" % name(list_numbering(label))
    if not (element.language or element.alternative or element.attributes or box):
        return b""
    parts = []
    if element.language:
        parts.append(b"/Lang" + text_string(element.language))
    if element.alternative:
        parts.append(b"/Alt" + text_string(element.alternative))
    table = b"".join(
        b"/%s%s" % (key.encode("ascii"), name(value) if isinstance(value, str) else b" %d" % value)
        for key, value in element.attributes
        if key in _TABLE_ATTRIBUTES
    )
    if table:
        parts.append(b"/A<</O/Table%s>>" % table)
    if box and element.role == "Figure":
        corners = " ".join(map(number, box)).encode("ascii")
        parts.append(b"/A<</O/Layout/Placement/Block/BBox[%s]>>" % corners)
    return b"".join(parts)
