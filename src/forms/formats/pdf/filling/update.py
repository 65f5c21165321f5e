"""Incremental updates (ISO 32000-1, 7.5.6): the file as it is, and behind it what is new.

The cross-reference section is of the kind that the file has itself, a table or a stream (7.5.4, 7.5.8).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from forms.formats.pdf.objects import stream


@dataclass(frozen=True, slots=True)
class Tail:
    """What an update must know of the file before it.

    `size` is the next free object number, `previous` where the last cross-reference section begins,
    `identifier` the first half of the file's identifier as it is written, empty without one.
    """

    size: int
    previous: int
    root: bytes
    info: bytes
    identifier: bytes
    streams: bool


class Update:
    """Gathers changed and new objects behind a file."""

    def __init__(
        self, base: bytes, tail: Tail, next_free: int, entries: Iterable[tuple[int, int, int]] = ()
    ) -> None:
        """Begin behind `base`, the file and perhaps finished objects, whose `entries` are those of `finish`."""
        self._tail = tail
        self._next = next_free
        self.parts: list[bytes] = [base]
        self.position = len(base)
        self.entries: list[tuple[int, int, int]] = list(entries)

    @property
    def next_free(self) -> int:
        """The number that the next new object gets."""
        return self._next

    def reserve(self, count: int = 1) -> int:
        """Keep the next numbers for new objects; gives the first."""
        first = self._next
        self._next += count
        return first

    def whole(self, at: int, generation: int, data: bytes) -> None:
        """Add an object that is written out with its number: `12 0 obj … endobj`."""
        self.entries.append((at, self.position, generation))
        self.parts.append(data)
        self.position += len(data)

    def put(self, at: int, data: bytes) -> None:
        """Add an object, or a stream as `objects.stream` writes it, under a number."""
        self.whole(at, 0, b"%d 0 obj\n%s\nendobj\n" % (at, data))

    put_stream = put

    def add(self, data: bytes) -> int:
        """Add an object under the next number; gives the number."""
        at = self.reserve()
        self.put(at, data)
        return at

    def finish(self) -> bytes:
        """Write the cross-reference section; gives the file."""
        tail = self._tail
        keys = b"/Root %s" % tail.root
        if tail.info:
            keys += b"/Info %s" % tail.info
        if tail.identifier:
            digest = hashlib.md5(b"".join(self.parts[1:]), usedforsecurity=False).hexdigest().encode("ascii")
            keys += b"/ID[%s<%s>]" % (tail.identifier, digest)
        keys += b"/Prev %d" % tail.previous
        section = self._stream(keys) if tail.streams else self._table(keys)
        return b"".join([*self.parts, section, b"startxref\n%d\n%%%%EOF\n" % self.position])

    def _table(self, keys: bytes) -> bytes:
        rows = []
        for first, entries in _consecutive(self.entries):
            rows.append(b"%d %d\n" % (first, len(entries)))
            rows += [b"%010d %05d n\r\n" % (position, generation) for _, position, generation in entries]
        return b"xref\n%strailer\n<</Size %d%s>>\n" % (b"".join(rows), self._next, keys)

    def _stream(self, keys: bytes) -> bytes:
        at = self._next
        entries = [*self.entries, (at, self.position, 0)]
        index, rows = [], []
        for first, section in _consecutive(entries):
            index.append(b"%d %d" % (first, len(section)))
            rows += [
                b"\x01" + position.to_bytes(4, "big") + generation.to_bytes(2, "big")
                for _, position, generation in section
            ]
        head = b"/Type/XRef/Size %d/W[1 4 2]/Index[%s]%s" % (at + 1, b" ".join(index), keys)
        return b"%d 0 obj\n%s\nendobj\n" % (at, stream(head, b"".join(rows), compress=False))


def _consecutive(entries: Iterable[tuple[int, int, int]]) -> list[tuple[int, list[tuple[int, int, int]]]]:
    """Group entries into runs of consecutive numbers; of an object written twice the last counts."""
    found: list[tuple[int, list[tuple[int, int, int]]]] = []
    expected = -1
    for entry in sorted({entry[0]: entry for entry in entries}.values()):
        if entry[0] != expected:
            found.append((entry[0], []))
        found[-1][1].append(entry)
        expected = entry[0] + 1
    return found
