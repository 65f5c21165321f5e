"""A calendar file of what is due (iCalendar, RFC 5545), for Outlook and others.

Each thing is an all-day entry that names nobody. It keeps its UID for life; whatever changes raises its
SEQUENCE. What was answered or withdrawn stays for a month as cancelled, so that calendars that took it in can
take it out, and is then left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from icalendar import Calendar, Event

from forms.application.catalogue import read_input
from forms.application.follow_up.deadlines import Agenda, Due
from forms.application.output import write_file
from forms.domain.wording import date_words
from forms.foundation.errors import InputError
from forms.foundation.problems import Place

PRODUCT = "-//forms//deadlines//EN"
KEPT = timedelta(days=31)
"""How long what is done stays in the file as cancelled."""
_OURS = f"PRODID:{PRODUCT}".encode()
_SAME = ("SUMMARY", "DESCRIPTION", "DTSTART", "STATUS")


@dataclass(frozen=True, slots=True)
class _Published:
    """An entry as a calendar file has it; `words` are what a change of it changes."""

    sequence: int
    stamp: datetime
    words: tuple[bytes, ...]


def calendar(agenda: Agenda, today: date, previous: bytes = b"", name: str = "") -> bytes:
    """Give a calendar file.

    Args:
        agenda: What is due, and what was.
        today: The day it is made.
        previous: The file that it replaces, if there is one: what has changed since then is numbered after it.
        name: What to call that file in problems.

    Raises:
        InputError: `previous` is not a calendar of this program.
    """
    published = _published(previous, name) if previous else {}
    made = Calendar()
    made.add("PRODID", PRODUCT)
    made.add("VERSION", "2.0")
    made.add("CALSCALE", "GREGORIAN")
    made.add("METHOD", "PUBLISH")
    made.add("X-WR-CALNAME", "Safeguarding papers: what is due")
    lately = [one for one in agenda.done if one.closed and one.closed + KEPT >= today]
    for item in sorted((*agenda.items, *lately), key=lambda one: (one.day, one.uid)):
        made.add_component(_entry(item, today, published))
    return bytes(made.to_ical())


def write_calendar(agenda: Agenda, today: date, path: Path) -> Path:
    """Write the calendar to a file, in place of one that is there; raises as `calendar`, and OutputError."""
    previous = read_input(path) if path.exists() else b""
    return write_file(path.parent, path.name, calendar(agenda, today, previous, path.name))


def _entry(item: Due, today: date, published: Mapping[str, _Published]) -> Event:
    entry = Event()
    done = item.standing == "done"
    entry.add("UID", _uid(item))
    entry.add("SUMMARY", ", ".join(part for part in (item.what, item.reference, item.authority) if part))
    entry.add("DESCRIPTION", _description(item))
    entry.add("DTSTART", item.day)
    entry.add("DTEND", item.day + timedelta(days=1))
    entry.add("STATUS", "CANCELLED" if done else "CONFIRMED")
    entry.add("CLASS", "PRIVATE")
    entry.add("TRANSP", "TRANSPARENT")
    entry.add("CATEGORIES", ["Safeguarding"])
    stamp, sequence = datetime.combine(today, time(), UTC), item.changes
    if before := published.get(_uid(item)):
        changed = before.words != _words(entry)
        sequence = max(sequence, before.sequence + 1) if changed else before.sequence
        stamp = stamp if changed else before.stamp
    entry.add("SEQUENCE", sequence)
    entry.add("DTSTAMP", stamp)
    return entry


def _description(item: Due) -> str:
    """Give what a person must know to do it, without a name."""
    if item.standing == "done":
        return "Nothing is left to be done."
    if item.kind == "send":
        return "It was made and is not sent yet."
    if item.kind == "deadline":
        return f"{item.source}." if item.source else ""
    lines = [f"No answer yet. Sent on {date_words(item.sent.isoformat())}." if item.sent else "No answer yet."]
    lines.append(f"Chaser number {item.attempt}.")
    if item.escalates:
        lines.append("Tell the line manager.")
    if item.source:
        lines.append(f"Rule: {item.source}.")
    return "\n".join(lines)


def _uid(item: Due) -> str:
    return f"{item.uid}@forms"


def _words(entry: Any) -> tuple[bytes, ...]:  # noqa: ANN401 - icalendar's component
    return tuple(entry[name].to_ical() for name in _SAME)


def _published(data: bytes, name: str) -> dict[str, _Published]:
    """Read the entries of a file of ours; anything else is not written over.

    By its lines, as we wrote them: taking 20,000 entries apart with the library takes a minute.
    """
    lines = re.sub(rb"\r?\n[ \t]", b"", data).splitlines()  # unfolded: RFC 5545, section 3.1
    entries: dict[str, _Published] = {}
    found: dict[str, bytes] = {}
    try:
        if lines[0] != b"BEGIN:VCALENDAR" or lines[-1] != b"END:VCALENDAR" or _OURS not in lines:
            raise ValueError
        for line in lines:
            head, _, value = line.partition(b":")
            found[head.partition(b";")[0].decode("ascii")] = value
            if line == b"BEGIN:VEVENT":
                found = {}
            elif line == b"END:VEVENT":
                stamp = datetime.strptime(found["DTSTAMP"].decode("ascii"), "%Y%m%dT%H%M%S%z")
                words = tuple(found[one] for one in _SAME)
                entries[found["UID"].decode()] = _Published(int(found["SEQUENCE"]), stamp, words)
    except (ValueError, LookupError) as error:
        hint = "Choose another name for the calendar; this file is not replaced"
        raise InputError.of(
            "not-our-calendar", "The file is not a calendar of this program", hint, Place(name)
        ) from error
    return entries


__all__ = ["calendar", "write_calendar"]
