"""What lint says of a template, and where."""

import pytest
from template_kit import HOUSE, control, house, paragraph, run, table, template, xml

from forms.formats.word.lint import lint

NAMES = {
    "case": {
        "name": None,
        "children": [{"name": None, "address": {"postcode": None}, "parent": lambda: NAMES["case"]}],
        "aliases": [None],
    },
    "document": {"marking": None},
}


def found(*content, names=None, house_file=HOUSE):
    problems = lint(template(*content), house_file, names, source="t.docx")
    return [(problem.code, problem.message) for problem in problems]


def codes(*content, **options):
    return [code for code, _ in found(*content, **options)]


def test_a_good_template_has_no_problems():
    content = (
        "{{ case.name }} {{ 'a' if case.name.given else 'b' }}",
        "{{ case.aliases.lines }} {{ tick(case.children) }}",
        "{%p for child in case.children if child.name %}",
        "{{ loop.index }} {{ child.name }} {{ child.address.postcode }} {{ child.parent.children|first }}",
        paragraph(control("<w:text/>", run("{{ child.name }}"), "children/{{ loop.index0 }}/name")),
        "{%p endfor %}",
        "{% set all = case.children|selectattr('name')|list %}{{ all|length }}",
        "{% for c in all %}{{ c.name }}{% endfor %}",
        "{% with one = case.children|first %}{{ one.name }}{% endwith %}{{ case[case.name] }}",
    )
    assert found(*content, names=NAMES) == []


@pytest.mark.parametrize(
    ("tag", "message", "hint"),
    [
        (
            "{{ case.nmae }}",
            "{{ case.nmae }} asks for ‘nmae’, which does not exist there",
            "Did you mean ‘name’?",
        ),
        ("{{ caes.name }}", "{{ caes.name }} asks for ‘caes’, which does not exist", "Did you mean ‘case’?"),
        ("{% if case.zzz %}x{% endif %}", "{% if case.zzz %} asks for ‘zzz’, which does not exist there", ""),
        (
            "{{ case.children.name }}",
            "{{ case.children.name }} asks for ‘name’, which does not exist there",
            "It is a list: go through it with {%p for or {%tr for",
        ),
        (
            "{{ case.children|map(attribute='nam')|join }}",
            "{{ case.children|map(attribute='nam')|join }} asks for ‘nam’, which does not exist there",
            "Did you mean ‘name’?",
        ),
        ("{{ case.name.x }}", "{{ case.name.x }} asks for ‘x’, which does not exist there", ""),
        (
            "{% for c in case.children %}{{ c.parent.nme }}{% endfor %}",
            "{{ c.parent.nme }} asks for ‘nme’, which does not exist there",
            "Did you mean ‘name’?",
        ),
        (
            "{% for c in case.name %}{% endfor %}",
            "{% for c in case.name %} goes through something that is no list",
            "",
        ),
    ],
)
def test_a_name_the_schema_lacks_is_told_with_a_near_one(tag, message, hint):
    [problem] = lint(template("Before", tag), HOUSE, NAMES, source="t.docx")
    assert (problem.message, problem.hint) == (message, hint)
    assert problem.place.source == "t.docx"
    assert problem.place.label.startswith("paragraph ‘")


def test_names_in_the_house_s_headers_are_checked():
    [problem] = lint(template("x"), house(form="{{ document.makring }}"), NAMES)
    assert problem.place.source == "house.docx, header"


def test_without_names_none_are_checked():
    assert found("{{ anything.goes }}") == []


def test_a_loop_s_names_end_with_it():
    assert codes("{% for c in case.children %}{% endfor %}{{ c.name }}", names=NAMES) == ["unknown-name"]


