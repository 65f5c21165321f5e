"""Filling Word forms that others designed."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from lxml import etree

from forms.formats.filling import Entry
from forms.formats.word.filling import WordForm, prepare
from forms.foundation.errors import InputError
from word_files import W, cell, control, paragraph, row, table, word_file

EMPTY_BOLD = '<w:p><w:pPr><w:rPr><w:b/><w:color w:val="0000FF"/></w:rPr></w:pPr></w:p>'
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"


def cells(*words: str) -> str:
    return row(*(cell(paragraph(text)) for text in words))


def legacy(name: str, inside: str, result: str = "", *, code: str = "FORMTEXT") -> str:
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="{name}"/><w:enabled/>{inside}'
        '</w:ffData></w:fldChar></w:r><w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:rPr><w:i/></w:rPr><w:t>{result}</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def form(body: str, **parts: object) -> WordForm:
    return prepare(word_file(body, **parts), "borough.docx")  # type: ignore[arg-type]


def fill(made: WordForm, entries: dict[str, Entry]) -> etree._Element:
    """Fill a form; give the tree of what was written, after holding the reading to the entries."""
    filled = made.fill(entries)
    assert {name: entry for name, entry in made.read_back(filled.data).items() if name in entries} == {
        name: entry for name, entry in entries.items() if entry not in ("", False, ())
    }
    return tree(filled.data)


def tree(data: bytes) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return etree.fromstring(package.read("word/document.xml"))


def lines(root: etree._Element) -> list[str]:
    """The text of every paragraph."""
    return ["".join(text.text or "" for text in each.iter(f"{W}t")) for each in root.iter(f"{W}p")]


def run_of(root: etree._Element, words: str) -> str:
    """The XML of the run that holds these words."""
    (found,) = [each for each in root.iter(f"{W}r") if words in "".join(each.itertext())]
    return re.sub(r' xmlns:\w+="[^"]*"', "", etree.tostring(found, encoding="unicode"))


def problems(made: WordForm, entries: dict[str, Entry]) -> list[str]:
    with pytest.raises(InputError) as caught:
        made.fill(entries)
    for problem in caught.value.problems:
        assert problem.hint
        assert problem.place.source == "borough.docx"
    return [problem.code for problem in caught.value.problems]


# ── Plain forms ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_cell_is_filled_in_its_own_style() -> None:
    made = form(table(row(cell(paragraph("Surname", run="<w:b/>")), cell(EMPTY_BOLD))))
    root = fill(made, {"table 1, row 1, cell 2": "Example"})
    assert '<w:b/><w:color w:val="0000FF"/>' in run_of(root, "Example")


def test_a_cell_without_a_style_takes_font_and_size_of_its_label_but_is_not_bold() -> None:
    look = '<w:rFonts w:ascii="Gill Sans"/><w:b/><w:sz w:val="28"/>'
    made = form(table(row(cell(paragraph("Surname", run=look)), cell(paragraph()))))
    xml = run_of(fill(made, {"table 1, row 1, cell 2": "Example"}), "Example")
    assert '<w:rFonts w:ascii="Gill Sans"/><w:sz w:val="28"/>' in xml
    assert "<w:b/>" not in xml


def test_lines_are_breaks_and_take_the_room_of_empty_paragraphs() -> None:
    made = form(table(row(cell(paragraph("Address")), cell(paragraph() * 4))))
    root = fill(made, {"table 1, row 1, cell 2": "1 Notareal Street\nLondon\n\nSE1 0ZZ"})
    answer = list(root.iter(f"{W}tc"))[1]
    assert len(answer.findall(f"{W}p")) == 1
    assert len(list(answer.iter(f"{W}br"))) == 3


def test_a_label_with_room_behind_or_below_it() -> None:
    body = table(row(cell(paragraph("Surname:")), cell(paragraph("First name:"))), cells("Say more", "x"))
    body += table(
        row(cell(paragraph("What happened? Say who saw it") + paragraph() + paragraph())), grid=(6000,)
    )
    made = form(body)
    root = fill(
        made,
        {
            "table 1, row 1, cell 1": "Example",
            "table 1, row 1, cell 2": "Ann",
            "table 2, row 1, cell 1": "The school rang",
        },
    )
    assert "Surname: Example" in lines(root)
    assert lines(root).index("The school rang") == lines(root).index("What happened? Say who saw it") + 1


def test_lines_are_written_over_and_what_follows_stays() -> None:
    made = form(
        paragraph("Worker: ____________ Telephone: ________")
        + paragraph("Date ....................(of visit)")
        + paragraph("Time: __/__/____")
        + paragraph("Born:<w:tab/>Town:<w:tab/>")
    )
    entries: dict[str, Entry] = {
        "paragraph 1, line 1": "Ann Example",
        "paragraph 1, line 2": "020 7946 0000",
        "paragraph 2, line 1": "1 May",
        "paragraph 3, line 1": "01/02/2026",
        "paragraph 4, line 1": "2017",
        "paragraph 4, line 2": "York",
    }
    assert [spot.name for spot in made.survey.places] == list(entries)
    root = fill(made, entries)
    assert lines(root)[:3] == [
        "Worker: Ann Example Telephone: 020 7946 0000",
        "Date 1 May (of visit)",
        "Time: 01/02/2026",
    ]
    assert lines(root)[3] == "Born:2017Town:York"


def test_an_underlined_blank_is_a_line_and_keeps_its_look() -> None:
    blank = '<w:r><w:rPr><w:u w:val="single"/></w:rPr><w:t xml:space="preserve">            </w:t></w:r>'
    made = form(f"<w:p><w:r><w:t>Name: </w:t></w:r>{blank}</w:p>")
    assert '<w:u w:val="single"/>' in run_of(fill(made, {"paragraph 1, line 1": "Ann"}), "Ann")


@pytest.mark.parametrize("answered", [1, 2, 9])
def test_rows_are_copied_as_often_as_there_are_more(answered: int) -> None:
    body = table(cells("Name", "School"), cells("", ""), cells("", ""), cells("Signed", "")) + paragraph("End")
    made = form(body)
    rows = tuple((f"Child {number}", f"School {number}\nYork") for number in range(answered))
    root = fill(made, {"table 1, rows": rows, "table 1, row 4, cell 2": "Ann Example"})
    assert len(list(root.iter(f"{W}tr"))) == 2 + max(2, answered)
    assert lines(root)[-1] == "End"


def test_numbered_rows_go_on_counting() -> None:
    made = form(table(cells("", "Name", "Age"), cells("Child 1", "", ""), cells("Child 2", "", "")))
    (place,) = made.survey.places
    assert place.columns == ("Name", "Age")
    root = fill(made, {"table 1, rows": tuple((f"N{number}", str(number)) for number in range(4))})
    assert [text for text in lines(root) if text.startswith("Child")] == [f"Child {n}" for n in (1, 2, 3, 4)]


def test_boxes_are_ticked_in_letters_and_in_signs() -> None:
    sign = '<w:r><w:sym w:font="Wingdings" w:char="F0A8"/></w:r><w:r><w:t> Other</w:t></w:r>'
    made = form(paragraph("Urgent? ☐ Yes ☐ No") + f"<w:p>{sign}</w:p>" + paragraph("Girl ☐ Boy ☐"))
    assert [place.label for place in made.survey.places] == [
        "Urgent? Yes",
        "Urgent? No",
        "Other",
        "Girl",
        "Boy",
    ]
    root = fill(
        made,
        {
            "paragraph 1, box 1": True,
            "paragraph 1, box 2": False,
            "paragraph 2, box 1": True,
            "paragraph 3, box 2": True,
        },
    )
    assert lines(root)[0] == "Urgent? ☒ Yes ☐ No"
    assert lines(root)[2] == "Girl ☐ Boy ☒"
    assert [each.get(f"{W}char") for each in root.iter(f"{W}sym")] == ["F0FD"]


def test_of_yes_and_no_one_is_left() -> None:
    made = form(
        table(cells("Interpreter?", "Yes / No"), cells("Disabled?", "Y/N/Not known"))
        + paragraph("Has consent been given? YES/NO (delete as appropriate)")
        + paragraph("Details of school/nursery: see yes/no list above")
    )
    assert [(place.name, place.label) for place in made.survey.places] == [
        ("table 1, row 1, cell 2, choice 1", "Interpreter?"),
        ("table 1, row 2, cell 2, choice 1", "Disabled?"),
        ("paragraph 1, choice 1", "Has consent been given?"),
    ]
    entries: dict[str, Entry] = {
        "table 1, row 1, cell 2, choice 1": ("No",),
        "table 1, row 2, cell 2, choice 1": ("Not known",),
        "paragraph 1, choice 1": ("YES",),
    }
    root = fill(made, entries)
    assert "No" in lines(root)
    assert "Has consent been given? YES" in lines(root)
    assert problems(made, {"paragraph 1, choice 1": ("Perhaps",)}) == ["unknown-choice"]


def test_a_row_of_fixed_height_grows_where_something_was_written() -> None:
    exact = '<w:trHeight w:val="300" w:hRule="exact"/>'
    made = form(
        table(
            row(cell(paragraph("Notes")), cell(paragraph()), properties=exact),
            row(cell(paragraph("Other")), cell(paragraph()), properties=exact),
        )
    )
    root = fill(made, {"table 1, row 1, cell 2": "A long answer." * 30})
    assert [each.get(f"{W}hRule") for each in root.iter(f"{W}trHeight")] == ["atLeast", "exact"]


def test_text_from_right_to_left_is_told_to_word() -> None:
    made = form(table(cells("Name", ""), cells("Notes", "")))
    lines_of_both = "Ann\nمحمد\nমিনা"
    entries: dict[str, Entry] = {"table 1, row 1, cell 2": "محمد", "table 1, row 2, cell 2": lines_of_both}
    root = fill(made, entries)
    assert "<w:rtl/>" in run_of(list(root.iter(f"{W}tc"))[1], "محمد")
    assert root.find(f".//{W}bidi") is not None
    assert 'w:bidi="bn-BD"' in run_of(root, "মিনা")


# ── Fields ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_content_controls_of_each_kind() -> None:
    prompt = '<w:r><w:rPr><w:rStyle w:val="PlaceholderText"/></w:rPr><w:t>Click here</w:t></w:r>'
    items = '<w:listItem w:displayText="Known" w:value="k"/><w:listItem w:displayText="Not known" w:value="n"/>'
    box = (
        '<w14:checkbox><w14:checked w14:val="0"/><w14:checkedState w14:val="00FE" w14:font="Wingdings"/>'
        '<w14:uncheckedState w14:val="00A8" w14:font="Wingdings"/></w14:checkbox>'
    )
    choice = f"<w:dropDownList>{items}</w:dropDownList>"
    showing = "<w:showingPlcHdr/>"
    date = '<w:date><w:dateFormat w:val="dd/MM/yyyy"/></w:date>'
    made = form(
        f"<w:p>{control('<w:text/>', prompt, tag='name', extra=showing)}</w:p>"
        f"<w:p>{control(date, prompt, tag='born', extra=showing)}</w:p>"
        f"<w:p>{control(choice, prompt, tag='status', extra=showing)}</w:p>"
        f"<w:p>{control(box, '<w:r><w:t>☐</w:t></w:r>', tag='urgent')}</w:p>"
        + control("<w:richText/>", f"<w:p>{prompt}</w:p><w:p>{prompt}</w:p>", tag="notes", extra=showing)
    )
    entries: dict[str, Entry] = {
        "name": "Ann\nExample",
        "born": "07/11/2017",
        "status": ("n",),
        "urgent": True,
        "notes": "One\nTwo",
    }
    root = fill(made, entries)
    assert root.find(f".//{W}showingPlcHdr") is None
    assert root.find(f".//{W}rStyle") is None
    assert root.find(f".//{W}date").get(f"{W}fullDate") == "2017-11-07T00:00:00Z"
    assert root.find(f".//{W}dropDownList").get(f"{W}lastValue") == "n"
    assert "Not known" in lines(root)
    assert root.find(f".//{W14}checked").get(f"{W14}val") == "1"
    assert 'w:ascii="Wingdings"' in run_of(root, "\u00fe")
    assert root.find(f".//{W}text").get(f"{W}multiLine") == "1"
    assert problems(made, {"status": ("x",), "urgent": "yes", "name": True}) == [
        "wrong-kind",
        "unknown-choice",
        "wrong-kind",
    ]


@pytest.mark.parametrize("answered", [1, 3])
def test_a_repeating_section_gets_an_item_for_each(answered: int) -> None:
    prompt = '<w:r><w:rPr><w:rStyle w:val="PlaceholderText"/></w:rPr><w:t>Click here</w:t></w:r>'
    options = '<w:dropDownList><w:listItem w:displayText="Girl" w:value="g"/></w:dropDownList>'
    inner = "".join(
        f"<w:p>{control(kind, prompt, tag=tag, extra='<w:showingPlcHdr/>')}</w:p>"
        for kind, tag in (("<w:text/>", "name"), (options, "gender"))
    )
    w15 = "http://schemas.microsoft.com/office/word/2012/wordml"
    item = f'<w:sdt><w:sdtPr><w:id w:val="9"/><w15:repeatingSectionItem xmlns:w15="{w15}"/></w:sdtPr>'
    section = (
        f'<w:sdt><w:sdtPr><w:tag w:val="children"/><w15:repeatingSection xmlns:w15="{w15}"/></w:sdtPr>'
        f"<w:sdtContent>{item}<w:sdtContent>{inner}</w:sdtContent></w:sdt></w:sdtContent></w:sdt>"
    )
    made = form(section + paragraph("End"))
    place = made.survey.places[0]
    assert (place.name, len(place.columns)) == ("children", 2)
    rows = tuple((f"Ann {number}", "Girl" if number else "") for number in range(answered))
    root = fill(made, {"children": rows})
    assert len(list(root.iter(f"{{{w15}}}repeatingSectionItem"))) == answered
    assert len([text for text in lines(root) if text.startswith("Ann")]) == answered
    assert len(list(root.iter(f"{W}showingPlcHdr"))) == 1
    assert problems(made, {"children": (("Ann", "Boy"),)}) == ["unknown-choice"]
    assert problems(made, {"children": (("Ann",),)}) == ["wrong-kind"]


def test_what_is_empty_leaves_the_prompt() -> None:
    prompt = "<w:r><w:t>Click here</w:t></w:r>"
    made = form(f"<w:p>{control('<w:text/>', prompt, tag='name', extra='<w:showingPlcHdr/>')}</w:p>")
    assert "Click here" in lines(fill(made, {"name": ""}))


def test_the_data_that_a_control_is_bound_to_says_the_same() -> None:
    bound = (
        '<w:dataBinding w:prefixMappings="xmlns:a=\'urn:borough\'" w:xpath="/a:form[1]/a:name[1]" '
        'w:storeItemID="{0A1B0000-0000-0000-0000-000000000001}"/>'
    )
    core = '<w:dataBinding w:xpath="/cp:x" w:storeItemID="{6C3C8BC8-F283-45AE-878A-BAB7291924A1}"/>'
    run = "<w:r><w:t>x</w:t></w:r>"
    data = word_file(
        f"<w:p>{control('<w:text/>', run, tag='name', extra=bound)}</w:p>"
        f"<w:p>{control('<w:text/>', run, tag='title', extra=core)}</w:p>"
    )
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("customXml/item1.xml", '<form xmlns="urn:borough"><name/></form>')
        package.writestr(
            "customXml/itemProps1.xml",
            '<ds:datastoreItem ds:itemID="{0A1B0000-0000-0000-0000-000000000001}" '
            'xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"/>',
        )
    made = prepare(out.getvalue(), "borough.docx")
    filled = made.fill({"name": "Ann Example", "title": "Ben Example"})
    with zipfile.ZipFile(io.BytesIO(filled.data)) as package:
        assert b"<name>Ann Example</name>" in package.read("customXml/item1.xml")
    assert len(list(tree(filled.data).iter(f"{W}dataBinding"))) == 1


def test_legacy_fields() -> None:
    spaces = "\u2002" * 5
    options = '<w:ddList><w:listEntry w:val="Intake"/><w:listEntry w:val="Court"/></w:ddList>'
    short, long = (f'<w:textInput><w:maxLength w:val="{most}"/></w:textInput>' for most in (8, 40))
    body = (
        f"<w:p><w:r><w:t>Name</w:t></w:r>{legacy('Text1', '<w:textInput/>', spaces)}</w:p>"
        f"<w:p>{legacy('Post', short, spaces)}</w:p><w:p>{legacy('Why', long, spaces)}</w:p>"
        f"<w:p>{legacy('Check1', '<w:checkBox/>', code='FORMCHECKBOX')}</w:p>"
        f"<w:p>{legacy('Team', options, code='FORMDROPDOWN')}</w:p>"
    )
    made = form(body)
    root = fill(made, {"Text1": "Ann & Ben <Example>", "Post": "SE1 0ZZ", "Check1": True, "Team": ("Court",)})
    assert "<w:i/>" in run_of(root, "Ann & Ben")
    assert root.find(f".//{W}checkBox/{W}checked").get(f"{W}val") == "1"
    assert root.find(f".//{W}ddList/{W}result").get(f"{W}val") == "1"
    assert problems(made, {"Post": "SE1 0ZZ, London"}) == ["too-long"]
    filled = made.fill({"Why": "x" * 41, "Text1": "Ann"})
    (continued,) = filled.continued
    assert (continued.number, continued.name, continued.text) == (1, "Why", "x" * 41)
    assert made.read_back(filled.data)["Why"] == "See continuation sheet, 1"


def test_bookmarks_are_written_over_or_behind() -> None:
    def marked(name: str, number: int, words: str) -> str:
        return (
            f'<w:p><w:bookmarkStart w:id="{number}" w:name="{name}"/><w:r><w:t>{words}</w:t></w:r>'
            f'<w:bookmarkEnd w:id="{number}"/></w:p>'
        )

    made = form(marked("Name", 1, "[name]") + marked("Signed", 2, "Signed") + marked("Empty", 3, ""))
    root = fill(made, {"Name": "Ann", "Signed": "Ben", "Empty": "York"})
    assert lines(root)[:3] == ["Ann", "Signed Ben", " York".strip()]


# ── The file ────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_other_part_stays_byte_for_byte() -> None:
    data = word_file(table(cells("Surname", "")))
    filled = prepare(data, "x").fill({"table 1, row 1, cell 2": "Example"}).data
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(io.BytesIO(filled)) as new:
        assert new.testzip() is None
        assert new.namelist() == old.namelist()
        for before, after in zip(old.infolist(), new.infolist(), strict=True):
            if before.filename != "word/document.xml":
                assert (before.CRC, before.date_time, before.compress_size) == (
                    after.CRC,
                    after.date_time,
                    after.compress_size,
                )


def test_equal_entries_give_equal_bytes_and_leave_the_form_as_it_was() -> None:
    made = form(table(cells("Name", "School"), cells("", "")))
    entries: dict[str, Entry] = {"table 1, rows": (("Ann", "York"), ("Ben", "Hull"))}
    assert made.fill(entries).data == made.fill(entries).data
    assert made.read_back(made.fill({}).data) == {}


def settings(inside: str) -> dict[str, bytes]:
    text = f'<w:settings xmlns:w="{W[1:-1]}">{inside}</w:settings>'
    return {"word/settings.xml": text.encode()}


def test_a_protected_form_is_filled_in_its_fields_only() -> None:
    body = (
        f"<w:p>{legacy('Text1', '<w:textInput/>')}</w:p>"
        + paragraph("Name: ________")
        + "<w:p><w:pPr><w:sectPr/></w:pPr></w:p>"
        + paragraph("Notes: ________")
        + '<w:p><w:pPr><w:sectPr><w:formProt w:val="0"/></w:sectPr></w:pPr></w:p>'
    )
    made = form(body, members=settings('<w:documentProtection w:edit="forms" w:enforcement="1"/>'))
    fill(made, {"Text1": "Ann", "paragraph 4, line 1": "in a section that is free"})
    assert problems(made, {"paragraph 2, line 1": "Ann"}) == ["read-only"]
    with pytest.raises(InputError) as caught:
        form(body, members=settings('<w:documentProtection w:edit="readOnly" w:enforcement="1"/>'))
    assert caught.value.problems[0].code == "protected"


def test_what_is_locked_or_grouped_is_left_alone() -> None:
    run = "<w:r><w:t>x</w:t></w:r>"
    locked = control("<w:text/>", run, tag="locked", extra='<w:lock w:val="contentLocked"/>')
    free = control("<w:text/>", run, tag="free", extra='<w:lock w:val="sdtLocked"/>')
    inside = paragraph("Name: ______") + f"<w:p>{control('<w:text/>', run, tag='inside')}</w:p>"
    grouped = '<w:sdt><w:sdtPr><w:lock w:val="sdtLocked"/><w:group/></w:sdtPr>'
    group = f"{grouped}<w:sdtContent>{inside}</w:sdtContent></w:sdt>"
    made = form(f"<w:p>{locked}</w:p><w:p>{free}</w:p>" + group)
    fill(made, {"free": "Ann", "inside": "Ben"})
    assert problems(made, {"locked": "Ann", "paragraph 3, line 1": "Ann"}) == ["read-only", "read-only"]


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as package:
        package.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: with_part(data, "_xmlsignatures/sig1.xml", b"<Signature/>"), "signed"),
        (lambda data: with_part(data, "word/vbaProject.bin", b"x"), "macro"),
        (lambda data: data[:2000], "damaged"),
        (lambda data: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + data, "not-a-docx"),
    ],
)
def test_files_that_are_refused(change: Callable[[bytes], bytes], code: str) -> None:
    with pytest.raises(InputError) as caught:
        prepare(change(word_file(paragraph("Name: ______"))), "borough.docx")
    (problem,) = caught.value.problems
    assert problem.code == code
    assert problem.hint


def test_what_is_not_looked_into_is_told() -> None:
    plain = prepare(word_file(paragraph("Name: ______"), header=paragraph("Ours")), "borough.docx")
    assert [code for code, _ in plain.survey.notes] == ["plain-form"]
    header = prepare(word_file(paragraph("Name: ______"), header=paragraph("Your ref: ______")), "borough.docx")
    assert [code for code, _ in header.survey.notes] == ["plain-form", "places-elsewhere"]
    box = f"<w:r><w:pict><w:txbxContent>{paragraph('Office: ______')}</w:txbxContent></w:pict></w:r>"
    boxed = prepare(word_file(f"<w:p><w:r><w:t>Name: ______</w:t></w:r>{box}</w:p>"), "borough.docx")
    assert [place.name for place in boxed.survey.places] == ["paragraph 1, line 1"]
    assert "places-elsewhere" in dict(boxed.survey.notes)


def test_strict_files_are_named() -> None:
    data = word_file(paragraph("Name: ______"))
    out = io.BytesIO()
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(
                name, part.replace(W[1:-1].encode(), strict.encode()) if "document.xml" in name else part
            )
    with pytest.raises(InputError) as caught:
        prepare(out.getvalue(), "borough.docx")
    assert "Strict Open XML" in caught.value.problems[0].hint


def test_a_link_to_the_template_it_was_made_from_is_no_harm() -> None:
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" TargetMode="External" Target="{}" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/></Relationships>'
    )
    data = word_file(paragraph("Name: ______"))
    name = "word/_rels/settings.xml.rels"
    made = prepare(with_part(data, name, links.format("file:///C:\\Forms\\marf.dotx").encode()), "borough.docx")
    filled = made.fill({"paragraph 1, line 1": "Ann"}).data
    with zipfile.ZipFile(io.BytesIO(filled)) as package:
        assert b"marf.dotx" in package.read(name)
    with pytest.raises(InputError):
        prepare(with_part(data, name, links.format("https://www.example.org/x.dotm").encode()), "borough.docx")


def test_one_problem_for_each_fault_and_none_holds_a_value() -> None:
    made = form(
        table(cells("Surname", "")) + table(cells("Name", "Age"), cells("", "")) + paragraph("☐ Urgent")
    )
    secret = "Zebedee"
    entries: dict[str, Entry] = {
        "table 1, row 1, cell 3": secret,
        "table 1, row 1, cell 2": f"{secret}\x07",
        "table 2, rows": ((secret,),),
        "paragraph 1, box 1": secret,
    }
    with pytest.raises(InputError) as caught:
        made.fill(entries)
    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["unknown-place", "bad-character", "wrong-kind", "wrong-kind"]
    assert secret not in repr(caught.value.problems)
