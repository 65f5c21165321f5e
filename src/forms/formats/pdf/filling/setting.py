"""Setting text in a field's box: one line, several, a comb, a list; smaller where it must be, to a floor.

Text that is plain Latin in the fixed font, which is nearly all, is measured and written without any shaping.
Everything else goes the way of the documents' own text: runs, bidirectional order, cut fonts.
Nothing is remembered: a text is gone when its document is written.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from forms.formats.pdf import bidi
from forms.formats.pdf.display import GlyphRun, TextOp
from forms.formats.pdf.draw import Painter
from forms.formats.pdf.embedding import DocumentFonts, resource
from forms.formats.pdf.filling.style import Style, colour
from forms.formats.pdf.fonts import Face, FontBook
from forms.formats.pdf.objects import number

FLOOR = 7.0
"""The smallest size that text is set in, in points, unless the form itself asks for a smaller one."""

_AUTO = 12.0
"""The size of text whose field leaves it open."""
_LEAST = 0.5
"""Where shrinking ends that nothing else ends."""
_STEP = 0.25
_EMPTY = b"/Tx BMC\nEMC\n"
_HIGHLIGHT = "0.6 0.757 0.855 rg\n"


@dataclass(frozen=True, slots=True)
class TextBox:
    """Where text goes, in points from the box's lower left corner.

    `pad` is what stays free at the left and right, `edge` at top and bottom of a line; `quad` is 0 left, 1
    centre, 2 right; `cells` are those of a comb. `clip` and `ink` are operators: what shows, in which colour.
    """

    width: float
    height: float
    pad: float
    edge: float
    style: Style
    quad: int
    kind: Literal["line", "lines", "comb"]
    cells: int
    clip: bytes
    ink: bytes

    @property
    def empty(self) -> bool:
        """Say whether nobody can see what stands in it."""
        return self.width < 1 or self.height < 1


def text_box(
    width: float,
    height: float,
    edge: float,
    style: Style,
    quad: int,
    kind: Literal["line", "lines", "comb"],
    cells: int = 0,
) -> TextBox:
    """Make a box, with the operators that all text in it begins with; `edge` is how thick its border is."""
    free = min(edge, width / 8, height / 8)
    inner = f"{number(width - 2 * free)} {number(height - 2 * free)}"
    clip = f"q\n{number(free)} {number(free)} {inner} re W n\n".encode("ascii")
    pad = min(max(2.0, edge + 1), width / 10)
    ink = colour(style.colour, "rg").encode("ascii")
    return TextBox(width, height, pad, free, style, quad, kind, cells, clip, ink)


class Ink:
    """What one fill writes with: the fonts of its document, and their faces by style."""

    def __init__(self, fonts: DocumentFonts, faces: dict[tuple[bool, bool], Face]) -> None:
        """Take the document's fonts, and the face of the fixed font for each style that the form asks for."""
        self.fonts = fonts
        self.book: FontBook = fonts.book
        self.faces = faces
        self.names = {style: resource(face).encode("ascii") for style, face in faces.items()}

    def face(self, style: Style) -> Face:
        """Give the face that plain text is set in."""
        return self.faces[style.bold, style.italic]

    def runs(self, text: str, style: Style, base: int) -> tuple[GlyphRun, ...]:
        """Shape a line; nothing of it is kept."""
        levels = bidi.levels(text, base)
        return self.book.runs(text, bold=style.bold, italic=style.italic, rtl=base == 1, levels=levels)

    def ems(self, text: str, style: Style) -> float:
        """Measure a line."""
        try:
            return sum(map(self.face(style).plain.__getitem__, text))
        except KeyError:
            return sum(run.width for run in self.runs(text, style, bidi.base_level(text)))


def set_text(box: TextBox, text: str, ink: Ink, floor: float) -> bytes | None:
    """Write a text's operators; None if it does not fit at `floor` points. A line break parts lines.

    `floor` 0 shrinks as far as it takes.
    """
    if not text or box.empty:
        return _EMPTY
    if "\t" in text:
        text = text.replace("\t", " ")
    if box.kind == "comb":
        return _comb(box, text, ink)
    return _line(box, text, ink, floor) if box.kind == "line" else _lines(box, text, ink, floor)


