"""A new version says what it replaces: to professionals also why, and to whoever reads it back."""

from __future__ import annotations

import io
from datetime import date

import pikepdf
import pytest
from docx import Document
from pdfminer.high_level import extract_text

import forms
from docx_text import everything
from forms.application.context import Replaced, replaced_from
from samples import SAMPLES

BEFORE = Replaced(2, date(2026, 11, 2), "Address corrected")
LINE = "Replaces version 2 of 2 November 2026, which is withdrawn."
ISSUED = date(2026, 11, 21)


def pdf_words(data: bytes) -> str:
    return " ".join(extract_text(io.BytesIO(data)).split())


def rendered(artefact: str, **options: object) -> forms.Product:
    case = forms.load_case(SAMPLES / artefact / "valid" / "full.json")
    return forms.render(case, artefact, forms.RenderOptions(issued=ISSUED, **options))


def test_both_formats_say_it_and_a_first_version_does_not() -> None:
    first = rendered("check-notification").documents
    second = rendered("check-notification", replaces=BEFORE).documents
    for before, after in zip(first, second, strict=True):
        read = everything if after.format == "docx" else pdf_words
        assert f"{LINE} Why: Address corrected" in read(after.data)
        assert "Replaces version" not in read(before.data)
        assert before.identity.digest != after.identity.digest


def test_who_cannot_see_the_header_hears_it_in_the_title() -> None:
    word, pdf = rendered("check-notification", replaces=BEFORE).documents[:2]
    title = "Safeguarding Children: Check/Notification Form (replaces version 2 of 2 November 2026)"
    assert Document(io.BytesIO(word.data)).core_properties.title == title
    with pikepdf.open(io.BytesIO(pdf.data)) as opened:
        assert str(opened.docinfo["/Title"]) == title


def test_lay_readers_are_not_told_why() -> None:
    for document in rendered("conference-report", formats=("docx",), replaces=BEFORE).documents:
        text = everything(document.data)
        lay = document.identity.reader.startswith(("parent", "offender"))
        assert LINE in text
        assert ("Address corrected" in text) != lay


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_the_original_can_be_made_again(kind: str) -> None:
    product = rendered("check-notification", formats=(kind,), replaces=BEFORE)
    reading = forms.read_form(product.documents[0].data)
    assert reading.issue.replaces == BEFORE
    case = forms.load_case(SAMPLES / "check-notification" / "valid" / "full.json")
    compared = forms.compare_with_case(reading, case)
    assert (compared.changes, compared.problems) == ((), ())


@pytest.mark.parametrize("line", ["", "x", "1", "1 2026-13-01 why", "0x1 2026-11-02", "12345 2026-11-02"])
def test_what_is_not_sound_is_left_out(line: str) -> None:
    assert replaced_from(line) is None


@pytest.mark.parametrize("reason", ["", "Why not", "2 2026-01-01 nested"])
def test_the_line_is_read_as_it_is_written(reason: str) -> None:
    before = Replaced(7, date(2026, 2, 28), reason)
    assert replaced_from(before.line) == before
