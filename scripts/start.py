"""Install the program beside the checkout and render the sample conference report; needs only Python 3.11+.

python3 scripts/start.py
"""

from __future__ import annotations

import subprocess
import sys

from environment import ROOT, provide

SAMPLE = ROOT / "samples" / "conference-report" / "valid" / "full.json"


def main() -> int:
    """Install and render; the result is the exit code."""
    programs = provide(ROOT / ".venv")
    words = [
        programs / "forms",
        "render",
        "conference-report",
        SAMPLE,
        "-o",
        ROOT / "out",
        "--date",
        "2026-11-21",
    ]
    return subprocess.run(words, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
