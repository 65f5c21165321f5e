"""Compiled templates kept between processes, in the user's own cache folder.

Compiling takes a tenth of a second and more, loading a hundredth. What is kept holds nothing of any case, only
templates. An entry's name is made of all that it depends on (template, house file, program and libraries), so
an outdated one is never found; an entry that is damaged counts as absent, and so does a folder that others may
write to. Nothing here ever fails a command.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import forms.formats.word
from forms.application.output import write_file
from forms.formats.word.compiled import CompiledTemplate
from forms.foundation.errors import OutputError

VARIABLE = "FORMS_CACHE"
"""Names the folder; `off` for none."""

LIBRARIES = ("docxtpl", "jinja2", "lxml", "markupsafe")
SUFFIX = ".compiled"
_DIGEST = hashlib.sha256().digest_size


class TemplateStore:
    """The compiled templates in a folder; None keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        """Take the folder, which is made when something is first kept."""
        self._folder = folder

    def get(self, key: str) -> CompiledTemplate | None:
        """Give what was kept under a key, if it is there and whole."""
        folder = self._folder
        if folder is None or not _is_private(folder):
            return None
        try:
            data = (folder / f"{key}{SUFFIX}").read_bytes()
        except OSError:
            return None
        digest, content = data[:_DIGEST], data[_DIGEST:]
        if hashlib.sha256(key.encode() + content).digest() != digest:
            return None
        from forms.formats.word.stored import load

        try:
            return load(content)
        except ValueError:
            return None

    def put(self, key: str, template: CompiledTemplate) -> None:
        """Keep a template; where that cannot be done, nothing is kept and nobody told."""
        folder = self._folder
        if folder is None:
            return
        from forms.formats.word.stored import dump

        content = dump(template)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_private(folder):
                return
            write_file(folder, f"{key}{SUFFIX}", hashlib.sha256(key.encode() + content).digest() + content)
        except (OSError, OutputError):
            return


def open_store(environment: Mapping[str, str] | None = None) -> TemplateStore:
    """Find the folder: `FORMS_CACHE`, else the platform's folder for what can be made again."""
    variables = os.environ if environment is None else environment
    chosen = variables.get(VARIABLE, "")
    if chosen == "off":
        return TemplateStore(None)
    if chosen:
        return TemplateStore(Path(chosen))
    if os.name == "nt":
        base = variables.get("LOCALAPPDATA", "")
        return TemplateStore(Path(base, "forms", "cache") if base else None)
    base = variables.get("XDG_CACHE_HOME", "")
    if not base and not variables.get("HOME"):
        return TemplateStore(None)
    return TemplateStore(Path(base or Path(variables["HOME"], ".cache"), "forms"))


def key_of(template: bytes, house: bytes, *names: str) -> str:
    """Give the name of an entry: a digest of all that the compiled template depends on."""
    digest = hashlib.sha256()
    for part in (*map(str.encode, (*names, *_program())), template, house):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _program() -> list[str]:
    """Tell this very program and its libraries from others: by Python's version, and files' sizes and times."""
    files = sorted(Path(next(iter(forms.formats.word.__path__))).glob("*.py"))
    for name in LIBRARIES:
        spec = find_spec(name)
        files += [Path(spec.origin)] if spec is not None and spec.origin else []
    stats = [(file, file.stat()) for file in files]
    return [sys.version, *(f"{file} {stat.st_size} {stat.st_mtime_ns}" for file, stat in stats)]


def _is_private(folder: Path) -> bool:
    """Tell whether nobody else can write to a folder: what is in it is run."""
    try:
        stat = folder.lstat()
    except OSError:
        return False
    if os.name == "nt":
        return folder.is_dir()
    return (
        folder.is_dir() and not folder.is_symlink() and stat.st_uid == os.getuid() and not stat.st_mode & 0o077
    )
