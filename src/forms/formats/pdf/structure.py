"""The structure tree of tagged PDF (ISO 32000-1, 14.7 and 14.8; PDF/UA-1).

Instances bring their elements; what was drawn says which element each marked content and annotation belongs to.
The order of children is the order of their content in reading order. Elements without content are left out, but
for table cells. Consecutive list items become one `L`, deeper ones an `L` inside the item before them.

A table has hundreds of elements, nearly all with one child or one marked content: those are written in as few
steps as it takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from forms.formats.pdf.display import Element, FixedElements, Instance, Op, TextOp, Tree
from forms.formats.pdf.objects import PdfFile, name, number, text_string

_KEPT_EMPTY = frozenset(("TD", "TH"))
_TABLE_ATTRIBUTES = frozenset(("Scope", "RowSpan", "ColSpan", "Headers", "Summary"))
_LEFT_OUT = -1
_NOWHERE = float("inf")
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


class Shape(NamedTuple):
    """What is written of elements wherever they stand: roles, parents as in `Element`, and finished entries.

    `details` are languages, alternative texts and attributes.
    """

    roles: tuple[str, ...]
    parents: tuple[int, ...]
    details: tuple[bytes, ...]


def shape_of(elements: Sequence[Element]) -> Shape:
    """Give the shape of elements; what comes again keeps its own."""
    if isinstance(elements, Tree):
        return _joined(elements)
    if not isinstance(elements, FixedElements):
        return _shape(elements)
    known = elements.drawn
    if not isinstance(known, Shape):
        known = elements.drawn = _shape(elements)
    return known


def _shape(elements: Sequence[Element]) -> Shape:
    roles = tuple([element.role for element in elements])
    parents = tuple([element.parent for element in elements])
    details = tuple(
        [
            _details(element) if element.attributes or element.alternative or element.language else b""
            for element in elements
        ]
    )
    return Shape(roles, parents, details)


def _joined(tree: Tree) -> Shape:
    """Join the shapes of a tree's chunks."""
    roles: list[str] = []
    parents: list[int] = []
    details: list[bytes] = []
    for chunk in tree.chunks:
        shape, base = shape_of(chunk.elements), chunk.base
        roles += shape.roles
        parents += [base + parent if parent >= 0 else chunk.parent for parent in shape.parents]
        details += shape.details
    return Shape(tuple(roles), tuple(parents), tuple(details))


class Run:
    """Marked contents that follow each other: the page's index, the number of the first, and their elements."""

    __slots__ = ("first", "occurrence", "owners", "page")

    def __init__(self, occurrence: Occurrence, page: int, first: int) -> None:
        """Start with none."""
        self.occurrence = occurrence
        self.page = page
        self.first = first
        self.owners: list[int] = []
        occurrence.runs.append(self)


class Annotated(NamedTuple):
    """A link or a field: its element, its page's index, its object, and how many marked contents stand before."""

    element: int
    page: int
    at: int
    before: int


