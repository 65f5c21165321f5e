"""`forms list`: the artefacts of the library."""

from __future__ import annotations

from pathlib import Path

import click

from forms import describe, open_catalogue
from forms.cli.options import json_option, library_option
from forms.cli.report import show_json


@click.command("list")
@library_option
@json_option
def command(library: Path | None, as_json: bool) -> None:
    """List the papers that can be made: name, title, readers, formats, edition.

    The readers are the words for --audience of `forms render`.

    \b
    Examples:
      forms list
      forms list --json
      forms list --library ourforce
    """
    rows = describe(open_catalogue(library))
    if as_json:
        show_json(rows)
        return
    for row in rows:
        click.echo(f"{row['id']}")
        click.echo(f"    {row['title']}")
        readers = ", ".join(row["audiences"])
        formats = ", ".join(row["formats"])
        click.echo(f"    edition {row['edition']} · for {readers} · as {formats}")
