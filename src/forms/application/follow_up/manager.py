"""What the line manager gets of a run: a list of what is still not answered, and a message draft."""

from __future__ import annotations

import csv
import io
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from forms.application.bulk.messages import Bundle
from forms.application.catalogue import Catalogue
from forms.application.follow_up.matters import authority_code
from forms.application.ledger import Ledger
from forms.application.output import write_file

COLUMNS = ("Reference", "Authority", "Team", "Form", "First sent", "Chasers", "File")


def write_for_manager(outbox: Path, ledger: Ledger, catalogue: Catalogue, run: int) -> tuple[Path, ...]:
    """Write the list and the draft of a run; nothing where the manager need not be told. It names nobody.

    Made from the ledger alone, so that a run that was interrupted gives the same.
    """
    rows = ledger.rows(
        "SELECT chases.*, (SELECT min(day) FROM events WHERE document = chased AND state = 'sent') AS sent "
        "FROM chases JOIN documents ON id = document WHERE run = ? AND escalated ORDER BY folder, row",
        run,
    )
    if not rows:
        return ()
    bundles: list[Bundle] = []
    table: list[tuple[object, ...]] = []
    for row in rows:
        chaser, about = ledger.document(row["document"]), ledger.document(row["chased"])
        files = ledger.files(chaser.id)
        bundles.append((chaser, files))
        authority = catalogue.authorities.by_code.get(authority_code(chaser.key.recipient))
        title = catalogue.artefact(about.key.artefact).title
        what = (
            chaser.shown,
            authority.name if authority else "",
            chaser.practitioner,
            title,
            row["sent"] or "",
        )
        table += [(*what, row["attempt"], f"{chaser.folder}/{file.name}") for file in files]
    stem = f"{bundles[0][0].issued.isoformat()}_run-{run}"
    listed = write_file(outbox, f"for-line-manager_{stem}.csv", _list(table))
    draft = _draft(outbox, bundles, catalogue)
    return (listed, write_file(outbox, f"for-line-manager_{stem}.eml", draft))


def _list(table: list[tuple[object, ...]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([COLUMNS, *table])
    return b"\xef\xbb\xbf" + text.getvalue().encode()  # the mark makes Excel read it as UTF-8


def _draft(outbox: Path, bundles: list[Bundle], catalogue: Catalogue) -> bytes:
    """Give a draft to the line manager; the letters are named in it, and lie in the outbox."""
    profile = catalogue.profile
    marking = (profile.get("marking") or {}).get("level", "")
    message = EmailMessage(policy=SMTP)
    number = len(bundles)
    message["Subject"] = f"[{marking}] Not answered after several chasers: {number} paper{'s' * (number > 1)}"
    message["From"] = str(profile.get("email", ""))
    if address := (profile.get("follow_up") or {}).get("line_manager_email"):
        message["To"] = address
    message["X-Unsent"] = "1"  # mail programs open it as a draft
    lines = ["These papers are still not answered. Please take it up with a manager of the service.", ""]
    lines += [f"- {one.shown}: {one.folder}/{file.name}" for one, files in bundles for file in files[:1]]
    lines += [
        "",
        f"The letters are in {outbox.name}, in the folders named above.",
        "",
        str(profile.get("name", "")),
    ]
    message.set_content("\n".join(lines) + "\n")
    return message.as_bytes()


__all__ = ["write_for_manager"]
