"""What `forms send` tells: what became of each message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from forms.application.sending.queue import MessageState
from forms.foundation.problems import Problem, errors_in


@dataclass(frozen=True, slots=True)
class Sent:
    """A message and what became of it; `reply` is the server's last answer, `file` where it was written."""

    message_id: str
    reference: str
    folder: str
    audience: str
    address: str
    subject: str
    documents: int
    state: MessageState
    reply: str = ""
    file: str = ""

    def as_json(self) -> dict[str, object]:
        """The object that `--json` prints."""
        return {
            "message_id": self.message_id,
            "reference": self.reference,
            "folder": self.folder,
            "audience": self.audience,
            "address": self.address,
            "subject": self.subject,
            "documents": self.documents,
            "state": self.state,
            "reply": self.reply,
            "file": self.file,
        }


OnMessage = Callable[[Sent], None]


@dataclass(slots=True)
class SendReport:
    """What became of all messages that were to go.

    `messages` are those of this call and those of earlier ones that a person must look at. `by_hand` counts
    documents that no message is made for (copies for lay readers, recipients without a team). `stopped` tells
    that the rest could not be tried, `interrupted` that somebody stopped it.
    """

    dry: bool = False
    messages: list[Sent] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    by_hand: int = 0
    stopped: bool = False
    interrupted: bool = False

    @property
    def counts(self) -> Counter[str]:
        """Messages by state."""
        return Counter(message.state for message in self.messages)

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do or to look at."""
        done = {"sent", "handed-over"} if not self.dry else {"queued"}
        return not errors_in(self.problems) and all(message.state in done for message in self.messages)

    def as_json(self) -> dict[str, object]:
        """What `--json` prints."""
        return {
            "dry_run": self.dry,
            "stopped": self.stopped,
            "interrupted": self.interrupted,
            "counts": dict(sorted(self.counts.items())),
            "by_hand": self.by_hand,
            "messages": [message.as_json() for message in self.messages],
            "problems": [problem.as_json() for problem in self.problems],
        }
