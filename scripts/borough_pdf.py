"""The blank referral form of an invented borough, as a fillable PDF of three pages.

python3 scripts/borough_pdf.py samples/boroughs/thornmere-marf.pdf

It stands for the forms that boroughs publish: pages set by one program, fields put on them by another, names
that changed with whoever drew them, and a few habits that fillers have to bear (see `Widgets`). The same bytes
each time.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from borough_pdf_fields import Box, Widgets

ROOT = Path(__file__).resolve().parent.parent
WIDE, HIGH = 595.28, 841.89
LEFT, RIGHT, FOOT = 36.0, WIDE - 36.0, 52.0
BLUE, TINT, RULE = HexColor("#1f4e79"), HexColor("#e4edf5"), HexColor("#8aa4bd")
LINE = 19.0

YES_NO = (("Yes", "Yes"), ("No", "No"))
GENDERS = (("", " "), ("M", "Male"), ("F", "Female"), ("O", "Other"), ("U", "Unborn"))
ETHNIC = ("White British", "White Irish", "Any other White", "White and Black Caribbean", "White and Asian",
          "Indian", "Pakistani", "Bangladeshi", "Chinese", "Black African", "Black Caribbean",
          "Any other ethnic group", "Not stated")  # fmt: skip
PLANS = (
    ("CPP", "Child protection plan"),
    ("CIN", "Child in need plan"),
    ("CLA", "Looked after"),
    ("EH", "Early help"),
    ("CLO", "Closed"),
)
CONCERNS = (("Physical", "Physical abuse"), ("Emotional", "Emotional abuse"), ("Sexual", "Sexual abuse"),
            ("Neglect", "Neglect"), ("DVA", "Domestic violence/abuse"), ("CSE", "Sexual exploitation (CSE)"),
            ("Gangs", "Gangs / county lines"), ("Radical", "Radicalisation"), ("FGM", "FGM"),
            ("FM", "Forced marriage"), ("HBV", "So-called honour based abuse"),
            ("MFH", "Missing from home/care"),
            ("Unborn", "Concern for unborn baby"), ("Sub", "Parental substance misuse"),
            ("PMH", "Parental mental ill-health"))  # fmt: skip


@dataclass(slots=True)
class Tags:
    """The tree of tags while pages are drawn: (role, marks, widgets) under each section."""

    sections: list[list[tuple[str, list[tuple[int, int]], list[int]]]] = field(default_factory=list)
    counts: dict[int, int] = field(default_factory=dict)

    def next(self, page: int) -> int:
        """The next marked-content number of the page."""
        self.counts[page] = self.counts.get(page, -1) + 1
        return self.counts[page]


class Form:
    """Draws the page and notes where fields go; starts a new page where a row has no room."""

    def __init__(self) -> None:
        """A first, empty page."""
        for style in ("Regular", "Bold"):
            pdfmetrics.registerFont(
                TTFont(f"Arimo-{style}", str(ROOT / "fonts" / "arimo" / f"Arimo-{style}.ttf"))
            )
        self.stream = io.BytesIO()
        self.canvas = Canvas(self.stream, pagesize=(WIDE, HIGH), invariant=1)
        self.page, self.top = 0, HIGH - 36
        self.tags = Tags()
        self.tags.sections.append([])
        self.boxes: list[Box] = []

    # ---- marks ----------------------------------------------------------------------------------------------

    def write(self, x: float, y: float, words: str, *, size: float = 8.5, bold: bool = False, role: str = "P",
              colour: object = HexColor("#000000")) -> None:  # fmt: skip
        """Tagged words with their base line at `y`."""
        mark = self.tags.next(self.page)
        self.canvas._code.append(f"/{role} <</MCID {mark}>> BDC")
        self.canvas.setFillColor(colour)
        self.canvas.setFont("Arimo-Bold" if bold else "Arimo-Regular", size)
        self.canvas.drawString(x, y, words)
        self.canvas._code.append("EMC")
        self.tags.sections[-1].append((role, [(self.page, mark)], []))

    def shade(self, x: float, y: float, wide: float, high: float, *, fill: object | None) -> None:
        """A ruled box that says nothing by itself."""
        self.canvas._code.append("/Artifact BMC")
        self.canvas.setStrokeColor(RULE)
        self.canvas.setLineWidth(0.6)
        if fill is not None:
            self.canvas.setFillColor(fill)
        self.canvas.rect(x, y, wide, high, stroke=1, fill=int(fill is not None))
        self.canvas._code.append("EMC")

    def place(self, box: Box, x: float, y: float, wide: float, high: float) -> None:
        """A field in the box, two points inside its rules."""
        if box.kind in {"radio", "checkbox"}:
            self.shade(x, y, wide, high, fill=HexColor("#ffffff"))
        if box.kind == "comb":
            for number in range(1, box.longest):
                self.shade(x + 1.5 + number * (wide - 3) / box.longest, y, 0, high, fill=None)
        put = box.at(self.page, (x + 1.5, y + 1.5, x + wide - 1.5, y + high - 1.5))
        self.tags.sections[-1].append(("Form", [], [len(self.boxes)]))
        self.boxes.append(put)

    # ---- pages and rows -------------------------------------------------------------------------------------

    def room(self, high: float) -> None:
        """Start a new page if less than `high` points are left."""
        if self.top - high < FOOT:
            self.footer()
            self.canvas.showPage()
            self.page += 1
            self.top = HIGH - 40

    def footer(self) -> None:
        """The borough's line, the page's number, and the reference that is repeated on every page."""
        self.write(LEFT, 34, "Thornmere MARF v4.2 – OFFICIAL-SENSITIVE when completed", size=7)
        self.write(LEFT + 292, 34, "Your ref", size=7)
        self.place(Box("Ref", "text", ""), LEFT + 324, 29, 110, 14)
        self.write(RIGHT - 44, 34, f"Page {self.page + 1} of 3", size=7)

    def section(self, number: str, title: str) -> None:
        """A white heading on a blue bar, never alone at the foot of a page."""
        self.room(100)
        self.top -= 24
        self.tags.sections.append([])
        self.canvas._code.append("/Artifact BMC")
        self.canvas.setFillColor(BLUE)
        self.canvas.rect(LEFT, self.top, RIGHT - LEFT, 17, stroke=0, fill=1)
        self.canvas._code.append("EMC")
        words = f"{number}. {title}" if number else title
        self.write(LEFT + 5, self.top + 5, words, size=10.5, bold=True, role="H2", colour=HexColor("#ffffff"))

    def note(self, words: str) -> None:
        """A line of small print."""
        self.room(13)
        self.top -= 12
        self.write(LEFT + 2, self.top + 2.5, words, size=7.5)

    def row(self, *cells: tuple[str, float, Box | tuple[Box, ...], float], high: float = LINE) -> None:
        """Cells of (label, its width, what is to be filled in, its width)."""
        self.room(high)
        self.top -= high
        x = LEFT
        for label, label_wide, what, wide in cells:
            self.shade(x, self.top, label_wide, high, fill=TINT)
            lines = label.split("\n")
            for number, words in enumerate(lines):
                y = self.top + high / 2 - 3 + (len(lines) - 1) * 4.6 - number * 9.2
                self.write(x + 4, y, words)
            self.shade(x + label_wide, self.top, wide, high, fill=None)
            self.fill(what, x + label_wide, wide, high)
            x += label_wide + wide

    def fill(self, what: Box | tuple[Box, ...], x: float, wide: float, high: float) -> None:
        """One field over the whole cell, or several in a row: boxes of a date, or answers with their words."""
        if isinstance(what, Box):
            self.place(what, x, self.top, wide, high)
            return
        for box in what:
            if box.kind in {"radio", "checkbox"}:
                self.place(box, x + 6, self.top + high / 2 - 6.5, 13, 13)
                self.write(x + 22, self.top + high / 2 - 3, box.beside)
                x += 32 + pdfmetrics.stringWidth(box.beside, "Arimo-Regular", 8.5)
            else:
                self.place(box, x + 3, self.top + 1.5, box.wide, high - 3)
                if box.beside:
                    self.write(x + box.wide + 5, self.top + high / 2 - 3, box.beside)
                x += box.wide + 11

    def text(self, label: str, box: Box, *, high: float) -> None:
        """A strip with the question, and a large box under it."""
        self.room(high + 16)
        self.top -= 15
        self.shade(LEFT, self.top, RIGHT - LEFT, 15, fill=TINT)
        self.write(LEFT + 4, self.top + 4.5, label)
        self.top -= high
        self.shade(LEFT, self.top, RIGHT - LEFT, high, fill=None)
        self.place(box, LEFT, self.top, RIGHT - LEFT, high)

    def table(
        self, heads: tuple[tuple[str, float], ...], rows: Sequence[tuple[Box, ...]], *, high: float = 20
    ) -> None:
        """Heads over rows of fields."""
        self.room(24 + high * len(rows))
        self.top -= 22
        x = LEFT
        for words, wide in heads:
            self.shade(x, self.top, wide, 22, fill=TINT)
            for number, line in enumerate(words.split("\n")):
                self.write(
                    x + 3, self.top + (12.5 if "\n" in words else 8) - number * 9, line, size=7.5, bold=True
                )
            x += wide
        for row in rows:
            self.top -= high
            x = LEFT
            for (_, wide), box in zip(heads, row, strict=True):
                self.shade(x, self.top, wide, high, fill=None)
                if box.kind == "checkbox":
                    self.place(box, x + wide / 2 - 7, self.top + 3, 14, 14)
                else:
                    self.place(box, x, self.top, wide, high)
                x += wide


def radio(name: str, tip: str, answers: tuple[tuple[str, str], ...] = YES_NO) -> tuple[Box, ...]:
    """The buttons of one question."""
    return tuple(Box(name, "radio", tip, on=code, beside=words) for code, words in answers)


def date_boxes(name: str, tip: str) -> tuple[Box, ...]:
    """Day, month and year apart."""
    return (
        Box(f"{name}.Day", "text", f"{tip} - day (dd)", longest=2, wide=24, beside="/"),
        Box(f"{name}.Month", "text", f"{tip} - month (mm)", longest=2, wide=24, beside="/"),
        Box(f"{name}.Year", "text", f"{tip} - year (yyyy)", longest=4, wide=40),
    )


def head(form: Form) -> None:
    """The borough's name and what to do before the form is filled in."""
    form.canvas._code.append("/Artifact BMC")
    form.canvas.setFillColor(BLUE)
    form.canvas.circle(RIGHT - 22, HIGH - 56, 20, stroke=0, fill=1)
    form.canvas.setFillColor(HexColor("#ffffff"))
    form.canvas.setFont("Arimo-Bold", 20)
    form.canvas.drawCentredString(RIGHT - 22, HIGH - 63, "T")
    form.canvas._code.append("EMC")
    form.write(LEFT, HIGH - 52, "London Borough of Thornmere", size=11, bold=True, colour=BLUE)
    form.write(LEFT, HIGH - 74, "Multi-Agency Referral Form (MARF)", size=18, bold=True, role="H1", colour=BLUE)
    form.top = HIGH - 82
    form.note("A child in danger now? Dial 999 first, then ring the Thornmere MASH on 020 7946 0970.")
    form.note(
        "E-mail this form to mash@thornmere.example.org from a secure account. Type into the white boxes."
    )


