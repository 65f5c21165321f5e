"""Compiling and rendering: what is printed, and what is refused with which words."""

import docx
import pytest
from docxtpl import DocxTemplate
from lxml import etree
from template_kit import (
    CONTEXT,
    HOUSE,
    PROPERTIES,
    Things,
    Value,
    body,
    compiled,
    house,
    paragraph,
    rendered,
    saved,
    table,
    template,
    texts,
    written,
    xml,
)

from forms.formats.word.patterns import filled
from forms.formats.word.reader import read
from forms.formats.word.template import compile_template
from forms.formats.word.wordml import qn
from forms.foundation.errors import ArtefactError

AWKWARD = 'A & B <c> "d" Łukasz O’Brien – Nguyễn'


def problem(*content, **context):
    """The first problem of a template that must not compile or render."""
    with pytest.raises(ArtefactError) as caught:
        rendered(*content, **context)
    assert "Secret" not in str(caught.value)
    return caught.value.problems[0]


@pytest.mark.parametrize(
    "value",
    [AWKWARD, " edge ", "two  spaces", "1\n2\n\n3", "a\tb", "]]>", "{{ not_a_tag }}", "{% if %}", "&amp;", "'"],
)
def test_a_value_arrives_unharmed(value):
    assert texts(body("{{ name }}", name=Value(value))) == [value]


def test_a_long_value_arrives_whole():
    value = "Long text with ’ and – and & in it. " * 556
    assert len(value) > 20_000
    assert texts(body("Before {{ name }} after", name=value)) == [f"Before {value} after"]


def test_windows_line_ends_are_one_break():
    assert texts(body("{{ name }}", name="1\r\n2\r3")) == ["1\n2\n3"]


def test_white_space_is_preserved():
    [text] = [item for item in body("a {{ name }} b", name=" x ").iter(qn("w:t")) if item.text.strip()]
    assert text.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
    assert text.text == "a  x  b"


def test_in_an_attribute_a_break_is_a_space():
    link = xml(
        '<w:p><w:hyperlink w:anchor="a" w:tooltip="{{ name }}"><w:r><w:t>x</w:t></w:r></w:hyperlink></w:p>'
    )
    [made] = body(link, name='1\n2\t"3" & <4>').iter(qn("w:hyperlink"))
    assert made.get(qn("w:tooltip")) == '1 2 "3" & <4>'


def test_a_tag_spread_over_runs_is_one_tag():
    runs = "".join(f"<w:r><w:t>{piece}</w:t></w:r>" for piece in ("{", "{ na", "me }", "}"))
    assert texts(body(paragraph(runs), name="Ada")) == ["Ada"]


CHILDREN = [Things(name="Ada", age=3), Things(name="Ben & Bo", age=4)]
MIXED = (
    lambda document: document.add_heading("Children", 1),
    "{%p if children %}",
    "There are {{ children|length }}: {{ children|map(attribute='name')|join(', ') }}",
    "{%p for child in children %}",
    "Static in a loop",
    "{{ loop.index }} {{ child.name }}{% if child.age > 3 %} (older){% endif %}",
    "{%p endfor %}",
    "{%p else %}",
    "None",
    "{%p endif %}",
    table(
        ("Name", "Age"),
        ("{%tr for child in children %}", ""),
        ("{{ child.name }}", "{{ child.age }}"),
        ("{%tr endfor %}", ""),
    ),
    "{% set total = children|length %}Total {{ total }} {{ tick(children) }} {{ tick(total == 0) }}",
    "End {# nobody reads this #}",
)


@pytest.mark.parametrize("children", [[], CHILDREN[:1], CHILDREN, CHILDREN * 20])
def test_the_text_is_what_stock_docxtpl_gives(children, tmp_path):
    source = tmp_path / "stock.docx"
    source.write_bytes(template(*MIXED))
    stock = DocxTemplate(source)
    stock.render({"children": children, "tick": lambda value: "☒" if value else "☐"}, autoescape=True)
    assert texts(body(*MIXED, children=children)) == texts(stock.docx.element.body)


def test_blocks_that_never_change_are_the_same_objects():
    made = compiled("Static", "{{ name }}", "{%p if name %}", "Within", "{%p endif %}")
    one = made.render({**CONTEXT, "name": "1"}, PROPERTIES)
    two = made.render({**CONTEXT, "name": "2"}, PROPERTIES)
    assert [block.static for block in one.body.blocks] == [True, False, True, True]
    assert all(a is b for a, b in zip(one.body.blocks, two.body.blocks, strict=True) if a.static)
    assert one.members is two.members


