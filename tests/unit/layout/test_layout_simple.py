"""The short way lays out like the long way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layout_kit import fonts

from forms.formats.pdf.display import TextOp
from forms.formats.pdf.layout import paragraphs
from forms.formats.pdf.layout.atoms import typesetter
from forms.formats.pdf.layout.laid import LaidParagraph
from forms.formats.pdf.layout.paragraphs import Surroundings, lay_out_paragraph
from forms.formats.pdf.layout.structure import Structure
from forms.formats.word.model import Paragraph, ParagraphFormat, RunFormat, Text

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
    paragraph = Paragraph(look, (Text(" ".join(words), RunFormat(size=size)),))
    short = lay_out(paragraph, width)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paragraphs, "simple_text", lambda *_: None)
        long = lay_out(paragraph, width)
    assert [(line.top, line.height, line.pitch) for line in short.lines] == [
        (line.top, line.height, line.pitch) for line in long.lines
    ]
    assert flat(short) == flat(long)


def flat(laid: LaidParagraph) -> list[tuple[float, float, str, bool]]:
    out = []
    for line in laid.lines:
        for op in line.ops:
            assert isinstance(op, TextOp)
            if op.run.text:
                out.append((round(op.x, 3), round(op.y, 3), op.run.text, op.space_after))
    return out
