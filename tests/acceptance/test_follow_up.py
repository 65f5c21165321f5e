"""A month in fast motion: sent, answered, asked again on the right working days, and nothing forgotten."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

import forms
from bulk_cases import as_lines, rows
from form_fillers import fill_word

ROOT = Path(__file__).resolve().parents[2]
PAPER = "check-notification"
FIRST, SECOND = date(2026, 12, 1), date(2026, 12, 22)
ANSWERS = {date(2026, 12, 3): 30, date(2026, 12, 8): 30, date(2026, 12, 24): 40, date(2026, 12, 30): 20}
# 25 December is a Friday and 28 December a bank holiday instead of the 26th; so is 1 January.
CHASERS = {
    date(2026, 12, 4): 70,
    date(2026, 12, 9): 40,
    date(2026, 12, 14): 40,
    date(2026, 12, 17): 40,
    date(2026, 12, 22): 40,
    date(2026, 12, 29): 40 + 60,
    date(2027, 1, 4): 40 + 40,
}
NOTHING = {
    "defendant_known": "not_known",
    "offender_may_be_told": "yes",
    "sent_by": "Ann Example",
    "date": "2026-12-03",
}


def one_area(number: int) -> list[list[str]]:
    """Rows whose children all live in one area, so that each gives one document."""
    table = [row for row in rows(3 * number) if row[10] == row[6] and row[14] in ("", row[6])]
    return table[:number]


def reply_to(document: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    named = forms.read_form(document).reply["children"]
    answers = {**NOTHING, "children": [{"known": "not_known"} for _ in named]}
    (folder / f"reply {document.name}").write_bytes(fill_word(document.read_bytes(), answers))


def run_of(outbox: Path) -> int:
    return max(int(path.stem.rpartition("-")[2]) for path in outbox.glob("manifest_*.json"))


class Office:
    """One outbox through the weeks; every day the same three things are done."""

    def __init__(self, folder: Path, forms_line) -> None:
        self.folder, self.outbox, self.line = folder, folder / "outbox", forms_line
        self.made: Counter[date] = Counter()
        self.escalated: Counter[date] = Counter()
        self.unanswered: dict[date, list[Path]] = {}

    def send(self, table: list[list[str]], day: date) -> None:
        cases = as_lines(self.folder / f"{day}.jsonl", table)
        words = ("-o", self.outbox, "--date", day.isoformat(), "--format", "docx", "--workers", "0")
        assert self.line("bulk", PAPER, cases, *words).code == 0
        self.record_sent(day)
        self.unanswered[day] = sorted(self.outbox.glob(f"*/{PAPER}_*_{day}.docx"))
        assert len(self.unanswered[day]) == len(table)

    def record_sent(self, day: date) -> None:
        run = str(run_of(self.outbox))
        done = self.line("record", self.outbox, "sent", "--run", run, "--on", day.isoformat())
        assert done.code == 0, done.err

    def read(self, day: date, number: int) -> None:
        sent = max(when for when in self.unanswered if when < day)
        folder = self.folder / f"replies {day}"
        for document in self.unanswered[sent][:number]:
            reply_to(document, folder)
        del self.unanswered[sent][:number]
        done = self.line("read", folder, "--ledger", self.outbox, "--on", day.isoformat())
        assert done.code == 0, done.err
        assert done.out.count(": answered, no_concerns") == number

    def chase(self, day: date) -> None:
        words = ("chase", self.outbox, "--on", day.isoformat(), "--format", "docx", "--workers", "0", "--json")
        report = json.loads(self.line(*words).out)
        assert not report["refused"]
        if report["made"]:
            self.made[day] = report["made"]
            self.escalated[day] = report["escalated"]
            assert json.loads(self.line(*words).out)["made"] == 0
            self.record_sent(day)


def events(path: Path) -> dict[str, dict[str, object]]:
    """The entries of a calendar file, by UID."""
    data = path.read_bytes()
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    found = Calendar.from_ical(data)
    assert found["METHOD"] == "PUBLISH"
    assert not found.errors
    return {
        str(one["UID"]): {name: one.decoded(name) for name in ("DTSTART", "SEQUENCE")}
        | {"STATUS": str(one["STATUS"])}
        for one in found.walk("VEVENT")
    }


def test_a_month_in_fast_motion(tmp_path: Path, forms_line) -> None:
    office, table = Office(tmp_path, forms_line), one_area(200)
    early, late = tmp_path / "early.ics", tmp_path / "deadlines.ics"
    day = FIRST
    while day <= max(CHASERS):
        if day in (FIRST, SECOND):
            office.send(table[:100] if day == FIRST else table[100:], day)
        if day in ANSWERS:
            office.read(day, ANSWERS[day])
        office.chase(day)
        if day == date(2026, 12, 23):
            assert forms_line("due", office.outbox, "--on", day.isoformat(), "--ics", late).code == 0
            early.write_bytes(late.read_bytes())
        if day == date(2026, 12, 31):
            the_month_is_right(forms.month(office.outbox, 2026, 12))
            the_calendar_is_right(office, early, late, day)
        day += timedelta(days=1)
    assert office.made == CHASERS
    # The profile tells the line manager after two chasers: from the third one on.
    told = {when: number for when, number in office.escalated.items() if number}
    assert told == {
        date(2026, 12, 14): 40,
        date(2026, 12, 17): 40,
        date(2026, 12, 22): 40,
        date(2026, 12, 29): 40,
        date(2027, 1, 4): 40,
    }
    nobody_is_named(office.outbox, table)


def begin(*words: object) -> subprocess.Popen[bytes]:
    program = "from forms.cli import main\nif __name__ == '__main__': main()"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    line = [sys.executable, "-c", program, *map(str, words)]
    return subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def made_by(outbox: Path) -> dict[str, bytes]:
    return {
        path.relative_to(outbox).as_posix(): path.read_bytes()
        for path in sorted(outbox.rglob("*"))
        if path.is_file() and not path.name.startswith(("ledger.db", ".lock"))
    }


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_at_any_moment_chasing_goes_on(tmp_path: Path, forms_line) -> None:
    office, killed = Office(tmp_path, forms_line), tmp_path / "killed"
    office.send(one_area(80), FIRST)
    shutil.copytree(office.outbox, killed)
    day = min(CHASERS)
    words = ("--on", day, "--workers", "0")
    assert begin("chase", office.outbox, *words).wait(120) == 0
    chance, stopped = random.Random(4), 0
    for _ in range(4):
        process = begin("chase", killed, *words)
        before, until = len(list(killed.glob("*/chaser_*"))), time.monotonic() + 60
        while process.poll() is None and time.monotonic() < until:
            if any(killed.glob(".staging/*/*")) or len(list(killed.glob("*/chaser_*"))) > before:
                break
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.4))
        process.send_signal(signal.SIGKILL)
        stopped += process.wait(60) == -signal.SIGKILL
    assert stopped
    # The next morning it goes on with the date that it had, and then finds nothing to do.
    done = forms_line("chase", killed, "--on", day + timedelta(days=1), "--workers", "0")
    assert done.code == 0, done.err
    assert made_by(killed) == made_by(office.outbox)
    assert len(list(killed.glob("*/chaser_*.docx"))) == 80
    assert not (killed / ".staging").exists()


def the_month_is_right(month: forms.Month) -> None:
    figures = month.all
    assert (figures.asked, figures.answered, figures.of_asked) == (200, 120, 120)
    assert figures.median_days == 2  # 70 answers took two days, 30 seven, 20 eight
    assert figures.chasers == sum(number for day, number in CHASERS.items() if day.month == 12)
    assert (figures.outstanding, figures.overdue, figures.not_sent) == (80, 80, 0)
    for name in ("asked", "answered", "of_asked", "chasers", "outstanding", "overdue"):
        assert sum(getattr(one, name) for one in month.authorities.values()) == getattr(figures, name)
    assert len(month.authorities) > 20


def the_calendar_is_right(office: Office, early: Path, late: Path, day: date) -> None:
    due = office.line("due", office.outbox, "--on", day.isoformat(), "--ics", late, "--json")
    listed = json.loads(due.out)
    assert {(one["due"], one["standing"]) for one in listed} == {("2027-01-04", "coming")}
    assert len(listed) == 80
    before, after = events(early), events(late)
    assert set(before) <= set(after)
    assert Counter(one["STATUS"] for one in after.values()) == {"CONFIRMED": 80, "CANCELLED": 120}
    still = [one for one in after.values() if one["STATUS"] == "CONFIRMED"]
    assert {one["DTSTART"] for one in still} == {date(2027, 1, 4)}
    changed = [uid for uid in before if before[uid] != after[uid]]
    assert all(after[uid]["SEQUENCE"] > before[uid]["SEQUENCE"] for uid in changed)
    assert len(changed) == 140  # all but the 60 that were answered, and cancelled, before
    again = late.read_bytes()
    office.line("due", office.outbox, "--on", "2027-01-01", "--ics", late)
    assert late.read_bytes() == again


def nobody_is_named(outbox: Path, table: list[list[str]]) -> None:
    """Chasers made from the ledger alone name only our reference; so do lists, drafts and calendars."""
    chaser = next(outbox.glob("*/chaser_*.docx"))
    with zipfile.ZipFile(chaser) as parts:
        text = " ".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml"))
    assert "X1" in text
    lists = [path.read_text("utf-8") for path in outbox.glob("for-line-manager_*")]
    assert lists
    calendar = (outbox.parent / "deadlines.ics").read_text("utf-8").replace("\n ", "")
    names = {f"{row[at]} {row[at + 1]}" for row in table for at in (1, 7, 11)} | {"Robin Testcase"}
    for words in (text, calendar, *lists):
        assert not [name for name in names - {" "} if name in words]
