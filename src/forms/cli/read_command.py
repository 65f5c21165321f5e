"""`forms read`: what came back in a filled form."""

from __future__ import annotations

from pathlib import Path

import click

from forms import (
    Comparison,
    Reading,
    UsageError,
    compare_with_case,
    compare_with_sent,
    errors_in,
    open_catalogue,
    read_form,
)
from forms.cli.options import library_option, read_case
from forms.cli.report import show_json, show_problems

NOT_COMPARED = "not compared with what was sent"


@click.command("read")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--case", "case_name", metavar="CASE", help="Make the original again from this case and compare.")
@click.option(
    "--sent", type=click.Path(path_type=Path), metavar="FILE", help="Compare with the file that was sent."
)
@click.option(
    "--profile",
    type=click.Path(path_type=Path),
    help="The organisation's profile that the form was made with; the library's if not given.",
)
@library_option
def command(
    file: Path, case_name: str | None, sent: Path | None, profile: Path | None, library: Path | None
) -> int:
    r"""Read FILE, a form of ours that came back filled in (DOCX or PDF), and print its answers as JSON.

    The document says itself which form it is; its name doesn't matter. What is wrong with the answers goes to
    standard error as well, without repeating them. The exit code is 1 where there are errors, else 0.

    \b
    Examples:
      forms read returned.docx > reply.json
      forms read returned.pdf --case case.json
      forms read returned.pdf --sent check-notification_X123456_2026-11-21.pdf
    """
    if case_name and sent:
        raise UsageError.of(
            "two-originals", "Give --case or --sent, not both", "The file that was sent is the surer"
        )
    catalogue = open_catalogue(library, profile)
    reading = read_form(file, catalogue=catalogue)
    compared: Comparison | None = None
    if case_name:
        compared = compare_with_case(reading, read_case(case_name), catalogue)
    elif sent:
        compared = compare_with_sent(reading, sent, catalogue=catalogue)
    return _show(reading, compared)


def _show(reading: Reading, compared: Comparison | None) -> int:
    problems = (*reading.problems, *(compared.problems if compared else ()))
    result = reading.as_json()
    result["problems"] = [problem.as_json() for problem in problems]
    result["compared"] = compared.as_json() if compared else NOT_COMPARED
    show_json(result)
    show_problems(problems)
    click.echo(compared.words if compared else NOT_COMPARED, err=True)
    return 1 if errors_in(problems) else 0
