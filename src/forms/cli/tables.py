"""Tables for people, and the same rows as CSV for scripts."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

import click

GAP = 3
"""Spaces between columns."""


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> None:
    """Print a table; its first `words` columns are words, the others numbers, which stand to the right.

    No line is cut or wrapped, so that a table can be searched and piped; it may have very many rows.
    """
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    lines = [_line(line, widths, words) for line in (headings, *rows)]
    rule = "─" * (sum(widths) + GAP * (len(widths) - 1))
    click.echo("\n".join([lines[0], rule, *lines[1:]]))


def _line(cells: Sequence[str], widths: Sequence[int], words: int) -> str:
    padded = [
        cell.ljust(width) if index < words else cell.rjust(width)
        for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return (" " * GAP).join(padded).rstrip()


def show_csv(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> None:
    """Print rows as CSV, with a line of headings also where there are none."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    click.echo(text.getvalue(), nl=False)
