"""The library's data: schemas, directories, samples, manifests; checked with plain jsonschema."""

from __future__ import annotations

import datetime
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://forms.example.org/schemas/"
# manifest.schema.json belongs to the domain layer and is tested there
SCHEMAS = {
    path.name: json.loads(path.read_text("utf-8"))
    for path in sorted((ROOT / "schemas").glob("*.schema.json"))
    if path.name != "manifest.schema.json"
}
DIRECTORIES = ("local-authorities", "support-organisations", "audiences", "deadlines")
ARTEFACTS = (
    "chaser", "check-notification", "conference-report", "family-pack",
    "interview-checklist", "offender-information", "offender-leaflet", "referral",
)  # fmt: skip
PRINTS = {
    "text", "date", "part_date", "time", "date_time", "name", "address", "words", "yes_no", "number",
    "telephone",
}  # fmt: skip
WARNINGS = {"crn_shape", "postcode_shape", "not_in_future", "under_18", "reason_given"}
PROFESSIONAL = {"social-care", "police", "professionals", "chair", "internal"}
LAY = {"parent", "offender", "partner", "school"}
SNAKE = re.compile("[a-z0-9]+(_[a-z0-9]+)*")
BEYOND_SCHEMA = {"restricted-value-repeated", "unknown-place"}
VALID = sorted((ROOT / "samples").glob("*/valid/*.json"))
INVALID = sorted((ROOT / "samples").glob("*/invalid/*.json"))

formats = FormatChecker(())


@formats.checks("date", raises=ValueError)
def _date(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.date.fromisoformat(value))


@formats.checks("part-date", raises=ValueError)
def _part_date(value: object) -> bool:
    if not isinstance(value, str):
        return True
    shape = re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", value)
    return bool(shape and datetime.date.fromisoformat((value + "-01-01")[:10]))


@formats.checks("time", raises=ValueError)
def _time(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.time.fromisoformat(value))


@formats.checks("email")
def _email(value: object) -> bool:
    return not isinstance(value, str) or bool(re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value))


REGISTRY: Any = (
    Registry()
    .with_resources([(schema["$id"], DRAFT202012.create_resource(schema)) for schema in SCHEMAS.values()])
    .crawl()
)


def load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def errors(reference: str, value: object) -> list[str]:
    validator = Draft202012Validator({"$ref": BASE + reference}, registry=REGISTRY, format_checker=formats)
    return [f"{error.json_path}: {error.validator}" for error in validator.iter_errors(value)]


