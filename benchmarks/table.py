# ruff: noqa: E501 - long texts
"""The tables and plots of a run."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from statistics import median
from typing import Any

import filling
from measure import Measured
from tools import HERE, ROOT, Tools

NAMES = {
    "render": "**forms**, DOCX: rendering alone, data in memory as the peers have it",
    "docx": "**forms**, DOCX: JSON case to bytes, validated and filtered",
    "pdf": "**forms**, tagged PDF/UA: JSON case to bytes, validated and filtered",
    "both": "**forms**, both formats of one case, validated and filtered",
    "docxtpl": "docxtpl, DOCX",
    "docxtemplater": "docxtemplater, DOCX",
    "carbone": "carbone, DOCX",
    "typst": "Typst, one compiler kept, tagged PDF",
    "weasyprint": "WeasyPrint, tagged PDF",
    "reportlab": "reportlab by hand, PDF without tags",
    "libreoffice": "LibreOffice batch, docxtpl's DOCX to PDF without tags",
    "unoserver": "unoserver, one LibreOffice kept, docxtpl's DOCX to PDF without tags",
    "real-docx": "**forms**, the real `conference-report`, full sample, a DOCX for each of its two areas",
    "real-pdf": "**forms**, the real `conference-report`, full sample, a PDF for each of its two areas",
    "real-both": "**forms**, the real `conference-report`, full sample, both formats for both areas",
}
DOCX = ("render", "docx", "docxtpl", "docxtemplater", "carbone")
PDF = ("pdf", "typst", "weasyprint", "reportlab", "libreoffice", "unoserver")
REST = ("both", "real-docx", "real-pdf", "real-both")


def markdown(results: dict[str, Any]) -> str:
    measured: dict[str, Measured] = results["measured"]
    missing = results["missing"]
    lines = ["### One report, warm, one process", ""]
    lines += ["| tool | ms per document | documents/s | times ours | first ms | peak MiB | bytes |"]
    lines += ["|---|---:|---:|---:|---:|---:|---:|"]
    for group, ours in ((DOCX, "render"), (PDF, "pdf"), (REST, "")):
        for name in group:
            if name in measured:
                lines.append(_row(name, measured[name], measured.get(ours)))
            elif name in missing:
                lines.append(f"| {NAMES[name]} | not run: {missing[name]} | | | | | |")
    lines += ["", *_goals(results), "", *_cold(results), "", *_many(results), "", *_checked(results)]
    return "\n".join(lines) + f"\n\n<!-- filling -->\n{filling.markdown(results['filling'])}<!-- /filling -->\n"


def _row(name: str, one: Measured, ours: Measured | None) -> str:
    ratio = f"{one.ratio_to(ours):.1f}" if ours is not None else ""
    size = f"{round(median(one.sizes)):,}" if one.sizes else ""
    first = f"{one.first:.0f}" if one.first else ""
    return f"| {NAMES[name]} | {one.median:.2f} | {1000 / one.median:.0f} | {ratio} | {first} | {one.peak:.0f} | {size} |"


def _goals(results: dict[str, Any]) -> list[str]:
    """Each goal, with what was reached in this run."""
    measured: dict[str, Measured] = results["measured"]
    found: list[tuple[str, float, float, bool]] = []

    def times(what: str, ours: str, peer: str, goal: float) -> None:
        if peer in measured:
            found.append((what, measured[peer].ratio_to(measured[ours]), goal, True))

    times("DOCX, rendering: docxtemplater takes … times as long", "render", "docxtemplater", 10)
    times("DOCX, rendering: docxtpl takes … times as long", "render", "docxtpl", 30)
    times("DOCX, case to bytes: docxtemplater takes … times as long", "docx", "docxtemplater", 10)
    times("DOCX, case to bytes: docxtpl takes … times as long", "docx", "docxtpl", 30)
    times("PDF, case to bytes: Typst takes … times as long", "pdf", "typst", 5)
    times("PDF, case to bytes: LibreOffice batch takes … times as long", "pdf", "libreoffice", 25)
    if "typst" in measured:
        found.append(
            (
                "Both formats, in the time of one Typst PDF",
                measured["both"].ratio_to(measured["typst"]),
                0.3,
                False,
            )
        )
    if "libreoffice" in measured:
        chain = 1000 / (measured["docxtpl"].median + measured["libreoffice"].median)
        best = max(many["per_second"] for _, many in results["many"])
        found.append(
            ("Bulk, two processes: cases per second, times docxtpl + LibreOffice batch", best / chain, 40, True)
        )
        found.append(("DOCX size, times docxtpl's", _size(measured, "docx", "docxtpl"), 1.15, False))
    if "typst" in measured:
        found.append(("PDF size, times Typst's", _size(measured, "pdf", "typst"), 1.0, False))
    cold = results["cold"]
    whole = cold["forms render, both formats"]
    if "LibreOffice, one conversion" in cold:
        found.append(
            ("Whole process, times LibreOffice's", whole / cold["LibreOffice, one conversion"], 1 / 3, False)
        )
    if "docxtpl, one document" in cold:
        found.append(("Whole process, times docxtpl's", whole / cold["docxtpl, one document"], 1.0, False))
    lines = ["### Goals", "", "| | reached | goal | |", "|---|---:|---:|---|"]
    for what, reached, goal, least in found:
        met = reached >= goal if least else reached <= goal
        lines.append(
            f"| {what} | {reached:.2f} | {'≥' if least else '≤'} {goal:.3g} | {'met' if met else 'not met'} |"
        )
    return lines


def _size(measured: dict[str, Measured], ours: str, peer: str) -> float:
    return median(measured[ours].sizes) / median(measured[peer].sizes)


def _cold(results: dict[str, Any]) -> list[str]:
    lines = ["### Cold start: a whole process for one report", "", "| command | ms |", "|---|---:|"]
    return lines + [f"| {name} | {time:.0f} |" for name, time in results["cold"].items()]


def _many(results: dict[str, Any]) -> list[str]:
    lines = ["### Many cases: `forms bulk`, both formats, two processes, files and ledger written", ""]
    lines += ["| cases | seconds | cases/s | peak MiB of a process |", "|---:|---:|---:|---:|"]
    for count, many in results["many"]:
        row = f"| {count:,} | {many['seconds']:.1f} | {many['per_second']:.0f} | {many['peak_mb']:.0f} |"
        lines.append(row)
    return lines


def _checked(results: dict[str, Any]) -> list[str]:
    checked = results["checked"]
    shares = ", ".join(f"{name} {100 * share:.1f} %" for name, share in checked["values"].items())
    made = f"{results['passes']} passes of {results['count']} documents"
    kinds = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    return [
        f"After the timing, {checked['sound']} of {checked['pairs']} random pairs of ours had equal text in DOCX and PDF "
        f"and passed PDF/UA-1. Share of the cases' values found in the text of each tool's documents: {shares}.",
        "",
        f"{made}, medians; ratios are medians of the passes' ratios. LibreOffice: one call a pass over docxtpl's files. "
        f"{results['date']}, Python {platform.python_version()}, {os.cpu_count()} cores (shared), {platform.system()}; {kinds}.",
    ]


def publish(results: dict[str, Any], text: str, tools: Tools) -> None:
    """Write RESULTS.md, the README's table and the plots."""
    head = "# Results\n\nMade by `python3 benchmarks/run.py`; what is measured, and how: [README.md](README.md).\n\n"
    plots = "\n".join(f"![{words}](../docs/images/{name}.png)" for name, words in PLOTS.items())
    (HERE / "RESULTS.md").write_text(f"{head}{text}\n### Growth\n\n{plots}\n", encoding="utf-8")
    readme = ROOT / "README.md"
    old = readme.read_text(encoding="utf-8")
    new = re.sub(r"(?s)(<!-- speed -->\n).*?(<!-- /speed -->)", lambda m: m[1] + _short(results) + m[2], old)
    readme.write_text(new, encoding="utf-8")
    filling.put(filling.short(results["filling"]), readme)
    series = {**results["series"], "many": [[count, many["seconds"]] for count, many in results["many"]]}
    command = [str(tools.python), str(HERE / "plots.py"), str(ROOT / "docs" / "images")]
    subprocess.run(command, input=json.dumps(series), text=True, check=True, env=tools.environment)


PLOTS = {
    "speed-rows": "Milliseconds per document over rows of a table",
    "speed-pages": "Milliseconds per document over paragraphs of text",
    "speed-cases": "Seconds over cases",
}


def _short(results: dict[str, Any]) -> str:
    measured: dict[str, Measured] = results["measured"]
    lines = ["| one report, warm, one process | ms | times ours |", "|---|---:|---:|"]
    for group, ours in ((DOCX, "render"), (PDF, "pdf"), (("both",), "")):
        for name in group:
            if name in measured:
                ratio = f"{measured[name].ratio_to(measured[ours]):.1f}" if ours else ""
                lines.append(f"| {NAMES[name]} | {measured[name].median:.1f} | {ratio} |")
    return "\n".join(lines) + "\n"
