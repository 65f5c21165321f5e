"""The canonical text of a DOCX, read by a hand of its own: lxml, and none of the program's model.

Body in tree order, list labels and the values of content controls included; headers and footers apart; white
space folded. A repeated header row stands once in a DOCX.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"


@dataclass
class Numbering:
    """Labels of list paragraphs, counted in the order the body is walked."""

    levels: dict[tuple[str, int], tuple[str, str, int]] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    counters: dict[str, dict[int, int]] = field(default_factory=dict)

    def label(self, paragraph: etree._Element) -> str:
        number_id, level = self._place(paragraph)
        if number_id is None or (number_id, level) not in self.levels:
            return ""
        kind, text, start = self.levels[number_id, level]
        if kind == "bullet":
            return text
        counts = self.counters.setdefault(number_id, {})
        counts[level] = counts.get(level, start - 1) + 1
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        return re.sub(r"%(\d)", lambda m: spelt(kind, counts.get(int(m[1]) - 1, 1)), text)

    def _place(self, paragraph: etree._Element) -> tuple[str | None, int]:
        direct = paragraph.find(f"{W}pPr/{W}numPr")
        if direct is not None and (number := direct.find(f"{W}numId")) is not None:
            level = direct.find(f"{W}ilvl")
            return number.get(f"{W}val"), int(level.get(f"{W}val")) if level is not None else 0
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        name = style.get(f"{W}val") if style is not None else ""
        return self.styles.get(name, (None, 0))


def spelt(kind: str, number: int) -> str:
    if kind == "lowerLetter":
        return chr(ord("a") + (number - 1) % 26)
    if kind == "upperLetter":
        return chr(ord("A") + (number - 1) % 26)
    if kind == "lowerRoman":
        return ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"][number - 1]
    return str(number)


def read_numbering(package: zipfile.ZipFile) -> Numbering:
    numbering = Numbering()
    if "word/numbering.xml" not in package.namelist():
        return numbering
    root = etree.fromstring(package.read("word/numbering.xml"))
    abstract = {a.get(f"{W}abstractNumId"): a for a in root.iter(f"{W}abstractNum")}
    for num in root.iter(f"{W}num"):
        number_id = num.get(f"{W}numId")
        for level in abstract[num.find(f"{W}abstractNumId").get(f"{W}val")].iter(f"{W}lvl"):
            depth = int(level.get(f"{W}ilvl"))
            start = level.find(f"{W}start")
            numbering.levels[number_id, depth] = (
                level.find(f"{W}numFmt").get(f"{W}val"),
                level.find(f"{W}lvlText").get(f"{W}val"),
                int(start.get(f"{W}val")) if start is not None else 1,
            )
    styles = etree.fromstring(package.read("word/styles.xml"))
    by_id = {style.get(f"{W}styleId"): style for style in styles.iter(f"{W}style")}
    for name, style in by_id.items():
        link = number_of_style(style, by_id)
        if link is not None:
            numbering.styles[name] = link
    return numbering


def number_of_style(style: etree._Element, by_id: dict[str, etree._Element]) -> tuple[str, int] | None:
    level = style.find(f"{W}pPr/{W}numPr/{W}ilvl")
    depth = int(level.get(f"{W}val")) if level is not None else None
    while style is not None:
        number = style.find(f"{W}pPr/{W}numPr/{W}numId")
        if number is not None:
            own = style.find(f"{W}pPr/{W}numPr/{W}ilvl")
            inherited = int(own.get(f"{W}val")) if own is not None else 0
            return number.get(f"{W}val"), inherited if depth is None else depth
        base = style.find(f"{W}basedOn")
        style = by_id.get(base.get(f"{W}val")) if base is not None else None
    return None


def paragraph_text(paragraph: etree._Element, numbering: Numbering) -> str:
    words = []
    prompts = prompt_nodes(paragraph)
    for node in paragraph.iter():
        if node in prompts:
            continue
        if node.tag == f"{W}t":
            words.append(node.text or "")
        elif node.tag in (f"{W}tab", f"{W}br", f"{W}cr") and node.getparent().tag == f"{W}r":
            words.append(" ")
        elif node.tag == f"{W}noBreakHyphen":
            words.append("\u2011")
    label = numbering.label(paragraph)
    return fold(f"{label} {''.join(words)}" if label else "".join(words))


def prompt_nodes(paragraph: etree._Element) -> set[etree._Element]:
    """Nodes of controls that show a prompt ("Click to enter text"): a prompt is no value."""
    controls = [*paragraph.iter(f"{W}sdt"), *paragraph.iterancestors(f"{W}sdt")]
    empty = [control for control in controls if control.find(f"{W}sdtPr/{W}showingPlcHdr") is not None]
    return {node for control in empty for node in control.find(f"{W}sdtContent").iter()}


def fold(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def story_paragraphs(root: etree._Element, numbering: Numbering) -> list[str]:
    texts = [paragraph_text(paragraph, numbering) for paragraph in root.iter(f"{W}p")]
    return [text for text in texts if text]


def body_paragraphs(docx: bytes) -> list[str]:
    """The folded text of every body paragraph that has any, in tree order."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        numbering = read_numbering(package)
        return story_paragraphs(etree.fromstring(package.read("word/document.xml")), numbering)


def canonical_text(docx: bytes) -> str:
    """The body's canonical text on one line."""
    return " ".join(body_paragraphs(docx))


def furniture(docx: bytes) -> list[str]:
    """The texts of headers and footers."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        parts = [n for n in package.namelist() if re.fullmatch(r"word/(header|footer)\d*\.xml", n)]
        return [
            text
            for part in sorted(parts)
            for text in story_paragraphs(etree.fromstring(package.read(part)), Numbering())
        ]


def everything(docx: bytes) -> str:
    """Every byte of text in every member, unzipped: where a withheld value must not be."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        members = [name + "\n" + package.read(name).decode("utf-8", "replace") for name in package.namelist()]
    return "\n".join(members)


def headings(docx: bytes) -> list[str]:
    """The texts of paragraphs in a heading style, in order."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        root = etree.fromstring(package.read("word/document.xml"))
    return [
        text
        for paragraph in root.iter(f"{W}p")
        if (style := paragraph.find(f"{W}pPr/{W}pStyle")) is not None
        and str(style.get(f"{W}val")).startswith("Heading")
        and (text := paragraph_text(paragraph, Numbering()))
    ]
