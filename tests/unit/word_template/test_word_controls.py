"""Content controls: every way in which Word is told a control's state agrees with the value."""

import pytest
from lxml import etree
from template_kit import (
    ABSENT,
    CONTEXT,
    PROPERTIES,
    Value,
    body,
    compiled,
    control,
    paragraph,
    rendered,
    run,
    template,
    texts,
    xml,
)

from forms.formats.word.template import compile_template
from forms.formats.word.wordml import NAMESPACES, qn
from forms.foundation.errors import ArtefactError

DATE = '<w:date w:fullDate="1999-01-01T00:00:00Z"><w:dateFormat w:val="d MMMM yyyy"/></w:date>'
LIST = '<w:dropDownList w:lastValue="x"><w:listItem w:displayText="Yes" w:value="yes"/></w:dropDownList>'
COMBO = '<w:comboBox><w:listItem w:displayText="Yes" w:value="yes"/></w:comboBox>'
BOX = (
    '<w14:checkbox><w14:checked w14:val="1"/><w14:checkedState w14:val="00FE" w14:font="Wingdings"/>'
    "</w14:checkbox>"
)
KINDS = {"text": "<w:text/>", "rich": "", "date": DATE, "list": LIST, "combo": COMBO}
PROMPTS = {
    "text": "Click to enter text",
    "rich": "Click to enter text",
    "date": "Click to choose a date",
    "list": "Click to choose",
    "combo": "Click to choose or type",
}


def levels(content: str, tag: str = "name") -> dict[str, etree._Element]:
    """The same text control on each of the levels where Word may have one."""
    cell = f"<w:tc><w:p>{content}</w:p></w:tc>"
    grid = '<w:tblPr/><w:tblGrid><w:gridCol w:w="99"/></w:tblGrid>'
    return {
        "run": paragraph(control("<w:text/>", content, tag)),
        "block": xml(control("<w:text/>", f"<w:p>{content}</w:p>", tag)),
        "cell": xml(f"<w:tbl>{grid}<w:tr>{control('<w:text/>', cell, tag)}</w:tr></w:tbl>"),
    }


def only(element: etree._Element, name: str) -> etree._Element:
    [found] = element.iter(qn(name))
    return found


def prompting(element: etree._Element) -> bool:
    return next(element.iter(qn("w:showingPlcHdr")), None) is not None


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_is_shown_as_a_value(kind):
    made = body(
        paragraph(control(KINDS[kind], run("{{ name }}"), more="<w:showingPlcHdr/>")), name=Value("A & B\nC")
    )
    assert texts(made) == ["A & B\nC"]
    assert not prompting(made)
    assert only(made, "w:b") is not None


@pytest.mark.parametrize("value", [ABSENT, "", Value("")])
@pytest.mark.parametrize("kind", KINDS)
def test_an_absent_value_leaves_a_prompt(kind, value):
    made = body(paragraph(control(KINDS[kind], run("{{ name }}"))), name=value)
    assert texts(made) == [PROMPTS[kind]]
    assert prompting(made)
    assert only(made, "w:rStyle").get(qn("w:val")) == "PlaceholderText"
    assert next(made.iter(qn("w:b")), None) is None


@pytest.mark.parametrize("state", ["not_known", "not_applicable", "withheld"])
def test_what_is_not_known_is_a_value(state):
    made = body(paragraph(control("<w:text/>", run("{{ name }}"))), name=Value("Not known: no contact", state))
    assert texts(made) == ["Not known: no contact"]
    assert not prompting(made)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("content", ["", run(""), "<w:r/>"])
def test_a_control_without_a_tag_is_always_empty(kind, content):
    made = rendered(paragraph(control(KINDS[kind], content)))
    assert made.body.blocks[0].static
    tree = etree.fromstring(made.body.xml.encode())
    assert texts(tree) == [PROMPTS[kind]]
    assert prompting(tree)


def test_an_author_s_own_prompt_is_kept():
    made = body(paragraph(control("<w:text/>", run("Name of ") + run("the worker"), more="<w:showingPlcHdr/>")))
    assert texts(made) == ["Name of the worker"]
    assert prompting(made)


def test_an_author_s_own_text_is_no_prompt():
    made = body(paragraph(control("<w:text/>", run("Fixed"))))
    assert texts(made) == ["Fixed"]
    assert not prompting(made)


