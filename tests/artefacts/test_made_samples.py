"""The blank forms that scripts build are what lies here: a change of one without the other is told."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pikepdf
import pytest

ROOT = Path(__file__).parent.parent.parent
UNREADABLE = ("broken-xref", "cut-off")


def built(words: list[str]) -> None:
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True, capture_output=True, timeout=120)


def content(file: Path) -> object:
    """What the file says, whatever its compression."""
    data = file.read_bytes()
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return {name: package.read(name) for name in package.namelist()}
    if file.stem in UNREADABLE:
        return data
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(out, qdf=True, static_id=True)
    return out.getvalue()


@pytest.mark.parametrize(
    ("script", "name"),
    [("borough_pdf.py", "thornmere-marf.pdf"), ("borough_word.py", "kestrelbrook-referral.docx")],
)
def test_borough_form_is_what_its_script_builds(tmp_path: Path, script: str, name: str) -> None:
    built([f"scripts/{script}", str(tmp_path / name)])
    assert content(tmp_path / name) == content(ROOT / "samples" / "boroughs" / name)


def test_forms_with_faults_are_what_the_script_makes(tmp_path: Path) -> None:
    names = ["bare", "broken-xref", "signed", "xfa-alone", "cut-off", "combs-turned"]
    built(["scripts/made_forms.py", str(tmp_path), *names])
    for name in names:
        kept = ROOT / "tests" / "corpus" / f"{name}.pdf"
        assert content(tmp_path / f"{name}.pdf") == content(kept), name
