"""Stacking laid-out blocks in a column, a page or a cell, and parting them where the room ends.

The rules: the space between paragraphs is the larger of what the upper wants below and the lower above
(17.3.1.33, 17.3.1.9); two lines at least stay together at a page's end and beginning (17.3.1.44); what is kept
with the next moves with it (17.3.1.15); a page's first paragraph loses its space above unless a break stands
before it.
"""

from __future__ import annotations

from forms.formats.pdf.display import FixedOps, Op, RectOp
from forms.formats.pdf.layout.cursors import START, Cursor, Filled, TableCursor
from forms.formats.pdf.layout.laid import Box, Flow, LaidContent, LaidParagraph, LaidTable, Piece
from forms.formats.pdf.layout.rows import first_height, place_table
from forms.formats.pdf.layout.strokes import strokes
from forms.formats.word.model import Border

TOLERANCE = 0.05
ORPHANS = WIDOWS = 2
_MOST_FRAMES = 64


def spacing(upper: LaidContent | None, lower: LaidContent) -> float:
    """The space between two blocks; `upper` is None at the top."""
    before = lower.format.before if isinstance(lower, LaidParagraph) else 0.0
    if not isinstance(upper, LaidParagraph):
        return before
    after = upper.format.after
    if isinstance(lower, LaidParagraph) and upper.format.style == lower.format.style:
        if upper.format.contextual:
            after = 0.0
        if lower.format.contextual:
            before = 0.0
    return max(before, after)


def _breaks_before(block: LaidContent) -> bool:
    if not isinstance(block, LaidParagraph):
        return False
    return block.format.page_break_before or block.format.column_break_before


def joined(upper: LaidContent | None, lower: LaidContent | None) -> bool:
    """Whether two paragraphs stand in one box of borders (17.3.1.24): same borders, same edges."""
    if not isinstance(upper, LaidParagraph) or not isinstance(lower, LaidParagraph):
        return False
    first, second = upper.box, lower.box
    if first is None or second is None:
        return False
    same = first.borders == second.borders and (first.left, first.right) == (second.left, second.right)
    return same and any(
        side is not None and side.visible
        for side in (first.borders.top, first.borders.bottom, first.borders.inside_h)
    )


def fill(
    flow: Flow, start: Cursor, room: float, *, drop_space: bool, full: float, force: bool = True
) -> Filled:
    """Put as much of a body's flow into `room` as fits.

    Honours breaks and what is to be kept together, unlike `fill_cell`. `drop_space`: the first paragraph loses
    its space above. `full` is the height of an empty page, for what to keep together. `force`: the room is an
    empty page, so something is placed in any case; otherwise nothing may be placed, and `rest` is `start`.
    """
    return _Filling(flow, room, True, full, force=force).run(start, drop_space)


def fill_cell(flow: Flow, start: Cursor, room: float, *, force: bool = False) -> Filled:
    """Put as much of a cell's flow into `room` as fits: perhaps nothing, or with `force` at least something."""
    return _Filling(flow, room, False, room, force=force).run(start, start != START)


