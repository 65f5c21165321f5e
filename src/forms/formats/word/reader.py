"""Reading rendered WordprocessingML into the document model.

What stays the same between documents is read once: a package's styles, lists and settings by the identity of
its members, and every static block by its text. Whatever has no place in the model but holds text or a
picture is refused (`ArtefactError`, code `unsupported-word-content`), never dropped; `unsupported` names such
places before anybody renders.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Literal

from lxml import etree
from msgspec import Struct
from msgspec.structs import replace

from forms.formats.word.model import (
    BlockControl,
    BlockItem,
    Break,
    Document,
    HeaderFooter,
    Inline,
    ListItem,
    Paragraph,
    ParagraphFormat,
    Placed,
    Section,
    SectionFormat,
    StoryUse,
    Table,
)
from forms.formats.word.numbering import Counters, Numbering
from forms.formats.word.ooxml import VAL, W, measure, whole
from forms.formats.word.parts import Block, RenderedWord, Story
from forms.formats.word.patterns import is_sound, list_items
from forms.formats.word.properties import paragraph_properties, run_properties
from forms.formats.word.reader_controls import read_control
from forms.formats.word.reader_inline import (
    TRANSPARENT,
    WITHOUT_TEXT,
    FieldState,
    InlineReader,
    StoryParts,
    has_content,
    is_on,
    refuse,
)
from forms.formats.word.reader_sections import read_section, story_references
from forms.formats.word.reader_tables import TableReader
from forms.formats.word.slots import VALUE, plain_values, skeleton_of, with_places
from forms.formats.word.styles import NO_TABLE, Styles, TableContext, parse
from forms.foundation.patterns import pattern

if TYPE_CHECKING:
    from lxml.etree import _Element

_REMEMBERED_PACKAGES = 32
_REMEMBERED_BLOCKS = 4096
_REMEMBERED_SKELETONS = 1_000_000
"""Characters of skeletons remembered of a package: some thirty variants of a long report, about 15 MB."""
_ONLY_AGAIN = 1_000
"""From so many characters on a skeleton becomes a pattern only when it is met again, as a long table may never
be: a pattern and its plan take about as long to make as reading and laying out the whole."""
_MET = 1024
_FIELD_BEGINS, _FIELD_ENDS = 'w:fldCharType="begin"', 'w:fldCharType="end"'
_PAGE_BREAK = pattern(r'w:type="(?:page|column)"')
_BOUNDARY = "<?forms-block?>"
"""Stands between blocks that are parsed in one go."""


class _SectionEnd(Struct, frozen=True):
    """The end of a section: its set-up, and relationship ids of headers and footers by use."""

    format: SectionFormat
    headers: tuple[tuple[StoryUse, str], ...]
    footers: tuple[tuple[StoryUse, str], ...]


_Key = tuple[str, tuple[str, ...]]
"""A story's name, and the template's own pieces of a block of it: the same objects in every document."""
_Part = BlockItem | _SectionEnd
_Read = tuple[tuple[_Part, tuple[ListItem, ...]], ...]
"""What a block gave: its items, each with the list items in it, in order."""


class Pattern(Struct, frozen=True):
    """What a skeleton gave, and which of a block's values belong into it.

    Or that its blocks must be read `whole`, or that what they begin goes on in others (`open`).
    """

    read: _Read | Literal["whole", "open"]
    places: tuple[int, ...] = ()


class Patterns:
    """What was made of skeletons, the most recently used ones, from any thread."""

    def __init__(self, most: int = _REMEMBERED_SKELETONS) -> None:
        """Begin empty; up to `most` characters of skeletons are remembered."""
        self._most = most
        self._lock = Lock()
        self._known: OrderedDict[_Key, Pattern] = OrderedDict()
        self._size = 0
        self._met: OrderedDict[int, None] = OrderedDict()

    def get(self, key: _Key) -> Pattern | None:
        """Give what a skeleton gave, if it is remembered."""
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
            return known

    def is_new(self, key: _Key) -> bool:
        """Whether a skeleton is met for the first time, as far as that is remembered; it is met now."""
        with self._lock:
            new = hash(key) not in self._met
            self._met[hash(key)] = None
            if len(self._met) > _MET:
                self._met.popitem(last=False)
            return new

    def put(self, key: _Key, made: Pattern) -> None:
        """Remember what a skeleton gave."""
        with self._lock:
            if key not in self._known:
                self._size += sum(map(len, key[1]))
            self._known[key] = made
            while self._size > self._most and len(self._known) > 1:
                (_, own), _ = self._known.popitem(last=False)
                self._size -= sum(map(len, own))


_WHOLE, _OPEN = Pattern("whole"), Pattern("open")


class _Package:
    """What is read once for all documents of a compiled template."""

    def __init__(self, members: Mapping[str, bytes]) -> None:
        # Holding the mapping keeps its identity from being used by another one.
        self.members = members

        def root(name: str) -> _Element | None:
            data = members.get(name)
            return parse(data) if data else None

        self.styles = Styles(root("word/styles.xml"))
        self.numbering = Numbering(root("word/numbering.xml"))
        self.styles.link(self.numbering)
        self.tables = TableReader(self.styles)
        self.blocks: OrderedDict[_Key, _Read] = OrderedDict()
        self.patterns = Patterns()
        settings = root("word/settings.xml")
        self.default_tab = 36.0
        self.even_and_odd = False
        self.compatibility = 15
        if settings is not None:
            tab = settings.find(W + "defaultTabStop")
            self.default_tab = (measure(tab.get(VAL)) if tab is not None else None) or 36.0
            self.even_and_odd = is_on(settings.find(W + "evenAndOddHeaders"))
            for setting in settings.iterfind(f"{W}compat/{W}compatSetting"):
                if setting.get(W + "name") == "compatibilityMode":
                    self.compatibility = whole(setting.get(VAL), 15)
        self.language = self.styles.default_run.get("language") or "en-GB"


class _Source(Struct, frozen=True):
    """What is read: the document, what is known of its package, and whether patterns are wanted."""

    package: _Package
    rendered: RenderedWord
    patterns: bool


_packages: OrderedDict[int, _Package] = OrderedDict()
_lock = Lock()


def _package(members: Mapping[str, bytes]) -> _Package:
    with _lock:
        known = _packages.get(id(members))
        if known is None or known.members is not members:
            known = _packages[id(members)] = _Package(members)
            while len(_packages) > _REMEMBERED_PACKAGES:
                _packages.popitem(last=False)
        else:
            _packages.move_to_end(id(members))
        return known


def read(rendered: RenderedWord, *, patterns: bool = False) -> Document:
    """Read a rendered template.

    With `patterns`, blocks that differ from document to document only in their values are given as one pattern
    and the values; `patterns.filled` makes of them what they are without.

    Raises:
        ArtefactError: if it holds text or pictures in elements that aren't supported.
        lxml.etree.XMLSyntaxError: if a part isn't well-formed.
    """
    package = _package(rendered.members)
    counters = Counters(package.numbering)
    sections: list[Section] = []
    pending: list[Placed] = []
    headers: dict[StoryUse, HeaderFooter] = {}
    footers: dict[StoryUse, HeaderFooter] = {}
    source = _Source(package, rendered, patterns)
    for part, items, static, values in _story(source, rendered.body):
        if isinstance(part, _SectionEnd):
            headers = {**headers, **_referenced(source, part.headers, counters)}
            footers = {**footers, **_referenced(source, part.footers, counters)}
            sections.append(Section(part.format, tuple(pending), headers, footers))
            pending = []
        else:
            labels = tuple([counters.label(item) for item in items]) if items else ()
            pending.append(Placed(part, labels, static, values))
    if pending or not sections:
        sections.append(Section(SectionFormat(), tuple(pending), headers, footers))
    return Document(
        tuple(sections), package.language, package.default_tab, package.even_and_odd, package.compatibility
    )


def _referenced(
    source: _Source, references: tuple[tuple[StoryUse, str], ...], counters: Counters
) -> dict[StoryUse, HeaderFooter]:
    out: dict[StoryUse, HeaderFooter] = {}
    for use, relationship in references:
        target = source.rendered.body.relationships.get(relationship, ("", ""))[1]
        name = target.lstrip("/") if target.startswith("/") else "word/" + target
        story = source.rendered.stories.get(name)
        if story is not None:
            out[use] = HeaderFooter(name, tuple(_header_blocks(source, story, counters)))
    return out


def _header_blocks(source: _Source, story: Story, counters: Counters) -> Iterator[Placed]:
    for part, items, static, values in _story(source, story):
        if not isinstance(part, _SectionEnd):
            yield Placed(part, tuple(counters.label(item) for item in items), static, values)


_Found = tuple[_Part, tuple[ListItem, ...], bool, tuple[str, ...]]
"""An item, the list items in it, whether it is the same in every document, and the values to put into it."""


def _story(source: _Source, story: Story) -> list[_Found]:
    """Give a story's items in order; what was read before from memory, all else parsed in one go."""
    results: list[_Read | None] = []
    values: list[tuple[str, ...] | None] = []
    fresh: list[tuple[int, Block]] = []
    for number, block in enumerate(story.blocks):
        known: _Read | None = None
        put: tuple[str, ...] | None = ()
        if block.static:
            known = source.package.blocks.get((story.name, block.own))
        else:
            put = None
            if source.patterns:
                pattern = _pattern(source, story, block.own)
                if pattern.read == "open":
                    return _story(_Source(source.package, source.rendered, False), story)
                if pattern.read != "whole":
                    put = plain_values(block.values, pattern.places)
                    known = None if put is None else pattern.read
        if known is None:
            fresh.append((number, block))
        results.append(known)
        values.append(put)
    if fresh:
        made = _read_blocks(source, story, [block.xml for _, block in fresh])
        for (number, block), (result, _) in zip(fresh, made, strict=True):
            results[number] = result
            if block.static:
                _remember(source.package.blocks, (story.name, block.own), result)
    return [
        (part, items, put is not None, put or ())
        for result, put in zip(results, values, strict=True)
        for part, items in result or ()
    ]


