"""What a command shows: problems for people on standard error, results for scripts on standard output."""

from __future__ import annotations

import json
from collections.abc import Iterable

import click

from forms import Problem

COLOURS = {"error": "red", "warning": "yellow"}


def show_problems(problems: Iterable[Problem]) -> None:
    """Print each problem on standard error: severity and message, then the place, then what to do."""
    for problem in problems:
        name = click.style(problem.severity, fg=COLOURS[problem.severity], bold=True)
        click.echo(f"{name}: {problem.message}", err=True)
        if place := str(problem.place):
            click.echo(f"  where: {place}", err=True)
        if problem.hint:
            click.echo(f"  do: {problem.hint}", err=True)


def show_json(value: object) -> None:
    """Print a value as JSON on standard output."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def count(number: int, noun: str) -> str:
    """A number with its noun: `1 problem`, `3 problems`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