class _Filling:
    def __init__(self, flow: Flow, room: float, keep: bool, full: float, *, force: bool) -> None:
        self._flow = flow
        self._force = force
        self._room = room
        self._keep = keep
        self._full = full
        self._pieces: list[tuple[int, Piece]] = []
        self._y = 0.0

    def run(self, start: Cursor, drop_space: bool) -> Filled:
        cursor = start
        while cursor.block < len(self._flow):
            if not cursor.inside:
                drop = drop_space and not self._pieces
                cursor = Cursor(self._whole(cursor.block, drop=drop))
                if cursor.block == len(self._flow):
                    break
            index = cursor.block
            block = self._flow[index]
            first = not self._pieces
            upper = self._flow[index - 1] if index and not first else None
            gap = 0.0
            if not cursor.inside and not (first and drop_space):
                gap = spacing(upper, block)
            if isinstance(block, LaidParagraph):
                if self._keep and not first and not cursor.inside:
                    if _breaks_before(block):
                        return self._filled(cursor, "page" if block.format.page_break_before else "column")
                    if not self._chain_fits(index, gap):
                        return self._filled(cursor)
                rest, forced = self._paragraph(index, block, cursor.line, gap)
            else:
                rest, forced = self._table(index, block, cursor.table, gap)
            if rest is not None:
                return self._filled(rest, forced)
            cursor = Cursor(index + 1)
            if forced and cursor.block < len(self._flow):
                return self._filled(cursor, forced)
        return self._filled(None, height=self._y + self._after())

    def _whole(self, index: int, *, drop: bool) -> int:
        """Place the paragraphs from `index` on that fit whole and may stand here; give where that ends.

        Those that share a box are left out. `drop`: the first one loses its space above.
        """
        flow, pieces, keep = self._flow, self._pieces, self._keep
        room = self._room + TOLERANCE
        upper = flow[index - 1] if index and pieces else None
        for at in range(index, len(flow)):
            block = flow[at]
            if not isinstance(block, LaidParagraph) or block.forced:
                return at
            look, box = block.format, block.box
            gap = 0.0 if drop else spacing(upper, block)
            if keep and pieces:
                if look.page_break_before or look.column_break_before:
                    return at
                if look.keep_next and not self._chain_fits(at, gap):
                    return at
            y, bottom = self._y + gap, 0.0
            if box is not None:
                if (at and joined(flow[at - 1], block)) or (at + 1 < len(flow) and joined(block, flow[at + 1])):
                    return at
                y, bottom = y + box.top, box.bottom
            if y + block.bottom + bottom > room:
                return at
            if box is not None:
                frame = _whole_frame(block, box)
                if frame:
                    pieces.append((at, (0.0, y - box.top, frame, 0)))
            pieces.append((at, (0.0, y, block.ops, 0)))
            self._y = y + block.height + bottom
            upper, drop = block, False
        return len(flow)

    def _filled(self, rest: Cursor | None, forced: str = "", height: float | None = None) -> Filled:
        return Filled(tuple(self._pieces), self._y if height is None else height, rest, forced)

    def _after(self) -> float:
        last = self._flow[-1] if self._flow else None
        return last.format.after if isinstance(last, LaidParagraph) else 0.0

    # --- keeping together

    def _chain_fits(self, index: int, gap: float) -> bool:
        """Whether a paragraph and all that must stay with it fit, or would not fit on an empty page either."""
        needed = self._chain(index)
        return gap + needed <= self._room - self._y + TOLERANCE or needed > self._full + TOLERANCE

    def _chain(self, index: int) -> float:
        height = 0.0
        while True:
            block = self._flow[index]
            if not isinstance(block, LaidParagraph):
                return height + first_height(block, self._full)
            following = self._flow[index + 1] if index + 1 < len(self._flow) else None
            ends = following is None or _breaks_before(following)
            if not block.format.keep_next or ends or block.forced:
                return height + self._least(index, block)
            height += self._outer(index, block) + spacing(block, self._flow[index + 1])
            index += 1

    def _insets(self, index: int) -> tuple[float, float]:
        """The room that a paragraph's upper and lower border take, considering its neighbours."""
        block = self._flow[index]
        box = block.box if isinstance(block, LaidParagraph) else None
        if box is None:
            return 0.0, 0.0
        upper = self._flow[index - 1] if index else None
        lower = self._flow[index + 1] if index + 1 < len(self._flow) else None
        return (0.0 if joined(upper, block) else box.top), (box.between if joined(block, lower) else box.bottom)

    def _outer(self, index: int, block: LaidParagraph) -> float:
        top, bottom = self._insets(index)
        return top + block.height + bottom

    def _least(self, index: int, block: LaidParagraph) -> float:
        """The least height of a paragraph that may begin at a page's end."""
        top, bottom = self._insets(index)
        lines = block.lines
        count = len(lines)
        whole = block.format.keep_lines or block.unbreakable
        if not whole:
            fewest = ORPHANS if block.format.widow_control else 1
            widows = WIDOWS if block.format.widow_control else 1
            if count >= fewest + widows:
                count = fewest
        if count == len(lines):
            return top + block.bottom + bottom
        last = lines[count - 1]
        return top + last.top + last.height

    # --- placing

    def _paragraph(self, index: int, block: LaidParagraph, start: int, gap: float) -> tuple[Cursor | None, str]:
        top, bottom = self._insets(index)
        if start:
            top = 0.0
        first = self._force and not self._pieces
        room = self._room - self._y - gap - top
        count, forced = lines_that_fit(block, start, room, bottom, force=first, keep=self._keep)
        if count == 0:
            return Cursor(index, start), ""
        end = start + count
        y = self._y + gap + top
        if start == 0 and end == len(block.lines):
            origin, ops, height, pitch = 0.0, block.ops, block.bottom, block.height
        else:
            lines = block.lines[start:end]
            origin, ops, last = lines[0].top, block.part(start, end), lines[-1]
            height, pitch = last.top + last.height - origin, last.top + last.pitch - origin
        if block.box is not None:
            self._draw_box(index, block.box, y, height, gap, start, end)
        self._pieces.append((index, (0.0, y - origin, ops, 0)))
        self._y = y + pitch
        if end == len(block.lines):
            self._y += bottom
            return None, forced
        return Cursor(index, end), forced

    def _draw_box(
        self, index: int, box: Box, y: float, height: float, gap: float, start: int, end: int
    ) -> None:
        """Draw shading and borders of the lines from `start` to `end`, which begin at `y` and are this high."""
        block = self._flow[index]
        if not isinstance(block, LaidParagraph):
            return
        top, bottom = self._insets(index)
        stays_joined = index > 0 and joined(self._flow[index - 1], block)
        upper_joined = stays_joined and bool(self._pieces)
        lower_joined = index + 1 < len(self._flow) and joined(block, self._flow[index + 1])
        begins, ends = start == 0, end == len(block.lines)
        if begins:
            y, height = y - top, height + top
        if ends:
            height += bottom
        if lower_joined and ends:
            height += block.height - block.bottom
        if upper_joined and begins:
            y, height = y - gap, height + gap
        above = box.borders.top if begins and not upper_joined else None
        below = (box.borders.inside_h if lower_joined else box.borders.bottom) if ends else None
        ops: tuple[Op, ...]
        if begins and ends and not stays_joined and not lower_joined:
            ops = _whole_frame(block, box)
        else:
            ops = tuple(_frame(box, height, above, below))
        if ops:
            self._pieces.append((index, (0.0, y, ops, 0)))

    def _table(
        self, index: int, table: LaidTable, cursor: TableCursor | None, gap: float
    ) -> tuple[Cursor | None, str]:
        room = self._room - self._y - gap
        placed = place_table(
            table, cursor, room, self._full, first=self._force and not self._pieces, fill=fill_cell
        )
        if placed is None:
            return Cursor(index, 0, cursor), ""
        y = self._y + gap
        self._pieces += [(index, (table.x + x, y + top, ops, offset)) for x, top, ops, offset in placed.pieces]
        self._y = y + placed.height
        return (Cursor(index, 0, placed.rest) if placed.rest is not None else None), ""


