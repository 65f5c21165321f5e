"""`forms chase`: ask again for what is not answered."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from forms import ChaseOptions, ChaseReport, chase
from forms.cli.bulk_command import FAULT, INPUT_ERRORS, chosen_formats
from forms.cli.options import DAY, json_option, library_option
from forms.cli.report import count, show_json, show_problems


@click.command("chase")
@click.argument("place", metavar="[OUTBOX]", type=click.Path(path_type=Path), default=".")
@click.option("--on", type=DAY, help="The day it is done; today if not given.")
@click.option(
    "--cases",
    type=click.Path(path_type=Path),
    help="The cases, in any form that bulk reads: chasers then name the people.",
)
@click.option(
    "--map", "mapping", type=click.Path(path_type=Path), help="What the headings of --cases mean (JSON)."
)
@click.option("--format", "formats", default="docx,pdf", show_default=True, help="docx, pdf, or both.")
@click.option(
    "-o", "--output", "outbox", type=click.Path(path_type=Path), help="The outbox, if not the ledger's folder."
)
@click.option(
    "--encrypt",
    type=click.Path(path_type=Path),
    help="Encrypt each chaser with its authority's password, from this file, as with bulk.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be made.")
@click.option("--workers", type=click.IntRange(0, 256), help="Processes; as many as are worth it if not given.")
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
    cases: Path | None,
    mapping: Path | None,
    formats: str,
    outbox: Path | None,
    encrypt: Path | None,
    dry_run: bool,
    workers: int | None,
    profile: Path | None,
    library: Path | None,
    as_json: bool,
) -> int:
    """Make a chaser for every paper in OUTBOX that is due to be asked for again, ready to be sent.

    OUTBOX is the folder of `forms bulk` or a ledger's file. The rule of the paper says when: three working days
    after it was sent, and again three working days after each chaser was, until there is an answer. Chasers
    lie in the folder of each authority with covering list and message draft, and are sent like all papers. The
    profile says after how many the line manager is told.

    A chaser shows our reference, the form and the dates; with --cases also whom it is about. What is not
    recorded as sent is not chased. Run twice on a day, it makes nothing twice.

    \b
    Examples:
      forms chase outbox --dry-run
      forms chase outbox
      forms chase outbox --cases cases.xlsx --map headings.json
    """
    options = ChaseOptions(
        formats=chosen_formats(formats),
        cases=cases,
        mapping=mapping,
        outbox=outbox,
        encrypt=encrypt,
        dry_run=dry_run,
        workers=workers,
        library=library,
        profile=profile,
    )
    report = chase(place, on.date() if on else None, options)
    if as_json:
        show_json(report.as_json())
    else:
        _show(report)
    return FAULT if report.faults else INPUT_ERRORS if report.refused else 0


def _show(report: ChaseReport) -> None:
    show_problems(report.problems)
    for folder, number in sorted(report.folders.items()):
        click.echo(f"{folder}: {count(number, 'chaser')}")
    for path in report.for_manager:
        click.echo(f"for the line manager: {path.name}")
    if report.unsent:
        click.echo(f"not chased, as not recorded as sent: {count(report.unsent, 'paper')}", err=True)
    if report.waiting:
        click.echo(f"not sent yet from earlier days: {count(report.waiting, 'chaser')}", err=True)
    made = "would be made" if report.dry else "made"
    again = " (went on from an interrupted run)" if report.resumed else ""
    told = f", {report.escalated} told to the line manager" if report.escalated else ""
    refused = f", {report.refused} refused" if report.refused else ""
    click.echo(f"{count(len(report.asked), 'chaser')} {made} on {report.day.isoformat()}{told}{refused}{again}")
    if report.asked and not report.dry:
        click.echo("next: send them, and they count from the day they are sent", err=True)
