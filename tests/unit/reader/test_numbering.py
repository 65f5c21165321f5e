"""List labels."""

from __future__ import annotations

import pytest
from lxml import etree

from forms.formats.word.model import ListItem, RunFormat
from forms.formats.word.numbering import Counters, Numbering, letters, ordinal, roman, spell, unicode_symbol
from word_files import NAMESPACES

LEVELS = (
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:isLgl/>'
    '<w:lvlText w:val="%1.%2"/></w:lvl>'
    '<w:lvl w:ilvl="2"><w:start w:val="3"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%3)"/></w:lvl>'
)


def numbering(extra: str = "") -> Numbering:
    return Numbering(
        etree.fromstring(
            f'<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId="0">{LEVELS}</w:abstractNum>'
            f'<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>{extra}</w:numbering>'
        )
    )


def labels(lists: Numbering, *items: tuple[str, int]) -> list[str]:
    counters = Counters(lists)
    out = []
    for list_id, level in items:
        found = lists.level(list_id, level)
        assert found is not None
        out.append(counters.label(ListItem(list_id, level, found.definition, RunFormat())))
    return out


def test_deeper_levels_restart():
    items = [("1", 0), ("1", 1), ("1", 1), ("1", 2), ("1", 0), ("1", 1), ("1", 2)]
    assert labels(numbering(), *items) == ["I.", "1.1", "1.2", "c)", "II.", "2.1", "c)"]


def test_an_override_starts_a_count_anew_once():
    extra = (
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    )
    assert labels(numbering(extra), ("1", 0), ("2", 0), ("2", 0), ("1", 0)) == ["I.", "V.", "VI.", "VII."]


@pytest.mark.parametrize(
    ("number", "number_format", "expected"),
    [
        (4, "decimal", "4"), (4, "decimalZero", "04"), (28, "lowerLetter", "bb"), (26, "upperLetter", "Z"),
        (1994, "lowerRoman", "mcmxciv"), (3, "ordinal", "3rd"), (12, "ordinal", "12th"), (3, "none", ""),
    ],
)  # fmt: skip
def test_number_formats(number: int, number_format: str, expected: str):
    assert spell(number, number_format) == expected


def test_numbers_below_one_are_digits():
    assert (roman(0), letters(0), ordinal(0)) == ("0", "0", "0th")


def test_symbol_fonts_become_unicode():
    assert unicode_symbol("Symbol", "\uf0b7") == "•"
    assert unicode_symbol("Wingdings", "ü") == "✓"
    assert unicode_symbol("Arial", "ü") == "ü"
    assert unicode_symbol("Wingdings", "\uf0ff") is None
