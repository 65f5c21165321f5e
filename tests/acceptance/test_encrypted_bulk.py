"""Bulk runs with --encrypt: nothing plain on disk, a password for each authority, the same documents inside."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from email import message_from_bytes, policy
from pathlib import Path

import msoffcrypto
import pytest
from pypdf import PdfReader

from bulk_cases import as_csv, rows
from forms.application.catalogue import open_catalogue
from mail_server import MailServer

ROOT = Path(__file__).resolve().parents[2]
DATE = ("--date", "2026-11-21")
PAPER = "check-notification"


def password(code: str) -> str:
    return f"gravel teapot {code} orbit"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """Passwords for all authorities."""
    path = tmp_path / "keys.toml"
    codes = open_catalogue().authorities.by_code
    path.write_text("".join(f'{code} = "{password(code)}"\n' for code in codes))
    path.chmod(0o600)
    return path


def text_of(document: PdfReader) -> bytes:
    return "\n".join(page.extract_text() for page in document.pages).encode()


def opened(path: Path, code: str) -> bytes:
    """What a recipient sees: the Word file as it was, the text of the PDF."""
    data = path.read_bytes()
    if path.suffix == ".pdf":
        return text_of(PdfReader(io.BytesIO(data), password=password(code)))
    file, result = msoffcrypto.OfficeFile(io.BytesIO(data)), io.BytesIO()
    file.load_key(password=password(code), verify_password=True)
    file.decrypt(result, verify_integrity=True)
    return result.getvalue()


def code_of(folder: str) -> str:
    by_folder = {
        (hub["id"] if len(one.hubs) > 1 else one.name.lower().replace(" ", "-")): code
        for code, one in open_catalogue().authorities.by_code.items()
        for hub in one.hubs
    }
    return by_folder[folder]


def test_every_document_is_locked_and_the_same_inside(tmp_path: Path, keys: Path, forms_line) -> None:
    table = as_csv(tmp_path / "cases.csv", list(rows(2)))
    plain, outbox = tmp_path / "plain", tmp_path / "outbox"
    words = ("bulk", PAPER, table, *DATE, "--workers", "0")
    assert forms_line(*words, "-o", plain).code == 0
    done = forms_line(*words, "-o", outbox, "--encrypt", keys, "--json")
    assert done.code == 0, done.err
    manifest = json.loads(Path(json.loads(done.out)["manifest"]).read_text())
    assert manifest["encrypted"] is True
    for document in manifest["documents"]:
        for file in document["files"]:
            locked, before = (root / document["folder"] / file["name"] for root in (outbox, plain))
            assert hashlib.sha256(before.read_bytes()).hexdigest() == file["sha256"]
            assert hashlib.sha256(locked.read_bytes()).hexdigest() == file["encrypted"]["sha256"]
            inside = opened(locked, code_of(document["folder"]))
            if locked.suffix == ".docx":
                assert inside == before.read_bytes()
            else:
                assert inside == text_of(PdfReader(before))
    with next(outbox.glob("*/covering-list*.csv")).open(encoding="utf-8-sig", newline="") as stream:
        assert {list(row.values())[-1] for row in csv.DictReader(stream)} == {"yes"}
    again = forms_line(*words, "-o", outbox, "--encrypt", keys)
    assert "0 made, 2 issued before" in again.out


def test_nothing_plain_is_on_disk_or_in_a_message(tmp_path: Path, keys: Path, forms_line) -> None:
    table, outbox = list(rows(2)), tmp_path / "outbox"
    path = as_csv(tmp_path / "cases.csv", table)
    words = ("--workers", "0", "--encrypt", keys, *DATE)
    assert forms_line("bulk", PAPER, path, "-o", outbox, *words).code == 0
    names = {row[column].encode() for row in table for column in (1, 2, 7, 8) if row[column] != "Example"}
    for file in outbox.rglob("*"):
        data = file.read_bytes() if file.is_file() else b""
        assert data[:2] != b"PK", file
        assert not data.startswith(b"%PDF") or b"/Encrypt" in data
        assert b"gravel teapot" not in data
        if file.suffix in (".csv", ".eml", ".json"):
            assert not [name for name in names if name in data.split(b"Content-Transfer-Encoding: base64")[0]]
    with MailServer() as server:
        assert forms_line("send", outbox, "--settings", server.settings(tmp_path)).code == 0
    assert server.messages
    for message in server.messages:
        assert "The documents are encrypted" in message.get_body(("plain",)).get_content()
        folder = str(message["To"]).removeprefix("mash.secure@").removesuffix(".example.org")
        drafts = [message_from_bytes(one.read_bytes(), policy=policy.default) for one in outbox.glob("*/*.eml")]
        (draft,) = (one for one in drafts if one["Message-ID"] == message["Message-ID"])
        assert [part.get_content() for part in draft.iter_attachments()] == [
            part.get_content() for part in message.iter_attachments()
        ], folder


def test_a_missing_password_stops_before_anything_is_made(tmp_path: Path, keys: Path, forms_line) -> None:
    table, outbox = as_csv(tmp_path / "cases.csv", list(rows(6))), tmp_path / "outbox"
    text = keys.read_text()
    keys.write_text("".join(line for line in text.splitlines(True) if "E09000004" not in line))
    words = ("bulk", PAPER, table, "-o", outbox, *DATE, "--workers", "0", "--encrypt", keys)
    stopped = forms_line(*words)
    assert stopped.code == 1
    assert "There is no password for Bexley" in stopped.err
    assert {path.name for path in outbox.rglob("*")} <= {".lock", "ledger.db", "ledger.db.key"}
    dry = forms_line(*words, "--dry-run")
    assert dry.code == 1
    assert "problem no-password: " in dry.out
    keys.chmod(0o644)
    assert "chmod 600" in forms_line(*words).err


def test_chasers_are_locked_too(tmp_path: Path, keys: Path, forms_line) -> None:
    table, outbox = as_csv(tmp_path / "cases.csv", list(rows(1))), tmp_path / "outbox"
    words = ("--format", "docx", "--workers", "0", "--encrypt", keys)
    assert forms_line("bulk", PAPER, table, "-o", outbox, *DATE, *words).code == 0
    assert forms_line("record", outbox, "sent", "--run", "1", "--on", "2026-11-23").code == 0
    text = keys.read_text()
    keys.write_text("# nobody\n")
    stopped = forms_line("chase", outbox, "--on", "2026-12-04", *words)
    assert stopped.code == 1
    assert "There is no password for" in stopped.err
    keys.write_text(text)
    done = forms_line("chase", outbox, "--on", "2026-12-04", *words)
    assert done.code == 0, done.err
    chasers = list(outbox.glob("*/chaser_*.docx"))
    assert chasers
    assert all(opened(one, code_of(one.parent.name))[:2] == b"PK" for one in chasers)


def begin(path: Path, outbox: Path, keys: Path) -> subprocess.Popen[bytes]:
    program = "from forms.cli import main\nif __name__ == '__main__': main()"
    words = ("bulk", PAPER, str(path), "-o", str(outbox), *DATE, "--workers", "1", "--format", "docx")
    return subprocess.Popen(
        [sys.executable, "-c", program, *words, "--encrypt", str(keys)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_it_goes_on_and_leaves_what_is_there(tmp_path: Path, keys: Path) -> None:
    path, outbox = as_csv(tmp_path / "cases.csv", list(rows(10))), tmp_path / "outbox"
    keys.write_text(keys.read_text() + 'by-hand = "gravel teapot nobody orbit"\n')
    process = begin(path, outbox, keys)
    until = time.monotonic() + 60
    while process.poll() is None and not list(outbox.glob("*/*.docx")) and time.monotonic() < until:
        time.sleep(0.01)
    process.kill()
    process.wait(60)
    before = {file: file.read_bytes() for file in outbox.glob("*/*.docx")}
    assert before
    assert begin(path, outbox, keys).wait(120) == 0
    assert all(file.read_bytes() == data for file, data in before.items())
    made = list(outbox.glob("*/*.docx"))
    with closing(sqlite3.connect(outbox / "ledger.db")) as base:
        noted = dict(base.execute("SELECT name, sha256 FROM files"))
    inside = {file.name: hashlib.sha256(opened(file, code_of(file.parent.name))).hexdigest() for file in made}
    assert inside == noted
    assert not (outbox / ".staging").exists()
