"""Command lines, run as a user would, with their exit codes."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from samples import ARTEFACTS, INVALID, SAMPLES, VALID, Sample, expected

FULL = SAMPLES / "check-notification" / "valid" / "full.json"
MINIMAL = SAMPLES / "check-notification" / "valid" / "minimal.json"
DATE = ("--date", "2026-11-21")


def test_list_names_the_artefacts(forms_line) -> None:
    line = forms_line("list", "--json")
    assert line.code == 0
    rows = json.loads(line.out)
    assert [row["id"] for row in rows] == ARTEFACTS
    assert all(row["title"] and row["audiences"] and row["edition"] for row in rows)
    assert all(row["formats"] == ["docx", "pdf"] for row in rows)


def test_list_for_people(forms_line) -> None:
    line = forms_line("list")
    assert line.code == 0
    assert "Child Protection Case Conference Report" in line.out


def test_render_writes_both_formats_and_says_where(forms_line, tmp_path: Path) -> None:
    line = forms_line("render", "check-notification", MINIMAL, "-o", tmp_path, *DATE)
    assert line.code == 0
    paths = [Path(text) for text in line.out.splitlines()]
    assert sorted(path.suffix for path in paths) == [".docx", ".pdf"]
    assert all(path.is_file() and path.parent == tmp_path for path in paths)
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    assert "next: " in line.err


def test_files_are_for_their_owner_only(forms_line, tmp_path: Path) -> None:
    forms_line("render", "check-notification", MINIMAL, "-o", tmp_path, "--format", "docx", *DATE)
    (path,) = tmp_path.iterdir()
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600


def test_render_from_standard_input_as_json(
    forms_line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(MINIMAL.read_bytes()))
    monkeypatch.setattr(sys, "stdin", stdin)
    line = forms_line("render", "check-notification", "-", "-o", tmp_path, "--json", "--format", "docx", *DATE)
    assert line.code == 0
    (result,) = json.loads(line.out)
    (document,) = result["documents"]
    assert document["artefact"] == "check-notification"
    assert document["edition"] == "2026-11"
    assert Path(document["path"]).is_file()


def test_one_bad_case_does_not_stop_the_others(forms_line, tmp_path: Path) -> None:
    bad = SAMPLES / "check-notification" / "invalid" / "unknown-property.json"
    line = forms_line("render", "check-notification", bad, MINIMAL, "-o", tmp_path, "--format", "docx", *DATE)
    assert line.code == 1
    assert len(list(tmp_path.iterdir())) == 1
    assert "1 case of 2 not made" in line.err


def test_two_cases_with_one_file_name_are_refused(forms_line, tmp_path: Path) -> None:
    line = forms_line(
        "render", "check-notification", MINIMAL, MINIMAL, "-o", tmp_path, "--format", "docx", *DATE
    )
    assert line.code == 1
    assert "would overwrite" in line.err


@pytest.mark.parametrize("sample", INVALID, ids=str)
def test_invalid_sample_gives_its_problem_and_no_file(sample: Sample, forms_line, no_file_in: Path) -> None:
    line = forms_line("render", sample.artefact, sample.path, "-o", no_file_in, "--json", *DATE)
    assert line.code == 1
    (result,) = json.loads(line.out)
    errors = [problem for problem in result["problems"] if problem["severity"] == "error"]
    want = expected(sample)
    assert (want["code"], want["pointer"]) in {(problem["code"], problem["pointer"]) for problem in errors}
    assert all(problem["message"] and problem["hint"] and problem["pointer"] for problem in errors)


@pytest.mark.parametrize("sample", INVALID, ids=str)
def test_messages_repeat_no_value_of_the_case(sample: Sample, forms_line, no_file_in: Path) -> None:
    line = forms_line("render", sample.artefact, sample.path, "-o", no_file_in, *DATE)
    said = line.out + line.err
    for value in texts(json.loads(sample.path.read_text(encoding="utf-8"))):
        assert value not in said


@pytest.mark.parametrize("sample", VALID, ids=str)
def test_a_good_case_is_not_repeated_either(sample: Sample, forms_line, tmp_path: Path) -> None:
    words = ("render", sample.artefact, sample.path, "-o", tmp_path, "--format", "docx", *DATE)
    lines = [forms_line(*words), forms_line(*words, "--json")]
    assert [line.code for line in lines] == [0, 0]
    said = "".join(line.out + line.err for line in lines) + " ".join(path.name for path in tmp_path.iterdir())
    for value in texts(json.loads(sample.path.read_text(encoding="utf-8"))):
        assert value not in said


def texts(value: object) -> set[str]:
    """Texts of a case that are long enough to be told from the program's own words."""
    if isinstance(value, dict):
        return set().union(
            *(texts(item) for key, item in value.items() if key not in ("reference", "path", "id"))
        )
    if isinstance(value, list):
        return set().union(*map(texts, value)) if value else set()
    told = isinstance(value, str) and len(value) > 9 and not value.islower() and value not in DATE
    return {str(value)} if told else set()


def test_unknown_names_are_met_with_near_ones(forms_line, no_file_in: Path) -> None:
    assert "Did you mean list" in forms_line("lits").err
    line = forms_line("render", "conference-reprot", MINIMAL, "-o", no_file_in)
    assert line.code == 2
    assert "conference-report" in line.err
    line = forms_line("render", "check-notification", MINIMAL, "-o", no_file_in, "--audience", "offender")
    assert line.code == 2
    assert "social-care" in line.err


