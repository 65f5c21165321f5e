"""Cells become values; what could mean two things is refused."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from forms import open_catalogue
from forms.application.sources.cells import CellProblem, convert, date_order


def node(pointer: str):
    found = open_catalogue().vocabulary.case.at(pointer.split("/")[1:])
    assert found is not None
    return found


BIRTH, SENTENCED = node("/offender/date_of_birth"), node("/sentence/sentence_date")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2026-11-21", "2026-11-21"), ("21/11/2026", "2026-11-21"), ("3.3.2026", "2026-03-03"),
        ("21 November 2026", "2026-11-21"), ("1st Sept 2026", "2026-09-01"), ("21-Nov-2026", "2026-11-21"),
        (datetime(2026, 4, 3), "2026-04-03"), (date(2026, 4, 3), "2026-04-03"),
        ("2026-11-21 00:00:00", "2026-11-21"),
        ("nonsense", "nonsense"), ("31/02/2026", "2026-02-31"),
    ],
)  # fmt: skip
def test_dates(cell: object, value: str) -> None:
    assert convert(SENTENCED, cell, "") == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1989", "1989"), (1989, "1989"), ("04/2001", "2001-04"), ("April 2001", "2001-04"),
        ("about 1989", {"about": "1989"}), ("not known: refused", {"not_known": "refused"}),
        ("N/A", {"not_applicable": True}),
    ],
)  # fmt: skip
def test_part_dates(cell: object, value: object) -> None:
    assert convert(BIRTH, cell, "") == value


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("03/04/2026", "ambiguous-date"),
        ("03/04/89", "short-year"),
        (45000, "date-as-number"),
        ("#REF!", "cell-error"),
    ],
)
def test_doubtful_dates_are_refused(cell: object, code: str) -> None:
    with pytest.raises(CellProblem) as caught:
        convert(SENTENCED, cell, "")
    assert caught.value.code == code


def test_a_column_shows_how_it_writes_dates() -> None:
    assert date_order(["03/04/2026", "13/04/2026"]) == "day-first"
    assert date_order(["03/04/2026", "04/13/2026"]) == "month-first"
    assert date_order(["13/04/2026", "04/13/2026"]) == ""
    assert convert(SENTENCED, "03/04/2026", "day-first") == "2026-04-03"
    assert convert(SENTENCED, "03/04/2026", "month-first") == "2026-03-04"


@pytest.mark.parametrize(
    ("pointer", "cell", "value"),
    [
        ("/offender/name", "Dale Example", {"given": "Dale", "family": "Example"}),
        ("/offender/name", "Example, Mr Dale", {"title": "Mr", "given": "Dale", "family": "Example"}),
        ("/offender/name", "Cher", {"given": "Cher"}),
        ("/offender/home_address", "2 Made Road, London SE1 0ZZ",
         {"lines": ["2 Made Road", "London"], "postcode": "SE1 0ZZ"}),
        ("/offender/home_address", "NFA", {"kind": "no_fixed_abode"}),
        ("/offender/interpreter_needed", "Yes", True),
        ("/offender/status", "in the community", "in_the_community"),
        ("/offender/aliases", "Dizzy; Dale S", ["Dizzy", "Dale S"]),
        ("/children/0/gender", "Girl", "girl"),
        ("/children/0/age", 7, 7),
        ("/children/0/age", "about 9", "about 9"),
        ("/reference", 123456.0, "123456"),
    ],
)  # fmt: skip
def test_other_values(pointer: str, cell: object, value: object) -> None:
    assert convert(node(pointer), cell, "") == value


def test_a_telephone_number_without_its_zero_is_refused() -> None:
    with pytest.raises(CellProblem):
        convert(node("/offender/telephone"), 7700900110, "")
