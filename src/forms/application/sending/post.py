"""A connection to a mail server, with the one moment that matters told apart (RFC 5321).

A server has a message from when it was given the line with a single dot (section 4.1.1.4). What fails before
that is certainly not sent; what fails between that line and its answer is uncertain. So the two are two calls:
`offer` does everything up to there, `complete` gives the dot and takes the answer.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from forms.application.sending.settings import Settings
from forms.foundation.errors import OutputError
from forms.foundation.problems import Place

LONGEST_REPLY = 200
_TOO_LARGE = 552
_PATIENCE = 4
"""How much longer than usual the answer to a complete message may take (RFC 5321, section 4.5.3.2.6)."""
_CLOSING = 421


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered: its code and words."""

    code: int
    words: str

    @property
    def accepted(self) -> bool:
        """Whether it said yes."""
        return 200 <= self.code < 300

    @property
    def temporary(self) -> bool:
        """Whether the same may do later."""
        return 400 <= self.code < 500

    @property
    def permanent(self) -> bool:
        """Whether the same will never do."""
        return 500 <= self.code < 600

    def __str__(self) -> str:
        return f"{self.code} {self.words}".strip()


class RejectedError(Exception):
    """The server does not take the message; `about_sender` where it would take none from us."""

    def __init__(self, reply: Reply, *, about_sender: bool = False) -> None:
        super().__init__(str(reply))
        self.reply = reply
        self.about_sender = about_sender


class DroppedError(Exception):
    """There is no connection, or no longer; the text says how it ended."""