def about_referral(form: Form) -> None:
    """Sections 1 and 2: the referral and whoever makes it."""
    form.section("1", "This referral")
    form.row(("Date of referral", 92, date_boxes("RefDate", "Date of referral"), 160),
             ("Time", 50, Box("RefTime", "text", "Time of referral (24 hour clock)", longest=5), 70),
             ("Your reference", 76, Box("Ref", "text", ""), 75.28))  # fmt: skip
    question = "Phoned through to the MASH already?"
    form.row((question, 160, radio("Phoned", question), 92),
             ("Spoke to", 50, Box("Spoke to", "text", "Name of the MASH worker you spoke to"), 110),
             ("On", 26, Box("Date_2", "date", "Date of phone call dd/mm/yyyy"), 85.28))  # fmt: skip
    form.row(
        ("Is any child in immediate danger?", 160, radio("Danger", "Is any child in immediate danger?"), 363.28)
    )
    form.section("2", "Referrer's details")
    form.row(("Forename", 70, Box("Forename", "text", "Referrer's forename"), 191.64),
             ("Surname", 70, Box("Surname", "text", "Referrer's surname"), 191.64))  # fmt: skip
    form.row(("Job title", 70, Box("Job title", "text", "Referrer's job title"), 191.64),
             ("Agency", 70, Box("Agency", "text", "Referrer's agency"), 191.64))  # fmt: skip
    form.row(("Team / base", 70, Box("Team", "text", "Team or base"), 191.64),
             ("Tel. no.", 70, Box("Tel no", "text", "Referrer's telephone number"), 191.64))  # fmt: skip
    form.row(("Work address", 70, Box("Address 1", "text", "Work address line 1"), 191.64),
             ("Secure email", 70, Box("Email", "text", "Referrer's secure email"), 191.64))  # fmt: skip
    form.row(("", 70, Box("Address 2", "text", "Work address line 2"), 191.64),
             ("Mobile", 70, Box("Mobile", "text", "Referrer's mobile"), 191.64))  # fmt: skip
    form.row(("", 70, Box("Address 3", "text", "Work address line 3"), 191.64),
             ("Postcode", 70, Box("Postcode", "text", "Work address postcode", longest=8), 191.64))  # fmt: skip
    form.row(("Manager /\nsafeguarding lead", 92, Box("Manager", "text", "Name of manager or DSL"), 169.64),
             ("Their tel. no.", 70, Box("Tel no_2", "text", "Manager or DSL telephone"), 191.64),
             high=24)  # fmt: skip
    form.row(("Has your manager / DSL agreed this referral?", 200, radio("MgrAgreed", "Manager agreed"), 95),
             ("Date discussed", 76,
              Box("Date_3", "date", "Date discussed with manager dd/mm/yyyy"), 152.28))  # fmt: skip


