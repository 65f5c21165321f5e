"""A small outbox whose papers were sent, and replies to them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import forms
from form_fillers import fill_word

PAPER = "check-notification"
ISSUED = date(2026, 11, 2)  # a Monday
SENT = date(2026, 11, 3)
REPLY = {"defendant_known": "not_known", "offender_may_be_told": "yes", "sent_by": "Ann", "date": "2026-11-04"}


def case(reference: str, area: str, **more: Any) -> dict[str, Any]:
    return {
        "reference": reference,
        "offender": {
            "name": {"given": "Dale", "family": "Sampleson"},
            "date_of_birth": "1989-03-14",
            "home_address": {"lines": ["1 Invented Road", "London"], "postcode": "SE1 0ZZ"},
            "local_authority": area,
        },
        "children": [
            {
                "name": {"given": "Zoë", "family": "Sampleson"},
                "date_of_birth": "2019-02-03",
                "local_authority": area,
            }
        ],
        "practitioner": {
            "name": {"given": "Robin", "family": "Testcase"},
            "team": "Riverside Team 2",
            "code": "RT2",
            "telephone": "020 7946 0110",
        },
        **more,
    }


def cases(folder: Path, *some: dict[str, Any]) -> Path:
    path = folder / "cases.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in some), "utf-8")
    return path


def issue(folder: Path, *some: dict[str, Any], sent: date | None = SENT, **options: Any) -> Path:
    """An outbox with a paper of each case, sent unless told otherwise."""
    outbox = folder / "outbox"
    source = cases(folder, *(some or (case("X1", "Bexley"), case("X2", "Brent"), case("X3", "Camden"))))
    chosen = forms.BulkOptions(**{"formats": ("docx",), "issued": ISSUED, "workers": 0, **options})
    report = forms.bulk(PAPER, source, outbox, chosen)
    assert not report.refused, report.problems
    if sent:
        forms.record(outbox, "sent", on=sent, run=report.run)
    return outbox


def chase(outbox: Path, on: date, **options: Any) -> forms.ChaseReport:
    return forms.chase(outbox, on, forms.ChaseOptions(formats=("docx",), workers=0, **options))


def reply(outbox: Path, reference: str, **answers: Any) -> forms.Reading:
    """The paper of a reference, filled in and read."""
    (document,) = outbox.glob(f"*/{PAPER}_{reference}_{ISSUED}.docx")
    filled = fill_word(document.read_bytes(), {**REPLY, "children": [{"known": "not_known"}], **answers})
    return forms.read_form(filled)
