"""`forms lint` holds a mapping to form and vocabulary, both ways."""

from __future__ import annotations

import json
from typing import Any

import pytest

import forms
from forms.application.mapping import load_mapping
from forms.application.mapping.checking import check_mapping
from forms.formats.fillable import Fillable, Survey

CATALOGUE = forms.open_catalogue()
FORM = f'[form]\ntitle = "A form"\nformat = "pdf"\nsha256 = "{"0" * 64}"\n[places]\n'
TEXT = Fillable("A", "text", "A place")


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


def found(
    keys: dict[str, Any], place: Fillable = TEXT, top: str = 'reader = "social-care"\n', **more: Fillable
) -> list[str]:
    lines = "".join(f"{key} = {_toml(value)}\n" for key, value in keys.items())
    mapping = load_mapping(f'{top}{FORM}[places."A"]\n{lines}'.encode(), "form.toml", CATALOGUE)
    survey = Survey("pdf", (place, *more.values()))
    return [problem.code for problem in check_mapping(mapping, survey, CATALOGUE)]


@pytest.mark.parametrize(
    "value",
    [
        "{{ case.children[0].name.first }}",
        "{{ case.offender.home_address | street | line(1) }}",
        '{{ (case.agencies | selectattr("kind", "eq", "gp") | first).worker }}',
        "{% for child in case.children %}{{ child.born }}{% endfor %}",
        "{{ document.issued }} {{ profile.name }} {{ recipient.team }}",
    ],
)
def test_what_the_vocabulary_has_is_in_order(value: str) -> None:
    assert [code for code in found({"value": value}) if code != "no-room-for-more"] == []


@pytest.mark.parametrize(
    "keys",
    [
        {"value": "{{ case.chidren }}"},
        {"value": "{{ case.children[0].nam }}"},
        {"value": "{{ case.children[1:][0].nam }}"},
        {"value": '{{ (case.adults | selectattr("carer") | list)[0].nam }}'},
        {"value": "{{ paper.concerns }}"},
        {"value": "{% for child in case.children %}{{ child.nam }}{% endfor %}"},
    ],
)
def test_names_that_the_vocabulary_has_not(keys: dict[str, Any]) -> None:
    assert "unknown-name" in found(keys)


def test_a_nearby_name_is_offered_with_its_place() -> None:
    mapping = load_mapping(f'{FORM}[places."A"]\nvalue = "{{{{ case.chidren }}}}"'.encode(), "f", CATALOGUE)
    (problem, *_) = check_mapping(mapping, None, CATALOGUE)
    assert problem.hint == "Did you mean ‘children’?"
    assert problem.message.startswith("The expression asks for ‘chidren’")
    assert problem.place.pointer == "/places/A/value"


def test_the_papers_part_has_its_names_once_the_paper_is_named() -> None:
    assert found({"value": "{{ paper.concerns }}"}, top='artefact = "referral"\n')[:1] != ["unknown-name"]


def test_columns_know_their_item() -> None:
    rows = Fillable("A", "rows", columns=("Name",))
    keys = {"each": "case.children[1:]", "as": "child"}
    assert found({**keys, "columns": [{"head": "Name", "value": "{{ child.name }}"}]}, rows) == []
    assert found({**keys, "columns": [{"head": "Name", "value": "{{ child.nam }}"}]}, rows) == ["unknown-name"]
    two = [{"value": "{{ child.name }}"}, {"value": "{{ child.age }}"}]
    assert found({**keys, "columns": two}, rows) == ["wrong-columns"]


def test_places_are_held_to_the_form_both_ways() -> None:
    assert found({"value": "x"}, Fillable("B", "text", "Another")) == ["unknown-place", "not-mapped"]
    assert found({"skip": "office"}, B=Fillable("B", "signature")) == []
    assert found({"value": "x"}, B=Fillable("B", "text", read_only=True)) == []


@pytest.mark.parametrize(
    ("place", "keys"),
    [
        (Fillable("A", "checkbox"), {"value": "x"}),
        (Fillable("A", "text"), {"tick": "case.mappa.is_mappa_case == true"}),
        (Fillable("A", "rows"), {"choose": "case.offender.status"}),
        (Fillable("A", "text"), {"each": "case.children", "columns": [{"value": "x"}]}),
    ],
)
def test_kinds_must_agree(place: Fillable, keys: dict[str, Any]) -> None:
    assert "wrong-kind" in found(keys, place)


def test_choices_are_held_to_the_form_and_codes_to_the_vocabulary() -> None:
    sex = Fillable("A", "choice", "Sex", options=(("F", "Female"), ("M", "Male"), ("X", "Other")))
    keys: dict[str, Any] = {"choose": "case.children[0].gender"}
    full = {"girl": "F", "boy": "M", "other": "X"}
    codes = [code for code in found({**keys, "options": full}, sex) if code != "no-room-for-more"]
    assert codes == []
    assert "unknown-choice" in found({**keys, "options": {**full, "girl": "W"}}, sex)
    assert "unknown-code" in found({**keys, "options": {**full, "woman": "F"}}, sex)
    assert "code-without-choice" in found({**keys, "options": {"girl": "F", "boy": "M"}}, sex)
    assert "code-without-choice" in found(keys, sex)


def test_a_date_wants_a_way_of_writing() -> None:
    when = Fillable("A", "date", "D.O.B.")
    assert found({"value": "{{ case.offender.date_of_birth }}"}, when) == ["no-date-format"]
    assert found({"value": "{{ case.offender.date_of_birth }}", "date": "dd/mm/yy"}, when) == []
    assert found({"value": "{{ case.offender.date_of_birth }}"}, when, 'date = "d.m.yyyy"\n') == []


def test_what_the_reader_is_not_given_is_named() -> None:
    keys = {"value": "{{ case.agencies | map(attribute='organisation') | join('; ') }}"}
    assert found(keys) == []
    assert found(keys, top='reader = "professionals"\n') == ["not-for-this-reader"]


def test_facts_that_the_paper_needs_and_no_place_gets() -> None:
    codes = found({"value": "{{ case.offender.name }}"}, top='artefact = "check-notification"\n')
    assert codes.count("fact-lost") >= 2
    names = ("reference", "offender.name", "offender.date_of_birth", "practitioner.name")
    more = " ".join(f"{{{{ case.{name} }}}}" for name in names)
    assert found({"value": more}, top='artefact = "check-notification"\n').count("fact-lost") < codes.count(
        "fact-lost"
    )


def test_lists_without_room_for_more_are_named() -> None:
    assert found({"value": "{{ case.children[1].name }}"}) == ["no-room-for-more"]
    more = "{{ case.children[1].name }}{% for child in case.children[2:] %}{{ child.name }}{% endfor %}"
    assert found({"value": more}) == []


def test_what_nobody_has_looked_at_is_named() -> None:
    assert found({"value": "{{ case.reference }}", "unchecked": True}) == ["unchecked"]
