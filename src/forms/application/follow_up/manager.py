"""What the line manager gets of a run: a list of what is still not answered, and a message.

The message lies as a draft beside the list, and `forms send` sends the same one if the profile has an address.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from forms.application.bulk.messages import Bundle, Composer, short
from forms.application.catalogue import Catalogue
from forms.application.follow_up.matters import authority_code
from forms.application.ledger import NEXT, Issued, Ledger
from forms.application.output import write_file
from forms.domain.wording import date_words

READER, FOLDER = "line-manager", "for-line-manager"
"""What a message to the line manager has in the ledger in place of a reader and a folder."""
COLUMNS = ("Reference", "Authority", "Team", "Form", "First sent", "Chasers", "File")
_POLICY = SMTP.clone(cte_type="7bit")  # not every server takes 8-bit text (RFC 6152)


@dataclass(frozen=True, slots=True)
class Told:
    """A chaser that the line manager is told of: with its files, what it asks for, since when, its number."""

    chaser: Bundle
    about: Issued
    sent: date | None
    attempt: int


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to the line manager about the chasers of a run. It names nobody."""

    told: Sequence[Told]
    composer: Composer
    message_id: str

    @property
    def address(self) -> str:
        """Where it goes: the profile's `line_manager_email`, or nothing."""
        rule = self.composer.catalogue.profile.get("follow_up") or {}
        return str(rule.get("line_manager_email", ""))

    @property
    def still(self) -> list[Told]:
        """What is not answered yet, and not withdrawn."""
        return [one for one in self.told if NEXT[one.about.state]]

    @property
    def subject(self) -> str:
        """The subject: marking, how many, and a reference to ask about it by."""
        marking = (self.composer.catalogue.profile.get("marking") or {}).get("level", "")
        number = len(self.still)
        papers = f"{number} paper{'s' * (number != 1)}"
        words = f"Not answered after several chasers: {papers}, ref {short(self.message_id)}"
        return f"[{marking}] {words}" if marking else words

    def compose(self, sent: datetime | None = None) -> bytes:
        """Give the message as bytes (a draft, without the time of sending); it names the letters."""
        message = EmailMessage(policy=_POLICY)
        message["Subject"] = self.subject
        message["From"] = self.composer.sender()
        if self.address:
            message["To"] = self.address
        message["Message-ID"] = self.message_id
        if sent is None:
            message["X-Unsent"] = "1"  # mail programs open it as a draft
        else:
            message["Date"] = format_datetime(sent)
        message.set_content("\n".join(self._lines()) + "\n")
        return message.as_bytes()

    def _lines(self) -> list[str]:
        lines = ["These papers are still not answered. Please take it up with a manager of the service.", ""]
        catalogue = self.composer.catalogue
        for one in self.still:
            chaser, files = one.chaser
            title = catalogue.artefact(one.about.key.artefact).title
            parts = [chaser.shown, _authority(chaser, catalogue), title]
            parts.append(f"first sent on {date_words(one.sent.isoformat())}" if one.sent else "")
            what = ", ".join(part for part in parts if part)
            lines.append(f"- {what}, follow-up number {one.attempt}: {chaser.folder}/{files[0].name}")
        where = f"The letters are in {self.composer.outbox.name}, in the folders named above."
        return [*lines, "", where, "", str(self.composer.catalogue.profile.get("name", ""))]


def notice(composer: Composer, run: int) -> Notice | None:
    """Give the message about a run; None where the line manager need not be told of it.

    Made from the ledger alone, so that a run that was interrupted gives the same.
    """
    ledger = composer.ledger
    rows = ledger.rows(
        "SELECT chases.*, (SELECT min(day) FROM events WHERE document = chased AND state = 'sent') AS sent "
        "FROM chases JOIN documents ON id = document WHERE run = ? AND escalated ORDER BY folder, row",
        run,
    )
    told = [
        Told(
            (ledger.document(row["document"]), ledger.files(row["document"])),
            ledger.document(row["chased"]),
            date.fromisoformat(row["sent"]) if row["sent"] else None,
            row["attempt"],
        )
        for row in rows
    ]
    identity = composer.identify((one.chaser[0] for one in told), READER)
    return Notice(told, composer, identity) if told else None


def runs_to_tell_of(ledger: Ledger) -> list[int]:
    """Give the finished runs that the line manager has no message about yet."""
    rows = ledger.rows(
        "SELECT DISTINCT run FROM documents JOIN chases ON document = id JOIN runs ON number = run "
        "WHERE escalated AND finished = 1 AND run NOT IN "
        "(SELECT run FROM messages WHERE audience = ? AND state <> 'void') ORDER BY run",
        READER,
    )
    return [row["run"] for row in rows]


def write_for_manager(outbox: Path, ledger: Ledger, catalogue: Catalogue, run: int) -> tuple[Path, ...]:
    """Write the list and the draft of a run; nothing where the line manager need not be told."""
    found = notice(Composer(outbox, ledger, catalogue), run)
    if found is None:
        return ()
    stem = f"{FOLDER}_{found.told[0].chaser[0].issued.isoformat()}_run-{run}"
    listed = write_file(outbox, f"{stem}.csv", _list(found.told, catalogue))
    return (listed, write_file(outbox, f"{stem}.eml", found.compose()))


def _list(told: Sequence[Told], catalogue: Catalogue) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for one in told:
        chaser, files = one.chaser
        title = catalogue.artefact(one.about.key.artefact).title
        what = (chaser.shown, _authority(chaser, catalogue), chaser.practitioner, title, one.sent or "")
        writer.writerows((*what, one.attempt, f"{chaser.folder}/{file.name}") for file in files)
    return b"\xef\xbb\xbf" + text.getvalue().encode()  # the mark makes Excel read it as UTF-8


def _authority(document: Issued, catalogue: Catalogue) -> str:
    found = catalogue.authorities.by_code.get(authority_code(document.key.recipient))
    return found.name if found else ""


__all__ = ["FOLDER", "READER", "Notice", "notice", "runs_to_tell_of", "write_for_manager"]
