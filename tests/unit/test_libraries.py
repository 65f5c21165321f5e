"""Every library that the program needs is in the architecture's table, with its licence and why it is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_each_library_is_told_with_its_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["cluster"], *extras["encrypt"], *extras["preview"]]
    names = {re.split(r"[<>=; ]", one)[0] for one in wanted}
    table = (ROOT / "docs" / "architecture.md").read_text("utf-8").partition("| library | licence | why |")[2]
    rows = [line.split(" | ") for line in table.partition("\n\n")[0].splitlines()[2:]]
    told = {name for row in rows for name in re.findall(r"[\w.-]+", row[0])}
    assert names <= told
    assert all(len(row) == 3 and row[1].strip() and row[2].strip(" |") for row in rows)
