"""The line manager gets one message about each run of chasers that says so, by the same rules as all others."""

from __future__ import annotations

import json
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from follow_up_kit import SENT, case, chase, issue, reply

import forms
from forms.application.ledger import Ledger
from forms.application.sending.queue import Queue
from mail_server import MailServer

AGAIN = (date(2026, 11, 6), date(2026, 11, 11), date(2026, 11, 16))
ADDRESS = "duty.spo@crc.example.org"


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    """An outbox whose third chasers are made and not sent; the line manager is told of those."""
    made = issue(tmp_path, sent=SENT)
    for day in AGAIN:
        report = chase(made, day)
        if day != AGAIN[-1]:
            forms.record(made, "sent", on=day, run=report.runs[-1])
    assert report.escalated == 3
    return made


def to_manager(report: forms.SendReport) -> list[forms.Sent]:
    return [line for line in report.messages if line.audience == "line-manager"]


def test_it_is_sent_once_and_after_the_chasers(outbox: Path, tmp_path: Path) -> None:
    assert [line.address for line in to_manager(forms.send(outbox, forms.SendOptions(dry_run=True)))] == [
        ADDRESS
    ]
    with MailServer() as server:
        options = forms.SendOptions(settings=server.settings(tmp_path))
        assert forms.send(outbox, options).complete
        assert not forms.send(outbox, options).messages
    assert server.recipients[-1] == [ADDRESS]
    assert [ADDRESS] not in server.recipients[:-1]
    message = server.messages[-1]
    assert message["Subject"].startswith(
        "[OFFICIAL-SENSITIVE] Not answered after several chasers: 3 papers, ref "
    )
    text = message.get_content()
    assert "- X1, Bexley, Safeguarding Children: Check/Notification Form, first sent on 3 November 2026" in text
    assert "Sampleson" not in text
    assert "Testcase" not in text
    (draft,) = outbox.glob("for-line-manager_*.eml")
    same = message_from_bytes(draft.read_bytes(), policy=policy.default)
    assert same["Message-ID"] == message["Message-ID"]
    assert same.get_content() == text


def test_what_was_answered_meanwhile_is_not_in_it(outbox: Path, tmp_path: Path) -> None:
    forms.record_reply(reply(outbox, "X1"), outbox, AGAIN[-1])
    with MailServer() as server:
        forms.send(outbox, forms.SendOptions(settings=server.settings(tmp_path)))
    assert "X1" not in server.messages[-1].get_content()
    assert "2 papers" in server.messages[-1]["Subject"]


def test_where_all_was_answered_it_is_taken_out(outbox: Path, tmp_path: Path) -> None:
    with MailServer(on_data=["451 Later"] * 99) as server:
        settings = server.settings(tmp_path, attempts=1)
        forms.send(outbox, forms.SendOptions(settings=settings))
        for reference in ("X1", "X2", "X3"):
            forms.record_reply(reply(outbox, reference), outbox, AGAIN[-1])
        assert not forms.send(outbox, forms.SendOptions(settings=settings)).messages
    assert not server.messages


def test_refused_it_waits_for_somebody(outbox: Path, tmp_path: Path) -> None:
    refused = ["250 OK"] * 3 + ["550 No such user"]
    with MailServer(on_rcpt=list(refused)) as server:
        options = forms.SendOptions(settings=server.settings(tmp_path))
        assert [line.state for line in to_manager(forms.send(outbox, options))] == ["refused"]
        assert [line.state for line in to_manager(forms.send(outbox, options))] == ["refused"]
        again = forms.SendOptions(settings=options.settings, retry_refused=True)
        (line,) = to_manager(forms.send(outbox, again))
    assert (line.state, len(server.ids)) == ("sent", 4)
    with Ledger(outbox / "ledger.db") as ledger:
        assert {one.state for one in Queue(ledger).in_states("sent", "refused", "queued")} == {"sent"}


def test_a_draft_that_was_sent_by_hand_can_be_settled(outbox: Path, tmp_path: Path) -> None:
    (draft,) = outbox.glob("for-line-manager_*.eml")
    reference = message_from_bytes(draft.read_bytes(), policy=policy.default)["Subject"].rpartition(" ")[2]
    assert forms.settle(outbox, reference, "sent").state == "sent"
    folder = tmp_path / "to-send"
    assert not to_manager(forms.send(outbox, forms.SendOptions(to_folder=folder)))


def test_without_an_address_nobody_gets_it(tmp_path: Path) -> None:
    profile = json.loads((Path(__file__).parents[3] / "samples" / "profile.json").read_text("utf-8"))
    profile["follow_up"] = {"escalate_after": 0, "line_manager": "the duty manager"}
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(profile), "utf-8")
    outbox = issue(tmp_path, case("X1", "Bexley"), profile=path)
    report = chase(outbox, SENT + timedelta(days=3), profile=path)
    assert report.escalated == 1
    sent = forms.send(outbox, forms.SendOptions(to_folder=tmp_path / "to-send", profile=path))
    assert len(sent.messages) == 1
    assert not to_manager(sent)
