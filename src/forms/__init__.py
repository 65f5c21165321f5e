"""forms: one safeguarding case, typed once, becomes every paper the procedure asks for.

The public interface, which the command line uses and nothing else:

    import forms
    catalogue = forms.open_catalogue()
    case = forms.load_case(Path("case.json"))
    product = forms.render(case, "conference-report", forms.RenderOptions(issued=date(2026, 11, 21)), catalogue)
    forms.write_documents(product.documents, Path("out"))

Names are imported when they are first used, so that a command starts quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forms.application.bulk.report import BulkReport, Progress
    from forms.application.bulk.run import BulkOptions, bulk
    from forms.application.catalogue import Catalogue, open_catalogue
    from forms.application.checking import load_case, validate
    from forms.application.describe import describe, describe_own_forms
    from forms.application.encryption import Keys, load_keys
    from forms.application.filling import FilledForm, fill_form
    from forms.application.follow_up.answers import TOLD, Recorded, record, record_reply
    from forms.application.follow_up.calendar import write_calendar
    from forms.application.follow_up.chasers import ChaseOptions, chase
    from forms.application.follow_up.deadlines import Agenda, Due, agenda
    from forms.application.follow_up.month import Figures, Month, month
    from forms.application.follow_up.monthly import write_report
    from forms.application.follow_up.outstanding import Outstanding, status
    from forms.application.follow_up.report import ChaseReport
    from forms.application.linting import lint
    from forms.application.mapping.checking import lint_mapping
    from forms.application.mapping.model import FormMapping, load_mapping
    from forms.application.mapping.specimen import specimen
    from forms.application.mapping.writing import DraftedMapping, draft_mapping
    from forms.application.outcome import ReplyOutcome, outcome_of
    from forms.application.output import write_documents
    from forms.application.preview import PageImage, preview
    from forms.application.produce import Document, Product, RenderOptions, render
    from forms.application.readback import Reading, read_form
    from forms.application.readback_compare import Comparison, compare_with_case, compare_with_sent
    from forms.application.readback_merge import Merged, merge_reply, write_case
    from forms.application.sending.report import SendReport, Sent
    from forms.application.sending.send import VERDICTS, SendOptions, mark_handed_over, send, settle
    from forms.application.starter import init_library, new_case
    from forms.application.survey import inspect_form
    from forms.domain.case import Case, empty_case
    from forms.formats.fillable import Survey
    from forms.formats.word.compiled import PrintSize
    from forms.foundation.errors import (
        ArtefactError,
        FormsError,
        InputError,
        MissingError,
        OutputError,
        UsageError,
    )
    from forms.foundation.problems import Place, Problem, errors_in

_HOMES = {
    "forms.application.bulk.report": ("BulkReport", "Progress"),
    "forms.application.bulk.run": ("BulkOptions", "bulk"),
    "forms.application.catalogue": ("Catalogue", "open_catalogue"),
    "forms.application.checking": ("load_case", "validate"),
    "forms.application.encryption": ("Keys", "load_keys"),
    "forms.application.describe": ("describe", "describe_own_forms"),
    "forms.application.follow_up.outstanding": ("Outstanding", "status"),
    "forms.application.follow_up.calendar": ("write_calendar",),
    "forms.application.follow_up.deadlines": (
        "Agenda",
        "Due",
        "agenda",
    ),
    "forms.application.follow_up.chasers": (
        "ChaseOptions",
        "chase",
    ),
    "forms.application.follow_up.report": ("ChaseReport",),
    "forms.application.filling": ("FilledForm", "fill_form"),
    "forms.application.follow_up.answers": (
        "TOLD",
        "Recorded",
        "record",
        "record_reply",
    ),
    "forms.application.follow_up.month": (
        "Figures",
        "Month",
        "month",
    ),
    "forms.application.follow_up.monthly": ("write_report",),
    "forms.application.linting": ("lint",),
    "forms.application.mapping.checking": ("lint_mapping",),
    "forms.application.mapping.model": ("FormMapping", "load_mapping"),
    "forms.application.mapping.specimen": ("specimen",),
    "forms.application.mapping.writing": ("DraftedMapping", "draft_mapping"),
    "forms.application.outcome": ("ReplyOutcome", "outcome_of"),
    "forms.application.output": ("write_documents",),
    "forms.application.preview": ("PageImage", "preview"),
    "forms.application.produce": ("Document", "Product", "RenderOptions", "render"),
    "forms.application.readback": ("Reading", "read_form"),
    "forms.application.readback_compare": ("Comparison", "compare_with_case", "compare_with_sent"),
    "forms.application.readback_merge": ("Merged", "merge_reply", "write_case"),
    "forms.application.sending.report": ("SendReport", "Sent"),
    "forms.application.sending.send": ("VERDICTS", "SendOptions", "mark_handed_over", "send", "settle"),
    "forms.application.starter": ("init_library", "new_case"),
    "forms.application.survey": ("inspect_form",),
    "forms.formats.fillable": ("Survey",),
    "forms.domain.case": ("Case", "empty_case"),
    "forms.formats.word.compiled": ("PrintSize",),
    "forms.foundation.errors": (
        "ArtefactError",
        "FormsError",
        "InputError",
        "MissingError",
        "OutputError",
        "UsageError",
    ),
    "forms.foundation.problems": ("Place", "Problem", "errors_in"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "TOLD",
    "VERDICTS",
    "Agenda",
    "ArtefactError",
    "BulkOptions",
    "BulkReport",
    "Case",
    "Catalogue",
    "ChaseOptions",
    "ChaseReport",
    "Comparison",
    "Document",
    "DraftedMapping",
    "Due",
    "Figures",
    "FilledForm",
    "FormMapping",
    "FormsError",
    "InputError",
    "Keys",
    "Merged",
    "MissingError",
    "Month",
    "OutputError",
    "Outstanding",
    "PageImage",
    "Place",
    "PrintSize",
    "Problem",
    "Product",
    "Progress",
    "Reading",
    "Recorded",
    "RenderOptions",
    "ReplyOutcome",
    "SendOptions",
    "SendReport",
    "Sent",
    "Survey",
    "UsageError",
    "agenda",
    "bulk",
    "chase",
    "compare_with_case",
    "compare_with_sent",
    "describe",
    "describe_own_forms",
    "draft_mapping",
    "empty_case",
    "errors_in",
    "fill_form",
    "init_library",
    "inspect_form",
    "lint",
    "lint_mapping",
    "load_case",
    "load_keys",
    "load_mapping",
    "mark_handed_over",
    "merge_reply",
    "month",
    "new_case",
    "open_catalogue",
    "outcome_of",
    "preview",
    "read_form",
    "record",
    "record_reply",
    "render",
    "send",
    "settle",
    "specimen",
    "status",
    "validate",
    "write_calendar",
    "write_case",
    "write_documents",
    "write_report",
]


def __getattr__(name: str) -> object:
    """Import a public name from its home when it is first used."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'forms' has no attribute {name!r}")
    value: object = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names."""
    return list(__all__)
