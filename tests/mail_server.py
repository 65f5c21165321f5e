"""A mail server on loopback that does what a test tells it to: refuse, drop the connection, kill the sender."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "forms", "not-a-real-password"
DROP = "drop"
"""In place of a reply: end the connection."""


@dataclass
class MailServer:
    """A server that runs in a thread.

    `on_rcpt` and `on_data` are what it answers, call by call, and then 250; a callable is called first. What it
    took (also where it dropped the connection instead of saying so, if `keeps_dropped`) is in `messages`.
    """

    security: str = "starttls"
    login: bool = True
    on_rcpt: list[str | Callable[[], str]] = field(default_factory=list)
    on_data: list[str | Callable[[], str]] = field(default_factory=list)
    on_mail: list[str | Callable[[], str]] = field(default_factory=list)
    keeps_dropped: bool = True
    size: int = 30_000_000
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self.authority = trustme.CA()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert("127.0.0.1").configure_cert(self._context)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._open: list[SMTP] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> MailServer:
        ready = threading.Event()
        self._loop.call_soon(ready.set)
        self._thread.start()
        ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def settings(self, folder: Path, **more: object) -> Path:
        """Write settings with which it can be reached."""
        ca = folder / "ca.pem"
        self.authority.cert_pem.write_to_path(str(ca))
        lines = {
            "host": "127.0.0.1",
            "port": self.port,
            "security": self.security,
            "per_minute": 600_000,
            "timeout": 4,
        }
        if self.security != "none":
            lines |= {"ca_file": "ca.pem"}
        if self.login:
            lines |= {"user": USER, "password": PASSWORD}
        lines |= more
        path = folder / "mail.toml"
        path.write_text("".join(f"{name} = {value!r}\n" for name, value in lines.items()), "utf-8")
        path.chmod(0o600)
        return path

    @property
    def ids(self) -> list[str]:
        """Message-IDs of what it took."""
        return [str(message["Message-ID"]) for message in self.messages]

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        tls = self._context if self.security == "tls" else None
        server = self._loop.run_until_complete(
            self._loop.create_server(self._connection, sock=self._socket, ssl=tls)
        )
        self._loop.run_forever()
        server.close()
        for connection in self._open:
            if connection.transport is not None:
                connection.transport.abort()
        pending = asyncio.all_tasks(self._loop)
        for task in pending:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        self._loop.run_until_complete(asyncio.sleep(0))  # transports are closed one turn later
        self._loop.close()

    def _connection(self) -> SMTP:
        self.connections += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it does not see that a connection of kind "tls" is encrypted
            connection = SMTP(
                self,
                data_size_limit=self.size,
                tls_context=self._context if self.security == "starttls" else None,
                require_starttls=self.security == "starttls",
                auth_required=self.login,
                auth_require_tls=self.security == "starttls",
                authenticator=self._authenticate,
                loop=self._loop,
            )
        self._open.append(connection)
        return connection

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword
    ) -> AuthResult:
        known = data.login == USER.encode() and data.password == PASSWORD.encode()
        return AuthResult(success=known, handled=False)

    async def handle_MAIL(self, server: SMTP, _s: Session, envelope: Envelope, address: str, options) -> str:  # noqa: N802
        envelope.mail_from = address
        return self._answer(self.on_mail, server, "250 OK")

    async def handle_RCPT(self, server: SMTP, _s: Session, envelope: Envelope, address: str, options) -> str:  # noqa: N802
        answer = self._answer(self.on_rcpt, server, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _s: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self._answer(self.on_data, server, "250 Taken", keep=lambda: self._keep(envelope))
        if answer.startswith("2"):
            self._keep(envelope)
        return answer

    def _keep(self, envelope: Envelope) -> None:
        content = envelope.content
        assert isinstance(content, bytes)
        self.messages.append(message_from_bytes(content, policy=policy.default))
        self.recipients.append(list(envelope.rcpt_tos))

    def _answer(
        self,
        script: list[str | Callable[[], str]],
        server: SMTP,
        usual: str,
        keep: Callable[[], None] = lambda: None,
    ) -> str:
        step = script.pop(0) if script else usual
        answer = step() if callable(step) else step
        if answer == DROP:
            if self.keeps_dropped:
                keep()
            server.transport.abort()
            return "421 gone"
        return answer


@dataclass
class Clock:
    """Time that passes only when somebody sleeps."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)
    start: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def clock(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self.start + timedelta(seconds=round(self.seconds))
