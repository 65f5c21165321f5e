"""Make the forms that lie in tests/corpus: several programs' ways, and the faults to be refused.

python3 scripts/made_forms.py FOLDER [NAME ...]

Needs LibreOffice (`soffice`), pdftk-java and qpdf for three of them; a form whose program is not here is
named and left as it is.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from pypdf import PdfWriter
from reportlab.pdfgen.canvas import Canvas

from borough_pdf import build as borough_form
from borough_pdf_fields import COMB, MULTILINE

FDF = """%FDF-1.2
1 0 obj<</FDF<</Fields[<</T(Name)/V(Old value)>><</T(Urgent)/V/Yes>>]>>>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""

PAGE = """<html lang="en-GB"><head><meta charset="utf-8"><title>Request for information</title></head><body>
<h1>Marshgate School (invented): request for information</h1><form>
<p>Name of pupil: <input type="text" name="PupilName" size="40"></p>
<p>Date of birth: <input type="text" name="PupilDOB" size="12" maxlength="10"></p>
<p>Year: <select name="Year"><option value="R">Reception</option><option value="1">Year 1</option></select></p>
<p>Help given: <select name="Help" size="3" multiple><option>Meals</option><option>Transport</option>
<option>Tutor</option></select></p>
<p>Known to social care? <input type="radio" name="Known" value="yes"> Yes
<input type="radio" name="Known" value="no"> No</p>
<p><input type="checkbox" name="Urgent" value="u"> Urgent
<input type="checkbox" name="Copy" value="c"> Send a copy</p>
<p>Concerns:<br><textarea name="Concerns" rows="6" cols="60"></textarea></p></form></body></html>"""


def run(*words: str, folder: str) -> None:
    """Run a program in a folder, which must work."""
    subprocess.run(words, cwd=folder, check=True, capture_output=True, timeout=180)


def by_libreoffice() -> bytes:
    """A web page's form as LibreOffice exports it."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "form.html").write_text(PAGE, encoding="utf-8")
        home = f"-env:UserInstallation=file://{folder}/profile"
        run(
            "soffice",
            home,
            "--headless",
            "--convert-to",
            "pdf:writer_web_pdf_Export",
            "form.html",
            folder=folder,
        )
        return (Path(folder) / "form.pdf").read_bytes()


def by_reportlab() -> bytes:
    """Every kind of field that ReportLab draws, with its own appearances."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    form = canvas.acroForm
    canvas.drawString(60, 780, "Housing referral (invented)")
    for number, words in enumerate(("Name", "Address", "Telephone")):
        canvas.drawString(60, 740 - 30 * number, words)
        form.textfield(name=words, tooltip=words, x=160, y=732 - 30 * number, width=300, height=22)
    form.textfield(name="Notes", tooltip="Notes", x=160, y=540, width=300, height=90, fieldFlags="multiline")
    form.checkbox(name="Urgent", tooltip="Urgent", x=160, y=500, size=16)
    for number, code in enumerate(("own", "rented", "none")):
        canvas.drawString(182 + 80 * number, 464, code)
        form.radio(name="Home", tooltip="Kind of home", value=code, x=160 + 80 * number, y=460, size=16)
    form.choice(
        name="Team",
        tooltip="Team",
        value="North",
        options=["North", "South"],
        x=160,
        y=420,
        width=120,
        height=22,
    )
    form.listbox(name="Needs", tooltip="Needs", value="Pets", options=["Ground floor", "Pets", "Parking"],
                 x=160, y=330, width=120, height=70)  # fmt: skip
    canvas.save()
    return out.getvalue()


def by_pdftk() -> bytes:
    """The form of ReportLab, half filled by pdftk-java."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "blank.pdf").write_bytes(by_reportlab())
        (Path(folder) / "data.fdf").write_text(FDF, encoding="ascii")
        run(
            "pdftk",
            "blank.pdf",
            "fill_form",
            "data.fdf",
            "output",
            "half.pdf",
            "need_appearances",
            folder=folder,
        )
        return (Path(folder) / "half.pdf").read_bytes()


def by_qpdf() -> bytes:
    """The invented borough's form, linearised, its objects in streams."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "blank.pdf").write_bytes(borough_form())
        run(
            "qpdf",
            "--linearize",
            "--object-streams=generate",
            "--deterministic-id",
            "blank.pdf",
            "new.pdf",
            folder=folder,
        )
        return (Path(folder) / "new.pdf").read_bytes()


