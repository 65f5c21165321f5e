"""Forms of others by the command line: `forms fill`, and the boroughs' own forms that `forms render` uses."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import pikepdf
import pytest
from lxml import etree
from pdfminer.high_level import extract_text

import forms
from forms.application.filling import prepared_form
from forms.application.own_form_lint import lint_own_forms
from forms.formats.pdf.filling import read_back
from forms.formats.word.filling import prepare

ROOT = Path(__file__).resolve().parents[2]
BOROUGHS = ROOT / "samples" / "boroughs"
CASE = BOROUGHS / "case.json"
WORD, WORD_MAP = (
    BOROUGHS / "kestrelbrook-referral.docx",
    BOROUGHS / "templates/kestrelbrook-referral/2026-11.toml",
)
PDF, PDF_MAP = BOROUGHS / "thornmere-marf.pdf", BOROUGHS / "templates/thornmere-marf/2026-11.toml"
DATE = ("--date", "2026-11-21")
LIBRARY = ("--library", BOROUGHS)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A copy of the boroughs' library, to be changed."""
    return Path(shutil.copytree(BOROUGHS, tmp_path / "library"))


def changed_case(tmp_path: Path, change) -> Path:
    case = json.loads(CASE.read_text("utf-8"))
    change(case)
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(case), "utf-8")
    return path


def word_text(path: Path) -> str:
    with zipfile.ZipFile(path) as package:
        root = etree.fromstring(package.read("word/document.xml"))
    return "\n".join("".join(item.itertext()) for item in root.iter("{*}p"))


# ── forms fill ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_plain_word_form(tmp_path: Path, forms_line) -> None:
    done = forms_line("fill", WORD, CASE, "--map", WORD_MAP, "-o", tmp_path / "out", *DATE, *LIBRARY)
    assert done.code == 0
    path = tmp_path / "out" / "kestrelbrook-referral_X123456_2026-11-21.docx"
    assert done.out.strip() == str(path)
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert "places filled in" in done.err
    read = prepare(WORD.read_bytes(), "x").read_back(path.read_bytes())
    case = json.loads(CASE.read_text("utf-8"))
    first = case["children"][0]
    assert read["table 2, row 1, cell 2"] == first["name"]["family"]
    assert read["table 2, row 1, cell 4"] == first["name"]["given"]
    assert read["table 2, row 3, cell 2, box 1"] is True
    assert "table 2, row 3, cell 2, box 2" not in read
    assert read["paragraph 16, line 1"] == "X123456"
    assert len(read["table 10, rows"]) == len(case["agencies"])
    assert case["papers"]["referral"]["what_happened"].split("\n")[0] in word_text(path)


def test_only_the_areas_own_children_are_in_a_boroughs_form(tmp_path: Path, forms_line) -> None:
    forms_line("fill", WORD, CASE, "--map", WORD_MAP, "-o", tmp_path, *DATE, *LIBRARY)
    (path,) = tmp_path.glob("*.docx")
    read = prepare(WORD.read_bytes(), "x").read_back(path.read_bytes())
    own = [
        child
        for child in json.loads(CASE.read_text("utf-8"))["children"]
        if child["local_authority"] == "Kestrelbrook"
    ]
    assert len(own) == 2
    assert read["table 2, row 1, cell 2"] == own[0]["name"]["family"]
    assert [row[0] for row in read["table 4, rows"]] == ["Ama " + own[1]["name"]["family"]]


def test_no_child_is_left_out_where_a_borough_has_two_teams(tmp_path: Path, forms_line, library: Path) -> None:
    path = library / "directories/local-authorities.json"
    directory = json.loads(path.read_text("utf-8"))
    (hub,) = directory["authorities"][0]["hubs"]
    directory["authorities"][0]["hubs"] = [
        {**hub, "serves": ["SE1"]},
        {**hub, "id": "kestrelbrook-east", "team": "East", "serves": ["E8"]},
    ]
    path.write_text(json.dumps(directory), "utf-8")
    own = ("--library", library)
    done = forms_line("fill", WORD, CASE, "--map", WORD_MAP, "-o", tmp_path / "out", *DATE, *own)
    assert done.code == 0
    assert "More than one team of Kestrelbrook" in done.err
    (filled,) = (tmp_path / "out").glob("*.docx")
    read = prepare(WORD.read_bytes(), "x").read_back(filled.read_bytes())
    assert len(read["table 4, rows"]) == 1
    done = forms_line("render", "referral", CASE, "-o", tmp_path / "two", *DATE, *own)
    assert len(list((tmp_path / "two").glob("kestrelbrook-referral_*.docx"))) == 2


