"""Structure elements and form fields."""

from __future__ import annotations

import base64

import pytest
from layout_kit import FieldOp, fonts, laid, placed, words

from forms.formats.pdf.display import Element, ImageOp, LinkOp
from forms.formats.pdf.layout import lay_out
from forms.formats.pdf.layout.atoms import Typesetter
from forms.formats.word.reader import read
from word_files import cell, control, paragraph, rendered_word, row, section, style, table, word_file

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PICTURE = (
    "<w:r><w:drawing><wp:inline><wp:extent cx='914400' cy='457200'/><wp:docPr id='1' name='p' descr='A map'/>"
    "<a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip r:embed='rIdP'/></pic:blipFill></pic:pic>"
    "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
)


def roles(body: str, *, fillable: bool = False) -> list[list[tuple[str, int]]]:
    return [
        [(made.role, made.parent) for made in instance.elements]
        for instance in laid(body, fillable=fillable).instances
    ]


def test_headings_paragraphs_and_list_items():
    body = paragraph("Head", style("Heading2")) + paragraph("text") + paragraph("item", style("ListBullet2"))
    made = laid(body).instances
    assert [[element.role for element in instance.elements] for instance in made] == [
        ["H2"],
        ["P"],
        ["LI", "Lbl", "LBody"],
    ]
    assert (made[0].outline, made[0].outline_text) == (2, "Head")
    assert (made[2].list_id, made[2].list_level) == ("1", 1)


def test_tables_say_what_heads_what():
    head = row(paragraph("Name"), paragraph("Age"), properties="<w:tblHeader/>")
    span = "<w:gridSpan w:val='2'/>"
    wide = f"<w:tr>{cell(paragraph('all'), span, 6000)}</w:tr>"
    elements = laid(table(head, wide)).instances[0].elements
    cells = [element for element in elements if element.role in ("TH", "TD")]
    assert [(element.role, element.attributes) for element in cells] == [
        ("TH", (("Scope", "Column"),)),
        ("TH", (("Scope", "Column"),)),
        ("TD", (("ColSpan", 2),)),
    ]
    assert [element.role for element in elements[:3]] == ["Table", "TR", "TH"]


def test_lists_in_a_cell_are_nested():
    content = paragraph("a", style("ListBullet")) + paragraph("b", style("ListBullet2")) + paragraph("c")
    elements = laid(table(f"<w:tr>{cell(content)}</w:tr>", grid=(3000,))).instances[0].elements
    assert [element.role for element in elements] == [
        "Table",
        "TR",
        "TD",
        "L",
        "LI",
        "Lbl",
        "LBody",
        "L",
        "LI",
        "Lbl",
        "LBody",
        "P",
    ]
    assert elements[7].parent == 3
    assert elements[11].parent == 2


def test_another_language_is_marked():
    polish = "<w:r><w:rPr><w:lang w:val='pl-PL'/></w:rPr><w:t>dwa</w:t></w:r>"
    body = f"<w:p><w:r><w:t xml:space='preserve'>one </w:t></w:r>{polish}</w:p>"
    assert laid(body).instances[0].elements == (Element("P"), Element("Span", 0, "pl-PL"))


def test_links():
    body = "<w:p><w:hyperlink w:anchor='part'><w:r><w:t>the part</w:t></w:r></w:hyperlink></w:p>"
    made = laid(body)
    assert roles(body) == [[("P", -1), ("Link", 0)]]
    ((_, _, link),) = placed(made, LinkOp)
    assert isinstance(link, LinkOp)
    assert (link.uri, link.element) == ("#part", 1)
    assert link.width > 30


def test_bookmarks_in_tables_are_known():
    marked = (
        '<w:p><w:bookmarkStart w:id="1" w:name="part"/><w:r><w:t>x</w:t></w:r><w:bookmarkEnd w:id="1"/></w:p>'
    )
    assert laid(table(row(marked, paragraph()))).instances[0].bookmarks == ("part",)


