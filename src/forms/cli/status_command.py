"""`forms status`: what is outstanding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path

import click

from forms import Outstanding, open_catalogue, status
from forms.cli.options import DAY, json_option, library_option
from forms.cli.report import count, show_json
from forms.cli.tables import show_csv, show_table

AGES = ((1, "today"), (8, "1–7 days"), (29, "8–28 days"))
OLDER = "older"
GROUPS = {"authority": "(no authority)", "practitioner": "(not given)"}


@click.command("status")
@click.argument("place", metavar="[OUTBOX]", type=click.Path(path_type=Path), default=".")
@click.option(
    "--on",
    "--date",
    "date",
    type=DAY,
    help="Count ages to this day; today if not given.",
)
@click.option("--older-than", type=click.IntRange(0), help="Only what is more days old than this.")
@click.option(
    "--by", type=click.Choice(list(GROUPS)), help="One table by this; without it, one by each that is known."
)
@click.option("--csv", "as_csv", is_flag=True, help="Print every document as CSV.")
@library_option
@json_option
def command(
    place: Path,
    date: datetime | None,
    older_than: int | None,
    by: str | None,
    as_csv: bool,
    library: Path | None,
    as_json: bool,
) -> None:
    """Show what was issued from OUTBOX and is not sent or not answered: by authority, team and age.

    OUTBOX is the folder of `forms bulk`, or a ledger's file; this folder if not given. --csv and --json list
    every document, the oldest of each authority first. An answer is late from the day on which the deadline
    rule wants it asked for.

    \b
    Examples:
      forms status outbox
      forms status outbox --by practitioner
      forms status outbox --older-than 7 --csv > outstanding.csv
    """
    rows = status(place, open_catalogue(library), date.date() if date else None, older_than)
    if as_json:
        show_json([row.as_json() for row in rows])
    elif as_csv:
        show_csv([row.as_json() for row in rows], [field.name for field in fields(Outstanding)])
    else:
        _tables(rows, by)


def _tables(rows: Sequence[Outstanding], by: str | None) -> None:
    wanted = (by,) if by else [name for name in GROUPS if name == "authority" or any(map(_team, rows))]
    for name in wanted if rows else ():
        _table(rows, name)
        click.echo()
    late = sum(row.late for row in rows)
    unsent = sum(row.sent is None for row in rows)
    click.echo(f"{count(len(rows), 'document')} outstanding: {unsent} not sent, {late} late")
    for row in rows:
        if row.disputed:
            where = f"{row.reference}, {row.authority or 'no authority'}"
            click.echo(f"answered twice, and not alike: {where}; say which holds with forms record")


def _team(row: Outstanding) -> bool:
    return bool(row.practitioner)


def _table(rows: Sequence[Outstanding], by: str) -> None:
    """Print the number of documents of each authority or practitioner by age."""
    groups: dict[str, list[Outstanding]] = defaultdict(list)
    for row in rows:
        groups[str(getattr(row, by)) or GROUPS[by]].append(row)
    ages = [name for _, name in AGES] + [OLDER]
    lines = []
    for name, group in sorted(groups.items()):
        counts = [sum(_age(row.days) == age for row in group) for age in ages]
        numbers = (
            *counts,
            len(group),
            sum(row.sent is None for row in group),
            sum(row.late for row in group),
            sum(row.chasers for row in group),
        )
        oldest = count(max(row.days for row in group), "day")
        lines.append((name, *(str(number or "–") for number in numbers), oldest))
    show_table((by.capitalize(), *ages, "all", "not sent", "late", "chasers", "oldest"), lines)


def _age(days: int) -> str:
    return next((name for most, name in AGES if days < most), OLDER)
