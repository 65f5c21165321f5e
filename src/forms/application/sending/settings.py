"""How to reach the mail server: a TOML file, the environment, or both (the environment wins).

The password stands in the file, in a file of its own, or in the environment; never on a command line, in a
log or in an error.
"""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from forms.application.private import read_private
from forms.foundation.errors import UsageError
from forms.foundation.problems import Place, Problem

Security = Literal["starttls", "tls", "none"]
PORTS: Mapping[str, int] = {"starttls": 587, "tls": 465, "none": 25}
ENVIRONMENT = "FORMS_SMTP_"
_NOT_SETTINGS = ("password_file",)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")

_HOST = re.compile(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?")


@dataclass(frozen=True, slots=True)
class Settings:
    """How to send.

    `security` is how the connection is encrypted: `starttls` (usual), `tls` from the first byte, or `none`,
    which only a server on this computer gets. `ca_file` holds the certificates to trust, the system's if
    empty. `sender` is the envelope's sender, where bounces go; the profile's e-mail if empty. `copy_to` gets a
    blind copy of everything. `per_minute` is the most messages in a minute, `attachments_mb` the most of
    documents in one message, `attempts` how often a message is tried, the pause beginning at `first_pause`
    seconds and doubling up to `longest_pause`. `timeout` is in seconds; the answer to a complete message may
    take four times as long.
    """

    host: str
    port: int = 0
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""
    sender: str = ""
    copy_to: str = ""
    per_minute: float = 30
    attachments_mb: float = 10
    attempts: int = 5
    first_pause: float = 5
    longest_pause: float = 300
    timeout: float = 150

    @property
    def most_attached(self) -> int:
        """Bytes of documents in one message."""
        return int(self.attachments_mb * 1024 * 1024)


def load_settings(path: Path | None, environment: Mapping[str, str]) -> Settings:
    """Read the settings from a file, if there is one, and from the environment.

    Variables are `FORMS_SMTP_` and a setting's name in capitals. Relative paths count from the settings file.

    Raises UsageError where one is missing, unknown or unsound, or where others may read the password.
    """
    found = _from_file(path) if path else {}
    source = path.name if path else "environment"
    kinds = {one.name: one.type for one in fields(Settings)}
    for name in (*kinds, *_NOT_SETTINGS):
        if (value := environment.get(ENVIRONMENT + name.upper())) is not None:
            found[name] = _number(value) if kinds.get(name) in ("int", "float") else value
    if name := next((name for name in found if name not in (*kinds, *_NOT_SETTINGS)), ""):
        raise _wrong("unknown-setting", f"There is no setting {name}", f"Known are: {', '.join(kinds)}", source)
    for name, value in found.items():
        if not _is_kind(value, kinds.get(name, "str")):
            hint = "A text" if kinds.get(name, "str") in ("str", "Security") else "A number greater than 0"
            raise _wrong("wrong-setting", f"The setting {name} is not understood", f"Expected: {hint}", source)
    folder = path.parent if path else Path()
    if found.get("ca_file"):
        found["ca_file"] = str(folder / found["ca_file"])
    if password_file := found.pop("password_file", ""):
        found["password"] = read_private(folder / password_file).decode("utf-8", "replace").strip("\r\n")
    return _checked(found, source)


def is_address(text: str) -> bool:
    """Tell whether a text is an e-mail address that every mail server takes (RFC 5321, section 4.1.2)."""
    return _ADDRESS.fullmatch(text) is not None and len(text) <= 254


def _from_file(path: Path) -> dict[str, Any]:
    try:
        data = path.read_bytes()
        found = tomllib.loads(data.decode("utf-8-sig"))
    except OSError as error:
        raise _wrong(
            "no-settings", "Cannot read the settings", error.strerror or "Look at the path", str(path)
        ) from error
    except ValueError as error:  # the parser's words tell the place but might repeat a value
        place = re.search(r"\(at .*\)", str(error))
        hint = f"Look at it in an editor {place[0]}" if place else "Save it as UTF-8"
        raise _wrong("bad-settings", "The settings are not sound TOML", hint, path.name) from None
    if "password" in found:
        read_private(path)
    return found


def _checked(found: dict[str, Any], source: str) -> Settings:
    if not found.get("host"):
        hint = 'Write host = "…" into a file and give it with --settings, or set FORMS_SMTP_HOST'
        raise _wrong("no-host", "It is not said which mail server to send by", hint, source)
    if not _is_host(found["host"]):
        raise _wrong(
            "wrong-setting", "The setting host is no name or address", "Such as mail.example.org", source
        )
    security = found.setdefault("security", "starttls")
    if security not in PORTS:
        choice = ", ".join(get_args(Security))
        raise _wrong("wrong-setting", "The setting security is not understood", f"Choose: {choice}", source)
    if security == "none" and not is_loopback(found["host"]):
        raise _wrong(
            "not-encrypted",
            "Without encryption nothing is sent to another computer",
            "Set security to starttls or tls; none is for a server on this computer (127.0.0.1)",
            source,
        )
    if bool(found.get("user")) != bool(found.get("password")):
        hint = "Give user and password (or password_file, or FORMS_SMTP_PASSWORD), or neither"
        raise _wrong("half-a-login", "User and password belong together", hint, source)
    if found.get("user") and security == "none":
        hint = "Set security to starttls or tls, or take user and password out"
        raise _wrong("not-encrypted", "A password is not sent without encryption", hint, source)
    if not (found.get("user", "") + found.get("password", "")).isascii():
        hint = "Have a password set that has only letters, figures and the signs of a keyboard"
        raise _wrong("wrong-setting", "User and password have characters that cannot be sent", hint, source)
    for name in ("sender", "copy_to"):
        if found.get(name) and not is_address(found[name]):
            hint = f"Write {name} as name@example.org"
            raise _wrong("wrong-setting", f"The setting {name} is no e-mail address", hint, source)
    if found.get("ca_file") and not Path(found["ca_file"]).is_file():
        raise _wrong("no-ca-file", "The file with certificates is not there", "Correct ca_file", source)
    found["port"] = found.get("port") or PORTS[security]
    return Settings(**found)


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return len(host) <= 253 and _HOST.fullmatch(host) is not None
    return True


def is_loopback(host: str) -> bool:
    """Tell whether a host is this computer itself, by its address or as `localhost`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_kind(value: object, kind: object) -> bool:
    if kind in ("int", "float"):
        number = isinstance(value, int) or (kind == "float" and isinstance(value, float))
        return number and not isinstance(value, bool) and 0 < float(value) < 1e6  # type: ignore[arg-type]
    return isinstance(value, str) and value.isprintable()


def _number(text: str) -> int | float | str:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def _wrong(code: str, message: str, hint: str, source: str) -> UsageError:
    return UsageError(Problem("error", code, message, hint, Place(source)))
