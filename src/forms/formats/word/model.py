"""The document model: what WordprocessingML says, with every style resolved.

All lengths are in points, all objects immutable. Names follow ECMA-376 part 1, section 17. Content controls
stay in the tree around what they hold, so that a PDF may make fields of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Colour = tuple[float, float, float]
"""Red, green, blue, 0 to 1."""

Alignment = Literal["left", "right", "center", "both"]
LineRule = Literal["auto", "atLeast", "exact"]
VerticalPosition = Literal["baseline", "superscript", "subscript"]
TabKind = Literal["left", "right", "center", "decimal", "bar"]
BreakKind = Literal["line", "page", "column"]
ControlKind = Literal["text", "multiline", "date", "choice", "combo", "checkbox", "rich", "group"]


class Border(Struct, frozen=True):
    """One border line (17.3.4). `style` is Word's name ("single", "dashed"…); `space` is the padding."""

    style: str
    width: float
    colour: Colour | None = None
    space: float = 0.0

    @property
    def visible(self) -> bool:
        """Whether anything is drawn."""
        return self.style not in ("nil", "none") and self.width > 0

    @property
    def thickness(self) -> float:
        """The width that the line takes up; two lines and their gap for `double` (17.18.2)."""
        if not self.visible:
            return 0.0
        return self.width * 3 if self.style == "double" else self.width


class Borders(Struct, frozen=True):
    """Borders of a paragraph, table or cell; `None` where nothing is said.

    `inside_h` is also a paragraph's `between` border.
    """

    top: Border | None = None
    left: Border | None = None
    bottom: Border | None = None
    right: Border | None = None
    inside_h: Border | None = None
    inside_v: Border | None = None


NO_BORDERS = Borders()


class Insets(Struct, frozen=True):
    """Margins of a cell."""

    top: float = 0.0
    left: float = 5.4
    bottom: float = 0.0
    right: float = 5.4


class RunFormat(Struct, frozen=True):
    """Resolved run properties (17.3.2). `colour` None means automatic, `shading` includes highlight."""

    font: str = ""
    size: float = 10.0
    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    caps: bool = False
    small_caps: bool = False
    hidden: bool = False
    rtl: bool = False
    position: VerticalPosition = "baseline"
    raised: float = 0.0
    spacing: float = 0.0
    colour: Colour | None = None
    shading: Colour | None = None
    language: str = ""


class TabStop(Struct, frozen=True):
    """A tab stop (17.3.1.37), `position` from the text margin; `leader` is Word's name or ""."""

    position: float
    kind: TabKind = "left"
    leader: str = ""


class ParagraphFormat(Struct, frozen=True):
    """Resolved paragraph properties (17.3.1).

    `line` is a factor for `line_rule` "auto" and points otherwise. `outline` is 1 for a first-level heading, 0
    for body text. `mark` formats the paragraph mark: the height of an empty paragraph.
    """

    style: str = ""
    alignment: Alignment = "left"
    left: float = 0.0
    right: float = 0.0
    first_line: float = 0.0
    before: float = 0.0
    after: float = 0.0
    contextual: bool = False
    line: float = 1.0
    line_rule: LineRule = "auto"
    keep_next: bool = False
    keep_lines: bool = False
    widow_control: bool = True
    page_break_before: bool = False
    column_break_before: bool = False
    bidi: bool = False
    outline: int = 0
    borders: Borders = NO_BORDERS
    shading: Colour | None = None
    tabs: tuple[TabStop, ...] = ()
    mark: RunFormat = RunFormat()


class Text(Struct, frozen=True):
    """Text in one format; no tabs or line breaks in it."""

    text: str
    format: RunFormat


class Tab(Struct, frozen=True):
    """A tab character."""

    format: RunFormat


class Break(Struct, frozen=True):
    """A line, page or column break (17.3.3.1)."""

    kind: BreakKind
    format: RunFormat


class PageField(Struct, frozen=True):
    """A `PAGE` or `NUMPAGES` field (17.16.5.44, 17.16.5.42)."""

    what: Literal["page", "pages"]
    format: RunFormat


class Image(Struct, frozen=True):
    """An inline picture (20.4.2.8). `member` is the package member, `alternative` its description."""

    member: str
    data: bytes
    width: float
    height: float
    alternative: str
    format: RunFormat
    decorative: bool = False


class Hyperlink(Struct, frozen=True):
    """A link (17.16.22): `uri` is an address, or `#name` for a bookmark of this document."""

    uri: str
    content: tuple[Inline, ...]


class Control(Struct, frozen=True):
    """What a content control says of itself (17.5.2).

    `kind`: "rich" holds anything, "group" is a repeating section, one of its items, or a group: neither is a
    field. `value` is the text shown, "" while the placeholder shows; for a check box "Yes" or "Off".
    `options` are (value, label) pairs. `level` says what it wraps.
    """

    tag: str
    title: str
    kind: ControlKind
    level: Literal["inline", "block", "row", "cell"]
    value: str = ""
    placeholder: bool = False
    options: tuple[tuple[str, str], ...] = ()
    date_format: str = ""
    locked: bool = False
    required: bool = False

    @property
    def fillable(self) -> bool:
        """Whether a reader of the document may change its content and a field can stand for it."""
        return bool(self.tag) and not self.locked and self.kind not in ("rich", "group")


