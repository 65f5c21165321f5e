from __future__ import annotations

import json
from datetime import date

import pytest
from domain_kit import LIBRARY
from jinja2 import StrictUndefined
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from forms.domain import presentation
from forms.domain.nodes import WITHHELD, Node
from forms.domain.presentation import Group, Rows, Shown, Style, complete, extend, group, printed, rows, shown

TODAY = date(2026, 11, 21)


def whole(small, data, **style):
    return complete(data, small.case, Style(**style))


def test_given_values_print_compare_and_test(small):
    case = whole(
        small, {"colour": "red", "born": "2015-05-03", "pets": [{"name": "Rex", "legs": 4, "tame": False}]}
    )
    assert str(case.colour) == "Deep red"
    assert case.colour == "red"
    assert case.colour != "blue"
    assert case.colour.code == "red"
    assert (str(case.born), case.born.iso, case.born.label) == ("3 May 2015", "2015-05-03", "Date of birth")
    rex = case.pets[0]
    assert (str(rex.legs), rex.legs == 4, bool(rex.legs)) == ("4", True, True)
    assert (str(rex.tame), rex.tame.given, bool(rex.tame), rex.tame.code) == ("No", True, False, False)
    assert bool(case)


@pytest.mark.parametrize(
    ("style", "colour", "remarks", "pets"),
    [
        ({}, "Not stated", "None", "Not stated"),
        ({"urgent": True}, "Not known at the time of writing", "None", "Not known at the time of writing"),
        ({"blank": True}, "", "", ""),
    ],
)
@pytest.mark.parametrize("data", [None, {}, {"colour": "", "remarks": " \n", "pets": []}])
def test_absent_values_print_what_the_schema_and_the_paper_say(small, data, style, colour, remarks, pets):
    case = whole(small, data, **style)
    assert (str(case.colour), str(case.remarks), str(case.pets)) == (colour, remarks, pets)
    assert (case.colour.state, case.colour.given, bool(case.colour), case.colour.iso, case.colour.code) == (
        "absent",
        False,
        False,
        "",
        "",
    )
    assert not case


@pytest.mark.parametrize(
    ("raw", "state", "text"),
    [
        ({"not_known": "He would not say"}, "not_known", "Not known: He would not say"),
        ({"not_known": ""}, "not_known", "Not known"),
        ({"not_applicable": True}, "not_applicable", "Not applicable"),
        (dict(WITHHELD), "withheld", "Withheld"),
    ],
)
def test_unknown_no_and_withheld_differ(small, raw, state, text):
    for name in ("colour", "born", "home", "who", "pets"):
        value = getattr(whole(small, {name: raw}, urgent=True), name)
        assert (str(value), value.state, value.given) == (text, state, True)
        assert value != "red"
    assert str(whole(small, {"colour": raw}).colour.lines) == text
    assert str(whole(small, {"home": raw}).home.postcode) == text


def test_a_list_that_is_withheld_has_a_row_that_says_so(small):
    case = whole(small, {"pets": dict(WITHHELD)})
    assert [str(pet.name) for pet in case.pets] == ["Withheld"]
    assert bool(case.pets)
    assert [str(pet.legs) for pet in whole(small, {"pets": [{"name": "Rex"}, dict(WITHHELD)]}).pets] == [
        "Not stated",
        "Withheld",
    ]


def test_names_and_addresses_have_parts(small):
    case = whole(
        small,
        {
            "who": {"title": "Ms", "given": "Robin Ann", "family": "Testcase"},
            "home": {"lines": ["Flat 4,", "1 Sample Street"], "postcode": "se10zz"},
        },
    )
    assert str(case.who) == "Ms Robin Ann Testcase"
    assert (str(case.who.title), str(case.who.first), str(case.who.family)) == ("Ms", "Robin Ann", "Testcase")
    assert case.who.given is True
    assert str(case.home) == "Flat 4, 1 Sample Street, SE1 0ZZ"
    assert case.home.lines == "Flat 4,\n1 Sample Street\nSE1 0ZZ"
    assert str(case.home.postcode) == "se10zz"
    empty = whole(small, {})
    assert (str(empty.who.family), empty.home.lines) == ("Not stated", "Not stated")
    assert str(whole(small, {"home": {"kind": "no_fixed_abode"}}).home) == "No fixed abode"


