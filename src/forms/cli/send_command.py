"""`forms send`: what lies in an outbox goes to the authorities."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from forms import VERDICTS, SendOptions, SendReport, Sent, mark_handed_over, send, settle
from forms.cli.options import json_option, library_option
from forms.cli.report import count, show_json, show_problems

NOT_ALL, STOPPED, INTERRUPTED = 1, 4, 130
STATES = {
    "sent": "sent",
    "handed-over": "written to a file",
    "queued": "waiting",
    "refused": "refused",
    "uncertain": "uncertain: it may have gone or not",
}


@click.command("send")
@click.argument("outbox", type=click.Path(path_type=Path))
@click.option(
    "--settings",
    type=click.Path(path_type=Path),
    help="How to reach the mail server (TOML). Also: FORMS_SMTP_HOST, FORMS_SMTP_USER, FORMS_SMTP_PASSWORD, …",
)
@click.option("--dry-run", is_flag=True, help="List what would go; send nothing.")
@click.option(
    "--to-folder",
    type=click.Path(path_type=Path),
    help="Write the messages as files (.eml) here, to be sent from your own mail program.",
)
@click.option(
    "--mark-sent",
    is_flag=True,
    help="Count messages written as files as sent: those of --to-folder, or, without it, all of them so far.",
)
@click.option(
    "--settle",
    "to_settle",
    nargs=2,
    metavar="MESSAGE sent|not-sent|returned",
    help="Say what became of a message (Message-ID or reference). not-sent: it goes again; returned: it came "
    "back, and counts as refused.",
)
@click.option("--retry-refused", is_flag=True, help="Try again what the mail server refused.")
@click.option("--unfinished", is_flag=True, help="Also send what an interrupted run has made so far.")
@click.option(
    "--ledger", type=click.Path(path_type=Path), help="The ledger; ledger.db in the outbox if not given."
)
@click.option(
    "--profile",
    type=click.Path(path_type=Path),
    help="Your organisation's profile; the library's if not given.",
)
@library_option
@json_option
def command(
    outbox: Path,
    settings: Path | None,
    dry_run: bool,
    to_folder: Path | None,
    mark_sent: bool,
    to_settle: tuple[str, str] | None,
    retry_refused: bool,
    unfinished: bool,
    ledger: Path | None,
    profile: Path | None,
    library: Path | None,
    as_json: bool,
) -> int:
    """Send the documents in OUTBOX by e-mail: one message for each authority, reader and run.

    Addresses come from the directory of authorities. Each message is sent once: what was sent stays noted in
    the ledger. Where nobody can know whether a message went (the connection or the program ended at the wrong
    moment), it is listed for you to ask the recipient, and is not sent again by itself. Interrupted or without
    connection, the same command goes on. Exit code 1: some messages are left or need a look; 4: the mail
    server cannot be used.

    \b
    Examples:
      forms send outbox --dry-run
      forms send outbox --settings mail.toml
      forms send outbox --settle 3F9A21C4 sent
      forms send outbox --to-folder to-send
      forms send outbox --mark-sent
    """
    options = SendOptions(
        settings=settings,
        to_folder=to_folder,
        mark_sent=mark_sent,
        dry_run=dry_run,
        retry_refused=retry_refused,
        unfinished=unfinished,
        ledger=ledger,
        library=library,
        profile=profile,
    )
    if to_settle is not None:
        name, verdict = to_settle
        told = next((one for one in VERDICTS if one == verdict), None)
        if told is None:
            raise click.BadParameter(f"say {', '.join(VERDICTS)} after the message", param_hint="--settle")
        _show_done([settle(outbox, name, told, options)], as_json=as_json)
        return 0
    if mark_sent and to_folder is None and not dry_run:
        _show_done(mark_handed_over(outbox, options), as_json=as_json)
        return 0
    report = send(outbox, options, os.environ, None if as_json else _show_line)
    if as_json:
        show_json(report.as_json())
    else:
        _show(report)
    if report.interrupted:
        return INTERRUPTED
    return STOPPED if report.stopped else 0 if report.complete else NOT_ALL


def _show_line(line: Sent) -> None:
    what = f"{line.folder}: {line.subject}"
    state = "would go" if line.state == "queued" and not line.reply else STATES[line.state]
    click.echo(f"{what} → {line.file or line.address or 'no address'}: {state}")
    if line.reply and line.state != "sent":
        click.echo(f"    {line.reply}")


def _show(report: SendReport) -> None:
    show_problems(report.problems)
    uncertain = [line for line in report.messages if line.state == "uncertain"]
    for line in uncertain:
        click.echo(f"uncertain: {line.message_id}, to {line.address}, subject ref {line.reference}", err=True)
    if uncertain:
        click.echo(
            "next: ask each recipient whether the message with this reference came, then say so: "
            f"--settle {uncertain[0].reference} sent (or not-sent, and it is sent again)",
            err=True,
        )
    if any(line.state == "refused" for line in report.messages):
        click.echo(
            "next: correct what the mail server says of the refused ones (often an address in the directory), "
            "then use --retry-refused; or send them another way and say so with --settle",
            err=True,
        )
    if not report.dry and any(line.state == "queued" for line in report.messages):
        click.echo("next: give the same command again later; it goes on with those that are waiting", err=True)
    if report.by_hand:
        what = count(report.by_hand, "document")
        click.echo(f"{what} in by-hand: send them another way, then say so with forms record", err=True)
    if report.interrupted:
        click.echo("Interrupted; the same command goes on", err=True)
    words = "would go" if report.dry else "waiting"
    counts = report.counts
    short = {**STATES, "queued": words, "uncertain": "uncertain"}
    parts = [f"{counts[state]} {short[state]}" for state in STATES if counts[state]]
    click.echo(f"{count(len(report.messages), 'message')}: {', '.join(parts) or 'nothing to send'}")


def _show_done(lines: Sequence[Sent], *, as_json: bool) -> None:
    if as_json:
        show_json([line.as_json() for line in lines])
        return
    for line in lines:
        _show_line(line)
    click.echo(f"{count(len(lines), 'message')} noted")
