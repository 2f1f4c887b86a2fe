"""The types of settings: what pydantic checks their texts with."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from app import setting_values as read

ROOT = 0  # the user id
ROOT_DATA = "/var/lib/flakeguard"


def text_of(value: object) -> object:
    """The value, taken out of SecretStr, so that a reader sees text."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, list | tuple):
        return tuple(text_of(part) for part in value)
    return value


def _by(reader: Callable[..., object]) -> BeforeValidator:
    return BeforeValidator(lambda value: reader(text_of(value)))


def _stripped(value: object) -> str:
    return str(value).strip()


Text = Annotated[str, _by(_stripped)]
Secret = Annotated[SecretStr, _by(_stripped)]
Switch = Annotated[bool, _by(read.switch)]
Folder = Annotated[Path, _by(read.folder)]
PoolSize = Annotated[int, _by(read.whole_number(1, 200))]
Megabytes = Annotated[int, _by(read.whole_number(1, 1_000))]
ManyMegabytes = Annotated[int, _by(read.whole_number(1, 1_000_000))]
Count = Annotated[int, _by(read.whole_number(1, 1_000_000_000))]
Days = Annotated[int, _by(read.whole_number(0, 90))]
UploadRate = Annotated[int, _by(read.whole_number(1, 1_000_000))]
Port = Annotated[int, _by(read.whole_number(1, 65_535))]
AppId = Annotated[int, _by(read.whole_number(1, 10**15))]

WebAddress = Annotated[str, _by(read.web_address)]
SiteAddress = Annotated[str, _by(read.site_address)]
DatabaseAddress = Annotated[SecretStr, _by(read.database_address)]
RedisAddress = Annotated[SecretStr, _by(read.redis_address)]
MailServer = Annotated[SecretStr, _by(read.mail_server)]
Sender = Annotated[str, _by(read.sender)]

FernetKeys = Annotated[tuple[SecretStr, ...], NoDecode, _by(read.fernet_keys)]
RsaKey = Annotated[SecretStr, _by(read.rsa_key)]
BotToken = Annotated[SecretStr, _by(read.token("xoxb-", "xoxe.xoxb-"))]
AppToken = Annotated[SecretStr, _by(read.token("xapp-"))]

Accounts = Annotated[tuple[str, ...], NoDecode, _by(read.accounts)]
Hosts = Annotated[tuple[str, ...], NoDecode, _by(read.hosts)]
RunnerRates = Annotated[tuple[str, ...], NoDecode, _by(read.runner_rates)]
Networks = Annotated[tuple[str, ...], NoDecode, _by(read.networks)]

Environment = Annotated[
    Literal["development", "production", "test"],
    _by(read.one_of("development", "production", "test")),
]
LogLevel = Annotated[
    Literal["debug", "info", "warning", "error", "critical"],
    _by(read.one_of("debug", "info", "warning", "error", "critical")),
]
LogFormat = Annotated[Literal["json", "console"], _by(read.one_of("json", "console"))]


def written(value: object) -> str:
    """A value as its variable would hold it; "" for none."""
    match text_of(value):
        case None:
            return ""
        case bool() as on:
            return str(on).lower()
        case tuple() as parts:
            return ",".join(parts)
        case other:
            return str(other)


def data_folder(given: Mapping[str, str], *, user: int) -> str:
    """Where our own servers live unless a variable says otherwise, for the user of this id."""
    if user == ROOT:
        return ROOT_DATA
    base = given.get("XDG_DATA_HOME", "")
    if not Path(base).is_absolute():  # the XDG specification: a relative one is to be ignored
        base = f"{given.get('HOME') or '~'}/.local/share"
    return f"{base}/flakeguard"