def test_lists_join_loop_and_contain(vocabulary):
    child = {"social_care_status": ["child_in_need", "early_help"]}
    case = complete({"children": [child, {}]}, vocabulary.case)
    status = case.children[0].social_care_status
    assert str(status) == "Child in need, Early help (Common Assessment Framework)"
    assert status.lines == "Child in need\nEarly help (Common Assessment Framework)"
    assert status.words == "Child in need and Early help (Common Assessment Framework)"
    assert "early_help" in status
    assert "closed" not in status
    assert len(case.children) == 2
    assert (str(case.children[1].social_care_status), bool(case.children[1].social_care_status)) == (
        "Not stated",
        False,
    )


def test_blank_forms_have_empty_rows(small):
    blank = whole(small, {}, blank=True)
    assert [str(pet.name) for pet in blank.pets] == ["", ""]
    assert not blank
    assert len(whole(small, {}, blank=True, rows={"/pets": 5}).pets) == 5
    filled = whole(small, {"pets": [{"name": "Rex"}]}, blank=True)
    assert [str(pet.name) for pet in filled.pets] == ["Rex", ""]
    assert len(whole(small, {"pets": [{"name": "Rex"}] * 3}, blank=True).pets) == 3
    assert str(filled.pets.lines) == "Rex"


@pytest.mark.parametrize(
    ("child", "born", "age"),
    [
        ({"date_of_birth": "2015-05-03"}, "3 May 2015 (age 11)", "11"),
        ({"date_of_birth": "2015-06"}, "June 2015 (age 11)", "11"),
        ({"date_of_birth": "2015"}, "2015 (age 10 or 11)", "10 or 11"),
        ({"date_of_birth": {"about": "2015"}}, "about 2015", "about 11"),
        ({"date_of_birth": "2026-04-21"}, "21 April 2026 (age 7 months)", "7 months"),
        ({"expected_delivery": "2027-05-03"}, "expected 3 May 2027", "Unborn"),
        ({"expected_delivery": "2026-10"}, "expected October 2026", "Not stated"),
        ({"age": 11}, "age 11", "11"),
        ({"age": "about 9"}, "age about 9", "about 9"),
        ({"date_of_birth": "2015-05-03", "age": 10}, "3 May 2015 (age 11)", "11"),
        ({"date_of_birth": {"not_known": "Not asked"}, "age": 10}, "age 10", "10"),
        ({"date_of_birth": {"not_known": "Not asked"}}, "Not known: Not asked", "Not known: Not asked"),
        ({}, "Not stated", "Not stated"),
        (dict(WITHHELD), "Withheld", "Withheld"),
        ({"date_of_birth": dict(WITHHELD)}, "Withheld", "Withheld"),
    ],
)
def test_children_have_a_birth_and_an_age(vocabulary, child, born, age):
    case = complete({"children": [child]}, vocabulary.case, Style(on=TODAY))
    assert (str(case.children[0].born), str(case.children[0].age)) == (born, age)


def test_without_a_day_no_age_is_told(vocabulary):
    case = complete({"children": [{"date_of_birth": "2015-05-03"}]}, vocabulary.case)
    assert (str(case.children[0].born), str(case.children[0].age)) == ("3 May 2015", "Not stated")


def test_every_property_of_the_vocabulary_can_be_used_in_an_empty_case(vocabulary):
    def use(value, node):
        str(value)
        if isinstance(value, Group):
            for name, below in node.properties.items():
                use(getattr(value, name), below)
        elif isinstance(value, Rows):
            for row in value:
                use(row, node.items)

    for style in (Style(), Style(blank=True), Style(urgent=True)):
        for data in (None, dict(WITHHELD)):
            use(complete(data, vocabulary.case, style), vocabulary.case)
            use(complete(data, vocabulary.profile, style), vocabulary.profile)


