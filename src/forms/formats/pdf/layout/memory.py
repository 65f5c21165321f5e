"""What is remembered of blocks that come again in other documents: nothing of any case.

Blocks that are the same in every document are remembered laid out, patterns (see `word.patterns`) as plans.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from forms.formats.pdf.fonts import FontBook
from forms.formats.pdf.layout.atoms import typesetter
from forms.formats.pdf.layout.blocks import Setting, lay_out_blocks
from forms.formats.pdf.layout.laid import LaidBlock
from forms.formats.pdf.layout.plans import ParagraphPlan, SimpleText, TablePlan
from forms.formats.word.model import Paragraph, Placed, Table
from forms.formats.word.patterns import filled, holds_places

_REMEMBERED = 4096

_Plan = ParagraphPlan | TablePlan
_Known = tuple[LaidBlock, ...] | _Plan | SimpleText | None


class Memory:
    """What blocks gave, the most recently used ones. Holds each block, so that its id stays its own."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lock = Lock()
        self._known: OrderedDict[tuple[object, ...], tuple[object, _Known]] = OrderedDict()

    def get(self, key: tuple[object, ...]) -> tuple[object, _Known] | None:
        """Give what keeps a block, and what it gave; None if that isn't known."""
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
            return found

    def put(self, key: tuple[object, ...], holders: object, laid: _Known) -> None:
        """Remember what a block gave; `holders` are kept alive with it."""
        with self._lock:
            self._known[key] = (holders, laid)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


_memory = Memory()


def lay_out_placed(placed: Placed, fonts: FontBook, setting: Setting, width: float) -> tuple[LaidBlock, ...]:
    """Lay out a block of the body in a column of this width; a control around blocks gives several."""
    if not placed.static:
        return lay_out_blocks(placed, fonts, setting, width)
    block = placed.block
    key = (id(block), placed.labels, id(fonts), setting, width, bool(placed.values))
    found = _memory.get(key)
    if found is not None:
        known = found[1]
    else:
        known = _plan(placed, fonts, setting, width) if placed.values else None
        if not placed.values:
            known = lay_out_blocks(placed, fonts, setting, width, lasting=True)
        _memory.put(key, (block, fonts), known)
    if isinstance(known, tuple):
        return known
    laid = known.fill(placed.values) if isinstance(known, _Plan) else None
    return (laid,) if laid is not None else lay_out_blocks(filled(placed), fonts, setting, width)


def simple_story(placed: Placed, fonts: FontBook, setting: Setting, width: float) -> SimpleText | None:
    """Give the plan of a paragraph of a header or footer; None if that takes the long way."""
    block = placed.block
    if not placed.static or not isinstance(block, Paragraph):
        return None
    key = (id(block), id(fonts), setting, width)
    found = _memory.get(key)
    if found is None:
        made = None
        if placed.values or not holds_places(block):
            made = SimpleText.of(block, typesetter(fonts), setting, width, numbers=True)
        _memory.put(key, (block, fonts), made)
        return made
    return found[1] if isinstance(found[1], SimpleText) else None


def _plan(placed: Placed, fonts: FontBook, setting: Setting, width: float) -> _Plan | None:
    """Make the plan of a pattern, None if each of its blocks must be laid out from nothing."""
    if isinstance(placed.block, Table):
        return TablePlan(placed.block, placed.labels, fonts, setting, width)
    if isinstance(placed.block, Paragraph):
        return ParagraphPlan.of(placed.block, fonts, setting, width)
    return None
