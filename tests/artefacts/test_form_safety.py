"""Filled forms of others: nothing shown to who may not have it, nothing dropped, nothing left behind."""

from __future__ import annotations

import copy
import gc
import hashlib
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

import forms
from forms.application.filling import FilledForm
from forms.application.mapping import load_mapping
from forms.formats.pdf.filling import read_back
from forms.formats.word.filling import prepare

BOROUGHS = Path(__file__).resolve().parents[2] / "samples" / "boroughs"
CATALOGUE = forms.open_catalogue(BOROUGHS)
DATA = json.loads((BOROUGHS / "case.json").read_text(encoding="utf-8"))
NOT_WORDS = ("postcode", "local_authority", "id")
ON = date(2026, 11, 21)
FORMS = {
    "Kestrelbrook": BOROUGHS / "kestrelbrook-referral.docx",
    "Thornmere": BOROUGHS / "thornmere-marf.pdf",
}
MAPPINGS = {
    "Kestrelbrook": load_mapping(
        BOROUGHS / "templates/kestrelbrook-referral/2026-11.toml", catalogue=CATALOGUE
    ),
    "Thornmere": load_mapping(BOROUGHS / "templates/thornmere-marf/2026-11.toml", catalogue=CATALOGUE),
}


def fill(borough: str, data: dict[str, Any], *, flatten: bool = False) -> FilledForm:
    case = forms.load_case(json.dumps(data).encode())
    return forms.fill_form(FORMS[borough], case, MAPPINGS[borough], CATALOGUE, issued=ON, flatten=flatten)


def everything(data: bytes) -> str:
    """All that a file holds, unpacked, also in earlier versions of it."""
    if data.startswith(b"%PDF"):
        found = [data.decode("latin-1")]
        with pikepdf.open(BytesIO(data)) as pdf:
            for item in pdf.objects:
                if isinstance(item, pikepdf.Stream):
                    found.append(item.read_bytes().decode("latin-1"))
                elif isinstance(item, pikepdf.Dictionary) and isinstance(item.get("/V"), pikepdf.String):
                    found.append(str(item["/V"]))
        return "\n".join(found)
    with zipfile.ZipFile(BytesIO(data)) as package:
        return "\n".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())


