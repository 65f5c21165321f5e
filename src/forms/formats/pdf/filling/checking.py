"""Reading a fill back before it is kept, from the end of the file, as every reader does.

What a fill writes of a field begins with the same bytes each time (`Holder.head`). So the first fill of a place
is read in full with pypdf (`check_first`); of later ones only what follows those bytes is read (`check`), by a
small reader that shares nothing with the writer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms.formats.filling import REFERENCES, Entry, Filled
from forms.formats.pdf.filling.places import ButtonPlace, Holder, ListPlace, Ready, TextPlace
from forms.formats.pdf.filling.reading import read_back
from forms.foundation.errors import FormsError
from forms.foundation.problems import Place

_TOKEN = re.compile(
    rb"\((?:[^\\()]|\\.)*\)|<<|>>|[\[\]]|<[0-9A-Fa-f\s]*>|/[^\s<>\[\]()/{}%]*|[^\s<>\[\]()/{}%]+", re.S
)
_END = re.compile(rb"startxref\n(\d+)\n%%EOF\n\Z")
_STREAM = re.compile(rb"\d+ 0 obj\n<<.*?/Index\[([\d ]+)\].*?/Length (\d+)>>stream\n", re.S)
_ESCAPE = re.compile(rb"\\(n|r|t|b|f|[0-7]{1,3}|\r\n|.)", re.S)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_NAME_CODE = re.compile(rb"#([0-9A-Fa-f]{2})")
_DEPTH = {b"<<": 1, b"[": 1, b">>": -1, b"]": -1}
_TAIL = 64


@dataclass(frozen=True, slots=True)
class _Held:
    """What a dictionary of the update says: the value, the state, and where its look is (-1 without one)."""

    value: tuple[bytes, ...]
    state: bytes
    look: int


def check_first(filled: Filled, entries: Mapping[str, Entry]) -> None:
    """Compare what a form holds, as pypdf reads it, with what was to be filled in; raises as `check`."""
    found = read_back(filled.data)
    continued = {item.name: item.number for item in filled.continued}
    for name, entry in entries.items():
        held = found.get(name)
        if name in continued and isinstance(entry, str):
            good = held in [form.format(continued[name]) for form in REFERENCES]
        elif isinstance(entry, tuple) and isinstance(held, tuple):
            good = {*map(str, entry)} == {*map(str, held)}
        elif isinstance(entry, tuple) and isinstance(held, bool):
            good = held == bool(entry)
        else:
            good = held == entry
        if not good:
            raise _fault(name)


def check(filled: Filled, entries: Mapping[str, Entry], places: Mapping[str, Ready], base: int) -> None:
    """Compare what was filled in with what it was to be.

    Args:
        filled: The filled form, not flattened.
        entries: What it was filled with.
        places: The form's places.
        base: How many bytes are the blank form's.

    Raises:
        FormsError: `not-as-filled`: a place holds something else, or nothing that a reader would draw.
    """
    update = _Update(filled.data, base)
    continued = {item.name: item.number for item in filled.continued}
    for name, entry in entries.items():
        place = places[name]
        if isinstance(place, ButtonPlace):
            good = _button_is_right(place, entry, update)
        elif isinstance(place, TextPlace | ListPlace):
            good = _text_is_right(place, entry, update, continued.get(name, 0))
        else:
            good = False
        if not good:
            raise _fault(name)


def _fault(name: str) -> FormsError:
    message = "A field of the form does not hold what was filled in, so nothing was kept"
    hint = "Report this with the blank form; fill the field in by hand meanwhile"
    return FormsError.of("not-as-filled", message, hint, Place(label=name))


def _button_is_right(place: ButtonPlace, entry: Entry, update: _Update) -> bool:
    """Compare states and value."""
    if isinstance(entry, tuple):
        state = str(entry[0]) if entry else "Off"
    else:
        state = place.place.options[0][0] if entry else "Off"
    for widget in place.widgets:
        held = update.held(widget.holder)
        shown = state if widget.state == state else "Off"
        if held is None or _name(held.state) != shown or (held.value and _name(held.value[0]) != shown):
            return False
    return all(_value_of(update.held(holder)) == [state] for holder in place.holders)


def _value_of(held: _Held | None) -> list[str]:
    if held is None:
        return []
    return [_name(item) if item.startswith(b"/") else _text(item) for item in held.value]


def _text_is_right(place: TextPlace | ListPlace, entry: Entry, update: _Update, sheet: int) -> bool:
    """Compare values, and see that each widget has a look that is there."""
    wanted = [[str(item) for item in entry] if isinstance(entry, tuple) else [str(entry)]]
    if isinstance(place, ListPlace):
        wanted = [sorted(set(wanted[0]))]
    elif sheet:
        wanted = [[form.format(sheet)] for form in REFERENCES]
    values = [update.held(holder) for holder in place.holders]
    for widget in place.widgets:
        held = update.held(widget.holder)
        if held is None or not update.has_look(held.look):
            return False
        if widget.holds:
            values.append(held)
    for value in values:
        found = _value_of(value)
        if value is None or (sorted(found) if isinstance(place, ListPlace) else found) not in wanted:
            return False
    return bool(values)


class _Update:
    """The update of a filled form, as a reader finds it."""

    def __init__(self, data: bytes, base: int) -> None:
        self._data = data
        self._base = base
        end = _END.search(data, len(data) - _TAIL)
        self._places = dict(self._sections(int(end[1]))) if end else {}

    def _sections(self, at: int) -> Iterator[tuple[int, int]]:
        """Give number and place of each object of the newest cross-reference section."""
        data = self._data
        if data.startswith(b"xref\n", at):
            lines = data[at + 5 : data.rindex(b"trailer", at)].split(b"\n")
            number, left = 0, 0
            for line in lines[:-1]:
                if left:
                    yield number, int(line[:10])
                    number, left = number + 1, left - 1
                else:
                    first, count = line.split()
                    number, left = int(first), int(count)
            return
        found = _STREAM.match(data, at)
        if found is None:
            return
        index, row = [int(item) for item in found[1].split()], found.end()
        for start, length in zip(index[::2], index[1::2], strict=True):
            for number in range(start, start + length):
                yield number, int.from_bytes(data[row + 1 : row + 5], "big")
                row += 7

    def held(self, holder: Holder) -> _Held | None:
        """Read what follows the head of a field or widget; None if the update does not have it."""
        at = self._places.get(holder.number, -1)
        if at < self._base or not self._data.startswith(holder.head, at):
            return None
        start = at + len(holder.head)
        value: list[bytes] = []
        state, look, depth = b"", -1, 1
        key, above, number_came = b"", b"", False
        for token in _TOKEN.findall(self._data, start, self._data.find(b"\nendobj", start)):
            change = _DEPTH.get(token, 0)
            if change:
                if depth == 1:
                    above = key
                depth += change
                key = b""
            elif depth == 1:
                if token.startswith(b"/") and (not key or number_came):
                    key, number_came = token, False
                    continue
                if key == b"/V":
                    value.append(token)
                elif key == b"/AS":
                    state = token
                number_came = token.isdigit()  # a reference may follow
                if not number_came:
                    key = b""
            elif depth == 2 and above == b"/V":
                value.append(token)
            elif depth == 2 and above == b"/AP":
                if token == b"/N":
                    look = 0
                elif look == 0 and token.isdigit():
                    look = int(token)
        return _Held(tuple(value), state, look)

    def has_look(self, number: int) -> bool:
        """Say whether an appearance of the update is there, as long as it says."""
        start = self._places.get(number, -1)
        if start < self._base or not self._data.startswith(b"%d 0 obj\n<<" % number, start):
            return False
        head = self._data.find(b">>stream\n", start)
        length = self._data.rfind(b"/Length ", start, head)
        if head < 0 or length < 0:
            return False
        end = head + 9 + int(self._data[length + 8 : head])
        return self._data.startswith(b"\nendstream\nendobj\n", end)


def _name(token: bytes) -> str:
    return _NAME_CODE.sub(lambda code: bytes([int(code[1], 16)]), token[1:]).decode("utf-8", "replace")


def _text(token: bytes) -> str:
    """Decode a text string (7.9.2.2)."""
    if token.startswith(b"<"):
        raw = bytes.fromhex(token[1:-1].decode("ascii"))
    else:
        raw = token[1:-1]
        if b"\\" in raw:
            raw = _ESCAPE.sub(_unescaped, raw)
    return raw[2:].decode("utf-16-be", "replace") if raw.startswith(b"\xfe\xff") else raw.decode("latin-1")


def _unescaped(match: re.Match[bytes]) -> bytes:
    code: bytes = match[1]
    if code.isdigit():
        return bytes([int(code, 8) & 255])
    return _ESCAPED.get(code, b"" if code in (b"\r\n", b"\n", b"\r") else code)
