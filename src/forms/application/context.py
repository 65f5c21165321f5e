"""What a template sees: case, paper, profile, recipient and document, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import Struct

from forms.application.catalogue import Catalogue
from forms.application.copies import Copy, addressee
from forms.domain.artefact import Edition, Manifest
from forms.domain.audience import View
from forms.domain.case import steps
from forms.domain.nodes import DEFAULT_ABSENT
from forms.domain.presentation import Group, Rows, Style, complete, extend, group, shown
from forms.domain.schema import PROFILE_SCHEMA
from forms.domain.wording import date_words
from forms.formats.word.compiled import PrintSize
from forms.foundation.patterns import pattern

SHORT_DIGEST = 12
RECIPIENT = {
    "name": "text",
    "team": "text",
    "person": "name",
    "address": "address",
    "telephone": "telephone",
    "fax": "telephone",
    "email": "text",
    "out_of_hours": "telephone",
    "note": "text",
}
"""What a recipient's block has, and how it prints."""


class Replaced(Struct, frozen=True):
    """What a new version replaces: the version's number, its date of issue, and why, if that is to be said."""

    version: int
    issued: date
    reason: str = ""

    @property
    def line(self) -> str:
        """As a document's properties keep it."""
        return f"{self.version} {self.issued.isoformat()} {self.reason}".strip()


def replaced_from(line: str) -> Replaced | None:
    """Read what a document's properties say of the version that it replaces; None where that is not sound."""
    found = _REPLACED.fullmatch(line)
    if found is None:
        return None
    try:
        return Replaced(int(found["version"]), date.fromisoformat(found["issued"]), found["reason"] or "")
    except ValueError:
        return None


_REPLACED = pattern(r"(?P<version>\d{1,4}) (?P<issued>\d{4}-\d\d-\d\d)(?: (?P<reason>.{1,500}))?")


class Identity(Struct, frozen=True):
    """What a document is: the same in its properties, its footer and its file name.

    `reference` is the document reference (never more of the case than that), `digest` the SHA-256 of its
    content, `replaces` the version that it takes the place of.
    """

    artefact: str
    title: str
    edition: str
    reader: str
    reference: str
    issued: date
    digest: str
    language: str
    print_size: PrintSize = "standard"
    replaces: Replaced | None = None

    @property
    def line(self) -> str:
        """The footer's line."""
        issued = date_words(self.issued.isoformat())
        words = (self.reference, self.artefact, f"edition {self.edition}", issued, self.digest[:SHORT_DIGEST])
        return " · ".join(words)

    @property
    def custom(self) -> tuple[tuple[str, str], ...]:
        """The document's custom properties, by which a returned form is recognised."""
        return (
            ("forms-artefact", self.artefact),
            ("forms-edition", self.edition),
            ("forms-language", self.language),
            ("forms-audience", self.reader),
            ("forms-reference", self.reference),
            ("forms-issued", self.issued.isoformat()),
            ("forms-digest", self.digest),
            ("forms-print-size", self.print_size),
            *((("forms-replaces", self.replaces.line),) if self.replaces else ()),
        )


def identity_of(
    manifest: Manifest,
    edition: Edition,
    copy: Copy,
    reference: str,
    issued: date,
    digest: str,
    language: str,
    print_size: PrintSize = "standard",
    replaces: Replaced | None = None,
) -> Identity:
    """Say what a document is."""
    title = copy.rule.title or manifest.title
    return Identity(
        manifest.stem, title, edition.id, copy.label, reference, issued, digest, language, print_size, replaces
    )


def context_of(
    view: View,
    copy: Copy,
    manifest: Manifest,
    identity: Identity,
    catalogue: Catalogue,
    *,
    style: Style,
    draft: bool,
    extra: Mapping[str, Rows],
) -> dict[str, object]:
    """Complete a view to what the template may name.

    Args:
        view: What the reader may have.
        copy: Which copy this is.
        manifest: The paper.
        identity: What the document is.
        catalogue: The library.
        style: How to print what is missing.
        draft: Whether to mark it as a draft.
        extra: What is computed beside the view and belongs to the paper (`annex`).
    """
    papers: Any = view.data.get("papers") or {}
    path = f"/papers/{manifest.id}"
    paper = complete(papers.get(manifest.id), catalogue.vocabulary.parts[manifest.id], style, path)
    profile = complete(catalogue.profile, catalogue.vocabulary.node(PROFILE_SCHEMA), Style(on=style.on))
    return {
        "case": complete(view.data, catalogue.vocabulary.case, style),
        "paper": extend(paper, extra) if extra else paper,
        "profile": profile,
        "recipient": _recipient(view, copy, catalogue, style),
        "document": _document(copy, manifest, identity, catalogue, blank=style.blank, draft=draft),
    }


def marking_of(copy: Copy, manifest: Manifest, catalogue: Catalogue) -> str:
    """The protective marking of a document, or nothing."""
    if not manifest.marking:
        return ""
    marking = catalogue.profile.get("marking") or {}
    parts = (marking.get("level", ""), copy.rule.marking_suffix or marking.get("caveat", ""))
    return " – ".join(part for part in parts if part)


def _document(
    copy: Copy, manifest: Manifest, identity: Identity, catalogue: Catalogue, *, blank: bool, draft: bool
) -> Group:
    return group(
        {
            "reference": identity.reference,
            "artefact": identity.artefact,
            "title": identity.title,
            "edition": identity.edition,
            "issued": identity.issued,
            "audience": shown(copy.rule.reader, label="Copy for"),
            "number": copy.number,
            "marking": marking_of(copy, manifest, catalogue),
            "draft": draft,
            "blank": blank,
            "identity": identity.line,
            "replaces": _replaces(identity.replaces),
        }
    )


def _replaces(replaced: Replaced | None) -> object:
    """What the head of a new version says of the old one; nothing on a first version."""
    if replaced is None:
        return shown("")
    return group(
        {"version": replaced.version, "issued": shown(replaced.issued), "reason": shown(replaced.reason)}
    )


def _recipient(view: View, copy: Copy, catalogue: Catalogue, style: Style) -> Group:
    """The block that a paper is addressed to, and the person whose copy it is."""
    values = addressee(copy, view, catalogue)
    absent = "" if style.blank else DEFAULT_ABSENT
    block: dict[str, object] = {
        name: shown(values.get(name), prints, absent="" if name == "note" else absent)
        for name, prints in RECIPIENT.items()
    }
    node = catalogue.vocabulary.case.at((*steps(copy.rule.each), 0)) if copy.rule.each else None
    if node is not None:
        block["person"] = complete(copy.person, node, style)
    return group(block, "Recipient")
