"""Values of every kind and size arrive unharmed in both formats."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

import forms
from docx_text import canonical_text, fold
from forms.domain.case import strings
from forms.domain.nodes import walk
from pdf_text import page_texts, tree_text
from samples import ISSUED, VALID, Sample, pairs

HOSTILE = 'A & B <c> "d" Łukasz O’Brien – Nguyễn'
FULL = [sample for sample in VALID if sample.path.stem == "full"]
CHILD = {
    "name": {"given": "Sam", "family": "Example"},
    "date_of_birth": "2019-04-03",
    "relationship": "Son",
    "local_authority": "Camden",
}


def rendered(case: Any, artefact: str, **options: Any) -> list[tuple[forms.Document, forms.Document]]:
    loaded = forms.load_case(json.dumps(case).encode(), "test")
    return pairs(forms.render(loaded, artefact, forms.RenderOptions(issued=ISSUED, **options)))


def put(case: Any, pointer: str, value: object) -> None:
    *way, last = [int(step) if step.isdigit() else step for step in pointer.split("/")[1:]]
    for step in way:
        case = case[step]
    case[last] = value


def prints_alone(value: str, values: list[str]) -> bool:
    """Long enough to be found, part of no other value, and of no set form (an e-mail address)."""
    return len(value) > 11 and "@" not in value and sum(value in other for other in values) == 1


@pytest.mark.parametrize("sample", FULL, ids=str)
def test_hostile_text_in_every_text_field(sample: Sample) -> None:
    vocabulary = forms.open_catalogue().vocabulary
    before = [fold(canonical_text(word.data)) for word, _ in rendered(dict(sample.case.data), sample.artefact)]
    case = copy.deepcopy(dict(sample.case.data))
    values = [text for _, text in strings(case)]
    marks: dict[str, str] = {}
    for pointer, node, value in list(walk(vocabulary.case, sample.case.data)):
        plain = node.kind == "value" and node.prints == "text" and not node.options and isinstance(value, str)
        if plain and prints_alone(value, values) and any(fold(value) in text for text in before):
            marks[pointer] = f"{HOSTILE} {len(marks)}."
            put(case, pointer, marks[pointer])
    assert marks or sample.artefact == "offender-leaflet"
    documents = rendered(case, sample.artefact)
    words = " ".join(canonical_text(word.data) for word, _ in documents)
    prints = " ".join(tree_text(print_out.data) for _, print_out in documents)
    for pointer, mark in marks.items():
        assert mark in words, pointer
        assert mark in prints, pointer


@pytest.mark.parametrize("count", [0, 1, 40])
def test_any_number_of_children(count: int) -> None:
    sample = next(sample for sample in VALID if str(sample) == "check-notification/minimal")
    case = copy.deepcopy(dict(sample.case.data))
    case["offender"]["local_authority"] = "Camden"
    case["children"] = [
        {**CHILD, "name": {"given": f"Child{number}", "family": "Example"}} for number in range(count)
    ]
    ((word, print_out),) = rendered(case, "check-notification")
    assert tree_text(print_out.data) == canonical_text(word.data)
    for number in range(count):
        assert f"Child{number} Example" in canonical_text(word.data)


def test_a_very_long_value_flows_over_pages() -> None:
    sample = next(sample for sample in VALID if str(sample) == "conference-report/full")
    case = copy.deepcopy(dict(sample.case.data))
    long = " ".join(f"Word{number}" for number in range(2400))
    assert len(long) > 20_000
    case["papers"]["conference-report"]["assessment"]["recommendations"] = long
    word, print_out = rendered(case, "conference-report", audiences=("professionals",))[0]
    assert long in canonical_text(word.data)
    assert long in tree_text(print_out.data)
    pages = page_texts(print_out.data)
    assert sum("Word1" in text for text in pages) > 1


def test_white_space_and_line_breaks_are_kept() -> None:
    sample = next(sample for sample in VALID if str(sample) == "conference-report/full")
    case = copy.deepcopy(dict(sample.case.data))
    case["papers"]["conference-report"]["assessment"]["recommendations"] = (
        "First line\nSecond\tline  with spaces"
    )
    word, print_out = rendered(case, "conference-report", audiences=("professionals",))[0]
    assert "First line Second line with spaces" in canonical_text(word.data)
    assert "First line Second line with spaces" in tree_text(print_out.data)