class Occurrence:
    """An instance as it was drawn.

    `runs` are its marked contents in reading order, `annotations` its links and fields. `boxes` are the figures'
    places on their pages, `labels` the texts of list labels, by element. `place` is where it begins: page index
    and y.
    """

    __slots__ = (
        *("annotations", "boxes", "first", "has_labels", "instance", "labels", "nested", "own", "place"),
        *("ranks", "runs", "shape"),
    )

    def __init__(self, instance: Instance) -> None:
        """Start without content."""
        self.instance = instance
        self.shape = shape_of(instance.elements)
        self.has_labels = "Lbl" in self.shape.roles
        self.runs: list[Run] = []
        self.annotations: list[Annotated] = []
        self.boxes: dict[int, tuple[float, float, float, float]] = {}
        self.labels: dict[int, str] = {}
        self.place: tuple[int, float] | None = None
        self.first = 0
        self.ranks: Sequence[int] = ()
        self.own: list[tuple[int, ...]] = []
        self.nested: dict[int, list[int]] = {}

    @property
    def marked(self) -> int:
        """How many marked contents there are so far."""
        return sum([len(run.owners) for run in self.runs])

    def note_labels(self, ops: Sequence[Op], offset: int) -> None:
        """Note what the labels of list items say; the operations' elements count from `offset`."""
        roles = self.shape.roles
        for op in ops:
            if isinstance(op, TextOp) and op.element >= 0 and roles[op.element + offset] == "Lbl":
                at = op.element + offset
                self.labels[at] = self.labels.get(at, "") + op.run.text

    def number(self, element: int) -> int:
        """Give the object number of an element that is written."""
        return self.first + self.ranks[element]

    def settle(self) -> int:
        """Work out what each element holds and which are written; gives how many.

        `own` is for each element its own content: page index and number in turn, where a number below 0 is an
        annotation's object, as `~at`. Written are those with content, what is around them, and cells.
        """
        roles, parents, _ = self.shape
        own = self.own = [()] * len(roles)
        for element, page, kid in self.contents():
            own[element] += (page, kid)
        seen = [*map(bool, own)]
        for element in range(len(roles) - 1, 0, -1):
            if seen[element] or roles[element] in _KEPT_EMPTY:
                seen[element] = seen[parents[element]] = True
        if all(seen):
            self.ranks = range(len(seen))
            return len(seen)
        self.ranks = [
            rank if written else _LEFT_OUT
            for rank, written in zip(accumulate(seen, initial=0), seen, strict=False)
        ]
        return sum(seen)

    def contents(self) -> Iterator[tuple[int, int, int]]:
        """Give the contents in reading order: element, page, and number as in `own`."""
        waiting = iter(self.annotations)
        annotated = next(waiting, None)
        before = 0
        for run in self.runs:
            page = run.page
            for mcid, element in enumerate(run.owners, run.first):
                while annotated is not None and annotated.before <= before:
                    yield annotated.element, annotated.page, ~annotated.at
                    annotated = next(waiting, None)
                yield element, page, mcid
                before += 1
        while annotated is not None:
            yield annotated.element, annotated.page, ~annotated.at
            annotated = next(waiting, None)

    def in_order(self, element: int, children: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Give content and children of an element that has both, in reading order; a child's page is -1.

        A child's place is that of its first content; several children stand in the order of the tree.
        """
        parents = self.shape.parents
        found: list[float] = [_NOWHERE] * len(parents)
        own: list[tuple[float, int, int]] = []
        for position, (owner, page, kid) in enumerate(self.contents()):
            if owner == element:
                own.append((position, page, kid))
            else:
                found[owner] = min(found[owner], position)
        for inner in range(len(parents) - 1, element, -1):
            outer = parents[inner]
            found[outer] = min(found[outer], found[inner])
        ordered = iter(children)
        for _, page, kid in sorted([*own, *((found[child], -1, child) for child in children)]):
            yield (page, kid) if page >= 0 else (-1, next(ordered))


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
        marks: Sequence[Sequence[Run]],
        annotations: Sequence[tuple[Occurrence, int]],
    ) -> int:
        """Write the tree; gives the number of its root.

        `marks` holds for each page the runs of its marked contents in their order, and `annotations` the owners
        (occurrence, element) of the annotations in the order of their `StructParent`, which follow the pages'.
        """
        drawn = [occurrence for occurrence in occurrences if occurrence.runs or occurrence.annotations]
        for occurrence in drawn:
            occurrence.first = self._file.reserve(occurrence.settle())
        parents = [self._parent(occurrence) for occurrence in drawn]
        self._close(0)
        for occurrence, parent in zip(drawn, parents, strict=True):
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

    def _elements(self, occurrence: Occurrence, parent: int) -> Iterable[bytes]:
        """Write the elements of an occurrence."""
        roles, parents, details = occurrence.shape
        own, ranks, first, pages = occurrence.own, occurrence.ranks, occurrence.first, self._pages
        special = occurrence.nested or occurrence.boxes or occurrence.labels or "L" in roles
        children: list[list[int]] = [[] for _ in roles]
        for element in range(1, len(roles)):
            if ranks[element] >= 0:
                children[parents[element]].append(element)
        lines = []
        for element, role in enumerate(roles):
            if ranks[element] < 0:
                continue
            up, content, inner = parents[element], own[element], children[element]
            above = parent if up < 0 else first + ranks[up]
            if not (inner or special) and len(content) == 2 and content[1] >= 0:
                line = b"%s/P %d 0 R/Pg %d 0 R/K %d%s>>"
                lines.append(line % (_opened(role), above, pages[content[0]], content[1], details[element]))
                continue
            if special:
                kids = self._kids(occurrence, element, inner) + self._special(occurrence, element)
            elif content:
                kids = self._kids(occurrence, element, inner)
            else:
                kids = _array([b"%d 0 R" % (first + ranks[child]) for child in inner])
            lines.append(b"%s/P %d 0 R%s%s>>" % (_opened(role), above, kids, details[element]))
        return lines

    def _special(self, occurrence: Occurrence, element: int) -> bytes:
        """Write what depends on this document's content: a list's numbering, and where a figure is."""
        role = occurrence.shape.roles[element]
        if role == "L":
            labels = sorted(occurrence.labels.items())
            label = next((text for at, text in labels if at > element), "")
            return b"/A<</O/List/ListNumbering%s>>" % name(list_numbering(label))
        box = occurrence.boxes.get(element)
        if box is None or role != "Figure":
            return b""
        corners = " ".join(map(number, box)).encode("ascii")
        return b"/A<</O/Layout/Placement/Block/BBox[%s]>>" % corners

    def _kids(self, occurrence: Occurrence, element: int, children: Sequence[int]) -> bytes:
        """Write `Pg` and `K`; marked contents on the element's own page are bare numbers."""
        content = occurrence.own[element]
        kids: Iterable[tuple[int, int]]
        if not content:
            kids = [(-1, child) for child in children]
        elif not children:
            kids = zip(content[::2], content[1::2], strict=True)
        else:
            kids = occurrence.in_order(element, children)
        home = -1
        parts = []
        for page, kid in kids:
            if page < 0:
                parts.append(b"%d 0 R" % occurrence.number(kid))
            elif kid < 0:
                parts.append(b"<</Type/OBJR/Obj %d 0 R/Pg %d 0 R>>" % (~kid, self._pages[page]))
            elif home in (-1, page):
                home = page
                parts.append(b"%d" % kid)
            else:
                parts.append(b"<</Type/MCR/Pg %d 0 R/MCID %d>>" % (self._pages[page], kid))
        parts += [b"%d 0 R" % at for at in occurrence.nested.get(element, ())]
        return (b"" if home < 0 else b"/Pg %d 0 R" % self._pages[home]) + _array(parts)

    def _parent_tree(
        self, marks: Sequence[Sequence[Run]], annotations: Sequence[tuple[Occurrence, int]]
    ) -> Iterator[bytes]:
        """Give the entries of the number tree (14.7.4.4)."""
        for key, runs in enumerate(marks):
            numbers: list[int] = []
            for run in runs:
                first, ranks = run.occurrence.first, run.occurrence.ranks
                numbers += [first + ranks[element] for element in run.owners]
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


@lru_cache(maxsize=64)
def _opened(role: str) -> bytes:
    """Write the beginning of an element."""
    return b"<</S" + name(role)


def _details(element: Element) -> bytes:
    """Write language, alternative text and a table's attributes."""
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
    return b"".join(parts)
