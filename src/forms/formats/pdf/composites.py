"""One glyph for each cluster: composite glyphs added to a TrueType font (OpenType, "glyf").

Shaping makes several glyphs of one character (an Arabic letter and its dots), and one place in the text of
several characters (a Bengali syllable). Drawn as one composite glyph, a cluster has one code, that code stands
for exactly the cluster's text, and every program that reads the file gets it right.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from msgspec import Struct

_WORDS, _OFFSETS, _MORE = 0x0001, 0x0002, 0x0020


class Composite(Struct, frozen=True):
    """Glyphs at offsets from the cluster's origin, and the advance of the whole; in font units."""

    parts: tuple[tuple[int, int, int], ...]
    advance: int


def add_composites(program: bytes, composites: Sequence[Composite]) -> tuple[bytes, int]:
    """Append composite glyphs; gives the font and the number of the first new glyph."""
    tables = _tables(program)
    head, maxp, hhea = bytearray(tables["head"]), bytearray(tables["maxp"]), bytearray(tables["hhea"])
    (count,) = struct.unpack_from(">H", maxp, 4)
    glyphs, places = bytearray(tables["glyf"]), _places(tables["loca"], head, count)
    metrics = _metrics(tables["hmtx"], struct.unpack_from(">H", hhea, 34)[0], count)
    for composite in composites:
        box = _box(glyphs, places, composite)
        data = struct.pack(">h4h", -1, *box)
        for index, (glyph, x, y) in enumerate(composite.parts):
            more = _MORE if index + 1 < len(composite.parts) else 0
            data += struct.pack(">HHhh", _WORDS | _OFFSETS | more, glyph, x, y)
        glyphs += data + bytes(-len(data) % 4)
        places.append(len(glyphs))
        metrics.append((composite.advance, box[0]))
    struct.pack_into(">h", head, 50, 1)
    struct.pack_into(">H", hhea, 34, len(metrics))
    _widen_limits(maxp, len(metrics), max(len(composite.parts) for composite in composites))
    tables |= {
        "head": bytes(head),
        "hhea": bytes(hhea),
        "maxp": bytes(maxp),
        "glyf": bytes(glyphs),
        "loca": struct.pack(f">{len(places)}I", *places),
        "hmtx": b"".join([struct.pack(">Hh", *metric) for metric in metrics]),
    }
    return _font(tables), count


def _tables(program: bytes) -> dict[str, bytes]:
    """Cut a font into its tables."""
    (count,) = struct.unpack_from(">H", program, 4)
    records = (struct.unpack_from(">4sIII", program, 12 + 16 * index) for index in range(count))
    return {tag.decode("ascii"): program[offset : offset + length] for tag, _, offset, length in records}


def _places(loca: bytes, head: bytes | bytearray, count: int) -> list[int]:
    """Read the glyphs' offsets, one more than there are glyphs."""
    (long_format,) = struct.unpack_from(">h", head, 50)
    if long_format:
        return list(struct.unpack_from(f">{count + 1}I", loca))
    return [2 * half for half in struct.unpack_from(f">{count + 1}H", loca)]


def _metrics(hmtx: bytes, full: int, count: int) -> list[tuple[int, int]]:
    """Read each glyph's advance and left side bearing."""
    metrics = list(struct.iter_unpack(">Hh", hmtx[: 4 * full]))
    bearings = struct.unpack_from(f">{count - full}h", hmtx, 4 * full)
    return metrics + [(metrics[-1][0], bearing) for bearing in bearings]


def _box(glyphs: bytes | bytearray, places: Sequence[int], composite: Composite) -> tuple[int, int, int, int]:
    """Give the box around all parts that have an outline: left, bottom, right, top."""
    boxes = []
    for glyph, x, y in composite.parts:
        if places[glyph] < places[glyph + 1]:
            left, bottom, right, top = struct.unpack_from(">4h", glyphs, places[glyph] + 2)
            boxes.append((left + x, bottom + y, right + x, top + y))
    if not boxes:
        return 0, 0, 0, 0
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def _widen_limits(maxp: bytearray, count: int, parts: int) -> None:
    """Raise the limits that `maxp` (version 1.0) declares to those of composites of `parts` glyphs."""
    points, contours, joined_points, joined_contours = struct.unpack_from(">4H", maxp, 6)
    elements, depth = struct.unpack_from(">2H", maxp, 28)
    struct.pack_into(">H", maxp, 4, count)
    widest = (parts * max(points, joined_points), parts * max(contours, joined_contours))
    struct.pack_into(">2H", maxp, 10, *(min(limit, 0xFFFF) for limit in widest))
    struct.pack_into(">2H", maxp, 28, max(elements, parts), depth + 1)


def _font(tables: dict[str, bytes]) -> bytes:
    """Put tables together: directory, checksums, and the adjustment in `head`."""
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    start = struct.pack(">I4H", 0x00010000, count, 16 * power, power.bit_length() - 1, 16 * (count - power))
    tables["head"] = tables["head"][:8] + bytes(4) + tables["head"][12:]
    directory, body = b"", b""
    offset = 12 + 16 * count
    head_at = 0
    for tag, data in sorted(tables.items()):
        padded = data + bytes(-len(data) % 4)
        if tag == "head":
            head_at = offset + len(body)
        directory += struct.pack(
            ">4sIII", tag.encode("ascii"), _checksum(padded), offset + len(body), len(data)
        )
        body += padded
    font = bytearray(start + directory + body)
    struct.pack_into(">I", font, head_at + 8, (0xB1B0AFBA - _checksum(font)) & 0xFFFFFFFF)
    return bytes(font)


def _checksum(padded: bytes | bytearray) -> int:
    total: int = sum(struct.unpack(f">{len(padded) // 4}I", padded))
    return total & 0xFFFFFFFF
