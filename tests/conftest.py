"""What all tests share: the samples, the catalogue, and command lines run as a user would."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(Path(__file__).parent))

# No test fails for being slow on a busy machine.
settings.register_profile("forms", deadline=None)
settings.load_profile("forms")


@dataclass(frozen=True)
class Line:
    """What a command line gave."""

    code: int
    out: str
    err: str


@pytest.fixture
def forms_line(capfd: pytest.CaptureFixture[str]):
    """Run a command line in this process, error boundary included."""
    from forms.cli.commands import run

    def call(*words: str | Path) -> Line:
        capfd.readouterr()
        code = run([str(word) for word in words])
        out, err = capfd.readouterr()
        return Line(code, out, err)

    return call


@pytest.fixture
def no_file_in(tmp_path: Path):
    """Assert at the end that nothing was written to the folder it gives."""
    folder = tmp_path / "nothing-here"
    yield folder
    left = list(folder.rglob("*")) if folder.exists() else []
    assert not left, "a failed command left files behind"
