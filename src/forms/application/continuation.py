"""The continuation sheet: what a form of others had no room for, in full, made by our own pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from forms.application.catalogue import Catalogue
from forms.application.printing import print_pdf
from forms.domain.presentation import Style, complete, group, rows, shown
from forms.domain.schema import PROFILE_SCHEMA
from forms.formats.filling import Continued
from forms.formats.word.docprops import Properties
from forms.formats.word.package import write as write_docx
from forms.formats.word.parts import RenderedWord

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
    return write_docx(_rendered(continued, title, reference, issued, catalogue))


def pdf_sheet(
    continued: Sequence[Continued], title: str, reference: str, issued: date, catalogue: Catalogue
) -> bytes:
    """Make the sheet as a tagged PDF; arguments as for `word_sheet`."""
    rendered = _rendered(continued, title, reference, issued, catalogue)
    return print_pdf(rendered, _properties(issued, catalogue), catalogue.fonts, fillable=False)


def _rendered(
    continued: Sequence[Continued], title: str, reference: str, issued: date, catalogue: Catalogue
) -> RenderedWord:
    marking = catalogue.profile.get("marking") or {}
    words = " – ".join(part for part in (marking.get("level", ""), marking.get("caveat", "")) if part)
    document = {
        "reference": reference,
        "artefact": "continuation-sheet",
        "title": title,
        "edition": "",
        "issued": issued,
        "audience": shown(""),
        "number": 0,
        "marking": words,
        "draft": False,
        "blank": False,
        "identity": " · ".join((reference, TITLE, str(shown(issued)))),
        "replaces": shown(""),
    }
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
    profile = complete(catalogue.profile, catalogue.vocabulary.node(PROFILE_SCHEMA), Style(on=issued))
    context = {"document": group(document), "profile": profile, "sheet": rows(entries)}
    return catalogue.plain_template(TEMPLATE, "form").render(context, _properties(issued, catalogue))


def _properties(issued: date, catalogue: Catalogue) -> Properties:
    language = str(catalogue.profile.get("language", "en-GB"))
    return Properties(
        TITLE, str(catalogue.profile["name"]), "", f"{issued.isoformat()}T00:00:00Z", language=language
    )
