"""An outbox to be sent, made without rendering anything."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from forms.application.ledger import Entry, Issued, Key, Ledger

DAY = date(2026, 11, 21)
AREAS = {"bexley": "E09000004", "southwark": "E09000028", "croydon": "E09000008"}
LAID = "check-notification"


def issue(outbox: Path, areas: dict[str, str] = AREAS, *, each: int = 2, size: int = 50, finish: bool = True):
    """An outbox with documents for some areas, as a bulk run leaves it."""
    with Ledger(outbox / "ledger.db") as ledger:
        run = ledger.start(LAID, DAY, DAY, f"task {areas} {each}").number
        for row, (folder, code) in enumerate(areas.items()):
            (outbox / folder).mkdir(exist_ok=True)
            for number in range(each):
                reference = f"X{run}{row}{number}"
                data = f"{reference} {'.' * size}\r\n".encode()
                name = f"{LAID}_{reference}_{folder}.docx"
                (outbox / folder / name).write_bytes(data)
                key = Key("Example CRC", reference, LAID, "social-care", code)
                one = Issued(
                    0, run, row, key, 1, 1, "a" * 64, reference, "d" * 64, "2026", DAY, folder, "rendered", DAY
                )  # fmt: skip
                ledger.add(one, (Entry(name, "docx", len(data), hashlib.sha256(data).hexdigest()),))
        ledger.commit()
        if finish:
            ledger.finish(run)
