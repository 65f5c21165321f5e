"""Lines: where they are broken, how high they are, where their text stands."""

from __future__ import annotations

import pytest
from layout_kit import ASCENT, LEFT, LINE, TOP, fonts, laid, lines, texts, words

from forms.formats.pdf.layout.atoms import pieces
from word_files import paragraph, spacing, style

NARROW = '<w:ind w:right="7000"/>'
LOREM = "Lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor. "


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("well-known", ["well-", "known"]),
        ("12-34", ["12-", "34"]),
        ("and/or", ["and/", "or"]),
        ("7/3", ["7/3"]),
        ("London, ", ["London, "]),
        ("2014–2016", ["2014–", "2016"]),
        ("a—b", ["a", "—", "b"]),
        ("(co-op)", ["(co-", "op)"]),
        ("x-/-y", ["x-/-", "y"]),
        ("name@example.org", ["name@example.org"]),
        ("non‑breaking", ["non‑breaking"]),
        ("中文，字", ["中", "文，", "字"]),
        ("「引」", ["「引」"]),
    ],
)
def test_where_a_word_may_be_broken(word: str, expected: list[str]):
    assert pieces(word) == expected


def test_lines_break_at_spaces_and_leave_the_space_behind():
    made = lines(laid(paragraph("one two three four five six", NARROW)))
    assert made == ["one two three four", "five six"]
    assert words(laid(paragraph("one two three four five six", NARROW))) == "one two three four five six"


def test_a_no_break_space_holds():
    assert lines(laid(paragraph("aaaaaaaaa bbbbb\u00a0ccc", NARROW))) == ["aaaaaaaaa", "bbbbb\u00a0ccc"]


def test_no_line_begins_with_a_slash():
    made = lines(laid(paragraph("Schools + nurseries / colleges", NARROW)))
    assert made == ["Schools +", "nurseries / colleges"]


def test_a_word_that_no_line_holds_is_broken_between_characters():
    made = lines(laid(paragraph("x" * 50, NARROW)))
    assert "".join(made) == "x" * 50
    assert len(made[0]) == len(made[1]) == 18


def test_a_soft_hyphen_shows_only_at_a_line_end():
    made = lines(laid(paragraph("safeguarding hyphen\u00adation", NARROW)))
    assert made == ["safeguarding", "hyphenation"]
    assert lines(laid(paragraph("safeguarded hyphen\u00adation", NARROW)))[0] == "safeguarded"
    assert lines(laid(paragraph("Some more hyphen\u00adation", NARROW)))[0] == "Some more hyphen-"


@pytest.mark.parametrize(
    ("rule", "first", "pitch"),
    [
        (spacing(line=240, lineRule="auto"), 11 * ASCENT, 12.65),
        (spacing(line=480, lineRule="auto"), 11 * ASCENT, 25.3),
        (spacing(line=400, lineRule="exact"), 16.0, 20.0),
        (spacing(line=400, lineRule="atLeast"), 20 - 12.65 + 11 * ASCENT, 20.0),
    ],
)
def test_line_spacing(rule: str, first: float, pitch: float):
    (_, _, one, _), (_, _, two, _) = texts(laid(paragraph("one<w:br/>two", rule)))
    assert one - TOP == pytest.approx(first, abs=0.06)
    assert two - one == pytest.approx(pitch, abs=0.06)


def test_the_largest_text_makes_the_line_high():
    body = (
        paragraph("small")
        + "<w:p><w:r><w:t>a</w:t></w:r><w:r><w:rPr><w:sz w:val='44'/></w:rPr><w:t>B</w:t></w:r></w:p>"
    )
    made = texts(laid(body))
    assert made[1][2] == made[2][2] == pytest.approx(TOP + LINE + 22 * ASCENT, abs=0.1)


@pytest.mark.parametrize(("kind", "share"), [("left", 0.0), ("right", 1.0), ("center", 0.5), ("both", 0.0)])
def test_alignment(kind: str, share: float):
    made = texts(laid(paragraph("Some", f'<w:jc w:val="{kind}"/>')))
    width = sum(run.width for run in fonts().runs("Some")) * 11
    assert made[0][1] == pytest.approx(LEFT + (451.3 - width) * share, abs=0.1)


def test_justified_text_ends_at_the_margin():
    made = laid(paragraph(LOREM * 2, '<w:jc w:val="both"/>'))
    ops = [
        (fragment.x + op.x + op.run.width * op.size, op)
        for page in made.pages
        for fragment in page.body
        for op in fragment.ops
    ]  # type: ignore[union-attr]
    ends = {}
    for end, op in ops:
        ends[round(op.y)] = end  # type: ignore[union-attr]
    first, *_, last = ends.values()
    assert first == pytest.approx(LEFT + 451.3, abs=0.1)
    assert last < LEFT + 450


def test_tabs():
    stops = (
        '<w:tabs><w:tab w:val="right" w:pos="3000"/><w:tab w:val="center" w:pos="5000"/>'
        '<w:tab w:val="decimal" w:pos="7000"/></w:tabs>'
    )
    made = texts(laid(paragraph("l<w:tab/>right<w:tab/>mid<w:tab/>12.50", stops)))
    width = {text: sum(run.width for run in fonts().runs(text)) * 11 for text in ("right", "mid", "12")}
    expected = [LEFT, LEFT + 150 - width["right"], LEFT + 250 - width["mid"] / 2, LEFT + 350 - width["12"]]
    assert [x for _, x, _, _ in made] == pytest.approx(expected, abs=0.1)


def test_a_leader_fills_the_gap_and_is_not_read():
    made = laid(
        paragraph("part<w:tab/>12", '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="9000"/></w:tabs>')
    )
    assert words(made) == "part 12"
    assert any(set(text) == {"."} for _, _, _, text in texts(made))


def test_a_hanging_indent_is_a_tab_stop():
    made = texts(laid(paragraph("a<w:tab/>text", '<w:ind w:left="720" w:hanging="720"/>')))
    assert [x for _, x, _, _ in made] == [LEFT, LEFT + 36]


def test_list_labels_hang():
    (_, label_x, _, label), (_, x, _, text) = texts(laid(paragraph("item", style("ListBullet2"))))
    assert (label, text) == ("–", "item")
    assert (label_x, x) == pytest.approx((LEFT + 19.85, LEFT + 39.7), abs=0.1)


def test_superscript_is_smaller_and_raised():
    small = "<w:r><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>2</w:t></w:r>"
    body = f"<w:p><w:r><w:t>x</w:t></w:r>{small}</w:p>"
    fragment = laid(body).pages[0].body[0]
    plain, raised = fragment.ops
    assert raised.size == pytest.approx(11 * 0.58)  # type: ignore[union-attr]
    assert raised.rise > 3  # type: ignore[union-attr]
    assert raised.y == plain.y  # type: ignore[union-attr]


def test_capitals():
    assert words(laid(paragraph("Caps", run="<w:caps/>"))) == "CAPS"
    small = texts(laid(paragraph("Ab", run="<w:smallCaps/>")))
    assert [text for *_, text in small] == ["A", "B"]


def test_right_to_left_words_stand_from_right_to_left():
    made = texts(laid(paragraph("مرحبا بالعالم", "<w:bidi/>")))
    first = next(x for _, x, _, text in made if "مرحبا" in text)
    second = next(x for _, x, _, text in made if "بالعالم" in text)
    assert first > second > LEFT + 300
