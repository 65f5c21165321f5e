"""Files are written whole or not at all, and are their owner's alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from forms.application.output import open_beside, write_file
from forms.foundation.errors import OutputError


def test_a_file_is_there_whole_and_nothing_beside_it(tmp_path: Path) -> None:
    data = bytes(range(256)) + b"\r\n\x1a\n"
    path = write_file(tmp_path / "a" / "b", "paper.docx", data)
    assert path.read_bytes() == data
    write_file(path.parent, path.name, b"new")
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="files have no mode there")
def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = write_file(tmp_path, "paper.docx", b"x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_each_file_beside_is_a_new_one(tmp_path: Path) -> None:
    opened = [open_beside(tmp_path) for _ in range(20)]
    for descriptor, _ in opened:
        os.close(descriptor)
    names = {path.name for _, path in opened}
    assert len(names) == 20
    assert all(name.startswith(".forms-") and name.endswith(".part") for name in names)  # as bulk sweeps up


def test_what_cannot_be_written_leaves_no_trace(tmp_path: Path) -> None:
    (tmp_path / "paper.docx").mkdir()
    (tmp_path / "paper.docx" / "inside").write_bytes(b"")
    with pytest.raises(OutputError):
        write_file(tmp_path, "paper.docx", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["paper.docx"]
