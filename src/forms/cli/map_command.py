"""`forms map`: a first draft of what goes into each place of a form that someone else designed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from forms import draft_mapping, open_catalogue, specimen, write_documents
from forms.cli.options import json_option, library_option
from forms.cli.report import count, show_json


@dataclass(frozen=True)
class _File:
    """A file to be written."""

    name: str
    data: bytes


@click.command("map")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write the mapping to; standard output if not given.",
)
@click.option(
    "--specimen",
    "specimen_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the form filled with the names of its own places, to look at.",
)
@click.option(
    "--for",
    "artefact",
    default="referral",
    show_default=True,
    help="The paper of ours that the form stands in for; '' for none.",
)
@click.option(
    "--audience", default="social-care", show_default=True, help="Whose view of a case is to fill it."
)
@click.option("--authority", default="", help="The authority whose form it is: name or code.")
@click.option("--title", default="", help="The form's title; its file's name if not given.")
@library_option
@json_option
def command(
    file: Path,
    output: Path | None,
    specimen_file: Path | None,
    artefact: str,
    audience: str,
    authority: str,
    title: str,
    library: Path | None,
    as_json: bool,
) -> None:
    """Draft a mapping of FILE, a blank form that someone else designed (PDF or DOCX).

    For each place it says which value of a case most likely goes there, how sure that is (0 to 1) and why.
    Look at every place: what is not sure is marked `unchecked`, what was not found is left open with the
    nearest guesses. Then `forms lint` says whether the mapping fits the form and the case.

    \b
    Examples:
      forms map borough.pdf -o borough.toml --specimen names.pdf
      forms lint borough.toml --form borough.pdf
      forms fill borough.pdf case.json --map borough.toml -o out
    """
    catalogue = open_catalogue(library)
    drafted = draft_mapping(
        file, catalogue, artefact=artefact, reader=audience, authority=authority, title=title
    )
    if specimen_file is not None:
        data = specimen(file, catalogue)
        write_documents([_File(specimen_file.name, data)], specimen_file.parent)
    if output is not None:
        write_documents([_File(output.name, drafted.text.encode())], output.parent)
    if as_json:
        show_json(drafted.as_json())
    elif output is None:
        click.echo(drafted.text, nl=False)
    else:
        click.echo(output)
    for each in drafted.left:
        label = each.place.label or "(no label found)"
        near = ", ".join(guess.pointer for guess in each.others)
        click.echo(f"not placed: {label} [{each.place.name}]{f'; nearest: {near}' if near else ''}", err=True)
    click.echo(
        f"{count(len(drafted.drafts), 'place')}: {drafted.sure} sure, {drafted.likely} to be checked, "
        f"{len(drafted.left)} not placed",
        err=True,
    )
