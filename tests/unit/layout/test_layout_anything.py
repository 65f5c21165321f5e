"""Whatever a document holds: nothing is lost or read twice, and nothing lies below the page's text area."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest
from layout_kit import laid, placed, texts

from forms.formats.pdf.display import ARTIFACT, TextOp
from word_files import cell, paragraph, row, section, spacing, style, table

WORD = re.compile(r"[wtbc]\d+(?:x\d+)?")
STYLES = ("Heading2", "Heading3", "Callout", "ListBullet", "AnswerLine", "Tick", "BodyText")


class Maker:
    """Makes documents by chance; each of its words is another one."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.count = 0

    def one_in(self, times: int) -> bool:
        return self.chance.randrange(times) == 0

    def paragraph(self) -> str:
        pick = self.chance.choice
        properties = style(pick(STYLES)) if self.one_in(3) else ""
        for mark in ("<w:keepNext/>", "<w:keepLines/>", '<w:jc w:val="both"/>', "<w:pageBreakBefore/>"):
            properties += mark if self.one_in(9) else ""
        if self.one_in(9):
            rule = pick(("auto", "exact", "atLeast"))
            properties += spacing(
                before=pick((0, 2000)), after=pick((0, 300)), line=pick((240, 480)), lineRule=rule
            )
        self.count += 1
        text = " ".join(f"w{self.count}x{number}" for number in range(pick((0, 1, 5, 30, 200))))
        for mark in ("<w:tab/>t", "<w:br/>b", '<w:br w:type="page"/>c'):
            text += f"{mark}{self.count}" if self.one_in(12) else ""
        return paragraph(text + (" " + "L" * 200 if self.one_in(20) else ""), properties)

    def table(self, depth: int = 0) -> str:
        pick = self.chance.choice
        columns, merged = pick((1, 2, 3)), self.one_in(3)
        rows = []
        for number in range(pick((1, 3, 8))):
            properties = "<w:cantSplit/>" if self.one_in(3) else ""
            if self.one_in(5):
                properties += (
                    f'<w:trHeight w:val="{pick((400, 3000, 20000))}" w:hRule="{pick(("exact", "atLeast"))}"/>'
                )
            properties += "<w:tblHeader/>" if number == 0 and self.one_in(3) else ""
            cells = [self.cell(number, column, depth, merged=merged) for column in range(columns)]
            rows.append(row(*cells, properties=properties))
        return table(*rows, grid=(3000,) * columns, border=pick((0, 4, 24)))

    def cell(self, number: int, column: int, depth: int, *, merged: bool) -> str:
        properties = '<w:vAlign w:val="center"/>' if self.one_in(6) else ""
        content = self.paragraph()
        if depth < 2 and self.one_in(15):
            content += self.table(depth + 1) + self.paragraph()
        if merged and column == 0:
            begins = number % 3 == 0
            properties = ('<w:vMerge w:val="restart"/>' if begins else "<w:vMerge/>") + properties
            content = content if begins else paragraph()
        return cell(content, properties)

    def body(self) -> str:
        return "".join(
            self.table() if self.one_in(3) else self.paragraph() for _ in range(self.chance.choice((3, 12)))
        )


@pytest.mark.parametrize("seed", range(30))
def test_nothing_is_lost(seed: int):
    body = Maker(seed).body()
    columns = section(columns='<w:cols w:num="2" w:space="700"/>') if seed % 4 == 0 else None
    made = laid(body, last_section=columns)
    shown: Counter[str] = Counter()
    for _, _, op in placed(made, TextOp):
        if isinstance(op, TextOp) and op.element != ARTIFACT:
            shown.update(WORD.findall(op.run.text))
    assert shown == Counter(WORD.findall(re.sub(r"<[^>]+>", " ", body)))
    assert [item for item in texts(made) if item[2] > 842 - 72 + 0.2] == []
