from __future__ import annotations

import json
from contextlib import suppress

import pytest
from domain_kit import LIBRARY
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.domain import case as case_module
from forms.domain.case import MOST_BYTES, empty_case, parse, resolve, step, steps, strings
from forms.domain.digest import _is_plain
from forms.domain.normal import characters
from forms.foundation.errors import InputError


def problem_of(data: bytes):
    with pytest.raises(InputError) as caught:
        parse(data, "case.json")
    return caught.value.problems[0]


def test_reads_a_case_with_and_without_byte_order_mark():
    assert parse(b'{"a": [1, {"b": null}]}', "x").data == {"a": [1, {"b": None}]}
    assert parse(b'\xef\xbb\xbf{"a": 1}', "x").data == {"a": 1}
    assert parse(b'{"a": 1}', "x.json").source == "x.json"
    assert empty_case().data == {}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [('{"a": 1,\n "b" 2}', 2, 6), ('{"a": 1,\n}', 2, 1), ('{"a": "x\ny"}', 1, 9), ('{"a": 1} x', 1, 10)],
)
def test_names_line_and_column_of_malformed_json(text, line, column):
    problem = problem_of(text.encode())
    assert problem.code == "malformed"
    assert problem.place.label == f"line {line}, column {column}"
    assert problem.hint


@pytest.mark.parametrize(
    ("text", "code", "pointer"),
    [
        ('{"a": {"b": 1, "b": 2}}', "repeated-property", "/a/b"),
        ('{"a": [1, NaN]}', "not-a-number", "/a/1"),
        ('{"a": -Infinity}', "not-a-number", "/a"),
        ('{"a": 1e999}', "not-a-number", "/a"),
        ('{"a": 9007199254740993}', "not-a-number", "/a"),
        ('{"a": ' + "9" * 5000 + "}", "not-a-number", "/a"),
        ('{"a": ["x", "b\\u0000"]}', "forbidden-character", "/a/1"),
        ('{"a": "\\ud83d"}', "forbidden-character", "/a"),
        ('{"a": "\\ufffe"}', "forbidden-character", "/a"),
        ('{"a": "\\uFDd0"}', "forbidden-character", "/a"),
        ('{"a": "\ufdef"}', "forbidden-character", "/a"),
        ('{"a": "b:", "c": [{"d": "\\u003a\\u003A", "d": ""}]}', "repeated-property", "/c/0/d"),
        ('{"a": {":": ":"}, "a": 1}', "repeated-property", "/a"),
        ('{"o": {"k\\u0001": 1}}', "forbidden-character", "/o"),
        ("[1]", "not-an-object", ""),
        ('{"a":' * 60 + "1" + "}" * 60, "too-deep", "/a" * 40),
    ],
)
def test_refuses_what_no_schema_can_speak_of(text, code, pointer):
    problem = problem_of(text.encode())
    assert (problem.code, problem.place.pointer) == (code, pointer)


def test_refuses_nesting_that_the_parser_cannot_take():
    assert problem_of(b"[" * 200_000).code in ("too-deep", "malformed")


def test_refuses_other_encodings_and_sizes():
    assert problem_of('{"a": "é"}'.encode("latin-1")).code == "not-utf-8"
    assert problem_of('{"a": 1}'.encode("utf-16")).code == "not-utf-8"
    assert problem_of(b" " * (MOST_BYTES + 1)).code == "too-large"


def test_finds_all_hostile_places_at_once():
    with pytest.raises(InputError) as caught:
        parse(b'{"a": "\\u0000", "b": NaN, "c": "\\u0002"}', "x")
    assert [problem.place.pointer for problem in caught.value.problems] == ["/a", "/b", "/c"]


def test_keeps_tabs_newlines_and_every_script():
    text = "a\tb\nc\rd 名前 नाम \U0001f600"
    assert parse(json.dumps({"a": text}).encode(), "x").data["a"] == text


@given(st.binary(max_size=200))
def test_never_fails_otherwise(data):
    with suppress(InputError):
        parse(data, "x")


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | texts,
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.text("abc/~", max_size=4), below, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abc/~", max_size=4), json_values, max_size=4))
def test_what_json_writes_it_reads(data):
    assert parse(json.dumps(data).encode(), "x").data == data


def written(value) -> str:
    """JSON with names given twice, odd numbers, escapes and characters, as chance has it."""
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, tuple):
        return "{" + ", ".join(f"{name} : {written(item)}" for name, item in value) + "}"
    return value


LEAVES = st.sampled_from(
    [
        *("1", "-0", "1.0", "1e999", "9007199254740993", "NaN", "true", "null"),
        *('""', '":"', '"a: b"', '"é"', '"\x7f"', '"x\ty"', '"\ufdd0"', '"\uffff"'),
        *(
            f'"{escape}"'
            for escape in (r"\u003a", r"\u003A:", r"\\u003a", r"\ufdd0", r"\uFDEF", r"\u00e9", r"\n", r"\b")
        ),
        *(
            f'"{escape}"'
            for escape in (r"\\b", r"\f", r"\ud83d", r"\ud83d\ude00", r"\u0061", r"\u001f", r"\uffff")
        ),
    ]
)
NAMES = st.sampled_from(['"a"', '"b"', '":"', '"\\u0061"', '"\\u003a"', '"é"', '"a:"'])
ODD = st.recursive(
    LEAVES,
    lambda below: st.lists(below, max_size=3) | st.lists(st.tuples(NAMES, below), max_size=3).map(tuple),
    max_leaves=8,
)


@settings(max_examples=300)
@given(st.lists(st.tuples(NAMES, ODD), max_size=3).map(tuple).map(written))
def test_what_is_read_quickly_is_what_is_read_thoroughly(text):
    quick, survey = case_module._load_sound(text) or (None, None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(case_module, "_load_sound", lambda text: None)
        try:
            thorough = parse(text.encode(), "x").data
        except InputError:
            thorough = None
    assert quick is None or (quick == thorough and repr(quick) == repr(thorough))
    if survey:
        assert survey.texts == case_module.texts(thorough)
        assert survey.characters >= characters("".join(survey.texts))
        assert not survey.plain or _is_plain(thorough)


def test_most_files_are_read_quickly():
    for path in (LIBRARY / "samples").glob("*/valid/*.json"):
        assert case_module._load_sound(path.read_text(encoding="utf-8")) is not None, path


@given(st.dictionaries(st.text("abc/~", max_size=4), json_values, max_size=4))
def test_pointers_lead_to_their_strings(data):
    for pointer, text in strings(data):
        assert resolve(data, pointer) == text


@given(st.lists(st.text(), min_size=1))
def test_pointers_are_taken_apart_as_they_were_made(parts):
    pointer = ""
    for part in parts:
        pointer = step(pointer, part)
    assert list(steps(pointer)) == parts


def test_resolve_gives_none_where_nothing_is():
    data = {"a": [{"b": 1}]}
    assert resolve(data, "/a/0/b") == 1
    for pointer in ("/a/1", "/a/x", "/a/-1", "/b", "/a/0/b/c", "/a/²"):
        assert resolve(data, pointer) is None
