"""The fonts of the PDF: which face draws a character, how wide it is, and what shaping makes of it.

Faces are found by their files' names, `Family-Style.ttf` (`Regular`, `Bold`, `Italic`, `BoldItalic`), and read
when first needed. Arimo comes first; then the symbols; then the other families in the order of their names, so
a force that adds a font to the folder has its characters covered.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path, PurePath
from typing import Any

from msgspec import Struct

from forms.formats.pdf import bidi, prepared, shaping
from forms.formats.pdf.display import GlyphRun
from forms.formats.pdf.prepared import Prepared
from forms.foundation.errors import MissingError

FIRST_FAMILY = "Arimo"
"""The family of all text that it covers; it has the widths of Arial."""

_ORDER = {FIRST_FAMILY: 0, "NotoSansSymbols2": 1}
_PLAIN_CLASSES = frozenset(("L", "EN", "ES", "ET", "CS", "WS", "ON", "S"))


class FaceMetrics(Struct, frozen=True):
    """Vertical metrics in ems, `descent` positive: a line is `ascent + descent + line_gap` high."""

    ascent: float
    descent: float
    line_gap: float

    @property
    def height(self) -> float:
        """The height of a line at single spacing, in ems."""
        return self.ascent + self.descent + self.line_gap


class Face:
    """One font file. Everything is read on first use; lengths are in ems unless said otherwise."""

    def __init__(
        self,
        name: str,
        read: Callable[[], bytes],
        read_prepared: Callable[[], tuple[bytes, bytes] | None] | None = None,
    ) -> None:
        """Name the face (`Arimo-Bold`) and say how its file is read.

        `read_prepared` gives what was prepared of it, if there is anything, and the beginning of its file.
        """
        self.name = name
        self._read = read
        self._read_prepared = read_prepared

    @cached_property
    def prepared(self) -> Prepared | None:
        """What is known of the face without parsing it."""
        found = self._read_prepared() if self._read_prepared is not None else None
        return None if found is None else prepared.load(*found)

    @cached_property
    def data(self) -> bytes:
        """The font file."""
        return self._read()

    @cached_property
    def tables(self) -> dict[str, tuple[int, int]]:
        """Offset and length of each table (OpenType, "Table directory")."""
        (count,) = struct.unpack_from(">H", self.data, 4)
        records = (struct.unpack_from(">4sIII", self.data, 12 + 16 * index) for index in range(count))
        return {tag.decode("ascii"): (offset, length) for tag, _, offset, length in records}

    def table(self, tag: str) -> bytes:
        """Give the bytes of a table that every TrueType font has."""
        offset, length = self.tables[tag]
        return self.data[offset : offset + length]

    @cached_property
    def units(self) -> int:
        """Font units in an em."""
        return int(struct.unpack_from(">H", self.table("head"), 18)[0])

    @cached_property
    def box(self) -> tuple[int, int, int, int]:
        """The bounding box of all glyphs in font units: left, bottom, right, top."""
        left, bottom, right, top = struct.unpack_from(">4h", self.table("head"), 36)
        return left, bottom, right, top

    @cached_property
    def italic_angle(self) -> float:
        """Degrees anticlockwise from the vertical (negative for an italic)."""
        return float(struct.unpack_from(">i", self.table("post"), 4)[0] / 65536)

    @cached_property
    def underline(self) -> tuple[float, float]:
        """Where an underline lies above the baseline (negative: below) and how thick it is (`post`)."""
        if self.prepared is not None:
            return self.prepared.underline
        position, thickness = struct.unpack_from(">hh", self.table("post"), 8)
        return position / self.units, thickness / self.units

    @cached_property
    def metrics(self) -> FaceMetrics:
        """The metrics of `hhea`, which is what LibreOffice takes and what Arial's Windows metrics equal."""
        if self.prepared is not None:
            return FaceMetrics(*self.prepared.metrics)
        ascent, descent, gap = struct.unpack_from(">3h", self.table("hhea"), 4)
        return FaceMetrics(ascent / self.units, -descent / self.units, gap / self.units)

    @cached_property
    def cap_height(self) -> int:
        """The height of capitals in font units (`OS/2` version 2 and later)."""
        return int(struct.unpack_from(">h", self.table("OS/2"), 88)[0])

    @cached_property
    def characters(self) -> Mapping[int, int]:
        """Glyph by code point, from the best Unicode subtable of `cmap`."""
        return _characters(self.table("cmap"))

    @cached_property
    def canonical(self) -> Mapping[int, str]:
        """The first character that `cmap` gives each glyph for: the text that it normally stands for."""
        return {glyph: chr(code) for code, glyph in sorted(self.characters.items(), reverse=True)}

    @cached_property
    def advances(self) -> tuple[float, ...]:
        """The advance of each glyph."""
        (count,) = struct.unpack_from(">H", self.table("hhea"), 34)
        (glyphs,) = struct.unpack_from(">H", self.table("maxp"), 4)
        units = struct.unpack_from(">" + "Hh" * count, self.table("hmtx"))[::2]
        units += (units[-1],) * (glyphs - count)
        return tuple(unit / self.units for unit in units)

    @cached_property
    def plain(self) -> Mapping[str, float]:
        """The advance of each character that needs no shaping; raises `KeyError` for every other."""
        return _PlainAdvances(self)

    def width(self, text: str) -> float:
        """Give the width of plain text in ems; raises `KeyError` where it is not plain."""
        return sum(map(self.plain.__getitem__, text))

    @cached_property
    def plain_codes(self) -> Mapping[str, str]:
        """Four hexadecimal digits for each plain character: its glyph's number.

        Raises `KeyError` for a character that is not plain, or not the one that its glyph stands for.
        """
        return _PlainCodes(self)

    def covers(self, char: str) -> bool:
        """Say whether the face has a glyph for `char`."""
        known = self.prepared
        if known is not None and (char in known.advances or char in known.lacks):
            return char in known.advances
        return ord(char) in self.characters

    @cached_property
    def shaper(self) -> Any:  # noqa: ANN401 - uharfbuzz has no types
        """The HarfBuzz font, in font units."""
        import uharfbuzz

        return uharfbuzz.Font(uharfbuzz.Face(self.data))


