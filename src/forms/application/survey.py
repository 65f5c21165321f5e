"""What can be filled in in any document: ours, or a form that someone else designed."""

from __future__ import annotations

from pathlib import Path

from forms.application.readback import file_bytes, kind_of
from forms.formats.fillable import Survey


def inspect_form(file: Path | bytes, name: str = "") -> Survey:
    """List all that can be filled in in a DOCX or PDF, whoever made it.

    Args:
        file: The file or its bytes.
        name: What to call it in problems.

    Raises:
        InputError: It cannot be read: see `readback.kind_of`, and what a hostile file is refused for.
    """
    data, source = file_bytes(file, name)
    if kind_of(data, source) == "docx":
        from forms.formats.word.inspector import inspect as inspect_word

        return inspect_word(data, source)
    from forms.formats.pdf.inspector import inspect as inspect_pdf

    return inspect_pdf(data, source)
