"""Laying out patterns (`word.patterns`): what their template fixes is laid out once, their values each time.

A plan gives what laying out the filled-in block would give; a test holds the two together. It keeps nothing of
a case. Tables have their own module (`table_plans`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from forms.formats.pdf.display import Element, FieldOp, FixedElements, Instance, TextLines, TextOp
from forms.formats.pdf.fonts import FontBook
from forms.formats.pdf.layout.atoms import Typesetter, typesetter
from forms.formats.pdf.layout.blocks import Setting
from forms.formats.pdf.layout.fields import box_size, field_spec, is_box
from forms.formats.pdf.layout.laid import LaidBlock, LaidLine, LaidParagraph, box_of, of_lines
from forms.formats.pdf.layout.mixed import MixedLines, Stretch, mixed_text
from forms.formats.pdf.layout.paragraphs import LONGEST_FIELD
from forms.formats.pdf.layout.simple import PAGE, SimpleLines, is_plain, simple_text
from forms.formats.word.model import Control, Hyperlink, InlineControl, Paragraph, ParagraphFormat
from forms.formats.word.patterns import fill_control
from forms.formats.word.slots import FIRST_PLACE, MOST_PLACES, PRIVATE


class _Places:
    """A text of a pattern: its places, `PAGE` and `PAGES` among them, and what stands between them."""

    __slots__ = ("_between", "_only", "_places")

    def __init__(self, text: str) -> None:
        self._places = [ord(char) - FIRST_PLACE for char in PRIVATE.findall(text)]
        self._only = self._places[0] if len(text) == 1 and self._places and text < PAGE else None
        self._between = PRIVATE.split(text)

    @property
    def is_one(self) -> bool:
        """Whether it is nothing but the place of a value."""
        return self._only is not None

    def fill(self, values: Sequence[str], numbers: tuple[str, str]) -> str:
        """Put the values and the numbers of pages in."""
        if self._only is not None:
            return values[self._only]
        parts = [self._between[0]]
        for place, after in zip(self._places, self._between[1:], strict=True):
            parts += (values[place] if place < MOST_PLACES else numbers[place - MOST_PLACES], after)
        return "".join(parts)


class TextPlan:
    """The plan of a paragraph of text, in one format or several."""

    def __init__(
        self, look: ParagraphFormat, width: float, stretches: Sequence[Stretch], lines: SimpleLines | MixedLines
    ) -> None:
        """Take the paragraph's format, its texts with their places, and how they are broken into lines."""
        self._look = look
        self._box = box_of(look, width)
        self._lines = lines
        self._texts = [(_Places(text), style) for text, style in stretches]
        self._first = self._texts[0][0]
        self._simple = lines if isinstance(lines, SimpleLines) else None

    @classmethod
    def of(
        cls,
        paragraph: Paragraph,
        setter: Typesetter,
        setting: Setting,
        width: float,
        *,
        numbers: bool = False,
        mixed: bool = False,
    ) -> TextPlan | None:
        """Make it for a paragraph, with `numbers` of pages in it; None if that takes the long way.

        `mixed`: its words may be in other faces than letters are.
        """
        look, content, tab = paragraph.format, paragraph.content, setting.default_tab
        if paragraph.item is not None or look.outline or look.bidi or look.alignment == "both":
            return None
        found = simple_text(content, setting.language, numbers=numbers) if not mixed else None
        if found is not None:
            lines = SimpleLines(found[1], look, setter, width, tab, numbers=numbers)
            return cls(look, width, ((found[0], 0),), lines)
        several = mixed_text(content, setting.language)
        if several is not None:
            return cls(look, width, several[0], MixedLines(several[1], look, setter, width, tab))
        return None

    @property
    def lines_alone(self) -> bool:
        """Whether `text` and `blank` may be asked for: whether all its text is in one format."""
        return self._simple is not None

    @property
    def fits(self) -> Callable[[str], bool] | None:
        """A quick test whether a value surely takes one line (see `SimpleLines`), if that is all its text."""
        return self._simple.fits() if self._simple is not None and self._first.is_one else None

    def text(self, values: Sequence[str]) -> str | None:
        """Give the text with the values in it for a `blank`, line by line; None if only `fill` can do it."""
        assert self._simple is not None
        return self._simple.text(self._first.fill(values, ("", "")))

    def blank(self, count: int, element: int) -> LaidParagraph | None:
        """Lay out so many lines as an element, with places for their texts; None if only `fill` can do it."""
        return self._simple.blank(count, element) if self._simple is not None else None

    def fill(
        self, values: Sequence[str], element: int, numbers: tuple[str, str] = ("", "")
    ) -> LaidParagraph | None:
        """Lay out the paragraph as an element, with its values and numbers of pages; None as `of`."""
        if self._simple is not None:
            return self._simple.lay_out(self._first.fill(values, numbers), element)
        assert isinstance(self._lines, MixedLines)
        stretches = [(text.fill(values, numbers), style) for text, style in self._texts]
        lines = self._lines.lines(stretches, element)
        return None if lines is None else of_lines(self._look, lines, self._box)


