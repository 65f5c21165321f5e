"""A bulk run: rows in, documents into the outbox, every row accounted for.

Rows are done by an executor, about twice as many in flight as there are workers, and taken up in the
order of the source, so that equal input gives an equal outbox and ledger. Whatever interrupts a run, the
next one of the same task goes on where the ledger ends.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import median
from typing import IO

from forms.application.bulk.crew import Crew, processors
from forms.application.bulk.outbox import Outbox, locked, writing
from forms.application.bulk.papers import RunPapers, write_manifest
from forms.application.bulk.report import BulkReport, OnProgress, Progress, Stage
from forms.application.bulk.worker import Earlier, Job, Made, Outcome, Setting
from forms.application.catalogue import Catalogue, open_catalogue
from forms.application.encryption import Keys, load_keys
from forms.application.ledger import Entry, Issued, Key, Ledger, Run
from forms.application.produce import FORMATS
from forms.application.sources.opening import open_source
from forms.application.sources.rows import Returned, Source, SourceRow
from forms.foundation import errors
from forms.foundation.errors import FormsError, InputError, UsageError
from forms.foundation.problems import Place, Problem, errors_in

LEDGER = "ledger.db"
MOST_PENDING, LONGEST_PENDING = 50, 0.5
"""One ledger commit covers so many cases, or so many seconds."""
REFERENCE = "Case reference number"
SAMPLES = 16
"""Cases that a dry run renders to estimate time and size."""


@dataclass(frozen=True, slots=True)
class BulkOptions:
    """How to do a bulk run.

    `issued` is the date of issue, today (or that of the interrupted run) if None. `workers` are processes; 0
    does all in this one; None takes one for each processor. `again` issues anew what was issued before;
    `reason` says why a case that has changed gets a new version, and allows it. `dry_run` writes nothing;
    `strict` writes nothing unless all rows are good. `mapping` says what a table's headings mean. `ledger`
    is the ledger's file, in the outbox if None. `cluster` is the address of a Dask scheduler whose workers do
    the work instead. `encrypt` is a file with a password for each authority, see `encryption`.
    `remember` keeps compiled templates in the user's cache folder.
    """

    formats: tuple[str, ...] = FORMATS
    issued: date | None = None
    workers: int | None = None
    again: bool = False
    reason: str = ""
    dry_run: bool = False
    strict: bool = False
    mapping: Path | None = None
    ledger: Path | None = None
    cluster: str = ""
    encrypt: Path | None = None
    library: Path | None = None
    profile: Path | None = None
    remember: bool = False


def bulk(
    artefact: str,
    cases: Path,
    outbox: Path,
    options: BulkOptions | None = None,
    on_progress: OnProgress | None = None,
    today: date | None = None,
) -> BulkReport:
    """Make a paper of many cases, into a folder for each authority.

    Args:
        artefact: The paper's id.
        cases: A folder of cases, JSON Lines, a JSON array, CSV or an Excel workbook.
        outbox: The folder to write to; made if missing.
        options: How to do it.
        on_progress: Called after each row.
        today: The day it is, for tests.

    Returns:
        What became of every row.

    Raises:
        UsageError: There is no such paper, format or kind of source.
        InputError: The source cannot be read, or its headings are not understood.
        OutputError: The outbox cannot be written, or another run has it; what is done stays done.
    """
    options = options or BulkOptions()
    catalogue = open_catalogue(options.library, options.profile, remember=options.remember)
    catalogue.artefact(artefact)
    if unknown := [name for name in options.formats if name not in FORMATS]:
        raise UsageError.of("unknown-format", f"There is no format {unknown[0]}", "Choose docx or pdf")
    source = open_source(cases, catalogue, options.mapping)
    if source.total == 0:
        raise InputError.of(
            "no-cases",
            "There are no cases in the source",
            "Look whether it is the right one",
            Place(source.name),
        )
    keys = load_keys(options.encrypt, catalogue.authorities) if options.encrypt else None
    job = _Task(artefact, source, outbox, options, catalogue, on_progress, today or date.today(), keys)
    ledger_path = options.ledger or outbox / LEDGER
    if options.dry_run:
        return job.rehearse(ledger_path)
    with locked(outbox, ledger_path.parent), Ledger(ledger_path) as ledger:
        if options.strict:
            checked = job.rehearse(ledger_path, give_back=True)
            if checked.refused:
                return replace(checked, dry=False, stopped=True)
        if job.may_lack_keys and (lacking := job.rehearse(ledger_path).lacking):
            raise InputError(*lacking.values())
        return job.write(ledger)


@dataclass(frozen=True, slots=True)
class _Task:
    """What is asked for."""

    artefact: str
    source: Source
    outbox: Path
    options: BulkOptions
    catalogue: Catalogue
    on_progress: OnProgress | None
    today: date
    keys: Keys | None = None

    @property
    def may_lack_keys(self) -> bool:
        """Whether documents are to be encrypted, and there are recipients without a password."""
        return self.keys is not None and not self.keys.complete(self.catalogue.authorities)

    def write(self, ledger: Ledger) -> BulkReport:
        """Do it."""
        outbox = Outbox(self.outbox)
        outbox.recover(ledger)
        run = ledger.start(self.artefact, self.options.issued, self.today, self._digest(ledger))
        catalogue, manifest = self.catalogue, self.catalogue.artefact(self.artefact)
        manifest.edition_on(run.issued)
        returned = self.source.give_back(self.outbox, f"to-correct_{run.issued.isoformat()}_run-{run.number}")
        with (
            writing(self.outbox),
            tempfile.TemporaryFile("w+", encoding="utf-8") as refusals,
            ExitStack() as at_end,
        ):
            at_end.callback(returned.drop)
            report = _Pass(self, ledger, run, outbox, returned, refusals).go()
            report.to_correct = returned.close()
            RunPapers(self.outbox, ledger, catalogue, run.number).write()
            report.manifest = write_manifest(self.outbox, ledger, run.number, self._head(report), refusals)
        ledger.finish(run.number)
        return report

    def rehearse(self, ledger_path: Path, *, give_back: bool = False) -> BulkReport:
        """Do everything but write: on a copy of the ledger that is thrown away, rendering only a sample."""
        with tempfile.TemporaryDirectory(prefix="forms-") as folder:
            copy = Path(folder) / LEDGER
            if ledger_path.exists():
                with Ledger(ledger_path) as real:
                    real.copy_to(copy)
            with Ledger(copy) as ledger:
                run = ledger.start(self.artefact, self.options.issued, self.today, self._digest(ledger))
                returned = (
                    self.source.give_back(self.outbox, f"to-correct_{run.issued.isoformat()}")
                    if give_back
                    else None
                )
                report = _Pass(self, ledger, run, None, returned).go()
                report.dry = True
                report.to_correct = returned.close() if returned else None
                return report

    def _digest(self, ledger: Ledger) -> str:
        """Give what makes two runs the same task, so that one may finish the other."""
        options = self.options
        asked = [self.artefact, list(options.formats), options.again, options.reason, self.source.fingerprint()]
        return ledger.content([*asked, "encrypted"] if self.keys else asked)

    def _head(self, report: BulkReport) -> dict[str, object]:
        return {
            "artefact": self.artefact,
            "run": report.run,
            "issued": report.issued.isoformat() if report.issued else "",
            "formats": list(self.options.formats),
            "encrypted": self.keys is not None,
            "rows": report.total,
            "made": report.made,
            "already_issued": report.known,
            "rows_refused": report.refused,
            "documents_by_folder": dict(sorted(report.documents.items())),
        }


class _Pass:
    """One way through the source, with or without an outbox to write to."""

    def __init__(
        self,
        task: _Task,
        ledger: Ledger,
        run: Run,
        outbox: Outbox | None,
        returned: Returned | None,
        refusals: IO[str] | None = None,
    ) -> None:
        self._task = task
        self._ledger = ledger
        self._run = run
        self._outbox = outbox
        self._returned = returned
        self._issuer = str(task.catalogue.profile["name"])
        self._pending, self._since = 0, 0.0
        self._sampled: list[tuple[float, int]] = []
        self._clock = _Clock(task.source.total)
        self._refusals = refusals
        self.report = BulkReport(
            run=run.number,
            issued=run.issued,
            resumed=run.resumed,
            total=task.source.total,
            notes=task.source.notes,
        )

    def go(self) -> BulkReport:
        """Do all rows."""
        began = time.monotonic()
        options = self._task.options
        setting = Setting(
            options.library,
            options.profile,
            self._task.artefact,
            options.formats,
            self._run.issued,
            self._ledger.secret,
            self._task.keys,
            options.reason,
            options.remember,
        )
        workers = processors() if options.workers is None else options.workers
        with Crew(setting, min(workers, self._task.source.total), options.cluster) as crew:
            for row, outcome in crew.do(self._jobs()):
                self._take(row, outcome)
        self._commit()
        self.report.seconds = time.monotonic() - began
        if self._outbox is None:
            self._estimate(max(1, workers))
        else:
            self._outbox.clear()
        return self.report

    def _jobs(self) -> Iterator[tuple[SourceRow, Job | None]]:
        """Give the rows with what is to be done; nothing where the row could not be read."""
        every = max(1, self._task.source.total // SAMPLES)
        for index, row in enumerate(self._task.source.rows()):
            if row.problems or row.data is None:
                yield row, None
                continue
            write = self._outbox is not None
            sample = not write and index % every == 0
            known, replaced = self._known(row.data)
            yield row, Job(row.data, self._task.source.name, known, write, sample, replaced)

    def _known(self, data: bytes) -> tuple[frozenset[tuple[str, str, str]], Earlier]:
        """Give what need not be rendered, as it was issued before just so; and what new versions replace."""
        try:
            reference = json.loads(data)["reference"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return frozenset(), {}
        if not isinstance(reference, str):
            return frozenset(), {}
        latest = self._ledger.known(self._issuer, reference, self._task.artefact)
        again, run = self._task.options.again, self._run.number
        known = frozenset((*who, one.content) for who, one in latest.items() if not again or one.run == run)
        return known, {who: (one.content, one.version, one.issued) for who, one in latest.items()}

    def _take(self, row: SourceRow, outcome: Outcome | None) -> None:
        """Take up what became of a row."""
        if outcome is None:
            self._refuse(row, row.problems)
        elif outcome.broken:
            raise getattr(errors, outcome.broken, FormsError)(*outcome.problems)
        elif stopping := errors_in(outcome.problems):
            self._refuse(row, self._placed(row, stopping), fault=outcome.fault)
        else:
            self._issue(row, outcome)
        self._clock.tick()
        if self._pending >= MOST_PENDING or (
            self._pending and time.monotonic() - self._since > LONGEST_PENDING
        ):
            self._commit()
        if self._task.on_progress:
            clock, report = self._clock, self.report
            stage: Stage = "writing" if self._outbox else "checking"
            now = Progress(stage, clock.done, report.total, report.refused, clock.rate, clock.left)
            self._task.on_progress(now)

    def _placed(self, row: SourceRow, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
        source = self._task.source.name
        return tuple(row.explain(source, problem) for problem in problems)

    def _refuse(self, row: SourceRow, problems: tuple[Problem, ...], *, fault: bool = False) -> None:
        self.report.refuse(problems, fault=fault)
        if self._returned is not None:
            self._returned.add(row, tuple(dict.fromkeys(_advice(row, problem) for problem in problems)))
        if self._refusals is not None:
            codes = sorted({problem.code for problem in problems})
            self._refusals.write(json.dumps({"row": row.number, "problems": codes}) + "\n")

    def _issue(self, row: SourceRow, outcome: Outcome) -> None:
        """Issue the copies of a case, all or none."""
        if not outcome.reference:
            self._refuse(row, (_no_reference(row.place(self._task.source.name, "/reference", REFERENCE)),))
            return
        steps = [(made, *self._decide(row, outcome, made)) for made in outcome.copies]
        if problems := tuple(step for _, step, _ in steps if isinstance(step, Problem)):
            self._refuse(row, problems[:1])
            return
        self.report.warnings.update(problem.code for problem in outcome.problems)
        fresh = False
        for made, step, here in steps:
            fresh = fresh or here
            if here:
                self.report.documents[made.folder] += 1
            if isinstance(step, Issued):
                self._add(step, made)
        weight = sum(entry.stored.size for made in outcome.copies for entry, _ in made.files)
        if weight and self._outbox is None:
            self._sampled.append((outcome.seconds, weight))
        if fresh:
            self.report.made += 1
        else:
            self.report.known += 1
        if not self._pending:
            self._since = time.monotonic()
        self._pending += 1

    def _decide(self, row: SourceRow, outcome: Outcome, made: Made) -> tuple[Issued | Problem | None, bool]:
        """Give what to add to the ledger, or why not, or nothing; and whether the document is of this run."""
        key = Key(self._issuer, outcome.reference, self._task.artefact, made.audience, made.recipient)
        latest = self._ledger.latest(key)
        number, day = self._run.number, self._run.issued
        new = Issued(
            id=0,
            run=number,
            row=row.number,
            key=key,
            version=1,
            issue=1,
            content=made.content,
            shown=made.shown,
            digest=made.digest,
            edition=made.edition,
            issued=day,
            folder=made.folder,
            state="rendered",
            since=day,
            practitioner=outcome.practitioner,
        )
        if latest is None:
            return new, True
        if latest.content == made.content:
            if latest.run == number or not self._task.options.again:
                return None, latest.run == number and latest.row == row.number
            return replace(new, version=latest.version, issue=latest.issue + 1), True
        place = row.place(self._task.source.name, "/reference", REFERENCE)
        if latest.run == number:
            return _repeated(place), False
        if not self._task.options.reason:
            return _changed(place), False
        reason = self._task.options.reason
        return replace(new, version=latest.version + 1, replaces=latest.id, reason=reason), True

    def _add(self, new: Issued, made: Made) -> None:
        if self._outbox is None:
            self._ledger.add(new, ())
            return
        files: list[Entry] = []
        for entry, data in made.files:
            name = self._free_name(new, entry.name)
            self._outbox.stage(new.folder, name, data)
            files.append(replace(entry, name=name))
            self.report.bytes += len(data)
        self._ledger.add(new, tuple(files))

    def _free_name(self, new: Issued, name: str) -> str:
        """Give a file's name that no other document has: a new version or re-issue says so in it."""
        stem, _, suffix = name.rpartition(".")
        stem += f"_v{new.version}" if new.version > 1 else ""
        stem += f"_again-{new.issue}" if new.issue > 1 else ""
        found, number = f"{stem}.{suffix}", 1
        while self._ledger.has_file(new.folder, found):
            number += 1
            found = f"{stem}_{number}.{suffix}"
        return found

    def _commit(self) -> None:
        """Make the files last, then the ledger; then the files may go to their place."""
        if self._outbox is not None:
            self._outbox.settle()
        self._ledger.commit()
        if self._outbox is not None:
            self._outbox.deliver()
        self._pending = 0

    def _estimate(self, workers: int) -> None:
        """Say how long the whole would take and how large it would be, from the sample that was rendered."""
        if self._sampled:
            cases, number = self.report.made, len(self._sampled)
            usual = median(
                seconds for seconds, _ in self._sampled
            )  # the first of each worker compiles templates
            self.report.seconds = cases * usual / workers
            self.report.bytes = round(cases * sum(size for _, size in self._sampled) / number)


