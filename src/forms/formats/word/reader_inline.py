"""Reading what stands in a paragraph: runs, fields, links, pictures, inline controls (17.3.3, 17.16)."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import TYPE_CHECKING

from forms.formats.word.model import (
    Break,
    Hyperlink,
    Image,
    Inline,
    InlineControl,
    PageField,
    RunFormat,
    Tab,
    Text,
)
from forms.formats.word.numbering import unicode_symbol
from forms.formats.word.ooxml import ADEC, MC, PIC, VAL, WP, A, R, W, on
from forms.formats.word.properties import run_properties
from forms.formats.word.reader_controls import read_control
from forms.foundation.errors import ArtefactError
from forms.foundation.problems import Place
from forms.foundation.units import emu

if TYPE_CHECKING:
    from lxml.etree import _Element

    from forms.formats.word.styles import RunResolver

XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"

TRANSPARENT = frozenset({
    W + "smartTag", W + "ins", W + "moveTo", W + "customXml", W + "dir", W + "bdo",
})  # fmt: skip
"""Elements that only wrap; their content counts."""

WITHOUT_TEXT = frozenset({
    W + "pPr", W + "rPr", W + "sdtPr", W + "sdtEndPr", W + "proofErr", W + "bookmarkEnd",
    W + "lastRenderedPageBreak",
    W + "permStart", W + "permEnd", W + "commentRangeStart", W + "commentRangeEnd", W + "commentReference",
    W + "del", W + "moveFrom", W + "moveFromRangeStart", W + "moveFromRangeEnd", W + "moveToRangeStart",
    W + "moveToRangeEnd", W + "delText", W + "delInstrText", W + "annotationRef", W + "smartTagPr",
    W + "customXmlPr", W + "fldData", W + "sectPr",
})  # fmt: skip
"""Elements that show nothing."""

_BREAKS = {"page": "page", "column": "column"}


class StoryParts:
    """What a story's relationships lead to: addresses of links, bytes of pictures."""

    def __init__(
        self, name: str, relationships: Mapping[str, tuple[str, str]], members: Mapping[str, bytes]
    ) -> None:
        """Take the story's member name, its relationships and the package's members."""
        self.name = name
        self._relationships = relationships
        self._members = members

    def uri(self, relationship: str | None) -> str:
        """Give the target of a link, "" if there is none."""
        return self._relationships.get(relationship or "", ("", ""))[1]

    def member(self, relationship: str | None) -> tuple[str, bytes] | None:
        """Give name and bytes of an embedded part, `None` if it isn't in the package."""
        target = self.uri(relationship)
        folder = posixpath.dirname(self.name)
        name = (
            target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        )
        data = self._members.get(name)
        return None if not target or data is None else (name, data)


class FieldState:
    """Where a reader stands within complex fields (`w:fldChar`, 17.16.18), innermost last."""

    __slots__ = ("frames",)

    def __init__(self) -> None:
        """Begin outside any field."""
        self.frames: list[_Frame] = []

    @property
    def in_instruction(self) -> bool:
        """Whether runs are now part of a field's code."""
        return bool(self.frames) and not self.frames[-1].in_result

    @property
    def hides_result(self) -> bool:
        """Whether the stored result is replaced by something that layout computes."""
        return any(frame.computed for frame in self.frames if frame.in_result)


class _Frame:
    __slots__ = ("collected", "computed", "in_result", "instruction", "link")

    def __init__(self) -> None:
        self.instruction = ""
        self.in_result = False
        self.computed = False
        self.link = ""
        self.collected: list[Inline] = []


def page_field(instruction: str, run_format: RunFormat) -> PageField | None:
    """Give the page number field of an instruction, `None` if it is another field."""
    words = instruction.split()
    name = words[0].upper() if words else ""
    if name == "PAGE":
        return PageField("page", run_format)
    if name == "NUMPAGES":
        return PageField("pages", run_format)
    return None


def field_link(instruction: str) -> str:
    r"""Give the address of a HYPERLINK field, with `\l` a place in the document; "" for other fields."""
    if "HYPERLINK" not in instruction.upper():
        return ""
    from shlex import split  # here, as few fields are links

    try:
        words = split(instruction, posix=False)
    except ValueError:
        words = instruction.split()
    words = [word.strip('"') for word in words]
    if not words or words[0].upper() != "HYPERLINK":
        return ""
    if "\\l" in words[:-1]:
        return "#" + words[words.index("\\l") + 1]
    targets = [word for word in words[1:] if not word.startswith("\\")]
    return targets[0] if targets else ""


