"""A virtual environment with the project in it, on a machine that has Python and little else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEAST_PYTHON = (3, 11)


def provide(folder: Path, *, extra: str = "", editable: bool = False, beside: tuple[Path, ...] = ()) -> Path:
    """Make the environment in `folder` if it is not there, install the project, give its folder of programs.

    `beside` are further packages of the checkout to install.

    Leaves the process where Python is too old; raises CalledProcessError where pip fails.
    """
    if sys.version_info < LEAST_PYTHON:
        sys.exit(f"Python {'.'.join(map(str, LEAST_PYTHON))} or newer is needed")
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    python = programs / ("python.exe" if os.name == "nt" else "python")
    if not working(python):
        create(folder)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    target = f"{ROOT}[{extra}]" if extra else str(ROOT)
    subprocess.run([*pip, *(["--editable"] if editable else []), target, *beside], check=True)
    return programs


def working(python: Path) -> bool:
    """Is there an environment with pip? One that was begun and not finished is none."""
    if not python.exists():
        return False
    return subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def create(folder: Path) -> None:
    """Make an environment; Debian's Python lacks what that needs, so install it there, or use virtualenv."""
    if find_spec("ensurepip") is None:
        install_packages([f"python3.{sys.version_info.minor}-venv", "python3-venv"])
    if (
        subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True, check=False).returncode
        == 0
    ):
        venv.create(folder, with_pip=True, clear=True)
    else:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--user", "virtualenv"], check=True)
        subprocess.run([sys.executable, "-m", "virtualenv", "--quiet", folder], check=True)


def install_packages(packages: list[str]) -> None:
    """Try to install Debian packages, where we are root; whoever asked looks whether it worked."""
    if not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")):
        return
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False, stdout=subprocess.DEVNULL)
    for package in packages:
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
        subprocess.run(install, env=quiet, check=False, stdout=subprocess.DEVNULL)
