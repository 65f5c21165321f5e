"""Sending an outbox: each message once, its state noted before and after, whatever stops the program."""

from __future__ import annotations

import heapq
import random
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import FrameType

from forms.application.bulk.messages import MOST_ATTACHED, Composer, short
from forms.application.bulk.outbox import Outbox, locked
from forms.application.bulk.run import LEDGER
from forms.application.catalogue import open_catalogue
from forms.application.ledger import Ledger
from forms.application.output import write_file
from forms.application.sending.plan import plan
from forms.application.sending.post import DroppedError, Post, RejectedError
from forms.application.sending.queue import Message, MessageState, Queue
from forms.application.sending.report import OnMessage, SendReport, Sent
from forms.application.sending.settings import Settings, is_address, load_settings
from forms.foundation.errors import FormsError, InputError, OutputError, UsageError
from forms.foundation.problems import Place, Problem

_CUT_OFF = "cut off while it was being sent"


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


@dataclass(frozen=True, slots=True)
class Timing:
    """Time and chance, so that tests can do without either. `chance` gives a number from 0 to 1."""

    now: Callable[[], datetime] = lambda: datetime.now().astimezone().replace(microsecond=0)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


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
        if not is_address(composer.sender()):
            raise UsageError.of(
                "no-sender", "The profile has no e-mail to send from", "Write it into the profile as `email`"
            )
        task = _Task(outbox, options, ledger, composer, timing, on_message or (lambda _: None))
        return task.go(settings)


def settle(
    outbox: Path,
    name: str,
    *,
    sent: bool,
    options: SendOptions | None = None,
    timing: Timing | None = None,
) -> Sent:
    """Note what a person found out about a message: that it was sent, or was not and is to be sent again.

    Args:
        outbox: The outbox.
        name: The Message-ID, or the reference in the subject.
        sent: What was found out.
        options: Where ledger and library are.
        timing: Time, for tests.

    Raises:
        UsageError: There is no such message, or nothing to find out about it.
    """
    options, timing = options or SendOptions(), timing or Timing()
    catalogue = open_catalogue(options.library, options.profile)
    with _opened(outbox, options) as ledger:
        queue = Queue(ledger)
        composer = Composer(outbox, ledger, catalogue)
        _take_up(queue, timing.now())
        message = queue.move(queue.named(name), "sent" if sent else "queued", timing.now(), "said by a person")
        ledger.commit()
        return _line(message, queue, composer)


def mark_handed_over(
    outbox: Path, options: SendOptions | None = None, timing: Timing | None = None
) -> list[Sent]:
    """Note that all messages that were handed over as files have been sent."""
    options, timing = options or SendOptions(), timing or Timing()
    catalogue = open_catalogue(options.library, options.profile)
    with _opened(outbox, options) as ledger:
        queue = Queue(ledger)
        composer = Composer(outbox, ledger, catalogue)
        done = [queue.move(one, "sent", timing.now(), "sent by hand") for one in queue.in_states("handed-over")]
        ledger.commit()
        return [_line(message, queue, composer) for message in done]


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


def _take_up(queue: Queue, now: datetime) -> None:
    """Turn what a killed program left in the middle into what a person must look at."""
    for message in queue.in_states("sending"):
        queue.move(message, "uncertain", now, _CUT_OFF)


def _line(message: Message, queue: Queue, composer: Composer, file: str = "") -> Sent:
    bundles = queue.bundles(message)
    return Sent(
        message_id=message.message_id,
        reference=short(message.message_id),
        folder=message.folder,
        audience=message.audience,
        address=composer.address(bundles[0][0].key.recipient),
        subject=composer.subject(bundles, message.number, message.parts),
        documents=len(bundles),
        state=message.state,
        reply=message.reply,
        file=file,
    )


