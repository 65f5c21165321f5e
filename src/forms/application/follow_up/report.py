"""What a run of chasers tells: counts and references, never values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from forms.foundation.problems import Problem


@dataclass(frozen=True, slots=True)
class Asked:
    """A paper that is asked for again: its reference, whom, the how manieth time, and if a manager is told."""

    reference: str
    artefact: str
    authority: str
    folder: str
    attempt: int
    escalated: bool

    def as_json(self) -> dict[str, object]:
        """As `--json` prints it."""
        return {
            "reference": self.reference,
            "artefact": self.artefact,
            "authority": self.authority,
            "folder": self.folder,
            "attempt": self.attempt,
            "escalated": self.escalated,
        }


@dataclass(slots=True)
class ChaseReport:
    """What became of a call of `chase`.

    `asked` are the chasers that were made (or, in a dry run, would be); `unsent` counts papers that are not
    recorded as sent, and so are not chased; `waiting` chasers of earlier days that are not. `problems` are by
    chaser that could not be made. `for_manager` are the lists for the line manager.
    """

    day: date
    dry: bool = False
    resumed: bool = False
    runs: list[int] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    refused: int = 0
    unsent: int = 0
    waiting: int = 0
    faults: int = 0
    problems: list[Problem] = field(default_factory=list)
    for_manager: list[Path] = field(default_factory=list)

    @property
    def folders(self) -> Counter[str]:
        """How many chasers each folder got."""
        return Counter(one.folder for one in self.asked)

    @property
    def escalated(self) -> int:
        """Of how many the line manager is told."""
        return sum(one.escalated for one in self.asked)

    def as_json(self) -> dict[str, object]:
        """What `--json` prints."""
        return {
            "on": self.day.isoformat(),
            "dry_run": self.dry,
            "resumed": self.resumed,
            "runs": self.runs,
            "made": len(self.asked),
            "escalated": self.escalated,
            "refused": self.refused,
            "not_sent": self.unsent,
            "chasers_not_sent": self.waiting,
            "chasers": [one.as_json() for one in self.asked],
            "for_line_manager": [str(path) for path in self.for_manager],
            "problems": [problem.as_json() for problem in self.problems],
        }
