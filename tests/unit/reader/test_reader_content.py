"""What stands in paragraphs: fields, links, pictures, controls; and what is refused or named."""

from __future__ import annotations

import pytest

from forms.formats.word.model import (
    BlockControl,
    Break,
    Hyperlink,
    InlineControl,
    PageField,
    Paragraph,
    Tab,
    Table,
    Text,
)
from forms.formats.word.reader import read
from forms.formats.word.unsupported import unsupported
from forms.foundation.errors import ArtefactError
from word_files import NAMESPACES, cell, control, paragraph, row, style, table, word


def block(body: str) -> object:
    return read(word(body)).sections[0].blocks[0].block


def field(instruction: str, result: str) -> str:
    def char(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    return (
        f"{char('begin')}<w:r><w:instrText> {instruction} </w:instrText></w:r>{char('separate')}"
        f"<w:r><w:t>{result}</w:t></w:r>{char('end')}"
    )


def test_breaks_tabs_and_special_hyphens():
    made = block(paragraph("a<w:tab/>b<w:br/>c<w:noBreakHyphen/>d<w:softHyphen/>e"))
    assert isinstance(made, Paragraph)
    kinds = [type(inline) for inline in made.content]
    assert kinds == [Text, Tab, Text, Break, Text, Text, Text, Text, Text]
    assert "".join(inline.text for inline in made.content if isinstance(inline, Text)) == "abc\u2011d\u00ade"


@pytest.mark.parametrize(("name", "what"), [("PAGE", "page"), ("NUMPAGES \\* MERGEFORMAT", "pages")])
def test_page_fields_forget_their_stored_result(name: str, what: str):
    for xml in (field(name, "7"), f'<w:fldSimple w:instr="{name}"><w:r><w:t>7</w:t></w:r></w:fldSimple>'):
        made = block(f"<w:p>{xml}</w:p>")
        assert isinstance(made, Paragraph)
        assert [inline.what for inline in made.content if isinstance(inline, PageField)] == [what]
        assert not any(isinstance(inline, Text) for inline in made.content)


def test_other_fields_show_their_result():
    made = block(f"<w:p>{field('REF place', 'the place')}</w:p>")
    assert isinstance(made, Paragraph)
    assert [inline.text for inline in made.content if isinstance(inline, Text)] == ["the place"]


def test_links_by_field_and_by_element():
    link = field('HYPERLINK "https://example.org/a"', "there")
    made = block(f"<w:p>{link}<w:hyperlink w:anchor='part'><w:r><w:t>here</w:t></w:r></w:hyperlink></w:p>")
    assert isinstance(made, Paragraph)
    assert [inline.uri for inline in made.content if isinstance(inline, Hyperlink)] == [
        "https://example.org/a",
        "#part",
    ]


def test_bookmarks_belong_to_their_paragraph():
    made = block(
        '<w:p><w:bookmarkStart w:id="1" w:name="part"/><w:r><w:t>x</w:t></w:r><w:bookmarkEnd w:id="1"/></w:p>'
    )
    assert isinstance(made, Paragraph)
    assert made.bookmarks == ("part",)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("<w:text/>", "text"),
        ('<w:text w:multiLine="1"/>', "multiline"),
        ('<w:date><w:dateFormat w:val="d MMMM yyyy"/></w:date>', "date"),
        ('<w:dropDownList><w:listItem w:displayText="Yes" w:value="yes"/></w:dropDownList>', "choice"),
        ('<w:comboBox><w:listItem w:value="yes"/></w:comboBox>', "combo"),
        ('<w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>', "checkbox"),
        ("", "rich"),
    ],
)
def test_kinds_of_controls(kind: str, expected: str):
    made = block(f"<w:p>{control(kind, '<w:r><w:t>Yes</w:t></w:r>')}</w:p>")
    assert isinstance(made, Paragraph)
    inline = made.content[0]
    assert isinstance(inline, InlineControl)
    assert inline.control.kind == expected
    assert inline.control.value == ("" if expected == "rich" else "Yes")
    assert inline.control.fillable == (expected != "rich")
    assert inline.control.options == {"choice": (("yes", "Yes"),), "combo": (("yes", "yes"),)}.get(expected, ())


def test_a_placeholder_is_no_value_and_a_locked_control_no_field():
    made = block(
        f"<w:p>{control('<w:text/>', '<w:r><w:t>Type here</w:t></w:r>', extra='<w:showingPlcHdr/>')}</w:p>"
    )
    assert isinstance(made, Paragraph)
    assert isinstance(made.content[0], InlineControl)
    assert made.content[0].control.value == ""
    assert made.content[0].control.placeholder
    lock = "<w:lock w:val='sdtContentLocked'/>"
    locked = block(f"<w:p>{control('<w:text/>', '', extra=lock)}</w:p>")
    assert isinstance(locked, Paragraph)
    assert isinstance(locked.content[0], InlineControl)
    assert not locked.content[0].control.fillable


def test_controls_around_blocks_rows_and_cells():
    made = block(control("<w:text/>", paragraph("a") + paragraph("b")))
    assert isinstance(made, BlockControl)
    assert made.control.value == "a\nb"
    rows = control("<w:text/>", row(paragraph("r"), paragraph("s")), tag="row")
    cells = f"<w:tr>{control('<w:text/>', cell(paragraph('c')), tag='cell')}{cell(paragraph('d'))}</w:tr>"
    grid = block(table(rows, cells))
    assert isinstance(grid, Table)
    assert [made.tag for made in grid.rows[0].controls] == ["row"]
    assert [made.tag for made in grid.rows[1].cells[0].controls] == ["cell"]


def test_labels_count_through_the_document():
    body = "".join(paragraph(f"item {number}", style("ListNumber")) for number in range(3))
    cells = table(row(paragraph("in a cell", style("ListNumber")), paragraph("x", style("TableBullet"))))
    labels = [placed.labels for placed in read(word(body + cells)).sections[0].blocks]
    assert labels == [("1.",), ("2.",), ("3.",), ("4.", "•")]


def test_what_would_be_lost_is_refused():
    with pytest.raises(ArtefactError, match="altChunk") as caught:
        read(word('<w:altChunk r:id="rId9"/>'))
    assert caught.value.problems[0].code == "unsupported-word-content"
    with pytest.raises(ArtefactError, match="footnoteReference"):
        read(word('<w:p><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'))


def test_lint_names_what_is_not_supported_and_where():
    anchored = "<w:r><w:drawing><wp:anchor/></w:drawing></w:r>"
    body = (
        paragraph("Risk", style("Heading1"))
        + table(
            row(paragraph("a"), paragraph("b")),
            row(f"<w:p><w:r><w:t>The picture</w:t></w:r>{anchored}</w:p>", paragraph()),
        )
        + paragraph("wavy", run='<w:u w:val="wave"/>')
    )
    problems = unsupported(f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>")
    assert [(problem.severity, problem.place.label) for problem in problems] == [
        ("error", "Heading ‘Risk’, table row 2, paragraph ‘The picture’"),
        ("warning", "Heading ‘Risk’, paragraph ‘wavy’"),
    ]


def test_lint_finds_nothing_in_what_is_supported():
    body = paragraph("one<w:tab/>two", style("Callout")) + table(row(paragraph("a"), paragraph("b")))
    assert unsupported(word(body).body.xml) == ()
