from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.domain import wording

days = st.dates(date(1000, 1, 1)).map(date.isoformat)
months = days.map(lambda day: day[:7])
years = days.map(lambda day: day[:4])
part_dates = days | months | years
clock = st.times().map(lambda time: f"{time:%H:%M}")


@given(days)
def test_dates_are_read_back(day):
    assert wording.read_date(wording.date_words(day)) == day


@pytest.mark.parametrize(
    "text", ["2026-13-01", "2026-00-01", "2026-5-1", "2026-05", "2026", "x026-05-01", "٢٠٢٦-05-01"]
)
def test_what_is_no_iso_date_is_given_back(text):
    assert wording.date_words(text) == (text if text.isascii() else "1 May 2026")


@given(days)
def test_every_form_of_a_date_that_is_read_is_that_date(day):
    for form in wording.date_forms(day):
        assert wording.read_date(form) in (day, None)
    assert wording.date_words(day) in wording.date_forms(day)


@given(part_dates | part_dates.map(lambda part: {"about": part}))
def test_part_dates_are_read_back(value):
    assert wording.read_part_date(wording.part_date_words(value)) == value


@given(clock)
def test_times_are_read_back(time):
    assert wording.read_time(wording.time_words(time)) == time


@given(days, clock)
def test_moments_are_read_back(day, time):
    assert wording.read_date_time(wording.date_time_words(f"{day}T{time}")) == f"{day}T{time}"


@given(st.booleans())
def test_yes_and_no_are_read_back(value):
    assert wording.read_yes_no(wording.yes_no_words(value)) is value


@given(st.integers(-(10**15), 10**15) | st.integers(-(10**6), 10**6).map(lambda number: number / 4))
def test_numbers_are_read_back(number):
    assert wording.read_number(wording.number_words(number)) == number


@given(st.from_regex(r"0[12378][0-9]{8,9}", fullmatch=True))
def test_telephone_numbers_are_read_back(number):
    assert wording.read_telephone(wording.telephone_words(number)) == number


@given(st.lists(st.text("xyz", min_size=1), max_size=6))
def test_lists_are_read_back(items):
    assert wording.read_list(wording.list_words(items)) == items


lines = st.lists(st.text("abcdefgh ", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=4)


@given(lines, st.none() | st.sampled_from(["SE1 0ZZ", "M1 1AE", "EC3N 4AB"]))
def test_addresses_are_read_back(given_lines, postcode):
    value = {"lines": given_lines, **({"postcode": postcode} if postcode else {})}
    if given_lines != ["as above"] and given_lines[0] != "no fixed abode":
        assert wording.read_address(wording.address_lines(value)) == value


@pytest.mark.parametrize("value", [{"as_above": True}, {"kind": "no_fixed_abode"}])
def test_addresses_without_lines_are_read_back(value):
    words = wording.address_lines(value, {"no_fixed_abode": "No fixed abode"})
    assert words in (("As above",), ("No fixed abode",))
    assert wording.read_address(words) == value


def test_codes_are_read_back():
    words = {"in_custody": "In custody", "on_bail": "On bail"}
    for code in words:
        assert wording.read_code(wording.code_words(code, words), words) == code
    assert wording.read_code("IN CUSTODY ", words) == "in_custody"
    assert wording.read_code("elsewhere", words) is None


@given(st.text())
def test_readers_never_fail(text):
    wording.read_telephone(text)
    for read in (
        wording.read_date,
        wording.read_part_date,
        wording.read_time,
        wording.read_date_time,
        wording.read_yes_no,
        wording.read_number,
    ):
        read(text)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2026-11-21", "21 November 2026"),
        ("2015-06", "June 2015"),
        ("2015", "2015"),
        ({"about": "2015"}, "about 2015"),
        ({"about": "2024-06"}, "about June 2024"),
        ("2026-13-40", "2026-13-40"),
        ("soon", "soon"),
    ],
)
def test_part_dates_in_words(value, words):
    assert wording.part_date_words(value) == words


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("21/11/2026", "2026-11-21"),
        ("1st Sept 2026", "2026-09-01"),
        ("3 Feb. 2026", "2026-02-03"),
        ("31/02/2026", None),
        ("11/21/2026", None),
        ("tomorrow", None),
    ],
)
def test_reads_dates_as_people_write_them(text, day):
    assert wording.read_date(text) == day


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2026-01-10T12:00:00Z", "10 January 2026 at 12:00"),
        ("2026-07-10T12:00:00Z", "10 July 2026 at 13:00"),
        ("2026-07-10T23:30:00+00:00", "11 July 2026 at 00:30"),
        ("2026-07-10T12:00", "10 July 2026 at 12:00"),
        ("2026-03-29T00:59:00Z", "29 March 2026 at 00:59"),
        ("2026-03-29T01:00:00Z", "29 March 2026 at 02:00"),
        ("2026-10-25T00:59:00Z", "25 October 2026 at 01:59"),
        ("2026-10-25T01:00:00Z", "25 October 2026 at 01:00"),
    ],
)
def test_moments_are_told_on_londons_clock(value, words):
    assert wording.date_time_words(value) == words


