"""What a JSON Schema validator finds, in words for the person who wrote the case.

The texts are ours, made of keyword, place and title. The validator's own messages quote the value, and no
message here may.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from msgspec import Struct

from forms.domain.case import is_plain_name, step
from forms.domain.nodes import Node, humanise, label
from forms.foundation.problems import Place, Problem

Error = Any  # jsonschema's ValidationError; its stubs call every field perhaps unset

GAPS = frozenset({"missing", "too-few", "empty"})
"""The codes that say that something is not there; an urgent paper goes without it."""

_MOST_OPTIONS = 12
_MOST_PROBLEMS = 300
_LONGEST_NAME = 80
_TYPES = {
    "string": "text in quotation marks",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list in [ ]",
    "object": "an object in { }",
    "null": "null",
}
_FORMATS = {
    "date": ("not-a-date", "is not a date", "Write the date as 2026-11-21; it must exist in the calendar"),
    "time": ("not-a-time", "is not a time", "Write the time as 14:30"),
    "part-date": (
        "not-a-date",
        "is not a date",
        "Write a day as 2026-11-21, a month as 2026-11, a year as 2026",
    ),
    "date-time": ("not-a-time", "is not a date with a time", "Write it as 2026-11-21T14:30"),
    "email": ("bad-format", "is not an e-mail address", "Write it as name@example.org"),
    "uri": ("bad-format", "is not a web address", "Write it in full, beginning with https://"),
}
UNKNOWN_HINT = 'if that is not known, write {"not_known": "why"}'


class Context(Struct, frozen=True):
    """Where errors are explained: the file, the tree of the whole, and the place of the validated part."""

    source: str
    root: Node
    base: str = ""


def explain(errors: Iterable[Error], context: Context) -> tuple[Problem, ...]:
    """Give the problems behind a validator's errors, each place and code once, in the order of the errors."""
    problems: dict[tuple[str, str], Problem] = {}
    for error in errors:
        for problem in _explain(error, context):
            problems.setdefault((problem.code, problem.place.pointer), problem)
        if len(problems) >= _MOST_PROBLEMS:
            break
    wrong_type = {pointer for code, pointer in problems if code == "wrong-type"}
    return tuple(
        problem
        for (code, pointer), problem in problems.items()
        if code == "wrong-type" or pointer not in wrong_type
    )


def near(name: str, names: Iterable[str], most: int = 3) -> list[str]:
    """Give the names that a mistyped one may have meant, the nearest first."""
    if len(name) > _LONGEST_NAME:
        return []
    from difflib import get_close_matches  # only for who mistyped

    by_folded = {other.casefold(): other for other in names}
    return [by_folded[found] for found in get_close_matches(name.casefold(), by_folded, most, 0.6)]


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Give "Did you mean `a` or `b`?", or nothing."""
    found = near(name, names)
    return f"Did you mean {' or '.join(f'`{other}`' for other in found)}?" if found else ""


def _explain(error: Error, context: Context) -> Iterator[Problem]:
    explainer = _EXPLAINERS.get(str(error.validator), _other)
    yield from explainer(error, context)


def _pointer(error: Error, context: Context) -> str:
    pointer = context.base
    for part in error.absolute_path:
        pointer = step(pointer, part)
    return pointer


def _node(context: Context, pointer: str) -> Node | None:
    return context.root.at(_parts(pointer))


def _parts(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _problem(context: Context, pointer: str, code: str, says: str, hint: str = "") -> Problem:
    """Make a problem whose message begins with the place's own title ("“Date of birth” is missing")."""
    words = label(context.root, pointer)
    title = words.rpartition(": ")[2] or "The whole"
    return Problem("error", code, f"“{title}” {says}", hint, Place(context.source, pointer, words))


def _instead(node: Node | None, hint: str) -> str:
    """Add to a hint what to write where the value may be unknown."""
    return f"{hint}; {UNKNOWN_HINT}" if node is not None and node.unknown else hint


def _missing(error: Error, context: Context) -> Iterator[Problem]:
    if error.validator == "dependentRequired":
        wanted = [
            name for key, names in error.validator_value.items() if key in error.instance for name in names
        ]
    else:
        wanted = list(error.validator_value)
    for name in wanted:
        if name not in error.instance:
            yield _gap(step(_pointer(error, context), name), name, context)


def _gap(pointer: str, name: str, context: Context) -> Problem:
    node = _node(context, pointer)
    if node is None:
        words = label(context.root, pointer.rpartition("/")[0])
        place = Place(context.source, pointer, ": ".join(part for part in (words, humanise(name)) if part))
        return Problem("error", "missing", f"“{humanise(name)}” is missing", f"Add `{name}`", place)
    return _problem(context, pointer, "missing", "is missing", _instead(node, f"Add `{name}`"))


