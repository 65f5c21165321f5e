"""The power may fail before or after every step of sending: no message is lost, and none goes twice."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sending_kit import AREAS, issue

from forms.application.ledger import Ledger
from forms.application.sending.desk import Timing
from forms.application.sending.post import Post
from forms.application.sending.send import SendOptions, send, settle
from mail_server import Clock, MailServer

STEPS = ((Ledger, "commit"), (Post, "offer"), (Post, "complete"))


class PowerCut(BaseException):
    """Nothing that happens afterwards can be noted."""


class Mains:
    """Fails at one moment: before or after the so-many-th step; from then on nothing works."""

    def __init__(self, moment: int) -> None:
        self.left = moment
        self.off = False

    def wrap(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*words: Any, **named: Any) -> Any:
            self.tick()
            done = step(*words, **named)
            self.tick()
            return done

        return wrapped

    def tick(self) -> None:
        self.left -= 1
        if self.off or self.left < 0:
            self.off = True
            raise PowerCut


def test_the_power_fails_at_every_step_in_turn(tmp_path: Path) -> None:
    whole = tmp_path / "outbox"
    whole.mkdir()
    issue(whole, dict(itertools.islice(AREAS.items(), 2)), each=1)
    clock, uncertain = Clock(), 0
    timing = Timing(clock.now, clock.clock, clock.sleep, lambda: 1.0)
    for moment in itertools.count():
        outbox, mains = Path(shutil.copytree(whole, tmp_path / str(moment))), Mains(moment)
        with MailServer() as server:
            options = SendOptions(settings=server.settings(tmp_path))
            with pytest.MonkeyPatch.context() as patch:
                for kind, name in STEPS:
                    patch.setattr(kind, name, mains.wrap(getattr(kind, name)))
                try:
                    send(outbox, options, {}, timing=timing)
                except PowerCut:
                    assert mains.off
            report = send(outbox, options, {}, timing=timing)
            open_ones = [line for line in report.messages if line.state == "uncertain"]
            assert len(open_ones) <= 1, f"moment {moment}"
            for line in open_ones:
                settle(outbox, line.reference, "sent" if line.message_id in server.ids else "not-sent")
                uncertain += 1
            assert send(outbox, options, {}, timing=timing).complete
            assert len(server.ids) == len(set(server.ids)) == 2, f"moment {moment}"
        with Ledger(outbox / "ledger.db") as ledger:
            assert {document.state for document in ledger.select("1")} == {"sent"}
        if not mains.off:
            break
    assert moment > 15
    assert uncertain == 2 * 4  # after `sending` is noted, until `sent` is: four moments of each message