def _no_reference(place: Place) -> Problem:
    """Also an urgent paper, which goes without anything else, cannot be known again without a reference."""
    return Problem(
        "error",
        "missing",
        "“Case reference number” is missing",
        "Give each case of a bulk run its reference; it keeps it from being issued twice",
        place,
    )


def _repeated(place: Place) -> Problem:
    return Problem(
        "error",
        "repeated-reference",
        "An earlier row of this run has the same reference, and other content",
        "Keep one of the two, or correct the reference",
        place,
    )


def _changed(place: Place) -> Problem:
    return Problem(
        "error",
        "changed-since-issued",
        "The case has changed since this paper was issued",
        "If a new version is to replace the old one, run it again with --reason “why”",
        place,
    )


def _advice(row: SourceRow, problem: Problem) -> str:
    """Give one problem in a line, for the row that is given back."""
    where = problem.place.label.removeprefix(row.name).strip(", ")
    words = f"{where}: {problem.message}" if where else problem.message
    return f"{words}. {problem.hint}" if problem.hint else words


class _Clock:
    """Rows done, and how fast of late."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._marks: deque[tuple[float, int]] = deque([(time.monotonic(), 0)], maxlen=200)
        self.done = 0

    def tick(self) -> None:
        """Count a row."""
        self.done += 1
        now = time.monotonic()
        if now - self._marks[-1][0] > 0.1:
            self._marks.append((now, self.done))

    @property
    def rate(self) -> float:
        """Rows in a second."""
        (began, before), (now, done) = self._marks[0], self._marks[-1]
        return (done - before) / (now - began) if now > began else 0.0

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return (self._total - self.done) / self.rate if self.rate else 0.0
