"""`python peer_templates.py FOLDER`: the report as a template of docxtpl, docxtemplater and carbone.

Made with python-docx from `report.json`, on a base without the 790 KB of styles that python-docx would add.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

REPORT = json.loads((Path(__file__).resolve().parent / "report.json").read_text(encoding="utf-8"))
FONT = "Arimo"
KEPT = {
    "Normal",
    "Header",
    "Footer",
    "Heading1",
    "Title",
    "TableGrid",
    "TableNormal",
    "DefaultParagraphFont",
    "NoList",
}
ON, OFF = "☒", "☐"


class Docxtpl:
    def value(self, key):
        return f"{{{{ {key} }}}}"

    def tick(self, key):
        return f"{{% if {key} %}}{ON}{{% else %}}{OFF}{{% endif %}}"

    def rows(self, key, columns):
        empty = [""] * (len(columns) - 1)
        return [
            [f"{{%tr for row in {key} %}}", *empty],
            [f"{{{{ row.{column} }}}}" for column in columns],
            ["{%tr endfor %}", *empty],
        ]

    def paragraphs(self, key):
        return [f"{{%p for part in {key} %}}", "{{ part.t }}", "{%p endfor %}"]


class Docxtemplater:
    def value(self, key):
        return f"{{{key}}}"

    def tick(self, key):
        return f"{{#{key}}}{ON}{{/{key}}}{{^{key}}}{OFF}{{/{key}}}"

    def rows(self, key, columns):
        cells = [f"{{{column}}}" for column in columns]
        return [[f"{{#{key}}}{cells[0]}", *cells[1:-1], f"{cells[-1]}{{/{key}}}"]]

    def paragraphs(self, key):
        return [f"{{#{key}}}", "{t}", f"{{/{key}}}"]


class Carbone:
    def value(self, key):
        return f"{{d.{key}}}"

    def tick(self, key):
        return f"{{d.{key}:ifEQ(true):show({ON}):elseShow({OFF})}}"

    def rows(self, key, columns):
        return [[f"{{d.{key}[{index}].{column}}}" for column in columns] for index in ("i", "i+1")]

    def paragraphs(self, key):
        return [f"{{d.{key}[{index}].t}}" for index in ("i", "i+1")]


def run(paragraph, words, size, *, bold=False):
    made = paragraph.add_run(words)
    made.font.name, made.font.size, made.font.bold = FONT, Pt(size), bold or None


def field(paragraph, instruction):
    for kind in ("begin", "", "separate", "end"):
        made = paragraph.add_run()
        made.font.size = Pt(8)
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = f" {instruction} "
        made._r.append(element)


def cell(target, words, *, bold=False, fill=""):
    paragraph = target.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2.5)
    run(paragraph, words, 9.5, bold=bold)
    if fill:
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
            shade.set(qn(f"w:{name}"), value)
        target._tc.get_or_add_tcPr().append(shade)


def table(document, rows, widths, *, labels=(), head=False, height=0.0):
    made = document.add_table(0, len(widths))
    made.style, made.autofit = "Table Grid", False
    for number, texts in enumerate(rows):
        row = made.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        heading = head and number == 0
        if heading:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        elif height:
            row.height = Cm(height)
        for column, (target, words, width) in enumerate(zip(row.cells, texts, widths, strict=True)):
            bold = heading or column in labels
            cell(target, words, bold=bold, fill="DDE6F2" if heading else "E8EDF5" if bold else "")
            target.width = Cm(width)


def heading(document, words):
    paragraph = document.add_paragraph(style="Heading 1")
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(11), Pt(4)
    run(paragraph, words, 12.5, bold=True)


def build(tags, path):
    document = Document()
    styles = document.styles.element
    for style in styles.findall(qn("w:style")):
        if style.get(qn("w:styleId")) not in KEPT:
            styles.remove(style)
    for relations in (document.part.package.rels, document.part.rels):
        for identifier, relation in list(relations.items()):
            if relation.reltype.endswith(("/stylesWithEffects", "/thumbnail", "/customXml")):
                del relations[identifier]
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin, section.bottom_margin = Cm(2.4), Cm(2.2)
    run(section.header.paragraphs[0], tags.value("marking"), 9, bold=True)
    footer = section.footer.paragraphs[0]
    run(footer, f"{tags.value('ref')}    Page ", 8)
    field(footer, "PAGE")
    run(footer, " of ", 8)
    field(footer, "NUMPAGES")
    run(document.add_paragraph(), REPORT["title"], 18, bold=True)
    for group in REPORT["groups"]:
        heading(document, group["heading"])
        fields = group["fields"]
        rows = [
            [words for key, label in fields[index : index + 2] for words in (label, tags.value(key))]
            for index in range(0, len(fields), 2)
        ]
        table(document, rows, [3.6, 4.9, 3.6, 4.9], labels=(0, 2))
    for listed in REPORT["lists"]:
        heading(document, listed["heading"])
        columns = listed["columns"]
        rows = [[label for _, label, _ in columns], *tags.rows(listed["key"], [key for key, _, _ in columns])]
        table(document, rows, [width for *_, width in columns], head=True)
    heading(document, REPORT["ticks"]["heading"])
    ticks = REPORT["ticks"]["items"]
    rows = [
        [f"{tags.tick(key)} {words}" for key, words in ticks[index : index + 2]]
        for index in range(0, len(ticks), 2)
    ]
    table(document, rows, [8.5, 8.5])
    for key, words in REPORT["texts"]:
        heading(document, words)
        for part in tags.paragraphs(key):
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.space_after = Pt(6)
            run(paragraph, part, 10.5)
    signatures = REPORT["signatures"]
    heading(document, signatures["heading"])
    rows = [signatures["columns"]]
    rows += [[tags.value(key), role, "", tags.value(signatures["date"])] for key, role in signatures["signers"]]
    table(document, rows, [5, 4, 5, 3], head=True, height=1.2)
    document.save(path)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for tags in (Docxtpl(), Docxtemplater(), Carbone()):
        build(tags, folder / f"{type(tags).__name__.lower()}.docx")
