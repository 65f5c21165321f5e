"""Two ways of laying out a document, compared: what is drawn, where, and as part of which element."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from forms.formats.pdf.display import FieldOp, LaidDocument, LineOp, Op, RectOp, TextLines, TextOp, with_numbers


def alike(laid: LaidDocument) -> list[object]:
    """Give a document for comparison: operations with their pages, places and elements, and all elements.

    Text counts in its order; borders and shading do not, as long as they are all there.
    """
    out: list[object] = [[tuple(one.elements), replace(one, elements=())] for one in laid.instances]
    for number, page in enumerate(laid.pages):
        drawn = []
        for fragment in (*page.header, *page.body, *page.footer):
            for op in runs(fragment.ops, page.numbers):
                if isinstance(op, RectOp):
                    size = {"width": rounded(op.width), "height": rounded(op.height)}
                    drawn.append(repr(replace(shifted(op, fragment.x, fragment.y), **size)))
                elif isinstance(op, LineOp):
                    x1, y1, x2, y2 = op.x1, op.y1, op.x2, op.y2
                    x, y = fragment.x, fragment.y
                    moved = (rounded(x + x1), rounded(y + y1), rounded(x + x2), rounded(y + y2))
                    drawn.append(repr((moved, op.thickness, op.colour, op.dash)))
                else:
                    element = op.element + fragment.offset if op.element >= 0 else op.element
                    moved_op = replace(shifted(op, fragment.x, fragment.y), element=element)
                    if isinstance(op, FieldOp):
                        moved_op = replace(moved_op, width=rounded(op.width), height=rounded(op.height))
                    if isinstance(op, TextOp) and op.run.plain:
                        moved_op = replace(moved_op, run=replace(op.run, width=0.0))  # as its text says
                    out.append((number, fragment.instance, moved_op))
        out.append(sorted(drawn))
    return out


def runs(ops: Iterable[Op], numbers: tuple[str, str] = ("", "")) -> Iterator[Op]:
    """Give operations with each line of text by itself, and with the page's numbers."""
    for op in ops:
        for one in op.runs(lambda _: 0.0) if isinstance(op, TextLines) else (op,):
            if isinstance(one, TextOp) and one.run.plain:
                yield replace(one, run=replace(one.run, text=with_numbers(one.run.text, numbers)))
            else:
                yield one


def shifted(op: Any, x: float, y: float) -> Any:
    return replace(op, x=rounded(op.x + x), y=rounded(op.y + y))


def rounded(length: float) -> float:
    """Round to a millionth; advances are binary fractions, which often lie just between two of those."""
    return round(length + 3e-8, 6)
