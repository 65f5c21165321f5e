"""Does our layout look like LibreOffice's? Where each block's first word lies, in ours and in its PDF.

A *spot* is the first text of a paragraph, or of its part on a page; its place is where its baseline begins. The
same text is looked for in LibreOffice's PDF (through pdfminer), the nearest of several. One call of LibreOffice
converts all files.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from forms.formats.pdf.display import Fragment, JoinedOps, LaidDocument, Op, Page, TextOp
from laid_alike import runs

INSIDE = ("Span", "Link", "Form", "Lbl", "LBody")
"""The roles of elements inside of a paragraph or list item."""
NEAR = 3.0
FAR = 8.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A text and where it begins: page from 1, x and baseline from the page's top left, in points."""

    page: int
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Deviation:
    """A spot of ours and the one of LibreOffice that belongs to it (None: there is none)."""

    ours: Spot
    theirs: Spot | None

    @property
    def distance(self) -> float:
        """The larger of the two deviations; infinite on another page."""
        if self.theirs is None or self.theirs.page != self.ours.page:
            return float("inf")
        return max(abs(self.theirs.x - self.ours.x), abs(self.theirs.y - self.ours.y))


@dataclass(frozen=True, slots=True)
class Report:
    """The comparison of one document."""

    name: str
    deviations: tuple[Deviation, ...]
    our_pages: int
    their_pages: int
    exceptions: tuple[str, ...] = field(default=())

    @property
    def share(self) -> float:
        """The share of spots within `NEAR` points."""
        if not self.deviations:
            return 1.0
        return sum(item.distance <= NEAR for item in self.deviations) / len(self.deviations)

    @property
    def worst(self) -> Deviation | None:
        """The spot that deviates most."""
        return max(self.deviations, key=lambda item: item.distance, default=None)

    @property
    def other_pages(self) -> tuple[Deviation, ...]:
        """Spots on another page, or not found."""
        return tuple(item for item in self.deviations if item.distance == float("inf"))

    def __str__(self) -> str:
        """Sum up in a line, and name the worst."""
        near = [item for item in self.deviations if item.distance <= NEAR]
        rest = sorted(
            (item for item in self.deviations if item.distance > NEAR), key=lambda item: -item.distance
        )
        worst = max((item.distance for item in self.deviations if item.distance != float("inf")), default=0.0)
        lines = [
            f"{self.name}: {len(self.deviations)} spots, {self.share:.1%} within {NEAR:g} pt, "
            f"worst {worst:.2f} pt, "
            f"mean {sum(item.distance for item in near) / max(len(near), 1):.2f} pt, "
            f"{len(self.other_pages)} on another page, pages {self.our_pages}/{self.their_pages}"
        ]
        lines += [f"    {item.ours} <> {item.theirs}" for item in rest[:12]]
        return "\n".join(lines)


def convert(files: Sequence[Path], folder: Path) -> list[Path]:
    """Convert Word files to PDF with LibreOffice, in one call with a profile of its own."""
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                "soffice",
                f"-env:UserInstallation=file://{profile}",
                "--headless",
                "--convert-to",
                "pdf",
                "--outdir",
                str(folder),
                *map(str, files),
            ],
            check=True,
            capture_output=True,
            timeout=300,
        )
    return [folder / (file.stem + ".pdf") for file in files]


def pdf_characters(file: Path) -> tuple[list[Spot], int]:
    """Give every character of a PDF but spaces, in the order they are drawn, and the number of pages."""
    from pdfminer.high_level import extract_pages
    from pdfminer.layout import LTChar

    def walk(item: Iterable[object]) -> Iterator[LTChar]:
        for child in item:
            if isinstance(child, LTChar):
                yield child
            elif isinstance(child, Iterable):
                yield from walk(child)

    out = []
    number = 0
    for number, page in enumerate(extract_pages(file, laparams=None), 1):
        for char in walk(page):
            text = char.get_text().replace("\u2011", "-")
            if text.strip():
                out.append(Spot(number, char.matrix[4], page.height - char.matrix[5], text))
    return out, number


def spots(laid: LaidDocument) -> Iterator[Spot]:
    """Give the first text of each paragraph's part on each page, in order; headers and footers, too.

    Text in the faces of other scripts is passed over: LibreOffice has other fonts for them.
    """
    for number, page in enumerate(laid.pages, 1):
        for fragment, ops in pieces_of(page):
            seen = set()
            for op in runs(ops):
                if not isinstance(op, TextOp) or not op.run.text.strip():
                    continue
                paragraph = paragraph_of(laid, fragment, op)
                if paragraph in seen:
                    continue
                seen.add(paragraph)
                text = "".join(op.run.text.split()).replace("\u2011", "-")
                lead = len(op.run.text) - len(op.run.text.lstrip())
                if not lead and op.run.face.startswith(("Arimo", "NotoSansSymbols")):
                    yield Spot(number, fragment.x + op.x, fragment.y + op.y - op.rise, text)


def pieces_of(page: Page) -> Iterator[tuple[Fragment, Sequence[Op]]]:
    """Give everything on a page, a row of a table in its parts."""
    for fragment in (*page.header, *page.body, *page.footer):
        ops = fragment.ops
        for part in ops.parts if isinstance(ops, JoinedOps) else (ops,):
            yield fragment, part


def paragraph_of(laid: LaidDocument, fragment: Fragment, op: TextOp) -> int:
    """Give the element of the paragraph or list item that a text belongs to."""
    if op.element < 0:
        return op.element
    elements = laid.instances[fragment.instance].elements
    at = op.element + fragment.offset
    while elements[at].role in INSIDE:
        at = elements[at].parent
    return at


def compare(name: str, laid: LaidDocument, theirs: Path) -> Report:
    """Compare a layout with LibreOffice's PDF of the same file."""
    characters, pages = pdf_characters(theirs)
    lines: dict[tuple[int, int], list[Spot]] = {}
    for character in characters:
        lines.setdefault((character.page, round(character.y * 2)), []).append(character)
    rows = [sorted(line, key=lambda spot: spot.x) for line in lines.values()]
    texts = ["".join(spot.text for spot in row) for row in rows]
    # A glyph may stand for several characters: a row has it once for each, so that places agree.
    rows = [[spot for spot in row for _ in spot.text] for row in rows]
    used: set[tuple[int, int]] = set()
    deviations = []
    for spot in spots(laid):
        best: tuple[float, int, int] | None = None
        for index, text in enumerate(texts):
            at = text.find(spot.text)
            while at >= 0:
                offset = len(text[:at])
                found = rows[index][min(offset, len(rows[index]) - 1)]
                distance = abs(found.page - spot.page) * 1000 + abs(found.x - spot.x) + abs(found.y - spot.y)
                if (index, offset) not in used and (best is None or distance < best[0]):
                    best = (distance, index, offset)
                at = text.find(spot.text, at + 1)
        if best is None:
            deviations.append(Deviation(spot, None))
        else:
            used.add(best[1:])
            deviations.append(Deviation(spot, rows[best[1]][best[2]]))
    return Report(name, tuple(deviations), len(laid.pages), pages)
