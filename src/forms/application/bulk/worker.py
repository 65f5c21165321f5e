"""What a worker does: one case in, as bytes; documents and what to note of them out, as plain data.

A worker writes nothing and knows no ledger but its key. It opens the library once, when it starts.
"""

from __future__ import annotations

import atexit
import gc
import hashlib
import os
import signal
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from msgspec import Struct

from forms.application.catalogue import Catalogue, open_catalogue
from forms.application.context import Replaced
from forms.application.copies import Copy
from forms.application.encryption import Keys, no_password
from forms.application.ledger import Entry, keyed_digest
from forms.application.produce import Prepared, RenderOptions, make, prepare
from forms.domain.audience import View
from forms.domain.case import Case, parse
from forms.domain.reference import slug
from forms.foundation.errors import FormsError, InputError
from forms.foundation.problems import Place, Problem

BY_HAND = "by-hand"
"""The folder of what no authority is known for, and of copies for lay readers."""
Earlier = Mapping[tuple[str, str], tuple[str, int, date]]
"""Content, version and date of issue, by audience and recipient."""
_CONTACTS = ("telephone", "fax", "email", "address", "person")


class Setting(Struct, frozen=True):
    """What is the same for every case of a run; with `keys`, documents are encrypted.

    `reason` says why what has changed gets a new version. `remember` keeps compiled templates for later runs.
    """

    library: Path | None
    profile: Path | None
    artefact: str
    formats: tuple[str, ...]
    issued: date
    secret: bytes
    keys: Keys | None = None
    reason: str = ""
    remember: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """A case to do. `known` are (audience, recipient, content) already issued: not rendered, only reported.

    `write` False checks the case and renders nothing; `sample` True renders it all the same, to weigh it.
    `earlier` is what was issued last, by audience and recipient.
    """

    data: bytes
    source: str
    known: frozenset[tuple[str, str, str]] = frozenset()
    write: bool = True
    sample: bool = False
    earlier: Earlier = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """A copy of a paper: for whom, what it holds (keyed digest), and its files, if it was rendered.

    `recipient` is the authority's code, with the team where it has several. `files` are (entry, bytes).
    """

    audience: str
    recipient: str
    folder: str
    content: str
    shown: str = ""
    digest: str = ""
    edition: str = ""
    files: tuple[tuple[Entry, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case: copies, or the errors that stopped it; warnings either way.

    `fault` names a fault of the program; `broken` is an error that stops the whole run, with its class's name.
    `practitioner` is what the ledger tells practitioners apart by. `seconds` is how long it took.
    """

    reference: str = ""
    practitioner: str = ""
    copies: tuple[Made, ...] = ()
    problems: tuple[Problem, ...] = ()
    fault: bool = False
    broken: str = ""
    seconds: float = 0.0


_state: dict[str, Any] = {}


def start(setting: Setting, *, own_process: bool = True) -> None:
    """Make this process ready for a run.

    Ctrl-C is the caller's business alone, and a worker whose caller was killed ends by itself.
    """
    if own_process:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=_end_with_parent, daemon=True).start()
        atexit.register(gc.freeze)  # what it made is not looked through when it ends, as in `forms.cli.main`
    _state["setting"] = setting
    _state["catalogue"] = open_catalogue(setting.library, setting.profile, remember=setting.remember)


def work(job: Job) -> Outcome:
    """Do one case; errors come back as data, as exceptions don't travel well between processes."""
    setting: Setting = _state["setting"]
    began = time.perf_counter()
    try:
        case = parse(job.data, job.source)
        outcome = _do(case, job, setting, _state["catalogue"])
        return replace(outcome, seconds=time.perf_counter() - began)
    except InputError as error:
        return Outcome(problems=error.problems)
    except FormsError as error:
        return Outcome(problems=error.problems, broken=type(error).__name__)
    except Exception as error:
        return Outcome(problems=(_fault(error, job.source),), fault=True)


def _do(case: Case, job: Job, setting: Setting, catalogue: Catalogue) -> Outcome:
    options = RenderOptions(formats=setting.formats, issued=setting.issued)
    prepared = prepare(case, setting.artefact, options, catalogue)
    copies: list[Made] = []
    problems = prepared.problems
    for index, (copy, seen) in enumerate(zip(prepared.copies, prepared.views, strict=True)):
        recipient, folder = _recipient(copy)
        same = sum(
            made.audience == copy.label and made.recipient.partition("#")[0] == recipient for made in copies
        )
        recipient += f"#{same + 1}" if same else ""
        content = keyed_digest(setting.secret, _content(case, copy, seen))
        made = Made(copy.label, recipient, folder, content)
        if (copy.label, recipient, content) not in job.known:
            if setting.keys is not None and not setting.keys.of(recipient):
                raise InputError(no_password(recipient, catalogue.authorities))
            if job.write or job.sample:
                replaces = _replaces(job.earlier.get((copy.label, recipient)), content, setting.reason)
                made, more = _rendered(prepared, index, made, setting.keys, replaces)
                problems += more
        copies.append(made)
    return Outcome(
        str(case.data.get("reference", "")),
        practitioner_of(case, catalogue),
        tuple(copies),
        tuple(dict.fromkeys(problems)),
    )


def _replaces(earlier: tuple[str, int, date] | None, content: str, reason: str) -> Replaced | None:
    """Say what a copy takes the place of: another content for the same reader and recipient."""
    if earlier is None or earlier[0] == content or not reason:
        return None
    return Replaced(earlier[1], earlier[2], reason)


def practitioner_of(case: Case, catalogue: Catalogue) -> str:
    """Give what the ledger tells practitioners apart by (the profile says which): a code or a team, no name."""
    way = (catalogue.profile.get("follow_up") or {}).get("practitioner", "team")
    practitioner = case.data.get("practitioner")
    found = practitioner.get(way) if isinstance(practitioner, Mapping) else None
    return found if isinstance(found, str) else ""


def _rendered(
    prepared: Prepared, index: int, made: Made, keys: Keys | None, replaces: Replaced | None
) -> tuple[Made, tuple[Problem, ...]]:
    documents, problems = make(prepared, index, replaces)
    files = tuple(
        (Entry(one.name, one.format, len(one.data), hashlib.sha256(one.data).hexdigest()), one.data)
        for one in documents
    )
    if keys is not None:
        files = tuple(keys.seal(entry, data, made.recipient) for entry, data in files)
    identity = documents[0].identity
    done = Made(
        made.audience,
        made.recipient,
        made.folder,
        made.content,
        identity.reference,
        identity.digest,
        identity.edition,
        files,
    )
    return done, problems


def _recipient(copy: Copy) -> tuple[str, str]:
    """Give whom a copy goes to, as the ledger has it, and the folder that it lies in."""
    route = copy.route
    if copy.reader.lay or route.authority is None or not route.authority.code:
        return "", BY_HAND
    several = len(route.authority.hubs) > 1 and bool(route.hub)
    recipient = f"{route.authority.code}/{route.hub}" if several else route.authority.code
    if route.hub:
        return recipient, slug(route.area)
    return recipient, BY_HAND  # a team that the case itself names: nobody but its author knows the address


def _content(case: Case, copy: Copy, seen: View) -> dict[str, object]:
    """Give what makes a document the same: the reader's view, without the contact details of the recipient."""
    content: dict[str, Any] = {"view": _plain(seen.data)}
    typed = content["view"].get("recipient")
    if isinstance(typed, dict):
        content["view"]["recipient"] = {key: value for key, value in typed.items() if key not in _CONTACTS}
    if copy.rule.annex:
        content["marks"] = _plain([case.data.get("restricted"), case.data.get("released")])
    return content


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON in, JSON out
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _fault(error: Exception, source: str) -> Problem:
    """Say where a fault of ours happened; never the exception's text, which may hold values of the case."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}"
    hint = "Please report it; these words hold nothing of the case"
    return Problem("error", "fault", f"A fault in forms itself ({where})", hint, Place(source))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
