"""Reading a form of ours that came back: what it is, what was filled in, what is wrong with that.

The file's name means nothing: the document says itself what it is, in its properties, its metadata or its
footer line. Whatever stops it from being read is an `InputError` with a way out; what is odd about the
answers is a problem of the `Reading`, which holds all that could be read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from forms.application.catalogue import Catalogue, open_catalogue, read_input
from forms.application.context import Replaced, replaced_from
from forms.application.produce import PRINTS, RenderOptions, render
from forms.application.readback_match import Matching, match
from forms.application.readback_values import answers
from forms.domain.artefact import Manifest
from forms.domain.case import empty_case
from forms.domain.nodes import Node, label
from forms.domain.wording import read_date
from forms.formats.returned import Control, Found, Returned
from forms.formats.word.compiled import PrintSize
from forms.foundation.errors import ArtefactError, InputError
from forms.foundation.problems import Place, Problem, Severity

_LINE = re.compile(
    r"(?P<reference>[A-Za-z0-9-]{1,60}) · (?P<artefact>[a-z0-9-]{1,60})"
    r" · edition (?P<edition>[0-9A-Za-z.-]{1,40})"
    r" · (?P<issued>\d{1,2} [A-Z][a-z]{2,8} \d{4}) · (?P<digest>[0-9a-f]{12})"
)
_COPY = re.compile(r"-\d+$")
_WORD, _PDF = b"PK\x03\x04", b"%PDF-"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_AGAIN = "Ask for the form itself, filled in on screen and saved, not printed; or type the answers in"


@dataclass(frozen=True, slots=True)
class Issue:
    """Which issue of which paper a returned document is; `found` says where that stood.

    `digest` is the whole one or, from the footer line, its first twelve characters. `replaces` is the version
    that it takes the place of, if it says so.
    """

    artefact: str
    edition: str
    reference: str
    found: Found
    audience: str = ""
    issued: date | None = None
    digest: str = ""
    print_size: str = "standard"
    replaces: Replaced | None = None

    @property
    def reader(self) -> str:
        """The reader, without the number of the copy."""
        return _COPY.sub("", self.audience)


@dataclass(frozen=True, slots=True)
class Reading:
    """A returned form as data.

    `reply` is held to the reply's schema; `unread` are answers that could not be understood, as they stand,
    by pointer. `ways` counts the controls by how their place was found (`tag`, `title`, `order`).
    """

    manifest: Manifest
    issue: Issue
    reply: Mapping[str, object]
    unread: Mapping[str, str]
    ways: Mapping[str, int]
    problems: tuple[Problem, ...]
    document: Returned = field(repr=False)

    def as_json(self) -> dict[str, object]:
        """What `forms read` prints, but for what it was compared with."""
        return {
            "artefact": self.manifest.id,
            "edition": self.issue.edition,
            "reference": self.issue.reference,
            "issued": self.issue.issued.isoformat() if self.issue.issued else None,
            "recognised_by": self.issue.found,
            "matched_by": dict(self.ways),
            "reply": self.reply,
            "unread": dict(self.unread),
            "problems": [problem.as_json() for problem in self.problems],
        }


def read_form(file: Path | bytes, name: str = "", catalogue: Catalogue | None = None) -> Reading:
    """Read a filled form.

    Args:
        file: The file, DOCX or PDF, or its bytes.
        name: What to call it in problems; nothing else is made of its name.
        catalogue: The library; the program's own if not given.

    Raises:
        InputError: It cannot be read: see `open_returned`, `recognise` and the codes `not-fillable`,
            `scanned`, `no-reply`.
    """
    data, source = file_bytes(file, name)
    catalogue = catalogue or open_catalogue()
    document = open_returned(data, source)
    manifest, issue = recognise(document, source, catalogue)
    form = blank_form(manifest, issue, catalogue)
    if not form:
        raise _nothing_to_fill_in(manifest, source)
    if not document.controls:
        raise _without_fields(document, source, known=True)
    matching = match(document.controls, form)
    schema = manifest.reply_schema
    root = catalogue.vocabulary.node(schema)
    found = answers(matching.matches, form, root, source)
    problems = [*_matching_problems(matching, catalogue, schema, source), *found.problems]
    problems += catalogue.vocabulary.check_data(schema, found.reply, source)
    problems += _checks(found.reply, schema, catalogue, source)
    if not found.reply and not found.unread:
        problems.append(
            _problem("warning", "nothing-filled-in", "Nothing is filled in", "Ask for it again", source)
        )
    ways = Counter[str](each.way for each in matching.matches)
    ordered = sorted(dict.fromkeys(problems), key=lambda problem: problem.severity == "warning")
    return Reading(manifest, issue, found.reply, found.unread, ways, tuple(ordered), document)


def file_bytes(file: Path | bytes, name: str = "") -> tuple[bytes, str]:
    """Give a file's bytes and what to call it; raises InputError where it cannot be read."""
    if isinstance(file, bytes):
        return file, name or "the form"
    return read_input(file), name or file.name