def _remember(blocks: OrderedDict[_Key, _Read], key: _Key, made: _Read) -> None:
    with _lock:
        blocks[key] = made
        while len(blocks) > _REMEMBERED_BLOCKS:
            blocks.popitem(last=False)


def _pattern(source: _Source, story: Story, own: tuple[str, ...]) -> Pattern:
    """Give the pattern of a block's own pieces, remembered. No value of a case is in it."""
    store, key = source.package.patterns, (story.name, own)
    known = store.get(key)
    if known is None:
        parted = skeleton_of(own)
        if parted is None:
            return _WHOLE
        text, places = parted
        if len(text) >= _ONLY_AGAIN and store.is_new(key):
            return _OPEN if _leaves_field(text) else _WHOLE
        known = Pattern(_read_pattern(source, story, text), places)
        store.put(key, known)
    return known


def _leaves_field(skeleton: str) -> bool:
    return skeleton.count(_FIELD_BEGINS) != skeleton.count(_FIELD_ENDS)


def _read_pattern(source: _Source, story: Story, text: str) -> _Read | Literal["whole", "open"]:
    if _leaves_field(text):
        return "open"
    # Whether a page break is the first thing in its paragraph would depend on the values.
    breaks = VALUE in text and _PAGE_BREAK.search(text)
    xml = None if breaks else with_places(text)
    if xml is None:
        return "whole"
    ((result, finished),) = _read_blocks(source, story, [xml])
    if not finished:
        return "open"
    sound = all(isinstance(part, _SectionEnd) or is_sound(part) for part, _ in result)
    return result if sound else "whole"


