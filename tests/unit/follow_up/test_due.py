"""What is due and when: of a ledger by the rules, of cases by their papers; and the calendar file."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from follow_up_kit import SENT, case, chase, issue, reply
from icalendar import Calendar

import forms

LIBRARY = Path(__file__).parents[3]
DUE = date(2026, 11, 6)


def entries(path: Path) -> dict[str, object]:
    return {str(one["UID"]): one for one in Calendar.from_ical(path.read_bytes()).walk("VEVENT")}


def test_what_is_to_be_sent_and_what_to_be_asked_for(tmp_path: Path) -> None:
    outbox = issue(tmp_path, sent=None)
    forms.record(outbox, "sent", ["X1"], SENT)
    found = {item.reference: item for item in forms.agenda(outbox).items}
    assert (found["X1"].kind, found["X1"].day, found["X1"].attempt) == ("ask", DUE, 1)
    assert (found["X2"].kind, found["X2"].day, found["X2"].attempt) == ("send", date(2026, 11, 2), 0)
    chase(outbox, DUE)
    kinds = {(item.artefact, item.reference, item.kind) for item in forms.agenda(outbox).items}
    assert ("chaser", "X1", "send") in kinds
    assert ("check-notification", "X1", "ask") not in kinds  # its chaser waits to be sent


def test_an_authority_may_have_its_own_rule(tmp_path: Path) -> None:
    library = tmp_path / "library"
    (library / "directories").mkdir(parents=True)
    rules = json.loads((LIBRARY / "directories" / "deadlines.json").read_text("utf-8"))
    rule = next(one for one in rules["rules"] if one["id"] == "check-follow-up")
    rule["authorities"] = {"E09000004": {"amount": 10}}  # Bexley
    (library / "directories" / "deadlines.json").write_text(json.dumps(rules), "utf-8")
    outbox = issue(tmp_path)
    found = forms.agenda(outbox, forms.open_catalogue(library)).items
    days = {item.authority: item.day for item in found}
    assert days == {"Bexley": date(2026, 11, 17), "Brent": DUE, "Camden": DUE}
    assert len(chase(outbox, DUE, library=library).asked) == 2


def test_the_deadlines_of_a_case(tmp_path: Path) -> None:
    sample = LIBRARY / "samples" / "conference-report" / "valid" / "full.json"
    found = forms.agenda(sample).items
    assert [item.kind for item in found] == ["deadline"] * len(found)
    assert found[0].what == "Report with the conference chair"
    assert {item.reference for item in found} == {"X123456"}
    assert forms.agenda(sample).items == found
    several = tmp_path / "cases.jsonl"
    several.write_text(json.dumps(json.loads(sample.read_text("utf-8"))) + "\n{\n", "utf-8")
    both = forms.agenda(several)
    assert [item.uid for item in both.items] == [item.uid for item in found]
    assert [problem.severity for problem in both.problems] == ["error"]


def test_an_entry_lives_as_long_as_what_it_stands_for(tmp_path: Path, forms_line) -> None:
    outbox, path = issue(tmp_path), tmp_path / "due.ics"
    assert forms_line("due", outbox, "--on", "2026-11-04", "--ics", path).code == 0
    first = entries(path)
    assert len(first) == 3
    assert {one.decoded("DTSTART") for one in first.values()} == {DUE}
    assert {one.decoded("DTEND") for one in first.values()} == {date(2026, 11, 7)}
    assert {str(one["STATUS"]) for one in first.values()} == {"CONFIRMED"}
    unchanged = path.read_bytes()
    forms_line("due", outbox, "--on", "2026-11-05", "--ics", path)
    assert path.read_bytes() == unchanged
    forms.record_reply(reply(outbox, "X1"), outbox, date(2026, 11, 5))
    forms_line("due", outbox, "--on", "2026-11-05", "--ics", path)
    second = entries(path)
    assert set(second) == set(first)
    (gone,) = [uid for uid, one in second.items() if str(one["STATUS"]) == "CANCELLED"]
    assert second[gone].decoded("SEQUENCE") > first[gone].decoded("SEQUENCE")
    assert second[gone].decoded("DTSTAMP") == datetime(2026, 11, 5, tzinfo=UTC)
    forms_line("due", outbox, "--on", "2026-12-10", "--ics", path)
    assert set(entries(path)) == set(first) - {gone}


def test_a_rule_that_changes_moves_the_entry_with_a_new_sequence(tmp_path: Path, forms_line) -> None:
    outbox, path = issue(tmp_path), tmp_path / "due.ics"
    forms_line("due", outbox, "--on", "2026-11-04", "--ics", path)
    before = entries(path)
    profile = json.loads((LIBRARY / "samples" / "profile.json").read_text("utf-8"))
    profile["deadlines"] = {"check-follow-up": {"amount": 5}}
    (tmp_path / "profile.json").write_text(json.dumps(profile), "utf-8")
    words = ("--ics", path, "--profile", tmp_path / "profile.json")
    forms_line("due", outbox, "--on", "2026-11-04", *words)
    after = entries(path)
    assert {one.decoded("DTSTART") for one in after.values()} == {date(2026, 11, 10)}
    for uid, one in before.items():
        assert after[uid].decoded("SEQUENCE") == one.decoded("SEQUENCE") + 1


def test_another_file_is_not_written_over(tmp_path: Path, forms_line) -> None:
    outbox, path = issue(tmp_path, case("X1", "Bexley")), tmp_path / "notes.ics"
    for content in ("my notes", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//another//\r\nEND:VCALENDAR\r\n"):
        path.write_text(content, newline="")
        done = forms_line("due", outbox, "--on", "2026-11-04", "--ics", path)
        assert done.code == 1
        assert "not a calendar of this program" in done.err
        assert path.read_text() == content.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("on", "words"), [("2026-11-06", "0 overdue, 3 due"), ("2026-11-09", "3 overdue, 0 due")]
)
def test_the_command_line(on: str, words: str, tmp_path: Path, forms_line) -> None:
    outbox = issue(tmp_path)
    table = forms_line("due", outbox, "--on", on)
    assert words in table.out
    assert "Bexley" in table.out
    assert json.loads(forms_line("due", outbox, "--on", "2026-10-01", "--json").out) == []
    assert len(forms_line("due", outbox, "--on", "2026-10-01", "--all", "--csv").out.splitlines()) == 4
    (tmp_path / "empty").mkdir()
    for nothing in ("none.jsonl", "none", "empty"):  # the wrong folder must not look like nothing to do
        done = forms_line("due", tmp_path / nothing)
        assert done.code == 1
        assert "neither a ledger nor a case" in done.err


def test_a_month_without_anything_and_one_half_over(tmp_path: Path) -> None:
    outbox = issue(tmp_path)
    assert forms.month(outbox, 2026, 10).all == forms.Figures()
    assert forms.month(outbox, 2026, 10).authorities == {}
    early = forms.month(outbox, 2026, 11, until=date(2026, 11, 5)).all
    assert (early.asked, early.outstanding, early.overdue) == (3, 3, 0)
    assert forms.month(outbox, 2026, 11, until=date(2026, 11, 2)).all.not_sent == 3
    assert forms.month(outbox, 2026, 11).all.overdue == 3
    assert forms.month(outbox, 2026, 12).all.outstanding == 3
