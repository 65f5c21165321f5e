"""docs/cli.md holds the real help of every command. Rewrite it with FORMS_ACCEPT=1."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from forms.cli.commands import COMMANDS, forms

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cli.md"
OPENING = """# Command line

Made from the program's own help and checked by the tests; don't edit it by hand.
"""


def help_of(*words: str) -> str:
    result = CliRunner().invoke(forms, [*words, "--help"], prog_name="forms", terminal_width=100)
    assert result.exit_code == 0, result.output
    return result.output.rstrip()


def page() -> str:
    parts = [OPENING, f"## forms\n\n```text\n{help_of()}\n```\n"]
    parts += [f"## forms {name}\n\n```text\n{help_of(name)}\n```\n" for name in COMMANDS]
    return "\n".join(parts)


def test_reference_is_the_programs_own_help() -> None:
    if os.environ.get("FORMS_ACCEPT"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_examples_and_every_option_help(name: str) -> None:
    context = click.Context(forms)
    command = forms.get_command(context, name)
    assert command is not None
    assert "Example" in (command.help or "")
    options = [p for p in command.params if isinstance(p, click.Option)]
    assert all(option.help for option in options)
