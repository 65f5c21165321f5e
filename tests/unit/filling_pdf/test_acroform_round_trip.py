"""Whatever goes in comes back: through our reader, through pikepdf and through pdftk-java."""

from __future__ import annotations

import subprocess
from functools import lru_cache
from pathlib import Path

import pytest
from acroform_kit import book, every_kind, pikepdf_values
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms.formats.filling import Entry
from forms.formats.pdf.filling import PdfForm, prepare, read_back

SCRIPTS = (
    "abc XYZ 0189 .,;:()[]{}<>/\\%#'\"-_&@ éßñøŁźçİğ ΑβΓ Жщю אבג عليم मराठी বাংলা ਪੰਜਾਬੀ தமிழ் – — ‘’ “” … € ☐"
)
TEXT = st.text(alphabet=SCRIPTS, max_size=25)
LINES = st.text(alphabet=SCRIPTS + "\n", max_size=120)


@lru_cache(maxsize=1)
def form() -> PdfForm:
    return prepare(every_kind(), "form.pdf")


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Entry]:
    """Any valid entries: some of the form's places, each with what it may hold."""
    kinds: dict[str, st.SearchStrategy[Entry]] = {
        "text": TEXT,
        "limited": st.text(alphabet=SCRIPTS, max_size=12),
        "lines": LINES,
        "comb": st.text(alphabet=SCRIPTS, max_size=10),
        "date": st.dates().map(lambda day: day.strftime("%d/%m/%Y")),
        "box": st.booleans(),
        "radio": st.sampled_from([(), ("one",), ("two",), ("three",)]),
        "choice": st.sampled_from([(), ("1",), ("2",), ("3",)]),
        "combo": st.one_of(
            st.sampled_from([("red",), ("green",)]), TEXT.filter(lambda t: t not in ("red", "green"))
        ),
        "list": st.integers(0, 8).map(lambda row: (f"row {row}",)),
        "several": st.lists(st.sampled_from("abc"), unique=True).map(lambda codes: tuple(sorted(codes))),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(kinds))))
    return {name: draw(kinds[name]) for name in sorted(chosen)}


def as_values(wanted: dict[str, Entry]) -> dict[str, object]:
    """What each entry is for a program that knows values alone; empty ones are none."""
    values: dict[str, object] = {}
    for name, entry in wanted.items():
        if name == "box":
            values[name] = "Ja" if entry else "Off"
        elif isinstance(entry, tuple) and name in ("radio", "choice", "combo", "list"):
            values[name] = entry[0] if entry else "Off" if name == "radio" else None
        elif isinstance(entry, tuple):
            values[name] = list(entry) if len(entry) > 1 else entry[0] if entry else None
        else:
            values[name] = entry
    return values


@given(entries())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_what_goes_in_comes_back(wanted: dict[str, Entry]) -> None:
    result = form().fill_checked(wanted, book())
    sent = {item.name for item in result.continued}
    found = read_back(result.data)
    assert {item.name: item.text for item in result.continued} == {name: wanted[name] for name in sent}
    assert {name: found[name] for name in wanted if name not in sent} == {
        name: entry for name, entry in wanted.items() if name not in sent
    }
    seen = pikepdf_values(result.data)
    expected = as_values({name: entry for name, entry in wanted.items() if name not in sent})
    assert {name: seen[name] for name in expected} == expected


@pytest.mark.programs
@given(entries())
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_pdftk_sees_and_keeps_what_went_in(tmp_path: Path, wanted: dict[str, Entry]) -> None:
    result = form().fill_checked(wanted, book())
    source, saved = tmp_path / "filled.pdf", tmp_path / "saved.pdf"
    source.write_bytes(result.data)
    subprocess.run(["pdftk", str(source), "output", str(saved)], check=True, timeout=60, capture_output=True)
    assert read_back(saved.read_bytes()) == read_back(result.data)
