"""Options that several commands share."""

from __future__ import annotations

from datetime import datetime

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.cli.options import DAY

CLICKS = click.DateTime(["%Y-%m-%d"])


def read(kind: click.ParamType, text: str) -> datetime | str:
    try:
        day: datetime = kind.convert(text, None, None)
    except click.BadParameter as error:
        return error.message
    return day


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21",
        "2026-2-3",
        "2026-02-30",
        "2026-W47-6",
        "20261121",
        "2026-11-21T10:00",
        "tomorrow",
        "",
        "2026-13-1",
    ],
)
def test_a_day_is_read_as_click_reads_it(text: str) -> None:
    assert read(DAY, text) == read(CLICKS, text)


@given(st.dates() | st.from_regex(r"\d{4}-\d\d-\d\d", fullmatch=True))
def test_all_days_are(day: object) -> None:
    assert read(DAY, str(day)) == read(CLICKS, str(day))
