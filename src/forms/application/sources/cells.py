"""From what people type into cells to the values of a case.

Nothing is guessed: a date that can be read two ways is refused unless its column shows which way it is meant,
and so is a number where Excel may have dropped a leading zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from forms.domain.nodes import Node

Cell = None | str | int | float | bool | date | time
DateOrder = Literal["", "day-first", "month-first"]
"""How a column writes 03/04/2026; empty where nothing shows it."""

_NUMERIC = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october")
MONTHS = (*_MONTHS, "november", "december")
_WORDS = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th)?[ \-/.]+)?([a-z]{3,9})\.?[ \-/.,]+(\d{4}|\d{2})")
_PART = re.compile(r"(?:(\d{1,2})[/.\-])?(\d{4})")
_ABOUT = re.compile(r"(?:about|approx(?:imately)?\.?|circa|c\.|around) +(.+)")
_NOT_KNOWN = re.compile(r"(?:not known|unknown|n/?k)(?: *[:;,–-] *(.+))?", re.I | re.S)
_NOT_APPLICABLE = re.compile(r"not applicable|n/a", re.I)
_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", re.I)
_TITLES = {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev", "sir", "dame"}
_YES, _NO = {"yes", "y", "true", "1"}, {"no", "n", "false", "0"}
_YEARS = range(1900, 2101)


@dataclass(frozen=True, slots=True)
class CellProblem(Exception):  # noqa: N818 - it is a problem as everywhere else, told and not fatal
    """A cell that cannot be taken as it is; the message never repeats it."""

    code: str
    message: str
    hint: str


def is_empty(cell: Cell) -> bool:
    """Tell whether a cell holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def date_order(cells: Iterable[Cell]) -> DateOrder:
    """Find out how a column writes its dates, from those that can be read in one way only."""
    found = {evidence for cell in cells if (evidence := order_shown(cell))}
    return found.pop() if len(found) == 1 else ""


def order_shown(cell: Cell) -> DateOrder:
    """Give the order that one date shows by having a number over 12, or nothing."""
    match = _NUMERIC.fullmatch(cell.strip()) if isinstance(cell, str) else None
    if match is None:
        return ""
    first, second = int(match[1]), int(match[2])
    if first > 12 >= second:
        return "day-first"
    return "month-first" if second > 12 >= first else ""


def convert(node: Node, cell: Cell, order: DateOrder) -> object:
    """Give the value of a case that a cell stands for; what is not understood stays, for the schema to judge.

    Args:
        node: What the schema says about the place.
        cell: What the cell holds; not empty.
        order: How its column writes dates.

    Raises:
        CellProblem: The cell could mean more than one thing.
    """
    if isinstance(cell, str):
        cell = cell.strip()
        if cell.startswith("#") and cell.upper() in _EXCEL_ERRORS:
            raise CellProblem("cell-error", "The cell holds an error of Excel's", "Correct the formula")
        if node.unknown and (unknown := _unknown(cell)):
            return unknown
    if node.kind == "array":
        return _list(node, cell, order)
    made = _KINDS.get(node.prints)
    if made is None:
        return _text(cell)
    return made(node, cell, order)


def _unknown(text: str) -> dict[str, object] | None:
    if _NOT_APPLICABLE.fullmatch(text):
        return {"not_applicable": True}
    match = _NOT_KNOWN.fullmatch(text)
    return {"not_known": (match[1] or "").strip()} if match else None


def _list(node: Node, cell: Cell, order: DateOrder) -> object:
    """Take several values in one cell apart, at semicolons and line ends."""
    item = node.items or node
    if not isinstance(cell, str):
        return [convert(item, cell, order)]
    return [convert(item, part, order) for part in re.split(r"[;\n]", cell) if part.strip()]


def _text(cell: Cell) -> object:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _plain_text(node: Node, cell: Cell, order: DateOrder) -> object:
    if node.title == "Age" and isinstance(cell, int | float | str) and str(_text(cell)).isdigit():
        return int(str(_text(cell)))
    return _text(cell)


def _telephone(node: Node, cell: Cell, order: DateOrder) -> object:
    if isinstance(cell, int | float):
        raise CellProblem(
            "telephone-as-number",
            "A telephone number stands here as a number, and Excel drops its leading zero",
            "Format the column as text and type the number again, with its zero",
        )
    return _text(cell)


def _number(node: Node, cell: Cell, order: DateOrder) -> object:
    text = str(_text(cell))
    return int(text) if text.isdigit() and len(text) < 16 else text


def _yes_no(node: Node, cell: Cell, order: DateOrder) -> object:
    if isinstance(cell, bool):
        return cell
    word = str(_text(cell)).casefold()
    return True if word in _YES else False if word in _NO else _text(cell)


