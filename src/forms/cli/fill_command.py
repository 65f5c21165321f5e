"""`forms fill`: a case goes into a form that someone else designed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from forms import fill_form, open_catalogue, write_documents
from forms.cli.options import DAY, json_option, library_option, read_case
from forms.cli.report import count, show_json, show_problems


@click.command("fill")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("case", metavar="CASE")
@click.option(
    "--map",
    "mapping",
    type=click.Path(path_type=Path),
    required=True,
    help="What goes where: a mapping, drafted by `forms map` and checked by you.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder to write to; made if missing.",
)
@click.option("--flatten", is_flag=True, help="Nobody can change the PDF's answers any more.")
@click.option(
    "--audience", default="", help="Fill it with what this reader may have, not the mapping's reader."
)
@click.option("--date", type=DAY, help="Date of issue; today if not given.")
@click.option(
    "--profile",
    type=click.Path(path_type=Path),
    help="Your organisation's profile; the library's if not given.",
)
@library_option
@json_option
def command(
    file: Path,
    case: str,
    mapping: Path,
    output: Path,
    flatten: bool,
    audience: str,
    date: datetime | None,
    profile: Path | None,
    library: Path | None,
    as_json: bool,
) -> None:
    """Fill in FILE, a blank form that someone else designed (PDF or DOCX), for CASE.

    What goes where stands in a mapping. Only what the form's reader may have goes into it. A text that has no
    room goes to a continuation sheet at the end, and its place says so. If anything does not fit, every problem
    is named and nothing is written. Everything that was filled in is read again and compared before it is kept.

    \b
    Examples:
      forms inspect borough.docx                          what there is to fill in
      forms map borough.docx -o borough.toml              a first draft of the mapping
      forms fill borough.docx case.json --map borough.toml -o out
      forms fill borough.pdf case.json --map borough.toml -o out --flatten
    """
    catalogue = open_catalogue(library, profile, remember=True)
    filled = fill_form(
        file,
        read_case(case),
        mapping,
        catalogue,
        issued=date.date() if date else None,
        flatten=flatten,
        audience=audience,
    )
    (path,) = write_documents([filled], output)
    if as_json:
        show_json({**filled.as_json(), "path": str(path)})
        return
    show_problems(filled.problems)
    click.echo(path)
    more = f", {count(len(filled.continued), 'text')} on the continuation sheet" if filled.continued else ""
    click.echo(f"{count(filled.places, 'place')} filled in{more}", err=True)
