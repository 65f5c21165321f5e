"""Answers go to the very paper that came back; what does not fit is refused, and never overwritten."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from follow_up_kit import PAPER, REPLY, SENT, case, chase, issue, reply

import forms
from form_fillers import fill_word

DAY = date(2026, 11, 5)


def refused(code: str, call, *words, **options) -> forms.Problem:
    with pytest.raises(forms.FormsError) as caught:
        call(*words, **options)
    assert [problem.code for problem in caught.value.problems] == [code]
    return caught.value.problems[0]


def row_of(outbox: Path, reference: str) -> forms.Outstanding | None:
    return next((row for row in forms.status(outbox, today=DAY) if row.reference == reference), None)


def kept(outbox: Path) -> list[tuple[str, int]]:
    base = sqlite3.connect(outbox / "ledger.db")
    try:
        return base.execute("SELECT outcome, counts FROM answers ORDER BY rowid").fetchall()
    finally:
        base.close()


def test_an_answer_and_its_outcome(tmp_path: Path) -> None:
    outbox = issue(tmp_path)
    done = forms.record_reply(reply(outbox, "X1"), outbox, DAY)
    assert (done.state, done.outcome, done.authority, done.day) == ("answered", "no_concerns", "Bexley", DAY)
    assert row_of(outbox, "X1") is None
    again = forms.record_reply(reply(outbox, "X1"), outbox, date(2026, 11, 20))
    assert (again.known, again.day) == (True, DAY)


def test_an_answer_before_anybody_noted_that_it_was_sent(tmp_path: Path) -> None:
    outbox = issue(tmp_path, sent=None)
    assert forms.record_reply(reply(outbox, "X1"), outbox, DAY).state == "answered"
    assert forms.month(outbox, 2026, 11).all.asked == 1


def test_a_different_second_answer_is_kept_as_a_problem(tmp_path: Path) -> None:
    outbox = issue(tmp_path)
    forms.record_reply(reply(outbox, "X1"), outbox, DAY)
    other = reply(outbox, "X1", defendant_known="cannot_say")
    for _ in range(2):
        refused("answered-otherwise", forms.record_reply, other, outbox, DAY)
    assert kept(outbox) == [("no_concerns", 1), ("contact_social_care", 0)]
    row = row_of(outbox, "X1")
    assert row is not None
    assert (row.state, row.disputed, row.due) == ("answered", True, None)
    done = forms.record_reply(other, outbox, DAY, reason="They rang: the second is right")
    assert (done.state, done.outcome) == ("answered", "contact_social_care")
    refused("answered-otherwise", forms.record_reply, reply(outbox, "X1"), outbox, DAY)


def test_somebody_decides_that_the_first_answer_holds(tmp_path: Path) -> None:
    outbox = issue(tmp_path)
    forms.record_reply(reply(outbox, "X1"), outbox, DAY)
    other = reply(outbox, "X1", defendant_known="cannot_say")
    refused("answered-otherwise", forms.record_reply, other, outbox, DAY)
    (done,) = forms.record(outbox, "answered", ["X1"], DAY, outcome="no_concerns", reason="They rang")
    assert (done.state, done.outcome) == ("answered", "no_concerns")
    assert row_of(outbox, "X1") is None
    refused("wrong-state", forms.record, outbox, "answered", ["X1"], DAY, outcome="no_concerns")


def test_a_form_confirms_what_was_told_by_telephone(tmp_path: Path) -> None:
    outbox = issue(tmp_path)
    forms.record(outbox, "answered", ["X1"], DAY, outcome="no_concerns", reason="Telephone")
    assert forms.record_reply(reply(outbox, "X1"), outbox, DAY).known
    other = reply(outbox, "X1", defendant_known="cannot_say")
    refused("answered-otherwise", forms.record_reply, other, outbox, DAY)


def test_a_form_of_no_ledger(tmp_path: Path) -> None:
    outbox = issue(tmp_path)
    (tmp_path / "b").mkdir()
    elsewhere = issue(tmp_path / "b", case("X7", "Bexley"))
    refused("never-issued", forms.record_reply, reply(elsewhere, "X7"), outbox, DAY)
    (tmp_path / "c").mkdir()
    changed = case("X1", "Bexley")
    changed["offender"]["home_address"]["lines"][0] = "2 Invented Road"
    another = issue(tmp_path / "c", changed)
    refused("not-as-issued", forms.record_reply, reply(another, "X1"), outbox, DAY)
    assert row_of(outbox, "X1") is not None


def test_a_paper_that_was_replaced(tmp_path: Path) -> None:
    outbox = issue(tmp_path, case("X1", "Bexley"))
    old = reply(outbox, "X1")
    changed = case("X1", "Bexley")
    changed["offender"]["home_address"]["lines"][0] = "2 Invented Road"
    issue(tmp_path, changed, reason="Address corrected")
    problem = refused("was-withdrawn", forms.record_reply, old, outbox, DAY)
    assert "version 2" in problem.message
    assert len(forms.status(outbox, today=DAY)) == 1


@pytest.mark.parametrize("answers", [None, {"defendant_known": "known_now"}])
def test_an_empty_reply_or_one_with_errors_is_no_answer(answers, tmp_path: Path) -> None:
    outbox = issue(tmp_path)
    (document,) = outbox.glob(f"*/{PAPER}_X1_*.docx")
    data = fill_word(document.read_bytes(), {**REPLY, **answers}) if answers else document.read_bytes()
    done = forms.record_reply(forms.read_form(data), outbox, DAY)
    assert done.state == "acknowledged"
    assert done.problem is not None
    assert [one.reference for one in chase(outbox, date(2026, 11, 6)).asked] == ["X1", "X2", "X3"]


def test_whoever_got_it_twice_owes_one_answer(tmp_path: Path) -> None:
    outbox = issue(tmp_path, case("X1", "Bexley"))
    issue(tmp_path, case("X1", "Bexley"), again=True, issued=date(2026, 11, 4), sent=date(2026, 11, 4))
    (row,) = forms.status(outbox, today=DAY)
    assert (row.sent, row.due) == (SENT, date(2026, 11, 6))
    forms.record_reply(reply(outbox, "X1"), outbox, DAY)
    assert forms.status(outbox, today=DAY) == []
    assert forms.month(outbox, 2026, 11).all.asked == 1


def test_what_is_told_must_be_clear(tmp_path: Path) -> None:
    two = case("X9", "Bexley")
    two["children"].append(
        {"name": {"given": "Kit"}, "date_of_birth": "2020-05-06", "local_authority": "Brent"}
    )
    outbox = issue(tmp_path, two, case("X2", "Camden"))
    refused("several", forms.record, outbox, "acknowledged", ["X9"], DAY)
    (done,) = forms.record(outbox, "acknowledged", ["X9"], DAY, authority="Brent")
    assert (done.state, done.authority) == ("acknowledged", "Brent")
    refused("unknown-outcome", forms.record, outbox, "answered", ["X2"], DAY)
    refused("unknown-outcome", forms.record, outbox, "answered", ["X2"], DAY, outcome="perhaps")
    refused("no-answer", forms.record, outbox, "withdrawn", ["X2"], DAY, outcome="no_concerns")
    refused("never-issued", forms.record, outbox, "withdrawn", ["X3"], DAY)
    refused("unknown-area", forms.record, outbox, "withdrawn", ["X9"], DAY, authority="Atlantis")
    refused("too-early", forms.record, outbox, "withdrawn", ["X2"], date(2026, 11, 1))
    refused("nothing-chosen", forms.record, outbox, "sent")
    refused("wrong-state", forms.record, outbox, "sent", run=1)


def test_all_is_recorded_or_nothing(tmp_path: Path) -> None:
    outbox = issue(tmp_path)
    refused("never-issued", forms.record, outbox, "acknowledged", ["X1", "X2", "X8"], DAY)
    assert {row.state for row in forms.status(outbox, today=DAY)} == {"sent"}


def test_practitioners_are_told_apart_as_the_profile_says(tmp_path: Path) -> None:
    profile = json.loads((Path(__file__).parents[3] / "samples" / "profile.json").read_text("utf-8"))
    for way, known in (("team", "Riverside Team 2"), ("code", "RT2"), ("none", "")):
        folder = tmp_path / way
        folder.mkdir()
        profile["follow_up"]["practitioner"] = way
        (folder / "profile.json").write_text(json.dumps(profile), "utf-8")
        outbox = issue(folder, case("X1", "Bexley"), profile=folder / "profile.json")
        (row,) = forms.status(outbox, today=DAY)
        assert row.practitioner == known
        assert "Testcase" not in (outbox / "ledger.db").read_bytes().decode("latin-1")


def test_the_command_lines(tmp_path: Path, forms_line) -> None:
    outbox = issue(tmp_path)
    (document,) = outbox.glob(f"*/{PAPER}_X1_*.docx")
    folder = tmp_path / "replies"
    folder.mkdir()
    answers = {**REPLY, "children": [{"known": "not_known"}]}
    (folder / "a.docx").write_bytes(fill_word(document.read_bytes(), answers))
    (folder / "b.pdf").write_bytes(b"%PDF-1.7 nothing")
    (folder / "notes.txt").write_text("left alone")
    done = forms_line("read", folder, "--ledger", outbox, "--on", "2026-11-05")
    assert done.code == 1
    assert done.out.splitlines() == ["a.docx: X1, Bexley: answered, no_concerns", "b.pdf: not recorded"]
    (tmp_path / "empty").mkdir()
    assert "no Word or PDF file" in forms_line("read", tmp_path / "empty", "--ledger", outbox).err
    single = forms_line("read", folder / "a.docx", "--ledger", outbox)
    assert (single.code, json.loads(single.out)["ledger"]["known"]) == (0, True)
    other = {**answers, "defendant_known": "cannot_say"}
    (folder / "c.docx").write_bytes(fill_word(document.read_bytes(), other))
    refused_line = forms_line("read", folder / "c.docx", "--ledger", outbox)
    assert (refused_line.code, json.loads(refused_line.out)["ledger"]) == (1, None)
    told = forms_line("record", outbox, "answered", "X2", "--outcome", "no_concerns", "--on", "2026-11-06")
    assert told.out == "X2, Brent (check-notification): answered, no_concerns\n"
    table = forms_line("status", outbox, "--on", "2026-11-09", "--by", "practitioner")
    assert "Riverside Team 2" in table.out
    assert "2 documents outstanding: 0 not sent, 1 late" in table.out
    assert "answered twice, and not alike: X1, Bexley" in table.out
    assert forms_line("chase", outbox, "--on", "2026-11-06", "--format", "docx").out.endswith(
        "1 chaser made on 2026-11-06\n"
    )
