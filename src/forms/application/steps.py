"""What the author does next, and by when: the manifest's steps, deadlines and contact code."""

from __future__ import annotations

from forms.application.catalogue import Catalogue
from forms.domain.artefact import DeadlineRule, Manifest
from forms.domain.case import Case, resolve
from forms.domain.wording import date_words, earliest


def next_steps(manifest: Manifest, case: Case, catalogue: Catalogue) -> tuple[str, ...]:
    """Give the steps in sentences without a full stop: deadlines first, then what the manifest says."""
    steps = [line for rule in manifest.deadlines if (line := _deadline(rule, case, catalogue))]
    steps += [
        step.text
        for step in manifest.next_steps
        if step.when is None or catalogue.vocabulary.matches(step.when, case.data)
    ]
    if manifest.contact_code and not any(manifest.contact_code in step for step in steps):
        steps.append(f"Record it in the case record: {manifest.contact_code}")
    return tuple(steps)


def _deadline(rule: DeadlineRule, case: Case, catalogue: Catalogue) -> str:
    """The day something is due, or how to find it where the case does not say what it counts from."""
    start = resolve(case.data, rule.starts)
    day = earliest(start)
    if day is None:
        return ""
    from forms.domain.deadlines import due  # here, as few papers have deadlines

    return f"{rule.what}: by {date_words(due(catalogue.deadline_rules[rule.rule], day).isoformat())}"
