"""`forms list`: the artefacts of the library."""

from __future__ import annotations

from pathlib import Path

import click

from forms import describe, describe_own_forms, open_catalogue
from forms.cli.options import json_option, library_option
from forms.cli.report import show_json


@click.command("list")
@library_option
@json_option
def command(library: Path | None, as_json: bool) -> None:
    """List the papers that can be made: name, title, readers, formats, edition.

    The readers are the words for --audience of `forms render`. Forms of local authorities come last: `forms
    render` uses them by itself, where the directory says that the authority wants its own form.

    \b
    Examples:
      forms list
      forms list --json
      forms list --library ourforce
    """
    catalogue = open_catalogue(library)
    rows, own_forms = describe(catalogue), describe_own_forms(catalogue)
    if as_json:
        show_json([*rows, *own_forms])
        return
    for row in rows:
        click.echo(f"{row['id']}")
        click.echo(f"    {row['title']}")
        readers = ", ".join(row["audiences"])
        formats = ", ".join(row["formats"])
        click.echo(f"    edition {row['edition']} · for {readers} · as {formats}")
    for form in own_forms:
        click.echo(f"{form['id']}")
        click.echo(f"    {form['title']}")
        there = "" if form["there"] else " · its blank file is not there"
        about = f"edition {form['edition']} · as {form['format']} · {form['authority']}'s own form"
        click.echo(f"    {about} in place of {form['artefact']}{there}")