def _words(node: Node, cell: Cell, order: DateOrder) -> object:
    text = str(_text(cell))
    codes = {" ".join(words.casefold().split()): code for code, words in node.words.items()}
    codes |= {code.casefold().replace("_", " "): code for code in node.options}
    return codes.get(" ".join(text.casefold().replace("_", " ").split()), text)


def _name(node: Node, cell: Cell, order: DateOrder) -> object:
    """Take a whole name apart: "Family, Given", or the last word is the family name."""
    text = " ".join(str(_text(cell)).split())
    family, comma, given = (part.strip() for part in text.partition(","))
    if not comma:
        given, _, family = text.rpartition(" ")
        if not given:
            return {"given": family}
    title, _, rest = given.partition(" ")
    if title.casefold().rstrip(".") in _TITLES:
        parts = {"title": title, "given": rest, "family": family}
    else:
        parts = {"given": given, "family": family}
    return {key: part for key, part in parts.items() if part}


def _address(node: Node, cell: Cell, order: DateOrder) -> object:
    """Take an address in one cell apart, at line ends or else commas; a postcode at its end is one."""
    text = str(_text(cell)).strip()
    if text.casefold() in ("as above", "same", "same as above"):
        return {"as_above": True}
    if text.casefold() in ("nfa", "no fixed abode"):
        return {"kind": "no_fixed_abode"}
    lines = [line.strip() for line in re.split(r"\n" if "\n" in text else ",", text) if line.strip(" ,")]
    address: dict[str, object] = {}
    last = lines[-1] if lines else ""
    if match := re.search(rf"(?:^|\s)({_POSTCODE.pattern})$", last, re.I):
        address["postcode"] = match[1].upper()
        lines[-1:] = [rest] if (rest := last[: match.start()].strip(" ,")) else []
    return {"lines": [line.strip(" ,") for line in lines], **address} if lines else address


def _date(node: Node, cell: Cell, order: DateOrder) -> object:
    if isinstance(cell, datetime | date):
        return (cell.date() if isinstance(cell, datetime) else cell).isoformat()
    part = node.prints == "part_date"
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if part and cell in _YEARS:
            return str(int(cell))
        raise CellProblem(
            "date-as-number",
            "A number stands here, not a date",
            "Format the cell as a date, or type 2026-11-21",
        )
    text = str(_text(cell))
    if part and (match := _ABOUT.fullmatch(text.casefold())):
        return {"about": _written_date(match[1], order, part=True)}
    return _written_date(text, order, part=part)


def _written_date(text: str, order: DateOrder, *, part: bool) -> str:
    folded = " ".join(text.casefold().split())
    if match := _ISO.fullmatch(folded):
        return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
    if match := _NUMERIC.fullmatch(folded):
        return _numeric_date(match, order)
    if (match := _WORDS.fullmatch(folded)) and (month := _month(match[2])):
        _four_figures(match[3])
        if match[1]:
            return f"{match[3]}-{month:02}-{int(match[1]):02}"
        return f"{match[3]}-{month:02}" if part else text
    if part and (match := _PART.fullmatch(folded)):
        return f"{match[2]}-{int(match[1]):02}" if match[1] else match[2]
    return text


def _numeric_date(match: re.Match[str], order: DateOrder) -> str:
    first, second = int(match[1]), int(match[2])
    _four_figures(match[3])
    order = order_shown(match[0]) or order
    if not order and first != second and max(first, second) <= 12:
        raise CellProblem(
            "ambiguous-date",
            "The date can be read two ways (day first or month first)",
            'Write it as 2026-11-21, or say in a mapping how this file writes dates ("dates": "day-first")',
        )
    day, month = (second, first) if order == "month-first" else (first, second)
    return f"{match[3]}-{month:02}-{day:02}"


def _month(word: str) -> int:
    found = [
        number for number, name in enumerate(MONTHS, 1) if name.startswith(word) or word == "sept" == name[:4]
    ]
    return found[0] if len(found) == 1 else 0


def _four_figures(year: str) -> None:
    if len(year) != 4:
        raise CellProblem("short-year", "The year has two figures", "Write the year with four figures")


def _time(node: Node, cell: Cell, order: DateOrder) -> object:
    if isinstance(cell, datetime):
        return cell.time().isoformat("minutes")
    if isinstance(cell, time):
        return cell.isoformat("minutes")
    text = str(_text(cell))
    match = re.fullmatch(r"(\d{1,2})[.:](\d\d)", text)
    return f"{int(match[1]):02}:{match[2]}" if match else text


_KINDS = {
    "text": _plain_text,
    "telephone": _telephone,
    "number": _number,
    "yes_no": _yes_no,
    "words": _words,
    "name": _name,
    "address": _address,
    "date": _date,
    "part_date": _date,
    "time": _time,
}
_EXCEL_ERRORS = {"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}
