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

from forms.domain.case import Case, resolve, step
from forms.domain.nodes import Node, is_unknown, label, walk
from forms.domain.wording import age_on, earliest, latest
from forms.foundation.patterns import pattern
from forms.foundation.problems import Place, Problem

_CRN = pattern(r"[A-Z]\d{6}")
# The shapes of UK postcodes (BS 7666), and the armed forces' BFPO numbers.
_POSTCODE = pattern(r"(GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|BFPO ?\d{1,4})", re.IGNORECASE)

# Each pair: the first should not be after the second. Equal dates (time served) are ordinary.
_ORDER = (
    ("/sentence/sentence_date", "/sentence/release_date"),
    ("/sentence/release_date", "/sentence/expiry_date"),
    ("/sentence/sentence_date", "/sentence/expiry_date"),
    ("/sentence/commencement_date", "/sentence/expiry_date"),
    ("/offender/date_of_birth", "/sentence/sentence_date"),
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
    found = list(_property_warnings(root, case, today))
    found += _order_warnings(root, case)
    found += _birth_warnings(root, case, today)
    return tuple(found)


def _property_warnings(root: Node, case: Case, today: date) -> Iterator[Problem]:
    for pointer, node, value in _values(root, case.data, ""):
        if not node.warn and not isinstance(value, Mapping):
            continue
        if is_unknown(value):
            assert isinstance(value, Mapping)
            if "not_known" in value and not str(value["not_known"]).strip():
                yield _warning(root, case, pointer, _NO_REASON)
            continue
        for name in node.warn:
            rule = RULES.get(name)
            oddity = rule(value, today) if rule else None
            if oddity:
                yield _warning(root, case, pointer, oddity)


def _values(node: Node, value: object, pointer: str) -> Iterator[tuple[str, Node, object]]:
    """Walk, entering also the parts of atomic values (a postcode is a part of an address)."""
    for place, below, item in walk(node, value, pointer):
        if below.warn or not isinstance(item, str):
            yield place, below, item
        if (
            below.kind == "value"
            and not isinstance(item, str)
            and (type(item) is dict or isinstance(item, Mapping))
            and not is_unknown(item)
        ):
            for key, part in item.items():
                if key in below.properties:
                    yield step(place, key), below.properties[key], part


def _order_warnings(root: Node, case: Case) -> Iterator[Problem]:
    for first, second in _ORDER:
        before, after = _day(case, first), _day(case, second)
        if before and after and before > after:
            title = label(root, first).rpartition(": ")[2]
            yield _warning(
                root,
                case,
                second,
                _Oddity("date-order", f"is before “{title}”", "Look whether both dates are right"),
            )


def _birth_warnings(root: Node, case: Case, today: date) -> Iterator[Problem]:
    children = case.data.get("children")
    for index, child in enumerate(children if isinstance(children, list) else ()):
        if isinstance(child, Mapping) and "date_of_birth" not in child:
            last = latest(child.get("expected_delivery"))
            if last is not None and last < today:
                yield _warning(root, case, f"/children/{index}/expected_delivery", _PASSED)


def _day(case: Case, pointer: str) -> date | None:
    value = resolve(case.data, pointer)
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
