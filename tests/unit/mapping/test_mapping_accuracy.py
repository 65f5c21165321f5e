"""A drafted mapping places at least four fields in five right, and is never sure of what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mapping_scores import TRUTHS, drafted, score

LEAST = 0.8


def test_there_are_two_boroughs_and_five_public_forms_at_least() -> None:
    own = [path for path in TRUTHS if "form" in json.loads(path.read_text(encoding="utf-8"))]
    assert len(own) >= 2
    assert len(TRUTHS) - len(own) >= 5


@pytest.mark.parametrize("path", TRUTHS, ids=lambda path: path.stem)
def test_most_fields_are_placed_right_and_none_wrong_among_the_sure(path: Path) -> None:
    found = score(path)
    assert found.fields >= 40
    assert found.share >= LEAST, found.wrong + found.left
    assert found.wrong_sure == []
    assert found.sure >= 5, "a draft that is never sure helps nobody"


@pytest.mark.parametrize("path", TRUTHS, ids=lambda path: path.stem)
def test_each_guess_gives_a_reason_and_what_is_open_its_nearest(path: Path) -> None:
    _, found = drafted(path)
    for draft in found.values():
        if draft.best:
            assert 0 < draft.best.confidence <= 1
            assert ";" in draft.best.reason
        if draft.what == "open":
            assert draft.best is None
            assert len(draft.others) <= 3
