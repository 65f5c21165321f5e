"""The bank holidays that are written down are those of the library."""

from datetime import date

import pytest

from forms.domain.bank_holidays import _KNOWN, bank_holidays, from_library


@pytest.mark.parametrize("year", [*_KNOWN, 2019, 2041])
def test_the_days_of_a_year_are_the_librarys(year):
    assert bank_holidays(year) == from_library(year)


def test_days_that_anyone_can_look_up():
    assert date(2026, 12, 28) in bank_holidays(2026), "Boxing Day falls on a Saturday"
    assert date(2022, 9, 19) in bank_holidays(2022), "the late Queen's funeral"
    assert date(2026, 11, 30) not in bank_holidays(2026), "St Andrew's Day is Scotland's"
