"""The built package works in an empty environment, away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "samples" / "conference-report" / "valid" / "full.json"


def run(*words: str | Path, cwd: Path) -> str:
    environment = {
        key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "FORMS_LIBRARY")
    }
    done = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_lists_starts_and_renders(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    run(*pip, "wheel", "--no-deps", "--wheel-dir", wheels, ROOT, cwd=tmp_path)
    (wheel,) = wheels.glob("*.whl")
    environment = tmp_path / "empty"
    venv.create(environment, with_pip=True)
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    run(programs / "python", "-m", "pip", "install", "--quiet", wheel, cwd=tmp_path)
    assert "conference-report" in run(programs / "forms", "list", cwd=tmp_path)
    assert '"papers"' in run(programs / "forms", "new", "conference-report", cwd=tmp_path)
    words = ("render", "conference-report", SAMPLE, "-o", "out", "--date", "2026-11-21")
    paths = run(programs / "forms", *words, cwd=tmp_path).splitlines()
    assert all((tmp_path / path).is_file() for path in paths)
    assert {Path(path).suffix for path in paths} == {".docx", ".pdf"}