def subschemas(schema: object, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every subschema; what stands in conditions (`if`) only tests and describes nothing."""
    if not isinstance(schema, dict):
        return
    yield path, schema
    for group in ("properties", "$defs"):
        for name, below in schema.get(group, {}).items():
            yield from subschemas(below, f"{path}/{group}/{name}")
    for key in ("items", "then", "else", "additionalProperties"):
        yield from subschemas(schema.get(key), f"{path}/{key}")


def resolved(schema: dict[str, Any], base: str) -> tuple[dict[str, Any], str]:
    """Follow `$ref`s; annotations beside a reference come before those behind it."""
    merged, here = dict(schema), base
    while "$ref" in merged:
        found = REGISTRY.resolver(here).lookup(merged.pop("$ref"))
        here = found.resolver._base_uri
        merged = {**found.contents, **merged}
    return merged, here


def place(pointer: str) -> dict[str, Any]:
    """Give the subschema of the case that a pointer leads to."""
    schema, base = resolved({"$ref": "case.schema.json"}, BASE)
    for part in pointer.split("/")[1:]:
        below = schema["items"] if part == "*" else schema["properties"][part]
        schema, base = resolved(below, base)
    return schema


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for below in value.values() if isinstance(value, dict) else value:
            yield from strings(below)


def objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    if isinstance(value, dict | list):
        for below in value.values() if isinstance(value, dict) else value:
            yield from objects(below)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_and_all_it_refers_to_is_there(name: str) -> None:
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == BASE + name
    for _, part in subschemas(schema):
        if "$ref" in part:
            REGISTRY.resolver(schema["$id"]).lookup(part["$ref"])


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_property_has_a_title_and_every_object_is_closed(name: str) -> None:
    bad = []
    for path, part in subschemas(SCHEMAS[name]):
        if path.startswith("/$defs/needs"):
            continue
        bad += [f"{path}/{key}: no title" for key, below in part.get("properties", {}).items()
                if not resolved(below, BASE + name)[0].get("title") and "/then" not in path]  # fmt: skip
        is_object = part.get("type") == "object" and "properties" in part
        if is_object and part.get("additionalProperties") is not False:
            bad.append(f"{path}: open")
        if "oneOf" in part or "allOf" in part:
            bad.append(f"{path}: oneOf or allOf")
        if not path.endswith("/papers"):
            names = part.get("properties", {})
            bad += [f"{path}/{key}: not snake case" for key in names if not SNAKE.fullmatch(key)]
    assert not bad


@pytest.mark.parametrize("name", SCHEMAS)
def test_annotations_are_known_and_agree(name: str) -> None:
    bad = []
    for path, part in subschemas(SCHEMAS[name]):
        prints, words = part.get("x-print"), part.get("x-words")
        options = part.get("enum", part.get("else", {}).get("enum"))
        if prints is not None and prints not in PRINTS:
            bad.append(f"{path}: x-print")
        if (prints == "words") != (words is not None):
            bad.append(f"{path}: x-words without x-print: words, or the other way round")
        if words is not None and list(words) != options:
            bad.append(f"{path}: x-words are not complete over the options, in their order")
        if words is not None and len(set(words.values())) < len(words):
            bad.append(f"{path}: two options print alike")
        if not set(part.get("x-lay", ())) <= LAY:
            bad.append(f"{path}: x-lay")
        if not set(part.get("x-audiences", ())) <= PROFESSIONAL:
            bad.append(f"{path}: x-audiences")
        if not set(part.get("x-warn", ())) <= WARNINGS:
            bad.append(f"{path}: x-warn")
        if "x-rows" in part and part.get("type") != "array":
            bad.append(f"{path}: x-rows on what is no list")
        if "x-lay" in part and "x-audiences" in part:
            bad.append(f"{path}: closed to professionals, open to the public")
    assert not bad


@pytest.mark.parametrize("pointer", [
    "/children/*/source", "/adults/*/source", "/victims", "/children/*/address", "/children/*/telephone",
    "/children/*/school", "/children/*/local_authority", "/adults/*/address", "/adults/*/telephone",
    "/intelligence", "/enforcement", "/mappa/content", "/marac", "/replies", "/children/*/health",
    "/adults/*/health", "/agencies", "/risk/nature/verified_by", "/papers/conference-report/chair_liaison",
    "/papers/conference-report/shared/reason", "/papers/conference-report/parents/*/address",
])  # fmt: skip
def test_what_is_closed_by_default_is_closed(pointer: str) -> None:
    assert set(place(pointer)["x-audiences"]) <= {"social-care", "police", "chair"}


@pytest.mark.parametrize("pointer", [
    "/children/*/address", "/children/*/school", "/children/*/lives_with", "/offender/local_authority",
    "/children/*/known_to_social_care", "/risk/oasys/children", "/papers/conference-report/sources/victim",
    "/papers/conference-report/shared/decided_by", "/papers/family-pack/issue_note/disclosed",
])  # fmt: skip
def test_lay_readers_do_not_see(pointer: str) -> None:
    assert "x-lay" not in place(pointer)


def test_the_parents_copy_has_what_a_parent_may_read() -> None:
    paper = "/papers/conference-report"
    for pointer in ("/offender/name", "/children/*/name", f"{paper}/meeting_date", f"{paper}/nature",
                    f"{paper}/assessment/recommendations",
                    f"{paper}/assessment/parenting_capacity/text"):  # fmt: skip
        assert {"parent", "offender"} <= set(place(pointer)["x-lay"]), pointer
    assert "parent" not in place("/offender/home_address")["x-lay"]
    assert "x-lay" not in place(f"{paper}/assessment/parenting_capacity/basis"), "it may tell who told us"


@pytest.mark.parametrize("artefact", ARTEFACTS)
def test_an_artefact_has_its_schema_manifest_and_samples(artefact: str) -> None:
    schema = SCHEMAS[f"{artefact}.schema.json"]
    assert {"needs", "part"} <= set(schema["$defs"])
    assert artefact in SCHEMAS["case.schema.json"]["properties"]["papers"]["properties"]
    manifest = tomllib.loads((ROOT / "templates" / artefact / "artefact.toml").read_text("utf-8"))
    assert manifest["id"] == artefact
    valid = {path.stem for path in VALID if path.parts[-3] == artefact}
    assert {"full", "minimal"} <= valid
    assert sum(path.parts[-3] == artefact for path in INVALID) >= 4


@pytest.mark.parametrize("artefact", ARTEFACTS)
def test_a_manifest_points_to_places_rules_and_schemas_that_exist(artefact: str) -> None:
    manifest = tomllib.loads((ROOT / "templates" / artefact / "artefact.toml").read_text("utf-8"))
    rules = {rule["id"] for rule in load(ROOT / "directories/deadlines.json")["rules"]}
    readers = {item["reader"] for item in load(ROOT / "directories/audiences.json")["readers"]}
    for deadline in manifest.get("deadlines", ()):
        assert deadline["rule"] in rules
        assert place(deadline["from"])["x-print"] == "date"
    for audience in manifest["audiences"]:
        assert audience["reader"] in readers
        assert "each" not in audience or place(audience["each"])["type"] == "array"
    assert "reply_schema" not in manifest or manifest["reply_schema"] in SCHEMAS


def test_the_conference_report_asks_for_clearance_before_lay_readers_and_the_chair() -> None:
    manifest = tomllib.loads((ROOT / "templates/conference-report/artefact.toml").read_text("utf-8"))
    samples = ROOT / "samples/conference-report/valid"
    refused = {
        name: {
            audience["reader"]
            for audience in manifest["audiences"]
            for requirement in audience.get("requires", ())
            if not Draft202012Validator(requirement["schema"]).is_valid(load(samples / f"{name}.json"))
        }
        for name in ("full", "minimal", "pre-birth-not-shared")
    }
    assert refused == {
        "full": set(),
        "minimal": {"parent", "offender", "chair"},
        "pre-birth-not-shared": {"offender"},
    }


@pytest.mark.parametrize("path", VALID, ids=lambda path: "/".join(path.parts[-3:]))
def test_a_valid_sample_fits_the_vocabulary_and_the_papers_needs(path: Path) -> None:
    case = load(path)
    assert not errors("case.schema.json", case)
    assert not errors(f"{path.parts[-3]}.schema.json#/$defs/needs", case)
    names = Counter(item["id"] for item in objects(case) if "id" in item)
    assert not [name for name, times in names.items() if times > 1]
    for mark in case.get("restricted", []) + case.get("released", []):
        assert mark["path"].startswith("/") or mark["path"][1:] in names


@pytest.mark.parametrize("path", INVALID, ids=lambda path: "/".join(path.parts[-3:]))
def test_an_invalid_sample_breaks_a_schema_or_says_what_else(path: Path) -> None:
    case = load(path)
    expected = load(path.parents[1] / "expected.json")[path.stem]
    assert set(expected) == {"code", "pointer"}
    found = errors("case.schema.json", case) + errors(f"{path.parts[-3]}.schema.json#/$defs/needs", case)
    assert len(found) == (0 if expected["code"] in BEYOND_SCHEMA else 1)


def test_a_minimal_sample_holds_nothing_that_it_need_not() -> None:
    def without(value: Any) -> Iterator[Any]:
        for key in list(value) if isinstance(value, dict) else []:
            yield {name: item for name, item in value.items() if name != key}
            for smaller in without(value[key]):
                yield {**value, key: smaller}

    for path in VALID:
        if path.stem == "minimal":
            needs = f"{path.parts[-3]}.schema.json#/$defs/needs"
            fits = [
                smaller
                for smaller in without(load(path))
                if not errors(needs, smaller) and not errors("case.schema.json", smaller)
            ]
            assert not fits, path


@pytest.mark.parametrize("path", [*VALID, *INVALID, ROOT / "samples/profile.json"], ids=lambda path: path.stem)
def test_people_in_samples_are_invented_and_look_it(path: Path) -> None:
    for text in strings(load(path)):
        for address in re.findall(r"[\w.]+@[\w.-]+", text):
            assert address.endswith("example.org")
        for number in re.findall(r"\b0\d{2,4} ?\d{3,6}(?: ?\d{3,4})?\b", text):
            assert re.match(r"020 7946 0\d{3}|01632 960\d{3}|07700 900\d{3}", number)


def test_the_readme_lists_every_sample() -> None:
    readme = (ROOT / "samples/README.md").read_text("utf-8")
    listed = set(re.findall(r"^\| `([^`]+\.json)`", readme, re.MULTILINE))
    there = {str(path.relative_to(ROOT / "samples")) for path in (*VALID, *INVALID)} | {"profile.json"}
    assert listed == there


@pytest.mark.parametrize("name", DIRECTORIES)
def test_a_directory_fits_its_schema(name: str) -> None:
    assert not errors(f"{name}.schema.json", load(ROOT / f"directories/{name}.json"))


def test_the_profile_fits_its_schema_and_changes_rules_that_exist() -> None:
    profile = load(ROOT / "samples/profile.json")
    assert not errors("profile.schema.json", profile)
    rules = {rule["id"] for rule in load(ROOT / "directories/deadlines.json")["rules"]}
    assert set(profile["deadlines"]) <= rules
    assert "1988" not in profile["lawful_basis"]


def test_all_33_london_authorities_are_there_once() -> None:
    authorities = load(ROOT / "directories/local-authorities.json")["authorities"]
    assert [item["code"] for item in authorities] == [f"E090000{number:02}" for number in range(1, 34)]
    assert authorities[0]["name"] == "City of London"
    assert authorities[-1]["name"] == "Westminster"
    names = Counter(
        name.casefold() for item in authorities for name in {item["name"], *item.get("synonyms", ())}
    )
    assert not [name for name, times in names.items() if times > 1], "a name that means two authorities"
    hubs = [hub for item in authorities for hub in item["hubs"]]
    assert len({hub["id"] for hub in hubs}) == len(hubs) >= 33
    for hub in hubs:
        assert {"team", "address", "telephone", "email"} <= set(hub)
        assert re.fullmatch(r"020 7946 0\d{3}", hub["telephone"])
        assert hub["email"].endswith("example.org")


def test_only_numbers_that_everyone_knows_are_filled_in() -> None:
    organisations = load(ROOT / "directories/support-organisations.json")["organisations"]
    numbers = {item["id"]: item["telephone"] for item in organisations if item["telephone"]}
    assert numbers == {
        "emergency-999": "999", "nhs-111": "111", "samaritans": "116 123", "childline": "0800 1111",
    }  # fmt: skip
    assert any(item.get("crisis_24h") and item["telephone"] for item in organisations)
    by_id = {item["id"]: item for item in organisations}
    assert len(by_id) == len(organisations)
    assert not by_id["pace"]["in_pack"]
    for item in organisations:
        assert item["last_checked"] or item["check_note"]
        if item["audiences"] == ["professional"]:
            assert not item["in_pack"], item["id"]


def test_readers_and_their_class_agree_with_the_vocabulary() -> None:
    readers = load(ROOT / "directories/audiences.json")["readers"]
    assert {item["reader"] for item in readers if item["class"] == "lay"} == LAY
    assert {item["reader"] for item in readers if item["class"] == "professional"} == PROFESSIONAL
    words = SCHEMAS["case.schema.json"]["$defs"]["reader"]["x-words"]
    assert {item["reader"]: item["label"] for item in readers} == words
