"""`forms validate`: what is wrong with a case."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from forms import errors_in, open_catalogue, validate
from forms.cli.options import DAY, json_option, library_option, read_case
from forms.cli.report import count, show_json, show_problems


@click.command("validate")
@click.argument("case", metavar="CASE")
@click.option("--for", "artefact", help="Check as well what this paper needs of the case.")
@click.option("--date", type=DAY, help="Judge dates as on this day; today if not given.")
@library_option
@json_option
def command(case: str, artefact: str | None, date: datetime | None, library: Path | None, as_json: bool) -> int:
    """Check CASE (a JSON file, or - for standard input) and list everything that is wrong, at once.

    Errors stop a paper from being made; warnings are for you to look at. No value of the case is repeated.
    The exit code is 1 where there are errors, else 0.

    \b
    Examples:
      forms validate case.json
      forms validate case.json --for referral
      forms validate - --json < case.json
    """
    catalogue = open_catalogue(library)
    on = date.date() if date else None
    problems = validate(read_case(case), artefact, catalogue=catalogue, today=on)
    errors = errors_in(problems)
    if as_json:
        show_json({"problems": [problem.as_json() for problem in problems]})
    else:
        show_problems(problems)
        warnings = len(problems) - len(errors)
        click.echo(f"{count(len(errors), 'error')}, {count(warnings, 'warning')}", err=True)
    return 1 if errors else 0
