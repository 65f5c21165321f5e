"""Pictures of pages, to look a document over without opening it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from forms.foundation.errors import MissingError

if TYPE_CHECKING:
    from forms.application.produce import Document

DOTS_PER_INCH = 110
_POINTS_PER_INCH = 72


@dataclass(frozen=True, slots=True)
class PageImage:
    """The picture of one page: `data` is a PNG, `page` counts from 1."""

    name: str
    page: int
    data: bytes


def preview(documents: Iterable[Document], dots_per_inch: int = DOTS_PER_INCH) -> tuple[PageImage, ...]:
    """Draw every page of the PDFs among documents; other formats are passed over.

    Args:
        documents: What `render` made.
        dots_per_inch: How fine the pictures are; an A4 page at 110 is 909 by 1286 dots.

    Raises:
        MissingError: The extra `preview` is not installed.
    """
    pdfs = [document for document in documents if document.format == "pdf"]
    return tuple(image for document in pdfs for image in _pages(document, dots_per_inch))


def _pages(document: Document, dots_per_inch: int) -> Iterator[PageImage]:
    library = _library()
    pdf = library.PdfDocument(document.data)
    try:
        pdf.init_forms()  # else fields would be left out
        digits = len(str(len(pdf)))
        for number, page in enumerate(pdf, 1):
            picture = page.render(scale=dots_per_inch / _POINTS_PER_INCH, may_draw_forms=True).to_pil()
            file = io.BytesIO()
            picture.convert("RGB").save(file, "PNG", optimize=True)
            stem = document.name.removesuffix(".pdf")
            yield PageImage(f"{stem}_page-{number:0{digits}}.png", number, file.getvalue())
    finally:
        pdf.close()


def _library() -> Any:  # noqa: ANN401 - it has no types
    """Import what draws PDFs; it is an extra, because only this needs it."""
    try:
        return import_module("pypdfium2")
    except ImportError:
        raise MissingError.of(
            "no-preview",
            "Page images need a package that is not installed (pypdfium2)",
            "Install it: pip install 'forms[preview]'",
        ) from None
