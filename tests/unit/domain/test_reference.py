from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.domain.reference import document_reference, file_name, issue_number, slug

DAY = date(2026, 11, 21)


@pytest.mark.parametrize("reference", ["X123456", "FSP-2026-0001", "a", "A" * 40])
def test_a_plain_reference_stays_as_it_is(reference):
    assert document_reference(reference, b"key") == reference


@pytest.mark.parametrize(
    "reference", ["42/X/2026", "X123456 ", "Zoë 1", "A" * 41, "-", "..", "../../etc", "a--b", "名前"]
)
def test_another_gets_a_digest_and_stays_plain(reference):
    made = document_reference(reference, b"key")
    assert re.fullmatch(r"[A-Za-z0-9-]{1,40}", made)
    assert made != reference
    assert made != document_reference(reference, b"other key")
    assert made == document_reference(reference, b"key")


@given(st.text(min_size=1), st.text(min_size=1))
def test_different_references_stay_different(one, other):
    first, second = document_reference(one), document_reference(other)
    assert re.fullmatch(r"[A-Za-z0-9-]{1,40}", first)
    if re.fullmatch("[A-Za-z0-9-]+", one) and re.fullmatch("[A-Za-z0-9-]+", other):
        assert (first == second) == (one == other)


def test_file_names():
    assert file_name("conference-report", "X123456", "parent-2", DAY, "pdf") == (
        "conference-report_X123456_parent-2_2026-11-21.pdf"
    )
    assert file_name("check-notification", "X1", "social-care", DAY, "docx", "Tower Hamlets") == (
        "check-notification_X1_social-care_tower-hamlets_2026-11-21.docx"
    )
    assert file_name("support", "7K3M-9QXW", "", DAY, "pdf") == "support_7K3M-9QXW_2026-11-21.pdf"
    assert slug("Rhondda Cynon Tâf / x") == "rhondda-cynon-taf-x"


def test_an_issue_number_tells_nothing_and_stays_the_same():
    number = issue_number("X123456", "family-pack", "partner", DAY, b"key")
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", number)
    assert number == issue_number("X123456", "family-pack", "partner", DAY, b"key")
    others = {
        issue_number("X123457", "family-pack", "partner", DAY, b"key"),
        issue_number("X123456", "family-pack", "police", DAY, b"key"),
        issue_number("X123456", "family-pack", "partner", date(2026, 11, 22), b"key"),
        issue_number("X123456", "family-pack", "partner", DAY, b"other"),
    }
    assert len(others | {number}) == 5
