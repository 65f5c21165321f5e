from __future__ import annotations

from datetime import date

import pytest

from forms.domain.case import Case

TODAY = date(2026, 11, 21)
PLAIN = {"reference": "X123456"}


def warnings(vocabulary, data):
    found = vocabulary.check_oddities(Case({**PLAIN, **data}, "case.json"), TODAY)
    assert all(problem.severity == "warning" for problem in found)
    return [(problem.code, problem.place.pointer) for problem in found]


@pytest.mark.parametrize(
    ("data", "code", "pointer"),
    [
        ({"reference": "42/X/2026"}, "crn-shape", "/reference"),
        ({"offender": {"date_of_birth": "2027-01-01"}}, "in-the-future", "/offender/date_of_birth"),
        (
            {"offender": {"home_address": {"lines": ["1 Sample Street"], "postcode": "SE1"}}},
            "postcode-shape",
            "/offender/home_address/postcode",
        ),
        ({"children": [{"date_of_birth": "2008-11-21"}]}, "over-18", "/children/0/date_of_birth"),
        ({"children": [{"age": 18}]}, "over-18", "/children/0/age"),
        ({"children": [{"expected_delivery": "2026-10"}]}, "birth-passed", "/children/0/expected_delivery"),
        ({"offender": {"status": {"not_known": " "}}}, "no-reason", "/offender/status"),
        ({"offender": {"name": {"not_known": ""}}}, "no-reason", "/offender/name"),
        (
            {"sentence": {"sentence_date": "2026-05-18", "release_date": "2026-05-17"}},
            "date-order",
            "/sentence/release_date",
        ),
        (
            {"sentence": {"release_date": "2026-05-18", "expiry_date": "2026-05-17"}},
            "date-order",
            "/sentence/expiry_date",
        ),
    ],
)
def test_oddities_are_warnings(vocabulary, data, code, pointer):
    assert warnings(vocabulary, data) == [(code, pointer)]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"offender": {"home_address": {"lines": ["1 Sample Street"], "postcode": "se1 0zz"}}},
        {"offender": {"home_address": {"kind": "no_fixed_abode"}, "date_of_birth": {"about": "1980"}}},
        {
            "children": [
                {"date_of_birth": "2008-11-22"},
                {"expected_delivery": "2027-03"},
                {"age": 17},
                {"age": "7 months"},
            ]
        },
        {"children": [{"date_of_birth": "2026"}, {"date_of_birth": "2008"}]},
        {
            "sentence": {
                "sentence_date": "2026-05-18",
                "release_date": "2026-05-18",
                "expiry_date": {"not_known": "asked"},
            }
        },
        {"offender": {"status": {"not_known": "Not asked yet"}, "telephone": {"not_applicable": True}}},
    ],
)
def test_real_life_is_no_oddity(vocabulary, data):
    assert warnings(vocabulary, data) == []


def test_what_the_schema_refuses_is_passed_over(vocabulary):
    assert warnings(vocabulary, {"children": 3, "offender": {"date_of_birth": 7, "home_address": []}}) == []
