"""Ours: `python ours.py KIND`, from the bytes of a case, or, for `render`, from data in memory as peers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import loop

LIBRARY = Path(__file__).resolve().parent.parent / "library"
ISSUED = date(2026, 11, 21)
KINDS = {
    "docx": ("bench-report", ("docx",)),
    "pdf": ("bench-report", ("pdf",)),
    "both": ("bench-report", ("docx", "pdf")),
    "real-docx": ("conference-report", ("docx",)),
    "real-pdf": ("conference-report", ("pdf",)),
    "real-both": ("conference-report", ("docx", "pdf")),
}
READER = ("professionals",)


class Whole:
    """Bytes of a case in, bytes of documents out: parsed, validated, filtered for its reader, rendered."""

    def __init__(self, kind: str) -> None:
        import forms

        self.artefact, formats = KINDS[kind]
        self.catalogue = forms.open_catalogue(LIBRARY)
        self.options = forms.RenderOptions(formats=formats, audiences=READER, issued=ISSUED)
        self.forms = forms

    def prepare(self, case: dict[str, object]) -> bytes:
        return json.dumps(case, ensure_ascii=False).encode()

    def __call__(self, data: bytes) -> object:
        return self.forms.render(self.forms.load_case(data), self.artefact, self.options, self.catalogue)


class Render:
    """The template alone, as the peers do it: data in memory in, DOCX out, nothing checked."""

    def __init__(self) -> None:
        import forms
        from forms.application.context import context_of, identity_of
        from forms.application.copies import plan
        from forms.domain.audience import view
        from forms.domain.presentation import Style
        from forms.formats.word.docprops import Properties
        from forms.formats.word.package import write

        catalogue = forms.open_catalogue(LIBRARY)
        manifest = catalogue.artefact("bench-report")
        edition = manifest.edition_on(ISSUED)
        template = catalogue.template(manifest, edition.template)
        root = catalogue.vocabulary.case
        copy = plan(forms.empty_case(), manifest, READER, catalogue, blank=True).copies[0]
        style = Style(on=ISSUED)

        def make(seen: object) -> bytes:
            reference = seen.data["reference"]  # type: ignore[attr-defined]
            identity = identity_of(manifest, edition, copy, reference, ISSUED, "0" * 64, "en-GB")
            context = context_of(seen, copy, manifest, identity, catalogue, style=style, draft=False, extra={})
            properties = Properties(
                manifest.title, "", "", created="2026-11-21T00:00:00Z", custom=identity.custom
            )
            return write(template.render(context, properties))

        self.make = make
        self.view = lambda case: view(case, root, copy.reader, manifest.id)
        self.forms = forms

    def prepare(self, case: dict[str, object]) -> object:
        data = json.dumps(case, ensure_ascii=False).encode()
        return self.view(self.forms.load_case(data))

    def __call__(self, seen: object) -> bytes:
        return self.make(seen)


def documents(result: object) -> loop.Documents:
    if isinstance(result, bytes):
        return [("docx", result)]
    return [(document.format, document.data) for document in result.documents]  # type: ignore[attr-defined]


def setup(kind: str) -> Callable[[], object]:
    return Render if kind == "render" else lambda: Whole(kind)


if __name__ == "__main__":
    loop.serve(setup(sys.argv[1]), documents)  # type: ignore[arg-type]
