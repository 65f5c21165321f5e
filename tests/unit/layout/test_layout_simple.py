"""The short way lays out like the long way."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from layout_kit import fonts

from forms.formats.pdf.display import TextOp
from forms.formats.pdf.layout import paragraphs
from forms.formats.pdf.layout.atoms import typesetter
from forms.formats.pdf.layout.laid import LaidParagraph
from forms.formats.pdf.layout.paragraphs import Surroundings, lay_out_paragraph
from forms.formats.pdf.layout.structure import Structure
from forms.formats.word.model import (
    Break,
    Inline,
    Paragraph,
    ParagraphFormat,
    RunFormat,
    Tab,
    TabStop,
    Text,
)
from laid_alike import runs

WORDS = st.lists(
    st.sampled_from(
        [
            "a",
            "word",
            "well-known",
            "and/or",
            "7/3",
            "2014–2016",
            "a — b",
            "x" * 40,
            "(so)",
            "end.",
            "é",
            "/",
            " ",
        ]
    ),
    max_size=30,
)


def lay_out(paragraph: Paragraph, width: float) -> LaidParagraph:
    structure = Structure("en-GB")
    return lay_out_paragraph(
        paragraph, "", typesetter(fonts()), structure, -1, Surroundings(width, 36.0, False)
    )


@settings(max_examples=150, deadline=None)
@given(
    words=WORDS,
    width=st.floats(60, 400),
    alignment=st.sampled_from(["left", "right", "center", "both"]),
    first=st.sampled_from([0.0, 18.0, -9.0]),
    size=st.sampled_from([9.0, 10.5, 11.0]),
)
def test_both_ways_are_one(words: list[str], width: float, alignment: str, first: float, size: float):
    look = ParagraphFormat(alignment=alignment, left=9.0, first_line=first, line=1.12)  # type: ignore[arg-type]
    compare(Paragraph(look, (Text(" ".join(words), RunFormat(size=size)),)), width)


FORMATS = (
    RunFormat(size=10.0),
    RunFormat(size=10.0, bold=True, colour=(0.1, 0.2, 0.3)),
    RunFormat(size=14.0, italic=True, underline=True),
)
LABELS = ("Label: ", "Label", " and", " ", "  ", "a  ", ", so")
PIECES = st.one_of(
    st.builds(Text, WORDS.map(" ".join).filter(bool), st.sampled_from(FORMATS)),
    st.builds(
        Text, st.sampled_from(["Label: ", "Label", " and", " ", "  ", "a  ", ", so"]), st.sampled_from(FORMATS)
    ),
    st.builds(Tab, st.sampled_from(FORMATS)),
    st.builds(Break, st.just("line"), st.sampled_from(FORMATS)),
)
STOPS = st.lists(
    st.builds(
        TabStop, st.sampled_from([60.0, 120.0, 250.0]), st.sampled_from(["left", "right", "center", "decimal"])
    ),
    max_size=3,
    unique_by=lambda stop: stop.position,
).map(lambda stops: tuple(sorted(stops, key=lambda stop: stop.position)))


@settings(max_examples=300, deadline=None)
@given(
    content=st.lists(PIECES, min_size=1, max_size=6),
    width=st.floats(60, 400),
    alignment=st.sampled_from(["left", "left", "right", "center"]),
    first=st.sampled_from([0.0, 18.0, -40.0]),
    stops=STOPS,
)
def test_both_ways_are_one_for_tabs_breaks_and_formats(
    content: list[Inline], width: float, alignment: str, first: float, stops: tuple[TabStop, ...]
):
    look = ParagraphFormat(alignment=alignment, left=40.0, first_line=first, line=1.12, tabs=stops)  # type: ignore[arg-type]
    # Spaces on both sides of where runs meet: the long way doesn't let all of them hang at a line's end.
    assume(
        not any(
            ends(before).endswith(" ") and ends(after).startswith(" ") for before, after in pairwise(content)
        )
    )
    compare(Paragraph(look, tuple(content)), width)


def ends(inline: Inline) -> str:
    return inline.text if isinstance(inline, Text) else ""


def compare(paragraph: Paragraph, width: float) -> None:
    short = lay_out(paragraph, width)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paragraphs, "simple_text", lambda *_: None)
        patch.setattr(paragraphs, "mixed_text", lambda *_: None)
        long = lay_out(paragraph, width)
    assert heights(short) == heights(long)
    assert flat(short) == flat(long)


def heights(laid: LaidParagraph) -> list[tuple[float, float, float]]:
    return [(round(line.top, 6), line.height, line.pitch) for line in laid.lines]


def flat(laid: LaidParagraph) -> list[tuple[float, float, str, bool]]:
    out = []
    for line in laid.lines:
        for op in runs(line.ops):
            assert isinstance(op, TextOp)
            if op.run.text:
                # Several spaces at a line's end may be one.
                out.append((round(op.x, 3), round(op.y, 3), op.run.text.rstrip(" "), op.space_after))
    return out
