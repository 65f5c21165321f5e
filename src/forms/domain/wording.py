"""Values in words, and words back into values.

Each `…_words` prints a value of the case as a document shows it; where the way back makes sense, `read_…` is
its inverse: `read_x(x_words(v)) == v` for every `v` in its normal form. Readers give None for what they do
not understand and never guess. Dates are ISO 8601 strings (`2026-11-21`), times `HH:MM`, as in the case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from forms.foundation.patterns import pattern

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_MONTH_NUMBERS = {name.casefold(): number for number, name in enumerate(MONTHS, 1)}
_MONTH_NUMBERS |= {name[:3].casefold(): number for number, name in enumerate(MONTHS, 1)}
_MONTH_NUMBERS["sept"] = 9
MONTH_FORMS = tuple(
    tuple(name for name, number in _MONTH_NUMBERS.items() if number == month) for month in range(1, 13)
)
"""The ways in which each month's name is read, in lower case, January first."""

_DAYS = {f"{day:02}": str(day) for day in range(1, 32)}
_MONTH_PARTS = {f"-{number:02}-": name for number, name in enumerate(MONTHS, 1)}
"""Days and months as an ISO date has them."""

_DAY_WORDS = pattern(r"(\d{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]+)\.?,?\s+(\d{4})")
_DAY_FIGURES = pattern(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_DAY_ISO = pattern(r"(\d{4})-(\d{2})-(\d{2})")
_MONTH_WORDS = pattern(r"([A-Za-z]+)\.?\s+(\d{4})")
_PART = pattern(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_TIME = pattern(r"([01]?\d|2[0-3])[:.]([0-5]\d)")
_TIME_12 = pattern(r"(1[0-2]|0?[1-9])(?:[:.]([0-5]\d))?\s*(am|pm)", re.IGNORECASE)
_ABOUT = pattern(r"(?:about|around|approximately|approx\.?|circa|c\.?)\s+(.+)", re.IGNORECASE)

_YES = frozenset({"yes", "y", "true"})
_NO = frozenset({"no", "n", "false"})


def plain_text(value: str) -> str:
    """Give text with line ends as newlines alone."""
    return value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value


def date_words(value: str) -> str:
    """Print an ISO date: `2026-11-21` is "21 November 2026"; what is no date is given back as it is."""
    day, month = _DAYS.get(value[8:]), _MONTH_PARTS.get(value[4:8])
    if day and month and value.isascii() and value[:4].isdigit():
        return f"{day} {month} {value[:4]}"
    parts = _PART.fullmatch(value)
    if not parts or not parts[3] or not 1 <= int(parts[2]) <= 12:
        return value
    return f"{int(parts[3])} {MONTHS[int(parts[2]) - 1]} {int(parts[1]):04}"


def read_date(text: str) -> str | None:
    """Read a date as people write it in the United Kingdom: day, month, year in words or figures, or ISO."""
    text = text.strip()
    if found := _DAY_ISO.fullmatch(text):
        return _iso(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_FIGURES.fullmatch(text):
        return _iso(int(found[3]), int(found[2]), int(found[1]))
    if found := _DAY_WORDS.fullmatch(text):
        month = _MONTH_NUMBERS.get(found[2].casefold())
        return _iso(int(found[3]), month, int(found[1])) if month else None
    return None


def date_forms(value: str) -> tuple[str, ...]:
    """Give the ways in which a full ISO date may stand in a text, as written in the United Kingdom."""
    parts = _PART.fullmatch(value)
    if not parts or not parts[3] or not 1 <= int(parts[2]) <= 12:
        return (value,)
    year, month, day = int(parts[1]), int(parts[2]), int(parts[3])
    name = MONTHS[month - 1]
    ending = _ending(day)
    forms = [value]
    for written in dict.fromkeys((name, name[:3], "Sept" if month == 9 else name)):
        forms += [
            f"{day} {written} {year}",
            f"{day}{ending} {written} {year}",
            f"{day}{ending} of {written} {year}",
            f"{written} {day} {year}",
            f"{written} {day}, {year}",
            f"{day:02} {written} {year}",
        ]
    for mark in "/.-":
        for short in (f"{year:04}", f"{year % 100:02}"):
            forms += [f"{day}{mark}{month}{mark}{short}", f"{day:02}{mark}{month:02}{mark}{short}"]
    return tuple(dict.fromkeys(forms))


def part_date_words(value: object) -> str:
    """Print a date as far as it is known: "3 May 2015", "June 2015", "2015", "about 2015"."""
    if isinstance(value, Mapping):
        return f"about {part_date_words(value.get('about', ''))}"
    text = str(value)
    parts = _PART.fullmatch(text)
    if parts and parts[2] and not parts[3] and 1 <= int(parts[2]) <= 12:
        return f"{MONTHS[int(parts[2]) - 1]} {int(parts[1]):04}"
    return date_words(text)


def read_part_date(text: str) -> str | dict[str, str] | None:
    """Read a date, a month or a year, also with "about" before it."""
    text = text.strip()
    if found := _ABOUT.fullmatch(text):
        inner = read_part_date(found[1])
        return {"about": inner} if isinstance(inner, str) else None
    if day := read_date(text):
        return day
    if (found := _MONTH_WORDS.fullmatch(text)) and found[1].casefold() in _MONTH_NUMBERS:
        return f"{int(found[2]):04}-{_MONTH_NUMBERS[found[1].casefold()]:02}" if int(found[2]) else None
    if found := _PART.fullmatch(text):
        return text if _iso(int(found[1]), int(found[2] or 1), int(found[3] or 1)) else None
    return None


def earliest(value: object) -> date | None:
    """Give the first day that a part date may mean, or None for what is no date."""
    span = _span(value)
    return span[0] if span else None


def latest(value: object) -> date | None:
    """Give the last day that a part date may mean, or None for what is no date."""
    span = _span(value)
    return span[1] if span else None


def ages(value: object, on: date) -> tuple[int, int] | None:
    """Give the least and the most full years of age on a day of someone born on a part date.

    None for what is no date, or lies wholly after that day.
    """
    span = _span(value)
    if span is None or span[0] > on:
        return None
    return _years(min(span[1], on), on), _years(span[0], on)


def age_on(value: object, on: date) -> int | None:
    """Give the years of age that someone born on a part date has at least on a day."""
    both = ages(value, on)
    return both[0] if both else None


def age_words(value: object, on: date) -> str:
    """Print an age: "11", "10 or 11" if only the year is known, "about 11", "7 months"; "" if there is none."""
    both = ages(value, on)
    if both is None:
        return ""
    least, most = both
    if isinstance(value, Mapping):
        return f"about {most}"
    if most == 0:
        return _months_words(value, on)
    return str(least) if least == most else f"{least} or {most}"


def time_words(value: str) -> str:
    """Print a time of day: "14:30"."""
    found = _TIME.match(value)
    return f"{int(found[1]):02}:{found[2]}" if found else value


def read_time(text: str) -> str | None:
    """Read a time of day: "14:30", "9.05", "2.30pm", "2 pm"."""
    text = text.strip()
    if found := _TIME.fullmatch(text):
        return f"{int(found[1]):02}:{found[2]}"
    if found := _TIME_12.fullmatch(text):
        hour = int(found[1]) % 12 + (12 if found[3].casefold() == "pm" else 0)
        return f"{hour:02}:{found[2] or '00'}"
    return None


def date_time_words(value: str) -> str:
    """Print a moment on the clock of Europe/London: "21 November 2026 at 14:30".

    A value without an offset is London time already.
    """
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    local = london(moment)
    return f"{date_words(local.date().isoformat())} at {local:%H:%M}"


def read_date_time(text: str) -> str | None:
    """Read "21 November 2026 at 14:30" into `2026-11-21T14:30`, London time."""
    day, _, time = text.strip().partition(" at ")
    read_day, read_clock = read_date(day), read_time(time)
    return f"{read_day}T{read_clock}" if read_day and read_clock else None


def london(moment: datetime) -> datetime:
    """Give a moment as naive London time.

    By the rule of the Summer Time Order 2002, not by a time zone file: the domain reads no files, and
    Windows has none.
    """
    if moment.tzinfo is None:
        return moment
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    begins, ends = _last_sunday(utc.year, 3), _last_sunday(utc.year, 10)
    return utc + timedelta(hours=1) if begins <= utc < ends else utc


def name_words(value: Mapping[str, object]) -> str:
    """Print a name: title, given names, family name, as far as they are there."""
    return " ".join(str(value[part]) for part in ("title", "given", "family") if value.get(part))


def address_lines(value: Mapping[str, object], kinds: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Print an address as lines: its lines, postcode, country; "No fixed abode"; "As above".

    `kinds` are the words for `kind`; apart from "no fixed abode" it shows only where there are no lines.
    """
    if value.get("as_above") is True:
        return ("As above",)
    given = value.get("lines")
    lines = [plain_text(str(line)) for line in given] if isinstance(given, Sequence) else []
    kind = str(value.get("kind", ""))
    if kind and (kind == "no_fixed_abode" or not lines):
        lines.insert(0, (kinds or {}).get(kind, kind.replace("_", " ").capitalize()))
    if value.get("postcode"):
        lines.append(postcode_words(str(value["postcode"])))
    if value.get("country"):
        lines.append(str(value["country"]))
    return tuple(lines)


def read_address(lines: Sequence[str]) -> dict[str, object] | None:
    """Read an address from lines: the last is the postcode if it has the shape of one."""
    kept = [line.strip() for line in lines if line.strip()]
    if not kept:
        return None
    if len(kept) == 1 and kept[0].casefold() == "as above":
        return {"as_above": True}
    if kept[0].casefold() == "no fixed abode":
        rest = read_address(kept[1:]) or {}
        return {"kind": "no_fixed_abode", **rest}
    value: dict[str, object] = {}
    if _POSTCODE.fullmatch(kept[-1]):
        value["postcode"] = postcode_words(kept.pop())
    return {"lines": kept, **value} if kept else value


def postcode_words(value: str) -> str:
    """Print a postcode of the United Kingdom in capitals with its one space; leave others as they are."""
    squeezed = value.replace(" ", "").upper()
    return f"{squeezed[:-3]} {squeezed[-3:]}" if _POSTCODE.fullmatch(squeezed) else value


def telephone_words(value: str) -> str:
    """Print a telephone number; bare digits are spaced as Ofcom's numbering plan has them."""
    if not value.isascii() or not value.isdigit() or not value.startswith("0") or len(value) not in (10, 11):
        return value
    if value.startswith(("020", "023", "024", "028", "029")):
        return f"{value[:3]} {value[3:7]} {value[7:]}"
    if value.startswith("0800") and len(value) == 10:
        return f"{value[:4]} {value[4:]}"
    if value[1] in "389" or value[1:3] == "11" or (value[1] == "1" and value[3] == "1"):
        return f"{value[:4]} {value[4:7]} {value[7:]}"
    return f"{value[:5]} {value[5:]}"


def read_telephone(text: str) -> str:
    """Read a telephone number into bare digits, the country code of the United Kingdom as 0."""
    text = re.sub(r"\(0\)", "", text.strip())
    digits = re.sub(r"\D", "", text)
    if text.startswith(("+44", "0044")):
        return "0" + digits[2 if text.startswith("+") else 4 :]
    return f"+{digits}" if text.startswith("+") else digits


def yes_no_words(value: bool) -> str:
    """Print true and false: "Yes", "No"."""
    return "Yes" if value else "No"


def read_yes_no(text: str) -> bool | None:
    """Read "yes" or "no"."""
    folded = text.strip().casefold().rstrip(".")
    return True if folded in _YES else False if folded in _NO else None


def code_words(value: str, words: Mapping[str, str]) -> str:
    """Print a code by its words; a code without any is given as it is."""
    return words.get(value, value)


def read_code(text: str, words: Mapping[str, str]) -> str | None:
    """Read words (or the code itself) into the code."""
    folded = text.strip().casefold()
    for code, printed in words.items():
        if folded in (printed.casefold(), code.casefold()):
            return code
    return None


def number_words(value: float) -> str:
    """Print a number with commas between thousands: "12,000", "2.5"."""
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,}"


def read_number(text: str) -> int | float | None:
    """Read a number, with or without commas."""
    text = text.strip().replace(",", "")
    if not re.fullmatch(r"-?\d{1,20}(\.\d{1,20})?", text):
        return None
    return float(text) if "." in text else int(text)


def list_words(items: Sequence[str]) -> str:
    """Print a list: "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def read_list(text: str) -> list[str]:
    """Read a printed list back; only sound for items that hold neither a comma nor "and"."""
    before, mark, last = text.rpartition(" and ")
    items = [*before.split(", "), last] if mark else [text]
    return [item for item in items if item]


_POSTCODE = pattern(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|GIR ?0AA")


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _ending(day: int) -> str:
    return "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _span(value: object) -> tuple[date, date] | None:
    """Give the first and the last day that a part date may mean."""
    if isinstance(value, Mapping):
        value = value.get("about")
    if not isinstance(value, str) or not (parts := _PART.fullmatch(value)):
        return None
    year, month, day = int(parts[1]), int(parts[2] or 1), int(parts[3] or 1)
    try:
        first = date(year, month, day)
        if parts[3]:
            return first, first
        after = date(year + (month == 12), month % 12 + 1, 1) if parts[2] else date(year + 1, 1, 1)
    except ValueError:
        return None
    return first, after - timedelta(days=1)


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _months_words(value: object, on: date) -> str:
    """Print the age of a child under one: "7 months", "under 1 month", "under 1" where the day isn't known."""
    span = _span(value)
    if span is None or span[0] != span[1]:
        return "under 1"
    born = span[0]
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    return "under 1 month" if months < 1 else f"{months} month{'s' if months > 1 else ''}"


def _last_sunday(year: int, month: int) -> datetime:
    """Give 01:00 GMT on the last Sunday of a month of 31 days: when summer time begins and ends."""
    last = datetime(year, month, 31, 1)
    return last - timedelta(days=(last.weekday() + 1) % 7)
