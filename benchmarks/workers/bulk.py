"""Many cases as `forms bulk` makes them: `python bulk.py CASES OUT PROCESSES`.

Files, ledger and covering lists are written, and flushed to disk. Prints seconds, cases, and the peak memory of
the largest process, the caller's among them.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import date
from pathlib import Path

LIBRARY = Path(__file__).resolve().parent.parent / "library"
ISSUED = date(2026, 11, 21)


def main() -> None:
    start = time.perf_counter()
    import forms

    options = forms.BulkOptions(workers=int(sys.argv[3]), issued=ISSUED, library=LIBRARY)
    report = forms.bulk("bench-report", Path(sys.argv[1]), Path(sys.argv[2]), options)
    seconds = time.perf_counter() - start
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peak = max(resource.getrusage(one).ru_maxrss for one in who) / 1024
    answer = {"seconds": seconds, "cases": report.made, "per_second": report.made / seconds, "peak_mb": peak}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
