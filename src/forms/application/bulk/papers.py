"""What lies beside the documents in an outbox: covering lists, message drafts, the manifest of the run.

All is made from the ledger, so that a resumed run gives the same as one that was never interrupted. None of it
names a person: only references, which the documents show too.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import mimetypes
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from itertools import groupby
from pathlib import Path
from typing import IO, Any

from forms.application.bulk.worker import BY_HAND
from forms.application.catalogue import Catalogue
from forms.application.ledger import Entry, Issued, Ledger
from forms.application.output import write_file
from forms.domain.artefact import Manifest
from forms.domain.routing import load_authorities

MOST_ATTACHED = 10 * 1024 * 1024
"""Bytes of documents in one message; a batch that has more gives several (base64 makes them a third larger)."""

Bundle = tuple[Issued, tuple[Entry, ...]]


@dataclass(slots=True)
class _Part:
    """The documents of one message."""

    bundles: list[Bundle] = field(default_factory=list)
    size: int = 0


@dataclass(frozen=True, slots=True)
class RunPapers:
    """Writes what belongs to a run into its outbox."""

    outbox: Path
    ledger: Ledger
    catalogue: Catalogue
    manifest: Manifest
    run: int

    def write(self) -> None:
        """Write a covering list for each folder, and message drafts for each authority's readers."""
        for folder, bundles in groupby(self.ledger.issued_in(self.run), key=lambda bundle: bundle[0].folder):
            kept = list(bundles)
            stem = f"{kept[0][0].issued.isoformat()}_run-{self.run}"
            write_file(self.outbox / folder, f"covering-list_{stem}.csv", _covering_list(kept))
            if folder == BY_HAND:
                continue
            by_reader = sorted(kept, key=lambda bundle: bundle[0].key.audience)
            for reader, group in groupby(by_reader, key=lambda bundle: bundle[0].key.audience):
                self._messages(folder, reader, stem, list(group))

    def _messages(self, folder: str, reader: str, stem: str, bundles: list[Bundle]) -> None:
        parts = list(_parts(bundles))
        for number, part in enumerate(parts, 1):
            suffix = f"_{number}-of-{len(parts)}" if len(parts) > 1 else ""
            data = self._message(folder, part.bundles, number, len(parts))
            write_file(self.outbox / folder, f"message_{reader}_{stem}{suffix}.eml", data)

    def _message(self, folder: str, bundles: list[Bundle], number: int, of: int) -> bytes:
        profile = self.catalogue.profile
        marking = self._marking(bundles[0][0].key.audience)
        title = self.manifest.title if self.manifest.shows_case_reference else "Documents"
        count = f"{len(bundles)} document{'s' if len(bundles) > 1 else ''}"
        message = EmailMessage(policy=SMTP)
        subject = f"{title}: {count}" + (f" (message {number} of {of})" if of > 1 else "")
        message["Subject"] = f"[{marking}] {subject}" if marking else subject
        message["From"] = str(profile.get("email", ""))
        if address := self._address(bundles[0][0].key.recipient):
            message["To"] = address
        message["X-Unsent"] = "1"  # mail programs open it as a draft
        boundary = f"forms-{self.run}-{folder}-{number}"[:70]  # a fixed one: equal input gives equal bytes
        body = _body(title, count, bundles, profile, answers=bool(self.manifest.reply_schema))
        return _multipart(message, body, boundary, self._attachments(bundles))

    def _attachments(self, bundles: Iterable[Bundle]) -> Iterator[tuple[str, bytes]]:
        """Give the files of documents, by name."""
        for document, files in bundles:
            for file in files:
                yield file.name, (self.outbox / document.folder / file.name).read_bytes()

    def _marking(self, reader: str) -> str:
        """Give the protective marking, with what the manifest adds for a reader ("do not circulate")."""
        if not self.manifest.marking:
            return ""
        suffixes = {rule.reader: rule.marking_suffix for rule in self.manifest.audiences}
        level = (self.catalogue.profile.get("marking") or {}).get("level", "")
        return " – ".join(part for part in (level, suffixes.get(reader, "")) if part)

    def _address(self, recipient: str) -> str:
        """Give the secure e-mail of a team, from the directory."""
        code, _, hub = recipient.partition("/")
        authority = load_authorities(self.catalogue.directory("local-authorities")).by_code.get(code)
        hubs = authority.hubs if authority else ()
        team = next((one for one in hubs if not hub or one.get("id") == hub), {})
        return str(team.get("email", ""))


def _multipart(
    message: EmailMessage, text: str, boundary: str, attachments: Iterable[tuple[str, bytes]]
) -> bytes:
    """Give a message (its headers) as bytes, with a text and attachments (RFC 2046, section 5.1).

    Written here, as the standard library goes through the lines of large attachments several times.
    """
    message["MIME-Version"] = "1.0"
    headers = message.as_bytes().rstrip(b"\r\n")
    pieces = [headers, b'\r\nContent-Type: multipart/mixed; boundary="%s"\r\n' % boundary.encode()]
    body = EmailMessage(policy=SMTP)
    body.set_content(text)
    del body["MIME-Version"]
    pieces.append(b"\r\n--%s\r\n" % boundary.encode() + body.as_bytes())
    for name, data in attachments:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n"
        head += f'Content-Disposition: attachment;\r\n filename="{name}"\r\n\r\n'
        pieces.append(b"\r\n--%s\r\n" % boundary.encode() + head.encode("ascii"))
        pieces.append(base64.encodebytes(data).replace(b"\n", b"\r\n"))
    pieces.append(b"\r\n--%s--\r\n" % boundary.encode())
    return b"".join(pieces)


def _parts(bundles: Iterable[Bundle]) -> Iterator[_Part]:
    part = _Part()
    for bundle in bundles:
        size = sum(file.size for file in bundle[1])
        if part.bundles and part.size + size > MOST_ATTACHED:
            yield part
            part = _Part()
        part.bundles.append(bundle)
        part.size += size
    if part.bundles:
        yield part


def _covering_list(bundles: Iterable[Bundle]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(
        ("Reference", "Copy for", "Edition", "Issued", "Version", "Replaces", "Reason", "File", "SHA-256")
    )
    for document, files in bundles:
        replaces = f"version {document.version - 1}" if document.replaces is not None else ""
        for file in files:
            row = (document.shown, document.key.audience, document.edition, document.issued.isoformat())
            writer.writerow((*row, document.version, replaces, document.reason, file.name, file.sha256))
    return b"\xef\xbb\xbf" + text.getvalue().encode()  # the mark makes Excel read it as UTF-8


def _body(
    title: str, count: str, bundles: Iterable[Bundle], profile: Mapping[str, Any], *, answers: bool
) -> str:
    lines = ["Dear colleague,", "", f"Attached: {title}, {count}.", ""]
    for document, _ in bundles:
        line = f"- {document.shown} ({document.key.audience}), edition {document.edition}"
        if document.replaces is not None:
            line += f"; replaces version {document.version - 1}, which is withdrawn"
        lines.append(line)
    if answers:
        lines += ["", "Please answer on the forms themselves, by secure e-mail to this address."]
    lines.append("")
    lines += [str(profile[key]) for key in ("confidentiality", "lawful_basis") if profile.get(key)]
    lines += ["", str(profile.get("name", "")), str(profile.get("telephone", ""))]
    return "\n".join(lines) + "\n"


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
        "files": [{"name": file.name, "sha256": file.sha256, "size": file.size} for file in files],
    }
