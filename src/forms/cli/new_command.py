"""`forms new`: a starter case."""

from __future__ import annotations

from pathlib import Path

import click

from forms import new_case, open_catalogue
from forms.cli.options import library_option


@click.command("new")
@click.argument("artefact")
@library_option
def command(artefact: str, library: Path | None) -> None:
    """Print a case to fill in, with everything that ARTEFACT asks for and nothing else.

    Every value is an example of its kind and obviously invented; replace each one. What isn't known can be
    given as {"not_known": "why"}, what doesn't apply as {"not_applicable": true}.

    \b
    Examples:
      forms new conference-report > case.json
      forms new check-notification | forms validate - --for check-notification
    """
    click.echo(new_case(artefact, open_catalogue(library)))