def test_a_loop_gives_a_block_for_each_paragraph():
    made = rendered("{%p for n in numbers %}", "Number {{ n }}", "and", "{%p endfor %}", numbers=[1, 2])
    assert [block.static for block in made.body.blocks] == [False, True, False, True, True]


def test_a_body_without_tags_needs_no_program():
    made = compiled("Static only")
    assert made.stories[0].program is None
    assert made.render(CONTEXT, PROPERTIES).body is made.render(CONTEXT, PROPERTIES).body


# ── What is refused ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_missing_name_is_named_with_its_place():
    found = problem(
        lambda document: document.add_heading("Risk to children", 1),
        table(("Name", "Age"), ("{{ case.name }}", "The child is {{ case.aeg }} years")),
        case=Things(name="Secret"),
    )
    assert found.code == "missing-name"
    assert found.message.startswith("{{ case.aeg }} asks for a name that does not exist")
    assert str(found.place) == (
        "template.docx: Heading ‘Risk to children’, table row 2, paragraph ‘The child is {{ case.aeg }} years’"
    )


def test_the_row_of_a_tag_counts_the_rows_that_hold_tags():
    rows = (("Head",), ("{%tr for x in [1] %}",), ("{{ x.missing }}",), ("{%tr endfor %}",))
    assert "table row 3" in problem(table(*rows)).place.label


@pytest.mark.parametrize(
    "tag", ["{% if missing %}x{% endif %}", "{{ tick(missing) }}", "{{ missing.deeper }}", "{{ missing }}"]
)
def test_any_use_of_a_missing_name_is_an_error(tag):
    found = problem("Before", tag)
    assert found.code == "missing-name"
    assert "missing" in found.message


def test_a_name_missing_in_a_header_is_placed_there():
    made = compile_template(template("x"), house(form="{{ document.makring }}"))
    with pytest.raises(ArtefactError) as caught:
        made.render(CONTEXT, PROPERTIES)
    assert caught.value.problems[0].place.source == "house.docx, header"


def test_none_is_refused():
    found = problem("The {{ name }}", name=None)
    assert (found.code, found.message) == ("no-value", "{{ name }} cannot be printed: there is no value")


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x0b", "\x1f", "\ufffe", "\ud800", "\ufdd0"])
def test_characters_that_xml_forbids_are_refused(character):
    assert problem("{{ name }}", name=f"Secret{character}").code == "no-value"


def test_an_expression_that_fails_says_so_without_the_value():
    found = problem("{{ name + 1 }}", name="Secret")
    assert (found.code, found.message) == ("template-error", "{{ name + 1 }} cannot be worked out (TypeError)")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (("{{ name",), "template-syntax"),
        (("name }}",), "template-syntax"),
        (("{{ name + }}",), "template-syntax"),
        (("{{ name|nothing }}",), "template-syntax"),
        (("{{ name|safe }}",), "template-syntax"),
        (("{{ name|attr('x') }}",), "template-syntax"),
        (("{% if name is defined %}x{% endif %}",), "template-syntax"),
        (("{{ _numbers }}",), "template-syntax"),
        (("{{ name|_next }}",), "template-syntax"),
        (("{%p if name %}", "x"), "template-syntax"),
        (("x", "{%p endif %}"), "template-syntax"),
        (("{%p for x in name %}", "{%p endif %}", "{%p endfor %}"), "template-syntax"),
        (("{%p for x in name recursive %}", "{%p endfor %}"), "template-syntax"),
        (("{% else %}",), "template-syntax"),
        (("{% include 'x' %}",), "forbidden-tag"),
        (("{% macro x() %}{% endmacro %}",), "forbidden-tag"),
        (("{% raw %}{% endraw %}",), "forbidden-tag"),
        (("{{r name }}",), "forbidden-tag"),
        (("{{p name }}",), "forbidden-tag"),
        (("{%- if name %}x{% endif %}",), "forbidden-tag"),
        (("{%tr if name %}",), "forbidden-tag"),
        ((table(("{%tc for x in name %}",)),), "forbidden-tag"),
        ((table(("{% colspan 2 %}",)),), "forbidden-tag"),
        ((table(("{% cellbg name %}",)),), "forbidden-tag"),
        (("Lost {%p if name %}", "x", "{%p endif %}"), "tag-not-alone"),
        ((table(("{%tr if name %}", "lost"), ("x", ""), ("{%tr endif %}", "")),), "tag-not-alone"),
        ((table(("{% if name %}x",)), "{% endif %}"), "template-syntax"),
    ],
)
def test_broken_and_forbidden_tags_are_named(content, code):
    found = problem("Before", *content, name="Secret")
    assert found.code == code
    assert found.place.source == "template.docx"
    assert found.place.label


