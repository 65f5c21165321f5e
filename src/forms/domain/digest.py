"""Digests: what a document says, in 64 characters."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from msgspec.json import Encoder

from forms.domain.audience import View


def content_digest(
    view: View, issued: date, files: Sequence[bytes | str], addressed: Mapping[str, object] | None = None
) -> str:
    """Give the SHA-256, in hexadecimal, of what makes a document what it is.

    Over the canonical JSON (RFC 8785) of the reader's view, the issue date and the digests of template and
    house file. Never of the full case: a digest must not tell two cases apart that differ only in what the
    reader may not have.

    Args:
        view: What the reader may have.
        issued: The issue date.
        files: Template and house file, as bytes or as their hexadecimal SHA-256.
        addressed: Whom this copy is addressed to (JSON), if copies of one view differ in that.
    """
    content: dict[str, Any] = {
        "addressed": addressed or {},
        "files": [item if isinstance(item, str) else file_digest(item) for item in files],
        "issued": issued.isoformat(),
        "reader": view.reader.name,
        "view": view.data,
    }
    plain = view.plain and _is_plain(content["addressed"])
    return hashlib.sha256(canonical(content, plain)).hexdigest()


def canonical(value: Any, plain: bool = False) -> bytes:  # noqa: ANN401 - JSON in
    """Give the canonical form of JSON (RFC 8785).

    `msgspec` gives the same as `rfc8785` where names are ASCII and no number has a fraction, in a fiftieth of
    the time; the rest is left to `rfc8785`. `plain` says that it is so, which else has to be looked for.
    """
    if plain or _is_plain(value):
        return _WRITER.encode(value)
    import rfc8785  # hardly ever wanted

    written: bytes = rfc8785.dumps(_plain(value))
    return written


_WRITER = Encoder(order="deterministic", enc_hook=dict)


def _is_plain(value: Any) -> bool:  # noqa: ANN401 - JSON in
    kind = type(value)
    if kind is dict or isinstance(value, Mapping):
        if not (_TEXT.issuperset(map(type, value)) and "".join(value).isascii()):
            return False
        below = value.values()
    elif kind is list or kind is tuple:
        below = value
    else:
        return kind in _SIMPLE or (kind is int and abs(value) < _EXACT)
    return all(map(_is_plain, [item for item in below if type(item) not in _SIMPLE]))


_TEXT = frozenset({str})
_SIMPLE = frozenset({str, bool, type(None)})
_EXACT = 2**53


def file_digest(data: bytes) -> str:
    """Give the SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON in, JSON out
    """Give JSON in plain dicts and lists, as the canonical form wants it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
