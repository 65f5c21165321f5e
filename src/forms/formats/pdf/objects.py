"""The file: numbered objects, packed into an object stream, with a cross-reference stream (ISO 32000-1, 7.5).

reportlab's document keeps the catalog, the page tree, the pages and the information dictionary. What there is
much of (structure elements, fields, fonts) comes as finished bytes under numbers reserved in advance.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterable
from functools import lru_cache

from reportlab.pdfbase import pdfdoc

_IRREGULAR = re.compile(rb"[^A-Za-z0-9+\-_.]")
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
    return b"/" + _IRREGULAR.sub(lambda match: b"#%02X" % ord(match.group()), text.encode("utf-8"))


def deflated(data: bytes) -> bytes:
    """Deflate quickly: for some kilobytes a small window costs little size and saves most of the time."""
    deflater = zlib.compressobj(1, zlib.DEFLATED, 13, 7)
    return deflater.compress(data) + deflater.flush()


def stream(head: bytes, data: bytes, *, compress: bool = True) -> bytes:
    """Write a stream object's bytes: `head` is the inside of its dictionary.

    An end of line stands before `endstream`, which PDF/A asks for; both its characters do, since data may end
    with one of them.
    """
    if compress:
        data = deflated(data)
        head += b"/Filter/FlateDecode"
    return b"<<%s/Length %d>>stream\n%s\r\nendstream" % (head, len(data), data)


class PdfFile(pdfdoc.PDFDocument):  # type: ignore[misc]
    """reportlab's document, with objects of our own making beside its own, and written by us.

    Numbers 1 and up are given in the order of asking; equal calls give equal bytes.
    """

    def __init__(self, language: str) -> None:
        """Start an empty document whose natural language is `language` (BCP 47)."""
        super().__init__(invariant=1, pdfVersion=(1, 7), lang=language)
        self._packed: dict[int, bytes] = {}
        self._streams: dict[int, bytes] = {}

    def reserve(self, count: int = 1) -> int:
        """Keep the next `count` object numbers for our own objects; gives the first."""
        first = self.objectcounter + 1
        self.objectcounter += count
        return int(first)

    def put(self, at: int, data: bytes) -> None:
        """Give a reserved number its object (anything but a stream)."""
        self._packed[at] = data

    def put_all(self, first: int, objects: Iterable[bytes]) -> None:
        """Give consecutive reserved numbers their objects."""
        self._packed.update(enumerate(objects, first))

    def put_stream(self, at: int, data: bytes) -> None:
        """Give a reserved number its stream, as `stream` writes it."""
        self._streams[at] = data

    def add(self, data: bytes) -> int:
        """Add an object under the next number; gives the number."""
        at = self.reserve()
        self._packed[at] = data
        return at

    def add_stream(self, data: bytes) -> int:
        """Add a stream under the next number; gives the number."""
        at = self.reserve()
        self._streams[at] = data
        return at

    def number_of(self, item: pdfdoc.PDFObject) -> int:
        """Give the number of an object of reportlab's, registering it if it is new."""
        return int(self.idToObjectNumberAndVersion[self.Reference(item).name][0])

    def write(self) -> bytes:
        """Give the file. The identifier is a digest of everything in it."""
        root, info = self.number_of(self.Catalog), self.number_of(self.info)
        self._format_own()
        packed_at, xref_at = self.reserve(), self.reserve()
        self._streams[packed_at] = self._pack()
        parts, position = [_HEADER], len(_HEADER)
        entries: dict[int, bytes] = {}
        for at, data in self._streams.items():
            part = b"%d 0 obj\n%s\nendobj\n" % (at, data)
            entries[at] = b"\x01" + position.to_bytes(4, "big") + b"\0\0"
            parts.append(part)
            position += len(part)
        entries[xref_at] = b"\x01" + position.to_bytes(4, "big") + b"\0\0"
        place = b"\x02" + packed_at.to_bytes(4, "big")
        for index, at in enumerate(self._packed):
            entries[at] = place + index.to_bytes(2, "big")
        table = b"\0\0\0\0\0\xff\xff" + b"".join([entries[at] for at in range(1, xref_at + 1)])
        digest = hashlib.md5(b"".join(parts), usedforsecurity=False).hexdigest().encode("ascii")
        head = b"/Type/XRef/Size %d/W[1 4 2]/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]" % (
            (xref_at + 1, root, info, digest, digest)
        )
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (xref_at, stream(head, table)))
        parts.append(b"startxref\n%d\n%%%%EOF\n" % position)
        return b"".join(parts)

    def _format_own(self) -> None:
        """Turn reportlab's objects into bytes; formatting one may register another."""
        done = 0
        while done < len(self.numberToId):
            for at, key in list(self.numberToId.items())[done:]:
                self._packed[at] = pdfdoc.format(self.idToObject[key], self, toplevel=1)
                done += 1

    def _pack(self) -> bytes:
        """Write the object stream (7.5.7)."""
        body = list(self._packed.values())
        pairs, offset = [], 0
        for at, data in zip(self._packed, body, strict=True):
            pairs.append(b"%d %d " % (at, offset))
            offset += len(data) + 1
        index = b"".join(pairs)
        head = b"/Type/ObjStm/N %d/First %d" % (len(body), len(index))
        return stream(head, index + b"\n".join(body))
