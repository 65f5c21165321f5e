"""Tables for people, and the same rows as CSV for scripts."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

import click

WIDEST = 160


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> None:
    """Print a table; its first `words` columns are words, the others numbers, which stand to the right."""
    from rich import box  # here, as rich takes its time and only a table for people wants it
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, highlight=False)
    for index, heading in enumerate(headings):
        table.add_column(
            heading, justify="left" if index < words else "right", no_wrap=index > 0, overflow="fold"
        )
    for row in rows:
        table.add_row(*(cell.replace("[", "\\[") for cell in row))
    text = io.StringIO()
    console = Console(file=text, width=max(_natural(headings, rows), 40), color_system=None)
    console.print(table)
    click.echo("\n".join(line.rstrip() for line in text.getvalue().splitlines()))


def show_csv(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> None:
    """Print rows as CSV, with a line of headings also where there are none."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    click.echo(text.getvalue(), nl=False)


def _natural(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Give the width that the table needs, within reason: what is piped to a file is not cut at 80."""
    lines = [headings, *rows]
    return min(WIDEST, sum(max(len(line[i]) for line in lines) + 3 for i in range(len(headings))))
