"""`forms render`: a case becomes papers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from forms import (
    Catalogue,
    FormsError,
    InputError,
    Place,
    PrintSize,
    Problem,
    Product,
    RenderOptions,
    empty_case,
    open_catalogue,
    render,
    write_documents,
)
from forms.cli.options import DAY, json_option, library_option, read_case
from forms.cli.report import count, show_json, show_problems

if TYPE_CHECKING:
    from forms import PageImage

FORMATS = ("docx", "pdf")


class Outcome(Struct, frozen=True):
    """What became of one case: the files written, or the problems that stopped it."""

    source: str
    product: Product | None
    paths: tuple[Path, ...]
    problems: tuple[Problem, ...]
    exit_code: int = 0
    pictures: tuple[Path, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The object that `--json` prints for a case."""
        product = self.product
        documents = zip(product.documents, self.paths, strict=True) if product else ()
        return {
            "source": self.source,
            "documents": [{**document.as_json(), "path": str(path)} for document, path in documents],
            "pictures": [str(path) for path in self.pictures],
            "next_steps": list(product.next_steps) if product else [],
            "problems": [problem.as_json() for problem in self.problems],
        }


@click.command("render")
@click.argument("artefact")
@click.argument("cases", metavar="CASE...", nargs=-1)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder to write to; made if missing.",
)
@click.option(
    "--format", "formats", default=",".join(FORMATS), show_default=True, help="docx, pdf, or both with a comma."
)
@click.option("--audience", "audiences", multiple=True, help="Only for this reader; may be repeated.")
@click.option("--date", type=DAY, help="Date of issue; today if not given.")
@click.option("--edition", help="This edition of the paper, not the one in force on the date of issue.")
@click.option("--draft", is_flag=True, help="Mark every page as a draft.")
@click.option(
    "--large-print", is_flag=True, help="18 pt, labels above what they name; for readers with low vision."
)
@click.option("--clear-print", is_flag=True, help="12 pt, nothing in italics.")
@click.option(
    "--imposition",
    "impositions",
    multiple=True,
    help="Also a PDF to print on both sides of A4 (short edge) and fold: three-panel for the offender leaflet, "
    "booklet for the family pack.",
)
@click.option("--preview", "with_preview", is_flag=True, help="Also a picture (PNG) of every page of the PDFs.")
@click.option("--archive", is_flag=True, help="The PDF for the case record: PDF/A-2a, fields as plain text.")
@click.option(
    "--blank", is_flag=True, help="An empty form to fill in by hand or on screen; CASE may be left out."
)
@click.option(
    "--profile",
    type=click.Path(path_type=Path),
    help="Your organisation's profile; the library's if not given.",
)
@library_option
@json_option
def command(
    artefact: str,
    cases: tuple[str, ...],
    output: Path,
    formats: str,
    audiences: tuple[str, ...],
    date: datetime | None,
    edition: str | None,
    draft: bool,
    large_print: bool,
    clear_print: bool,
    impositions: tuple[str, ...],
    with_preview: bool,
    archive: bool,
    blank: bool,
    profile: Path | None,
    library: Path | None,
    as_json: bool,
) -> int:
    """Make ARTEFACT from each CASE (a JSON file, or - for standard input), as Word and PDF.

    A document is made for every reader that the case is cleared for, or only for those named with
    --audience. A case with errors writes nothing, and the others go on. File names hold the paper, the
    document reference, the reader and the date. The paths go to standard output; what to look at and what to do
    next goes to standard error.

    \b
    Examples:
      forms render conference-report case.json -o out
      forms render conference-report case.json -o out --audience parent --format pdf
      forms render check-notification cases/*.json -o out --date 2026-11-21
      forms render offender-information --blank -o out
      forms render family-pack case.json -o out --large-print
      forms render offender-leaflet case.json -o out --imposition three-panel
    """
    options = RenderOptions(
        formats=_formats(formats),
        audiences=audiences,
        issued=date.date() if date else None,
        edition=edition,
        draft=draft,
        blank=blank,
        print_size=_print_size(large=large_print, clear=clear_print),
        archive=archive,
        impositions=impositions,
    )
    catalogue = open_catalogue(library, profile, remember=True)
    if with_preview and "pdf" not in options.formats:
        raise click.UsageError("The pictures of --preview are made of the PDF: add pdf to --format.")
    if not cases and not blank:
        raise click.UsageError("Name at least one CASE, or ask for an empty form with --blank.")
    outcomes = _render_all(artefact, cases, output, options, catalogue, with_preview=with_preview)
    _show(outcomes, as_json=as_json)
    return max(outcome.exit_code for outcome in outcomes)


def _formats(words: str) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(word.strip().lower() for word in words.split(",") if word.strip()))
    if not chosen or not set(chosen) <= set(FORMATS):
        raise click.BadParameter("choose docx, pdf or docx,pdf", param_hint="--format")
    return chosen


def _print_size(*, large: bool, clear: bool) -> PrintSize:
    if large and clear:
        raise click.UsageError("Choose --large-print or --clear-print, or call the command twice.")
    return "large" if large else "clear" if clear else "standard"


def _render_all(
    artefact: str,
    cases: tuple[str, ...],
    output: Path,
    options: RenderOptions,
    catalogue: Catalogue,
    *,
    with_preview: bool,
) -> list[Outcome]:
    """Render case after case; one that fails does not stop the others."""
    taken: dict[str, str] = {}
    return [
        _render_one(artefact, source, output, options, catalogue, taken, with_preview=with_preview)
        for source in cases or ("",)
    ]


def _render_one(
    artefact: str,
    source: str,
    output: Path,
    options: RenderOptions,
    catalogue: Catalogue,
    taken: dict[str, str],
    *,
    with_preview: bool,
) -> Outcome:
    """Render and write one case; `taken` holds the file names that earlier cases of this call were given."""
    try:
        case = read_case(source) if source else empty_case()
        product = render(case, artefact, options, catalogue)
        names = [document.name for document in product.documents]
        if clash := next((name for name in names if name in taken), None):
            raise InputError(_name_clash(clash, source, taken[clash]))
        images: tuple[PageImage, ...] = ()
        if with_preview:
            from forms import preview  # few ask for pictures

            images = preview(product.documents)
        paths = write_documents((*product.documents, *images), output)
    except InputError as error:
        return Outcome(source, None, (), error.problems, error.exit_code)
    except FormsError as error:
        if len(taken) == 0:
            raise
        return Outcome(source, None, (), error.problems, error.exit_code)
    taken.update(dict.fromkeys(names, source))
    count_made = len(product.documents)
    return Outcome(source, product, paths[:count_made], product.problems, pictures=paths[count_made:])


def _name_clash(name: str, source: str, earlier: str) -> Problem:
    return Problem(
        "error",
        "same-file-name",
        f"The documents of this case would overwrite those of {Path(earlier).name} ({name})",
        "Give the two cases different references, or render them into different folders",
        Place(Path(source).name, "/reference"),
    )


def _show(outcomes: list[Outcome], *, as_json: bool) -> None:
    """Say where the files went and what to do next."""
    if as_json:
        show_json([outcome.as_json() for outcome in outcomes])
        return
    for outcome in outcomes:
        show_problems(outcome.problems)
        for path in (*outcome.paths, *outcome.pictures):
            click.echo(path)
        if outcome.product:
            for step in outcome.product.next_steps:
                click.echo(f"next: {step}", err=True)
    failed = [outcome for outcome in outcomes if outcome.product is None]
    if failed and len(outcomes) > 1:
        click.echo(f"{count(len(failed), 'case')} of {len(outcomes)} not made", err=True)
