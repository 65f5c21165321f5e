"""Expressions that are compiled when they are first used."""

from __future__ import annotations

import re

import pytest

from forms.foundation.patterns import pattern


def test_it_does_what_the_compiled_expression_does() -> None:
    late, at_once = pattern(r"(a+)\W", re.IGNORECASE), re.compile(r"(a+)\W", re.IGNORECASE)
    text = "xAa-a b"
    assert [match.span() for match in late.finditer(text)] == [match.span() for match in at_once.finditer(text)]
    assert late.sub("-", text) == at_once.sub("-", text)
    assert late.search(text, 4).group(1) == "a"
    assert (late.match(text), late.fullmatch("aa.").group(), late.split(text)) == (
        None,
        "aa.",
        at_once.split(text),
    )
    assert (late.pattern, late.flags) == (at_once.pattern, at_once.flags)


def test_it_is_compiled_when_it_is_used() -> None:
    broken = pattern("(")
    with pytest.raises(re.error):
        broken.search("")
    once = pattern("a")
    assert once.search("ba")
    assert once.search is once.search
