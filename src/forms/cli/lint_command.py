"""`forms lint`: is the library in order?"""

from __future__ import annotations

from pathlib import Path

import click

from forms import ArtefactError, errors_in, lint, lint_mapping, open_catalogue
from forms.cli.options import json_option, library_option
from forms.cli.report import count, show_json, show_problems


@click.command("lint")
@click.argument("artefact", required=False)
@click.option(
    "--form",
    type=click.Path(path_type=Path),
    help="The blank form, where ARTEFACT is the file of a mapping.",
)
@library_option
@json_option
def command(artefact: str | None, form: Path | None, library: Path | None, as_json: bool) -> int:
    """Check ARTEFACT, or all of them: manifest, schema, Word templates and samples.

    Names everything in a template that a paper could go wrong over: a tag that the schema does not know, a
    style that the house file does not have, Word features the PDF does not support, a form field without a
    title. Each with its place. ARTEFACT may also be the file of a mapping (`.toml`): it is held to the case's
    vocabulary and, with --form, to the form: places and choices that there are not, places left out, facts that
    would be lost. The exit code is 3 where there are errors, else 0.

    \b
    Examples:
      forms lint
      forms lint conference-report --library ourforce
      forms lint borough.toml --form borough.pdf
    """
    catalogue = open_catalogue(library)
    if artefact is not None and artefact.endswith(".toml"):
        problems = lint_mapping(Path(artefact), form, catalogue)
    elif form is not None:
        raise click.UsageError("--form goes with the file of a mapping (.toml)")
    else:
        problems = lint(catalogue, artefact)
    errors = errors_in(problems)
    if as_json:
        show_json({"problems": [problem.as_json() for problem in problems]})
    else:
        show_problems(problems)
        click.echo(f"{count(len(errors), 'error')}, {count(len(problems) - len(errors), 'warning')}", err=True)
    return ArtefactError.exit_code if errors else 0
