"""What is waited for: each paper that wants an answer, when it was sent, and how often it was asked for again.

A *matter* is one version of a paper for one recipient, with all its issues: who was sent the same thing twice
owes one answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from forms.application.catalogue import Catalogue
from forms.application.follow_up.register import chases
from forms.application.ledger import NEXT, Event, Issued, Ledger, State
from forms.domain.artefact import FollowUp, Manifest
from forms.domain.deadlines import Rule, due
from forms.foundation.errors import ArtefactError
from forms.foundation.problems import Place

_PROGRESS: Mapping[State, int] = {
    "withdrawn": 0,
    "rendered": 1,
    "sent": 2,
    "acknowledged": 3,
    "overdue": 3,
    "answered": 4,
}


@dataclass(frozen=True, slots=True)
class Chaser:
    """A paper that asks again: its number (from 1), and when it was sent, if it was."""

    document: Issued
    attempt: int
    escalated: bool
    sent: date | None


@dataclass(frozen=True, slots=True)
class Matter:
    """A version of a paper for a recipient. `issues` are its documents, the first first.

    `sent` is the day it was first sent, `answered` that of the first answer, `closed` that of the answer or
    the withdrawal. `rule` says when to ask again, by `follow_up.paper`; both are None where nobody asks.
    `chasers` are without those that were withdrawn unsent. `changes` counts all that was ever noted of it.
    """

    issues: tuple[Issued, ...]
    state: State
    sent: date | None
    acknowledged: date | None
    answered: date | None
    closed: date | None
    chasers: tuple[Chaser, ...]
    follow_up: FollowUp | None
    rule: Rule | None
    changes: int

    @property
    def document(self) -> Issued:
        """The newest issue."""
        return self.issues[-1]

    @property
    def open(self) -> bool:
        """Whether it is still waited for."""
        return bool(NEXT[self.state])

    @property
    def reply_due(self) -> date | None:
        """The day by which the rule wants an answer, or the first chaser."""
        return due(self.rule, self.sent) if self.rule and self.sent else None

    @property
    def waiting_chaser(self) -> Chaser | None:
        """The chaser that was made and not sent yet."""
        return next((one for one in self.chasers if one.sent is None), None)

    @property
    def next_chaser(self) -> date | None:
        """The day of the next chaser; None where none is to be made, or the last one waits to be sent."""
        if not self.open or self.rule is None or self.sent is None or self.waiting_chaser:
            return None
        if not self.chasers:
            return self.reply_due
        last = self.chasers[-1].sent
        return due(self.rule, last) if self.rule.repeat and last else None

    @property
    def next_attempt(self) -> int:
        """The number of the next chaser, from 1."""
        return self.chasers[-1].attempt + 1 if self.chasers else 1

    def late_on(self, day: date) -> bool:
        """Tell whether the answer is overdue: the day of the rule has come without it."""
        return self.open and self.reply_due is not None and self.reply_due <= day


def awaited(manifest: Manifest) -> bool:
    """Tell whether an answer to a paper is waited for."""
    return manifest.follow_up is not None or bool(manifest.reply_schema)


def matters(ledger: Ledger, catalogue: Catalogue) -> list[Matter]:
    """Give all matters of a ledger, open and closed, in the order in which they were first issued.

    Copies for lay readers are none: nobody is asked for an answer to them.
    """
    manifests = {name: one for name, one in catalogue.artefacts.items() if awaited(one)}
    groups: dict[object, list[Issued]] = defaultdict(list)
    marks = ",".join("?" * len(manifests))
    for document in ledger.select(f"artefact IN ({marks})", *manifests):
        if not _lay(document.key.audience, catalogue):
            groups[(document.key, document.version)].append(document)
    events = _events(ledger)
    asked = _chasers(ledger, events)
    return [
        _matter(tuple(issues), manifests[issues[0].key.artefact], events, asked, catalogue)
        for issues in groups.values()
    ]


def _matter(
    issues: tuple[Issued, ...],
    manifest: Manifest,
    events: Mapping[int, list[Event]],
    asked: Mapping[int, list[Chaser]],
    catalogue: Catalogue,
) -> Matter:
    best = max(issues, key=lambda one: (_PROGRESS[one.state], one.since, one.issue))
    found = [event for one in issues for event in events[one.id]]
    chasers = sorted((one for issue in issues for one in asked.get(issue.id, ())), key=lambda one: one.attempt)
    rule = _rule(manifest, issues[0].key.recipient, catalogue)
    return Matter(
        issues=issues,
        state=best.state,
        sent=_sent(found, issues[0]),
        acknowledged=min((event.day for event in found if event.state == "acknowledged"), default=None),
        answered=min((event.day for event in found if event.state == "answered"), default=None),
        closed=None if NEXT[best.state] else best.since,
        chasers=tuple(one for one in chasers if one.sent or one.document.state == "rendered"),
        follow_up=manifest.follow_up,
        rule=rule,
        changes=len(found) + sum(len(events[one.document.id]) for one in chasers),
    )


def _sent(events: Iterable[Event], first: Issued) -> date | None:
    """Give the day of the first sending; what was answered without one was sent when it was issued."""
    states = {event.state for event in events}
    days = [event.day for event in events if event.state == "sent"]
    if days:
        return min(days)
    return first.issued if states & {"acknowledged", "answered", "overdue"} else None


def _rule(manifest: Manifest, recipient: str, catalogue: Catalogue) -> Rule | None:
    if manifest.follow_up is None:
        return None
    name = manifest.follow_up.rule
    if name not in catalogue.deadline_rules:
        raise ArtefactError.of(
            "unknown-deadline",
            f"The paper is to be followed up by a deadline rule that does not exist: {name}",
            f"The rules are {', '.join(catalogue.deadline_rules)}",
            Place(manifest.source, "/follow_up/rule"),
        )
    return catalogue.deadline_rules[name].for_authority(authority_code(recipient))


def authority_code(recipient: str) -> str:
    """Give the authority's code of a recipient as the ledger has it (`E09000028/hub#2`)."""
    return recipient.partition("#")[0].partition("/")[0]


def _events(ledger: Ledger) -> dict[int, list[Event]]:
    """Give what happened to each document; a message that came back was none."""
    found: dict[int, list[Event]] = defaultdict(list)
    for row in ledger.rows("SELECT * FROM events ORDER BY rowid"):
        event = Event(row["state"], date.fromisoformat(row["day"]), row["note"])
        if event.state == "rendered":
            before = found[row["document"]]
            before[:] = [replace(one, state="rendered") for one in before]  # as many as there were
        found[row["document"]].append(event)
    return found


def _chasers(ledger: Ledger, events: Mapping[int, list[Event]]) -> dict[int, list[Chaser]]:
    documents = {one.id: one for one in ledger.select("id IN (SELECT document FROM chases)")}
    return {
        chased: [
            Chaser(documents[one.document], one.attempt, one.escalated, _day_sent(events[one.document]))
            for one in some
        ]
        for chased, some in chases(ledger).items()
    }


def _day_sent(events: Iterable[Event]) -> date | None:
    return min((event.day for event in events if event.state == "sent"), default=None)


def _lay(audience: str, catalogue: Catalogue) -> bool:
    reader = catalogue.readers.get(audience) or catalogue.readers.get(audience.rpartition("-")[0])
    return bool(reader and reader.lay)


__all__ = ["Chaser", "Matter", "authority_code", "awaited", "matters"]
