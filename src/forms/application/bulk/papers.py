"""What lies beside the documents in an outbox: covering lists, message drafts, the manifest of the run.

All is made from the ledger, so that a resumed run gives the same as one that was never interrupted. None of it
names a person: only references, which the documents show too.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from forms.application.bulk.covering import covering_list
from forms.application.bulk.messages import Bundle, Composer, batches
from forms.application.bulk.worker import BY_HAND
from forms.application.catalogue import Catalogue
from forms.application.ledger import Entry, Folder, Issued, Ledger
from forms.application.output import write_file

_SEALED = "Encrypted (SHA-256 is of the file without password)"


_LONGEST_LIST = 200
"""Documents in one covering list for people: making it takes the same memory however many there are."""


@dataclass(frozen=True, slots=True)
class RunPapers:
    """Writes what belongs to a run into its outbox."""

    outbox: Path
    ledger: Ledger
    catalogue: Catalogue
    run: int

    def write(self) -> None:
        """Write a covering list for each folder, and message drafts for each authority's readers."""
        for folder in self.ledger.folders_of(self.run):
            first, _ = next(self.ledger.issued_in(self.run, folder.name))
            stem = f"{first.issued.isoformat()}_run-{self.run}"
            table = _covering_table(self.ledger.issued_in(self.run, folder.name), sealed=folder.sealed)
            write_file(self.outbox / folder.name, f"covering-list_{stem}.csv", table)
            self._covering_lists(folder, stem)
            if folder.name == BY_HAND:
                continue
            for reader in self.ledger.audiences_in(self.run, folder.name):
                self._messages(folder.name, reader, stem)

    def _covering_lists(self, folder: Folder, stem: str) -> None:
        """Write the list for people; one so long that nobody would read it to its end comes in parts."""
        count = -(-folder.documents // _LONGEST_LIST)
        kept = self.ledger.issued_in(self.run, folder.name)
        for number in range(1, count + 1):
            suffix = f"_{number}-of-{count}" if count > 1 else ""
            place = f", part {number} of {count}" if count > 1 else ""
            record = covering_list(list(islice(kept, _LONGEST_LIST)), self.catalogue, self.run, place)
            write_file(self.outbox / folder.name, f"covering-list_{stem}{suffix}.docx", record.docx())
            write_file(self.outbox / folder.name, f"covering-list_{stem}{suffix}.pdf", record.pdf())

    def _messages(self, folder: str, reader: str, stem: str) -> None:
        composer = Composer(self.outbox, self.ledger, self.catalogue)
        count = sum(1 for _ in batches(self.ledger.issued_in(self.run, folder, reader)))
        for number, part in enumerate(batches(self.ledger.issued_in(self.run, folder, reader)), 1):
            suffix = f"_{number}-of-{count}" if count > 1 else ""
            data = composer.compose(part, number, count)
            write_file(self.outbox / folder, f"message_{reader}_{stem}{suffix}.eml", data)


def _covering_table(bundles: Iterable[Bundle], *, sealed: bool) -> Iterator[bytes]:
    """Give the list for programs, row by row; `sealed`: some of the files are encrypted."""
    headings = (
        "Reference",
        "Copy for",
        "Edition",
        "Issued",
        "Version",
        "Replaces",
        "Reason",
        "File",
        "SHA-256",
    )
    yield b"\xef\xbb\xbf"  # the mark makes Excel read it as UTF-8
    yield _csv_row((*headings, _SEALED) if sealed else headings)
    for document, files in bundles:
        replaces = f"version {document.version - 1}" if document.replaces is not None else ""
        for file in files:
            row = (document.shown, document.key.audience, document.edition, document.issued.isoformat())
            yield _csv_row(
                (*row, document.version, replaces, document.reason, file.name, file.sha256)
                + (("yes" if file.sealed else "no",) if sealed else ())
            )


def _csv_row(cells: Iterable[object]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()


def write_manifest(
    outbox: Path, ledger: Ledger, run: int, head: Mapping[str, object], refusals: IO[str]
) -> Path:
    """Write the manifest of a run: references, digests, editions and outcomes, no case data.

    Args:
        outbox: The outbox.
        ledger: The ledger.
        run: The run's number.
        head: Counts and what was asked for.
        refusals: The rows that were refused, a line of JSON each: their number and the codes of their problems.
    """
    issued = str(head["issued"])
    name = f"manifest_{issued}_run-{run}.json"
    part = outbox / f".forms-{name}.part"
    with part.open("w", encoding="utf-8") as stream:
        opening = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
        stream.write(f'{opening},\n "documents": [')
        _write_items(stream.write, (_as_json(*bundle) for bundle in ledger.issued_in(run)))
        stream.write('],\n "refused": [')
        refusals.seek(0)
        _write_items(stream.write, map(json.loads, refusals))
        stream.write("]\n}\n")
    part.chmod(0o600)
    part.replace(outbox / name)
    return outbox / name


def _write_items(write: Callable[[str], object], items: Iterable[Mapping[str, object]]) -> None:
    for index, item in enumerate(items):
        write((",\n  " if index else "\n  ") + json.dumps(item, ensure_ascii=False))
    write("\n ")


def _as_json(document: Issued, files: tuple[Entry, ...]) -> dict[str, object]:
    return {
        "row": document.row,
        "reference": document.shown,
        "audience": document.key.audience,
        "recipient": document.key.recipient,
        "folder": document.folder,
        "edition": document.edition,
        "version": document.version,
        "issue": document.issue,
        "digest": document.digest,
        "files": [_file(file) for file in files],
    }


def _file(file: Entry) -> dict[str, object]:
    """Give a file's digest and size: those of its plain bytes, and apart those of what lies there encrypted."""
    found: dict[str, object] = {"name": file.name, "sha256": file.sha256, "size": file.size}
    if file.sealed:
        found["encrypted"] = {"sha256": file.sealed.sha256, "size": file.sealed.size}
    return found