@pytest.mark.parametrize(
    "expression",
    [
        "''.__class__",
        "name.__init__.__globals__",
        "tick.__globals__",
        "name|map(attribute='__class__')|first",
        "''['__class__'].__mro__",
        "'{0.__class__}'.format(name)",
        "loop.__class__",
    ],
)
def test_the_sandbox_holds(expression):
    found = problem(f"{{% for x in [1] %}}{{{{ {expression} }}}}{{% endfor %}}", name=["Secret"])
    assert found.code in ("forbidden-access", "missing-name", "template-syntax")


def test_a_template_cannot_change_the_case():
    items = [1]
    assert problem("{{ items.append(2) }}", items=items).code == "forbidden-access"
    assert items == [1]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('<w:p><w:ins w:id="1" w:author="Secret"><w:r><w:t>x</w:t></w:r></w:ins></w:p>', "unsupported-part"),
        ('<w:p><w:r><w:footnoteReference w:id="1"/></w:r></w:p>', "unsupported-part"),
        ('<w:p><w:fldSimple w:instr="DDEAUTO cmd"/></w:p>', "forbidden-field"),
        ('<w:p><w:fldSimple w:instr="{{ name }}"/></w:p>', "forbidden-field"),
        ("<w:p><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>", "forbidden-field"),
        (
            '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> INCLUDE</w:instrText></w:r>'
            '<w:r><w:instrText>TEXT "x"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>',
            "forbidden-field",
        ),
        ('<w:p><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:p>', "direct-numbering"),
    ],
)
def test_what_would_be_lost_is_refused(content, code):
    assert problem(xml(content)).code == code


def test_all_problems_are_told_at_once():
    with pytest.raises(ArtefactError) as caught:
        compiled("{{ a + }}", "{{ b + }}")
    assert [found.message[:9] for found in caught.value.problems] == ["{{ a + }}", "{{ b + }}"]


# ── Empty results ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_cell_whose_paragraphs_all_vanish_keeps_one():
    cell = "".join(
        f"<w:p><w:pPr><w:pStyle w:val='Caption'/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
        for text in ("{%p if name %}", "{{ name }}", "{%p endif %}")
    )
    grid = "<w:tblPr/><w:tblGrid><w:gridCol w:w='99'/></w:tblGrid>"
    made = xml(f"<w:tbl>{grid}<w:tr><w:tc>{cell}</w:tc></w:tr></w:tbl>")
    [empty] = body(made, name="").iter(qn("w:tc"))
    assert [child.tag for child in empty] == [qn("w:p")]
    assert empty.find(f"{qn('w:p')}/{qn('w:pPr')}/{qn('w:pStyle')}").get(qn("w:val")) == "Caption"
    assert texts(body(made, name="Ada")) == ["Ada"]


def test_a_table_without_rows_vanishes():
    rows = table(("{%tr for x in numbers %}",), ("{{ x }}",), ("{%tr endfor %}",))
    assert next(body(rows, numbers=[]).iter(qn("w:tbl")), None) is None
    assert texts(body(rows, numbers=[1, 2])) == ["1", "2"]


def test_a_header_whose_paragraphs_all_vanish_keeps_one():
    base = docx.Document()
    for number in range(4):
        section = base.sections[-1] if number == 0 else base.add_section()
        section.header.is_linked_to_previous = False
        first = section.header.paragraphs[0]
        first.text = "{%p if document.marking %}"
        for text in ("{{ document.marking }}", "{%p endif %}"):
            section.header.add_paragraph(text)
    made = compile_template(template("x"), saved(base))
    header = made.render({"document": Things(marking="")}, PROPERTIES).stories["word/header1.xml"]
    assert len(etree.fromstring(header.xml.encode())) == 1


# ── House style ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_house_gives_margins_headers_and_styles():
    large = house(letter="Letterhead")
    made = compile_template(template("x"), large, header="letter").render({}, PROPERTIES)
    [section] = etree.fromstring(made.body.xml.encode()).iter(qn("w:sectPr"))
    assert section.find(qn("w:pgMar")).get(qn("w:left")) == str(round(3 / 2.54 * 1440))
    assert [child.tag for child in section[:2]] == [qn("w:headerReference"), qn("w:footerReference")]
    names = [made.body.relationships[child.get(qn("r:id"))] for child in section[:2]]
    assert names == [("header", "header1.xml"), ("footer", "footer1.xml")]
    assert "Letterhead" in made.stories["word/header1.xml"].xml
    assert b"PlaceholderText" in made.members["word/styles.xml"]


