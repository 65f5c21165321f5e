"""Options that several commands share."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from forms import Case, load_case


class _Day(click.DateTime):
    """A day (2026-11-21). What reads any format of dates is imported only where this is none: it takes long."""

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Give midnight of the day; fails with click's message."""
        if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
            try:
                return datetime.fromisoformat(value)
            except ValueError:
                pass
        day: datetime = super().convert(value, param, ctx)
        return day


DAY = _Day()
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
