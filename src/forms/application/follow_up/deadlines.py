"""What is due and when: of a ledger (papers to send and to ask for again), or of cases (their deadlines)."""

from __future__ import annotations

import codecs
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from forms.application.bulk.run import LEDGER
from forms.application.catalogue import Catalogue, open_catalogue, read_input
from forms.application.follow_up.matters import Matter, authority_code, matters
from forms.application.follow_up.register import open_ledger
from forms.application.ledger import Issued, Ledger
from forms.application.sources.opening import open_source
from forms.domain.artefact import Manifest
from forms.domain.case import Case, parse, resolve
from forms.domain.deadlines import Rule, due
from forms.domain.reference import document_reference
from forms.domain.routing import route
from forms.domain.wording import earliest
from forms.foundation.errors import InputError
from forms.foundation.problems import Place, Problem

Kind = Literal["send", "ask", "deadline"]
Standing = Literal["open", "done"]
_SQLITE = b"SQLite format 3\x00"
_UID_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is to be done by a day: send a paper, ask for an answer again, or a deadline of a case.

    `attempt` is the number that the next chaser has, `escalates`: the line manager is told of it. `uid` stays
    the same for the same thing as long as it lives, and tells nothing. `changes` grows with every change.
    `standing` is `done` where it needs no doing any more, and `closed` the day since when. `source` says which
    procedure wants it.
    """

    day: date
    kind: Kind
    what: str
    reference: str
    artefact: str
    uid: str
    authority: str = ""
    practitioner: str = ""
    sent: date | None = None
    attempt: int = 0
    escalates: bool = False
    changes: int = 0
    standing: Standing = "open"
    closed: date | None = None
    source: str = ""

    def overdue_on(self, day: date) -> bool:
        """Tell whether its day has gone by."""
        return self.standing == "open" and self.day < day

    def as_json(self) -> dict[str, object]:
        """The object that `--json` prints, and the columns of the CSV."""
        return {
            "due": self.day.isoformat(),
            "kind": self.kind,
            "what": self.what,
            "reference": self.reference,
            "artefact": self.artefact,
            "authority": self.authority,
            "practitioner": self.practitioner,
            "sent": self.sent.isoformat() if self.sent else None,
            "attempt": self.attempt,
            "escalates": self.escalates,
            "uid": self.uid,
        }


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is due, by day; `done` is what was, and is not any more; `problems` what could not be looked at."""

    items: tuple[Due, ...]
    done: tuple[Due, ...] = ()
    problems: tuple[Problem, ...] = ()


def agenda(place: Path, catalogue: Catalogue | None = None) -> Agenda:
    """Give all that is due, however far ahead, the first first.

    Args:
        place: An outbox or a ledger's file (papers to send and to ask for again), or cases in any form that
            `forms bulk` reads (the deadlines of the papers that they hold).
        catalogue: The library, for rules, profile and authorities.

    Raises:
        InputError: There is neither.
        UsageError: It is no kind of source.
    """
    catalogue = catalogue or open_catalogue()
    if is_ledger(place):
        with open_ledger(place) as ledger:
            found = list(_of_ledger(ledger, catalogue))
        problems: tuple[Problem, ...] = ()
    else:
        found, problems = _of_cases(place, catalogue)
    ordered = sorted(found, key=lambda one: (one.day, one.authority, one.reference, one.artefact, one.what))
    still = tuple(one for one in ordered if one.standing == "open")
    return Agenda(still, tuple(one for one in ordered if one.standing == "done"), problems)


def is_ledger(place: Path) -> bool:
    """Tell an outbox or a ledger's file from cases."""
    if place.is_dir():
        return (place / LEDGER).is_file()
    try:
        with place.open("rb") as stream:
            return stream.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False


ESCALATE_AFTER = 2
"""Chasers before the line manager is told, where the profile does not say."""


def escalates(attempt: int, catalogue: Catalogue) -> bool:
    """Tell whether the line manager is told of a chaser, by its number (from 1) and the profile."""
    return attempt > int((catalogue.profile.get("follow_up") or {}).get("escalate_after", ESCALATE_AFTER))


def _of_ledger(ledger: Ledger, catalogue: Catalogue) -> Iterator[Due]:
    known: set[int] = set()
    for matter in matters(ledger, catalogue):
        known.update(one.id for one in matter.issues)
        yield from _of_matter(matter, ledger, catalogue)
    for document in ledger.select("state = 'rendered'"):
        if document.id not in known:
            title = catalogue.artefact(document.key.artefact).title
            yield _due(document, "send", f"Send: {title}", document.issued, ledger, catalogue)


