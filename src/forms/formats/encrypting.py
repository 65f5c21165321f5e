"""Encrypting finished documents with a password, so that any office program or PDF reader can open them.

PDF: AES-256, revision 6 (ISO 32000-2, section 7.6.4). Word: agile encryption, AES-256 with SHA-512
([MS-OFFCRYPTO], section 2.3.4.10). Both draw random keys: the same document never gives the same bytes twice.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any
from xml.parsers.expat import ExpatError

from forms.foundation.errors import MissingError

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_MOST_SPINS = 1_000_000
"""Word asks for 100,000 rounds of hashing; more than this only keeps the reader busy."""
_MALFORMED = (OSError, ValueError, LookupError, TypeError, AttributeError, struct.error, ExpatError)
"""What the readers of OLE files raise where a file is cut off or made up."""


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


def is_encrypted(data: bytes) -> bool:
    """Tell whether a file may be a Word file or a PDF that a password locks."""
    return data.startswith(_OLE) or (b"%PDF-" in data[:1024] and b"/Encrypt" in data)


def decrypt(data: bytes, passwords: Iterable[str]) -> bytes | None:
    """Take the lock off a Word file or a PDF; None where no password opens it, or it cannot be understood.

    The file may come from anybody: one that asks for absurdly much work is not tried.

    Raises MissingError where the extra `encrypt` is not installed.
    """
    require()
    return _decrypt_docx(data, passwords) if data.startswith(_OLE) else _decrypt_pdf(data, passwords)


def _decrypt_pdf(data: bytes, passwords: Iterable[str]) -> bytes | None:
    pikepdf = _library("pikepdf")
    for password in passwords:
        try:
            with pikepdf.open(io.BytesIO(data), password=password) as document:
                result = io.BytesIO()
                document.save(result, fix_metadata_version=False)
                return result.getvalue()
        except pikepdf.PasswordError:
            continue
        except pikepdf.PdfError:
            return None
    return None


def _decrypt_docx(data: bytes, passwords: Iterable[str]) -> bytes | None:
    ooxml, errors = _library("msoffcrypto.format.ooxml"), _library("msoffcrypto.exceptions")
    unsound = (errors.FileFormatError, errors.ParseError, errors.DecryptionError, *_MALFORMED)
    try:
        file = ooxml.OOXMLFile(io.BytesIO(data))
        if file.type == "agile" and file.info["spinValue"] > _MOST_SPINS:
            return None
        for password in passwords:
            try:
                file.load_key(password=password, verify_password=True)
            except errors.InvalidKeyError:
                continue
            result = io.BytesIO()
            file.decrypt(result)
            return result.getvalue()
    except unsound:
        return None
    return None


def require() -> None:
    """Raise MissingError now, rather than in the middle of a run, where something is not installed."""
    for name in ("pikepdf", "msoffcrypto.format.ooxml", "msoffcrypto.exceptions"):
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
