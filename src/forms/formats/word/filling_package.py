"""A `.docx` of others with some parts changed: every other part is copied as it lies, byte for byte.

Local records are those of APPNOTE 4.3.7; the deflated bytes, dates and names of unchanged parts are the
original's. Only the order and what the directory says of where things are is written anew.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_HEADER = 30
_UTF8_NAME = 0x800
_LEVEL = 6


@dataclass(frozen=True, slots=True)
class _Member:
    """A part as it lies in the zip: how it is packed, when it was changed, its check sum, size and bytes."""

    name: str
    method: int
    stamp: tuple[int, int]
    checksum: int
    size: int
    packed: bytes


class Package:
    """The parts of a form's file, ready to be written again with some of them replaced or added."""

    def __init__(self, data: bytes) -> None:
        """Take a file that `package.read` has passed."""
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self._members = [_member(data, info) for info in archive.infolist() if not info.is_dir()]

    def write(self, changed: Mapping[str, bytes]) -> bytes:
        """Give the file with these parts changed; new ones come last."""
        known = {member.name for member in self._members}
        members = [
            _packed(member.name, changed[member.name], member.stamp) if member.name in changed else member
            for member in self._members
        ]
        members += [_packed(name, data, (0, 0x21)) for name, data in changed.items() if name not in known]
        return _joined(members)


def _member(data: bytes, info: zipfile.ZipInfo) -> _Member:
    at = info.header_offset
    names, extra = struct.unpack("<HH", data[at + 26 : at + _HEADER])
    start = at + _HEADER + names + extra
    year, month, day, hour, minute, second = info.date_time
    stamp = (hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day)
    packed = data[start : start + info.compress_size]
    return _Member(info.filename, info.compress_type, stamp, info.CRC, info.file_size, packed)


def _packed(name: str, content: bytes, stamp: tuple[int, int]) -> _Member:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    return _Member(name, zipfile.ZIP_DEFLATED, stamp, zlib.crc32(content), len(content), packed)


def _joined(members: list[_Member]) -> bytes:
    local: list[bytes] = []
    central: list[bytes] = []
    offset = 0
    for member in members:
        name = member.name.encode()
        flags = 0 if member.name.isascii() else _UTF8_NAME
        header = struct.pack(
            "<HHHHHLLLHH",
            *(20, flags, member.method, *member.stamp, member.checksum),
            *(len(member.packed), member.size, len(name), 0),
        )
        record = b"".join((_LOCAL, header, name, member.packed))
        local.append(record)
        where = struct.pack("<HHHLL", 0, 0, 0, 0, offset)
        central.append(b"".join((_CENTRAL, b"\x14\x00", header, where, name)))
        offset += len(record)
    size = sum(map(len, central))
    end = struct.pack("<HHHHLLH", 0, 0, len(members), len(members), size, offset, 0)
    return b"".join((*local, *central, _END, end))
