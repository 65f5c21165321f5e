"""Every artefact prints the labels of the procedure, in its order: `labels/<artefact>.txt`, one a line.

A label with a star after it may print more often than it is listed: it stands in a row or table for each child,
adult or statement. All others print just as often as they are listed.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from docx_text import body_paragraphs, canonical_text, headings
from samples import ARTEFACTS, VALID, Sample, made

STAR = " *"
LABELS = Path(__file__).parent / "labels"
FULL = [sample for sample in VALID if sample.path.stem == "full"]


def test_every_artefact_has_its_list() -> None:
    assert sorted(path.stem for path in LABELS.glob("*.txt")) == ARTEFACTS


def listed(sample: Sample) -> list[str]:
    return (LABELS / f"{sample.artefact}.txt").read_text(encoding="utf-8").splitlines()


def plain(label: str) -> str:
    return label.removesuffix(STAR)


@pytest.mark.parametrize("sample", FULL, ids=str)
def test_labels_stand_no_more_often_than_they_are_listed(sample: Sample) -> None:
    paragraphs = [re.sub(r"^[☐☒•] ?|:$", "", text) for text in body_paragraphs(made(sample).documents[0].data)]
    for label, times in Counter(label for label in listed(sample) if not label.endswith(STAR)).items():
        alone = sum(text == label or text.startswith(f"{label}: ") for text in paragraphs)
        assert alone <= times, f"“{label}” stands {alone} times"


@pytest.mark.parametrize("sample", FULL, ids=str)
def test_labels_stand_in_order(sample: Sample) -> None:
    text = canonical_text(made(sample).documents[0].data)
    place = 0
    for label in map(plain, listed(sample)):
        found = text.find(label, place)
        assert found >= 0, f"“{label}” is missing, or stands before the label above it"
        place = found + len(label)


@pytest.mark.parametrize("sample", VALID, ids=str)
def test_no_heading_stands_twice(sample: Sample) -> None:
    for document in made(sample).documents:
        if document.format == "docx":
            assert [text for text, times in Counter(headings(document.data)).items() if times > 1] == []