def _unknown_property(error: Error, context: Context) -> Iterator[Problem]:
    pointer = _pointer(error, context)
    node = _node(context, pointer)
    known = set(error.schema.get("properties", {}))
    if node is not None:
        known |= set(node.properties)
    patterns = error.schema.get("patternProperties", {})
    unknown = (name for name in error.instance if name not in known and not _matches(name, patterns))
    for name in islice(unknown, _MOST_PROBLEMS):
        yield unknown_name(pointer, name, known, context)


def _matches(name: str, patterns: Mapping[str, Any]) -> bool:
    return any(re.search(pattern, name) for pattern in patterns)


def unknown_name(pointer: str, name: str, known: Iterable[str], context: Context) -> Problem:
    """Say that a name is none of the vocabulary's; a name that may be a misplaced value is not shown."""
    known = sorted(known)
    where = label(context.root, pointer)
    if not is_plain_name(name):
        return Problem(
            "error",
            "unknown-property",
            "A name here is none of the vocabulary's",
            "The names here are " + _list(known),
            Place(context.source, pointer, where),
        )
    hint = did_you_mean(name, known) or (f"The names here are {_list(known)}" if known else "Take it out")
    return Problem(
        "error",
        "unknown-property",
        f"There is no property `{name}` here",
        hint,
        Place(context.source, step(pointer, name), where),
    )


def _list(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_MOST_OPTIONS])
    return f"{shown} and {len(names) - _MOST_OPTIONS} more" if len(names) > _MOST_OPTIONS else shown


def _wrong_type(error: Error, context: Context) -> Iterator[Problem]:
    pointer = _pointer(error, context)
    node = _node(context, pointer)
    types = [error.validator_value] if isinstance(error.validator_value, str) else list(error.validator_value)
    if node is not None and node.unknown and len(types) > 1:
        types = [name for name in types if name != "object"] or types
    wanted = " or ".join(_TYPES.get(name, name) for name in types)
    hint = f"Write {wanted}"
    if error.instance is None:
        hint = f"Leave it out, or write {wanted}"
    yield _problem(context, pointer, "wrong-type", f"must be {wanted}", _instead(node, hint))


def _format(error: Error, context: Context) -> Iterator[Problem]:
    pointer = _pointer(error, context)
    code, says, hint = _FORMATS.get(error.validator_value, ("bad-format", "does not have the right form", ""))
    yield _problem(context, pointer, code, says, _instead(_node(context, pointer), hint))


def _option(error: Error, context: Context) -> Iterator[Problem]:
    pointer = _pointer(error, context)
    options = [error.validator_value] if error.validator == "const" else list(error.validator_value)
    names = [option for option in options if isinstance(option, str)]
    given = error.instance if isinstance(error.instance, str) else ""
    node = _node(context, pointer)
    words = {text: code for code, text in node.words.items()} if node is not None else {}
    guess = [words.get(found, found) for found in near(given, [*names, *words], 2)] if given else []
    hint = f"Did you mean {' or '.join(f'`{name}`' for name in dict.fromkeys(guess))}? " if guess else ""
    if names:
        hint += "It may be " + _list(names)
    elif options:
        hint += "It may only be " + ", ".join(
            "true" if option is True else str(option).lower() for option in options
        )
    yield _problem(context, pointer, "not-an-option", "is none of the options", _instead(node, hint))


def _pattern(error: Error, context: Context) -> Iterator[Problem]:
    pointer = _pointer(error, context)
    if not str(error.instance).strip():
        yield _empty(pointer, context)
        return
    node = _node(context, pointer)
    example = node.example if node is not None else ""
    if node is not None and node.prints in ("date", "part_date"):
        hint = "Write a date as 2026-11-21"
        hint += ", a month as 2026-11, a year as 2026" if node.prints == "part_date" else ""
        yield _problem(context, pointer, "not-a-date", "is not a date", _instead(node, hint))
        return
    hint = f"Write it as in this example: {example}" if example else ""
    yield _problem(context, pointer, "bad-format", "does not have the right form", hint)


def _empty(pointer: str, context: Context) -> Problem:
    hint = _instead(_node(context, pointer), "Write something, or leave it out")
    return _problem(context, pointer, "empty", "is empty", hint)


