"""Fonts inside the file (ISO 32000-1, 9.6 to 9.10).

Two ways, each with exact ToUnicode:

- **fixed**: a face of the first family as a simple TrueType font in WinAnsi encoding, cut to those characters
  and deflated once in a process. It is the same in every file, and the font that form fields are typed in.
- **cut**: any face as a Type 0 font, cut to the glyphs of this document. A code is the glyph's number where the
  glyph stands for the one character that the font's `cmap` gives it for; every other pair of glyph and text has
  a code of its own above those, in the order of appearance.

Nothing depends on what was made before: what is kept between documents is a function of the font alone.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection, Container, Iterable, Mapping
from functools import lru_cache
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from forms.formats.pdf.composites import Composite, add_composites
from forms.formats.pdf.fonts import FIRST_FAMILY, Face, FontBook
from forms.formats.pdf.objects import name, stream
from forms.formats.pdf.prepared import SIGNS, FontObjects, Prepared, digest

WIN_ANSI = {
    code: char
    for code in range(32, 256)
    for char in [bytes([code]).decode("cp1252", errors="ignore")]
    if char and code != 127
}
"""The characters of WinAnsi encoding, by code: Python's `cp1252` without controls."""

FIXED_CHARACTERS = frozenset(WIN_ANSI.values())

_UNUSED_TABLES = ("GSUB", "GPOS", "GDEF", "STAT", "name", "OS/2", "post", "gasp", "prep", "meta")
_CMAP = """/CIDInit/ProcSet findresource begin 12 dict begin begincmap
/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def/CMapName/Adobe-Identity-UCS def/CMapType 2 def
1 begincodespacerange<{first}><{last}>endcodespacerange
{pairs}endcmap CMapName currentdict/CMap defineresource pop end end"""


def resource(face: Face) -> str:
    """Give the name of a face's fixed font in resources and field appearances, e.g. `ArimoBold`."""
    return _resource(face.name)


@lru_cache(maxsize=256)
def _resource(name: str) -> str:
    return "".join([char for char in name if char.isascii() and char.isalnum()])


def has_fixed(face: Face) -> bool:
    """Say whether a face is of the first family, which has fixed fonts."""
    return face.name.startswith(f"{FIRST_FAMILY}-")


class CutFont:
    """What one document draws with one face: the glyph (or composite of glyphs) and the text of each code."""

    __slots__ = ("_own", "face", "plain", "resource", "texts")

    def __init__(self, face: Face) -> None:
        """Start with nothing."""
        self.face = face
        self.resource = f"{resource(face)}C"
        self.texts: dict[int, str] = {}
        self.plain: set[str] = set()
        self._own: dict[tuple[int | Composite, str], int] = {}

    def plain_codes(self, text: str) -> str:
        """Give the codes of characters that are a glyph each, as hexadecimal digits.

        Empty if one of them shares its glyph with another character and so needs a code of its own.
        """
        try:
            codes = "".join(map(self.face.plain_codes.__getitem__, text))
        except KeyError:
            return ""
        self.plain.update(text)
        return codes

    def code(self, glyph: int | Composite, text: str) -> int:
        """Give the code for what stands for `text`."""
        if isinstance(glyph, int) and self.face.canonical.get(glyph) == text:
            self.texts[glyph] = text
            return glyph
        code = self._own.get((glyph, text))
        if code is None:
            code = len(self.face.advances) + len(self._own)
            self._own[glyph, text] = code
            self.texts[code] = text
        return code

    def has_only(self, characters: Container[str]) -> bool:
        """Say whether nothing but these characters is drawn, each as its own glyph."""
        return not (self.texts or self._own) and all(char in characters for char in self.plain)

    def drawn(self) -> dict[int, int | Composite]:
        """Give what each code in use draws, by ascending code."""
        self.texts.update({self.face.characters[ord(char)]: char for char in self.plain})
        drawn: dict[int, int | Composite] = {
            code: code for code in self.texts if code < len(self.face.advances)
        }
        drawn.update({code: glyph for (glyph, _), code in self._own.items()})
        return dict(sorted(drawn.items()))


class DocumentFonts:
    """The fonts of one document as they come into use."""

    def __init__(self, book: FontBook) -> None:
        """Take the book whose runs the document draws."""
        self.book = book
        self._fixed: dict[str, Face] = {}
        self._cut: dict[str, CutFont] = {}
        self.uses: dict[str, Any] = {}

    def use(self, faces: Iterable[str], cuts: Iterable[tuple[str, str]]) -> None:
        """Say that the fixed fonts of faces are used, and texts in the cut fonts of faces, in plain codes."""
        for face_name in faces:
            if face_name not in self._fixed:
                self._fixed[face_name] = self.book.face(face_name)
        for face_name, text in cuts:
            self.cut(self.book.face(face_name)).plain.update(text)

    def cut(self, face: Face) -> CutFont:
        """Give the document's own cut of `face`."""
        found = self._cut.get(face.name)
        if found is None:
            found = self._cut[face.name] = CutFont(face)
        return found

    def write(self, file: ObjectSink, there: Mapping[str, int] | None = None) -> dict[str, int]:
        """Put the fonts into the file; gives the number of each by resource name.

        By name, not by first use: what is drawn from memory says so at another time than what is drawn anew.
        `there` are fonts that the file has already.
        """
        numbers = dict(there or {})
        for _, face in sorted(self._fixed.items()):
            if resource(face) not in numbers:
                numbers[resource(face)] = put_font(file, fixed_objects(face))
        numbers.update(
            {cut.resource: put_font(file, _cut_objects(cut)) for _, cut in sorted(self._cut.items())}
        )
        return numbers


