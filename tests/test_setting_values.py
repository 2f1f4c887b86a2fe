"""What a setting's text may say: what is accepted, and the words of every refusal."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from app import setting_values as read
from app.core.errors import BadInput
from app.settings import load
from tests.keys import pem

KEY = Fernet.generate_key().decode()
HUSH = "hush-hush-hush"


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)


def refusal(**environ: str) -> str:
    with pytest.raises(BadInput) as refused:
        load(environ, None)
    return str(refused.value)


def shown(secret: SecretStr | None) -> str:
    assert secret is not None
    return secret.get_secret_value()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_database_address_is_rewritten_for_psycopg(scheme: str) -> None:
    address = f"{scheme}://ann:p%40ss@db.example.com:6432/flakes?sslmode=require"

    settings = load({"DATABASE_URL": address, "FLAKEGUARD_SECRET_KEY": KEY}, None)

    assert shown(settings.database_url) == (
        "postgresql+psycopg://ann:p%40ss@db.example.com:6432/flakes?sslmode=require"
    )


def test_a_database_on_a_unix_socket_is_accepted() -> None:
    address = "postgresql+psycopg://me@/flakeguard?host=/tmp/a%20folder"

    settings = load({"DATABASE_URL": address, "FLAKEGUARD_SECRET_KEY": KEY}, None)

    assert shown(settings.database_url) == address


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        (
            "DATABASE_URL",
            "mysql://ann:hush-hush-hush@db/flakes",
            "DATABASE_URL must be an address like postgresql://user:password@host:5432/name.",
        ),
        (
            "DATABASE_URL",
            "postgresql://ann:hush-hush-hush@db:many/flakes",
            "DATABASE_URL must be an address like postgresql://user:password@host:5432/name.",
        ),
        (
            "DATABASE_URL",
            "postgresql://ann:hush-hush-hush#1@db/flakes",
            "DATABASE_URL must be an address like postgresql://user:password@host:5432/name, "
            "with # in the password written as %23.",
        ),
        (
            "REDIS_URL",
            "http://:hush-hush-hush@redis",
            "REDIS_URL must be an address like redis://host:6379/0, rediss://host:6379/0 or "
            "unix:///path.",
        ),
        (
            "SMTP_URL",
            "https://ann:hush-hush-hush@mail",
            "SMTP_URL must be an address like smtp://user:password@host:587 or smtps://host:465.",
        ),
        (
            "SLACK_BOT_TOKEN",
            "xoxp-hush-hush-hush",
            "SLACK_BOT_TOKEN must begin with xoxb- or xoxe.xoxb-.",
        ),
        ("SLACK_APP_TOKEN", "hush-hush-hush", "SLACK_APP_TOKEN must begin with xapp-."),
        (
            "FLAKEGUARD_SECRET_KEY",
            "hush-hush-hush",
            "FLAKEGUARD_SECRET_KEY must be a key of 32 random bytes in url-safe base64, or several "
            "separated by commas; make one with: openssl rand -base64 32 | tr '+/' '-_'.",
        ),
        (
            "GITHUB_APP_PRIVATE_KEY",
            "hush-hush-hush",
            "GITHUB_APP_PRIVATE_KEY must be a PEM text or the path of a file that holds one; "
            "no such file is here.",
        ),
        (
            "PUBLIC_URL",
            "https://ann:hush-hush-hush@flakes.example.com",
            "PUBLIC_URL must be an address like https://host.example.com, without a user name, "
            "? or #.",
        ),
        (
            "PUBLIC_URL",
            "ftp://flakes",
            "PUBLIC_URL must be an address like https://host.example.com, not 'ftp://flakes'.",
        ),
        (
            "PUBLIC_URL",
            "https://x.example/app",
            "PUBLIC_URL must be an address like https://host.example.com, without a path, "
            "not 'https://x.example/app'.",
        ),
        ("PORT", "http", "PORT must be a whole number from 1 to 65535, not 'http'."),
        ("PORT", "65536", "PORT must be a whole number from 1 to 65535, not '65536'."),
        (
            "DATABASE_POOL_SIZE",
            "0",
            "DATABASE_POOL_SIZE must be a whole number from 1 to 200, not '0'.",
        ),
        ("GITHUB_POLLING", "maybe", "GITHUB_POLLING must be true or false, not 'maybe'."),
        (
            "ENVIRONMENT",
            "staging",
            "ENVIRONMENT must be development, production or test, not 'staging'.",
        ),
        (
            "LOG_LEVEL",
            "loud",
            "LOG_LEVEL must be debug, info, warning, error or critical, not 'loud'.",
        ),
        ("LOG_FORMAT", "xml", "LOG_FORMAT must be json or console, not 'xml'."),
        (
            "TRUSTED_PROXIES",
            "*",
            "TRUSTED_PROXIES must list IP addresses or networks like 10.0.0.0/8, not '*'.",
        ),
        (
            "FLAKEGUARD_ALLOWED_ACCOUNTS",
            "acme, no/such",
            "FLAKEGUARD_ALLOWED_ACCOUNTS must list logins of GitHub users or organisations, "
            "not 'acme, no/such'.",
        ),
        (
            "RUNNER_RATES",
            "a=0.1, A =0.2",
            "RUNNER_RATES must name each label once, whatever its capitals, not 'a=0.1, A =0.2'.",
        ),
        (
            "RUNNER_RATES",
            "a=b=0.01",
            "RUNNER_RATES must list labels without = in them, like ubuntu-latest=0.008, "
            "not 'a=b=0.01'.",
        ),
        (
            "SMTP_FROM",
            "nobody",
            "SMTP_FROM must be a mail address like FlakeGuard <flakeguard@example.com>, "
            "not 'nobody'.",
        ),
    ],
)
def test_a_wrong_value_is_named_with_what_it_should_be_and_no_secret_is_quoted(
    variable: str, value: str, sentence: str
) -> None:
    said = refusal(**{variable: value})

    assert said == sentence
    assert HUSH not in said


def test_every_wrong_variable_gets_a_sentence_of_its_own() -> None:
    assert refusal(PORT="x", LOG_FORMAT="y") == (
        "PORT must be a whole number from 1 to 65535, not 'x'. "
        "LOG_FORMAT must be json or console, not 'y'."
    )


def test_a_long_wrong_value_is_not_quoted_since_it_may_be_a_token() -> None:
    said = refusal(GITHUB_APP_ID="0123456789abcdef0123456789abcdef")

    assert said == "GITHUB_APP_ID must be a whole number from 1 to 1000000000000000."


def test_a_private_key_is_taken_as_pem_with_its_line_ends_written_out_or_from_a_file(
    rsa_key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    text = pem(rsa_key)
    file = tmp_path / "a key.pem"
    file.write_text(text)

    for value in (text, text.replace("\n", "\\n"), str(file)):
        settings = load({"GITHUB_APP_ID": "7", "GITHUB_APP_PRIVATE_KEY": value}, None)
        assert shown(settings.github_app_private_key) == text


def test_what_is_no_rsa_key_is_refused_without_its_text(
    rsa_key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    curve = pem(ec.generate_private_key(ec.SECP256R1()))
    locked = pem(rsa_key, BestAvailableEncryption(b"password"))
    cut = pem(rsa_key)[:200]

    assert refusal(GITHUB_APP_ID="7", GITHUB_APP_PRIVATE_KEY=curve) == (
        "GITHUB_APP_PRIVATE_KEY must be an RSA private key, as GitHub makes them for Apps."
    )
    assert refusal(GITHUB_APP_ID="7", GITHUB_APP_PRIVATE_KEY=locked) == (
        "GITHUB_APP_PRIVATE_KEY must be a private key without a password."
    )
    assert refusal(GITHUB_APP_ID="7", GITHUB_APP_PRIVATE_KEY=cut) == (
        "GITHUB_APP_PRIVATE_KEY must be the private key (PEM) that the GitHub App's page lets you "
        "download."
    )
    assert refusal(GITHUB_APP_ID="7", GITHUB_APP_PRIVATE_KEY=str(tmp_path)) == (
        "GITHUB_APP_PRIVATE_KEY must be a PEM text or the path of a regular file."
    )


def test_addresses_of_pages_and_apis_lose_their_last_slash_and_usual_port() -> None:
    settings = load(
        {
            "PUBLIC_URL": "HTTPS://Flakes.Example.com:443/",
            "GITHUB_API_URL": "http://ghes.example.com:8080/api/v3/",
            "SLACK_API_URL": "http://[::1]:80/api/",
        },
        None,
    )

    assert settings.public_url == "https://flakes.example.com"
    assert settings.github_api_url == "http://ghes.example.com:8080/api/v3"
    assert settings.slack_api_url == "http://[::1]/api"


def test_lists_are_split_at_commas() -> None:
    settings = load(
        {
            "FLAKEGUARD_ALLOWED_ACCOUNTS": "acme, octo-org ,",
            "TRUSTED_PROXIES": "10.1.2.3/8,::1",
        },
        None,
    )

    assert settings.allowed_accounts == ("acme", "octo-org")
    assert settings.trusted_proxies == ("10.0.0.0/8", "::1/128")


READERS: list[Callable[[object], object]] = [
    read.whole_number(1, 9),
    read.one_of("json", "console"),
    read.switch,
    read.token("xoxb-"),
    read.accounts,
    read.networks,
    read.folder,
    read.web_address,
    read.site_address,
    read.database_address,
    read.redis_address,
    read.mail_server,
    read.sender,
    read.fernet_keys,
    read.rsa_key,
]
PIECES = st.sampled_from(
    ["https://", "postgres://", "redis://", "smtp://", "[", "]", ":", "@", "%", "#", "?", "//"]
)


@given(st.lists(PIECES | st.text(max_size=8), max_size=6).map("".join))
def test_any_text_is_read_alike_twice_or_refused_with_what_it_must_be(text: str) -> None:
    for reader in READERS:
        value, refused = outcome(reader, text)
        assert refused is None or refused.startswith("must ")
        assert refused is not None or reader(value) == value


def outcome(reader: Callable[[object], object], text: str) -> tuple[object, str | None]:
    try:
        return reader(text), None
    except ValueError as refused:
        return None, str(refused)
