"""What a setting's text may say, and what it becomes; each refusal says what it should be."""

import base64
import binascii
import difflib
import ipaddress
import re
import stat
from collections.abc import Callable, Collection, Iterable
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, urlsplit, urlunsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

DEFAULT_PORTS = {"http": 80, "https": 443}
DRIVER = "postgresql+psycopg"  # psycopg 3; what SQLAlchemy takes the address by
POSTGRES_SCHEMES = ("postgresql", "postgres", DRIVER)
REDIS_SCHEMES = ("redis", "rediss", "unix")
SMTP_SCHEMES = ("smtp", "smtps")
FERNET_KEY_BYTES = 32  # Source: the Fernet specification
KEY_FILE_LIMIT = 65_536  # bytes; an RSA key of 16384 bits is below 13 000
PEM_START = "-----BEGIN"
NEAR = 0.75  # difflib's ratio; at 0.6, its own default, unrelated names meet
YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})
RATE = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?")
ACCOUNT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?")  # GitHub's logins, EMUs too
HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|[0-9a-f:]+")

KEY_COMMAND = "openssl rand -base64 32 | tr '+/' '-_'"  # prints a Fernet key


def whole_number(lowest: int, highest: int) -> Callable[[object], int]:
    """A reader of whole numbers within these bounds, both included."""

    def read(value: object) -> int:
        text = str(value).strip()
        if re.fullmatch(r"[0-9]{1,18}", text) and lowest <= int(text) <= highest:
            return int(text)
        raise ValueError(f"must be a whole number from {lowest} to {highest}")

    return read


def one_of(*choices: str) -> Callable[[object], str]:
    """A reader of one of these words, in any case."""

    def read(value: object) -> str:
        word = str(value).strip().lower()
        if word in choices:
            return word
        raise ValueError(f"must be {', '.join(choices[:-1])} or {choices[-1]}")

    return read


def switch(value: object) -> bool:
    """True or false, in the words people use for it."""
    word = str(value).strip().lower()
    if word not in YES | NO:
        raise ValueError("must be true or false")
    return word in YES


def token(*prefixes: str) -> Callable[[object], str]:
    """A reader of tokens that their issuer begins with one of these prefixes."""

    def read(value: object) -> str:
        text = str(value).strip()
        if text.startswith(prefixes):
            return text
        raise ValueError(f"must begin with {' or '.join(prefixes)}")

    return read


def words(value: object) -> tuple[str, ...]:
    """The parts between commas, without blanks and empty parts."""
    if isinstance(value, str):
        return tuple(part for part in (part.strip() for part in value.split(",")) if part)
    if isinstance(value, list | tuple):
        return tuple(str(part) for part in value)
    raise ValueError("must be a list, its parts separated by commas")


def accounts(value: object) -> tuple[str, ...]:
    """Logins of GitHub users and organisations."""
    logins = words(value)
    for login in logins:
        if not ACCOUNT.fullmatch(login):
            raise ValueError("must list logins of GitHub users or organisations")
    return logins


def hosts(value: object) -> tuple[str, ...]:
    """Names of hosts, or addresses, in lower case."""
    found = tuple(one.lower() for one in words(value))
    for one in found:
        if not HOST.fullmatch(one):
            raise ValueError("must list names of hosts, without scheme, port or path")
    return found


def runner_rates(value: object) -> tuple[str, ...]:
    """Money a minute by a runner's label, like ubuntu-latest=0.008; * stands for all others."""
    pairs = words(value)
    seen = set()
    for pair in pairs:
        label, _, rate = pair.rpartition("=")
        label = label.strip().lower()  # GitHub's labels do not mind capitals
        if not label or not RATE.fullmatch(rate):
            raise ValueError("must list rates a minute like ubuntu-latest=0.008, *=0.002")
        if "=" in label:
            raise ValueError("must list labels without = in them, like ubuntu-latest=0.008")
        if label in seen:
            raise ValueError("must name each label once, whatever its capitals")
        seen.add(label)
    return pairs


def networks(value: object) -> tuple[str, ...]:
    """IP addresses and networks, in their usual spelling."""
    try:
        return tuple(str(ipaddress.ip_network(part, strict=False)) for part in words(value))
    except ValueError:
        raise ValueError("must list IP addresses or networks like 10.0.0.0/8") from None


def folder(value: object) -> Path:
    """A folder as an absolute path."""
    try:
        return Path(str(value)).expanduser().absolute()
    except RuntimeError:
        raise ValueError("must be a folder, but ~ stands for no home folder here") from None


def _split(value: object, message: str) -> SplitResult:
    """The parts of an address; ValueError(message) where it has none or its port is none."""
    try:
        parts = urlsplit(str(value).strip())
        _ = parts.port  # raises when it is no port
    except ValueError:
        raise ValueError(message) from None
    return parts


