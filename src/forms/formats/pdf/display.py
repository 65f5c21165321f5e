"""Laid-out pages: what layout hands to drawing. Layout decides, drawing only draws.

Everything is in points. Inside a fragment, x runs right and y runs DOWN from the fragment's origin (top
left); on a page, from the page's top left. All of it is immutable; a block laid out once may be placed in
many documents.

Structure: a laid-out block brings its own little tree of `Element`s (element 0 is its root, e.g. `P`, `H2`
or `Table`), and every operation names the element its content belongs to by index into that tree, or
`ARTIFACT`. An `Instance` is one occurrence of a block in one document, in reading order; the paginator may
cut it into fragments on several pages, and they stay one element. Nothing here knows about marked-content
numbers: they are given when the page is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Literal, overload

from msgspec import Struct, field, structs

ARTIFACT = -1
"""The element index of content that is not read aloud: rules, shading, repeated header rows."""

Colour = tuple[float, float, float]
"""Red, green, blue, 0 to 1."""

BLACK: Colour = (0.0, 0.0, 0.0)


class Glyph(Struct, frozen=True):
    """One glyph of a run; lengths in ems (multiply by the size)."""

    gid: int
    advance: float
    dx: float = 0.0
    dy: float = 0.0
    cluster: int = 0
    """Index into the run's text of the first character that this glyph stands for."""


class GlyphRun(Struct, frozen=True):
    """Shaped text in one face and one direction; glyphs are in visual order (left to right).

    `face` is a key of the font book. `width` is the sum of the advances in ems. `level` is the bidi
    embedding level (odd: right to left). `text` is in logical order.

    `plain`: each character is the one glyph that the face has for it, at its own advance, left to right;
    `glyphs` is then empty, because the text says it all (Latin, Greek and Cyrillic without marks).
    """

    face: str
    text: str
    glyphs: tuple[Glyph, ...]
    width: float
    level: int = 0
    plain: bool = False


class TextOp(Struct, frozen=True):
    """Glyphs whose baseline is `y`. `rise` is for super- and subscript.

    `space_after`: a word space follows in the text (emit it as text, so that words at a line's end don't run
    together).
    """

    x: float
    y: float
    run: GlyphRun
    size: float
    element: int
    colour: Colour = BLACK
    underline: bool = False
    strike: bool = False
    space_after: bool = False
    rise: float = 0.0


class TextLines(Struct, frozen=True):
    """Lines of plain text (see `GlyphRun.plain`) in one face and look, one below the other.

    `text` has a line feed between them; a space at a line's end is read and not seen, as `space_after`. The
    first baseline begins at (x, y), each other one at `left`, lower by `pitch` than the one before.
    """

    x: float
    y: float
    text: str
    face: str
    size: float
    element: int
    colour: Colour = BLACK
    underline: bool = False
    strike: bool = False
    left: float = 0.0
    pitch: float = 0.0

    def part(self, start: int, stop: int) -> TextLines:
        """Give the lines from `start` to `stop`, where they are."""
        text = "\n".join(self.text.split("\n")[start:stop])
        x, y = self.left if start else self.x, self.y + start * self.pitch
        return structs.replace(self, x=x, y=y, text=text)

    def lines(self) -> list[TextLines]:
        """Give each line by itself, where it is."""
        out = []
        x, y = self.x, self.y
        for line in self.text.split("\n"):
            out.append(structs.replace(self, x=x, y=y, text=line))
            x, y = self.left, y + self.pitch
        return out

    def runs(self, measure: Callable[[str], float]) -> Iterator[TextOp]:
        """Give each line that shows something as a run of its own; `measure` gives a text's width in ems."""
        look = (self.colour, self.underline, self.strike)
        for line in self.lines():
            shown = line.text.rstrip(" ")
            if shown:
                run = GlyphRun(self.face, shown, (), measure(shown), 0, True)
                yield TextOp(line.x, line.y, run, self.size, self.element, *look, len(shown) < len(line.text))


