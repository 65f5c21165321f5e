"""What is known of a template is read and laid out once, and gives what reading and laying out all gives."""

from __future__ import annotations

import gc
import random
import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layout_kit import fonts
from msgspec.structs import replace
from test_layout_anything import Maker

from forms.formats.pdf.display import JoinedOps
from forms.formats.pdf.layout import lay_out
from forms.formats.word.model import Document
from forms.formats.word.parts import Block, RenderedWord
from forms.formats.word.patterns import filled
from forms.formats.word.reader import read
from forms.formats.word.slots import UNREAD, VALUE, WHOLE, plain_values, skeleton_of
from forms.formats.word.values import escape_text
from laid_alike import alike
from word_files import block, cell, marked, paragraph, row, style, table, word

WORD = re.compile(r"(?<=[> ])([wbtc]\d+(?:x\d+)?)(?=[< ])")
KEPT = re.compile(r"<w:t>")
HOSTILE = (
    "",
    " ",
    "plain",
    "two words",
    "  in  between  ",
    "line\nanother, longer line\r\nlast",
    "\n",
    "ends\n",
    "a\tb",
    "\t",
    "<w:br/> & \"quoted\" 'too' &amp;",
    "x" * 150,
    "and/or well-known 2014–2016 — so",
    "soft\u00adhyphen no\u00a0break zero\u200bwidth",
    "☒",
    "☐",
    "é e\u0301 \u1e9e İ",
    "سلام دنیا",
    "বাংলা",
    "中文字",
    "words " * 60,
    " , . ! ?",
)
VALUES = st.sampled_from(HOSTILE) | st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cn", "Co"], exclude_characters="\x7f").filter(
        lambda char: char >= " " or char in "\n\t"
    ),
    max_size=30,
)
SOME = st.lists(VALUES, min_size=1, max_size=6)


def dealt(values: list[str], count: int) -> list[str]:
    """Deal few values to many places."""
    return random.Random(len(values)).choices(values, k=count)


@cache
def skeleton(seed: int) -> tuple[RenderedWord, int]:
    """A document in which chance put marks round words, and how many."""
    chance = random.Random(seed)
    rendered = word(Maker(seed).body())
    count = 0

    def mark(match: re.Match[str]) -> str:
        nonlocal count
        if chance.randrange(3):
            return match[0]
        count += 1
        return f"{VALUE}{VALUE}"

    kept = [KEPT.sub('<w:t xml:space="preserve">', marked(each)) for each in rendered.body.blocks]
    blocks = tuple(block(WORD.sub(mark, text)) for text in kept)
    return with_blocks(rendered, blocks), count


def with_blocks(rendered: RenderedWord, blocks: tuple[Block, ...]) -> RenderedWord:
    body = replace(rendered.body, blocks=blocks)
    return replace(rendered, body=body, stories={**rendered.stories, body.name: body})


def put(rendered: RenderedWord, values: list[str]) -> RenderedWord:
    """Put values in between the marks, one after the other, as the template does."""
    waiting = iter(values)
    between = re.compile(f"{VALUE}{VALUE}")
    return with_blocks(
        rendered,
        tuple(
            block(between.sub(lambda _: f"{VALUE}{escaped(next(waiting))}{VALUE}", marked(each)))
            for each in rendered.body.blocks
        ),
    )


def escaped(value: str) -> str:
    """A value as the environment writes it, but for scripts: their blocks are read whole."""
    return re.sub("\ufdd3.|\ufdd4", "", str(escape_text(value)))


def of_patterns(rendered: RenderedWord) -> Document:
    read(rendered, patterns=True)  # what is large becomes a pattern only when it is met again
    return read(rendered, patterns=True)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 40), values=SOME)
def test_a_pattern_filled_in_is_the_document(seed: int, values: list[str]):
    known, count = skeleton(seed)
    rendered = put(known, dealt(values, count))
    whole, quick = read(rendered), of_patterns(rendered)
    assert [one.block for section in whole.sections for one in section.blocks] == [
        filled(one).block for section in quick.sections for one in section.blocks
    ]
    assert [one.labels for section in whole.sections for one in section.blocks] == [
        one.labels for section in quick.sections for one in section.blocks
    ]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 40), values=SOME)