def test_a_kind_without_headers_has_none():
    made = compile_template(template("x"), HOUSE, header="none").render({}, PROPERTIES)
    assert list(made.stories) == ["word/document.xml"]
    assert "Reference" not in made.body.xml


def test_a_template_keeps_its_page_size_and_columns():
    def landscape(document):
        section = document.sections[0]
        section.page_width, section.page_height = section.page_height, section.page_width
        section.orientation = docx.enum.section.WD_ORIENT.LANDSCAPE

    [section] = body("x", landscape).iter(qn("w:sectPr"))
    assert section.find(qn("w:pgSz")).get(qn("w:orient")) == "landscape"
    assert section.find(qn("w:cols")) is not None


def test_every_section_has_the_house_headers():
    def second(document):
        document.add_section()
        document.add_paragraph("In the second")

    sections = list(body("x", second).iter(qn("w:sectPr")))
    assert len(sections) == 2
    assert all(section.find(qn("w:headerReference")) is not None for section in sections)


def test_a_house_with_the_wrong_sections_is_refused():
    with pytest.raises(ArtefactError) as caught:
        compile_template(template("x"), template("only one section"))
    assert caught.value.problems[0].code == "house-sections"


def test_word_leaves_no_trace_of_its_own():
    marks = xml(
        '<w:p w:rsidR="00AB" w:rsidRDefault="00CD" w14:paraId="12345678"><w:proofErr w:type="spellStart"/>'
        '<w:bookmarkStart w:id="0" w:name="_GoBack"/><w:bookmarkEnd w:id="0"/><w:r><w:t>x</w:t></w:r></w:p>'
    )
    made = rendered(marks).body.xml
    assert not [word for word in ("rsid", "paraId", "proofErr", "_GoBack") if word in made]


def test_pictures_and_links_come_along(tmp_path):
    picture = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
    path = tmp_path / "dot.png"
    path.write_bytes(picture)

    def add(document):
        document.add_picture(str(path))
        link = document.part.relate_to(
            "https://example.org/", docx.opc.constants.RELATIONSHIP_TYPE.HYPERLINK, is_external=True
        )
        made = xml(f'<w:p><w:hyperlink r:id="{link}"><w:r><w:t>a link</w:t></w:r></w:hyperlink></w:p>')
        document.element.body.insert(len(document.element.body) - 1, made)

    made = rendered(add)
    kinds = dict(made.body.relationships.values())
    assert kinds["hyperlink"] == "https://example.org/"
    assert made.members["word/" + kinds["image"]] == picture
    assert b'Extension="png"' in made.members["[Content_Types].xml"]


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "javascript:x", "https://example.org/{{ name }}", "other.docx"]
)
def test_links_that_lead_astray_are_refused(target):
    def add(document):
        hyperlink = docx.opc.constants.RELATIONSHIP_TYPE.HYPERLINK
        link = document.part.relate_to(target, hyperlink, is_external=True)
        made = xml(f'<w:p><w:hyperlink r:id="{link}"><w:r><w:t>a link</w:t></w:r></w:hyperlink></w:p>')
        document.element.body.insert(len(document.element.body) - 1, made)

    assert problem(add).code == "unsafe-link"


def test_page_numbers_are_allowed():
    made = xml(
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        "<w:r><w:instrText> page \\* MERGEFORMAT </w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r><w:fldSimple w:instr=" NUMPAGES "/></w:p>'
    )
    assert "NUMPAGES" in rendered(made).body.xml


def test_the_same_input_gives_the_same_bytes():
    content = ("{%p for n in numbers %}", "Number {{ n }}", "{%p endfor %}")
    one, two = (written(*content, numbers=[1, 2]) for _ in range(2))
    assert one == two
    made = compiled(*content)
    first = made.render({**CONTEXT, "numbers": [1]}, PROPERTIES)
    made.render({**CONTEXT, "numbers": [1, 2, 3]}, PROPERTIES)
    assert made.render({**CONTEXT, "numbers": [1]}, PROPERTIES) == first


def test_constants_are_read_where_they_stand():
    template = [
        "{{ 'so' }} {{ name }}, {{ 'and' }} {{ 1 + 1 }}{{ other }}",
        "{{ 'alone' }}",
        "{{ none or '' }}.",
    ]
    made = [rendered(*template, name="one", other=other) for other in ("two", "three")]
    for word in made:
        blocks = [filled(one).block for one in read(word, patterns=True).sections[0].blocks]
        assert blocks == [one.block for one in read(word).sections[0].blocks]
        assert "one" in str(blocks[0])
