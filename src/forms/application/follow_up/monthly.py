"""The monthly report: one page with what was asked, what was answered and what is overdue, and a chart."""

from __future__ import annotations

from calendar import month_name
from datetime import date
from pathlib import Path
from typing import NamedTuple

from forms.application.catalogue import Catalogue
from forms.application.follow_up.month import Figures, Month
from forms.application.output import write_documents
from forms.application.records import Record, make_record
from forms.domain.presentation import Group, extend, group, rows
from forms.domain.wording import date_words

TEMPLATE = "monthly-report.docx"
TITLE = "Enquiries to children’s social care"
_LONGEST = 34
"""No-break spaces in the longest bar: as many as its column is wide."""
_NONE = "–"
_HOW = (
    "Asked: first sent in the month. Answered: in the month, whenever sent. Days: half of these answers took "
    "no longer. Waiting and overdue: on {until}."
)


class _File(NamedTuple):
    name: str
    data: bytes


def monthly_report(month: Month, catalogue: Catalogue, issued: date) -> Record:
    """Make the report of a month.

    Args:
        month: Its figures.
        catalogue: The library, for template, profile and house style.
        issued: The day it is made on.
    """
    name = f"{month_name[month.month]} {month.year}"
    values = {
        "month": group(
            {
                "summary": _summary(month, name),
                "how": _HOW.format(until=date_words(month.until.isoformat())),
                "all": _shown(month.all),
                "authorities": rows(_authorities(month)),
            }
        )
    }
    return make_record(TEMPLATE, TITLE, name, issued, values, catalogue)


def write_report(month: Month, folder: Path, catalogue: Catalogue, issued: date) -> tuple[Path, Path]:
    """Write the report as DOCX and PDF, both or neither; give the files.

    Args:
        month: Its figures.
        folder: Made if missing.
        catalogue: As for `monthly_report`.
        issued: The day it is made on.

    Raises:
        OutputError: The folder cannot be written to.
    """
    record = monthly_report(month, catalogue, issued)
    stem = f"monthly-report_{month.year}-{month.month:02}"
    both = (_File(f"{stem}.docx", record.docx()), _File(f"{stem}.pdf", record.pdf()))
    word, pdf = write_documents(both, folder)
    return word, pdf


def _summary(month: Month, name: str) -> str:
    figures = month.all
    if figures == Figures():
        return f"In {name} nothing was asked, and nothing waits for an answer."
    asked = _counted(figures.asked, "paper", "papers")
    answered = _counted(figures.answered, "answer", "answers")
    waiting = "Nothing waits"
    if figures.outstanding:
        waiting = f"{figures.outstanding} still wait, {figures.overdue or 'none'} overdue"
    return f"In {name}, {asked} went out and {answered} came. {waiting}."


def _authorities(month: Month) -> list[Group]:
    most = max((figures.answered + figures.outstanding for figures in month.authorities.values()), default=0)
    return [
        extend(_shown(figures, name or "By hand, no authority"), {"bar": _bar(figures, most)})
        for name, figures in month.authorities.items()
    ]


def _shown(figures: Figures, name: str = "") -> Group:
    return group(
        {
            "name": name,
            "asked": str(figures.asked),
            "answered": str(figures.answered),
            "median": _days(figures.median_days) if not name else _number(figures.median_days),
            "chasers": str(figures.chasers),
            "outstanding": str(figures.outstanding),
            "overdue": str(figures.overdue),
            "not_sent": str(figures.not_sent) if figures.not_sent else "",
        }
    )


def _bar(figures: Figures, most: int) -> Group:
    """Give the bar's parts as no-break spaces, which the template shades and a screen reader passes over."""
    parts = {
        "answered": figures.answered,
        "waiting": figures.outstanding - figures.overdue,
        "overdue": figures.overdue,
    }
    return extend(group({}), {name: "\u00a0" * _width(value, most) for name, value in parts.items()})


def _width(value: int, most: int) -> int:
    """How many spaces stand for a figure; what is there is never too short to be seen."""
    return max(1, round(value * _LONGEST / most)) if value else 0


def _days(days: float | None) -> str:
    if days is None:
        return "No answer came"
    return "1 day" if days == 1 else f"{_number(days)} days"


def _number(days: float | None) -> str:
    return _NONE if days is None else f"{days:g}"


def _counted(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