def test_a_plan_filled_in_is_the_layout(seed: int, values: list[str]):
    known, count = skeleton(seed)
    # A plan must not depend on the values that it was first used with.
    for _ in range(3):
        lay_out(of_patterns(put(known, ["Ada"] * count)), fonts(), fillable=False)
    for dealing in (values, [*reversed(values)]):  # blanks are made, and met again
        rendered = put(known, dealt(dealing, count))
        quick = lay_out(of_patterns(rendered), fonts(), fillable=False)
        assert alike(quick) == alike(lay_out(read(rendered), fonts(), fillable=False))


def test_values_are_told_from_the_template():
    text = f"<w:t>{VALUE}a &amp; &lt;b&gt;{VALUE}, </w:t>{VALUE}{VALUE}"
    made = block(text)
    assert marked(made) == text
    assert made.xml == "<w:t>a &amp; &lt;b&gt;, </w:t>"
    parted = skeleton_of(made.own)
    assert parted == (f"<w:t>{VALUE}, </w:t>{VALUE}", (0, 1))
    assert plain_values(made.values, parted[1]) == ("a & <b>", "")


def test_of_marks_beside_each_other_every_second_one_opens():
    """A condition after a value: the text before it ends in a mark, and nothing stands behind it."""
    own = (f"<w:t>{VALUE}", VALUE, f"and {VALUE}", f"{VALUE}</w:t>")
    assert skeleton_of(own) == (f"<w:t>{VALUE}and {VALUE}</w:t>", (0, 2))
    constants = (f"<w:t>{VALUE}so{VALUE} and {VALUE}", f"{VALUE}{VALUE}then{VALUE}{VALUE}", f"{VALUE}</w:t>")
    assert skeleton_of(constants) == (f"<w:t>so and {VALUE}then{VALUE}</w:t>", (0, 1))
    assert skeleton_of((f"<w:p {WHOLE}", "/>")) is None
    assert skeleton_of((f"<w:id {UNREAD}", f"{UNREAD}/>{VALUE}", VALUE)) == (f"<w:id />{VALUE}", (1,))


@pytest.mark.parametrize("value", ["<w:sym/>", "a &copy; b", "\ue001"])
def test_a_value_that_is_no_text_is_read_whole(value: str):
    assert plain_values([value], (0,)) is None


CELLS = table(
    row(cell(paragraph("Head")), cell(paragraph("line"))),
    row(cell(paragraph("Label")), cell(paragraph("w1")), properties="<w:cantSplit/>"),
    row(cell(paragraph("Other", style("Heading2"))), cell(paragraph("w2") + paragraph("fixed"))),
    grid=(3000, 3000),
    border=4,
)


def test_what_a_template_fixes_is_identical_in_every_document():
    base = word(CELLS)
    rendered = with_blocks(base, tuple(block(WORD.sub(VALUE * 2, marked(each))) for each in base.body.blocks))
    first, second = (
        lay_out(of_patterns(put(rendered, [name, name])), fonts(), fillable=False) for name in ("Ada", "Bel")
    )
    kept = [
        (one.ops, other.ops)
        for one, other in zip(first.pages[0].body, second.pages[0].body, strict=True)
        if one.ops is other.ops
    ]
    assert len(kept) == 2  # the row without values, the lower border
    rows = [part.ops for page in (first, second) for part in page.pages[0].body]
    frames = [ops.parts[0] for ops in rows if isinstance(ops, JoinedOps)]
    assert len(frames) == 6
    assert all(one is other for one, other in zip(frames[:3], frames[3:], strict=True))
    assert first.instances[0].elements is second.instances[0].elements
    assert first.instances[0] is not second.instances[0]


def test_no_value_stays_behind():
    base = word(CELLS + paragraph("w3 and more"))
    rendered = with_blocks(base, tuple(block(WORD.sub(VALUE * 2, marked(each))) for each in base.body.blocks))
    told = "".join(("Zeb", "ulon"))
    for fillable in (False, True):
        lay_out(of_patterns(put(rendered, [told, f"{told} {told}", told * 2])), fonts(), fillable=fillable)
    gc.collect()
    held = [
        item
        for one in gc.get_objects()
        for item in gc.get_referents(one)
        if isinstance(item, str) and told in item and item is not told
    ]
    assert held == []
