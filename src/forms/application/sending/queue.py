"""The messages in the ledger: what is to be sent, what was, and what a person must look at.

    queued → sending → sent | refused | uncertain        by a mail server
    queued → handed-over → sent                          as a file, which a person sends
    sent → refused                                       it came back, as a person says

`sending` is noted before the server is told that a message is complete. A message that is found in that state
was cut off there, and nobody but a person can know whether it went: it becomes `uncertain`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from forms.application.bulk.messages import Bundle, short
from forms.application.ledger import Ledger
from forms.foundation.errors import UsageError

MessageState = Literal["queued", "sending", "sent", "refused", "uncertain", "handed-over", "void"]
NEXT: Mapping[MessageState, tuple[MessageState, ...]] = {
    "queued": ("sending", "sent", "refused", "handed-over", "void"),
    "sending": ("sent", "refused", "uncertain", "queued"),
    "uncertain": ("sent", "queued"),
    "refused": ("sent", "queued", "void"),
    "handed-over": ("sent", "queued"),
    "void": ("queued",),
    "sent": ("refused",),
}
"""What may follow on a state; `void` is a message whose documents were withdrawn or go another way."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message in the ledger; `reply` is the last thing that a server said about it."""

    id: int
    message_id: str
    run: int
    folder: str
    audience: str
    number: int
    parts: int
    state: MessageState
    since: datetime
    reply: str = ""


