"""Whatever a mail server does, each message goes once or is listed for a person."""

from __future__ import annotations

import shutil
import signal
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sending_kit import AREAS, DAY, issue

from forms.application.bulk.outbox import locked
from forms.application.ledger import Ledger
from forms.application.sending.desk import Timing
from forms.application.sending.report import SendReport
from forms.application.sending.send import SendOptions, mark_handed_over, send, settle
from forms.foundation.errors import OutputError, UsageError
from mail_server import DROP, PASSWORD, Clock, MailServer


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    folder = tmp_path / "outbox"
    folder.mkdir()
    issue(folder)
    return folder


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def go(outbox: Path, tmp_path: Path, clock: Clock):
    """Send the outbox by a server, in no time."""

    def run(server: MailServer, options: SendOptions | None = None, **settings: object) -> SendReport:
        path = server.settings(tmp_path, **settings)
        timing = Timing(clock.now, clock.clock, clock.sleep, lambda: 1.0)
        return send(outbox, replace(options or SendOptions(), settings=path), {}, timing=timing)

    return run


def states(outbox: Path) -> Counter[str]:
    with Ledger(outbox / "ledger.db") as ledger:
        return Counter(document.state for document in ledger.select("1"))


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_each_message_goes_once_over_tls(outbox: Path, go, security: str) -> None:
    with MailServer(security) as server:
        report = go(server)
        assert report.complete
        assert report.counts == {"sent": 3}
        assert server.connections == 1
        again = go(server)
        assert (again.complete, again.messages) == (True, [])
    assert sorted(server.ids) == sorted(line.message_id for line in report.messages)
    assert len(set(server.ids)) == 3
    assert states(outbox) == {"sent": 6}
    for message in server.messages:
        folder = str(message["To"]).removeprefix("mash.secure@").removesuffix(".example.org")
        files = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
        assert files == {path.name: path.read_bytes() for path in (outbox / folder).iterdir()}
        assert message["Subject"].startswith(
            "[OFFICIAL-SENSITIVE] Safeguarding Children: Check/Notification Form"
        )
        assert ": 2 documents, ref " in message["Subject"]
        assert message["Date"].datetime == Clock.start
    assert sorted(server.recipients) == sorted([[f"mash.secure@{folder}.example.org"] for folder in AREAS])
    with Ledger(outbox / "ledger.db") as ledger:
        assert {document.since for document in ledger.select("1")} == {date(2026, 11, 23)}


def test_a_temporary_refusal_is_tried_again_with_growing_pauses(outbox: Path, go, clock: Clock) -> None:
    busy = "451 4.3.0 Busy"
    with MailServer(on_data=[busy, "250 OK", "250 OK", "452 Full", busy]) as server:
        report = go(server, per_minute=60)
    assert report.counts == {"sent": 3}
    assert Counter(server.ids).most_common(1)[0][1] == 1
    assert sum(clock.slept) >= 5 + 10 + 20
    assert states(outbox) == {"sent": 6}


def test_a_recipient_refused_for_now_waits_for_the_next_call(outbox: Path, go) -> None:
    with MailServer(on_rcpt=["450 4.2.1 Greylisted"] * 15) as server:
        report = go(server)
        assert report.counts == {"queued": 3}
        assert {line.reply for line in report.messages} == {"450 4.2.1 Greylisted"}
        assert not report.complete
        assert go(server).counts == {"sent": 3}


def test_a_server_that_closes_is_tried_again(outbox: Path, go) -> None:
    with MailServer(on_mail=["421 4.7.0 Too many"], on_data=["421 4.3.2 Shutting down"]) as server:
        assert go(server).counts == {"sent": 3}
    assert len(server.ids) == len(set(server.ids)) == 3


def test_what_is_refused_for_good_is_listed_and_tried_only_when_told_so(outbox: Path, go) -> None:
    with MailServer(on_rcpt=["550 5.1.1 No such mailbox"], on_data=["554 5.7.1 Not wanted"]) as server:
        report = go(server)
        assert report.counts == {"refused": 2, "sent": 1}
        assert sorted(line.reply for line in report.messages if line.state == "refused") == [
            "550 5.1.1 No such mailbox",
            "554 5.7.1 Not wanted",
        ]
        assert go(server).counts == {"refused": 2}
        assert len(server.messages) == 1
        assert go(server, SendOptions(retry_refused=True)).counts == {"sent": 2}
    assert len(set(server.ids)) == 3


