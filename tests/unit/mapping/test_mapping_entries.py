"""A mapping worked out: what goes into each place, what stays empty and why, what is refused."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

import forms
from forms.application.mapping import FormMapping, entries, load_mapping
from forms.domain.case import Case
from forms.formats.fillable import Fillable, Survey
from forms.formats.filling import Entry

CATALOGUE = forms.open_catalogue()
ON = date(2026, 11, 21)
FORM = f'[form]\ntitle = "A form"\nformat = "pdf"\nsha256 = "{"0" * 64}"\n'


def mapping(places: dict[str, dict[str, Any]], top: str = 'reader = "social-care"\n') -> FormMapping:
    lines = [top, FORM, "[places]"]
    for name, keys in places.items():
        lines.append(f"[places.{json.dumps(name)}]")
        lines += [f"{key} = {_toml(value)}" for key, value in keys.items()]
    return load_mapping("\n".join(lines).encode(), "form.toml", CATALOGUE)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


def fill(
    place: Fillable, keys: dict[str, Any], data: dict[str, Any], top: str = 'reader = "social-care"\n'
) -> tuple[Entry | None, list[str]]:
    made, problems = entries(
        mapping({place.name: keys}, top),
        Survey("pdf", (place,)),
        Case({"reference": "X1", **data}),
        CATALOGUE,
        ON,
    )
    return made.get(place.name), [problem.code for problem in problems]


CHILD = {"name": {"given": "Zoë", "family": "Example"}, "date_of_birth": "2017-09-23", "gender": "girl"}
TEXT = Fillable("A", "text", "A place")


def test_values_are_joined_and_split() -> None:
    both = "{{ case.children[0].name.family }}, {{ case.children[0].name.first }}"
    assert fill(TEXT, {"value": both}, {"children": [CHILD]}) == ("Example, Zoë", [])
    split = {"value": "{{ case.children[0].date_of_birth }}", "date": "mm"}
    assert fill(Fillable("M", "text", longest=2), split, {"children": [CHILD]}) == ("09", [])


def test_what_is_missing_reads_as_in_our_own_papers() -> None:
    value = {"value": "{{ case.children[0].first_language }}"}
    assert fill(TEXT, value, {"children": [CHILD]}) == ("Not stated", [])
    assert fill(TEXT, {**value, "missing": "empty"}, {"children": [CHILD]}) == (None, ["left-empty"])


def test_one_answer_stands_once_though_its_parts_are_asked_for() -> None:
    value = {"value": "{{ case.children[0].name.first }} {{ case.children[0].name.family }}"}
    child = {"name": {"not_known": "Not asked"}, "gender": "girl"}
    assert fill(TEXT, value, {"children": [child]}) == ("Not known: Not asked", [])


@pytest.mark.parametrize(
    "place", [Fillable("A", "comb", longest=10), Fillable("A", "date"), Fillable("A", "text", longest=4)]
)
def test_a_place_with_no_room_for_words_stays_empty_and_is_named(place: Fillable) -> None:
    value = {"value": "{{ case.offender.date_of_birth }}"}
    assert fill(place, value, {"offender": {"name": {"given": "Dale"}}}) == (None, ["left-empty"])


def test_the_warning_names_label_and_vocabulary_and_no_value() -> None:
    place = Fillable("F7", "date", "D.O.B.")
    rule = mapping({"F7": {"value": "{{ case.offender.date_of_birth }}"}})
    case = Case({"reference": "X1", "offender": {"name": {"given": "Dale"}}})
    _, problems = entries(rule, Survey("pdf", (place,)), case, CATALOGUE, ON)
    assert problems[0].message == "‘D.O.B.’ is left empty: the case says nothing on ‘Date of birth’"


def test_a_place_for_the_third_child_of_two_is_empty_without_a_word() -> None:
    assert fill(TEXT, {"value": "{{ case.children[2].name }}"}, {"children": [CHILD, CHILD]}) == (None, [])


def test_missing_may_stop_the_form() -> None:
    keys = {"value": "{{ case.children[0].first_language }}", "missing": "stop"}
    with pytest.raises(forms.InputError) as error:
        fill(TEXT, keys, {"children": [CHILD]})
    assert [problem.code for problem in error.value.problems] == ["left-empty"]


RADIO = Fillable("R", "radio", "Sex", options=(("1", "Female"), ("2", "Male"), ("9", "Not known")))
TABLE = {"choose": "case.children[0].gender", "options": {"girl": "1", "boy": "2", "not_known": "9"}}


@pytest.mark.parametrize(
    ("gender", "chosen", "codes"),
    [
        ("girl", ("1",), []),
        ("boy", ("2",), []),
        ({"not_known": "Not asked"}, ("9",), []),
        ({"not_applicable": True}, None, ["left-empty"]),
        (None, None, ["left-empty"]),
    ],
)
def test_codes_become_the_forms_choices(gender: object, chosen: Entry | None, codes: list[str]) -> None:
    child = {key: value for key, value in {**CHILD, "gender": gender}.items() if value is not None}
    assert fill(RADIO, TABLE, {"children": [child]}) == (chosen, codes)


def test_a_code_without_a_choice_is_refused() -> None:
    with pytest.raises(forms.InputError) as error:
        fill(RADIO, TABLE, {"children": [{**CHILD, "gender": "other"}]})
    assert [problem.code for problem in error.value.problems] == ["no-choice"]


def test_choices_may_be_letters_in_a_text_and_several_in_a_list() -> None:
    letters = {"choose": "case.children[0].gender", "options": {"girl": "F", "boy": "M"}}
    assert fill(TEXT, letters, {"children": [CHILD]})[0] == "F"
    plans = Fillable("L", "list", options=(("CP", "CP"), ("CIN", "CIN")))
    table = {
        "choose": "case.children[0].social_care_status",
        "options": {"child_protection": "CP", "child_in_need": "CIN"},
    }
    child = {**CHILD, "social_care_status": ["child_in_need", "child_protection"]}
    assert fill(plans, table, {"children": [child]})[0] == ("CIN", "CP")


def test_boxes_are_ticked_by_conditions() -> None:
    box = Fillable("B", "checkbox", "Girl")
    assert fill(box, {"tick": 'case.children[0].gender == "girl"'}, {"children": [CHILD]})[0] is True
    assert fill(box, {"tick": 'case.children[0].gender == "boy"'}, {"children": [CHILD]})[0] is False


def test_rows_are_made_for_each_item() -> None:
    rows = Fillable("T", "rows", columns=("Name", "Born", "Office"))
    columns = [
        {"head": "Name", "value": "{{ number }}. {{ child.name }}"},
        {"head": "Born", "value": "{{ child.date_of_birth }}", "date": "dd/mm/yy"},
        {"head": "Office", "skip": "for the office"},
    ]
    keys = {"each": "case.children[1:]", "as": "child", "columns": columns}
    made = fill(rows, keys, {"children": [CHILD, CHILD, {"name": {"given": "Ama"}}]})[0]
    assert made == (("1. Zoë Example", "23/09/17", ""), ("2. Ama", "", ""))


def test_more_children_than_places_are_refused_unless_a_text_has_the_rest() -> None:
    with pytest.raises(forms.InputError) as error:
        fill(TEXT, {"value": "{{ case.children[0].name }}"}, {"children": [CHILD, CHILD]})
    assert [problem.code for problem in error.value.problems] == ["more-than-places"]
    rest = "{{ case.children[0].name }}{% for child in case.children[1:] %}; {{ child.name }}{% endfor %}"
    assert fill(TEXT, {"value": rest}, {"children": [CHILD, CHILD]})[0] == "Zoë Example; Zoë Example"


def test_a_third_carer_is_not_lost() -> None:
    carer = {"name": {"family": "Sample"}, "carer": True}
    value = {"value": '{{ (case.adults | selectattr("carer") | list)[1].name }}'}
    assert fill(TEXT, value, {"adults": [carer, {"name": {"family": "Other"}}, carer]})[0] == "Sample"
    with pytest.raises(forms.InputError) as error:
        fill(TEXT, value, {"adults": [carer, carer, carer]})
    assert [problem.code for problem in error.value.problems] == ["more-than-places"]


def test_as_above_is_the_address_itself() -> None:
    home = {"lines": ["27 Invented Road", "London"], "postcode": "SE1 0ZZ"}
    data = {"offender": {"home_address": home}, "children": [{**CHILD, "address": {"as_above": True}}]}
    assert (
        fill(TEXT, {"value": "{{ case.children[0].address }}"}, data)[0] == "27 Invented Road, London, SE1 0ZZ"
    )


def test_the_reader_gets_only_what_it_may_have() -> None:
    home = {"lines": ["27 Invented Road", "London"], "postcode": "SE1 0ZZ"}
    data = {"children": [{**CHILD, "address": home}]}
    value = {"value": "{{ case.children[0].address }}"}
    assert fill(TEXT, value, data, 'reader = "professionals"\n')[0] == "Withheld"
    mark = {"path": "/children/0/name", "audiences": ["social-care"], "reason": "R"}
    told = {**data, "restricted": [mark], "sentence": {"court": "Zoë Example lives there"}}
    with pytest.raises(forms.InputError) as error:
        fill(TEXT, value, told)
    assert [problem.code for problem in error.value.problems] == ["restricted-value-repeated"]


@pytest.mark.parametrize(
    ("place", "keys", "code"),
    [
        (TEXT, {"tick": "case.mappa"}, "wrong-kind"),
        (RADIO, {"value": "{{ case.reference }}"}, "wrong-kind"),
        (TEXT, {"value": "{{ case.nobody }}"}, "cannot-work-out"),
        (Fillable("T", "rows"), {"each": "case.reference", "columns": [{"value": "x"}]}, "not-a-list"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(place: Fillable, keys: dict[str, Any], code: str) -> None:
    with pytest.raises(forms.ArtefactError) as error:
        fill(place, keys, {"children": [CHILD]})
    assert [problem.code for problem in error.value.problems] == [code]


def test_no_problem_holds_a_value() -> None:
    with pytest.raises(forms.ArtefactError) as error:
        fill(
            TEXT,
            {"value": "{{ case.children | sort }}"},
            {"children": [CHILD, {"name": {"family": "Secretname"}}]},
        )
    assert "Secretname" not in str([problem.as_json() for problem in error.value.problems])


def test_places_that_are_not_mapped_or_not_checked_are_counted() -> None:
    survey = Survey("pdf", (TEXT, Fillable("B", "text"), Fillable("S", "signature")))
    rule = mapping({"A": {"value": "{{ case.reference }}", "unchecked": True}})
    made, problems = entries(rule, survey, Case({"reference": "X1"}), CATALOGUE, ON)
    assert made == {"A": "X1"}
    assert [problem.code for problem in problems] == ["not-mapped", "unchecked"]


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({}, "empty"),
        ({"value": "a", "tick": "b"}, "one-of"),
        ({"date": "dd"}, "one-of"),
        ({"value": "{{ case. }}"}, "template-syntax"),
        ({"value": "{{ case.reference | nofilter }}"}, "template-syntax"),
        ({"tick": "{{ case.reference }}"}, "template-syntax"),
        ({"value": "a", "options": {"a": "b"}}, "no-use"),
        ({"value": "a", "date": "hh:mm"}, "not-a-date"),
        ({"each": "case.children"}, "missing"),
        ({"wert": "a"}, "unknown-property"),
    ],
)
def test_a_mapping_that_cannot_be_read_says_why_and_where(keys: dict[str, Any], code: str) -> None:
    with pytest.raises(forms.ArtefactError) as error:
        mapping({"A place": keys})
    assert error.value.problems[0].code == code
    assert error.value.problems[0].place.pointer.startswith("/places/A place")


@pytest.mark.parametrize(
    ("top", "code"),
    [
        ('reader = "nobody"\n', "unknown-audience"),
        ('reader = "parent"\n', "unknown-audience"),
        ('artefact = "nothing"\n', "unknown-artefact"),
        ('authority = "Atlantis"\n', "unknown-area"),
        ('date = "some day"\n', "not-a-date"),
        ("reader = \n", "malformed"),
    ],
)
def test_the_head_of_a_mapping_is_checked(top: str, code: str) -> None:
    with pytest.raises(forms.ArtefactError) as error:
        mapping({"A": {"skip": "x"}}, top)
    assert error.value.problems[0].code == code
