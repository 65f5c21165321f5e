"""Which support organisations a paper lists, from the directory that a force keeps."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from forms.foundation.problems import Place, Problem

DIRECTORY = "support-organisations"
SOURCE = f"directories/{DIRECTORY}.json"
PROFESSIONAL = "professional"
STALE_AFTER = timedelta(days=183)
EVERYWHERE = ("uk", "england", "wales")

Organisation = Mapping[str, Any]


def choose(
    directory: Mapping[str, Any], audiences: Collection[str], region: str, on: date, *, own_line: bool = False
) -> tuple[list[dict[str, Any]], tuple[Problem, ...]]:
    """Choose the organisations to print, and say what is wrong with the directory.

    Args:
        directory: `directories/support-organisations.json`.
        audiences: Whom they are for; all but professionals if empty.
        region: The force's region; organisations of the whole country are always listed.
        on: The day of issue, for telling which entries were checked too long ago.
        own_line: Whether the force's profile has a crisis line of its own.

    Returns:
        The entries, what isn't known left out; and problems: an error where there is no crisis line that
        answers day and night, a warning for each entry not checked in the last six months.
    """
    chosen = [
        entry
        for entry in directory["organisations"]
        if _printed(entry) and _serves(entry, audiences) and _near(entry, region)
    ]
    crisis = [] if own_line else _crisis_problems(chosen)
    problems = [*crisis, *_stale_problems(directory["organisations"], chosen, on)]
    return [_known(entry) for entry in chosen], tuple(problems)


def _printed(entry: Organisation) -> bool:
    return bool(entry.get("active", True) and entry.get("in_pack", True))


def _serves(entry: Organisation, audiences: Collection[str]) -> bool:
    """Whether an entry is for these readers; who answers in an emergency is for everyone."""
    if entry.get("crisis_24h") or entry.get("emergency"):
        return True
    wanted = set(audiences) or set(entry["audiences"]) - {PROFESSIONAL}
    return bool(wanted & set(entry["audiences"]))


def _near(entry: Organisation, region: str) -> bool:
    regions = {name.casefold() for name in entry.get("regions", EVERYWHERE)}
    return bool(regions & {*EVERYWHERE, region.casefold()})


def _known(entry: Organisation) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value is not None}


def _crisis_problems(chosen: Sequence[Organisation]) -> list[Problem]:
    if any(
        entry.get("crisis_24h") and not entry.get("emergency") and entry.get("telephone") for entry in chosen
    ):
        return []
    return [
        Problem(
            "error",
            "no-crisis-number",
            "The directory has no crisis line that answers day and night",
            "Enter one with its telephone number (crisis_24h), and check the number",
            Place(SOURCE, "/organisations", "Support organisations"),
        )
    ]


def _stale_problems(entries: Sequence[Organisation], chosen: Sequence[Organisation], on: date) -> list[Problem]:
    return [
        Problem(
            "warning",
            "entry-not-checked",
            f"The entry for {entry['name']} was not checked in the last six months",
            "Check its number and what it offers, then put the date into last_checked",
            Place(SOURCE, f"/organisations/{entries.index(entry)}/last_checked", "Support organisations"),
        )
        for entry in chosen
        if not entry.get("last_checked") or on - date.fromisoformat(entry["last_checked"]) > STALE_AFTER
    ]
