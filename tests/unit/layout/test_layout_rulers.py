"""Measuring and breaking a text as a whole gives what adding up its characters gives."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layout_kit import fonts

from forms.formats.pdf.layout.breaking import broken, ranges
from forms.formats.pdf.layout.rulers import LONGEST, Ruler, width_of

WINDOWS = "".join(bytes([code]).decode("cp1252", "ignore") for code in range(256) if code != 10)
WORDS = st.one_of(
    st.sampled_from(
        ["a", "well-known", "and/or", "2014–2016", "—", "x" * 40, "(so)", "end.", ",", "é", "-", "…", ""]
    ),
    st.text("abcdefghijklmnopqrstuvwxyzAWI’–-/.", min_size=1, max_size=12),
)


@pytest.mark.parametrize("bold", [False, True])
@given(text=st.text(st.sampled_from(WINDOWS) | st.characters(), max_size=LONGEST))
def test_a_text_is_as_wide_as_its_characters(bold: bool, text: str):
    _, advances = fonts().plain(bold, False)
    ruler = Ruler(advances)
    marks = ruler.marks(text)
    text = text.replace("\n", "")
    if marks is not None:
        assert width_of(*marks) / ruler.units == sum(map(advances.__getitem__, text))
    elif all(char in WINDOWS for char in text):
        with pytest.raises(KeyError):
            sum(map(advances.__getitem__, text))


def test_the_widest_characters_are_counted_in_full():
    _, advances = fonts().plain(False, False)
    ruler = Ruler(advances)
    widest = max(WINDOWS, key=lambda char: 0.0 if ruler.marks(char) is None else advances[char])
    marks = ruler.marks(widest * LONGEST)
    assert marks is not None
    assert width_of(*marks) / ruler.units == LONGEST * advances[widest]


def test_a_face_in_other_units_is_left_to_others():
    assert Ruler({"a": 1 / 3}).marks("a") is None
    assert Ruler({"a": 3.0, "b": 0.5}).marks("a") is None
    assert Ruler({"a": 3.0, "b": 0.5}).marks("bb") is not None


@settings(max_examples=400, deadline=None)
@given(
    words=st.lists(WORDS, min_size=1, max_size=60),
    first=st.floats(-1, 40),
    others=st.floats(0.1, 40),
    mean=st.sampled_from([0.2, 0.5, 2.0]),
)
def test_lines_end_where_adding_up_ends_them(words: list[str], first: float, others: float, mean: float):
    text = " ".join(words).lstrip(" ")
    _, advances = fonts().plain(False, False)
    ruler = Ruler(advances)
    marks = ruler.marks(text)
    if not text or marks is None:
        return
    lines = broken(text, *marks, first * ruler.units, others * ruler.units, mean * ruler.units)
    ends = list(accumulate(map(advances.__getitem__, text), initial=0.0))
    found = ranges(text, len(text.rstrip(" ")), ends, first, others)
    if found is not None and "  " not in text:
        assert lines is not None
    if lines is not None and found is not None:
        assert lines == [text[start:stop] + " " * spaced for start, stop, spaced in found]
    if lines is not None:
        assert "".join(lines) == text


@given(text=st.text(st.sampled_from(WINDOWS) | st.characters(), max_size=30), room=st.floats(-1, 20))
def test_what_surely_fits_does(text: str, room: float):
    _, advances = fonts().plain(False, False)
    ruler = Ruler(advances)
    if ruler.within(room * ruler.units)(text):
        assert sum(map(advances.__getitem__, text)) <= room
