"""What a story or style part uses that the PDF can't show, each with its place: for `forms lint`.

An error is content that the reader refuses; a warning is a look that the PDF leaves out or simplifies.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lxml import etree

from forms.formats.word.model import RunFormat
from forms.formats.word.numbering import NUMBER_FORMATS, unicode_symbol
from forms.formats.word.ooxml import MC, PIC, VAL, WP, W, measure, on
from forms.formats.word.properties import PARAGRAPH_SETTERS, RUN_SETTERS
from forms.formats.word.reader_controls import shown_text
from forms.formats.word.reader_inline import TRANSPARENT, WITHOUT_TEXT, field_link, has_content, page_field
from forms.formats.word.styles import parse
from forms.foundation.problems import Place, Problem, Severity

if TYPE_CHECKING:
    from lxml.etree import _Element

_NO_EFFECT_RUN = frozenset(
    W + name
    for name in (
        "bCs", "iCs", "szCs", "noProof", "webHidden", "cs", "kern", "ins", "del", "specVanish", "rPrChange",
        "snapToGrid", "oMath", "w", "em",
    )
)  # fmt: skip
_NO_EFFECT_PARAGRAPH = frozenset(
    W + name
    for name in (
        "rPr", "sectPr", "pPrChange", "suppressLineNumbers", "suppressAutoHyphens", "kinsoku", "wordWrap",
        "overflowPunct", "topLinePunct", "autoSpaceDE", "autoSpaceDN", "adjustRightInd", "snapToGrid",
        "textAlignment", "suppressOverlap", "divId", "cnfStyle",
    )
)  # fmt: skip
_RUN_CONTENT = frozenset(
    W + name
    for name in ("t", "tab", "ptab", "br", "cr", "noBreakHyphen", "softHyphen", "sym", "drawing", "fldChar",
                 "instrText")
)  # fmt: skip
_SECTION = frozenset(
    W + name
    for name in (
        "headerReference", "footerReference", "pgSz", "pgMar", "cols", "titlePg", "type", "pgNumType",
        "docGrid",
        "formProt", "noEndnote", "bidi", "rtlGutter", "printerSettings", "paperSrc", "sectPrChange",
    )
)  # fmt: skip
_PLAIN_UNDERLINES = frozenset({"single", "none", "words"})


def unsupported(document: bytes | str, source: str = "word/document.xml") -> tuple[Problem, ...]:
    """Name what the PDF can't show in a body, header, footer, styles or numbering part.

    `document` is the part's XML, a template's with its tags or a rendered one; `source` names it in the
    problems. Codes: `unsupported-word-content` (error), `unsupported-word-format` (warning).

    Raises:
        lxml.etree.XMLSyntaxError: if the XML isn't well-formed.
    """
    root = parse(document.encode("utf-8") if isinstance(document, str) else document)
    return tuple(_Linter(root, source).problems())


class _Linter:
    def __init__(self, root: _Element, source: str) -> None:
        self._root = root
        self._source = source
        self._heading = ""
        self._seen: set[tuple[str, str]] = set()

    def problems(self) -> Iterator[Problem]:
        for element in self._root.iter(etree.Element):
            if element.tag == W + "p":
                self._note_heading(element)
            for severity, what, hint in self._check(element):
                place = self._place(element)
                if (what, place.label) not in self._seen:
                    self._seen.add((what, place.label))
                    code = "unsupported-word-content" if severity == "error" else "unsupported-word-format"
                    yield Problem(severity, code, what, hint, place)

    def _check(self, element: _Element) -> Iterator[tuple[Severity, str, str]]:
        tag, parent = element.tag, element.getparent()
        above = parent.tag if parent is not None else ""
        name = str(tag).rpartition("}")[2]
        if above == W + "r":
            yield from self._run_content(element, name)
        elif above == W + "rPr":
            yield from _run_format(element, name)
        elif above == W + "pPr" and tag not in PARAGRAPH_SETTERS and tag not in _NO_EFFECT_PARAGRAPH:
            yield "warning", f"The paragraph setting ‘{name}’ isn't shown in the PDF", ""
        elif above == W + "sectPr" and tag not in _SECTION:
            yield "warning", f"The page setting ‘{name}’ isn't shown in the PDF", ""
        elif above in (W + "body", W + "hdr", W + "ftr", W + "tc", W + "sdtContent", W + "p"):
            yield from _stray(element, name)
        elif tag == W + "tblpPr":
            yield (
                "warning",
                "A floating table is placed in the text in the PDF",
                "Turn off text wrapping of the table",
            )
        elif tag == W + "textDirection":
            yield (
                "error",
                "Turned text in a cell can't be laid out as PDF",
                "Set the text direction to horizontal",
            )
        elif tag == W + "numFmt" and above == W + "lvl" and element.get(VAL) not in NUMBER_FORMATS:
            yield "error", f"The list number format ‘{element.get(VAL)}’ can't be laid out as PDF", ""

    def _run_content(self, element: _Element, name: str) -> Iterator[tuple[Severity, str, str]]:
        tag = element.tag
        if tag == W + "drawing":
            if element.find(WP + "inline") is None:
                yield (
                    "error",
                    "A floating picture can't be laid out as PDF",
                    "Set its layout to ‘in line with text’",
                )
            elif element.find(f".//{PIC}blipFill") is None:
                yield (
                    "error",
                    "A drawing or chart can't be laid out as PDF",
                    "Replace it by a picture (PNG or JPEG)",
                )
            elif not any(item.get("descr") or item.get("title") for item in element.iter(WP + "docPr")):
                yield "warning", "A picture has no alternative text", "Add it in Word: Edit Alt Text"
        elif tag == MC + "AlternateContent":
            if element.find(f".//{PIC}pic") is None:
                yield (
                    "error",
                    "A shape or text box can't be laid out as PDF",
                    "Use a table or paragraph borders",
                )
        elif tag == W + "instrText":
            instruction = element.text or ""
            known = page_field(instruction, RunFormat()) is not None or bool(field_link(instruction))
            words = instruction.split()
            if words and words[0].isupper() and not known:
                yield "warning", f"The field ‘{words[0]}’ shows its last result in the PDF", ""
        elif tag == W + "sym":
            font, code = element.get(W + "font") or "", int(element.get(W + "char") or "20", 16)
            if unicode_symbol(font, chr(code)) is None:
                yield (
                    "error",
                    "A symbol of a symbol font has no known Unicode character",
                    "Insert the Unicode character",
                )
        elif tag not in _RUN_CONTENT and tag not in WITHOUT_TEXT:
            yield "error", f"‘{name}’ can't be laid out as PDF", "Take it out in Word"

    def _note_heading(self, paragraph: _Element) -> None:
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        if style is not None and (style.get(VAL) or "").lower().startswith(("heading", "title")):
            self._heading = beginning(paragraph)

    def _place(self, element: _Element) -> Place:
        words = [f"Heading ‘{self._heading}’"] if self._heading else []
        paragraph = row = style = None
        for ancestor in (element, *element.iterancestors()):
            if ancestor.tag == W + "p" and paragraph is None:
                paragraph = ancestor
            elif ancestor.tag == W + "tr" and row is None:
                row = ancestor
            elif ancestor.tag == W + "style":
                style = ancestor
        if style is not None:
            words.append(f"Style ‘{style.get(W + 'styleId')}’")
        if row is not None:
            table = row.getparent()
            rows = list(table.iter(W + "tr")) if table is not None else [row]
            words.append(f"table row {rows.index(row) + 1}")
        if paragraph is not None and (text := beginning(paragraph)):
            words.append(f"paragraph ‘{text}’")
        label = ", ".join(words)
        return Place(self._source, "", label[:1].upper() + label[1:])


def _run_format(element: _Element, name: str) -> Iterator[tuple[Severity, str, str]]:
    tag = element.tag
    if tag == W + "u":
        if (element.get(VAL) or "single") not in _PLAIN_UNDERLINES:
            yield "warning", "A special underline is a plain one in the PDF", ""
    elif tag == W + "spacing":
        if measure(element.get(VAL)):
            yield "warning", "Letter spacing isn't shown in the PDF", "Take it out of the style or text"
    elif tag == W + "vanish":
        if on(element):
            yield "warning", "Hidden text isn't in the PDF", "Delete it"
    elif tag not in RUN_SETTERS and tag not in _NO_EFFECT_RUN:
        yield "warning", f"The character setting ‘{name}’ isn't shown in the PDF", ""


def _stray(element: _Element, name: str) -> Iterator[tuple[Severity, str, str]]:
    known = {
        W + "p",
        W + "tbl",
        W + "sdt",
        W + "tcPr",
        W + "r",
        W + "hyperlink",
        W + "fldSimple",
        W + "bookmarkStart",
    }
    known |= {W + "tr", W + "tc", W + "sectPr"}
    if element.tag in known or element.tag in WITHOUT_TEXT or element.tag in TRANSPARENT:
        return
    if element.tag == W + "altChunk" or has_content(element):
        yield "error", f"‘{name}’ can't be laid out as PDF", "Take it out in Word"


def beginning(paragraph: _Element) -> str:
    """The first words of a paragraph, to find it by."""
    text = " ".join(shown_text(paragraph).split())
    return text if len(text) <= 40 else text[:40].rsplit(" ", 1)[0] + " …"
