"""When something is due: rules as data, working days of England and Wales with their bank holidays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from forms.domain.bank_holidays import bank_holidays
from forms.foundation.errors import ArtefactError
from forms.foundation.problems import Place, Problem

Unit = Literal["working_days", "calendar_days", "weeks", "months"]

_OVERRIDES = ("amount", "unit", "direction")


class Rule(Struct, frozen=True):
    """A rule of `directories/deadlines.json`.

    `earlier`: where days may be counted in more than one way, the earlier day counts. `counted_from` and
    `source` are words for people. `repeat`: again and again until there is an answer.
    """

    id: str
    what: str
    amount: int
    unit: Unit
    before: bool
    earlier: bool = False
    repeat: bool = False
    counted_from: str = ""
    source: str = ""
    authorities: Mapping[str, Mapping[str, Any]] | None = None

    def for_authority(self, code: str) -> Rule:
        """Give the rule as it is in an authority (by ONS code), where that has its own."""
        own = (self.authorities or {}).get(code)
        return _overridden(self, own) if own else self


def load_rules(
    directory: Mapping[str, Any], overrides: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, Rule]:
    """Read the rules of a directory (checked before against its schema), with the profile's own laid over.

    Args:
        directory: `directories/deadlines.json`.
        overrides: The profile's `deadlines`: by rule id, another amount, unit or direction.

    Raises:
        ArtefactError: If the profile changes a rule that does not exist.
    """
    rules = {}
    for item in directory["rules"]:
        rule = Rule(
            id=item["id"],
            what=item["what"],
            amount=item["amount"],
            unit=item["unit"],
            before=item["direction"] == "before",
            earlier=item.get("in_doubt") == "earlier",
            repeat=item.get("repeat", False),
            counted_from=item["from"],
            source=item["source"],
            authorities=item.get("authorities"),
        )
        rules[rule.id] = rule
    for name, own in (overrides or {}).items():
        if name not in rules:
            raise ArtefactError(
                Problem(
                    "error",
                    "unknown-deadline",
                    f"The profile changes a deadline rule that does not exist: {name}",
                    "The rules are " + ", ".join(rules),
                    Place("", "/deadlines"),
                )
            )
        rules[name] = _overridden(rules[name], own)
    return rules


def due(rule: Rule, base: date) -> date:
    """Give the day on which something is due.

    Args:
        rule: The rule.
        base: The day it counts from, which is itself not counted.
    """
    sign = -1 if rule.before else 1
    if rule.unit == "working_days":
        return add_working_days(base, sign * rule.amount)
    if rule.unit == "months":
        day = _add_months(base, sign * rule.amount)
    else:
        day = base + timedelta(days=sign * rule.amount * (7 if rule.unit == "weeks" else 1))
    while rule.earlier and day != base and not is_working_day(day):
        day -= timedelta(days=1)
    return day


def add_working_days(day: date, amount: int) -> date:
    """Give the day that lies an amount of working days after another (before it, if negative)."""
    step = timedelta(days=1 if amount > 0 else -1)
    for _ in range(abs(amount)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def is_working_day(day: date) -> bool:
    """Tell whether a day is a working day in England and Wales."""
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def _add_months(day: date, amount: int) -> date:
    """Give the same day of another month, or its last day where it is shorter."""
    from calendar import monthrange  # takes long to import

    months = day.year * 12 + day.month - 1 + amount
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _overridden(rule: Rule, own: Mapping[str, Any]) -> Rule:
    changes: dict[str, Any] = {key: own[key] for key in _OVERRIDES if key in own}
    if "direction" in changes:
        changes["before"] = changes.pop("direction") == "before"
    return replace(rule, **changes)
