"""Giving messages to a mail server: in turn, at a rate, again after a pause, each noted before and after."""

from __future__ import annotations

import heapq
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from forms.application.bulk.messages import short
from forms.application.sending.desk import CUT_OFF, Desk
from forms.application.sending.post import DroppedError, Post, RejectedError
from forms.application.sending.queue import Message, MessageState
from forms.application.sending.settings import Settings
from forms.foundation.errors import FormsError, OutputError
from forms.foundation.problems import Place, Problem

MOST_UNANSWERED = 2
"""After so many messages in a row whose fate is unknown, no more are given to this server for now."""
LONGEST_IDLE = 60.0
"""Seconds for which a connection is kept without use."""


class Interrupts:
    """Lets Ctrl-C wait while a server decides on a message; a second one doesn't wait."""

    def __init__(self) -> None:
        self._shielded = False
        self._asked = False
        self._before: object = None

    def __enter__(self) -> Interrupts:
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


class Delivery:
    """Sends the queued messages over one connection after another."""

    def __init__(self, desk: Desk, settings: Settings, interrupts: Interrupts) -> None:
        self._desk = desk
        self._settings = settings
        self._interrupts = interrupts
        self._timing = desk.timing
        self._post: Post | None = None
        self._failures = 0
        self._unanswered = 0
        self._free_at = self._timing.clock()
        self._sender = settings.sender or desk.composer.sender()

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
                    self._cut()
                    self._stop(error, [item, *waiting])
                    return
                if again:
                    heapq.heappush(waiting, item)
        except BaseException:
            self._cut()
            raise
        self._hang_up()

    def _attempt(self, item: _Try) -> bool:
        """Try a message once; tell whether it is to be tried again."""
        message = item.message
        data = self._desk.compose(message)
        if data is None:
            self._desk.tell(message)
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
        no_copy = post.offer(self._sender, [self._desk.address(message)], data, self._settings.copy_to)
        with self._interrupts.held_back():
            message = self._desk.move(message, "sending")
            try:
                reply = post.complete()
            except DroppedError as error:
                self._hang_up()
                self._settle(message, "uncertain", f"no answer to the complete message: {error}")
                self._unanswered += 1
                if self._unanswered >= MOST_UNANSWERED:
                    raise self._no_answers() from error
                return ""
            except BaseException:
                post.cut()
                self._settle(message, "uncertain", CUT_OFF)
                raise
            self._unanswered = 0
            self._free_at = self._timing.clock() + 60 / self._settings.per_minute
            if reply.accepted:
                self._settle(message, "sent", str(reply))
            elif reply.permanent:
                self._settle(message, "refused", str(reply))
            elif reply.temporary:
                self._desk.move(message, "queued", str(reply))
                if not post.open:
                    self._free_at = self._timing.clock() + self._pause(1)
                return str(reply)
            else:
                self._settle(message, "uncertain", f"an answer that means nothing: {reply}")
        if no_copy:
            self._desk.report.problems.append(_no_copy(short(message.message_id), str(no_copy)))
        return ""

    def _later(self, item: _Try, words: str) -> bool:
        """Put a message off; tell whether it may be tried again in this call."""
        item.tries += 1
        item.message = self._desk.queue.remark(item.message, words)
        self._desk.ledger.commit()
        if item.tries >= self._settings.attempts:
            self._desk.tell(item.message)
            return False
        item.at = self._timing.clock() + self._pause(item.tries)
        return True

    def _settle(self, message: Message, state: MessageState, words: str) -> None:
        self._desk.tell(self._desk.move(message, state, words))

    def _stop(self, error: FormsError, left: Sequence[_Try]) -> None:
        """Tell why nothing more can be sent, and what is left; what the ledger could not take is not so."""
        self._desk.ledger.forget()
        self._desk.report.stopped = True
        self._desk.report.problems += error.problems
        told = {line.message_id for line in self._desk.report.messages}
        for item in sorted(left):
            if item.message.message_id not in told:
                self._desk.tell(self._desk.queue.named(item.message.message_id))

    def _connected(self) -> Post:
        if self._post is None or not self._post.open:
            self._post = Post(self._settings, self._sender.rpartition("@")[2])
        return self._post

    def _hang_up(self) -> None:
        if self._post is not None:
            self._post.close()
            self._post = None

    def _cut(self) -> None:
        """End the connection, not politely: it may be in the middle of a message."""
        if self._post is not None:
            self._post.cut()
            self._post = None

    def _wait_until(self, moment: float) -> None:
        left = moment - self._timing.clock()
        if left > LONGEST_IDLE:
            self._hang_up()  # or the server will
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

    def _no_answers(self) -> OutputError:
        return OutputError.of(
            "no-answers",
            "The mail server takes messages and does not say what becomes of them",
            "Ask who runs it; settle the uncertain messages, then give the same command again",
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
