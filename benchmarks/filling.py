#!/usr/bin/env python3
# ruff: noqa: E501 - long texts
"""`python3 benchmarks/filling.py`: filling a PDF form of 40 fields, ours beside the existing tools, in one run.

A part of `run.py` that can be run alone, in three minutes. `--quick` takes a short one and only prints;
`--no-install` takes the environment as it is.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import cases
import tools as setting_up
from measure import Measured, Worker

NAMES = {
    "fill": "**forms**: filled with looks of its own, in an embedded font",
    "fill-checked": "**forms**: filled, read back and compared",
    "fill-pikepdf": "pikepdf, its form module with its generator of looks",
    "fill-pypdf": "pypdf",
    "fill-pdf-lib": "pdf-lib",
    "fill-pdftk": "pdftk-java, one process for each document",
    "fill-qpdf": "qpdf, one process for each document",
}
FAST = ("fill", "fill-checked", "fill-pikepdf", "fill-pypdf", "fill-pdf-lib")
GOALS = (("fill-pikepdf", "pikepdf", 2), ("fill-pypdf", "pypdf", 20))
CHECKED = 20
SLOW_SHARE = 8
"""Of the documents of a pass, one in so many goes to the tools that take a process each."""


def values(case: dict[str, Any]) -> dict[str, str | bool]:
    """The 40 fields of a case: 29 lines, one text of several lines, ten ticks; every value as it prints."""
    report = cases.REPORT
    found: dict[str, str | bool] = {}
    for group in report["groups"]:
        found |= {key: case[key] for key, _ in group["fields"]}
    found |= {f"adult{index}": adult["name"] for index, adult in enumerate(case["adults"])}
    key, _ = report["texts"][0]
    found["summary"] = case[key][0]["t"]
    return found | {key: bool(case[key]) for key, _ in report["ticks"]["items"][:10]}


def run(tools: setting_up.Tools, folder: Path, *, quick: bool) -> dict[str, Any]:
    """Measure all that is there: passes with fresh cases, one tool after the other."""
    script = str(setting_up.HERE / "workers" / "fillers.py")
    subprocess.run([str(tools.python), script, "form", str(folder)], check=True, env=tools.environment)
    there = [name for name in NAMES if name not in tools.missing]
    workers = {name: Worker(name, tools, folder) for name in there}
    measured = {name: Measured() for name in there}
    passes, count = (3, 24) if quick else (9, 40)
    for name in there:
        (folder / f"out-{name}").mkdir()
    for number in range(passes + 1):
        made = [values(cases.peer_case(cases.plain_case(("fill", number, index)))) for index in range(count)]
        files = {"fast": folder / "fill.json", "slow": folder / "fill-slow.json"}
        files["fast"].write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
        few = made[: CHECKED if number == passes else max(1, count // SLOW_SHARE)]
        files["slow"].write_text(json.dumps(few, ensure_ascii=False), encoding="utf-8")
        for name, worker in workers.items():
            keep = folder / f"out-{name}" if number == passes else None
            answer = worker.run(files["fast" if name in FAST else "slow"], keep)
            if number:
                measured[name].passes.append(answer["ms"])  # type: ignore[arg-type]
                measured[name].sizes += answer["sizes"]  # type: ignore[operator]
            measured[name].first, measured[name].peak = answer["first_ms"], answer["peak_mb"]  # type: ignore[assignment]
    for worker in workers.values():
        worker.close()
    command = [str(tools.python), script, "check", str(folder), str(CHECKED), *there]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=tools.environment)
    checked = json.loads(done.stdout)
    return {
        "measured": measured,
        "checked": checked,
        "missing": tools.missing,
        "passes": passes,
        "count": count,
    }


def markdown(results: dict[str, Any]) -> str:
    """The table of a run."""
    measured: dict[str, Measured] = results["measured"]
    ours = measured["fill"]
    lines = ["### A PDF form of 40 fields filled in, warm, one process", ""]
    lines += [
        "| tool | ms per document | documents/s | times ours | first ms | peak MiB | bytes | values that show |"
    ]
    lines += ["|---|---:|---:|---:|---:|---:|---:|---:|"]
    for name, words in NAMES.items():
        if name not in measured:
            lines.append(f"| {words} | not run: {results['missing'][name]} | | | | | | |")
            continue
        one = measured[name]
        shown = f"{100 * results['checked'][name]:.1f} %"
        cells = [
            f"{one.median:.2f}",
            f"{1000 / one.median:.0f}",
            f"{one.ratio_to(ours):.1f}",
            f"{one.first:.0f}",
        ]
        cells += [f"{one.peak:.0f}", f"{round(median(one.sizes)):,}", shown]
        lines.append(f"| {words} | {' | '.join(cells)} |")
    lines += ["", "| goal | reached | goal | |", "|---|---:|---:|---|"]
    for name, words, goal in GOALS:
        if name in measured:
            reached = measured[name].ratio_to(ours)
            met = "met" if reached >= goal else "not met"
            lines.append(f"| {words} takes … times as long | {reached:.1f} | ≥ {goal} | {met} |")
    lines += [
        "",
        "“Values that show”: of 20 random documents, the share of texts that PDFium draws whole and in the right letters, "
        "and of boxes in the right state. Tools get their values as texts and truths in memory and give the bytes of the "
        f"filled form; pdftk and qpdf get files that were written before. {results['passes']} passes of "
        f"{results['count']} documents, medians; ratios are medians of the passes' ratios. {time.strftime('%d %B %Y')}, "
        f"Python {platform.python_version()}, {os.cpu_count()} cores (shared), {platform.system()}.",
    ]
    return "\n".join(lines) + "\n"


def short(results: dict[str, Any]) -> str:
    """The table for the main README."""
    measured: dict[str, Measured] = results["measured"]
    lines = [
        "| a PDF form of 40 fields, filled, warm | ms | times ours | values that show |",
        "|---|---:|---:|---:|",
    ]
    for name, words in NAMES.items():
        if name in measured:
            one, shown = measured[name], 100 * results["checked"][name]
            lines.append(
                f"| {words} | {one.median:.1f} | {one.ratio_to(measured['fill']):.1f} | {shown:.0f} % |"
            )
    return "\n".join(lines) + "\n"


def put(text: str, file: Path) -> None:
    """Put a table into its place in a page, between two comments."""
    old = file.read_text(encoding="utf-8")
    new = re.sub(r"(?s)(<!-- filling -->\n).*?(<!-- /filling -->)", lambda m: m[1] + text + m[2], old)
    file.write_text(new, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--no-install", action="store_true")
    chosen = parser.parse_args()
    tools = setting_up.set_up(install=not chosen.no_install)
    with tempfile.TemporaryDirectory(prefix="forms-bench-") as name:
        results = run(tools, Path(name), quick=chosen.quick)
    text = markdown(results)
    print(text)
    if not chosen.quick:
        put(text, setting_up.HERE / "RESULTS.md")
        put(short(results), setting_up.ROOT / "README.md")


if __name__ == "__main__":
    main()
