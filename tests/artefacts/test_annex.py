"""The chair's annex holds what the other readers may not see, of the children that it is about."""

from __future__ import annotations

import forms
from docx_text import canonical_text
from samples import ISSUED, VALID, made

FULL = next(sample for sample in VALID if str(sample) == "conference-report/full")


def annexes(product: forms.Product) -> list[forms.Document]:
    return [item for item in product.documents if item.identity.reader == "chair" and item.format == "docx"]


def test_it_is_the_same_whichever_readers_are_asked_for() -> None:
    options = forms.RenderOptions(issued=ISSUED, audiences=("chair",), formats=("docx",))
    alone = annexes(forms.render(FULL.case, FULL.artefact, options))
    assert [item.data for item in alone] == [item.data for item in annexes(made(FULL))]


def test_it_is_about_the_children_of_its_own_area() -> None:
    southwark, hackney = (canonical_text(item.data) for item in annexes(made(FULL)))
    assert "Sees the audiology clinic" in southwark
    assert "Sees the audiology clinic" not in hackney
    assert "07700 900144" in hackney
    assert "07700 900144" not in southwark


def test_it_is_marked_and_has_a_name_of_its_own() -> None:
    for item in annexes(made(FULL)):
        assert "_chair_" in item.name
        assert item.identity.title == "Annex for the conference chair"
