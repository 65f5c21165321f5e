"""A quick yes or no: whether a value is valid, and nothing about why.

Most cases are sound, and a validator that could explain each fault takes many times as long to find none. So
a schema is compiled into plain functions that say yes or no as `jsonschema` would (a property test holds the
two to it); only after a no does `jsonschema` look for the reasons. Where a value meets a keyword that is not
known here, the verdict is None, and `jsonschema` judges alone.

A schema is compiled for one type of JSON value at a time, when a value of that type first comes: what doesn't
concern a text is left out of the test of texts, and of "if it is an object … else …" the second half stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from operator import ge, gt, le, lt
from typing import Any, Protocol

from forms.domain.references import BrokenReferenceError, Raw, Resolver, Schemas

Test = Callable[[Any], bool]
Verdict = Callable[[Any], bool | None]


class Formats(Protocol):
    """The formats that are checked; each test stands first in its entry, as in `jsonschema`."""

    checkers: Mapping[str, tuple[Test, Any]]


_ANNOTATIONS = frozenset(
    {"$schema", "$id", "$defs", "$comment", "title", "description", "examples", "default", "deprecated"}
)


class _NotKnown(Exception):  # noqa: N818 - not an error: it only says that jsonschema must judge
    """A schema uses what is not known here."""


def compile_verdict(schemas: Schemas, reference: str, formats: Formats) -> Verdict:
    """Give the test of the schema at a reference; it gives None if it comes upon what is not known here."""
    return compile_condition(schemas, {"$ref": reference}, formats)


def compile_condition(schemas: Schemas, schema: Mapping[str, Any], formats: Formats) -> Verdict:
    """Give the test of a schema of its own (a manifest's condition), as `compile_verdict` does."""
    judge = _Compiler(formats).judge(schema, schemas.resolver())

    def verdict(value: Any) -> bool | None:  # noqa: ANN401 - any JSON
        try:
            return judge[type(value)](value)
        except (_NotKnown, BrokenReferenceError):
            return None

    return verdict


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


def _yes(value: Any) -> bool:  # noqa: ANN401 - any JSON
    return True


def _no(value: Any) -> bool:  # noqa: ANN401 - any JSON
    return False


class _Judge(dict[type, Test]):
    """The tests of one schema by the type of value; each is made when it is first asked for."""

    def __init__(self, make: Callable[[type], Test]) -> None:
        super().__init__()
        self._make = make
        self._begun: set[type] = set()

    def __missing__(self, kind: type) -> Test:
        own = next((known for known in _ALL_KINDS if issubclass(kind, known)), object)
        if own not in self:
            if own in self._begun:
                raise _NotKnown  # the schema leads to itself
            self._begun.add(own)
            self[own] = self._make(own)
        self[kind] = self[own]
        return self[kind]


_ALL_KINDS = (str, dict, list, bool, int, float, type(None))
"""The types of JSON values; a bool is an int for Python, and so comes before it."""
_KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "object": (dict,),
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


class _Compiler:
    """Makes tests; each schema's judge is made once."""

    def __init__(self, formats: Formats) -> None:
        self._formats = formats
        self._done: dict[int, tuple[Raw, _Judge]] = {}

    def judge(self, schema: Raw, resolver: Resolver) -> _Judge:
        """Give the tests of a schema by the type of value."""
        if id(schema) not in self._done:
            # The schema is kept beside its judge, so that no other can come to stand at its address.
            made = _Judge(lambda kind: self._test(schema, resolver, kind))
            self._done[id(schema)] = (schema, made)
        return self._done[id(schema)][1]

    def test(self, schema: Raw, resolver: Resolver, kind: type) -> Test:
        """Give the test of a schema for values of one type."""
        return self.judge(schema, resolver)[kind]

    def _test(self, schema: Raw, resolver: Resolver, kind: type) -> Test:
        if isinstance(schema, bool):
            return _yes if schema else _no
        tests = []
        for keyword in schema:
            if keyword in _KEYWORDS:
                kinds, make = _KEYWORDS[keyword]
                if kinds is None or kind in kinds:
                    tests.append(make(self, schema, resolver, kind))
            elif not (keyword in _ANNOTATIONS or keyword in _TAKEN or keyword.startswith("x-")):
                raise _NotKnown
        return _all(tests)

    def reference(self, schema: Mapping[str, Any], resolver: Resolver, kind: type) -> Test:
        found = resolver.lookup(schema["$ref"])
        return self.test(found.contents, found.resolver, kind)

    def format(self, schema: Mapping[str, Any], resolver: Resolver, kind: type) -> Test:
        checker = self._formats.checkers.get(schema["format"])
        if checker is None:
            raise _NotKnown
        return checker[0]

    def members(self, schema: Mapping[str, Any], resolver: Resolver, kind: type) -> Test:
        """`properties` with `additionalProperties`."""
        properties = schema.get("properties", {})
        other = self.judge(schema.get("additionalProperties", True), resolver)
        known: dict[str, _Judge] = {}
        find = known.get

        def made(name: str) -> _Judge:
            if name not in properties:
                return other
            known[name] = self.judge(properties[name], resolver)
            return known[name]

        def test(value: dict[str, Any]) -> bool:
            for name, item in value.items():  # noqa: SIM110 - a generator costs more than most of the tests
                if not (find(name) or made(name))[type(item)](item):
                    return False
            return True

        return test

    def names(self, schema: Mapping[str, Any], resolver: Resolver, kind: type) -> Test:
        below = self.judge(schema["propertyNames"], resolver)
        return lambda value: all(map(below[str], value))

    def items(self, schema: Mapping[str, Any], resolver: Resolver, kind: type) -> Test:
        below = self.judge(schema["items"], resolver)

        def test(value: list[Any]) -> bool:
            for item in value:  # noqa: SIM110 - as in `members`
                if not below[type(item)](item):
                    return False
            return True

        return test

    def contains(self, schema: Mapping[str, Any], resolver: Resolver, kind: type) -> Test:
        below = self.judge(schema["contains"], resolver)
        return lambda value: any(below[type(item)](item) for item in value)

    def condition(self, schema: Mapping[str, Any], resolver: Resolver, kind: type) -> Test:
        whether = self.test(schema["if"], resolver, kind)
        if whether is _yes or whether is _no:
            return self.test(schema.get("then" if whether is _yes else "else", True), resolver, kind)
        then = self.test(schema.get("then", True), resolver, kind)
        otherwise = self.test(schema.get("else", True), resolver, kind)
        return lambda value: then(value) if whether(value) else otherwise(value)

    def all_of(self, schema: Mapping[str, Any], resolver: Resolver, kind: type) -> Test:
        return _all(self.test(below, resolver, kind) for below in schema["allOf"])

    def any_of(self, schema: Mapping[str, Any], resolver: Resolver, kind: type) -> Test:
        tests = [self.test(below, resolver, kind) for below in schema["anyOf"]]
        return lambda value: any(test(value) for test in tests)

    def one_of(self, schema: Mapping[str, Any], resolver: Resolver, kind: type) -> Test:
        tests = [self.test(below, resolver, kind) for below in schema["oneOf"]]
        return lambda value: sum(test(value) for test in tests) == 1

    def negation(self, schema: Mapping[str, Any], resolver: Resolver, kind: type) -> Test:
        below = self.test(schema["not"], resolver, kind)
        return lambda value: not below(value)


def _all(tests: Iterable[Test]) -> Test:
    """Give one test for several; what always holds is left out, and what never does stands for all."""
    telling = [test for test in tests if test is not _yes]
    if _no in telling:
        return _no
    if not telling:
        return _yes
    if len(telling) == 1:
        return telling[0]
    if len(telling) == 2:
        first, second = telling
        return lambda value: first(value) and second(value)

    def test(value: Any) -> bool:  # noqa: ANN401 - any JSON
        for one in telling:  # noqa: SIM110 - as in `members`
            if not one(value):
                return False
        return True

    return test


def _type(schema: Mapping[str, Any], kind: type) -> Test:
    wanted = schema["type"]
    names = [wanted] if isinstance(wanted, str) else wanted
    if any(name not in _KINDS for name in names):
        raise _NotKnown
    if any(kind in _KINDS[name] for name in names):
        return _yes
    return float.is_integer if kind is float and "integer" in names else _no


def _options(options: list[Any], kind: type) -> Test:
    if kind is str:
        texts = frozenset(option for option in options if isinstance(option, str))
        return texts.__contains__ if texts else _no
    return lambda value: any(same(value, option) for option in options)


def _required(schema: Mapping[str, Any], kind: type) -> Test:
    needed = frozenset(schema["required"])
    return lambda value: needed <= value.keys()


def _dependent(schema: Mapping[str, Any], kind: type) -> Test:
    needed = {name: frozenset(names) for name, names in schema["dependentRequired"].items()}
    return lambda value: all(names <= value.keys() for name, names in needed.items() if name in value)


def _pattern(schema: Mapping[str, Any], kind: type) -> Test:
    search = re.compile(schema["pattern"]).search
    return lambda value: search(value) is not None


def _unique(schema: Mapping[str, Any], kind: type) -> Test:
    if not schema["uniqueItems"]:
        return _yes
    return lambda value: not any(same(one, other) for index, one in enumerate(value) for other in value[:index])


def _at_least(keyword: str) -> Make:
    """A least length, with the most that the schema may have beside it."""
    other = f"max{keyword.removeprefix('min')}"

    def make(schema: Mapping[str, Any], kind: type) -> Test:
        least, most = schema[keyword], schema.get(other, _ENDLESS)
        return lambda value: least <= len(value) <= most

    return _simple(make)


def _at_most(keyword: str) -> Make:
    """A greatest length, where the schema has no least."""
    other = f"min{keyword.removeprefix('max')}"

    def make(schema: Mapping[str, Any], kind: type) -> Test:
        most = schema[keyword]
        return _yes if other in schema else lambda value: len(value) <= most

    return _simple(make)


_ENDLESS = float("inf")
Make = Callable[[_Compiler, Mapping[str, Any], Resolver, type], Test]


def _simple(make: Callable[[Mapping[str, Any], type], Test]) -> Make:
    return lambda compiler, schema, resolver, kind: make(schema, kind)


def _number(keyword: str, holds: Callable[[float, float], bool]) -> Make:
    def make(schema: Mapping[str, Any], kind: type) -> Test:
        limit = schema[keyword]
        return lambda value: holds(value, limit)

    return _simple(make)


_TEXT = frozenset({str})
_OBJECT = frozenset({dict})
_LIST = frozenset({list})
_NUMBER = frozenset({int, float})
_KEYWORDS: Mapping[str, tuple[frozenset[type] | None, Make]] = {
    "type": (None, _simple(_type)),
    "$ref": (None, _Compiler.reference),
    "enum": (None, _simple(lambda schema, kind: _options(schema["enum"], kind))),
    "const": (None, _simple(lambda schema, kind: _options([schema["const"]], kind))),
    "required": (_OBJECT, _simple(_required)),
    "dependentRequired": (_OBJECT, _simple(_dependent)),
    "minLength": (_TEXT, _at_least("minLength")),
    "maxLength": (_TEXT, _at_most("maxLength")),
    "minItems": (_LIST, _at_least("minItems")),
    "maxItems": (_LIST, _at_most("maxItems")),
    "minProperties": (_OBJECT, _at_least("minProperties")),
    "maxProperties": (_OBJECT, _at_most("maxProperties")),
    "minimum": (_NUMBER, _number("minimum", ge)),
    "maximum": (_NUMBER, _number("maximum", le)),
    "exclusiveMinimum": (_NUMBER, _number("exclusiveMinimum", gt)),
    "exclusiveMaximum": (_NUMBER, _number("exclusiveMaximum", lt)),
    "pattern": (_TEXT, _simple(_pattern)),
    "format": (_TEXT, _Compiler.format),
    "uniqueItems": (_LIST, _simple(_unique)),
    "properties": (_OBJECT, _Compiler.members),
    "additionalProperties": (
        _OBJECT,
        lambda compiler, schema, resolver, kind: (
            _yes if "properties" in schema else compiler.members(schema, resolver, kind)
        ),
    ),
    "propertyNames": (_OBJECT, _Compiler.names),
    "items": (_LIST, _Compiler.items),
    "contains": (_LIST, _Compiler.contains),
    "if": (None, _Compiler.condition),
    "allOf": (None, _Compiler.all_of),
    "anyOf": (None, _Compiler.any_of),
    "oneOf": (None, _Compiler.one_of),
    "not": (None, _Compiler.negation),
}
"""What each keyword is about (None: any value), and what makes its test."""
_TAKEN = frozenset({"then", "else"})


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
    "type": lambda value: isinstance(value, str) and value in _KINDS,
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
