"""Operators of what comes again in other documents: written once, with holes for what differs.

What is `FixedOps` differs in the numbers of its marked contents. A `Blank` also has places for lines of text;
its parts are written each for itself, since many stand in several blanks. It holds nothing of any document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from operator import itemgetter
from typing import Literal, NamedTuple

from msgspec.structs import replace

from forms.formats.pdf.display import (
    PLACE,
    Blank,
    FieldOp,
    ImageOp,
    LinkOp,
    Op,
    Place,
    TextLines,
    TextOp,
    filled_in,
)
from forms.formats.pdf.draw import Painter
from forms.formats.pdf.embedding import DocumentFonts
from forms.formats.pdf.words import Words, face_use, words_of
from forms.foundation.patterns import pattern

_HOLES = pattern(r"\((?:[^()\\]|\\.)*\)|<</MCID \d+>>BDC|\bnan\b|%", re.DOTALL)
"""What may be a hole of a template; a literal string is looked at as a whole."""
_LINE = f"({PLACE})"
_ANYWHERE = float("nan")


class Template(NamedTuple):
    """A fragment's operators, relative to its origin and whatever the state before, and what they need.

    `text` has a place for each of `holes`: the number of a marked content (`n`), a line of text as `written`
    (`t`), or where it begins (`x`). `owners` are element indices, one for each marked content; `moved` the
    places of lines of which that isn't known before.
    `links` and `fields` come with the number of marked contents before them. `faces` are the faces whose fixed
    fonts it uses; `cuts` the faces and texts of its cut fonts.
    """

    text: str
    holes: str
    owners: tuple[int, ...]
    moved: tuple[TextOp, ...]
    links: tuple[tuple[int, LinkOp], ...]
    fields: tuple[tuple[int, FieldOp], ...]
    images: tuple[ImageOp, ...]
    extras: bool
    faces: tuple[str, ...]
    cuts: tuple[tuple[str, str], ...]


class BlankTemplate(NamedTuple):
    """The template of a whole `Blank`, with its place on the page.

    `in_order` takes the place's two numbers, those of the marked contents, and what goes in for the lines, and
    gives all as they stand in the text. `places` are the places of all lines if some are `moved`.
    """

    template: Template
    in_order: Callable[[Sequence[object]], tuple[object, ...]]
    places: tuple[TextOp, ...]


def compiled(ops: Sequence[Op], roles: Sequence[str], fonts: DocumentFonts) -> Words | Template | bool:
    """Compile a fragment; False if a code in it is this document's own."""
    words = words_of(ops, fonts)
    if words is not None and words.element >= 0:
        return words
    return template_of(ops, roles, fonts)


def template_of(ops: Sequence[Op], roles: Sequence[str], fonts: DocumentFonts) -> Template | Literal[False]:
    """Write a fragment as a template; False as `compiled`, or if a place is not for a fixed font."""
    shown = [op for one in ops for op in _places_of(one)]
    places = [op for op in shown if isinstance(op, TextOp) and op.run.text == PLACE]
    if not all(face_use(fonts, op.run.face).own for op in places):
        return False
    moved = tuple([op for op in places if isinstance(op.run, Place)])
    painter = Painter(fonts)
    owners = painter.inside([replace(op, x=_ANYWHERE) if op in moved else op for op in shown], roles, 0)
    holes: list[str] = []

    def write(found: re.Match[str]) -> str:
        text = found[0]
        if text == _LINE:
            holes.append("t")
            return "(%s)"
        if text == "nan":
            holes.append("x")
            return "%.2f"
        if text.startswith("<</MCID "):
            holes.append("n")
            return "<</MCID %d>>BDC"
        return text.replace("%", "%%")

    text = _HOLES.sub(write, painter.text())
    counts = (len(owners), len(places), len(moved))
    if not painter.general or counts != tuple(map(holes.count, "ntx")):
        return False
    return Template(
        text,
        "".join(holes),
        tuple(owners),
        moved,
        tuple(painter.links),
        tuple(painter.fields),
        tuple(painter.images),
        painter.extras,
        tuple(painter.faces),
        tuple(painter.cuts),
    )


def _places_of(op: Op) -> Iterable[Op]:
    """Give an operation with each of its places for itself."""
    if isinstance(op, TextLines) and op.text.startswith(PLACE):
        return op.runs(lambda _: 0.0)
    return (op,)


def blank_template(blank: Blank, roles: Sequence[str], fonts: DocumentFonts) -> BlankTemplate | Literal[False]:
    """Put the templates of a blank's parts together, each made once."""
    parts: list[Template] = []
    for ops in blank.parts:
        part = ops.drawn
        if part is None:
            part = ops.drawn = template_of(ops, roles, fonts)
        if not isinstance(part, Template):
            return False
        parts.append(part)
    before = [*accumulate([len(part.owners) for part in parts], initial=0)]
    template = Template(
        "".join(["q 1 0 0 1 %.2f %.2f cm\n", *[part.text for part in parts], "Q\n"]),
        "".join([part.holes for part in parts]),
        tuple([owner for part in parts for owner in part.owners]),
        tuple([op for part in parts for op in part.moved]),
        tuple([(at + first, op) for part, first in zip(parts, before, strict=False) for at, op in part.links]),
        tuple([(at + first, op) for part, first in zip(parts, before, strict=False) for at, op in part.fields]),
        tuple([image for part in parts for image in part.images]),
        any(part.extras for part in parts),
        tuple(dict.fromkeys([face for part in parts for face in part.faces])),
        tuple([cut for part in parts for cut in part.cuts]),
    )
    numbers = iter(range(2, 2 + len(template.owners)))
    lines = iter(range(2 + len(template.owners), 2 + len(template.holes)))
    order = [next(numbers) if hole == "n" else next(lines) for hole in template.holes]
    shown = [op for part in blank.parts for one in part for op in _places_of(one)]
    places = [op for op in shown if isinstance(op, TextOp) and op.run.text == PLACE]
    return BlankTemplate(template, itemgetter(0, 1, *order), tuple(places) if template.moved else ())


def with_places(places: Sequence[TextOp], texts: Sequence[str], lines: Sequence[object]) -> list[object]:
    """Put before each line that doesn't begin at a fixed place where it begins."""
    out: list[object] = []
    for place, text, line in zip(places, texts, lines, strict=True):
        if isinstance(place.run, Place):
            op = filled_in(place, iter((text,)))
            assert isinstance(op, TextOp)
            out.append(op.x)
        out.append(line)
    return out
