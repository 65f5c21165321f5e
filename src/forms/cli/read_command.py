"""`forms read`: what came back in a filled form."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from forms import (
    Catalogue,
    Comparison,
    Merged,
    Reading,
    UsageError,
    compare_with_case,
    compare_with_sent,
    errors_in,
    merge_reply,
    open_catalogue,
    outcome_of,
    read_form,
    write_case,
)
from forms.cli.options import library_option, read_case
from forms.cli.report import count, show_json, show_problems

NOT_COMPARED = "not compared with what was sent"


@click.command("read")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--case", "case_name", metavar="CASE", help="Make the original again from this case and compare.")
@click.option(
    "--sent", type=click.Path(path_type=Path), metavar="FILE", help="Compare with the file that was sent."
)
@click.option("--merge", metavar="CASE", help="Put the answers into a copy of this case (with -o).")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="NEW",
    help="The new case; never replaces a file.",
)
@click.option(
    "--date", type=click.DateTime(["%Y-%m-%d"]), help="Day of receipt, for the record; today if not given."
)
@click.option(
    "--profile",
    type=click.Path(path_type=Path),
    help="The organisation's profile that the form was made with; the library's if not given.",
)
@library_option
def command(
    file: Path,
    case_name: str | None,
    sent: Path | None,
    merge: str | None,
    output: Path | None,
    date: datetime | None,
    profile: Path | None,
    library: Path | None,
) -> int:
    """Read FILE, a form of ours that came back filled in (DOCX or PDF), and print its answers as JSON.

    The document says itself which form it is; its name doesn't matter. What is wrong with the answers goes to
    standard error as well, without repeating them. The exit code is 1 where there are errors, else 0.
    Where there are errors nothing is merged.

    \b
    Examples:
      forms read returned.docx > reply.json
      forms read returned.pdf --case case.json
      forms read returned.pdf --sent check-notification_X123456_2026-11-21.pdf
      forms read returned.pdf --merge case.json -o new-case.json
    """
    if case_name and sent:
        raise UsageError.of("two-originals", "Give --case or --sent, not both", "What was sent is the surer")
    if bool(merge) != bool(output):
        raise UsageError.of("merge-needs-output", "--merge and -o go together", "Name the new case with -o")
    catalogue = open_catalogue(library, profile)
    reading = read_form(file, catalogue=catalogue)
    compared: Comparison | None = None
    if case_name:
        compared = compare_with_case(reading, read_case(case_name), catalogue)
    elif sent:
        compared = compare_with_sent(reading, sent, catalogue=catalogue)
    outcome = outcome_of(reading, catalogue, date.date() if date else None)
    merged: Merged | None = None
    if merge and output and not errors_in(reading.problems):
        merged = _merge(reading, merge, outcome.id if outcome else "", catalogue, date)
    result = reading.as_json()
    problems = (
        *reading.problems,
        *(compared.problems if compared else ()),
        *(merged.problems if merged else ()),
    )
    result["problems"] = [problem.as_json() for problem in problems]
    result["compared"] = compared.as_json() if compared else NOT_COMPARED
    if outcome:
        result["outcome"] = outcome.as_json()
    if merged and output:
        write_case(merged.data, output)
        result["merged"] = [note.as_json() for note in merged.notes]
    show_json(result)
    show_problems(problems)
    click.echo(compared.words if compared else NOT_COMPARED, err=True)
    if merge:
        _say_merged(merged)
    return 1 if errors_in(problems) else 0


def _merge(reading: Reading, name: str, outcome: str, catalogue: Catalogue, date: datetime | None) -> Merged:
    today = date.date() if date else None
    return merge_reply(reading, read_case(name), outcome=outcome, catalogue=catalogue, today=today)


def _say_merged(merged: Merged | None) -> None:
    """Say what merging did, without the values."""
    if merged is None:
        click.echo("Nothing was merged: the reply has errors", err=True)
        return
    for note in merged.notes:
        click.echo(f"{note.what}: {note.label} ({note.pointer}): {note.message}", err=True)
    found = [note.what for note in merged.notes]
    words = (f"{found.count('added')} added", f"{found.count('changed')} changed")
    click.echo(f"{', '.join(words)}, {count(found.count('contradicts'), 'contradiction')}", err=True)
