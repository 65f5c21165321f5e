"""Messages to authorities: a covering text and the documents as attachments, made from the ledger.

The same code makes the drafts in an outbox and what `forms send` sends. None of it names a person: a message
says what the papers are, how many, and the references that the papers show too.
"""

from __future__ import annotations

import base64
import hashlib
import mimetypes
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from forms.application.catalogue import Catalogue
from forms.application.ledger import Entry, Issued, Ledger
from forms.domain.artefact import Manifest
from forms.foundation.errors import InputError
from forms.foundation.problems import Place

MOST_ATTACHED = 10 * 1024 * 1024
"""Bytes of documents in one message; a batch that has more gives several (base64 makes them a third larger)."""
NO_DOMAIN = "forms.invalid"
_POLICY = SMTP.clone(cte_type="7bit")  # not every server takes 8-bit text (RFC 6152)
_ID_LENGTH, _REFERENCE_LENGTH = 32, 8

Bundle = tuple[Issued, tuple[Entry, ...]]


@dataclass(frozen=True, slots=True)
class Composer:
    """Writes messages about documents that lie in an outbox."""

    outbox: Path
    ledger: Ledger
    catalogue: Catalogue

    def identify(self, documents: Iterable[Issued], kind: str = "message") -> str:
        """Give the Message-ID (RFC 5322, section 3.6.4) of a message with these documents, or about them.

        It is derived from their keys, versions and issues: whoever sends the same message again, from whatever
        machine, gives it the same one, and nobody can find out from it what was sent.
        """
        names = [
            [
                *(one.key.issuer, one.key.reference, one.key.artefact, one.key.audience, one.key.recipient),
                *(one.version, one.issue),
            ]
            for one in documents
        ]
        domain = str(self.catalogue.profile.get("email", "")).rpartition("@")[2] or NO_DOMAIN
        return f"<forms.{self.ledger.content([kind, sorted(names)])[:_ID_LENGTH]}@{domain}>"

    def address(self, recipient: str) -> str:
        """Give the e-mail of a team from the directory, or nothing; `recipient` as the ledger has it."""
        code, _, hub = recipient.partition("#")[0].partition("/")
        authority = self.catalogue.authorities.by_code.get(code)
        hubs = authority.hubs if authority else ()
        team = next((one for one in hubs if not hub or one.get("id") == hub), {})
        return str(team.get("email", ""))

    def sender(self) -> str:
        """Give the organisation's own address, from its profile, or nothing."""
        return str(self.catalogue.profile.get("email", ""))

    def subject(self, bundles: Sequence[Bundle], number: int, parts: int) -> str:
        """Give the subject: marking, what kind of paper, how many, and a reference to ask about it by."""
        manifest = self._manifest(bundles)
        marking = self._marking(manifest, bundles[0][0].key.audience)
        title, count = _title(manifest), _count(bundles)
        subject = f"{title}: {count}" + (f" (message {number} of {parts})" if parts > 1 else "")
        subject += f", ref {short(self.identify(document for document, _ in bundles))}"
        return f"[{marking}] {subject}" if marking else subject

    def compose(
        self,
        bundles: Sequence[Bundle],
        number: int,
        parts: int,
        *,
        sent: datetime | None = None,
        message_id: str = "",
    ) -> bytes:
        """Give a message as bytes (RFC 5322), with lines that every server takes.

        Args:
            bundles: The documents, of one run, folder and reader.
            number: Which message of the batch it is, from 1.
            parts: How many messages the batch has.
            sent: When it is sent; without it, the message is a draft.
            message_id: Its Message-ID, derived from the documents if not given.

        Raises:
            InputError: A file is not in the outbox, or not as it was issued.
        """
        manifest = self._manifest(bundles)
        identity = message_id or self.identify(document for document, _ in bundles)
        message = EmailMessage(policy=_POLICY)
        message["Subject"] = self.subject(bundles, number, parts)
        message["From"] = self.sender()
        if address := self.address(bundles[0][0].key.recipient):
            message["To"] = address
        message["Message-ID"] = identity
        if sent is None:
            message["X-Unsent"] = "1"  # mail programs open it as a draft
        else:
            message["Date"] = format_datetime(sent)
        body = _body(manifest, bundles, self.catalogue)
        boundary = "=_" + identity.strip("<>").partition("@")[0]  # in no encoded text; equal input, equal bytes
        return _multipart(message, body, boundary, self._attachments(bundles))

    def _manifest(self, bundles: Sequence[Bundle]) -> Manifest:
        return self.catalogue.artefact(bundles[0][0].key.artefact)

    def _attachments(self, bundles: Iterable[Bundle]) -> Iterator[tuple[str, bytes]]:
        """Give the files of documents, by name; each as it was issued."""
        for document, files in bundles:
            for file in files:
                path = self.outbox / document.folder / file.name
                data = path.read_bytes() if path.is_file() else b""
                if hashlib.sha256(data).hexdigest() != file.stored.sha256:
                    raise InputError.of(
                        "not-as-issued",
                        "A document is not in the outbox as it was issued" if data else "A document is missing",
                        "Put it back from your backup, or issue it anew with forms bulk --again",
                        Place(f"{document.folder}/{file.name}"),
                    )
                yield file.name, data

    def _marking(self, manifest: Manifest, reader: str) -> str:
        """Give the protective marking, with what the manifest adds for a reader ("do not circulate")."""
        if not manifest.marking:
            return ""
        suffixes = {rule.reader: rule.marking_suffix for rule in manifest.audiences}
        level = (self.catalogue.profile.get("marking") or {}).get("level", "")
        return " – ".join(part for part in (level, suffixes.get(reader, "")) if part)


