"""Text from right to left: where it stands, and the order in which it is read."""

from __future__ import annotations

import pypdfium2
import pytest
from layout_kit import LEFT, fonts, laid, texts, words

from forms.formats.pdf.display import PdfInfo
from forms.formats.pdf.writer import write


def paragraph(text: str, properties: str = "<w:bidi/>") -> str:
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def edges(body: str) -> list[tuple[str, float]]:
    """Text and x of everything drawn, in the order it is read."""
    return [(text, x) for _, x, _, text in texts(laid(body))]


def test_words_are_read_in_order_and_stand_from_the_right() -> None:
    found = edges(paragraph("على الرقم نعم"))
    assert [text for text, _ in found] == ["على", "الرقم", "نعم"]
    places = [x for _, x in found]
    assert places == sorted(places, reverse=True)


def test_a_telephone_number_stays_as_it_is_rung() -> None:
    found = dict(edges(paragraph("الرقم 01632 960123 (كل يوم)")))
    assert "01632 960123" in found
    assert found["("] < found["01632 960123"] < found["الرقم"]


def test_spaces_stand_between_the_directions() -> None:
    found = edges(paragraph("Sees ביום ראשון and more", ""))
    places = dict(found)
    assert pytest.approx(places["Sees"], abs=0.1) == LEFT
    assert places["Sees"] < places["ראשון"] < places["ביום"] < places["and more"]
    assert words(laid(paragraph("Sees ביום ראשון and more", ""))) == "Sees ביום ראשון and more"


def test_marks_from_right_to_left_are_read_in_order() -> None:
    assert words(laid(paragraph("يوم أحد (Sunday), 10:30"))) == "يوم أحد (Sunday), 10:30"


def test_languages_in_turn_keep_their_order() -> None:
    def run(text: str, language: str = "") -> str:
        look = f'<w:rPr><w:rtl/><w:lang w:bidi="{language}"/></w:rPr>' if language else ""
        return f'<w:r>{look}<w:t xml:space="preserve">{text}</w:t></w:r>'

    body = f"<w:p>{run('one ')}{run('أحمد', 'ar-SA')}{run(' two ')}{run('علي', 'ar-SA')}{run(' three')}</w:p>"
    document = laid(body)
    assert words(document) == "one أحمد two علي three"
    spans = [element for element in document.instances[0].elements if element.role == "Span"]
    assert [span.language for span in spans] == ["ar-SA", "ar-SA"]


def test_a_paragraph_begins_at_its_right_edge() -> None:
    indented = edges(paragraph("نعم", '<w:bidi/><w:ind w:left="720"/>'))
    plain = edges(paragraph("نعم"))
    assert plain[0][1] - indented[0][1] == pytest.approx(36, abs=0.1)


def test_alignment_means_beginning_and_end() -> None:
    start = edges(paragraph("نعم", '<w:bidi/><w:jc w:val="left"/>'))
    end = edges(paragraph("نعم", '<w:bidi/><w:jc w:val="right"/>'))
    assert start == edges(paragraph("نعم"))
    assert end[0][1] == pytest.approx(LEFT, abs=0.1)
    middle = edges(paragraph("نعم", '<w:bidi/><w:jc w:val="center"/>'))
    assert middle[0][1] == pytest.approx((start[0][1] + end[0][1]) / 2, abs=0.2)


def test_pdfium_draws_text_where_it_was_laid() -> None:
    """It forgets a step at an operator's end if an empty string follows, as other programs do not."""
    info = PdfInfo("Title", "", "", "", "2026-11-21T00:00:00Z")
    bold = '<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{}</w:t></w:r>'
    runs = "".join(
        bold.format(f"Bold{number} ") + f'<w:r><w:t xml:space="preserve">plain{number} </w:t></w:r>'
        for number in range(20)
    )
    document = laid(f'<w:p><w:pPr><w:jc w:val="both"/></w:pPr>{runs}</w:p>')
    page = pypdfium2.PdfDocument(write(document, info, fonts()))[0].get_textpage()
    drawn = [page.get_charbox(number, loose=True)[0] for number in range(page.count_chars())]
    for _, x, _, text in texts(document):
        assert any(edge == pytest.approx(x, abs=0.1) for edge in drawn), text