def about_children(form: Form) -> None:
    """Section 3: three children in rows, then more about the first."""
    form.section("3", "Child(ren) or young people you are referring")
    heads = (("Surname", 92.0), ("First name(s)", 92.0), ("D.O.B.\n(or EDD)", 62.0), ("Gender", 58.0),
             ("Ethnicity", 92.0), ("School / nursery /\ncollege", 82.0), ("UPN", 45.28))  # fmt: skip
    rows = []
    for number in (1, 2, 3):
        child, tip = f"Child.{number}", f"Child {number}"
        rows.append(
            (
                Box(f"{child}.Surname", "text", f"{tip} surname"),
                Box(f"{child}.FirstName", "text", f"{tip} first names"),
                Box(f"{child}.DOB", "date", f"{tip} date of birth or EDD dd/mm/yyyy"),
                Box(f"{child}.Gender", "choice", f"{tip} gender", options=GENDERS),
                Box(f"{child}.Ethnicity", "combo", f"{tip} ethnicity", options=tuple((e, e) for e in ETHNIC)),
                Box(f"{child}.School", "text", f"{tip} school, nursery or college"),
                Box(f"{child}.UPN", "text", f"{tip} unique pupil number", longest=13),
            )
        )
    form.table(heads, rows)
    form.note("The next boxes are about child 1. Use a further sheet for the other children.")
    form.row(("NHS number", 92, Box("NHS number", "comb", "NHS number of child 1", longest=10), 169.64),
             ("Also known as", 84, Box("AKA", "text", "Other names child 1 is known by"), 177.64))  # fmt: skip
    form.row(("First language", 92, Box("First language", "text", "Child's first language"), 169.64),
             ("Interpreter or\nsigner needed?", 84,
              radio("Interpreter", "Interpreter or signer needed?"), 177.64),
             high=24)  # fmt: skip
    form.row(("Religion", 92, Box("Religion", "text", "Child's religion"), 169.64),
             ("Child's tel. no.", 84, Box("Tel no_3", "text", "Child's telephone number"), 177.64))  # fmt: skip
    form.row(("Home address", 92, Box("Address 1_2", "text", "Child's home address line 1"), 169.64),
             ("Lives with", 84, Box("Lives with", "text", "Who the child lives with"), 177.64))  # fmt: skip
    form.row(("", 92, Box("Address 2_2", "text", "Child's home address line 2"), 169.64),
             ("Who has PR?", 84, Box("PR", "text", "Who has parental responsibility"), 177.64))  # fmt: skip
    form.row(("Postcode", 92, Box("Postcode_2", "text", "Child's postcode", longest=8), 169.64),
             ("Staying elsewhere?\nGive the address", 84, Box("undefined", "text", ""), 177.64),
             high=24)  # fmt: skip
    form.row(("Disability, SEND or\ncommunication needs", 92, Box("Disability", "multiline",
             "Any disability, special educational or communication needs"), 431.28), high=40)  # fmt: skip
    answers = (("1", "Yes"), ("0", "No"), ("2", "Don't know"))
    form.row(("Known to children's social care?", 140, radio("Known", "Known to social care?", answers), 190),
             ("Current or\npast plan", 64,
              Box("Plan", "list", "Plans, past or present", options=PLANS), 129.28),
             high=58)  # fmt: skip


