"""A bulk run on a Dask cluster of processes: the same outbox, also when a worker is killed in the middle."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from bulk_cases import as_csv, rows
from forms.application.bulk.cluster import Shipment, packed, work_there
from forms.application.bulk.worker import Job, Setting

DATE = ("--date", "2026-11-21")
PAPER = "check-notification"
CASES = 60


@pytest.fixture
def library_setting() -> Setting:
    return Setting(None, None, PAPER, ("pdf",), date(2026, 11, 21), b"secret")


def program(module: str, *arguments: str, **more: object) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", f"distributed.cli.{module}", *arguments]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler on loopback and two workers of one thread each, without anyone who would start them again."""
    where = tmp_path / "scheduler.json"
    local = ("--host", "127.0.0.1", "--no-dashboard")
    started = [program("dask_scheduler", *local, "--port", "0", "--scheduler-file", str(where))]
    try:
        address = wait_for(where)
        work = (
            "--nthreads",
            "1",
            "--no-nanny",
            "--memory-limit",
            "0",
            "--local-directory",
            str(tmp_path / "dask"),
        )
        workers = [program("dask_worker", address, *local, *work) for _ in range(2)]
        started += workers
        yield address, workers
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def wait_for(where: Path) -> str:
    for _ in range(600):
        if where.exists() and where.stat().st_size:
            address = json.loads(where.read_text("utf-8"))["address"]
            assert isinstance(address, str)
            return address
        time.sleep(0.05)
    raise AssertionError("the scheduler did not start")


def documents(outbox: Path) -> dict[str, str]:
    return {
        path.relative_to(outbox).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(outbox.rglob("*"))
        if path.suffix in (".docx", ".pdf", ".csv", ".json")
    }


def test_a_cluster_gives_the_same_outbox_though_a_worker_is_killed(tmp_path: Path, forms_line, cluster) -> None:
    address, workers = cluster
    source = as_csv(tmp_path / "cases.csv", list(rows(CASES)))
    alone = tmp_path / "alone"
    assert forms_line("bulk", PAPER, str(source), "-o", str(alone), *DATE).code == 0

    together = tmp_path / "together"
    words = ["bulk", PAPER, str(source), "-o", str(together), *DATE, "--cluster", address]
    command = [sys.executable, "-c", "from forms.cli import main; main()", *words]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for _ in range(1200):
        if list(together.rglob("*.pdf")):
            break
        time.sleep(0.05)
    done_before = len(list(together.rglob("*.pdf")))
    os.kill(workers[0].pid, signal.SIGKILL)
    text, _ = running.communicate(timeout=180)

    assert running.returncode == 0, text
    assert 0 < done_before < len(list(alone.rglob("*.pdf"))), "the worker was killed in the middle"
    assert documents(together) == documents(alone)
    assert workers[1].poll() is None, "the other worker did the rest"


def test_where_no_scheduler_answers_the_message_says_so(tmp_path: Path, forms_line, monkeypatch) -> None:
    monkeypatch.setattr("forms.application.bulk.cluster.PATIENCE", 0.5)
    source = as_csv(tmp_path / "cases.csv", list(rows(2)))
    line = forms_line(
        "bulk", PAPER, str(source), "-o", str(tmp_path / "out"), *DATE, "--cluster", "tcp://127.0.0.1:9"
    )
    assert line.code == 2
    assert "No Dask scheduler" in line.err
    assert not list((tmp_path / "out").rglob("*.pdf"))


def test_without_dask_the_message_says_what_to_install(tmp_path: Path, forms_line, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    source = as_csv(tmp_path / "cases.csv", list(rows(2)))
    line = forms_line(
        "bulk", PAPER, str(source), "-o", str(tmp_path / "out"), *DATE, "--cluster", "tcp://127.0.0.1:9"
    )
    assert line.code == 5
    assert "forms[cluster]" in line.err


def test_a_worker_with_another_program_is_refused(library_setting) -> None:
    outcome = work_there(Shipment(library_setting, "another", b""), Job(b"{}", "x.json"))
    assert [problem.code for problem in outcome.problems] == ["other-program"]
    assert outcome.broken


def test_a_force_own_library_and_profile_travel_along(tmp_path: Path, library_setting) -> None:
    own = tmp_path / "own"
    (own / "directories").mkdir(parents=True)
    (own / "directories" / "one.json").write_text("{}", "utf-8")
    (own / "reference.key").write_bytes(b"secret")
    profile = tmp_path / "ours.json"
    profile.write_text('{"name": "Ours"}', "utf-8")
    shipment = packed(replace(library_setting, library=own, profile=profile))
    with zipfile.ZipFile(io.BytesIO(shipment.files)) as archive:
        assert sorted(archive.namelist()) == [
            "library/directories/one.json",
            "library/reference.key",
            "profile.json",
        ]
    assert shipment.setting.library is None
    assert shipment.setting.profile is None


def test_a_library_named_by_the_environment_travels_too(
    tmp_path: Path, library_setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "directories").mkdir()
    (tmp_path / "directories" / "one.json").write_text("{}", "utf-8")
    monkeypatch.setenv("FORMS_LIBRARY", str(tmp_path))
    with zipfile.ZipFile(io.BytesIO(packed(library_setting).files)) as archive:
        assert archive.namelist() == ["library/directories/one.json"]
