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
from functools import lru_cache
from itertools import accumulate
from operator import add, itemgetter
from typing import NamedTuple

from msgspec import Struct

from forms.formats.pdf.display import Element, FixedElements, Instance, Op, TextOp, Tree
from forms.formats.pdf.objects import PdfFile, name, number, text_string

_KEPT_EMPTY = frozenset(("TD", "TH"))
_TABLE_ATTRIBUTES = frozenset(("Scope", "RowSpan", "ColSpan", "Headers", "Summary"))
_LEFT_OUT = -1
_FIRST, _PARENT, _OWN_BASES = 0, 1, 2
_KEPT = 32
"""Skeletons kept of one instance: they differ by page breaks and empty cells."""
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
    (r"[ivxlcdm]+", "LowerRoman"),
    (r"[IVXLCDM]+", "UpperRoman"),
    (r"[a-z]+", "LowerAlpha"),
    (r"[A-Z]+", "UpperAlpha"),
    (r"[\d.]+", "Decimal"),
)


class Shape:
    """What is written of elements wherever they stand: roles, parents as in `Element`, and finished entries.

    `details` are languages, alternative texts and attributes. `bones` keeps the skeletons of what comes again.
    """

    __slots__ = ("bones", "details", "has_labels", "has_lists", "parents", "roles")

    def __init__(self, roles: Sequence[str], parents: Sequence[int], details: Sequence[bytes]) -> None:
        """Take what there is for each element."""
        self.roles = roles
        self.parents = parents
        self.details = details
        self.has_labels = "Lbl" in roles
        self.has_lists = "L" in roles
        self.bones: dict[object, Skeleton] | None = None


class Skeleton:
    """The elements of an instance with such content, as a template for all of them, a line each.

    `numbers` say what goes in, in the order of the `%d`: the place of a number that depends on the document
    (see `Occurrence.bases`) and what is added to it. `ranks` gives each element's place among those written,
    `_LEFT_OUT` for the others.
    """

    __slots__ = ("_bases", "_lines", "_offsets", "_places", "_template", "ranks", "size")

    def __init__(
        self, lines: Sequence[bytes], numbers: Sequence[tuple[int, int]], ranks: Sequence[int]
    ) -> None:
        """Take the elements' lines."""
        self.ranks = ranks
        self.size = len(lines)
        self._template = b"\n".join(lines)
        self._places, self._offsets = zip(*numbers, strict=True)
        self._bases: Sequence[int] = ()
        self._lines: Sequence[bytes] = ()

    def fill(self, bases: Sequence[int]) -> Sequence[bytes]:
        """Give the elements. Documents of one template often have the same numbers in a row."""
        if bases != self._bases:
            numbers = map(add, map(bases.__getitem__, self._places), self._offsets)
            self._lines = (self._template % tuple(numbers)).split(b"\n")
            self._bases = bases
        return self._lines


def shape_of(elements: Sequence[Element]) -> Shape:
    """Give the shape of elements; what comes again keeps its own."""
    if not isinstance(elements, FixedElements):
        return _joined(elements) if isinstance(elements, Tree) else _shape(elements)
    known = elements.drawn
    if not isinstance(known, Shape):
        known = elements.drawn = _shape(elements)
        known.bones = {}
    return known


def _shape(elements: Sequence[Element]) -> Shape:
    details = [
        _details(element) if element.attributes or element.alternative or element.language else b""
        for element in elements
    ]
    return Shape([element.role for element in elements], [element.parent for element in elements], details)


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
    return Shape(roles, parents, details)


class Run:
    """Marked contents that follow each other: the page's index, the number of the first, and their elements."""

    __slots__ = ("first", "owners", "page")

    def __init__(self, page: int, first: int) -> None:
        """Start with none."""
        self.page = page
        self.first = first
        self.owners: list[int] = []


class Annotated(NamedTuple):
    """A link or a field: its element, its page's index, its object, and the marked contents before it."""

    element: int
    page: int
    at: int
    before: int


class Content(NamedTuple):
    """A marked content or an annotation of an element, its page's index, and where its number is found.

    `place` is that of its page in `Occurrence.bases`; its number follows there, and `offset` is added to it.
    """

    element: int
    page: int
    place: int
    offset: int
    annotated: bool


