"""What names a document: its reference, an issue number, and its file's name.

A case reference is free text (a police force's may hold strokes, spaces, even a name); a file name and a
footer need something plain that is never the same for two references.
"""

from __future__ import annotations

import unicodedata
from datetime import date

from forms.foundation.patterns import pattern

LONGEST = 40

_NOT_ALLOWED = pattern(r"[^A-Za-z0-9]+")
_ALLOWED = pattern(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U, which are misread
_SUFFIX = 6


def document_reference(case_reference: str, key: bytes = b"") -> str:
    """Give the reference that documents show and files are named by.

    It has letters, figures and hyphens only, 40 at most. Where that changes the case reference, six
    characters of a keyed digest follow, so that different references stay different and nobody can find the
    original by trying.

    Args:
        case_reference: As in the case.
        key: The issuer's key; the same key gives the same reference.
    """
    if len(case_reference) <= LONGEST and _ALLOWED.fullmatch(case_reference):
        return case_reference
    split = unicodedata.normalize("NFKD", case_reference)
    plain = _NOT_ALLOWED.sub("-", "".join(char for char in split if not unicodedata.combining(char))).strip("-")
    kept = plain[: LONGEST - _SUFFIX - 1].rstrip("-")
    suffix = _keyed(key, _SUFFIX, "reference", case_reference)
    return f"{kept}-{suffix}" if kept else suffix


def issue_number(case_reference: str, artefact: str, audience: str, issued: date, key: bytes = b"") -> str:
    """Give the number ("7K3M-9QXW") of a paper that doesn't show the case reference.

    The same for the same paper of the same case on the same day; it cannot be traced back without the key
    and the case.
    """
    number = _keyed(key, 8, "issue", case_reference, artefact, audience, issued.isoformat())
    return f"{number[:4]}-{number[4:]}"


def file_name(
    stem: str, reference: str, reader: str, issued: date, suffix: str, area: str = "", variant: str = ""
) -> str:
    """Give a document's file name: `conference-report_X123456_parent-2_2026-11-21.pdf`.

    Args:
        stem: What the artefact's file names begin with.
        reference: Document reference or issue number.
        reader: The audience, with the copy's number ("parent-2"); empty for a paper that doesn't say.
        issued: The issue date.
        suffix: "docx" or "pdf".
        area: The authority it goes to, where the case gives several documents.
        variant: How it differs from the usual document ("large-print").
    """
    parts = (stem, reference, reader, slug(area) if area else "", issued.isoformat(), variant)
    return f"{'_'.join(part for part in parts if part)}.{suffix}"


def slug(text: str) -> str:
    """Give a name in lower case with hyphens, for file names ("Tower Hamlets": `tower-hamlets`)."""
    return (
        _NOT_ALLOWED.sub("-", unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode())
        .strip("-")
        .lower()
    )


def _keyed(key: bytes, length: int, *parts: str) -> str:
    from hmac import digest  # most papers show the case's own reference

    message = "\x1f".join(unicodedata.normalize("NFC", part) for part in parts).encode()
    number = int.from_bytes(digest(key, message, "sha256"))
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(digits)
