#!/usr/bin/env python3
"""`python3 benchmarks/run.py`: ours beside the existing tools, on one job, in one run.

`--quick` takes a few minutes and writes no table; without it the tables in benchmarks/RESULTS.md and in the
README and the plots in docs/images are made anew (about ten minutes). `--long` also makes 100,000
cases.
`--no-install` takes the environment as it is.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import filling
import measure
import table
import tools as setting_up

FONTS = ("arimo/Arimo-Regular.ttf", "arimo/Arimo-Bold.ttf", "noto-sans-symbols-2/NotoSansSymbols2-Regular.ttf")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--no-install", action="store_true")
    chosen = parser.parse_args()
    print("Setting up …", flush=True)
    tools = setting_up.set_up(install=not chosen.no_install)
    for name, why in tools.missing.items():
        print(f"  left out: {name}: {why}")
    begun = time.time()
    with tempfile.TemporaryDirectory(prefix="forms-bench-") as name:
        results = run(tools, Path(name), quick=chosen.quick, long=chosen.long)
    results["minutes"] = (time.time() - begun) / 60
    text = table.markdown(results)
    print(text)
    if not chosen.quick:
        table.publish(results, text, tools)


def run(tools: setting_up.Tools, folder: Path, *, quick: bool, long: bool) -> dict[str, object]:
    (folder / "fonts").mkdir()
    for font in FONTS:
        shutil.copy(setting_up.ROOT / "fonts" / font, folder / "fonts")
    script = str(setting_up.HERE / "peer_templates.py")
    subprocess.run([str(tools.python), script, str(folder)], check=True, env=tools.environment)
    print("Documents, tool after tool …", flush=True)
    passes, count = (3, 20) if quick else (9, 24)
    measured, _ = measure.alternate(tools, folder, passes, count)
    print("Checking what was made …", flush=True)
    checked = check(tools, folder)
    print("Forms filled in …", flush=True)
    forms = folder / "filling"
    forms.mkdir()
    filled = filling.run(tools, forms, quick=quick)
    print("Whole processes …", flush=True)
    cold = measure.cold_starts(tools, folder, 3 if quick else 9)
    print("Many cases …", flush=True)
    counts = (10, 100) if quick else (10, 100, 1000, 10000, *((100000,) if long else ()))
    many = [(number, measure.bulk(tools, folder, number)) for number in counts]
    print("Rows and pages …", flush=True)
    series = measure.growth(tools, folder, quick=quick)
    return {
        "measured": measured,
        "checked": checked,
        "filling": filled,
        "cold": cold,
        "many": many,
        "series": series,
        "versions": setting_up.versions(tools),
        "missing": tools.missing,
        "passes": passes,
        "count": count,
        "date": time.strftime("%d %B %Y"),
    }


def check(tools: setting_up.Tools, folder: Path) -> dict[str, object]:
    script = str(setting_up.HERE / "workers" / "check.py")
    command = [str(tools.python), script, str(folder), str(folder / "peer.json"), "20"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=tools.environment)
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


if __name__ == "__main__":
    main()
