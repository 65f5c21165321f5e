"""What the ledger keeps beside the documents: which paper asks for which, and what was answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forms.application.bulk.outbox import locked
from forms.application.bulk.run import LEDGER
from forms.application.ledger import Ledger
from forms.foundation.errors import InputError
from forms.foundation.problems import Place


@dataclass(frozen=True, slots=True)
class Chase:
    """A chaser: the document that asks again, the one that it asks for, the how manieth it is (from 1).

    `escalated`: the line manager was told.
    """

    document: int
    chased: int
    attempt: int
    escalated: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its day, the keyed digest of what it says (empty if it was told), what it led to, a note.

    One that does not `count` says something else than the one before.
    """

    day: date
    content: str
    outcome: str
    counts: bool = True
    note: str = ""


def link(ledger: Ledger, chase: Chase) -> None:
    """Note which document a chaser asks for."""
    ledger.write(
        "INSERT INTO chases (document, chased, attempt, escalated) VALUES (?, ?, ?, ?)",
        *(chase.document, chase.chased, chase.attempt, int(chase.escalated)),
    )


def chases(ledger: Ledger) -> dict[int, list[Chase]]:
    """Give all chasers by the document that they ask for, the first first."""
    found: dict[int, list[Chase]] = defaultdict(list)
    for row in ledger.rows("SELECT * FROM chases ORDER BY attempt"):
        chase = Chase(row["document"], row["chased"], row["attempt"], bool(row["escalated"]))
        found[chase.chased].append(chase)
    return found


def add_answer(ledger: Ledger, document: int, answer: Answer) -> None:
    """Keep an answer; the document's state is noted apart."""
    ledger.write(
        "INSERT INTO answers (document, day, content, outcome, counts, note) VALUES (?, ?, ?, ?, ?, ?)",
        *(document, answer.day.isoformat(), answer.content, answer.outcome, int(answer.counts), answer.note),
    )


def answers_to(ledger: Ledger, *documents: int) -> tuple[Answer, ...]:
    """Give the answers to documents, as they came."""
    marks = ",".join("?" * len(documents))
    rows = ledger.rows(f"SELECT * FROM answers WHERE document IN ({marks}) ORDER BY rowid", *documents)
    return tuple(
        Answer(date.fromisoformat(row["day"]), row["content"], row["outcome"], bool(row["counts"]), row["note"])
        for row in rows
    )


def disputed(ledger: Ledger) -> frozenset[int]:
    """Give the documents that have a second, different answer which nobody has decided about yet."""
    rows = ledger.rows(
        "SELECT DISTINCT document FROM answers AS other WHERE counts = 0 AND NOT EXISTS (SELECT 1 FROM answers "
        "WHERE document = other.document AND counts = 1 AND answers.rowid > other.rowid)"
    )
    return frozenset(row["document"] for row in rows)


def ledger_of(place: Path) -> Path:
    """Give the ledger's file, of an outbox or as it is named; raises InputError where there is none."""
    path = place / LEDGER if place.is_dir() else place
    if not path.is_file():
        raise InputError.of(
            "no-ledger", "There is no ledger here", "Name an outbox, or a ledger’s file", Place(str(place))
        )
    return path


@contextmanager
def open_ledger(place: Path) -> Iterator[Ledger]:
    """Open the ledger of an outbox (or a ledger's file), to read it."""
    with Ledger(ledger_of(place)) as ledger:
        yield ledger


@contextmanager
def change_ledger(place: Path) -> Iterator[Ledger]:
    """Open it alone, to write; all that was noted lasts at the end, or nothing where something is raised."""
    path = ledger_of(place)
    with locked(path.parent), Ledger(path) as ledger:
        yield ledger
        ledger.commit()
