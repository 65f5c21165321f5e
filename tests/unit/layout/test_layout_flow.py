"""Stacking and parting: spaces between blocks, pages, tables over pages, columns, headers and footers."""

from __future__ import annotations

import pytest
from layout_kit import ASCENT, LEFT, LINE, TOP, LineOp, RectOp, fonts, laid, lines, placed, texts, words

from forms.formats.pdf.display import ARTIFACT, TextOp
from forms.formats.pdf.layout import lay_out
from forms.formats.word.reader import read
from laid_alike import runs
from word_files import STORIES, cell, paragraph, row, section, spacing, style, table, word

LOREM = "Lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt. "


def filler(count: int) -> str:
    """So many lines; a page takes 49."""
    return "".join(paragraph(f"fill {number}") for number in range(count))


def pages_of(body: str, **parts: object) -> dict[str, int]:
    """The page of each text."""
    return {text: page for page, _, _, text in texts(laid(body, **parts))}


@pytest.mark.parametrize(
    ("upper", "lower", "gap"),
    [
        (spacing(after=200), spacing(before=100), 10.0),
        (spacing(after=100), spacing(before=200), 10.0),
        ("<w:contextualSpacing/>" + spacing(after=200), spacing(before=100), 5.0),
        ("<w:contextualSpacing/>" + spacing(after=200), "<w:contextualSpacing/>" + spacing(before=100), 0.0),
        ("<w:contextualSpacing/>" + spacing(after=200), style("BodyText") + "<w:contextualSpacing/>", 10.0),
    ],
)
def test_space_between_paragraphs(upper: str, lower: str, gap: float):
    (_, _, first, _), (_, _, second, _) = texts(laid(paragraph("a", upper) + paragraph("b", lower)))
    assert second - first == pytest.approx(LINE + gap, abs=0.1)


def test_space_at_the_top_of_a_page():
    before = spacing(before=240)
    body = paragraph("first", before) + filler(47) + paragraph("flowed", before)
    body += paragraph("forced", before + "<w:pageBreakBefore/>")
    tops = {text: y - TOP - 11 * ASCENT for _, _, y, text in texts(laid(body))}
    assert tops["first"] == pytest.approx(12, abs=0.1)
    assert tops["flowed"] == pytest.approx(0, abs=0.1)
    assert tops["forced"] == pytest.approx(12, abs=0.1)


def test_what_is_kept_with_the_next_moves_with_it():
    body = (
        filler(46)
        + paragraph("Head", style("Heading2"))
        + paragraph("Sub", style("Heading3"))
        + paragraph("text")
    )
    made = pages_of(body)
    assert (made["fill 45"], made["Head"], made["Sub"], made["text"]) == (1, 2, 2, 2)


def test_two_lines_stay_together():
    made = laid(filler(48) + paragraph(LOREM * 4))
    assert {page for page, _, _, text in texts(made) if "fill" not in text} == {2}
    made = laid(filler(47) + paragraph(LOREM * 4))
    counts = [
        sum(page == number and "fill" not in text for page, _, _, text in texts(made)) for number in (1, 2)
    ]
    assert counts == [2, 2]


def test_a_page_break_within_a_paragraph():
    made = pages_of(paragraph("before<w:br w:type='page'/>after") + paragraph("end"))
    assert made == {"before": 1, "after": 2, "end": 2}


def test_a_break_alone_leaves_no_line_on_the_next_page():
    made = texts(laid(paragraph("<w:br w:type='page'/>") + paragraph("next")))
    assert made == [(2, LEFT, pytest.approx(TOP + 11 * ASCENT, abs=0.1), "next")]


def test_header_rows_are_repeated_and_read_once():
    head = row(paragraph("Name"), paragraph("Age"), properties="<w:tblHeader/>")
    body = table(head, *(row(paragraph(f"child {number}"), paragraph("5")) for number in range(80)))
    made = laid(body)
    assert len(made.pages) == 2
    heads = [(page, op.element == ARTIFACT) for page, _, op in placed(made, TextOp) if op.run.text == "Name"]  # type: ignore[attr-defined]
    assert heads == [(1, False), (2, True)]
    assert words(made).count("Name") == 1
    assert len({fragment.instance for page in made.pages for fragment in page.body}) == 1


