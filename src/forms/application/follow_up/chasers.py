"""Asking again: a chaser for every paper whose rule says that it is time, into the outbox, to be sent like all.

A run of chasers is a run of the ledger like any other: documents are staged, one commit covers many, and then
they are moved to their folders. So a run that is killed goes on with the date it had, and one that is
repeated on the same day finds nothing to do, as a chaser that waits to be sent is not followed by another.
"""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from forms.application.bulk.crew import Crew, processors
from forms.application.bulk.outbox import Outbox, locked, writing
from forms.application.bulk.papers import RunPapers, write_manifest
from forms.application.bulk.run import MOST_PENDING
from forms.application.bulk.worker import Job, Made, Outcome, Setting
from forms.application.catalogue import Catalogue, open_catalogue
from forms.application.encryption import load_keys, no_password
from forms.application.follow_up.chaser_case import chaser_case
from forms.application.follow_up.deadlines import escalates
from forms.application.follow_up.manager import write_for_manager
from forms.application.follow_up.matters import Matter, authority_code, matters
from forms.application.follow_up.register import Chase, ledger_of, link
from forms.application.follow_up.report import Asked, ChaseReport
from forms.application.ledger import NEXT, Entry, Issued, Key, Ledger, Run
from forms.application.produce import FORMATS
from forms.application.sources.opening import open_source
from forms.application.sources.rows import SourceRow
from forms.foundation import errors
from forms.foundation.errors import FormsError, InputError
from forms.foundation.problems import Place, Problem, errors_in

SERIAL = 40
"""So many chasers are made in this process; more are worth starting workers for."""


@dataclass(frozen=True, slots=True)
class ChaseOptions:
    """How to chase.

    `cases` are the cases in any form that `forms bulk` reads: chasers then name the people that the papers
    named. Without them they name only our reference. `mapping` says what a table's headings mean. `outbox` is
    the folder to write to, where it is not the ledger's own. `dry_run` writes nothing. `workers` are
    processes, 0 for none. `encrypt` is a file with a password for each authority, see `encryption`.
    """

    formats: tuple[str, ...] = FORMATS
    cases: Path | None = None
    mapping: Path | None = None
    outbox: Path | None = None
    dry_run: bool = False
    workers: int | None = None
    encrypt: Path | None = None
    library: Path | None = None
    profile: Path | None = None


def chase(place: Path, on: date | None = None, options: ChaseOptions | None = None) -> ChaseReport:
    """Make the chasers that are due on a day, and note what is overdue.

    Args:
        place: The outbox, or a ledger's file.
        on: The day; today if not given. An interrupted run is finished first, with the day it had.
        options: How to do it.

    Returns:
        What was made, and what could not be.

    Raises:
        InputError: There is no ledger, or the cases cannot be read.
        OutputError: The outbox cannot be written, or another run has it; what is done stays done.
    """
    options = options or ChaseOptions()
    day = on or date.today()
    path = ledger_of(place)
    folder = options.outbox or path.parent
    catalogue = open_catalogue(options.library, options.profile)
    if options.dry_run:
        with Ledger(path) as ledger:
            found = matters(ledger, catalogue)
        report = ChaseReport(day=day, dry=True, asked=[asked_for(one, catalogue) for one in due_on(found, day)])
        _count(report, found)
        return report
    with locked(folder, path.parent), Ledger(path) as ledger:
        Outbox(folder).recover(ledger)
        report = ChaseReport(day=day)
        for paper in _papers(catalogue):
            _Run(paper, folder, ledger, catalogue, options, report).go(day)
        _count(report, matters(ledger, catalogue))
        return report


def _papers(catalogue: Catalogue) -> list[str]:
    """Give the papers that ask for others."""
    return sorted({one.follow_up.paper for one in catalogue.artefacts.values() if one.follow_up})


