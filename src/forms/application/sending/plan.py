"""Which messages are to go: every document that was rendered and has no message yet gets one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from forms.application.bulk.messages import Bundle, Composer, batches
from forms.application.bulk.worker import BY_HAND
from forms.application.follow_up import manager
from forms.application.sending.queue import Queue
from forms.application.sending.settings import is_address
from forms.foundation.problems import Place, Problem


@dataclass(slots=True)
class Planned:
    """What cannot be queued: documents that go by hand, and the problems of the rest."""

    by_hand: int = 0
    problems: list[Problem] = field(default_factory=list)


def plan(
    queue: Queue,
    composer: Composer,
    most: int,
    now: datetime,
    *,
    unfinished: bool = False,
    retry_refused: bool = False,
) -> Planned:
    """Queue a message for each batch of documents: one run, authority and reader, within the size limit.

    Messages whose documents were withdrawn meanwhile are taken out, and what is left of them is queued anew.
    After them, the line manager gets one about each run of chasers that says so.

    Args:
        queue: The ledger's messages.
        composer: Knows addresses and Message-IDs.
        most: Bytes of documents in one message.
        now: The time it is.
        unfinished: Also documents of runs that were interrupted.
        retry_refused: Queue again what a server refused.
    """
    for message in queue.in_states("queued"):
        if message.audience == manager.READER:
            if not _to_tell(manager.notice(composer, message.run)):
                queue.move(message, "void", now)
            continue
        bundles = queue.bundles(message)
        if not all(map(_to_send, bundles)) or _unaddressed(bundles, composer):
            queue.move(message, "void", now)
    for message in queue.in_states("refused"):
        nothing_left = message.audience != manager.READER and not any(map(_to_send, queue.bundles(message)))
        if retry_refused or nothing_left:
            queue.move(message, "void", now)
    planned = Planned()
    groups = groupby(
        queue.waiting(unfinished=unfinished), key=lambda one: (one[0].run, one[0].folder, one[0].key.audience)
    )
    for (_, folder, _), found in groups:
        bundles = list(found)
        if folder == BY_HAND:
            planned.by_hand += len(bundles)
        elif problem := _unaddressed(bundles, composer):
            planned.problems.append(problem)
        else:
            parts = list(batches(bundles, most))
            for number, part in enumerate(parts, 1):
                identity = composer.identify(document for document, _ in part)
                queue.add(identity, part, number, len(parts), now)
    for run in manager.runs_to_tell_of(composer.ledger):
        notice = manager.notice(composer, run)
        if notice is not None and _to_tell(notice):
            queue.add_notice(notice.message_id, run, manager.FOLDER, manager.READER, now)
    if not unfinished:
        planned.problems += [_interrupted(run) for run in queue.interrupted_runs()]
    return planned


def _to_send(bundle: Bundle) -> bool:
    """Tell whether nothing happened to a document meanwhile."""
    return bundle[0].state == "rendered"


def _to_tell(notice: manager.Notice | None) -> bool:
    """Tell whether the line manager is to have a message: there is an address, and something not answered."""
    return notice is not None and bool(notice.still) and is_address(notice.address)


def _unaddressed(bundles: list[Bundle], composer: Composer) -> Problem | None:
    address = composer.address(bundles[0][0].key.recipient)
    if is_address(address):
        return None
    folder, number = bundles[0][0].folder, len(bundles)
    what = f"{number} document{'s' if number > 1 else ''} for {folder}"
    why = "its e-mail in the directory is none" if address else "the directory has no e-mail for it"
    return Problem(
        "error",
        "no-address",
        f"{what} cannot be sent: {why}",
        "Correct it in directories/local-authorities.json, and send again",
        Place(folder),
    )


def _interrupted(run: int) -> Problem:
    return Problem(
        "error",
        "unfinished-run",
        f"Run {run} was interrupted; its documents are not sent yet",
        "Give the same forms bulk command again, or send what there is with --unfinished",
    )
