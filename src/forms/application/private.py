"""Reading files that hold secrets: only those that nobody else may read."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from forms.foundation.errors import UsageError
from forms.foundation.problems import Place


def read_private(path: Path) -> bytes:
    """Read a file that holds passwords.

    Raises UsageError where it cannot be read, or where others than its owner may read or change it (on systems
    that have such modes).
    """
    try:
        with path.open("rb") as stream:
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
            data = stream.read()
    except OSError as error:
        raise UsageError.of(
            "no-secret", "Cannot read the file with passwords", error.strerror or "", Place(str(path))
        ) from error
    if sys.platform != "win32" and mode & 0o077:
        raise UsageError.of(
            "not-private",
            "Others may read or change a file with passwords",
            f"chmod 600 {path.name}",
            Place(str(path)),
        )
    return data
