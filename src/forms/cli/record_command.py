"""`forms record`: what somebody did or was told, into the ledger."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from forms import TOLD, open_catalogue, record
from forms.cli.options import DAY, json_option, library_option
from forms.cli.report import show_json


@click.command("record")
@click.argument("place", metavar="OUTBOX", type=click.Path(path_type=Path))
@click.argument("state", type=click.Choice(TOLD))
@click.argument("references", metavar="[REFERENCE]...", nargs=-1)
@click.option("--run", type=click.IntRange(1), help="All papers of this run, instead of references.")
@click.option("--paper", default="", help="Only this kind of paper, where a reference has several.")
@click.option("--authority", default="", help="Only the paper to this authority (name or ONS code).")
@click.option("--outcome", default="", help="What the answer led to; wrong ones are told the right ones.")
@click.option("--reason", default="", help="How it is known, or why. No names: the ledger has none.")
@click.option("--on", type=DAY, help="The day it happened; today if not given.")
@library_option
@json_option
def command(
    place: Path,
    state: str,
    references: tuple[str, ...],
    run: int | None,
    paper: str,
    authority: str,
    outcome: str,
    reason: str,
    on: datetime | None,
    library: Path | None,
    as_json: bool,
) -> None:
    """Record in the ledger of OUTBOX that papers were sent, acknowledged, answered or withdrawn.

    For what no form tells: an answer by telephone, a message sent by hand, a paper that went to the wrong team.
    Papers are named by the REFERENCE that they show. A paper that is answered or withdrawn is not asked for any
    more. All is recorded, or nothing where one is refused.

    \b
    Examples:
      forms record outbox sent --run 3
      forms record outbox acknowledged X123456 --authority Southwark --reason "Telephone, duty desk"
      forms record outbox answered X123456 --outcome no_concerns --on 2026-11-25
      forms record outbox withdrawn X123457 --reason "Sent to the wrong area"
    """
    done = record(
        place,
        next(one for one in TOLD if one == state),
        references,
        on.date() if on else None,
        run=run,
        artefact=paper,
        authority=authority,
        outcome=outcome,
        reason=reason,
        catalogue=open_catalogue(library),
    )
    if as_json:
        show_json([one.as_json() for one in done])
        return
    for one in done:
        led = f", {one.outcome}" if one.outcome else ""
        click.echo(f"{one.reference}, {one.authority or 'no authority'} ({one.artefact}): {one.state}{led}")
