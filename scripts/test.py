"""Set up an environment of its own beside the checkout and pass every check; needs only Python 3.11+.

    python3 scripts/test.py                       everything, as CI runs it
    python3 scripts/test.py --without-programs    leave out the tests that need a Debian program
    python3 scripts/test.py -k leak -x            further words go to pytest

Run as root on Debian or Ubuntu it installs the programs that some tests need. Where they are neither there
nor to be had, the run ends red with their list.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from environment import ROOT, install_packages, provide

PROGRAMS = {
    "soffice": "libreoffice-writer-nogui",
    "pdftotext": "poppler-utils",
    "qpdf": "qpdf",
    "pdftk": "pdftk-java",
}
FONT, FONT_PACKAGE = "LiberationSans-Regular.ttf", "fonts-liberation2"
UNICODE, UNICODE_PACKAGE = Path("/usr/share/unicode/BidiCharacterTest.txt"), "unicode-data"
MISSING = 5


def main(arguments: list[str]) -> int:
    """Install what the tests need, then run them; the result is the exit code."""
    with_programs = "--without-programs" not in arguments
    pytest_words = [word for word in arguments if word != "--without-programs"]
    if with_programs and not provide_programs():
        return MISSING
    chinese = ROOT / "extras" / "forms-chinese"
    programs = provide(ROOT / ".venv-test", extra="test", editable=True, beside=(chinese,))
    return check(programs, pytest_words, with_programs=with_programs)


def provide_programs() -> bool:
    """Find the Debian programs or install them; say what is missing and give False where that fails."""
    if packages := missing_packages():
        install_packages(packages)
        packages = missing_packages()
    if packages:
        print(f"Missing Debian packages: {' '.join(packages)}", file=sys.stderr)
        print("Install them, run as root, or leave those tests out: --without-programs", file=sys.stderr)
    return not packages


def missing_packages() -> list[str]:
    """Debian packages whose program, font or data is not on this machine."""
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
    has_font = any(any(folder.rglob(FONT)) for folder in folders if folder.is_dir())
    wanted = [package for program, package in PROGRAMS.items() if not shutil.which(program)]
    wanted += [] if has_font else [FONT_PACKAGE]
    return wanted if UNICODE.exists() else [*wanted, UNICODE_PACKAGE]


def check(programs: Path, pytest_words: list[str], *, with_programs: bool) -> int:
    """Run linters, type checker, import contracts and tests, all of them; give the first failure's code."""
    marker = [] if with_programs else ["-m", "not programs"]
    python = programs / "python"
    steps = [
        [python, "-m", "ruff", "check", "."],
        [python, "-m", "ruff", "format", "--check", "."],
        [python, "-m", "mypy"],
        [programs / "lint-imports", "--no-cache"],
        [python, "-m", "pytest", "-n", "2", "--dist", "loadgroup", *marker, *pytest_words],
    ]
    codes = []
    for step in steps:
        print("·", *(Path(word).name for word in step), flush=True)
        codes.append(subprocess.run(step, cwd=ROOT, check=False).returncode)
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
