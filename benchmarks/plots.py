"""`python plots.py FOLDER`: the plots of a run, from the series on standard input."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

LABELS = {"docx": "forms, DOCX", "pdf": "forms, tagged PDF", "docxtpl": "docxtpl", "typst": "Typst"}
STYLES = {"docx": "o-", "pdf": "s-", "docxtpl": "o--", "typst": "s--"}


def plot(
    folder: Path, name: str, series: dict[str, list[list[float]]], x: str, y: str, *, logarithmic: bool
) -> None:
    figure, axes = plt.subplots(figsize=(6.4, 4), dpi=110)
    for tool, points in series.items():
        axes.plot(
            *zip(*points, strict=True), STYLES.get(tool, "o-"), label=LABELS.get(tool, tool), markersize=4
        )
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    if logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    axes.grid(visible=True, alpha=0.3)
    if len(series) > 1:
        axes.legend()
    figure.tight_layout()
    figure.savefig(folder / f"{name}.png", metadata={"Software": None})
    plt.close(figure)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    series = json.load(sys.stdin)
    y = "ms per document, the quickest of seven"
    plot(folder, "speed-rows", series["rows"], "rows in the table", y, logarithmic=False)
    plot(
        folder,
        "speed-pages",
        series["paragraphs"],
        "paragraphs of 80 words (6 to 7 to a page)",
        y,
        logarithmic=False,
    )
    many = {"forms, both formats, two processes": series["many"]}
    plot(folder, "speed-cases", many, "cases", "seconds, starting included", logarithmic=True)


if __name__ == "__main__":
    main()
