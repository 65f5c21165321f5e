"""What is prepared of fonts says what the fonts say, and counts for no others."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from laying import INFO, NAMES, Stack, everything, field_paragraph, heading, paragraph
from msgspec.structs import replace

from forms.formats.pdf import prepared
from forms.formats.pdf.display import FieldSpec
from forms.formats.pdf.embedding import prepare
from forms.formats.pdf.fonts import Face, FontBook
from forms.formats.pdf.prepared import FontObjects, Prepared
from forms.formats.pdf.writer import write
from pdf_checks import structure_problems
from pdf_text import page_texts, tree_paragraphs

FONTS = Path(__file__).parents[3] / "fonts"
FILES = sorted(FONTS.rglob("*.prepared"))


def loaded(file: Path) -> Prepared:
    known = prepared.load(file.read_bytes(), file.with_suffix(".ttf").read_bytes())
    assert known is not None, "run scripts/prepare_fonts.py"
    return known


def inflated(font: FontObjects | None) -> list[bytes]:
    """A font's objects without what differs between versions of zlib."""
    if font is None:
        return []
    streams = []
    for written in font.streams:
        head, data = re.fullmatch(rb"<<(.*?)/Length \d+>>stream\n(.*)\r\nendstream", written, re.S).groups()
        streams.append(head + zlib.decompress(data))
    return [*font.dictionaries, *streams]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_is_what_the_font_says(file):
    known, made = loaded(file), prepare(Face(file.stem, file.with_suffix(".ttf").read_bytes))
    assert inflated(known.fixed) == inflated(made.fixed)
    assert inflated(known.signs) == inflated(made.signs)
    assert replace(known, fixed=None, signs=None) == replace(made, fixed=None, signs=None)


def test_all_faces_of_plain_text_have_it():
    assert {file.stem for file in FILES} >= {path.stem for path in FONTS.rglob("Arimo-*.ttf")}
    assert all(loaded(file).fixed for file in FILES if file.stem.startswith("Arimo"))
    assert any(set(loaded(file).codes) == set(prepared.SIGNS) for file in FILES)


def bare(folder: Path) -> FontBook:
    """The same fonts with nothing prepared."""
    for font in FONTS.rglob("*.ttf"):
        shutil.copy(font, folder)
    return FontBook.load(folder)


def ticked() -> Stack:
    """Plain text and the boxes of a form."""
    stack = Stack().add(heading("Naïve – “quoted”")).add(paragraph("☐ one ☒ two")).add(paragraph("☒"))
    return stack.add(field_paragraph("Name", FieldSpec("name", "text", "Name", "Zoë (☐)")))


@pytest.mark.parametrize("stack", [ticked, everything], ids=["plain", "everything"])
def test_documents_say_the_same_without_it(stack, tmp_path):
    quick, slow = (write(stack().laid(), INFO, book) for book in (FontBook.load(FONTS), bare(tmp_path)))
    assert structure_problems(quick) == []
    assert page_texts(quick) == page_texts(slow)
    assert tree_paragraphs(quick) == tree_paragraphs(slow)


def test_measures_are_the_same_without_it(tmp_path):
    quick, slow = FontBook.load(FONTS), bare(tmp_path)
    for text in (*NAMES, "plain", "☐ or ☒", "soft\u00adhyphen", "€ “x”", "日"):
        assert quick.runs(text) == slow.runs(text)
        assert quick.uncovered(text) == slow.uncovered(text)
    assert quick.metrics(bold=True) == slow.metrics(bold=True)


@pytest.mark.parametrize("spoil", [lambda data: b"", lambda data: data[:-1], lambda data: b"{}"])
def test_damaged_counts_as_absent(spoil):
    file = FILES[0]
    assert prepared.load(spoil(file.read_bytes()), file.with_suffix(".ttf").read_bytes()) is None


@pytest.mark.parametrize("font", [b"", b"\0\1\0\0\0"])
def test_it_counts_for_no_damaged_font(font):
    assert prepared.load(FILES[0].read_bytes(), font) is None


def test_it_counts_for_no_other_font():
    file = FILES[0]
    assert prepared.load(file.read_bytes(), FILES[1].with_suffix(".ttf").read_bytes()) is None


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_beginning_of_a_font_tells_it_from_others(file):
    """Its directory has a checksum of each table (OpenType, "Calculating checksums")."""
    face = Face(file.stem, file.with_suffix(".ttf").read_bytes)
    beginning = face.data[: prepared.BEGINNING]
    assert prepared.digest(beginning) == prepared.digest(face.data)
    (count,) = struct.unpack_from(">H", beginning, 4)
    for index in range(count):
        tag, checksum, offset, length = struct.unpack_from(">4s3I", beginning, 12 + 16 * index)
        table = face.data[offset : offset + length] + bytes(-length % 4)
        if tag == b"head":
            table = table[:8] + bytes(4) + table[12:]  # the checksum of the whole file
        assert sum(struct.unpack(f">{len(table) // 4}I", table)) % 2**32 == checksum


def test_plain_text_needs_no_library_for_fonts():
    """What a document of plain text and boxes doesn't need is not imported."""
    script = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from pathlib import Path\n"
        "from forms.formats.pdf.display import *\n"
        "from forms.formats.pdf.fonts import FontBook\n"
        "from forms.formats.pdf.writer import write\n"
        "book = FontBook.load(Path(sys.argv[2]))\n"
        "ops = tuple(TextOp(0, 9, run, 9, 0) for run in book.runs('Plain – “text”') + book.runs('☐'))\n"
        "page = Page(99, 99, (Fragment(0, 9, 9, ops),))\n"
        "laid = LaidDocument((page,), (Instance((Element('P'),)),))\n"
        "write(laid, PdfInfo('', '', '', '', '2026-11-21'), book)\n"
        "print(*{'uharfbuzz', 'fontTools', 'reportlab', 'PIL'} & set(sys.modules))"
    )
    words = [sys.executable, "-c", script, str(FONTS.parent / "src"), str(FONTS)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
