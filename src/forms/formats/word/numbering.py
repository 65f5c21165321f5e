"""Lists: `word/numbering.xml`, and the labels of numbered paragraphs (17.9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from forms.formats.word.model import ListItem, NumberingLevel
from forms.formats.word.ooxml import VAL, W, on, whole
from forms.formats.word.properties import Properties, paragraph_properties, run_properties

if TYPE_CHECKING:
    from lxml.etree import _Element

SYMBOLS = {
    ("symbol", "\uf0b7"): "•", ("symbol", "·"): "•", ("symbol", "\uf02d"): "–", ("symbol", "\uf0b0"): "°",
    ("wingdings", "\uf0a7"): "▪", ("wingdings", "§"): "▪", ("wingdings", "\uf0fc"): "✓",
    ("wingdings", "ü"): "✓", ("wingdings", "\uf0d8"): "➢", ("wingdings", "Ø"): "➢",
    ("wingdings", "\uf076"): "❖", ("wingdings", "v"): "❖", ("wingdings", "\uf06e"): "■",
    ("wingdings", "n"): "■", ("wingdings", "\uf06c"): "●", ("wingdings", "l"): "●",
    ("wingdings", "\uf06f"): "☐", ("wingdings", "o"): "☐", ("wingdings", "\uf0a8"): "☐",
    ("wingdings", "¨"): "☐", ("wingdings", "\uf0e0"): "→", ("wingdings", "à"): "→",
    ("wingdings", "\uf0fe"): "☒", ("wingdings", "\uf078"): "☒",
    ("courier new", "o"): "○",
}  # fmt: skip
"""Characters of symbol fonts and the Unicode characters that look the same."""

NUMBER_FORMATS = frozenset({
    "decimal", "decimalZero", "lowerLetter", "upperLetter", "lowerRoman", "upperRoman", "ordinal",
    "bullet", "none",
})  # fmt: skip


def unicode_symbol(font: str, text: str) -> str | None:
    """Give the Unicode text for a text in a symbol font; `None` if a character has no equivalent here.

    A font that isn't a symbol font leaves the text as it is.
    """
    name = font.lower()
    if not any("\uf000" <= character <= "\uf0ff" for character in text):
        if name not in ("symbol", "wingdings", "courier new"):
            return text
        return "".join(SYMBOLS.get((name, character), character) for character in text)
    out = []
    for character in text:
        found = SYMBOLS.get((name or "symbol", character))
        if found is None and "\uf000" <= character <= "\uf0ff":
            return None
        out.append(found or character)
    return "".join(out)


def roman(number: int) -> str:
    """Write a number in capital Roman numerals; numbers below 1 as digits."""
    if number < 1:
        return str(number)
    out = []
    for value, letters in (
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
        (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        while number >= value:
            out.append(letters)
            number -= value
    return "".join(out)


def letters(number: int) -> str:
    """Write 1 as A … 26 as Z, 27 as AA, 28 as BB (17.18.59)."""
    if number < 1:
        return str(number)
    repeats, index = divmod(number - 1, 26)
    return chr(ord("A") + index) * (repeats + 1)


def ordinal(number: int) -> str:
    """Write a number as English ordinal."""
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def spell(number: int, number_format: str) -> str:
    """Write a list number in one of `NUMBER_FORMATS`."""
    match number_format:
        case "decimalZero":
            return f"{number:02d}"
        case "lowerLetter":
            return letters(number).lower()
        case "upperLetter":
            return letters(number)
        case "lowerRoman":
            return roman(number).lower()
        case "upperRoman":
            return roman(number)
        case "ordinal":
            return ordinal(number)
        case "none" | "bullet":
            return ""
        case _:
            return str(number)


class Level(Struct, frozen=True):
    """One level of a list as written, and the paragraph and run properties it brings."""

    definition: NumberingLevel
    paragraph: Properties
    run: Properties
    style: str


class ListDefinition(Struct, frozen=True):
    """A `w:num`: its levels, the abstract list whose count it shares, and where it starts anew."""

    abstract: str
    levels: Mapping[int, Level]
    starts: Mapping[int, int]


def _text(element: _Element | None, default: str = "") -> str:
    return default if element is None else element.get(VAL) or default


def _level(element: _Element) -> Level:
    run = run_properties(element.find(W + "rPr"))
    number_format = _text(element.find(W + "numFmt"), "decimal")
    template = _text(element.find(W + "lvlText"))
    if number_format == "bullet":
        template = unicode_symbol(run.get("font", ""), template) or template
    restart = element.find(W + "lvlRestart")
    alignment = {"start": "left", "end": "right"}.get(jc := _text(element.find(W + "lvlJc"), "left"), jc)
    legal = element.find(W + "isLgl")
    definition = NumberingLevel(
        template=template,
        number_format=number_format,
        start=whole(_text(element.find(W + "start")), 1 if number_format == "bullet" else 0),
        suffix=_text(element.find(W + "suff"), "tab"),
        alignment=alignment if alignment in ("left", "right", "center") else "left",  # type: ignore[arg-type]
        legal=legal is not None and on(legal),
        restart=whole(restart.get(VAL)) if restart is not None else None,
        font=run.get("font", ""),
    )
    return Level(
        definition, paragraph_properties(element.find(W + "pPr")), run, _text(element.find(W + "pStyle"))
    )


class Numbering:
    """The lists of one package. A list id without definition gives paragraphs without label."""

    def __init__(self, root: _Element | None) -> None:
        """Read all lists of `root` (`w:numbering`), or begin with none."""
        self._lists: dict[str, ListDefinition] = {}
        if root is not None:
            self._read(root)

    def _read(self, root: _Element) -> None:
        abstracts: dict[str, dict[int, Level]] = {}
        links: dict[str, str] = {}
        style_owners: dict[str, str] = {}
        for element in root.iterfind(W + "abstractNum"):
            name = element.get(W + "abstractNumId") or ""
            abstracts[name] = {
                whole(level.get(W + "ilvl")): _level(level) for level in element.iterfind(W + "lvl")
            }
            if (link := _text(element.find(W + "numStyleLink"))) != "":
                links[name] = link
            if (owner := _text(element.find(W + "styleLink"))) != "":
                style_owners[owner] = name
        for element in root.iterfind(W + "num"):
            abstract = _text(element.find(W + "abstractNumId"))
            if abstract in links:
                abstract = style_owners.get(links[abstract], abstract)
            levels, starts = dict(abstracts.get(abstract, {})), {}
            for override in element.iterfind(W + "lvlOverride"):
                index = whole(override.get(W + "ilvl"))
                own = override.find(W + "lvl")
                if own is not None:
                    levels[index] = _level(own)
                start = override.find(W + "startOverride")
                if start is not None:
                    starts[index] = whole(start.get(VAL))
            self._lists[element.get(W + "numId") or ""] = ListDefinition(abstract, levels, starts)

    def get(self, list_id: str) -> ListDefinition | None:
        """Give a list, or `None` if there is none of this id."""
        return self._lists.get(list_id)

    def level(self, list_id: str, level: int) -> Level | None:
        """Give one level of a list."""
        definition = self._lists.get(list_id)
        return None if definition is None else definition.levels.get(level)

    def level_paragraph(self, list_id: str, level: int) -> Mapping[str, Any]:
        """Give the paragraph properties of a level; nothing if it isn't there."""
        found = self.level(list_id, level)
        return {} if found is None else found.paragraph

    def level_of_style(self, list_id: str, style: str) -> int:
        """Give the level linked to a paragraph style, 0 if none is."""
        definition = self._lists.get(list_id)
        if definition is not None:
            for index, level in definition.levels.items():
                if level.style == style:
                    return index
        return 0


