"""Passwords come from a private file, one good one for each authority; what they lock, others can open."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import msoffcrypto
import page
import pikepdf
import pytest
from pypdf import PdfReader

from forms.application.catalogue import open_catalogue
from forms.application.encryption import Keys, load_keys
from forms.application.ledger import Entry
from forms.application.produce import RenderOptions, render
from forms.domain.case import parse
from forms.foundation.errors import InputError, MissingError, UsageError
from samples import ROOT

GOOD = "correct horse battery staple"
OTHER = "Nine-green(bottles)*hanging"


@pytest.fixture(scope="module")
def catalogue():
    return open_catalogue()


@pytest.fixture
def load(tmp_path: Path, catalogue):
    def read(text: str, mode: int = 0o600) -> Keys:
        path = tmp_path / "keys.toml"
        path.write_text(text, "utf-8")
        path.chmod(mode)
        return load_keys(path, catalogue.authorities)

    return read


def codes(load, text: str) -> list[str]:
    with pytest.raises(InputError) as refused:
        load(text)
    for problem in refused.value.problems:
        assert not any(word in f"{problem.message} {problem.hint}" for word in (GOOD, OTHER))
    return [problem.code for problem in refused.value.problems]


def test_an_authority_is_known_by_name_code_or_synonym(load) -> None:
    keys = load(f'Bexley = "{GOOD}"\nE09000028 = "{OTHER}"\nby-hand = "{GOOD}!"\n')
    assert keys.of("E09000004") == keys.of("E09000004/team#2") == GOOD
    assert keys.of("E09000028") == OTHER
    assert (keys.of("#2"), keys.of("E09000001")) == (f"{GOOD}!", "")
    assert GOOD not in repr(keys)


@pytest.mark.parametrize(
    "password",
    [
        "short-One1",
        "aaaaaaaaaaaaaaaa",
        "Password1234567",
        "bexley-2026-x",
        "Bexley123456",
        "pässwört-with-marks",
        " led by a space",
        "x" * 128,
        "tab\there tab\there",
    ],
)
def test_a_weak_password_is_refused(load, password: str) -> None:
    assert codes(load, f"Bexley = '{password}'\n") == ["weak-password"]


def test_everything_wrong_is_said_at_once(load) -> None:
    text = f'Bexly = "{GOOD}"\nBexley = "{GOOD}"\nE09000004 = "{OTHER}"\nCroydon = "{GOOD}"\nCamden = 7\n'
    assert codes(load, text) == ["unknown-area", "key-twice", "same-password", "weak-password"]


def test_others_may_not_read_it(load) -> None:
    for mode in (0o644, 0o640, 0o602):
        with pytest.raises(UsageError, match="Others may read"):
            load(f'Bexley = "{GOOD}"\n', mode)


def test_what_is_no_toml_is_said_without_its_words(load) -> None:
    assert codes(load, f'Bexley = "{GOOD}\n') == ["bad-keys"]


def test_what_is_not_installed_is_said_before_anything_is_read(
    tmp_path: Path, catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pikepdf", None)
    with pytest.raises(MissingError) as missing:
        load_keys(tmp_path / "not-there.toml", catalogue.authorities)
    assert "forms[encrypt]" in missing.value.problems[0].hint


@pytest.fixture(scope="module")
def documents(catalogue):
    path = ROOT / "samples" / "check-notification" / "valid" / "full.json"
    case = parse(path.read_bytes(), path.name)
    return {one.format: one for one in render(case, "check-notification", RenderOptions(), catalogue).documents}


def seal(document, keys: Keys) -> tuple[Entry, bytes]:
    entry = Entry(document.name, document.format, len(document.data), "0" * 64)
    return keys.seal(entry, document.data, "E09000004")


def test_an_encrypted_pdf_opens_with_its_password_and_is_the_same(load, documents, tmp_path: Path) -> None:
    plain = documents["pdf"].data
    entry, data = seal(documents["pdf"], load(f'Bexley = "{GOOD}"\n'))
    assert (entry.size, entry.sha256, entry.stored.size) == (len(plain), "0" * 64, len(data))
    assert b"/AESV3" in data
    assert len(data) < 1.2 * len(plain)
    for wrong in ("", OTHER):
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(io.BytesIO(data), password=wrong)
    before, after = PdfReader(io.BytesIO(plain)), PdfReader(io.BytesIO(data), password=GOOD)
    assert [one.extract_text() for one in after.pages] == [one.extract_text() for one in before.pages]
    assert [one.get_contents().get_data() for one in after.pages] == [
        one.get_contents().get_data() for one in before.pages
    ]
    assert after.get_fields().keys() == before.get_fields().keys()
    assert dict(after.metadata) == dict(before.metadata)
    with pikepdf.open(io.BytesIO(data), password=GOOD) as opened:
        assert opened.encryption.R == 6
        assert opened.allow.accessibility
        assert opened.Root.MarkInfo.Marked
        assert len(opened.Root.StructTreeRoot.K) > 0
        assert bytes(opened.Root.Metadata.read_bytes()) == before.xmp_metadata.stream.get_data()
        opened.save(tmp_path / "opened.pdf")
    assert page.validate_pdf(str(tmp_path / "opened.pdf"), profile="ua1").is_compliant


def test_an_encrypted_word_file_opens_with_its_password_and_is_the_same(load, documents) -> None:
    plain = documents["docx"].data
    _, data = seal(documents["docx"], load(f'Bexley = "{GOOD}"\n'))
    assert plain[:4] not in data
    assert b'keyBits="256"' in data
    assert b'cipherAlgorithm="AES"' in data
    opened = msoffcrypto.OfficeFile(io.BytesIO(data))
    opened.load_key(password=GOOD, verify_password=True)
    result = io.BytesIO()
    opened.decrypt(result, verify_integrity=True)
    assert result.getvalue() == plain
    with pytest.raises(msoffcrypto.exceptions.InvalidKeyError):
        msoffcrypto.OfficeFile(io.BytesIO(data)).load_key(password=OTHER, verify_password=True)