class ObjectSink(Protocol):
    """A file in the making that takes objects under numbers reserved before."""

    def reserve(self, count: int = 1) -> int:
        """Keep the next numbers; gives the first."""

    def put(self, at: int, data: bytes) -> None:
        """Give a number its object."""

    def put_stream(self, at: int, data: bytes) -> None:
        """Give a number its stream."""


def put_font(file: ObjectSink, font: FontObjects) -> int:
    """Put a font's objects under consecutive numbers; gives the first, the font dictionary's."""
    count = len(font.dictionaries)
    first = file.reserve(count + len(font.streams))
    places = {b"%d" % place: first + place for place in range(count + len(font.streams))}
    for place, dictionary in enumerate(font.dictionaries):
        file.put(first + place, dictionary % places)
    for place, data in enumerate(font.streams, count):
        file.put_stream(first + place, data)
    return first


def fixed_objects(face: Face) -> FontObjects:
    """Give the fixed font of a face: prepared, or made once in a process, which takes some milliseconds."""
    found = _fixed.get(face)
    if found is None:
        known = face.prepared.fixed if face.prepared is not None else None
        found = _fixed[face] = known or make_fixed(face)
    return found


_fixed: WeakKeyDictionary[Face, FontObjects] = WeakKeyDictionary()


def make_fixed(face: Face) -> FontObjects:
    """Make the fixed font of a face."""
    from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName  # here: it is prepared for most

    codes = [(code, char) for code, char in WIN_ANSI.items() if face.covers(char)]
    advances = {code: face.advances[face.characters[ord(char)]] for code, char in codes}
    program = _subset(face, unicodes=[ord(char) for _, char in codes])
    base = _base_font(program, face)
    font = PDFDictionary(
        {
            "Type": PDFName("Font"),
            "Subtype": PDFName("TrueType"),
            "BaseFont": PDFName(base.decode("ascii")),
            "FirstChar": 32,
            "LastChar": 255,
            "Widths": PDFArray([round(advances.get(code, 0) * 1000) for code in range(32, 256)]),
            "Encoding": PDFName("WinAnsiEncoding"),
            "FontDescriptor": "%(1)d 0 R",
            "ToUnicode": "%(3)d 0 R",
        }
    )
    return FontObjects(
        (font.format(None), _descriptor(face, base, flags=32)),
        (_program_stream(program), _to_unicode(dict(codes), digits=2)),
    )


_fonts: WeakKeyDictionary[Face, dict[tuple[object, ...], FontObjects]] = WeakKeyDictionary()
_KEPT = 32


def _cut_objects(cut: CutFont) -> FontObjects:
    """Give the Type 0 font of a face for one document; what comes in every form is prepared or kept."""
    known = cut.face.prepared
    if known is not None and known.signs is not None and cut.has_only(known.codes):
        return known.signs
    drawn = cut.drawn()
    key = tuple((code, item, cut.texts[code]) for code, item in drawn.items())
    kept = _fonts.setdefault(cut.face, {})
    found = kept.get(key)
    if found is None:
        if len(kept) >= _KEPT:
            kept.clear()
        found = kept[key] = _make_cut(cut, drawn)
    return found


def _make_cut(cut: CutFont, drawn: dict[int, int | Composite]) -> FontObjects:
    """Make the Type 0 font of a face for one document."""
    face = cut.face
    composites = tuple(dict.fromkeys(item for item in drawn.values() if isinstance(item, Composite)))
    program, first = _cut_program(
        face, frozenset(item for item in drawn.values() if isinstance(item, int)), composites
    )
    glyphs = {
        code: item if isinstance(item, int) else first + composites.index(item) for code, item in drawn.items()
    }
    widths = b"".join(b"%d[%d]" % (code, _width(face, item)) for code, item in drawn.items())
    base = _base_font(program, face)
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%%(1)d 0 R]"
        b"/ToUnicode %%(4)d 0 R>>" % base
    )
    own = any(code != glyph for code, glyph in glyphs.items())
    descendant = (
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        b"/Supplement 0>>/FontDescriptor %%(2)d 0 R/W[%s]/CIDToGIDMap%s>>"
        % (base, widths, b" %(5)d 0 R" if own else b"/Identity")
    )
    streams = [_program_stream(program), _to_unicode({code: cut.texts[code] for code in glyphs}, digits=4)]
    if own:
        table = bytearray(2 * (max(glyphs) + 1))
        for code, glyph in glyphs.items():
            table[2 * code : 2 * code + 2] = glyph.to_bytes(2, "big")
        streams.append(stream(b"", bytes(table)))
    return FontObjects((font, descendant, _descriptor(face, base, flags=4, file=3)), tuple(streams))