@given(st.datetimes(datetime(1997, 1, 1), datetime(2037, 12, 31)))
def test_londons_clock_agrees_with_the_time_zone_files(moment):
    zoneinfo = pytest.importorskip("zoneinfo")
    zone = zoneinfo.ZoneInfo("Europe/London")
    aware = moment.replace(tzinfo=UTC)
    assert wording.london(aware) == aware.astimezone(zone).replace(tzinfo=None)
    east = timezone(timedelta(hours=5))
    assert wording.london(aware.astimezone(east)) == wording.london(aware)


@pytest.mark.parametrize(
    ("born", "words"),
    [
        ("2015-05-03", "11"),
        ("2015-11-21", "11"),
        ("2015-11-22", "10"),
        ("2015", "10 or 11"),
        ("2015-06", "11"),
        ("2015-11", "10 or 11"),
        ({"about": "2015"}, "about 11"),
        ("2026-04-20", "7 months"),
        ("2026-04-22", "6 months"),
        ("2026-11-01", "under 1 month"),
        ("2026-10-20", "1 month"),
        ("2026", "under 1"),
        ("2027-01-01", ""),
        ("unknown", ""),
        ("2024-02-29", "2"),
    ],
)
def test_ages_on_a_day(born, words):
    assert wording.age_words(born, date(2026, 11, 21)) == words


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.dates(date(2026, 1, 1), date(2030, 1, 1)))
def test_a_less_exact_birthday_gives_a_span_that_holds_the_age(born, on):
    exact = wording.ages(born.isoformat(), on)
    assert exact is not None
    assert exact[0] == exact[1]
    for less in (born.isoformat()[:7], born.isoformat()[:4]):
        span = wording.ages(less, on)
        assert span is not None
        assert span[0] <= exact[0] <= span[1]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("02079460123", "020 7946 0123"),
        ("01632960123", "01632 960123"),
        ("07700900123", "07700 900123"),
        ("08001111", "08001111"),
        ("0800111123", "0800 111123"),
        ("03069990123", "0306 999 0123"),
        ("01134960123", "0113 496 0123"),
        ("020 7946 0123 ext 4", "020 7946 0123 ext 4"),
        ("+44 20 7946 0123", "+44 20 7946 0123"),
    ],
)
def test_telephone_numbers_in_words(number, words):
    assert wording.telephone_words(number) == words


@pytest.mark.parametrize(
    "text", ["+44 20 7946 0123", "0044 20 7946 0123", "+44 (0)20 7946 0123", "(020) 7946-0123"]
)
def test_telephone_numbers_are_read_however_they_are_written(text):
    assert wording.read_telephone(text) == "02079460123"


def test_names_and_lists_in_words():
    assert wording.name_words({"family": "Example", "given": "Dale", "title": "Mr"}) == "Mr Dale Example"
    assert wording.name_words({"family": "Example"}) == "Example"
    assert wording.list_words(["a", "b", "c"]) == "a, b and c"
    assert wording.plain_text("a\r\nb\rc\nd") == "a\nb\nc\nd"


def test_postcodes_get_their_space():
    assert wording.postcode_words("se10zz") == "SE1 0ZZ"
    assert wording.postcode_words("75008") == "75008"