class FieldPlan:
    """The plan of a paragraph that is a field, and nothing else."""

    def __init__(self, look: ParagraphFormat, width: float, control: Control, text: TextPlan) -> None:
        """Take the paragraph's format, the control and its text."""
        self._look = look
        self._control = control
        self._text = text
        self._left = look.left + look.first_line
        self._right = max(width - look.right, look.left + 1)

    @classmethod
    def of(cls, paragraph: Paragraph, setter: Typesetter, setting: Setting, width: float) -> FieldPlan | None:
        """Make it for a paragraph; None if that takes the long way."""
        only = paragraph.content[0] if len(paragraph.content) == 1 else None
        look = paragraph.format
        if not setting.fillable or not isinstance(only, InlineControl) or not only.control.fillable:
            return None
        if look.alignment != "left":
            return None
        inside = replace(paragraph, content=only.content)
        text = TextPlan.of(inside, setter, setting, width, mixed=is_box(only.control))
        sizes = {
            inline.format.size for inline in only.content if not isinstance(inline, Hyperlink | InlineControl)
        }
        return cls(look, width, only.control, text) if text is not None and len(sizes) == 1 else None

    def fill(self, values: Sequence[str], element: int) -> LaidParagraph | None:
        """Lay out the field, whose element follows the paragraph's; None if that takes the long way."""
        control = fill_control(self._control, values)
        laid = self._text.fill(values, element + 1) if control.fillable else None
        if laid is None or len(laid.lines) > LONGEST_FIELD or not laid.lines[0].ops:
            return None
        first, last = laid.lines[0], laid.lines[-1]
        op = first.ops[0]
        assert isinstance(op, TextOp | TextLines)
        if op.x != self._left:
            return None  # a tab stands before it
        y, height, width = 0.0, last.top + last.height, max(self._right - self._left, op.size)
        if is_box(self._control):
            width, y = box_size(op.size, 0.0, height)
            height = width
        field = FieldOp(self._left, y, width, height, field_spec(control), op.size, element + 1)
        lines = (
            LaidLine(first.top, first.height, first.pitch, (field,)),
            *[LaidLine(line.top, line.height, line.pitch, ()) for line in laid.lines[1:]],
        )
        return LaidParagraph(self._look, lines, laid.height, (field,), laid.box, len(lines) > 1)


class ItemPlan:
    """The plan of a list item: a label, a tab or space, and text."""

    def __init__(self, look: ParagraphFormat, width: float, text: TextPlan) -> None:
        """Take the paragraph's format, and the text with the label."""
        self._look = look
        self._text = text

    @classmethod
    def of(
        cls, paragraph: Paragraph, label: str, setter: Typesetter, setting: Setting, width: float
    ) -> ItemPlan | None:
        """Make it for a paragraph with its label; None if that takes the long way."""
        item, look = paragraph.item, paragraph.format
        if item is None or item.definition.alignment != "left" or look.alignment != "left" or look.bidi:
            return None
        after = {"tab": "\t", "space": " "}.get(item.definition.suffix)
        found = mixed_text(paragraph.content, setting.language)
        if not label or after is None or found is None or not is_plain(item.format, setting.language):
            return None
        stretches, looks = found
        number = len(looks)
        lines = MixedLines((*looks, item.format), look, setter, width, setting.default_tab)
        return cls(look, width, TextPlan(look, width, ((label + after, number), *stretches), lines))

    def fill(self, values: Sequence[str]) -> LaidParagraph | None:
        """Lay out the item as element 0, its label as 1, its text as 2; None if that takes the long way."""
        laid = self._text.fill(values, 2)
        if laid is None:
            return None
        first, ops = laid.lines[0], laid.ops
        assert isinstance(ops[0], TextOp)
        label = replace(ops[0], element=1)
        line = LaidLine(first.top, first.height, first.pitch, (label, *first.ops[1:]))
        return LaidParagraph(laid.format, (line, *laid.lines[1:]), laid.height, (label, *ops[1:]), laid.box)


class ParagraphPlan:
    """The plan of a paragraph of the body."""

    def __init__(
        self, plan: TextPlan | FieldPlan | ItemPlan, elements: FixedElements, paragraph: Paragraph
    ) -> None:
        """Take the plan of its content, and its elements."""
        self._plan = plan
        self._elements = elements
        item = paragraph.item if isinstance(plan, ItemPlan) else None
        self._list = (item.list_id, item.level) if item is not None else ("", 0)
        self._bookmarks = paragraph.bookmarks

    @classmethod
    def of(
        cls, paragraph: Paragraph, labels: tuple[str, ...], fonts: FontBook, setting: Setting, width: float
    ) -> ParagraphPlan | None:
        """Make it; None if each paragraph must be laid out from nothing."""
        setter = typesetter(fonts)
        if paragraph.format.outline:
            return None
        if paragraph.item is not None:
            item = ItemPlan.of(paragraph, labels[0] if labels else "", setter, setting, width)
            return None if item is None else cls(item, _ITEM, paragraph)
        text = TextPlan.of(paragraph, setter, setting, width)
        if text is not None:
            return cls(text, _PARAGRAPH, paragraph)
        field = FieldPlan.of(paragraph, setter, setting, width)
        return None if field is None else cls(field, _FIELD, paragraph)

    def fill(self, values: Sequence[str]) -> LaidBlock | None:
        """Lay out the paragraph with its values; None if that takes the long way."""
        plan = self._plan
        laid = plan.fill(values) if isinstance(plan, ItemPlan) else plan.fill(values, 0)
        if laid is None:
            return None
        list_id, level = self._list
        return LaidBlock(laid, Instance(self._elements, list_id, level, bookmarks=self._bookmarks))


_PARAGRAPH = FixedElements((Element("P"),))
_FIELD = FixedElements((Element("P"), Element("Form", 0)))
_ITEM = FixedElements((Element("LI"), Element("Lbl", 0), Element("LBody", 0)))
