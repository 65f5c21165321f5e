"""The command group, and the boundary where every error becomes a message and an exit code."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from forms import FormsError
from forms.cli.report import show_problems

COMMANDS = (
    "bulk",
    "chase",
    "due",
    "fill",
    "init",
    "inspect",
    "lint",
    "list",
    "map",
    "new",
    "read",
    "record",
    "render",
    "report",
    "send",
    "status",
    "validate",
)
FAULT = 70
INTERRUPTED = 130


class Commands(click.Group):
    """The commands, each imported only when it is asked for, so that a command starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names for the help page."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None, for which click says what was mistyped."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"forms.cli.{cmd_name}_command").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; name the nearest ones where there is none of that name."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS) if args else []
            if not near or "Did you mean" in error.message:
                raise
            raise click.UsageError(f"{error.message} Did you mean {' or '.join(near)}?", ctx) from None


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 the input has errors, 2 wrong usage, 3 artefact or template broken, "
    "4 cannot write, 5 something is not installed, 70 a fault of the program, 130 interrupted.",
)
@click.version_option(package_name="forms")
def forms() -> None:
    """One safeguarding case, typed once, becomes every paper the procedure asks for.

    A case is a JSON file. `forms` checks it, leaves out what a reader may not see, and writes the papers as
    Word and PDF files.

    \b
    Start here:
      forms list                                   the papers there are
      forms new conference-report > case.json      a case to fill in
      forms validate case.json                     what is wrong with it
      forms render conference-report case.json -o out
      forms read returned.docx                     what came back in a filled form
      forms inspect borough.pdf                    what can be filled in in any form
      forms fill borough.pdf case.json --map borough.toml -o out
    """


def run(arguments: Sequence[str]) -> int:
    """Run a command line; every error becomes a message on standard error and a code."""
    try:
        result = forms.main(list(arguments), prog_name="forms", standalone_mode=False)
    except FormsError as error:
        show_problems(error.problems)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted", err=True)
        return INTERRUPTED
    except Exception as error:
        _show_fault(error)
        return FAULT
    return result if isinstance(result, int) else 0


def _show_fault(error: Exception) -> None:
    """Say where a fault of ours happened; never the exception's text, which may hold values of the case."""
    from traceback import extract_tb

    click.echo(f"A fault in forms itself ({type(error).__name__}). Nothing more was written.", err=True)
    for frame in extract_tb(error.__traceback__):
        click.echo(f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}", err=True)
    click.echo("Please report these lines; they hold nothing of the case.", err=True)
