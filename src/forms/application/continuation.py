"""The continuation sheet: what a form of others had no room for, in full, made by our own pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from forms.application.catalogue import Catalogue
from forms.application.records import Record, make_record
from forms.domain.presentation import group, rows, shown
from forms.formats.filling import Continued

TEMPLATE = "continuation-sheet.docx"
TITLE = "Continuation sheet"


def word_sheet(
    continued: Sequence[Continued], title: str, reference: str, issued: date, catalogue: Catalogue
) -> bytes:
    """Make the sheet as a Word document.

    Args:
        continued: The texts, with the numbers that stand in their places.
        title: The form's title.
        reference: The document reference.
        issued: The day of issue.
        catalogue: The library, with `templates/continuation-sheet.docx`.
    """
    return _sheet(continued, title, reference, issued, catalogue).docx()


def pdf_sheet(
    continued: Sequence[Continued], title: str, reference: str, issued: date, catalogue: Catalogue
) -> bytes:
    """Make the sheet as a tagged PDF; arguments as for `word_sheet`."""
    return _sheet(continued, title, reference, issued, catalogue).pdf()


def _sheet(
    continued: Sequence[Continued], title: str, reference: str, issued: date, catalogue: Catalogue
) -> Record:
    entries = [
        group(
            {
                "number": shown(str(item.number)),
                "label": shown(item.label or item.name),
                "where": shown(item.where),
                "text": shown(item.text),
            }
        )
        for item in continued
    ]
    return make_record(TEMPLATE, TITLE, title, issued, {"sheet": rows(entries)}, catalogue, reference)
