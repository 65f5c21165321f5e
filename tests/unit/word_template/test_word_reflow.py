"""Tables in large print: one column, each value below its label, tags and controls unharmed."""

from __future__ import annotations

from lxml import etree
from template_kit import CONTEXT, HOUSE, PROPERTIES, Things, Value, control, run, template, texts, xml

from forms.formats.word.template import compile_template
from forms.formats.word.wordml import TBL, TC, TR, qn

HEADER = "<w:trPr><w:tblHeader/></w:trPr>"


def large(*content, **context) -> etree._Element:
    made = compile_template(template(*content), HOUSE, size="large")
    return etree.fromstring(made.render({**CONTEXT, **context}, PROPERTIES).body.xml.encode())[0]


def cell(content: str, properties: str = "") -> str:
    inside = content if content.startswith(("<w:p", "<w:sdt")) else f"<w:p>{run(content)}</w:p>"
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inside}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr>{properties}{''.join(c if c.startswith('<') else cell(c) for c in cells)}</w:tr>"


def grid(columns: int, *rows: str, first_column: bool = False) -> etree._Element:
    look = f'<w:tblLook w:val="0000" w:firstColumn="{int(first_column)}" w:firstRow="0"/>'
    widths = '<w:gridCol w:w="1000"/>' * columns
    return xml(f"<w:tbl><w:tblPr>{look}</w:tblPr><w:tblGrid>{widths}</w:tblGrid>{''.join(rows)}</w:tbl>")


def rows(body: etree._Element) -> list[list[str]]:
    """What each row says, and that it is one cell as wide as the table was."""
    table = next(body.iter(TBL))
    assert len(table.find(qn("w:tblGrid"))) == 1
    found = []
    for each in table.iter(TR):
        cells = list(each.iter(TC))
        assert len(cells) == 1
        found.append(texts(cells[0]))
    return found


def test_a_label_beside_its_value_comes_to_stand_above_it() -> None:
    made = large(
        grid(2, row("Name", "{{ name }}"), row("Born", "{{ born }}"), first_column=True),
        name="Zoë",
        born="1990",
    )
    assert rows(made) == [["Name", "Zoë"], ["Born", "1990"]]


def test_each_cell_of_a_grid_is_headed_by_its_column() -> None:
    made = large(
        grid(
            3,
            row("Name", "Age", "School", properties=HEADER),
            row("{%tr for child in children %}", cell(""), cell("")),
            row("{{ child.name }}", "{{ child.age }}", "{{ child.school }}"),
            row("{%tr else %}", cell(""), cell("")),
            row(cell("Nobody", '<w:gridSpan w:val="3"/>')),
            row("{%tr endfor %}", cell(""), cell("")),
        ),
        children=[Things(name="Ada", age="7", school="Hill"), Things(name="Bo", age="9", school="Dale")],
    )
    assert rows(made) == [
        *(["Name", "Ada"], ["Age", "7"], ["School", "Hill"]),
        *(["Name", "Bo"], ["Age", "9"], ["School", "Dale"]),
    ]
    ruled = [each.find(f".//{qn('w:tcBorders')}") is not None for each in made.iter(TR)]
    assert ruled == [True, False, False, True, False, False]


def test_a_row_over_all_columns_has_no_label() -> None:
    made = large(grid(2, row("A", "B", properties=HEADER), row(cell("All", '<w:gridSpan w:val="2"/>'))))
    assert rows(made) == [["All"]]


def test_a_title_over_the_whole_table_stays_its_header() -> None:
    title = row(cell("Child 1", '<w:gridSpan w:val="2"/>'), properties=HEADER)
    made = large(grid(2, title, row("Name", "Ada"), first_column=True))
    assert rows(made) == [["Child 1"], ["Name", "Ada"]]
    assert len(list(made.iter(qn("w:tblHeader")))) == 1


def test_merged_cells_are_said_once() -> None:
    made = large(
        grid(
            3,
            row("A", "B", "C", properties=HEADER),
            row(cell("one", '<w:vMerge w:val="restart"/>'), cell("two", '<w:gridSpan w:val="2"/>')),
            row(cell("", "<w:vMerge/>"), "three", "four"),
        )
    )
    assert rows(made) == [["A", "one"], ["B", "C", "two"], ["B", "three"], ["C", "four"]]


def test_controls_keep_their_content_and_never_hold_a_label() -> None:
    kind = "<w:text/>"
    around_cell = control(kind, cell("{{ a }}"), tag="a")
    in_paragraph = cell(f"<w:p>{control(kind, run('{{ b }}'), tag='b')}</w:p>")
    made = large(
        grid(2, row("A", around_cell), row("B", in_paragraph), first_column=True),
        a=Value("one"),
        b=Value("two"),
    )
    assert rows(made) == [["A", "one"], ["B", "two"]]
    values = {
        each.find(f".//{qn('w:tag')}").get(qn("w:val")): texts_of(each) for each in made.iter(qn("w:sdt"))
    }
    assert values == {"a": "one", "b": "two"}


def texts_of(control_element: etree._Element) -> str:
    return "".join(text.text for text in control_element.iter(qn("w:t")))


def test_repeating_rows_stay_in_their_section() -> None:
    item = control("<w15:repeatingSectionItem/>", row("{{ x }}", "y"), tag="", title="")
    section = control("<w15:repeatingSection/>", item, tag="rows")
    made = large(grid(2, row("X", "Y", properties=HEADER), section), x=Value("one"))
    assert rows(made) == [["X", "one"], ["Y", "y"]]
    inner = [
        each for each in made.iter(qn("w:sdt")) if each.find(f".//{qn('w15:repeatingSectionItem')}") is not None
    ]
    assert all(len(list(each.iter(TR))) == 2 for each in inner)


def test_a_conditional_label_stays_conditional() -> None:
    label = "<w:p><w:r><w:t>{%p if more %}</w:t></w:r></w:p><w:p><w:r><w:t>More</w:t></w:r></w:p>"
    label += "<w:p><w:r><w:t>{%p endif %}</w:t></w:r></w:p><w:p><w:r><w:t>Name</w:t></w:r></w:p>"
    for more, said in ((True, ["More", "Name", "Ada"]), (False, ["Name", "Ada"])):
        assert rows(large(grid(2, row(cell(label), "Ada"), first_column=True), more=more)) == [said]


def test_the_least_height_leaves_room_for_the_label() -> None:
    tall = '<w:trPr><w:trHeight w:val="1000"/></w:trPr>'
    made = large(grid(2, row("Signature", "", properties=tall), first_column=True))
    assert [int(height.get(qn("w:val"))) for height in made.iter(qn("w:trHeight"))] == [2100]


def test_nothing_is_italic_or_in_capitals_or_sized_by_hand() -> None:
    look = "<w:rPr><w:i/><w:caps/><w:sz w:val='16'/></w:rPr>"
    made = large(xml(f"<w:p><w:pPr><w:jc w:val='both'/></w:pPr><w:r>{look}<w:t>Quiet</w:t></w:r></w:p>"))
    assert texts(made) == ["Quiet"]
    assert not list(made.iter(*(qn(f"w:{name}") for name in ("i", "caps", "sz", "jc"))))