def is_win_ansi(text: str) -> bool:
    """Say whether the fixed fonts have all of a text's characters."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def plain_bytes(text: str) -> bytes | None:
    """Give a text in WinAnsi encoding, escaped for a string; None if it has other characters."""
    try:
        raw = text.encode("cp1252")
    except UnicodeEncodeError:
        return None
    return escaped(raw)


def escaped(raw: bytes) -> bytes:
    """Escape the delimiters of a literal string (7.3.4.2)."""
    if b"\\" in raw:
        raw = raw.replace(b"\\", b"\\\\")
    if b"(" in raw:
        raw = raw.replace(b"(", b"\\(")
    if b")" in raw:
        raw = raw.replace(b")", b"\\)")
    return raw


def _plain(box: TextBox, ink: Ink, size: float, body: bytes) -> bytes:
    """Put text-showing operators into a text object in the box's fixed font."""
    style = box.style
    name = ink.names[style.bold, style.italic]
    return b"/Tx BMC\n%sBT\n/%s %.2f Tf %s%s\nET\nQ\nEMC\n" % (box.clip, name, size, box.ink, body)


def _shaped(box: TextBox, ink: Ink, ops: Sequence[TextOp], under: str = "") -> bytes:
    """Write placed runs, which are measured from the box's top; `under` is drawn below them."""
    painter = Painter(ink.fonts)
    painter.unmarked(ops, box.height)
    ink.fonts.use(painter.faces, painter.cuts)
    return b"/Tx BMC\n%s%sQ\nEMC\n" % (box.clip, (under + painter.text()).encode("latin-1"))


# ── One line ────────────────────────────────────────────────────────────────────────────────────────────────


def _natural(box: TextBox, ink: Ink) -> float:
    """Give the size in which a line of the box begins: the form's own, as far as the box is high enough."""
    metrics = ink.face(box.style).metrics
    body = metrics.ascent + metrics.descent
    return min(box.style.size or _AUTO, (box.height - 2 * _free(box, box.edge, body)) / body)


def _free(box: TextBox, wanted: float, body: float) -> float:
    """Give what stays free above and below text: as wanted, or less where text would be hard to read for it."""
    return max(0.0, min(wanted, (box.height - FLOOR * body) / 2))


def _line(box: TextBox, text: str, ink: Ink, floor: float) -> bytes | None:
    style = box.style
    face = ink.face(style)
    raw = plain_bytes(text)
    base = 0
    runs: tuple[GlyphRun, ...] = ()
    try:
        ems = sum(map(face.plain.__getitem__, text))
    except KeyError:
        raw = None
        base = bidi.base_level(text)
        runs = ink.runs(text, style, base)
        ems = sum(run.width for run in runs)
    natural = _natural(box, ink)
    size, room = natural, box.width - 2 * box.pad
    if ems * size > room:
        size = int(100 * room / ems) / 100
        if size < min(floor, natural):
            return None
        size = max(size, _LEAST)
    metrics = face.metrics
    baseline = (box.height - (metrics.ascent + metrics.descent) * size) / 2 + metrics.descent * size
    x = _start(box, base, ems * size)
    if raw is not None:
        return _plain(box, ink, size, b"%.2f %.2f Td\n(%s) Tj" % (x, baseline, raw))
    if not runs:
        runs = ink.runs(text, style, base)
    return _shaped(box, ink, _placed(runs, x, box.height - baseline, size, style))


def _start(box: TextBox, base: int, width: float) -> float:
    """Give where a line begins; right-to-left text stands at the right unless the form says where."""
    quad = box.quad or (2 if base else 0)
    if quad == 0:
        return box.pad
    return (box.width - width) / 2 if quad == 1 else box.width - box.pad - width


def _placed(runs: Sequence[GlyphRun], x: float, y: float, size: float, style: Style) -> list[TextOp]:
    """Place a line's runs from left to right, in reading order."""
    starts = [0.0] * len(runs)
    for index in bidi.visual_order([run.level for run in runs]):
        starts[index] = x
        x += runs[index].width * size
    return [
        TextOp(start, y, run, size, 0, style.colour)
        for start, run in zip(starts, runs, strict=True)
        if run.text
    ]


# ── Several lines ───────────────────────────────────────────────────────────────────────────────────────────

_Words = list[tuple[str, float]]


@dataclass(slots=True)
class _Paragraphs:
    """A text's words with their widths in ems, by paragraph, and how high a line of them is."""

    words: list[_Words]
    space: float
    body: float
    leading: float

    def wrapped(self, box: TextBox, size: float, ink: Ink) -> list[tuple[str, int]] | None:
        """Break into lines at a size, each with its paragraph's number; None if they are too many."""
        limit = (box.width - 2 * box.pad) / size
        free = _free(box, box.edge + 1, self.body)
        most = (box.height - 2 * free - self.body * size) / (self.leading * size)
        lines: list[tuple[str, int]] = []
        for index, words in enumerate(self.words):
            lines += [(line, index) for line in _broken(words, limit, self.space, box.style, ink)]
            if len(lines) - 1 > most + 1e-6:
                return None
        return lines


