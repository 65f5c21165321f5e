"""Rows of tables from blanks: laid out, drawn and tagged as rows that are laid out cell by cell."""

from __future__ import annotations

import random
import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layout_kit import fonts
from msgspec.structs import replace
from test_layout_patterns import HOSTILE, VALUES, dealt, of_patterns, put, with_blocks

from forms.formats.pdf.display import JoinedOps, LaidDocument, PdfInfo
from forms.formats.pdf.layout import lay_out
from forms.formats.pdf.templates import BlankTemplate
from forms.formats.pdf.writer import write
from forms.formats.word.parts import RenderedWord
from forms.formats.word.reader import read
from forms.formats.word.slots import VALUE
from laid_alike import alike
from pdf_checks import structure_problems
from pdf_drawn import differences, drawn
from word_files import block, cell, control, marked, paragraph, row, spacing, style, table, word

INFO = PdfInfo("Title", "Author", "Subject", "", "2026-11-21T10:00:00+00:00")
PLACE = re.compile("@")
PLAIN = (
    "one",
    "Marmalade Row",
    "a (b) \\ 100 % %s %(x)d %%",
    "(",
    "\\",
    "café, “Zoë”, €5 – O’Grumble",
    "Łukasz Ăn",
    "12 Sundial Lane\nDozeborough\nE8 0ZZ",
    "some words that take several lines in a narrow cell, but few in a wide one " * 2,
    "BT /P<</MCID 7>>BDC nan ET",
    "1 0 0 1 nan 5 Tm",
)
SHORT = st.sampled_from(PLAIN)
ANY = st.lists(SHORT | SHORT | VALUES, min_size=2, max_size=8)


