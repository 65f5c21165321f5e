"""What every Python worker does: wait for a pass, make its documents, say how long each took.

A worker stays alive for the whole run and never sees a case twice. It reads a line of JSON for each pass
(`cases`: a file with a JSON array; `out`: a folder for the documents, or null) and answers with a line of JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

Documents = list[tuple[str, bytes]]
"""What was made of a case: file endings and bytes."""


def serve(
    setup: Callable[[], Callable[[dict[str, object]], object]], made: Callable[[object], Documents]
) -> None:
    """Serve passes until the input ends. `setup` counts to the first document, `prepare` is not timed."""
    begun = time.perf_counter()
    make = setup()
    set_up = 1000 * (time.perf_counter() - begun)
    prepare = getattr(make, "prepare", lambda case: case)
    first = 0.0
    for line in sys.stdin:
        request = json.loads(line)
        cases = [prepare(case) for case in json.loads(Path(request["cases"]).read_text(encoding="utf-8"))]
        times, sizes = [], []
        for index, case in enumerate(cases):
            start = time.perf_counter()
            result = make(case)
            end = time.perf_counter()
            times.append(1000 * (end - start))
            if not first:
                first = set_up + 1000 * (end - start)
            documents = made(result)
            sizes.append(sum(len(data) for _, data in documents))
            if request["out"]:
                for ending, data in documents:
                    Path(request["out"], f"{index:04d}.{ending}").write_bytes(data)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        peak = max(peak, getattr(make, "peak", lambda: 0.0)())
        print(json.dumps({"ms": times, "sizes": sizes, "first_ms": first, "peak_mb": peak}), flush=True)
