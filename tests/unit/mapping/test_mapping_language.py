"""What a mapping's expression prints is what a template's prints, and dates are as the form wants them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateError

import forms
from forms.application.mapping import language
from forms.application.mapping.language import DATES, NOTES, write_date
from forms.domain.presentation import Style, complete, shown
from forms.formats.word.values import ValueRefusedError, text_of

NODE = forms.open_catalogue().vocabulary.case
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)
UNKNOWN = st.builds(lambda why: {"not_known": why}, TEXT) | st.just({"not_applicable": True})
DAY = st.dates(date(1900, 1, 1), date(2030, 12, 31)).map(date.isoformat)
VALUES = {
    "first_language": TEXT | UNKNOWN | st.none(),
    "date_of_birth": DAY | DAY.map(lambda day: day[:7]) | DAY.map(lambda day: {"about": day[:4]}) | UNKNOWN,
    "gender": st.sampled_from(["girl", "boy", "other"]) | UNKNOWN | st.none(),
    "known_to_social_care": st.booleans() | UNKNOWN | st.none(),
    "name": st.fixed_dictionaries({}, optional={"given": TEXT, "family": TEXT}) | UNKNOWN,
}


def context(child: dict[str, object]) -> dict[str, object]:
    kept = {key: value for key, value in child.items() if value is not None}
    return {"case": complete({"children": [kept]}, NODE, Style(on=date(2026, 11, 21)))}


@given(st.sampled_from(sorted(VALUES)), st.data())
def test_a_value_prints_as_in_a_template(name: str, data: st.DataObject) -> None:
    names = context({name: data.draw(VALUES[name])})
    rendered = language.compile_text(f"{{{{ case.children[0].{name} }}}}")(names)
    assert rendered == text_of(getattr(names["case"].children[0], name))


@given(DAY, st.sampled_from(["dd/mm/yyyy", "d.m.yy", "d mmmm yyyy", "dd-mm-yyyy", "yyyymmdd"]))
def test_a_whole_date_is_written_in_the_forms_own_way(day: str, pattern: str) -> None:
    year, month, number = day.split("-")
    text, lost = write_date(shown(date.fromisoformat(day)), pattern)
    assert lost == ""
    names = text_of(shown(date.fromisoformat(day))).split()
    expected = {
        "dd/mm/yyyy": f"{number}/{month}/{year}",
        "d.m.yy": f"{int(number)}.{int(month)}.{year[2:]}",
        "d mmmm yyyy": " ".join(names),
        "dd-mm-yyyy": f"{number}-{month}-{year}",
        "yyyymmdd": f"{year}{month}{number}",
    }
    assert text == expected[pattern]


@pytest.mark.parametrize(
    ("birth", "pattern", "text", "lost"),
    [
        ("2017-09-23", "dd", "23", ""),
        ("2017-09", "dd/mm/yyyy", "September 2017", ""),
        ("2017-09", "mm", "09", ""),
        ("2017", "dd", "", "the date, as its day is not known"),
        ({"about": "2017"}, "yyyy", "2017", "“about”"),
        ({"about": "2017"}, "dd/mm/yyyy", "about 2017", ""),
        ({"not_known": "Not asked"}, "dd/mm/yyyy", "Not known: Not asked", ""),
        ({"not_known": "Not asked"}, "dd", "", "what is said instead of a date"),
    ],
)
def test_a_date_is_written_as_far_as_it_is_known(birth: object, pattern: str, text: str, lost: str) -> None:
    names = context({"date_of_birth": birth})
    notes: list[str] = []
    rendered = language.compile_text("{{ case.children[0].date_of_birth }}")
    assert rendered({**names, DATES: (pattern, True), NOTES: notes}) == text
    assert notes == ([lost] if lost else [])


def test_the_forms_way_of_writing_dates_leaves_texts_alone() -> None:
    names = context({"first_language": "2017-09-23"})
    rendered = language.compile_text("{{ case.children[0].first_language }}")
    assert rendered({**names, DATES: ("dd/mm/yyyy", False), NOTES: []}) == "2017-09-23"


ADDRESS = {"lines": ["Flat 4, Placeholder Court", "27 Invented Road", "London"], "postcode": "SE1 0ZZ"}


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("address | street", "Flat 4, Placeholder Court\n27 Invented Road\nLondon"),
        ("address | street | line(1)", "Flat 4, Placeholder Court"),
        ("address | street | lines_from(2)", "27 Invented Road, London"),
        ("address | line(4)", "SE1 0ZZ"),
        ("address | line(5)", ""),
        ("address.postcode", "SE1 0ZZ"),
        ("name.first", "Zoë"),
        ("name.family", ""),
    ],
)
def test_parts_of_values_stand_alone(expression: str, text: str) -> None:
    names = context({"address": ADDRESS, "name": {"given": "Zoë"}})
    assert language.compile_text(f"{{{{ case.children[0].{expression} }}}}")(names) == text


def test_what_a_list_has_not_is_empty() -> None:
    names = context({"name": {"given": "Zoë"}})
    for expression in (
        "case.children[3].name.first",
        "(case.adults | selectattr('carer') | list)[1].name",
        "(case.adults | selectattr('carer') | first).name",
        "(case.adults | first).name",
    ):
        assert language.compile_text(f"{{{{ {expression} }}}}")(names) == ""


@pytest.mark.parametrize(
    "written",
    ["{{ case.chidren }}", "{{ case.children[0].nam }}", "{{ case.children[3].nam }}", "{{ nobody }}"],
)
def test_a_name_that_does_not_exist_is_an_error(written: str) -> None:
    with pytest.raises(TemplateError):
        language.compile_text(written)(context({"name": {"given": "Zoë"}}))


@pytest.mark.parametrize(
    "written", ["{{ case.__class__ }}", "{{ ''.__class__.__mro__ }}", "{{ case.children.append(1) }}"]
)
def test_nothing_else_can_be_reached(written: str) -> None:
    with pytest.raises((TemplateError, ValueRefusedError)):
        language.compile_text(written)(context({"name": {"given": "Zoë"}}))
