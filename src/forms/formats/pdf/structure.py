"""The structure tree of tagged PDF (ISO 32000-1, 14.7 and 14.8; PDF/UA-1).

Instances bring their elements; what was drawn says which element each marked content and annotation belongs to.
The order of children is the order of their content in reading order. Elements without content are left out, but
for table cells. Consecutive list items become one `L`, deeper ones an `L` inside the item before them.

Most instances are one fragment of text on one page. Their elements are written from a skeleton, which depends
on the shape of the instance alone and is remembered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from forms.formats.pdf.display import Element, Instance, Op, TextOp
from forms.formats.pdf.memory import Memory
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


class Marked(NamedTuple):
    """A marked content: its page (an index) and its number there."""

    page: int
    mcid: int


class Annotated(NamedTuple):
    """An annotation: the page it is on (an index), and its object number."""

    page: int
    at: int


Kid = int | Marked | Annotated


class Run:
    """Marked contents that follow each other: the page's index, the number of the first, and their elements."""

    __slots__ = ("first", "owners", "page")

    def __init__(self, page: int, first: int, owners: Sequence[int]) -> None:
        """Start with a fragment's."""
        self.page = page
        self.first = first
        self.owners = list(owners)


class Occurrence:
    """An instance as it was drawn.

    `runs` are its marked contents in reading order. `annotations` are its links and fields: element,
    annotation, and how many marked contents stand before it. `boxes` are the figures' places on their pages,
    `labels` the texts of list labels, by element. `place` is where it begins: page index and y.
    """

    __slots__ = (
        *("annotations", "body", "boxes", "first", "instance", "labels", "memory", "nested", "place"),
        *("ranks", "runs"),
    )

    def __init__(self, instance: Instance, memory: Memory[Any, Skeleton]) -> None:
        """Start without content."""
        self.instance = instance
        self.memory = memory
        self.runs: list[Run] = []
        self.annotations: list[tuple[int, Annotated, int]] = []
        self.boxes: dict[int, tuple[float, float, float, float]] = {}
        self.labels: dict[int, str] = {}
        self.place: tuple[int, float] | None = None
        self.first = 0
        self.ranks: tuple[int, ...] = ()
        self.body: _Body | None = None
        self.nested: dict[int, list[int]] = {}

    def mark(self, page: int, first: int, owners: Sequence[int]) -> None:
        """Add a fragment's marked contents, to those before where they go on in the same page."""
        if self.runs:
            last = self.runs[-1]
            if page == last.page and first == last.first + len(last.owners):
                last.owners += owners
                return
        self.runs.append(Run(page, first, owners))

    @property
    def marked(self) -> int:
        """How many marked contents there are so far."""
        return sum(len(run.owners) for run in self.runs)

    def note_labels(self, ops: Sequence[Op]) -> None:
        """Note what the labels of list items say."""
        roles = self.memory.roles
        for op in ops:
            if isinstance(op, TextOp) and op.element >= 0 and roles[op.element] == "Lbl":
                self.labels[op.element] = self.labels.get(op.element, "") + op.run.text

    def number(self, element: int) -> int:
        """Give the object number of an element that has content."""
        return self.first + self.ranks[element]


class Skeleton(NamedTuple):
    """The elements of an instance as a template for all of them, a line each.

    `numbers` says what goes in: 0 and more are ranks among the instance's elements, `_PARENT` and `_PAGE` what
    they say, from `_MCID` downwards marked contents. `ranks` gives each element's rank, -1 if it is left out.
    """

    template: bytes
    numbers: tuple[int, ...]
    ranks: tuple[int, ...]
    size: int


_PARENT, _PAGE, _MCID = -1, -2, -3


class _Body:
    """The children of an instance's elements, where a skeleton doesn't do."""

    def __init__(self, elements: Sequence[Element]) -> None:
        self.elements = elements
        self.kids: list[list[Kid]] = [[] for _ in elements]
        self.seen = [False] * len(elements)

    @classmethod
    def of(cls, occurrence: Occurrence) -> _Body:
        """Gather what was drawn, in reading order."""
        body = cls(occurrence.instance.elements)
        waiting = list(occurrence.annotations)
        before = 0
        for run in occurrence.runs:
            for mcid, element in enumerate(run.owners, run.first):
                while waiting and waiting[0][2] <= before:
                    body.add(waiting[0][0], waiting.pop(0)[1])
                body.kids[element].append(Marked(run.page, mcid))
                if not body.seen[element]:
                    body.place(element)
                before += 1
        for element, annotated, _ in waiting:
            body.add(element, annotated)
        body.settle()
        return body

    def add(self, element: int, kid: Marked | Annotated) -> None:
        """Give an element a piece of content; it and its ancestors take their place on first content."""
        self.kids[element].append(kid)
        self.place(element)

    def place(self, element: int) -> None:
        """Make an element, and its ancestors, children of their parents."""
        while not self.seen[element]:
            self.seen[element] = True
            parent = self.elements[element].parent
            if parent < 0:
                return
            self.kids[parent].append(element)
            element = parent

    def settle(self) -> None:
        """Put in empty cells, and children of one parent in the order of the tree."""
        if len(self.elements) > 1:
            for index, element in enumerate(self.elements):
                if element.role in _KEPT_EMPTY:
                    self.place(index)
        for kids in self.kids:
            children = [kid for kid in kids if type(kid) is int]
            if len(children) > 1 and children != sorted(children):
                ordered = iter(sorted(children))
                kids[:] = [next(ordered) if type(kid) is int else kid for kid in kids]

    def ranks(self) -> tuple[int, ...]:
        """Number the elements that have content; -1 for those without."""
        rank, out = 0, []
        for seen in self.seen:
            out.append(rank if seen else -1)
            rank += seen
        return tuple(out)


