"""Adding an artefact is adding data: manifest, schema, template and sample in a scratch library."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from docx import Document

from docx_text import canonical_text

MANIFEST = """
id = "visit-note"
title = "Home visit note"
kind = "report"
header = "form"
marking = true
recipient = "none"

[[editions]]
id = "2026-11"
from = 2026-11-01
template = "note.docx"

[[audiences]]
reader = "internal"

[[next_steps]]
text = "File the note"
"""
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://forms.example.org/schemas/visit-note.schema.json",
    "title": "Home visit note",
    "$defs": {
        "needs": {"type": "object", "required": ["reference"]},
        "part": {
            "title": "Home visit note",
            "type": "object",
            "additionalProperties": False,
            "required": ["seen"],
            "properties": {"seen": {"title": "Who was seen", "$ref": "case.schema.json#/$defs/line"}},
        },
    },
}
CASE = {"reference": "X400001", "papers": {"visit-note": {"seen": "Mr Example & his sister"}}}


def library(folder: Path) -> Path:
    for name in ("schemas", "templates/visit-note", "samples/visit-note/valid"):
        (folder / name).mkdir(parents=True)
    (folder / "templates/visit-note/artefact.toml").write_text(MANIFEST, encoding="utf-8")
    (folder / "schemas/visit-note.schema.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    (folder / "samples/visit-note/valid/full.json").write_text(json.dumps(CASE), encoding="utf-8")
    document = Document()
    document.add_paragraph("Home visit note", style="Heading 1")
    document.add_paragraph("Seen: {{ paper.seen }}")
    document.save(str(folder / "templates/visit-note/note.docx"))
    return folder


def test_it_is_listed_linted_and_rendered(forms_line, tmp_path: Path) -> None:
    own = library(tmp_path / "own")
    rows = json.loads(forms_line("list", "--json", "--library", own).out)
    assert "visit-note" in {row["id"] for row in rows}
    assert len(rows) > 1, "the program's own artefacts are still there"
    linted = forms_line("lint", "visit-note", "--library", own, "--json")
    assert linted.code == 0, linted.out
    case = own / "samples/visit-note/valid/full.json"
    out = tmp_path / "out"
    line = forms_line("render", "visit-note", case, "-o", out, "--library", own, "--date", "2026-11-21")
    assert line.code == 0, line.err
    assert "File the note" in line.err
    word, print_out = sorted(out.iterdir())
    assert word.name == "visit-note_X400001_2026-11-21.docx"
    assert print_out.suffix == ".pdf"
    assert "Seen: Mr Example & his sister" in canonical_text(word.read_bytes())


def test_lint_names_a_mistake_with_its_place(forms_line, tmp_path: Path) -> None:
    own = library(tmp_path / "own")
    template = own / "templates/visit-note/note.docx"
    with zipfile.ZipFile(template) as package:
        members = {name: package.read(name) for name in package.namelist()}
    members["word/document.xml"] = members["word/document.xml"].replace(b"paper.seen", b"paper.sen")
    with zipfile.ZipFile(template, "w") as package:
        for name, data in members.items():
            package.writestr(name, data)
    line = forms_line("lint", "visit-note", "--library", own, "--json")
    assert line.code == 3
    problem = json.loads(line.out)["problems"][0]
    assert "paper.sen" in problem["message"]
    assert "seen" in problem["hint"]
    assert "Home visit note" in problem["label"]


def test_lint_counts_what_is_wrong_in_a_schema_that_no_case_has_met(forms_line, tmp_path: Path) -> None:
    own = library(tmp_path / "own")
    schema = own / "schemas/visit-note.schema.json"
    broken = json.loads(schema.read_text(encoding="utf-8"))
    broken["$defs"]["part"]["properties"]["seen"] = {"type": "string", "x-print": "shout", "pattern": "("}
    schema.write_text(json.dumps(broken), encoding="utf-8")
    line = forms_line("lint", "--library", own, "--json")
    assert line.code == 3
    assert [problem["code"] for problem in json.loads(line.out)["problems"]] == [
        "unknown-print",
        "broken-pattern",
    ]
