"""Every artefact prints the labels of the procedure, in its order: `labels/<artefact>.txt`, one a line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from docx_text import canonical_text, headings
from samples import ARTEFACTS, VALID, Sample, made

LABELS = Path(__file__).parent / "labels"
FULL = [sample for sample in VALID if sample.path.stem == "full"]


def test_every_artefact_has_its_list() -> None:
    assert sorted(path.stem for path in LABELS.glob("*.txt")) == ARTEFACTS


@pytest.mark.parametrize("sample", FULL, ids=str)
def test_labels_stand_in_order(sample: Sample) -> None:
    text = canonical_text(made(sample).documents[0].data)
    place = 0
    for label in (LABELS / f"{sample.artefact}.txt").read_text(encoding="utf-8").splitlines():
        found = text.find(label, place)
        assert found >= 0, f"“{label}” is missing, or stands before the label above it"
        place = found + len(label)


@pytest.mark.parametrize("sample", VALID, ids=str)
def test_no_heading_stands_twice(sample: Sample) -> None:
    for document in made(sample).documents:
        if document.format == "docx":
            assert [text for text, times in Counter(headings(document.data)).items() if times > 1] == []