def web_address(value: object) -> str:
    """An http or https address without a slash at its end and without its usual port."""
    message = "must be an address like https://host.example.com"
    parts = _split(value, message)
    scheme, host = parts.scheme, parts.hostname
    if scheme not in DEFAULT_PORTS or not host or re.search(r"[\s<>\"'\\]", parts.geturl()):
        raise ValueError(message)
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError(f"{message}, without a user name, ? or #")
    name = f"[{host}]" if ":" in host else host
    usual = parts.port in (None, DEFAULT_PORTS[scheme])
    netloc = name if usual else f"{name}:{parts.port}"
    return urlunsplit((scheme, netloc, parts.path.rstrip("/"), "", ""))


def site_address(value: object) -> str:
    """A web address without a path: the pages stand at its root."""
    address = web_address(value)
    if urlsplit(address).path:
        raise ValueError("must be an address like https://host.example.com, without a path")
    return address


def database_address(value: object) -> str:
    """A PostgreSQL address, rewritten so that SQLAlchemy takes psycopg 3 for it."""
    text = str(value).strip()
    message = "must be an address like postgresql://user:password@host:5432/name"
    scheme, _, rest = text.partition("://")
    if scheme.lower() not in POSTGRES_SCHEMES or not rest:
        raise ValueError(message)
    if "#" in rest:  # the rest of the address would be taken for a fragment and dropped
        raise ValueError(f"{message}, with # in the password written as %23")
    _split(text, message)
    return f"{DRIVER}://{rest}"


def redis_address(value: object) -> str:
    """A Redis address, over TCP, TLS or a Unix socket."""
    message = "must be an address like redis://host:6379/0, rediss://host:6379/0 or unix:///path"
    parts = _split(value, message)
    if parts.scheme not in REDIS_SCHEMES or not (parts.hostname or parts.path):
        raise ValueError(message)
    return str(value).strip()


def mail_server(value: object) -> str:
    """An SMTP server's address."""
    message = "must be an address like smtp://user:password@host:587 or smtps://host:465"
    parts = _split(value, message)
    if parts.scheme not in SMTP_SCHEMES or not parts.hostname:
        raise ValueError(message)
    return str(value).strip()


def sender(value: object) -> str:
    """Who mail comes from."""
    text = str(value).strip()
    address = parseaddr(text)[1]
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", address) or "\n" in text or "\r" in text:
        raise ValueError("must be a mail address like FlakeGuard <flakeguard@example.com>")
    return text


def fernet_keys(value: object) -> tuple[str, ...]:
    """Fernet keys: the first encrypts, all decrypt."""
    keys = words(value)
    for key in keys:
        if not _is_fernet_key(key):
            raise ValueError(
                "must be a key of 32 random bytes in url-safe base64, or several separated by "
                f"commas; make one with: {KEY_COMMAND}"
            )
    return keys


def _is_fernet_key(key: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(key.encode("ascii"))) == FERNET_KEY_BYTES
    except (binascii.Error, UnicodeEncodeError):
        return False


def rsa_key(value: object) -> str:
    """An App's private key as PEM; given as PEM, its line ends perhaps as \\n, or by its path."""
    text = str(value).strip()
    pem = text if text.startswith(PEM_START) else _pem_in(text)
    pem = pem.replace("\\r", "").replace("\\n", "\n").strip() + "\n"
    try:
        key = load_pem_private_key(pem.encode("utf-8"), password=None)
    except TypeError:
        raise ValueError("must be a private key without a password") from None
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError(
            "must be the private key (PEM) that the GitHub App's page lets you download"
        ) from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("must be an RSA private key, as GitHub makes them for Apps")
    return pem


def _pem_in(name: str) -> str:
    """The text of a key file; a name that is no file is not said: it may be a mangled key."""
    try:
        path = Path(name).expanduser()
        is_file = stat.S_ISREG(path.stat().st_mode)  # a pipe would keep us waiting
        text = _start_of(path).decode("utf-8") if is_file else ""
    except PermissionError:
        raise ValueError("must be the path of a file that this user may read") from None
    except (OSError, RuntimeError, ValueError):
        raise ValueError(
            "must be a PEM text or the path of a file that holds one; no such file is here"
        ) from None
    if not is_file:
        raise ValueError("must be a PEM text or the path of a regular file")
    return text.strip()


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(KEY_FILE_LIMIT)


def near_misses(names: Iterable[str], known: Collection[str], *, prefix: str) -> list[str]:
    """A sentence for every name with our prefix that is not known but close to a known one."""
    bare = {name.removeprefix(prefix): name for name in known}
    found = []
    for name in sorted(names):
        if name.startswith(prefix) and name not in known:
            near = difflib.get_close_matches(name.removeprefix(prefix), bare, n=1, cutoff=NEAR)
            found += [f"{name} is no setting and is ignored; did you mean {bare[n]}?" for n in near]
    return found
