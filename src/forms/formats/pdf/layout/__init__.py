"""Layout: the document model becomes pages of operations, by the rules of ECMA-376 part 1, section 17.

In order of size: `atoms` (pieces of words), `lines`, `paragraphs`, `tables` (their grid and cells) and `rows`
(which of them go on a page), `flow` (stacking and parting), `headers`, `pages`. Lengths are points. What has
been laid out is immutable and relative to its own origin; only `pages` knows where it ends up.
"""

from __future__ import annotations

from forms.formats.pdf.display import LaidDocument
from forms.formats.pdf.fonts import FontBook
from forms.formats.pdf.layout.blocks import Setting
from forms.formats.pdf.layout.pages import Paginator
from forms.formats.word.model import Document

__all__ = ["lay_out"]


def lay_out(document: Document, fonts: FontBook, *, fillable: bool) -> LaidDocument:
    """Lay out a document; with `fillable`, content controls become form fields.

    Equal input gives equal output. Static blocks (see `model.Placed`) are laid out once for all documents.
    """
    setting = Setting(document.language, document.default_tab, fillable, document.compatibility < 15)
    return Paginator(document, fonts, setting).run()
