"""Chinese is an optional package: without it a name is refused with its place, with it the name is drawn."""

from __future__ import annotations

import copy
import json
from importlib.util import find_spec
from pathlib import Path

import page
import pytest

import forms
from docx_text import canonical_text
from pdf_checks import structure_problems
from pdf_text import tree_text
from samples import ISSUED, VALID

NAME = "王小明"
FONTS = Path(__file__).resolve().parents[2] / "extras" / "forms-chinese" / "src" / "forms_chinese"


def case() -> forms.Case:
    sample = next(sample for sample in VALID if str(sample) == "check-notification/minimal")
    data = copy.deepcopy(dict(sample.case.data))
    data["offender"]["name"] = {"given": NAME, "family": "Example"}
    return forms.load_case(json.dumps(data).encode(), "test")


def test_without_the_package_the_character_is_named_by_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forms.application.catalogue.find_spec", lambda name: None)
    catalogue = forms.Catalogue(forms.open_catalogue().library)
    with pytest.raises(forms.InputError) as caught:
        forms.render(case(), "check-notification", forms.RenderOptions(issued=ISSUED), catalogue)
    assert {problem.code for problem in caught.value.problems} == {"no-font"}
    assert caught.value.problems[0].place.pointer == "/offender/name/given"
    assert NAME not in str(caught.value.problems)


def test_with_the_package_it_is_drawn_and_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = find_spec("forms_chinese")
    if spec is None:  # the checkout's own copy, where the package is not installed
        monkeypatch.syspath_prepend(str(FONTS.parent))
    catalogue = forms.Catalogue(forms.open_catalogue().library)
    product = forms.render(case(), "check-notification", forms.RenderOptions(issued=ISSUED), catalogue)
    word, print_out = product.documents
    assert NAME in tree_text(print_out.data)
    assert tree_text(print_out.data) == canonical_text(word.data)
    assert structure_problems(print_out.data) == []
    path = tmp_path / "chinese.pdf"
    path.write_bytes(print_out.data)
    assert page.validate_pdf(str(path), profile="ua1").is_compliant
    assert len(print_out.data) < 150_000, "only the characters in use are embedded"
