"""Reading rendered WordprocessingML into the document model.

What stays the same between documents is read once: a package's styles, lists and settings by the identity of
its members, and every static block by its text. Whatever has no place in the model but holds text or a
picture is refused (`ArtefactError`, code `unsupported-word-content`), never dropped; `unsupported` names such
places before anybody renders.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from lxml import etree

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
from forms.formats.word.styles import NO_TABLE, Styles, TableContext, parse

if TYPE_CHECKING:
    from lxml.etree import _Element

_REMEMBERED_PACKAGES = 32
_REMEMBERED_BLOCKS = 4096
_BOUNDARY = "<?forms-block?>"
"""Stands between blocks that are parsed in one go."""


@dataclass(frozen=True, slots=True)
class _SectionEnd:
    """The end of a section: its set-up, and relationship ids of headers and footers by use."""

    format: SectionFormat
    headers: tuple[tuple[StoryUse, str], ...]
    footers: tuple[tuple[StoryUse, str], ...]


_Part = BlockItem | _SectionEnd
_Read = tuple[tuple[_Part, tuple[ListItem, ...]], ...]
"""What a block gave: its items, each with the list items in it, in order."""


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
        self.blocks: OrderedDict[tuple[str, str], _Read] = OrderedDict()
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


def read(rendered: RenderedWord) -> Document:
    """Read a rendered template.

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
    for part, items, static in _story(package, rendered, rendered.body):
        if isinstance(part, _SectionEnd):
            headers = {**headers, **_referenced(package, rendered, part.headers, counters)}
            footers = {**footers, **_referenced(package, rendered, part.footers, counters)}
            sections.append(Section(part.format, tuple(pending), headers, footers))
            pending = []
        else:
            pending.append(Placed(part, tuple(counters.label(item) for item in items), static))
    if pending or not sections:
        sections.append(Section(SectionFormat(), tuple(pending), headers, footers))
    return Document(
        tuple(sections), package.language, package.default_tab, package.even_and_odd, package.compatibility
    )


def _referenced(
    package: _Package, rendered: RenderedWord, references: tuple[tuple[StoryUse, str], ...], counters: Counters
) -> dict[StoryUse, HeaderFooter]:
    out: dict[StoryUse, HeaderFooter] = {}
    for use, relationship in references:
        target = rendered.body.relationships.get(relationship, ("", ""))[1]
        name = target.lstrip("/") if target.startswith("/") else "word/" + target
        story = rendered.stories.get(name)
        if story is not None:
            out[use] = HeaderFooter(name, tuple(_header_blocks(package, rendered, story, counters)))
    return out


def _header_blocks(
    package: _Package, rendered: RenderedWord, story: Story, counters: Counters
) -> Iterator[Placed]:
    for part, items, static in _story(package, rendered, story):
        if not isinstance(part, _SectionEnd):
            yield Placed(part, tuple(counters.label(item) for item in items), static)


def _story(
    package: _Package, rendered: RenderedWord, story: Story
) -> Iterator[tuple[_Part, tuple[ListItem, ...], bool]]:
    """Yield a story's items in order; static blocks from memory, all others parsed in one go."""
    known: dict[str, _Read | None] = {}  # of this story's static blocks; two may be alike (spacers)
    fresh: list[Block] = []
    for block in story.blocks:
        if block.static:
            if block.xml in known:
                continue
            known[block.xml] = package.blocks.get((story.name, block.xml))
            if known[block.xml] is not None:
                continue
        fresh.append(block)
    results = iter(_read_blocks(package, rendered, story, fresh))
    for block in story.blocks:
        result = known[block.xml] if block.static else None
        if result is None:
            result = next(results)
            if block.static:
                known[block.xml] = result
                _remember(package, (story.name, block.xml), result)
        for part, items in result:
            yield part, items, block.static


def _remember(package: _Package, key: tuple[str, str], result: _Read) -> None:
    with _lock:
        package.blocks[key] = result
        while len(package.blocks) > _REMEMBERED_BLOCKS:
            package.blocks.popitem(last=False)


def _read_blocks(
    package: _Package, rendered: RenderedWord, story: Story, blocks: list[Block]
) -> Iterator[_Read]:
    if not blocks:
        return
    text = story.opening + _BOUNDARY.join(block.xml for block in blocks) + story.closing
    root = parse(text.encode("utf-8"))
    container = root.find(W + "body") if root.tag == W + "document" else root
    members = rendered.members
    if rendered.rendered_members:
        members = {**members, **rendered.rendered_members}
    parts = StoryParts(story.name, story.relationships, members)
    reader = BlockReader(package.styles, package.numbering, package.tables, parts)
    group: list[_Element] = []
    for child in container if container is not None else ():
        if isinstance(child, etree._ProcessingInstruction):
            yield tuple(_with_items(part) for part in reader.parts(group))
            group = []
        else:
            group.append(child)
    yield tuple(_with_items(part) for part in reader.parts(group))


def _with_items(part: _Part) -> tuple[_Part, tuple[ListItem, ...]]:
    return part, () if isinstance(part, _SectionEnd) else tuple(list_items(part))


def list_items(block: BlockItem) -> Iterator[ListItem]:
    """Yield the list items of all numbered paragraphs in a block, in document order."""
    if isinstance(block, Paragraph):
        if block.item is not None:
            yield block.item
    elif isinstance(block, BlockControl):
        for inner in block.blocks:
            yield from list_items(inner)
    else:
        for row in block.rows:
            for cell in row.cells:
                for inner in cell.blocks:
                    yield from list_items(inner)


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
