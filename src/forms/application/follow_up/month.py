"""A month in figures: asked, answered, how long it took, what is overdue; in all and by authority."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from forms.application.catalogue import Catalogue, open_catalogue
from forms.application.follow_up.matters import Matter, authority_code, matters
from forms.application.follow_up.register import open_ledger


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened in a month, and how things stood at its end.

    `asked`: papers first sent in the month. `answered`: answers that came in the month, to whatever was asked
    whenever; `median_days` is the median of the days that these took (calendar days from the first sending),
    None without one. `of_asked`: how many of those asked in the month were answered by its end. `chasers`:
    sent in the month. `outstanding` and `overdue` are at the end of the month: sent and not answered, and
    those of them whose rule wanted an answer by then. `not_sent`: made by then and not sent.
    """

    asked: int = 0
    answered: int = 0
    of_asked: int = 0
    median_days: float | None = None
    chasers: int = 0
    outstanding: int = 0
    overdue: int = 0
    not_sent: int = 0

    def as_json(self) -> dict[str, object]:
        """As `--json` prints it."""
        return {
            "asked": self.asked,
            "answered": self.answered,
            "of_asked": self.of_asked,
            "median_days": self.median_days,
            "chasers": self.chasers,
            "outstanding": self.outstanding,
            "overdue": self.overdue,
            "not_sent": self.not_sent,
        }


@dataclass(frozen=True, slots=True)
class Month:
    """The figures of a month; `until` is its last day, or the day up to which it was looked at.

    `authorities` are by the authority's name, "" for those without one, in alphabetical order.
    """

    year: int
    month: int
    until: date
    all: Figures
    authorities: dict[str, Figures]

    def as_json(self) -> dict[str, object]:
        """As `--json` prints it."""
        return {
            "year": self.year,
            "month": self.month,
            "until": self.until.isoformat(),
            "all": self.all.as_json(),
            "authorities": {name: figures.as_json() for name, figures in self.authorities.items()},
        }


def month(
    place: Path, year: int, month_number: int, catalogue: Catalogue | None = None, until: date | None = None
) -> Month:
    """Give the figures of a month.

    Args:
        place: The outbox, or the ledger's file.
        year: The year.
        month_number: The month, from 1.
        catalogue: The library, for rules and names of authorities.
        until: The day to stop at, where the month is not over; its last day if not given.

    Raises:
        InputError: There is no ledger.
        ValueError: There is no such month.
    """
    catalogue = catalogue or open_catalogue()
    first = date(year, month_number, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    until = min(until, last) if until else last
    with open_ledger(place) as ledger:
        found = matters(ledger, catalogue)
    groups: dict[str, list[Matter]] = defaultdict(list)
    for matter in found:
        authority = catalogue.authorities.by_code.get(authority_code(matter.document.key.recipient))
        groups[authority.name if authority else ""].append(matter)
    named = {name: _figures(groups[name], first, until) for name in sorted(groups)}
    shown = {name: figures for name, figures in named.items() if figures != Figures()}
    return Month(year, month_number, until, _figures(found, first, until), shown)


def _figures(found: Iterable[Matter], first: date, until: date) -> Figures:
    some = list(found)
    asked = [one for one in some if one.sent and first <= one.sent <= until]
    answered = [one for one in some if one.answered and first <= one.answered <= until]
    days = [(one.answered - one.sent).days for one in answered if one.answered and one.sent]
    outstanding = [one for one in some if one.sent and one.sent <= until and not _closed(one, until)]
    return Figures(
        asked=len(asked),
        answered=len(answered),
        of_asked=sum(one.answered is not None and one.answered <= until for one in asked),
        median_days=median(days) if days else None,
        chasers=sum(
            chaser.sent is not None and first <= chaser.sent <= until for one in some for chaser in one.chasers
        ),
        outstanding=len(outstanding),
        overdue=sum(one.reply_due is not None and one.reply_due <= until for one in outstanding),
        not_sent=sum(_unsent(one, until) for one in some),
    )


def _closed(matter: Matter, day: date) -> bool:
    return matter.closed is not None and matter.closed <= day


def _unsent(matter: Matter, day: date) -> bool:
    made = matter.issues[0].issued <= day
    return made and (matter.sent is None or matter.sent > day) and not _closed(matter, day)


__all__ = ["Figures", "Month", "month"]