def test_a_row_is_parted_unless_it_must_not_be():
    long = row(paragraph(LOREM * 6), paragraph("x"))
    assert {page for page, _, _, text in texts(laid(filler(44) + table(long))) if "fill" not in text} == {1, 2}
    whole = row(paragraph(LOREM * 6), paragraph("x"), properties="<w:cantSplit/>")
    assert {page for page, _, _, text in texts(laid(filler(44) + table(whole))) if "fill" not in text} == {2}


@pytest.mark.parametrize("properties", ["", "<w:cantSplit/>", '<w:trHeight w:val="1000" w:hRule="atLeast"/>'])
def test_a_value_of_twenty_thousand_characters_flows_over_pages(properties: str):
    value = " ".join(f"word{number}" for number in range(2200))[:20000]
    made = laid(
        table(
            row(paragraph("Label"), paragraph(value), properties=properties), row(paragraph("z"), paragraph())
        )
    )
    assert words(made) == f"Label {value.strip()} z"
    assert len(made.pages) > 8
    assert all(y < 842 - 72 + 0.1 for _, _, y, _ in texts(made))


def test_a_merge_of_rows_is_as_high_as_its_text():
    merged = cell(paragraph(LOREM * 3), '<w:vMerge w:val="restart"/>')
    body = table(
        f"<w:tr>{merged}{cell(paragraph('b1'))}</w:tr>",
        f"<w:tr>{cell(paragraph(), '<w:vMerge/>')}{cell(paragraph('b2'))}</w:tr>",
    ) + paragraph("end")
    made = texts(laid(body))
    y = {text: baseline for _, _, baseline, text in made}
    last = max(baseline for text, baseline in y.items() if text not in ("b1", "b2", "end"))
    assert y["b2"] - y["b1"] == pytest.approx(LINE + 0.5, abs=0.1)
    assert y["end"] - last == pytest.approx(LINE + 0.5, abs=0.1)


def test_a_merge_higher_than_a_page_loses_nothing():
    merged = cell(paragraph("w " * 6000), '<w:vMerge w:val="restart"/>')
    body = table(
        f"<w:tr>{merged}{cell(paragraph('b1'))}</w:tr>",
        f"<w:tr>{cell(paragraph(), '<w:vMerge/>')}{cell(paragraph('b2'))}</w:tr>",
    )
    made = laid(body)
    assert sorted(words(made).split()) == sorted(["w"] * 6000 + ["b1", "b2"])
    assert all(y < 842 - 72 + 0.1 for _, _, y, _ in texts(made))


def test_borders_are_drawn_once_and_count_in_heights():
    made = laid(table(row(paragraph("a"), paragraph("b")), row(paragraph("c"), paragraph("d")), border=16))
    horizontal = [op for _, _, op in placed(made, LineOp) if op.y1 == op.y2]  # type: ignore[attr-defined]
    vertical = [op for _, _, op in placed(made, LineOp) if op.x1 == op.x2]  # type: ignore[attr-defined]
    assert len(horizontal) == 3
    assert len(vertical) == 6
    y = {text: baseline for _, _, baseline, text in texts(made)}
    assert y["c"] - y["a"] == pytest.approx(LINE + 2, abs=0.1)


def test_the_wider_border_wins():
    red = '<w:tcBorders><w:bottom w:val="single" w:sz="24" w:color="FF0000"/></w:tcBorders>'
    made = laid(
        table(
            f"<w:tr>{cell(paragraph('a'), red)}{cell(paragraph('b'))}</w:tr>",
            row(paragraph("c"), paragraph("d")),
        )
    )
    wide = [op for _, _, op in placed(made, LineOp) if op.thickness == 3]  # type: ignore[attr-defined]
    assert [op.colour for op in wide] == [(1.0, 0.0, 0.0)]  # type: ignore[attr-defined]


def test_paragraphs_in_one_box_share_it():
    line = 'w:val="single" w:sz="8" w:space="4"'
    edges = f"<w:pBdr><w:top {line}/><w:bottom {line}/></w:pBdr>"
    made = laid(paragraph("a", edges) + paragraph("b", edges) + paragraph("c"))
    assert len(placed(made, LineOp)) == 2
    y = {text: baseline for _, _, baseline, text in texts(made)}
    assert y["b"] - y["a"] == pytest.approx(LINE, abs=0.1)
    assert y["c"] - y["b"] == pytest.approx(LINE + 5, abs=0.1)


