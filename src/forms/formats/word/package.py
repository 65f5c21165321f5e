"""The zip file of a `.docx`: read with bounds, written the same way every time.

Reading treats every file as hostile: sizes, counts and ratios are checked before anything is unpacked, and
packages with macros, embedded programs or links to outside files are refused.

Writing copies the members that never change as they lie: local header and deflated bytes are prepared once
for a template, only what differs between documents is deflated anew. The layout of the records is that of
the ZIP specification (APPNOTE 4.3); `zipfile`'s writer would compress every member again.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct

from forms.formats.word import opc
from forms.formats.word.parts import RenderedWord
from forms.foundation.errors import ArtefactError, FormsError
from forms.foundation.patterns import pattern
from forms.foundation.problems import Place

try:
    from isal.isal_zlib import compress as _compress
    from isal.isal_zlib import crc32

    # A third of the time of zlib's level 3, for 2 % more bytes. A small member takes level 1 longer to make
    # tables for than to deflate: four times as long as level 0, which has them ready, for 1 % of a document.
    _LEVEL, _LEVEL_OF_SMALL = 1, 0
except ImportError:  # there is no wheel for every machine
    from zlib import compress as _compress
    from zlib import crc32

    _LEVEL, _LEVEL_OF_SMALL = 3, 3

if TYPE_CHECKING:
    from zipfile import ZipInfo

MAX_PACKAGE_BYTES = 64 * 1024 * 1024
"""The largest `.docx` that is opened, in bytes."""

MAX_MEMBERS = 2000
MAX_MEMBER_BYTES = 128 * 1024 * 1024
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_RATIO = 250
"""How much larger than its deflated form a member above `RATIO_FREE_BYTES` may be."""

RATIO_FREE_BYTES = 1024 * 1024

_BEST = 9
_SMALL = 4096
_RAW = -15
"""Deflated data without zlib's own header, in the largest window (RFC 1951)."""

_LEGACY_OR_ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROGRAM_MEMBER = pattern(
    r"(^|/)(vbaProject[^/]*|vbaData[^/]*|activeX/.*|embeddings/.*|.*\.(exe|dll|js|vbs))$", re.I
)
_WEB = pattern(r"\s*(?!file:)[a-z][a-z0-9+.-]+:|\s*[/\\]{2}", re.I)
_UNSAFE_NAME = pattern(r"[\x00-\x1f\\:]|^/|(^|/)\.\.?(/|$)")

_STORED, _DEFLATED = 0, 8
_DOS_DATE = 0x21  # 1 January 1980, the zip format's earliest day
_UTF8_NAME = 0x800
_LOCAL = b"PK\x03\x04"
_HEADER = "<HHHHHLLLHH"
_CENTRAL = b"PK\x01\x02\x14\x00"
_END = b"PK\x05\x06"


def read(
    data: bytes,
    *,
    source: str = "",
    refuse: type[FormsError] = ArtefactError,
    links: frozenset[str] = frozenset(),
) -> dict[str, bytes]:
    """Unpack a `.docx` after checking that it is safe to.

    Args:
        data: The file.
        source: The file's name, for messages.
        refuse: The class of error to raise: `ArtefactError` for templates, `InputError` for files of others.
        links: Kinds of relationship that may point outside, to a file (never to the web).

    Returns:
        The members' bytes by name, in the order of the file; folders are left out.

    Raises:
        FormsError: As `refuse`: `not-a-docx`, `package-too-large`, `unsafe-member`, `macro`, `external-link`.
    """
    guard = _Guard(source, refuse, links)
    if len(data) > MAX_PACKAGE_BYTES:
        raise guard.problem("package-too-large", "The file is too large to be opened")
    if data.startswith(_LEGACY_OR_ENCRYPTED):
        raise guard.problem(
            "not-a-docx",
            "The file is protected by a password, or in Word's old format",
            "Save it as a .docx without a password",
        )
    import zipfile  # only templates and files of others are unpacked; it takes long to import

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            guard.check_directory(archive.infolist())
            members = {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        struct.error,
        ValueError,
    ) as error:
        raise guard.problem(
            "not-a-docx", "The file is not a .docx, or it is damaged", "Open it in Word and save it again"
        ) from error
    guard.check_content(members)
    return members


