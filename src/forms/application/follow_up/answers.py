"""Answers into the ledger: from a form that came back, or as somebody was told them.

An answer goes to the very document that came back: by reference, paper and digest, as the form says them of
itself. One that says something else than the one before is kept as a problem, and changes nothing unless
there is a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from forms.application.catalogue import Catalogue, open_catalogue
from forms.application.follow_up.matters import authority_code
from forms.application.follow_up.register import Answer, add_answer, answers_to, change_ledger, disputed
from forms.application.ledger import NEXT, Issued, Ledger, State
from forms.application.outcome import outcome_of
from forms.application.readback import Issue, Reading
from forms.foundation.errors import InputError, UsageError
from forms.foundation.problems import Place, Problem, errors_in

Told = Literal["sent", "acknowledged", "answered", "withdrawn"]
TOLD: tuple[Told, ...] = ("sent", "acknowledged", "answered", "withdrawn")
"""What a person may record."""
BY_FORM = "form"
_SHORT_DIGEST = 12


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the ledger has of a paper now.

    `known`: it had that already, and nothing changed. `problem` says what to look at.
    """

    reference: str
    artefact: str
    authority: str
    state: State
    outcome: str
    day: date
    known: bool = False
    problem: Problem | None = None

    def as_json(self) -> dict[str, object]:
        """As `--json` prints it."""
        return {
            "reference": self.reference,
            "artefact": self.artefact,
            "authority": self.authority,
            "state": self.state,
            "outcome": self.outcome,
            "since": self.day.isoformat(),
            "known": self.known,
        }


def record_reply(
    reading: Reading,
    place: Path,
    on: date | None = None,
    *,
    reason: str = "",
    catalogue: Catalogue | None = None,
    source: str = "",
) -> Recorded:
    """Record a reply: the document that it answers becomes answered, with the outcome that the manifest gives.

    A reply with errors, or with nothing in it, only shows that the paper arrived: it becomes acknowledged.

    Args:
        reading: The reply.
        place: The outbox, or the ledger's file.
        on: The day of receipt; today if not given.
        reason: Why this answer counts instead of a different one before it.
        catalogue: The library.
        source: What to call the file in problems.

    Raises:
        InputError: It was never issued (`never-issued`), not in this version (`not-as-issued`), was withdrawn
            (`was-withdrawn`), or was answered otherwise (`answered-otherwise`, which the ledger keeps).
    """
    catalogue = catalogue or open_catalogue()
    day = on or date.today()
    with change_ledger(place) as ledger:
        document = _found(ledger, reading.issue, reading.manifest.id, source)
        _not_before(document, day)
        if errors_in(reading.problems) or not _says_anything(reading, catalogue):
            return _incomplete(ledger, document, day, catalogue, source)
        outcome = outcome_of(reading, catalogue, day)
        content = ledger.content(["answer", dict(reading.reply)])
        answer = Answer(day, content, outcome.id if outcome else "", note=reason or BY_FORM)
        return _answered(ledger, document, answer, reason, catalogue, source)


def record(
    place: Path,
    state: Told,
    references: Sequence[str] = (),
    on: date | None = None,
    *,
    run: int | None = None,
    artefact: str = "",
    authority: str = "",
    outcome: str = "",
    reason: str = "",
    catalogue: Catalogue | None = None,
) -> tuple[Recorded, ...]:
    """Record what somebody did or was told: all of it, or nothing where one is refused.

    Args:
        place: The outbox, or the ledger's file.
        state: What became of the papers.
        references: The references that they show; what is chosen by these,
        run: or by a run's number,
        artefact: is narrowed to a paper
        authority: and to an authority (name or code).
        on: The day; today if not given.
        outcome: What an answer led to: an outcome of the paper's manifest.
        reason: How it is known, or why; no name belongs here.
        catalogue: The library.

    Raises:
        UsageError: Nothing is chosen, or several papers where one is meant, or the state cannot follow.
        InputError: There is no such paper or ledger.
    """
    catalogue = catalogue or open_catalogue()
    day = on or date.today()
    if not references and run is None:
        raise UsageError.of("nothing-chosen", "It is not said which papers", "Give references, or --run")
    with change_ledger(place) as ledger:
        chosen = _chosen(ledger, state, references, run, artefact, _code(authority, catalogue))
        for document in chosen:
            _not_before(document, day)
            _known_outcome(document, outcome, state, catalogue)
        return tuple(_told(ledger, one, state, day, outcome, reason, catalogue) for one in chosen)