class InlineControl(Struct, frozen=True):
    """A content control within a paragraph."""

    control: Control
    content: tuple[Inline, ...]


Inline = Text | Tab | Break | PageField | Image | Hyperlink | InlineControl


class NumberingLevel(Struct, frozen=True):
    """One level of a list (17.9.6).

    `template` is `w:lvlText` ("%1.%2"), `suffix` what follows the label ("tab", "space", "nothing"),
    `alignment` how the label stands at its position; `restart` is the level after which it starts again
    (0: never, None: after any higher one).
    """

    template: str
    number_format: str
    start: int = 1
    suffix: str = "tab"
    alignment: Alignment = "left"
    legal: bool = False
    restart: int | None = None
    font: str = ""


class ListItem(Struct, frozen=True):
    """A paragraph's place in a list: the list's id, its level (0 is the outermost), how the label looks."""

    list_id: str
    level: int
    definition: NumberingLevel
    format: RunFormat


class Paragraph(Struct, frozen=True):
    """A paragraph. `item` is given if it is numbered; its label is in the `Placed` that holds its block."""

    format: ParagraphFormat
    content: tuple[Inline, ...]
    item: ListItem | None = None
    bookmarks: tuple[str, ...] = ()


class Width(Struct, frozen=True):
    """A preferred width (17.4.87): points for "dxa", percent for "pct", nothing for "auto"."""

    kind: Literal["auto", "dxa", "pct"] = "auto"
    value: float = 0.0


class Cell(Struct, frozen=True):
    """A table cell, all styles resolved. `merge` is its part in a vertical merge (17.4.84).

    `borders` are those the cell itself (or a conditional format) asks for; where it is silent the table's
    count. `heading`: it heads its row.
    """

    blocks: tuple[BlockItem, ...]
    span: int = 1
    merge: Literal["", "restart", "continue"] = ""
    width: Width = Width()
    borders: Borders = NO_BORDERS
    shading: Colour | None = None
    margins: Insets = Insets()
    vertical: Literal["top", "center", "bottom"] = "top"
    no_wrap: bool = False
    heading: bool = False
    controls: tuple[Control, ...] = ()


class Row(Struct, frozen=True):
    """A table row. `before` and `after` count the grid columns left out at its ends."""

    cells: tuple[Cell, ...]
    height: float = 0.0
    height_rule: LineRule = "auto"
    cant_split: bool = False
    header: bool = False
    before: int = 0
    after: int = 0
    controls: tuple[Control, ...] = ()


class Table(Struct, frozen=True):
    """A table. `grid` are column widths; `indent` is where its left edge starts (17.4.50)."""

    rows: tuple[Row, ...]
    grid: tuple[float, ...]
    width: Width = Width()
    fixed: bool = False
    alignment: Literal["left", "center", "right"] = "left"
    indent: float = 0.0
    borders: Borders = NO_BORDERS
    margins: Insets = Insets()
    spacing: float = 0.0
    title: str = ""
    bidi: bool = False


class BlockControl(Struct, frozen=True):
    """A content control around whole paragraphs or tables."""

    control: Control
    blocks: tuple[BlockItem, ...]


BlockItem = Paragraph | Table | BlockControl


class Placed(Struct, frozen=True):
    """A block as it stands in this document: `labels` are those of its numbered paragraphs, in order.

    `static`: the block is the identical object in every document of its template. With `values` it is a pattern
    with places for them (see `patterns`). Not frozen, as that takes four times as long to make; never changed.
    """

    block: BlockItem
    labels: tuple[str, ...] = ()
    static: bool = False
    values: tuple[str, ...] = ()


class Column(Struct, frozen=True):
    """A newspaper column and the space after it."""

    width: float
    space: float


class SectionFormat(Struct, frozen=True):
    """Page set-up (17.6). `columns` is empty for one column over the whole width."""

    width: float = 595.3
    height: float = 841.9
    top: float = 72.0
    right: float = 72.0
    bottom: float = 72.0
    left: float = 72.0
    header: float = 36.0
    footer: float = 36.0
    gutter: float = 0.0
    columns: tuple[Column, ...] = ()
    column_rule: bool = False
    title_page: bool = False
    start: Literal["nextPage", "continuous", "evenPage", "oddPage", "nextColumn"] = "nextPage"
    first_number: int | None = None
    vertical: Literal["top", "center", "bottom"] = "top"

    @property
    def text_width(self) -> float:
        """The width between the margins."""
        return self.width - self.left - self.right - self.gutter


class HeaderFooter(Struct, frozen=True):
    """One header or footer story; `name` is its package member."""

    name: str
    blocks: tuple[Placed, ...]


StoryUse = Literal["default", "first", "even"]


class Section(Struct, frozen=True):
    """A run of blocks with one page set-up, and the headers and footers in force there."""

    format: SectionFormat
    blocks: tuple[Placed, ...]
    headers: Mapping[StoryUse, HeaderFooter]
    footers: Mapping[StoryUse, HeaderFooter]


class Document(Struct, frozen=True):
    """A whole document. `language` is a BCP 47 tag; `default_tab` the distance of automatic tab stops.

    `compatibility` is the version of Word whose layout it asks for (15: Word 2013 and later).
    """

    sections: tuple[Section, ...]
    language: str = "en-GB"
    default_tab: float = 36.0
    even_and_odd: bool = False
    compatibility: int = 15
