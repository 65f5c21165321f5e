"""Laid-out documents made by hand: a layout just good enough to test drawing with."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from PIL import Image

from forms.formats.pdf import bidi
from forms.formats.pdf.display import (
    ARTIFACT,
    Element,
    FieldOp,
    FieldSpec,
    Fragment,
    ImageOp,
    Instance,
    LaidDocument,
    LineOp,
    LinkOp,
    Op,
    Page,
    PdfInfo,
    RectOp,
    TextOp,
)
from forms.formats.pdf.fonts import FontBook

WIDTH, HEIGHT, MARGIN = 595.28, 841.89, 56.7
INFO = PdfInfo(
    title="Conference report (draft)",
    author="Probation Service",
    subject="Child safeguarding",
    keywords="report",
    created="2026-11-21T10:00:00+00:00",
    custom=(("Artefact", "conference-report"), ("Digest", "0123abcd")),
)


@cache
def book() -> FontBook:
    """The fonts of the repository."""
    return FontBook.load(Path(__file__).parents[3] / "fonts")


def line_ops(text: str, x: float, y: float, size: float, element: int, **style: bool) -> list[TextOp]:
    """One line, word by word; if it runs from the right, `x` is its right edge."""
    base = bidi.base_level(text)
    levels = bidi.levels(text, base)
    flags = {key: style[key] for key in ("bold", "italic") if key in style}
    looks = {key: style[key] for key in ("underline", "strike") if key in style}
    space = book().runs(" ", **flags)[0].width * size
    pieces, start = [], 0
    for word in text.split(" "):
        runs = book().runs(word, levels=levels[start : start + len(word)], **flags) if word else ()
        pieces += [(run, index == len(runs) - 1) for index, run in enumerate(runs)]
        start += len(word) + 1
    order = bidi.visual_order([run.level for run, _ in pieces])
    total = sum(run.width * size + (space if last else 0) for run, last in pieces)
    pen, starts = (x - total if base else x), [0.0] * len(pieces)
    for index in order:
        run, last = pieces[index]
        if base and last:
            pen += space
        starts[index] = pen
        pen += run.width * size + (0 if base or not last else space)
    return [
        TextOp(at, y, run, size, element, space_after=last, **looks)
        for at, (run, last) in zip(starts, pieces, strict=True)
    ]


def paragraph(*lines: str, size: float = 11, role: str = "P", language: str = "", **style: bool):
    """A paragraph of given lines as (instance, ops, height)."""
    ops: list[Op] = []
    leading = book().metrics().height * size
    for index, line in enumerate(lines):
        rtl = bidi.base_level(line)
        x = WIDTH - 2 * MARGIN if rtl else 0.0
        ops += line_ops(line, x, index * leading + book().metrics().ascent * size, size, 0, **style)
    return Instance((Element(role, language=language),)), tuple(ops), leading * len(lines)


def heading(text: str, level: int = 1):
    instance, ops, height = paragraph(text, size=16, role=f"H{level}", bold=True)
    return Instance(instance.elements, outline=level, outline_text=text, bookmarks=(text,)), ops, height


def item(label: str, text: str, list_id: str = "1", level: int = 0):
    """A list item."""
    elements = (Element("LI"), Element("Lbl", 0), Element("LBody", 0))
    y, left = book().metrics().ascent * 11, 18.0 * level
    ops = (*line_ops(label, left, y, 11, 1), *line_ops(text, left + 18, y, 11, 2))
    return Instance(elements, list_id=list_id, list_level=level), ops, 14.0


def table(rows: list[list[str]], widths: list[float], row_height: float = 18):
    """A table whose first row is its header: one element tree, and the ops of each row from its top."""
    elements = [Element("Table")]
    per_row = []
    for number, row in enumerate(rows):
        elements.append(Element("TR", 0))
        tr = len(elements) - 1
        ops: list[Op] = []
        x = 0.0
        if not number:
            ops.append(RectOp(0, 0, sum(widths), row_height, (0.85, 0.89, 0.95)))
        for text, width in zip(row, widths, strict=True):
            attributes = () if number else (("Scope", "Column"),)
            elements.append(Element("TD" if number else "TH", tr, attributes=attributes))
            cell = len(elements) - 1
            if text:
                elements.append(Element("P", cell))
                ops += line_ops(text, x + 4, 12, 9.5, len(elements) - 1, bold=not number)
            ops.append(LineOp(x, 0, x, row_height, 0.5))
            x += width
        ops += [
            LineOp(0, 0, x, 0, 0.5),
            LineOp(x, 0, x, row_height, 0.5),
            LineOp(0, row_height, x, row_height, 0.5),
        ]
        per_row.append(tuple(ops))
    return Instance(tuple(elements)), per_row


def link_paragraph(before: str, words: str, uri: str, after: str):
    """A paragraph with a hyperlink in its only line."""
    y, size = book().metrics().ascent * 11, 11.0
    ops: list[Op] = list(line_ops(before, 0, y, size, 0))
    x = ops[-1].x + ops[-1].run.width * size + 3.06
    linked = line_ops(words, x, y, size, 1, underline=True)
    end = linked[-1].x + linked[-1].run.width * size
    ops += linked
    ops.append(LinkOp(x, 0, end - x, 14, uri, 1))
    ops += line_ops(after, end + 3.06, y, size, 0)
    return Instance((Element("P"), Element("Link", 0, alternative=words))), tuple(ops), 14.0


def field_paragraph(label: str, spec: FieldSpec, width: float = 200, height: float = 18, size: float = 11):
    """A label and the field it is for."""
    ops: list[Op] = [*line_ops(label, 0, 13, size, 0), FieldOp(150, 0, width, height, spec, size, 1)]
    return Instance((Element("P"), Element("Form", 0))), tuple(ops), height + 4


def figure(data: bytes, alternative: str, width: float = 80, height: float = 40):
    """A picture in a paragraph."""
    ops = (ImageOp(0, 0, width, height, "word/media/image1.png", data, 1),)
    return Instance((Element("P"), Element("Figure", 0, alternative=alternative))), ops, height + 4


@dataclass
class Stack:
    """Puts blocks under each other, page after page, with a header and a footer."""

    language: str = "en-GB"
    instances: list[Instance] = field(default_factory=list)
    pages: list[list[Fragment]] = field(default_factory=lambda: [[]])
    y: float = MARGIN + 20

    def add(self, block) -> Stack:
        instance, ops, height = block
        self.instances.append(instance)
        self.place(len(self.instances) - 1, ops, height)
        self.y += 6
        return self

    def place(self, index: int, ops, height: float) -> None:
        if self.y + height > HEIGHT - MARGIN - 20:
            self.new_page()
        self.pages[-1].append(Fragment(index, MARGIN, self.y, tuple(ops)))
        self.y += height

    def add_table(self, made, row_height: float = 18, *, repeat: bool = True) -> Stack:
        """Rows one by one; the header row is drawn again, as an artifact, on each further page."""
        instance, rows = made
        self.instances.append(instance)
        for number, ops in enumerate(rows):
            if number and repeat and self.y + row_height > HEIGHT - MARGIN - 20:
                self.new_page()
                again = tuple(
                    TextOp(o.x, o.y, o.run, o.size, ARTIFACT, space_after=o.space_after)
                    if isinstance(o, TextOp)
                    else o
                    for o in rows[0]
                )
                self.place(len(self.instances) - 1, again, row_height)
            self.place(len(self.instances) - 1, ops, row_height)
        self.y += 6
        return self

    def new_page(self) -> Stack:
        self.pages.append([])
        self.y = MARGIN + 20
        return self

    def laid(self) -> LaidDocument:
        header = (Fragment(ARTIFACT, MARGIN, 30, tuple(line_ops("OFFICIAL", 0, 10, 9, ARTIFACT, bold=True))),)
        pages = []
        for number, body in enumerate(self.pages, 1):
            words = f"Page {number} of {len(self.pages)}"
            foot = (Fragment(ARTIFACT, MARGIN, HEIGHT - 40, tuple(line_ops(words, 0, 10, 8, ARTIFACT))),)
            pages.append(Page(WIDTH, HEIGHT, tuple(body), header, foot))
        return LaidDocument(tuple(pages), tuple(self.instances), self.language)


NAMES = (
    "Łukasz Żółkiewski",
    "Юлия Щербакова",
    "Ελένη Παπαδοπούλου",
    "فاطمة الزهراء",
    "אברהם כהן",
    "अनुष्का शर्मा",
    "রাহেলা খাতুন",
    "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "தமிழ்ச்செல்வி",
    "Nguyễn Thị Hồng",
)
"""Ten names in ten scripts or alphabets; all invented."""

FORM = (
    (
        "Name",
        FieldSpec("children/0/name", "text", "Child’s name", "Łukasz (Kowalski)", required=True, max_length=80),
        18,
    ),
    (
        "Details",
        FieldSpec("details", "multiline", "Details", "A text too long for one line of its box.\nفاطمة"),
        60,
    ),
    ("Born", FieldSpec("born", "date", "Date of birth", "21 November 2026", date_format="d MMMM yyyy"), 18),
    ("Outcome", FieldSpec("outcome", "choice", "Outcome", "a", (("a", "Accepted"), ("b", "Refused"))), 18),
    (
        "Language",
        FieldSpec("language", "combo", "Language", "Bengali", (("Bengali", "Bengali"), ("Urdu", "Urdu"))),
        18,
    ),
    ("Agreed", FieldSpec("agreed", "checkbox", "I agree", "Yes"), 14),
    ("Told", FieldSpec("told", "checkbox", "The family was told", "Off"), 14),
    ("Empty", FieldSpec("empty", "text", "Nothing yet"), 18),
)
"""A field of each kind: label, field, height."""


def red_square(mode: str = "RGBA", kind: str = "PNG") -> bytes:
    """A little picture, half transparent where the mode allows it."""
    colour = {"RGBA": (200, 0, 0, 128), "RGB": (200, 0, 0), "L": 99, "CMYK": (0, 255, 255, 0), "P": 3}[mode]
    data = io.BytesIO()
    Image.new(mode, (20, 10), colour).save(data, kind)
    return data.getvalue()


def form() -> Stack:
    """A form with a field of each kind."""
    stack = Stack().add(heading("Reply"))
    for label, spec, height in FORM:
        width = 14 if spec.kind == "checkbox" else 200
        stack.add(field_paragraph(label, spec, width=width, height=height))
    return stack


def everything() -> Stack:
    """A document of three pages with something of everything."""
    stack = Stack().add(heading("Conference report"))
    stack.add(
        paragraph(
            "The quick (brown) fox: 100% of “naïve” café \\ words –", "and a second line.", underline=True
        )
    )
    for name in NAMES:
        stack.add(paragraph(name))
    stack.add(paragraph("محمد (45) and ملف 12/3", language="ar"))
    stack.add(link_paragraph("See", "the guidance", "https://example.org/guide?q=é", "for more."))
    stack.add(link_paragraph("Go to", "the table", "#The table", "below."))
    stack.add(item("1.", "First")).add(item("a)", "Deeper", level=1)).add(item("b)", "Deeper still", level=1))
    stack.add(item("2.", "Second")).add(item("•", "Another list", "2"))
    stack.add(figure(red_square(), "A red square"))
    stack.add(heading("The table", 2))
    rows = [[f"Child {number}", "2015" if number % 3 else "", f"School {number}"] for number in range(1, 45)]
    stack.add_table(table([["Name", "Born", "School"], *rows], [150, 100, 200]))
    for label, spec, height in FORM:
        stack.add(field_paragraph(label, spec, width=14 if spec.kind == "checkbox" else 200, height=height))
    return stack
