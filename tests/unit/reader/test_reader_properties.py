"""How a paragraph's and a run's properties come about."""

from __future__ import annotations

import pytest
from lxml import etree

from forms.formats.word.model import Document, Paragraph, Table, Text
from forms.formats.word.reader import read
from forms.formats.word.styles import Styles, TableContext
from word_files import NAMESPACES, paragraph, section, spacing, style, table, word, word_file


def paragraphs(document: Document) -> list[Paragraph]:
    return [
        placed.block
        for part in document.sections
        for placed in part.blocks
        if isinstance(placed.block, Paragraph)
    ]


def first(body: str) -> Paragraph:
    return paragraphs(read(word(body)))[0]


def styles(inner: str) -> Styles:
    return Styles(etree.fromstring(f"<w:styles {NAMESPACES}>{inner}</w:styles>"))


def test_document_defaults_are_the_lowest():
    made = first(paragraph("Text"))
    assert made.format.line == pytest.approx(269 / 240, abs=1e-4)
    assert made.content[0].format.size == 11


def test_a_style_inherits_from_what_it_is_based_on():
    made = first(paragraph("Text", style("LeadText")))
    assert made.format.after == 9
    assert made.content[0].format.size == 12.5


def test_direct_properties_win():
    made = first(paragraph("Text", style("Heading1") + spacing(before=100) + "<w:keepNext w:val='0'/>"))
    assert made.format.before == 5
    assert made.format.after == 7.5
    assert not made.format.keep_next
    assert made.format.outline == 1


def test_toggle_properties_of_paragraph_and_character_style_cancel_out():
    book = styles(
        '<w:style w:type="paragraph" w:styleId="P"><w:rPr><w:b/></w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="C"><w:rPr><w:b/></w:rPr></w:style>'
    )
    runs = book.paragraph({"style": "P"}).runs
    assert runs.format({}).bold
    assert not runs.format({"style": "C"}).bold
    assert runs.format({"style": "C", "bold": True}).bold


def test_a_table_style_lies_below_the_paragraph_style():
    book = styles(
        "<w:docDefaults><w:pPrDefault><w:pPr><w:spacing w:after='200'/></w:pPr></w:pPrDefault></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="N"/>'
        '<w:style w:type="paragraph" w:styleId="Q"><w:pPr><w:spacing w:after="40"/></w:pPr></w:style>'
    )
    context = TableContext({"after": 0.0}, {})
    assert book.paragraph({}).format.after == 10
    assert book.paragraph({}, context).format.after == 0
    assert book.paragraph({"style": "Q"}, context).format.after == 2


def test_styles_based_on_each_other_end():
    book = styles(
        '<w:style w:type="paragraph" w:styleId="A"><w:basedOn w:val="B"/><w:rPr><w:i/></w:rPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="B"><w:basedOn w:val="A"/><w:rPr><w:b/></w:rPr></w:style>'
    )
    look = book.paragraph({"style": "A"}).runs.format({})
    assert look.italic
    assert look.bold


def test_left_means_right_in_a_right_to_left_paragraph():
    made = first(paragraph("Text", '<w:bidi/><w:ind w:left="400"/><w:jc w:val="left"/>'))
    assert made.format.alignment == "right"
    assert made.format.right == 20


def test_tabs_add_up_and_can_be_cleared():
    tabs = '<w:tabs><w:tab w:val="clear" w:pos="9412"/><w:tab w:val="left" w:pos="600"/></w:tabs>'
    assert [stop.position for stop in first(paragraph("x", style("Header") + tabs)).format.tabs] == [30.0]


def test_space_at_the_ends_counts_only_if_preserved():
    body = "<w:p><w:r><w:t> one </w:t></w:r><w:r><w:t xml:space='preserve'> two</w:t></w:r></w:p>"
    assert [inline.text for inline in first(body).content if isinstance(inline, Text)] == ["one", " two"]


def test_sections_keep_their_own_page_set_up():
    body = f"<w:p><w:pPr>{section()}</w:pPr></w:p>" + paragraph("two")
    document = read(word(body, last_section=section(landscape=True)))
    assert [round(part.format.width) for part in document.sections] == [595, 842]


def test_columns_share_the_width():
    columns = '<w:cols w:num="2" w:space="720"/>'
    look = read(word(paragraph("x"), last_section=section(columns=columns))).sections[0].format
    assert [round(column.width, 2) for column in look.columns] == [207.65, 207.65]


def test_conditional_formats_of_a_table_style():
    body = table(
        "<w:tr><w:trPr><w:tblHeader/></w:trPr><w:tc><w:p/></w:tc><w:tc><w:p/></w:tc></w:tr>",
        "<w:tr><w:tc><w:p/></w:tc><w:tc><w:p/></w:tc></w:tr>",
        properties='<w:tblStyle w:val="FormsFieldTable"/>',
    ).replace('w:val="04A0"', 'w:firstColumn="1" w:firstRow="0" w:noVBand="1" w:noHBand="1"')
    block = read(word(body)).sections[0].blocks[0].block
    assert isinstance(block, Table)
    header, below = block.rows
    assert header.header
    assert [made.heading for made in header.cells] == [False, False]
    assert [made.heading for made in below.cells] == [True, False]
    assert below.cells[0].shading is not None
    assert below.cells[1].shading is None
    assert below.cells[0].margins.left == 6


def test_static_blocks_are_read_once():
    from word_files import rendered_word

    rendered = rendered_word(word_file(paragraph("same")), static=True)
    before, after = read(rendered), read(rendered)
    assert before.sections[0].blocks[0].static
    assert before.sections[0].blocks[0].block is after.sections[0].blocks[0].block
