"""Under which heading each field of a PDF stands, told by how its pages look.

A heading is a line of larger or bolder text than most, set apart: no field begins on it, and it labels none.
Of a tagged form one could ask the structure; most forms are not tagged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Box = tuple[float, float, float, float]
"""Left, bottom, right and top of a field, in points."""

_LINE = 2.5
"""How far apart the baselines of one line may be, in points."""
_LARGER = 1.12
_LONGEST = 120
_BOLD = ("bold", "black", "heavy", "semibold", "demi")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text: where its baseline begins, its size, in points, and whether it is bold."""

    x: float
    y: float
    text: str
    size: float = 0.0
    bold: bool = False


def is_bold(font: object) -> bool:
    """Tell from a font's dictionary whether it is bold (ISO 32000-1, 9.6.2: `/BaseFont`)."""
    name = str(font.get("/BaseFont", "")).lower() if isinstance(font, Mapping) else ""
    return any(word in name for word in _BOLD)


@dataclass(frozen=True, slots=True)
class _Line:
    y: float
    text: str
    size: float
    bold: bool
    x: float


def headings_over(
    pages: Mapping[int, Sequence[Piece]], fields: Sequence[tuple[int, Box | None, str]]
) -> tuple[str, ...]:
    """Give the heading over each field, "" where there is none.

    Args:
        pages: The text of each page that has fields, by the page's index.
        fields: Each field's page, its place on it, and its label.
    """
    found: dict[int, list[_Line]] = {}
    labels = {_plain(label) for _, _, label in fields}
    for page, pieces in pages.items():
        boxes = [box for at, box, _ in fields if at == page and box is not None]
        found[page] = _headings(_lines(pieces), boxes, labels)
    return tuple(_over(page, box, found) for page, box, _ in fields)


def _over(page: int, box: Box | None, found: Mapping[int, Sequence[_Line]]) -> str:
    if box is None:
        return ""
    above = [line for line in found.get(page, ()) if line.y >= box[3] - _LINE]
    if above:
        return min(above, key=lambda line: line.y).text
    before = [at for at in found if at < page and found[at]]
    return min(found[max(before)], key=lambda line: line.y).text if before else ""


def _plain(text: str) -> str:
    return text.rstrip(":? ").casefold()


def _lines(pieces: Iterable[Piece]) -> list[_Line]:
    """Put pieces on one baseline together."""
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda each: (-each.y, each.x)):
        if lines and abs(lines[-1][0].y - piece.y) <= _LINE:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [
        _Line(
            line[0].y,
            " ".join(piece.text for piece in sorted(line, key=lambda each: each.x)),
            max(piece.size for piece in line),
            all(piece.bold for piece in line),
            min(piece.x for piece in line),
        )
        for line in lines
    ]


def _headings(lines: Sequence[_Line], boxes: Sequence[Box], labels: set[str]) -> list[_Line]:
    sizes = Counter[float]()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    usual = sizes.most_common(1)[0][0] if sizes else 0.0
    large = [line for line in lines if usual and line.size >= usual * _LARGER]
    fit = [line for line in large or lines if large or line.bold]
    return [
        line for line in fit if _stands_apart(line, boxes) and _plain(line.text) not in labels and _said(line)
    ]


def _said(line: _Line) -> bool:
    return 2 < len(line.text) <= _LONGEST and any(char.isalpha() for char in line.text)


def _stands_apart(line: _Line, boxes: Sequence[Box]) -> bool:
    """Tell whether no field stands on a line: what does is labelled by it."""
    middle = line.y + line.size / 3
    return not any(bottom <= middle <= top for _, bottom, _, top in boxes)