def _width(face: Face, item: int | Composite) -> int:
    """Give the advance of a glyph or composite in thousandths of an em."""
    advance = item.advance / face.units if isinstance(item, Composite) else face.advances[item]
    return round(advance * 1000)


def _cut_program(face: Face, glyphs: frozenset[int], composites: tuple[Composite, ...]) -> tuple[bytes, int]:
    """Cut a face to glyphs that keep their numbers, and add composites to it.

    Gives the font program, and the number of the first composite.
    """
    parts = {glyph for composite in composites for glyph, _, _ in composite.parts}
    program = _subset(face, glyphs=glyphs | parts)
    return add_composites(program, composites) if composites else (program, 0)


def _subset(face: Face, *, unicodes: Collection[int] = (), glyphs: Collection[int] = ()) -> bytes:
    """Cut a font with HarfBuzz, unhinted; with `glyphs` they keep their numbers and no `cmap` is left."""
    import uharfbuzz

    wanted: Any = uharfbuzz.SubsetInput()
    wanted.unicode_set.update(unicodes)
    wanted.glyph_set.update(glyphs)
    flags = uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    dropped = [*_UNUSED_TABLES]
    if glyphs:
        flags |= uharfbuzz.SubsetFlags.RETAIN_GIDS
        dropped.append("cmap")
    wanted.flags = flags
    for tag in dropped:
        wanted.drop_table_tag_set.add(int.from_bytes(tag.encode("ascii"), "big"))
    return bytes(uharfbuzz.subset(uharfbuzz.Face(face.data), wanted).blob.data)


def _program_stream(program: bytes) -> bytes:
    """Write the embedded font program."""
    data = zlib.compress(program, 9)
    return stream(b"/Length1 %d/Filter/FlateDecode" % len(program), data, compress=False)


def _base_font(program: bytes, face: Face) -> bytes:
    """Give the name of a cut font (9.6.4): six capitals from the program's digest, and the face's name."""
    digest = hashlib.sha256(program).digest()
    return bytes(65 + byte % 26 for byte in digest[:6]) + name(f"+{face.name}")[1:]


def _descriptor(face: Face, base: bytes, *, flags: int, file: int = 2) -> bytes:
    """Write the font descriptor (9.8); `file` is the place of the font program among the font's objects."""
    left, bottom, right, top = (round(edge * 1000 / face.units) for edge in face.box)
    text = (
        f"/Flags {flags | (64 if face.italic_angle else 0)}/FontBBox[{left} {bottom} {right} {top}]"
        f"/ItalicAngle {round(face.italic_angle)}/Ascent {round(face.metrics.ascent * 1000)}"
        f"/Descent {-round(face.metrics.descent * 1000)}/CapHeight {round(face.cap_height * 1000 / face.units)}"
        f"/StemV {140 if 'Bold' in face.name else 88}/FontFile2 %({file})d 0 R"
    )
    return b"<</Type/FontDescriptor/FontName/%s%s>>" % (base, text.encode("ascii"))


def _to_unicode(texts: dict[int, str], *, digits: int) -> bytes:
    """Write the ToUnicode CMap (9.10.3): each code's text, exactly."""
    pairs = [
        f"<{code:0{digits}X}> <{text.encode('utf-16-be').hex().upper()}>"
        for code, text in sorted(texts.items())
    ]
    blocks = (pairs[start : start + 100] for start in range(0, len(pairs), 100))
    body = "".join(f"{len(block)} beginbfchar\n{chr(10).join(block)}\nendbfchar\n" for block in blocks)
    text = _CMAP.format(first="0" * digits, last="F" * digits, pairs=body)
    return stream(b"", text.encode("ascii"))


def prepare(face: Face) -> Prepared:
    """Work out what is prepared of a face, from its font file alone."""
    fresh = Face(face.name, lambda: face.data)
    common = [*WIN_ANSI.values(), *SIGNS]
    advances = {char: fresh.plain[char] for char in common if _is_plain(fresh, char)}
    signs = CutFont(fresh)
    signs.plain.update(char for char in SIGNS if char in advances)
    codes = {char: fresh.plain_codes[char] for char in sorted(signs.plain)}
    metrics = fresh.metrics
    return Prepared(
        font=digest(fresh.data),
        metrics=(metrics.ascent, metrics.descent, metrics.line_gap),
        underline=fresh.underline,
        advances=advances,
        lacks=frozenset(char for char in common if not fresh.covers(char)),
        codes=codes,
        fixed=make_fixed(fresh) if has_fixed(fresh) else None,
        signs=_make_cut(signs, signs.drawn()) if codes else None,
    )


def _is_plain(face: Face, char: str) -> bool:
    try:
        return face.plain[char] >= 0
    except KeyError:
        return False
