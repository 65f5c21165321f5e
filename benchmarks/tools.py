"""Sets up what the benchmark needs, outside the checkout: an environment with ours and the peers, npm packages.

What cannot be had is named, with the reason, and its rows are left empty.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "forms-benchmarks"
PEERS = {"docxtpl": "docxtpl", "typst": "typst", "weasyprint": "weasyprint", "reportlab": "reportlab"}
OTHERS = ("matplotlib", "pikepdf", "page-validation==0.11.0", "pypdfium2")
NODE = {"docxtemplater": ("docxtemplater", "pizzip"), "carbone": ("carbone",), "fill-pdf-lib": ("pdf-lib",)}
SECONDS = 900


@dataclass
class Tools:
    """What there is. `missing` says why, by the peer's name."""

    python: Path
    node: str = ""
    soffice: str = ""
    peers: list[str] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)


def set_up(*, install: bool = True) -> Tools:
    """Install what is not there yet; takes minutes the first time."""
    python = CACHE / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", str(CACHE / "venv")], check=True)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tools = Tools(python)
    if install and not _pip(python, *project["dependencies"], *OTHERS):
        sys.exit("The program's own dependencies could not be installed; see the messages above.")
    for name, package in PEERS.items():
        if install:
            _pip(python, package)
        _note(tools, name, _imports(python, name), "not to be installed from the package index")
    _set_up_node(tools, install=install)
    tools.soffice = shutil.which("soffice") or ""
    _note(
        tools, "libreoffice", bool(tools.soffice), "soffice is not installed (Debian: libreoffice-writer-nogui)"
    )
    for name in ("pdftk", "qpdf"):
        _note(tools, f"fill-{name}", bool(shutil.which(name)), f"{name} is not installed")
    uno = _set_up_unoserver(tools, install=install)
    tools.environment = {
        **os.environ,
        **uno,
        "PYTHONPATH": str(ROOT / "src"),
        "NODE_PATH": str(CACHE / "node" / "node_modules"),
        "PYTHONDONTWRITEBYTECODE": "",
    }
    return tools


def _set_up_node(tools: Tools, *, install: bool) -> None:
    tools.node = shutil.which("node") or ""
    npm = shutil.which("npm")
    for name, packages in NODE.items():
        folder = CACHE / "node"
        folder.mkdir(parents=True, exist_ok=True)
        there = all((folder / "node_modules" / package).is_dir() for package in packages)
        if install and npm and not there:
            command = [npm, "install", "--silent", "--no-audit", "--no-fund", *packages]
            subprocess.run(command, cwd=folder, check=False, timeout=SECONDS)
            there = all((folder / "node_modules" / package).is_dir() for package in packages)
        _note(tools, name, bool(tools.node) and there, "Node or its packages are not installed")


def _set_up_unoserver(tools: Tools, *, install: bool) -> dict[str, str]:
    """Give what its worker needs: the Python that has LibreOffice's bindings, and where unoserver is."""
    candidates = ("/usr/bin/python3", "/usr/local/bin/python3", sys.executable)
    python = next((one for one in candidates if Path(one).exists() and _imports(Path(one), "uno")), "")
    folder = CACHE / "unoserver"
    if install and python and not folder.is_dir():
        _pip(tools.python, "--target", str(folder), "unoserver")
    there = bool(python) and folder.is_dir() and bool(tools.soffice)
    _note(tools, "unoserver", there, "no Python here can import uno (Debian: python3-uno)")
    return {"UNO_PYTHON": python, "UNO_PACKAGES": str(folder)}


def _note(tools: Tools, name: str, there: bool, why: str) -> None:
    if there:
        tools.peers.append(name)
    else:
        tools.missing[name] = why


def _pip(python: Path, *packages: str) -> bool:
    command = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages]
    return subprocess.run(command, check=False, timeout=SECONDS, stderr=subprocess.DEVNULL).returncode == 0


def _imports(python: Path, module: str) -> bool:
    done = subprocess.run([str(python), "-c", f"import {module}"], check=False, capture_output=True)
    return done.returncode == 0


def versions(tools: Tools) -> dict[str, str]:
    """The version of each peer that is there."""
    code = (
        "import importlib.metadata as m, sys; print('\\n'.join(n + ' ' + m.version(n) for n in sys.argv[1:]))"
    )
    names = [name for name in PEERS if name in tools.peers]
    done = subprocess.run([str(tools.python), "-c", code, *names], check=False, capture_output=True, text=True)
    found = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    for name in NODE:
        package = CACHE / "node" / "node_modules" / name.removeprefix("fill-") / "package.json"
        if name in tools.peers and package.exists():
            import json

            found[name] = json.loads(package.read_text(encoding="utf-8"))["version"]
    for metadata in (CACHE / "unoserver").glob("unoserver-*.dist-info"):
        found["unoserver"] = metadata.name.removeprefix("unoserver-").removesuffix(".dist-info")
    if tools.soffice:
        done = subprocess.run([tools.soffice, "--version"], check=False, capture_output=True, text=True)
        found["libreoffice"] = done.stdout.split()[1] if len(done.stdout.split()) > 1 else ""
    return found
