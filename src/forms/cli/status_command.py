"""`forms status`: what is outstanding."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path

import click

from forms import Outstanding, open_catalogue, status
from forms.cli.options import json_option, library_option
from forms.cli.report import count, show_json

AGES = ((1, "today"), (8, "1–7 days"), (29, "8–28 days"))
OLDER = "older"
COLUMNS = ("authority", "recipient", "artefact", "reference", "audience", "issued", "days", "state", "version")


@click.command("status")
@click.argument("outbox", type=click.Path(path_type=Path))
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), help="Count ages to this day; today if not given.")
@click.option("--older-than", type=click.IntRange(0), help="Only what is more days old than this.")
@click.option("--csv", "as_csv", is_flag=True, help="Print every document as CSV.")
@library_option
@json_option
def command(
    outbox: Path,
    date: datetime | None,
    older_than: int | None,
    as_csv: bool,
    library: Path | None,
    as_json: bool,
) -> None:
    """Show what was issued from OUTBOX (or a ledger's file) and is not answered: by authority and age.

    --csv and --json list every document, the oldest of each authority first.

    \b
    Examples:
      forms status outbox
      forms status outbox --older-than 7 --csv > outstanding.csv
    """
    rows = status(outbox, open_catalogue(library), date.date() if date else None, older_than)
    if as_json:
        show_json([row.as_json() for row in rows])
    elif as_csv:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row.as_json() for row in rows)
        click.echo(text.getvalue(), nl=False)
    else:
        _table(rows)


def _table(rows: Sequence[Outstanding]) -> None:
    """Print the number of documents of each authority by age."""
    headings = ("Authority", *(name for _, name in AGES), OLDER, "all", "oldest")
    lines = [headings]
    for name, group in groupby(rows, key=lambda row: row.authority or "(no authority)"):
        days = [row.days for row in group]
        counts = [sum(_age(day) == label for day in days) for label in headings[1:5]]
        lines.append((name, *map(str, counts), str(len(days)), count(max(days), "day")))
    if rows:
        widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
        for line in lines:
            cells = [line[0].ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
            click.echo("  ".join(cells))
    click.echo(f"{count(len(rows), 'document')} outstanding")


def _age(days: int) -> str:
    return next((name for most, name in AGES if days < most), OLDER)
