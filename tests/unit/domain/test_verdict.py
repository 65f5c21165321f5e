from __future__ import annotations

import copy
import json
from collections import OrderedDict

import pytest
from domain_kit import LIBRARY
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from forms.domain.nodes import walk
from forms.domain.references import Schemas
from forms.domain.schema import FORMATS
from forms.domain.verdict import compile_condition, compile_verdict, is_sound, same

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-2, 4)
    | st.sampled_from([1.0, 0.5, "", "a", "ab", "2026-11-21", "abc"])
)
values = st.recursive(
    scalars,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from("abc"), below, max_size=3),
    max_leaves=6,
)
small = st.integers(0, 3)
names = st.lists(st.sampled_from("abc"), max_size=2, unique=True)


TYPES = ["string", "object", "array", "integer", "number", "boolean", "null", ["string", "object"]]


def schemas_over(below):
    """Every keyword the verdict knows, in any combination."""
    return st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(TYPES),
            "enum": st.lists(values, max_size=3),
            "const": values,
            "required": names,
            "dependentRequired": st.dictionaries(st.sampled_from("abc"), names, max_size=2),
            "minLength": small, "maxLength": small, "minItems": small, "maxItems": small,
            "minProperties": small, "maxProperties": small, "minimum": small, "maximum": small,
            "exclusiveMinimum": small, "exclusiveMaximum": small,
            "pattern": st.sampled_from(["^a", "b$", "."]),
            "format": st.sampled_from(["date", "email", "part-date"]),
            "uniqueItems": st.booleans(),
            "properties": st.dictionaries(st.sampled_from("abc"), below, max_size=2),
            "additionalProperties": below,
            "propertyNames": below, "items": below, "contains": below, "not": below,
            "if": below, "then": below, "else": below,
            "allOf": st.lists(below, min_size=1, max_size=2), "anyOf": st.lists(below, min_size=1, max_size=2),
            "oneOf": st.lists(below, min_size=1, max_size=2),
            "title": st.just("x"), "x-print": st.just("text"),
        },
    )  # fmt: skip


schemas = st.recursive(st.booleans() | schemas_over(st.booleans()), schemas_over, max_leaves=5)


@settings(max_examples=150)
@given(schemas, values)
def test_the_verdict_is_that_of_jsonschema(schema, value):
    schemas = Schemas({"s.json": {"$defs": {"s": schema}}})
    verdict = compile_verdict(schemas, "s.json#/$defs/s", FORMATS)
    assert verdict(value) == Draft202012Validator(schema, format_checker=FORMATS).is_valid(value)


@given(values, values)
def test_equality_is_that_of_json_schema(one, other):
    assert same(one, other) == Draft202012Validator({"const": one}).is_valid(other)


@pytest.mark.parametrize(
    "keyword", ["unevaluatedProperties", "patternProperties", "prefixItems", "minContains", "$dynamicRef"]
)
def test_what_is_not_known_is_left_to_jsonschema(keyword):
    schemas = Schemas({"s.json": {keyword: {}}})
    assert compile_verdict(schemas, "s.json", FORMATS)({}) is None
    assert compile_verdict(schemas, "nothing.json", FORMATS)({}) is None
    assert compile_condition(schemas, {"not": {"properties": {"a": {keyword: {}}}}}, FORMATS)({"a": 1}) is None


@pytest.mark.parametrize("beyond", [{"prefixItems": []}, {"$ref": "nothing.json"}, {"$ref": "s.json#/$defs/a"}])
def test_what_no_value_meets_need_not_be_known(beyond):
    schemas = Schemas({"s.json": {"properties": {"a": beyond, "b": {"const": 1}}, "$defs": {"a": beyond}}})
    verdict = compile_verdict(schemas, "s.json", FORMATS)
    assert [verdict({"b": 2}), verdict({"b": 1}), verdict({"a": 1})] == [False, True, None]


def test_a_schema_may_hold_itself_further_down():
    schemas = Schemas({"s.json": {"properties": {"a": {"$ref": "s.json"}, "b": {"type": "null"}}}})
    verdict = compile_verdict(schemas, "s.json", FORMATS)
    assert [verdict({"a": {"a": {"b": None}}}), verdict({"a": {"a": {"b": 1}}})] == [True, False]


def test_types_that_are_like_those_of_json_are_taken_for_them():
    schemas = Schemas({"s.json": {"properties": {"a": {"maxLength": 1}, "b": {"type": "integer"}}}})
    verdict = compile_verdict(schemas, "s.json", FORMATS)

    class Text(str):
        __slots__ = ()

    assert [verdict(OrderedDict(a=Text("ab"))), verdict({"a": Text("b")}), verdict({"b": ()})] == [
        False,
        True,
        False,
    ]


JUNK = [
    None,
    True,
    3,
    "",
    "x",
    "2026-02-30",
    [],
    {},
    {"not_known": "x"},
    {"not_known": "x", "not_applicable": True},
    {"a": 1},
]


@settings(max_examples=40)
@given(st.data())
def test_the_verdict_on_damaged_cases_is_that_of_jsonschema(vocabulary, data):
    case = json.loads((LIBRARY / "samples/conference-report/valid/full.json").read_text(encoding="utf-8"))
    schemas = Schemas(vocabulary.schemas)
    verdict = compile_verdict(schemas, "case.schema.json", FORMATS)
    validator = Draft202012Validator(
        {"$ref": "case.schema.json"}, registry=schemas.registry, format_checker=FORMATS
    )
    assert verdict(case)
    places = [pointer for pointer, _, _ in walk(vocabulary.case, case) if pointer]
    damaged = copy.deepcopy(case)
    target = damaged
    *way, last = data.draw(st.sampled_from(places)).split("/")[1:]
    for part in way:
        target = target[int(part)] if isinstance(target, list) else target[part]
    target[int(last) if isinstance(target, list) else last] = data.draw(st.sampled_from(JUNK))
    assert verdict(damaged) == validator.is_valid(damaged)


@given(
    st.recursive(
        st.booleans() | st.integers(-2, 2) | st.sampled_from(["object", "array", "x", ""]) | st.just([]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "type",
                        "const",
                        "enum",
                        "required",
                        "properties",
                        "items",
                        "minItems",
                        "anyOf",
                        "not",
                        "if",
                        "odd",
                    ]
                ),
                inner,
                max_size=3,
            )
        ),
        max_leaves=8,
    )
)
def test_what_counts_as_a_sound_schema_is_one_for_jsonschema(schema):
    if is_sound(schema):
        Draft202012Validator.check_schema(schema)


def test_conditions_as_manifests_have_them_are_sound_at_once():
    condition = {"required": ["papers"], "properties": {"papers": {"properties": {"a": {"const": "yes"}}}}}
    assert is_sound(condition)
    assert not is_sound({"required": "papers"})
    assert not is_sound({"properties": {"papers": {"type": "objects"}}})
