"""Fillable fields (ISO 32000-1, 12.7): widgets with appearances of their own, or the same text drawn flat.

A field is typed in the fixed font of the first family's regular face; what it is prefilled with is shaped, so
every script shows. No field has a script: everything works in readers that run none.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from forms.formats.pdf import bidi
from forms.formats.pdf.display import FieldOp, FieldSpec, TextOp
from forms.formats.pdf.draw import Painter
from forms.formats.pdf.embedding import DocumentFonts, resource
from forms.formats.pdf.fonts import FIRST_FAMILY, FontBook
from forms.formats.pdf.objects import PdfFile, name, number, stream, text_string
from forms.foundation.errors import ArtefactError

ON, OFF = "Yes", "Off"
"""The states of a check box."""

_REQUIRED, _MULTILINE, _COMBO, _EDIT = 1 << 1, 1 << 12, 1 << 17, 1 << 18
_MARGIN = 2.0
_SMALL = 256
"""Streams shorter than this are not worth deflating."""


def shown_text(spec: FieldSpec) -> str:
    """Give the text that a field shows: for a choice the label, for a check box the ticked or empty box."""
    if spec.kind == "checkbox":
        return "☒" if spec.value == ON else "☐"
    return dict(spec.options).get(spec.value, spec.value)


def text_ops(op: FieldOp, x: float, y: float, book: FontBook) -> list[TextOp]:
    """Set a field's text in its box, whose top left is at (x, y): wrapped if it has several lines."""
    text, size = shown_text(op.field), op.size
    if not text:
        return []
    metrics = book.metrics()
    several = op.field.kind == "multiline"
    margin = 0.0 if op.field.kind == "checkbox" else _MARGIN
    width = op.width - 2 * margin
    lines = []
    for paragraph in text.split("\n"):
        lines += _wrap(paragraph, size, width, book) if several else [(paragraph, bidi.base_level(paragraph))]
    top = y + margin if several else y + (op.height - metrics.height * size) / 2
    result: list[TextOp] = []
    for index, (line, base) in enumerate(lines):
        baseline = top + (metrics.ascent + metrics.line_gap / 2) * size + index * metrics.height * size
        if several and baseline + metrics.descent * size > y + op.height and result:
            break
        result += _set_line(line, base, x + margin, baseline, width, op, book)
    return result


def _wrap(text: str, size: float, width: float, book: FontBook) -> list[tuple[str, int]]:
    """Break a paragraph into lines that fit `width` points, each with the paragraph's level."""
    base = bidi.base_level(text)
    lines: list[str] = []
    current = ""
    for word in text.split(" "):
        longer = f"{current} {word}" if current else word
        if not current or _width(longer, size, book) <= width:
            current = longer
        else:
            lines.append(current)
            current = word
        while len(current) > 1 and _width(current, size, book) > width:
            fits = _longest(current, size, width, book)
            lines.append(current[:fits])
            current = current[fits:]
    return [(line, base) for line in [*lines, current]]


def _longest(text: str, size: float, width: float, book: FontBook) -> int:
    """Give how many characters of a word too long for a line fit, at least one."""
    fits = 1
    while fits < len(text) and _width(text[: fits + 1], size, book) <= width:
        fits += 1
    return fits


def _width(text: str, size: float, book: FontBook) -> float:
    return sum(run.width for run in book.runs(text)) * size


def _set_line(
    line: str, base: int, x: float, baseline: float, width: float, op: FieldOp, book: FontBook
) -> list[TextOp]:
    """Place one line's runs, from the right if the paragraph runs so; the ops are in logical order."""
    runs = book.runs(line, rtl=base == 1)
    pen = x + width - sum(run.width for run in runs) * op.size if base else x
    starts = [0.0] * len(runs)
    for index in bidi.visual_order([run.level for run in runs]):
        starts[index] = pen
        pen += runs[index].width * op.size
    ops = [TextOp(start, baseline, run, op.size, op.element) for start, run in zip(starts, runs, strict=True)]
    if ops:
        last = ops[-1]
        ops[-1] = TextOp(last.x, last.y, last.run, last.size, last.element, space_after=True)
    return ops


class _Widget(Struct, frozen=True):
    """A field's box: its annotation's number, and the entries that are the widget's own."""

    at: int
    entries: bytes


