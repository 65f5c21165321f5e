"""Values in any script, as Word wants them: in runs of their own with language, direction and font.

Word does not look into a run to see which script it is in. Right-to-left text must say so (`w:rtl`, ECMA-376
part 1, 17.3.2.30), complex scripts must ask for the run's complex-script font (`w:cs`, 17.3.2.7), and by its
language a screen reader chooses its voice (`w:lang`, 17.3.2.20).

A value is written into the middle of a run, by code that sees nothing of the run. So it is done in two steps:
`mark` puts characters that no document uses round each stretch of such a script, and `split_runs` cuts the runs
there when the part is complete. Text in Latin, Greek and Cyrillic, that is nearly all, never comes here.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from forms.formats.word.wordml import NAMESPACES, element, qn
from forms.foundation.patterns import pattern

if TYPE_CHECKING:
    from lxml.etree import _Element

Slot = Literal["cs", "eastAsia", "hAnsi"]

_DANDA = "\u0964\u0965"
"""The full stops of Indian scripts, which stand among the characters of one of them."""

_ARABIC = "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
_HAN = "\u2e80-\u312f\u3190-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_ANY = (
    "\u0590-\u109f\u1100-\u139f\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff\ufb1d-\ufdcf\ufdf0-\ufdff"
    "\ufe70-\ufefc\U00020000-\U0003ffff"
)

OPEN, CLOSE = "\ufdd3", "\ufdd4"
_FIRST_KEY = 0xFDD5


class Script(Struct, frozen=True):
    """A script: its characters (the inside of a character class), and what its runs say.

    `slot` is the font slot that Word takes its font from; `font` goes in there, "" keeps the house's.
    `own` are characters that only this language of the script has.
    """

    name: str
    characters: str
    language: str
    slot: Slot = "cs"
    font: str = ""
    right_to_left: bool = False
    own: str = ""


_INDIC, _SOUTH_EAST = "Nirmala UI", "Leelawadee UI"

SCRIPTS = (
    Script("Hebrew", "\u0590-\u05ff\ufb1d-\ufb4f", "he-IL", right_to_left=True),
    Script(
        "Urdu",
        _ARABIC,
        "ur-PK",
        right_to_left=True,
        own="\u0679\u0688\u0691\u06ba\u06be\u06c1\u06c2\u06c3\u06d2\u06d3",
    ),
    Script(
        "Persian",
        _ARABIC,
        "fa-IR",
        right_to_left=True,
        own="\u067e\u0686\u0698\u06a9\u06af\u06cc",
    ),
    Script(
        "Arabic",
        _ARABIC,
        "ar-SA",
        right_to_left=True,
    ),
    Script("Syriac", "\u0700-\u074f", "syr-SY", font="Estrangelo Edessa", right_to_left=True),
    Script("Thaana", "\u0780-\u07bf", "dv-MV", font="MV Boli", right_to_left=True),
    Script("Devanagari", "\u0900-\u097f", "hi-IN", font=_INDIC),
    Script("Bengali", f"\u0980-\u09ff{_DANDA}", "bn-BD", font=_INDIC),
    Script("Gurmukhi", f"\u0a00-\u0a7f{_DANDA}", "pa-IN", font=_INDIC),
    Script("Gujarati", f"\u0a80-\u0aff{_DANDA}", "gu-IN", font=_INDIC),
    Script("Odia", f"\u0b00-\u0b7f{_DANDA}", "or-IN", font=_INDIC),
    Script("Tamil", f"\u0b80-\u0bff{_DANDA}", "ta-IN", font=_INDIC),
    Script("Telugu", f"\u0c00-\u0c7f{_DANDA}", "te-IN", font=_INDIC),
    Script("Kannada", f"\u0c80-\u0cff{_DANDA}", "kn-IN", font=_INDIC),
    Script("Malayalam", f"\u0d00-\u0d7f{_DANDA}", "ml-IN", font=_INDIC),
    Script("Sinhala", f"\u0d80-\u0dff{_DANDA}", "si-LK", font=_INDIC),
    Script("Thai", "\u0e00-\u0e7f", "th-TH", font=_SOUTH_EAST),
    Script("Lao", "\u0e80-\u0eff", "lo-LA", font=_SOUTH_EAST),
    Script("Tibetan", "\u0f00-\u0fff", "bo-CN", font="Microsoft Himalaya"),
    Script("Burmese", "\u1000-\u109f", "my-MM", font="Myanmar Text"),
    Script("Khmer", "\u1780-\u17ff", "km-KH", font=_SOUTH_EAST),
    Script("Ethiopic", "\u1200-\u139f", "am-ET", "hAnsi", "Ebrima"),
    Script("Korean", "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af", "ko-KR", "eastAsia", "Malgun Gothic"),
    Script(
        "Japanese",
        _HAN,
        "ja-JP",
        "eastAsia",
        "Yu Gothic",
        own="".join(map(chr, range(0x3041, 0x30FB))),
    ),
    Script(
        "Chinese",
        _HAN,
        "zh-CN",
        "eastAsia",
        "Microsoft YaHei",
    ),
)
"""The scripts; of those that share characters, the first counts whose own ones occur, or that has none."""

_JOINING = r"[ \u00a0\u200c\u200d’'\-.]+"
"""What may stand within a stretch of one script."""

_FAMILIES = tuple(dict.fromkeys(script.characters for script in SCRIPTS))
_FIRST = "\u0590"


def mark(text: str) -> str:
    """Put marks round each stretch of a script that needs a run of its own. Linear in the text's length."""
    if not text or max(text) < _FIRST:
        return text
    needed, stretches = _patterns()
    return stretches.sub(_marked, text) if needed.search(text) else text


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    # When first needed: sets of characters that wide take a hundredth of a second to compile.
    alternatives = "|".join(f"([{own}]+(?:{_JOINING}[{own}]+)*)" for own in _FAMILIES)
    return re.compile(f"[{_ANY}]"), re.compile(alternatives)


