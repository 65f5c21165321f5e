"""Making a blank form ready: its fields as places, with all that stays the same already written out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, StreamObject

from forms.formats.fillable import Fillable
from forms.formats.filling import Entry
from forms.formats.pdf.acroform import (
    MULTI_SELECT,
    FormField,
    Node,
    looks,
    on_state,
    rectangle,
)
from forms.formats.pdf.field_reader import direct, reference_of, string_of
from forms.formats.pdf.filling.changes import reference, written
from forms.formats.pdf.filling.places import (
    ButtonPlace,
    ButtonWidget,
    ClosedPlace,
    Drawn,
    Holder,
    ListPlace,
    Ready,
    Spot,
    TextPlace,
    TextWidget,
)
from forms.formats.pdf.filling.setting import FLOOR, TextBox, text_box
from forms.formats.pdf.filling.style import Frame, Style, backdrop, frame_of, mark, style_of
from forms.formats.pdf.objects import name, number, stream

_TEXT_KINDS = ("text", "multiline", "comb", "date", "choice", "combo", "rich text")
_FONT = re.compile(rb"/([^\s/]*)\s+-?[\d.]+\s+Tf")
_SEEN, _LOWEST, _LEGIBLE = 1.0, 5.6, FLOOR * 1.2
"""Boxes of a height between the first two are made as high as the third: a program's slip, or a bare line."""
_VALUES = ("/V", "/RV", "/I", "/TI")


class Blank:
    """Turns the fields of one blank form into places.

    `looks` are the appearances that had to be made, by the object numbers they get, from `first` on.
    """

    def __init__(self, form: DictionaryObject, first: int, *, redraw: bool) -> None:
        """Take the form's dictionary and the first free number; `redraw` values even if they have a look."""
        resources = direct(form.get("/DR"))
        fonts = direct(resources.get("/Font")) if isinstance(resources, DictionaryObject) else None
        self._fonts: Mapping[str, object] = fonts if isinstance(fonts, DictionaryObject) else {}
        self._appearance = form.get("/DA")
        self._quad = form.get("/Q")
        self._redraw = redraw
        self._next = first
        self.looks: dict[int, bytes] = {}
        self.styles: set[tuple[bool, bool]] = {(False, False)}

    @property
    def next_free(self) -> int:
        """The first number that no appearance has taken."""
        return self._next

    def ready(self, field: FormField, place: Fillable) -> Ready:
        """Make a field's place ready."""
        kind = field.kind
        if kind in ("checkbox", "radio"):
            return self._buttons(field, place)
        if kind not in _TEXT_KINDS and kind != "list":
            return ClosedPlace(place)
        holders, widgets = self._text_parts(field)
        own = self._own(field)
        if kind == "list":
            return ListPlace(place, holders, widgets, bool(field.flags & MULTI_SELECT), own)
        codes = tuple(code for code, _ in place.options) if kind in ("choice", "combo") else ()
        return TextPlace(place, holders, widgets, codes, own)

    def _own(self, field: FormField) -> Entry | None:
        """Give what a field holds already, if it is for us to draw it."""
        value = direct(field.known.get("/V"))
        bare = any(not isinstance(direct(widget.get("/AP")), DictionaryObject) for widget in field.widgets)
        if field.kind == "list":
            items = value if isinstance(value, ArrayObject) else [value] if value is not None else []
            chosen: Entry = tuple(string_of(item) for item in items)
        else:
            chosen = string_of(value).replace("\r\n", "\n").replace("\r", "\n")
            if field.kind == "choice":
                chosen = (chosen,) if chosen else ()
        return chosen if bare or (self._redraw and chosen) else None

    def _text_parts(self, field: FormField) -> tuple[tuple[Holder, ...], tuple[TextWidget, ...]]:
        holders: dict[int, Holder] = {}
        widgets = []
        for node in field.nodes:
            own = [widget for widget in node.widgets if widget is node.entries]
            if not own:
                holders[id(node.entries)] = holder(node.entries, _VALUES)
            for widget in node.widgets:
                widgets.append(self._text_widget(field, node, widget))
        return tuple(holders.values()), tuple(widgets)

    def _text_widget(self, field: FormField, node: Node, widget: DictionaryObject) -> TextWidget:
        frame = frame_of(widget)
        if _SEEN < frame.height < _LOWEST:
            _raise(widget, frame)
            frame = frame_of(widget)
        style = style_of(widget.get("/DA", node.known.get("/DA", self._appearance)), self._fonts)
        self.styles.add((style.bold, style.italic))
        quad = direct(widget.get("/Q", node.known.get("/Q", self._quad)))
        box = _box(field, frame, style, quad if quad in (1, 2) else 0)
        shape = f"/BBox[0 0 {number(frame.width)} {number(frame.height)}]".encode("ascii")
        return TextWidget(
            holder(widget, (*_VALUES, "/AP")),
            widget is node.entries,
            box,
            b"<</Type/XObject/Subtype/Form" + shape + frame.turned,
            backdrop(frame, cells=box.cells).encode("ascii"),
            _spot(widget),
        )

    # buttons

    def _buttons(self, field: FormField, place: Fillable) -> ButtonPlace:
        holders: dict[int, Holder] = {}
        widgets = []
        for node in field.nodes:
            if not any(widget is node.entries for widget in node.widgets):
                holders[id(node.entries)] = holder(node.entries, ("/V",))
            for index, widget in enumerate(node.widgets):
                widgets.append(self._button(field, node, widget, on_state(widget, index, field.kind)))
        return ButtonPlace(place, tuple(holders.values()), tuple(widgets))

    def _button(self, field: FormField, node: Node, widget: DictionaryObject, state: str) -> ButtonWidget:
        normal = looks(widget)
        shown = direct(normal.get(f"/{state}")) if normal is not None else None
        off = direct(normal.get("/Off")) if normal is not None else None
        if is_drawable(shown, off):
            kept = holder(widget, ("/V", "/AS"))
            drawn_on, drawn_off = drawn(shown, widget), drawn(off, widget)
        else:
            ticked, empty = self._draw_button(field, node, widget)
            made = b"/AP<</N<<%s %d 0 R/Off %d 0 R>>>>" % (name(state), ticked, empty)
            kept = holder(widget, ("/V", "/AS", "/AP"))
            kept = Holder(kept.number, kept.generation, kept.head + made)
            place = b"1 0 0 1 %.2f %.2f" % (_spot(widget).left, _spot(widget).bottom)
            drawn_on, drawn_off = Drawn(place, ticked), Drawn(place, empty)
        is_field = widget is node.entries
        both = [
            b"/AS%s%s>>\nendobj\n" % (name(value), b"/V" + name(value) if is_field else b"")
            for value in (state, "Off")
        ]
        return ButtonWidget(kept, state, both[0], both[1], _spot(widget), drawn_on, drawn_off)

    def _draw_button(self, field: FormField, node: Node, widget: DictionaryObject) -> tuple[int, int]:
        """Make the two looks of a button that lacks them; gives their numbers."""
        frame = frame_of(widget)
        style = style_of(widget.get("/DA", node.known.get("/DA", self._appearance)), self._fonts)
        radio = field.kind == "radio"
        empty = backdrop(frame, round_=radio and frame.mark[:1] in ("", "l"))
        box = f"/Type/XObject/Subtype/Form/BBox[0 0 {number(frame.width)} {number(frame.height)}]"
        head = box.encode("ascii") + frame.turned
        for content in (empty + mark(frame, style.colour, radio=radio), empty):
            self.looks[self._next] = stream(head, content.encode("ascii"), compress=False)
            self._next += 1
        return self._next - 2, self._next - 1


