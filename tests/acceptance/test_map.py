"""`forms map`: from a form that nobody here designed to a mapping that fits it, and a specimen to look at."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

import forms
from docx_text import everything

BOROUGHS = Path(__file__).resolve().parent.parent.parent / "samples" / "boroughs"
FORMS = [BOROUGHS / "thornmere-marf.pdf", BOROUGHS / "kestrelbrook-referral.docx"]


@pytest.fixture(params=FORMS, ids=lambda path: path.suffix)
def form(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_a_draft_is_a_mapping_that_fits_its_form(form: Path, forms_line, tmp_path: Path) -> None:
    target = tmp_path / "form.toml"
    line = forms_line("map", form, "-o", target, "--title", "Their form")
    assert line.code == 0
    assert line.out.strip() == str(target)
    assert "sure" in line.err
    raw = tomllib.loads(target.read_text(encoding="utf-8"))
    assert raw["form"]["title"] == "Their form"
    assert raw["reader"] == "social-care"
    linted = forms_line("lint", target, "--form", form)
    assert linted.code == 0, linted.err
    assert "0 errors" in linted.err


def test_every_place_is_in_the_draft_if_only_as_a_remark(form: Path, forms_line) -> None:
    line = forms_line("map", form)
    for place in forms.inspect_form(form).places:
        assert f"[places.{json.dumps(place.name, ensure_ascii=False)}]" in line.out, place


def test_what_is_not_sure_is_marked_and_what_is_not_found_left_open(form: Path, forms_line) -> None:
    said = json.loads(forms_line("map", form, "--json").out)["places"]
    raw = tomllib.loads(forms_line("map", form).out)["places"]
    for place in said:
        rule = raw.get(place["name"])
        if place["what"] == "open":
            assert rule is None
        elif place["what"] != "skip":
            assert place["sure"] or rule["unchecked"]
            assert place["entry"]
    assert sum(place["sure"] for place in said) > len(said) / 2


def test_what_is_not_placed_is_listed(form: Path, forms_line, tmp_path: Path) -> None:
    line = forms_line("map", form, "-o", tmp_path / "form.toml")
    said = json.loads(forms_line("map", form, "--json").out)["places"]
    left = [place for place in said if place["what"] == "open"]
    assert line.err.count("not placed: ") == len(left) > 0


def test_what_a_draft_is_sure_of_fills_the_form(form: Path) -> None:
    mapping = forms.load_mapping(forms.draft_mapping(form, reader="social-care").text.encode(), "draft.toml")
    sure = {name: rule for name, rule in mapping.rules.items() if not rule.unchecked}
    data = json.loads((BOROUGHS / "case.json").read_bytes())
    for name in ("children", "adults", "agencies"):
        data[name] = data[name][:1]
    filled = forms.fill_form(form, forms.load_case(json.dumps(data).encode()), replace(mapping, rules=sure))
    assert filled.places > 30
    assert "not-mapped" in {problem.code for problem in filled.problems}


def test_a_draft_loses_no_child(tmp_path: Path) -> None:
    mapping = forms.load_mapping(
        forms.draft_mapping(FORMS[0], reader="social-care").text.encode(), "draft.toml"
    )
    with pytest.raises(forms.InputError) as error:
        forms.fill_form(FORMS[0], forms.load_case(BOROUGHS / "case.json"), mapping)
    assert "more-than-places" in {problem.code for problem in error.value.problems}


def test_a_specimen_shows_the_names_of_its_places(form: Path, forms_line, tmp_path: Path) -> None:
    target = tmp_path / f"names{form.suffix}"
    assert forms_line("map", form, "-o", tmp_path / "form.toml", "--specimen", target).code == 0
    seen = _texts(target)
    survey = forms.inspect_form(form)
    short = [place for place in survey.places if place.kind in ("text", "cell", "line") and not place.longest]
    assert len(short) > 20
    for place in short:
        assert place.name in seen, place
    assert target.read_bytes() == forms.specimen(form) or form.suffix == ".pdf"


def _texts(path: Path) -> str:
    if path.suffix == ".pdf":
        from pypdf import PdfReader

        fields = PdfReader(path).get_fields() or {}
        return "\n".join(str(field.get("/V", "")) for field in fields.values())
    return everything(path.read_bytes())


def test_a_form_that_is_none_is_refused(forms_line, tmp_path: Path, no_file_in: Path) -> None:
    wrong = tmp_path / "form.pdf"
    wrong.write_bytes(b"no form")
    line = forms_line("map", wrong, "-o", no_file_in / "form.toml")
    assert line.code == 1
    assert "form.pdf" in line.err


def test_lint_tells_another_form_and_wrong_names(forms_line, tmp_path: Path) -> None:
    target = tmp_path / "form.toml"
    forms_line("map", FORMS[0], "-o", target)
    line = forms_line("lint", target, "--form", FORMS[1])
    assert line.code == 3
    assert "another file" in line.err
    target.write_text(target.read_text(encoding="utf-8").replace("case.offender.name", "case.ofender.name"))
    line = forms_line("lint", target)
    assert line.code == 3
    assert "Did you mean ‘offender’?" in line.err


def test_form_goes_with_a_mapping_alone(forms_line) -> None:
    assert forms_line("lint", "referral", "--form", FORMS[0]).code == 2