def by_pypdf() -> bytes:
    """The form of ReportLab with a value and an appearance by pypdf."""
    writer = PdfWriter(clone_from=io.BytesIO(by_reportlab()))
    writer.update_page_form_field_values(writer.pages[0], {"Telephone": "020 7946 0999"}, auto_regenerate=False)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def combs_turned() -> bytes:
    """Combs and texts, aligned three ways, on a turned page and turned themselves; with and without a frame."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 420))
        page.obj.Rotate = 90
        fields = Array()
        for quad in (0, 1, 2):
            for turn in (0, 90, 180, 270):
                upright = turn in (90, 270)
                left, foot = 20 + 140 * (turn // 90), 40 + 125 * quad
                field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, P=page.obj, F=4, Q=quad)
                field.T = String(f"Comb {quad} {turn}" if turn < 180 else f"Text {quad} {turn}")
                field.Rect = Array(
                    [left, foot, left + (28 if upright else 120), foot + (115 if upright else 24)]
                )
                field.MK = Dictionary(R=turn)
                if quad:
                    field.MK.BC = Array([0, 0, 0.5])
                if turn < 180:
                    field.Ff, field.MaxLen = COMB, 8
                fields.append(pdf.make_indirect(field))
        helvetica = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        pdf.Root.AcroForm = Dictionary(
            Fields=fields, DA=String("/H 10 Tf 0 g"), DR=Dictionary(Font=Dictionary(H=helvetica))
        )
        page.obj.Annots = fields
        return saved(pdf)


def saved(pdf: pikepdf.Pdf) -> bytes:
    """The file, the same bytes each time."""
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()


BARE = (
    "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R 5 0 R 6 0 R 7 0 R 8 0 R]>>>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Resources<<>>"
    "/Annots[4 0 R 5 0 R 6 0 R 9 0 R 10 0 R 11 0 R]>>",
    "<</Type/Annot/Subtype/Widget/FT/Tx/T(Name)/Rect[20 250 280 270]/F 4>>",
    "<</Type/Annot/Subtype/Widget/FT/Btn/T(Agreed)/Rect[20 220 34 234]/F 4>>",
    "<</Type/Annot/Subtype/Widget/FT/Tx/T(Name)/Rect[20 190 280 210]/F 4>>",
    "<</T(Child)/Kids[9 0 R 10 0 R]>>",
    f"<</T(Child)/FT/Tx/Ff {MULTILINE}/Kids[11 0 R]>>",
    "<</Type/Annot/Subtype/Widget/Parent 7 0 R/FT/Tx/T(Surname)/Rect[20 160 150 180]/F 4>>",
    "<</Type/Annot/Subtype/Widget/Parent 7 0 R/FT/Ch/Ff 131072/T(Sex)/Opt[(Girl)(Boy)]"
    "/Rect[160 160 280 180]/F 4>>",
    "<</Type/Annot/Subtype/Widget/Parent 8 0 R/Rect[20 60 280 150]/F 4>>",
)


def bare(*, shift: int = 0) -> bytes:
    """Written by hand: no DA, no MK, no AP, a direct AcroForm, two fields of one name, two trees of one name.

    `shift` moves what the cross-reference table says away from where the objects are.
    """
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(BARE, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("ascii")
    rows = "".join(f"{place + shift:010d} 00000 n \n" for place in places)
    table = f"xref\n0 {len(BARE) + 1}\n0000000000 65535 f \n{rows}trailer<</Size {len(BARE) + 1}/Root 1 0 R>>\n"
    return out + f"{table}startxref\n{len(out)}\n%%EOF\n".encode("ascii")


def encrypted() -> bytes:
    """The bare form, which opens without a password but may not be changed."""
    with pikepdf.open(io.BytesIO(bare())) as pdf:
        out = io.BytesIO()
        pdf.save(
            out,
            encryption=pikepdf.Encryption(
                owner="owner", user="", R=6, allow=pikepdf.Permissions(modify_form=False)
            ),
        )
        return out.getvalue()


def signed() -> bytes:
    """The bare form with a signature field that holds a signature (of nobody)."""
    with pikepdf.open(io.BytesIO(bare())) as pdf:
        value = Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), SubFilter=Name("/adbe.pkcs7.detached"),
                           ByteRange=Array([0, 10, 20, 10]), Contents=String(b"\x30\x00"))  # fmt: skip
        field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T=String("Signature"), F=132,
                           Rect=Array([20, 10, 280, 50]), V=pdf.make_indirect(value),
                           P=pdf.pages[0].obj)  # fmt: skip
        widget = pdf.make_indirect(field)
        pdf.Root.AcroForm.Fields.append(widget)
        pdf.Root.AcroForm.SigFlags = 3
        pdf.pages[0].obj.Annots.append(widget)
        return saved(pdf)


def xfa_only() -> bytes:
    """A form that is XFA alone; the page says so, as Adobe's do."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(300, 300))
        packet = pdf.make_stream(b'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><template/></xdp:xdp>')
        pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=Array([String("template"), packet]))
        return saved(pdf)


def cut_off() -> bytes:
    """The first half of a form, as a broken download leaves it: the table and half of the objects are gone."""
    return re.sub(rb"/Type/Catalog", b"/Type/Cat", bare())[:420]


MAKERS: dict[str, tuple[Callable[[], bytes], str]] = {
    "libreoffice": (by_libreoffice, "soffice"),
    "reportlab": (by_reportlab, ""),
    "pdftk-java": (by_pdftk, "pdftk"),
    "qpdf-linearised": (by_qpdf, "qpdf"),
    "pypdf-written": (by_pypdf, ""),
    "combs-turned": (combs_turned, ""),
    "bare": (bare, ""),
    "broken-xref": (lambda: bare(shift=7), ""),
    "encrypted": (encrypted, ""),
    "signed": (signed, ""),
    "xfa-alone": (xfa_only, ""),
    "cut-off": (cut_off, ""),
}


def main(words: list[str]) -> int:
    """Write the forms that are named, or all; the result is the exit code."""
    if not words:
        print(__doc__)
        return 2
    folder = Path(words[0])
    for name in words[1:] or MAKERS:
        make, program = MAKERS[name]
        if program and shutil.which(program) is None:
            print(f"{name}: needs {program}, which is not here")
            continue
        (folder / f"{name}.pdf").write_bytes(make())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