@pytest.mark.parametrize("level", ["run", "block", "cell"])
@pytest.mark.parametrize("content", ["{{ name }}", ""])
def test_controls_on_every_level_have_content(level, content):
    made = body(levels(run(content) if content else "")[level], name=ABSENT)
    assert texts(made) == ["Click to enter text"]
    assert len(only(made, "w:sdtContent")) == 1
    if content:
        assert texts(body(levels(run(content))[level], name="Ada")) == ["Ada"]


def test_a_date_control_holds_its_day():
    made = paragraph(control(DATE, run("{{ name }}")))
    assert only(body(made, name=Value("1 May 2026", iso="2026-05-01")), "w:date").get(qn("w:fullDate")) == (
        "2026-05-01T00:00:00Z"
    )
    for value in (Value("May 2026", iso="2026-05"), Value("not known", "not_known"), ABSENT, "text"):
        assert only(body(made, name=value), "w:date").get(qn("w:fullDate")) is None
    empty = body(paragraph(control(DATE, "")))
    assert only(empty, "w:date").get(qn("w:fullDate")) is None


@pytest.mark.parametrize(
    ("content", "state"),
    [
        ("{{ tick(name) }}", "1"),
        ("{{ tick(not name) }}", "0"),
        ("{{ tick(true) }}", "1"),
        ("{{ tick(false) }}", "0"),
        ("", "0"),
        ("☐", "0"),
        ("☒", "1"),
    ],
)
def test_a_box_and_its_glyph_agree(content, state):
    made = body(paragraph(control(BOX, run(content) + "<w:r><w:t></w:t></w:r>")), name=Value("x"))
    box = only(made, "w14:checkbox")
    assert [(etree.QName(child).localname, *child.attrib.values()) for child in box] == [
        ("checked", state),
        ("checkedState", "2612", "MS Gothic"),
        ("uncheckedState", "2610", "MS Gothic"),
    ]
    assert texts(made) == ["☒" if state == "1" else "☐"]
    assert len(list(made.iter(qn("w:r")))) == 1


@pytest.mark.parametrize("content", ["{{ name }}", "yes {{ tick(name) }}", "{{ tick(name) }}{{ tick(name) }}"])
def test_a_box_holds_a_tick_and_nothing_else(content):
    with pytest.raises(ArtefactError) as caught:
        compiled(paragraph(control(BOX, run(content))))
    assert caught.value.problems[0].code == "checkbox-content"


def test_bindings_and_foreign_placeholders_go():
    more = (
        '<w:placeholder><w:docPart w:val="DefaultPlaceholder_1"/></w:placeholder>'
        '<w:dataBinding w:xpath="/x" w:storeItemID="{0}"/>'
    )
    made = rendered(paragraph(control("<w:text/>", run("{{ name }}"), more=more)), name="x").body.xml
    assert "dataBinding" not in made
    assert "docPart" not in made


def test_a_control_is_locked_against_deletion_but_not_twice():
    [lock] = body(paragraph(control("<w:text/>", run("{{ name }}"))), name="x").iter(qn("w:lock"))
    assert lock.get(qn("w:val")) == "sdtLocked"
    own = control("<w:text/>", run("{{ name }}"), more='<w:lock w:val="sdtContentLocked"/>')
    [lock] = body(paragraph(own), name="x").iter(qn("w:lock"))
    assert lock.get(qn("w:val")) == "sdtContentLocked"


def test_ids_differ_also_in_loops_and_headers():
    looped = control("<w:text/>", run("{{ n }}"), tag="rows/{{ loop.index0 }}/n")
    always_empty = control("<w:text/>", "", tag="rows/{{ loop.index0 }}/empty")
    made = rendered(
        paragraph(control("<w:text/>", run("{{ name }}"))),
        "{%p for n in numbers %}",
        paragraph(looped),
        paragraph(always_empty),
        "{%p endfor %}",
        paragraph(control("<w:text/>", run("Fixed"))),
        name="x",
        numbers=[1, 2, 3],
    )
    tree = etree.fromstring(made.body.xml.encode())
    ids = [item.get(qn("w:val")) for item in tree.iter(qn("w:id"))]
    assert len(ids) == len(set(ids)) == 8
    tags = [item.get(qn("w:val")) for item in tree.iter(qn("w:tag"))]
    assert tags[1:-1] == [f"rows/{number}/{name}" for number in range(3) for name in ("n", "empty")]