def _read_blocks(source: _Source, story: Story, blocks: list[str]) -> list[tuple[_Read, bool]]:
    """Read blocks that follow each other; with each, whether it left no field or bookmark to the next."""
    text = story.opening + _BOUNDARY.join(blocks) + story.closing
    root = parse(text.encode("utf-8"))
    container = root.find(W + "body") if root.tag == W + "document" else root
    rendered, package = source.rendered, source.package
    members = rendered.members
    if rendered.rendered_members:
        members = {**members, **rendered.rendered_members}
    parts = StoryParts(story.name, story.relationships, members)
    reader = BlockReader(package.styles, package.numbering, package.tables, parts)
    out: list[tuple[_Read, bool]] = []
    group: list[_Element] = []
    for child in (*container, None) if container is not None else ():
        if child is None or isinstance(child, etree._ProcessingInstruction):
            result = tuple(_with_items(part) for part in reader.parts(group))
            out.append((result, reader.finished))
            group = []
        else:
            group.append(child)
    return out


def _with_items(part: _Part) -> tuple[_Part, tuple[ListItem, ...]]:
    return part, () if isinstance(part, _SectionEnd) else tuple(list_items(part))


def _break_before(
    look: ParagraphFormat, content: tuple[Inline, ...]
) -> tuple[ParagraphFormat, tuple[Inline, ...]]:
    """Take a page or column break at a paragraph's beginning as one before it, as LibreOffice does."""
    first = content[0] if len(content) > 1 else None
    if not isinstance(first, Break) or first.kind == "line":
        return look, content
    page = first.kind == "page"
    look = replace(
        look,
        page_break_before=look.page_break_before or page,
        column_break_before=look.column_break_before or not page,
    )
    return look, content[1:]


