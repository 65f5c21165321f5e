"""Workers on other machines: a Dask cluster, by `distributed`'s own executor.

A worker there gets bytes and gives bytes. What this machine knows that another may not is sent along once: a
force's own library and profile. The caller alone writes files and the ledger.
"""

from __future__ import annotations

import atexit
import hashlib
import io
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

import forms
from forms.application.bulk.worker import Job, Outcome, Setting, start, work
from forms.application.library import FOLDERS, open_library, shipped_library
from forms.foundation.errors import FormsError, MissingError, UsageError
from forms.foundation.problems import Problem

PATIENCE = 20.0
"""Seconds to wait for the scheduler, and for its first worker."""
RETRIES = 3
"""How often a job goes to another worker when its own has died."""
_LOCK = threading.Lock()
_PROFILE, _LIBRARY = "profile.json", "library"


class Shipment(Struct, frozen=True):
    """What a worker needs beside a job: the setting, the program it must be, and files it may not have.

    `files` is a zip archive: the force's library below `library/`, and `profile.json`.
    """

    setting: Setting
    program: str
    files: bytes


class Cluster(Executor):
    """A Dask cluster; give it to nobody else, as its workers are set up for one run."""

    def __init__(self, address: str, setting: Setting) -> None:
        """Connect, and send what every job needs.

        Raises:
            MissingError: `distributed` is not installed.
            UsageError: Nothing answers at the address, or it has no worker.
        """
        connect = _library().Client
        try:
            self._client: Any = connect(address, timeout=PATIENCE, set_as_default=False)
            self._client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, ValueError, TimeoutError):
            raise UsageError.of(
                "no-cluster",
                "No Dask scheduler with a worker answers at the address of --cluster",
                "Start them (dask scheduler, dask worker), or leave --cluster out",
            ) from None
        self.workers = len(self._client.scheduler_info()["workers"])
        self._shipment = self._client.scatter(packed(setting), broadcast=True)
        self._inner: Executor = self._client.get_executor(pure=False, retries=RETRIES)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401
        """Have a worker do a job; `fn` is `work`, which it does in a way of its own."""
        (job,) = args
        return self._inner.submit(work_there, self._shipment, job)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of the cluster, which goes on without us."""
        self._inner.shutdown(wait=wait)
        self._client.close()


def _library() -> Any:  # noqa: ANN401 - it has no types
    """Import Dask; it is an extra, because only this needs it."""
    try:
        return import_module("distributed")
    except ImportError:
        raise MissingError.of(
            "no-dask",
            "Work on a cluster needs a package that is not installed (distributed)",
            "Install it: pip install 'forms[cluster]'",
        ) from None


def result_of(future: Future[Outcome]) -> Outcome:
    """Wait for an outcome; what Dask gives up becomes an error of ours.

    Raises:
        FormsError: The workers that had the job died one after the other.
    """
    try:
        return future.result()
    except _library().KilledWorker:
        raise FormsError.of(
            "worker-died",
            "Workers of the cluster end again and again over the same case",
            "Try without --cluster, with --workers 0, which shows why; what is done stays done",
        ) from None


def packed(setting: Setting) -> Shipment:
    """Give what a worker on another machine needs; paths of this one are left out.

    The force's own library counts whether it was named or comes by `FORMS_LIBRARY`.
    """
    stream = io.BytesIO()
    own = open_library(setting.library).folders[:-1]
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for root in own:
            for path in _files(root):
                archive.write(path, f"{_LIBRARY}/{path.relative_to(root).as_posix()}")
        if setting.profile is not None:
            archive.write(setting.profile, _PROFILE)
    return Shipment(replace(setting, library=None, profile=None, remember=False), program(), stream.getvalue())


def work_there(shipment: Shipment, job: Job) -> Outcome:
    """Do a job on a worker of the cluster, which makes itself ready for the run first."""
    if shipment.program != program():
        return Outcome(problems=(_OTHER_PROGRAM,), broken="FormsError")
    with _LOCK:  # a worker with several threads: they would only wait for each other anyway
        if _ready.get("for") != shipment:
            _unpack(shipment)
            _ready["for"] = shipment
        return work(job)


_ready: dict[str, Shipment] = {}
_OTHER_PROGRAM = Problem(
    "error",
    "other-program",
    "A worker of the cluster has another version of forms, or other templates",
    "Install the same version on all machines; documents must not depend on which made them",
)


@cache
def program() -> str:
    """Tell this very program and its own library from others, wherever they lie: a digest of their files."""
    digest = hashlib.sha256()
    code = Path(forms.__file__).parent
    for root in (code, shipped_library()):
        for path in sorted(code.rglob("*.py")) if root == code else _files(root):
            data = path.read_bytes()
            digest.update(f"{path.relative_to(root).as_posix()} {len(data)}\n".encode() + data)
    return digest.hexdigest()


def _files(root: Path) -> list[Path]:
    """Give the files of a library, and the key and profile that may lie beside its folders."""
    beside = [path for path in root.iterdir() if path.suffix in (".key", ".json") and path.is_file()]
    inside = [path for folder in FOLDERS for path in (root / folder).rglob("*") if path.is_file()]
    return sorted(beside + inside)


def _unpack(shipment: Shipment) -> None:
    folder = Path(tempfile.mkdtemp(prefix="forms-"))  # for this user alone
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with zipfile.ZipFile(io.BytesIO(shipment.files)) as archive:
        archive.extractall(folder)
    library, profile = folder / _LIBRARY, folder / _PROFILE
    library.mkdir(exist_ok=True)  # also an empty one keeps the worker's own FORMS_LIBRARY out
    start(
        replace(
            shipment.setting,
            library=library,
            profile=profile if profile.is_file() else None,
        ),
        own_process=False,
    )