SECTION = control(
    "<w15:repeatingSection/>",
    "<w:tr><w:tc><w:p><w:r><w:t>{%tr for n in numbers %}</w:t></w:r></w:p></w:tc></w:tr>"
    + "<w:sdt><w:sdtPr><w:id w:val='8'/><w15:repeatingSectionItem/></w:sdtPr><w:sdtContent>"
    + f"<w:tr><w:tc><w:p>{control('<w:text/>', run('{{ n }}'), 'n/{{ loop.index0 }}')}</w:p></w:tc></w:tr>"
    + "</w:sdtContent></w:sdt>"
    + "<w:tr><w:tc><w:p><w:r><w:t>{%tr endfor %}</w:t></w:r></w:p></w:tc></w:tr>",
    tag="numbers",
)
GRID = '<w:tblPr/><w:tblGrid><w:gridCol w:w="99"/></w:tblGrid>'
HEAD = "<w:tr><w:tc><w:p><w:r><w:t>Head</w:t></w:r></w:p></w:tc></w:tr>"


def test_a_repeating_section_has_an_item_for_each_row():
    made = body(xml(f"<w:tbl>{GRID}{HEAD}{SECTION}</w:tbl>"), numbers=[1, 2, ""])
    assert texts(made) == ["Head", "1", "2", "Click to enter text"]
    assert len(list(made.iter(qn("w15:repeatingSection")))) == 1
    assert len(list(made.iter(qn("w15:repeatingSectionItem")))) == 3
    ids = [item.get(qn("w:val")) for item in made.iter(qn("w:id"))]
    assert len(ids) == len(set(ids)) == 7
    assert next(made.iter(qn("w:lock")), None) is None


def test_a_repeating_section_without_rows_vanishes():
    made = body(xml(f"<w:tbl>{GRID}{HEAD}{SECTION}</w:tbl>"), numbers=[])
    assert texts(made) == ["Head"]
    assert next(made.iter(qn("w:sdt")), None) is None
    assert next(body(xml(f"<w:tbl>{GRID}{SECTION}</w:tbl>"), numbers=[]).iter(qn("w:tbl")), None) is None


def test_list_items_may_come_from_a_loop():
    items = (
        "<w:dropDownList>{% for n in numbers %}"
        '<w:listItem w:displayText="Number {{ n }}" w:value="{{ n }}"/>{% endfor %}</w:dropDownList>'
    )
    made = body(paragraph(control(items, run("{{ name }}"))), name="Number 1", numbers=[1, '"2"'])
    assert [item.get(qn("w:value")) for item in made.iter(qn("w:listItem"))] == ["1", '"2"']


def test_a_block_control_whose_content_vanishes_goes():
    inner = "".join(
        f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in ("{%p if name %}", "{{ name }}", "{%p endif %}")
    )
    made = xml(control("", inner))
    assert next(body(made, name="").iter(qn("w:sdt")), None) is None
    assert texts(body(made, name="Ada")) == ["Ada"]


def test_a_control_may_be_conditional():
    content = (
        "{%p if name %}",
        xml(control("<w:text/>", f"<w:p>{run('{{ name }}')}</w:p>")),
        "{%p endif %}",
        "End",
    )
    assert texts(body(*content, name="")) == ["End"]
    assert texts(body(*content, name="Ada")) == ["Ada", "End"]


def test_a_control_around_controls_is_left_alone():
    inner = f"<w:p>{control('<w:text/>', run('{{ name }}'))}</w:p><w:p>{run('Text')}</w:p>"
    made = body(xml(control("<w:group/>", inner, tag="group")), name="")
    assert texts(made) == ["Click to enter text", "Text"]
    assert len(list(made.iter(qn("w:sdt")))) == 2


def test_a_failing_control_names_its_tag_and_place():
    with pytest.raises(ArtefactError) as caught:
        body("Before", paragraph(run("Worker: ") + control("<w:text/>", run("{{ nmae }}"))), name="x")
    found = caught.value.problems[0]
    assert (found.code, found.message[:10]) == ("missing-name", "{{ nmae }}")
    assert found.place.label == "paragraph ‘Worker: {{ nmae }}’"


def test_state_is_in_schema_order():
    made = body(paragraph(control("<w:text/>", run("{{ name }}"))), name="")
    names = [etree.QName(child).localname for child in only(made, "w:sdtPr")]
    assert names == ["alias", "tag", "id", "lock", "showingPlcHdr", "text"]


def test_without_a_prompt_style_the_run_keeps_its_own(tmp_path):
    import docx
    from template_kit import saved

    plain = docx.Document()
    for _ in range(3):
        plain.add_section()
    made = compile_template(template(paragraph(control("<w:text/>", run("")))), saved(plain))
    tree = etree.fromstring(made.render(CONTEXT, PROPERTIES).body.xml.encode())
    assert NAMESPACES["w14"] in tree.nsmap.values()
    assert next(tree.iter(qn("w:rStyle")), None) is None
