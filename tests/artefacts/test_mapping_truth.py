"""The truth that drafted mappings are held to is sound: whole, unambiguous, and in the vocabulary of a case."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import forms

ROOT = Path(__file__).parent.parent.parent
FILES = sorted((ROOT / "tests" / "mapping_truth").glob("*.json"))
FILTER = re.compile(r"\[(\w+)=(\w+)\]")


def schema(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((ROOT / "schemas" / name).read_text(encoding="utf-8"))
    return read


def resolved(node: dict[str, Any], root: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    while "$ref" in node:
        file, _, path = node["$ref"].partition("#")
        root = schema(file) if file else root
        target = root
        for part in path.strip("/").split("/"):
            target = target[part]
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    return node, root


def below(node: dict[str, Any], root: dict[str, Any], part: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Go one step down; a filter or a number goes into a list."""
    node, root = resolved(node, root)
    if part.isdigit() or FILTER.fullmatch(part):
        inside, inner = resolved(node["items"], root)
        if found := FILTER.fullmatch(part):
            assert found[1] in inside["properties"]
        return inside, inner
    if "properties" not in node and "else" in node:
        node = {**node, **node["else"]}
    return node["properties"][part], root


def in_vocabulary(path: str) -> bool:
    """Whether a path of the truth leads somewhere in the schema of a case."""
    if path.startswith("profile:"):
        return path.removeprefix("profile:/") in schema("profile.schema.json")["properties"]
    parts = path.strip("/").split("/")
    for number, part in enumerate(parts[1:], 1):
        if part.isdigit() and FILTER.fullmatch(parts[number - 1]):
            parts[number] = ""
    node = root = schema("case.schema.json")
    try:
        for part in filter(None, parts):
            node, root = below(node, root, part)
    except KeyError:
        return False
    return True


def read(file: Path) -> dict[str, Any]:
    truth: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return truth


def test_a_path_outside_the_vocabulary_is_told() -> None:
    assert not in_vocabulary("/children/0/shoe_size")
    assert in_vocabulary("/adults/[carer=true]/1/name/given")


def test_there_are_two_boroughs_and_five_public_forms() -> None:
    kinds = [read(file)["format"] for file in FILES]
    assert kinds.count("list") >= 5
    assert {"pdf", "docx"} <= set(kinds)


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_truth_is_whole(file: Path) -> None:
    truth = read(file)
    places = truth["places"]
    names = [place["name"] for place in places]
    assert len(set(names)) == len(names)
    assert sum(len(place["columns_right"]) if "columns" in place else 1 for place in places) >= 40
    assert truth["source"]["taken_on"] == "2026-11-22"
    for place in places:
        assert place["label"] or place.get("section") or truth["format"] == "pdf"
        assert len(place.get("columns", [])) == len(place.get("columns_right", []))
        assert not place.get("left") or place["right"]
        for path in place["right"]:
            assert in_vocabulary(path), path


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_columns_stand_in_one_of_the_lists(file: Path) -> None:
    for place in read(file)["places"]:
        for column in place.get("columns_right", []):
            for path in column:
                lists = [re.sub(r"/\[.*?\]$", "", each) for each in place["right"]]
                assert any(in_vocabulary(f"{each}/0/{path}") for each in lists), path


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_every_place_of_a_form_that_lies_here_is_judged(file: Path) -> None:
    truth = read(file)
    if truth["format"] == "list":
        assert truth["source"]["address"]
        return
    found = forms.inspect_form(ROOT / truth["form"]).places
    assert sorted(place.name for place in found) == sorted(place["name"] for place in truth["places"])
