"""`forms lint`: is the library in order?"""

from __future__ import annotations

from pathlib import Path

import click

from forms import ArtefactError, errors_in, lint, open_catalogue
from forms.cli.options import json_option, library_option
from forms.cli.report import count, show_json, show_problems


@click.command("lint")
@click.argument("artefact", required=False)
@library_option
@json_option
def command(artefact: str | None, library: Path | None, as_json: bool) -> int:
    """Check ARTEFACT, or all of them: manifest, schema, Word templates and samples.

    Names everything in a template that a paper could go wrong over: a tag that the schema does not know, a
    style that the house file does not have, Word features the PDF does not support, a form field without a
    title. Each with its place. The exit code is 3 where there are errors, else 0.

    \b
    Examples:
      forms lint
      forms lint conference-report --library ourforce
    """
    problems = lint(open_catalogue(library), artefact)
    errors = errors_in(problems)
    if as_json:
        show_json({"problems": [problem.as_json() for problem in problems]})
    else:
        show_problems(problems)
        click.echo(f"{count(len(errors), 'error')}, {count(len(problems) - len(errors), 'warning')}", err=True)
    return ArtefactError.exit_code if errors else 0
