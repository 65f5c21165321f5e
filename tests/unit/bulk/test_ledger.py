"""The ledger remembers what was issued, keeps states in order, and holds nothing of a case."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from forms.application.ledger import _LAYOUTS, Entry, Issued, Key, Ledger, Sealed, key_file
from forms.foundation.errors import InputError, UsageError

DAY = date(2026, 11, 21)
KEY = Key("Example CRC", "X1", "check-notification", "social-care", "E09000028")


def document(run: int, content: str = "a" * 64) -> Issued:
    return Issued(
        0, run, 2, KEY, 1, 1, content, "X1", "d" * 64, "2026-11", DAY, "southwark", "rendered", DAY
    )  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path):
    with Ledger(tmp_path / "ledger.db") as opened:
        yield opened


def test_what_is_committed_lasts_and_the_rest_does_not(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        run = ledger.start("check-notification", None, DAY, "task")
        ledger.add(document(run.number), (Entry("a.docx", "docx", 3, "0" * 64),))
        ledger.commit()
        ledger.add(replace(document(run.number), key=replace(KEY, reference="X2")), ())
    with Ledger(path) as ledger:
        found = ledger.latest(KEY)
        assert found is not None
        assert found.content == "a" * 64
        assert ledger.files(found.id)[0].name == "a.docx"
        assert ledger.latest(replace(KEY, reference="X2")) is None


def test_an_unfinished_run_goes_on_with_its_date(ledger: Ledger) -> None:
    first = ledger.start("referral", None, DAY, "task")
    later = ledger.start("referral", None, date(2026, 11, 25), "task")
    assert (later.number, later.issued, later.resumed) == (first.number, DAY, True)
    assert not ledger.start("referral", None, DAY, "another task").resumed
    assert ledger.start("referral", date(2026, 11, 26), DAY, "task").number not in (first.number, 2)
    ledger.finish(first.number)
    assert ledger.start("referral", DAY, DAY, "task").number != first.number


def test_states_follow_one_another(ledger: Ledger) -> None:
    number = ledger.add(document(ledger.start("a", None, DAY, "t").number), ())
    for state in ("sent", "acknowledged", "overdue", "answered"):
        ledger.record(number, state, DAY)
    assert ledger.document(number).state == "answered"
    with pytest.raises(UsageError):
        ledger.record(number, "sent", DAY)


def test_a_new_version_withdraws_the_old(ledger: Ledger) -> None:
    run = ledger.start("a", None, DAY, "t").number
    old = ledger.add(document(run), ())
    ledger.add(replace(document(run, "b" * 64), version=2, replaces=old, reason="Corrected"), ())
    assert ledger.document(old).state == "withdrawn"
    assert [one.version for one in ledger.in_states("rendered")] == [2]


def test_the_key_is_needed_and_private(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        digest = ledger.content({"a": 1})
    assert key_file(path).stat().st_mode & 0o777 == 0o600
    assert path.stat().st_mode & 0o777 == 0o600
    with Ledger(path) as ledger:
        assert ledger.content({"a": 1}) == digest
    key_file(path).unlink()
    with pytest.raises(InputError) as caught:
        Ledger(path)
    assert caught.value.problems[0].code == "no-ledger-key"


def test_another_file_is_no_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_text("something else, long enough to be read as a page of a database" * 20)
    key_file(path).write_bytes(bytes(32))
    with pytest.raises(InputError):
        Ledger(path)


def test_a_ledger_of_an_earlier_layout_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    key_file(path).write_bytes(bytes(32))
    base = sqlite3.connect(path)
    base.executescript(f"{_LAYOUTS[0]} PRAGMA user_version = 1;")
    base.close()
    with Ledger(path) as ledger:
        run = ledger.start("check-notification", None, DAY, "task")
        file = Entry("a.docx", "docx", 3, "0" * 64, Sealed(5, "1" * 64))
        number = ledger.add(document(run.number), (file,))
        assert ledger.files(number) == (file,)


def test_a_ledger_of_a_later_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    Ledger(path).close()
    base = sqlite3.connect(path)
    with base:
        base.execute("PRAGMA user_version = 99")
    base.close()
    with pytest.raises(InputError) as refused:
        Ledger(path)
    assert refused.value.problems[0].code == "other-ledger"
