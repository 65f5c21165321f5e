"""The continuation sheet of a Word form, and that Word takes what was filled in."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from lxml import etree
from openxml_audit import OpenXmlValidator

import forms
from forms.application.continuation import word_sheet
from forms.application.filling import complete, prepared_form
from forms.formats.filling import Continued, Entry
from forms.formats.word.filling_sheet import append_sheet, texts_at_end
from word_files import W, word_file

BOROUGH = Path(__file__).resolve().parents[3] / "samples/boroughs/kestrelbrook-referral.docx"
LONG = "The school rang at ten. " * 8
ISSUED = date(2026, 11, 21)


@pytest.fixture(scope="module")
def catalogue() -> forms.Catalogue:
    return forms.open_catalogue()


def limited(most: int) -> bytes:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="Why"/><w:enabled/><w:textInput>'
        f'<w:maxLength w:val="{most}"/></w:textInput></w:ffData></w:fldChar></w:r>'
        '<w:r><w:instrText xml:space="preserve"> FORMTEXT </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>     </w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    return word_file(f"<w:p><w:r><w:t>Why </w:t></w:r>{field}</w:p>")


def errors(data: bytes, folder: Path) -> set[str]:
    path = folder / "check.docx"
    path.write_bytes(data)
    result = OpenXmlValidator().validate(str(path))
    # Word 2010 kept a second list of styles (stylesWithEffects.xml), which nothing reads any more.
    return {error.description for error in result.errors if "stylesWithEffects" not in error.description}


def test_what_has_no_room_stands_behind_the_form_in_full(catalogue: forms.Catalogue, tmp_path: Path) -> None:
    prepared = prepared_form(limited(30), "borough.docx")
    filled = complete(prepared, {"Why": LONG}, "A form", "X123456", ISSUED, catalogue)
    texts = texts_at_end(filled.data, "x")
    assert texts[0] == "Why See continuation sheet, 1"
    assert [text for text in texts if LONG.strip() in text]
    assert "1. Why" in texts
    assert any("X123456" in text for text in texts)
    assert errors(filled.data, tmp_path) <= errors(limited(30), tmp_path)


def test_the_sheet_brings_its_own_look_and_leaves_the_forms(catalogue: forms.Catalogue) -> None:
    sheet = word_sheet([Continued(1, "a", "Why", "page 1", LONG)], "A form", "X123456", ISSUED, catalogue)
    blank = BOROUGH.read_bytes()
    data = append_sheet(blank, sheet, "x")

    def part(file: bytes, name: str) -> etree._Element:
        with zipfile.ZipFile(io.BytesIO(file)) as package:
            return etree.fromstring(package.read(name))

    before, after = part(blank, "word/styles.xml"), part(data, "word/styles.xml")
    assert [etree.tostring(item) for item in before] == [etree.tostring(item) for item in after][: len(before)]
    names = [item.get(f"{W}styleId") for item in after.iter(f"{W}style")]
    assert len(names) == len(set(names))
    used = {item.get(f"{W}val") for item in part(data, "word/document.xml").iter(f"{W}pStyle")}
    assert {name for name in used if name.startswith("FormsSheet")} <= set(names)
    added = [item for item in after.iter(f"{W}style") if item.get(f"{W}styleId").startswith("FormsSheet")]
    bases = {item.find(f"{W}basedOn").get(f"{W}val") for item in added if item.find(f"{W}basedOn") is not None}
    assert bases <= set(names)
    body = part(data, "word/document.xml")[0]
    assert body[-1].tag == f"{W}sectPr"
    assert body.find(f".//{W}pageBreakBefore") is not None


def test_word_takes_what_was_filled_in(tmp_path: Path, catalogue: forms.Catalogue) -> None:
    blank = BOROUGH.read_bytes()
    prepared = prepared_form(blank, "borough.docx")
    entries: dict[str, Entry] = {}
    for place in prepared.survey.places:
        if place.kind == "rows":
            entries[place.name] = tuple(tuple("محمد" for _ in place.columns) for _ in range(6))
        else:
            entries[place.name] = True if place.kind == "box" else "Zoë\nمحمد\tমিনা"
    filled = complete(prepared, entries, "A form", "X123456", ISSUED, catalogue)
    assert errors(filled.data, tmp_path) <= errors(blank, tmp_path)
    sheet = word_sheet(
        [Continued(1, "a", "Why", "page 1", "محمد\nZoë")], "A form", "X123456", ISSUED, catalogue
    )
    assert errors(append_sheet(filled.data, sheet, "x"), tmp_path) <= errors(blank, tmp_path)
