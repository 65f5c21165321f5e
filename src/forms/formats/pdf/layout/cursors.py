"""Where the layout of a flow stands when a page is full."""

from __future__ import annotations

from msgspec import Struct

from forms.formats.pdf.layout.laid import Piece


class Cursor(Struct, frozen=True):
    """Where a flow goes on: the block, and within it the line of a paragraph or the place in a table."""

    block: int = 0
    line: int = 0
    table: TableCursor | None = None

    @property
    def inside(self) -> bool:
        """Whether it stands within a block, not before it."""
        return self.line > 0 or self.table is not None


class TableCursor(Struct, frozen=True):
    """Where a table goes on: the row, and if the row was parted where each cell goes on (None: it is done)."""

    row: int
    cells: tuple[Cursor | None, ...] = ()


START = Cursor()


class Filled(Struct, frozen=True):
    """What went into some room: pieces with their block's index, the height, and where to go on (None: done).

    `forced` is the kind of break that ended it, "" if none did.
    """

    pieces: tuple[tuple[int, Piece], ...]
    height: float
    rest: Cursor | None
    forced: str = ""
