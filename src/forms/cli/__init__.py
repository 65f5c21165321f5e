"""The command line: one module per command and one place where errors become exit codes."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

__all__ = ["main"]

OBJECTS = 100_000
"""How many objects a process makes before it looks for the first time for what nobody needs any more."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command line and leave with its exit code.

    Nearly all that a command makes before its first document (modules, schemas, templates) stays until it ends.
    To look through that for rubbish, again and again at the start and three times at the end, takes a fifth of
    the time of a short command; so it is looked through later, and at the end not at all.
    """
    gc.set_threshold(OBJECTS)
    from forms.cli.commands import run  # importing is half of what a command does

    try:
        code = run(sys.argv[1:] if arguments is None else arguments)
    finally:
        gc.freeze()
    sys.exit(code)
