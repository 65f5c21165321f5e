"""`forms report`: a month on one page."""

from __future__ import annotations

from datetime import date as day_type
from datetime import datetime
from pathlib import Path

import click

from forms import Figures, month, open_catalogue, write_report
from forms.cli.options import DAY, json_option, library_option
from forms.cli.report import show_json
from forms.cli.tables import show_table

HEADINGS = ("Authority", "Asked", "Answered", "Days", "Waiting", "Overdue")


@click.command("report")
@click.argument("place", metavar="[OUTBOX]", type=click.Path(path_type=Path), default=".")
@click.option(
    "--month",
    "which",
    type=click.DateTime(["%Y-%m"]),
    help="The month, as 2026-11; the last one that is over if not given.",
)
@click.option("--on", type=DAY, help="The day it is made; today if not given.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder to write to; made if missing.")
@click.option(
    "--profile",
    type=click.Path(path_type=Path),
    help="Your organisation's profile; the library's if not given.",
)
@library_option
@json_option
def command(
    place: Path,
    which: datetime | None,
    on: datetime | None,
    output: Path | None,
    profile: Path | None,
    library: Path | None,
    as_json: bool,
) -> None:
    """Say on one page what was asked in a month, what was answered, how fast, and what is overdue.

    OUTBOX is the folder of `forms bulk`, or a ledger's file; this folder if not given. The page, in Word and as
    PDF, has a table of all authorities with a bar for each. It names nobody. Without -o the table is printed
    here. "Days" is the median of the days that answers took.

    \b
    Examples:
      forms report outbox --month 2026-11 -o reports
      forms report outbox --json
    """
    today = on.date() if on else day_type.today()
    year, number = (which.year, which.month) if which else _last_over(today)
    if (year, number) > (today.year, today.month):
        raise click.BadParameter("this month has not begun yet", param_hint="--month")
    catalogue = open_catalogue(library, profile)
    found = month(place, year, number, catalogue, until=today)
    if output is not None:
        for path in write_report(found, output, catalogue, today):
            click.echo(path, err=as_json)
    if as_json:
        show_json(found.as_json())
    elif output is None:
        rows = [_row(name or "(by hand)", figures) for name, figures in found.authorities.items()]
        show_table(HEADINGS, [*rows, _row("All", found.all)], words=1)


def _row(name: str, figures: Figures) -> tuple[str, ...]:
    days = "" if figures.median_days is None else f"{figures.median_days:g}"
    asked = (str(figures.asked), str(figures.answered), days, str(figures.outstanding), str(figures.overdue))
    return (name, *asked)


def _last_over(today: day_type) -> tuple[int, int]:
    """Give the last month that is over, as year and month."""
    return (today.year - 1, 12) if today.month == 1 else (today.year, today.month - 1)