@dataclass(slots=True)
class _Batch:
    bundles: list[Bundle] = field(default_factory=list)
    size: int = 0


def batches(bundles: Iterable[Bundle], most: int = MOST_ATTACHED) -> Iterator[list[Bundle]]:
    """Split documents into messages with at most so many bytes of files each; no document is cut."""
    batch = _Batch()
    for bundle in bundles:
        size = sum(file.stored.size for file in bundle[1])
        if batch.bundles and batch.size + size > most:
            yield batch.bundles
            batch = _Batch()
        batch.bundles.append(bundle)
        batch.size += size
    if batch.bundles:
        yield batch.bundles


def short(message_id: str) -> str:
    """Give the reference that stands in the subject: the first characters of the Message-ID’s own part."""
    return message_id.strip("<>").removeprefix("forms.")[:_REFERENCE_LENGTH].upper()


def reader_label(audience: str, catalogue: Catalogue) -> str:
    """Give whose copy it is in words: `social-care`, or `parent-2` where each of several has one."""
    if reader := catalogue.readers.get(audience):
        return reader.label
    kind, _, number = audience.rpartition("-")
    reader = catalogue.readers.get(kind)
    return f"{reader.label} {number}" if reader else audience


def _title(manifest: Manifest) -> str:
    return manifest.title if manifest.shows_case_reference else "Documents"


def _count(bundles: Sequence[Bundle]) -> str:
    return f"{len(bundles)} document{'s' if len(bundles) > 1 else ''}"


def _multipart(
    message: EmailMessage, text: str, boundary: str, attachments: Iterable[tuple[str, bytes]]
) -> bytes:
    """Give a message (its headers) as bytes, with a text and attachments (RFC 2046, section 5.1).

    Written here, as the standard library goes through the lines of large attachments several times.
    """
    message["MIME-Version"] = "1.0"
    headers = message.as_bytes().rstrip(b"\r\n")
    pieces = [headers, b'\r\nContent-Type: multipart/mixed; boundary="%s"\r\n' % boundary.encode()]
    body = EmailMessage(policy=_POLICY)
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


def _body(manifest: Manifest, bundles: Sequence[Bundle], catalogue: Catalogue) -> str:
    profile = catalogue.profile
    lines = ["Dear colleague,", "", f"Attached: {_title(manifest)}, {_count(bundles)}.", ""]
    for document, _ in bundles:
        label = reader_label(document.key.audience, catalogue)
        line = f"- {document.shown} (copy for {label}), edition {document.edition}"
        if document.replaces is not None:
            line += f"; replaces version {document.version - 1}, which is withdrawn"
        lines.append(line)
    if any(file.sealed for _, files in bundles for file in files):
        lines += ["", "The documents are encrypted. They open with the password that we agreed with you."]
    if manifest.reply_schema:
        lines += ["", "Please answer on the forms themselves, by secure e-mail to this address."]
    lines.append("")
    lines += [str(profile[key]) for key in ("confidentiality", "lawful_basis") if profile.get(key)]
    lines += ["", str(profile.get("name", "")), str(profile.get("telephone", ""))]
    return "\n".join(lines) + "\n"