class _Guard(Struct, frozen=True):
    """What a package may hold; makes the errors that refuse it."""

    source: str
    refuse: type[FormsError]
    links: frozenset[str] = frozenset()

    def problem(self, code: str, message: str, hint: str = "", member: str = "") -> FormsError:
        return self.refuse.of(code, message, hint, Place(self.source, "", member))

    def check_directory(self, infos: list[ZipInfo]) -> None:
        """Refuse by the zip's directory alone, before any member is unpacked."""
        if len(infos) > MAX_MEMBERS:
            raise self.problem("package-too-large", "The file has too many parts to be opened")
        if sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
            raise self.problem("package-too-large", "The file is too large when unpacked")
        seen: set[str] = set()
        for info in infos:
            self._check_member(info)
            if info.filename.lower() in seen:
                raise self.problem(
                    "unsafe-member", "The file holds two parts of the same name", member=info.filename
                )
            seen.add(info.filename.lower())

    def _check_member(self, info: ZipInfo) -> None:
        name = info.filename
        if _UNSAFE_NAME.search(info.orig_filename) or _UNSAFE_NAME.search(name):
            raise self.problem("unsafe-member", "The file holds a part whose name is not allowed")
        if info.flag_bits & 0x1:
            raise self.problem(
                "not-a-docx", "The file is protected by a password", "Save it without a password"
            )
        if info.compress_type not in (_STORED, _DEFLATED):
            raise self.problem("not-a-docx", "The file is packed in a way that Word does not use", member=name)
        if info.file_size > MAX_MEMBER_BYTES:
            raise self.problem(
                "package-too-large", "A part of the file is too large when unpacked", member=name
            )
        if info.file_size > RATIO_FREE_BYTES and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise self.problem(
                "package-too-large", "A part of the file is packed suspiciously small", member=name
            )

    def check_content(self, members: Mapping[str, bytes]) -> None:
        """Refuse programs, links to outside files, and zips that are no Word document."""
        for name in members:
            if _PROGRAM_MEMBER.search(name):
                raise self.problem(
                    "macro",
                    "The file holds a macro or an embedded object",
                    "Save it as a .docx without it",
                    name,
                )
        types = members.get(opc.CONTENT_TYPES)
        if types is None or opc.PACKAGE_RELATIONSHIPS not in members:
            raise self.problem("not-a-docx", "The file is not a Word document")
        if b"macroEnabled" in types or b"vbaProject" in types:
            raise self.problem("macro", "The file is a Word document with macros", "Save it as a .docx")
        for name, data in members.items():
            if name.endswith(".rels"):
                self._check_relationships(name, data)

    def _check_relationships(self, name: str, data: bytes) -> None:
        for relationship in opc.read_relationships(data, name, self.source, self.refuse).values():
            allowed = relationship.kind in self.links and not _WEB.match(relationship.target)
            if relationship.external and relationship.kind != "hyperlink" and not allowed:
                raise self.problem(
                    "external-link",
                    f"The file refers to a {relationship.kind} outside itself",
                    "Put pictures into the document instead of linking them; detach a linked template",
                    name,
                )


def main_document(
    members: Mapping[str, bytes], *, source: str = "", refuse: type[FormsError] = ArtefactError
) -> str:
    """Give the name of the package's main part, usually `word/document.xml` (ECMA-376 part 2, 9.3)."""
    relationships = opc.read_relationships(
        members[opc.PACKAGE_RELATIONSHIPS], opc.PACKAGE_RELATIONSHIPS, source, refuse
    )
    for relationship in relationships.values():
        if relationship.kind == "officeDocument":
            name = str(PurePosixPath(relationship.target.lstrip("/")))
            if name in members:
                return name
    raise refuse.of("not-a-docx", "The file is not a Word document", "", Place(source))


