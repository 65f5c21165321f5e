"""Sources give the same cases whatever the file, and name rows and headings as the user does."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from bulk_cases import HEADINGS, as_csv, as_lines, as_workbook, case, rows
from forms import open_catalogue
from forms.application.sources.opening import open_source
from forms.application.sources.rows import Source
from forms.foundation.errors import InputError

TABLE = list(rows(12))


def opened(path: Path, mapping: Path | None = None) -> Source:
    return open_source(path, open_catalogue(), mapping)


def cases(source: Source) -> list[object]:
    return [json.loads(row.data or b"null") for row in source.rows()]


def codes(error: InputError) -> set[str]:
    return {problem.code for problem in error.problems}


def test_every_kind_of_file_gives_the_same_cases(tmp_path: Path) -> None:
    wanted = [case(row) for row in TABLE]
    array = tmp_path / "cases.json"
    array.write_text(json.dumps(wanted, indent=1), "utf-8")
    folder = tmp_path / "folder"
    folder.mkdir()
    for index, one in enumerate(wanted):
        (folder / f"{index:02}.json").write_text(json.dumps(one), "utf-8")
    paths = [
        as_lines(tmp_path / "cases.jsonl", TABLE),
        as_csv(tmp_path / "cases.csv", TABLE),
        as_csv(tmp_path / "semicolons.csv", TABLE, "utf-8-sig", ";"),
        as_csv(tmp_path / "utf16.csv", TABLE, "utf-16", "\t"),
        as_workbook(tmp_path / "cases.xlsx", TABLE),
        array,
        folder,
    ]
    for path in paths:
        source = opened(path)
        assert source.total == len(wanted), path.name
        assert cases(source) == wanted, path.name


def test_windows_files_are_read_and_said_so(tmp_path: Path) -> None:
    table = [[*TABLE[0][:1], "Zoë", *TABLE[0][2:]]]
    table[0][7:15] = ["Amé", "Example", "13/05/2015", "Barnet", "", "", "", ""]
    source = opened(as_csv(tmp_path / "old.csv", table, "cp1252"))
    assert [note.code for note in source.notes] == ["read-as-windows-1252"]
    assert cases(source)[0]["offender"]["name"]["given"] == "Zoë"  # type: ignore[index]


def test_rows_are_named_by_number_and_heading(tmp_path: Path) -> None:
    source = opened(as_csv(tmp_path / "cases.csv", TABLE))
    second = list(source.rows())[1]
    place = second.place("cases.csv", "/children/0/date_of_birth", "Children, 1st: Date of birth")
    assert str(place) == "cases.csv: row 3, column ‘child 1 DOB’ (/children/0/date_of_birth)"
    assert "Surname" in second.place("", "/offender/name/family", "").label
    assert second.place("", "/sentence/court", "Sentence: Court").label == "row 3, Sentence: Court"


def test_children_in_numbered_columns_close_up(tmp_path: Path) -> None:
    row = list(TABLE[0])
    row[7:11] = ["", "", "", ""]
    row[11:15] = ["Kit", "Example", "13/05/2015", "Barnet"]
    (only,) = opened(as_csv(tmp_path / "cases.csv", [row])).rows()
    assert len(json.loads(only.data or b"")["children"]) == 1
    assert only.heading("/children/0/date_of_birth") == "child 2 DOB"


def test_the_first_visible_sheet_counts_and_hidden_rows_do_not(tmp_path: Path) -> None:
    path = as_workbook(tmp_path / "cases.xlsx", TABLE)
    book = load_workbook(path)
    hidden = book.create_sheet("Hidden", 0)
    hidden.append(["nothing"])
    hidden.sheet_state = "hidden"
    book[book.sheetnames[1]].row_dimensions[3].hidden = True
    book.active = 1
    book.save(path)
    source = opened(path)
    assert source.total == len(TABLE) - 1
    assert [row.number for row in source.rows()][:2] == [2, 4]
    assert [note.code for note in source.notes] == ["hidden-rows"]


def second_sheet(path: Path, orphan: bool = False) -> Path:
    book = Workbook()
    book.active.append(["Reference", "Surname", "DOB", "Practitioner"])
    book.active.append(["X1", "Example", "1989-03-14", "Robin Testcase"])
    book.active.append(["X2", "Sampleson", "1990-03-14", "Robin Testcase"])
    sheet = book.create_sheet("Children")
    sheet.append(["Case ref", "First name", "Surname", "DOB", "Borough"])
    sheet.append(["X2", "Kit", "Sampleson", "2015-05-13", "Barnet"])
    sheet.append(["X1", "Ama", "Example", "2016-05-13", "Hackney"])
    sheet.append(["X9" if orphan else "X2", "Noor", "Sampleson", "2017-05-13", "Brent"])
    book.save(path)
    return path


def test_children_in_a_second_sheet(tmp_path: Path) -> None:
    first, second = opened(second_sheet(tmp_path / "cases.xlsx")).rows()
    assert [child["name"]["given"] for child in json.loads(first.data or b"")["children"]] == ["Ama"]
    assert [child["local_authority"] for child in json.loads(second.data or b"")["children"]] == [
        "Barnet",
        "Brent",
    ]
    assert second.heading("/children/1/local_authority") == "Borough’ in row 4 of sheet ‘Children"


def test_a_child_of_no_case_stops_the_file(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        opened(second_sheet(tmp_path / "cases.xlsx", orphan=True))
    assert [str(problem.place) for problem in caught.value.problems] == ["cases.xlsx: sheet ‘Children’, row 4"]


def test_headings_are_judged_before_rows(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("Ref,Surnam,Family name,Surname\nX1,a,b,c\n")
    with pytest.raises(InputError) as caught:
        opened(path)
    assert codes(caught.value) == {"unknown-heading", "repeated-heading"}
    path.write_text("Surname,DOB\nExample,1989\n")
    with pytest.raises(InputError) as caught:
        opened(path)
    assert codes(caught.value) == {"no-reference-heading"}
    path.write_text("Dale Example,X1,1 Made Road\nSam Example,X2,2 Made Road\n")
    with pytest.raises(InputError) as caught:
        opened(path)
    assert codes(caught.value) == {"no-headings"}
    assert "Dale" not in str([problem.as_json() for problem in caught.value.problems])


def test_a_mapping_says_what_headings_mean(tmp_path: Path) -> None:
    path, mapping = tmp_path / "cases.csv", tmp_path / "map.json"
    path.write_text("Nr,Who,Born,Notes,children.2.name.given\nX1,Example,03/04/1989,x,Kit\n")
    said = {"Nr": "/reference", "WHO": "offender.name.family", "born": "/offender/date_of_birth", "Notes": None}
    every = {"/practitioner/name/family": "Testcase"}
    mapping.write_text(json.dumps({"headings": said, "dates": "day-first", "every_row": every}))
    (one,) = cases(opened(path, mapping))
    assert one == {
        "practitioner": {"name": {"family": "Testcase"}},
        "reference": "X1",
        "offender": {"name": {"family": "Example"}, "date_of_birth": "1989-04-03"},
        "children": [{"name": {"given": "Kit"}}],
    }


def test_a_slipped_row_and_a_doubtful_date_are_row_problems(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("Ref,Surname,DOB\nX1,Example,03/04/1989\nX2,Example,1989,surplus\n")
    first, second = opened(path).rows()
    assert [problem.code for problem in first.problems] == ["ambiguous-date"]
    assert "row 2, column ‘DOB’" in str(first.problems[0].place)
    assert [problem.code for problem in second.problems] == ["cell-without-heading"]


@pytest.mark.parametrize("name", ["cases.csv", "cases.xlsx", "cases.jsonl", "cases.json"])
def test_what_comes_back_can_be_fed_in_again(name: str, tmp_path: Path) -> None:
    makers = {".csv": as_csv, ".xlsx": as_workbook, ".jsonl": as_lines}
    path = tmp_path / name
    if path.suffix == ".json":
        path.write_text(json.dumps([case(row) for row in TABLE]))
    else:
        makers[path.suffix](path, TABLE)
    source = opened(path)
    returned = source.give_back(tmp_path, "to-correct")
    for row in list(source.rows())[3:5]:
        returned.add(row, ("Column ‘X’: something is wrong",))
    back = returned.close()
    assert back is not None
    again = opened(back)
    assert cases(again) == cases(source)[3:5]
    text = (
        back.read_bytes() if path.suffix != ".xlsx" else str(list(load_workbook(back).active.values)).encode()
    )
    assert "something is wrong" in text.decode("utf-8")
    assert not list(tmp_path.glob(".forms-*"))


def test_a_line_that_is_no_json_comes_back_with_its_advice(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"reference": "X1"}\n{"reference": \n')
    source = opened(path)
    returned = source.give_back(tmp_path, "to-correct")
    returned.add(list(source.rows())[1], ("line 2: broken",))
    back = returned.close()
    assert back is not None
    assert back.read_text().splitlines() == ['{"what_to_fix": ["line 2: broken"]}', '{"reference":']
    assert [row.number for row in opened(back).rows()] == [2]


def test_a_list_that_has_no_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cases.json"
    path.write_text('[{"reference": "X]1"}, {"reference": "\\"X2"}')
    with pytest.raises(InputError):
        opened(path)
    path.write_text('[{"reference": "X]1"}, {"reference": "\\"X2"}]')
    assert [one["reference"] for one in cases(opened(path))] == ["X]1", '"X2']  # type: ignore[index]


def test_headings_are_in_the_vocabulary() -> None:
    from forms.application.sources.opening import headings_of

    catalogue = open_catalogue()
    for pointer, names in catalogue.directory("synonyms")["places"].items():
        assert catalogue.vocabulary.case.at([0 if part == "*" else part for part in pointer.split("/")[1:]]), (
            pointer
        )
        assert names
    assert len(headings_of(catalogue).columns(HEADINGS, "cases.csv")) == len(HEADINGS)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.csv", b""), ("nul.csv", b"ref,\0\nX1,b\n"), ("half.csv", b"\xff\xfer\0e\0f\0,\0\xd8"),
        ("bad.csv", b"ref,\x81\nX1,\x8d\n"), ("not.xlsx", b"PK\3\4 no zip"),
        ("ole.xlsx", b"\xd0\xcf\x11\xe0" * 99),
        ("open.json", b"[{"), ("one.json", b'{"reference": "X1"}'), ("empty.json", b""),
    ],
)  # fmt: skip
def test_broken_files_are_refused_in_words(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    if name == "empty.json":
        assert opened(tmp_path / name).total == 0
    else:
        with pytest.raises(InputError):
            opened(tmp_path / name)


def test_a_workbook_with_a_broken_sheet_is_refused(tmp_path: Path) -> None:
    whole, broken = as_workbook(tmp_path / "cases.xlsx", TABLE), tmp_path / "broken.xlsx"
    with zipfile.ZipFile(whole) as package, zipfile.ZipFile(broken, "w") as other:
        for name in package.namelist():
            data = package.read(name)
            other.writestr(name, data[: len(data) // 2] if "sheet1" in name else data)
    with pytest.raises(InputError) as caught:
        opened(broken)
    assert codes(caught.value) == {"not-a-workbook"}


def test_what_a_workbook_says_of_its_size_does_not_count(tmp_path: Path) -> None:
    whole, wrong = as_workbook(tmp_path / "cases.xlsx", TABLE), tmp_path / "wrong.xlsx"
    with zipfile.ZipFile(whole) as package, zipfile.ZipFile(wrong, "w") as other:
        for name in package.namelist():
            other.writestr(
                name, re.sub(rb'dimension ref="[^"]*"', b'dimension ref="A1:B3"', package.read(name))
            )
    assert cases(opened(wrong)) == [case(row) for row in TABLE]


def test_empty_rows_count_in_the_numbers_of_others(tmp_path: Path) -> None:
    book = Workbook()
    for row in (HEADINGS, TABLE[0], [], [], TABLE[1]):
        book.active.append(row)
    book.save(tmp_path / "cases.xlsx")
    assert [row.number for row in opened(tmp_path / "cases.xlsx").rows()] == [2, 5]
    as_csv(tmp_path / "cases.csv", [TABLE[0], [], [""] * 5, TABLE[1]])
    assert [row.number for row in opened(tmp_path / "cases.csv").rows()] == [2, 5]
