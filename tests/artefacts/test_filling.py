"""Forms filled in with tools that no one here wrote: every value is there after saving, in each of them."""

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import page
import pikepdf
import pikepdf.form
import pypdf
import pytest

import forms
from pdf_checks import structure_problems
from samples import ISSUED

MULTILINE = 1 << 12
FORMS = {
    "reply": ("check-notification", False),
    "account": ("offender-information", True),
}
LEAST_FIELDS = {"reply": 25, "account": 45}


@dataclass(frozen=True)
class Entry:
    """A field of a form and what is filled in: `state` is a button's, `value` is what `/V` must hold."""

    name: str
    kind: str
    value: str


@lru_cache(maxsize=2)
def empty(which: str) -> bytes:
    """The form as it goes out."""
    artefact, blank = FORMS[which]
    case = forms.empty_case()
    if not blank:
        case = forms.load_case(Path(__file__).parents[2] / "samples" / artefact / "valid" / "minimal.json")
    options = forms.RenderOptions(formats=("pdf",), issued=ISSUED, blank=blank)
    (document,) = forms.render(case, artefact, options).documents
    return document.data


def entries(which: str) -> list[Entry]:
    """An answer for every field; choices get their last option, every box is ticked."""
    found = []
    with pikepdf.open(io.BytesIO(empty(which))) as pdf:
        for number, field in enumerate(pdf.Root.AcroForm.Fields):
            kind, flags = str(field.FT), int(field.get("/Ff", 0))
            if kind == "/Btn":
                states = [str(key) for key in field.AP.N.keys() if key != "/Off"]  # noqa: SIM118
                value = states[0]
            elif kind == "/Ch":
                option = list(field.Opt)[-1]
                value = str(option[0] if isinstance(option, pikepdf.Array) else option)
            else:
                value = f"Answer {number}: A & B <c> (d)" + ("\nsecond line" if flags & MULTILINE else "")
            found.append(Entry(str(field.T), kind, value))
    return found


@pytest.fixture(params=FORMS)
def which(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_form_has_its_fields(which: str) -> None:
    kinds = {entry.kind for entry in entries(which)}
    assert len(entries(which)) >= LEAST_FIELDS[which]
    assert {"/Tx", "/Ch"} <= kinds


def test_filled_with_pikepdf(which: str, tmp_path: Path) -> None:
    path = tmp_path / "filled.pdf"
    with pikepdf.open(io.BytesIO(empty(which))) as pdf:
        form = pikepdf.form.Form(pdf, pikepdf.form.DefaultAppearanceStreamGenerator)
        fields = {field.fully_qualified_name: field for field in form}
        for entry in entries(which):
            field = fields[entry.name]
            if isinstance(field, pikepdf.form.CheckboxField):
                field.checked = True
            elif isinstance(field, pikepdf.form.ChoiceField):
                assert entry.value in [option.export_value for option in field.options]
                field.value = entry.value
            else:
                assert isinstance(field, pikepdf.form.TextField)
                field.value = entry.value
        pdf.save(path)
    check_values(path, which)
    assert structure_problems(path.read_bytes()) == []
    failures = {failure.rule_id for failure in page.validate_pdf(str(path), profile="ua1").failures}
    # pikepdf draws the end of an answer's line as a character, which no font has.
    assert failures <= {"PDFUA1-FONT-GLYPH-PRESENCE-001"}


@pytest.mark.programs
def test_filled_with_pdftk(which: str, tmp_path: Path) -> None:
    assert shutil.which("pdftk"), "pdftk is missing: run the tests with scripts/test.py"
    source, data, path = tmp_path / "empty.pdf", tmp_path / "answers.xfdf", tmp_path / "filled.pdf"
    source.write_bytes(empty(which))
    data.write_text(xfdf(entries(which)), encoding="utf-8")
    done = subprocess.run(
        ["pdftk", source, "fill_form", data, "output", path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    check_values(path, which)
    said = subprocess.run(["pdftk", path, "dump_data_fields_utf8"], capture_output=True, check=True)
    told = said.stdout.decode("utf-8")
    for entry in entries(which):
        assert f"FieldName: {entry.name}\n" in told
    again = tmp_path / "saved-again.pdf"
    subprocess.run(["pdftk", path, "output", again], capture_output=True, check=True)
    check_values(again, which)


def xfdf(answers: list[Entry]) -> str:
    """The answers as ISO 19444-1 has them; a button's state without its stroke."""
    fields = "".join(
        f"<field name={quoteattr(entry.name)}><value>{escape(entry.value.removeprefix('/'))}</value></field>"
        for entry in answers
    )
    head = '<?xml version="1.0" encoding="UTF-8"?><xfdf xmlns="http://ns.adobe.com/xfdf/" xml:space="preserve">'
    return f"{head}<fields>{fields}</fields></xfdf>"


def check_values(path: Path, which: str) -> None:
    """Every value is in the file, as two more readers see it."""
    with pikepdf.open(path) as pdf:
        raw = {str(field.T): field for field in pdf.Root.AcroForm.Fields}
        for entry in entries(which):
            field = raw[entry.name]
            assert lines(str(field.V)) == lines(entry.value), entry.name
            if entry.kind == "/Btn":
                assert str(field.AS) == entry.value
            else:
                assert field.AP.N.read_bytes()
    read = pypdf.PdfReader(path).get_fields() or {}
    for entry in entries(which):
        assert lines(str(read[entry.name].value)) == lines(entry.value), entry.name


def lines(text: str) -> list[str]:
    """Tools end lines in different ways."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
