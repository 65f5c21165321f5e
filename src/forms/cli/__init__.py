"""The command line: one module per command and one place where errors become exit codes."""
