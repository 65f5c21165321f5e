"""Pages: sections, columns, headers and footers; the one place that knows counters and neighbours (17.6)."""

from __future__ import annotations

from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from forms.formats.pdf.display import (
    ARTIFACT,
    Fragment,
    Instance,
    LaidDocument,
    LineOp,
    Op,
    Page,
    PageNumberOp,
    TextOp,
)
from forms.formats.pdf.fonts import FontBook
from forms.formats.pdf.layout.blocks import Setting
from forms.formats.pdf.layout.cursors import START, Cursor, Filled
from forms.formats.pdf.layout.flow import fill
from forms.formats.pdf.layout.headers import Stories, use_of
from forms.formats.pdf.layout.laid import Flow
from forms.formats.pdf.layout.memory import memory_of
from forms.formats.word.model import Document, Section, SectionFormat, StoryUse

_ANY_NUMBERS = ("1", "1")
"""The page numbers with which headers and footers are measured, before the right ones are known."""


class _Sheet(Struct):
    """A page in the making."""

    section: Section
    number: int
    use: StoryUse
    top: float
    bottom: float
    body: list[Fragment]


def columns_of(look: SectionFormat) -> tuple[tuple[float, float], ...]:
    """Give x and width of each column of a section's pages."""
    left = look.left + look.gutter
    if not look.columns:
        return ((left, look.text_width),)
    out = []
    for column in look.columns:
        out.append((left, column.width))
        left += column.width + column.space
    return tuple(out)


