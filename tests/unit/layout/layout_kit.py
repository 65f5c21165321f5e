"""What the layout tests share: the fonts, a layout of a body, and its text with places."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from forms.formats.pdf.display import ARTIFACT, FieldOp, Fragment, LaidDocument, LineOp, Op, RectOp, TextOp
from forms.formats.pdf.fonts import FontBook
from forms.formats.pdf.layout import lay_out
from forms.formats.word.reader import read
from laid_alike import runs
from word_files import word

FONTS = Path(__file__).resolve().parents[3] / "fonts"
LEFT, TOP = 72.0, 72.0
"""The text area's corner on the pages of `word_files.section`."""

ASCENT = 0.93799
"""Arimo's ascent and line gap in ems: how far below a line's top its baseline is."""

LINE = 14.15
"""The distance of lines in the house's body text: 11 points at 269/240."""


@cache
def fonts() -> FontBook:
    return FontBook.load(FONTS)


def laid(body: str, *, fillable: bool = False, **parts: object) -> LaidDocument:
    return lay_out(read(word(body, **parts)), fonts(), fillable=fillable)


def placed(document: LaidDocument, kind: type[Op]) -> list[tuple[int, Fragment, Op]]:  # type: ignore[valid-type]
    """All body operations of a kind, each line of text by itself: page from 1, fragment, operation."""
    return [
        (number, fragment, op)
        for number, page in enumerate(document.pages, 1)
        for fragment in page.body
        for op in runs(fragment.ops)
        if isinstance(op, kind)
    ]


def texts(document: LaidDocument) -> list[tuple[int, float, float, str]]:
    """Page, x, baseline and text of everything drawn in the body, to a tenth of a point."""
    return [
        (page, round(fragment.x + op.x, 1), round(fragment.y + op.y, 1), op.run.text)
        for page, fragment, op in placed(document, TextOp)
        if isinstance(op, TextOp)
    ]


def words(document: LaidDocument) -> str:
    """The text that is read aloud, in order, white space folded."""
    out: list[str] = []
    before = None
    for _, fragment, op in placed(document, TextOp):
        if isinstance(op, TextOp) and op.element != ARTIFACT:
            out.append(("" if fragment is before else " ") + op.run.text + (" " if op.space_after else ""))
            before = fragment
    return " ".join("".join(out).split())


def lines(document: LaidDocument) -> list[str]:
    """The text of each line, joined by its baseline, top to bottom."""
    rows: dict[tuple[int, float], list[tuple[float, str]]] = {}
    for page, x, y, text in texts(document):
        rows.setdefault((page, y), []).append((x, text))
    return [" ".join(text for _, text in sorted(row)) for _, row in sorted(rows.items())]


__all__ = [
    "ASCENT",
    "LEFT",
    "LINE",
    "TOP",
    "FieldOp",
    "LineOp",
    "RectOp",
    "laid",
    "lines",
    "placed",
    "texts",
    "words",
]
