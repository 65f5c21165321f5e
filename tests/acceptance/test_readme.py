"""Everything that the README shows is run here."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
LINES = re.findall(r"^    \.venv/bin/forms (.+)$", TEXT, re.M)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the samples, as a newcomer's checkout has them."""
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_its_command_lines_work_in_their_order(checkout: Path, forms_line) -> None:
    assert len(LINES) >= 7
    for line in LINES:
        words, _, target = line.partition(" > ")
        done = forms_line(*shlex.split(words))
        unfinished = words.startswith("validate case.json")  # the starter case is not filled in yet
        assert done.code == (1 if unfinished else 0), f"forms {line}: {done.err}"
        if target:
            (checkout / target).write_text(done.out, encoding="utf-8")
    assert len(list((checkout / "out").iterdir())) > 10


def test_its_python_works(checkout: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.S)
    exec(compile(code, "README.md", "exec"), {})
    assert list((checkout / "out").glob("check-notification_*.pdf"))


def test_its_two_commands_are_there() -> None:
    commands = re.findall(r"^    (python3 \S+)", TEXT, re.M)
    assert commands == ["python3 scripts/start.py", "python3 scripts/test.py"]
    assert (ROOT / "scripts" / "start.py").is_file()
    assert "python3 scripts/test.py" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert target.startswith("https://") or (ROOT / target).exists(), target