@dataclass(slots=True)
class _Task:
    """What is asked for, and what became of it."""

    outbox: Path
    options: SendOptions
    ledger: Ledger
    composer: Composer
    timing: Timing
    on_message: OnMessage
    report: SendReport = field(default_factory=SendReport)

    def go(self, settings: Settings | None) -> SendReport:
        queue = Queue(self.ledger)
        now = self.timing.now()
        _take_up(queue, now)
        most = settings.most_attached if settings else MOST_ATTACHED
        planned = plan(
            queue,
            self.composer,
            most,
            now,
            unfinished=self.options.unfinished,
            retry_refused=self.options.retry_refused,
        )
        self.ledger.commit()
        self.report.dry = self.options.dry_run
        self.report.by_hand = planned.by_hand
        self.report.problems += planned.problems
        for message in queue.in_states("uncertain", "refused"):
            self._tell(message, queue)
        waiting = queue.in_states("queued")
        try:
            with _Interrupts() as interrupts:
                if self.options.dry_run:
                    for message in waiting:
                        self._tell(message, queue)
                elif self.options.to_folder is not None:
                    self._write(waiting, queue, self.options.to_folder)
                elif settings is not None:
                    _Sender(self, queue, settings, interrupts).go(waiting)
        except KeyboardInterrupt:
            self.report.interrupted = True
        return self.report

    def compose(self, message: Message, queue: Queue) -> bytes | None:
        """Give a message as bytes; where a document is not as issued, nothing but a problem."""
        try:
            return self.composer.compose(
                queue.bundles(message),
                message.number,
                message.parts,
                sent=None if self.options.to_folder else self.timing.now(),
                message_id=message.message_id,
            )
        except InputError as error:
            self.report.problems += error.problems
            return None

    def tell(self, line: Sent) -> None:
        """Take up what became of a message."""
        self.report.messages.append(line)
        self.on_message(line)

    def _tell(self, message: Message, queue: Queue) -> None:
        self.tell(_line(message, queue, self.composer))

    def _write(self, waiting: Sequence[Message], queue: Queue, folder: Path) -> None:
        """Write messages as files; the name is the message's, so that writing it again is no second one."""
        for message in waiting:
            data = self.compose(message, queue)
            if data is None:
                self._tell(message, queue)
                continue
            name = f"{message.folder}_{message.audience}_{short(message.message_id)}.eml"
            path = write_file(folder, name, data)
            message = queue.move(message, "handed-over", self.timing.now())
            if self.options.mark_sent:
                message = queue.move(message, "sent", self.timing.now(), "sent by hand")
            self.ledger.commit()
            self.tell(_line(message, queue, self.composer, str(path)))