def _lines(box: TextBox, text: str, ink: Ink, floor: float) -> bytes | None:
    style = box.style
    metrics = ink.face(style).metrics
    body = metrics.ascent + metrics.descent
    paragraphs = text.split("\n")
    is_plain = is_win_ansi(text) and all(_is_plain(paragraph, style, ink) for paragraph in paragraphs)
    text_of = _Paragraphs(
        [_measured(paragraph, style, ink) for paragraph in paragraphs],
        ink.face(style).plain[" "],
        body,
        metrics.height,
    )
    free = _free(box, box.edge + 1, body)
    natural = min(_natural(box, ink), (box.height - 2 * free) / body)
    found = _fitted(text_of, box, natural, min(floor, natural) or _LEAST, ink)
    if found is None:
        return None
    size, lines = found
    top = free + metrics.ascent * size
    if is_plain:
        shown = [plain_bytes(line) or b"" for line, _ in lines]
        return _plain(box, ink, size, _rows(box, size, top, metrics.height, lines, shown, ink))
    bases = [bidi.base_level(paragraph) for paragraph in paragraphs]
    ops: list[TextOp] = []
    for row, (line, index) in enumerate(lines):
        base = bases[index]
        runs = ink.runs(line, style, base)
        x = _start(box, base, sum(run.width for run in runs) * size)
        ops += _placed(runs, x, top + row * metrics.height * size, size, style)
    return _shaped(box, ink, ops)


def _is_plain(text: str, style: Style, ink: Ink) -> bool:
    """Say whether the text is drawn as it is, glyph by glyph."""
    try:
        sum(map(ink.face(style).plain.__getitem__, text))
    except KeyError:
        return False
    return True


def _rows(
    box: TextBox,
    size: float,
    top: float,
    leading: float,
    lines: Sequence[tuple[str, int]],
    shown: Sequence[bytes],
    ink: Ink,
) -> bytes:
    """Write lines under each other in one text object."""
    step = leading * size
    if box.quad == 0:
        start = b"%.2f %.2f Td %.2f TL\n(" % (box.pad, box.height - top, step)
        return start + b") Tj T*\n(".join(shown) + b") Tj"
    out, at = [], 0.0
    for row, ((line, _), raw) in enumerate(zip(lines, shown, strict=True)):
        x = _start(box, 0, ink.ems(line, box.style) * size)
        down = -step if row else box.height - top
        out.append(b"%.2f %.2f Td (%s) Tj" % (x - at, down, raw))
        at = x
    return b"\n".join(out)


def _measured(paragraph: str, style: Style, ink: Ink) -> _Words:
    advances = ink.face(style).plain
    get = advances.__getitem__
    words = paragraph.split(" ")
    try:
        return [(word, sum(map(get, word))) for word in words]
    except KeyError:
        return [(word, ink.ems(word, style)) for word in words]


def _fitted(
    text: _Paragraphs, box: TextBox, natural: float, floor: float, ink: Ink
) -> tuple[float, list[tuple[str, int]]] | None:
    """Give the largest size from `natural` down to `floor` at which the text fits, and its lines."""
    lines = text.wrapped(box, natural, ink)
    if lines is not None:
        return natural, lines
    lines = text.wrapped(box, floor, ink)
    if lines is None:
        return None
    best = floor, lines
    low, high = 0, int((natural - floor) / _STEP)
    while low < high:
        middle = (low + high + 1) // 2
        size = floor + middle * _STEP
        lines = text.wrapped(box, size, ink)
        if lines is None:
            high = middle - 1
        else:
            low, best = middle, (size, lines)
    return best


def _broken(words: _Words, limit: float, space: float, style: Style, ink: Ink) -> list[str]:
    """Break a paragraph into lines of at most `limit` ems; a word longer than a line is cut."""
    lines: list[str] = []
    current: list[str] = []
    width = 0.0
    for word, ems in words:
        if current and width + space + ems <= limit:
            current.append(word)
            width += space + ems
            continue
        if current:
            lines.append(" ".join(current))
        if ems > limit:
            *full, word = _cut(word, limit, style, ink)
            lines += full
            ems = ink.ems(word, style)
        current, width = [word], ems
    lines.append(" ".join(current))
    return lines