def _whole_frame(block: LaidParagraph, box: Box) -> tuple[Op, ...]:
    """Give shading and borders of a paragraph that stands whole and alone in its box."""
    inner = block.bottom
    frame = box.frames.get(inner)
    if frame is None:
        if len(box.frames) >= _MOST_FRAMES:
            box.frames.clear()
        height = box.top + inner + box.bottom
        drawn = _frame(box, height, box.borders.top, box.borders.bottom)
        frame = box.frames[inner] = FixedOps(drawn)
    return frame


def _frame(box: Box, height: float, above: Border | None, below: Border | None) -> list[Op]:
    """Draw shading and borders of this height, from their top on, with what is above and below."""
    ops: list[Op] = []
    borders = box.borders
    if box.shading is not None:
        ops.append(RectOp(box.left, 0.0, box.right - box.left, height, box.shading))
    for side, x, inward in ((borders.left, box.left, 0.5), (borders.right, box.right, -0.5)):
        if side is not None and side.visible:
            middle = x + side.thickness * inward
            ops.extend(strokes(side, middle, 0.0, middle, height))
    return ops + _across(box, above, 0.0, 0.5) + _across(box, below, height, -0.5)


def _across(box: Box, border: Border | None, y: float, inward: float) -> list[Op]:
    if border is None or not border.visible:
        return []
    middle = y + border.thickness * inward
    return strokes(border, box.left, middle, box.right, middle)


def lines_that_fit(
    block: LaidParagraph, start: int, room: float, bottom: float, *, force: bool, keep: bool = True
) -> tuple[int, str]:
    """Give how many lines from `start` on go into `room`, and the break that ends them ("" for none).

    `force`: place at least one line, because the page is empty. `keep`: keep lines together, control widows
    and honour breaks; not in cells, where Word and LibreOffice leave that out.
    """
    lines = block.lines
    total = len(lines)
    if start == 0 and not block.forced and block.bottom + bottom <= room + TOLERANCE:
        return total, ""
    origin = lines[start].top
    count = 0
    for line in lines[start:]:
        end = line.top + line.height - origin
        if start + count + 1 == total:
            end += bottom
        if end > room + TOLERANCE:
            break
        count += 1
        if line.end and keep:
            return count, line.end
    if start + count == total:
        return count, ""
    kept = (keep and block.format.keep_lines) or block.unbreakable
    if kept and start == 0 and not force:
        return 0, ""
    if keep and block.format.widow_control and not kept:
        left = total - start - count
        if left < WIDOWS:
            count -= WIDOWS - left
        if start == 0 and count < ORPHANS:
            count = 0
    if force and count <= 0:
        count = max(1, sum(1 for line in lines[start:] if line.top + line.height - origin <= room + TOLERANCE))
        count = min(count, total - start)
    return max(count, 0), ""
