"""Set up an environment of its own beside the checkout and pass every check; needs only Python 3.11+.

    python3 tests/run.py                       everything, as CI runs it
    python3 tests/run.py --without-programs    leave out the tests that need a Debian program
    python3 tests/run.py -k leak -x            further words go to pytest

Run as root on Debian or Ubuntu it installs the programs that some tests need. Where they are neither there
nor to be had, the run ends red with their list.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv-test"
PROGRAMS = {
    "soffice": "libreoffice-writer-nogui",
    "pdftotext": "poppler-utils",
    "qpdf": "qpdf",
    "pdftk": "pdftk-java",
}
FONTS = {"LiberationSans-Regular.ttf": "fonts-liberation2"}
LEAST_PYTHON = (3, 11)


def main(arguments: list[str]) -> int:
    """Install what the tests need, then run them; the result is the exit code."""
    if sys.version_info < LEAST_PYTHON:
        print(f"Python {'.'.join(map(str, LEAST_PYTHON))} or newer is needed", file=sys.stderr)
        return 5
    with_programs = "--without-programs" not in arguments
    pytest_words = [word for word in arguments if word != "--without-programs"]
    if with_programs and not provide_programs():
        return 5
    python = provide_environment()
    return check(python, pytest_words, with_programs=with_programs)


def provide_programs() -> bool:
    """Find the Debian programs or install them; say what is missing and give False where that fails."""
    packages = missing_packages()
    if packages and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        subprocess.run(install, env=quiet, check=False, stdout=subprocess.DEVNULL)
        packages = missing_packages()
    if packages:
        print(f"Missing Debian packages: {' '.join(packages)}", file=sys.stderr)
        print("Install them, run as root, or leave those tests out: --without-programs", file=sys.stderr)
    return not packages


def missing_packages() -> list[str]:
    """Debian packages whose program or font is not on this machine."""
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
    fonts = {file.name for folder in folders if folder.is_dir() for file in folder.rglob("*.ttf")}
    wanted = [package for program, package in PROGRAMS.items() if not shutil.which(program)]
    return wanted + [package for font, package in FONTS.items() if font not in fonts]


def provide_environment() -> Path:
    """Make the virtual environment if it is not there, install the project in it, give its Python."""
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--editable", f"{ROOT}[test]"], check=True)
    return python


def check(python: Path, pytest_words: list[str], *, with_programs: bool) -> int:
    """Run linters, type checker, import contracts and tests, all of them; give the first failure's code."""
    marker = [] if with_programs else ["-m", "not programs"]
    tools = ENVIRONMENT / python.parent.name
    steps = [
        [python, "-m", "ruff", "check", "."],
        [python, "-m", "ruff", "format", "--check", "."],
        [python, "-m", "mypy"],
        [tools / "lint-imports", "--no-cache"],
        [python, "-m", "pytest", "-n", "2", *marker, *pytest_words],
    ]
    codes = []
    for step in steps:
        print("·", *(Path(word).name if i == 0 else word for i, word in enumerate(step)), flush=True)
        codes.append(subprocess.run(step, cwd=ROOT, check=False).returncode)
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