@pytest.mark.parametrize("kept", [True, False])
def test_a_connection_dropped_after_the_data_is_uncertain(outbox: Path, go, kept: bool) -> None:
    with MailServer(on_data=["250 OK", DROP], keeps_dropped=kept) as server:
        report = go(server)
        assert report.counts == {"sent": 2, "uncertain": 1}
        (line,) = (one for one in report.messages if one.state == "uncertain")
        assert len(server.ids) == len(set(server.ids)) == 2 + kept
        assert go(server).counts == {"uncertain": 1}
        assert len(server.ids) == 2 + kept
        assert states(outbox) == {"sent": 4, "rendered": 2}
        settle(outbox, line.reference if kept else line.message_id, "sent" if kept else "not-sent")
        assert go(server).counts == ({} if kept else {"sent": 1})
    assert len(server.ids) == len(set(server.ids)) == 3
    assert line.message_id in server.ids
    assert states(outbox) == {"sent": 6}


def test_a_server_that_never_answers_gets_no_more(outbox: Path, go) -> None:
    with MailServer(on_data=[DROP, DROP]) as server:
        report = go(server)
        assert [problem.code for problem in report.problems] == ["no-answers"]
        assert report.counts == {"uncertain": 2, "queued": 1}
        assert go(server).counts == {"uncertain": 2, "sent": 1}
    assert len(server.ids) == len(set(server.ids)) == 3


def test_a_connection_is_not_kept_through_a_long_pause(outbox: Path, go) -> None:
    with MailServer(on_rcpt=["450 Later"] * 3) as server:
        assert go(server, first_pause=200).counts == {"sent": 3}
        assert server.connections == 2


def test_a_connection_dropped_before_the_data_is_no_harm(outbox: Path, go) -> None:
    with MailServer(on_rcpt=[DROP, "250 OK", DROP], on_mail=["250 OK", DROP]) as server:
        assert go(server).counts == {"sent": 3}
    assert len(server.ids) == len(set(server.ids)) == 3


def test_a_copy_that_is_refused_holds_nothing_up(outbox: Path, go) -> None:
    with MailServer(on_rcpt=["250 OK", "550 No copies"]) as server:
        report = go(server, copy_to="sent@crc.example.org")
    assert report.counts == {"sent": 3}
    assert [problem.code for problem in report.problems] == ["no-copy"]
    assert sum("sent@crc.example.org" in recipients for recipients in server.recipients) == 2
    assert not any(message["Bcc"] or "sent@crc" in str(message["To"]) for message in server.messages)


def test_a_wrong_password_stops_and_shows_none(outbox: Path, go) -> None:
    with MailServer() as server:
        report = go(server, password="quite-wrong-password")
    assert report.stopped
    assert [problem.code for problem in report.problems] == ["no-login"]
    assert report.counts == {"queued": 3}
    assert not server.messages
    words = str(report.as_json())
    assert PASSWORD not in words
    assert "quite-wrong" not in words


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_somebody_else_stops(outbox: Path, go, tmp_path: Path, security: str) -> None:
    with MailServer(security) as server, MailServer() as other:
        other.authority.cert_pem.write_to_path(str(tmp_path / "other.pem"))
        report = go(server, ca_file="other.pem")
    assert [problem.code for problem in report.problems] == ["wrong-certificate"]
    assert report.counts == {"queued": 3}
    assert not server.messages


def test_a_certificate_for_another_name_stops(outbox: Path, go) -> None:
    with MailServer() as server:
        report = go(server, host="localhost")
    assert [problem.code for problem in report.problems] == ["wrong-certificate"]


def test_no_encryption_where_it_was_asked_for_stops(outbox: Path, go) -> None:
    with MailServer("none", login=False) as server:
        report = go(server, security="starttls")
        assert [problem.code for problem in report.problems] == ["not-offered"]
        report = go(server, security="tls")
        assert [problem.code for problem in report.problems] == ["no-encryption"]
        assert not server.messages
        assert go(server).counts == {"sent": 3}