def about_family(form: Form) -> None:
    """Sections 4 to 6: carers, the household, and the agencies around them."""
    form.section("4", "Parents and carers")
    heads = (("Full name", 118.0), ("D.O.B.", 62.0), ("Relationship\nto child", 82.0), ("PR?", 28.0),
             ("Address (if not the child's)", 142.0), ("Tel. no.", 91.28))  # fmt: skip
    form.table(
        heads,
        [
            (
                Box(f"Carer{n}Name", "text", f"Parent or carer {n} full name"),
                Box(f"Carer{n}DOB", "date", f"Parent or carer {n} date of birth"),
                Box(f"Carer{n}Rel", "text", f"Parent or carer {n} relationship to child"),
                Box(f"Carer{n}PR", "checkbox", f"Parent or carer {n} has parental responsibility", on="On"),
                Box(f"Carer{n}Address", "multiline", f"Parent or carer {n} address if different"),
                Box(f"Carer{n}Tel", "text", f"Parent or carer {n} telephone"),
            )
            for n in (1, 2)
        ],
        high=24,
    )
    form.section("5", "Who else lives in the home?")
    people = (("Name", 190.0), ("D.O.B. / age", 80.0), ("M / F", 50.0), ("Relationship to child", 203.28))
    form.table(
        people,
        [
            (
                Box(f"NameRow{n}", "text", ""),
                Box(f"DOB  ageRow{n}", "text", ""),
                Box(f"M  FRow{n}", "text", "", longest=1),
                Box(f"Relationship to childRow{n}", "text", ""),
            )
            for n in (1, 2, 3)
        ],
    )
    form.section("6", "Other professionals working with the family")
    for what, code in (("GP", "GP"), ("Health visitor", "HV"), ("School / DSL", "DSL"), ("Other", "Oth")):
        form.row((what, 70, Box(f"{code}.Name", "text", f"{what} - name"), 140),
                 ("Organisation", 66, Box(f"{code}.Org", "text", f"{what} - surgery, service or school"), 130),
                 ("Tel.", 26, Box(f"{code}.Tel", "text", f"{what} - telephone"), 91.28))  # fmt: skip


