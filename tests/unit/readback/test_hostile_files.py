"""Whatever comes in: read, or refused with its own code, message and way out."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter

import forms
from form_fillers import MAIN, blank, change_part, change_tree, fill_pdf, fill_word

CATALOGUE = forms.open_catalogue()
REPLY = {"decision": "assessment", "contact": "020 7946 0123"}
WORD = fill_word(blank("referral", "docx"), REPLY)
PDF = fill_pdf(blank("referral", "pdf"), REPLY)


def refusal(data: bytes) -> forms.Problem:
    with pytest.raises(forms.InputError) as caught:
        forms.read_form(data, "form", CATALOGUE)
    (problem,) = caught.value.problems
    assert problem.hint
    return problem


def encrypted_pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(PDF)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


def flattened_pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(PDF)) as pdf:
        pdf.flatten_annotations()
        pdf.save(out)
    return out.getvalue()


def printed_pdf() -> bytes:
    """As printed to PDF: fields and properties are gone, the footer's line is there."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(flattened_pdf())) as pdf:
        del pdf.docinfo
        del pdf.Root["/Metadata"]
        pdf.save(out)
    return out.getvalue()


def scanned_pdf() -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(out)
    return out.getvalue()


def with_part(name: str, content: bytes = b"x") -> bytes:
    out = io.BytesIO(WORD)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, content)
    return out.getvalue()


def without_controls() -> bytes:
    def change(root) -> None:
        for control in list(root.iter("{*}sdt")):
            control.tag = "gone"

    return change_tree(WORD, change)


def with_property(old: str, new: str) -> bytes:
    return change_part(
        WORD, lambda name, data: data.replace(old.encode(), new.encode()) if "custom" in name else data
    )


def stripped(data: bytes, *, footer: bool) -> bytes:
    """Without custom properties; without the footer's line too."""

    def change(name: str, content: bytes) -> bytes:
        if name == "docProps/custom.xml":
            return (
                b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>'
            )
        return content.replace("· edition".encode(), b"- edition") if footer and "footer" in name else content

    return change_part(data, change)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "damaged"),
        (b"JFIF picture", "not-a-form"),
        (WORD[: len(WORD) // 2], "damaged"),
        (PDF[:600], "damaged"),
        (b"%PDF-1.7\n" + b"\x00" * 500, "damaged"),
        (encrypted_pdf(), "encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"WordDocument", "old-format"),
        (flattened_pdf(), "not-fillable"),
        (printed_pdf(), "not-fillable"),
        (scanned_pdf(), "scanned"),
        (without_controls(), "not-fillable"),
        (with_part("word/vbaProject.bin"), "macro"),
        (with_part("word/bomb.xml", b"\x00" * 20_000_000), "package-too-large"),
        (with_part("../up.xml"), "unsafe-member"),
        (with_property("2026-11<", "2031-01<"), "another-edition"),
        (with_property(">referral<", ">stranger<"), "unknown-form"),
        (stripped(WORD, footer=True), "no-identity"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refused_with_its_own_code(data: bytes, code: str) -> None:
    assert refusal(data).code == code


def test_entities_are_never_resolved() -> None:
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaa">]><d>&a;</d>'
    assert refusal(change_part(WORD, lambda name, data: bomb if name == MAIN else data)).code == "bad-xml"


def test_the_footer_tells_where_properties_are_gone() -> None:
    reading = forms.read_form(stripped(WORD, footer=False), "renamed", CATALOGUE)
    assert reading.as_json()["recognised_by"] == "footer"
    assert (reading.manifest.id, reading.reply) == ("referral", REPLY)


def test_xmp_tells_where_the_information_dictionary_is_gone() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(PDF)) as pdf:
        del pdf.docinfo
        pdf.save(out)
    reading = forms.read_form(out.getvalue(), "renamed", CATALOGUE)
    assert (reading.as_json()["recognised_by"], reading.reply) == ("metadata", REPLY)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(at=st.floats(0, 1), junk=st.binary(min_size=1, max_size=40), word=st.booleans(), cut=st.booleans())
def test_damage_anywhere_is_never_a_fault(at: float, junk: bytes, word: bool, cut: bool) -> None:
    whole = WORD if word else PDF
    place = int(at * (len(whole) - 1))
    data = whole[:place] + junk + (b"" if cut else whole[place + len(junk) :])
    with suppress(forms.InputError):
        forms.read_form(data, "form", CATALOGUE)
