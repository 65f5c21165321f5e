"""`forms init`: a library of one's own."""

from __future__ import annotations

from pathlib import Path

import click

from forms import init_library


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Make FOLDER a library of your own: profile, templates and directories, ready to edit.

    What you change there comes before the program's own; what you delete there falls back to it. FOLDER must
    not exist yet, or be empty.

    \b
    Example:
      forms init ourforce
      forms render conference-report case.json -o out --library ourforce
    """
    for path in init_library(folder):
        click.echo(path)
    click.echo("next: put your organisation's name, address and contacts into profile.json", err=True)
    click.echo("next: keep reference.key secret, and the same on every machine of yours", err=True)
    click.echo("next: fill in directories/ (local authorities, support organisations)", err=True)
    click.echo("next: forms lint --library " + str(folder), err=True)
