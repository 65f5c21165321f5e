"""Sending by its command line: every message goes exactly once, or is listed for a person to look at."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from bulk_cases import as_csv, rows
from mail_server import MailServer

ROOT = Path(__file__).resolve().parents[2]
KILLS = 7


@pytest.fixture
def outbox(tmp_path: Path, forms_line) -> Path:
    folder = tmp_path / "outbox"
    table = as_csv(tmp_path / "cases.csv", list(rows(5)))
    words = ("--date", "2026-11-21", "--workers", "0", "--format", "docx")
    assert forms_line("bulk", "check-notification", table, "-o", folder, *words).code == 0
    return folder


def authorities(outbox: Path) -> list[str]:
    return sorted(path.name for path in outbox.iterdir() if any(path.glob("*.docx")))


def states(outbox: Path, forms_line) -> set[str]:
    return {row["state"] for row in json.loads(forms_line("status", outbox, "--json").out)}


def test_first_looked_at_then_sent_once(outbox: Path, tmp_path: Path, forms_line) -> None:
    dry = forms_line("send", outbox, "--dry-run")
    assert dry.code == 0, dry.err
    number = len(authorities(outbox))
    assert f"{number} messages: {number} would go" in dry.out
    assert "mash.secure@bexley.example.org: would go" in dry.out
    with MailServer() as server:
        settings = server.settings(tmp_path)
        done = forms_line("send", outbox, "--settings", settings)
        assert (done.code, done.err) == (0, "")
        assert f"{number} messages: {number} sent" in done.out
        again = forms_line("send", outbox, "--settings", settings)
        assert (again.code, again.out) == (0, "0 messages: nothing to send\n")
    assert len(server.ids) == len(set(server.ids)) == number
    assert states(outbox, forms_line) == {"sent"}
    named = {word for row in rows(5) for column in (1, 2, 7, 8) for word in row[column].split()}
    for message in server.messages:
        text = message.get_body(("plain",)).get_content() + str(message["Subject"])
        assert not [name for name in named - {"Example"} if name in text]


def test_the_environment_will_do_and_the_password_is_never_shown(
    outbox: Path, tmp_path: Path, forms_line, monkeypatch: pytest.MonkeyPatch
) -> None:
    with MailServer(on_rcpt=["550 5.1.1 Unknown"]) as server:
        server.settings(tmp_path)
        for name, value in {
            "HOST": "127.0.0.1", "PORT": str(server.port), "CA_FILE": str(tmp_path / "ca.pem"), "USER": "forms",
            "PASSWORD": "quite-wrong-password", "PER_MINUTE": "600000",
        }.items():  # fmt: skip
            monkeypatch.setenv(f"FORMS_SMTP_{name}", value)
        wrong = forms_line("send", outbox)
        assert wrong.code == 4
        assert "refuses the login" in wrong.err
        assert "quite-wrong" not in wrong.err + wrong.out
        monkeypatch.setenv("FORMS_SMTP_PASSWORD", "not-a-real-password")
        refused = forms_line("send", outbox)
    assert refused.code == 1
    assert "refused" in refused.out
    assert "--retry-refused" in refused.err


def test_without_a_server_they_are_written_for_a_mail_program(outbox: Path, tmp_path: Path, forms_line) -> None:
    folder = tmp_path / "to-send"
    done = forms_line("send", outbox, "--to-folder", folder)
    assert done.code == 0, done.err
    assert len(list(folder.glob("*.eml"))) == len(authorities(outbox))
    assert states(outbox, forms_line) == {"rendered"}
    marked = forms_line("send", outbox, "--mark-sent")
    assert f"{len(authorities(outbox))} messages noted" in marked.out
    assert states(outbox, forms_line) == {"sent"}


def test_what_is_uncertain_is_listed_until_somebody_says(outbox: Path, tmp_path: Path, forms_line) -> None:
    with MailServer(on_data=["drop"]) as server:
        settings = server.settings(tmp_path)
        done = forms_line("send", outbox, "--settings", settings)
        assert done.code == 1
        (lost,) = (line for line in done.err.splitlines() if line.startswith("uncertain: "))
        reference = lost.rpartition(" ")[2]
        assert server.ids[0] in lost
        assert f"ref {reference}" in server.messages[0]["Subject"]
        assert f"--settle {reference} sent" in done.err
        assert forms_line("send", outbox, "--settle", reference, "perhaps").code == 2
        assert forms_line("send", outbox, "--settle", reference, "sent").code == 0
        assert forms_line("send", outbox, "--settings", settings).code == 0
    assert len(server.ids) == len(set(server.ids)) == len(authorities(outbox))


def test_chasers_go_the_same_way_and_what_came_back_is_not_chased(
    outbox: Path, tmp_path: Path, forms_line
) -> None:
    with MailServer() as server:
        settings = server.settings(tmp_path)
        first = json.loads(forms_line("send", outbox, "--settings", settings, "--json").out)["messages"]
        back = next(one for one in first if one["folder"] == "bexley")
        settled = forms_line("send", outbox, "--settle", back["reference"], "returned")
        assert "refused" in settled.out
        chased = forms_line(
            "chase", outbox, "--on", "2026-12-04", "--format", "docx", "--workers", "0", "--json"
        )
        assert chased.code == 0, chased.err
        done = forms_line("send", outbox, "--settings", settings, "--json")
    report = json.loads(done.out)
    folders = {one["folder"] for one in report["messages"] if one["state"] == "sent"}
    assert folders == set(authorities(outbox)) - {"bexley"}
    assert report["counts"] == {"sent": len(folders), "refused": 1}
    chasers = server.messages[len(first) :]
    assert len(chasers) == len(folders)
    assert all(part.get_filename().startswith("chaser_") for one in chasers for part in one.iter_attachments())


def test_wrong_settings_are_named(outbox: Path, tmp_path: Path, forms_line) -> None:
    nothing = forms_line("send", outbox)
    assert nothing.code == 2
    assert "which mail server" in nothing.err
    open_to_all = tmp_path / "mail.toml"
    open_to_all.write_text('host = "mail.example.org"\nuser = "a"\npassword = "secret-words"\n')
    open_to_all.chmod(0o644)
    refused = forms_line("send", outbox, "--settings", open_to_all)
    assert refused.code == 2
    assert "chmod 600" in refused.err
    assert "secret-words" not in refused.err


def begin(outbox: Path, settings: Path) -> subprocess.Popen[bytes]:
    program = "from forms.cli import main\nif __name__ == '__main__': main()"
    return subprocess.Popen(
        [sys.executable, "-c", program, "send", str(outbox), "--settings", str(settings)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_at_any_step_nothing_is_lost_and_nothing_goes_twice(
    outbox: Path, tmp_path: Path, forms_line
) -> None:
    chance = random.Random(20261122)
    cut_off: set[str] = set()
    with MailServer() as server:
        settings = server.settings(tmp_path)
        for kill in range(KILLS):
            process = begin(outbox, settings)

            def strike(victim: subprocess.Popen[bytes] = process) -> str:
                victim.kill()
                victim.wait(30)
                return chance.choice(["250 OK", "451 Busy", "drop"])

            steps = [server.on_mail, server.on_rcpt, server.on_data]
            for step in steps:
                step.clear()
            steps[kill % 3].extend(["250 OK"] * chance.randint(0, 1) + [strike])
            process.wait(60)
            steps[kill % 3].clear()
            report = json.loads(forms_line("send", outbox, "--dry-run", "--json").out)
            listed = {one["message_id"] for one in report["messages"] if one["state"] == "uncertain"}
            assert len(listed - cut_off) <= 1, "a crash leaves at most one message to look at"
            assert cut_off <= listed
            cut_off = listed
        assert begin(outbox, settings).wait(60) == (1 if cut_off else 0)
    assert len(server.ids) == len(set(server.ids)), "nothing went twice"
    assert len(set(server.ids) | cut_off) == len(authorities(outbox)), "nothing was lost"
    assert cut_off
