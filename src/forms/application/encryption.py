"""One password for each authority, from a file that nobody else may read.

A TOML file, one line for each: the authority by name or ONS code, and its password; `by-hand` is for documents
that no authority gets.

    Bexley = "…"
    E09000028 = "…"
    by-hand = "…"
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from msgspec import Struct

from forms.application.catalogue import read_input
from forms.application.ledger import Entry, Sealed
from forms.application.private import read_private
from forms.domain.normal import normal
from forms.domain.routing import Authorities
from forms.formats.encrypting import ENCRYPT, decrypt, is_encrypted, require
from forms.foundation.errors import InputError
from forms.foundation.problems import Place, Problem

BY_HAND = "by-hand"
NO_PASSWORD = "no-password"
SHORTEST, LONGEST = 12, 127
"""Characters of a password; a PDF takes no more than 127 bytes."""
_DIFFERENT = 6
_OBVIOUS = (
    "password",
    "passwort",
    "qwerty",
    "letmein",
    "welcome",
    "123456",
    "abcdef",
    "safeguarding",
    "secret",
)


class Keys(Struct, frozen=True):
    """Passwords by ONS code, and one (or none) for what goes by hand. It prints without them."""

    passwords: Mapping[str, str]
    by_hand: str = ""

    def __repr__(self) -> str:
        return f"Keys(of {len(self.passwords)} authorities)"

    def of(self, recipient: str) -> str:
        """Give the password for a recipient as the ledger has it, or nothing."""
        code = re.split("[/#]", recipient)[0]
        return self.passwords.get(code, "") if code else self.by_hand

    def complete(self, authorities: Authorities) -> bool:
        """Tell whether no recipient can be without a password."""
        writing_to = authorities.by_code.keys() - authorities.run_by.keys()
        return bool(self.by_hand) and writing_to <= self.passwords.keys()

    def seal(self, entry: Entry, data: bytes, recipient: str) -> tuple[Entry, bytes]:
        """Encrypt a file for a recipient; the entry keeps the digest of the plain bytes and gets that of these.

        Raises ValueError where there is no password: that is asked before.
        """
        password = self.of(recipient)
        if not password:
            raise ValueError("no password")
        sealed = ENCRYPT[entry.format](data, password)
        return replace(entry, sealed=Sealed(len(sealed), hashlib.sha256(sealed).hexdigest())), sealed

    def unlock(self, path: Path) -> bytes:
        """Read a file that came back, and take its lock off, whoever of the authorities sent it.

        Raises InputError where it cannot be read, or no password opens it.
        """
        data = read_input(path)
        if not is_encrypted(data):
            return data
        plain = decrypt(data, (*self.passwords.values(), *([self.by_hand] if self.by_hand else ())))
        if plain is None:
            hint = "Look whether it has another password now, or ask for it again"
            raise InputError.of(
                "other-password", "None of the passwords opens the file", hint, Place(path.name)
            )
        return plain


def load_keys(path: Path, authorities: Authorities) -> Keys:
    """Read a file of passwords.

    Raises:
        UsageError: It cannot be read, or others may read it.
        InputError: An authority is unknown or stands there twice, or a password is too weak; all at once.
        MissingError: The extra `encrypt` is not installed.
    """
    require()
    data = read_private(path)
    try:
        found = tomllib.loads(data.decode("utf-8-sig"))
    except ValueError as error:  # the parser's words tell the place but might repeat a value
        place = re.search(r"\(at .*\)", str(error))
        hint = f"Look at it in an editor {place[0]}" if place else "Save it as UTF-8"
        raise InputError.of(
            "bad-keys", "The file of passwords is not sound TOML", hint, Place(path.name)
        ) from None
    passwords: dict[str, str] = {}
    owners: dict[str, str] = {}
    by_hand = ""
    problems: list[Problem] = []
    for name, password in found.items():
        authority = None if name == BY_HAND else authorities.find(name)
        code = authority.code if authority else ""
        if name != BY_HAND and not code:
            problems.append(_unknown(name, authorities, path))
        elif code in passwords:
            hint = "Keep one of its lines"
            problems.append(_problem("key-twice", "An authority has two passwords", hint, name, path))
        elif weak := _weakness(password, (name, authority.name if authority else "")):
            problems.append(_problem("weak-password", f"A password is too weak: {weak}", _STRONG, name, path))
        elif password in owners:
            hint = f"Give {name} and {owners[password]} passwords of their own"
            problems.append(
                _problem("same-password", "Two authorities have the same password", hint, name, path)
            )
        else:
            owners[password] = name
            if code:
                passwords[code] = password
            else:
                by_hand = password
    if problems:
        raise InputError(*problems)
    return Keys(passwords, by_hand)


def no_password(recipient: str, authorities: Authorities) -> Problem:
    """Say whose password is missing."""
    code = re.split("[/#]", recipient)[0]
    authority = authorities.by_code.get(code)
    whom = authority.name if authority else "documents that go by hand (by-hand)"
    hint = "Write it into the file of passwords, or leave --encrypt out"
    return Problem("error", NO_PASSWORD, f"There is no password for {whom}", hint)


_STRONG = (
    f"Take {SHORTEST} characters or more from the keyboard, best four or five words that do not belong together"
)


def _weakness(password: object, names: tuple[str, ...]) -> str:
    """Tell what makes a password easy to guess or hard to type, or nothing."""
    if not isinstance(password, str):
        return "it is no text"
    if not (password.isascii() and password.isprintable()) or password != password.strip():
        return "it has other characters than letters, figures, spaces inside and the signs of a keyboard"
    if len(password) < SHORTEST:
        return "it is too short"
    if len(password) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    if len(set(password)) < _DIFFERENT:
        return "it repeats itself"
    plain = re.sub("[^a-z0-9]", "", password.lower())
    words = (*_OBVIOUS, *(re.sub("[^a-z0-9]", "", normal(name)) for name in names))
    for word in words:
        plain = plain.replace(word, "") if len(word) > 3 else plain
    return "without the words that anybody would try, little is left" if len(plain) < SHORTEST - 4 else ""


def _unknown(name: str, authorities: Authorities, path: Path) -> Problem:
    near = authorities.near(name)
    hint = (
        f"Did you mean {' or '.join(near)}?" if near else "Write the authority's name or ONS code, or by-hand"
    )
    return _problem("unknown-area", "The directory has no authority of this name", hint, name, path)


def _problem(code: str, message: str, hint: str, name: str, path: Path) -> Problem:
    return Problem("error", code, message, hint, Place(path.name, "", name))
