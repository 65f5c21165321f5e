"""Asking again: when the rule says so, once, until there is an answer, whatever interrupts it."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from follow_up_kit import ISSUED, PAPER, SENT, case, cases, chase, issue, reply

import forms
from docx_text import canonical_text
from forms.application.bulk.outbox import Outbox
from forms.application.follow_up import chasers
from forms.application.ledger import Ledger

DUE = date(2026, 11, 6)  # three working days after SENT
AGAIN = date(2026, 11, 11)


def states(outbox: Path, artefact: str = PAPER) -> dict[str, str]:
    with Ledger(outbox / "ledger.db") as ledger:
        return {one.shown: one.state for one in ledger.select("artefact = ?", artefact)}


def files(outbox: Path) -> dict[str, str]:
    return {
        path.relative_to(outbox).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(outbox.rglob("*"))
        if path.is_file() and not path.name.startswith(("ledger.db", ".lock"))
    }


def test_not_before_the_day_and_once_on_it(tmp_path: Path) -> None:
    outbox = issue(tmp_path)
    assert not chase(outbox, date(2026, 11, 5)).asked
    assert [one.reference for one in chase(outbox, DUE).asked] == ["X1", "X2", "X3"]
    assert set(states(outbox).values()) == {"overdue"}
    before = files(outbox)
    second = chase(outbox, DUE)
    assert (second.asked, second.runs) == ([], [])
    assert files(outbox) == before


def test_what_is_not_recorded_as_sent_is_not_chased_but_told(tmp_path: Path) -> None:
    outbox = issue(tmp_path, sent=None)
    report = chase(outbox, date(2026, 11, 30))
    assert (len(report.asked), report.unsent) == (0, 3)
    forms.record(outbox, "sent", on=SENT, run=1)
    assert len(chase(outbox, DUE).asked) == 3
    later = chase(outbox, date(2026, 11, 30))
    assert (len(later.asked), later.waiting) == (0, 3)


def test_again_and_again_until_there_is_an_answer(tmp_path: Path) -> None:
    outbox = issue(tmp_path)
    chase(outbox, DUE)
    forms.record(outbox, "sent", on=DUE, run=2)
    forms.record_reply(reply(outbox, "X1"), outbox, date(2026, 11, 9))
    assert [(one.reference, one.attempt) for one in chase(outbox, AGAIN).asked] == [("X2", 2), ("X3", 2)]
    forms.record(outbox, "sent", on=AGAIN, run=3)
    forms.record(outbox, "withdrawn", ["X2"], AGAIN)
    assert [(one.reference, one.attempt) for one in chase(outbox, date(2026, 11, 16)).asked] == [("X3", 3)]


def test_an_answer_withdraws_the_chaser_that_was_not_sent(tmp_path: Path) -> None:
    outbox = issue(tmp_path)
    chase(outbox, DUE)
    forms.record_reply(reply(outbox, "X1"), outbox, DUE)
    assert states(outbox, "chaser") == {"X1": "withdrawn", "X2": "rendered", "X3": "rendered"}
    assert {row.reference for row in forms.status(outbox, today=DUE) if row.artefact == "chaser"} == {
        "X2",
        "X3",
    }


def test_the_line_manager_is_told_after_as_many_as_the_profile_says(tmp_path: Path) -> None:
    profile = json.loads((Path(__file__).parents[3] / "samples" / "profile.json").read_text("utf-8"))
    profile["follow_up"] = {"escalate_after": 1, "line_manager": "the duty manager"}
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(profile), "utf-8")
    outbox = issue(tmp_path, profile=path)
    first = chase(outbox, DUE, profile=path)
    assert (first.escalated, first.for_manager) == (0, [])
    forms.record(outbox, "sent", on=DUE, run=2)
    second = chase(outbox, AGAIN, profile=path)
    assert second.escalated == 3
    assert len(second.for_manager) == 2
    (letter,) = outbox.glob(f"bexley/chaser_X1_{AGAIN}.docx")
    text = canonical_text(letter.read_bytes())
    assert "This letter also goes to: the duty manager." in text
    assert "follow-up number 2" in text


def test_a_chaser_names_people_only_where_the_cases_are_given(tmp_path: Path) -> None:
    outbox = issue(tmp_path)
    chase(outbox, DUE)
    neutral = canonical_text(next(outbox.glob("bexley/chaser_*.docx")).read_bytes())
    assert "X1" in neutral
    assert "3 November 2026" in neutral
    assert not [name for name in ("Dale", "Sampleson", "Zoë", "Testcase") if name in neutral]
    forms.record(outbox, "sent", on=DUE, run=2)
    named = chase(outbox, AGAIN, cases=tmp_path / "cases.jsonl")
    assert len(named.asked) == 3
    text = canonical_text(next(outbox.glob(f"bexley/chaser_X1*{AGAIN}.docx")).read_bytes())
    assert all(name in text for name in ("Dale Sampleson", "Zoë", "Robin Testcase"))


def test_each_area_is_asked_about_its_own_children(tmp_path: Path) -> None:
    two = case("X9", "Bexley")
    two["children"].append(
        {
            "name": {"given": "Kit", "family": "Placeholder"},
            "date_of_birth": "2020-05-06",
            "local_authority": "Brent",
        }
    )
    outbox = issue(tmp_path, two)
    forms.record(outbox, "answered", ["X9"], DUE, authority="Bexley", outcome="no_concerns")
    report = chase(outbox, DUE, cases=tmp_path / "cases.jsonl")
    assert [one.authority for one in report.asked] == ["Brent"]
    text = canonical_text(next(outbox.glob("brent/chaser_*.docx")).read_bytes())
    assert "Kit" in text
    assert "Zoë" not in text


def test_cases_that_lack_one_or_moved_it_are_told(tmp_path: Path) -> None:
    outbox = issue(tmp_path)
    source = cases(tmp_path, case("X1", "Bexley"), case("X2", "Enfield"))
    report = chase(outbox, DUE, cases=source)
    assert [one.reference for one in report.asked] == ["X1"]
    assert sorted(problem.code for problem in report.problems) == ["not-in-cases", "other-recipient"]
    assert report.refused == 2
    assert {one.reference for one in chase(outbox, DUE).asked} == {"X2", "X3"}


def test_a_case_with_an_error_is_told_by_its_row(tmp_path: Path) -> None:
    outbox = issue(tmp_path)
    wrong = case("X2", "Brent", unknown_property=1)
    report = chase(outbox, DUE, cases=cases(tmp_path, case("X1", "Bexley"), wrong, case("X3", "Camden")))
    assert [one.reference for one in report.asked] == ["X1", "X3"]
    (problem,) = report.problems
    assert (problem.code, problem.place.label) == ("unknown-property", "line 2")
    assert states(outbox) == {"X1": "overdue", "X2": "sent", "X3": "overdue"}


def test_a_team_of_several_gets_its_own_letter(tmp_path: Path) -> None:
    outbox = issue(tmp_path, case("X1", "Hackney"))
    chase(outbox, DUE)
    (folder,) = {path.parent.name for path in outbox.glob("*/chaser_*.docx")}
    assert folder == "hackney-hub"
    text = canonical_text(next(outbox.glob("*/chaser_*.docx")).read_bytes())
    assert "London Borough of Hackney" in text
    with Ledger(outbox / "ledger.db") as ledger:
        assert len({one.key.recipient for one in ledger.select("1")}) == 1


def test_who_was_written_to_by_hand_is_asked_by_hand(tmp_path: Path) -> None:
    typed = case("X1", "Bexley", recipient={"local_authority": "Bexley", "team": "Team of our own"})
    outbox = issue(tmp_path, typed)
    assert [one.folder for one in chase(outbox, DUE).asked] == ["by-hand"]
    assert not list(outbox.glob("by-hand/*.eml"))


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    outbox = issue(tmp_path)
    before = files(outbox)
    report = chase(outbox, DUE, dry_run=True)
    assert len(report.asked) == 3
    assert report.dry
    assert files(outbox) == before
    assert set(states(outbox).values()) == {"sent"}


@pytest.mark.parametrize("stopped", ["deliver", "commit", "papers"])
def test_interrupted_anywhere_it_ends_as_if_it_had_not_been(
    stopped: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = issue(tmp_path)
    whole = tmp_path / "whole"
    shutil.copytree(outbox, whole)
    monkeypatch.setattr(chasers, "MOST_PENDING", 1)
    chase(whole, DUE)
    places = {
        "deliver": (Outbox, "deliver"),
        "commit": (Ledger, "commit"),
        "papers": (chasers.RunPapers, "write"),
    }
    owner, name = places[stopped]
    real, calls = getattr(owner, name), []

    def broken(self, *rest):
        calls.append(name)
        if len(calls) == (1 if stopped == "papers" else 3):
            raise KeyboardInterrupt
        return real(self, *rest)

    with monkeypatch.context() as during:
        during.setattr(owner, name, broken)
        with pytest.raises(KeyboardInterrupt):
            chase(outbox, DUE)
    later = chase(outbox, date(2026, 11, 7))
    assert later.resumed
    assert files(outbox) == files(whole)
    assert states(outbox, "chaser") == states(whole, "chaser") == dict.fromkeys(("X1", "X2", "X3"), "rendered")
    assert ISSUED < DUE
