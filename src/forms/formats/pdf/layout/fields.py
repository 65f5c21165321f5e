"""Content controls as form fields."""

from __future__ import annotations

from forms.formats.pdf.display import FieldKind, FieldSpec
from forms.formats.word.model import Control, ControlKind

_KINDS: dict[ControlKind, FieldKind] = {
    "text": "text",
    "multiline": "multiline",
    "date": "date",
    "choice": "choice",
    "combo": "combo",
    "checkbox": "checkbox",
}


def is_box(control: Control) -> bool:
    """Whether a control becomes a check box."""
    return control.kind == "checkbox"


def field_spec(control: Control) -> FieldSpec:
    """Describe the field that a control becomes; it must be fillable."""
    return FieldSpec(
        name=control.tag,
        kind=_KINDS[control.kind],
        title=control.title or control.tag,
        value=control.value,
        options=control.options,
        required=control.required,
        date_format=control.date_format,
    )


def box_size(size: float, top: float, bottom: float) -> tuple[float, float]:
    """Give side and top of a check box: as large as the text beside it, in the middle of its line."""
    side = min(size, bottom - top)
    return side, top + (bottom - top - side) / 2