@pytest.mark.parametrize("flatten", [False, True])
def test_a_pdf_form_and_its_continuation_sheet(tmp_path: Path, forms_line, flatten: bool) -> None:
    more = ("--flatten",) if flatten else ()
    done = forms_line("fill", PDF, CASE, "--map", PDF_MAP, "-o", tmp_path, *DATE, *LIBRARY, "--json", *more)
    assert done.code == 0
    result = json.loads(done.out)
    assert result["name"] == "thornmere-marf_X123456_2026-11-21.pdf"
    assert [item["number"] for item in result["continued"]] == list(range(1, len(result["continued"]) + 1))
    data = Path(result["path"]).read_bytes()
    with pikepdf.open(io.BytesIO(PDF.read_bytes())) as blank, pikepdf.open(io.BytesIO(data)) as filled:
        assert len(filled.pages) > len(blank.pages)
        assert ("/AcroForm" in filled.Root and len(filled.Root.AcroForm.Fields) > 0) is not flatten
    if not flatten:
        read = read_back(data)
        assert read["Forename"] == "Robin"
        assert read["ConcernPhysical"] is True
        assert read["Plan"] == ("CIN", "EH")
        assert read["RefDate.Year"] == "2026"
    assert "Robin" not in done.err


def test_the_forms_properties_say_nothing_of_the_case(tmp_path: Path, forms_line) -> None:
    forms_line("fill", WORD, CASE, "--map", WORD_MAP, "-o", tmp_path, *DATE, *LIBRARY)
    (path,) = tmp_path.glob("*.docx")
    with zipfile.ZipFile(WORD) as blank, zipfile.ZipFile(path) as filled:
        same = [name for name in blank.namelist() if blank.read(name) == filled.read(name)]
        assert set(blank.namelist()) - set(same) == {"word/document.xml"}
        assert blank.namelist() == filled.namelist()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (lambda: (PDF, CASE, "--map", WORD_MAP), 1, "made for another file"),
        (lambda: (WORD, CASE, "--map", WORD_MAP, "--flatten"), 2, "Only a PDF can be flattened"),
        (lambda: (WORD, CASE, "--map", WORD_MAP, "--audience", "neighbour"), 2, "no reader of that name"),
        (lambda: (WORD, CASE, "--map", BOROUGHS / "none.toml"), 1, "cannot be read"),
        (lambda: (BOROUGHS / "none.docx", CASE, "--map", WORD_MAP), 1, "cannot be read"),
        (lambda: (WORD, CASE, "--map", CASE), 3, "not TOML"),
    ],
)
def test_what_cannot_be_filled_writes_nothing(
    no_file_in: Path, forms_line, words, code: int, says: str
) -> None:
    done = forms_line("fill", *words(), "-o", no_file_in, *DATE, *LIBRARY)
    assert done.code == code
    assert says in done.err


def test_a_value_that_must_not_be_shown_stays_out(tmp_path: Path, forms_line) -> None:
    def restrict(case) -> None:
        case["children"][0]["school"] = "Zebedee Academy"
        case["restricted"] = [
            {
                "path": "/children/0/school",
                "audiences": ["offender", "parent", "social-care"],
                "reason": "Safety",
            }
        ]

    case = changed_case(tmp_path, restrict)
    done = forms_line("fill", WORD, case, "--map", WORD_MAP, "-o", tmp_path / "out", *DATE, *LIBRARY)
    assert done.code == 0
    (path,) = (tmp_path / "out").glob("*.docx")
    assert "Zebedee" not in word_text(path)
    assert "Withheld" in word_text(path)


def test_a_value_that_is_repeated_elsewhere_refuses_the_form(
    tmp_path: Path, no_file_in: Path, forms_line
) -> None:
    def repeat(case) -> None:
        case["children"][0]["school"] = "Zebedee Academy"
        case["papers"]["referral"]["strengths"] = "Does well at Zebedee Academy."
        case["restricted"] = [{"path": "/children/0/school", "audiences": ["social-care"], "reason": "Safety"}]

    case = changed_case(tmp_path, repeat)
    done = forms_line("fill", WORD, case, "--map", WORD_MAP, "-o", no_file_in, *DATE, *LIBRARY)
    assert done.code == 1
    assert "Zebedee" not in done.err


