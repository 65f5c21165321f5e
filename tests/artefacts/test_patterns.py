"""Each sample, for each reader and size of print: the short way of laying out gives what the long way gives."""

from __future__ import annotations

import pytest

import forms
from forms.application import produce
from forms.formats.pdf.layout import lay_out
from forms.formats.word.reader import read
from laid_alike import alike
from samples import ISSUED, VALID, Sample


@pytest.mark.parametrize("size", ["standard", "clear", "large"])
@pytest.mark.parametrize("sample", VALID, ids=str)
def test_the_short_way_gives_what_the_long_way_gives(sample: Sample, size: str) -> None:
    catalogue = forms.open_catalogue()
    options = forms.RenderOptions(formats=("pdf",), issued=ISSUED, print_size=size)  # type: ignore[arg-type]
    prepared = produce.prepare(sample.case, sample.artefact, options, catalogue)
    job = prepared._job
    for copy, seen in zip(prepared.copies, prepared.views, strict=True):
        filled, _ = produce._fill(job, seen)
        identity = produce._identity(job, copy, filled)
        rendered = produce._render(job, copy, filled, identity, produce._extra(prepared, copy))
        fillable = job.manifest.fillable
        read(rendered, patterns=True)  # what is large becomes a pattern only when it is met again
        short = lay_out(read(rendered, patterns=True), catalogue.fonts, fillable=fillable)
        assert alike(short) == alike(lay_out(read(rendered), catalogue.fonts, fillable=fillable))
