"""Every valid sample, for every reader: both formats say the same, and every judge accepts them."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from functools import lru_cache
from pathlib import Path

import page
import pikepdf
import pytest
from openxml_audit import OpenXmlValidator

import forms
from docx_text import canonical_text, everything
from forms.domain.audience import Reader, load_readers
from pdf_checks import structure_problems
from pdf_text import tree_text
from samples import ISSUED, VALID, Sample, made, pairs


def readers() -> dict[str, Reader]:
    return load_readers(forms.open_catalogue().directory("audiences"))


@pytest.mark.parametrize("sample", VALID, ids=str)
def test_both_formats_say_the_same(sample: Sample) -> None:
    for word, print_out in pairs(made(sample)):
        assert word.name.removesuffix(".docx") == print_out.name.removesuffix(".pdf")
        assert tree_text(print_out.data) == canonical_text(word.data)


@lru_cache(maxsize=1)
def word_judge() -> OpenXmlValidator:
    return OpenXmlValidator()


@pytest.mark.parametrize("sample", VALID, ids=str)
def test_word_files_are_valid(sample: Sample, tmp_path: Path) -> None:
    for document in made(sample).documents:
        if document.format == "docx":
            path = tmp_path / document.name
            path.write_bytes(document.data)
            assert [str(error) for error in word_judge().validate(path).errors] == []


@pytest.mark.parametrize("sample", VALID, ids=str)
def test_pdfs_are_accessible(sample: Sample, tmp_path: Path) -> None:
    for document in made(sample).documents:
        if document.format == "pdf":
            path = tmp_path / document.name
            path.write_bytes(document.data)
            result = page.validate_pdf(str(path), profile="ua1")
            assert [failure.rule_id for failure in result.failures] == []
            assert structure_problems(document.data) == []


@pytest.mark.programs
@pytest.mark.parametrize("sample", VALID, ids=str)
def test_qpdf_finds_nothing(sample: Sample, tmp_path: Path) -> None:
    assert shutil.which("qpdf"), "qpdf is missing: run the tests with scripts/test.py"
    for document in made(sample).documents:
        if document.format == "pdf":
            path = tmp_path / document.name
            path.write_bytes(document.data)
            done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("sample", VALID, ids=str)
def test_equal_input_gives_equal_bytes(sample: Sample) -> None:
    again = forms.render(sample.case, sample.artefact, forms.RenderOptions(issued=ISSUED))
    assert [document.data for document in again.documents] == [
        document.data for document in made(sample).documents
    ]


@pytest.mark.parametrize("sample", VALID, ids=str)
def test_documents_say_what_they_are(sample: Sample) -> None:
    for word, print_out in pairs(made(sample)):
        assert word.identity.digest == print_out.identity.digest
        with zipfile.ZipFile(io.BytesIO(word.data)) as package:
            custom = package.read("docProps/custom.xml").decode()
        with pikepdf.open(io.BytesIO(print_out.data)) as pdf:
            info = {str(value) for value in pdf.docinfo.values()}
        for _, value in word.identity.custom:
            assert value in custom
            assert value in info


@pytest.mark.parametrize("sample", VALID, ids=str)
def test_neutral_papers_do_not_show_the_case_reference(sample: Sample) -> None:
    manifest = forms.open_catalogue().artefact(sample.artefact)
    reference = str(sample.case.data["reference"])
    if manifest.shows_case_reference:
        return
    lay = {reader.name for reader in readers().values() if reader.lay}
    for document in made(sample).documents:
        assert reference not in document.name
        if document.format == "docx" and document.identity.reader in lay:
            assert reference not in everything(document.data)