class Paginator:
    """Puts the sections of one document on pages."""

    def __init__(self, document: Document, fonts: FontBook, setting: Setting) -> None:
        """Take the document and what its layout depends on."""
        self._document = document
        self._fonts = fonts
        self._setting = setting
        self._memory = memory_of(fonts, setting)
        self._stories = Stories(fonts, setting)
        self._instances: list[Instance] = []
        self._numbered: set[int] = set()  # which of them have page numbers in them
        self._sheets: list[_Sheet] = []
        self._number = 0
        self._y = 0.0

    def run(self) -> LaidDocument:
        """Lay out everything."""
        sections = self._document.sections
        for index, section in enumerate(sections):
            following = sections[index + 1] if index + 1 < len(sections) else None
            self._section(section, balanced=following is not None and following.format.start == "continuous")
        total = str(len(self._sheets))
        pages = tuple(self._page(sheet, total) for sheet in self._sheets)
        return LaidDocument(pages, tuple(self._instances), self._setting.language)

    # --- the body

    def _section(self, section: Section, *, balanced: bool) -> None:
        look = section.format
        columns = columns_of(look)
        base = len(self._instances)
        contents = []
        for placed in section.blocks:
            for block in self._memory.lay_out(placed, columns[0][1]):
                if block.numbered:
                    self._numbered.add(len(self._instances))
                self._instances.append(block.instance)
                contents.append(block.content)
        flow: Flow = tuple(contents)
        goes_on = (
            look.start == "continuous" and self._sheets and _same_paper(look, self._sheets[-1].section.format)
        )
        if not goes_on:
            self._new_page(section, first=True)
        if len(columns) > 1 and balanced:
            self._balanced(section, flow, columns, base)
        else:
            self._columns(section, flow, columns, base)

    def _columns(
        self, section: Section, flow: Flow, columns: tuple[tuple[float, float], ...], base: int
    ) -> None:
        """Fill column after column, page after page."""
        cursor: Cursor | None = START if flow else None
        column, top, deepest, natural = 0, self._y, self._y, False
        while cursor is not None:
            sheet = self._sheets[-1]
            fresh = top <= sheet.top
            filled = fill(
                flow,
                cursor,
                sheet.bottom - top,
                drop_space=natural,
                full=sheet.bottom - sheet.top,
                force=fresh,
            )
            self._place(filled, columns[column][0], top, base)
            deepest = max(deepest, top + filled.height)
            cursor = filled.rest
            if cursor is None:
                break
            natural = not filled.forced
            if filled.forced == "page" or column + 1 == len(columns):
                self._rule(section, columns, self._y, deepest)
                self._new_page(section, first=False)
                column, top = 0, self._y
                deepest = top
            else:
                column += 1
        self._rule(section, columns, top, deepest)
        self._y = deepest

    def _balanced(
        self, section: Section, flow: Flow, columns: tuple[tuple[float, float], ...], base: int
    ) -> None:
        """Fill columns to the same height, because a continuous section follows (17.6.22)."""
        sheet = self._sheets[-1]
        room = sheet.bottom - self._y
        parts = self._parts(flow, room, len(columns))
        if parts is None:
            self._columns(section, flow, columns, base)
            return
        low, high = 0.0, room
        while high - low > 0.5:
            middle = (low + high) / 2
            tried = self._parts(flow, middle, len(columns))
            if tried is None:
                low = middle
            else:
                high, parts = middle, tried
        for (x, _), part in zip(columns, parts, strict=False):
            self._place(part, x, self._y, base)
        height = max((part.height for part in parts), default=0.0)
        self._rule(section, columns, self._y, self._y + height)
        self._y += height

    @staticmethod
    def _parts(flow: Flow, room: float, columns: int) -> list[Filled] | None:
        cursor: Cursor | None = START if flow else None
        out: list[Filled] = []
        while cursor is not None:
            if len(out) == columns:
                return None
            filled = fill(flow, cursor, room, drop_space=bool(out), full=room, force=False)
            if filled.rest == cursor or filled.forced == "page":
                return None
            out.append(filled)
            cursor = filled.rest
        return out

    def _place(self, filled: Filled, x: float, top: float, base: int) -> None:
        body = self._sheets[-1].body
        for index, (dx, dy, ops, offset) in filled.pieces:
            body.append(Fragment(base + index, x + dx, top + dy, ops, offset))

    def _rule(
        self, section: Section, columns: tuple[tuple[float, float], ...], top: float, bottom: float
    ) -> None:
        """Draw the lines between columns."""
        if not section.format.column_rule or bottom <= top:
            return
        for (x, width), (following, _) in pairwise(columns):
            middle = (x + width + following) / 2
            line = LineOp(middle, top, middle, bottom, 0.5)
            self._sheets[-1].body.append(Fragment(ARTIFACT, 0.0, 0.0, (line,)))

    # --- pages

    def _new_page(self, section: Section, *, first: bool) -> None:
        look = section.format
        number = self._number + 1
        if first and look.first_number is not None:
            number = look.first_number
        parity = {"evenPage": 0, "oddPage": 1}.get(look.start) if first else None
        if parity is not None and number % 2 != parity:
            self._append(section, number, first=False)
            number += 1
        self._append(section, number, first=first)

    def _append(self, section: Section, number: int, *, first: bool) -> None:
        look = section.format
        use = use_of(section, first, number, self._document.even_and_odd)
        header = self._stories.story(section.headers, use, look.text_width, _ANY_NUMBERS).height
        footer = self._stories.story(section.footers, use, look.text_width, _ANY_NUMBERS).height
        top, bottom = abs(look.top), abs(look.bottom)
        if look.top >= 0 and header:
            top = max(top, look.header + header)
        if look.bottom >= 0 and footer:
            bottom = max(bottom, look.footer + footer)
        self._number = number
        self._y = top
        self._sheets.append(_Sheet(section, number, use, top, look.height - bottom, []))

    def _page(self, sheet: _Sheet, total: str) -> Page:
        look = sheet.section.format
        numbers = (str(sheet.number), total)
        left = look.left + look.gutter
        header = self._stories.story(sheet.section.headers, sheet.use, look.text_width, numbers)
        footer = self._stories.story(sheet.section.footers, sheet.use, look.text_width, numbers)
        return Page(
            look.width,
            look.height,
            tuple(self._with_numbers(sheet.body, numbers)),
            self._stories.fragments(header, left, look.header),
            self._stories.fragments(footer, left, look.height - look.footer - footer.height),
            numbers,
        )

    def _with_numbers(self, body: list[Fragment], numbers: tuple[str, str]) -> list[Fragment]:
        """Put the page's numbers where the body asks for them."""
        if not self._numbered:
            return body
        return [
            replace(fragment, ops=tuple([self._number_text(op, numbers) for op in fragment.ops]))
            if fragment.instance in self._numbered and any(isinstance(op, PageNumberOp) for op in fragment.ops)
            else fragment
            for fragment in body
        ]

    def _number_text(self, op: Op, numbers: tuple[str, str]) -> Op:
        if not isinstance(op, PageNumberOp):
            return op
        text = numbers[0] if op.what == "page" else numbers[1]
        run = self._fonts.runs(text, bold="Bold" in op.face, italic="Italic" in op.face)[0]
        return TextOp(op.x, op.y, run, op.size, op.element, op.colour)


def _same_paper(first: SectionFormat, second: SectionFormat) -> bool:
    """Whether a section may go on on another's page."""
    return (first.width, first.height) == (second.width, second.height)