class _PlainAdvances(dict[str, float]):
    """Advances of characters that are one glyph each, worked out when first asked for."""

    def __init__(self, face: Face) -> None:
        super().__init__(face.prepared.advances if face.prepared is not None else {})
        self._face = face
        self._lacks = face.prepared.lacks if face.prepared is not None else ()

    def __missing__(self, char: str) -> float:
        if char in self._lacks:
            raise KeyError(char)
        glyph = self._face.characters.get(ord(char), 0)
        category = unicodedata.category(char)
        if not glyph or category[0] == "M" or category in ("Cc", "Cf"):
            raise KeyError(char)
        if unicodedata.bidirectional(char) not in _PLAIN_CLASSES:
            raise KeyError(char)
        self[char] = advance = self._face.advances[glyph]
        return advance


class _PlainCodes(dict[str, str]):
    """Codes of plain characters, worked out when first asked for."""

    def __init__(self, face: Face) -> None:
        super().__init__(face.prepared.codes if face.prepared is not None else {})
        self._face = face

    def __missing__(self, char: str) -> str:
        glyph = self._face.characters[ord(char)]
        if char not in self._face.plain:
            _ = self._face.plain[char]
        if self._face.canonical[glyph] != char:
            raise KeyError(char)
        self[char] = code = f"{glyph:04X}"
        return code


