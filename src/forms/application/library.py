"""The library: where schemas, templates, directories, samples and fonts lie.

A library is one or more folders searched in order. A force's own folder comes first and overrides or adds
piece by piece; the program's own copy comes last: packaged beside the code, or the repository root in an
editable checkout.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from msgspec import Struct

from forms.foundation.errors import ArtefactError, UsageError
from forms.foundation.problems import Place, Problem

VARIABLE = "FORMS_LIBRARY"
FOLDERS = ("schemas", "templates", "directories", "samples", "fonts")


class Library(Struct, frozen=True):
    """The folders to look in, the most particular first."""

    folders: tuple[Path, ...]

    def find(self, name: str) -> Path | None:
        """The first file called `name` (a relative path with `/`), or None."""
        relative = PurePosixPath(name)
        return next((path for folder in self.folders if (path := folder / relative).is_file()), None)

    def read(self, name: str) -> bytes:
        """The bytes of the first file called `name`; raises ArtefactError where there is none."""
        path = self.find(name)
        if path is None:
            raise ArtefactError(
                Problem(
                    "error",
                    "library-file-missing",
                    f"The library has no file {name}",
                    "Check the folder given with --library, or install the program again",
                    Place(name),
                )
            )
        return path.read_bytes()

    def names(self, folder: str, pattern: str) -> Iterator[str]:
        """Relative names of all files in `folder` that match a glob `pattern`, sorted, each once."""
        found = {
            path.relative_to(root).as_posix()
            for root in self.folders
            for path in (root / folder).glob(pattern)
            if path.is_file()
        }
        yield from sorted(found)


def open_library(chosen: Path | None = None, environment: Mapping[str, str] | None = None) -> Library:
    """Find the library: the chosen folder, else `FORMS_LIBRARY`, before the program's own copy.

    Raises UsageError where the folder that was named is not one.
    """
    variables = os.environ if environment is None else environment
    own = chosen or (Path(variables[VARIABLE]) if variables.get(VARIABLE) else None)
    if own is not None and not own.is_dir():
        raise UsageError(
            Problem(
                "error",
                "no-library",
                f"There is no library folder at {own}",
                "Make one with `forms init`, or correct --library or FORMS_LIBRARY",
            )
        )
    return Library((*((own,) if own else ()), shipped_library()))


def shipped_library() -> Path:
    """The program's own library: packaged in `forms/_library`, or the checkout's root."""
    package = Path(__file__).resolve().parent.parent
    packaged = package / "_library"
    if packaged.is_dir():
        return packaged
    root = package.parent.parent
    if all((root / folder).is_dir() for folder in FOLDERS):
        return root
    raise ArtefactError(
        Problem(
            "error", "no-library", "The program's own library is not installed", "Install the program again"
        )
    )
