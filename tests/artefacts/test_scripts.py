"""Ten names in ten scripts: whole in both formats, and as programs that no one here wrote extract them."""

from __future__ import annotations

import io
import shutil
import subprocess
import unicodedata
from functools import lru_cache
from pathlib import Path

import pytest
from pdfminer.high_level import extract_text

import forms
from docx_text import canonical_text
from forms.domain.case import strings
from forms.formats.pdf.bidi import base_level
from pdf_text import tree_text
from samples import ISSUED, VALID, Sample

NAMED = next(sample for sample in VALID if str(sample) == "check-notification/many-scripts")
PACK = next(sample for sample in VALID if str(sample) == "family-pack/many-scripts")


@lru_cache(maxsize=4)
def documents(sample: Sample) -> tuple[forms.Document, forms.Document]:
    """DOCX and PDF of a sample's first copy, fields as plain text, so that extractors see them."""
    product = forms.render(sample.case, sample.artefact, forms.RenderOptions(issued=ISSUED, archive=True))
    return product.documents[0], product.documents[1]


def names() -> list[str]:
    children = NAMED.case.data["children"]
    return [f"{child['name']['given']} {child['name']['family']}" for child in children]


def plain(text: str) -> str:
    """Composed, without the format characters by which extractors mark directions, on one line."""
    kept = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return " ".join(unicodedata.normalize("NFC", kept).split())


def test_there_are_ten_names_in_ten_scripts() -> None:
    scripts = {unicodedata.name(name[0]).split()[0] for name in names()}
    # Arabic and Urdu share a script by name.
    assert len(names()) == 10
    assert len(scripts) == 9


def test_every_name_is_in_both_formats() -> None:
    word, print_out = documents(NAMED)
    for name in names():
        assert name in canonical_text(word.data)
        assert name in tree_text(print_out.data)


def test_pdfminer_extracts_the_names() -> None:
    """It gives right-to-left words letter by letter as they stand on the page, from the left."""
    text = plain(extract_text(io.BytesIO(documents(NAMED)[1].data)))
    for name in names():
        words = [plain(name)] if not base_level(name) else [plain(word)[::-1] for word in name.split()]
        assert all(word in text for word in words), name


@pytest.mark.programs
def test_poppler_extracts_the_names(tmp_path: Path) -> None:
    text = poppler(documents(NAMED)[1].data, tmp_path)
    for name in names():
        assert plain(name) in text, name


@pytest.mark.programs
def test_poppler_extracts_a_page_in_arabic_and_bengali(tmp_path: Path) -> None:
    text = poppler(documents(PACK)[1].data, tmp_path)
    part = PACK.case.data["papers"]["family-pack"]
    said = [
        line
        for _, value in strings([part["officer_words"], part["safety_plan"]])
        for line in value.splitlines()
    ]
    assert any(base_level(line) for line in said)
    for line in said:
        for word in line.split():
            assert plain(word.strip("().,،।")) in text, word


def poppler(data: bytes, folder: Path) -> str:
    assert shutil.which("pdftotext"), "pdftotext is missing: run the tests with scripts/test.py"
    path = folder / "paper.pdf"
    path.write_bytes(data)
    done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True)
    return plain(done.stdout.decode("utf-8"))
