"""The ledger: what was issued to whom, and what became of it.

One SQLite file (write-ahead log) with references, digests and states, and nothing else of a case. A
document's key is issuer, case reference, artefact, audience and recipient; its content is a keyed digest
(HMAC-SHA-256, the key in a file beside the ledger) of the reader's view. So the same thing is known again on
whatever day and edition, and nobody can find out from the ledger what a document said by trying.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, Self

import rfc8785

from forms.application.output import write_file
from forms.foundation.errors import InputError, OutputError, UsageError
from forms.foundation.problems import Place, Problem

State = Literal["rendered", "sent", "acknowledged", "answered", "overdue", "withdrawn"]
OUTSTANDING: tuple[State, ...] = ("rendered", "sent", "acknowledged", "overdue")
"""The states in which something is still to be done or waited for."""
NEXT: Mapping[State, tuple[State, ...]] = {
    "rendered": ("sent", "acknowledged", "answered", "withdrawn"),  # what was answered must have been sent
    "sent": ("acknowledged", "answered", "overdue", "withdrawn"),
    "acknowledged": ("answered", "overdue", "withdrawn"),
    "overdue": ("acknowledged", "answered", "withdrawn"),
    "answered": (),
    "withdrawn": (),
}
"""What may follow on a state."""
KEY_BYTES = 32
_SQLITE = b"SQLite format 3\x00"

_FIRST = """
CREATE TABLE runs (
    number INTEGER PRIMARY KEY, artefact TEXT NOT NULL, issued TEXT NOT NULL, task TEXT NOT NULL,
    finished INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs, row INTEGER NOT NULL,
    issuer TEXT NOT NULL, reference TEXT NOT NULL, artefact TEXT NOT NULL, audience TEXT NOT NULL,
    recipient TEXT NOT NULL, version INTEGER NOT NULL, issue INTEGER NOT NULL, content TEXT NOT NULL,
    shown TEXT NOT NULL, digest TEXT NOT NULL, edition TEXT NOT NULL, issued TEXT NOT NULL,
    folder TEXT NOT NULL, state TEXT NOT NULL, since TEXT NOT NULL,
    replaces INTEGER REFERENCES documents, reason TEXT NOT NULL DEFAULT '',
    UNIQUE (issuer, reference, artefact, audience, recipient, version, issue)
) STRICT;
CREATE INDEX by_run ON documents (run, folder);
CREATE INDEX by_state ON documents (state);
CREATE TABLE files (
    document INTEGER NOT NULL REFERENCES documents, name TEXT NOT NULL, format TEXT NOT NULL,
    size INTEGER NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (document, name)
) STRICT;
CREATE INDEX by_name ON files (name);
CREATE TABLE events (
    document INTEGER NOT NULL REFERENCES documents, state TEXT NOT NULL, day TEXT NOT NULL
) STRICT;
"""
_MESSAGES = """
CREATE TABLE messages (
    id INTEGER PRIMARY KEY, message_id TEXT NOT NULL UNIQUE, run INTEGER NOT NULL REFERENCES runs,
    folder TEXT NOT NULL, audience TEXT NOT NULL, number INTEGER NOT NULL, parts INTEGER NOT NULL,
    state TEXT NOT NULL, since TEXT NOT NULL, reply TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX by_message_state ON messages (state);
CREATE TABLE enclosures (
    message INTEGER NOT NULL REFERENCES messages, document INTEGER NOT NULL REFERENCES documents,
    PRIMARY KEY (message, document)
) STRICT;
CREATE INDEX by_enclosed ON enclosures (document);
CREATE TABLE message_events (
    message INTEGER NOT NULL REFERENCES messages, state TEXT NOT NULL, at TEXT NOT NULL, reply TEXT NOT NULL
) STRICT;
ALTER TABLE files ADD COLUMN sealed_size INTEGER;
ALTER TABLE files ADD COLUMN sealed_sha256 TEXT;
"""
_FOLLOW_UP = """
ALTER TABLE documents ADD COLUMN practitioner TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN note TEXT NOT NULL DEFAULT '';
CREATE INDEX events_of ON events (document);
CREATE INDEX by_shown ON documents (shown, artefact);
CREATE TABLE chases (
    document INTEGER PRIMARY KEY REFERENCES documents, chased INTEGER NOT NULL REFERENCES documents,
    attempt INTEGER NOT NULL, escalated INTEGER NOT NULL
) STRICT;
CREATE INDEX chasers_of ON chases (chased);
CREATE TABLE answers (
    document INTEGER NOT NULL REFERENCES documents, day TEXT NOT NULL, content TEXT NOT NULL,
    outcome TEXT NOT NULL, counts INTEGER NOT NULL, note TEXT NOT NULL
) STRICT;
CREATE INDEX answers_to ON answers (document);
"""
_LAYOUTS = (_FIRST, _MESSAGES, _FOLLOW_UP)
"""What makes each layout from the one before; a ledger says in `user_version` which one it has."""


@dataclass(frozen=True, slots=True)
class Key:
    """What makes a document the same one: on another day it is a re-issue, with other content a new version.

    `recipient` is the authority's ONS code (with the team, where it has several), or empty.
    """

    issuer: str
    reference: str
    artefact: str
    audience: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of an outbox: its name, how many documents of a run lie there, and whether any is encrypted."""

    name: str
    documents: int
    sealed: bool


@dataclass(frozen=True, slots=True)
class Sealed:
    """The size and SHA-256 of a file as it lies in the outbox, encrypted."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a document; `size` and `sha256` are of its plain bytes, whether it is `sealed` or not."""

    name: str
    format: str
    size: int
    sha256: str
    sealed: Sealed | None = None

    @property
    def stored(self) -> Sealed:
        """Size and SHA-256 of what lies in the outbox."""
        return self.sealed or Sealed(self.size, self.sha256)


@dataclass(frozen=True, slots=True)
class Issued:
    """A document in the ledger.

    `row` is the case's place in the run's source, `shown` the reference that the document shows, `digest` the
    one it carries, `content` the keyed digest. `version` counts contents, `issue` the issues of one content,
    both from 1. `practitioner` is a code or a team, never a name; `outcome` what the answer led to (an id of
    the manifest).
    """

    id: int
    run: int
    row: int
    key: Key
    version: int
    issue: int
    content: str
    shown: str
    digest: str
    edition: str
    issued: date
    folder: str
    state: State
    since: date
    replaces: int | None = None
    reason: str = ""
    practitioner: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A state that a document came into, on which day, and how that is known, if somebody said."""

    state: State
    day: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A run: its number, its date of issue, and whether it goes on from one that was interrupted."""

    number: int
    issued: date
    resumed: bool


class Ledger:
    """An open ledger; use it in a `with` block. Nothing counts before `commit`."""

    def __init__(self, path: Path) -> None:
        """Open the ledger at `path`, made if missing, and its key beside it.

        Raises OutputError where it cannot be written, InputError where it is no ledger or its key is lost.
        """
        self.path = path
        with _readable(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = not path.exists()
            if not fresh:
                _look_at(path)
            self.secret = _secret(path, fresh=fresh)
            if fresh:
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._base = sqlite3.connect(path, isolation_level=None, timeout=30)
            try:
                self._base.execute("PRAGMA journal_mode = WAL")
                self._base.execute("PRAGMA synchronous = FULL")
                self._base.execute("PRAGMA foreign_keys = ON")
                self._prepare()
            except BaseException:
                self._base.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close it; what was not committed is forgotten."""
        if self._base.in_transaction:
            self._base.rollback()
        self._base.close()

    def commit(self) -> None:
        """Make all that was noted since the last time last."""
        if self._base.in_transaction:
            with _readable(self.path):
                self._base.execute("COMMIT")

    def forget(self) -> None:
        """Take back all that was noted since the last time."""
        if self._base.in_transaction:
            self._base.rollback()

    def copy_to(self, path: Path) -> None:
        """Write a copy of the ledger and its key, to try things on."""
        write_file(path.parent, key_file(path).name, self.secret)
        other = sqlite3.connect(path)
        try:
            self._base.backup(other)
        finally:
            other.close()

    def content(self, value: object) -> str:
        """Give the keyed digest of a JSON value."""
        return keyed_digest(self.secret, value)

    def start(self, artefact: str, issued: date | None, today: date, task: str) -> Run:
        """Begin a run, or go on with the unfinished one of the same task (a digest of source and options).

        A resumed run keeps its date; `issued` other than that date makes a new run.
        """
        found = self._one("SELECT number, issued FROM runs WHERE task = ? AND finished = 0", task)
        if found and (issued is None or issued.isoformat() == found["issued"]):
            return Run(found["number"], date.fromisoformat(found["issued"]), True)
        day = issued or today
        self._write(
            "INSERT INTO runs (artefact, issued, task) VALUES (?, ?, ?)", artefact, day.isoformat(), task
        )
        number = int(self._one("SELECT max(number) AS n FROM runs")["n"])
        self.commit()
        return Run(number, day, False)

    def finish(self, run: int) -> None:
        """Note that a run is complete."""
        self._write("UPDATE runs SET finished = 1 WHERE number = ?", run)
        self.commit()

    def latest(self, key: Key) -> Issued | None:
        """Give what was issued last under a key, or None."""
        found = self._one(
            "SELECT * FROM documents WHERE issuer = ? AND reference = ? AND artefact = ? AND audience = ? "
            "AND recipient = ? ORDER BY version DESC, issue DESC LIMIT 1",
            *(key.issuer, key.reference, key.artefact, key.audience, key.recipient),
        )
        return _issued(found) if found else None

    def known(self, issuer: str, reference: str, artefact: str) -> dict[tuple[str, str], Issued]:
        """Give what was issued last of a case, by audience and recipient."""
        rows = self._base.execute(
            "SELECT * FROM documents WHERE issuer = ? AND reference = ? AND artefact = ? "
            "ORDER BY version, issue",
            (issuer, reference, artefact),
        )
        return {(row["audience"], row["recipient"]): _issued(row) for row in rows}

    def add(self, document: Issued, files: tuple[Entry, ...]) -> int:
        """Note a document that was rendered, and withdraw the one that it replaces; give its id."""
        key = document.key
        self._write(
            "INSERT INTO documents (run, row, issuer, reference, artefact, audience, recipient, version, "
            "issue, content, shown, digest, edition, issued, folder, state, since, replaces, reason, "
            "practitioner) "
            "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            *(document.run, document.row, key.issuer, key.reference, key.artefact, key.audience, key.recipient),
            *(document.version, document.issue, document.content, document.shown, document.digest),
            *(document.edition, document.issued.isoformat(), document.folder, document.state),
            *(document.since.isoformat(), document.replaces, document.reason, document.practitioner),
        )
        number = int(self._one("SELECT last_insert_rowid() AS n")["n"])
        self._note(number, document.state, document.since)
        for file in files:
            sealed = (file.sealed.size, file.sealed.sha256) if file.sealed else (None, None)
            self._write(
                "INSERT INTO files VALUES (?,?,?,?,?,?,?)",
                *(number, file.name, file.format, file.size, file.sha256, *sealed),
            )
        if document.replaces is not None:
            old = self.document(document.replaces)
            if "withdrawn" in NEXT[old.state]:
                self.record(old.id, "withdrawn", document.issued)
        return number

    def document(self, number: int) -> Issued:
        """Give a document by its id; raises UsageError where there is none."""
        found = self._one("SELECT * FROM documents WHERE id = ?", number)
        if not found:
            raise UsageError.of("no-document", "The ledger has no document of that number")
        return _issued(found)

    def record(self, number: int, state: State, day: date, note: str = "", outcome: str = "") -> None:
        """Note a new state of a document; raises UsageError where it cannot follow on the present one.

        What is answered or withdrawn is not asked for any more: its chasers that were not sent are withdrawn.
        """
        now = self.document(number).state
        if state not in NEXT[now]:
            hint = f"It may become: {', '.join(NEXT[now])}" if NEXT[now] else "Nothing follows on that"
            raise UsageError.of("wrong-state", f"A document that is {now} cannot become {state}", hint)
        self.note(number, state, day, note, outcome)
        if not NEXT[state]:
            waiting = self.rows(
                "SELECT id FROM documents JOIN chases ON document = id WHERE chased = ? AND state = 'rendered'",
                number,
            )
            for row in waiting:
                self.note(row["id"], "withdrawn", day)

    def note(self, number: int, state: State, day: date, note: str = "", outcome: str = "") -> None:
        """Note a state of a document without asking whether it may follow on the present one."""
        self.write("UPDATE documents SET state = ?, since = ? WHERE id = ?", state, day.isoformat(), number)
        if outcome:
            self.write("UPDATE documents SET outcome = ? WHERE id = ?", outcome, number)
        self._note(number, state, day, note)

    def events(self, document: int) -> tuple[Event, ...]:
        """Give what happened to a document, in the order in which it was noted."""
        found = self.rows("SELECT * FROM events WHERE document = ? ORDER BY rowid", document)
        return tuple(Event(row["state"], date.fromisoformat(row["day"]), row["note"]) for row in found)

    def select(self, where: str, *values: object) -> tuple[Issued, ...]:
        """Give the documents that meet a condition (SQL on the table `documents`), the oldest first."""
        return tuple(map(_issued, self.rows(f"SELECT * FROM documents WHERE {where} ORDER BY id", *values)))

    def rows(self, statement: str, *values: object) -> list[sqlite3.Row]:
        """Give what a query finds, for the modules that keep something beside the documents."""
        return self._base.execute(statement, values).fetchall()

    def write(self, statement: str, *values: object) -> None:
        """Change something; it counts from the next `commit` on."""
        self._write(statement, *values)

    def issued_in(
        self, run: int, folder: str | None = None, audience: str | None = None
    ) -> Iterator[tuple[Issued, tuple[Entry, ...]]]:
        """Give the documents of a run with their files, by folder and then as they came.

        With `folder` and `audience` only those. They are read as they are asked for, not all at once.
        """
        asked = {"run": run, "folder": folder, "audience": audience}
        wanted = {name: value for name, value in asked.items() if value is not None}
        where = " AND ".join(f"{name} = :{name}" for name in wanted)
        rows = self._base.execute(f"SELECT * FROM documents WHERE {where} ORDER BY folder, row, id", wanted)
        for row in rows:
            yield _issued(row), self.files(row["id"])

    def folders_of(self, run: int) -> list[Folder]:
        """Give the folders that a run put documents into, by name."""
        rows = self._base.execute(
            "SELECT folder, count(DISTINCT documents.id) AS n, count(sealed_size) AS sealed FROM documents "
            "LEFT JOIN files ON document = documents.id WHERE run = ? GROUP BY folder ORDER BY folder",
            (run,),
        )
        return [Folder(row["folder"], row["n"], bool(row["sealed"])) for row in rows]

    def audiences_in(self, run: int, folder: str) -> list[str]:
        """Give whom the documents of a run in one folder are for, by name."""
        rows = self._base.execute(
            "SELECT DISTINCT audience FROM documents WHERE run = ? AND folder = ? ORDER BY audience",
            (run, folder),
        )
        return [row["audience"] for row in rows]

    def in_states(self, *states: State) -> Iterator[Issued]:
        """Give all documents in any of some states, the oldest first."""
        marks = ",".join("?" * len(states))
        rows = self._base.execute(
            f"SELECT * FROM documents WHERE state IN ({marks}) ORDER BY issued, recipient, id", states
        )
        yield from map(_issued, rows)

    def files(self, document: int) -> tuple[Entry, ...]:
        """Give the files of a document."""
        rows = self._base.execute("SELECT * FROM files WHERE document = ? ORDER BY format", (document,))
        return tuple(_entry(row) for row in rows)

    def has_file(self, folder: str, name: str) -> bool:
        """Tell whether a file of that folder and name was issued."""
        return bool(
            self._one(
                "SELECT 1 AS n FROM files JOIN documents ON documents.id = document "
                "WHERE name = ? AND folder = ?",
                *(name, folder),
            )
        )

    def _prepare(self) -> None:
        layout = self._base.execute("PRAGMA user_version").fetchone()[0]
        self._base.row_factory = sqlite3.Row
        if layout > len(_LAYOUTS):
            raise InputError.of(
                "other-ledger",
                "The ledger was made by a later version of the program",
                "Use that version, or begin another ledger",
                Place(str(self.path)),
            )
        if layout == len(_LAYOUTS):
            return
        self._base.execute("BEGIN IMMEDIATE")
        layout = self._base.execute("PRAGMA user_version").fetchone()[0]  # somebody may have been quicker
        for statement in ";".join(_LAYOUTS[layout:]).split(";"):
            self._base.execute(statement)
        self._base.execute(f"PRAGMA user_version = {len(_LAYOUTS)}")
        self._base.execute("COMMIT")

    def _note(self, document: int, state: State, day: date, note: str = "") -> None:
        self._write(
            "INSERT INTO events (document, state, day, note) VALUES (?, ?, ?, ?)",
            *(document, state, day.isoformat(), note),
        )

    def _one(self, statement: str, *values: object) -> Any:  # noqa: ANN401 - a row, by column names
        return self._base.execute(statement, values).fetchone()

    def _write(self, statement: str, *values: object) -> None:
        with _readable(self.path):
            if not self._base.in_transaction:
                self._base.execute("BEGIN IMMEDIATE")
            self._base.execute(statement, values)


def keyed_digest(secret: bytes, value: object) -> str:
    """Give the HMAC-SHA-256 of a JSON value's canonical form (RFC 8785), in hexadecimal."""
    return hmac.new(secret, rfc8785.dumps(value), hashlib.sha256).hexdigest()  # type: ignore[arg-type]


def key_file(ledger: Path) -> Path:
    """Give the path of the key beside a ledger."""
    return ledger.with_name(ledger.name + ".key")


def _secret(ledger: Path, *, fresh: bool) -> bytes:
    """Read the ledger's key; make one, readable by its owner only, where the ledger is new."""
    path = key_file(ledger)
    secret = path.read_bytes() if path.exists() else b""
    if len(secret) == KEY_BYTES:
        return secret
    if fresh:
        secret = secrets.token_bytes(KEY_BYTES)
        write_file(path.parent, path.name, secret)
        return secret
    raise InputError.of(
        "no-ledger-key",
        "The key of the ledger is not beside it, or is damaged",
        f"Put {path.name} back from your backup; without it nothing issued before can be known again",
        Place(str(path)),
    )


def _entry(row: sqlite3.Row) -> Entry:
    sealed = Sealed(row["sealed_size"], row["sealed_sha256"]) if row["sealed_sha256"] else None
    return Entry(row["name"], row["format"], row["size"], row["sha256"], sealed)


def _issued(row: sqlite3.Row) -> Issued:
    key = Key(row["issuer"], row["reference"], row["artefact"], row["audience"], row["recipient"])
    return Issued(
        id=row["id"],
        run=row["run"],
        row=row["row"],
        key=key,
        version=row["version"],
        issue=row["issue"],
        content=row["content"],
        shown=row["shown"],
        digest=row["digest"],
        edition=row["edition"],
        issued=date.fromisoformat(row["issued"]),
        folder=row["folder"],
        state=row["state"],
        since=date.fromisoformat(row["since"]),
        replaces=row["replaces"],
        reason=row["reason"],
        practitioner=row["practitioner"],
        outcome=row["outcome"],
    )


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise into the program's own errors."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise OutputError(_cannot_write(path, "it is locked, or the disk is full or read-only")) from error
        raise _no_ledger(path) from None
    except OSError as error:
        raise OutputError(_cannot_write(path, error.strerror or "unknown reason")) from error


def _look_at(path: Path) -> None:
    """Refuse a file that is something else, before its key is looked for."""
    with path.open("rb") as stream:
        start = stream.read(len(_SQLITE))
    if start and start != _SQLITE:  # a run that was killed at once may leave it empty
        raise _no_ledger(path)


def _no_ledger(path: Path) -> InputError:
    return InputError.of(
        "not-a-ledger", "The file is not a ledger of this program", "Choose another file", Place(str(path))
    )


def _cannot_write(path: Path, why: str) -> Problem:
    hint = f"Make room, or wait until the other program is done ({why})"
    return Problem("error", "cannot-write", "Cannot write the ledger", hint, Place(str(path)))