class Records(Struct, frozen=True):
    """Zip records of members that never change: local parts joined, and their directory entries."""

    local: bytes
    central: bytes
    count: int


class PackedMembers(Mapping[str, bytes]):
    """A package's unchanging members, unpacked for readers and packed once for writing.

    The first members by position are the ones Word and `file` look at first: the content types and the
    package's relationships.
    """

    def __init__(self, members: Mapping[str, bytes]) -> None:
        """Take the members' bytes by name; they are deflated here, at the best level."""
        first = [name for name in (opc.CONTENT_TYPES, opc.PACKAGE_RELATIONSHIPS) if name in members]
        rest = sorted(name for name in members if name not in first)
        self._members: Mapping[str, bytes] | None = {name: members[name] for name in (*first, *rest)}
        self.records = _pack(self._members, _deflate_fixed)

    @classmethod
    def packed(cls, records: Records) -> PackedMembers:
        """Take members that were packed before; they are unpacked when one is asked for."""
        made = cls.__new__(cls)
        made._members = None
        made.records = records
        return made

    @property
    def _unpacked(self) -> Mapping[str, bytes]:
        if self._members is None:
            self._members = dict(_unpack(self.records.local))
        return self._members

    def __getitem__(self, name: str) -> bytes:
        return self._unpacked[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._unpacked)

    def __len__(self) -> int:
        return self.records.count


def _pack(members: Mapping[str, bytes], deflate: Callable[[bytes], bytes], offset: int = 0) -> Records:
    local: list[bytes] = []
    central: list[bytes] = []
    for name, content in members.items():
        encoded = name.encode()
        deflated = deflate(content)
        flags = 0 if name.isascii() else _UTF8_NAME
        header = struct.pack(
            _HEADER,
            *(20, flags, _DEFLATED, 0, _DOS_DATE, crc32(content)),
            *(len(deflated), len(content), len(encoded), 0),
        )
        record = b"".join((_LOCAL, header, encoded, deflated))
        local.append(record)
        central.append(b"".join((_CENTRAL, header, struct.pack("<HHHLL", 0, 0, 0, 0, offset), encoded)))
        offset += len(record)
    return Records(b"".join(local), b"".join(central), len(members))


def _unpack(local: bytes) -> Iterator[tuple[str, bytes]]:
    """Give the members in local records that `_pack` wrote."""
    start = 0
    while start < len(local):
        *_, deflated, _, encoded, _ = struct.unpack_from(_HEADER, local, start + len(_LOCAL))
        name = start + len(_LOCAL) + struct.calcsize(_HEADER)
        content = name + encoded
        start = content + deflated
        yield local[name:content].decode(), zlib.decompress(local[content:start], _RAW)


def _deflate(content: bytes) -> bytes:
    return _compress(content, _LEVEL if len(content) > _SMALL else _LEVEL_OF_SMALL, _RAW)


@lru_cache(maxsize=64)
def _deflate_fixed(content: bytes) -> bytes:
    """Deflate a member that never changes, once and small; the house's parts are the same in every template."""
    packer = zlib.compressobj(_BEST, zlib.DEFLATED, _RAW)
    return packer.compress(content) + packer.flush()


def write(rendered: RenderedWord) -> bytes:
    """Give the DOCX of a rendered template, `CompiledTemplate.render`: equal input gives equal bytes.

    What differs between documents is deflated by `isal` where there is a wheel of it, else by zlib; so on
    machines of another kind the bytes may be others, their contents never are.
    """
    members = rendered.members
    fixed = members.records if isinstance(members, PackedMembers) else _pack(members, _deflate)
    changing = {name: story.data for name, story in rendered.stories.items()}
    changing.update(rendered.rendered_members)
    anew = _pack(changing, _deflate, len(fixed.local))
    count = fixed.count + anew.count
    size = len(fixed.central) + len(anew.central)
    start = len(fixed.local) + len(anew.local)
    end = _END + struct.pack("<HHHHLLH", 0, 0, count, count, size, start, 0)
    return b"".join((fixed.local, anew.local, fixed.central, anew.central, end))