def skeleton(elements: Sequence[Element], owners: tuple[int, ...]) -> Skeleton:
    """Make the skeleton of an instance whose marked contents, all on one page, belong to `owners`."""
    body = _Body(elements)
    for mcid, owner in enumerate(owners):
        body.add(owner, Marked(0, mcid))
    body.settle()
    lines: list[bytes] = []
    numbers: list[int] = []
    ranks = body.ranks()
    for element, kids, seen in zip(elements, body.kids, body.seen, strict=True):
        if not seen:
            continue
        numbers.append(_PARENT if element.parent < 0 else ranks[element.parent])
        page = b""
        if any(isinstance(kid, Marked) for kid in kids):
            page = b"/Pg %d 0 R"
            numbers.append(_PAGE)
        places = [b"%d 0 R" if isinstance(kid, int) else b"%d" for kid in kids]
        numbers += [ranks[kid] if isinstance(kid, int) else _MCID - kid[1] for kid in kids]
        details = _details(element, None, "").replace(b"%", b"%%")
        lines.append(b"<</S%s/P %%d 0 R%s%s%s>>" % (name(element.role), page, _array(places), details))
    return Skeleton(b"\n".join(lines), tuple(numbers), ranks, len(lines))


_common_skeleton = lru_cache(maxsize=1024)(skeleton)
_COMMON = 6
"""Up to so many elements it costs less to remember a skeleton by its shape than to make it."""


