"""What was changed in a returned form besides its answers: fixed texts, and values that it was sent with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from msgspec import structs

from forms.application.catalogue import Catalogue, open_catalogue
from forms.application.produce import Document, RenderOptions, render
from forms.application.readback import Reading, file_bytes, open_returned, print_size, recognise
from forms.application.readback_match import match
from forms.application.readback_values import answers
from forms.domain.case import Case, resolve, strings
from forms.domain.nodes import label
from forms.formats.returned import Returned
from forms.foundation.errors import InputError
from forms.foundation.problems import Place, Problem


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: `what` is `fixed text` or `prefilled value`; `was` and `now` are the texts, or ""."""

    what: str
    was: str
    now: str
    pointer: str = ""
    label: str = ""

    def as_json(self) -> dict[str, str]:
        """As `forms read` prints it."""
        return {
            "what": self.what,
            "label": self.label,
            "pointer": self.pointer,
            "was": self.was,
            "now": self.now,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences between what was sent (`basis`: "case" or "sent file") and what came back."""

    basis: str
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def words(self) -> str:
        """The result in words."""
        if not self.changes:
            return f"nothing but the answers differs from what was sent (by the {self.basis})"
        number = len(self.changes)
        return f"{number} difference{'s' if number > 1 else ''} from what was sent (by the {self.basis})"

    def as_json(self) -> dict[str, object]:
        """As `forms read` prints it."""
        changes = [change.as_json() for change in self.changes]
        return {"with": self.basis, "result": self.words, "changes": changes}


def compare_with_case(reading: Reading, case: Case, catalogue: Catalogue | None = None) -> Comparison:
    """Make the original again from the case and compare.

    Raises:
        InputError: `original-not-found`: the case gives no such document any more; or the case has errors.
    """
    issue, source = reading.issue, reading.document
    catalogue = catalogue or open_catalogue()
    readers = [rule.reader for rule in reading.manifest.audiences]
    options = RenderOptions(
        formats=(source.format,),
        audiences=(issue.reader,) if issue.reader in readers else (),
        issued=issue.issued,
        edition=issue.edition,
        blank=issue.reference == "blank",
        print_size=print_size(issue),
        replaces=issue.replaces,
    )
    product = render(case, reading.manifest.id, options, catalogue)
    original = _original(reading, product.documents)
    if not _is_same(reading, original) and not options.blank:
        # A form may have gone out blank but for the case's reference.
        blank = render(case, reading.manifest.id, structs.replace(options, blank=True), catalogue)
        original = next((each for each in blank.documents if _is_same(reading, each)), original)
    if original is None:
        raise InputError.of(
            "original-not-found",
            "The case gives no document with this reference for this reader",
            "Check that it is the right case; or name the file that was sent with --sent",
            Place(case.source),
        )
    problems: tuple[Problem, ...] = ()
    if not _is_same(reading, original):
        message = "The case or the library is not as it was when this was sent"
        hint = "Differences may come from that; name the file that was sent with --sent to be sure"
        problems = (Problem("warning", "case-has-changed", message, hint, Place(case.source)),)
    sent = open_returned(original.data, original.name)
    return Comparison("case", tuple(_changes(reading, sent, catalogue)), problems)


def compare_with_sent(
    reading: Reading, file: Path | bytes, name: str = "", catalogue: Catalogue | None = None
) -> Comparison:
    """Compare with the very file that was sent.

    Raises:
        InputError: `not-what-was-sent`: the file is another issue, or of another format.
    """
    data, source = file_bytes(file, name)
    catalogue = catalogue or open_catalogue()
    sent = open_returned(data, source)
    _, issue = recognise(sent, source, catalogue)
    ours, theirs = reading.issue, issue
    same = (ours.artefact, ours.edition, ours.reference) == (theirs.artefact, theirs.edition, theirs.reference)
    length = min(len(ours.digest), len(theirs.digest))
    if not same or not length or ours.digest[:length] != theirs.digest[:length]:
        message = "The file given with --sent is not the document that came back"
        raise InputError.of("not-what-was-sent", message, "Name the file as it was sent", Place(source))
    if sent.format != reading.document.format:
        message = (
            f"The document came back as {reading.document.format.upper()}, the file sent is another format"
        )
        hint = "Name the file that was sent in that format, or the case with --case"
        raise InputError.of("not-what-was-sent", message, hint, Place(source))
    return Comparison("sent file", tuple(_changes(reading, sent, catalogue)))


def _original(reading: Reading, documents: Sequence[Document]) -> Document | None:
    """Give the document with the same digest; else, of those for the reader, the one most like what came back.

    Where two are equally like it (copies for two areas), there is none.
    """
    issue = reading.issue
    for document in documents:
        if _is_same(reading, document):
            return document
    alike = [
        document
        for document in documents
        if document.identity.reference == issue.reference and issue.audience in ("", document.identity.reader)
    ]
    if len(alike) < 2:
        return alike[0] if alike else None
    returned = reading.document.texts
    likeness = [_likeness(open_returned(each.data, each.name).texts, returned) for each in alike]
    best = max(likeness)
    return alike[likeness.index(best)] if likeness.count(best) == 1 else None


def _likeness(before: Sequence[str], after: Sequence[str]) -> float:
    return SequenceMatcher(None, before, after, autojunk=False).ratio()


def _is_same(reading: Reading, document: Document | None) -> bool:
    """Tell by the digest whether a document is the very one that was sent."""
    digest = reading.issue.digest
    return bool(document and digest and document.identity.digest.startswith(digest))


def _changes(reading: Reading, sent: Returned, catalogue: Catalogue) -> Iterator[Change]:
    yield from _text_changes(sent.texts, reading.document.texts)
    yield from _value_changes(reading, sent, catalogue)


def _text_changes(before: Sequence[str], after: Sequence[str]) -> Iterator[Change]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, start, end, first, last in matcher.get_opcodes():
        if kind == "equal":
            continue
        was, now = before[start:end], after[first:last]
        for index in range(max(len(was), len(now))):
            yield Change(
                "fixed text", was[index] if index < len(was) else "", now[index] if index < len(now) else ""
            )


def _value_changes(reading: Reading, sent: Returned, catalogue: Catalogue) -> Iterator[Change]:
    """Compare what the original was filled in with; an answer to an empty place is no change."""
    root = catalogue.vocabulary.node(reading.manifest.reply_schema)
    made = [control for control in sent.controls if control.tag]
    matching = match(sent.controls, made)
    original = answers(matching.matches, made, root, "").reply
    for pointer, was in strings(original):
        now = resolve(reading.reply, pointer)
        if now is None:
            now = reading.unread.get(pointer, "")
        if now != was:
            yield Change("prefilled value", was, str(now), pointer, label(root, pointer))
    for pointer in _ticked(original):
        if resolve(reading.reply, pointer) is not True:
            yield Change("prefilled value", "ticked", "not ticked", pointer, label(root, pointer))


def _ticked(value: object, pointer: str = "") -> Iterator[str]:
    if value is True:
        yield pointer
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _ticked(item, f"{pointer}/{name}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _ticked(item, f"{pointer}/{number}")