def about_consent(form: Form) -> None:
    """Section 7: who knows of the referral and agrees."""
    form.section("7", "Consent and information sharing")
    form.row(("Are the parents/carers aware that you are making this referral?", 330,
              radio("Aware", "Are parents aware of this referral?"), 193.28))  # fmt: skip
    form.row(("Do they agree to information being shared?", 330,
              radio("Consent", "Do they agree to information being shared?",
                    (("Choice1", "Yes"), ("Choice2", "No"), ("Choice3", "Not asked"))), 193.28))  # fmt: skip
    form.text("If NO or NOT ASKED, say why", Box("If NO", "multiline", "Reason for no consent"), high=38)
    form.row(("Would telling the family put a child at greater risk?", 330,
              radio("TellRisk", "Would telling the family put a child at greater risk?"), 193.28))  # fmt: skip
    form.text("Anything here that the family must NOT be told? Say what and why",
              Box("undefined_2", "multiline", ""),
              high=34)  # fmt: skip


def about_concerns(form: Form) -> None:
    """Section 8: the worries, and the adult behind them."""
    form.section("8", "Your worries")
    form.note("Tick all that apply")
    for first in range(0, len(CONCERNS), 3):
        form.room(17)
        form.top -= 17
        for column, (code, words) in enumerate(CONCERNS[first : first + 3]):
            x = LEFT + column * 174
            box = Box(f"Concern{code}", "checkbox", words if column != 1 else "", on="Yes", beside=words)
            form.place(box, x, form.top + 1, 14, 14)
            form.write(x + 18, form.top + 4.5, words)
    form.text("What are you worried about? Give dates, what was seen or said, and by whom",
              Box("Worries", "multiline", "What are you worried about?"), high=110)  # fmt: skip
    form.text(
        "How does this affect the child(ren) day to day?",
        Box("Impact", "multiline", "Impact on child"),
        high=52,
    )
    form.text("Child's wishes and feelings", Box("Wishes", "multiline", "Child's wishes and feelings"), high=40)
    form.text(
        "What is working well / who keeps the child safe?", Box("Well", "multiline", "Working well"), high=46
    )
    form.text(
        "Past referrals, plans or concerns that you know of", Box("Past", "multiline", "Past concerns"), high=46
    )
    form.text("What has your agency done so far?", Box("Done", "multiline", "Action by your agency"), high=46)
    form.text("What would you like us to do?", Box("Outcome", "multiline", "Outcome sought"), high=40)
    form.section("9", "Adult believed to pose a risk (if any)")
    form.row(("Name", 70, Box("PoRName", "text", "Person posing a risk - name"), 191.64),
             ("Aliases", 70, Box("PoRAlias", "text", "Person posing a risk - aliases"), 191.64))  # fmt: skip
    form.row(("D.O.B.", 70, Box("PoRDOB", "date", "Person posing a risk - date of birth dd/mm/yyyy"), 191.64),
             ("Convictions", 70,
              Box("PoROff", "text", "Person posing a risk - relevant offences"), 191.64))  # fmt: skip
    levels = (("-", "None"), ("1", "Level 1"), ("2", "Level 2"), ("3", "Level 3"))
    form.row(("Address and\npostcode", 70,
              Box("PoRAddress", "multiline", "Person posing a risk - address"), 191.64),
             ("MAPPA level", 70, Box("PoRMAPPA", "choice", "MAPPA level", options=levels), 191.64),
             high=40)  # fmt: skip
    form.text(
        "Safe to visit? Dogs, weapons, violence to staff",
        Box("VisitRisk", "multiline", "Risks to staff"),
        high=30,
    )