def _too_short(error: Error, context: Context) -> Iterator[Problem]:
    pointer = _pointer(error, context)
    if not error.instance:
        yield _empty(pointer, context)
    else:
        yield _problem(
            context,
            pointer,
            "too-short",
            "is too short",
            f"It needs at least {error.validator_value} characters",
        )


def _too_long(error: Error, context: Context) -> Iterator[Problem]:
    yield _problem(
        context,
        _pointer(error, context),
        "too-long",
        "is too long",
        f"It may have {error.validator_value} characters; it has {len(error.instance)}",
    )


def _too_few(error: Error, context: Context) -> Iterator[Problem]:
    number = error.validator_value
    says = "needs at least one entry" if number == 1 else f"needs at least {number} entries"
    yield _problem(context, _pointer(error, context), "too-few", says, "Add what is known")


def _too_many(error: Error, context: Context) -> Iterator[Problem]:
    yield _problem(
        context,
        _pointer(error, context),
        "too-many",
        "has too many entries",
        f"There is room for {error.validator_value}",
    )


def _range(error: Error, context: Context) -> Iterator[Problem]:
    side = "least" if "inimum" in str(error.validator) else "most"
    yield _problem(
        context,
        _pointer(error, context),
        "out-of-range",
        "is out of range",
        f"It may be at {side} {error.validator_value}",
    )


def _repeated(error: Error, context: Context) -> Iterator[Problem]:
    yield _problem(
        context,
        _pointer(error, context),
        "repeated-entry",
        "has the same entry twice",
        "Take one of the two out",
    )


def _size(error: Error, context: Context) -> Iterator[Problem]:
    pointer = _pointer(error, context)
    if error.validator == "minProperties":
        yield _empty(pointer, context)
    else:
        yield _problem(
            context, pointer, "too-many", "has too many properties", f"It may have {error.validator_value}"
        )


def _nothing_allowed(error: Error, context: Context) -> Iterator[Problem]:
    yield _problem(context, _pointer(error, context), "not-allowed", "may not be given here", "Take it out")


def _choice(error: Error, context: Context) -> Iterator[Problem]:
    """Explain `anyOf` and `oneOf`: the real problem is in the branch that the value comes nearest to."""
    branches: dict[object, list[Error]] = {}
    for cause in error.context or ():
        branches.setdefault(cause.relative_schema_path[0], []).append(cause)
    if not branches:
        yield _problem(
            context,
            _pointer(error, context),
            "ambiguous",
            "fits more than one of its forms",
            "Keep to one of them",
        )
        return
    required = [cause for causes in branches.values() for cause in causes]
    if all(cause.validator == "required" and not cause.relative_path for cause in required):
        names = list(
            dict.fromkeys(
                name for cause in required for name in cause.validator_value if name not in cause.instance
            )
        )
        pointer = _pointer(error, context)
        first = _gap(step(pointer, names[0]), names[0], context)
        hint = f"Add {' or '.join(f'`{name}`' for name in names)}"
        yield Problem(first.severity, first.code, first.message, hint, first.place)
        return
    best = min(branches.values(), key=_distance)
    for cause in best:
        yield from _explain(cause, context)


def _distance(causes: list[Error]) -> tuple[int, int, int]:
    """Order branches: not the wrong type altogether, then errors deep inside, then few of them."""
    shallow = any(cause.validator in ("type", "const", "enum") and not cause.relative_path for cause in causes)
    return int(shallow), -max(len(cause.relative_path) for cause in causes), len(causes)


def _other(error: Error, context: Context) -> Iterator[Problem]:
    yield _problem(
        context,
        _pointer(error, context),
        "not-valid",
        "is not as the schema wants it",
        f"See `{error.validator}` in the schema",
    )


Explainer = Callable[[Error, Context], Iterator[Problem]]

_EXPLAINERS: dict[str, Explainer] = {
    "required": _missing,
    "dependentRequired": _missing,
    "additionalProperties": _unknown_property,
    "unevaluatedProperties": _unknown_property,
    "type": _wrong_type,
    "format": _format,
    "enum": _option,
    "const": _option,
    "pattern": _pattern,
    "minLength": _too_short,
    "maxLength": _too_long,
    "minItems": _too_few,
    "contains": _too_few,
    "maxItems": _too_many,
    "minimum": _range,
    "maximum": _range,
    "exclusiveMinimum": _range,
    "exclusiveMaximum": _range,
    "uniqueItems": _repeated,
    "minProperties": _size,
    "maxProperties": _size,
    "not": _nothing_allowed,
    "None": _nothing_allowed,
    "anyOf": _choice,
    "oneOf": _choice,
}
