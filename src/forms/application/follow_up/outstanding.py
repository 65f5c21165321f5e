"""What is outstanding: papers that wait to be sent, and papers that an answer is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from forms.application.catalogue import Catalogue, open_catalogue
from forms.application.follow_up.matters import Matter, authority_code, matters
from forms.application.follow_up.register import disputed, open_ledger
from forms.application.ledger import Issued, Ledger, State


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A paper that something is still to be done about.

    `days` is its age since it was issued, `authority` a name, or empty. `practitioner` is the code or team
    that the profile lets the ledger keep. `sent` is the day of the first sending; `due` the day on which it
    is to be sent or asked for (again), None where no rule says; `late`: the answer should have come by the
    rule. `chasers` counts those that were sent, `escalated`: the line manager was told. `disputed`: it was
    answered twice, and not alike, and somebody must say which holds.
    """

    authority: str
    recipient: str
    practitioner: str
    artefact: str
    reference: str
    audience: str
    issued: date
    days: int
    state: State
    version: int
    sent: date | None = None
    due: date | None = None
    late: bool = False
    chasers: int = 0
    escalated: bool = False
    disputed: bool = False

    def as_json(self) -> dict[str, object]:
        """The object that `--json` prints, and the columns of the CSV."""
        return {
            "authority": self.authority,
            "recipient": self.recipient,
            "practitioner": self.practitioner,
            "artefact": self.artefact,
            "reference": self.reference,
            "audience": self.audience,
            "issued": self.issued.isoformat(),
            "days": self.days,
            "state": self.state,
            "version": self.version,
            "sent": self.sent.isoformat() if self.sent else None,
            "due": self.due.isoformat() if self.due else None,
            "late": self.late,
            "chasers": self.chasers,
            "escalated": self.escalated,
            "disputed": self.disputed,
        }


def status(
    place: Path, catalogue: Catalogue | None = None, today: date | None = None, older_than: int | None = None
) -> list[Outstanding]:
    """Give what is outstanding, by authority, the oldest first; of a re-issued document only the latest issue.

    Args:
        place: The outbox, or the ledger's file.
        catalogue: The library, for the names of authorities and the rules.
        today: The day to count ages to; today if not given.
        older_than: Only what is more days old than that.

    Raises:
        InputError: There is no ledger.
    """
    catalogue = catalogue or open_catalogue()
    day = today or date.today()
    with open_ledger(place) as ledger:
        rows = list(_rows(ledger, catalogue, day))
    kept = (row for row in rows if older_than is None or row.days > older_than)
    return sorted(kept, key=lambda row: (row.authority, -row.days, row.reference, row.artefact, row.audience))


def _rows(ledger: Ledger, catalogue: Catalogue, day: date) -> Iterator[Outstanding]:
    known: set[int] = set()
    twice = disputed(ledger)
    for matter in matters(ledger, catalogue):
        issues = {one.id for one in matter.issues}
        known |= issues
        if matter.open or issues & twice:
            yield replace(_row(matter.document, matter, catalogue, day), disputed=bool(issues & twice))
    # What nobody answers, chasers among them, is outstanding until it is sent.
    unsent = (one for one in ledger.select("state = 'rendered'") if one.id not in known)
    for document in {(one.key, one.version): one for one in unsent}.values():
        yield _row(document, None, catalogue, day)


def _row(document: Issued, matter: Matter | None, catalogue: Catalogue, day: date) -> Outstanding:
    authority = catalogue.authorities.by_code.get(authority_code(document.key.recipient))
    sent = matter.sent if matter else None
    return Outstanding(
        authority=authority.name if authority else "",
        recipient=document.key.recipient,
        practitioner=document.practitioner,
        artefact=document.key.artefact,
        reference=document.shown,
        audience=document.key.audience,
        issued=document.issued,
        days=(day - document.issued).days,
        state=matter.state if matter else document.state,
        version=document.version,
        sent=sent,
        due=matter.next_chaser if matter and (sent or not matter.open) else document.issued,
        late=bool(matter and matter.late_on(day)),
        chasers=sum(one.sent is not None for one in matter.chasers) if matter else 0,
        escalated=any(one.escalated for one in matter.chasers) if matter else False,
    )


__all__ = ["Outstanding", "status"]
