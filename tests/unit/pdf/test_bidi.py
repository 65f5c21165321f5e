from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.formats.pdf import bidi

UNICODE_TEST = Path("/usr/share/unicode/BidiCharacterTest.txt")
"""Of Debian's `unicode-data`: 91,707 cases."""

MIXED = st.text(
    alphabet="aZ1 ,.()[]<-+$٣אבעם" + "\u0301\u200f\u202b\u202c\u2066\u2067\u2068\u2069", max_size=30
)


@pytest.mark.parametrize(
    ("text", "base", "levels"),
    [
        ("abc", 0, "000"),
        ("abc", 1, "222"),
        ("אבג", 0, "111"),
        ("abc אבג", 0, "0000111"),
        ("אבג abc", 1, "1111222"),
        ("אבג 123", 1, "1111222"),
        ("אבג 12/3", 1, "11112222"),  # W4: a separator between numbers goes with them
        ("אבג $12", 1, "1111222"),  # W5: so does a currency sign
        ("ع 12", 0, "1122"),  # W2: after an Arabic letter
        ("abc (אבג) def", 0, "0000011100000"),  # N0: brackets with the paragraph
        ("אבג (abc) דה", 1, "111112221111"),
        ("a(א)א", 0, "00101"),
        ("א[b]", 1, "1121"),
        ("אב, ab", 0, "110000"),  # N2: neutrals between directions go with the paragraph
        ("א \u2066a b\u2069 ב", 0, "111222111"),  # an isolate is a neutral to what is around it
        ("a\u202bאb\u202cc", 0, "001200"),
        ("אב  ", 0, "1100"),  # L1: white space at the end
    ],
)
def test_levels(text, base, levels):
    got = bidi.levels(text, base)
    visible = [(char, level) for char, level in zip(text, got, strict=True) if char not in "\u202b\u202c"]
    wanted = [
        (char, int(level)) for char, level in zip(text, levels, strict=True) if char not in "\u202b\u202c"
    ]
    assert visible == wanted


@pytest.mark.parametrize(
    ("text", "level"),
    [("abc", 0), ("123 אב", 1), ("(محمد) x", 1), ("", 0), ("12", 0), ("\u2067א\u2069 a", 0), ("... ab א", 0)],
)
def test_the_first_strong_character_gives_the_paragraphs_level(text, level):
    assert bidi.base_level(text) == level


@pytest.mark.parametrize(
    ("levels", "order"),
    [
        ([0, 0, 0], (0, 1, 2)),
        ([1, 1, 1], (2, 1, 0)),
        ([0, 1, 1, 0], (0, 2, 1, 3)),
        ([1, 2, 2, 1], (3, 1, 2, 0)),
        ([0, 1, 2, 1, 0], (0, 3, 2, 1, 4)),
        ([], ()),
    ],
)
def test_visual_order(levels, order):
    assert bidi.visual_order(levels) == order


def test_a_lines_trailing_space_takes_the_paragraphs_level():
    text = "abc אבג דהו"
    levels = bidi.levels(text, 0)
    assert levels[7] == 1
    assert bidi.line_levels(text[:8], levels[:8], 0) == [0, 0, 0, 0, 1, 1, 1, 0]


@given(MIXED, st.sampled_from([0, 1]))
def test_levels_are_within_reach_and_order_is_a_permutation(text, base):
    levels = bidi.levels(text, base)
    assert len(levels) == len(text)
    assert all(base <= level <= bidi.MAX_DEPTH + 1 for level in levels)
    assert sorted(bidi.visual_order(levels)) == list(range(len(text)))


@given(st.text(alphabet="abc 123.,()%áł-", max_size=30))
def test_text_without_right_to_left_characters_stays_as_it_is(text):
    assert bidi.is_left_to_right(text)
    assert bidi.levels(text, 0) == [0] * len(text)


@given(st.text(alphabet="אבגע", min_size=1, max_size=20))
def test_right_to_left_text_is_reversed_whole(text):
    assert bidi.visual_order(bidi.levels(text, 1)) == tuple(range(len(text)))[::-1]


@pytest.mark.programs
def test_the_unicode_consortiums_own_cases():
    for number, line in enumerate(UNICODE_TEST.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        codes, direction, paragraph, levels, order = line.split(";")
        text = "".join(chr(int(code, 16)) for code in codes.split())
        base = bidi.base_level(text) if direction == "2" else int(direction)
        assert base == int(paragraph), number
        got = bidi.levels(text, base)
        kept = [index for index, level in enumerate(levels.split()) if level != "x"]
        assert [str(got[index]) for index in kept] == [level for level in levels.split() if level != "x"], (
            number
        )
        visual = bidi.visual_order([got[index] for index in kept])
        assert [kept[index] for index in visual] == [int(index) for index in order.split()], number
