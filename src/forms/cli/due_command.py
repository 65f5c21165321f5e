"""`forms due`: what is to be done by when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as day_type
from datetime import datetime, timedelta
from pathlib import Path

import click

from forms import Due, agenda, open_catalogue, write_calendar
from forms.cli.options import DAY, json_option, library_option
from forms.cli.report import show_json, show_problems
from forms.cli.tables import show_csv, show_table

COLUMNS = (
    "due", "kind", "what", "reference", "artefact", "authority", "practitioner", "sent", "attempt", "escalates",
    "uid",
)  # fmt: skip
HEADINGS = ("Due", "", "Reference", "Authority", "What", "Chaser")


@click.command("due")
@click.argument("place", metavar="[OUTBOX]", type=click.Path(path_type=Path), default=".")
@click.option("--on", type=DAY, help="The day to look at; today if not given.")
@click.option(
    "--days", type=click.IntRange(0), default=7, show_default=True, help="Also what is due so many days later."
)
@click.option("--all", "everything", is_flag=True, help="Everything, however far ahead.")
@click.option("--ics", type=click.Path(path_type=Path), help="Write everything to this calendar file as well.")
@click.option("--csv", "as_csv", is_flag=True, help="Print as CSV.")
@click.option(
    "--profile",
    type=click.Path(path_type=Path),
    help="Your organisation's profile; the library's if not given.",
)
@library_option
@json_option
def command(
    place: Path,
    on: datetime | None,
    days: int,
    everything: bool,
    ics: Path | None,
    as_csv: bool,
    profile: Path | None,
    library: Path | None,
    as_json: bool,
) -> int:
    """Show what is overdue and what is due in the next days under the deadline rules.

    OUTBOX is the folder of `forms bulk` or a ledger's file: papers to send, and papers to ask for again. It
    may also be cases, in any form that `forms bulk` reads: the deadlines of the papers that they hold. Working
    days are those of England and Wales, with bank holidays.

    The calendar file is for Outlook and others. Write it again to the same name: entries are brought up to
    date, and those that were answered are cancelled.

    \b
    Examples:
      forms due outbox
      forms due outbox --days 14 --ics deadlines.ics
      forms due case.json --all
    """
    today = on.date() if on else day_type.today()
    found = agenda(place, open_catalogue(library, profile))
    items = [one for one in found.items if everything or one.day <= today + timedelta(days=days)]
    show_problems(found.problems)
    if ics:
        write_calendar(found, today, ics)
    if as_json:
        show_json([_row(item, today) for item in items])
    elif as_csv:
        show_csv([_row(item, today) for item in items], (*COLUMNS, "standing"))
    else:
        _table(items, today)
    return 1 if any(problem.severity == "error" for problem in found.problems) else 0


def _row(item: Due, today: day_type) -> dict[str, object]:
    return {**item.as_json(), "standing": _standing(item, today) or "coming"}


def _table(items: Sequence[Due], today: day_type) -> None:
    rows = [
        (
            item.day.isoformat(),
            _standing(item, today),
            item.reference,
            item.authority,
            item.what,
            f"{item.attempt}{', line manager' if item.escalates else ''}" if item.attempt else "",
        )
        for item in items
    ]
    if rows:
        show_table(HEADINGS, rows, words=len(HEADINGS))
        click.echo()
    overdue = sum(item.overdue_on(today) for item in items)
    now = sum(item.day == today for item in items)
    later = len(items) - overdue - now
    click.echo(f"{overdue} overdue, {now} due on {today.isoformat()}, {later} later")


def _standing(item: Due, today: day_type) -> str:
    return "overdue" if item.overdue_on(today) else "today" if item.day == today else ""