def _cut(word: str, limit: float, style: Style, ink: Ink) -> Iterator[str]:
    """Cut a word into pieces that fit, between characters as a reader sees them; a piece has at least one."""
    piece, width = "", 0.0
    for cluster in clusters(word):
        ems = ink.ems(cluster, style)
        if piece and width + ems > limit:
            yield piece
            piece, width = "", 0.0
        piece += cluster
        width += ems
    yield piece


def clusters(text: str) -> Iterator[str]:
    """Cut a text into characters as a reader sees them: marks and joiners stay with their letter."""
    start = 0
    for index in range(1, len(text)):
        if unicodedata.category(text[index])[0] == "M" or unicodedata.category(text[index]) == "Cf":
            continue
        if text[index - 1] == "\u200d":
            continue
        yield text[start:index]
        start = index
    if text:
        yield text[start:]


# ── Combs and lists ─────────────────────────────────────────────────────────────────────────────────────────


def _comb(box: TextBox, text: str, ink: Ink) -> bytes:
    """Set each character in the middle of its cell; it is as small as the widest character asks for."""
    style = box.style
    cell = box.width / max(box.cells, 1)
    pieces = list(clusters(text))
    widths = [ink.ems(piece, style) for piece in pieces]
    size = _natural(box, ink)
    widest = max(widths)
    if widest * size > cell:
        size = max(_LEAST, cell / widest)
    metrics = ink.face(style).metrics
    baseline = (box.height - (metrics.ascent + metrics.descent) * size) / 2 + metrics.descent * size
    base = bidi.base_level(text)
    free = max(box.cells - len(pieces), 0)
    first = {0: free if base else 0, 1: free // 2, 2: free}[box.quad]
    places = range(first + len(pieces) - 1, first - 1, -1) if base else range(first, first + len(pieces))
    starts = [(place + 0.5) * cell - ems * size / 2 for place, ems in zip(places, widths, strict=True)]
    raw = plain_bytes(text)
    if raw is not None and _is_plain(text, style, ink):
        shown, at, down = [], 0.0, baseline
        for piece, x in zip(pieces, starts, strict=True):
            shown.append(b"%.2f %.2f Td (%s) Tj" % (x - at, down, plain_bytes(piece) or b""))
            at, down = x, 0.0
        return _plain(box, ink, size, b"\n".join(shown))
    ops: list[TextOp] = []
    for piece, x in zip(pieces, starts, strict=True):
        ops += _placed(ink.runs(piece, style, base), x, box.height - baseline, size, style)
    return _shaped(box, ink, ops)


def set_list(box: TextBox, options: Sequence[str], chosen: Sequence[int], ink: Ink) -> tuple[bytes, int] | None:
    """Show a list from an option on from which all that is chosen can be seen; gives that option's index too.

    If it can't be seen at once, only what is chosen is listed; None if the box is too small even for that.
    """
    style = box.style
    metrics = ink.face(style).metrics
    size = style.size or _AUTO
    room = box.height - 2 * box.edge
    rows = max(1, int(room / (metrics.height * size) + 1e-6))
    top, shown = 0, list(range(len(options)))
    if chosen:
        if max(chosen) - min(chosen) < rows:
            top = max(0, min(min(chosen), len(options) - rows)) if max(chosen) >= rows else 0
        else:
            shown = list(chosen)
            while len(shown) * metrics.height * size > room:
                size -= _STEP
                if size < FLOOR:
                    return None
            rows = len(shown)
    visible = shown[top : top + rows]
    under, ops = [], []
    for row, index in enumerate(visible):
        y = box.edge + row * metrics.height * size
        if index in chosen:
            bottom = number(box.height - y - metrics.height * size)
            band = f"{number(box.edge)} {bottom} {number(box.width - 2 * box.edge)}"
            under.append(f"{_HIGHLIGHT}{band} {number(metrics.height * size)} re f\n")
        words = options[index].replace("\n", " ").replace("\t", " ")
        base = bidi.base_level(words)
        runs = ink.runs(words, style, base)
        ems = sum(run.width for run in runs)
        fitting = min(size, (box.width - 2 * box.pad) / ems) if ems else size
        x = _start(box, base, ems * fitting)
        ops += _placed(runs, x, y + metrics.ascent * size, fitting, style)
    return _shaped(box, ink, ops, "".join(under)), top
