"""Forms that others made: each is filled in every field, read back and seen, or refused with the right message.

Those that lie in tests/corpus run always. The public ones of tests/corpus/forms.toml run where they are: in
tests/corpus, or in the folder that FORMS_PUBLIC_FORMS names (see scripts/public_forms.py).
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from public_form_kit import Result, try_form

CORPUS = Path(__file__).parent.parent / "corpus"
BOROUGHS = Path(__file__).parent.parent.parent / "samples" / "boroughs"
WAY_OUT = {
    "encrypted": "without protection",
    "signed": "without the signature",
    "xfa-only": "ordinary PDF",
    "damaged": "Ask for it again",
}


def listed(table: str) -> list[dict[str, Any]]:
    forms: list[dict[str, Any]] = tomllib.loads((CORPUS / table).read_text(encoding="utf-8"))["form"]
    return forms


MADE = listed("made.toml")
PUBLIC = listed("forms.toml")


def judge(result: Result, refused: str) -> None:
    assert result.refused == refused, result.message
    assert not result.faults
    if refused:
        assert WAY_OUT[refused] in result.message
    else:
        assert 0 < result.filled == result.read_back == result.read_by_pikepdf


@pytest.mark.parametrize("form", MADE, ids=[form["id"] for form in MADE])
def test_form_of_ours(form: dict[str, Any]) -> None:
    judge(try_form(CORPUS / f"{form['id']}.pdf"), form.get("refused", ""))


def test_every_file_here_is_listed() -> None:
    known = {form["id"] for form in MADE + PUBLIC}
    assert {file.stem for file in CORPUS.glob("*.pdf")} <= known


def found(form: dict[str, Any]) -> Path | None:
    """The file of a public form, where it is."""
    places = [CORPUS, Path(os.environ.get("FORMS_PUBLIC_FORMS", CORPUS))]
    files = (place / f"{form['id']}.pdf" for place in places)
    return next((file for file in files if file.is_file()), None)


HERE = [form for form in PUBLIC if found(form)]


@pytest.mark.parametrize("form", HERE, ids=[form["id"] for form in HERE])
def test_public_form(form: dict[str, Any]) -> None:
    file = found(form)
    assert file is not None
    assert hashlib.sha256(file.read_bytes()).hexdigest() == form["sha256"]
    judge(try_form(file), form.get("refused", ""))


def test_table_of_public_forms() -> None:
    """What the table promises: enough forms, many makers, each to be found again, few of them refused."""
    assert len(PUBLIC) >= 25
    assert len({form["maker"] for form in PUBLIC}) >= 20
    for key in ("id", "sha256"):
        assert len({form[key] for form in PUBLIC}) == len(PUBLIC)
    assert all(len(form["commit"]) == 40 and form["licence"] and form["special"] for form in PUBLIC)
    refused = [form["refused"] for form in PUBLIC if "refused" in form]
    assert set(refused) <= set(WAY_OUT)
    assert len(refused) * 3 <= len(PUBLIC)


def test_borough_form_can_be_filled_in_every_field() -> None:
    judge(try_form(BOROUGHS / "thornmere-marf.pdf"), "")
