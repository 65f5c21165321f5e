from __future__ import annotations

from datetime import date

import pytest
from domain_kit import LIBRARY

from forms.domain.artefact import parse_manifest
from forms.foundation.errors import ArtefactError, UsageError

SOURCE = "templates/letter/artefact.toml"
PLAIN = """
id = "letter"
title = "A Letter"
kind = "letter"
header = "letter"
[[editions]]
id = "2027-01"
from = 2027-01-01
template = "2027-01.docx"
[[editions]]
id = "2026-11"
from = 2026-11-01
template = "2026-11.docx"
[[audiences]]
reader = "chair"
annex = true
template = "chair.docx"
[[audiences]]
reader = "chair"
"""


def parse(vocabulary, text, source=SOURCE):
    return parse_manifest(text.encode(), source, vocabulary)


def refused(vocabulary, text, source=SOURCE):
    with pytest.raises(ArtefactError) as caught:
        parse(vocabulary, text, source)
    return caught.value.problems[0]


def test_defaults_and_order(vocabulary):
    manifest = parse(vocabulary, PLAIN)
    assert [edition.id for edition in manifest.editions] == ["2026-11", "2027-01"]
    assert (manifest.stem, manifest.urgent, manifest.marking, manifest.shows_case_reference) == (
        "letter",
        False,
        True,
        True,
    )
    assert (manifest.recipient, manifest.fillable, manifest.formats) == ("none", False, ("docx", "pdf"))
    assert manifest.audience("chair").annex is False
    assert manifest.audience("parent") is None


def test_the_edition_in_force(vocabulary):
    manifest = parse(vocabulary, PLAIN)
    assert manifest.edition_on(date(2026, 11, 1)).id == "2026-11"
    assert manifest.edition_on(date(2026, 12, 31)).id == "2026-11"
    assert manifest.edition_on(date(2030, 1, 1)).id == "2027-01"
    assert manifest.edition("2026-11").starts == date(2026, 11, 1)
    with pytest.raises(UsageError):
        manifest.edition_on(date(2026, 10, 31))
    with pytest.raises(UsageError):
        manifest.edition("2025-01")


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        (("kind = ", "knid = "), "unknown-property", "/knid"),
        (('"letter"\nheader', '"memo"\nheader'), "not-an-option", "/kind"),
        (("2026-11-01", '"soon"'), "not-a-date", "/editions/1/from"),
        (("2026-11.docx", "../x.docx"), "bad-format", "/editions/1/template"),
        (('id = "letter"', 'id = "lettre"'), "wrong-folder", "/id"),
        (('id = "2027-01"', 'id = "2026-11"'), "repeated-entry", "/editions"),
        (('title = "A Letter"', ""), "missing", "/title"),
        (('template = "chair.docx"\n', ""), "missing", "/audiences/0/template"),
        (
            ('kind = "letter"', 'kind = "letter"\nreply_schema = "none.schema.json"'),
            "missing-schema",
            "/reply_schema",
        ),
        (('"2026-11-01"', ""), None, None),
    ],
)
def test_a_broken_manifest_is_named_with_its_place(vocabulary, change, code, pointer):
    text = PLAIN.replace(*change)
    if code is None:
        assert parse(vocabulary, text)
        return
    problem = refused(vocabulary, text)
    assert (problem.code, problem.place.pointer, problem.place.source) == (code, pointer, SOURCE)


def test_what_is_no_toml(vocabulary):
    assert refused(vocabulary, "id = ").code == "malformed"
    with pytest.raises(ArtefactError):
        parse_manifest(b"\xff\xfe", SOURCE, vocabulary)


def test_conditions_must_be_schemas(vocabulary):
    text = PLAIN + '[[next_steps]]\ntext = "Do"\nwhen = { required = "risk" }\n'
    assert refused(vocabulary, text).code == "not-a-schema"
    text = PLAIN + '[[next_steps]]\ntext = "Do"\nwhen = { required = ["risk"] }\n'
    step = parse(vocabulary, text).next_steps[0]
    assert vocabulary.matches(step.when, {"risk": {}})
    assert not vocabulary.matches(step.when, {})


def test_every_manifest_of_the_library_is_sound(vocabulary):
    for path in (LIBRARY / "templates").glob("*/artefact.toml"):
        manifest = parse_manifest(path.read_bytes(), path.relative_to(LIBRARY).as_posix(), vocabulary)
        assert manifest.id in vocabulary.artefacts
