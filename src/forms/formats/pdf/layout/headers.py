"""Headers and footers: which one a page shows, how high it is, and what is drawn of it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from forms.formats.pdf.display import ARTIFACT, PAGE_DIGIT, PAGES_DIGIT, Fragment
from forms.formats.pdf.fonts import FontBook
from forms.formats.pdf.layout.atoms import typesetter
from forms.formats.pdf.layout.blocks import BlockMaker, Setting, opened
from forms.formats.pdf.layout.cursors import START
from forms.formats.pdf.layout.flow import fill_cell
from forms.formats.pdf.layout.laid import Flow, LaidContent, Piece
from forms.formats.pdf.layout.memory import memory_of
from forms.formats.pdf.layout.structure import Structure
from forms.formats.word.model import (
    BlockControl,
    BlockItem,
    HeaderFooter,
    Hyperlink,
    Inline,
    InlineControl,
    PageField,
    Paragraph,
    Placed,
    Section,
    StoryUse,
)
from forms.formats.word.patterns import filled


class LaidStory(Struct, frozen=True):
    """A header or footer laid out for one page: pieces from its own top left, and its height."""

    pieces: tuple[Piece, ...]
    height: float


_EMPTY = LaidStory((), 0.0)


def use_of(section: Section, first: bool, number: int, even_and_odd: bool) -> StoryUse:
    """Say which header and footer a page shows (17.10.6): of a first, an even, or any page."""
    if first and section.format.title_page:
        return "first"
    return "even" if even_and_odd and number % 2 == 0 else "default"


def _has_number(content: tuple[Inline, ...]) -> bool:
    return any(
        isinstance(inline, PageField)
        or (isinstance(inline, Hyperlink | InlineControl) and _has_number(inline.content))
        for inline in content
    )


def has_page_number(block: BlockItem) -> bool:
    """Whether a page number stands in a block, so that it differs between pages."""
    if isinstance(block, Paragraph):
        return _has_number(block.content)
    if isinstance(block, BlockControl):
        return any(has_page_number(inner) for inner in block.blocks)
    return any(has_page_number(inner) for row in block.rows for cell in row.cells for inner in cell.blocks)


class Stories:
    """The headers and footers of one document, each laid out once for each text it shows."""

    def __init__(self, fonts: FontBook, setting: Setting) -> None:
        """Take what their layout depends on."""
        self._fonts = fonts
        self._setting = Setting(setting.language, setting.default_tab, False, setting.outdent_tables)
        self._memory = memory_of(fonts, self._setting)
        self._known: dict[tuple[object, ...], LaidStory] = {}
        self._placed: dict[tuple[object, ...], tuple[Fragment, ...]] = {}
        self._plain: dict[tuple[int, float], Flow] = {}  # blocks without page numbers
        self._numbered: dict[int, bool] = {}
        self._own: set[int] = set()  # stories that must be laid out with each page's own number

    def story(
        self, stories: Mapping[StoryUse, HeaderFooter], use: StoryUse, width: float, numbers: tuple[str, str]
    ) -> LaidStory:
        """Lay out the header or footer for a page with these numbers (its own, and how many there are).

        It has places for their digits where it can, and is then the same for pages with as many.
        """
        story = stories.get(use)
        if story is None:
            return _EMPTY
        numbered = self._numbered.get(id(story))
        if numbered is None:
            numbered = self._numbered[id(story)] = any(has_page_number(placed.block) for placed in story.blocks)
        shown = ("", "")
        if numbered:
            page, pages = numbers
            own = id(story) in self._own
            shown = numbers if own else (PAGE_DIGIT * len(page), PAGES_DIGIT * len(pages))
        key = (id(story), width, shown)
        known = self._known.get(key)
        if known is None:
            known = self._lay_out(story, width, shown)
            if known is None:
                self._own.add(id(story))
                return self.story(stories, use, width, numbers)
            self._known[key] = known
        return known

    def fragments(self, story: LaidStory, x: float, y: float) -> tuple[Fragment, ...]:
        """Place a story on a page; gives the identical fragments for each page where it stands there."""
        key = (id(story), x, y)
        known = self._placed.get(key)
        if known is None:
            placed = [Fragment(ARTIFACT, x + dx, y + dy, ops) for dx, dy, ops, _ in story.pieces if ops]
            known = self._placed[key] = tuple(placed)
        return known

    def _lay_out(self, story: HeaderFooter, width: float, numbers: tuple[str, str]) -> LaidStory | None:
        """Lay out a story; None if digits can't stand for the numbers in it."""
        flow: list[LaidContent] = []
        for placed in story.blocks:
            key = (id(placed), width)
            laid = self._plain.get(key)
            if laid is None:
                laid = self._block(placed, width, numbers)
                if laid is None:
                    return None
                if not has_page_number(placed.block):
                    self._plain[key] = laid
            flow += laid
        whole = fill_cell(tuple(flow), START, float("inf"))
        return LaidStory(tuple([piece for _, piece in whole.pieces]), whole.height)

    def _block(self, placed: Placed, width: float, numbers: tuple[str, str]) -> Flow | None:
        simple = self._memory.story(placed, width)
        laid = simple.fill(placed.values, ARTIFACT, numbers) if simple is not None else None
        if laid is not None:
            return (laid,)
        if PAGE_DIGIT in numbers[0] and has_page_number(placed.block):
            return None
        structure = Structure(self._setting.language, artifact=True)
        maker = BlockMaker(typesetter(self._fonts), structure, self._setting, iter(placed.labels), numbers)
        return maker.flow(list(opened(filled(placed).block, False)), ARTIFACT, width)
