from __future__ import annotations

import json
from copy import deepcopy
from datetime import date

import pytest
from domain_kit import LIBRARY, PAPER, SMALL
from hypothesis import given
from hypothesis import strategies as st

from forms.domain.case import Case, resolve
from forms.domain.nodes import label, ordinal, places, walk
from forms.domain.schema import Vocabulary
from forms.foundation.errors import ArtefactError

GOOD = {"reference": "X1", "born": "2015-05-03", "pets": [{"name": "Rex", "legs": 4, "tame": True}]}


def check(vocabulary, data, artefact=None, urgent=False):
    return vocabulary.check(Case(data, "case.json"), artefact, urgent)


def only(problems):
    assert len(problems) == 1, [str(problem.place) for problem in problems]
    return problems[0]


def test_a_good_case_has_no_problems(small):
    assert check(small, GOOD) == ()
    assert check(small, {**GOOD, "papers": {"letter": {"sent_on": "2026-11-21"}}}, "letter") == ()


@pytest.mark.parametrize(
    ("change", "code", "pointer", "where", "hint"),
    [
        ({"pest": []}, "unknown-property", "/pest", "", "Did you mean `pets`"),
        ({"pets": [{"name": "A"}, {}]}, "missing", "/pets/1/name", "Pets, 2nd: Name of the pet", "Add `name`"),
        ({"pets": {}}, "wrong-type", "/pets", "Pets", "list"),
        (
            {"pets": [{"name": "A", "legs": "4"}]},
            "wrong-type",
            "/pets/0/legs",
            "Pets, 1st: Legs",
            "whole number",
        ),
        (
            {"pets": [{"name": "A", "legs": -1}]},
            "out-of-range",
            "/pets/0/legs",
            "Pets, 1st: Legs",
            "at least 0",
        ),
        (
            {"pets": [{"name": "A" * 11}]},
            "too-long",
            "/pets/0/name",
            "Pets, 1st: Name of the pet",
            "10 characters; it has 11",
        ),
        ({"pets": [{"name": "A"}] * 4}, "too-many", "/pets", "Pets", "room for 3"),
        ({"colour": "read"}, "not-an-option", "/colour", "Favourite colour", "Did you mean `red`?"),
        ({"colour": "deep redd"}, "not-an-option", "/colour", "Favourite colour", "Did you mean `red`?"),
        ({"colour": 3}, "wrong-type", "/colour", "Favourite colour", "not_known"),
        (
            {"colour": {"not_know": "x"}},
            "unknown-property",
            "/colour/not_know",
            "Favourite colour",
            "`not_known`",
        ),
        ({"colour": {}}, "empty", "/colour", "Favourite colour", "not_known"),
        ({"born": "2015-02-29"}, "not-a-date", "/born", "Date of birth", "2026-11-21"),
        ({"born": "20150203"}, "not-a-date", "/born", "Date of birth", "2026-11-21"),
        ({"born": "2015-W01-1"}, "not-a-date", "/born", "Date of birth", "2026-11-21"),
        ({"born": None}, "wrong-type", "/born", "Date of birth", "Leave it out"),
        ({"reference": ""}, "empty", "/reference", "Reference", "Write something"),
        ({"papers": {"lettre": {}}}, "unknown-property", "/papers/lettre", "Papers", "Did you mean `letter`?"),
        (
            {"papers": {"letter": {}}},
            "missing",
            "/papers/letter/sent_on",
            "Papers: Letter: Sent on",
            "Add `sent_on`",
        ),
    ],
)
def test_names_what_is_wrong_where_and_what_to_do(small, change, code, pointer, where, hint):
    problem = only(check(small, {**GOOD, **change}))
    assert (problem.severity, problem.code, problem.place.pointer) == ("error", code, pointer)
    assert problem.place.label == where
    assert hint in problem.hint
    assert problem.place.source == "case.json"


def test_finds_all_problems_at_once(small):
    problems = check(small, {"pest": 1, "born": "x", "pets": [{"legs": "x"}]})
    assert {problem.code for problem in problems} == {"unknown-property", "not-a-date", "missing", "wrong-type"}
    assert len(problems) == 5