def test_nobody_at_home_is_said_after_some_tries(outbox: Path, go, clock: Clock) -> None:
    with MailServer() as server:
        port = server.port
    report = go(server, port=port, attempts=3)
    assert report.stopped
    assert [problem.code for problem in report.problems] == ["no-server"]
    assert clock.slept == [5.0, 10.0]
    assert report.counts == {"queued": 3}


def test_a_sender_that_the_server_does_not_know_stops(outbox: Path, go) -> None:
    with MailServer(on_mail=["550 5.7.1 Not your address"]) as server:
        report = go(server)
    assert [problem.code for problem in report.problems] == ["sender-refused"]
    assert report.counts == {"queued": 3}


def test_the_rate_is_kept(outbox: Path, go, clock: Clock) -> None:
    with MailServer() as server:
        go(server, per_minute=12)
    assert clock.slept == [5.0, 5.0]


def test_a_batch_is_split_by_size(tmp_path: Path, outbox: Path, go) -> None:
    issue(outbox, {"bexley": "E09000004"}, each=3, size=6000)
    with MailServer() as server:
        report = go(server, attachments_mb=0.009)
    parts = {
        line.subject.partition("(")[2].partition(")")[0] for line in report.messages if line.documents == 1
    }
    assert parts == {"message 1 of 3", "message 2 of 3", "message 3 of 3"}
    assert sum(len(list(message.iter_attachments())) for message in server.messages) == 9


def test_a_message_larger_than_the_server_takes_is_refused_before_it_goes(outbox: Path, go) -> None:
    with MailServer(size=500) as server:
        report = go(server)
    assert report.counts == {"refused": 3}
    assert "up to 500 bytes" in report.messages[0].reply


def test_a_document_that_was_changed_or_lost_is_not_sent(outbox: Path, go) -> None:
    attached_file = min((outbox / "bexley").iterdir())
    attached_file.write_bytes(b"changed")
    min((outbox / "croydon").iterdir()).unlink()
    with MailServer() as server:
        report = go(server)
    assert report.counts == {"sent": 1, "queued": 2}
    assert [problem.code for problem in report.problems] == ["not-as-issued"] * 2


def test_a_withdrawn_document_is_taken_out(outbox: Path, go) -> None:
    with MailServer(on_rcpt=["450 Later"] * 30) as server:
        assert go(server).counts == {"queued": 3}
        with Ledger(outbox / "ledger.db") as ledger:
            ledger.record(1, "withdrawn", DAY)
            ledger.commit()
        server.on_rcpt.clear()
        report = go(server)
    assert report.counts == {"sent": 3}
    assert sorted(line.documents for line in report.messages) == [1, 2, 2]
    assert states(outbox) == {"sent": 5, "withdrawn": 1}


def test_without_an_address_it_is_listed(tmp_path: Path, outbox: Path, go) -> None:
    issue(outbox, {"nowhere": "E99999999", "by-hand": ""})
    with MailServer() as server:
        report = go(server)
    assert report.counts == {"sent": 3}
    assert [problem.code for problem in report.problems] == ["no-address"]
    assert report.by_hand == 2
    assert not report.complete


def test_an_interrupted_run_waits_unless_told_otherwise(outbox: Path, go) -> None:
    issue(outbox, {"bexley": "E09000004"}, each=1, finish=False)
    with MailServer() as server:
        report = go(server)
        assert [problem.code for problem in report.problems] == ["unfinished-run"]
        assert report.counts == {"sent": 3}
        assert go(server, SendOptions(unfinished=True)).counts == {"sent": 1}


def test_the_message_id_is_the_same_whoever_sends(outbox: Path, tmp_path: Path, go) -> None:
    copy = Path(shutil.copytree(outbox, tmp_path / "copy"))
    elsewhere = send(copy, SendOptions(to_folder=tmp_path / "to-send"), {})
    with MailServer() as server:
        go(server)
    assert sorted(server.ids) == sorted(line.message_id for line in elsewhere.messages)


def test_a_dry_run_writes_nothing(outbox: Path) -> None:
    before = {path: path.read_bytes() for path in outbox.rglob("*") if path.is_file()}
    report = send(outbox, SendOptions(dry_run=True), {})
    assert report.dry
    assert report.complete
    assert {path: path.read_bytes() for path in outbox.rglob("*") if path.is_file()} == before