def test_a_form_is_made_ready_once_in_a_process() -> None:
    prepared_form.cache_clear()
    case = forms.load_case(CASE)
    catalogue = forms.open_catalogue(BOROUGHS)
    filled = [forms.fill_form(WORD, case, WORD_MAP, catalogue) for _ in range(3)]
    assert prepared_form.cache_info().misses == 1
    assert len({each.data for each in filled}) == 1


# ── Boroughs' own forms ─────────────────────────────────────────────────────────────────────────────────────


def test_each_borough_gets_the_form_it_asks_for(tmp_path: Path, forms_line) -> None:
    done = forms_line("render", "referral", CASE, "-o", tmp_path, *DATE, *LIBRARY, "--json")
    assert done.code == 0
    (outcome,) = json.loads(done.out)
    made = {item["name"]: item for item in outcome["documents"]}
    assert sorted(made) == [
        "kestrelbrook-referral_X123456_kestrelbrook_2026-11-21.docx",
        "referral_X123456_wexcombe_2026-11-21.docx",
        "referral_X123456_wexcombe_2026-11-21.pdf",
        "thornmere-marf_X123456_thornmere_2026-11-21.pdf",
    ]
    assert made["thornmere-marf_X123456_thornmere_2026-11-21.pdf"]["artefact"] == "thornmere-marf"
    messages = [problem["message"] for problem in outcome["problems"]]
    assert any("is a Word file: there is no PDF of it" in message for message in messages)
    assert any("is a PDF: there is no DOCX of it" in message for message in messages)
    again = forms_line("render", "referral", CASE, "-o", tmp_path / "again", *DATE, *LIBRARY, "--json")
    for first, second in zip(outcome["documents"], json.loads(again.out)[0]["documents"], strict=True):
        assert Path(first["path"]).read_bytes() == Path(second["path"]).read_bytes()


@pytest.mark.parametrize(
    ("harm", "code", "says"),
    [
        (lambda folder: (folder / PDF.name).unlink(), "own-form-missing", "thornmere.example.org"),
        (
            lambda folder: (folder / PDF.name).write_bytes(b"%PDF-1.7 another"),
            "own-form-changed",
            "the right file",
        ),
        (
            lambda folder: (folder / "templates/thornmere-marf/own-form.toml").unlink(),
            "own-form-unknown",
            "forms lint",
        ),
        (
            lambda folder: (folder / "templates/thornmere-marf/2026-11.toml").write_text("form = 1", "utf-8"),
            "",
            "",
        ),
    ],
)
def test_nobody_is_left_without_a_paper(
    tmp_path: Path, forms_line, library: Path, harm, code: str, says: str
) -> None:
    harm(library)
    done = forms_line("render", "referral", CASE, "-o", tmp_path / "out", *DATE, "--library", library, "--json")
    assert done.code == 0
    (outcome,) = json.loads(done.out)
    names = [item["name"] for item in outcome["documents"]]
    assert "referral_X123456_thornmere_2026-11-21.pdf" in names
    assert "kestrelbrook-referral_X123456_kestrelbrook_2026-11-21.docx" in names
    problems = {problem["code"]: problem for problem in outcome["problems"]}
    assert "we made OUR" in problems["own-form-not-used"]["message"]
    if code:
        assert says in problems[code]["hint"]
    found = list(lint_own_forms(forms.open_catalogue(library)))
    assert not code or code in {problem.code for problem in found}
    assert {problem.severity for problem in found} == {"warning" if code == "own-form-missing" else "error"}


def test_children_that_the_form_has_no_rows_for_are_on_its_continuation_sheet(
    tmp_path: Path, forms_line
) -> None:
    def crowd(case) -> None:
        child = next(child for child in case["children"] if child["local_authority"] == "Thornmere")
        for number in range(8):
            name = {"given": f"Quill{number}", "family": "Example"}
            case["children"].append({**child, "id": f"more-{number}", "name": name})

    case = changed_case(tmp_path, crowd)
    done = forms_line("render", "referral", case, "-o", tmp_path / "out", *DATE, *LIBRARY)
    assert done.code == 0
    (path,) = (tmp_path / "out").glob("thornmere-marf*")
    text = extract_text(path)
    assert all(f"Quill{number}" in text for number in range(8))


