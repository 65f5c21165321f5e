"""Styles: `word/styles.xml`, and how a paragraph's and a run's properties come about (17.7).

Order, each laid over the one before: document defaults, table style, the paragraph style and its ancestors
(with the indents of the list level a style is linked to), the direct list, direct paragraph properties; for
runs then the character style and direct run properties. Toggle properties (17.7.3) of table, paragraph and
character style cancel each other out; direct ones say what is.

Results are remembered: few combinations occur in a document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from lxml import etree
from msgspec import Struct, field

from forms.formats.word.model import Borders, ParagraphFormat, RunFormat
from forms.formats.word.ooxml import VAL, W
from forms.formats.word.properties import (
    TOGGLES,
    Properties,
    key_of,
    merge_paragraph,
    paragraph_properties,
    run_properties,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def parse(data: bytes) -> _Element:
    """Parse a package part without following anything external.

    Raises:
        lxml.etree.XMLSyntaxError: if the part isn't well-formed.
    """
    return etree.fromstring(data, _PARSER)


class LevelIndents(Protocol):
    """What styles need of numbering: the paragraph properties of a list level."""

    def level_paragraph(self, list_id: str, level: int) -> Mapping[str, Any]:
        """Give the `w:pPr` of a list level as a property set."""

    def level_of_style(self, list_id: str, style: str) -> int:
        """Give the level that is linked to a paragraph style."""


class TableContext(Struct, frozen=True):
    """What a cell's table style gives to the paragraphs and runs in it."""

    paragraph: Properties = field(default_factory=dict)
    run: Properties = field(default_factory=dict)


NO_TABLE = TableContext()


class Style(Struct, frozen=True):
    """A style as written: `paragraph` and `run` hold only its own properties."""

    id: str
    kind: str
    name: str
    based_on: str
    paragraph: Properties
    run: Properties
    element: _Element


class ResolvedParagraph(Struct, frozen=True):
    """A paragraph's properties and what its runs start from."""

    properties: Properties
    format: ParagraphFormat
    runs: RunResolver


class RunResolver:
    """Run formats of paragraphs of one style in one table context."""

    def __init__(self, styles: Styles, base: Properties, toggles: Mapping[str, bool]) -> None:
        """Take the merged properties below character styles, and the state of the toggles there."""
        self._styles = styles
        self._base = base
        self._toggles = toggles
        self._known: dict[tuple[Any, ...], RunFormat] = {}

    def format(self, direct: Properties) -> RunFormat:
        """Give the format of a run with these direct properties."""
        key = key_of(direct)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._resolve(direct)
        return known

    def _resolve(self, direct: Properties) -> RunFormat:
        character = self._styles.character_chain(direct.get("style", ""))
        merged = {**self._base, **character}
        for name in TOGGLES:
            if name in character and self._toggles.get(name):
                merged[name] = not character[name]
        merged.update(direct)
        return run_format(merged)


def run_format(merged: Properties) -> RunFormat:
    """Make a run format of a merged property set."""
    position = merged.get("position", "baseline")
    rtl = merged.get("rtl", False)
    complex_script = rtl or merged.get("complex_script", False)
    language = merged.get("language_rtl", "") if complex_script else merged.get("language", "")
    return RunFormat(
        font=merged.get("font", ""),
        size=merged.get("size", 10.0),
        bold=merged.get("bold", False),
        italic=merged.get("italic", False),
        underline=merged.get("underline", False),
        strike=merged.get("strike", False),
        caps=merged.get("caps", False),
        small_caps=merged.get("small_caps", False),
        hidden=merged.get("hidden", False),
        rtl=rtl,
        position=position if position in ("superscript", "subscript") else "baseline",
        raised=merged.get("raised", 0.0),
        spacing=merged.get("spacing", 0.0),
        colour=merged.get("colour"),
        shading=merged.get("highlight") or merged.get("shading"),
        language=language or "",
    )


