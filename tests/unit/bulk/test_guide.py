"""What docs/bulk.md shows is true."""

from __future__ import annotations

import json
import re
from pathlib import Path

from forms import open_catalogue
from forms.application.sources.headings import read_mapping
from forms.application.sources.opening import MAPPING_SCHEMA, headings_of

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "bulk.md").read_text("utf-8")


def test_its_mapping_is_valid_and_its_headings_are_known() -> None:
    catalogue = open_catalogue()
    (shown,) = re.findall(r"```json\n(.*?)```", TEXT, re.S)
    mapping = json.loads(shown)
    assert not catalogue.vocabulary.check_data(MAPPING_SCHEMA, mapping, "map.json")
    own = headings_of(catalogue, read_mapping(mapping))
    assert len(own.columns(("Case ref", "Nominal", "PNC"), "cases.csv")) == 2
    named = re.findall(r"`([^`/\n]+)`", TEXT.partition("## Headings")[2].partition("```json")[0])
    used = [name for name in named if not name.startswith(("--", "Adult", "Offence", "Children"))]
    assert len(used) > 10
    for name in {*used} - {"Case ref"}:
        assert len(headings_of(catalogue).columns(("Case ref", name), "cases.csv")) == 2, name


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        here = (Path(__file__).resolve().parents[3] / "docs" / target).exists()
        assert here or target.startswith("https://"), target