def test_who_is_referred_and_who_lives_there_stand_each_in_their_place(tmp_path: Path, forms_line) -> None:
    def more(case) -> None:
        case["adults"].append(
            {"name": {"given": "Zora"}, "relationship": "Lodger", "lives_at_home_address": True}
        )

    case = changed_case(tmp_path, more)
    done = forms_line("fill", PDF, case, "--map", PDF_MAP, "-o", tmp_path, *DATE, *LIBRARY)
    assert done.code == 0
    read = read_back((tmp_path / "thornmere-marf_X123456_2026-11-21.pdf").read_bytes())
    assert read["Child.1.FirstName"] == "Zoë"
    assert not read.get("Child.2.FirstName")
    assert (read["NameRow1"], read["M  FRow1"], read["NameRow2"]) == ("Minh Nguyễn-Sample", "M", "Zora")
    assert (read["Carer1Name"], read["Carer2Name"]) == ("Ms Thảo Nguyễn", "Ms Efua Placeholder-Mensah")
    assert (read["Carer1PR"], read["Carer2PR"]) == (True, True)
    assert "Minh" not in str(read["Impact"]) + str(read["Wishes"])


def test_yes_no_columns_get_yes_or_no_and_gaps_the_forms_own_word(tmp_path: Path, forms_line) -> None:
    done = forms_line("fill", WORD, CASE, "--map", WORD_MAP, "-o", tmp_path, *DATE, *LIBRARY)
    assert done.code == 0
    (path,) = tmp_path.glob("*.docx")
    read = prepare(WORD.read_bytes(), "x").read_back(path.read_bytes())
    assert [row[-1] for row in read["table 6, rows"]] == ["Y", "Y", "NK"]
    assert [(row[2], row[-1]) for row in read["table 4, rows"]] == [("F", "Y")]
    assert "Not known at the time of writing" not in word_text(path)


def test_large_print_and_readers_get_what_there_is(tmp_path: Path, forms_line) -> None:
    done = forms_line("render", "referral", CASE, "-o", tmp_path, *DATE, *LIBRARY, "--large-print")
    assert done.code == 0
    assert not list(tmp_path.glob("thornmere-marf*"))
    assert list(tmp_path.glob("referral_X123456_thornmere*large-print.pdf"))
    assert "is not to be had in other print" in done.err


def test_a_draft_and_a_copy_for_the_record_say_what_they_cannot_be(tmp_path: Path, forms_line) -> None:
    done = forms_line("render", "referral", CASE, "-o", tmp_path, *DATE, *LIBRARY, "--draft", "--archive")
    assert done.code == 0
    assert "cannot be marked as a draft" in done.err
    assert "cannot be made as PDF/A" in done.err
    (path,) = tmp_path.glob("thornmere-marf*_draft.pdf")
    with pikepdf.open(path) as filled:
        assert len(filled.Root.get("/AcroForm", {}).get("/Fields", [])) == 0


def test_many_cases_each_to_its_borough_in_its_form(tmp_path: Path, forms_line) -> None:
    source = tmp_path / "cases.jsonl"
    case = json.loads(CASE.read_text("utf-8"))
    lines = [json.dumps({**case, "reference": f"X10000{number}"}) for number in range(2)]
    source.write_text("\n".join(lines), "utf-8")
    out = tmp_path / "outbox"
    done = forms_line("bulk", "referral", source, "-o", out, *DATE, *LIBRARY, "--workers", "0")
    assert done.code == 0, done.err
    assert sorted(path.name for path in (out / "thornmere").glob("thornmere-marf*")) == [
        f"thornmere-marf_X10000{number}_thornmere_2026-11-21.pdf" for number in range(2)
    ]
    assert len(list((out / "kestrelbrook").glob("kestrelbrook-referral_*.docx"))) == 2
    assert len(list((out / "wexcombe").glob("referral_*"))) == 4


def test_list_and_lint_know_them(forms_line, library: Path) -> None:
    done = forms_line("list", *LIBRARY)
    assert "thornmere-marf\n    Multi-Agency Referral Form (London Borough of Thornmere)" in done.out
    assert "Thornmere's own form in place of referral" in done.out
    assert forms_line("lint", "kestrelbrook-referral", *LIBRARY).code == 0
    mapping = library / "templates/thornmere-marf/2026-11.toml"
    text = mapping.read_text("utf-8").replace('[places."Ref"]', '[places."Reference"]')
    mapping.write_text(text.replace('authority = "Thornmere"', 'authority = "Wexcombe"'), "utf-8")
    done = forms_line("lint", "thornmere-marf", "--library", library)
    assert done.code != 0
    assert "do not agree on `authority`" in done.err
    assert "Reference" in done.err