def _found(ledger: Ledger, issue: Issue, artefact: str, source: str) -> Issued:
    """Give the document that came back, in its newest issue."""
    known = ledger.select("shown = ? AND artefact = ?", issue.reference, artefact)
    if not known:
        raise InputError.of(
            "never-issued",
            "The ledger has no paper of this kind with this reference",
            "Look whether it is the right ledger; a form made by hand with forms render is in none",
            Place(source),
        )
    same = [one for one in known if _is_same(one, issue)]
    if not same:
        raise InputError.of(
            "not-as-issued",
            "The ledger has the reference, but never issued this document under it",
            "It may have been made again or altered: compare it with the one that was sent (--sent); if the "
            "answer holds, record it with forms record",
            Place(source),
        )
    document = same[-1]
    if document.state == "withdrawn":
        raise InputError.of(
            "was-withdrawn",
            f"The paper was withdrawn on {document.since.isoformat()}: {_replaced_by(ledger, document)}",
            "Look whether the answer holds for the new version; if so, record that one with forms record",
            Place(source),
        )
    return document


def _says_anything(reading: Reading, catalogue: Catalogue) -> bool:
    """Tell whether a reply holds more than what we filled in ourselves: one of the fields that it must have."""
    required = catalogue.required_fields(reading.manifest)
    return any(name in reading.reply for name in required) if required else bool(reading.reply)


def _is_same(document: Issued, issue: Issue) -> bool:
    """Tell whether a returned form is a document: by its digest, which the footer gives in short."""
    if len(issue.digest) < _SHORT_DIGEST:
        return False
    whole = len(issue.digest) > _SHORT_DIGEST
    return document.digest == issue.digest if whole else document.digest.startswith(issue.digest)


def _replaced_by(ledger: Ledger, document: Issued) -> str:
    latest = ledger.latest(document.key)
    if latest is None or latest.version == document.version:
        return "nothing replaces it"
    return f"version {latest.version} of {latest.issued.isoformat()} replaces it"


def _incomplete(ledger: Ledger, document: Issued, day: date, catalogue: Catalogue, source: str) -> Recorded:
    """Take a reply that cannot be judged as a sign that the paper arrived."""
    if "acknowledged" in NEXT[document.state]:
        ledger.record(document.id, "acknowledged", day, BY_FORM)
    problem = Problem(
        "warning",
        "not-counted",
        "The reply has errors or is empty: it is not recorded as an answer",
        "Ask for what is missing, or record the answer with forms record",
        Place(source),
    )
    return replace(_now(ledger, document, catalogue), problem=problem)


def _answered(
    ledger: Ledger, document: Issued, answer: Answer, reason: str, catalogue: Catalogue, source: str
) -> Recorded:
    before = answers_to(ledger, *(one.id for one in _issues(ledger, document)))
    counting = next((one for one in reversed(before) if one.counts), None)
    if document.state != "answered" or counting is None:
        _close(ledger, document, answer)
        return _now(ledger, document, catalogue)
    if answer.content == counting.content:
        return replace(_now(ledger, document, catalogue), known=True)
    if not counting.content and answer.outcome == counting.outcome:  # told before, now in writing
        add_answer(ledger, document.id, answer)
        return replace(_now(ledger, document, catalogue), known=True)
    if reason:
        add_answer(ledger, document.id, answer)
        ledger.note(document.id, "answered", answer.day, reason, answer.outcome)
        return _now(ledger, document, catalogue)
    if answer.content not in [one.content for one in before]:
        add_answer(ledger, document.id, replace(answer, counts=False))
        ledger.commit()
    raise InputError.of(
        "answered-otherwise",
        f"The paper was answered on {counting.day.isoformat()}, and not like this",
        "Ask which answer holds. If it is this one, read it again with --reason “why”; "
        "if it is the first, say so with forms record … answered",
        Place(source),
    )


def _close(ledger: Ledger, document: Issued, answer: Answer) -> None:
    """Note an answer for all issues of the paper's version: who got it twice owes one answer."""
    add_answer(ledger, document.id, answer)
    for one in _issues(ledger, document):
        if "answered" in NEXT[one.state]:
            ledger.record(one.id, "answered", answer.day, answer.note, answer.outcome)


def _issues(ledger: Ledger, document: Issued) -> tuple[Issued, ...]:
    """Give all issues of a document's version, itself among them."""
    key = document.key
    return ledger.select(
        "issuer = ? AND reference = ? AND artefact = ? AND audience = ? AND recipient = ? AND version = ?",
        *(key.issuer, key.reference, key.artefact, key.audience, key.recipient, document.version),
    )


