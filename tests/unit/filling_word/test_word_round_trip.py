"""Whatever goes into a Word form is read from it again, also after another program has saved it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.formats.fillable import Fillable
from forms.formats.filling import Entry
from forms.formats.word import filling_text
from forms.formats.word.filling import WordForm, prepare
from word_files import cell, control, paragraph, row, table, word_file

BOROUGH = Path(__file__).resolve().parents[3] / "samples/boroughs/kestrelbrook-referral.docx"
CHARACTERS = st.characters(
    codec="utf-8",
    exclude_categories=("Cc", "Cs", "Co", "Cn"),
    exclude_characters="\u2028\u2029_.…:☐□❏❑❒◻▢☒☑⌧✓✔✗✘",
)
WORDS = st.text(CHARACTERS, min_size=1, max_size=40)
LINES = st.lists(st.one_of(WORDS, st.just("")), min_size=1, max_size=4).map("\n".join)
SCRIPTS = st.sampled_from(
    ["محمد علي", "মিনা", "王小明", "Łukasz Zoë", "Ann (اسم) Example", "\u202bשלום\u202c", "ab\tcd"]
)
TEXTS = st.one_of(LINES, SCRIPTS, st.tuples(SCRIPTS, LINES).map("\n".join))


def cells(*words: str) -> str:
    return row(*(cell(paragraph(text)) for text in words))


def mixed() -> bytes:
    items = '<w:listItem w:displayText="Known" w:value="k"/><w:listItem w:displayText="Not known" w:value="n"/>'
    run = "<w:r><w:t>x</w:t></w:r>"
    box = '<w14:checkbox><w14:checked w14:val="0"/></w14:checkbox>'
    legacy = (
        '<w:p><w:r><w:t>Postcode </w:t></w:r><w:r><w:fldChar w:fldCharType="begin"><w:ffData>'
        '<w:name w:val="Text1"/>'
        "<w:enabled/><w:textInput/></w:ffData></w:fldChar></w:r>"
        "<w:r><w:instrText> FORMTEXT </w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>x</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
    return word_file(
        table(
            cells("Surname", ""), cells("Notes:", ""), row(cell(paragraph("Say more:")), cell(paragraph("By:")))
        )
        + table(cells("Name", "School"), cells("", ""), cells("", ""), cells("Signed", ""))
        + paragraph("Worker: ____________ Telephone: ________")
        + paragraph("Urgent? ☐ Yes ☐ No")
        + f"<w:p>{control('<w:text/>', run, tag='a')}</w:p>"
        + f"<w:p>{control(f'<w:dropDownList>{items}</w:dropDownList>', run, tag='b')}</w:p>"
        + f"<w:p>{control(box, '<w:r><w:t>☐</w:t></w:r>', tag='c')}</w:p>"
        + control("<w:richText/>", f"<w:p>{run}</w:p>", tag="d")
        + legacy
    )


FORM = prepare(mixed(), "mixed.docx")
PLAIN = prepare(BOROUGH.read_bytes(), "borough.docx")


def entry_for(place: Fillable) -> st.SearchStrategy[Entry]:
    if place.kind in ("box", "checkbox"):
        return st.booleans()
    if place.kind == "rows":
        return st.lists(st.tuples(*(TEXTS for _ in place.columns)), max_size=7).map(tuple)
    if place.kind == "choice":
        return st.sampled_from([(code,) for code, _ in place.options])
    return TEXTS


def entries_for(form: WordForm) -> st.SearchStrategy[dict[str, Entry]]:
    places = {place.name: entry_for(place) for place in form.survey.places}
    return st.fixed_dictionaries({}, optional=places)


def kept(entries: dict[str, Entry]) -> dict[str, Entry]:
    """What is to be read again: texts as they are compared, without what is empty."""
    found: dict[str, Entry] = {}
    for name, entry in entries.items():
        if isinstance(entry, str):
            entry = filling_text.normal(entry)
        elif isinstance(entry, tuple) and entry and isinstance(entry[0], tuple):
            entry = tuple(tuple(filling_text.normal(text) for text in line) for line in entry)
            while entry and not any(entry[-1]):
                entry = entry[:-1]
        if entry not in ("", False, ()):
            found[name] = entry
    return found


@given(entries_for(FORM))
@settings(max_examples=60)
def test_what_is_filled_in_is_read_again(entries: dict[str, Entry]) -> None:
    filled = FORM.fill(entries)
    assert not filled.continued
    blank = FORM.read_back(FORM.fill({}).data)
    read = FORM.read_back(filled.data)
    assert {name: entry for name, entry in read.items() if blank.get(name) != entry} == {
        name: entry for name, entry in kept(entries).items() if blank.get(name) != entry
    }


@given(entries_for(PLAIN))
@settings(max_examples=15)
def test_a_boroughs_form_says_what_went_into_it(entries: dict[str, Entry]) -> None:
    assert PLAIN.read_back(PLAIN.fill(entries).data) == kept(entries)


@pytest.mark.programs
def test_after_libreoffice_has_saved_it(tmp_path: Path) -> None:
    entries: dict[str, Entry] = {}
    for number, place in enumerate(PLAIN.survey.places):
        if place.kind == "rows":
            entries[place.name] = tuple(tuple(f"{line} {head}" for head in place.columns) for line in range(6))
        elif place.kind == "box":
            entries[place.name] = number % 2 == 0
        else:
            entries[place.name] = ("محمد Łukasz\n" if number % 7 == 0 else "") + f"Answer {number}"
    (tmp_path / "filled.docx").write_bytes(PLAIN.fill(entries).data)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    out = tmp_path / "saved"
    line = ["soffice", profile, "--headless", "--convert-to", "docx", "--outdir", out, tmp_path / "filled.docx"]
    subprocess.run(line, capture_output=True, check=True, timeout=240)
    saved = (out / "filled.docx").read_bytes()
    assert PLAIN.read_back(saved) == kept(entries)