def holder(entries: DictionaryObject, without: Collection[str]) -> Holder:
    """Write out what stays the same of a dictionary."""
    at, generation = reference(entries)
    return Holder(at, generation, b"%d %d obj\n<<%s" % (at, generation, written(entries, without)))


def _raise(widget: DictionaryObject, frame: Frame) -> None:
    """Make a box higher, on both sides alike, in which no text could be read."""
    left, bottom, right, top = rectangle(widget) or (0.0, 0.0, 0.0, 0.0)
    more = (_LEGIBLE - frame.height) / 2
    if frame.lies:
        corners = (left - more, bottom, right + more, top)
    else:
        corners = (left, bottom - more, right, top + more)
    widget[NameObject("/Rect")] = ArrayObject([FloatObject(round(value, 3)) for value in corners])


def _spot(widget: DictionaryObject) -> Spot:
    left, bottom, _, _ = rectangle(widget) or (0.0, 0.0, 0.0, 0.0)
    return Spot(left, bottom)


def _box(field: FormField, frame: Frame, style: Style, quad: int) -> TextBox:
    """Give the box in which a widget's text is set."""
    longest = direct(field.known.get("/MaxLen"))
    if field.kind == "comb" and isinstance(longest, int):
        return text_box(frame.width, frame.height, frame.edge, style, quad, "comb", longest)
    kind: Literal["line", "lines"] = "lines" if field.kind == "multiline" else "line"
    return text_box(frame.width, frame.height, frame.edge, style, quad, kind)


# ── Looks that the form has ─────────────────────────────────────────────────────────────────────────────────


def is_drawable(shown: object, off: object) -> bool:
    """Say whether a ticked box's look can be seen: it has a box, its fonts, and differs from the unticked one.

    Some programs write looks that no reader can draw; such a box gets looks of our making.
    """
    if not isinstance(shown, StreamObject) or len(numbers(shown.get("/BBox"))) != 4:
        return False
    if str(direct(shown.get("/Filter")) or "/FlateDecode") != "/FlateDecode":
        return True
    content = shown.get_data()
    resources = direct(shown.get("/Resources"))
    fonts = direct(resources.get("/Font")) if isinstance(resources, DictionaryObject) else None
    known = fonts if isinstance(fonts, DictionaryObject) else {}
    if any(f"/{font.decode('latin-1')}" not in known for font in _FONT.findall(content)):
        return False
    return bool(content.strip()) and not (isinstance(off, StreamObject) and off.get_data() == content)


def drawn(look: object, widget: DictionaryObject) -> Drawn | None:
    """Say how an appearance is placed on its page (12.5.5, algorithm 8.1); None if there is none to see."""
    corners = rectangle(widget)
    at = reference_of(look)
    if not isinstance(look, StreamObject) or corners is None or at is None:
        return None
    box = numbers(look.get("/BBox"))
    if len(box) != 4:
        return None
    matrix = numbers(look.get("/Matrix"))
    a, b, c, d, e, f = matrix if len(matrix) == 6 else [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    points = [(a * x + c * y + e, b * x + d * y + f) for x in box[::2] for y in box[1::2]]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    bottom, top = min(y for _, y in points), max(y for _, y in points)
    if right - left <= 0 or top - bottom <= 0:
        return None
    across, up = (corners[2] - corners[0]) / (right - left), (corners[3] - corners[1]) / (top - bottom)
    shift = corners[0] - left * across, corners[1] - bottom * up
    return Drawn(b"%.5f 0 0 %.5f %.3f %.3f" % (across, up, *shift), at.idnum)


def numbers(value: object) -> list[float]:
    """Give the numbers of an array."""
    array = direct(value)
    values: Iterable[object] = map(direct, array) if isinstance(array, ArrayObject) else ()
    return [float(item) for item in values if isinstance(item, int | float)]