def test_written_to_a_folder_they_are_handed_over_once(outbox: Path, tmp_path: Path, go) -> None:
    folder = tmp_path / "to-send"
    report = send(outbox, SendOptions(to_folder=folder), {})
    assert report.counts == {"handed-over": 3}
    assert len(list(folder.glob("*.eml"))) == 3
    assert send(outbox, SendOptions(to_folder=folder), {}).messages == []
    with MailServer() as server:
        assert go(server).messages == []
        lost = report.messages[0]
        settle(outbox, lost.message_id, "not-sent")
        assert go(server).counts == {"sent": 1}
    assert server.ids == [lost.message_id]
    assert states(outbox) == {"sent": 2, "rendered": 4}
    assert len(mark_handed_over(outbox)) == 2
    assert states(outbox) == {"sent": 6}


def test_only_what_is_open_can_be_settled(outbox: Path, go) -> None:
    with MailServer() as server:
        (first, *_) = go(server).messages
    with pytest.raises(UsageError, match="cannot become"):
        settle(outbox, first.message_id, "not-sent")
    with pytest.raises(UsageError, match="no such message"):
        settle(outbox, "<nothing@example.org>", "sent")


def test_two_senders_do_not_meet(outbox: Path, go) -> None:
    with MailServer() as server, locked(outbox), pytest.raises(OutputError):
        go(server)
    assert not server.messages


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_waits_for_the_answer_once(outbox: Path, go, times: int) -> None:
    def interrupt() -> str:
        for _ in range(times):
            signal.raise_signal(signal.SIGINT)
        return "250 OK"

    with MailServer(on_data=["250 OK", interrupt]) as server:
        report = go(server)
        assert report.interrupted
        assert report.counts["sent"] + report.counts["uncertain"] == 2
        rest = go(server)
    assert len(server.ids) == len(set(server.ids)) == 3
    assert rest.counts["sent"] == 1


def test_what_came_back_is_no_longer_sent_and_goes_again_when_told(outbox: Path, go) -> None:
    with MailServer() as server:
        (first, *_) = go(server).messages
        with Ledger(outbox / "ledger.db") as ledger:
            ledger.record(1, "answered", DAY)
            ledger.commit()
        settle(outbox, first.reference, "returned")
        assert states(outbox) == {"sent": 4, "answered": 1, "rendered": 1}
        assert go(server).counts == {"refused": 1}
        report = go(server, SendOptions(retry_refused=True))
    assert report.counts == {"sent": 1}
    assert states(outbox) == {"sent": 5, "answered": 1}


def test_a_draft_that_was_sent_by_hand_can_be_settled(outbox: Path, tmp_path: Path, go) -> None:
    drafts = send(
        Path(shutil.copytree(outbox, tmp_path / "copy")), SendOptions(to_folder=tmp_path / "files"), {}
    )
    draft = drafts.messages[1]
    assert settle(outbox, draft.reference, "sent").documents == 2
    with MailServer() as server:
        assert go(server).counts == {"sent": 2}
    assert draft.message_id not in server.ids
    assert states(outbox) == {"sent": 6}


@pytest.mark.parametrize(
    ("fails_at", "sent", "left"), [(4, 1, {"queued": 2}), (5, 2, {"queued": 1, "uncertain": 1})]
)
def test_a_ledger_that_cannot_be_written_stops_it(
    outbox: Path, go, monkeypatch: pytest.MonkeyPatch, fails_at: int, sent: int, left: dict[str, int]
) -> None:
    commits = 0
    real = Ledger.commit

    def commit(ledger: Ledger) -> None:
        nonlocal commits
        commits += 1
        if commits == fails_at:  # one for the plan, then one before and one after each message
            raise OutputError.of("cannot-write", "Cannot write the ledger")
        real(ledger)

    monkeypatch.setattr(Ledger, "commit", commit)
    with MailServer() as server:
        report = go(server)
        assert report.stopped
        assert report.counts == {"sent": 1, **left}
        assert len(server.ids) == sent
        rest = go(server)
    assert rest.counts["uncertain"] == left.get("uncertain", 0)
    assert len(server.ids) == len(set(server.ids)) == 3