class PageNumberOp(Struct, frozen=True):
    """A `PAGE` or `NUMPAGES` field; the paginator replaces it by a `TextOp` when pages are known."""

    x: float
    y: float
    what: Literal["page", "pages"]
    face: str
    size: float
    element: int
    colour: Colour = BLACK


class RectOp(Struct, frozen=True):
    """A filled rectangle (shading), always an artifact."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour


class LineOp(Struct, frozen=True):
    """A stroked straight line (border), always an artifact. `dash` is empty for a solid line."""

    x1: float
    y1: float
    x2: float
    y2: float
    thickness: float
    colour: Colour = BLACK
    dash: tuple[float, ...] = ()


class ImageOp(Struct, frozen=True):
    """A picture; `member` is the package member's name, `data` its bytes (PNG or JPEG)."""

    x: float
    y: float
    width: float
    height: float
    member: str
    data: bytes
    element: int


class LinkOp(Struct, frozen=True):
    """The clickable area of (one line of) a hyperlink whose text belongs to `element` (a `Link`).

    `uri` is an external address, or `#bookmark` for a place in the document.
    """

    x: float
    y: float
    width: float
    height: float
    uri: str
    element: int


FieldKind = Literal["text", "multiline", "date", "choice", "combo", "checkbox"]


class FieldSpec(Struct, frozen=True):
    """A content control that is to become an AcroForm field.

    `name` is the control's tag, `title` its alias (the tooltip). `value` is the text shown ("" if empty; for
    a check box "Off" or the on-state "Yes"); `options` are (export value, label) pairs.
    """

    name: str
    kind: FieldKind
    title: str
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    required: bool = False
    max_length: int | None = None
    date_format: str = ""


class FieldOp(Struct, frozen=True):
    """Where a field's box lies; `element` is a `Form` element. Its text is drawn by the field itself."""

    x: float
    y: float
    width: float
    height: float
    field: FieldSpec
    size: float
    element: int


Op = TextOp | TextLines | PageNumberOp | RectOp | LineOp | ImageOp | LinkOp | FieldOp


class FixedOps(tuple[Op, ...]):
    """Operations that come again, as the identical object, in other documents; no value of a case is in them.

    Who draws them may keep what it made of them in `drawn`: it lives as long as they do.
    """

    drawn: object = None


class Place(GlyphRun, frozen=True):
    """Where a line of plain text goes in a `Blank` if it doesn't begin at the left; its own text is `PLACE`.

    `advances` is how wide each character is, in ems; `share` the part of a line's width by which it begins
    further left than its operation says (0.5: it is centred there, 1.0: it ends there).
    """

    share: float = 0.0
    advances: Mapping[str, float] = field(default_factory=dict)

    def run(self, line: str) -> GlyphRun:
        """Give the run of a line, with the space that may follow it."""
        text = line.rstrip(" ")
        return GlyphRun(self.face, text, (), sum(map(self.advances.__getitem__, text)), 0, True)


PLACE = "\0"
"""Stands for each line of a `TextLines` or `Place` in a `Blank`: no file has it."""


class Blank:
    """What a row of a table is without its values: operations in which some texts are a `PLACE` for each line.

    They come in parts, some of which stand in other blanks too. As `FixedOps`, it is the same in all documents.
    """

    __slots__ = ("drawn", "parts")

    def __init__(self, parts: Sequence[FixedOps]) -> None:
        """Take the parts in reading order."""
        self.parts = tuple(parts)
        self.drawn: object = None