class Occurrence:
    """An instance as it was drawn.

    `runs` are its marked contents in reading order (`run`: the last), `annotations` its links and fields.
    `boxes` are the figures' places on their pages, `labels` the texts of list labels, by element. `place` is
    where it begins: page index and y. `first` is the number of its first element's object; `nested` are lists
    inside of its elements.
    """

    __slots__ = (
        *("annotations", "bones", "boxes", "first", "instance", "labels", "nested", "place", "run", "runs"),
        "shape",
    )

    def __init__(self, instance: Instance) -> None:
        """Start without content."""
        self.instance = instance
        self.shape = shape_of(instance.elements)
        self.runs: list[Run] = []
        self.run: Run | None = None
        self.annotations: list[Annotated] = []
        self.boxes: dict[int, tuple[float, float, float, float]] = {}
        self.labels: dict[int, str] = {}
        self.place: tuple[int, float] | None = None
        self.first = 0
        self.nested: dict[int, list[int]] = {}
        self.bones: Skeleton | None = None

    @property
    def marked(self) -> int:
        """How many marked contents there are so far."""
        return sum([len(run.owners) for run in self.runs])

    def number(self, element: int) -> int:
        """Give the object number of an element that is written."""
        assert self.bones is not None
        return self.first + self.bones.ranks[element]

    def note_labels(self, ops: Iterable[Op], offset: int) -> None:
        """Note what the labels of list items say; the operations' elements count from `offset`."""
        roles = self.shape.roles
        for op in ops:
            if isinstance(op, TextOp) and op.element >= 0 and roles[op.element + offset] == "Lbl":
                at = op.element + offset
                self.labels[at] = self.labels.get(at, "") + op.run.text

    def pattern(self) -> object:
        """Tell apart what makes skeletons differ; None where only this document's will do."""
        if self.boxes or self.nested or self.shape.has_lists:
            return None
        start = self.runs[0].page if self.runs else self.annotations[0].page
        marked = tuple([(run.page - start, *run.owners) for run in self.runs])
        if not self.annotations:
            return marked
        return marked, tuple([(one.element, one.page - start, one.before) for one in self.annotations])

    def bases(self, parent: int, pages: Sequence[int]) -> list[int]:
        """Give the numbers that a skeleton leaves open: own and parent's object, then two for each content.

        These are a page's object and the first marked content's number for each run, and a page's object and
        the annotation's for each of those.
        """
        bases = [self.first, parent]
        for run in self.runs:
            bases += (pages[run.page], run.first)
        for one in self.annotations:
            bases += (pages[one.page], one.at)
        return bases

    def contents(self) -> Iterator[Content]:
        """Give the contents in reading order."""
        waiting = [
            (one, place) for place, one in enumerate(self.annotations, len(self.runs) + _OWN_BASES // 2)
        ][::-1]
        before = 0
        for place, run in enumerate(self.runs, _OWN_BASES // 2):
            for offset, element in enumerate(run.owners):
                while waiting and waiting[-1][0].before <= before:
                    one, at = waiting.pop()
                    yield Content(one.element, one.page, 2 * at, 0, True)
                yield Content(element, run.page, 2 * place, offset, False)
                before += 1
        for one, at in waiting[::-1]:
            yield Content(one.element, one.page, 2 * at, 0, True)


class _Bones:
    """Makes a skeleton: of what was drawn, the order of the children, and which elements are written.

    Written are those with content, what is around them, and cells.
    """

    def __init__(self, occurrence: Occurrence) -> None:
        """Gather what was drawn."""
        self._occurrence = occurrence
        roles, parents = occurrence.shape.roles, occurrence.shape.parents
        self._own: list[list[Content]] = [[] for _ in roles]
        for content in occurrence.contents():
            self._own[content.element].append(content)
        seen = [*map(bool, self._own)]
        for element in range(len(roles) - 1, 0, -1):
            if seen[element] or roles[element] in _KEPT_EMPTY:
                seen[element] = seen[parents[element]] = True
        ranks = zip(accumulate(seen, initial=0), seen, strict=False)
        self.ranks = [rank if written else _LEFT_OUT for rank, written in ranks]
        self._children: list[list[int]] = [[] for _ in roles]
        for element in range(1, len(roles)):
            if seen[element]:
                self._children[parents[element]].append(element)
        self._numbers: list[tuple[int, int]] = []

    def make(self) -> Skeleton:
        """Make it."""
        shape = self._occurrence.shape
        lines = []
        for element, (role, up, details) in enumerate(
            zip(shape.roles, shape.parents, shape.details, strict=True)
        ):
            if self.ranks[element] == _LEFT_OUT:
                continue
            self._numbers.append((_FIRST, self.ranks[up]) if up >= 0 else (_PARENT, 0))
            written = self._kids(element) + (details + self._special(element, role)).replace(b"%", b"%%")
            lines.append(b"<</S%s/P %%d 0 R%s>>" % (name(role), written))
        return Skeleton(lines, self._numbers, self.ranks)

    def _kids(self, element: int) -> bytes:
        """Write `Pg` and `K`; marked contents on the element's own page are bare numbers."""
        numbers = self._numbers
        home = -1
        begin = len(numbers)
        parts = []
        for kid in self._in_order(element):
            if isinstance(kid, int):
                numbers.append((_FIRST, self.ranks[kid]))
                parts.append(b"%d 0 R")
            elif kid.annotated:
                numbers += ((kid.place + 1, 0), (kid.place, 0))
                parts.append(b"<</Type/OBJR/Obj %d 0 R/Pg %d 0 R>>")
            elif home in (-1, kid.page):
                if home < 0:
                    numbers.insert(begin, (kid.place, 0))
                home = kid.page
                numbers.append((kid.place + 1, kid.offset))
                parts.append(b"%d")
            else:
                numbers += ((kid.place, 0), (kid.place + 1, kid.offset))
                parts.append(b"<</Type/MCR/Pg %d 0 R/MCID %d>>")
        nested = self._occurrence.nested.get(element, ())
        parts += [b"%d 0 R" % at for at in nested]
        return (b"/Pg %d 0 R" if home >= 0 else b"") + _array(parts)

    def _in_order(self, element: int) -> Iterable[Content | int]:
        """Give content and children of an element in reading order.

        A child's place is that of its first content; several children stand in the order of the tree.
        """
        own, children = self._own[element], self._children[element]
        if not own:
            return children
        if not children:
            return own
        parents = self._occurrence.shape.parents
        found: list[float] = [_NOWHERE] * len(parents)
        places: list[tuple[float, Content | None]] = []
        for position, content in enumerate(self._occurrence.contents()):
            if content.element == element:
                places.append((position, content))
            else:
                found[content.element] = min(found[content.element], position)
        for inner in range(len(parents) - 1, element, -1):
            found[parents[inner]] = min(found[parents[inner]], found[inner])
        places += [(found[child], None) for child in children]
        waiting = iter(children)
        return [kid or next(waiting) for _, kid in sorted(places, key=itemgetter(0))]

    def _special(self, element: int, role: str) -> bytes:
        """Write what depends on this document's content: a list's numbering, and where a figure is."""
        occurrence = self._occurrence
        if role == "L":
            labels = sorted(occurrence.labels.items())
            label = next((text for at, text in labels if at > element), "")
            return b"/A<</O/List/ListNumbering%s>>" % name(list_numbering(label))
        box = occurrence.boxes.get(element)
        if box is None or role != "Figure":
            return b""
        corners = " ".join(map(number, box)).encode("ascii")
        return b"/A<</O/Layout/Placement/Block/BBox[%s]>>" % corners


def _skeleton_of(occurrence: Occurrence) -> Skeleton:
    """Give the skeleton of an occurrence, kept for what comes again."""
    kept = occurrence.shape.bones
    pattern = occurrence.pattern() if kept is not None else None
    if kept is None or pattern is None:
        return _Bones(occurrence).make()
    found = kept.get(pattern)
    if found is None:
        if len(kept) >= _KEPT:
            kept.clear()
        found = kept[pattern] = _Bones(occurrence).make()
    return found


class _Group(Struct):
    """A list that gathers items: an `L` element."""

    level: int
    list_id: str
    at: int
    parent: int
    numbering: str
    items: list[int] = []
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
        marks: Sequence[Sequence[tuple[Occurrence, Run]]],
        annotations: Sequence[tuple[Occurrence, int]],
    ) -> int:
        """Write the tree; gives the number of its root.

        `marks` holds for each page the runs of its marked contents in order, each with its occurrence, and
        `annotations` the owners (occurrence, element) of the annotations in the order of their `StructParent`,
        which follow the pages'.
        """
        drawn = [occurrence for occurrence in occurrences if occurrence.runs or occurrence.annotations]
        skeletons = [self._number(occurrence) for occurrence in drawn]
        parents = [self._parent(occurrence) for occurrence in drawn]
        self._close(0)
        for occurrence, bones, parent in zip(drawn, skeletons, parents, strict=True):
            if occurrence.nested:
                bones = _Bones(occurrence).make()
            self._file.put_all(occurrence.first, bones.fill(occurrence.bases(parent, self._pages)))
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

    def _number(self, occurrence: Occurrence) -> Skeleton:
        """Reserve the numbers of an occurrence's elements; gives its skeleton."""
        bones = occurrence.bones = _skeleton_of(occurrence)
        occurrence.first = self._file.reserve(bones.size)
        return bones

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
            assert outer.bones is not None
            bodies = (index for index, role in enumerate(outer.shape.roles) if role == "LBody")
            ranks = outer.bones.ranks
            body = next((index for index in bodies if ranks[index] != _LEFT_OUT), 0)
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

    def _parent_tree(
        self,
        marks: Sequence[Sequence[tuple[Occurrence, Run]]],
        annotations: Sequence[tuple[Occurrence, int]],
    ) -> Iterator[bytes]:
        """Give the entries of the number tree (14.7.4.4)."""
        for key, runs in enumerate(marks):
            numbers: list[int] = []
            for occurrence, run in runs:
                assert occurrence.bones is not None
                first, ranks = occurrence.first, occurrence.bones.ranks
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
        return next((kind for pattern, kind in _NUMBERINGS if re.fullmatch(pattern, core)), "None")
    return next((kind for pattern, kind in _NUMBERINGS[2:] if re.fullmatch(pattern, core)), "None")


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
