"""Command lines that ask for another print: large, clear, for the record, with pictures."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
CASE = ROOT / "samples" / "check-notification" / "valid" / "minimal.json"
DAY = ("--date", "2026-11-21")


def test_large_print_is_named(forms_line, tmp_path: Path) -> None:
    line = forms_line("render", "check-notification", CASE, "-o", tmp_path, "--large-print", *DAY)
    assert line.code == 0, line.err
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == 2
    assert all("_large-print." in name for name in names)


def test_large_and_clear_print_exclude_each_other(forms_line, no_file_in: Path) -> None:
    line = forms_line("render", "check-notification", CASE, "-o", no_file_in, "--large-print", "--clear-print")
    assert line.code == 2


def test_a_pdf_for_the_record_has_no_fields(forms_line, tmp_path: Path) -> None:
    line = forms_line(
        "render", "check-notification", CASE, "-o", tmp_path, "--archive", "--format", "pdf", *DAY
    )
    assert line.code == 0, line.err
    (path,) = tmp_path.iterdir()
    assert path.name.endswith("_archive.pdf")
    with pikepdf.open(path) as pdf:
        assert "/AcroForm" not in pdf.Root


def test_preview_makes_a_picture_of_every_page(forms_line, tmp_path: Path) -> None:
    line = forms_line("render", "check-notification", CASE, "-o", tmp_path, "--preview", *DAY)
    assert line.code == 0, line.err
    (pdf_path,) = tmp_path.glob("*.pdf")
    with pikepdf.open(pdf_path) as pdf:
        pages = len(pdf.pages)
    pictures = sorted(tmp_path.glob("*.png"))
    assert [path.name for path in pictures] == [f"{pdf_path.stem}_page-{n}.png" for n in range(1, pages + 1)]
    assert line.out.split("\n")[2 : 2 + pages] == [str(path) for path in pictures]
    for path in pictures:
        with Image.open(io.BytesIO(path.read_bytes())) as image:
            assert image.width == pytest.approx(909, abs=2)
            assert image.getextrema() != ((255, 255), (255, 255), (255, 255))


def test_preview_needs_the_pdf(forms_line, no_file_in: Path) -> None:
    line = forms_line("render", "check-notification", CASE, "-o", no_file_in, "--preview", "--format", "docx")
    assert line.code == 2


def test_preview_says_what_is_missing(forms_line, no_file_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    line = forms_line("render", "check-notification", CASE, "-o", no_file_in, "--preview", *DAY)
    assert line.code == 5
    assert "forms[preview]" in line.err
