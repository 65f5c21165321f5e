"""Every sample's layout beside LibreOffice's rendering of the DOCX: the same page, within 3 points."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

import pytest

import forms
from forms.formats.pdf.layout import lay_out
from forms.formats.word.reader import read
from layout_compare import NEAR, Report, compare, convert
from samples import VALID, Sample, made, pairs
from word_files import rendered_word

pytestmark = [pytest.mark.programs, pytest.mark.xdist_group("libreoffice")]

FAR = 8.0
LEAST_SHARE = 0.99
EXCEPTIONS = tomllib.loads((Path(__file__).parent / "looks_alike.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def reports(folder: Path) -> dict[Sample, list[Report]]:
    """All samples' documents, converted by one call of LibreOffice, and how far each is off."""
    files: dict[Path, tuple[Sample, bytes]] = {}
    for number, sample in enumerate(VALID):
        for word, _ in pairs(made(sample)):
            path = folder / f"{number:02}-{word.name}"
            path.write_bytes(word.data)
            files[path] = (sample, word.data)
    fonts = forms.open_catalogue().fonts
    found: dict[Sample, list[Report]] = {}
    for path, theirs in zip(files, convert(list(files), folder), strict=True):
        sample, data = files[path]
        laid = lay_out(read(rendered_word(data)), fonts, fillable=False)
        found.setdefault(sample, []).append(compare(path.stem, laid, theirs))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("looks-alike")


@pytest.mark.parametrize("sample", VALID, ids=str)
def test_a_sample_looks_as_in_libreoffice(sample: Sample, folder: Path) -> None:
    allowed = EXCEPTIONS.get(str(sample), {"share": 1.0, "other_pages": 0})
    for report in reports(folder)[sample]:
        assert report.our_pages == report.their_pages, str(report)
        assert report.share >= allowed["share"], str(report)
        assert len(report.other_pages) <= allowed["other_pages"], str(report)
        if str(sample) not in EXCEPTIONS:
            assert all(item.distance <= FAR for item in report.deviations), str(report)


def test_altogether_nearly_all_is_within_three_points(folder: Path) -> None:
    everything = [item for found in reports(folder).values() for report in found for item in report.deviations]
    near = sum(item.distance <= NEAR for item in everything)
    assert len(everything) > 7000
    assert near / len(everything) >= LEAST_SHARE


def test_every_exception_has_a_reason_and_a_sample() -> None:
    assert set(EXCEPTIONS) <= {str(sample) for sample in VALID}
    assert all(item["reason"] for item in EXCEPTIONS.values())
