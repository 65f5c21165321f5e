from __future__ import annotations

from datetime import date, timedelta

import pytest
from domain_kit import read_json
from hypothesis import given
from hypothesis import strategies as st

from forms.domain.deadlines import Rule, add_working_days, due, is_working_day, load_rules
from forms.foundation.errors import ArtefactError

RULES = load_rules(read_json("directories/deadlines.json"))
days = st.dates(date(2000, 1, 1), date(2050, 1, 1))


@pytest.mark.parametrize(
    ("rule", "base", "day"),
    [
        ("referral-telephone", "2026-11-21", "2026-11-21"),
        ("referral-follow-up", "2026-11-20", "2026-11-25"),
        ("referral-follow-up", "2026-12-23", "2026-12-30"),  # Christmas Day, the weekend, Boxing Day in lieu
        ("conference-report", "2026-12-03", "2026-11-30"),
        ("conference-report", "2026-04-08", "2026-04-01"),  # Good Friday and Easter Monday
        ("conference-record", "2026-12-04", "2026-12-07"),
        ("formal-dissent", "2026-11-02", "2026-12-01"),
        ("release-notification", "2026-11-21", "2026-10-10"),
        ("after-expiry", "2026-08-31", "2027-02-28"),
        ("intelligence-high", "2026-11-21", "2026-11-28"),
    ],
)
def test_the_rules_of_the_procedure(rule, base, day):
    assert due(RULES[rule], date.fromisoformat(base)) == date.fromisoformat(day)


def test_the_profile_may_count_otherwise_and_in_doubt_the_earlier_day_counts():
    rules = load_rules(
        read_json("directories/deadlines.json"),
        {"conference-report": {"unit": "calendar_days"}, "referral-follow-up": {"amount": 1}},
    )
    assert due(rules["conference-report"], date(2026, 12, 3)) == date(2026, 11, 30)
    assert due(rules["conference-report"], date(2026, 12, 2)) == date(2026, 11, 27), "Sunday: the Friday before"
    assert due(rules["referral-follow-up"], date(2026, 11, 20)) == date(2026, 11, 23)
    assert RULES["referral-follow-up"].amount == 3


def test_a_rule_that_is_not_there_cannot_be_changed():
    with pytest.raises(ArtefactError):
        load_rules(read_json("directories/deadlines.json"), {"no-such-rule": {"amount": 1}})


def test_an_authority_may_have_its_own():
    rule = Rule(
        "r", "what", 3, "working_days", False, authorities={"E09000012": {"amount": 1, "direction": "before"}}
    )
    assert due(rule.for_authority("E09000012"), date(2026, 11, 25)) == date(2026, 11, 24)
    assert rule.for_authority("E09000001") == rule


@given(days, st.integers(-40, 40))
def test_working_days_are_working_days_and_counted(day, amount):
    other = add_working_days(day, amount)
    if amount == 0:
        assert other == day
        return
    assert is_working_day(other)
    step = 1 if amount > 0 else -1
    between = (day + timedelta(days=step * number) for number in range(1, abs((other - day).days) + 1))
    assert sum(map(is_working_day, between)) == abs(amount)


@given(days, st.integers(0, 24))
def test_months_stay_inside_their_month(day, amount):
    other = due(Rule("r", "what", amount, "months", False), day)
    assert (other.year * 12 + other.month) - (day.year * 12 + day.month) == amount
    assert other.day <= day.day
