"""Diagnostics as data: what is wrong, where, and what to do about it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

Severity = Literal["error", "warning"]


class Place(Struct, frozen=True):
    """Where a problem is.

    `source` names the file (or template part), `pointer` is a JSON Pointer into it (empty where there is
    none), `label` is the place in words a person knows: "Children, 2nd: Date of birth" in a case, "Heading
    ‘Risk’, table row 3" in a template.
    """

    source: str = ""
    pointer: str = ""
    label: str = ""

    def __str__(self) -> str:
        """Give `source: label (pointer)`, leaving out what is empty."""
        words = self.label or self.pointer
        if self.label and self.pointer:
            words = f"{self.label} ({self.pointer})"
        return ": ".join(part for part in (self.source, words) if part)


class Problem(Struct, frozen=True):
    """One thing that is wrong. `message` and `hint` never hold a value of the case.

    `code` is a stable name for scripts and tests, in kebab case (`unknown-property`). `message` says what
    is wrong in one sentence without a full stop; `hint` says what to do, or is empty.
    """

    severity: Severity
    code: str
    message: str
    hint: str = ""
    place: Place = field(default_factory=Place)

    def as_json(self) -> dict[str, str]:
        """Give the problem as the object that `--json` prints."""
        return {
            "severity": self.severity,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "source": self.place.source,
            "pointer": self.place.pointer,
            "label": self.place.label,
        }


def errors_in(problems: tuple[Problem, ...] | list[Problem]) -> tuple[Problem, ...]:
    """Give the problems that stop a document from being written."""
    return tuple(problem for problem in problems if problem.severity == "error")
