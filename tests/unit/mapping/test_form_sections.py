"""Each place of a form knows under which headings it stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import etree

import forms
from forms.formats.pdf.headings import Piece, headings_over
from forms.formats.word.sections import sections
from forms.formats.word.wordml import NAMESPACES

ROOT = Path(__file__).resolve().parents[3]
TRUTH = ROOT / "tests" / "mapping_truth" / "kestrelbrook.json"


def test_a_word_forms_places_stand_under_its_shaded_rows() -> None:
    right = {each["name"]: each["section"] for each in json.loads(TRUTH.read_text(encoding="utf-8"))["places"]}
    survey = forms.inspect_form(ROOT / "samples" / "boroughs" / "kestrelbrook-referral.docx")
    assert {place.name: place.section for place in survey.places} == right


def test_a_pdf_forms_fields_stand_under_its_bars() -> None:
    survey = forms.inspect_form(ROOT / "samples" / "boroughs" / "thornmere-marf.pdf")
    found = {place.name: place.section for place in survey.places}
    assert found["Forename"] == "2. Referrer's details"
    assert found["Carer2Tel"] == "4. Parents and carers"
    assert found["Office.CaseNo"] == "FOR MASH USE ONLY"


def body(*blocks: str) -> etree._Element:
    space = NAMESPACES["w"]
    return etree.fromstring(f'<w:body xmlns:w="{space}">{"".join(blocks)}</w:body>')


def paragraph(text: str, style: str = "", *, bold: bool = False) -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    run = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f"<w:p>{properties}<w:r>{run}<w:t>{text}</w:t></w:r></w:p>"


@pytest.mark.parametrize(
    ("blocks", "section"),
    [
        ([paragraph("A", "Heading1"), paragraph("B", "Heading2")], "A › B"),
        ([paragraph("A", "Heading1"), paragraph("B", "Heading2"), paragraph("C", "Heading1")], "C"),
        ([paragraph("A", "Heading1"), paragraph("Child 2", bold=True)], "A › Child 2"),
        ([paragraph("Read this first.", bold=True)], ""),
        ([paragraph("plain")], ""),
        ([paragraph("Name", bold=True)], ""),
    ],
)
def test_headings_of_a_word_form(blocks: list[str], section: str) -> None:
    made = body(*blocks, paragraph("Name ____"))
    assert sections(made, [made[-1]], ["Name"]) == (section,)


def test_a_heading_of_a_pdf_is_set_apart_and_labels_nothing() -> None:
    pieces = [
        Piece(50, 700, "About you", 14, True),
        Piece(50, 680, "Name", 10, True),
        Piece(50, 640, "Anything else that you would like us to know about", 10),
        Piece(50, 600, "About the child", 14, True),
    ]
    fields = [
        (0, (120, 675, 300, 690), "Name"),
        (0, (50, 610, 300, 630), "Anything"),
        (0, (50, 560, 300, 580), "Age"),
    ]
    assert headings_over({0: pieces}, fields) == ("About you", "About you", "About the child")
    assert headings_over({0: pieces, 1: []}, [(1, (0, 0, 10, 10), "x")]) == ("About the child",)
