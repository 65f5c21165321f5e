"""Flattened forms, and pages behind filled ones; tags included."""

from __future__ import annotations

import io
from pathlib import Path

import page as validator
import pikepdf
import pytest
from acroform_kit import COMBO, Form, book, every_kind, ink, qpdf_complaints, shown_text
from pikepdf import Array, Dictionary, Name, String
from test_acroform_kinds import ENTRIES

from form_fillers import blank
from forms.formats.filling import Entry
from forms.formats.pdf.filling import append_pages, prepare, read_back
from pdf_checks import structure_problems


def test_a_flattened_form_shows_the_same_and_has_no_fields() -> None:
    form = prepare(every_kind(), "form.pdf")
    filled = form.fill_checked(ENTRIES, book()).data
    flat = form.fill_checked(ENTRIES, book(), flatten=True).data
    assert read_back(flat) == {}
    assert sorted(shown_text(flat).split()) == sorted(shown_text(filled).split())
    for page in range(2):
        assert ink(flat, page) == pytest.approx(ink(filled, page), rel=0.05)
    with pikepdf.open(io.BytesIO(flat)) as pdf:
        assert "/AcroForm" not in pdf.Root
        assert not any("/Annots" in page.obj for page in pdf.pages)


def test_what_is_no_field_stays() -> None:
    made = Form()
    made.text("name")
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([1, 2, 3, 4]), Border=Array([0, 0, 0]))
    made.pdf.pages[0].obj.Annots.append(made.pdf.make_indirect(link))
    flat = prepare(made.data(), "form.pdf").fill({"name": "x"}, book(), flatten=True).data
    with pikepdf.open(io.BytesIO(flat)) as pdf:
        assert [str(item.Subtype) for item in pdf.pages[0].obj.Annots] == ["/Link"]


def test_fields_left_alone_are_drawn_as_they_were_and_hidden_ones_not_at_all() -> None:
    made = Form()
    made.text("name", V=String("kept"))
    made.text("secret", V=String("hidden"), F=2)
    made.choice("choice", [("a", "Chosen words")], flags=COMBO, V=String("a"))
    flat = prepare(made.data(), "form.pdf").fill({}, book(), flatten=True).data
    assert "kept" in shown_text(flat)
    assert "Chosen words" in shown_text(flat)
    assert "hidden" not in shown_text(flat)


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_turned_boxes_are_flattened_where_they_were(angle: int) -> None:
    made = Form()
    made.text("name", width=60, height=60, MK=Dictionary(R=angle))
    form = prepare(made.data(), "form.pdf")
    filled, flat = (form.fill({"name": "Turned"}, book(), flatten=flatten).data for flatten in (False, True))
    for box in ((50, 740, 80, 770), (80, 740, 110, 770), (50, 770, 80, 800), (80, 770, 110, 800)):
        assert ink(filled, 0, box) == pytest.approx(ink(flat, 0, box), rel=0.3, abs=5)


def test_a_page_that_leaves_its_coordinates_turned() -> None:
    made = Form()
    made.text("name")
    made.pdf.pages[0].Contents = made.pdf.make_stream(b"0.1 0 0 0.1 300 300 cm 0 g")
    form = prepare(made.data(), "form.pdf")
    flat = form.fill({"name": "MMMM"}, book(), flatten=True).data
    assert ink(flat, 0, (50, 780, 250, 800)) > 100


# ── Tagged ──────────────────────────────────────────────────────────────────────────────────────────────────


def tagged_entries(data: bytes) -> dict[str, Entry]:
    values: dict[str, Entry] = {"multiline": "One\nعلي", "checkbox": True}
    entries: dict[str, Entry] = {}
    for place in prepare(data, "form.pdf").survey.places:
        entries[place.name] = (
            (place.options[-1][0],) if place.kind == "choice" else values.get(place.kind, "Łucja")
        )
    return entries


def page_count(data: bytes) -> int:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return len(pdf.pages)


def passes_ua(data: bytes, folder: Path) -> bool:
    file = folder / "checked.pdf"
    file.write_bytes(data)
    return not validator.validate_pdf(str(file), profile="ua1").failures


@pytest.mark.parametrize("flatten", [False, True])
def test_a_tagged_form_stays_one(flatten: bool, tmp_path: Path) -> None:
    data = blank("check-notification", "pdf")
    filled = prepare(data, "form.pdf").fill_checked(tagged_entries(data), book(), flatten=flatten).data
    assert structure_problems(filled) == []
    assert passes_ua(filled, tmp_path)


@pytest.mark.programs
@pytest.mark.parametrize("tagged", [False, True])
def test_a_sheet_goes_behind_the_form(tagged: bool, tmp_path: Path) -> None:
    data = blank("check-notification", "pdf") if tagged else every_kind()
    entries = tagged_entries(data) if tagged else ENTRIES
    filled = prepare(data, "form.pdf").fill_checked(entries, book()).data
    sheet = blank("offender-leaflet", "pdf")
    whole = append_pages(filled, sheet)
    assert whole.startswith(filled)
    assert read_back(whole) == entries
    assert qpdf_complaints(whole, tmp_path) == ""
    assert page_count(whole) == page_count(filled) + page_count(sheet)
    if tagged:
        assert structure_problems(whole) == []
        assert passes_ua(whole, tmp_path)
    for words in shown_text(sheet).split()[:40]:
        assert words in shown_text(whole)


def test_a_sheet_behind_turned_pages_is_upright() -> None:
    made = Form()
    made.text("name")
    made.pdf.Root.Pages.Rotate = 90
    made.pdf.Root.Pages.CropBox = Array([0, 0, 100, 100])
    whole = append_pages(
        prepare(made.data(), "f").fill({"name": "x"}, book()).data, blank("offender-leaflet", "pdf")
    )
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        last = pdf.pages[-1].obj
        assert int(last.Rotate) == 0
        assert [float(item) for item in last.CropBox] == [float(item) for item in last.MediaBox]


def test_sheets_can_follow_each_other_and_a_flat_form() -> None:
    flat = prepare(every_kind(), "form.pdf").fill(ENTRIES, book(), flatten=True).data
    sheet = blank("offender-leaflet", "pdf")
    assert page_count(append_pages(append_pages(flat, sheet), sheet)) == 2 + 2 * page_count(sheet)
