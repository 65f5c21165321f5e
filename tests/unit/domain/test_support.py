from __future__ import annotations

import copy
import json
from datetime import date

import pytest
from domain_kit import LIBRARY

from forms.domain.support import choose

DIRECTORY = json.loads((LIBRARY / "directories/support-organisations.json").read_text(encoding="utf-8"))
ON = date(2026, 11, 21)


def names(entries):
    return {entry["name"] for entry in entries}


def test_professionals_entries_and_inactive_ones_are_not_printed():
    entries, _ = choose(DIRECTORY, (), "London", ON)
    assert "Oscar Kilo" not in names(entries)
    assert all(entry["active"] and entry["in_pack"] for entry in entries)
    assert all(value is not None for entry in entries for value in entry.values())


def test_only_those_for_the_readers_asked_for():
    everyone, _ = choose(DIRECTORY, (), "London", ON)
    children, _ = choose(DIRECTORY, ("children",), "London", ON)
    assert names(children) < names(everyone)


def test_who_answers_in_an_emergency_is_for_everyone():
    entries, _ = choose(DIRECTORY, ("suspect",), "London", ON)
    assert {"Emergency services", "Samaritans", "Childline"} <= names(entries)


def without_crisis_lines():
    directory = copy.deepcopy(DIRECTORY)
    for entry in directory["organisations"]:
        if entry.get("crisis_24h") and not entry.get("emergency"):
            entry["telephone"] = None
    return directory


def test_no_crisis_line_is_an_error_unless_the_force_has_its_own():
    _, problems = choose(without_crisis_lines(), (), "London", ON)
    assert [problem.code for problem in problems if problem.severity == "error"] == ["no-crisis-number"]
    _, problems = choose(without_crisis_lines(), (), "London", ON, own_line=True)
    assert [problem for problem in problems if problem.severity == "error"] == []


@pytest.mark.parametrize(("checked", "warned"), [(None, True), ("2026-04-01", True), ("2026-10-01", False)])
def test_entries_not_checked_lately_are_named(checked, warned):
    directory = copy.deepcopy(DIRECTORY)
    for entry in directory["organisations"]:
        entry["last_checked"] = checked
    _, problems = choose(directory, (), "London", ON)
    assert any(problem.code == "entry-not-checked" for problem in problems) is warned
