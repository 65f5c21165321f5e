"""Filling in the forms (AcroForm) of others: `prepare` a blank form once, `fill` it many times.

A filled copy is the blank form's own bytes with an incremental update behind them. What stands in a field comes
with an appearance of its own in an embedded font, so that every reader shows it.
"""

from forms.formats.pdf.filling.appending import append_pages
from forms.formats.pdf.filling.form import PdfForm, prepare
from forms.formats.pdf.filling.reading import read_back
from forms.formats.pdf.filling.setting import FLOOR

__all__ = ["FLOOR", "PdfForm", "append_pages", "prepare", "read_back"]