class Post:
    """A connection, opened at once. Close it."""

    def __init__(self, settings: Settings, name: str) -> None:
        """Connect, encrypt, and log in.

        Args:
            settings: Where and how.
            name: The domain that we present ourselves with.

        Raises:
            DroppedError: The server cannot be reached at the moment.
            OutputError: It will not do as the settings are: certificate, login, no encryption.
        """
        self._settings = settings
        self._place = Place(f"{settings.host}:{settings.port}")
        with self._opening():
            context = ssl.create_default_context(cafile=settings.ca_file or None)
            self._smtp: smtplib.SMTP
            if settings.security == "tls":
                self._smtp = smtplib.SMTP_SSL(
                    settings.host, settings.port, name, context=context, timeout=settings.timeout
                )
            else:
                self._smtp = smtplib.SMTP(settings.host, settings.port, name, settings.timeout)
            try:
                if settings.security == "starttls":
                    self._smtp.starttls(context=context)
                self._smtp.ehlo_or_helo_if_needed()
                if settings.user:
                    self._smtp.login(settings.user, settings.password)
            except BaseException:
                self._smtp.close()
                raise

    def offer(self, sender: str, recipients: Sequence[str], data: bytes, copy_to: str = "") -> Reply | None:
        """Give the server a message, all but its end.

        It goes to all recipients or to none; a copy that is refused holds nothing up.

        Args:
            sender: The envelope's sender.
            recipients: Who must get it.
            data: The message, its lines ended with CR and LF.
            copy_to: Who gets a copy of it.

        Returns:
            What was said to the copy, where it was refused.

        Raises:
            RejectedError: The server does not take it; nothing was sent.
            DroppedError: The connection ended; nothing was sent.
        """
        with self._talking():
            most = self._smtp.esmtp_features.get("size", "")
            if most.isdigit() and 0 < int(most) < len(data):
                raise RejectedError(Reply(_TOO_LARGE, f"the server takes messages of up to {most} bytes"))
            options = [f"size={len(data)}"] if self._smtp.has_extn("size") else []
            reply = _reply(self._smtp.mail(sender, options))
            if not reply.accepted:
                raise self._turned_down(reply, about_sender=reply.permanent and reply.code != _TOO_LARGE)
            for recipient in recipients:
                reply = _reply(self._smtp.rcpt(recipient))
                if not reply.accepted:
                    raise self._turned_down(reply)
            no_copy = _reply(self._smtp.rcpt(copy_to)) if copy_to else None
            reply = _reply(self._smtp.docmd("DATA"))
            if reply.code != 354:
                raise self._turned_down(reply)
            self._smtp.send(re.sub(rb"(?m)^\.", b"..", data))
        return no_copy if no_copy and not no_copy.accepted else None

    def complete(self) -> Reply:
        """End the message and give the server's answer to it.

        Raises DroppedError where none came: the server may have it or not.
        """
        with self._talking():
            if self._smtp.sock is not None:
                self._smtp.sock.settimeout(_PATIENCE * self._settings.timeout)
            self._smtp.send(b".\r\n")
            reply = _reply(self._smtp.getreply())
            if self._smtp.sock is not None:
                self._smtp.sock.settimeout(self._settings.timeout)
        if reply.code == _CLOSING:
            self.close()
        return reply

    def close(self) -> None:
        """End the connection, politely if there still is one."""
        if self.open:
            with suppress(OSError):
                self._smtp.quit()
        self._smtp.close()

    def cut(self) -> None:
        """End the connection at once."""
        self._smtp.close()

    @property
    def open(self) -> bool:
        """Whether there still is a connection."""
        return self._smtp.sock is not None

    def _turned_down(self, reply: Reply, *, about_sender: bool = False) -> RejectedError | DroppedError:
        """Make the connection ready for the next message, unless the server is ending it."""
        if reply.code == _CLOSING:
            self.cut()
            return DroppedError(str(reply))
        with suppress(OSError):  # if it has ended, the next message finds that out
            self._smtp.rset()
        return RejectedError(reply, about_sender=about_sender)

    @contextmanager
    def _talking(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:  # smtplib's own errors are of this kind too
            self._smtp.close()
            raise DroppedError(_ending(error)) from error

    @contextmanager
    def _opening(self) -> Iterator[None]:
        """Sort what may go wrong on the way to a usable connection."""
        try:
            yield
        except ssl.SSLEOFError as error:
            raise DroppedError("the connection was closed while encryption was agreed") from error
        except ssl.SSLCertVerificationError as error:
            raise self._unusable(
                "wrong-certificate",
                f"The certificate of the mail server is not to be trusted ({error.verify_message})",
                "Ask who runs the server; if it is your organisation's own, name its certificates with ca_file",
            ) from error
        except ssl.SSLError as error:
            raise self._unusable(
                "no-encryption",
                f"No encrypted connection to the mail server ({error.reason})",
                "Look whether security (starttls, tls) belongs to this port, and whether ca_file is sound",
            ) from error
        except smtplib.SMTPNotSupportedError as error:
            raise self._unusable(
                "not-offered",
                "The mail server does not offer what the settings ask for (encryption or login)",
                "Ask who runs the server for the right port and kind of encryption",
            ) from error
        except smtplib.SMTPResponseException as error:
            reply = _reply((error.smtp_code, error.smtp_error))
            if reply.temporary:
                raise DroppedError(str(reply)) from error
            login = isinstance(error, smtplib.SMTPAuthenticationError)
            raise self._unusable(
                "no-login" if login else "server-refuses",
                f"The mail server refuses {'the login' if login else 'us'} ({reply})",
                "Correct user and password" if login else "Ask who runs the server",
            ) from error
        except smtplib.SMTPServerDisconnected as error:
            raise DroppedError("the server closed the connection") from error
        except smtplib.SMTPException as error:
            raise self._unusable(
                "no-login", "The mail server has no way to log in that we know", "Ask who runs the server"
            ) from error
        except OSError as error:
            raise DroppedError(_ending(error)) from error

    def _unusable(self, code: str, message: str, hint: str) -> OutputError:
        return OutputError.of(code, message, hint, self._place)


def _reply(answer: tuple[int, bytes | str]) -> Reply:
    """Give an answer as printable words of a bounded length."""
    code, raw = answer
    text = raw.decode("ascii", "replace") if isinstance(raw, bytes) else raw
    words = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return Reply(code, words[:LONGEST_REPLY])


def _ending(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return str(_reply((error.smtp_code, error.smtp_error)))
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the server closed the connection, or did not answer in time"
    if isinstance(error, TimeoutError):
        return "the server did not answer in time"
    return error.strerror or "the connection failed"
