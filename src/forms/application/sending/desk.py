"""What everybody who handles messages needs: the ledger's messages, their texts, the time, and the report."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from forms.application.bulk.messages import Composer, short
from forms.application.follow_up.manager import READER, Notice, notice
from forms.application.ledger import Ledger
from forms.application.sending.queue import Message, MessageState, Queue
from forms.application.sending.report import OnMessage, SendReport, Sent
from forms.foundation.errors import InputError

CUT_OFF = "cut off while it was being sent"


@dataclass(frozen=True, slots=True)
class Timing:
    """Time and chance, so that tests can do without either. `chance` gives a number from 0 to 1."""

    now: Callable[[], datetime] = lambda: datetime.now().astimezone().replace(microsecond=0)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


def nobody(_: Sent) -> None:
    """Listen to nothing."""


@dataclass(slots=True)
class Desk:
    """An open ledger's messages, and what is told of them."""

    ledger: Ledger
    composer: Composer
    timing: Timing
    on_message: OnMessage = nobody
    report: SendReport = field(default_factory=SendReport)

    @property
    def queue(self) -> Queue:
        """The messages in the ledger."""
        return Queue(self.ledger)

    def take_up(self) -> None:
        """Turn what a killed program left in the middle into what a person must look at."""
        for message in self.queue.in_states("sending"):
            self.queue.move(message, "uncertain", self.timing.now(), CUT_OFF)

    def address(self, message: Message) -> str:
        """Give the address that a message goes to, from the directory; the line manager's from the profile."""
        if told := self._notice(message):
            return told.address
        return self.composer.address(self.queue.bundles(message)[0][0].key.recipient)

    def compose(self, message: Message, *, draft: bool = False) -> bytes | None:
        """Give a message as bytes; where a document is not as issued, a problem in the report and nothing."""
        sent = None if draft else self.timing.now()
        if told := self._notice(message):
            return told.compose(sent)
        try:
            return self.composer.compose(
                self.queue.bundles(message),
                message.number,
                message.parts,
                sent=sent,
                message_id=message.message_id,
            )
        except InputError as error:
            self.report.problems += error.problems
            return None

    def move(self, message: Message, state: MessageState, words: str = "") -> Message:
        """Note a new state, so that it lasts."""
        done = self.queue.move(message, state, self.timing.now(), words)
        self.ledger.commit()
        return done

    def tell(self, message: Message, file: str = "") -> Sent:
        """Report what became of a message."""
        told, bundles = self._notice(message), self.queue.bundles(message)
        subject = told.subject if told else self.composer.subject(bundles, message.number, message.parts)
        line = Sent(
            message_id=message.message_id,
            reference=short(message.message_id),
            folder=message.folder,
            audience=message.audience,
            address=self.address(message),
            subject=subject,
            documents=len(bundles),
            state="uncertain" if message.state == "sending" else message.state,
            reply=message.reply,
            file=file,
        )
        self.report.messages.append(line)
        self.on_message(line)
        return line

    def _notice(self, message: Message) -> Notice | None:
        """Give what a message says if it is one to the line manager."""
        return notice(self.composer, message.run) if message.audience == READER else None