def leaves(value: object, at: str = "") -> Iterator[tuple[str, dict[str, Any], str]]:
    """Every text of a part of the case that somebody wrote: its pointer, what holds it, its name there."""
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, str) and " " in item and not re.fullmatch(r"[\d :+-]+", item):
                yield f"{at}/{key}", value, key
            yield from leaves(item, f"{at}/{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, f"{at}/{number}")


@pytest.mark.parametrize("borough", FORMS)
def test_nothing_of_another_areas_child_is_in_a_boroughs_form(borough: str) -> None:
    data = copy.deepcopy(DATA)
    number = 0
    for index, child in enumerate(data["children"]):
        if child["local_authority"] == borough:
            continue
        for _, holder, key in leaves(child, f"/children/{index}"):
            if key in NOT_WORDS:
                continue
            number += 1
            holder[key] = f"Quorl{number} other area"
        if isinstance(child.get("name"), dict):
            child["name"] = {"given": f"Quorlname{index}", "family": "Quorlfamily"}
    assert number > 8
    found = everything(fill(borough, data).data)
    assert "Quorl" not in found
    assert "Q\x00u\x00o\x00r\x00l" not in found


@pytest.mark.parametrize("borough", FORMS)
def test_no_way_leads_a_restricted_value_into_a_form(borough: str) -> None:
    """Every text of the case that may be restricted is, one after the other told apart by its words."""
    data = copy.deepcopy(DATA)
    places = []
    for part in ("children", "adults", "offender", "agencies", "sentence"):
        for number, (pointer, holder, key) in enumerate(leaves(data[part], f"/{part}")):
            if key in NOT_WORDS or {"lines", "not_known", "name", "worker"} & set(pointer.split("/")):
                continue
            holder[key] = f"Vexil{part}{number:03}"
            places.append(pointer)
    data["restricted"] = [
        {"path": pointer, "audiences": ["social-care"], "reason": "Safety"} for pointer in places
    ]
    assert len(places) > 20
    found = everything(fill(borough, data).data)
    assert "Vexil" not in found
    assert "V\x00e\x00x\x00i\x00l" not in found
    assert "Withheld" in found or "W\x00i\x00t\x00h\x00h\x00e\x00l\x00d" in found


HOSTILE = st.text(
    st.one_of(
        st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Co", "Cn"]),
        st.characters(max_codepoint=0x24F, exclude_categories=["Cc", "Cn"]),
    ),
    min_size=1,
    max_size=80,
).map(lambda text: f"X{text}X")
FOREIGN = st.text(
    st.one_of(
        st.characters(max_codepoint=0x24F, exclude_categories=["Cc", "Cn"]),
        st.sampled_from("שלוםمرحبا\u200f\u202e\u2066\u0301\u200d\n\t&<>\"'{}()\\%[]/"),
    ),
    min_size=1,
    max_size=80,
).map(lambda text: f"X{text}X")


def folded(text: str) -> str:
    """What two texts have in common whose white space, direction marks and spelling of accents may differ."""
    kept = unicodedata.normalize("NFC", text)
    return "".join(char for char in kept if not char.isspace() and unicodedata.category(char) != "Cf")


@pytest.mark.parametrize("borough", FORMS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(FOREIGN, HOSTILE), length=st.sampled_from([1, 1, 1, 40]))
def test_a_text_of_any_characters_stands_there_whole_or_the_form_is_refused(
    borough: str, text: str, length: int
) -> None:
    data = copy.deepcopy(DATA)
    written = text * length
    data["papers"]["referral"]["strengths"] = written
    data["papers"]["referral"]["action_taken"] = written
    try:
        filled = fill(borough, data)
    except forms.FormsError as error:
        said = " ".join(f"{each.message} {each.hint} {each.place.label}" for each in error.problems)
        assert written not in said
        other = {each.code for each in error.problems} - {"no-font"}
    else:
        other = _lost(borough, written, filled)
    assert not other


def _lost(borough: str, written: str, filled: FilledForm) -> set[str]:
    """Give the places in which a text does not stand whole."""
    if borough == "Thornmere":
        values = read_back(filled.data)
        sheet = {item.name: item.text for item in filled.continued}
        shown = {name: sheet.get(name) or str(values[name]) for name in ("Well", "Done")}
        assert all("continuation sheet" in str(values[name]) for name in shown if name in sheet)
    else:
        read = prepare(FORMS[borough].read_bytes(), "x").read_back(filled.data)
        shown = {name: str(read[name]) for name in ("table 17, row 2, cell 1", "table 19, row 2, cell 1")}
        with zipfile.ZipFile(BytesIO(filled.data)) as package:
            etree.fromstring(package.read("word/document.xml"))
    return {name for name, text in shown.items() if folded(text) != folded(written)}


def test_nothing_of_a_case_stays_in_the_process_with_the_prepared_forms() -> None:
    data = copy.deepcopy(DATA)
    token = "Wim" + "blequark"
    data["papers"]["referral"]["strengths"] = f"{token} one"
    for child in data["children"]:
        child["views"] = f"{token} two"
    for borough in FORMS:
        fill(borough, data)
    fill("Thornmere", data, flatten=True)
    data.clear()
    del child
    gc.collect()
    as_text = re.compile("Wimblequar[k] ")  # and so not found itself
    as_bytes = re.compile(b"W\\0?i\\0?m\\0?b\\0?l\\0?e\\0?q\\0?u\\0?a\\0?r\\0?[k]")
    held = []
    for item in gc.get_objects():
        for inner in gc.get_referents(item):
            if (isinstance(inner, str) and as_text.search(inner)) or (
                isinstance(inner, bytes) and as_bytes.search(inner)
            ):
                held.append(type(item))
    assert held == []


@pytest.mark.parametrize("flatten", [False, True])
def test_properties_and_name_of_a_filled_form_are_the_blanks(flatten: bool) -> None:
    filled = fill("Thornmere", DATA, flatten=flatten)
    blank = FORMS["Thornmere"].read_bytes()
    with pikepdf.open(BytesIO(blank)) as before, pikepdf.open(BytesIO(filled.data)) as after:
        assert dict(after.docinfo) == dict(before.docinfo)
    assert filled.name == "thornmere-marf_X123456_2026-11-21.pdf"
    assert "Zoë" not in json.dumps(filled.as_json(), ensure_ascii=False)


def test_a_form_that_is_not_blank_is_told_of() -> None:
    """Somebody's answers would stay in it, and be sent."""
    first = fill("Thornmere", DATA)
    assert "not-blank" not in {problem.code for problem in first.problems}
    rules = MAPPINGS["Thornmere"]
    own = replace(rules, form=replace(rules.form, sha256=hashlib.sha256(first.data).hexdigest()))
    again = forms.fill_form(
        first.data, forms.load_case(json.dumps(DATA).encode()), own, CATALOGUE, name="x.pdf"
    )
    assert "not-blank" in {problem.code for problem in again.problems}
