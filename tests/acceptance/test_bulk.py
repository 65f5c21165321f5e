"""Bulk runs by their command line: nothing lost, nothing issued twice, every row accounted for."""

from __future__ import annotations

import csv
import errno
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from bulk_cases import AREAS, as_csv, as_lines, as_workbook, rows
from docx_text import everything
from forms.application.bulk.outbox import locked

ROOT = Path(__file__).resolve().parents[2]
DATE = ("--date", "2026-11-21")
PAPER = "check-notification"
COLUMNS = (
    "run, row, reference, audience, recipient, version, issue, content, digest, edition, issued, folder, state"
)
KILLS = 20


def files(outbox: Path) -> dict[str, str]:
    """Every file of an outbox but the ledger's own, with the digest of its bytes."""
    return {
        path.relative_to(outbox).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(outbox.rglob("*"))
        if path.is_file() and not path.name.startswith(("ledger.db", ".lock"))
    }


def documents(outbox: Path) -> dict[str, str]:
    return {
        name: digest
        for name, digest in files(outbox).items()
        if name.endswith((".docx", ".pdf")) and "/covering-list_" not in name
    }


def ledger(outbox: Path) -> list[tuple[object, ...]]:
    base = sqlite3.connect(outbox / "ledger.db")
    try:
        return base.execute(f"SELECT {COLUMNS} FROM documents ORDER BY row, recipient, version").fetchall()
    finally:
        base.close()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return as_csv(tmp_path / "small.csv", list(rows(6)))


def test_a_thousand_cases_over_all_authorities(tmp_path: Path, forms_line) -> None:
    table = list(rows(1000, bad=20))
    path, outbox = as_csv(tmp_path / "cases.csv", table), tmp_path / "outbox"
    done = forms_line("bulk", PAPER, path, "-o", outbox, *DATE, "--format", "docx", "--json")
    assert done.code == 1, done.err
    report = json.loads(done.out)
    assert (report["rows"], report["made"], report["already_issued"], report["refused"]) == (1000, 950, 0, 50)
    assert len(report["documents"]) == len(AREAS)
    assert report["problem_kinds"] == {"missing": 25, "unknown-area": 25}
    noted = ledger(outbox)
    assert len(noted) == sum(report["documents"].values()) == len(documents(outbox))
    good = {row[0] for index, row in enumerate(table) if index % 20 != 19}
    assert {row[2] for row in noted} == good
    with (outbox / Path(report["to_correct"]).name).open(encoding="utf-8", newline="") as stream:
        back = list(csv.DictReader(stream))
    assert [row["Case Ref"] for row in back] == [row[0] for row in table[19::20]]
    assert all(row["What to fix"].startswith("column ‘") for row in back)
    manifest = json.loads((outbox / Path(report["manifest"]).name).read_text("utf-8"))
    assert Counter(one["folder"] for one in manifest["documents"]) == Counter(row[-2] for row in noted)
    assert [one["row"] for one in manifest["refused"]] == list(range(21, 1002, 20))
    assert not (outbox / ".staging").exists()


def test_nothing_is_issued_twice(tmp_path: Path, small: Path, forms_line) -> None:
    outbox = tmp_path / "outbox"
    words = ("bulk", PAPER, small, "-o", outbox, "--format", "docx", "--workers", "0")
    assert forms_line(*words, *DATE).code == 0
    before = documents(outbox)
    later = forms_line(*words, "--date", "2026-11-25")
    assert "0 made, 6 issued before, 0 refused" in later.out
    assert documents(outbox) == before
    again = forms_line(*words, "--date", "2026-11-25", "--again")
    assert "6 made, 0 issued before" in again.out
    assert len(documents(outbox)) == 2 * len(before)
    repeated = forms_line(*words, "--date", "2026-11-25", "--again")
    assert "6 made" in repeated.out
    assert max(row[6] for row in ledger(outbox)) == 3