class Styles:
    """The styles of one package. Reads `word/styles.xml`; unknown style ids count as the default style."""

    def __init__(self, root: _Element | None) -> None:
        """Read all styles of `root` (`w:styles`), or begin with none."""
        self._styles: dict[str, Style] = {}
        self._defaults: dict[str, str] = {}
        self.default_run: Properties = {}
        self.default_paragraph: Properties = {}
        self._chains: dict[str, tuple[Properties, Properties]] = {}
        self._characters: dict[str, Properties] = {}
        self._paragraphs: dict[tuple[Any, ...], tuple[ResolvedParagraph, TableContext]] = {}
        self._numbering: LevelIndents | None = None
        if root is not None:
            self._read(root)

    def link(self, numbering: LevelIndents) -> None:
        """Say where list levels are found; before the first paragraph is resolved."""
        self._numbering = numbering

    def _read(self, root: _Element) -> None:
        for child in root:
            if child.tag == W + "docDefaults":
                self.default_run = run_properties(child.find(f"{W}rPrDefault/{W}rPr"))
                self.default_paragraph = paragraph_properties(child.find(f"{W}pPrDefault/{W}pPr"))
            elif child.tag == W + "style":
                style = self._style(child)
                self._styles[style.id] = style
                if child.get(W + "default") in ("1", "true", "on"):
                    self._defaults[style.kind] = style.id

    @staticmethod
    def _style(element: _Element) -> Style:
        name, based_on = element.find(W + "name"), element.find(W + "basedOn")
        return Style(
            id=element.get(W + "styleId") or "",
            kind=element.get(W + "type") or "paragraph",
            name=(name.get(VAL) or "") if name is not None else "",
            based_on=(based_on.get(VAL) or "") if based_on is not None else "",
            paragraph=paragraph_properties(element.find(W + "pPr")),
            run=run_properties(element.find(W + "rPr")),
            element=element,
        )

    def get(self, style_id: str, kind: str) -> Style | None:
        """Give a style of this kind, the default one if the id is empty or unknown."""
        style = self._styles.get(style_id)
        if style is None or style.kind != kind:
            style = self._styles.get(self._defaults.get(kind, ""))
        return style

    def ancestry(self, style_id: str, kind: str) -> list[Style]:
        """Give a style and those it is based on, the root first; a circle ends where it closes."""
        chain: list[Style] = []
        style = self.get(style_id, kind)
        while style is not None and style not in chain:
            chain.append(style)
            style = self._styles.get(style.based_on) if style.based_on else None
        return chain[::-1]

    def style_for_level(self, style_id: str) -> Style | None:
        """Give a paragraph style by its exact id."""
        return self._styles.get(style_id)

    def character_chain(self, style_id: str) -> Properties:
        """Give the merged run properties of a character style; nothing for none."""
        if not style_id:
            return {}
        known = self._characters.get(style_id)
        if known is None:
            known = {}
            if style_id in self._styles:
                for style in self.ancestry(style_id, "character"):
                    known.update(style.run)
            self._characters[style_id] = known
        return known

    def _paragraph_chain(self, style_id: str) -> tuple[Properties, Properties]:
        known = self._chains.get(style_id)
        if known is None:
            paragraph: Properties = {}
            run: Properties = {}
            for style in self.ancestry(style_id, "paragraph"):
                own = style.paragraph
                if own.get("list_id", "0") != "0" and self._numbering is not None:
                    level = own.get("list_level")
                    if level is None:
                        level = self._numbering.level_of_style(own["list_id"], style.id)
                    indents = self._numbering.level_paragraph(own["list_id"], level)
                    own = merge_paragraph({**indents, "list_level": level}, own)
                paragraph = merge_paragraph(paragraph, own)
                run.update(style.run)
            known = self._chains[style_id] = (paragraph, run)
        return known

    def paragraph(
        self, direct: Properties, table: TableContext = NO_TABLE, mark: Properties | None = None
    ) -> ResolvedParagraph:
        """Resolve a paragraph with these direct properties and paragraph mark (`w:pPr/w:rPr`)."""
        key = (id(table), *direct.items(), None, *mark.items()) if mark else (id(table), *direct.items())
        known = self._paragraphs.get(key)
        if known is None:
            # The context is kept with its result, so that its id stays its own.
            known = self._paragraphs[key] = (self._resolve(direct, table, mark or {}), table)
        return known[0]

    def _resolve(self, direct: Properties, table: TableContext, mark: Properties) -> ResolvedParagraph:
        paragraph, run = self._paragraph_chain(direct.get("style", ""))
        merged = merge_paragraph(merge_paragraph(self.default_paragraph, table.paragraph), paragraph)
        list_id = direct.get("list_id")
        if list_id not in (None, "0") and self._numbering is not None:
            level = direct.get("list_level", 0)
            indents = self._numbering.level_paragraph(str(list_id), level)
            merged = merge_paragraph(merged, {**indents, "list_level": level})
        merged = merge_paragraph(merged, direct)
        base = {**self.default_run, **table.run, **run}
        toggles: dict[str, bool] = {}
        for name in TOGGLES:
            state = bool(table.run.get(name)) != bool(run.get(name))
            if name in table.run or name in run:
                base[name] = toggles[name] = state
        runs = RunResolver(self, base, toggles)
        style = self.get(direct.get("style", ""), "paragraph")
        merged["style"] = style.id if style else ""
        return ResolvedParagraph(merged, paragraph_format(merged, runs.format(mark)), runs)


def paragraph_format(merged: Properties, mark: RunFormat) -> ParagraphFormat:
    """Make a paragraph format of a merged property set."""
    bidi = merged.get("bidi", False)
    alignment = merged.get("alignment", "left")
    left, right = merged.get("left", 0.0), merged.get("right", 0.0)
    if bidi:
        # In a right-to-left paragraph "left" means where a line begins (17.3.1.13), which is the right.
        alignment = {"left": "right", "right": "left"}.get(alignment, alignment)
        left, right = right, left
    if alignment not in ("left", "right", "center", "both"):
        alignment = "left"
    return ParagraphFormat(
        style=merged["style"],
        alignment=alignment,
        left=left,
        right=right,
        first_line=merged.get("first_line", 0.0),
        before=merged.get("before", 0.0),
        after=merged.get("after", 0.0),
        contextual=merged.get("contextual", False),
        line=merged.get("line", 1.0),
        line_rule=merged.get("line_rule", "auto"),
        keep_next=merged.get("keep_next", False),
        keep_lines=merged.get("keep_lines", False),
        widow_control=merged.get("widow_control", True),
        page_break_before=merged.get("page_break_before", False),
        bidi=bidi,
        outline=merged.get("outline", 0),
        borders=Borders(
            top=merged.get("border_top"),
            left=merged.get("border_left"),
            bottom=merged.get("border_bottom"),
            right=merged.get("border_right"),
            inside_h=merged.get("border_between"),
        ),
        shading=merged.get("shading"),
        tabs=tuple(stop for stop in merged.get("tabs", ()) if stop.kind != "clear"),
        mark=mark,
    )