def _chosen(
    ledger: Ledger, state: Told, references: Sequence[str], run: int | None, artefact: str, code: str
) -> list[Issued]:
    """Give the newest issues that are meant and may become what is recorded; refuse what is not clear."""
    if run is not None:
        found = [one for one in ledger.select("run = ?", run) if state in NEXT[one.state]]
        chosen = [
            one for one in found if _fits(one, artefact, code) and (not references or one.shown in references)
        ]
        if not chosen:
            raise _nothing(f"run {run}", state)
        return chosen
    chosen = []
    for reference in dict.fromkeys(references):
        found = [one for one in ledger.select("shown = ?", reference) if _fits(one, artefact, code)]
        if state != "sent":  # chasers are sent like all papers, but only the paper itself is answered
            found = [one for one in found if not ledger.rows("SELECT 1 FROM chases WHERE document = ?", one.id)]
        open_ones = {one.key: one for one in found if state in NEXT[one.state]}
        if state == "answered":
            open_ones |= {one.key: one for one in found if one.id in disputed(ledger)}
        if not open_ones:
            raise _nothing(reference, state) if found else _unknown(reference)
        if len(open_ones) > 1 and state != "sent":
            raise _several(reference, [*open_ones.values()])
        every = [one for one in found if state in NEXT[one.state]]
        chosen += open_ones.values() if state == "answered" else every
    return chosen


def _fits(document: Issued, artefact: str, code: str) -> bool:
    return artefact in ("", document.key.artefact) and code in ("", authority_code(document.key.recipient))


def _code(authority: str, catalogue: Catalogue) -> str:
    if not authority:
        return ""
    found = catalogue.authorities.find(authority)
    if found is None:
        near = " or ".join(catalogue.authorities.near(authority))
        hint = f"Did you mean {near}?" if near else "Write the authority's name or ONS code"
        raise UsageError.of("unknown-area", "The directory has no authority of this name", hint)
    return found.code


def _told(
    ledger: Ledger,
    document: Issued,
    state: Told,
    day: date,
    outcome: str,
    reason: str,
    catalogue: Catalogue,
) -> Recorded:
    if state == "answered" and document.state == "answered":  # somebody decides between two answers
        add_answer(ledger, document.id, Answer(day, "", outcome, note=reason))
        ledger.note(document.id, state, day, reason, outcome)
    elif state == "answered":
        _close(ledger, document, Answer(day, "", outcome, note=reason))
    else:
        ledger.record(document.id, state, day, reason)
    return _now(ledger, document, catalogue)


def _known_outcome(document: Issued, outcome: str, state: Told, catalogue: Catalogue) -> None:
    """Refuse an outcome that the paper has not, or one of something that is no answer."""
    names = [one.id for one in catalogue.artefact(document.key.artefact).outcomes]
    if outcome and state != "answered":
        raise UsageError.of("no-answer", "Only an answer has an outcome", "Leave --outcome out")
    if state == "answered" and names and outcome not in names:
        message = "This paper has no such outcome" if outcome else "It is not said what the answer led to"
        raise UsageError.of("unknown-outcome", message, f"Give --outcome with one of: {', '.join(names)}")


def _not_before(document: Issued, day: date) -> None:
    if day < document.issued:
        raise InputError.of(
            "too-early",
            f"The paper {document.shown} was issued on {document.issued.isoformat()}, which is later",
            "Correct the day (--on)",
        )


def _now(ledger: Ledger, document: Issued, catalogue: Catalogue) -> Recorded:
    now = ledger.document(document.id)
    authority = catalogue.authorities.by_code.get(authority_code(now.key.recipient))
    return Recorded(
        now.shown, now.key.artefact, authority.name if authority else "", now.state, now.outcome, now.since
    )


def _unknown(reference: str) -> InputError:
    hint = "Look whether it is the right ledger, and the reference as the paper shows it"
    return InputError.of("never-issued", f"The ledger has no such paper with the reference {reference}", hint)


def _nothing(what: str, state: Told) -> InputError:
    hint = "See forms status; what was answered or withdrawn stays so"
    return InputError.of("wrong-state", f"Nothing of {what} can become {state} any more", hint)


def _several(reference: str, found: Sequence[Issued]) -> UsageError:
    words = "; ".join(f"{one.key.artefact} to {one.key.recipient or 'nobody known'}" for one in found)
    return UsageError.of(
        "several", f"{reference} has several papers: {words}", "Say which with --authority or --paper"
    )


__all__ = ["TOLD", "Recorded", "Told", "record", "record_reply"]
