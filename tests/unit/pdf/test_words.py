"""Lines of plain text are drawn in few steps as they are in many."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laying import book

from forms.formats.pdf import fragments
from forms.formats.pdf.display import Element, Fragment, Instance, LaidDocument, Page, PdfInfo, TextLines
from forms.formats.pdf.writer import write
from pdf_checks import structure_problems
from pdf_drawn import differences, drawn

INFO = PdfInfo("Title", "Author", "", "", "2026-11-21T00:00:00Z")
LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "plain",
                "",
                "Łukasz",
                "(a\\b)",
                "())Tj",
                "Nguyễn (ễ) Thảo",
                "ễ",
                "Привет, мир",
                "“so” – ",
                "Ł ",
                "%d %",
            ]
        ),
        st.text("abŁộЖ()\\%–é", max_size=8),
    ),
    min_size=1,
    max_size=5,
).filter(lambda lines: "".join(lines).strip(" ") != "")


def document(lines: list[TextLines]) -> LaidDocument:
    body = tuple(Fragment(0, 20.0, 30.0 + 90 * at, (one,)) for at, one in enumerate(lines))
    return LaidDocument((Page(500.0, 500.0, body),), (Instance((Element("P"),)),))


@settings(max_examples=150, deadline=None)
@given(
    texts=st.lists(LINES, min_size=1, max_size=3),
    pitch=st.sampled_from([12.65, 13.333]),
    left=st.sampled_from([0.0, 9.5]),
)
def test_lines_are_drawn_as_runs_are(texts: list[list[str]], pitch: float, left: float):
    looks = (("Arimo-Regular", 10.0), ("Arimo-Bold", 9.5), ("Arimo-Regular", 10.0))
    lines = [
        TextLines(3.0, 10.0, "\n".join(text), face, size, 0, left=left, pitch=pitch)
        for text, (face, size) in zip(texts, looks, strict=False)
    ]
    quick = write(document(lines), INFO, book())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fragments, "words_of", lambda *_: None)
        slow = write(document(lines), INFO, book())
    assert differences(drawn(quick), drawn(slow)) == []
    assert structure_problems(quick) == []