def test_a_hostile_case_is_refused_in_good_time(small):
    names = {f"unknown_{number}": number for number in range(50_000)}
    assert len(check(small, {**GOOD, **names})) == 200
    assert check(small, {**GOOD, "colour": "red" * 1_000_000})[0].code == "not-an-option"
    assert check(small, {**GOOD, "pets": [names] * 3})[0].severity == "error"


def test_a_value_given_as_a_name_is_not_shown(small):
    problem = only(check(small, {**GOOD, "Jane Marker of 3 Any Street": 1}))
    assert problem.code == "unknown-property"
    assert "Marker" not in str(problem)


def test_what_a_paper_needs_is_checked_for_that_paper(small):
    problems = check(small, {"reference": "X1"}, "letter")
    assert [problem.place.pointer for problem in problems] == ["/born", "/papers/letter/sent_on"]
    assert check(small, {"reference": "X1"}) == ()
    assert (
        only(check(small, {**GOOD, "pets": [], "papers": {"letter": {"sent_on": "2026-11-21"}}}, "letter")).code
        == "too-few"
    )


def test_gaps_never_stop_an_urgent_paper(small):
    case = {"reference": "X1", "papers": {"letter": {}}}
    assert {problem.severity for problem in check(small, case, "letter", True)} == {"warning"}
    assert {problem.severity for problem in check(small, case, "letter", ["letter"])} == {"warning"}
    assert {problem.severity for problem in check(small, case, "letter", ["memo"])} == {"error"}
    assert {problem.severity for problem in check(small, case, None, ["letter"])} == {"warning"}
    assert check(small, {**case, "born": "x"}, "letter", True)[0].code == "not-a-date"


def test_an_urgent_paper_goes_even_without_the_case_reference(small):
    problem = check(small, {}, "letter", True)[0]
    assert (problem.severity, problem.code, problem.place.pointer) == ("warning", "missing", "/reference")


def test_gaps_in_another_paper_are_nobodys_business(small):
    papers = {"letter": {"sent_on": "2026-11-21"}, "memo": {}}
    assert check(small, {**GOOD, "papers": papers}, "letter") == ()
    papers["memo"] = {"sent_on": 3}
    assert only(check(small, {**GOOD, "papers": papers}, "letter")).place.pointer == "/papers/memo/sent_on"


def test_a_part_that_is_not_there_is_told_by_what_it_lacks(small):
    problem = only(check(small, GOOD, "letter"))
    assert problem.place.label == "Papers: Letter: Sent on"


def test_other_data_is_checked_by_its_own_schema(vocabulary):
    problem = only(
        vocabulary.check_data("profile.schema.json", {"marking": {"level": "OFFICIAL"}}, "profile.json")
    )
    assert (problem.code, problem.place.label) == ("missing", "Organisation")


@pytest.mark.parametrize(
    ("schemas", "code"),
    [
        ({}, "missing-schema"),
        ({"case.schema.json": {"properties": {"a": {"$ref": "#/$defs/none"}}}}, "broken-reference"),
        ({"case.schema.json": {"properties": {"a": {"$ref": "other.schema.json"}}}}, "broken-reference"),
        ({"case.schema.json": {"properties": {"a": {"format": "postcode"}}}}, "unknown-format"),
        ({"case.schema.json": {"properties": {"a": {"x-print": "shout"}}}}, "unknown-print"),
        ({"case.schema.json": {"properties": {"a": {"$ref": "#"}}}}, "endless-schema"),
    ],
)
def test_a_broken_library_is_named(schemas, code):
    with pytest.raises(ArtefactError) as caught:
        Vocabulary(schemas)
    assert caught.value.problems[0].code == code


