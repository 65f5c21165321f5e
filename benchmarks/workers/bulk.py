"""Many cases in several processes: `python bulk.py CASES OUT PROCESSES`; prints seconds, cases, peak memory."""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

LIBRARY = Path(__file__).resolve().parent.parent / "library"
CHUNK = 25


def make(files: list[str], out: str) -> float:
    """Make both formats of some cases; give the process's peak memory in MiB."""
    import forms

    catalogue = forms.open_catalogue(LIBRARY)
    options = forms.RenderOptions(issued=date(2026, 11, 21))
    for file in files:
        product = forms.render(forms.load_case(Path(file)), "bench-report", options, catalogue)
        forms.write_documents(product.documents, Path(out))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    files = sorted(map(str, Path(sys.argv[1]).glob("*.json")))
    chunks = [files[start : start + CHUNK] for start in range(0, len(files), CHUNK)]
    start = time.perf_counter()
    with ProcessPoolExecutor(int(sys.argv[3]), multiprocessing.get_context("spawn")) as pool:
        peaks = list(pool.map(make, chunks, [sys.argv[2]] * len(chunks)))
    seconds = time.perf_counter() - start
    print(
        json.dumps(
            {"seconds": seconds, "cases": len(files), "per_second": len(files) / seconds, "peak_mb": max(peaks)}
        )
    )


if __name__ == "__main__":
    main()