def open_returned(data: bytes, source: str) -> Returned:
    """Read a file by what its first bytes say it is.

    Raises:
        InputError: `not-a-form` (neither Word nor PDF), `old-format`, `encrypted`, `damaged`, and what a
            hostile package is refused for (`macro`, `unsafe-member`, `package-too-large`, …).
    """
    # Imported here: who reads a Word file needs no pypdf, and the other way round.
    if kind_of(data, source) == "docx":
        from forms.formats.word.control_reader import read_document as read_word

        return read_word(data, source)
    from forms.formats.pdf.field_reader import read_document as read_pdf

    return read_pdf(data, source)


def kind_of(data: bytes, source: str) -> Literal["docx", "pdf"]:
    """Tell what a file is by its first bytes.

    Raises:
        InputError: `not-a-form`, `old-format`, `encrypted`, `damaged` (empty).
    """
    if data.startswith(_WORD):
        return "docx"
    if _PDF in data[:1024]:
        return "pdf"
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            message = "The file is protected by a password"
            raise _refused("encrypted", message, "Ask for it again without a password", source)
        hint = "Ask for it again as .docx or PDF; in Word: File, Save As"
        raise _refused("old-format", "The file is in Word's old format", hint, source)
    if not data.strip(b"\x00 \r\n\t"):
        raise _refused("damaged", "The file is empty", "Ask for it again", source)
    hint = "A form is a .docx or a PDF; a photograph or another program's file can't be read"
    raise _refused("not-a-form", "The file is neither a Word document nor a PDF", hint, source)


def recognise(document: Returned, source: str, catalogue: Catalogue) -> tuple[Manifest, Issue]:
    """Find out which paper a document is, by what it says of itself.

    Raises:
        InputError: `no-identity` (where there is nothing to be read either: `scanned`, `not-fillable`),
            `unknown-form`, `no-reply`, `another-edition`.
    """
    issue = _from_properties(document) or _from_footer(document)
    if issue is None and not document.controls:
        raise _without_fields(document, source, known=False)
    if issue is None:
        hint = "If it is one of our forms, it was copied into another document: ask for the form itself"
        raise _refused("no-identity", "Nothing in the document says which form it is", hint, source)
    manifest = next(
        (each for each in catalogue.artefacts.values() if issue.artefact in (each.stem, each.id)), None
    )
    if manifest is None:
        hint = "It may come from another organisation's library: name that with --library"
        raise _refused("unknown-form", "The document is a form that this library has not", hint, source)
    if not manifest.reply_schema:
        raise _nothing_to_fill_in(manifest, source)
    if issue.edition not in [edition.id for edition in manifest.editions]:
        known = ", ".join(edition.id for edition in manifest.editions)
        hint = f"The library has {known}: read it with the library that it was made with (--library)"
        message = "The document is an edition of the form that this library has not"
        raise _refused("another-edition", message, hint, source)
    return manifest, issue


def blank_form(manifest: Manifest, issue: Issue, catalogue: Catalogue) -> tuple[Control, ...]:
    """Give the controls of the edition's own form, empty, in order."""
    from forms.formats.word.control_reader import read_document

    readers = [rule.reader for rule in manifest.audiences]
    options = RenderOptions(
        formats=("docx",),
        audiences=(issue.reader,) if issue.reader in readers else (),
        issued=issue.issued or manifest.edition(issue.edition).starts,
        edition=issue.edition,
        blank=True,
        print_size=print_size(issue),
    )
    product = render(empty_case(), manifest.id, options, catalogue)
    controls = read_document(product.documents[0].data, manifest.id).controls
    return tuple(control for control in controls if control.tag)


