"""`forms inspect`: what can be filled in in any form."""

from __future__ import annotations

from pathlib import Path

import click

from forms import inspect_form
from forms.cli.options import json_option
from forms.cli.report import count, show_json


@click.command("inspect")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@json_option
def command(file: Path, as_json: bool) -> None:
    """List all that can be filled in in FILE, any PDF or DOCX, whoever designed it.

    PDF: the fields of its form. DOCX: content controls, legacy form fields and bookmarks; and in a plain form
    the empty cell beside a label, the line after one, the empty rows of a table, and boxes to tick.

    \b
    Examples:
      forms inspect borough-referral.docx
      forms inspect borough-referral.pdf --json
    """
    survey = inspect_form(file)
    if as_json:
        show_json(survey.as_json())
        return
    for place in survey.places:
        limits = [f"{place.longest} characters at most"] if place.longest else []
        limits += ["required"] if place.required else []
        limits += ["read only"] if place.read_only else []
        limits += [" / ".join(words for _, words in place.options)] if place.options else []
        about = "; ".join(part for part in (place.where, *limits) if part)
        click.echo(f"{place.name}\n    {place.kind}: {place.label or '(no label found)'}")
        if about:
            click.echo(f"    {about}")
    for _, message in survey.notes:
        click.echo(f"note: {message}", err=True)
    click.echo(count(len(survey.places), "place"), err=True)