def sign(form: Form) -> None:
    """Section 10, and the box for the office."""
    form.section("10", "Declaration")
    form.row(("Print name", 70, Box("Print name", "text", "Print name"), 130),
             ("Signed", 44, Box("Signature1", "text", "Type your name to sign"), 129.28),
             ("Date", 36, Box("Date_4", "date", "Date signed dd/mm/yyyy"), 114))  # fmt: skip
    form.section("", "FOR MASH USE ONLY")
    form.row(("Received by", 70, Box("Office.ReceivedBy", "text", "Office use: received by"), 120),
             ("Date / time", 62, Box("Office.ReceivedOn", "text", "Office use: received on"), 100),
             ("Case no.", 56, Box("Office.CaseNo", "text", "Office use: case number"), 115.28))  # fmt: skip


def tree(pdf: pikepdf.Pdf, tags: Tags, widgets: list[pikepdf.Object]) -> None:
    """Tags as ISO 32000-1, 14.7: sections of headings, paragraphs and form fields, and the parent tree."""
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    document = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=root, K=Array()))
    by_page: dict[int, dict[int, pikepdf.Object]] = {}
    numbers = Array()
    key = len(pdf.pages)
    for section in tags.sections:
        part = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Sect, P=document, K=Array()))
        document.K.append(part)
        for role, marks, boxes in section:
            element = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name("/" + role), P=part))
            part.K.append(element)
            for page, mark in marks:
                element.Pg = pdf.pages[page].obj
                element.K = mark
                by_page.setdefault(page, {})[mark] = element
            for box in boxes:
                widget = widgets[box]
                element.Pg = widget.P
                element.K = Dictionary(Type=Name.OBJR, Obj=widget, Pg=widget.P)
                widget.StructParent = key
                numbers.extend([key, element])
                key += 1
    pages = Array()
    for page, marked in sorted(by_page.items()):
        pdf.pages[page].obj.StructParents = page
        pdf.pages[page].obj.Tabs = Name.S
        pages.extend([page, pdf.make_indirect(Array([marked[n] for n in sorted(marked)]))])
    root.K = document
    root.ParentTree = pdf.make_indirect(Dictionary(Nums=Array([*pages, *numbers])))
    root.ParentTreeNextKey = key
    pdf.Root.StructTreeRoot = root
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.Root.Lang = String("en-GB")
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)


def build() -> bytes:
    """The whole form."""
    form = Form()
    head(form)
    for part in (about_referral, about_children, about_family, about_consent, about_concerns, sign):
        part(form)
    form.footer()
    form.canvas.setTitle("Thornmere Multi-Agency Referral Form (MARF)")
    form.canvas.setAuthor("London Borough of Thornmere (invented)")
    form.canvas.save()
    with pikepdf.open(io.BytesIO(form.stream.getvalue())) as pdf:
        widgets = Widgets(pdf).add(form.boxes)
        tree(pdf, form.tags, widgets)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(build())
