"""Settings are taken from a file and the environment, and anything unsafe in them is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms.application.sending.settings import Settings, is_address, load_settings
from forms.foundation.errors import UsageError

WHOLE = 'host = "mail.example.org"\nuser = "forms"\npassword = "not-a-real-one"\n'


@pytest.fixture
def write(tmp_path: Path):
    def put(text: str, mode: int = 0o600) -> Path:
        path = tmp_path / "mail.toml"
        path.write_text(text, "utf-8")
        path.chmod(mode)
        return path

    return put


def code_of(path: Path | None, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(UsageError) as refused:
        load_settings(path, environment or {})
    problem = refused.value.problems[0]
    assert "not-a-real-one" not in f"{problem.message} {problem.hint} {problem.place}"
    return problem.code


def test_what_is_left_out_is_safe(write) -> None:
    settings = load_settings(write(WHOLE), {})
    assert (settings.security, settings.port, settings.password) == ("starttls", 587, "not-a-real-one")
    assert load_settings(write('host = "mail.example.org"\nsecurity = "tls"\n'), {}).port == 465


def test_no_password_in_what_is_printed_of_settings(write) -> None:
    assert "not-a-real-one" not in repr(load_settings(write(WHOLE), {}))


def test_the_environment_wins_and_suffices(write) -> None:
    variables = {
        "FORMS_SMTP_HOST": "other.example.org",
        "FORMS_SMTP_PORT": "2525",
        "FORMS_SMTP_PER_MINUTE": "7.5",
    }
    assert load_settings(write(WHOLE), variables).host == "other.example.org"
    assert load_settings(None, variables) == Settings("other.example.org", 2525, per_minute=7.5)
    assert code_of(None, {**variables, "FORMS_SMTP_PORT": "ten"}) == "wrong-setting"


def test_the_password_may_be_in_a_file_of_its_own(write, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not-a-real-one\n")
    secret.chmod(0o600)
    path = write('host = "mail.example.org"\nuser = "forms"\npassword_file = "secret"\n', 0o644)
    assert load_settings(path, {}).password == "not-a-real-one"
    secret.chmod(0o640)
    assert code_of(path) == "not-private"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_password_that_others_may_read_is_refused(write, mode: int) -> None:
    assert code_of(write(WHOLE, mode)) == "not-private"


@pytest.mark.parametrize(
    "host", ["mail.example.org", "192.0.2.7", "127.0.0.1.example.org", "localhost.example.org"]
)
def test_nothing_goes_unencrypted_to_another_computer(write, host: str) -> None:
    assert code_of(write(f'host = "{host}"\nsecurity = "none"\n')) == "not-encrypted"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_server_on_this_computer_may_be_plain_but_gets_no_password(write, host: str) -> None:
    assert load_settings(write(f'host = "{host}"\nsecurity = "none"\n'), {}).port == 25
    login = 'user = "forms"\npassword = "not-a-real-one"\n'
    assert code_of(write(f'host = "{host}"\nsecurity = "none"\n{login}')) == "not-encrypted"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no-host"),
        ('host = "a.example.org"\nhots = "b"', "unknown-setting"),
        ('host = "a.example.org"\nport = "587"', "wrong-setting"),
        ('host = "a.example.org"\nper_minute = 0', "wrong-setting"),
        ('host = "a.example.org"\nattempts = true', "wrong-setting"),
        ('host = "a.example.org\\nx"', "wrong-setting"),
        ('host = "a..example.org"', "wrong-setting"),
        ('host = "a.example.org"\nuser = "forms"\npassword = "not-a-real-one-ß"', "wrong-setting"),
        ('host = "a.example.org"\nsecurity = "ssl"', "wrong-setting"),
        ('host = "a.example.org"\nuser = "forms"', "half-a-login"),
        ('host = "a.example.org"\nsender = "not an address"', "wrong-setting"),
        ('host = "a.example.org"\nca_file = "missing.pem"', "no-ca-file"),
        ('host = "a.example.org" password = "not-a-real-one"', "bad-settings"),
    ],
)
def test_what_is_unsound_is_named(write, text: str, code: str) -> None:
    assert code_of(write(text)) == code


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert code_of(tmp_path / "none.toml") == "no-settings"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("mash.secure@bexley.example.org", True),
        ("a@b\r\nRCPT TO:<c@example.org>", False),
        ("Team <team@example.org>", False),
        ("zoë@example.org", False),
        ("", False),
    ],
)
def test_addresses(text: str, good: bool) -> None:
    assert is_address(text) is good
