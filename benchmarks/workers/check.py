"""After the timing: are the documents right? `python check.py FOLDER PEER_CASES COUNT`.

Of ours, random ones: DOCX and PDF say the same, and the PDF passes PDF/UA-1. Of every tool, the values of the
case must be in its text.
"""

from __future__ import annotations

import html
import io
import json
import random
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "tests"))


def values(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in below for text in values(item)]


def squeezed(text: str) -> str:
    return "".join(text.split()).replace("\u00ad", "")


def text_of(path: Path) -> str:
    from pypdf import PdfReader

    from docx_text import everything

    if path.suffix == ".docx":
        return html.unescape(everything(path.read_bytes()))
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(path.read_bytes())).pages)


def check_ours(folder: Path, numbers: list[int]) -> int:
    import page

    from docx_text import canonical_text
    from pdf_text import tree_text

    sound = 0
    for kind in ("both", "real-both"):
        for number in numbers:
            word = folder / f"out-{kind}" / f"{number:04d}.docx"
            print_out = word.with_suffix(".pdf")
            same = canonical_text(word.read_bytes()) == tree_text(print_out.read_bytes())
            accessible = not page.validate_pdf(str(print_out), profile="ua1").failures
            sound += same and accessible
    return sound


def check_values(folder: Path, cases: list[dict[str, object]], numbers: list[int]) -> dict[str, float]:
    """The share of the cases' values that is in each tool's text."""
    found = {}
    for out in sorted(folder.glob("out-*")):
        hits = wanted = 0
        if "real" in out.name or out.name == "out-render":
            continue
        for number in numbers:
            for path in sorted(out.glob(f"{number:04d}.*")):
                text = squeezed(text_of(path))
                for value in values(cases[number]):
                    wanted += 1
                    hits += squeezed(value) in text or _split_by_a_page(squeezed(value), text)
        if wanted:
            found[out.name.removeprefix("out-")] = hits / wanted
    return found


def _split_by_a_page(value: str, text: str) -> bool:
    """A long text may have a footer and a header in its middle."""
    return len(value) > 150 and value[:40] in text and value[-40:] in text


def main() -> None:
    folder = Path(sys.argv[1])
    cases = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    count = min(int(sys.argv[3]), len(cases))
    numbers = sorted(random.Random().sample(range(len(cases)), count))
    answer = {
        "pairs": 2 * count,
        "sound": check_ours(folder, numbers),
        "values": check_values(folder, cases, numbers),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
