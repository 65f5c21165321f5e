"""A long run needs no more memory than a short one, and nothing of a case stays behind."""

from __future__ import annotations

import gc
import json
import random
import re
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

import forms
from samples import ISSUED, SAMPLES

ARTEFACT = "chaser"
BEFORE, ALL = 60, 300
MOST_PER_CASE = 1500
"""Bytes. The documents of one case are forty times as large."""

WORDS = [
    f"{first}{last}"
    for first in ("Ada", "Bel", "Cor", "Dim", "Eli")
    for last in ("bury", "combe", "ford", "wick")
]


def sentence(number: int) -> str:
    """Words that no other number has."""
    return " ".join(f"{word}{number}" for word in random.Random(number).choices(WORDS, k=12))


def render(number: int) -> None:
    """Make both formats of a case that no other has a text in common with."""
    case = json.loads((SAMPLES / ARTEFACT / "valid" / "full.json").read_text(encoding="utf-8"))
    case["reference"] = f"X{number % 40:06d}"
    case["children"] = case["children"][:1]
    case["offender"]["name"] = dict(zip(("given", "family"), sentence(number).split()[:2], strict=True))
    case["papers"][ARTEFACT]["still_needed"] = f"{sentence(number)}. " * 3
    data = json.dumps(case).encode()
    product = forms.render(forms.load_case(data), ARTEFACT, forms.RenderOptions(issued=ISSUED))
    assert {document.format for document in product.documents} == {"docx", "pdf"}


def texts() -> Iterator[str]:
    """Every string that some container of the process holds."""
    for held in gc.get_objects():
        if isinstance(held, dict):
            items: Any = (*held.keys(), *held.values())
        elif isinstance(held, list | tuple | set | frozenset):
            items = held
        else:
            items = gc.get_referents(held)
        yield from (item for item in items if isinstance(item, str))


@pytest.fixture(scope="module")
def growth() -> int:
    """Make many cases; give by how many bytes each of the later ones made the process's memory grow."""
    for number in range(BEFORE):
        render(number)
    tracemalloc.start()
    try:
        for number in range(BEFORE, BEFORE + 5):  # what is traced begins with documents of its own
            render(number)
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        for number in range(BEFORE + 5, ALL):
            render(number)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return (after - before) // (ALL - BEFORE - 5)


def test_memory_does_not_grow_with_the_number_of_cases(growth: int) -> None:
    assert growth < MOST_PER_CASE


def test_no_text_of_a_case_stays(growth: int) -> None:
    word = f"({'|'.join(WORDS)})"
    told = re.compile(rf"{word}\d")  # even one word alone
    assert sum(1 for text in texts() if told.search(text)) == 0