class InlineReader:
    """Reads the content of one paragraph."""

    def __init__(self, parts: StoryParts, runs: RunResolver, fields: FieldState) -> None:
        """Take where links lead, how runs are formatted, and the fields open from paragraphs before."""
        self._parts = parts
        self._runs = runs
        self._fields = fields
        self.bookmarks: list[str] = []

    def read(self, paragraph: _Element) -> tuple[Inline, ...]:
        """Read a paragraph's content."""
        out: list[Inline] = []
        self._children(paragraph, out)
        return tuple(out)

    def _emit(self, out: list[Inline], inline: Inline) -> None:
        for frame in reversed(self._fields.frames):
            if frame.link:
                frame.collected.append(inline)
                return
        out.append(inline)

    def _children(self, element: _Element, out: list[Inline]) -> None:
        for child in element:
            tag = child.tag
            if tag == W + "r":
                self._run(child, out)
            elif tag in WITHOUT_TEXT or not isinstance(tag, str):
                continue
            elif tag == W + "hyperlink":
                self._hyperlink(child, out)
            elif tag == W + "sdt":
                self._control(child, out)
            elif tag == W + "fldSimple":
                self._simple_field(child, out)
            elif tag == W + "bookmarkStart":
                name = child.get(W + "name") or ""
                if name and name != "_GoBack":
                    self.bookmarks.append(name)
            elif tag in TRANSPARENT:
                self._children(child, out)
            else:
                refuse(child, self._parts.name)

    def _hyperlink(self, element: _Element, out: list[Inline]) -> None:
        anchor = element.get(W + "anchor")
        uri = self._parts.uri(element.get(R + "id"))
        uri = uri + ("#" + anchor if anchor else "")
        content: list[Inline] = []
        self._children(element, content)
        if uri:
            self._emit(out, Hyperlink(uri, tuple(content)))
        else:
            for inline in content:
                self._emit(out, inline)

    def _control(self, sdt: _Element, out: list[Inline]) -> None:
        content = sdt.find(W + "sdtContent")
        inner: list[Inline] = []
        if content is not None:
            self._children(content, inner)
        self._emit(out, InlineControl(read_control(sdt, "inline"), tuple(inner)))

    def _simple_field(self, element: _Element, out: list[Inline]) -> None:
        instruction = element.get(W + "instr") or ""
        first = element.find(f".//{W}rPr")
        number = page_field(instruction, self._runs.format(run_properties(first)))
        if number is not None:
            self._emit(out, number)
            return
        content: list[Inline] = []
        self._children(element, content)
        uri = field_link(instruction)
        if uri:
            self._emit(out, Hyperlink(uri, tuple(content)))
        else:
            for inline in content:
                self._emit(out, inline)

    def _run(self, run: _Element, out: list[Inline]) -> None:
        run_format: RunFormat | None = None
        hidden = False
        for child in run:
            tag = child.tag
            if tag == W + "rPr":
                run_format = self._runs.format(run_properties(child))
                hidden = run_format.hidden
                continue
            if run_format is None:
                run_format = self._runs.format({})
                hidden = run_format.hidden
            if tag == W + "fldChar":
                self._field_character(child, run_format, out)
            elif tag == W + "instrText":
                if self._fields.in_instruction:
                    self._fields.frames[-1].instruction += child.text or ""
            elif not (hidden or self._fields.in_instruction or self._fields.hides_result):
                self._run_child(child, tag, run_format, out)

    def _run_child(self, child: _Element, tag: str, run_format: RunFormat, out: list[Inline]) -> None:
        if tag == W + "t":
            text = run_text(child)
            if text and "\uf000" <= max(text) <= "\uf0ff":
                text = unicode_symbol(run_format.font, text) or refuse(child, self._parts.name)
            if text:
                self._emit(out, Text(text, run_format))
        elif tag in (W + "tab", W + "ptab"):
            self._emit(out, Tab(run_format))
        elif tag == W + "br":
            kind = _BREAKS.get(child.get(W + "type") or "", "line")
            self._emit(out, Break(kind, run_format))  # type: ignore[arg-type]
        elif tag == W + "cr":
            self._emit(out, Break("line", run_format))
        elif tag == W + "noBreakHyphen":
            self._emit(out, Text("\u2011", run_format))
        elif tag == W + "softHyphen":
            self._emit(out, Text("\u00ad", run_format))
        elif tag == W + "sym":
            self._symbol(child, run_format, out)
        elif tag == W + "drawing":
            self._drawing(child, run_format, out)
        elif tag == MC + "AlternateContent":
            self._alternate(child, run_format, out)
        elif tag not in WITHOUT_TEXT and isinstance(tag, str):
            refuse(child, self._parts.name)

    def _symbol(self, element: _Element, run_format: RunFormat, out: list[Inline]) -> None:
        code = int(element.get(W + "char") or "20", 16)
        text = unicode_symbol(element.get(W + "font") or "", chr(code))
        if text is None:
            refuse(element, self._parts.name)
        else:
            self._emit(out, Text(text, run_format))

    def _alternate(self, element: _Element, run_format: RunFormat, out: list[Inline]) -> None:
        """Read the first alternative that holds only what is supported here: a picture."""
        for option in element:
            drawings = list(option.iterfind(W + "drawing"))
            if drawings and all(drawing.find(f".//{PIC}pic") is not None for drawing in drawings):
                for drawing in drawings:
                    self._drawing(drawing, run_format, out)
                return
        refuse(element, self._parts.name)

    def _drawing(self, element: _Element, run_format: RunFormat, out: list[Inline]) -> None:
        inline = element.find(WP + "inline")
        blip = element.find(f".//{PIC}blipFill/{A}blip")
        part = self._parts.member(blip.get(R + "embed")) if blip is not None else None
        if inline is None or part is None:
            refuse(element, self._parts.name)
            return
        extent, properties = inline.find(WP + "extent"), inline.find(WP + "docPr")
        if extent is None or properties is None:
            refuse(element, self._parts.name)
            return
        decorative = properties.find(f".//{ADEC}decorative")
        self._emit(
            out,
            Image(
                member=part[0],
                data=part[1],
                width=emu(float(extent.get("cx") or 0)),
                height=emu(float(extent.get("cy") or 0)),
                alternative=properties.get("descr") or properties.get("title") or "",
                format=run_format,
                decorative=decorative is not None and decorative.get("val") not in ("0", "false"),
            ),
        )

    def _field_character(self, element: _Element, run_format: RunFormat, out: list[Inline]) -> None:
        frames = self._fields.frames
        kind = element.get(W + "fldCharType")
        if kind == "begin":
            frames.append(_Frame())
        elif kind == "separate" and frames:
            self._begin_result(frames[-1], run_format, out)
        elif kind == "end" and frames:
            frame = frames[-1]
            if not frame.in_result:
                self._begin_result(frame, run_format, out)
            frames.pop()
            if frame.link:
                self._emit(out, Hyperlink(frame.link, tuple(frame.collected)))

    def _begin_result(self, frame: _Frame, run_format: RunFormat, out: list[Inline]) -> None:
        # The frame itself must not be in its result yet, or the number would be hidden as stored result.
        number = page_field(frame.instruction, run_format)
        if number is not None:
            self._emit(out, number)
        frame.link = field_link(frame.instruction)
        frame.computed = number is not None
        frame.in_result = True