class Queue:
    """The messages of a ledger. Nothing counts before the ledger's `commit`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def add(
        self, message_id: str, bundles: Sequence[Bundle], number: int, parts: int, now: datetime
    ) -> Message:
        """Queue a message; one that was void counts again."""
        before = self.find(message_id)
        if before is not None:
            self.move(before, "queued", now)
            return self._get(before.id)
        first = bundles[0][0]
        found = self._insert(message_id, first.run, first.folder, first.key.audience, number, parts, now)
        for document, _ in bundles:
            self._ledger.write("INSERT INTO enclosures VALUES (?, ?)", found.id, document.id)
        return found

    def add_notice(self, message_id: str, run: int, folder: str, audience: str, now: datetime) -> Message:
        """Queue a message about a run that has no documents in it; one that was void counts again."""
        before = self.find(message_id)
        if before is not None:
            self.move(before, "queued", now)
            return self._get(before.id)
        return self._insert(message_id, run, folder, audience, 1, 1, now)

    def find(self, message_id: str) -> Message | None:
        """Give the message of a Message-ID, or None."""
        rows = self._ledger.rows("SELECT * FROM messages WHERE message_id = ?", message_id)
        return _message(rows[0]) if rows else None

    def named(self, name: str) -> Message:
        """Give the message of a Message-ID, or of the reference in its subject.

        Raises UsageError where there is none, or the reference belongs to several.
        """
        found = self._named(name)
        if len(found) == 1:
            return found[0]
        hint = "Give the whole Message-ID" if found else "forms send --dry-run lists them"
        raise UsageError.of(
            "no-message",
            "Several messages have this reference" if found else "The ledger has no such message",
            hint,
        )

    def has(self, name: str) -> bool:
        """Tell whether there is a message of that Message-ID or reference."""
        return bool(self._named(name))

    def in_states(self, *states: MessageState) -> list[Message]:
        """Give the messages in any of some states, in the order in which they were queued."""
        marks = ",".join("?" * len(states))
        rows = self._ledger.rows(f"SELECT * FROM messages WHERE state IN ({marks}) ORDER BY id", *states)
        return [_message(row) for row in rows]

    def bundles(self, message: Message) -> list[Bundle]:
        """Give the documents of a message with their files, in the order in which they were issued."""
        rows = self._ledger.rows(
            "SELECT document FROM enclosures WHERE message = ? ORDER BY document", message.id
        )
        numbers = [row["document"] for row in rows]
        return [(self._ledger.document(number), self._ledger.files(number)) for number in numbers]

    def move(self, message: Message, state: MessageState, now: datetime, reply: str = "") -> Message:
        """Note a new state of a message; documents of a sent one become sent. Give the message as it is then.

        Raises UsageError where the state cannot follow on the present one.
        """
        present = self._get(message.id).state
        if state not in NEXT[present]:
            hint = f"It may become: {', '.join(NEXT[present])}" if NEXT[present] else "Nothing follows on that"
            raise UsageError.of("wrong-state", f"A message that is {present} cannot become {state}", hint)
        self._ledger.write(
            "UPDATE messages SET state = ?, since = ?, reply = ? WHERE id = ?",
            *(state, now.isoformat(), reply, message.id),
        )
        self._note(message.id, state, now, reply)
        for document, _ in self.bundles(message):  # others were withdrawn or answered meanwhile
            if state == "sent" and document.state == "rendered":
                self._ledger.record(document.id, "sent", now.date())
            elif present == "sent" and document.state in ("sent", "overdue"):
                self._ledger.note(document.id, "rendered", now.date(), "the message came back")
        return self._get(message.id)

    def remark(self, message: Message, reply: str) -> Message:
        """Note what a server said about a message that stays as it is."""
        self._ledger.write("UPDATE messages SET reply = ? WHERE id = ?", reply, message.id)
        return self._get(message.id)

    def waiting(self, *, unfinished: bool = False) -> list[Bundle]:
        """Give the documents that no message has yet, by run, folder, reader and age.

        Those of runs that were interrupted only if `unfinished`.
        """
        found = self._ledger.select(
            "state = 'rendered' AND id NOT IN (SELECT document FROM enclosures JOIN messages "
            "ON messages.id = message WHERE messages.state <> 'void')"
            + ("" if unfinished else " AND run IN (SELECT number FROM runs WHERE finished = 1)")
        )
        ordered = sorted(found, key=lambda one: (one.run, one.folder, one.key.audience, one.id))
        return [(one, self._ledger.files(one.id)) for one in ordered]

    def interrupted_runs(self) -> list[int]:
        """Give the unfinished runs with documents that are to be sent."""
        rows = self._ledger.rows(
            "SELECT DISTINCT number FROM runs JOIN documents ON run = number "
            "WHERE finished = 0 AND state = 'rendered' ORDER BY number"
        )
        return [row["number"] for row in rows]

    def _insert(
        self, message_id: str, run: int, folder: str, audience: str, number: int, parts: int, now: datetime
    ) -> Message:
        self._ledger.write(
            "INSERT INTO messages (message_id, run, folder, audience, number, parts, state, since) "
            "VALUES (?, ?, ?, ?, ?, ?, 'queued', ?)",
            *(message_id, run, folder, audience, number, parts, now.isoformat()),
        )
        found = self.find(message_id)
        assert found is not None
        self._note(found.id, "queued", now, "")
        return found

    def _named(self, name: str) -> list[Message]:
        plain = name.strip().strip("<>").lower()
        return [
            message
            for message in map(_message, self._ledger.rows("SELECT * FROM messages ORDER BY id"))
            if plain in (message.message_id.strip("<>").lower(), short(message.message_id).lower())
        ]

    def _get(self, number: int) -> Message:
        return _message(self._ledger.rows("SELECT * FROM messages WHERE id = ?", number)[0])

    def _note(self, number: int, state: MessageState, now: datetime, reply: str) -> None:
        self._ledger.write(
            "INSERT INTO message_events VALUES (?, ?, ?, ?)", number, state, now.isoformat(), reply
        )


def _message(row: sqlite3.Row) -> Message:
    return Message(
        id=row["id"],
        message_id=row["message_id"],
        run=row["run"],
        folder=row["folder"],
        audience=row["audience"],
        number=row["number"],
        parts=row["parts"],
        state=row["state"],
        since=datetime.fromisoformat(row["since"]),
        reply=row["reply"],
    )