class FormWriter:
    """Gathers the fields of one document and writes its interactive form."""

    def __init__(
        self, file: PdfFile, fonts: DocumentFonts, font_resources: int, required: Collection[str] = ()
    ) -> None:
        """Take the number of the font dictionary that all share, and the names of required fields."""
        self._file = file
        self._fonts = fonts
        self._resources = b"/Resources<</Font %d 0 R>>" % font_resources
        self._font_resources = font_resources
        self._required = required
        self._specs: dict[str, FieldSpec] = {}
        self._sizes: dict[str, float] = {}
        self._widgets: dict[str, list[_Widget]] = {}
        self._boxes: dict[tuple[float, float], tuple[int, int]] = {}

    def add(self, op: FieldOp, left: float, bottom: float, page: int, key: int) -> int:
        """Add a field whose lower left corner on the page is given; gives its annotation's number.

        `page` is the page's object number, `key` the annotation's `StructParent`. Raises `ArtefactError` for a
        name that cannot be one field's.
        """
        spec = op.field
        if "." in spec.name or not spec.name:
            raise ArtefactError.of("field-name", "A control's tag cannot be the name of a PDF field")
        at = self._file.reserve()
        if spec.kind == "checkbox":
            on, off = self._check_box(op.width, op.height)
            state = name(ON if spec.value == ON else OFF)
            look = b"/AS%s/AP<</N<</%s %d 0 R/Off %d 0 R>>>>" % (state, ON.encode("ascii"), on, off)
        else:
            look = b"/AP<</N %d 0 R>>" % self._appearance(op)
        corners = (left, bottom, left + op.width, bottom + op.height)
        rect = " ".join(map(number, corners)).encode("ascii")
        entries = b"/Type/Annot/Subtype/Widget/F 4/Rect[%s]/P %d 0 R/StructParent %d%s" % (
            rect,
            page,
            key,
            look,
        )
        self._specs.setdefault(spec.name, spec)
        self._sizes.setdefault(spec.name, op.size)
        self._widgets.setdefault(spec.name, []).append(_Widget(at, entries))
        return at

    def write(self) -> int | None:
        """Write fields and form; gives the form's number, or None if there are no fields."""
        if not self._specs:
            return None
        face = self._fonts.book.face(f"{FIRST_FAMILY}-Regular")
        self._fonts.use([face.name], [])
        font = resource(face).encode("ascii")
        roots = []
        for key, spec in self._specs.items():
            widgets = self._widgets[key]
            entries = _field_entries(
                spec,
                b"(/%s %s Tf 0 g)" % (font, number(self._sizes[key]).encode("ascii")),
                required=spec.required or spec.name in self._required,
            )
            if len(widgets) == 1:
                self._file.put(widgets[0].at, b"<<%s%s>>" % (entries, widgets[0].entries))
                roots.append(widgets[0].at)
                continue
            kids = b" ".join(b"%d 0 R" % widget.at for widget in widgets)
            parent = self._file.add(b"<<%s/Kids[%s]>>" % (entries, kids))
            roots.append(parent)
            for widget in widgets:
                self._file.put(widget.at, b"<</Parent %d 0 R%s>>" % (parent, widget.entries))
        fields = b" ".join(b"%d 0 R" % root for root in roots)
        return self._file.add(
            b"<</Fields[%s]/DR<</Font %d 0 R>>/DA(/%s 10 Tf 0 g)/NeedAppearances false>>"
            % (fields, self._font_resources, font)
        )

    def _appearance(self, op: FieldOp) -> int:
        """Write what a text or choice field looks like with its value."""
        text = ""
        ops = text_ops(op, 0.0, 0.0, self._fonts.book)
        if ops:
            painter = Painter(self._fonts)
            painter.unmarked(ops, op.height)
            self._fonts.use(painter.faces, painter.cuts)
            text = f"q 1 1 {number(op.width - 2)} {number(op.height - 2)} re W n\n{painter.text()}Q\n"
        return self._form(f"/Tx BMC\n{text}EMC\n", number(op.width), number(op.height))

    def _check_box(self, width: float, height: float) -> tuple[int, int]:
        """Give the looks of a ticked and an empty box; they are shared, as nothing ever changes them."""
        found = self._boxes.get((width, height))
        if found is None:
            side = 0.76 * min(width, height)
            left, bottom = (width - side) / 2, (height - side) / 2
            right, top = left + side, bottom + side
            corners = tuple(map(number, (left, bottom, right, top)))
            frame = f"{number(side * 0.08)} w {corners[0]} {corners[1]} {number(side)} {number(side)} re S\n"
            inset = side * 0.18
            low, high, down, up = map(number, (left + inset, right - inset, bottom + inset, top - inset))
            cross = f"{number(side * 0.1)} w {low} {down} m {high} {up} l {low} {up} m {high} {down} l S\n"
            size = (number(width), number(height))
            found = self._form(f"q {frame}{cross}Q\n", *size), self._form(f"q {frame}Q\n", *size)
            self._boxes[width, height] = found
        return found

    def _form(self, content: str, width: str, height: str) -> int:
        """Write a form XObject."""
        box = f"/Type/XObject/Subtype/Form/BBox[0 0 {width} {height}]".encode("ascii")
        data = content.encode("latin-1")
        return self._file.add_stream(stream(box + self._resources, data, compress=len(data) > _SMALL))


def _field_entries(spec: FieldSpec, default_appearance: bytes, *, required: bool) -> bytes:
    """Write the entries of a field that are not its widget's."""
    flags = _REQUIRED if required else 0
    parts = [b"/T", text_string(spec.name), b"/TU", text_string(spec.title or spec.name)]
    if spec.kind == "checkbox":
        parts += [b"/FT/Btn/V", name(ON if spec.value == ON else OFF)]
    elif spec.kind in ("choice", "combo"):
        flags |= _COMBO | (_EDIT if spec.kind == "combo" else 0)
        labels = {label: export for export, label in spec.options}
        value = spec.value if spec.value in dict(spec.options) else labels.get(spec.value, spec.value)
        options = b"".join(
            text_string(label) if export == label else b"[%s%s]" % (text_string(export), text_string(label))
            for export, label in spec.options
        )
        parts += [b"/FT/Ch/Opt[", options, b"]/V" + text_string(value), b"/DA", default_appearance]
    else:
        flags |= _MULTILINE if spec.kind == "multiline" else 0
        parts += [b"/FT/Tx/V", text_string(spec.value), b"/DA", default_appearance]
        if spec.max_length is not None:
            parts.append(b"/MaxLen %d" % spec.max_length)
    if flags:
        parts.append(b"/Ff %d" % flags)
    return b"".join(parts)
