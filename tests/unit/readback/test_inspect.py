"""What can be filled in in forms that others designed."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pikepdf
import pytest
from reportlab.pdfgen import canvas

import forms
from form_fillers import blank
from word_files import cell, control, paragraph, row, table, word_file


@pytest.fixture(scope="module")
def borough_pdf() -> bytes:
    """A form of another maker: labels beside its fields, above and after them."""
    out = io.BytesIO()
    page = canvas.Canvas(out)
    form = page.acroForm
    page.drawString(50, 800, "Surname:")
    form.textfield(name="f1", x=150, y=795, width=200, height=20, maxlen=40)
    page.drawString(50, 770, "NHS number")
    form.textfield(name="f2", x=50, y=740, width=200, height=20, maxlen=10, fieldFlags="comb")
    page.drawString(80, 710, "Child is at home")
    form.checkbox(name="f3", x=50, y=705, size=15)
    page.drawString(50, 680, "Gender:")
    form.radio(name="f4", value="girl", x=150, y=675, size=15)
    form.radio(name="f4", value="boy", x=200, y=675, size=15, selected=True)
    page.showPage()
    page.drawString(50, 800, "Team:")
    options = [("Intake", "1"), ("Court", "2")]
    page.acroForm.choice(name="f5", options=options, value="Court", x=150, y=795, width=100, height=20)
    page.acroForm.textfield(
        name="f6", tooltip="Signed by", x=150, y=750, width=100, height=20, fieldFlags="readOnly"
    )
    page.save()
    return out.getvalue()


def test_a_pdf(borough_pdf: bytes) -> None:
    places = {place.name: place for place in forms.inspect_form(borough_pdf).places}
    assert [(name, place.kind, place.label, place.where) for name, place in places.items()] == [
        ("f1", "text", "Surname", "page 1"),
        ("f2", "comb", "NHS number", "page 1"),
        ("f3", "checkbox", "Child is at home", "page 1"),
        ("f4", "radio", "Gender", "page 1"),
        ("f5", "choice", "Team", "page 2"),
        ("f6", "text", "Signed by", "page 2"),
    ]
    assert places["f2"].longest == 10
    assert {code for code, _ in places["f4"].options} == {"girl", "boy"}
    assert {words for _, words in places["f5"].options} == {"Intake", "Court"}
    assert places["f6"].read_only


def test_xfa_is_named_and_explained(borough_pdf: bytes) -> None:
    def changed(*, alone: bool) -> bytes:
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(borough_pdf)) as pdf:
            pdf.Root.AcroForm.XFA = pikepdf.Stream(pdf, b"<xdp/>")
            if alone:
                pdf.Root.AcroForm.Fields = pikepdf.Array()
                for page in pdf.pages:
                    del page.Annots
            pdf.save(out)
        return out.getvalue()

    assert [code for code, _ in forms.inspect_form(changed(alone=False)).notes] == ["xfa"]
    ((code, message),) = forms.inspect_form(changed(alone=True)).notes
    assert code == "xfa-only"
    assert "Ask whoever issued it" in message


def cells(*words: str) -> str:
    return row(*(cell(paragraph(text)) for text in words))


def test_a_plain_word_form() -> None:
    body = (
        paragraph("Referral to Sample Borough")
        + table(cells("Surname", ""), cells("Date of birth:", ""), cells("Notes", "Please type"))
        + paragraph("Worker: ____________ Telephone: ________")
        + paragraph("☐ Urgent ☐ Not urgent")
        + table(cells("Name", "School"), cells("", ""), cells("", ""))
        + table(row(cell(paragraph("Agree?")), cell(paragraph("☐ Yes") + paragraph("☐ No"))))
    )
    survey = forms.inspect_form(word_file(body))
    assert [(place.kind, place.label, place.where) for place in survey.places] == [
        ("cell", "Surname", "table 1, row 1, cell 2"),
        ("cell", "Date of birth", "table 1, row 2, cell 2"),
        ("line", "Worker", "paragraph 2"),
        ("line", "Telephone", "paragraph 2"),
        ("box", "Urgent", "paragraph 3"),
        ("box", "Not urgent", "paragraph 3"),
        ("rows", "Name | School", "table 2, rows 2 to 3"),
        ("box", "Agree? Yes", "table 3, row 1, cell 2"),
        ("box", "Agree? No", "table 3, row 1, cell 2"),
    ]
    assert survey.places[6].columns == ("Name", "School")
    assert [code for code, _ in survey.notes] == ["plain-form"]


def test_controls_legacy_fields_and_bookmarks() -> None:
    legacy = (
        '<w:p><w:r><w:t xml:space="preserve">Postcode </w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData>'
        '<w:name w:val="Text1"/><w:enabled/><w:textInput><w:maxLength w:val="8"/></w:textInput></w:ffData>'
        '</w:fldChar></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
    marked = (
        '<w:p><w:bookmarkStart w:id="1" w:name="Signature"/><w:r><w:t>Signed</w:t></w:r>'
        '<w:bookmarkEnd w:id="1"/></w:p>'
    )
    run = "<w:r><w:t>x</w:t></w:r>"
    inside = f"<w:p><w:r><w:t>Known? </w:t></w:r>{control('<w:text/>', run, tag='known')}</w:p>"
    survey = forms.inspect_form(word_file(inside + legacy + marked))
    assert [(place.name, place.kind, place.label) for place in survey.places] == [
        ("known", "text", "Known?"),
        ("Text1", "text", "Postcode"),
        ("Signature", "bookmark", "Signed"),
    ]
    assert survey.places[1].longest == 8
    assert survey.notes == ()


def test_our_own_forms_say_the_same_in_both_formats() -> None:
    word = forms.inspect_form(blank("offender-information", "docx")).places
    names = {place.name for place in word if place.kind not in ("repeating section", "cell")}
    assert names == {place.name for place in forms.inspect_form(blank("offender-information", "pdf")).places}
    assert len(names) == 49


def test_the_command(tmp_path: Path, forms_line, borough_pdf: bytes) -> None:
    (tmp_path / "borough.pdf").write_bytes(borough_pdf)
    done = forms_line("inspect", tmp_path / "borough.pdf")
    assert done.code == 0
    assert "f2\n    comb: NHS number\n    page 1; 10 characters at most\n" in done.out
    assert "6 places" in done.err
    result = json.loads(forms_line("inspect", tmp_path / "borough.pdf", "--json").out)
    assert result["places"][4]["options"][0]["words"] == "Intake"
    assert forms_line("inspect", Path(__file__)).code == 1
