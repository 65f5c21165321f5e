"""Lists of a mapping's own, lists shown in part, and what prints a test in place of a value."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import forms
from forms.application.mapping import FormMapping, entries, load_mapping
from forms.application.mapping.checking import check_mapping
from forms.application.mapping.writing import draft_mapping
from forms.domain.case import Case
from forms.formats.fillable import Fillable, Survey
from forms.formats.filling import Entry

CATALOGUE = forms.open_catalogue()
ON = date(2026, 11, 21)
FORM = f'[form]\ntitle = "A form"\nformat = "pdf"\nsha256 = "{"0" * 64}"\n'
LISTS = """[lists]
referred = 'case.children | rejectattr("other_child") | list'
others = 'case.children | selectattr("other_child") | list'
everybody = "others + case.adults"
"""


def child(name: str, **more: Any) -> dict[str, Any]:
    return {"name": {"given": name, "family": "Example"}, "gender": "girl", **more}


CASE = {
    "reference": "X1",
    "children": [child("Minh", other_child=True), child("Zoë"), child("Ama", school="Fictional School")],
    "adults": [{"name": {"given": "Jean", "family": "Sampson"}, "carer": False}],
}


def mapping(places: str, top: str = "", lists: str = LISTS) -> FormMapping:
    return load_mapping(f'reader = "social-care"\n{top}{FORM}{lists}{places}'.encode(), "form.toml", CATALOGUE)


def fill(places: str, top: str = "", data: dict[str, Any] = CASE) -> tuple[dict[str, Entry], list[str]]:
    read = mapping(places, top)
    survey = Survey("pdf", tuple(Fillable(name, "text", name) for name in read.rules))
    made, problems = entries(read, survey, Case(data), CATALOGUE, ON)
    return made, [problem.code for problem in problems]


def place(name: str, value: str) -> str:
    return f"[places.{name}]\nvalue = '''{value}'''\n"


def test_a_list_of_the_mappings_own_says_which_children() -> None:
    made, codes = fill(
        place("First", "{{ referred[0].name.first }}")
        + place("Second", "{{ referred[1].name.first }}")
        + place("Third", "{{ referred[2].name.first }}")
        + place("Home", "{% for item in everybody %}{{ item.name.first }} {% endfor %}")
    )
    assert made == {"First": "Zoë", "Second": "Ama", "Home": "Minh Jean "}
    assert codes == []


def test_more_than_the_places_for_such_a_list_are_refused() -> None:
    with pytest.raises(forms.InputError) as error:
        fill(place("Only", "{{ referred[0].name }}"))
    assert [problem.code for problem in error.value.problems] == ["more-than-places"]


def test_a_child_in_no_list_is_told_of() -> None:
    first = place("All", "{% for item in referred %}{{ item.name }}{% endfor %}")
    assert fill(first)[1] == ["stands-nowhere"]
    rest = place("Rest", "{% for item in case.children if item.other_child %}{{ item.name }}{% endfor %}")
    assert fill(first + rest)[1] == []


def lint(places: str) -> list[str]:
    read = mapping(places)
    survey = Survey("pdf", tuple(Fillable(name, "text", name) for name in read.rules))
    return [problem.code for problem in check_mapping(read, survey, CATALOGUE)]


KINDS = "{% for item in case.agencies if item.kind CONDITION %}{{ item.organisation }}{% endfor %}"


def test_lint_names_lists_that_are_shown_in_part() -> None:
    gp, rest = KINDS.replace("CONDITION", '== "gp"'), KINDS.replace("CONDITION", 'not in ("gp", "school")')
    school = KINDS.replace("CONDITION", '== "school"')
    assert lint(place("GP", gp)) == ["rows-lost"]
    assert lint(place("GP", gp) + place("Rest", rest)) == ["rows-lost"]
    assert lint(place("GP", gp) + place("Rest", rest) + place("School", school)) == []
    both = "{% for item in LIST %}{{ item.name }}{% endfor %}"
    assert lint(place("A", both.replace("LIST", "referred"))) == ["rows-lost"]
    assert lint(place("A", both.replace("LIST", "referred")) + place("B", both.replace("LIST", "others"))) == []


def test_lint_names_what_only_the_first_child_has_a_place_for() -> None:
    rows = place("Rest", "{% for item in case.children[1:] %}{{ item.name }}{% endfor %}")
    first = place("A", "{{ case.children[0].name }}")
    assert lint(first + rows) == []
    assert lint(first + rows + place("B", "{{ case.children[0].impact }}")) == ["rows-lost"]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ('case = "case.children"', "name-taken"),
        ('mine = "1 + 1"', "not-a-list"),
        ('mine = "case.children |"', "template-syntax"),
    ],
)
def test_lists_that_are_none_are_refused(written: str, code: str) -> None:
    with pytest.raises(forms.ArtefactError) as error:
        mapping(place("A", "{{ case.reference }}"), lists=f"[lists]\n{written}\n")
    assert [problem.code for problem in error.value.problems] == [code]


def test_lint_knows_the_names_in_such_a_list() -> None:
    assert (
        lint(
            place("A", "{{ referred[0].nam }}{% for item in referred[1:] %}{{ item.nmae }}{% endfor %}")
        ).count("unknown-name")
        == 2
    )


def test_the_form_s_own_word_for_what_nobody_said() -> None:
    data = {**CASE, "children": [child("Zoë", ethnicity={"not_known": "Not asked yet"})]}
    places = place("School", "{{ referred[0].school }}") + place("Origin", "{{ referred[0].ethnicity }}")
    beside = place("Both", "{{ referred[0].name.first }}: {{ referred[0].school }}")
    made, _ = fill(places + beside, 'unknown = "NK"\n', data)
    assert made == {"School": "NK", "Origin": "Not known: Not asked yet", "Both": "Zoë: NK"}


def test_what_a_chosen_item_hasnt_follows_the_places_rule() -> None:
    keys = place("A", '{{ (case.adults | rejectattr("carer") | list)[0].date_of_birth }}')
    assert fill(keys + 'missing = "empty"\n') == ({}, ["left-empty"])
    assert fill(keys)[0] == {"A": "Not stated"}


PRINTED = [
    "{{ case.offender.name.given }}",
    '{{ case.offender.name["given"] }}',
    "{{ case.offender.name.given | upper }}",
    "{{ case.offender.name.given ~ case.offender.name.family }}",
    '{{ case.children | map(attribute="name.given") | join }}',
    "{{ case.offender.name.given if case.offender.name else '' }}",
    "{{ case.offender.telephone.state }}",
]


@pytest.mark.parametrize("value", PRINTED)
def test_a_text_that_prints_whether_and_not_what_is_refused(value: str) -> None:
    with pytest.raises(forms.ArtefactError) as error:
        mapping(place("A", value))
    assert [problem.code for problem in error.value.problems] == ["prints-a-test"]


def test_asking_whether_something_is_given_is_right() -> None:
    asking = place("A", "{% if case.offender.name.given %}{{ case.offender.name.first }}{% endif %}")
    asking += place("B", '{{ "yes" if case.offender.name.given else "no" }}')
    mapping(asking + '[places.C]\ntick = "case.offender.name.given"\n')


def test_what_a_condition_asks_for_is_no_answer_of_its_own() -> None:
    """`other_child` is missing, as in most cases: the answer is Y, and not that something isn't stated."""
    value = "{% if referred[0].other_child %}N{% else %}Y{% endif %}"
    made, codes = fill(
        place("A", value) + place("B", "{% for item in case.children %}{{ item.name }}{% endfor %}")
    )
    assert made["A"] == "Y"
    assert codes == []
    assert fill(place("A", '{{ "N" if case.offender.telephone else "Y" }}'))[0] == {"A": "Y"}


def test_a_draft_takes_no_child_for_referred_who_is_not() -> None:
    root = Path(__file__).resolve().parents[3]
    word = draft_mapping(root / "samples/boroughs/kestrelbrook-referral.docx", CATALOGUE, artefact="referral")
    assert 'each = "referred[1:] + others"' in word.text
    draft = draft_mapping(root / "samples/boroughs/thornmere-marf.pdf", CATALOGUE, artefact="referral")
    assert "{{ referred[0].name.family }}" in draft.text
    assert "{{ case.children[" not in draft.text
    assert load_mapping(draft.text.encode(), "draft.toml", CATALOGUE).lists["referred"]