def test_shading_lies_behind_the_text():
    ops = [
        op
        for fragment in laid(paragraph("x", '<w:shd w:val="clear" w:fill="EEEEEE"/>')).pages[0].body
        for op in runs(fragment.ops)
    ]
    assert [type(op) for op in ops] == [RectOp, TextOp]


def test_columns_fill_one_after_the_other():
    columns = section(columns='<w:cols w:num="2" w:space="720"/>')
    made = texts(
        laid(filler(60) + paragraph("<w:br w:type='column'/>") + paragraph("new"), last_section=columns)
    )
    at = {text: (page, x) for page, x, _, text in made}
    assert at["fill 0"] == (1, LEFT)
    assert at["fill 59"] == (1, pytest.approx(LEFT + 207.65 + 36, abs=0.1))
    assert at["new"] == (2, LEFT)


def test_columns_before_a_continuous_section_end_level():
    first = section(columns='<w:cols w:num="2" w:space="720"/>')
    body = filler(10) + f"<w:p><w:pPr>{first}</w:pPr><w:r><w:t>last</w:t></w:r></w:p>" + paragraph("below")
    at = {
        text: (x, y)
        for _, x, y, text in texts(laid(body, last_section=section('<w:type w:val="continuous"/>')))
    }
    assert at["fill 0"][1] == at["fill 6"][1]
    assert at["below"][0] == LEFT
    assert at["below"][1] > at["fill 5"][1]


def test_a_high_header_pushes_the_text_down():
    header = "".join(paragraph(f"head {number}") for number in range(6))
    made = laid(paragraph("body"), header=header, footer=paragraph("foot"))
    assert texts(made)[0][2] == pytest.approx(36 + 6 * LINE + 11 * ASCENT, abs=0.1)
    page = made.pages[0]
    assert {fragment.instance for fragment in (*page.header, *page.footer)} == {ARTIFACT}


def test_page_numbers():
    page, pages = (f"<w:fldSimple w:instr='{name}'/>" for name in ("PAGE", "NUMPAGES"))
    fields = f"{page}<w:r><w:t xml:space='preserve'> of </w:t></w:r>{pages}"
    footer = f"<w:p><w:pPr><w:jc w:val='right'/></w:pPr>{fields}</w:p>"
    made = laid(filler(100) + f"<w:p>{fields}</w:p>", footer=footer)
    shown = [
        " ".join(
            "".join(op.run.text for op in runs(fragment.ops, page.numbers) if isinstance(op, TextOp)).split()
        )
        for page in made.pages
        for fragment in page.footer
    ]
    assert shown == ["1 of 3", "2 of 3", "3 of 3"]
    assert [text for *_, text in texts(made)[-3:]] == ["3", "of", "3"]


def test_another_first_page():
    first = section(STORIES + STORIES.replace("default", "first").replace("rIdH1", "rIdH2"), "<w:titlePg/>")
    made = laid(filler(60), last_section=first, header=paragraph("every page"))
    shown = [
        any("every page" in op.run.text for op in runs(fragment.ops) if isinstance(op, TextOp))
        for page in made.pages
        for fragment in page.header
    ]
    assert shown[-1]
    assert not shown[0]


def test_equal_input_gives_an_equal_layout():
    body = filler(60) + table(row(paragraph("a"), paragraph("b")))
    assert laid(body) == laid(body)
    assert lines(laid(body))[0] == "fill 0"


def test_headers_are_the_same_on_pages_with_as_many_digits():
    page, pages = (f"<w:fldSimple w:instr='{name}'/>" for name in ("PAGE", "NUMPAGES"))
    parts = word(filler(500), header=f"<w:p>{page}</w:p><w:p>{pages}</w:p>", footer=paragraph("no number"))
    made = lay_out(read(parts, patterns=True), fonts(), fillable=False)
    assert len(made.pages) > 10
    assert len({id(page.header) for page in made.pages}) == 2
    assert len({id(page.footer) for page in made.pages}) == 1
    for number, page in enumerate(made.pages, 1):
        ops = [op for fragment in page.header for op in runs(fragment.ops, page.numbers)]
        shown = [op.run.text for op in ops if isinstance(op, TextOp)]
        assert shown == [str(number), str(len(made.pages))]
