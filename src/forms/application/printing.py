"""From rendered WordprocessingML to PDF: read, lay out, draw."""

from __future__ import annotations

from forms.formats.pdf.display import PdfInfo
from forms.formats.pdf.fonts import FontBook
from forms.formats.pdf.layout import lay_out
from forms.formats.pdf.writer import write
from forms.formats.word.docprops import Properties
from forms.formats.word.parts import RenderedWord
from forms.formats.word.reader import read


def print_pdf(
    rendered: RenderedWord,
    properties: Properties,
    fonts: FontBook,
    *,
    fillable: bool,
    archive: bool = False,
) -> bytes:
    """Make the PDF of a rendered template.

    Args:
        rendered: The template's parts, rendered; the DOCX is the same, zipped.
        properties: What the document says of itself, as in the DOCX.
        fonts: The fonts to draw with.
        fillable: Whether content controls become form fields.
        archive: Whether it is for the case record: PDF/A-2a too, with fields as plain text.

    Raises:
        ArtefactError: The template holds what the PDF does not support.
    """
    info = PdfInfo(
        title=properties.title,
        author=properties.author,
        subject=properties.subject,
        keywords=properties.keywords,
        created=properties.created,
        custom=properties.custom,
    )
    laid = lay_out(read(rendered), fonts, fillable=fillable)
    return write(laid, info, fonts, fillable=fillable, archive=archive)
