"""What is remembered of blocks that come again in other documents: nothing of any case.

Blocks that are the same in every document are remembered laid out, patterns (see `word.patterns`) as plans.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Literal

from forms.formats.pdf.fonts import FontBook
from forms.formats.pdf.layout.atoms import typesetter
from forms.formats.pdf.layout.blocks import Setting, lay_out_blocks
from forms.formats.pdf.layout.laid import LaidBlock
from forms.formats.pdf.layout.plans import ParagraphPlan, TextPlan
from forms.formats.pdf.layout.table_plans import TablePlan
from forms.formats.word.model import BlockControl, BlockItem, Paragraph, Placed, Table
from forms.formats.word.patterns import filled, holds_places

_REMEMBERED = 20_000
"""Paragraphs and cells remembered under one setting: some 30 MB at most, seldom more than 2."""
_REMEMBERED_SETTINGS = 8

_Known = tuple[LaidBlock, ...] | ParagraphPlan | TablePlan | TextPlan | Literal["long"]
"""What a block gave: itself laid out, or its plan, or that it takes the long way each time."""


class Memory:
    """What blocks gave under one setting, the most recently used ones, from any thread.

    Each block is held with what it gave, so that its id stays its own.
    """

    def __init__(self, fonts: FontBook, setting: Setting) -> None:
        """Begin empty."""
        self.fonts = fonts
        self._setting = setting
        self._lock = Lock()
        self._known: OrderedDict[tuple[object, ...], tuple[BlockItem, _Known, int]] = OrderedDict()
        self._size = 0

    def lay_out(self, placed: Placed, width: float) -> tuple[LaidBlock, ...]:
        """Lay out a block of the body in a column of this width; a control around blocks gives several."""
        if not placed.static:
            return lay_out_blocks(placed, self.fonts, self._setting, width)
        block, values = placed.block, placed.values
        key = (id(block), placed.labels, width, bool(values))
        known = self._get(key)
        if known is None:
            known = self._put(key, block, self._make(placed, width))
        if isinstance(known, tuple):
            return known
        laid = known.fill(values) if isinstance(known, ParagraphPlan | TablePlan) else None
        if laid is not None:
            return (laid,)
        return lay_out_blocks(filled(placed), self.fonts, self._setting, width)

    def story(self, placed: Placed, width: float) -> TextPlan | None:
        """Give the plan of a paragraph of a header or footer; None if that takes the long way."""
        block = placed.block
        if not placed.static or not isinstance(block, Paragraph):
            return None
        key = (id(block), width)
        known = self._get(key)
        if known is None:
            made: _Known = "long"
            if placed.values or not holds_places(block):
                setter = typesetter(self.fonts)
                made = TextPlan.of(block, setter, self._setting, width, numbers=True) or "long"
            known = self._put(key, block, made)
        return known if isinstance(known, TextPlan) else None

    def _make(self, placed: Placed, width: float) -> _Known:
        block, fonts, setting = placed.block, self.fonts, self._setting
        if not placed.values:
            return lay_out_blocks(placed, fonts, setting, width, lasting=True)
        if isinstance(block, Table):
            return TablePlan(block, placed.labels, fonts, setting, width)
        made = (
            ParagraphPlan.of(block, placed.labels, fonts, setting, width)
            if isinstance(block, Paragraph)
            else None
        )
        return made or "long"

    def _get(self, key: tuple[object, ...]) -> _Known | None:
        with self._lock:
            found = self._known.get(key)
            if found is None:
                return None
            self._known.move_to_end(key)
            return found[1]

    def _put(self, key: tuple[object, ...], block: BlockItem, known: _Known) -> _Known:
        with self._lock:
            before = self._known.pop(key, None)
            size = _size(block)
            self._known[key] = (block, known, size)
            self._size += size - (before[2] if before is not None else 0)
            while self._size > _REMEMBERED and len(self._known) > 1:
                _, (_, _, size) = self._known.popitem(last=False)
                self._size -= size
        return known


def _size(block: BlockItem) -> int:
    """Count what is remembered of a block: its cells, or itself."""
    if isinstance(block, Table):
        return 1 + sum(_size(inner) for row in block.rows for cell in row.cells for inner in cell.blocks)
    if isinstance(block, BlockControl):
        return sum(map(_size, block.blocks))
    return 1


_memories: OrderedDict[tuple[int, Setting], Memory] = OrderedDict()
_lock = Lock()


def memory_of(fonts: FontBook, setting: Setting) -> Memory:
    """Give the memory for a font book and a setting; few are kept, which hold their books."""
    key = (id(fonts), setting)
    with _lock:
        found = _memories.get(key)
        if found is None or found.fonts is not fonts:
            found = _memories[key] = Memory(fonts, setting)
        _memories.move_to_end(key)
        while len(_memories) > _REMEMBERED_SETTINGS:
            _memories.popitem(last=False)
        return found