@pytest.mark.parametrize(
    "words",
    [
        ["render"],
        ["render", "check-notification", "-o", "x"],
        ["render", "check-notification", str(MINIMAL), "-o", "x", "--format", "odt"],
        ["render", "check-notification", str(MINIMAL), "-o", "x", "--date", "yesterday"],
        ["render", "check-notification", str(MINIMAL), "-o", "x", "--library", "no-such-folder"],
    ],
)
def test_wrong_usage_is_2(words: list[str], forms_line) -> None:
    assert forms_line(*words).code == 2


def test_a_missing_or_malformed_case_is_1(forms_line, tmp_path: Path, no_file_in: Path) -> None:
    assert forms_line("render", "referral", tmp_path / "none.json", "-o", no_file_in).code == 1
    broken = tmp_path / "broken.json"
    broken.write_text('{"reference": "X1",}', encoding="utf-8")
    line = forms_line("render", "referral", broken, "-o", no_file_in)
    assert line.code == 1
    assert "line 1" in line.err


def test_copies_for_two_unknown_areas_have_names_of_their_own(forms_line, tmp_path: Path) -> None:
    case = json.loads((SAMPLES / "referral" / "valid" / "minimal.json").read_text(encoding="utf-8"))
    case["children"] = [{"local_authority": "Nowhere-on-Sea"}, {"local_authority": "Elsewhere-under-Hill"}]
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case), encoding="utf-8")
    line = forms_line("render", "referral", path, "-o", tmp_path / "out", "--format", "docx", *DATE)
    assert line.code == 0
    assert len(set(line.out.splitlines())) == len(list((tmp_path / "out").iterdir())) == 2


def test_a_folder_that_cannot_be_written_is_4(forms_line, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    line = forms_line("render", "check-notification", MINIMAL, "-o", blocked / "out", "--format", "docx")
    assert line.code == 4
    assert "do: " in line.err


def test_validate(forms_line) -> None:
    assert forms_line("validate", FULL, "--for", "check-notification", *DATE).code == 0
    line = forms_line("validate", FULL, "--json", *DATE)
    assert {problem["severity"] for problem in json.loads(line.out)["problems"]} <= {"warning"}


@pytest.mark.parametrize("artefact", ARTEFACTS)
def test_a_starter_case_asks_to_be_filled_in(artefact: str, forms_line, tmp_path: Path) -> None:
    line = forms_line("new", artefact)
    assert line.code == 0
    case = tmp_path / "case.json"
    case.write_text(line.out, encoding="utf-8")
    checked = forms_line("validate", case, "--for", artefact, "--json")
    codes = {problem["code"] for problem in json.loads(checked.out)["problems"]}
    assert codes & {"empty", "missing"}
    assert not codes & {"unknown-property", "repeated-entry", "too-many"}


def test_lint_finds_nothing_in_the_library(forms_line) -> None:
    line = forms_line("lint", "--json")
    assert json.loads(line.out) == {"problems": []}
    assert line.code == 0


def test_a_library_of_ones_own(forms_line, tmp_path: Path) -> None:
    folder = tmp_path / "ourforce"
    assert forms_line("init", folder).code == 0
    assert forms_line("init", folder).code == 4
    profile = json.loads((folder / "profile.json").read_text(encoding="utf-8"))
    profile["name"] = "Exampleshire Probation"
    (folder / "profile.json").write_text(json.dumps(profile), encoding="utf-8")
    out = tmp_path / "out"
    words = ("render", "check-notification", MINIMAL, "-o", out, "--format", "docx", "--library", folder, *DATE)
    assert forms_line(*words).code == 0
    from docx_text import canonical_text

    (path,) = out.iterdir()
    assert "Exampleshire Probation" in canonical_text(path.read_bytes())


def test_an_issue_number_depends_on_ones_own_key(forms_line, tmp_path: Path) -> None:
    folder, out = tmp_path / "ourforce", tmp_path / "out"
    forms_line("init", folder)
    key = folder / "reference.key"
    assert os.name == "nt" or key.stat().st_mode & 0o777 == 0o600
    sample = SAMPLES / "family-pack" / "valid" / "minimal.json"
    words = ("render", "family-pack", sample, "-o", out, "--format", "docx", "--audience", "partner", *DATE)
    names = {forms_line(*words, *own).out for own in ((), ("--library", folder))}
    assert len(names) == 2
    assert forms_line(*words, "--library", folder).out in names


def test_a_fault_of_ours_says_nothing_of_the_case(
    forms_line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import forms

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Mr Secret Value")

    monkeypatch.setitem(forms.__dict__, "validate", broken)
    monkeypatch.setattr("forms.cli.validate_command.validate", broken)
    line = forms_line("validate", FULL)
    assert line.code == 70
    assert "Secret" not in line.err + line.out
    assert "RuntimeError" in line.err


def test_the_program_starts_as_a_process() -> None:
    program = Path(sys.executable).parent / "forms"
    words = [program] if program.exists() else [sys.executable, "-c", "from forms.cli import main; main()"]
    done = subprocess.run([*words, "--version"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "0.1" in done.stdout
