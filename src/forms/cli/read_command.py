"""`forms read`: what came back in a filled form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
from msgspec import structs

from forms import (
    Catalogue,
    Comparison,
    InputError,
    Keys,
    Merged,
    Problem,
    Reading,
    Recorded,
    UsageError,
    compare_with_case,
    compare_with_sent,
    errors_in,
    load_keys,
    merge_reply,
    open_catalogue,
    outcome_of,
    read_form,
    record_reply,
    write_case,
)
from forms.cli.options import DAY, library_option, read_case
from forms.cli.report import count, show_json, show_problems

REPLIES = (".docx", ".pdf")
NOT_OURS = ("not-a-form", "no-identity", "unknown-form", "not-fillable", "scanned")
BY_HAND = "An answer on an authority’s own form or on paper is recorded by hand: forms record … answered"
NOT_COMPARED = "not compared with what was sent"


@click.command("read")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--case", "case_name", metavar="CASE", help="Make the original again from this case and compare.")
@click.option(
    "--sent", type=click.Path(path_type=Path), metavar="FILE", help="Compare with the file that was sent."
)
@click.option("--merge", metavar="CASE", help="Put the answers into a copy of this case (with -o).")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="NEW",
    help="The new case; never replaces a file.",
)
@click.option(
    "--ledger",
    type=click.Path(path_type=Path),
    metavar="OUTBOX",
    help="Record the answer in this outbox's ledger (or a ledger's file); FILE may then be a folder.",
)
@click.option(
    "--decrypt",
    type=click.Path(path_type=Path),
    metavar="KEYS",
    help="Passwords to open it with: the file of bulk --encrypt.",
)
@click.option("--reason", default="", help="Why this answer counts instead of another one before (--ledger).")
@click.option(
    "--on",
    "--date",
    "date",
    type=DAY,
    help="Day of receipt, for the record; today if not given.",
)
@click.option(
    "--profile",
    type=click.Path(path_type=Path),
    help="The organisation's profile that the form was made with; the library's if not given.",
)
@library_option
def command(
    file: Path,
    case_name: str | None,
    sent: Path | None,
    merge: str | None,
    output: Path | None,
    ledger: Path | None,
    decrypt: Path | None,
    reason: str,
    date: datetime | None,
    profile: Path | None,
    library: Path | None,
) -> int:
    """Read FILE, a form of ours that came back filled in (DOCX or PDF), and print its answers as JSON.

    The document says itself which form it is; its name doesn't matter. What is wrong with the answers goes to
    standard error as well, without repeating them. The exit code is 1 where there are errors, else 0.
    Where there are errors nothing is merged.

    With --ledger the answer and what it leads to are recorded there; it is refused if the form was never
    issued from there, was withdrawn, or was answered otherwise.

    \b
    Examples:
      forms read returned.docx > reply.json
      forms read returned.pdf --case case.json
      forms read returned.pdf --sent check-notification_X123456_2026-11-21.pdf
      forms read returned.pdf --merge case.json -o new-case.json
      forms read returned.pdf --ledger outbox
      forms read returned-this-week --ledger outbox --decrypt passwords.toml
    """
    if case_name and sent:
        raise UsageError.of("two-originals", "Give --case or --sent, not both", "What was sent is the surer")
    if bool(merge) != bool(output):
        raise UsageError.of("merge-needs-output", "--merge and -o go together", "Name the new case with -o")
    catalogue = open_catalogue(library, profile)
    keys = load_keys(decrypt, catalogue.authorities) if decrypt else None
    if ledger and file.is_dir():
        return _read_all(file, _Ledger(ledger, reason, date, catalogue), keys)
    try:
        reading = _open(file, catalogue, keys)
    except InputError as error:
        raise (InputError(*_or_by_hand(error.problems)) if ledger else error) from None
    compared: Comparison | None = None
    if case_name:
        compared = compare_with_case(reading, read_case(case_name), catalogue)
    elif sent:
        compared = compare_with_sent(reading, sent, catalogue=catalogue)
    outcome = outcome_of(reading, catalogue, date.date() if date else None)
    recorded, refused = _Ledger(ledger, reason, date, catalogue).take(reading, file.name)
    merged: Merged | None = None
    if merge and output and not errors_in((*reading.problems, *refused)):
        merged = _merge(reading, merge, outcome.id if outcome else "", catalogue, date)
    result = reading.as_json()
    problems = (
        *reading.problems,
        *(compared.problems if compared else ()),
        *refused,
        *(merged.problems if merged else ()),
    )
    result["problems"] = [problem.as_json() for problem in problems]
    result["compared"] = compared.as_json() if compared else NOT_COMPARED
    if outcome:
        result["outcome"] = outcome.as_json()
    if ledger:
        result["ledger"] = recorded.as_json() if recorded else None
    if merged and output:
        write_case(merged.data, output)
        result["merged"] = [note.as_json() for note in merged.notes]
    show_json(result)
    show_problems(problems)
    click.echo(compared.words if compared else NOT_COMPARED, err=True)
    if merge:
        _say_merged(merged)
    return 1 if errors_in(problems) else 0


@dataclass(frozen=True)
class _Ledger:
    """The ledger that answers are recorded in, if there is one."""

    place: Path | None
    reason: str
    date: datetime | None
    catalogue: Catalogue

    def take(self, reading: Reading, name: str) -> tuple[Recorded | None, tuple[Problem, ...]]:
        """Record a reply; give what the ledger has of it now, and what is wrong."""
        if self.place is None:
            return None, ()
        day = self.date.date() if self.date else None
        try:
            recorded = record_reply(
                reading, self.place, day, reason=self.reason, catalogue=self.catalogue, source=name
            )
        except InputError as error:
            return None, error.problems
        return recorded, (recorded.problem,) if recorded.problem else ()


def _open(path: Path, catalogue: Catalogue, keys: Keys | None) -> Reading:
    """Read a form, and open it before where it has a password."""
    if keys is None:
        return read_form(path, catalogue=catalogue)
    return read_form(keys.unlock(path), path.name, catalogue)


def _read_all(folder: Path, ledger: _Ledger, keys: Keys | None) -> int:
    """Read every Word and PDF file of a folder into the ledger, a line each; give the worst exit code."""
    worst = 0
    replies = [
        path
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in REPLIES and not path.name.startswith(("~$", "."))
    ]
    if not replies:
        raise InputError.of(
            "no-replies", "There is no Word or PDF file in the folder", "Look whether it is the right one"
        )
    for path in replies:
        try:
            reading = _open(path, ledger.catalogue, keys)
            recorded, problems = ledger.take(reading, path.name)
            problems = (*reading.problems, *problems)
        except InputError as error:
            recorded, problems = None, _or_by_hand(error.problems)
        if recorded:
            words = f"{recorded.reference}, {recorded.authority or 'no authority'}: {recorded.state}"
            words += f", {recorded.outcome}" if recorded.outcome else ""
            words += " (known already)" if recorded.known else ""
        else:
            words = "not recorded"
        click.echo(f"{path.name}: {words}")
        show_problems(
            structs.replace(one, place=structs.replace(one.place, source=path.name)) for one in problems
        )
        worst = max(worst, 1 if errors_in(problems) else 0)
    return worst


def _or_by_hand(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Say also how an answer gets into the ledger that is on no form of ours."""
    return tuple(
        structs.replace(one, hint=f"{one.hint}. {BY_HAND}") if one.code in NOT_OURS else one for one in problems
    )


def _merge(reading: Reading, name: str, outcome: str, catalogue: Catalogue, date: datetime | None) -> Merged:
    today = date.date() if date else None
    return merge_reply(reading, read_case(name), outcome=outcome, catalogue=catalogue, today=today)


def _say_merged(merged: Merged | None) -> None:
    """Say what merging did, without the values."""
    if merged is None:
        click.echo("Nothing was merged: the reply has errors", err=True)
        return
    for note in merged.notes:
        click.echo(f"{note.what}: {note.label} ({note.pointer}): {note.message}", err=True)
    found = [note.what for note in merged.notes]
    words = (f"{found.count('added')} added", f"{found.count('changed')} changed")
    click.echo(f"{', '.join(words)}, {count(found.count('contradicts'), 'contradiction')}", err=True)