class JoinedOps(Sequence[Op]):
    """Operations in parts, each of which is drawn as if nothing were before it: a row of a table, cell by cell.

    It reads as the tuple of all operations. If it is a `blank` with `texts` in its places, the parts are
    only made when they are asked for. A text has line feeds between its lines, which end with a space where one
    follows.
    """

    __slots__ = ("_flat", "_parts", "blank", "texts")

    def __init__(
        self, parts: Sequence[Sequence[Op]], blank: Blank | None = None, texts: Sequence[str] = ()
    ) -> None:
        """Take the parts in reading order, or what they are made of."""
        self._parts = parts
        self._flat: tuple[Op, ...] | None = None
        self.blank = blank
        self.texts = texts

    @property
    def parts(self) -> Sequence[Sequence[Op]]:
        """The parts."""
        if self.blank is not None and not self._parts:
            waiting = iter([line for text in self.texts for line in text.split("\n")])
            self._parts = [[filled_in(op, waiting) for op in part] for part in self.blank.parts]
        return self._parts

    @property
    def fixed(self) -> Iterator[Op]:
        """The operations of the blank if there is one: fields and labels of lists are never filled in."""
        return chain.from_iterable(self.parts if self.blank is None else self.blank.parts)

    def __bool__(self) -> bool:
        return True  # no row is made of nothing

    def __len__(self) -> int:
        return sum(map(len, self.parts if self.blank is None else self.blank.parts))

    def __iter__(self) -> Iterator[Op]:
        return chain.from_iterable(self.parts)

    @overload
    def __getitem__(self, index: int) -> Op: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Op, ...]: ...
    def __getitem__(self, index: int | slice) -> Op | tuple[Op, ...]:
        if self._flat is None:
            self._flat = tuple(self)
        return self._flat[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JoinedOps) and list(map(tuple, self.parts)) == list(map(tuple, other.parts))

    def __hash__(self) -> int:
        return hash(tuple(self))


def filled_in(op: Op, lines: Iterator[str]) -> Op:
    """Give an operation of a blank with the next lines, if it is a place for some."""
    if isinstance(op, TextLines) and op.text.startswith(PLACE):
        return structs.replace(op, text="\n".join(islice(lines, op.text.count("\n") + 1)))
    if not isinstance(op, TextOp) or not isinstance(op.run, Place):
        return op
    line = next(lines)
    run = op.run.run(line)
    x = op.x - run.width * op.size * op.run.share
    return structs.replace(op, x=x, run=run, space_after=len(run.text) < len(line))


class Element(Struct, frozen=True):
    """One structure element of a block. `parent` is an index into the block's elements, -1 for its root.

    `role` is a standard structure type (P, H1…H6, L, LI, Lbl, LBody, Table, TR, TH, TD, Link, Figure, Form,
    Span). `attributes` holds table attributes: ("Scope", "Column"), ("RowSpan", 2), ("ColSpan", 3).
    """

    role: str
    parent: int = -1
    language: str = ""
    alternative: str = ""
    attributes: tuple[tuple[str, str | int], ...] = ()


class FixedElements(tuple[Element, ...]):
    """Elements that come again, as the identical object, in other documents; as `FixedOps`."""

    drawn: object = None


class Chunk(Struct, frozen=True):
    """A part of a tree: elements whose `parent` counts from `base`, their first one's index in the whole tree.

    The elements with parent -1 are children of `parent`, which is an index into the whole tree. Operations
    of the chunk's content stand in fragments whose `offset` is `base`.
    """

    base: int
    parent: int
    elements: tuple[Element, ...]


