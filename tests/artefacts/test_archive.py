"""The PDF for the case record: PDF/A-2a and PDF/UA-1 in one file, its fields as plain text."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

import page
import pikepdf
import pytest

import forms
from docx_text import canonical_text
from pdf_checks import structure_problems
from pdf_text import tree_text
from samples import ISSUED, VALID, Sample, pairs


@lru_cache(maxsize=32)
def archived(sample: Sample) -> forms.Product:
    return forms.render(sample.case, sample.artefact, forms.RenderOptions(issued=ISSUED, archive=True))


@pytest.mark.parametrize("profile", ["2a", "ua1"])
@pytest.mark.parametrize("sample", VALID, ids=str)
def test_archived_pdfs_are_pdf_a_and_accessible(sample: Sample, profile: str, tmp_path: Path) -> None:
    for document in archived(sample).documents:
        if document.format == "pdf":
            path = tmp_path / document.name
            path.write_bytes(document.data)
            result = page.validate_pdf(str(path), profile=profile)
            assert [failure.rule_id for failure in result.failures] == []


@pytest.mark.parametrize("sample", VALID, ids=str)
def test_archived_pdfs_say_all_and_have_no_fields(sample: Sample) -> None:
    for word, print_out in pairs(archived(sample)):
        assert print_out.name == word.name.removesuffix(".docx") + "_archive.pdf"
        with pikepdf.open(io.BytesIO(print_out.data)) as pdf:
            assert "/AcroForm" not in pdf.Root
        assert tree_text(print_out.data) == canonical_text(word.data)
        assert structure_problems(print_out.data) == []


def test_the_judge_tells_a_pdf_for_the_record_from_another(tmp_path: Path) -> None:
    sample = next(sample for sample in VALID if str(sample) == "check-notification/minimal")
    options = forms.RenderOptions(issued=ISSUED, formats=("pdf",))
    (document,) = forms.render(sample.case, sample.artefact, options).documents
    path = tmp_path / document.name
    path.write_bytes(document.data)
    assert not page.validate_pdf(str(path), profile="2a").is_compliant
