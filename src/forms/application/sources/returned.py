"""Files of rows given back: beside their place until they are whole, then moved there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, AnyStr

from forms.foundation.errors import OutputError
from forms.foundation.problems import Place


def keep(stream: IO[AnyStr], part: Path, path: Path, ending: AnyStr) -> Path:
    """End the file that is being written at `part`, and move it to `path`.

    Raises:
        OutputError: It cannot be written.
    """
    try:
        stream.write(ending)
        stream.flush()
        os.fsync(stream.fileno())
        stream.close()
        part.replace(path)
    except OSError as error:
        raise cannot_give_back(path, error) from error
    return path


def discard(stream: IO[AnyStr], part: Path) -> None:
    """Leave nothing behind."""
    stream.close()
    part.unlink(missing_ok=True)


def cannot_give_back(path: Path, error: OSError) -> OutputError:
    """Say that the rows to correct could not be written."""
    return OutputError.of(
        "cannot-write",
        "The rows to correct cannot be written",
        f"Make room, or choose another folder with -o ({error.strerror or 'unknown reason'})",
        Place(str(path)),
    )
