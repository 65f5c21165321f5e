"""Warnings: what is possible, and still odd enough that the author should look again.

Real life has time served, recalls, overseas addresses and eighteenth birthdays, so none of this stops a
paper. A property names its rules in `x-warn`; the rules on the order of a sentence's dates and on "not
known" without a reason (procedure, 5.k) hold everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from msgspec import Struct

from forms.domain.case import Case, step
from forms.domain.nodes import Node, is_unknown, label
from forms.domain.wording import age_on, earliest, latest
from forms.foundation.patterns import pattern
from forms.foundation.problems import Place, Problem

_CRN = pattern(r"[A-Z]\d{6}")
# The shapes of UK postcodes (BS 7666), and the armed forces' BFPO numbers.
_POSTCODE = pattern(r"(GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|BFPO ?\d{1,4})", re.IGNORECASE)

# Each pair: the first should not be after the second. Equal dates (time served) are ordinary.
_ORDER = (
    (("sentence", "sentence_date"), ("sentence", "release_date")),
    (("sentence", "release_date"), ("sentence", "expiry_date")),
    (("sentence", "sentence_date"), ("sentence", "expiry_date")),
    (("sentence", "commencement_date"), ("sentence", "expiry_date")),
    (("offender", "date_of_birth"), ("sentence", "sentence_date")),
)


class _Oddity(Struct, frozen=True):
    code: str
    says: str
    hint: str


def oddities(root: Node, case: Case, today: date) -> tuple[Problem, ...]:
    """Give the warnings on a case, in the order of the case.

    Args:
        root: The tree of the case's schema.
        case: The case; what the schema refuses in it is passed over.
        today: The day the papers are made.
    """
    found = _property_warnings(root, case, today)
    found += _order_warnings(root, case)
    found += _birth_warnings(root, case, today)
    return tuple(found)


def _property_warnings(root: Node, case: Case, today: date) -> list[Problem]:
    found: list[_Found] = []
    _look(root, case.data, (), today, found)
    return [_warning(root, case, _pointer(path), oddity) for path, oddity in found]


def _look(node: Node, value: object, path: _Path, today: date, found: list[_Found]) -> None:
    """Collect what is odd at a place and below it; of a value also its parts (a postcode, of an address)."""
    if _judge(node, value, path, today, found):
        return
    if node.kind == "array":
        if isinstance(value, list) and node.items is not None:
            for index, item in enumerate(value):
                _look(node.items, item, (path, index), today, found)
    elif type(value) is dict or isinstance(value, Mapping):
        look = _judge if node.kind == "value" else _look
        find = node.properties.get
        for key, item in value.items():
            below = find(key)
            if below is not None and (below.warn or type(item) not in _SIMPLE):
                look(below, item, (path, key), today, found)


def _judge(node: Node, value: object, path: _Path, today: date, found: list[_Found]) -> bool:
    """Collect what is odd at a place, and tell whether it is not known."""
    if is_unknown(value):
        assert isinstance(value, Mapping)
        if "not_known" in value and not str(value["not_known"]).strip():
            found.append((path, _NO_REASON))
        return True
    for name in node.warn:
        rule = RULES.get(name)
        oddity = rule(value, today) if rule else None
        if oddity:
            found.append((path, oddity))
    return False


_Path = tuple["_Path", str | int] | tuple[()]
"""A place: that which it stands in, and its own step. A JSON Pointer is made only where something is odd."""
_Found = tuple[_Path, _Oddity]
_SIMPLE = frozenset({str, bool, int})


def _pointer(path: _Path) -> str:
    return step(_pointer(path[0]), path[1]) if path else ""


def _order_warnings(root: Node, case: Case) -> Iterator[Problem]:
    for first, second in _ORDER:
        before, after = _day(case, first), _day(case, second)
        if before and after and before > after:
            title = label(root, "/".join(("", *first))).rpartition(": ")[2]
            yield _warning(
                root,
                case,
                "/".join(("", *second)),
                _Oddity("date-order", f"is before “{title}”", "Look whether both dates are right"),
            )


def _birth_warnings(root: Node, case: Case, today: date) -> Iterator[Problem]:
    children = case.data.get("children")
    for index, child in enumerate(children if isinstance(children, list) else ()):
        if isinstance(child, Mapping) and "date_of_birth" not in child:
            last = latest(child.get("expected_delivery"))
            if last is not None and last < today:
                yield _warning(root, case, f"/children/{index}/expected_delivery", _PASSED)


def _day(case: Case, place: tuple[str, str]) -> date | None:
    above = case.data.get(place[0])
    value = above.get(place[1]) if isinstance(above, Mapping) else None
    return earliest(value) if isinstance(value, str) else None


def _warning(root: Node, case: Case, pointer: str, oddity: _Oddity) -> Problem:
    words = label(root, pointer)
    title = words.rpartition(": ")[2]
    return Problem(
        "warning", oddity.code, f"“{title}” {oddity.says}", oddity.hint, Place(case.source, pointer, words)
    )


_PASSED = _Oddity("birth-passed", "has passed", "If the child is born, give name and date of birth")
_NO_REASON = _Oddity("no-reason", "is not known, and no reason is given", "Write why it is not known")


def _crn_shape(value: object, today: date) -> _Oddity | None:
    if not isinstance(value, str) or _CRN.fullmatch(value):
        return None
    return _Oddity(
        "crn-shape",
        "is not a case reference number of nDelius",
        "It is one capital letter and six digits, unless this is a police reference",
    )


def _postcode_shape(value: object, today: date) -> _Oddity | None:
    if not isinstance(value, str) or _POSTCODE.fullmatch(value.strip()):
        return None
    return _Oddity(
        "postcode-shape", "does not look like a United Kingdom postcode", "Look whether it is complete"
    )


def _not_in_future(value: object, today: date) -> _Oddity | None:
    day = earliest(value)
    if day is None or day <= today:
        return None
    return _Oddity("in-the-future", "is in the future", "Look whether the year is right")


def _under_18(value: object, today: date) -> _Oddity | None:
    years = value if isinstance(value, int) and not isinstance(value, bool) else age_on(value, today)
    if years is None or years < 18:
        return None
    return _Oddity("over-18", "makes this child 18 or over", "Someone of 18 or over belongs among the adults")


RULES: Mapping[str, Callable[[object, date], _Oddity | None]] = {
    "crn_shape": _crn_shape,
    "postcode_shape": _postcode_shape,
    "not_in_future": _not_in_future,
    "under_18": _under_18,
    "reason_given": lambda value, today: None,
}
"""The rules that `x-warn` may name. `reason_given` is looked at wherever "not known" stands."""
