"""An outbox holds what the ledger has, whenever a run was stopped."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from forms.application.bulk.outbox import STAGING, Outbox, locked
from forms.application.ledger import Entry, Issued, Key, Ledger
from forms.foundation.errors import OutputError

DAY = date(2026, 11, 21)


@pytest.fixture
def ledger(tmp_path: Path):
    """A ledger that has the file a.docx of southwark."""
    key = Key("Example CRC", "X1", "check-notification", "social-care", "E09000028")
    with Ledger(tmp_path / "ledger.db") as opened:
        run = opened.start("check-notification", None, DAY, "task").number
        one = Issued(
            0, run, 2, key, 1, 1, "a" * 64, "X1", "d" * 64, "2026-11", DAY, "southwark", "rendered", DAY
        )  # fmt: skip
        opened.add(one, (Entry("a.docx", "docx", 3, "0" * 64),))
        opened.commit()
        yield opened


def test_staged_files_count_by_the_ledger(tmp_path: Path, ledger: Ledger) -> None:
    stopped = Outbox(tmp_path)
    stopped.stage("southwark", "a.docx", b"one")
    stopped.stage("southwark", "b.docx", b"two")
    (tmp_path / "southwark").mkdir()
    (tmp_path / "southwark" / ".forms-left.part").write_bytes(b"half")
    Outbox(tmp_path).recover(ledger)
    assert [path.name for path in (tmp_path / "southwark").iterdir()] == ["a.docx"]
    assert (tmp_path / "southwark" / "a.docx").read_bytes() == b"one"
    assert not (tmp_path / STAGING).exists()


def test_nothing_is_in_place_before_it_is_delivered(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.stage("southwark", "a.docx", b"one")
    outbox.settle()
    assert not (tmp_path / "southwark").exists()
    outbox.deliver()
    path = tmp_path / "southwark" / "a.docx"
    assert path.read_bytes() == b"one"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_lock_is_held_once_and_let_go(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(OutputError), locked(tmp_path / "other", tmp_path):
        pass
    with locked(tmp_path, tmp_path):
        pass