def test_pictures_have_their_alternative_text():
    file = word_file(f"<w:p>{PICTURE}</w:p>", members={"word/theme/theme1.xml": PIXEL})
    rendered = rendered_word(file)
    links = {**rendered.body.relationships, "rIdP": ("image", "theme/theme1.xml")}
    body = type(rendered.body)(
        rendered.body.kind,
        rendered.body.name,
        rendered.body.opening,
        rendered.body.blocks,
        rendered.body.closing,
        links,
    )
    made = lay_out(read(type(rendered)(body, rendered.stories, rendered.members)), fonts(), fillable=False)
    ((_, _, picture),) = placed(made, ImageOp)
    assert isinstance(picture, ImageOp)
    assert (picture.width, picture.height, picture.data) == (72.0, 36.0, PIXEL)
    assert made.instances[0].elements[picture.element] == Element("Figure", 0, alternative="A map")


def fields(body: str) -> list[FieldOp]:
    return [op for _, _, op in placed(laid(body, fillable=True), FieldOp) if isinstance(op, FieldOp)]


RUN = "<w:r><w:t>Type here</w:t></w:r>"


def test_a_control_is_text_unless_the_document_is_fillable():
    body = f"<w:p><w:r><w:t xml:space='preserve'>Name: </w:t></w:r>{control('<w:text/>', RUN)}</w:p>"
    assert words(laid(body)) == "Name: Type here"
    assert words(laid(body, fillable=True)) == "Name:"
    assert roles(body, fillable=True) == [[("P", -1), ("Form", 0)]]
    (made,) = fields(body)
    assert (made.field.name, made.field.title, made.field.kind, made.element) == (
        "answer",
        "The answer",
        "text",
        1,
    )
    assert made.x + made.width == pytest.approx(451.3, abs=0.1)


def test_text_after_a_control_limits_its_field():
    body = f"<w:p>{control('<w:text/>', RUN)}<w:r><w:t xml:space='preserve'> and more</w:t></w:r></w:p>"
    (made,) = fields(body)
    assert made.width < 60


def test_a_field_fills_its_cell():
    kind = "<w:text w:multiLine='1'/>"
    answer = f"<w:p>{control(kind, RUN)}</w:p>"
    height = "<w:trHeight w:val='1200' w:hRule='atLeast'/>"
    (made,) = fields(table(row(paragraph("Label"), answer, properties=height)))
    assert made.height == pytest.approx(60 - 0.5, abs=0.1)
    assert made.width == pytest.approx(150 - 10.8, abs=0.1)


def test_a_check_box_is_square_and_keeps_the_text_beside_it():
    box = control("<w14:checkbox><w14:checked w14:val='1'/></w14:checkbox>", "<w:r><w:t>☒</w:t></w:r>")
    body = f"<w:p>{box}<w:r><w:t xml:space='preserve'> yes</w:t></w:r></w:p>"
    (made,) = fields(body)
    assert made.width == made.height == 11
    assert made.field.value == "Yes"
    assert words(laid(body, fillable=True)) == "yes"


def test_controls_around_paragraphs_and_cells_become_one_field():
    (around,) = fields(control("<w:text w:multiLine='1'/>", paragraph("a") + paragraph("b")))
    assert around.field.value == "a\nb"
    assert around.height > 25
    cells = f"<w:tr>{control('<w:text/>', cell(paragraph('c')))}{cell(paragraph('d'))}</w:tr>"
    (inside,) = fields(table(cells))
    assert inside.field.value == "c"


def test_a_field_too_long_for_a_page_is_drawn_as_text():
    text = "<w:r><w:t>" + "word " * 2000 + "</w:t></w:r>"
    body = f"<w:p>{control('<w:text/>', text)}</w:p>"
    assert fields(body) == []
    assert words(laid(body, fillable=True)).count("word") == 2000


def test_static_blocks_are_laid_out_once(monkeypatch: pytest.MonkeyPatch):
    rendered = rendered_word(word_file(paragraph("the same everywhere"), last_section=section()), static=True)
    before = lay_out(read(rendered), fonts(), fillable=False)

    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Typesetter, "shape", fail)
    after = lay_out(read(rendered), fonts(), fillable=False)
    assert after == before
    assert after.pages[0].body[0].ops is before.pages[0].body[0].ops
