"""What can go wrong, as exceptions: the class decides the exit code.

    FormsError                70  a fault of the program itself
    ├── InputError             1  the case, reply or form holds errors
    ├── UsageError             2  the command or call is wrong
    ├── ArtefactError          3  a manifest, schema or template is broken
    ├── OutputError            4  a file cannot be written
    └── MissingError           5  a dependency or font is not there

Every error carries problems (see `forms.foundation.problems`), which are what people are shown; the
exception's own text is the first problem's message. No message repeats a value of the case other than
the document reference.
"""

from __future__ import annotations

from typing import ClassVar, Self

from forms.foundation.problems import Place, Problem


class FormsError(Exception):
    """The base of all errors the program raises on purpose."""

    exit_code: ClassVar[int] = 70

    def __init__(self, *problems: Problem) -> None:
        """Take the problems to show, at least one, the most important first."""
        super().__init__(problems[0].message if problems else type(self).__name__)
        self.problems = problems

    @classmethod
    def of(cls, code: str, message: str, hint: str = "", place: Place | None = None) -> Self:
        """Make an error of one problem."""
        return cls(Problem("error", code, message, hint, place or Place()))


class InputError(FormsError):
    """The case, the reply or another party's form holds errors; nothing was written."""

    exit_code: ClassVar[int] = 1


class UsageError(FormsError):
    """The command line or the call asks for something that does not exist."""

    exit_code: ClassVar[int] = 2


class ArtefactError(FormsError):
    """A manifest, schema, directory or template of the library is broken."""

    exit_code: ClassVar[int] = 3


class OutputError(FormsError):
    """A file cannot be written."""

    exit_code: ClassVar[int] = 4


class MissingError(FormsError):
    """A dependency, an external program or a font is not installed."""

    exit_code: ClassVar[int] = 5
