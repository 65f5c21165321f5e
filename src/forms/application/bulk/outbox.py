"""The outbox: a folder for each authority, and nothing in it that the ledger does not have.

Documents are written to a staging folder first; a ledger commit makes them count, and then they are moved to
their place. What a run that was killed left in staging is moved on if the ledger has it, else deleted.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from forms.application.ledger import Ledger
from forms.foundation.errors import OutputError
from forms.foundation.problems import Place, Problem

STAGING = ".staging"
LOCK = ".lock"
_SYNCING = 8
"""Threads that wait for the disk together."""


class Outbox:
    """An outbox's files; `staged` are those that wait for the ledger."""

    def __init__(self, folder: Path) -> None:
        """Take the outbox's folder, made if missing."""
        self.folder = folder
        self._staging = folder / STAGING
        self._waiting: list[tuple[str, str]] = []

    def recover(self, ledger: Ledger) -> None:
        """Put in order what an interrupted run left."""
        with writing(self.folder):
            if self._staging.is_dir():
                for path in sorted(self._staging.glob("*/*")):
                    if ledger.has_file(path.parent.name, path.name):
                        self._waiting.append((path.parent.name, path.name))
            for path in self.folder.glob(".forms-*.part"):
                path.unlink()
            for path in self.folder.glob("*/.forms-*.part"):
                path.unlink()
        self.deliver()
        self.clear()

    def stage(self, folder: str, name: str, data: bytes) -> None:
        """Write a file where it does not count yet."""
        target = self._staging / folder / name
        with writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(target, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
        self._waiting.append((folder, name))

    def settle(self) -> None:
        """Make the staged files and their names last, before the ledger counts on them.

        All of a commit at once: the system then writes them together, which takes a small part of the time.
        """
        if not self._waiting:
            return
        with ThreadPoolExecutor(_SYNCING) as crew:
            for _ in crew.map(_sync_file, [self._staging / folder / name for folder, name in self._waiting]):
                pass
        for folder in {folder for folder, _ in self._waiting}:
            _sync(self._staging / folder)

    def deliver(self) -> None:
        """Move what the ledger has to its place."""
        for folder, name in self._waiting:
            with writing(self.folder / folder / name):
                (self.folder / folder).mkdir(exist_ok=True)
                (self._staging / folder / name).replace(self.folder / folder / name)
        self._waiting.clear()

    def clear(self) -> None:
        """Take the staging folder away, with whatever does not count."""
        self._waiting.clear()
        if self._staging.is_dir():
            with writing(self._staging):
                shutil.rmtree(self._staging)


@contextmanager
def locked(*folders: Path) -> Iterator[None]:
    """Hold an outbox (and the folder of its ledger) for one run; the system lets go of it when a process dies.

    Raises OutputError where another run has one of them.
    """
    handles = []
    try:
        for folder in _once(folders):
            with writing(folder):
                folder.mkdir(parents=True, exist_ok=True)
                handle = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
            handles.append(handle)
            if not _try_lock(handle):
                raise OutputError.of(
                    "outbox-in-use",
                    "Another run is at work on this outbox or its ledger",
                    "Wait until it is done",
                    Place(str(folder)),
                )
        yield
    finally:
        for handle in handles:
            os.close(handle)


def _once(folders: Iterable[Path]) -> list[Path]:
    return sorted({folder.absolute() for folder in folders})


def _try_lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _sync_file(path: Path) -> None:
    """Flush what was written to a file."""
    with writing(path):
        handle = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sync(folder: Path) -> None:
    """Flush a folder's entries, where the system can."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn what the file system raises on the way to `target` into an OutputError."""
    try:
        yield
    except OSError as error:
        hint = f"Make room, or choose another folder with -o ({error.strerror or 'unknown reason'})"
        raise OutputError(
            Problem("error", "cannot-write", "Cannot write to the outbox", hint, Place(str(target.parent)))
        ) from error