class BlockReader:
    """Reads the block-level elements of one story."""

    def __init__(self, styles: Styles, numbering: Numbering, tables: TableReader, parts: StoryParts) -> None:
        """Take what the package says, and where the story's relationships lead."""
        self._styles = styles
        self._numbering = numbering
        self._tables = tables
        self._parts = parts
        self._fields = FieldState()
        self._bookmarks: list[str] = []

    @property
    def finished(self) -> bool:
        """Whether no field or bookmark is left open for what follows."""
        return not self._fields.frames and not self._bookmarks

    def parts(self, elements: list[_Element]) -> Iterator[_Part]:
        """Read the children of a body, header or footer, with the ends of sections."""
        for element in elements:
            if element.tag == W + "sectPr":
                yield self._section_end(element)
                continue
            yield from self._block(element, NO_TABLE)
            if element.tag == W + "p":
                section = element.find(f"{W}pPr/{W}sectPr")
                if section is not None:
                    yield self._section_end(section)

    @staticmethod
    def _section_end(element: _Element) -> _SectionEnd:
        return _SectionEnd(
            read_section(element),
            story_references(element, "headerReference"),
            story_references(element, "footerReference"),
        )

    def blocks(self, parent: _Element, table: TableContext) -> tuple[BlockItem, ...]:
        """Read the paragraphs, tables and controls in a cell or control."""
        return tuple(block for child in parent for block in self._block(child, table))

    def _block(self, element: _Element, table: TableContext) -> Iterator[BlockItem]:
        tag = element.tag
        if tag == W + "p":
            yield self._paragraph(element, table)
        elif tag == W + "tbl":
            yield self._table(element)
        elif tag == W + "sdt":
            content = element.find(W + "sdtContent")
            inner = self.blocks(content, table) if content is not None else ()
            yield BlockControl(read_control(element, "block"), inner)
        elif tag == W + "bookmarkStart":
            if element.get(W + "name") not in (None, "_GoBack"):
                self._bookmarks.append(str(element.get(W + "name")))
        elif tag == W + "tcPr":
            return
        elif tag in TRANSPARENT:
            for child in element:
                yield from self._block(child, table)
        elif (
            isinstance(tag, str) and tag not in WITHOUT_TEXT and (tag == W + "altChunk" or has_content(element))
        ):
            refuse(element, self._parts.name)

    def _table(self, element: _Element) -> Table:
        return self._tables.read(element, self.blocks, self._parts.name)

    def _paragraph(self, element: _Element, table: TableContext) -> Paragraph:
        properties = element.find(W + "pPr")
        direct = paragraph_properties(properties)
        mark = run_properties(properties.find(W + "rPr")) if properties is not None else {}
        resolved = self._styles.paragraph(direct, table, mark)
        inline = InlineReader(self._parts, resolved.runs, self._fields)
        content = inline.read(element)
        bookmarks = (*self._bookmarks, *inline.bookmarks)
        self._bookmarks.clear()
        item = None
        list_id = str(resolved.properties.get("list_id", "0"))
        if list_id != "0":
            level = resolved.properties.get("list_level", 0)
            found = self._numbering.level(list_id, level)
            if found is not None:
                label_format = resolved.runs.format({**mark, **found.run})
                item = ListItem(list_id, level, found.definition, label_format)
        look, content = _break_before(resolved.format, content)
        return Paragraph(look, content, item, bookmarks)
