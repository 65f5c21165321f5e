"""PDFs to print on both sides and fold: the same text in the same order, each panel in its place."""

from __future__ import annotations

import io
import re
from functools import lru_cache
from pathlib import Path

import page
import pikepdf
import pytest
from pdfminer.high_level import extract_pages
from pdfminer.layout import LTTextContainer

import forms
from forms.formats.pdf.imposition import SCHEMES
from pdf_checks import structure_problems
from pdf_text import tree_text
from samples import ISSUED, VALID, Sample

FOLDED = [
    (sample, imposition)
    for sample in VALID
    for imposition in forms.open_catalogue().artefact(sample.artefact).impositions
]
IDS = [f"{sample}-{imposition}" for sample, imposition in FOLDED]


@lru_cache(maxsize=16)
def folded(sample: Sample, imposition: str) -> tuple[forms.Document, forms.Document]:
    """The plain PDF and the folded one."""
    options = forms.RenderOptions(issued=ISSUED, formats=("pdf",), impositions=(imposition,))
    product = forms.render(sample.case, sample.artefact, options)
    (paper,) = [document for document in product.documents if document.imposition]
    return next(document for document in product.documents if not document.imposition), paper


def test_the_leaflet_and_the_pack_can_be_folded() -> None:
    assert {(sample.artefact, imposition) for sample, imposition in FOLDED} == {
        ("offender-leaflet", "three-panel"),
        ("family-pack", "booklet"),
    }


@pytest.mark.parametrize(("sample", "imposition"), FOLDED, ids=IDS)
def test_a_folded_pdf_says_the_same_and_is_accessible(sample: Sample, imposition: str, tmp_path: Path) -> None:
    plain, paper = folded(sample, imposition)
    assert paper.name == plain.name.replace(".pdf", f"_{imposition}.pdf")
    without_fields = re.compile("[☐☒]")
    assert without_fields.sub("", tree_text(paper.data)) == without_fields.sub("", tree_text(plain.data))
    path = tmp_path / paper.name
    path.write_bytes(paper.data)
    assert [failure.rule_id for failure in page.validate_pdf(str(path), profile="ua1").failures] == []
    assert structure_problems(paper.data) == []


@pytest.mark.parametrize(("sample", "imposition"), FOLDED, ids=IDS)
def test_each_panel_is_in_its_place(sample: Sample, imposition: str) -> None:
    _, paper = folded(sample, imposition)
    with pikepdf.open(io.BytesIO(paper.data)) as pdf:
        for sheet in pdf.pages:
            assert [float(edge) for edge in sheet.MediaBox] == pytest.approx([0, 0, 841.89, 595.276], abs=0.01)
    scheme = SCHEMES[imposition]
    sheets = list(extract_pages(io.BytesIO(paper.data)))
    found = [places(sheet, scheme.width) for sheet in sheets]
    pages = max(number for side in found for number in side.values())
    wanted = [
        {place: number + 1 for place, number in enumerate(side) if number >= 0}
        for side in scheme.arrange(pages)
    ]
    assert found == wanted


def places(sheet: object, width: float) -> dict[int, int]:
    """The page number that is printed at each place of a sheet, from the left."""
    found = {}
    for item in sheet:  # type: ignore[attr-defined]
        if isinstance(item, LTTextContainer):
            for line in item:
                if match := re.match(r"Page (\d+) of \d+", line.get_text()):
                    found[int(line.x0 // width)] = int(match[1])
    return found


def test_a_text_that_is_too_long_to_fold_is_refused() -> None:
    sample = next(sample for sample, _ in FOLDED if str(sample) == "offender-leaflet/full")
    options = forms.RenderOptions(
        issued=ISSUED, formats=("pdf",), impositions=("three-panel",), print_size="large"
    )
    with pytest.raises(forms.InputError) as caught:
        forms.render(sample.case, sample.artefact, options)
    assert caught.value.problems[0].code == "too-long-to-fold"


def test_a_paper_that_is_not_folded_says_so() -> None:
    sample = next(sample for sample in VALID if sample.artefact == "referral")
    with pytest.raises(forms.UsageError) as caught:
        forms.render(sample.case, sample.artefact, forms.RenderOptions(impositions=("booklet",)))
    assert caught.value.problems[0].code == "unknown-imposition"