def test_a_changed_case_needs_a_reason(tmp_path: Path, forms_line) -> None:
    table, outbox = list(rows(3)), tmp_path / "outbox"
    words = ("-o", outbox, "--format", "docx", "--workers", "0", *DATE)
    path = as_csv(tmp_path / "cases.csv", table)
    assert forms_line("bulk", PAPER, path, *words).code == 0
    table[1][4] = "5 Corrected Road, London"
    as_csv(path, table)
    refused = forms_line("bulk", PAPER, path, *words)
    assert refused.code == 1
    assert "problem changed-since-issued: 1" in refused.out
    accepted = forms_line("bulk", PAPER, path, *words, "--reason", "Address corrected")
    assert accepted.code == 0, accepted.err
    versions = [(row[5], row[12]) for row in ledger(outbox) if row[2] == table[1][0]]
    assert versions == [(1, "withdrawn"), (2, "rendered")]
    assert any("_v2.docx" in name for name in documents(outbox))
    lists = [path.read_text("utf-8-sig") for path in outbox.glob("*/covering-list*run-3.csv")]
    assert "version 1,Address corrected" in lists[0]
    (new,) = outbox.glob("*/*_v2.docx")
    words = "Replaces version 1 of 21 November 2026, which is withdrawn. Why: Address corrected"
    assert words in everything(new.read_bytes())
    assert not [
        path for path in outbox.glob("*/*.docx") if path != new and "Replaces" in everything(path.read_bytes())
    ]


def test_a_reference_given_twice_is_refused(tmp_path: Path, forms_line) -> None:
    table = list(rows(3))
    table[2] = [table[0][0], *table[2][1:6], *table[0][6:]]
    path = as_csv(tmp_path / "cases.csv", [*table, table[1]])
    words = ("--format", "docx", "--workers", "0", *DATE, "--reason", "Any")
    done = forms_line("bulk", PAPER, path, "-o", tmp_path / "outbox", *words)
    assert done.code == 1
    assert "problem repeated-reference: 1" in done.out
    assert "4 rows: 2 made, 1 issued before, 1 refused" in done.out
    assert "row 4, column ‘Case Ref’" in done.err


def test_the_same_rows_give_the_same_documents(tmp_path: Path, forms_line) -> None:
    table = list(rows(8))
    sources = (
        as_csv(tmp_path / "cases.csv", table),
        as_workbook(tmp_path / "cases.xlsx", table),
        as_lines(tmp_path / "cases.jsonl", table),
    )
    made = []
    for path in sources:
        outbox = tmp_path / path.suffix
        assert forms_line("bulk", PAPER, path, "-o", outbox, *DATE, "--workers", "0").code == 0
        made.append(documents(outbox))
    assert made[0] == made[1] == made[2]
    assert {Path(name).suffix for name in made[0]} == {".docx", ".pdf"}


def test_a_message_names_nobody_and_attaches_everything(tmp_path: Path, small: Path, forms_line) -> None:
    outbox = tmp_path / "outbox"
    forms_line("bulk", PAPER, small, "-o", outbox, *DATE, "--workers", "0", "--format", "docx")
    (draft,) = (outbox / "bexley").glob("message_*.eml")
    message = message_from_bytes(draft.read_bytes(), policy=policy.default)
    assert message["Subject"].startswith("[OFFICIAL-SENSITIVE] ")
    assert message["To"] == "mash.secure@bexley.example.org"
    text = message.get_body(("plain",)).get_content()
    names = {word for row in rows(6) for column in (1, 2, 7, 8) for word in row[column].split()}
    assert not [name for name in names - {"Example"} if name in text or name in message["Subject"]]
    attached = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
    assert attached == {path.name: path.read_bytes() for path in (outbox / "bexley").glob("check-*.docx")}


def test_a_dry_run_writes_nothing_and_strict_only_the_whole(tmp_path: Path, forms_line) -> None:
    path, outbox = as_csv(tmp_path / "cases.csv", list(rows(10, bad=5))), tmp_path / "outbox"
    words = ("bulk", PAPER, path, "-o", outbox, *DATE, "--workers", "0", "--format", "docx")
    dry = forms_line(*words, "--dry-run")
    assert dry.code == 1
    assert "10 rows: 8 made, 0 issued before, 2 refused" in dry.out
    assert "would take about" in dry.out
    assert not outbox.exists()
    strict = forms_line(*words, "--strict")
    assert strict.code == 1
    assert not documents(outbox)
    assert len(list(outbox.glob("to-correct*.csv"))) == 1


