"""Writing files so that nothing is ever half there: beside the target, flushed, then moved into place."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from forms.foundation.errors import OutputError
from forms.foundation.problems import Place, Problem


class Named(Protocol):
    """Anything with a file name and bytes."""

    @property
    def name(self) -> str:
        """The file's name."""

    @property
    def data(self) -> bytes:
        """The file's content."""


def write_documents(documents: Iterable[Named], folder: Path) -> tuple[Path, ...]:
    """Write documents into `folder` under their names; give the paths in the same order.

    Raises OutputError where one cannot be written; those already written by this call are taken away again.
    """
    written: list[Path] = []
    try:
        for document in documents:
            written.append(write_file(folder, document.name, document.data))
    except OutputError:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    return tuple(written)


def write_file(folder: Path, name: str, data: bytes | Iterable[bytes]) -> Path:
    """Write `data` to `folder/name`, whole or not at all, readable by its owner only; give the path.

    What is too long for memory comes in parts. Makes the folder where it is missing. Raises OutputError,
    leaving no trace, where it cannot.
    """
    target = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = open_beside(folder)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.writelines((data,) if isinstance(data, bytes) else data)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(_cannot_write(target, error)) from error
    return target


def open_beside(folder: Path) -> tuple[int, Path]:
    """Make an empty file in a folder that nobody else has, for its owner only; give its descriptor and name.

    Raises OSError where it cannot be made. `tempfile`, which does the same, takes longer to import than this.
    """
    path = folder / f".forms-{os.urandom(12).hex()}.part"
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), path


def _cannot_write(target: Path, error: OSError) -> Problem:
    if isinstance(error, PermissionError):
        hint = "If the document is open in Word, close it and try again; else choose another folder with -o"
    else:
        hint = f"Choose another folder with -o, or make room ({error.strerror or 'unknown reason'})"
    return Problem("error", "cannot-write", f"Cannot write {target.name}", hint, Place(str(target.parent)))
