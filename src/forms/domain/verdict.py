"""A quick yes or no: whether a value is valid, and nothing about why.

Most cases are sound, and a validator that could explain each fault takes many times as long to find none. So
a schema is compiled into plain functions that say yes or no as `jsonschema` would (a property test holds the
two to it); only after a no does `jsonschema` look for the reasons. A schema with a keyword that is not known
here is not compiled, and `jsonschema` judges alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from forms.domain.references import BrokenReferenceError, Raw, Resolver, Schemas

Test = Callable[[Any], bool]


class Formats(Protocol):
    """The formats that are checked; each test stands first in its entry, as in `jsonschema`."""

    checkers: Mapping[str, tuple[Test, Any]]


_ANNOTATIONS = frozenset(
    {"$schema", "$id", "$defs", "$comment", "title", "description", "examples", "default", "deprecated"}
)
_DEPTH = 60


class _NotKnown(Exception):  # noqa: N818 - not an error: it only says that jsonschema must judge
    """A schema uses what is not known here."""


_NOT_HERE = (_NotKnown, BrokenReferenceError)


def compile_verdict(schemas: Schemas, reference: str, formats: Formats) -> Test | None:
    """Compile the schema at a reference into a test, or give None if it uses what is not known here.

    The schema of a property is compiled when a value first has that property. If that uses what is not known
    here, the test says no: after a no `jsonschema` judges.
    """
    resolver = schemas.resolver()
    try:
        found = resolver.lookup(reference)
        test = _Compiler(formats, later=True).compile(found.contents, found.resolver, 0)
    except _NOT_HERE:
        return None

    def sound(value: Any) -> bool:  # noqa: ANN401 - any JSON
        try:
            return test(value)
        except _NOT_HERE:
            return False

    return sound


def compile_condition(schemas: Schemas, schema: Mapping[str, Any], formats: Formats) -> Test | None:
    """Compile a schema of its own (a manifest's condition), or give None as `compile_verdict` does."""
    try:
        return _Compiler(formats, later=False).compile(schema, schemas.resolver(), 0)
    except _NOT_HERE:
        return None


def is_sound(schema: Raw) -> bool:
    """Tell whether something is surely a schema; where it isn't sure, `jsonschema` knows."""
    if isinstance(schema, bool):
        return True
    return isinstance(schema, dict) and all(
        keyword in _SOUND and _SOUND[keyword](value) for keyword, value in schema.items()
    )


def same(one: object, other: object) -> bool:
    """Tell whether two JSON values are equal (JSON Schema core, 4.2.2: true is not 1, 1.0 is)."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other if isinstance(one, str) else one == other


class _Compiler:
    """Makes tests; what a reference leads to is compiled once. `later`: properties when they are first met."""

    def __init__(self, formats: Formats, *, later: bool) -> None:
        self._formats = formats
        self._later = later
        self._done: dict[int, Test] = {}

    def compile(self, schema: Raw, resolver: Resolver, depth: int) -> Test:
        """Give the test of a schema."""
        if schema is True or schema == {}:
            return lambda value: True
        if schema is False:
            return lambda value: False
        if depth > _DEPTH:
            raise _NotKnown
        if id(schema) not in self._done:
            self._done[id(schema)] = _all(self._tests(schema, resolver, depth))
        return self._done[id(schema)]

    def _tests(self, schema: Mapping[str, Any], resolver: Resolver, depth: int) -> list[Test]:
        tests: list[Test] = []
        for keyword in _ORDER:
            if keyword in schema and not (keyword == "additionalProperties" and "properties" in schema):
                tests.append(_KEYWORDS[keyword](self, schema, resolver, depth + 1))
        for keyword in schema:
            if not (
                keyword in _KEYWORDS or keyword in _ANNOTATIONS or keyword in _TAKEN or keyword.startswith("x-")
            ):
                raise _NotKnown
        return tests

    def reference(self, schema: Mapping[str, Any], resolver: Resolver, depth: int) -> Test:
        found = resolver.lookup(schema["$ref"])
        return self.compile(found.contents, found.resolver, depth)

    def format(self, schema: Mapping[str, Any], resolver: Resolver, depth: int) -> Test:
        checker = self._formats.checkers.get(schema["format"])
        if checker is None:
            raise _NotKnown
        return checker[0]

    def members(self, schema: Mapping[str, Any], resolver: Resolver, depth: int) -> Test:
        """`properties` with `additionalProperties`."""
        if "patternProperties" in schema:
            raise _NotKnown
        properties = schema.get("properties", {})
        other = self.compile(schema.get("additionalProperties", True), resolver, depth)
        known: dict[str, Test] = {}
        find = known.get

        def made(name: str) -> Test:
            if name not in properties:
                return other
            known[name] = self.compile(properties[name], resolver, depth)
            return known[name]

        if not self._later:
            for name in properties:
                made(name)

        def test(value: Any) -> bool:  # noqa: ANN401 - any JSON
            if not isinstance(value, dict):
                return True
            for name, item in value.items():  # noqa: SIM110 - as in `_all`
                if not (find(name) or made(name))(item):
                    return False
            return True

        return test

    def names(self, schema: Mapping[str, Any], resolver: Resolver, depth: int) -> Test:
        below = self.compile(schema["propertyNames"], resolver, depth)
        return lambda value: not isinstance(value, dict) or all(map(below, value))

    def items(self, schema: Mapping[str, Any], resolver: Resolver, depth: int) -> Test:
        below = self.compile(schema["items"], resolver, depth)
        return lambda value: not isinstance(value, list) or all(map(below, value))

    def contains(self, schema: Mapping[str, Any], resolver: Resolver, depth: int) -> Test:
        below = self.compile(schema["contains"], resolver, depth)
        return lambda value: not isinstance(value, list) or any(map(below, value))

    def condition(self, schema: Mapping[str, Any], resolver: Resolver, depth: int) -> Test:
        whether = self.compile(schema["if"], resolver, depth)
        then = self.compile(schema.get("then", True), resolver, depth)
        otherwise = self.compile(schema.get("else", True), resolver, depth)
        return lambda value: then(value) if whether(value) else otherwise(value)

    def all_of(self, schema: Mapping[str, Any], resolver: Resolver, depth: int) -> Test:
        return _all([self.compile(below, resolver, depth) for below in schema["allOf"]])

    def any_of(self, schema: Mapping[str, Any], resolver: Resolver, depth: int) -> Test:
        tests = [self.compile(below, resolver, depth) for below in schema["anyOf"]]
        return lambda value: any(test(value) for test in tests)

    def one_of(self, schema: Mapping[str, Any], resolver: Resolver, depth: int) -> Test:
        tests = [self.compile(below, resolver, depth) for below in schema["oneOf"]]
        return lambda value: sum(test(value) for test in tests) == 1

    def negation(self, schema: Mapping[str, Any], resolver: Resolver, depth: int) -> Test:
        below = self.compile(schema["not"], resolver, depth)
        return lambda value: not below(value)


def _all(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda value: first(value) and second(value)

    def test(value: Any) -> bool:  # noqa: ANN401 - any JSON
        for one in tests:  # noqa: SIM110 - a generator costs more than most of the tests
            if not one(value):
                return False
        return True

    return test


def _is_integer(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


_TYPES: Mapping[str, Test] = {
    "string": lambda value: isinstance(value, str),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool),
    "integer": _is_integer,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "null": lambda value: value is None,
}


def _type(wanted: str | list[str]) -> Test:
    names = [wanted] if isinstance(wanted, str) else wanted
    if any(name not in _TYPES for name in names):
        raise _NotKnown
    tests = [_TYPES[name] for name in names]
    if len(tests) == 2:
        first, second = tests
        return lambda value: first(value) or second(value)
    return tests[0] if len(tests) == 1 else lambda value: any(test(value) for test in tests)


def _options(options: list[Any]) -> Test:
    if all(isinstance(option, str) for option in options):
        texts = frozenset(options)
        return lambda value: isinstance(value, str) and value in texts
    return lambda value: any(same(value, option) for option in options)


def _required(names: list[str]) -> Test:
    needed = frozenset(names)
    return lambda value: not isinstance(value, dict) or needed <= value.keys()


def _dependent(needed: Mapping[str, list[str]]) -> Test:
    return lambda value: (
        not isinstance(value, dict)
        or all(set(names) <= value.keys() for name, names in needed.items() if name in value)
    )


def _pattern(pattern: str) -> Test:
    search = re.compile(pattern).search
    return lambda value: not isinstance(value, str) or search(value) is not None


def _unique(wanted: bool) -> Test:
    def test(value: Any) -> bool:  # noqa: ANN401 - any JSON
        if not wanted or not isinstance(value, list):
            return True
        return not any(same(one, other) for index, one in enumerate(value) for other in value[:index])

    return test


def _length(kind: type[str | list[Any] | dict[str, Any]], least: int = 0, most: float = float("inf")) -> Test:
    return lambda value: not isinstance(value, kind) or least <= len(value) <= most


def _number(holds: Callable[[float], bool]) -> Test:
    return lambda value: not isinstance(value, int | float) or isinstance(value, bool) or holds(value)


Make = Callable[[_Compiler, Mapping[str, Any], Resolver, int], Test]


def _simple(keyword: str, make: Callable[[Any], Test]) -> Make:
    return lambda compiler, schema, resolver, depth: make(schema[keyword])


_KEYWORDS: Mapping[str, Make] = {
    "type": _simple("type", _type),
    "$ref": _Compiler.reference,
    "enum": _simple("enum", _options),
    "const": _simple("const", lambda wanted: lambda value: same(value, wanted)),
    "required": _simple("required", _required),
    "dependentRequired": _simple("dependentRequired", _dependent),
    "minLength": _simple("minLength", lambda least: _length(str, least)),
    "maxLength": _simple("maxLength", lambda most: _length(str, 0, most)),
    "minItems": _simple("minItems", lambda least: _length(list, least)),
    "maxItems": _simple("maxItems", lambda most: _length(list, 0, most)),
    "minProperties": _simple("minProperties", lambda least: _length(dict, least)),
    "maxProperties": _simple("maxProperties", lambda most: _length(dict, 0, most)),
    "minimum": _simple("minimum", lambda least: _number(lambda value: value >= least)),
    "maximum": _simple("maximum", lambda most: _number(lambda value: value <= most)),
    "exclusiveMinimum": _simple("exclusiveMinimum", lambda least: _number(lambda value: value > least)),
    "exclusiveMaximum": _simple("exclusiveMaximum", lambda most: _number(lambda value: value < most)),
    "pattern": _simple("pattern", _pattern),
    "format": _Compiler.format,
    "uniqueItems": _simple("uniqueItems", _unique),
    "properties": _Compiler.members,
    "additionalProperties": _Compiler.members,
    "propertyNames": _Compiler.names,
    "items": _Compiler.items,
    "contains": _Compiler.contains,
    "if": _Compiler.condition,
    "allOf": _Compiler.all_of,
    "anyOf": _Compiler.any_of,
    "oneOf": _Compiler.one_of,
    "not": _Compiler.negation,
}
_TAKEN = frozenset({"then", "else"})
_ORDER = tuple(_KEYWORDS)


def _is_names(value: Raw) -> bool:
    return (
        isinstance(value, list)
        and all(isinstance(name, str) for name in value)
        and len(set(value)) == len(value)
    )


def _is_count(value: Raw) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_members(value: Raw) -> bool:
    return isinstance(value, dict) and all(map(is_sound, value.values()))


def _is_choice(value: Raw) -> bool:
    return isinstance(value, list) and bool(value) and all(map(is_sound, value))


_SOUND: Mapping[str, Test] = {
    "type": lambda value: isinstance(value, str) and value in _TYPES,
    "const": lambda value: True,
    "enum": lambda value: isinstance(value, list),
    "required": _is_names,
    "properties": _is_members,
    **dict.fromkeys(
        ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _is_count
    ),
    **dict.fromkeys(("items", "contains", "not", "if", "then", "else", "additionalProperties"), is_sound),
    **dict.fromkeys(("allOf", "anyOf", "oneOf"), _is_choice),
}