class Tree(Sequence[Element]):
    """The elements of a large block, in chunks that come again in other documents; reads as one flat tuple."""

    __slots__ = ("_flat", "_length", "chunks")

    def __init__(self, chunks: tuple[Chunk, ...]) -> None:
        """Take the chunks in reading order, without gaps."""
        self.chunks = chunks
        self._length = chunks[-1].base + len(chunks[-1].elements) if chunks else 0
        self._flat: tuple[Element, ...] | None = None

    @property
    def flat(self) -> tuple[Element, ...]:
        """All elements with parents counted from the tree's first."""
        if self._flat is None:
            self._flat = tuple(
                Element(
                    one.role,
                    one.parent + chunk.base if one.parent >= 0 else chunk.parent,
                    one.language,
                    one.alternative,
                    one.attributes,
                )
                for chunk in self.chunks
                for one in chunk.elements
            )
        return self._flat

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Element]:
        return iter(self.flat)

    @overload
    def __getitem__(self, index: int) -> Element: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Element, ...]: ...
    def __getitem__(self, index: int | slice) -> Element | tuple[Element, ...]:
        return self.flat[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tree) and self.flat == other.flat

    def __hash__(self) -> int:
        return hash(self.flat)


class Instance(Struct, frozen=True, weakref=True):
    """One block of the document in reading order: its structure and how it stands among its neighbours.

    `list_id`/`list_level`: the paragraph is an item of that list (consecutive ones make one `L`; its elements
    are then LI > Lbl + LBody with level 0 the outermost). `outline` is the heading level (1…) and
    `outline_text` its text, for bookmarks; `bookmarks` are names that links may point to. `elements` of a table
    may be a `Tree`, which reads like the tuple.
    """

    elements: Sequence[Element]
    list_id: str = ""
    list_level: int = 0
    outline: int = 0
    outline_text: str = ""
    bookmarks: tuple[str, ...] = ()


class Fragment(Struct, frozen=True):
    """A part of a block on one page: operations relative to (x, y), which is from the page's top left.

    `instance` is an index into `LaidDocument.instances`, or `ARTIFACT` for headers and footers. An operation
    whose `element` is not `ARTIFACT` belongs to element `element + offset` of the instance: so a piece that is
    the same in every document has the same (identical) `ops` in all of them, wherever its structure stands.
    """

    instance: int
    x: float
    y: float
    ops: Sequence[Op]
    offset: int = 0


PAGE_DIGIT, PAGES_DIGIT = "\x01", "\x02"
"""Stand in headers and footers for each digit of the page's number and of how many pages there are.

So a header is the same (identical) on pages whose numbers have as many digits, where all digits are as wide.
"""


def with_numbers(text: str, numbers: tuple[str, str]) -> str:
    """Put a page's number and the number of pages in the place of their digits."""
    page, pages = numbers
    return text.replace(PAGE_DIGIT * len(page), page).replace(PAGES_DIGIT * len(pages), pages)


class Page(Struct, frozen=True):
    """One page. `header` and `footer` are drawn as pagination artifacts, `body` in reading order.

    `numbers` are its number and how many pages there are, for the places that header and footer leave for them.
    """

    width: float
    height: float
    body: tuple[Fragment, ...]
    header: tuple[Fragment, ...] = ()
    footer: tuple[Fragment, ...] = ()
    numbers: tuple[str, str] = ("", "")


class Sheet(Struct, frozen=True):
    """One side of a sheet of paper that shows several pages, to be folded.

    `places` are the pages by index, each with where its top left lies. `marks` are drawn as artifacts.
    """

    width: float
    height: float
    places: tuple[tuple[int, float, float], ...]
    marks: tuple[Fragment, ...] = ()


class LaidDocument(Struct, frozen=True):
    """All pages and all instances of one document; `language` is its BCP 47 tag.

    `sheets` say how pages are put on paper to be folded; without them each page is a sheet of its own.
    """

    pages: tuple[Page, ...]
    instances: tuple[Instance, ...]
    language: str = "en-GB"
    sheets: tuple[Sheet, ...] = ()


class PdfInfo(Struct, frozen=True):
    """Metadata of the file; nothing of it comes from the case but the document reference.

    `custom` goes into the Info dictionary and XMP (artefact, edition, digest …). `created` is an ISO 8601
    date and time.
    """

    title: str
    author: str
    subject: str
    keywords: str
    created: str
    custom: tuple[tuple[str, str], ...] = field(default_factory=tuple)
