"""Reading back before a fill is kept: it finds what is not as it was to be."""

from __future__ import annotations

import pytest
from acroform_kit import book, every_kind
from test_acroform_kinds import ENTRIES

from forms.formats.filling import Filled
from forms.formats.pdf.filling import PdfForm, prepare
from forms.formats.pdf.filling.checking import check
from forms.foundation.errors import FormsError


@pytest.fixture(scope="module")
def form() -> PdfForm:
    return prepare(every_kind(), "form.pdf")


def judge(form: PdfForm, data: bytes) -> str:
    """The name of the place that is not as filled; empty if all are."""
    try:
        check(Filled(data), ENTRIES, form._places, len(form._data))
    except FormsError as error:
        return error.problems[0].place.label if error.problems[0].code == "not-as-filled" else "another error"
    return ""


def test_a_good_fill_passes(form: PdfForm) -> None:
    assert judge(form, form.fill(ENTRIES, book()).data) == ""


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (b"(twelve chars)", b"(twelve chads)", "limited"),
        (b"/AS/Ja", b"/AS/No", "box"),
        (b"/V/two", b"/V/one", "radio"),
        (b"/AS/two", b"/AS/one", "radio"),
        (b"/V(2)", b"/V(3)", "choice"),
        (b"[(a)(c)]", b"[(a)(b)]", "several"),
        (b"(03/04/2026)", b"(04/03/2026)", "date"),
    ],
)
def test_a_wrong_value_is_found(form: PdfForm, old: bytes, new: bytes, place: str) -> None:
    data = form.fill(ENTRIES, book()).data
    assert old in data
    assert judge(form, data.replace(old, new)) == place


def test_missing_looks_and_missing_fields_are_found(form: PdfForm) -> None:
    data = form.fill(ENTRIES, book()).data
    assert judge(form, data.replace(b"/AP<</N ", b"/AP<</D ")) == "text"
    assert judge(form, data.replace(b"\nendstream\nendobj\n", b"\nendstreem\nendobj\n")) == "text"
    assert judge(form, form.fill({"box": True}, book()).data) == "text"
    assert judge(form, form._data) == "text"