class _Run:
    """The chasers of one kind of paper."""

    def __init__(
        self,
        paper: str,
        folder: Path,
        ledger: Ledger,
        catalogue: Catalogue,
        options: ChaseOptions,
        report: ChaseReport,
    ) -> None:
        self._paper = paper
        self._folder = folder
        self._outbox = Outbox(folder)
        self._ledger = ledger
        self._catalogue = catalogue
        self._options = options
        self._report = report
        self._keys = load_keys(options.encrypt, catalogue.authorities) if options.encrypt else None
        self._pending = 0
        self._row = 0

    def go(self, day: date) -> None:
        """Finish the run that was interrupted, with the date it had; then make what is due today."""
        task = self._ledger.content(["chase", self._paper])
        for row in self._ledger.rows("SELECT issued FROM runs WHERE task = ? AND finished = 0", task):
            began = date.fromisoformat(row["issued"])
            self._make(task, began, self._due(began))
        if found := self._due(day):
            self._make(task, day, found)

    def _due(self, day: date) -> list[Matter]:
        found = due_on(matters(self._ledger, self._catalogue), day)
        return [one for one in found if one.follow_up and one.follow_up.paper == self._paper]

    def _make(self, task: str, day: date, found: list[Matter]) -> None:
        self._check_keys(found)
        run = self._ledger.start(self._paper, None, day, task)
        self._report.runs.append(run.number)
        self._report.resumed = self._report.resumed or run.resumed
        last = self._ledger.rows("SELECT max(row) AS last FROM documents WHERE run = ?", run.number)
        self._row = int(last[0]["last"] or 0)
        refusals = io.StringIO()
        seen: set[int] = set()
        with Crew(self._setting(run), self._workers(len(found))) as crew:
            for row, outcome in crew.do(self._jobs(found, run)):
                assert isinstance(row.own, Matter)
                seen.add(row.own.document.id)
                problems = self._take(row.own, row, outcome, run)
                self._refuse(row.own, problems, refusals)
        for matter in found:
            if matter.document.id not in seen:
                self._refuse(matter, (_not_in_source(self._options.cases),), refusals)
        self._commit()
        self._close(run, refusals)

    def _check_keys(self, found: list[Matter]) -> None:
        """Raise InputError where chasers are to be encrypted and a password is missing, before any is made."""
        if self._keys is None:
            return
        authorities = self._catalogue.authorities
        whom = sorted({one.document.key.recipient for one in found})
        lacking = {no_password(one, authorities): None for one in whom if not self._keys.of(one)}
        if lacking:
            raise InputError(*lacking)

    def _setting(self, run: Run) -> Setting:
        options = self._options
        return Setting(
            library=options.library,
            profile=options.profile,
            artefact=self._paper,
            formats=options.formats,
            issued=run.issued,
            secret=self._ledger.secret,
            keys=self._keys,
        )

    def _workers(self, number: int) -> int:
        asked = self._options.workers
        if asked is None:
            asked = processors() if number > SERIAL else 0
        return min(asked, number)

    def _jobs(self, found: list[Matter], run: Run) -> Iterator[tuple[SourceRow, Job | None]]:
        """Give what is to be rendered; the matter goes along as the row's own."""
        if self._options.cases is None:
            for matter in found:
                row = SourceRow(0, f"reference {matter.document.shown}", None, matter)
                yield row, self._job(matter, run, b"", "the ledger")
            return
        wanted: dict[str, list[Matter]] = defaultdict(list)
        for matter in found:
            wanted[matter.document.key.reference].append(matter)
        source = open_source(self._options.cases, self._catalogue, self._options.mapping)
        for row in source.rows():
            for matter in wanted.pop(_reference(row.data), ()):
                assert row.data is not None
                yield replace(row, own=matter), self._job(matter, run, row.data, source.name)

    def _job(self, matter: Matter, run: Run, own: bytes, source: str) -> Job:
        attempt = matter.next_attempt
        told = escalates(attempt, self._catalogue)
        data = chaser_case(matter, self._paper, attempt, run.issued, self._catalogue, escalated=told, own=own)
        return Job(data, source)

    def _take(self, matter: Matter, row: SourceRow, outcome: Outcome | None, run: Run) -> tuple[Problem, ...]:
        """Take up a chaser that was rendered, or give what is wrong."""
        if outcome is None:
            return row.problems
        if outcome.broken:
            raise getattr(errors, outcome.broken, FormsError)(*outcome.problems)
        self._report.faults += outcome.fault
        if stopping := errors_in(outcome.problems):
            source = self._options.cases.name if self._options.cases else ""
            return tuple(row.explain(source, one) for one in stopping)
        recipient = matter.document.key.recipient
        made = next(
            (one for one in outcome.copies if self._options.cases is None or one.recipient == recipient), None
        )
        if made is None:
            return (_not_routed(row),)
        self._issue(matter, made, run)
        return ()

    def _issue(self, matter: Matter, made: Made, run: Run) -> None:
        """Stage a chaser and note it; what it asks for is overdue now."""
        about = matter.document
        key = Key(about.key.issuer, about.key.reference, self._paper, made.audience, about.key.recipient)
        before = self._ledger.latest(key)
        self._row += 1
        new = Issued(
            id=0,
            run=run.number,
            row=self._row,
            key=key,
            version=before.version + 1 if before else 1,
            issue=1,
            content=made.content,
            shown=made.shown,
            digest=made.digest,
            edition=made.edition,
            issued=run.issued,
            folder=about.folder,
            state="rendered",
            since=run.issued,
            practitioner=about.practitioner,
        )
        attempt = matter.next_attempt
        told = escalates(attempt, self._catalogue)
        chaser = self._ledger.add(new, tuple(self._staged(new, made)))
        link(self._ledger, Chase(chaser, about.id, attempt, told))
        for one in matter.issues:
            if "overdue" in NEXT[one.state]:
                self._ledger.record(one.id, "overdue", run.issued)
        self._report.asked.append(asked_for(matter, self._catalogue))
        self._pending += 1
        if self._pending >= MOST_PENDING:
            self._commit()

    def _staged(self, new: Issued, made: Made) -> Iterator[Entry]:
        for entry, data in made.files:
            stem, _, suffix = entry.name.rpartition(".")
            name, number = entry.name, 1
            while self._ledger.has_file(new.folder, name):  # two papers of a case, asked for on one day
                number += 1
                name = f"{stem}_{number}.{suffix}"
            self._outbox.stage(new.folder, name, data)
            yield replace(entry, name=name)

    def _commit(self) -> None:
        """Make the files last, then the ledger; then the files may go to their place."""
        self._outbox.settle()
        self._ledger.commit()
        self._outbox.deliver()
        self._pending = 0

    def _refuse(self, matter: Matter, problems: tuple[Problem, ...], refusals: io.StringIO) -> None:
        if not problems:
            return
        self._report.refused += 1
        self._report.problems += problems
        codes = sorted({problem.code for problem in problems})
        refusals.write(json.dumps({"reference": matter.document.shown, "problems": codes}) + "\n")

    def _close(self, run: Run, refusals: io.StringIO) -> None:
        """Write what lies beside the documents, and end the run."""
        with writing(self._folder):
            self._outbox.clear()
            RunPapers(self._folder, self._ledger, self._catalogue, run.number).write()
            self._report.for_manager += write_for_manager(
                self._folder, self._ledger, self._catalogue, run.number
            )
            head = {
                "artefact": self._paper,
                "run": run.number,
                "issued": run.issued.isoformat(),
                "formats": list(self._options.formats),
                "encrypted": self._keys is not None,
            }
            write_manifest(self._folder, self._ledger, run.number, head, refusals)
        self._ledger.finish(run.number)


