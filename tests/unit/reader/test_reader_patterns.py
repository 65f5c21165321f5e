"""What is remembered of skeletons, and when a block is read whole."""

from __future__ import annotations

from msgspec.structs import replace

from forms.formats.word.parts import RenderedWord
from forms.formats.word.reader import Pattern, Patterns, read
from forms.formats.word.slots import VALUE
from word_files import block, paragraph, word


def rendered(*texts: str) -> RenderedWord:
    """A document whose blocks are these texts, with marks round values."""
    made = word(paragraph("x"))
    body = replace(made.body, blocks=tuple(block(text) for text in texts))
    return replace(made, body=body, stories={**made.stories, body.name: body})


def placed(text: str, *before: str):
    return read(rendered(*before, text), patterns=True).sections[-1].blocks[-1]


def text_of(value: str, around: str = "") -> str:
    return f'<w:p>{around}<w:r><w:t xml:space="preserve">{VALUE}{value}{VALUE}</w:t></w:r></w:p>'


def test_the_least_recently_used_skeleton_is_forgotten() -> None:
    patterns, whole = Patterns(most=10), Pattern("whole")
    patterns.put(("body", ("aa", "aa")), whole)
    patterns.put(("body", ("bbbb",)), whole)
    assert patterns.get(("body", ("aa", "aa"))) is whole
    patterns.put(("body", ("ccc", "c")), whole)
    assert patterns.get(("body", ("bbbb",))) is None
    assert patterns.get(("body", ("aa", "aa"))) is patterns.get(("body", ("ccc", "c"))) is whole


def test_a_skeleton_is_new_once() -> None:
    patterns = Patterns()
    assert [patterns.is_new(("body", (name,))) for name in "aba"] == [True, True, False]


def test_a_paragraph_becomes_a_pattern_with_its_value() -> None:
    assert placed(text_of("Ada &amp; Bel")).values == ("Ada & Bel",)


def test_a_page_break_beside_a_value_is_read_whole() -> None:
    assert placed(text_of("Ada", '<w:r><w:br w:type="page"/></w:r>')).values == ()


def test_a_field_that_goes_on_in_the_next_block_makes_the_story_whole() -> None:
    begins = '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r></w:p>'
    assert placed(text_of("Ada"), begins).values == ()
