"""What is outstanding: issued, and not yet answered or withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forms.application.bulk.run import LEDGER
from forms.application.catalogue import Catalogue, open_catalogue
from forms.application.ledger import OUTSTANDING, Ledger, State
from forms.domain.routing import load_authorities
from forms.foundation.errors import InputError
from forms.foundation.problems import Place


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A document that is waited for; `days` is its age since it was issued, `authority` a name, or empty."""

    authority: str
    recipient: str
    artefact: str
    reference: str
    audience: str
    issued: date
    days: int
    state: State
    version: int

    def as_json(self) -> dict[str, object]:
        """The object that `--json` prints, and the columns of the CSV."""
        return {
            "authority": self.authority,
            "recipient": self.recipient,
            "artefact": self.artefact,
            "reference": self.reference,
            "audience": self.audience,
            "issued": self.issued.isoformat(),
            "days": self.days,
            "state": self.state,
            "version": self.version,
        }


def status(
    place: Path, catalogue: Catalogue | None = None, today: date | None = None, older_than: int | None = None
) -> list[Outstanding]:
    """Give what is outstanding, by authority, the oldest first; of a re-issued document only the latest issue.

    Args:
        place: The outbox, or the ledger's file.
        catalogue: The library, for the names of authorities.
        today: The day to count ages to; today if not given.
        older_than: Only what is more days old than that.

    Raises:
        InputError: There is no ledger.
    """
    path = place / LEDGER if place.is_dir() else place
    if not path.is_file():
        raise InputError.of(
            "no-ledger", "There is no ledger here", "Name an outbox, or a ledger’s file", Place(str(place))
        )
    authorities = load_authorities((catalogue or open_catalogue()).directory("local-authorities")).by_code
    day = today or date.today()
    rows: dict[object, Outstanding] = {}
    with Ledger(path) as ledger:
        for one in ledger.in_states(*OUTSTANDING):
            age = (day - one.issued).days
            authority = authorities.get(one.key.recipient.partition("/")[0])
            name = authority.name if authority else ""
            rows[one.key] = Outstanding(
                name,
                one.key.recipient,
                one.key.artefact,
                one.shown,
                one.key.audience,
                one.issued,
                age,
                one.state,
                one.version,
            )
    kept = (row for row in rows.values() if older_than is None or row.days > older_than)
    return sorted(kept, key=lambda row: (row.authority, -row.days, row.reference, row.audience))