def _marked(match: re.Match[str]) -> str:
    family, words = _FAMILIES[(match.lastindex or 1) - 1], match[0]
    number = next(
        number
        for number, script in enumerate(SCRIPTS)
        if script.characters == family and (not script.own or any(char in script.own for char in words))
    )
    return f"{OPEN}{chr(_FIRST_KEY + number)}{words}{CLOSE}"


# ── Cutting runs ────────────────────────────────────────────────────────────────────────────────────────────

_RUN = pattern(r"(<w:r(?: [^>]*)?>)((?:(?!<w:r[ >]).)*?)</w:r>", re.S)
_PROPERTIES = pattern(r"<w:rPr/>|<w:rPr>.*?</w:rPr>", re.S)
_TEXT = pattern(r"<w:t(?: [^>]*)?>([^<]*)</w:t>")
_PIECE = pattern(f"{OPEN}(.)([^{CLOSE}]*){CLOSE}")
_MARKS = pattern(f"{OPEN}.|{CLOSE}")
_DECLARATION = pattern(r' xmlns:\w+="[^"]*"')
_PARAGRAPH = pattern(r"(<w:p(?: [^>]*)?>)(<w:pPr/>|<w:pPr>.*?</w:pPr>)?((?:(?!</?w:p[ >]).)*)</w:p>", re.S)
_LINE_BREAK = "<w:br/>"
_RUNS_ONLY = pattern(rf"(?:{_RUN.pattern})*", re.S)
_NEVER_PARTED = pattern(r'<w:(?:numPr|sectPr|pageBreakBefore)\b|<w:pStyle w:val="(?:List|\w*Bullet)')
_STRONG = pattern(f"{OPEN}(.)|[A-Za-z\u00c0-\u024f\u0370-\u052f\u1e00-\u1fff]")

_RUN_ORDER = (
    *(
        "rStyle",
        "rFonts",
        "b",
        "bCs",
        "i",
        "iCs",
        "caps",
        "smallCaps",
        "strike",
        "dstrike",
        "outline",
        "shadow",
    ),
    *("emboss", "imprint", "noProof", "snapToGrid", "vanish", "webHidden", "color", "spacing", "w", "kern"),
    *("position", "sz", "szCs", "highlight", "u", "effect", "bdr", "shd", "fitText", "vertAlign", "rtl", "cs"),
    *("em", "lang", "eastAsianLayout", "specVanish", "oMath"),
)
_AFTER_BIDI = pattern(
    r"<w:(?:adjustRightInd|snapToGrid|spacing|ind|contextualSpacing|mirrorIndents|suppressOverlap|jc"
    r"|textDirection|textAlignment|textboxTightWrap|outlineLvl|divId|cnfStyle|rPr|sectPr|pPrChange)\b"
)


def split_runs(xml: str) -> str:
    """Cut the runs of a block at the marks, and give right-to-left paragraphs their direction."""
    if OPEN not in xml:
        return xml
    xml = _PARAGRAPH.sub(_direct, xml)
    xml = _RUN.sub(_split, xml)
    return _MARKS.sub("", xml)


