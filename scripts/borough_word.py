"""The blank referral form of another invented borough, as a plain Word document without a single field.

python3 scripts/borough_word.py samples/boroughs/kestrelbrook-referral.docx

Most boroughs publish such forms: tables with a label beside an empty cell, lines of underscores, ☐ to be
replaced or ticked, rows to be copied for each child, merged cells, and labels that end now with a colon and
now without. The same bytes each time.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell

GREEN, PALE = "2F5D50", "E6EFEA"
ACROSS = 17.6
BOX = "☐"
MADE = datetime(2024, 9, 2, 9, 0, tzinfo=UTC)


class Form:
    """Adds the parts of the form one below another."""

    def __init__(self) -> None:
        """A4 with narrow margins and Arial, as such forms have."""
        self.document = Document()
        section = self.document.sections[0]
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(1.7)
        section.top_margin, section.bottom_margin = Cm(1.5), Cm(1.4)
        normal = self.document.styles["Normal"]
        normal.font.name, normal.font.size = "Arial", Pt(10)
        normal.paragraph_format.space_after = Pt(3)
        normal.element.rPr.rFonts.set(qn("w:cs"), "Arial")
        properties = self.document.core_properties
        properties.title, properties.author = (
            "Referral to Children’s Services",
            "Kestrelbrook Council (invented)",
        )
        properties.created = properties.modified = MADE
        properties.language = "en-GB"

    def heading(self, words: str) -> None:
        """A numbered heading over a table, not by Word’s styles but by looks, as so often."""
        table = self.table(1, (ACROSS,))
        shade(table.cell(0, 0), GREEN)
        write(table.cell(0, 0), words, bold=True, colour="FFFFFF", size=11)
        table.cell(0, 0).paragraphs[0].paragraph_format.keep_with_next = True

    def gap(self) -> None:
        """A small empty paragraph between tables, which Word would otherwise join."""
        self.document.add_paragraph().paragraph_format.space_after = Pt(0)
        self.document.paragraphs[-1].paragraph_format.line_spacing = Pt(7)

    def table(self, rows: int, widths: tuple[float, ...]) -> Table:
        """A table with rules and set widths in centimetres."""
        table = self.document.add_table(rows=rows, cols=len(widths))
        table.style = "Table Grid"
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        for column, wide in zip(table.columns, widths, strict=True):
            column.width = Cm(wide)
            for cell in column.cells:
                cell.width = Cm(wide)
        return table

    def pairs(self, rows: Iterable[tuple[str, ...]], widths: tuple[float, ...]) -> None:
        """Rows of label, empty cell, label, empty cell; what starts with ☐ stands in the cell to be filled."""
        rows = list(rows)
        table = self.table(len(rows), widths)
        for row, words in zip(table.rows, rows, strict=True):
            cells = row.cells
            if len(words) < len(cells):
                cells[len(words) - 1].merge(cells[-1])
            for number, text in enumerate(words):
                if number % 2 == 0:
                    shade(cells[number], PALE)
                    write(cells[number], text, bold=True, size=9.5)
                else:
                    write(cells[number], text)

    def rows(self, heads: tuple[str, ...], widths: tuple[float, ...], empty: int) -> None:
        """Heads over empty rows, to be copied for more people."""
        table = self.table(1 + empty, widths)
        for cell, words in zip(table.rows[0].cells, heads, strict=True):
            shade(cell, PALE)
            write(cell, words, bold=True, size=9)
            cell.paragraphs[0].paragraph_format.keep_with_next = True
        repeat = OxmlElement("w:tblHeader")
        table.rows[0]._tr.get_or_add_trPr().append(repeat)
        for row in table.rows[1:]:
            row.height = Cm(0.75)

    def question(self, words: str, high: float, hint: str = "") -> None:
        """A shaded row with the question, and the room for its answer in the row below."""
        table = self.table(2, (ACROSS,))
        shade(table.cell(0, 0), PALE)
        write(table.cell(0, 0), words, bold=True, size=9.5)
        if hint:
            run = table.cell(0, 0).add_paragraph().add_run(hint)
            run.italic, run.font.size = True, Pt(8.5)
        for paragraph in table.cell(0, 0).paragraphs:
            paragraph.paragraph_format.keep_with_next = True
        table.rows[1].height = Cm(high)

    def line(self, words: str) -> None:
        """A paragraph whose answers go on lines of underscores."""
        self.document.add_paragraph(words).paragraph_format.space_before = Pt(4)


def shade(cell: _Cell, colour: str) -> None:
    """Fill a cell with a colour."""
    fill = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        fill.set(qn(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().append(fill)


def write(cell: _Cell, words: str, *, bold: bool = False, colour: str = "", size: float = 10) -> None:
    """Words into a cell’s first paragraph."""
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(2)
    paragraph.paragraph_format.space_before = Pt(2)
    if not words:
        return
    run = paragraph.add_run(words)
    run.bold, run.font.size = bold, Pt(size)
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)


def ticks(*words: str) -> str:
    """Boxes with their words in one line."""
    return "    ".join(f"{BOX} {each}" for each in words)


def opening(form: Form) -> None:
    """The borough’s name, the title, and where to send the form."""
    title = form.document.add_paragraph()
    run = title.add_run("London Borough of Kestrelbrook")
    run.bold, run.font.size, run.font.color.rgb = True, Pt(12), RGBColor.from_string(GREEN)
    title = form.document.add_paragraph()
    run = title.add_run("Referral to Children’s Services")
    run.bold, run.font.size = True, Pt(18)
    form.line("Please send to frontdoor@kestrelbrook.example.org by secure e-mail. To talk it through "
              "first, ring "
              "020 7946 0980. Outside office hours: 020 7946 0981.")  # fmt: skip
    form.line("Write “NK” if you do not know. Do not leave boxes empty.")


def about_child(form: Form) -> None:
    """Parts A and B."""
    form.heading("PART A – CHILD OR UNBORN BABY")
    form.pairs(
        [
            ("Family name", "", "Given name(s)", ""),
            ("Also known as", "", "D.O.B. / E.D.D.", ""),
            ("Sex", ticks("Male", "Female", "Not known"), "Age", ""),
            ("Ethnic origin", "", "Religion", ""),
            ("Main language", "", "Interpreter needed?", ticks("Yes", "No")),
            ("NHS No.", "", "UPN", ""),
            ("Address where child lives", "", "Post code", ""),
            ("Contact no.", "", "Living with", ""),
            ("School / nursery / college", "", "Year group", ""),
            ("Disability / additional needs", ""),
            ("Any health issues", ""),
            ("Who holds PR?", ""),
        ],
        (3.7, 5.3, 3.5, 5.1),
    )
    form.gap()
    form.heading("PART B – BROTHERS, SISTERS AND OTHER CHILDREN IN THE HOUSEHOLD")
    form.rows(
        ("Name of child", "DOB or EDD", "M/F", "Ethnicity", "School/nursery", "Being referred? Y/N"),
        (5.0, 2.4, 1.2, 3.0, 3.8, 2.2),
        4,
    )
    form.gap()


def about_family(form: Form) -> None:
    """Parts C to E."""
    form.heading("PART C – MOTHER, FATHER AND OTHER CARERS")
    form.rows(
        (
            "Full name",
            "Date of birth",
            "Relationship to child(ren)",
            "Address if different",
            "Telephone",
            "PR Y/N",
        ),
        (4.0, 2.3, 3.2, 4.3, 2.5, 1.3),
        3,
    )
    form.gap()
    form.heading("PART D – PERSON YOU ARE WORRIED ABOUT (IF AN ADULT POSES A RISK)")
    form.pairs(
        [
            ("Name of adult", "", "Known by other names?", ""),
            ("DOB", "", "Link to child", ""),
            ("Home address", "", "Postcode", ""),
            ("Offence(s)", "", "Sentence / order", ""),
            ("In custody?", ticks("Yes", "No"), "Date of release", ""),
            ("MAPPA", ticks("Level 1", "Level 2", "Level 3", "No"), "Heard at MARAC?", ticks("Yes", "No")),
        ],
        (3.3, 5.5, 3.5, 5.3),
    )
    form.gap()
    form.heading("PART E – AGENCIES INVOLVED")
    form.rows(
        ("Agency", "Name of worker", "Tel / e-mail", "Working with whom, and on what?"), (4.0, 4.2, 3.9, 5.5), 4
    )
    form.pairs([("GP practice", "", "GP’s phone", "")], (3.3, 5.5, 3.5, 5.3))
    form.gap()


def about_worry(form: Form) -> None:
    """Parts F and G."""
    form.heading("PART F – WHY ARE YOU REFERRING?")
    form.pairs(
        [
            ("Type of abuse or concern", ticks("Physical", "Emotional", "Sexual", "Neglect", "CSE", "FGM")),
            (
                "Also tick if this applies",
                ticks("Domestic abuse", "Drugs or alcohol", "Mental health", "Gangs", "Trafficking"),
            ),
            ("Child at immediate risk?", ticks("Yes", "No")),
        ],
        (4.4, 13.2),
    )
    form.question(
        "What happened, and what has made you refer today?",
        3.2,
        "Say who saw or heard it. Use the person’s own words.",
    )
    form.question("What effect is this having on the child?", 2.0)
    form.question("What has the child told you? What does the child want?", 1.6)
    form.question("Strengths, and what keeps the child safe", 1.8)
    form.question("History: earlier referrals, assessments or plans", 1.8)
    form.question("What you have done already", 1.6)
    form.question("What do you want Children’s Services to do?", 1.6)
    form.question("What don’t you know yet?", 1.4)
    form.question("Is it safe for one worker to visit alone? Say why", 1.2)
    form.gap()
    form.heading("PART G – TELLING THE FAMILY")
    form.pairs(
        [
            (
                "Have you told the parent(s)?",
                ticks("Yes", "No"),
                "Have they agreed?",
                ticks("Yes", "No", "Not asked"),
            ),
            ("If not, why not?", ""),
            ("Who was told, by whom and when?", ""),
            ("What must not be shared with the family?", ""),
        ],
        (4.6, 4.6, 3.6, 4.8),
    )
    form.gap()


def about_you(form: Form) -> None:
    """Parts H and I: lines of underscores, as whoever drew up this page preferred them."""
    form.heading("PART H – YOU")
    form.line("Your name: " + "_" * 40 + "  Role: " + "_" * 24)
    form.line("Organisation: " + "_" * 37 + "  Team: " + "_" * 24)
    form.line("Your office address: " + "_" * 56)
    form.line("Phone: " + "_" * 24 + "  E-mail (secure): " + "_" * 32)
    form.line("Your case number: " + "_" * 24)
    form.line("Manager or safeguarding lead you talked to: " + "_" * 34)
    form.line("Date you talked: " + "_" * 20 + "  What did they advise? " + "_" * 30)
    form.line("Rang our front door on: " + "_" * 16 + "  Time: " + "_" * 8 + "  Spoke to: " + "_" * 22)
    form.gap()
    form.line("Signed: " + "_" * 34 + "  Date of this referral: " + "_" * 18)
    form.gap()
    form.heading("OFFICE USE")
    form.pairs([("Received", "", "Worker", ""), ("Decision", "", "System ID", "")], (3.3, 5.5, 3.5, 5.3))


def build() -> bytes:
    """The whole form; its zip entries bear one fixed date."""
    form = Form()
    for part in (opening, about_child, about_family, about_worry, about_you):
        part(form)
    first = io.BytesIO()
    form.document.save(first)
    out = io.BytesIO()
    with zipfile.ZipFile(first) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename == "docProps/thumbnail.jpeg":
                continue
            data = old.read(entry.filename)
            if entry.filename == "_rels/.rels":
                data = without_thumbnail(data)
            new.writestr(zipfile.ZipInfo(entry.filename, (2024, 9, 2, 9, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def without_thumbnail(relations: bytes) -> bytes:
    """The file’s relations without the picture that python-docx’s own template carries."""
    start = relations.find(b"<Relationship ", 0)
    kept = relations[:start]
    for piece in relations[start:].split(b"<Relationship ")[1:]:
        if b"thumbnail" not in piece:
            kept += b"<Relationship " + piece
        elif b"</Relationships>" in piece:
            kept += b"</Relationships>"
    return kept


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(build())