def due_on(found: list[Matter], day: date) -> list[Matter]:
    """Give what is to be asked for again on a day."""
    return [one for one in found if one.next_chaser is not None and one.next_chaser <= day]


def asked_for(matter: Matter, catalogue: Catalogue) -> Asked:
    """Say what the next chaser of a matter asks for."""
    document, attempt = matter.document, matter.next_attempt
    authority = catalogue.authorities.by_code.get(authority_code(document.key.recipient))
    return Asked(
        document.shown,
        document.key.artefact,
        authority.name if authority else "",
        document.folder,
        attempt,
        escalates(attempt, catalogue),
    )


def _count(report: ChaseReport, found: list[Matter]) -> None:
    """Count what is not chased because it was not sent."""
    still = [one for one in found if one.open]
    report.unsent = sum(one.sent is None for one in still)
    new = set(report.runs)
    report.waiting = sum(
        one.waiting_chaser is not None and one.waiting_chaser.document.run not in new for one in still
    )


def _reference(data: bytes | None) -> str:
    """Give the reference of a case, or nothing where it has none."""
    try:
        found = json.loads(data or b"{}")["reference"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return found if isinstance(found, str) else ""


def _not_in_source(cases: Path | None) -> Problem:
    return Problem(
        "error",
        "not-in-cases",
        "A paper is to be asked for again, and the cases don’t have its reference",
        "Add the case, or leave --cases out: the chaser then shows our reference only",
        Place(cases.name if cases else ""),
    )


def _not_routed(row: SourceRow) -> Problem:
    return Problem(
        "error",
        "other-recipient",
        "The case does not go any more to the authority that has not answered",
        "Record the old paper as withdrawn (forms record), or chase without --cases",
        row.place("", "", ""),
    )


__all__ = ["ChaseOptions", "chase"]
