"""What a command imports: whatever it doesn't need makes it start later, every time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CASE = ROOT / "samples/check-notification/valid/minimal.json"

MODULES = (
    "import sys\nfrom forms.cli.commands import run\n"
    "code = run(sys.argv[1:])\nprint('modules:', *sys.modules)\nsys.exit(code)"
)

COMPILING = {"docxtpl", "docx", "jinja2", "markupsafe", "zipfile"}
"""What only compiles templates."""
EXPLAINING = {"jsonschema", "referencing", "difflib", "traceback"}
"""What only says what is wrong."""
DRAWING = {"reportlab", "fontTools", "uharfbuzz", "PIL", "lxml"}
"""What only draws pages, or not even that."""
SELDOM = {"tempfile", "shutil", "random", "pickle", "dataclasses", "calendar", "_strptime", "hmac", "email"}
"""What few commands need, of Python's own."""


def imported(cache: Path, *words: str | Path) -> set[str]:
    """The names of the modules that a command line has imported when it ends."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "FORMS_CACHE": str(cache)}
    line = [sys.executable, "-c", MODULES, *map(str, words)]
    done = subprocess.run(line, capture_output=True, text=True, env=environment, check=True)
    return set(done.stdout.rpartition("modules:")[2].split())


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that has the compiled template."""
    folder = tmp_path_factory.mktemp("cache")
    modules = imported(folder, *render(folder / "out", "docx"))
    assert modules >= COMPILING
    return folder


def render(folder: Path, formats: str) -> list[str | Path]:
    return [
        *("render", "check-notification", CASE, "--output", folder),
        *("--format", formats, "--date", "2026-11-21"),
    ]


def test_a_word_document_needs_little(cache: Path, tmp_path: Path) -> None:
    modules = imported(cache, *render(tmp_path, "docx"))
    assert modules & (COMPILING | EXPLAINING | DRAWING | SELDOM) == set()
    assert not any(name.startswith("forms.formats.pdf.layout") for name in modules)


def test_a_pdf_of_plain_text_needs_no_library_but_that_for_xml(cache: Path, tmp_path: Path) -> None:
    modules = imported(cache, *render(tmp_path, "docx,pdf"))
    assert modules & (COMPILING | EXPLAINING | SELDOM | DRAWING - {"lxml"}) == set()
    assert "forms.formats.pdf.imposition" not in modules


def test_what_a_command_is_called_needs_nothing_of_papers(tmp_path: Path) -> None:
    modules = imported(tmp_path, "render", "--help")
    assert modules & (COMPILING | EXPLAINING | DRAWING | {"jinja2"}) == set()
