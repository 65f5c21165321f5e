"""Blocks with places for values: read once from a skeleton (see `slots`), filled in for each document.

In a pattern a character for private use (`slots.FIRST_PLACE` and on) stands for each value, in the texts of the
model. Filling it in gives what reading the whole block would have given; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from forms.formats.word.model import (
    BlockControl,
    BlockItem,
    Break,
    Cell,
    Control,
    Hyperlink,
    Image,
    Inline,
    InlineControl,
    ListItem,
    Paragraph,
    Placed,
    Row,
    Tab,
    Text,
)
from forms.formats.word.slots import FIRST_PLACE, PRIVATE


def has_places(text: str) -> bool:
    """Whether a text of a pattern has a place for a value."""
    return not text.isascii() and PRIVATE.search(text) is not None


def put(text: str, values: Sequence[str]) -> str:
    """Put the values into a text of a pattern."""
    if len(text) == 1 and text >= "\ue000":
        return values[ord(text) - FIRST_PLACE]
    return PRIVATE.sub(lambda match: values[ord(match[0]) - FIRST_PLACE], text)


# ── Filling in ──────────────────────────────────────────────────────────────────────────────────────────────


def filled(placed: Placed) -> Placed:
    """Give a block with its values, as reading it whole would have given it."""
    if not placed.values:
        return placed
    return Placed(fill_block(placed.block, placed.values), placed.labels)


def fill_block(block: BlockItem, values: Sequence[str]) -> BlockItem:
    """Put the values into a block of a pattern."""
    if isinstance(block, Paragraph):
        return replace(block, content=fill_content(block.content, values))
    if isinstance(block, BlockControl):
        inner = tuple(fill_block(one, values) for one in block.blocks)
        return BlockControl(fill_control(block.control, values), inner)
    return replace(block, rows=tuple(_fill_row(row, values) for row in block.rows))


def _fill_row(row: Row, values: Sequence[str]) -> Row:
    controls = tuple(fill_control(control, values) for control in row.controls)
    return replace(row, cells=tuple(fill_cell(cell, values) for cell in row.cells), controls=controls)


def fill_cell(cell: Cell, values: Sequence[str]) -> Cell:
    """Put the values into a cell of a pattern."""
    controls = tuple(fill_control(control, values) for control in cell.controls)
    return replace(cell, blocks=tuple(fill_block(block, values) for block in cell.blocks), controls=controls)


def fill_control(control: Control, values: Sequence[str]) -> Control:
    """Put the values into what a control says of itself."""
    if not any(map(has_places, (control.tag, control.title, control.value))):
        return control
    tag, title, value = (put(text, values) for text in (control.tag, control.title, control.value))
    return replace(control, tag=tag, title=title, value=value)


def fill_content(content: Sequence[Inline], values: Sequence[str]) -> tuple[Inline, ...]:
    """Put the values into the content of a paragraph of a pattern."""
    out: list[Inline] = []
    for inline in content:
        if isinstance(inline, Text):
            if has_places(inline.text):
                _text(put(inline.text, values), inline, out)
            else:
                out.append(inline)
        elif isinstance(inline, Hyperlink):
            out.append(Hyperlink(inline.uri, fill_content(inline.content, values)))
        elif isinstance(inline, InlineControl):
            out.append(
                InlineControl(fill_control(inline.control, values), fill_content(inline.content, values))
            )
        else:
            out.append(inline)
    return tuple(out)


def _text(text: str, like: Text, out: list[Inline]) -> None:
    """Add a text; the line ends and tabs in it came from a value."""
    for number, line in enumerate(text.split("\n")):
        if number:
            out.append(Break("line", like.format))
        for column, piece in enumerate(line.split("\t")):
            if column:
                out.append(Tab(like.format))
            if piece:
                out.append(Text(piece, like.format))


# ── Checking ────────────────────────────────────────────────────────────────────────────────────────────────


def list_items(block: BlockItem) -> Iterator[ListItem]:
    """Yield the list items of all numbered paragraphs in a block, in document order."""
    if isinstance(block, Paragraph):
        if block.item is not None:
            yield block.item
    elif isinstance(block, BlockControl):
        for inner in block.blocks:
            yield from list_items(inner)
    else:
        for row in block.rows:
            for cell in row.cells:
                for inner in cell.blocks:
                    yield from list_items(inner)


def is_sound(block: BlockItem) -> bool:
    """Whether filling a pattern in gives what reading the whole would give."""
    if isinstance(block, Paragraph):
        return _sound_content(block.content)
    if isinstance(block, BlockControl):
        return all(map(is_sound, block.blocks))
    return not has_places(block.title) and all(
        is_sound(inner) for row in block.rows for cell in row.cells for inner in cell.blocks
    )


def _sound_content(content: Sequence[Inline]) -> bool:
    for inline in _inlines(content):
        if isinstance(inline, Hyperlink) and has_places(inline.uri):
            return False
        if isinstance(inline, Image) and has_places(inline.alternative):
            return False
    return True


def _inlines(content: Sequence[Inline]) -> Iterator[Inline]:
    for inline in content:
        yield inline
        if isinstance(inline, Hyperlink | InlineControl):
            yield from _inlines(inline.content)


def holds_places(block: BlockItem) -> bool:
    """Whether a block of a pattern has a place for a value anywhere in it."""
    if isinstance(block, Paragraph):
        return any(
            has_places(inline.text)
            if isinstance(inline, Text)
            else isinstance(inline, InlineControl) and control_holds_places(inline.control)
            for inline in _inlines(block.content)
        )
    if isinstance(block, BlockControl):
        return control_holds_places(block.control) or any(map(holds_places, block.blocks))
    return any(map(row_holds_places, block.rows))


def row_holds_places(row: Row) -> bool:
    """Whether a row of a pattern has a place for a value anywhere in it."""
    return any(map(control_holds_places, row.controls)) or any(map(cell_holds_places, row.cells))


def cell_holds_places(cell: Cell) -> bool:
    """Whether a cell of a pattern has a place for a value anywhere in it."""
    return any(map(control_holds_places, cell.controls)) or any(map(holds_places, cell.blocks))


def control_holds_places(control: Control) -> bool:
    """Whether what a control says of itself has a place for a value."""
    return any(map(has_places, (control.tag, control.title, control.value)))


def places_in(cell: Cell, around: Sequence[Control]) -> tuple[int, ...]:
    """Give the places in a cell of a pattern and in the controls around its row, in order, each once."""
    texts = [text for control in (*around, *cell.controls) for text in _texts_of(control)]
    texts += [text for block in cell.blocks for text in _texts(block)]
    found = {ord(char) - FIRST_PLACE for text in texts for char in PRIVATE.findall(text)}
    return tuple(sorted(found))


def _texts(block: BlockItem) -> Iterator[str]:
    if isinstance(block, Paragraph):
        for inline in _inlines(block.content):
            if isinstance(inline, Text):
                yield inline.text
            elif isinstance(inline, InlineControl):
                yield from _texts_of(inline.control)
    elif isinstance(block, BlockControl):
        yield from _texts_of(block.control)
        for inner in block.blocks:
            yield from _texts(inner)
    else:
        for row in block.rows:
            for cell in row.cells:
                controls = (*row.controls, *cell.controls)
                yield from (text for control in controls for text in _texts_of(control))
                for inner in cell.blocks:
                    yield from _texts(inner)


def _texts_of(control: Control) -> tuple[str, ...]:
    return control.tag, control.title, control.value
