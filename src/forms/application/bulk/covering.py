"""The covering list of a batch for people: what is in it, as DOCX and PDF; made from the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from forms.application.bulk.messages import Bundle, reader_label
from forms.application.bulk.worker import BY_HAND
from forms.application.catalogue import Catalogue
from forms.application.records import Record, make_record
from forms.domain.presentation import Group, group, rows

TEMPLATE = "covering-list.docx"
TITLE = "Covering list"


def covering_list(bundles: Sequence[Bundle], catalogue: Catalogue, run: int, part: str = "") -> Record:
    """Make the covering list of a folder of the outbox.

    Args:
        bundles: The folder's documents with their files, in the order of the ledger.
        catalogue: The library.
        run: The number of the run that made them.
        part: Which part of a long list it is, in words.
    """
    first = bundles[0][0]
    papers = sorted({catalogue.artefact(document.key.artefact).title for document, _ in bundles})
    count = f"{len(bundles)} document{'s' if len(bundles) > 1 else ''}"
    recipient = _recipient(first.key.recipient, first.folder, catalogue)
    values = {
        "list": group(
            {
                "recipient": recipient,
                "what": f"{count}: {', '.join(papers)}",
                "withdrawn": any(document.replaces is not None for document, _ in bundles),
                "documents": rows([_row(bundle, catalogue) for bundle in bundles]),
            }
        )
    }
    subject = f"{recipient}, run {run}{part}"
    return make_record(TEMPLATE, TITLE, subject, first.issued, values, catalogue, f"run {run}")


def _row(bundle: Bundle, catalogue: Catalogue) -> Group:
    document, files = bundle
    version = f"Version {document.version}"
    if document.replaces is not None:
        version += f", takes the place of version {document.version - 1}"
    if document.reason:
        version += f": {document.reason}"
    label = reader_label(document.key.audience, catalogue)
    return group(
        {
            "reference": document.shown,
            "copy_for": label,
            "version": version,
            "files": "\n".join(file.name for file in files),
        }
    )


def _recipient(recipient: str, folder: str, catalogue: Catalogue) -> str:
    """Give the authority and team in words."""
    if folder == BY_HAND:
        return "To be handed over or posted by you"
    code, _, hub = recipient.partition("#")[0].partition("/")
    authority = catalogue.authorities.by_code.get(code)
    if authority is None:
        return folder
    team = next((str(one.get("team", "")) for one in authority.hubs if one.get("id") == hub), "")
    return f"{authority.name}, {team}" if team else authority.name