class Counters:
    """Counts the paragraphs of one document; ask in document order."""

    def __init__(self, numbering: Numbering) -> None:
        """Begin before the first paragraph."""
        self._numbering = numbering
        self._counts: dict[str, dict[int, int]] = {}
        self._started: set[tuple[str, int]] = set()

    def label(self, item: ListItem) -> str:
        """Count a paragraph and give its label ("2.1", "•"), which may be empty."""
        definition = self._numbering.get(item.list_id)
        if definition is None:
            return ""
        level = item.level
        counts = self._counts.setdefault(definition.abstract, {})
        start = definition.levels[level].definition.start if level in definition.levels else 1
        if level in definition.starts and (item.list_id, level) not in self._started:
            self._started.add((item.list_id, level))
            start = definition.starts[level]
            counts.pop(level, None)
        counts[level] = counts[level] + 1 if level in counts else start
        for deeper in [other for other in counts if other > level]:
            below = definition.levels.get(deeper)
            restart = below.definition.restart if below else None
            if restart is None or (restart != 0 and level < restart):
                del counts[deeper]
        return self._spell(item.definition, definition, counts, level)

    @staticmethod
    def _spell(look: NumberingLevel, definition: ListDefinition, counts: dict[int, int], level: int) -> str:
        if look.number_format == "bullet":
            return look.template
        out = look.template
        for index in range(level + 1):
            if f"%{index + 1}" in out:
                own = definition.levels.get(index)
                number_format = own.definition.number_format if own else "decimal"
                if look.legal and number_format != "none":
                    number_format = "decimal"
                number = counts.get(index, own.definition.start if own else 1)
                out = out.replace(f"%{index + 1}", spell(number, number_format))
        return out
