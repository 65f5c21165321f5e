"""Large and clear print of every sample: big enough, nothing cut or overlapping, both formats the same."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import page
import pikepdf
import pytest
from lxml import etree
from openxml_audit import OpenXmlValidator
from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams, LTChar, LTComponent, LTContainer

import forms
from docx_text import canonical_text
from pdf_checks import structure_problems
from pdf_text import tree_text
from samples import ISSUED, VALID, Sample, pairs

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MARGIN = 62.3
FURNITURE = (99.0, 93.5)
"""The height of the page's top and bottom that belong to header and footer, in points."""

LEAST = {"clear": 12.0, "large": 18.0}
PRINTS: list[tuple[Sample, forms.PrintSize]] = [(sample, "large") for sample in VALID]
PRINTS += [(sample, "clear") for sample in VALID if sample.path.stem in ("full", "many-scripts")]
IDS = [f"{sample}-{size}" for sample, size in PRINTS]


@lru_cache(maxsize=64)
def made(sample: Sample, size: forms.PrintSize) -> forms.Product:
    options = forms.RenderOptions(issued=ISSUED, print_size=size)
    return forms.render(sample.case, sample.artefact, options)


def chars(data: bytes) -> Iterator[tuple[int, list[LTChar]]]:
    """The characters of each page that are no furniture, by another hand."""

    def inside(item: LTComponent) -> Iterator[LTChar]:
        if isinstance(item, LTChar):
            yield item
        elif isinstance(item, LTContainer):
            for child in item:
                yield from inside(child)

    for number, laid in enumerate(extract_pages(io.BytesIO(data), laparams=LAParams(all_texts=True)), 1):
        bottom, top = FURNITURE[1], laid.height - FURNITURE[0]
        yield number, [char for char in inside(laid) if bottom <= char.y0 and char.y1 <= top + 6]


@pytest.mark.parametrize(("sample", "size"), PRINTS, ids=IDS)
def test_no_text_is_smaller_than_it_should_be(sample: Sample, size: forms.PrintSize) -> None:
    for document in made(sample, size).documents:
        if document.format == "pdf":
            for number, found in chars(document.data):
                small = {round(char.size, 1) for char in found if char.get_text().strip()}
                assert min(small, default=99.0) >= LEAST[size] - 0.01, f"{document.name}, page {number}"


@pytest.mark.parametrize("sample", VALID, ids=str)
def test_nothing_is_cut_or_overlaps_in_large_print(sample: Sample) -> None:
    for document in made(sample, "large").documents:
        if document.format == "pdf":
            check_places(document)


def check_places(document: forms.Document) -> None:
    """All text is between the margins, and neither text nor fields lie on each other."""
    boxes = fields(document.data)
    for number, found in chars(document.data):
        visible = [char for char in found if char.get_text().strip()]
        where = f"{document.name}, page {number}"
        assert all(char.x0 >= MARGIN - 1 and char.x1 <= 595.3 - MARGIN + 1 for char in visible), where
        assert overlapping(visible) == [], where
        for index, (left, bottom, right, top) in enumerate(boxes[number - 1]):
            assert left >= MARGIN - 1, where
            assert right <= 595.3 - MARGIN + 1, where
            middles = [((char.x0 + char.x1) / 2, (char.y0 + char.y1) / 2) for char in visible]
            assert not any(left < x < right and bottom < y < top for x, y in middles), where
            for other in boxes[number - 1][index + 1 :]:
                apart = right <= other[0] or other[2] <= left or top <= other[1] + 1 or other[3] <= bottom + 1
                assert apart, where


def fields(data: bytes) -> list[list[tuple[float, float, float, float]]]:
    """The places of each page's fields: left, bottom, right, top."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return [
            [
                tuple(float(edge) for edge in annotation.Rect)
                for annotation in sheet.obj.get("/Annots", [])
                if annotation.Subtype == "/Widget"
            ]
            for sheet in pdf.pages
        ]


def test_long_addresses_break_before_they_are_cut() -> None:
    sample = next(sample for sample in VALID if str(sample) == "check-notification/minimal")
    case = copy.deepcopy(dict(sample.case.data))
    long = f"robin.{'a-very-long-name.' * 4}testcase@{'department.' * 4}crc.example.org"
    case["practitioner"] = {"name": {"family": "Unbreakable" * 8}, "email": long}
    loaded = forms.load_case(json.dumps(case).encode(), "test")
    product = forms.render(loaded, sample.artefact, forms.RenderOptions(issued=ISSUED, print_size="large"))
    for document in product.documents:
        if document.format == "pdf":
            check_places(document)
            assert long in tree_text(document.data)


def overlapping(found: list[LTChar]) -> list[tuple[str, str]]:
    """Characters drawn over each other: their middles lie in one place."""
    found = sorted(found, key=lambda char: (char.y0, char.x0))
    hits = []
    for index, char in enumerate(found):
        for other in found[index + 1 :]:
            if other.y0 > char.y0 + char.size / 2:
                break
            apart = abs((char.x0 + char.x1) - (other.x0 + other.x1)) / 2
            if apart < min(char.width, other.width) / 3 and min(char.width, other.width) > 1:
                hits.append((char.get_text(), other.get_text()))
    return hits


@pytest.mark.parametrize(("sample", "size"), PRINTS, ids=IDS)
def test_both_formats_say_the_same_in_any_size(sample: Sample, size: forms.PrintSize) -> None:
    for word, print_out in pairs(made(sample, size)):
        marker = {"clear": "_clear-print", "large": "_large-print"}[size]
        assert word.name.endswith(f"{marker}.docx")
        assert print_out.name.endswith(f"{marker}.pdf")
        assert tree_text(print_out.data) == canonical_text(word.data)


@pytest.mark.parametrize(("sample", "size"), PRINTS, ids=IDS)
def test_any_size_is_accessible_and_valid(sample: Sample, size: forms.PrintSize, tmp_path: Path) -> None:
    for document in made(sample, size).documents:
        path = tmp_path / document.name
        path.write_bytes(document.data)
        if document.format == "pdf":
            result = page.validate_pdf(str(path), profile="ua1")
            assert [failure.rule_id for failure in result.failures] == []
            assert structure_problems(document.data) == []
        else:
            assert [str(error) for error in word_judge().validate(path).errors] == []


@lru_cache(maxsize=1)
def word_judge() -> OpenXmlValidator:
    return OpenXmlValidator()


@pytest.mark.parametrize("sample", VALID, ids=str)
def test_large_print_has_no_columns_italics_or_capitals(sample: Sample) -> None:
    for document in made(sample, "large").documents:
        if document.format == "docx":
            with zipfile.ZipFile(io.BytesIO(document.data)) as package:
                parts = [etree.fromstring(package.read(f"word/{name}.xml")) for name in ("document", "styles")]
            assert {len(grid) for grid in parts[0].iter(f"{W}tblGrid")} <= {1}
            for part in parts:
                for name in ("i", "iCs", "caps", "smallCaps"):
                    assert not list(part.iter(f"{W}{name}"))
            used = {align.get(f"{W}val") for align in parts[0].iter(f"{W}jc")}
            assert used <= {"left", "start"}
