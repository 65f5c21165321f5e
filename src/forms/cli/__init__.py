"""The command line: one module per command and one place where errors become exit codes."""

from forms.cli.main import main

__all__ = ["main"]
