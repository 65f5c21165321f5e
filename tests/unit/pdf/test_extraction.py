"""Names in ten scripts, as programs that no one here wrote extract them."""

import io
import subprocess
import unicodedata

import pdfminer.high_level
import pypdfium2
import pytest
from laying import INFO, NAMES, Stack, book, paragraph

from forms.formats.pdf import bidi
from forms.formats.pdf.writer import write

MORE = (
    "شہزاد چوہدری کھٹک",
    "শ্রীমতী ক্ষ্যান্ত",
    "क्षितिज र्क त्रिपाठी",
    "الله محمد لا إله",
    "O’Brien–Smith",
    "مُحَمَّد",
    "n\u0303o\u0301",
)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    stack = Stack()
    for name in (*NAMES, *MORE):
        stack.add(paragraph(name))
    return write(stack.laid(), INFO, book())


def lines(text: str) -> set[str]:
    """The lines without format characters (extractors add direction marks), composed."""
    kept = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return {unicodedata.normalize("NFC", line).strip() for line in kept.splitlines()}


ALL = {unicodedata.normalize("NFC", name) for name in (*NAMES, *MORE)}


def test_pdfium(pdf):
    found = lines(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range())
    assert found >= ALL


def test_pdfminer(pdf):
    """It gives right-to-left words one by one, from left to right as they stand on the page."""
    text = pdfminer.high_level.extract_text(io.BytesIO(pdf))
    found = lines(text)
    for name in NAMES:
        if bidi.base_level(name):
            assert all(word[::-1] in text for word in name.split()), name
        else:
            assert name in found


@pytest.mark.programs
def test_poppler(pdf, tmp_path):
    file = tmp_path / "names.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True)
    assert lines(done.stdout.decode("utf-8")) >= ALL


@pytest.mark.programs
def test_poppler_reads_the_tree(pdf, tmp_path):
    file = tmp_path / "names.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(["pdfinfo", "-struct-text", str(file)], capture_output=True, check=True)
    out = done.stdout.decode("utf-8")
    for name in NAMES:
        if not bidi.base_level(name):
            assert f'"{name} "' in out