def run_text(element: _Element) -> str:
    """The text of a `w:t`: white space at its ends counts only where `xml:space` preserves it (2.10)."""
    text = element.text or ""
    if "\n" in text or "\t" in text or "\r" in text:
        text = text.replace("\r\n", " ").replace("\n", " ").replace("\t", " ").replace("\r", " ")
    return text if element.get(XML_SPACE) == "preserve" else text.strip(" ")


def has_content(element: _Element) -> bool:
    """Whether an element holds text or a picture that would be lost with it."""
    if any((text.text or "").strip() for text in element.iter(W + "t", A + "t")):
        return True
    return next(element.iter(W + "drawing", W + "pict", W + "object", W + "sym"), None) is not None


def refuse(element: _Element, source: str) -> str:
    """Raise for an element that isn't supported and would be lost.

    Raises:
        ArtefactError: always.
    """
    name = str(element.tag).rpartition("}")[2]
    raise ArtefactError.of(
        "unsupported-word-content",
        f"The template uses ‘{name}’, which can't be laid out as PDF",
        "Take it out in Word; ‘forms lint’ shows where it stands",
        Place(source=source),
    )


def is_on(element: _Element | None) -> bool:
    """Whether an optional on/off property is there and on."""
    return element is not None and on(element)


def value_of(element: _Element | None) -> str:
    """The `w:val` of an optional element."""
    return "" if element is None else element.get(VAL) or ""
