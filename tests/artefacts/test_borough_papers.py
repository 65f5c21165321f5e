"""A referral in two boroughs' own forms: what is filled in is seen, what others fill in stays empty."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

import forms
from forms.formats.filling import Entry
from forms.formats.pdf.filling import read_back
from forms.formats.word.filling import prepare
from public_form_kit import boxes_of, differs, page_images

ROOT = Path(__file__).parent.parent.parent
BOROUGHS = ROOT / "samples" / "boroughs"
BLANK = {
    "thornmere": BOROUGHS / "thornmere-marf.pdf",
    "kestrelbrook": BOROUGHS / "kestrelbrook-referral.docx",
}
NOTHING = ("", False, (), ("",), None)


@lru_cache(maxsize=1)
def papers() -> dict[str, bytes]:
    """The borough's form for its own children, by the borough."""
    catalogue = forms.open_catalogue(BOROUGHS)
    case = forms.load_case(BOROUGHS / "case.json")
    product = forms.render(case, "referral", forms.RenderOptions(issued=date(2026, 11, 21)), catalogue)
    own = [item for item in product.documents if item.identity.artefact != "referral"]
    return {item.identity.artefact.partition("-")[0]: item.data for item in own}


def truth(borough: str) -> list[dict[str, Any]]:
    file = ROOT / "tests" / "mapping_truth" / f"{borough}.json"
    places: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["places"]
    return places


def entries(borough: str) -> dict[str, Entry]:
    blank, filled = BLANK[borough].read_bytes(), papers()[borough]
    if blank.startswith(b"%PDF"):
        return read_back(filled)
    return prepare(blank, "blank").read_back(filled)


@pytest.mark.parametrize("borough", BLANK)
def test_places_for_others_stay_empty(borough: str) -> None:
    """No case holds a signature, an NHS number, or what the borough's own office writes."""
    found = entries(borough)
    others = [place["name"] for place in truth(borough) if not place["right"]]
    assert len(others) > 10
    assert [name for name in others if found.get(name) not in NOTHING] == []


@pytest.mark.parametrize("borough", BLANK)
def test_most_places_that_a_case_knows_are_filled(borough: str) -> None:
    found = entries(borough)
    known = [place["name"] for place in truth(borough) if place["right"] and not place.get("left")]
    texts = [name for name in known if "box" not in name and not name.startswith("Concern")]
    filled = [name for name in texts if found.get(name) not in NOTHING]
    assert len(filled) > 0.8 * len(texts)


def test_all_that_is_filled_in_a_pdf_is_seen() -> None:
    blank, filled = BLANK["thornmere"].read_bytes(), papers()["thornmere"]
    given = {name: value for name, value in entries("thornmere").items() if value not in NOTHING}
    for poppler in (False, True):
        before, after = list(page_images(blank, poppler=poppler)), list(page_images(filled, poppler=poppler))
        for name, boxes in boxes_of(filled, given).items():
            assert all(differs(before[page], after[page], box) for page, box in boxes), name
    assert len(after) == len(before) + 1  # the continuation sheet
