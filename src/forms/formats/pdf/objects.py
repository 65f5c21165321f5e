"""The file: numbered objects, packed into an object stream, with a cross-reference stream (ISO 32000-1, 7.5).

Objects come as finished bytes, under numbers that may be reserved in advance so that others can refer to them.
"""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, chain

try:
    from isal.isal_zlib import compress as _compress
except ImportError:  # there is no wheel for every machine
    from zlib import compress as _compress

_REGULAR = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-_.")
_PLACED, _PACKED = 1 << 56, 2 << 56
_END = b"\nendobj\n"
_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def number(value: float) -> str:
    """Write a length with at most two decimals, as short as it goes."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def text_string(text: str) -> bytes:
    """Write a text string (7.9.2.2): ASCII as it is, everything else in UTF-16."""
    if text.isascii() and text.isprintable():
        return b"(%s)" % text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").encode("ascii")
    return b"<FEFF%s>" % text.encode("utf-16-be").hex().upper().encode("ascii")


@lru_cache(maxsize=256)
def name(text: str) -> bytes:
    """Write a name object (7.3.5)."""
    return b"/" + b"".join(
        [b"%c" % byte if byte in _REGULAR else b"#%02X" % byte for byte in text.encode("utf-8")]
    )


def deflated(data: bytes) -> bytes:
    """Deflate quickly: Intel's library takes a quarter of the time of zlib's quickest level, for as little."""
    return _compress(data, 1)


def stream(head: bytes, data: bytes, *, compress: bool = True) -> bytes:
    """Write a stream object's bytes: `head` is the inside of its dictionary.

    An end of line stands before `endstream`, which PDF/A asks for; both its characters do, since data may end
    with one of them.
    """
    if compress:
        data = deflated(data)
        head += b"/Filter/FlateDecode"
    return b"<<%s/Length %d>>stream\n%s\r\nendstream" % (head, len(data), data)


class PdfFile:
    """A file being made. Numbers 1 and up are given in the order of asking; equal calls give equal bytes."""

    def __init__(self) -> None:
        """Start an empty file."""
        self._numbers: list[int] = []  # of what is packed,
        self._packed: list[bytes] = []  # and the objects
        self._streams: dict[int, bytes] = {}
        self._digest = hashlib.sha256(usedforsecurity=False)  # which processors have instructions for
        self._count = 0

    def reserve(self, count: int = 1) -> int:
        """Keep the next `count` object numbers; gives the first."""
        first = self._count + 1
        self._count += count
        return first

    def put(self, at: int, data: bytes) -> None:
        """Give a reserved number its object: a dictionary or an array. Each number is given one once."""
        self._numbers.append(at)
        self._packed.append(data)

    def put_all(self, first: int, objects: Sequence[bytes]) -> None:
        """Give consecutive reserved numbers their objects."""
        self._numbers += range(first, first + len(objects))
        self._packed += objects

    def put_stream(self, at: int, data: bytes) -> None:
        """Give a reserved number its stream, as `stream` writes it.

        It doesn't count for the file's identifier: only fonts come so, and their names hold digests of them.
        """
        self._streams[at] = data

    def add(self, data: bytes) -> int:
        """Add an object under the next number; gives the number."""
        at = self.reserve()
        self.put(at, data)
        return at

    def add_stream(self, data: bytes) -> int:
        """Add a stream under the next number; gives the number."""
        at = self.reserve()
        self._streams[at] = data
        self._digest.update(data)
        return at

    def write(self, root: int, info: int) -> bytes:
        """Give the file, whose catalog and information dictionary have these numbers.

        The identifier is a digest of everything in it.
        """
        packed_at, xref_at = self.add_stream(self._pack()), self.reserve()
        parts, position = [_HEADER], len(_HEADER)
        table = array("Q", bytes(8 * (xref_at + 1)))  # 1, 4 and 3 bytes: kind, place or stream, index
        table[0] = 0xFFFF
        for at, data in self._streams.items():
            head = b"%d 0 obj\n" % at
            parts += (head, data, _END)
            table[at] = _PLACED | position << 24
            position += len(head) + len(data) + len(_END)
        table[xref_at] = _PLACED | position << 24
        for entry, at in enumerate(self._numbers, _PACKED | packed_at << 24):
            table[at] = entry
        if sys.byteorder == "little":
            table.byteswap()
        digest = self._digest.hexdigest()[:32].encode("ascii")
        head = b"/Type/XRef/Size %d/W[1 4 3]/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]" % (
            (xref_at + 1, root, info, digest, digest)
        )
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (xref_at, stream(head, table.tobytes())))
        parts.append(b"startxref\n%d\n%%%%EOF\n" % position)
        return b"".join(parts)

    def _pack(self) -> bytes:
        """Write the object stream (7.5.7); nothing has to stand between dictionaries and arrays."""
        body = self._packed
        pairs = zip(self._numbers, accumulate(map(len, body), initial=0), strict=False)
        index = b"%d %d " * len(body) % tuple(chain.from_iterable(pairs))
        head = b"/Type/ObjStm/N %d/First %d" % (len(body), len(index))
        return stream(head, index + b"".join(body))
