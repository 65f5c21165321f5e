"""The case of a chaser: what the ledger knows of the paper that is asked for, and the people if they are given.

The ledger names nobody. Without the case itself a chaser shows our reference, the form and the dates: the
recipient has the form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from forms.application.bulk.worker import BY_HAND
from forms.application.catalogue import Catalogue
from forms.application.follow_up.matters import Matter
from forms.domain.deadlines import due
from forms.domain.wording import date_words

OUR_MANAGER = "our line manager"
SAME_TEAM = "The team that has the form"
_IN_WRITING, _NO_REPLY = "Nobody: it was sent in writing", "No reply"
_CONTACTS = ("team", "address", "telephone", "email")


def chaser_case(
    matter: Matter,
    paper: str,
    attempt: int,
    day: date,
    catalogue: Catalogue,
    *,
    escalated: bool,
    own: bytes = b"",
) -> bytes:
    """Give the case that a chaser is made of, as JSON.

    Args:
        matter: What is asked for.
        paper: The paper that asks; of what follows, it gets what its schema has.
        attempt: The number of the chaser, from 1.
        day: Its date.
        catalogue: The library.
        escalated: Whether it says that the line manager gets it too.
        own: The case itself, as JSON; empty where nobody gave it.
    """
    case: dict[str, Any] = json.loads(own) if own else _neutral(matter, catalogue)
    papers = case.get("papers")
    given = papers.get(paper) if isinstance(papers, Mapping) else None
    part = _part(matter, attempt, day, escalated=escalated, catalogue=catalogue)
    known = catalogue.vocabulary.parts[paper].properties
    part = {name: value for name, value in part.items() if name in known}
    case["papers"] = {paper: {**_needed(matter), **(given if isinstance(given, Mapping) else {}), **part}}
    return json.dumps(case, ensure_ascii=False).encode()


def _part(
    matter: Matter, attempt: int, day: date, *, escalated: bool, catalogue: Catalogue
) -> dict[str, object]:
    document = matter.document
    part: dict[str, object] = {
        "about": document.key.artefact,
        "document": document.shown,
        "first_sent_on": (matter.sent or document.issued).isoformat(),
        "attempt": attempt,
    }
    if matter.rule is not None and not matter.rule.before:
        part["reply_by"] = due(matter.rule, day).isoformat()
    earlier = [
        {
            "date": one.sent.isoformat(),
            "how": f"Follow-up number {one.attempt}",
            "spoken_to": _IN_WRITING,
            "result": _NO_REPLY,
        }
        for one in matter.chasers
        if one.sent
    ]
    if earlier:
        part["earlier"] = earlier
    if escalated:
        rule = catalogue.profile.get("follow_up") or {}
        part["escalated_to"] = rule.get("line_manager", OUR_MANAGER)
    return part


def _needed(matter: Matter) -> dict[str, str]:
    """Say what is wanted of somebody who only told us that the form arrived."""
    if matter.acknowledged is None:
        return {}
    day = date_words(matter.acknowledged.isoformat())
    return {"still_needed": f"Your answer. On {day} you told us that you have the form."}


def _neutral(matter: Matter, catalogue: Catalogue) -> dict[str, Any]:
    """Give a case of nothing but reference and recipient."""
    document = matter.document
    code, _, hub = document.key.recipient.partition("#")[0].partition("/")
    authority = catalogue.authorities.by_code.get(code)
    case: dict[str, Any] = {"reference": document.key.reference}
    if authority is None:
        return case
    recipient: dict[str, Any] = {"local_authority": code}
    if document.folder == BY_HAND and authority.hubs:
        recipient["team"] = SAME_TEAM  # the case named another team than the directory's
    elif hub:
        team: Mapping[str, Any] = next((one for one in authority.hubs if one.get("id") == hub), {})
        recipient |= {name: team[name] for name in _CONTACTS if team.get(name)}
    case["recipient"] = recipient
    return case


__all__ = ["chaser_case"]