def test_unknown_styles_are_named_where_they_stand():
    problems = lint(
        template(
            lambda document: document.add_heading("Risk", 1),
            xml('<w:p><w:pPr><w:pStyle w:val="Fancy"/></w:pPr><w:r><w:t>Some text</w:t></w:r></w:p>'),
        ),
        HOUSE,
        source="t.docx",
    )
    assert [str(problem.place) for problem in problems] == ["t.docx: Heading ‘Risk’, paragraph ‘Some text’"]
    assert problems[0].message == "The style ‘Fancy’ is not in the house file"


def test_sizes_by_hand_are_a_warning():
    made = xml('<w:p><w:r><w:rPr><w:sz w:val="40"/><w:szCs w:val="40"/></w:rPr><w:t>Big</w:t></w:r></w:p>')
    [problem] = lint(template(made), HOUSE)
    assert (problem.code, problem.severity) == ("direct-size", "warning")


def test_a_picture_in_a_loop_is_named():
    picture = xml("<w:p><w:r><w:pict/></w:r></w:p>")
    assert codes("{%p for x in [1] %}", picture, "{%p endfor %}") == ["picture-in-loop"]
    assert codes(picture) == []
    bookmark = xml('<w:p><w:bookmarkStart w:id="1" w:name="here"/><w:bookmarkEnd w:id="1"/></w:p>')
    assert codes("{%p for x in [1] %}", bookmark, "{%p endfor %}") == ["bookmark-in-loop"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (control("<w:text/>", run("{{ a }}"), tag=""), "control-tag"),
        (control("<w:text/>", run("{{ a }}"), title=""), "control-title"),
        (control("<w:text/>", run("{{ a }}"), tag="x" * 65), "control-tag"),
        (control("<w:text/>", run("{{ a }}"), tag="a.b"), "control-tag"),
        (control("<w:text/>", run("{{ a }}"), tag="/a"), "control-tag"),
        (control("<w:text/>", run("{{ a }}"), tag="a b"), "control-tag"),
        (control("<w:text/>", run("{{ a }} and {{ b }}")), "control-content"),
        (control("<w:text/>", run("{{ a }} years")), "control-content"),
        (control("<w14:checkbox/>", run("{{ a }}")), "checkbox-content"),
    ],
)
def test_controls_a_reply_could_not_be_read_from(content, code):
    assert codes(paragraph(content)) == [code]


def test_one_tag_on_two_controls():
    one = paragraph(control("<w:text/>", run("{{ a }}"), "same"))
    two = paragraph(control("<w:text/>", run("{{ a }}"), "same"))
    again = paragraph(control("<w:text/>", run("{{ a }}"), "same"))
    assert codes(one, two) == ["control-tag"]
    assert codes("{%p if a %}", one, "{%p else %}", two, "{%p endif %}") == []
    assert codes("{%p if a %}", one, "{%p endif %}", again) == ["control-tag"]


def test_a_repeated_control_needs_its_number():
    made = paragraph(control("<w:text/>", run("{{ x }}"), "rows/name"))
    assert codes("{%p for x in [1] %}", made, "{%p endfor %}") == ["control-tag"]


def test_a_control_for_an_empty_loop_is_not_repeated():
    made = paragraph(control("<w:text/>", "", "rows/0/name"))
    assert codes("{%p for x in [] %}", "x", "{%p else %}", made, "{%p endfor %}") == []


def test_what_does_not_compile_is_told_too():
    assert codes(
        "{{ a + }}",
        "{%p if b %}",
        table(
            ("{%tr for x in y %}", "lost"),
        ),
    ) == ["tag-not-alone"]
    assert codes("{{ a + }}", "{%p if b %}") == ["template-syntax", "template-syntax"]
    [problem] = lint(b"no docx", HOUSE, source="t.docx")
    assert problem.code == "not-a-docx"


@pytest.mark.parametrize("tag", ["{{ case.name.given }}", "{{ case.name.state }}", "{{ case.name['given'] }}"])
def test_a_tag_that_prints_whether_and_not_what_is_refused(tag):
    (message,) = [message for _, message in found(tag, names=NAMES)]
    assert "cannot be read: it prints" in message