def _direct(match: re.Match[str]) -> str:
    """Make a paragraph run from right to left if its first letter does (UAX #9, P2 and P3).

    Lines of a value that run in different directions become paragraphs of their own, where that is possible.
    """
    opening, properties, rest = match[1], match[2] or "", match[3]
    if OPEN not in rest or "<w:bidi" in properties:
        return match[0]
    lines = _lines(match) if _LINE_BREAK in rest else [rest]
    groups: list[tuple[bool, list[str]]] = []
    for line in lines:
        letters = _STRONG.search("".join(_TEXT.findall(line)))
        backwards = letters is not None and bool(letters[1]) and _script(letters[1]).right_to_left
        if groups and (letters is None or groups[-1][0] == backwards):
            groups[-1][1].append(line)
        else:
            groups.append((backwards, [line]))
    if len(groups) == 1:
        groups = [(groups[0][0], [rest])]
    return "".join(
        f"{opening}{_with_direction(properties, backwards)}{f'<w:r>{_LINE_BREAK}</w:r>'.join(group)}</w:p>"
        for backwards, group in groups
    )


def _lines(match: re.Match[str]) -> list[str]:
    """Give the runs of each line of a paragraph, or of all together if it can't be parted."""
    properties, rest = match[2] or "", match[3]
    held = match.string[: match.start()].endswith("<w:sdtContent>")
    if held or _NEVER_PARTED.search(properties) or not _RUNS_ONLY.fullmatch(rest):
        return [rest]
    lines = [""]
    for run in _RUN.finditer(rest):
        found = _PROPERTIES.match(run[2])
        own = found[0] if found else ""
        for number, part in enumerate(run[2][len(own) :].split(_LINE_BREAK)):
            if number:
                lines.append("")
            lines[-1] += f"{run[1]}{own}{part}</w:r>" if part else ""
    return lines


def _with_direction(properties: str, backwards: bool) -> str:
    """Give a paragraph's properties (17.3.1.26) with `w:bidi` in the schema's place."""
    if not backwards:
        return properties
    inside = properties[len("<w:pPr>") : -len("</w:pPr>")] if properties.endswith("</w:pPr>") else ""
    after = _AFTER_BIDI.search(inside)
    place = after.start() if after else len(inside)
    return f"<w:pPr>{inside[:place]}<w:bidi/>{inside[place:]}</w:pPr>"


def _split(match: re.Match[str]) -> str:
    """Cut one run."""
    inside = match[2]
    if OPEN not in inside:
        return match[0]
    found = _PROPERTIES.match(inside)
    properties = found[0] if found else ""
    opening = match[1] + properties
    runs: list[str] = []
    own: list[str] = []

    def end_own() -> None:
        if own:
            runs.append(f"{opening}{''.join(own)}</w:r>")
            own.clear()

    position = len(properties)
    for text in _TEXT.finditer(inside, position):
        own += [inside[position : text.start()]] if text.start() > position else []
        position = text.end()
        start = 0
        for piece in _PIECE.finditer(text[1]):
            own += _text(text[1][start : piece.start()])
            start = piece.end()
            end_own()
            runs.append(f"{match[1]}{_with_script(properties, piece[1])}{''.join(_text(piece[2]))}</w:r>")
        own += _text(text[1][start:])
    own += [inside[position:]] if position < len(inside) else []
    end_own()
    return "".join(runs)


def _text(text: str) -> list[str]:
    return [f'<w:t xml:space="preserve">{text}</w:t>'] if text else []


def _script(key: str) -> Script:
    return SCRIPTS[ord(key) - _FIRST_KEY]


@lru_cache(maxsize=512)
def _with_script(properties: str, key: str) -> str:
    """Give a run's properties (17.3.2.28) with what a script asks for, in the schema's order."""
    from lxml import etree  # few texts come here

    script = _script(key)
    names = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    holder = etree.fromstring(f"<x {names}>{properties or '<w:rPr/>'}</x>")[0]
    if script.font:
        fonts = _own(holder, "rFonts")
        fonts.set(qn(f"w:{script.slot}"), script.font)
        if script.slot == "eastAsia":
            fonts.set(qn("w:hint"), "eastAsia")
        if script.slot == "hAnsi":
            fonts.set(qn("w:ascii"), script.font)
    if script.right_to_left:
        _own(holder, "rtl")
    elif script.slot == "cs":
        _own(holder, "cs")
    language = {"cs": "bidi", "eastAsia": "eastAsia", "hAnsi": "val"}[script.slot]
    _own(holder, "lang").set(qn(f"w:{language}"), script.language)
    return _DECLARATION.sub("", etree.tostring(holder, encoding="unicode", with_tail=False))


def _own(properties: _Element, name: str) -> _Element:
    """Give a property of a run, put in where the schema has it if it is missing."""
    found = properties.find(qn(f"w:{name}"))
    if found is not None:
        return found
    made = element(f"w:{name}")
    rank = _RUN_ORDER.index(name)
    for index, child in enumerate(properties):
        local = str(child.tag).rpartition("}")[2]
        if local not in _RUN_ORDER or _RUN_ORDER.index(local) > rank:
            properties.insert(index, made)
            return made
    properties.append(made)
    return made
