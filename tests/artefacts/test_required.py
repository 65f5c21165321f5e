"""Fields that a reply must fill in are marked, and no others."""

from __future__ import annotations

import io

import pikepdf

from samples import VALID, made, pairs

REQUIRED = 2


def test_the_replys_required_fields_are_marked() -> None:
    sample = next(sample for sample in VALID if str(sample) == "check-notification/minimal")
    ((_, print_out),) = pairs(made(sample))
    with pikepdf.open(io.BytesIO(print_out.data)) as pdf:
        marked = {str(item.T) for item in pdf.Root.AcroForm.Fields if int(item.get("/Ff", 0)) & REQUIRED}
    assert marked == {"defendant_known", "sent_by", "date"}
