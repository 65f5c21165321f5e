"""What a reply leads to, and the text of the entry in the case record (procedure 5.k)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from forms.application.catalogue import Catalogue, open_catalogue
from forms.application.readback import Reading
from forms.domain.nodes import Node, ordinal
from forms.domain.wording import code_words, date_words
from forms.foundation.problems import errors_in


@dataclass(frozen=True, slots=True)
class ReplyOutcome:
    """The outcome's code and words ("" for both where it can't be judged), and the record entry's text."""

    id: str
    text: str
    record: str

    def as_json(self) -> dict[str, str]:
        """As `forms read` prints it."""
        return {"id": self.id, "text": self.text, "record": self.record}


def outcome_of(
    reading: Reading, catalogue: Catalogue | None = None, today: date | None = None
) -> ReplyOutcome | None:
    """Judge a reply by the manifest's outcomes, the first whose condition it meets.

    A reply with errors is not judged: what could not be read might change the outcome.

    Args:
        reading: The reply.
        catalogue: The library; the program's own if not given.
        today: The day of receipt; today if not given.

    Returns:
        The outcome, or None for a paper whose manifest has none.
    """
    manifest = reading.manifest
    if not manifest.outcomes:
        return None
    vocabulary = (catalogue or open_catalogue()).vocabulary
    found = None
    if not errors_in(reading.problems) and reading.reply:
        found = next(
            (
                each
                for each in manifest.outcomes
                if each.when is None or vocabulary.matches(each.when, reading.reply)
            ),
            None,
        )
    words = found.text if found else "Not judged: the reply has errors or is empty; read the document itself"
    root = vocabulary.node(manifest.reply_schema)
    lines = [
        *_heading(reading, today or date.today()),
        f"Outcome: {words}",
        *_answer_lines(root, reading.reply),
    ]
    return ReplyOutcome(found.id if found else "", words if found else "", "\n".join(lines))


def _heading(reading: Reading, today: date) -> Iterator[str]:
    rule, issue = reading.manifest.returned, reading.issue
    if rule is not None and rule.contact_code:
        yield rule.contact_code
    yield f"Date received: {date_words(today.isoformat())}"
    sent = f", sent on {date_words(issue.issued.isoformat())}" if issue.issued else ""
    yield f"Reply to: {reading.manifest.title}, reference {issue.reference}{sent}"
    yield "Sensitive: yes (holds information about third parties)"


def _answer_lines(node: Node, value: object, above: str = "") -> Iterator[str]:
    """Give the answers as lines, each with the form's own words; ticked boxes as one list."""
    if isinstance(value, Mapping):
        ticked = [node.properties[name].title for name, item in value.items() if item is True]
        if ticked:
            yield f"{above or node.title}: {'; '.join(ticked)}"
        for name, item in value.items():
            if not isinstance(item, bool):
                below = node.properties[name]
                yield from _answer_lines(below, item, f"{above}, {below.title}" if above else below.title)
    elif isinstance(value, list) and node.items is not None:
        for number, item in enumerate(value, 1):
            yield from _answer_lines(node.items, item, f"{node.items.title}, {ordinal(number)}")
    else:
        printed = date_words(str(value)) if node.prints == "date" else code_words(str(value), node.words)
        yield f"{above}: {printed}"


__all__ = ["ReplyOutcome", "outcome_of"]