def _characters(cmap: bytes) -> dict[int, int]:
    """Read the fullest Unicode subtable (formats 12 and 4; OpenType, "cmap")."""
    (count,) = struct.unpack_from(">H", cmap, 2)
    offsets: dict[int, int] = {}
    for index in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", cmap, 4 + 8 * index)
        (kind,) = struct.unpack_from(">H", cmap, offset)
        if platform == 0 or (platform == 3 and encoding in (1, 10)):
            offsets.setdefault(kind, offset)
    if 12 in offsets:
        return _format_12(cmap, offsets[12])
    return _format_4(cmap, offsets[4]) if 4 in offsets else {}


def _format_12(cmap: bytes, offset: int) -> dict[int, int]:
    """Read "Segmented coverage"."""
    (groups,) = struct.unpack_from(">I", cmap, offset + 12)
    found: dict[int, int] = {}
    for start, stop, glyph in struct.iter_unpack(">III", cmap[offset + 16 : offset + 16 + 12 * groups]):
        found.update(zip(range(start, stop + 1), range(glyph, glyph + stop - start + 1), strict=True))
    return found


def _format_4(cmap: bytes, offset: int) -> dict[int, int]:
    """Read "Segment mapping to delta values"."""
    segments = struct.unpack_from(">H", cmap, offset + 6)[0] // 2
    shape = f">{segments}H"
    start_of = [offset + 14, offset + 16 + 2 * segments, offset + 16 + 4 * segments, offset + 16 + 6 * segments]
    stops, starts, deltas, ranges = (struct.unpack_from(shape, cmap, position) for position in start_of)
    found: dict[int, int] = {}
    for index, (start, stop, delta, skip) in enumerate(zip(starts, stops, deltas, ranges, strict=True)):
        for code in range(start, min(stop, 0xFFFE) + 1):
            glyph = code
            if skip:
                place = start_of[3] + 2 * index + skip + 2 * (code - start)
                (glyph,) = struct.unpack_from(">H", cmap, place)
            if glyph or not skip:
                glyph = (glyph + delta) & 0xFFFF
            if glyph:
                found[code] = glyph
    return found


