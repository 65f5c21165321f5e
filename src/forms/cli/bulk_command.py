"""`forms bulk`: papers for many cases, into a folder for each authority."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from forms import BulkOptions, BulkReport, Progress, bulk
from forms.cli.options import DAY, json_option, library_option
from forms.cli.report import count, show_json, show_problems

FORMATS = ("docx", "pdf")
INPUT_ERRORS, FAULT = 1, 70
EVERY = 60.0


@click.command("bulk")
@click.argument("artefact")
@click.argument("cases", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "outbox",
    type=click.Path(path_type=Path),
    required=True,
    help="The outbox; made if missing.",
)
@click.option(
    "--format", "formats", default=",".join(FORMATS), show_default=True, help="docx, pdf, or both with a comma."
)
@click.option("--date", type=DAY, help="Date of issue; today if not given.")
@click.option(
    "--map", "mapping", type=click.Path(path_type=Path), help="A file that says what your headings mean (JSON)."
)
@click.option("--dry-run", is_flag=True, help="Do everything but write: counts, problems, time and size.")
@click.option("--strict", is_flag=True, help="Write nothing unless all rows are good.")
@click.option("--again", is_flag=True, help="Issue anew what was issued before.")
@click.option("--reason", default="", help="Why cases that have changed get a new version; allows it.")
@click.option(
    "--workers", type=click.IntRange(0, 256), help="Processes; one per processor if not given, 0 for none."
)
@click.option(
    "--encrypt",
    type=click.Path(path_type=Path),
    help="Encrypt each document with its authority's password, from this file (TOML, readable by you alone).",
)
@click.option("--cluster", default="", help="Address of a Dask scheduler whose workers do the work.")
@click.option(
    "--ledger", type=click.Path(path_type=Path), help="The ledger; ledger.db in the outbox if not given."
)
@click.option(
    "--profile",
    type=click.Path(path_type=Path),
    help="Your organisation's profile; the library's if not given.",
)
@library_option
@json_option
def command(
    artefact: str,
    cases: Path,
    outbox: Path,
    formats: str,
    date: datetime | None,
    mapping: Path | None,
    dry_run: bool,
    strict: bool,
    again: bool,
    reason: str,
    workers: int | None,
    encrypt: Path | None,
    cluster: str,
    ledger: Path | None,
    profile: Path | None,
    library: Path | None,
    as_json: bool,
) -> int:
    """Make ARTEFACT from all CASES: a folder, JSON Lines, a JSON list, CSV, or an Excel workbook.

    The columns of a table are known by their headings (reference, surname, dob, area, child 1 name, …) or by
    --map. Each authority gets a folder with its documents, a covering list and a message draft. Good rows go;
    bad rows come back as your own rows with a column "What to fix", ready to be corrected and fed in again.
    What was issued before is not issued twice, on whatever day. Interrupted at any moment, the same command
    goes on.

    \b
    Examples:
      forms bulk check-notification cases.xlsx -o outbox --dry-run
      forms bulk check-notification cases.csv -o outbox --map headings.json
      forms bulk check-notification cases.jsonl -o outbox --reason "Address corrected"
      forms bulk check-notification cases.csv -o outbox --encrypt passwords.toml
    """
    options = BulkOptions(
        formats=chosen_formats(formats),
        issued=date.date() if date else None,
        workers=workers,
        cluster=cluster,
        encrypt=encrypt,
        again=again,
        reason=reason,
        dry_run=dry_run,
        strict=strict,
        mapping=mapping,
        ledger=ledger,
        library=library,
        profile=profile,
        remember=True,
    )
    with _progress() as on_progress:
        report = bulk(artefact, cases, outbox, options, on_progress)
    if as_json:
        show_json(report.as_json())
    else:
        _show(report)
    return FAULT if report.faults else INPUT_ERRORS if report.refused else 0


def chosen_formats(words: str) -> tuple[str, ...]:
    """Read `--format`: docx, pdf, or both with a comma."""
    chosen = tuple(dict.fromkeys(word.strip().lower() for word in words.split(",") if word.strip()))
    if not chosen or not set(chosen) <= set(FORMATS):
        raise click.BadParameter("choose docx, pdf or docx,pdf", param_hint="--format")
    return chosen


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """Show a bar with rate and time left on a terminal, else a line a minute."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]}"),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks = {}

        def show(now: Progress) -> None:
            if now.stage not in tasks:
                tasks[now.stage] = bar.add_task(now.stage, total=now.total, pace="")
            bar.update(tasks[now.stage], completed=now.done, pace=_pace(now))

        yield show


class _Lines:
    """Prints a line a minute."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, now: Progress) -> None:
        if time.monotonic() - self._last >= EVERY:
            self._last = time.monotonic()
            click.echo(f"{now.stage}: {now.done} of {count(now.total, 'row')}, {_pace(now)}", err=True)


def _pace(now: Progress) -> str:
    refused = f", {now.refused} refused" if now.refused else ""
    return f"{now.rate:.1f} a second, {_span(now.left)} left{refused}"


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _show(report: BulkReport) -> None:
    show_problems((*report.notes, *report.problems))
    if len(report.problems) < sum(report.kinds.values()):
        click.echo("… and more; every bad row has its line in the file of rows to correct", err=True)
    for name, number in sorted(report.documents.items()):
        click.echo(f"{name}: {count(number, 'document')}")
    for kind, number in sorted(report.kinds.items()):
        click.echo(f"problem {kind}: {number}")
    for kind, number in sorted(report.warnings.items()):
        click.echo(f"warning {kind}: {number}")
    size = f"{report.bytes / 1e6:.1f} MB"
    if report.dry:
        click.echo(f"would take about {_span(report.seconds)} and {size}; nothing was written")
    elif report.stopped:
        click.echo("nothing was made, as --strict wants all rows to be good")
    else:
        again = " (went on from an interrupted run)" if report.resumed else ""
        click.echo(f"run {report.run} of {report.issued}{again}: {size} in {_span(report.seconds)}")
    made = "good" if report.stopped else "made"
    click.echo(
        f"{count(report.total, 'row')}: {report.made} {made}, "
        f"{report.known} issued before, {report.refused} refused"
    )
    if report.to_correct:
        click.echo(f"next: correct {report.to_correct} and run the same command on it", err=True)
