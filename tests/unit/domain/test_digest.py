from __future__ import annotations

import hashlib
from datetime import date

import rfc8785
from domain_kit import LIBRARY
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from forms.domain.audience import Reader, view
from forms.domain.case import Case, parse
from forms.domain.digest import canonical, content_digest, file_digest

DAY = date(2026, 11, 21)
OFFENDER = Reader("offender", "Offender", True)
FILES = (b"template", b"house")


def digest(vocabulary, data, reader=OFFENDER, day=DAY, files=FILES, **more):
    return content_digest(view(Case(data), vocabulary.case, reader), day, files, **more)


def test_what_the_reader_may_not_have_does_not_count(vocabulary):
    plain = {"reference": "X1", "offender": {"name": {"given": "A", "family": "B"}}}
    assert digest(vocabulary, plain) == digest(vocabulary, {**plain, "marac": {"referred": True}})
    turned = {"offender": {"name": {"family": "B", "given": "A"}}, "reference": "X1"}
    assert digest(vocabulary, plain) == digest(vocabulary, turned)


def test_everything_else_counts(vocabulary):
    data = {"reference": "X1"}
    found = {
        digest(vocabulary, data),
        digest(vocabulary, {"reference": "X2"}),
        digest(vocabulary, data, day=date(2026, 11, 22)),
        digest(vocabulary, data, files=(b"template 2", b"house")),
        digest(vocabulary, data, reader=Reader("parent", "Parent", True)),
        digest(vocabulary, data, addressed={"person": {"given": "Bo"}}),
    }
    assert len(found) == 6
    assert all(len(one) == 64 for one in found)


def test_files_count_by_their_digest(vocabulary):
    digests = [file_digest(data) for data in FILES]
    assert digests[0] == hashlib.sha256(b"template").hexdigest()
    assert digest(vocabulary, {"reference": "X1"}) == digest(vocabulary, {"reference": "X1"}, files=digests)


def test_a_withheld_value_has_a_digest(vocabulary):
    data = {"reference": "X1", "children": [{"school": "Any School"}]}
    professionals = Reader("professionals", "Conference members", False)
    assert digest(vocabulary, data, reader=professionals) == digest(
        vocabulary, {"reference": "X1", "children": [{"school": "Another School"}]}, reader=professionals
    )


def test_a_file_that_was_found_plain_has_the_same_digest(vocabulary):
    for path in (LIBRARY / "samples").glob("*/valid/*.json"):
        case = parse(path.read_bytes(), path.name)
        for reader in (OFFENDER, Reader("professionals", "Conference members", False)):
            seen = view(case, vocabulary.case, reader)
            assert seen.plain
            addressed = {"person": {"given": "Bo"}, "share": 0.5}
            for more in ({}, {"addressed": addressed}):
                known = content_digest(seen, DAY, FILES, **more)
                assert known == content_digest(replace(seen, plain=False), DAY, FILES, **more)


NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)))
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(TEXTS, below, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_the_canonical_form_is_that_of_the_standard(value):
    assert canonical(value) == rfc8785.dumps(value)