def test_a_paper_that_a_case_does_not_have_is_not_compiled():
    broken = {"$defs": {"part": {"properties": {"a": {"$ref": "nothing.schema.json"}}}}}
    schemas = {"case.schema.json": SMALL, "letter.schema.json": PAPER, "memo.schema.json": broken}
    vocabulary = Vocabulary(schemas)
    assert check(vocabulary, {**GOOD, "papers": {"letter": {"sent_on": "2026-11-21"}}}, "letter") == ()
    assert set(vocabulary.case.properties["papers"].properties) == {"letter", "memo"}
    with pytest.raises(ArtefactError):
        check(vocabulary, {**GOOD, "papers": {"memo": {"a": 1}}}, "letter")
    with pytest.raises(ArtefactError):
        list(places(vocabulary.case))
    assert [problem.code for problem in vocabulary.faults()] == ["broken-reference"]


def test_a_pattern_that_is_none_is_a_fault_before_a_case_meets_it():
    paper = {"$defs": {"part": {"properties": {"a": {"pattern": "("}, "pattern": {"pattern": "[a-z]"}}}}}
    vocabulary = Vocabulary({"case.schema.json": SMALL, "memo.schema.json": paper})
    (problem,) = vocabulary.faults()
    assert (problem.code, problem.place.source) == ("broken-pattern", "memo.schema.json")


def test_the_library_has_no_faults(vocabulary):
    assert list(vocabulary.faults()) == []


def test_a_scratch_artefact_needs_no_mention_in_the_case_schema():
    beside = {"$id": "https://forms.example.org/schemas/case.schema.json", **SMALL}
    own = json.loads(json.dumps(PAPER))
    own["$defs"]["part"]["properties"]["owner"] = {"title": "Owner", "$ref": "case.schema.json#/properties/who"}
    vocabulary = Vocabulary({"case.schema.json": beside, "scratch.schema.json": own})
    assert vocabulary.artefacts == ("scratch",)
    assert vocabulary.parts["scratch"].properties["owner"].prints == "name"
    assert check(vocabulary, {**GOOD, "papers": {"scratch": {"sent_on": "2026-11-21"}}}, "scratch") == ()


def test_labels_and_ordinals(small):
    assert label(small.case, "/pets/20/name") == "Pets, 21st: Name of the pet"
    assert label(small.case, "/nothing/3") == ""
    assert [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 22, 103, 111)] == [
        "1st",
        "2nd",
        "3rd",
        "4th",
        "11th",
        "12th",
        "13th",
        "21st",
        "22nd",
        "103rd",
        "111th",
    ]


def test_walk_enters_neither_values_nor_the_unknown(small):
    data = {
        "home": {"lines": ["1 Sample Street"]},
        "pets": [{"name": "Rex"}],
        "born": {"not_known": "why"},
        "odd": 1,
    }
    assert [pointer for pointer, _, _ in walk(small.case, data)] == [
        "",
        "/home",
        "/pets",
        "/pets/0",
        "/pets/0/name",
        "/born",
    ]


def test_every_place_of_the_vocabulary_has_a_title(vocabulary):
    untitled = [path for path, node in places(vocabulary.case) if not node.title and path]
    assert untitled == []


MARKER = "Zqxmarker"
junk = st.sampled_from(
    [MARKER, f"{MARKER} {MARKER}", [MARKER], {"given": MARKER}, {MARKER: MARKER}, 7, True, None, {}]
)


@given(st.data())
def test_no_problem_repeats_a_value(vocabulary, data):
    case = json.loads((LIBRARY / "samples/check-notification/valid/full.json").read_text())
    spots = [pointer for pointer, node, _ in walk(vocabulary.case, case) if pointer]
    for spot in data.draw(st.lists(st.sampled_from(spots), max_size=4)):
        above, _, last = spot.rpartition("/")
        target = resolve(case, above)  # an earlier change may have taken the place away
        if isinstance(target, dict):
            target[last] = deepcopy(data.draw(junk))
    loaded = Case(case, "case.json")
    problems = (
        *vocabulary.check(loaded, "check-notification"),
        *vocabulary.check_oddities(loaded, date(2026, 11, 21)),
    )
    for problem in problems:
        assert MARKER not in problem.message.replace(f"`{MARKER}`", "")
        assert MARKER not in problem.hint + problem.place.label
