"""The workers of a bulk run: jobs go to an executor, outcomes come back in the jobs' order.

A bounded number is in flight. A worker that dies (out of memory, killed) is replaced, and what it had is done
again.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, suppress
from multiprocessing import get_context

from forms.application.bulk.worker import Job, Outcome, Setting, start, work
from forms.application.sources.rows import SourceRow
from forms.foundation.errors import FormsError

MOST_RESTARTS = 3
_IN_FLIGHT = 8
"""Jobs for each worker that wait or are done, so that none is idle while the ledger is written."""
_InFlight = tuple[SourceRow, Job | None, Future[Outcome] | None]
Flight = deque[_InFlight]


class Crew(AbstractContextManager["Crew"]):
    """The workers; one that dies is replaced, and what it had is done again."""

    def __init__(self, setting: Setting, workers: int, cluster: str = "") -> None:
        """Take what is the same for every case, how many processes there may be, and a cluster instead."""
        self._setting = setting
        self._workers = workers
        self._cluster = cluster
        self._executor: Executor | None = None
        self._restarts = 0

    def __exit__(self, *_: object) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)

    def do(self, jobs: Iterator[tuple[SourceRow, Job | None]]) -> Iterator[tuple[SourceRow, Outcome | None]]:
        """Give the outcomes of jobs in their order, with a bounded number in flight."""
        flight: Flight = deque()
        for row, job in jobs:
            flight.append((row, job, self._submit(job) if job else None))
            if len(flight) > _IN_FLIGHT * self._workers:
                yield self._first(flight)
        while flight:
            yield self._first(flight)

    def _first(self, flight: Flight) -> tuple[SourceRow, Outcome | None]:
        while True:
            row, _, future = flight[0]
            if future is None:
                flight.popleft()
                return row, None
            try:
                outcome = self._result(future)
            except BrokenProcessPool:
                self._restart()
                flight.extend(
                    [(row, job, self._submit(job) if job else None) for row, job, _ in _drain(flight)]
                )
                continue
            flight.popleft()
            return row, outcome

    def _result(self, future: Future[Outcome]) -> Outcome:
        if not self._cluster:
            return future.result()
        from forms.application.bulk.cluster import result_of

        return result_of(future)

    def _submit(self, job: Job) -> Future[Outcome]:
        if self._executor is None:
            self._executor = self._hire()
        with suppress(BrokenProcessPool):
            return self._executor.submit(work, job)
        broken: Future[Outcome] = Future()
        broken.set_exception(BrokenProcessPool())
        return broken

    def _hire(self) -> Executor:
        if self._cluster:
            from forms.application.bulk.cluster import Cluster  # takes long to import

            cluster = Cluster(self._cluster, self._setting)
            self._workers = cluster.workers
            return cluster
        if self._workers == 0:
            start(self._setting, own_process=False)
            return Serial()
        return ProcessPoolExecutor(self._workers, get_context("spawn"), start, (self._setting,))

    def _restart(self) -> None:
        self._restarts += 1
        if self._restarts > MOST_RESTARTS:
            raise FormsError.of(
                "worker-died",
                "Worker processes end again and again",
                "Try --workers 0, which shows why; what is done stays done",
            )
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor = None


class Serial(Executor):
    """An executor that does a job at once, in this process; for debugging."""

    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002, ANN003, ANN201
        """Do it, and give a future that is done."""
        future: Future[Outcome] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _drain(
    flight: Flight,
) -> list[_InFlight]:
    """Take everything out."""
    all_of_it = list(flight)
    flight.clear()
    return all_of_it
