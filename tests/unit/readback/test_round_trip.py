"""Any valid reply, filled in by another hand, is read as the same reply."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import forms
from form_fillers import W, blank, change_tree, fill_pdf, fill_with_pdftk, fill_word, replies

CATALOGUE = forms.open_catalogue()
PAPERS = sorted(name for name, manifest in CATALOGUE.artefacts.items() if manifest.reply_schema)
ORDINARY = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def schema_of(paper: str) -> dict[str, Any]:
    return dict(CATALOGUE.vocabulary.schemas[CATALOGUE.artefact(paper).reply_schema])


def rows_of(paper: str, more: int = 0) -> dict[str, int]:
    lists = {key: node for key, node in schema_of(paper)["properties"].items() if node["type"] == "array"}
    own = CATALOGUE.artefact(paper).blank_rows
    return {
        key: min(own.get(f"/{key}", node["x-rows"]) + more, node["maxItems"]) for key, node in lists.items()
    }


def read(data: bytes) -> forms.Reading:
    reading = forms.read_form(data, "form", CATALOGUE)
    assert {problem.code for problem in reading.problems} <= {"answers-disagree", "nothing-filled-in"}
    assert not reading.unread
    return reading


@pytest.mark.parametrize("paper", PAPERS)
@ORDINARY
@given(data=st.data())
def test_word(paper: str, data: st.DataObject) -> None:
    reply = data.draw(replies(schema_of(paper), rows_of(paper, more=2)))
    reading = read(fill_word(blank(paper, "docx"), reply))
    assert reading.reply == reply
    assert set(reading.ways) == {"tag"}


@pytest.mark.parametrize("paper", PAPERS)
@ORDINARY
@given(data=st.data())
def test_pdf(paper: str, data: st.DataObject) -> None:
    reply = data.draw(replies(schema_of(paper), rows_of(paper)))
    reading = read(fill_pdf(blank(paper, "pdf"), reply))
    assert reading.reply == reply


# ── Other programs as the hand in between ───────────────────────────────────────────────────────────────────

ANSWERS: dict[str, dict[str, Any]] = {
    "check-notification": {
        "defendant_known": "known_before",
        "defendant_capacity": {
            "parent_or_carer": True,
            "household_member": False,
            "alleged_source_of_harm": True,
            "as_a_child": False,
            "other": True,
            "other_text": "Grand-père",
        },
        "children": [
            {"name": "Zoë Example", "known": "known_now"},
            {"name": "Łukasz Example", "known": "not_known"},
        ],
        "nature_of_contact": {
            "child_protection_plan": False,
            "section_17": True,
            "common_assessment": False,
            "other": False,
        },
        "social_workers": [
            {"name": "Ann Example", "telephone": "020 7946 0123"},
            {"telephone": "01632 960001"},
        ],
        "meetings": [{"kind": "child_in_need", "date": "2026-12-03"}, {"date": "2027-01-07"}],
        "offender_may_be_told": "in_part",
        "offender_may_be_told_what": "That we were asked",
        "date": "2026-11-24",
    },
    "offender-information": {
        "name": "Dale Example",
        "date_of_birth": "1989-03-14",
        "status": "on_bail",
        "children": [
            {"name": "Zoë Example", "date_of_birth_or_age": "2", "school": "Sample Nursery"},
            {"relationship": "Nephew"},
            {"name": "Third Example"},
        ],
        "younger_siblings": {"answer": "no"},
        "known_to_social_care": {"answer": "yes", "details": "Once, in 2019"},
        "other_adults": [{"date_of_birth": "about 1990"}, {"name": "Sam Example"}],
        "gangs": {"answer": "no"},
        "relationship": {"answer": "yes", "details": "With Sam"},
        "completed_on": "2026-11-23",
        "signature": "D. Example",
    },
    "family-pack": {
        "children": [{"name": "Zoë Example", "may_tell": "yes"}, {"school": "Sample School"}],
        "date": "2026-11-23",
    },
}


@pytest.fixture(scope="module")
def resaved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The filled Word files, opened and saved again by LibreOffice, all in one call."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed")
    folder = tmp_path_factory.mktemp("office")
    for paper, reply in ANSWERS.items():
        (folder / f"{paper}.docx").write_bytes(fill_word(blank(paper, "docx"), reply))
    line = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to"]
    line += ["docx:MS Word 2007 XML", "--outdir", str(folder / "out"), *map(str, sorted(folder.glob("*.docx")))]
    subprocess.run(line, check=True, capture_output=True, timeout=240)
    return folder / "out"


@pytest.mark.programs
@pytest.mark.parametrize("paper", ANSWERS)
def test_libreoffice_saves_it_again(paper: str, resaved: Path) -> None:
    data = (resaved / f"{paper}.docx").read_bytes()
    reading = read(data)
    assert reading.reply == ANSWERS[paper]
    compared = forms.compare_with_sent(reading, blank(paper, "docx"), "sent", CATALOGUE)
    assert compared.changes == ()


@pytest.mark.programs
@pytest.mark.parametrize("paper", ANSWERS)
def test_pdftk_fills_it_in(paper: str, tmp_path: Path) -> None:
    if shutil.which("pdftk") is None:
        pytest.skip("pdftk is not installed")
    reading = read(fill_with_pdftk(blank(paper, "pdf"), ANSWERS[paper], tmp_path))
    assert reading.reply == ANSWERS[paper]
    assert forms.compare_with_sent(reading, blank(paper, "pdf"), "sent", CATALOGUE).changes == ()


@pytest.mark.parametrize("paper", ANSWERS)
def test_order_kind_and_label_are_enough(paper: str) -> None:
    def strip(root) -> None:
        for name in list(root.iter(f"{W}tag", f"{W}alias")):
            name.getparent().remove(name)

    reading = read(change_tree(fill_word(blank(paper, "docx"), ANSWERS[paper]), strip))
    assert reading.reply == ANSWERS[paper]
    assert set(reading.ways) == {"order"}
