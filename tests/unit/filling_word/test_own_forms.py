"""Manifests of authorities' own forms, and which form a copy gets."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import forms
from forms.application.own_form_lint import lint_own_forms
from forms.domain.own_form import parse_own_form
from forms.foundation.errors import ArtefactError

BOROUGHS = Path(__file__).resolve().parents[3] / "samples" / "boroughs"
SOURCE = "templates/kestrelbrook-referral/own-form.toml"
MANIFEST = (BOROUGHS / SOURCE).read_text("utf-8")
DIRECTORY = "directories/local-authorities.json"
LATER = """
[[editions]]
id = "2027-04"
from = 2027-04-01
form = "templates/kestrelbrook-referral/later.pdf"
sha256 = "{}"
mapping = "2027-04.toml"
""".format("0" * 64)


@pytest.fixture(scope="module")
def catalogue() -> forms.Catalogue:
    return forms.open_catalogue(BOROUGHS)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BOROUGHS, tmp_path / "library"))


def parsed(text: str, catalogue: forms.Catalogue) -> Any:
    return parse_own_form(text.encode(), SOURCE, catalogue.vocabulary)


def test_an_edition_counts_from_its_day(catalogue: forms.Catalogue) -> None:
    form = parsed(MANIFEST + LATER, catalogue)
    assert form.edition_on(date(2026, 10, 31)) is None
    assert form.edition_on(date(2027, 3, 31)).id == "2026-11"
    later = form.edition_on(date(2027, 4, 1))
    assert (later.id, later.format) == ("2027-04", "pdf")
    assert later.mapping == "templates/kestrelbrook-referral/2027-04.toml"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('id = "kestrelbrook-referral"', 'id = "another"', "wrong-folder"),
        ('artefact = "referral"', 'artefact = "refferal"', "unknown-artefact"),
        ('kind = "form"', 'kind = "letter"', "not-an-option"),
        ('form = "kestrelbrook', 'form = "../kestrelbrook', "bad-format"),
        ("sha256 = ", "sha255 = ", "unknown-property"),
        ('authority = "', 'authority = "x', "bad-format"),
        ('id = "kes', "id = kes", "malformed"),
    ],
)
def test_broken_manifests_are_refused(catalogue: forms.Catalogue, old: str, new: str, code: str) -> None:
    assert old in MANIFEST
    with pytest.raises(ArtefactError) as caught:
        parsed(MANIFEST.replace(old, new, 1), catalogue)
    assert code in [problem.code for problem in caught.value.problems]
    assert all(problem.place.source == SOURCE for problem in caught.value.problems)


def test_a_sound_library_has_nothing_to_say(catalogue: forms.Catalogue) -> None:
    assert list(lint_own_forms(catalogue)) == []
    assert [form["there"] for form in forms.describe_own_forms(catalogue, date(2026, 11, 21))] == [True, True]
    assert forms.describe_own_forms(catalogue, date(2026, 1, 1)) == []


def change_directory(library: Path, change) -> None:  # type: ignore[no-untyped-def]
    path = library / DIRECTORY
    data = json.loads(path.read_text("utf-8"))
    change({item["name"]: item for item in data["authorities"]})
    path.write_text(json.dumps(data), "utf-8")


@pytest.mark.parametrize(
    ("change", "severity", "code"),
    [
        (lambda items: items["Kestrelbrook"].pop("own_forms"), "warning", "own-form-not-named"),
        (lambda items: items["Wexcombe"].update(own_forms={"referral": "none"}), "error", "own-form-unknown"),
        (
            lambda items: items["Wexcombe"].update(own_forms={"referral": "thornmere-marf"}),
            "error",
            "own-form-unknown",
        ),
        (lambda items: items["Kestrelbrook"].update(code="E09000999"), "error", "unknown-authority"),
    ],
)
def test_directory_and_manifests_must_agree(library: Path, change, severity: str, code: str) -> None:  # type: ignore[no-untyped-def]
    change_directory(library, change)
    found = list(lint_own_forms(forms.open_catalogue(library)))
    assert (severity, code) in {(problem.severity, problem.code) for problem in found}
    assert all(problem.hint for problem in found)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('format = "docx"', 'format = "pdf"', "own-form-disagrees"),
        ('authority = "Kestrelbrook"', 'authority = "Thornmere"', "own-form-disagrees"),
        ('[places."table 2, row 1, cell 2"]', '[places."table 2, row 1, cell 20"]', "unknown-place"),
    ],
)
def test_a_mapping_must_fit_its_form(library: Path, old: str, new: str, code: str) -> None:
    path = library / "templates/kestrelbrook-referral/2026-11.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    found = list(lint_own_forms(forms.open_catalogue(library), "kestrelbrook-referral"))
    assert code in {problem.code for problem in found}


def test_a_lay_reader_never_gets_an_authoritys_form(library: Path) -> None:
    """A leaflet goes to the offender, whatever the area's directory says about papers of that name."""
    change_directory(
        library,
        lambda items: [
            item.update(own_forms={"offender-leaflet": "kestrelbrook-referral"}) for item in items.values()
        ],
    )
    catalogue = forms.open_catalogue(library)
    case = forms.load_case(BOROUGHS / "case.json")
    options = forms.RenderOptions(issued=date(2026, 11, 21), formats=("docx",))
    product = forms.render(case, "offender-leaflet", options, catalogue)
    assert {document.identity.artefact for document in product.documents} == {"offender-leaflet"}