def print_size(issue: Issue) -> PrintSize:
    """Give the size of print that an issue was made in."""
    return next((size for size in PRINTS if size == issue.print_size), "standard")


def _from_properties(document: Returned) -> Issue | None:
    told = {name.removeprefix("forms-"): value for name, value in document.identity.items()}
    if not all(told.get(name) for name in ("artefact", "edition", "reference")):
        return None
    return Issue(
        told["artefact"],
        told["edition"],
        told["reference"],
        document.found,
        told.get("audience", ""),
        _date(told.get("issued", "")),
        told.get("digest", ""),
        told.get("print-size", "standard"),
        replaced_from(told.get("replaces", "")),
    )


def _from_footer(document: Returned) -> Issue | None:
    found = _LINE.search(" ".join(document.texts))
    if found is None:
        return None
    return Issue(
        found["artefact"],
        found["edition"],
        found["reference"],
        "footer",
        issued=_date(found["issued"]),
        digest=found["digest"],
    )


def _date(text: str) -> date | None:
    iso = read_date(text)
    return date.fromisoformat(iso) if iso else None


def _nothing_to_fill_in(manifest: Manifest, source: str) -> InputError:
    message = f"{manifest.title}: this paper has nothing to be filled in"
    return _refused("no-reply", message, "Check that it is the right file", source)


def _without_fields(document: Returned, source: str, *, known: bool) -> InputError:
    """Say why nothing can be read from a document without fields."""
    if not document.texts:
        message = "The file holds pictures of pages only: it was scanned or photographed"
        return _refused("scanned", message, _AGAIN, source)
    cause = "it was printed to PDF or flattened" if document.format == "pdf" else "they were converted to text"
    if known:
        return _refused("not-fillable", f"This is our form, but its fields are gone: {cause}", _AGAIN, source)
    message = f"The file has no fields: it is no form of ours, or {cause}"
    return _refused("not-fillable", message, _AGAIN, source)


def _matching_problems(matching: Matching, catalogue: Catalogue, schema: str, source: str) -> list[Problem]:
    root = catalogue.vocabulary.node(schema)
    problems = []
    for _, names in matching.ambiguous:
        words = " or ".join(f"“{_label(root, name)}”" for name in dict.fromkeys(names))
        message = (
            f"A field can’t be told from others: it may be {words}" if words else "A field can’t be placed"
        )
        hint = "Read it in the document; the program that saved it lost the names of the fields"
        problems.append(_problem("error", "ambiguous-control", message, hint, source))
    for _ in matching.unknown:
        message = "The document has a field that this form has not; it was left out"
        problems.append(_problem("warning", "unknown-control", message, "Look at the document", source))
    for name in matching.missing:
        pointer = f"/{name}"
        place = Place(source, pointer, label(root, pointer))
        message = "This field is not in the document any more"
        hint = "Look whether the answer was typed in as plain text"
        problems.append(Problem("error", "missing-control", message, hint, place))
    return problems


def _label(root: Node, name: str) -> str:
    return label(root, "/" + name.replace("*", "0"))


def _checks(reply: Mapping[str, object], schema: str, catalogue: Catalogue, source: str) -> list[Problem]:
    """Give what the schema's `x-checks` say: answers that don't go together."""
    root = catalogue.vocabulary.node(schema)
    problems = []
    for check in catalogue.vocabulary.schemas[schema].get("x-checks", ()):
        if not {"at", "message", "when"} <= set(check):
            hint = "Give each `at`, `message` and `when`"
            raise ArtefactError.of(
                "bad-check", "One of the schema’s x-checks is not complete", hint, Place(schema)
            )
        if catalogue.vocabulary.matches(check["when"], reply):
            place = Place(source, check["at"], label(root, check["at"]))
            severity: Severity = "warning" if check.get("severity") == "warning" else "error"
            hint = check.get("hint", "Ask the person who filled it in")
            problems.append(Problem(severity, "answers-disagree", check["message"], hint, place))
    return problems


def _problem(severity: Severity, code: str, message: str, hint: str, source: str) -> Problem:
    return Problem(severity, code, message, hint, Place(source))


def _refused(code: str, message: str, hint: str, source: str) -> InputError:
    return InputError.of(code, message, hint, Place(source))