def test_two_runs_on_one_outbox_do_not_meet(tmp_path: Path, small: Path, forms_line) -> None:
    outbox = tmp_path / "outbox"
    with locked(outbox):
        refused = forms_line("bulk", PAPER, small, "-o", outbox, *DATE, "--workers", "0")
    assert refused.code == 4
    assert "Another run is at work" in refused.err
    assert not documents(outbox)


def test_status_tells_what_is_outstanding(tmp_path: Path, small: Path, forms_line) -> None:
    outbox = tmp_path / "outbox"
    forms_line("bulk", PAPER, small, "-o", outbox, *DATE, "--workers", "0", "--format", "docx")
    table = forms_line("status", outbox, "--date", "2026-11-30")
    assert table.code == 0
    assert "Bexley" in table.out
    assert "9 days" in table.out
    listed = json.loads(forms_line("status", outbox, "--date", "2026-11-30", "--json").out)
    assert len(listed) == len(documents(outbox))
    assert {row["state"] for row in listed} == {"rendered"}
    as_text = forms_line("status", outbox, "--date", "2026-11-30", "--csv").out.splitlines()
    assert len(list(csv.DictReader(as_text))) == len(listed)
    assert (
        forms_line("status", outbox, "--date", "2026-11-30", "--older-than", "9", "--json").out.strip() == "[]"
    )
    assert forms_line("status", tmp_path, "--json").code == 1


def begin(path: Path, outbox: Path) -> subprocess.Popen[bytes]:
    program = "from forms.cli import main\nif __name__ == '__main__': main()"
    words = ("bulk", PAPER, str(path), "-o", str(outbox), *DATE, "--workers", "2", "--format", "docx")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.Popen(
        [sys.executable, "-c", program, *words],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for_work(outbox: Path, process: subprocess.Popen[bytes], before: int) -> None:
    """Wait until a run has got beyond starting up."""
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        if len(list(outbox.glob("*/check-*.docx"))) > before or any(outbox.glob(".staging/*/*")):
            return
        time.sleep(0.01)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_at_any_moment_it_goes_on(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "cases.csv", list(rows(900, bad=20)))
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    chance = random.Random(20261121)
    assert begin(path, whole).wait(120) == 1
    killed.mkdir()
    shutil.copy(whole / "ledger.db.key", killed)  # the same key, so that the ledgers can be compared
    stopped = 0
    for _ in range(KILLS):
        process = begin(path, killed)
        wait_for_work(killed, process, len(documents(killed)))
        time.sleep(chance.uniform(0, 0.12))
        process.send_signal(signal.SIGKILL)
        stopped += process.wait(60) == -signal.SIGKILL
    assert stopped == KILLS, "each kill met a run that was not done"
    assert begin(path, killed).wait(120) == 1
    assert files(killed) == files(whole)
    assert ledger(killed) == ledger(whole)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the workers by /proc")
def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    path, outbox = as_csv(tmp_path / "cases.csv", list(rows(200))), tmp_path / "outbox"
    process = begin(path, outbox)
    wait_for_work(outbox, process, 0)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(children[-1]), signal.SIGKILL)
    assert process.wait(120) == 0
    assert {row[2] for row in ledger(outbox)} == {f"X{100000 + index}" for index in range(200)}
    assert len(documents(outbox)) == len(ledger(outbox))


def test_files_that_are_no_cases_come_back_as_they_are(tmp_path: Path, forms_line) -> None:
    folder, outbox = tmp_path / "cases", tmp_path / "outbox"
    folder.mkdir()
    (folder / "a.json").write_text('{"reference": ')
    (folder / "b.json").write_text('{"papers": {"referral": {}}}')
    (folder / "c.json").write_text('{"reference": "X3"}')
    done = forms_line("bulk", "referral", folder, "-o", outbox, *DATE, "--workers", "0", "--format", "docx")
    assert done.code == 1
    assert "3 rows: 1 made, 0 issued before, 2 refused" in done.out
    back = outbox / "to-correct_2026-11-21_run-1"
    assert sorted(path.name for path in back.glob("*.json")) == ["a.json", "b.json"]
    assert (back / "a.json").read_text() == '{"reference": '
    assert "reference" in (back / "b.json.what-to-fix.txt").read_text("utf-8")