def _skeleton_of(occurrence: Occurrence) -> Skeleton | None:
    """Give the skeleton of a simple occurrence; only what holds no words of a document is shared."""
    if occurrence.annotations or occurrence.boxes or len(occurrence.runs) != 1:
        return None
    owners = tuple(occurrence.runs[0].owners)
    memory, elements = occurrence.memory, occurrence.instance.elements
    if memory.has_lists:
        return None
    if len(elements) <= _COMMON and not any(element.alternative for element in elements):
        return _common_skeleton(elements, owners)
    if not memory.lasting:
        return None
    bones = memory.bones.get(owners)
    if bones is None:
        bones = memory.bones[owners] = skeleton(elements, owners)
    return bones


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

    def __init__(self, file: PdfFile, pages: Sequence[int]) -> None:
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
        marks: Sequence[Sequence[tuple[Occurrence, tuple[int, ...]]]],
        annotations: Sequence[tuple[Occurrence, int]],
    ) -> int:
        """Write the tree; gives the number of its root.

        `marks` holds for each page the owners (occurrence, elements) of its marked contents in their order, and
        `annotations` those of the annotations in the order of their `StructParent`, which follow the pages'.
        """
        drawn = [occurrence for occurrence in occurrences if occurrence.runs or occurrence.annotations]
        skeletons = [self._number(occurrence) for occurrence in drawn]
        parents = [self._parent(occurrence) for occurrence in drawn]
        self._close(0)
        for occurrence, bones, parent in zip(drawn, skeletons, parents, strict=True):
            if bones is not None and not occurrence.nested:
                self._file.put_all(occurrence.first, self._from_skeleton(occurrence, bones, parent))
            else:
                self._file.put_all(occurrence.first, self._elements(occurrence, parent))
        for group in self._done:
            self._file.put(
                group.at,
                b"<</S/L/P %d 0 R/K[%s]/A<</O/List/ListNumbering%s>>>>"
                % (group.parent, _references(group.items), name(group.numbering)),
            )
        self._file.put(self._document, b"<</S/Document/P %d 0 R/K[%s]>>" % (self._root, _references(self._top)))
        tree = self._file.add(b"<</Nums[%s]>>" % b"\n".join(self._parent_tree(marks, annotations)))
        self._file.put(
            self._root,
            b"<</Type/StructTreeRoot/K[%d 0 R]/ParentTree %d 0 R/ParentTreeNextKey %d>>"
            % (self._document, tree, len(marks) + len(annotations)),
        )
        return self._root

    def _number(self, occurrence: Occurrence) -> Skeleton | None:
        """Reserve the numbers of an occurrence's elements; gives its skeleton if it has one."""
        bones = _skeleton_of(occurrence)
        if bones is not None:
            occurrence.ranks = bones.ranks
            occurrence.first = self._file.reserve(bones.size)
            return bones
        occurrence.body = _Body.of(occurrence)
        occurrence.ranks = occurrence.body.ranks()
        occurrence.first = self._file.reserve(max(occurrence.ranks) + 1)
        return None

    def _parent(self, occurrence: Occurrence) -> int:
        """Find the parent of an instance's root, opening and closing lists; the root becomes its child."""
        instance, root = occurrence.instance, occurrence.first
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
            bodies = (i for i, element in enumerate(outer.instance.elements) if element.role == "LBody")
            body = next((index for index in bodies if outer.ranks[index] >= 0), 0)
            outer.nested.setdefault(body, []).append(at)
            parent = outer.number(body)
        else:
            self._top.append(at)
        instance = occurrence.instance
        numbering = list_numbering(next(iter(occurrence.labels.values()), ""))
        self._lists.append(_Group(instance.list_level, instance.list_id, at, parent, numbering))

    def _close(self, depth: int) -> None:
        if self._lists:
            self._done += self._lists[depth:]
            del self._lists[depth:]

    def _from_skeleton(self, occurrence: Occurrence, bones: Skeleton, parent: int) -> list[bytes]:
        """Fill a skeleton in."""
        run = occurrence.runs[0]
        first, mcid, at = occurrence.first, run.first, self._pages[run.page]
        numbers = [
            first + code
            if code >= 0
            else mcid + _MCID - code
            if code <= _MCID
            else parent
            if code == _PARENT
            else at
            for code in bones.numbers
        ]
        return (bones.template % tuple(numbers)).split(b"\n")

    def _elements(self, occurrence: Occurrence, parent: int) -> Iterable[bytes]:
        """Write the elements of an occurrence one by one; the common shapes at once."""
        body = occurrence.body or _Body.of(occurrence)
        first, ranks, pages = occurrence.first, occurrence.ranks, self._pages
        nested, boxes = occurrence.nested, occurrence.boxes
        for index, element in enumerate(body.elements):
            if ranks[index] < 0:
                continue
            up = first + ranks[element.parent] if element.parent >= 0 else parent
            kids = body.kids[index]
            only = kids[0] if len(kids) == 1 and index not in nested else None
            if type(only) is int:
                written = b"/K %d 0 R" % (first + ranks[only])
            elif type(only) is Marked:
                written = b"/Pg %d 0 R/K %d" % (pages[only[0]], only[1])
            else:
                written = self._kids(kids, occurrence, nested.get(index, ()))
            if element.role == "L":
                label = next((text for at, text in sorted(occurrence.labels.items()) if at > index), "")
                written += _details(element, None, label)
            elif element.attributes or element.language or element.alternative or index in boxes:
                written += _details(element, boxes.get(index), "")
            yield b"<</S%s/P %d 0 R%s>>" % (name(element.role), up, written)

    def _kids(self, kids: Sequence[Kid], occurrence: Occurrence, nested: Sequence[int]) -> bytes:
        """Write `Pg` and `K`; marked contents on the element's own page are bare numbers."""
        own = -1
        parts = []
        for kid in kids:
            if isinstance(kid, int):
                parts.append(b"%d 0 R" % occurrence.number(kid))
            elif isinstance(kid, Annotated):
                parts.append(b"<</Type/OBJR/Obj %d 0 R/Pg %d 0 R>>" % (kid.at, self._pages[kid.page]))
            elif own in (-1, kid.page):
                own = kid.page
                parts.append(b"%d" % kid.mcid)
            else:
                parts.append(b"<</Type/MCR/Pg %d 0 R/MCID %d>>" % (self._pages[kid.page], kid.mcid))
        parts += [b"%d 0 R" % at for at in nested]
        return (b"" if own < 0 else b"/Pg %d 0 R" % self._pages[own]) + _array(parts)

    def _parent_tree(
        self,
        marks: Sequence[Sequence[tuple[Occurrence, tuple[int, ...]]]],
        annotations: Sequence[tuple[Occurrence, int]],
    ) -> Iterable[bytes]:
        """Give the entries of the number tree (14.7.4.4)."""
        for key, owners in enumerate(marks):
            numbers = [
                occurrence.first + occurrence.ranks[element]
                for occurrence, elements in owners
                for element in elements
            ]
            yield b"%d[%s]" % (key, _references(numbers))
        for key, (occurrence, element) in enumerate(annotations, len(marks)):
            yield b"%d %d 0 R" % (key, occurrence.number(element))


def list_numbering(label: str) -> str:
    """Give the `ListNumbering` (14.8.5.5) that a list's first label shows."""
    core = label.strip()
    if core in _BULLETS:
        return _BULLETS[core]
    core = core.strip("().:- ")
    if core == "i" or (len(core) > 1 and not core[0].isdigit()):
        return next((kind for pattern, kind in _NUMBERINGS if pattern.fullmatch(core)), "None")
    return next((kind for pattern, kind in _NUMBERINGS[2:] if pattern.fullmatch(core)), "None")


def _references(numbers: Sequence[int]) -> bytes:
    return b"%d 0 R " * len(numbers) % tuple(numbers)


def _array(parts: Sequence[bytes]) -> bytes:
    """Write `K`: nothing, the only child, or an array."""
    if not parts:
        return b""
    return b"/K " + parts[0] if len(parts) == 1 else b"/K[%s]" % b" ".join(parts)


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
