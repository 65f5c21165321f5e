"""The samples, found in the library: every artefact's valid and invalid cases."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import forms

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "samples"
ISSUED = date(2026, 11, 21)
ARTEFACTS = sorted(path.name for path in SAMPLES.iterdir() if (path / "valid").is_dir())


@dataclass(frozen=True)
class Sample:
    artefact: str
    path: Path

    def __str__(self) -> str:
        return f"{self.artefact}/{self.path.stem}"

    @property
    def case(self) -> forms.Case:
        return forms.load_case(self.path)


VALID = [Sample(a, path) for a in ARTEFACTS for path in sorted((SAMPLES / a / "valid").glob("*.json"))]
INVALID = [Sample(a, path) for a in ARTEFACTS for path in sorted((SAMPLES / a / "invalid").glob("*.json"))]


def expected(sample: Sample) -> dict[str, str]:
    """The code and pointer of the problem that an invalid sample must give."""
    table = json.loads((SAMPLES / sample.artefact / "expected.json").read_text(encoding="utf-8"))
    problem: dict[str, str] = table[sample.path.stem]
    return problem


@lru_cache(maxsize=64)
def made(sample: Sample) -> forms.Product:
    """All documents of a valid sample, for every reader that it is cleared for."""
    return forms.render(sample.case, sample.artefact, forms.RenderOptions(issued=ISSUED))


def pairs(product: forms.Product) -> list[tuple[forms.Document, forms.Document]]:
    """The DOCX and the PDF of each document of a product."""
    words = [document for document in product.documents if document.format == "docx"]
    prints = [document for document in product.documents if document.format == "pdf"]
    return list(zip(words, prints, strict=True))
