"""Papers that are made of no case: covering lists, monthly reports, continuation sheets.

They go through the same kind of template, house style and printing as the papers of a case. Lists and reports
say what the ledger knows, which is references and no people.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from forms.application.catalogue import Catalogue
from forms.domain.artefact import Header
from forms.domain.presentation import Style, complete, group, shown
from forms.domain.schema import PROFILE_SCHEMA
from forms.formats.word.docprops import Properties
from forms.formats.word.package import write as write_docx
from forms.formats.word.parts import RenderedWord

HEADER: Header = "form"


class Record(Struct, frozen=True):
    """A paper of the work: rendered, and ready to be a file of either format."""

    rendered: RenderedWord
    properties: Properties
    catalogue: Catalogue

    def docx(self) -> bytes:
        """Give the Word document."""
        return write_docx(self.rendered)

    def pdf(self) -> bytes:
        """Give the tagged PDF."""
        from forms.application.printing import print_pdf  # here, as it takes long to import

        return print_pdf(self.rendered, self.properties, self.catalogue.fonts, fillable=False)


def make_record(
    template: str,
    title: str,
    subject: str,
    issued: date,
    values: Mapping[str, object],
    catalogue: Catalogue,
    reference: str = "",
) -> Record:
    """Make a paper of the work.

    Args:
        template: The Word template's name in `templates/`.
        title: What the paper is.
        subject: What it is about: an authority and a run, or a month.
        issued: The day it is made on.
        values: What the template sees beside `document` and `profile`.
        catalogue: The library.
        reference: What stands in front of the footer's line.
    """
    profile = catalogue.profile
    marking = profile.get("marking") or {}
    words = " – ".join(part for part in (marking.get("level", ""), marking.get("caveat", "")) if part)
    properties = Properties(
        title,
        str(profile["name"]),
        words,
        f"{issued.isoformat()}T00:00:00Z",
        language=str(profile.get("language", "en-GB")),
    )
    document = {
        "title": title,
        "subject": subject,
        "reference": reference,
        "issued": issued,
        "marking": words,
        "draft": False,
        "blank": False,
        "identity": " · ".join(part for part in (reference, title, str(shown(issued))) if part),
        "replaces": shown(""),
    }
    context: dict[str, object] = {
        "document": group(document),
        "profile": complete(profile, catalogue.vocabulary.node(PROFILE_SCHEMA), Style(on=issued)),
        **values,
    }
    rendered = catalogue.plain_template(template, HEADER).render(context, properties)
    return Record(rendered, properties, catalogue)
