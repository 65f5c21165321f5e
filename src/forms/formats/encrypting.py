"""Encrypting finished documents with a password, so that any office program or PDF reader can open them.

PDF: AES-256, revision 6 (ISO 32000-2, section 7.6.4). Word: agile encryption, AES-256 with SHA-512
([MS-OFFCRYPTO], section 2.3.4.10). Both draw random keys: the same document never gives the same bytes twice.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from forms.foundation.errors import MissingError


def encrypt_pdf(data: bytes, password: str) -> bytes:
    """Encrypt a PDF; who has the password may do everything with it.

    All permissions stay, the one for screen readers among them (ISO 14289-1, section 7.16), for the password is
    to keep others out, not to bind its owner. Tags, fields and metadata stay; metadata is encrypted too.

    Raises MissingError where the extra `encrypt` is not installed.
    """
    pikepdf = _library("pikepdf")
    result = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        everything = pikepdf.Permissions(**dict.fromkeys(pikepdf.Permissions._fields, True))
        lock = pikepdf.Encryption(owner=password, user=password, R=6, allow=everything)
        document.save(result, encryption=lock, fix_metadata_version=False)
    return result.getvalue()


def encrypt_docx(data: bytes, password: str) -> bytes:
    """Encrypt a Word file.

    Raises MissingError where the extra `encrypt` is not installed.
    """
    result = io.BytesIO()
    _library("msoffcrypto.format.ooxml").OOXMLFile(io.BytesIO(data)).encrypt(password, result)
    return result.getvalue()


ENCRYPT: Mapping[str, Callable[[bytes, str], bytes]] = {"pdf": encrypt_pdf, "docx": encrypt_docx}
"""How each format is encrypted."""


def require() -> None:
    """Raise MissingError now, rather than in the middle of a run, where something is not installed."""
    for name in ("pikepdf", "msoffcrypto.format.ooxml"):
        _library(name)


def _library(name: str) -> Any:  # noqa: ANN401 - they have no types
    """Import what encrypts; it is an extra, because only this needs it."""
    try:
        return import_module(name)
    except ImportError:
        package = name.partition(".")[0]
        raise MissingError.of(
            "no-encryption",
            f"Encryption needs a package that is not installed ({package})",
            "Install it: pip install 'forms[encrypt]'",
        ) from None