def test_groups_of_values_that_are_no_part_of_the_case():
    made = group(
        {"name": "Team A", "issued": TODAY, "draft": False, "fax": None, "person": group({"name": "B"})}
    )
    assert (str(made.name), str(made.issued), made.issued.iso) == ("Team A", "21 November 2026", "2026-11-21")
    assert made.draft is False
    assert (str(made.fax), made.fax.given, str(made.person.name)) == ("", False, "B")
    assert bool(made)
    assert not group({"name": None})
    assert (
        shown({"lines": ["1 Sample Street"], "postcode": "SE1 0ZZ"}, "address").lines
        == "1 Sample Street\nSE1 0ZZ"
    )
    assert str(shown({"given": "A", "family": "B"}, "name").family) == "B"
    assert str(shown(None, absent="Duty team")) == "Duty team"
    assert [str(row.label) for row in rows([group({"label": "x"})])] == ["x"]


def test_a_group_can_be_extended(small):
    base = whole(small, {"colour": "red"})
    more = extend(base, {"annex": rows([group({"label": "x"})])})
    assert (str(more.colour), len(more.annex)) == ("Deep red", 1)
    with pytest.raises(AttributeError):
        base.annex  # noqa: B018


def test_subtrees_print_as_labelled_lines(small):
    data = {
        "id": "x",
        "born": "2015-05-03",
        "pets": [{"name": "Rex", "legs": 4}, {"name": "Tom"}],
        "colour": {"not_known": "y"},
    }
    assert (
        printed(data, small.case)
        == "Date of birth: 3 May 2015\nPets: Name of the pet: Rex\nLegs: 4\n\nName of the pet: Tom"
    )


def test_nothing_escapes_into_a_template(small):
    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    case = whole(small, {"remarks": "<b>&", "pets": [{"name": "Rex"}], "colour": {"not_known": "<i>"}})

    def render(text):
        return environment.from_string(text).render(case=case)

    assert render("{{ case.remarks }}|{{ case.colour }}") == "&lt;b&gt;&amp;|Not known: &lt;i&gt;"
    assert render("{% for pet in case.pets %}{{ loop.index }} {{ pet.name }}{% endfor %}") == "1 Rex"
    assert render('{{ "yes" if case.remarks == "<b>&" else "no" }}{{ case["pets"]|length }}') == "yes1"
    assert render('{{ case.pets|join("; ") }}') == "Rex"
    for text in (
        "{{ case.nothing }}",
        "{{ case.remarks.nothing }}",
        "{{ case.pets[0].nothing }}",
        "{{ case.pets[7] }}",
    ):
        with pytest.raises(UndefinedError):
            render(text)
    for text in (
        "{{ case._data }}",
        "{{ case.__class__.__mro__ }}",
        "{{ case.remarks._raw }}",
        "{{ case.pets._node }}",
    ):
        with pytest.raises((UndefinedError, SecurityError)):
            render(text)
    for value in (case, case.remarks, case.pets):
        assert not hasattr(value, "__html__")
        assert "b>" not in repr(value)
        public = [name for name in dir(value) if not name.startswith("_")]
        assert [name for name in public if callable(getattr(value, name))] in ([], ["count", "index"])


def test_equality_is_of_the_value_not_of_the_print():
    assert shown(True) != 1
    assert shown(True) == True  # noqa: E712
    assert shown("a") == shown("a")
    assert shown("") != ""
    assert len({shown("a"), shown("a")}) == 1


def test_line_ends_are_newlines(small):
    assert str(whole(small, {"remarks": "a\r\nb\rc"}).remarks) == "a\nb\nc"


def test_prints_by_kind():
    kinds = {
        "time": ("9:05", "09:05"),
        "telephone": ("02079460123", "020 7946 0123"),
        "number": (12000, "12,000"),
        "date_time": ("2026-07-10T12:00:00Z", "10 July 2026 at 13:00"),
        "text": (7, "7"),
        "yes_no": (True, "Yes"),
    }
    for kind, (raw, text) in kinds.items():
        assert str(Shown(raw, Node("", prints=kind))) == text
    assert Shown("2026-07-10T23:30:00Z", Node("", prints="date_time")).iso == "2026-07-11"
    assert Shown("2015", Node("", prints="part_date")).iso == ""


def test_completing_is_lazy():
    case = json.loads((LIBRARY / "samples/check-notification/valid/full.json").read_text())
    made = []

    class Watching(dict):
        def get(self, key, default=None):
            made.append(key)
            return super().get(key, default)

    whole = complete(Watching(case), Node("", kind="object", properties={"offender": Node("", kind="object")}))
    assert made == []
    assert presentation.state_of(whole.offender) == "given"
    assert made == ["offender"]
