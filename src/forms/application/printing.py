"""From rendered WordprocessingML to PDF: read, lay out, draw."""

from __future__ import annotations

from collections.abc import Collection

from forms.formats.pdf.display import PdfInfo
from forms.formats.pdf.fonts import FontBook
from forms.formats.pdf.layout import lay_out
from forms.formats.pdf.writer import write
from forms.formats.word.docprops import Properties
from forms.formats.word.parts import RenderedWord
from forms.formats.word.reader import read
from forms.foundation.errors import InputError
from forms.foundation.problems import Problem


def print_pdf(
    rendered: RenderedWord,
    properties: Properties,
    fonts: FontBook,
    *,
    fillable: bool,
    archive: bool = False,
    required: Collection[str] = (),
) -> bytes:
    """Make the PDF of a rendered template.

    Args:
        rendered: The template's parts, rendered; the DOCX is the same, zipped.
        properties: What the document says of itself, as in the DOCX.
        fonts: The fonts to draw with.
        fillable: Whether content controls become form fields.
        archive: Whether it is for the case record: PDF/A-2a too, with fields as plain text.
        required: Names of the fields that must be filled in.

    Raises:
        ArtefactError: The template holds what the PDF does not support.
    """
    laid = lay_out(read(rendered, patterns=True), fonts, fillable=fillable)
    return write(laid, _info(properties), fonts, fillable=fillable, archive=archive, required=required)


def print_folded(
    rendered: RenderedWord,
    properties: Properties,
    fonts: FontBook,
    imposition: str,
    *,
    archive: bool = False,
) -> bytes:
    """Make the PDF of a rendered template to be printed on both sides of A4 (short edge) and folded.

    Args:
        rendered: As for `print_pdf`.
        properties: As for `print_pdf`.
        fonts: As for `print_pdf`.
        imposition: The way of folding, one of `forms.formats.pdf.imposition.SCHEMES`.
        archive: As for `print_pdf`; there are no fields in any case.

    Raises:
        InputError: There is more text than a sheet so folded has room for, even in the smallest print allowed.
        ArtefactError: The template holds what the PDF does not support.
    """
    from forms.formats.pdf.imposition import SCHEMES, fit, impose  # here, as few papers are folded

    scheme = SCHEMES[imposition]
    document = read(rendered)
    needed = 0
    for scale in scheme.scales:
        laid = lay_out(fit(document, scheme, scale), fonts, fillable=True)
        needed = len(laid.pages)
        if not scheme.most or needed <= scheme.most:
            folded = impose(laid, scheme, scale)
            return write(folded, _info(properties), fonts, fillable=False, archive=archive)
    raise InputError(
        Problem(
            "error",
            "too-long-to-fold",
            f"The text takes {needed} panels, and a sheet folded this way has {scheme.most}",
            f"Hand out the plain A4 pages (without --imposition {imposition}), or shorten the text",
        )
    )


def _info(properties: Properties) -> PdfInfo:
    return PdfInfo(
        title=properties.title,
        author=properties.author,
        subject=properties.subject,
        keywords=properties.keywords,
        created=properties.created,
        custom=properties.custom,
    )
