"""The real library's schemas and directories, compiled once, and a small vocabulary of our own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forms.domain.audience import load_readers
from forms.domain.schema import Vocabulary

LIBRARY = Path(__file__).parents[3]

UNKNOWN = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
    "properties": {
        "not_known": {"title": "Not known because", "type": "string"},
        "not_applicable": {"const": True},
    },
}


def unknowable(kind="string", **more):
    return {"type": [kind, "object"], "if": {"type": "object"}, "then": {"$ref": "#/$defs/unknown"}, **more}


SMALL = {
    "title": "Case",
    "type": "object",
    "additionalProperties": False,
    "required": ["reference"],
    "properties": {
        "reference": {"title": "Reference", "type": "string", "minLength": 1},
        "colour": unknowable(
            title="Favourite colour",
            enum_=None,
            **{"x-print": "words", "x-words": {"red": "Deep red", "blue": "Blue"}},
        ),
        "born": unknowable(title="Date of birth", format="date", **{"x-print": "date"}),
        "pets": {
            "title": "Pets",
            "type": "array",
            "maxItems": 3,
            "x-rows": 2,
            "items": {
                "title": "Pet",
                "type": "object",
                "additionalProperties": False,
                "required": ["name"],
                "properties": {
                    "name": {"title": "Name of the pet", "type": "string", "maxLength": 10},
                    "legs": {"title": "Legs", "type": "integer", "minimum": 0},
                    "tame": {"title": "Tame", "type": "boolean"},
                },
            },
        },
        "home": {
            "title": "Home",
            "type": "object",
            "x-print": "address",
            "properties": {
                "lines": {"type": "array", "items": {"type": "string"}},
                "postcode": {"title": "Postcode", "type": "string"},
                "kind": {"type": "string", "x-print": "words", "x-words": {"no_fixed_abode": "No fixed abode"}},
            },
        },
        "who": {
            "title": "Name",
            "x-print": "name",
            "type": "object",
            "properties": {
                "title": {"title": "Title", "type": "string"},
                "given": {"title": "Given names", "type": "string"},
                "family": {"title": "Family name", "type": "string"},
            },
        },
        "remarks": {"title": "Remarks", "type": "string", "x-absent": "None"},
    },
    "$defs": {"unknown": UNKNOWN},
}
del SMALL["properties"]["colour"]["enum_"]
SMALL["properties"]["colour"]["else"] = {"enum": ["red", "blue"]}

PAPER = {
    "title": "Letter",
    "$defs": {
        "needs": {"required": ["born"], "properties": {"pets": {"minItems": 1}}},
        "part": {
            "title": "Letter",
            "type": "object",
            "additionalProperties": False,
            "required": ["sent_on"],
            "properties": {"sent_on": {"title": "Sent on", "type": "string", "format": "date"}},
        },
    },
}


def read_json(name):
    return json.loads((LIBRARY / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def small():
    return Vocabulary({"case.schema.json": SMALL, "letter.schema.json": PAPER, "memo.schema.json": PAPER})


@pytest.fixture(scope="session")
def vocabulary():
    return Vocabulary({path.name: read_json(path) for path in (LIBRARY / "schemas").glob("*.schema.json")})


@pytest.fixture(scope="session")
def readers():
    return load_readers(read_json("directories/audiences.json"))