class FontBook:
    """All faces, and the text they make.

    Not changed by use but for what it remembers of single characters: words are a case's, and go with it.
    """

    def __init__(self, faces: Sequence[Face]) -> None:
        """Take the faces of all families; those of Arimo must be among them.

        Raises `MissingError` if they aren't.
        """
        self._faces = {face.name: face for face in faces}
        if f"{FIRST_FAMILY}-Regular" not in self._faces:
            raise MissingError.of(
                "font-missing", f"The font {FIRST_FAMILY} is not in the library's fonts folder"
            )
        families = {name.rpartition("-")[0] for name in self._faces}
        self._families = sorted(families, key=lambda family: (_ORDER.get(family, 9), family))
        self._styled = {
            (bold, italic): tuple(self._style(family, bold, italic) for family in self._families)
            for bold in (False, True)
            for italic in (False, True)
        }

    @classmethod
    def load(cls, source: Path | Mapping[str, bytes], *further: Path) -> FontBook:
        """Find the fonts in a folder and further ones, at any depth, or take them from bytes by file name.

        Where two files have the same name, the first counts.
        """
        if isinstance(source, Path):
            files = {file.stem: file for folder in (*further[::-1], source) for file in folder.rglob("*.ttf")}
            faces = sorted(files.items())
            return cls([Face(stem, file.read_bytes, partial(_beside, file)) for stem, file in faces])
        fonts = {PurePath(name).stem: name for name in source if name.endswith(".ttf")}
        return cls([Face(stem, partial(source.__getitem__, name)) for stem, name in sorted(fonts.items())])

    def _style(self, family: str, bold: bool, italic: bool) -> Face:
        """Give the family's face for a style, or the nearest that it has."""
        wanted = ["BoldItalic" if italic else "Bold"] if bold else []
        wanted += ["Bold"] if bold else ["Italic"] if italic else []
        names = [f"{family}-{style}" for style in (*wanted, "Regular")]
        names += [name for name in self._faces if name.startswith(f"{family}-")]
        return next(self._faces[name] for name in names if name in self._faces)

    def face(self, name: str) -> Face:
        """Give the face that a `GlyphRun` names."""
        return self._faces[name]

    def fixed_face(self, name: str) -> Face:
        """Give the face of the first family that is nearest to the one named: itself, or one as bold."""
        if name.startswith(f"{FIRST_FAMILY}-"):
            return self._faces[name]
        return self._styled["Bold" in name, False][0]

    def plain(self, bold: bool, italic: bool) -> tuple[str, Mapping[str, float]]:
        """Give the first family's face for a style: its name, and its `Face.plain`."""
        face = self._styled[bold, italic][0]
        return face.name, face.plain

    def metrics(self, bold: bool = False, italic: bool = False) -> FaceMetrics:
        """Give the metrics of the first family, which make the height of a line."""
        return self._styled[bold, italic][0].metrics

    def runs(
        self,
        text: str,
        *,
        bold: bool = False,
        italic: bool = False,
        language: str = "",
        rtl: bool = False,
        levels: Sequence[int] | None = None,
    ) -> tuple[GlyphRun, ...]:
        """Shape `text`: runs in LOGICAL order, each of one level, script and face.

        `rtl` is the direction of the paragraph that the text is the whole of; for a part of a paragraph, give
        the part's `levels` (see `bidi.levels`). `language` is a BCP 47 tag or empty. Characters that no face
        covers are drawn as the first family's missing glyph: ask `uncovered` first.
        """
        if not rtl and levels is None:
            face = self._styled[bold, italic][0]
            try:
                width = face.width(text)
            except KeyError:
                pass
            else:
                return (GlyphRun(face.name, text, (), width, 0, True),) if text else ()
        if levels is None:
            levels = bidi.levels(text, int(rtl))
        faces = self._styled[bold, italic]
        return tuple(
            self._run(face, text[start:stop], levels[start], script, language)
            for start, stop, face, script in shaping.itemise(text, levels, lambda c, f: _choose(faces, c, f))
        )

    def _run(self, face: Face, text: str, level: int, script: str, language: str) -> GlyphRun:
        """Shape one item, or measure it if there is nothing to shape."""
        if level % 2 == 0:
            try:
                return GlyphRun(face.name, text, (), face.width(text), level, True)
            except KeyError:
                pass
        return shaping.shape(face, text, level, script, language)

    def uncovered(self, text: str) -> str:
        """Give the characters of `text`, each once, that no face covers; empty is good."""
        faces = self._styled[False, False]
        return "".join(
            char
            for char in dict.fromkeys(text)
            if not shaping.is_invisible(char) and not any(face.covers(char) for face in faces)
        )

    @staticmethod
    def base_level(text: str) -> int:
        """Give the paragraph level that `text` asks for: 0 left to right, 1 right to left."""
        return bidi.base_level(text)

    @staticmethod
    def levels(text: str, base: int) -> list[int]:
        """Give the bidi level of each character of a paragraph of level `base`."""
        return bidi.levels(text, base)

    @staticmethod
    def visual_order(levels: Sequence[int]) -> tuple[int, ...]:
        """Give the indices of a line's runs from left to right, from their levels in logical order."""
        return bidi.visual_order(levels)


def _beside(font: Path) -> tuple[bytes, bytes] | None:
    """Read what was prepared of a font file, if it lies beside it, and the file's beginning."""
    try:
        data = font.with_suffix(prepared.SUFFIX).read_bytes()
        with font.open("rb") as file:
            return data, file.read(prepared.BEGINNING)
    except OSError:
        return None


def _choose(faces: Sequence[Face], char: str, before: Face | None) -> Face:
    """Choose the face for a character: marks and invisible characters stay with what they follow."""
    first = faces[0]
    if before is not None:
        if shaping.is_invisible(char):
            return before
        stays = unicodedata.category(char)[0] == "M" or not first.covers(char)
        if stays and before.covers(char):
            return before
    return next((face for face in faces if face.covers(char)), before or first)
