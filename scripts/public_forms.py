"""Collect the public forms of tests/corpus/forms.toml from clones of their repositories, and try to fill each.

python3 scripts/public_forms.py collect CLONES FOLDER
python3 scripts/public_forms.py try FOLDER REPORT.md [IMAGES]

CLONES is a folder with a clone of each repository, bare or not, named OWNER/NAME, OWNER+NAME or NAME, such as
`git clone --bare https://github.com/apache/pdfbox clones/apache+pdfbox`. A file is taken from the commit that
the table names and kept only if its SHA-256 is the table's. `try` writes a table of what came of each form, and
page images.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "tests" / "corpus" / "forms.toml"


def forms() -> list[dict[str, Any]]:
    """The table's forms."""
    listed: list[dict[str, Any]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))["form"]
    return listed


def repository(clones: Path, name: str) -> Path | None:
    """The git directory of a clone, wherever it lies under the folder of clones."""
    for folder in (clones / name, clones / name.replace("/", "+"), clones / name.split("/")[1]):
        for inside in ("", "repo", ".git"):
            if (folder / inside / "HEAD").is_file():
                return folder / inside
    return None


def collect(clones: Path, folder: Path) -> int:
    """Copy every form there is a clone for; the result is the exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = 0
    for form in forms():
        place = repository(clones, form["repository"])
        if place is None:
            print(f"{form['id']}: no clone of {form['repository']} in {clones}")
            missing += 1
            continue
        command = ["git", "--git-dir", str(place), "cat-file", "blob", f"{form['commit']}:{form['path']}"]
        found = subprocess.run(command, capture_output=True, check=False)
        if found.returncode or hashlib.sha256(found.stdout).hexdigest() != form["sha256"]:
            print(f"{form['id']}: not at that commit, or another file")
            missing += 1
            continue
        (folder / f"{form['id']}.pdf").write_bytes(found.stdout)
    print(f"{len(forms()) - missing} of {len(forms())} forms in {folder}")
    return 1 if missing else 0


def attempt(folder: Path, report: Path, images: Path | None) -> int:
    """Fill every form of the folder, and write the table of what came of it; the result is the exit code."""
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
    from public_form_kit import try_form

    lines = []
    bad = 0
    for form in forms():
        file = folder / f"{form['id']}.pdf"
        if not file.is_file():
            continue
        result = try_form(file, images)
        wanted = form.get("refused", "")
        fine = result.refused == wanted and not result.faults
        bad += not fine
        outcome = f"refused: {result.refused}" if result.refused else "; ".join(result.faults) or "yes"
        counts = (result.places, result.closed, result.filled, result.read_back, result.read_by_pikepdf)
        figures = " | ".join(map(str, counts)) if not result.refused else "– | – | – | – | –"
        lines.append(f"| {form['id']} | {form['maker']} | {figures} | {result.seen} | {outcome} |")
    columns = (
        "form | maker | fields | closed | filled | read back | by pikepdf | seen (PDFium, Poppler) | all well"
    )
    head = f"| {columns} |"
    report.write_text("\n".join([head, "|" + " --- |" * 9, *lines, ""]), encoding="utf-8")
    print(f"{len(lines)} forms, {bad} not as they should be: {report}")
    return 1 if bad else 0


def main(words: list[str]) -> int:
    """The command; the result is the exit code."""
    if len(words) == 3 and words[0] == "collect":
        return collect(Path(words[1]), Path(words[2]))
    if len(words) in {3, 4} and words[0] == "try":
        return attempt(Path(words[1]), Path(words[2]), Path(words[3]) if len(words) == 4 else None)
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