class _Interrupts:
    """Lets Ctrl-C wait while a server decides on a message; a second one doesn't wait."""

    def __init__(self) -> None:
        self._shielded = False
        self._asked = False
        self._before: object = None

    def __enter__(self) -> _Interrupts:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)  # type: ignore[arg-type]

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Hold a first Ctrl-C back until the end of the block."""
        self._shielded = True
        try:
            yield
        finally:
            self._shielded = False
        if self._asked:
            raise KeyboardInterrupt

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self._shielded and not self._asked:
            self._asked = True
        else:
            raise KeyboardInterrupt


@dataclass(order=True, slots=True)
class _Try:
    """A message, and when it is to be tried (by the clock)."""

    at: float
    number: int
    message: Message = field(compare=False)
    tries: int = field(default=0, compare=False)


class _Sender:
    """Sends the queued messages over one connection after another."""

    def __init__(self, task: _Task, queue: Queue, settings: Settings, interrupts: _Interrupts) -> None:
        self._task = task
        self._queue = queue
        self._settings = settings
        self._interrupts = interrupts
        self._timing = task.timing
        self._post: Post | None = None
        self._failures = 0
        self._free_at = self._timing.clock()
        self._sender = settings.sender or task.composer.sender()

    def go(self, messages: Sequence[Message]) -> None:
        """Send them, the ready ones first, until each is settled or has been tried often enough."""
        start = self._timing.clock()
        waiting = [_Try(start, number, message) for number, message in enumerate(messages)]
        heapq.heapify(waiting)
        try:
            while waiting:
                item = heapq.heappop(waiting)
                self._wait_until(max(item.at, self._free_at))
                try:
                    again = self._attempt(item)
                except FormsError as error:
                    self._stop(error, [item, *waiting])
                    break
                if again:
                    heapq.heappush(waiting, item)
        except BaseException:
            if self._post is not None:
                self._post.cut()  # not politely: it may be in the middle of a message
            raise
        self._hang_up()

    def _attempt(self, item: _Try) -> bool:
        """Try a message once; tell whether it is to be tried again."""
        message, task = item.message, self._task
        data = task.compose(message, self._queue)
        if data is None:
            self._tell(message)
            return False
        try:
            reply = self._transmit(message, data)
        except RejectedError as error:
            self._failures = 0
            if error.about_sender:
                raise self._no_sender(str(error)) from error
            if error.reply.temporary:
                return self._later(item, str(error))
            self._settle(message, "refused", str(error))
            return False
        except DroppedError as error:
            self._hang_up()
            self._failures += 1
            if self._failures >= self._settings.attempts:
                raise self._no_server(str(error)) from error
            self._free_at = self._timing.clock() + self._pause(self._failures)
            return self._later(item, str(error))
        self._failures = 0
        return self._later(item, reply) if reply else False

    def _transmit(self, message: Message, data: bytes) -> str:
        """Give a message to the server and note what came of it; give its words where it is to be tried again.

        The ledger has the message as `sending` before the server is told that it is complete.
        """
        post = self._connected()
        address = self._task.composer.address(self._queue.bundles(message)[0][0].key.recipient)
        no_copy = post.offer(self._sender, [address], data, self._settings.copy_to)
        with self._interrupts.held_back():
            message = self._queue.move(message, "sending", self._timing.now())
            self._task.ledger.commit()
            try:
                reply = post.complete()
            except DroppedError as error:
                self._hang_up()
                self._settle(message, "uncertain", f"no answer to the complete message: {error}")
                return ""
            except BaseException:
                post.cut()
                self._settle(message, "uncertain", _CUT_OFF)
                raise
            self._free_at = self._timing.clock() + 60 / self._settings.per_minute
            if reply.accepted:
                self._settle(message, "sent", str(reply))
            elif reply.permanent:
                self._settle(message, "refused", str(reply))
            elif reply.temporary:
                self._queue.move(message, "queued", self._timing.now(), str(reply))
                self._task.ledger.commit()
                if not post.open:
                    self._free_at = self._timing.clock() + self._pause(1)
                return str(reply)
            else:
                self._settle(message, "uncertain", f"an answer that means nothing: {reply}")
        if no_copy:
            self._task.report.problems.append(_no_copy(short(message.message_id), str(no_copy)))
        return ""

    def _later(self, item: _Try, words: str) -> bool:
        """Put a message off; tell whether it may be tried again in this call."""
        item.tries += 1
        self._task.ledger.write("UPDATE messages SET reply = ? WHERE id = ?", words, item.message.id)
        self._task.ledger.commit()
        if item.tries >= self._settings.attempts:
            self._tell(item.message)
            return False
        item.at = self._timing.clock() + self._pause(item.tries)
        return True

    def _settle(self, message: Message, state: MessageState, words: str) -> None:
        done = self._queue.move(message, state, self._timing.now(), words)
        self._task.ledger.commit()
        self._tell(done)

    def _tell(self, message: Message) -> None:
        found = self._queue.find(message.message_id)
        assert found is not None
        self._task.tell(_line(found, self._queue, self._task.composer))

    def _stop(self, error: FormsError, left: Sequence[_Try]) -> None:
        """Tell why nothing more can be sent, and what is left."""
        self._task.report.stopped = True
        self._task.report.problems += error.problems
        for item in sorted(left):
            self._tell(item.message)

    def _connected(self) -> Post:
        if self._post is None or not self._post.open:
            self._post = Post(self._settings, self._sender.rpartition("@")[2])
        return self._post

    def _hang_up(self) -> None:
        if self._post is not None:
            self._post.close()
            self._post = None

    def _wait_until(self, moment: float) -> None:
        left = moment - self._timing.clock()
        if left > 0:
            self._timing.sleep(left)

    def _pause(self, tries: int) -> float:
        """Give the seconds to wait after so many failures: doubling, and by chance not quite the same."""
        longest = min(self._settings.first_pause * 2.0 ** (tries - 1), self._settings.longest_pause)
        return longest * (0.5 + self._timing.chance() / 2)

    def _no_server(self, words: str) -> OutputError:
        return OutputError.of(
            "no-server",
            f"The mail server cannot be reached ({words})",
            "Look at host and port in the settings and at the network, then give the same command again",
            Place(f"{self._settings.host}:{self._settings.port}"),
        )

    def _no_sender(self, words: str) -> OutputError:
        return OutputError.of(
            "sender-refused",
            f"The mail server takes no messages from our address ({words})",
            "Set sender to an address that this login may send from",
            Place(f"{self._settings.host}:{self._settings.port}"),
        )


def _no_copy(reference: str, words: str) -> Problem:
    return Problem(
        "warning",
        "no-copy",
        f"The copy of message {reference} for ourselves was refused ({words})",
        "Correct copy_to; the message itself was sent",
    )