class Tables:
    """Makes tables by chance, with `@` for each value, and `~` for one in a tag."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def one_in(self, times: int) -> bool:
        return self.chance.randrange(times) == 0

    def paragraph(self) -> str:
        pick = self.chance.choice
        properties = style(pick(("Heading3", "BodyText"))) if self.one_in(4) else ""
        properties += f'<w:jc w:val="{pick(("right", "center", "both"))}"/>' if self.one_in(3) else ""
        properties += spacing(before=pick((0, 100)), line=pick((240, 300))) if self.one_in(5) else ""
        properties += "<w:keepNext/>" if self.one_in(9) else ""
        look = "<w:b/>" if self.one_in(3) else ""
        look += '<w:u w:val="single"/>' if self.one_in(12) else ""
        look += '<w:color w:val="336699"/>' if self.one_in(6) else ""
        text = pick(("@", "@", "@", "@", "Fixed nan (1 %)", "Label: @", "@ and @", "@<w:br/>@", "@<w:tab/>@"))
        return paragraph(text, properties, look)

    def cell(self, merge: str) -> str:
        if merge == "<w:vMerge/>":
            return cell(paragraph(), merge)
        properties = merge
        properties += (
            f'<w:vAlign w:val="{self.chance.choice(("center", "bottom"))}"/>' if self.one_in(4) else ""
        )
        properties += '<w:shd w:val="clear" w:fill="DDEEFF"/>' if self.one_in(6) else ""
        content = "".join(self.paragraph() for _ in range(self.chance.choice((1, 1, 1, 2, 3))))
        if self.one_in(8):
            kind = self.chance.choice(("<w:text/>", "<w:text/>", "<w14:checkbox/>"))
            content = control(kind, content, tag=self.chance.choice(("answer", "a/~/c")))
        if self.one_in(30):
            content += table(row(cell(paragraph("@")), cell(paragraph("Inside")))) + paragraph()
        return cell(content, properties)

    def row(self, columns: int, *, header: bool, merge: str = "") -> str:
        properties = "<w:cantSplit/>" if self.one_in(2) else ""
        if self.one_in(5):
            rule = self.chance.choice(("exact", "atLeast"))
            properties += f'<w:trHeight w:val="{self.chance.choice((300, 1200))}" w:hRule="{rule}"/>'
        properties += "<w:tblHeader/>" if header else ""
        cells = [self.cell("" if column else merge) for column in range(columns)]
        return row(*cells, properties=properties)

    def body(self) -> str:
        out = []
        for _ in range(self.chance.choice((1, 3))):
            columns, header = self.chance.choice((1, 2, 3)), self.one_in(2)
            merged = ("", *self.chance.choice((('<w:vMerge w:val="restart"/>', "<w:vMerge/>"), ("",), ("",))))
            rows = [
                self.row(columns, header=header and not at, merge=merged[at % len(merged)])
                for at in range(self.chance.choice((1, 4, 25)))
            ]
            border = self.chance.choice((0, 4, 12))
            out.append(table(*rows, grid=(self.chance.choice((1400, 3000)),) * columns, border=border))
            out.append(paragraph("Between"))
        return "".join(out)


@cache
def skeleton(seed: int) -> tuple[RenderedWord, int]:
    """A document of tables with places for values, and how many."""
    rendered = word(Tables(seed).body())
    texts = [marked(one).replace("~", f"{VALUE}b{VALUE}") for one in rendered.body.blocks]
    blocks = tuple(block(PLACE.sub(VALUE * 2, text)) for text in texts)
    return with_blocks(rendered, blocks), sum(text.count("@") for text in texts)


def laid_both_ways(
    known: RenderedWord, values: list[str], *, fillable: bool
) -> tuple[LaidDocument, LaidDocument]:
    rendered = put(known, values)
    return (
        lay_out(of_patterns(rendered), fonts(), fillable=fillable),
        lay_out(read(rendered), fonts(), fillable=fillable),
    )


def learn(known: RenderedWord, count: int, *, fillable: bool) -> None:
    """Show other values first: what is kept must not depend on them."""
    for number in range(3):
        values = dealt([*PLAIN, *HOSTILE[:2]][number:], count)
        lay_out(of_patterns(put(known, values)), fonts(), fillable=fillable)


def flat(document: LaidDocument) -> LaidDocument:
    """The same without knowing what are rows, and what comes again."""
    pages = [
        replace(page, body=tuple(replace(part, ops=tuple(part.ops)) for part in page.body))
        for page in document.pages
    ]
    return replace(document, pages=tuple(pages))


def blanks(document: LaidDocument) -> list[JoinedOps]:
    parts = [part.ops for page in document.pages for part in page.body]
    return [ops for ops in parts if isinstance(ops, JoinedOps) and ops.blank is not None and ops.texts]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 60), values=ANY, fillable=st.booleans())
def test_a_row_from_a_blank_is_laid_out_as_any_other(seed: int, values: list[str], fillable: bool):
    known, count = skeleton(seed)
    learn(known, count, fillable=fillable)
    for dealing in (values, [*reversed(values)]):
        quick, whole = laid_both_ways(known, dealt(dealing, count), fillable=fillable)
        assert alike(quick) == alike(whole)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 60), values=st.lists(SHORT, min_size=2, max_size=8), fillable=st.booleans())
def test_a_row_from_a_blank_is_drawn_as_any_other(seed: int, values: list[str], fillable: bool):
    known, count = skeleton(seed)
    learn(known, count, fillable=fillable)
    quick, whole = laid_both_ways(known, dealt(values, count), fillable=fillable)
    for archive in (False, True):
        file = write(quick, INFO, fonts(), archive=archive)
        other = write(whole, INFO, fonts(), archive=archive)
        assert file == other
        assert differences(drawn(file), drawn(write(flat(whole), INFO, fonts(), archive=archive))) == []
        assert structure_problems(file) == []


def test_most_rows_are_made_from_blanks():
    """Or the tests above would show nothing."""
    found = []
    for seed in range(20):
        known, count = skeleton(seed)
        learn(known, count, fillable=False)
        quick, _ = laid_both_ways(known, dealt(["Ada", *PLAIN], count), fillable=False)
        write(quick, INFO, fonts())
        found += blanks(quick)
    templates = [ops.blank.drawn for ops in found if ops.blank is not None]
    assert len(found) > 50
    assert all(isinstance(one, BlankTemplate) for one in templates)
    assert any(one.places for one in templates if isinstance(one, BlankTemplate))
    assert any("\n".join(ops.texts).count("\n") > 3 for ops in found)


@pytest.mark.parametrize("fillable", [False, True])
def test_a_blank_is_identical_in_every_document_and_holds_no_value(fillable: bool):
    rendered = word(table(row(cell(paragraph("@")), cell(paragraph("@", '<w:jc w:val="right"/>')))))
    blocks = tuple(block(PLACE.sub(VALUE * 2, marked(one))) for one in rendered.body.blocks)
    known = with_blocks(rendered, blocks)
    learn(known, 2, fillable=fillable)
    (first,), (second,) = (
        blanks(laid_both_ways(known, [name, name], fillable=fillable)[0]) for name in ("Ada", "Bel")
    )
    assert first.blank is second.blank
    assert first.texts == ["Ada", "Ada"]
    assert first.blank is not None
    assert "Ada" not in repr(first.blank.parts)
