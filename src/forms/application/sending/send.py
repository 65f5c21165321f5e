"""Sending an outbox: each message once, its state noted before and after, whatever stops the program."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from forms.application.bulk.messages import MOST_ATTACHED, Composer, short
from forms.application.bulk.outbox import Outbox, locked
from forms.application.bulk.run import LEDGER
from forms.application.catalogue import open_catalogue
from forms.application.ledger import Ledger
from forms.application.output import write_file
from forms.application.sending.delivery import Delivery, Interrupts
from forms.application.sending.desk import Desk, Timing, nobody
from forms.application.sending.plan import plan
from forms.application.sending.queue import Message, MessageState
from forms.application.sending.report import OnMessage, SendReport, Sent
from forms.application.sending.settings import Settings, is_address, load_settings
from forms.foundation.errors import InputError, UsageError
from forms.foundation.problems import Place

Verdict = Literal["sent", "not-sent", "returned"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
_STATE_AFTER: Mapping[Verdict, MessageState] = {"sent": "sent", "not-sent": "queued", "returned": "refused"}


@dataclass(frozen=True, slots=True)
class SendOptions:
    """How to send.

    `settings` is a file that says how to reach the mail server. `to_folder` writes the messages there instead;
    with `mark_sent` they count as sent at once, else as handed over. `dry_run` writes and sends nothing.
    `retry_refused` tries again what a server refused; `unfinished` sends also what an interrupted run made.
    `ledger` is the ledger's file, in the outbox if None.
    """

    settings: Path | None = None
    to_folder: Path | None = None
    mark_sent: bool = False
    dry_run: bool = False
    retry_refused: bool = False
    unfinished: bool = False
    ledger: Path | None = None
    library: Path | None = None
    profile: Path | None = None


def send(
    outbox: Path,
    options: SendOptions | None = None,
    environment: Mapping[str, str] | None = None,
    on_message: OnMessage | None = None,
    timing: Timing | None = None,
) -> SendReport:
    """Send what lies in an outbox and was not sent yet: one message per run, authority and reader.

    Args:
        outbox: The outbox of `bulk`.
        options: How to do it.
        environment: Variables with settings (`FORMS_SMTP_…`).
        on_message: Called for each message when it is known what became of it.
        timing: Time and chance, for tests.

    Returns:
        What became of every message. Interrupted (Ctrl-C), it says so.

    Raises:
        UsageError: The settings are not sound.
        InputError: There is no ledger.
        OutputError: The ledger cannot be written, or another program is at work on the outbox.
    """
    options, timing = options or SendOptions(), timing or Timing()
    catalogue = open_catalogue(options.library, options.profile)
    settings: Settings | None = None
    if options.to_folder is None and not (options.dry_run and options.settings is None):
        settings = load_settings(options.settings, environment or {})
    with _opened(outbox, options) as ledger:
        composer = Composer(outbox, ledger, catalogue)
        if settings is not None and not is_address(composer.sender()):
            raise UsageError.of(
                "no-sender", "The profile has no e-mail to send from", "Write it into the profile as `email`"
            )
        desk = Desk(ledger, composer, timing, on_message or nobody)
        _go(desk, options, settings)
        return desk.report


def settle(
    outbox: Path,
    name: str,
    verdict: Verdict,
    options: SendOptions | None = None,
    timing: Timing | None = None,
) -> Sent:
    """Note what a person found out about a message.

    Args:
        outbox: The outbox.
        name: The Message-ID, or the reference in the subject; also of a draft that was sent by hand.
        verdict: That it was sent; that it was not, and is queued again; or that it was, and came back.
        options: Where ledger and library are.
        timing: Time, for tests.

    Raises:
        UsageError: There is no such message, or that cannot be said of it.
    """
    options, timing = options or SendOptions(), timing or Timing()
    catalogue = open_catalogue(options.library, options.profile)
    with _opened(outbox, options) as ledger:
        desk = Desk(ledger, Composer(outbox, ledger, catalogue), timing)
        desk.take_up()
        if not desk.queue.has(name):  # a draft, perhaps, that nobody has tried to send from here
            before = {message.id for message in desk.queue.in_states("queued")}
            plan(desk.queue, desk.composer, MOST_ATTACHED, timing.now(), unfinished=True)
            asked = desk.queue.named(name)
            for message in desk.queue.in_states("queued"):
                if message.id not in before and message != asked:
                    desk.queue.move(message, "void", timing.now())
        return desk.tell(desk.move(desk.queue.named(name), _STATE_AFTER[verdict], "said by a person"))


def mark_handed_over(
    outbox: Path, options: SendOptions | None = None, timing: Timing | None = None
) -> list[Sent]:
    """Note that all messages that were handed over as files have been sent."""
    options, timing = options or SendOptions(), timing or Timing()
    catalogue = open_catalogue(options.library, options.profile)
    with _opened(outbox, options) as ledger:
        desk = Desk(ledger, Composer(outbox, ledger, catalogue), timing)
        return [
            desk.tell(desk.move(message, "sent", "sent by hand"))
            for message in desk.queue.in_states("handed-over")
        ]


@contextmanager
def _opened(outbox: Path, options: SendOptions) -> Iterator[Ledger]:
    """Open the ledger for this program alone; for a dry run, a copy of it."""
    path = options.ledger or outbox / LEDGER
    if not path.is_file():
        raise InputError.of(
            "no-ledger", "There is no ledger here", "Name the outbox of forms bulk", Place(str(path))
        )
    if options.dry_run:
        with tempfile.TemporaryDirectory(prefix="forms-") as folder:
            copy = Path(folder) / LEDGER
            with Ledger(path) as real:
                real.copy_to(copy)
            with Ledger(copy) as ledger:
                yield ledger
    else:
        with locked(outbox, path.parent), Ledger(path) as ledger:
            Outbox(outbox).recover(ledger)
            yield ledger


def _go(desk: Desk, options: SendOptions, settings: Settings | None) -> None:
    """Queue what is new, then send, write or only list what is queued."""
    desk.take_up()
    planned = plan(
        desk.queue,
        desk.composer,
        settings.most_attached if settings else MOST_ATTACHED,
        desk.timing.now(),
        unfinished=options.unfinished,
        retry_refused=options.retry_refused,
    )
    desk.ledger.commit()
    desk.report.dry = options.dry_run
    desk.report.by_hand = planned.by_hand
    desk.report.problems += planned.problems
    for message in desk.queue.in_states("uncertain", "refused"):
        desk.tell(message)
    waiting = desk.queue.in_states("queued")
    try:
        with Interrupts() as interrupts:
            if options.dry_run:
                for message in waiting:
                    desk.tell(message)
            elif options.to_folder is not None:
                _write(desk, waiting, options.to_folder, sent=options.mark_sent)
            elif settings is not None:
                Delivery(desk, settings, interrupts).go(waiting)
    except KeyboardInterrupt:
        desk.report.interrupted = True


def _write(desk: Desk, waiting: Sequence[Message], folder: Path, *, sent: bool) -> None:
    """Write messages as files; the name is the message's, so that writing it again gives no second one."""
    for message in waiting:
        data = desk.compose(message, draft=True)
        if data is None:
            desk.tell(message)
            continue
        name = f"{message.folder}_{message.audience}_{short(message.message_id)}.eml"
        path = write_file(folder, name, data)
        done = desk.move(message, "handed-over")
        desk.tell(desk.move(done, "sent", "sent by hand") if sent else done, str(path))