def _of_matter(matter: Matter, ledger: Ledger, catalogue: Catalogue) -> Iterator[Due]:
    """One thing for each matter: send it, or ask for it again; where nobody asks, nothing is due."""
    document = matter.document
    title = catalogue.artefact(document.key.artefact).title
    if matter.open and matter.sent is None:
        yield _due(document, "send", f"Send: {title}", document.issued, ledger, catalogue, matter)
    elif not matter.open and matter.closed:
        yield _due(document, "ask", f"Ask again: {title}", matter.closed, ledger, catalogue, matter)
    elif matter.next_chaser:
        yield _due(document, "ask", f"Ask again: {title}", matter.next_chaser, ledger, catalogue, matter)


def _due(
    document: Issued,
    kind: Kind,
    what: str,
    day: date,
    ledger: Ledger,
    catalogue: Catalogue,
    matter: Matter | None = None,
) -> Due:
    key = document.key
    authority = catalogue.authorities.by_code.get(authority_code(key.recipient))
    name = [key.issuer, key.reference, key.artefact, key.audience, key.recipient, document.version]
    attempt = matter.next_attempt if matter else 1
    asks = matter is not None and matter.sent is not None
    return Due(
        day=day,
        kind=kind,
        what=what,
        reference=document.shown,
        artefact=key.artefact,
        uid=ledger.content(["due", name])[:_UID_LENGTH],
        authority=authority.name if authority else "",
        practitioner=document.practitioner,
        sent=matter.sent if matter else None,
        attempt=attempt if asks else 0,
        escalates=asks and escalates(attempt, catalogue),
        changes=matter.changes if matter else 0,
        standing="done" if matter and not matter.open else "open",
        closed=matter.closed if matter else None,
        source=matter.rule.source if asks and matter and matter.rule else "",
    )


def _of_cases(place: Path, catalogue: Catalogue) -> tuple[list[Due], tuple[Problem, ...]]:
    """Give the deadlines of cases: of each paper that a case holds, where it says what they count from."""
    if case := _single(place):
        return list(_of_papers(case, catalogue)), ()
    found: list[Due] = []
    if not place.exists():
        raise _nothing_there(place)
    source = open_source(place, catalogue)
    if source.total == 0:
        raise _nothing_there(place)
    problems = [*source.notes]
    for row in source.rows():
        problems += row.problems
        if row.data is None:
            continue
        try:
            case = parse(row.data, source.name)
        except InputError as error:
            problems += error.problems
            continue
        found += _of_papers(case, catalogue)
    return found, tuple(problems)


def _single(place: Path) -> Case | None:
    """Give the case that a file holds, unless it holds a list of them or is something else."""
    if place.suffix.lower() != ".json" or place.is_dir():
        return None
    data = read_input(place)
    return parse(data, place.name) if data.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{") else None


def _nothing_there(place: Path) -> InputError:
    hint = "Name an outbox, a ledger’s file, or cases"
    return InputError.of("nothing-there", "There is neither a ledger nor a case here", hint, Place(str(place)))


def _of_papers(case: Case, catalogue: Catalogue) -> Iterator[Due]:
    papers = case.data.get("papers")
    for name in papers if isinstance(papers, Mapping) else ():
        if name in catalogue.artefacts:
            yield from _of_paper(case, catalogue.artefacts[name], catalogue)


def _of_paper(case: Case, manifest: Manifest, catalogue: Catalogue) -> Iterator[Due]:
    own = str(case.data.get("reference") or "")
    for rule in manifest.deadlines:
        day = earliest(resolve(case.data, rule.starts))
        if day is None:
            continue
        named = json.dumps(["due", str(catalogue.profile["name"]), own, manifest.id, rule.rule, rule.what])
        yield Due(
            day=min(due(one, day) for one in _rules(case, rule.rule, catalogue)),
            kind="deadline",
            what=rule.what,
            reference=document_reference(own, catalogue.key) if own else "",
            artefact=manifest.id,
            uid=hmac.new(catalogue.key, named.encode(), hashlib.sha256).hexdigest()[:_UID_LENGTH],
            source=catalogue.deadline_rules[rule.rule].source,
        )


def _rules(case: Case, name: str, catalogue: Catalogue) -> list[Rule]:
    """Give a rule as the areas have it that the case's papers go to."""
    routes = route(case, catalogue.authorities, urgent=True).routes
    codes = [one.authority.code if one.authority else "" for one in routes]
    return [catalogue.deadline_rules[name].for_authority(code) for code in codes]


__all__ = ["Agenda", "Due", "agenda", "escalates"]
