"""Work out what is prepared of the library's fonts (see `forms.formats.pdf.prepared`), beside each of them.

Run it after a font was added or changed, or when a test says so: `python scripts/prepare_fonts.py`.
"""

from __future__ import annotations

from pathlib import Path

from forms.formats.pdf.embedding import prepare
from forms.formats.pdf.fonts import Face
from forms.formats.pdf.prepared import SUFFIX, dump

FONTS = Path(__file__).resolve().parent.parent / "fonts"
PREPARED = ("Arimo-*.ttf", "NotoSansSymbols2-*.ttf")
"""The faces of plain Latin text and of signs; others are for shaped text, which needs the font itself."""


def main() -> None:
    """Write the files."""
    for pattern in PREPARED:
        for font in sorted(FONTS.rglob(pattern)):
            prepared = prepare(Face(font.stem, font.read_bytes))
            font.with_suffix(SUFFIX).write_bytes(dump(prepared))


if __name__ == "__main__":
    main()
