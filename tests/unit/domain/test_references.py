"""Looking up references: the quick way and `referencing` lead to the same place."""

import json
from pathlib import Path

import pytest

from forms.domain.references import BrokenReferenceError, Resolver, Schemas, _Thorough

ROOT = Path(__file__).parents[3]
OURS = {path.name: json.loads(path.read_text("utf-8")) for path in (ROOT / "schemas").glob("*.schema.json")}
SMALL = {
    "a.json": {
        "$id": "https://example.org/x/a.json",
        "$defs": {"s/t~u": {"$ref": "b.json#/$defs/0"}},
        "allOf": [{}, {"$ref": "#"}],
    },
    "b.json": {"$defs": {"0": {"type": "string"}}},
}


def both(schemas: dict) -> tuple[Resolver, Resolver]:
    found = Schemas(schemas)
    return found.resolver(), _Thorough(found.registry.resolver())


def references(schema: object) -> set[str]:
    if isinstance(schema, dict):
        own = {schema["$ref"]} if isinstance(schema.get("$ref"), str) else set()
        return own.union(*map(references, schema.values()))
    return set().union(*map(references, schema)) if isinstance(schema, list) else set()


def test_our_schemas_need_only_the_quick_way():
    assert type(Schemas(OURS).resolver()).__name__ == "_Plain"


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_reference_of_ours_leads_to_the_same_place_both_ways(name):
    quick, thorough = both(OURS)
    wanted = references(OURS[name])
    for reference in wanted:
        one, other = (resolver.lookup(name).resolver.lookup(reference) for resolver in (quick, thorough))
        assert one.contents == other.contents, reference
    assert wanted or "properties" in OURS[name] or "$defs" in OURS[name]


@pytest.mark.parametrize(
    "reference",
    [
        "a.json",
        "a.json#",
        "b.json#/$defs/0",
        "a.json#/$defs/s~1t~0u",
        "a.json#/allOf/1",
        "https://example.org/x/b.json",
        "https://example.org/x/a.json#/%61llOf/0",
    ],
)
def test_places_are_found_both_ways(reference):
    quick, thorough = both(SMALL)
    assert quick.lookup(reference).contents == thorough.lookup(reference).contents


@pytest.mark.parametrize(
    "reference",
    [
        "c.json",
        "a.json#/nothing",
        "a.json#/allOf/7",
        "b.json#anchor",
    ],
)
def test_what_leads_nowhere_is_refused_both_ways(reference):
    for resolver in both(SMALL):
        with pytest.raises(BrokenReferenceError):
            resolver.lookup(reference)


@pytest.mark.parametrize("reference", ["a.json#/allOf/x", "b.json#/$defs/0/type/0"])
def test_what_no_pointer_leads_into_is_refused(reference):
    with pytest.raises(BrokenReferenceError):
        Schemas(SMALL).resolver().lookup(reference)


def test_a_relative_reference_counts_from_the_schema_it_stands_in():
    for resolver in both(SMALL):
        found = resolver.lookup("a.json#/$defs/s~1t~0u")
        assert found.resolver.lookup(found.contents["$ref"]).contents == {"type": "string"}
        assert found.resolver.lookup("#/allOf/0").contents == {}


@pytest.mark.parametrize(
    "beyond",
    [{"$anchor": "here"}, {"$dynamicRef": "#here"}, {"items": {"$id": "https://example.org/inner.json"}}],
)
def test_schemas_with_more_than_that_are_left_to_referencing(beyond):
    found = Schemas({"a.json": {"$defs": {"one": beyond}}})
    assert type(found.resolver()).__name__ == "_Thorough"
    assert found.resolver().lookup("a.json#/$defs/one").contents == beyond
    with pytest.raises(BrokenReferenceError):
        found.resolver().lookup("a.json#/$defs/two")


def test_an_anchor_is_found():
    found = Schemas({"a.json": {"$defs": {"one": {"$anchor": "here", "type": "null"}}}})
    assert found.resolver().lookup("a.json#here").contents["type"] == "null"
