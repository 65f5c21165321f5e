"""A date goes into a form as the form's own script writes it, unless the mapping says otherwise."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from acroform_kit import ROOT, Form
from pikepdf import Dictionary, Name, String

import forms
from forms.application.mapping import load_mapping
from forms.formats.pdf.filling import read_back


def dated(pattern: str) -> bytes:
    made = Form()
    script = Dictionary(S=Name.JavaScript, JS=String(f'AFDate_FormatEx("{pattern}");'))
    made.text("Born", AA=Dictionary(F=script))
    return made.data()


@pytest.mark.parametrize(
    ("pattern", "own", "written"),
    [
        ("dd.mm.yyyy", "", "14.03.1989"),
        ("m/d/yy", "", "3/14/89"),
        ("dd.mm.yyyy", 'date = "yyyy-mm-dd"', "1989-03-14"),
        ("HH:MM", "", "14/03/1989"),
    ],
)
def test_the_forms_own_writing(pattern: str, own: str, written: str) -> None:
    form = dated(pattern)
    text = f"""
artefact = "referral"
reader = "social-care"
date = "dd/mm/yyyy"
[form]
title = "A form"
format = "pdf"
sha256 = "{hashlib.sha256(form).hexdigest()}"
[places.Born]
value = "{{{{ case.offender.date_of_birth }}}}"
{own}
"""
    case = forms.load_case((ROOT / "samples" / "referral" / "valid" / "full.json").read_bytes())
    filled = forms.fill_form(form, case, load_mapping(text.encode(), "m"), issued=date(2026, 11, 22))
    assert read_back(filled.data) == {"Born": written}