@pytest.fixture
def tiny_disk(tmp_path: Path):
    """A file system of 600 kB, where the tests may make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ("mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(folder))
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("no right to make a file system here")
    yield folder
    subprocess.run(("umount", str(folder)), check=True)


def test_a_full_disk_is_said_and_gone_on_from(tmp_path: Path, tiny_disk: Path, forms_line) -> None:
    path = as_csv(tmp_path / "cases.csv", list(rows(40)))
    outbox = tiny_disk / "outbox"
    words = ("bulk", PAPER, path, "-o", outbox, "--format", "docx", "--workers", "0")
    full = forms_line(*words, *DATE)
    assert full.code == 4, full.err
    assert "Cannot write" in full.err or "cannot be written" in full.err
    subprocess.run(("mount", "-o", "remount,size=20m", str(tiny_disk)), check=True)
    resumed = forms_line(*words)
    assert resumed.code == 0, resumed.err
    assert "run 1 of 2026-11-21 (went on from an interrupted run)" in resumed.out
    assert len(documents(outbox)) == len(ledger(outbox)) == len({row[2:5] for row in ledger(outbox)})
    assert {row[2] for row in ledger(outbox)} == {f"X{100000 + index}" for index in range(40)}
    assert not list(outbox.rglob(".forms-*"))


def test_advice_for_a_table_is_about_its_cells(tmp_path: Path, forms_line) -> None:
    table = list(rows(3))
    table[0][3] = ""
    table[1][1:7] = [""] * 6
    path, outbox = as_csv(tmp_path / "cases.csv", table), tmp_path / "outbox"
    words = ("-o", outbox, *DATE, "--workers", "0", "--format", "docx", "--strict")
    done = forms_line("bulk", PAPER, path, *words)
    assert done.code == 1
    assert "3 rows: 1 good, 0 issued before, 2 refused" in done.out
    (back,) = outbox.glob("to-correct*.csv")
    with back.open(encoding="utf-8", newline="") as stream:
        advice = [row["What to fix"] for row in csv.DictReader(stream)]
    assert "column ‘D.O.B.’: “Date of birth” is missing. Fill in this cell; if that" in advice[0]
    assert "Fill in the cells about it: ‘Forename’, ‘Surname’, ‘D.O.B.’, ‘Address’, …" in advice[1]
    for told in (*advice, done.err):
        assert not [sign for sign in "{}`" if sign in told]
    table[0][3] = "not known: not asked yet"  # as the advice says
    assert forms_line("bulk", PAPER, as_csv(path, table[:1]), *words).code == 0
    lines = tmp_path / "cases.jsonl"
    lines.write_text('{"reference": "X9", "offender": {"name": {"family": "Example"}}}\n')
    assert '{"not_known": "why"}' in forms_line("bulk", PAPER, lines, *words).err


@pytest.mark.parametrize("writes", [0, 1, 5, 12, 20, 30])
def test_no_room_at_any_write_is_said_and_gone_on_from(
    writes: int, tmp_path: Path, forms_line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same where no file system can be made: writing fails as on a full disk, whatever is written."""
    path, outbox = as_csv(tmp_path / "cases.csv", list(rows(8))), tmp_path / "outbox"
    words = ("bulk", PAPER, path, "-o", outbox, "--format", "docx", "--workers", "0")
    left, real = iter(range(writes)), os.fsync

    def full(handle: int) -> None:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        stopped = forms_line(*words, *DATE)
    assert stopped.code == 4, stopped.err
    assert "No space left" in stopped.err
    assert "Traceback" not in stopped.err
    resumed = forms_line(*words)
    assert resumed.code == 0, resumed.err
    assert len(documents(outbox)) == len(ledger(outbox)) == len({row[2:5] for row in ledger(outbox)})
    assert {row[2] for row in ledger(outbox)} == {f"X{100000 + index}" for index in range(8)}
    assert not list(outbox.rglob(".forms-*"))
    assert not (outbox / ".staging").exists()
