"""What a bulk run tells: counts, never values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from msgspec import structs

from forms.application.encryption import NO_PASSWORD
from forms.foundation.problems import Place, Problem

MOST_SHOWN = 50
Stage = Literal["checking", "writing"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: rows done of all, rows per second of late, and the seconds that are left."""

    stage: Stage
    done: int
    total: int
    refused: int
    rate: float
    left: float


OnProgress = Callable[[Progress], None]


@dataclass(slots=True)
class BulkReport:
    """What became of a run.

    `made` counts cases with documents of this run, `known` cases issued before, `refused` rows with errors.
    `documents` counts documents (a Word and a PDF file of one copy are one) by folder. `problems` are the
    first errors, `kinds` counts all by code, `lacking` names the recipients without a password. `seconds` and
    `bytes` are measured, or for a dry run estimated from a sample.
    """

    run: int = 0
    issued: date | None = None
    resumed: bool = False
    dry: bool = False
    stopped: bool = False
    total: int = 0
    made: int = 0
    known: int = 0
    refused: int = 0
    faults: int = 0
    documents: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    lacking: dict[str, Problem] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()
    seconds: float = 0.0
    bytes: int = 0
    manifest: Path | None = None
    to_correct: Path | None = None

    def refuse(self, problems: tuple[Problem, ...], *, fault: bool = False) -> None:
        """Count a row that was refused."""
        self.refused += 1
        self.faults += fault
        self.kinds.update(problem.code for problem in problems)
        for problem in problems:
            if problem.code == NO_PASSWORD:
                self.lacking.setdefault(problem.message, structs.replace(problem, place=Place()))
        self.problems += problems[: max(0, MOST_SHOWN - len(self.problems))]

    def as_json(self) -> dict[str, object]:
        """What `--json` prints."""
        return {
            "run": self.run,
            "issued": self.issued.isoformat() if self.issued else None,
            "resumed": self.resumed,
            "dry_run": self.dry,
            "stopped": self.stopped,
            "rows": self.total,
            "made": self.made,
            "already_issued": self.known,
            "refused": self.refused,
            "documents": dict(sorted(self.documents.items())),
            "problem_kinds": dict(sorted(self.kinds.items())),
            "warning_kinds": dict(sorted(self.warnings.items())),
            "seconds": round(self.seconds, 1),
            "bytes": self.bytes,
            "manifest": str(self.manifest) if self.manifest else None,
            "to_correct": str(self.to_correct) if self.to_correct else None,
            "problems": [problem.as_json() for problem in (*self.notes, *self.problems)],
        }
