"""Forms that come back with the password that they went out with."""

from __future__ import annotations

import io
import json
from pathlib import Path

import msoffcrypto
import pytest
from pypdf import PdfReader, PdfWriter

import forms
from form_fillers import ISSUED, fill_pdf, fill_word
from samples import SAMPLES

CHECK = SAMPLES / "check-notification" / "valid" / "full.json"
ANSWERS = {"defendant_known": "not_known", "sent_by": "Ann Example"}
PASSWORD = "gravel teapot orbit fern"


def filled(kind: str) -> bytes:
    options = forms.RenderOptions(formats=(kind,), issued=ISSUED)
    original = forms.render(forms.load_case(CHECK), "check-notification", options).documents[0].data
    return fill_word(original, ANSWERS) if kind == "docx" else fill_pdf(original, ANSWERS)


def locked(data: bytes, kind: str, password: str) -> bytes:
    """As another program saves it."""
    result = io.BytesIO()
    if kind == "docx":
        msoffcrypto.OfficeFile(io.BytesIO(data)).encrypt(password, result)
    else:
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
        writer.encrypt(password, algorithm="AES-256")
        writer.write(result)
    return result.getvalue()


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    path = tmp_path / "keys.toml"
    path.write_text(f'Bexley = "another one altogether"\nHackney = "{PASSWORD}"\n')
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_it_is_opened_and_read_as_if_it_were_plain(kind: str, tmp_path: Path, keys: Path, forms_line) -> None:
    plain, back = tmp_path / "plain", tmp_path / "back"
    plain.write_bytes(filled(kind))
    back.write_bytes(locked(plain.read_bytes(), kind, PASSWORD))
    assert forms_line("read", back).code == 1
    wanted, found = forms_line("read", plain), forms_line("read", back, "--decrypt", keys)
    assert found.code == wanted.code
    assert json.loads(found.out) == json.loads(wanted.out.replace('"plain"', '"back"'))
    assert json.loads(found.out)["reply"]["sent_by"] == "Ann Example"
    assert json.loads(forms_line("read", plain, "--decrypt", keys).out) == json.loads(wanted.out)


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_another_password_is_said(kind: str, tmp_path: Path, keys: Path, forms_line) -> None:
    back = tmp_path / "back"
    back.write_bytes(locked(filled(kind), kind, "a password of their own"))
    done = forms_line("read", back, "--decrypt", keys)
    assert done.code == 1
    assert "None of the passwords opens the file" in done.err


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_what_is_cut_off_or_made_up_is_no_fault(kind: str, tmp_path: Path, keys: Path, forms_line) -> None:
    back, whole = tmp_path / "back", locked(filled(kind), kind, PASSWORD)
    for data in (whole[:600], whole[:-2000], whole.replace(b'spinCount="100000"', b'spinCount="9999999"')[:-1]):
        back.write_bytes(data)
        assert forms_line("read", back, "--decrypt", keys).code in (0, 1)
