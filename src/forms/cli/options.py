"""Options that several commands share."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from forms import Case, load_case

library_option = click.option(
    "--library",
    type=click.Path(path_type=Path),
    help="Folder of your own templates, schemas and directories; searched before the program's own. "
    "Also: FORMS_LIBRARY.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result and all problems as JSON.")


def read_case(name: str) -> Case:
    """Load the case in the file `name`, or from standard input for `-`."""
    if name == "-":
        return load_case(sys.stdin.buffer.read(), "standard input")
    return load_case(Path(name))
