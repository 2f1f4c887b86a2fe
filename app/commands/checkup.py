"""What doctor thinks of the facts: pure rules, each with what to do about it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from app.core.errors import FlakeGuardError
from app.core.outlets import Outlet
from app.settings import Settings

OLDEST_POSTGRES, NEWEST_POSTGRES = 15, 18
OLDEST_REDIS = (6, 2)
VERSION_STEP = 10_000  # server_version_num of PostgreSQL 18.1 is 180001
LEAST_SPACE = 1_000_000_000  # bytes free in the data folder; PostgreSQL stops when it has none
LEAST_TOKEN = 20  # characters; shorter ones can be guessed
SKEW_NOTICED = timedelta(seconds=20)
SKEW_FATAL = timedelta(seconds=60)  # our JWT is dated so far back; GitHub takes none of the future
MEGABYTE = 1_000_000
RANKS = ("read", "write", "admin")


class Level(StrEnum):
    """Better before worse."""

    OK = "ok"
    WARNING = "warning"  # works, or is simply not set up
    FAILED = "failed"  # does not work as it is


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check-up."""

    area: str
    level: Level
    message: str
    remedy: str = ""  # "" when nothing is to be done


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """The data folder, as the system tells it."""

    path: str
    mode: int  # permission bits
    free: int  # bytes


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """A PostgreSQL that answered."""

    version: int  # server_version_num
    revision: str | None  # None: never migrated
    head: str
    is_ours: bool


@dataclass(frozen=True, slots=True)
class RedisFacts:
    """A Redis that answered."""

    version: str
    has_aof: bool | None  # None: it does not tell, as hosted ones may not
    is_ours: bool


@dataclass(frozen=True, slots=True)
class Registration:
    """What a GitHub App may do and hears of."""

    permissions: Mapping[str, str]  # like checks: write
    events: Collection[str]


@dataclass(frozen=True, slots=True)
class AppFacts:
    """Our App, as GitHub answered for it."""

    name: str
    registration: Registration


@dataclass(frozen=True, slots=True)
class SlackFacts:
    """Our bot, as Slack answered for it."""

    team: str
    bot: str
    scopes: frozenset[str] | None  # None: it did not say


def guarded(area: str, look: Callable[[], Iterable[Finding]], remedy: str = "") -> list[Finding]:
    """What a look finds; when it cannot look, that is the finding."""
    try:
        return list(look())
    except FlakeGuardError as error:
        return [Finding(area, Level.FAILED, str(error), remedy)]


def of_settings(settings: Settings, misspelt: Sequence[str]) -> Iterator[Finding]:
    """What the settings say among themselves."""
    area = "settings"
    yield Finding(area, Level.OK, f"All are well-formed; environment {settings.environment}.")
    for sentence in misspelt:
        yield Finding(area, Level.WARNING, sentence, "Correct or remove it.")
    yield from _of_address(settings)
    for name in ("admin_token", "metrics_token"):
        token = getattr(settings, name)
        if token is not None and len(token.get_secret_value()) < LEAST_TOKEN:
            message = f"{name.upper()} is shorter than {LEAST_TOKEN} characters."
            yield Finding(area, Level.WARNING, message, "Make a longer one: openssl rand -hex 32")
    if _is_github_com(settings.github_api_url) != _is_github_com(settings.github_server_url):
        message = "Of GITHUB_API_URL and GITHUB_SERVER_URL one is github.com and the other is not."
        yield Finding(area, Level.WARNING, message, "Set both to the same GitHub.")


def _of_address(settings: Settings) -> Iterator[Finding]:
    is_live = settings.environment == "production"
    if settings.public_url is None:
        message = "PUBLIC_URL is not set: what we write on GitHub and Slack has no links to us."
        level = Level.FAILED if is_live else Level.WARNING
        yield Finding("settings", level, message, "Set it to where people reach the pages.")
    elif is_live and urlsplit(settings.public_url).scheme != "https":
        message = "PUBLIC_URL is not https: sign-ins and cookies can be read on their way."
        yield Finding("settings", Level.WARNING, message, "Put a proxy with TLS in front.")


def _is_github_com(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host == "github.com" or host.endswith(".github.com")


def of_folder(facts: FolderFacts) -> Iterator[Finding]:
    """Whether our own servers can live in the data folder."""
    area = "data folder"
    if facts.mode & 0o077:
        message = f"{facts.path} is open to other users (mode {facts.mode:04o})."
        yield Finding(area, Level.WARNING, message, f"chmod 700 '{facts.path}'")
    free = f"{facts.free // MEGABYTE:,} MB are free"
    if facts.free < LEAST_SPACE:
        message = f"Only {free} in {facts.path}."
        yield Finding(area, Level.WARNING, message, "Make room, or move FLAKEGUARD_DATA.")
    else:
        yield Finding(area, Level.OK, f"{facts.path}: {free}.")


def of_database(facts: DatabaseFacts) -> Iterator[Finding]:
    """Its version and its schema."""
    area, whose = "database", "our own" if facts.is_ours else "yours"
    major, minor = divmod(facts.version, VERSION_STEP)
    message = f"PostgreSQL {major}.{minor} answers ({whose})."
    wanted = f"Use PostgreSQL {OLDEST_POSTGRES} to {NEWEST_POSTGRES}."
    if major < OLDEST_POSTGRES:
        yield Finding(area, Level.FAILED, f"PostgreSQL {major}.{minor} is too old.", wanted)
    elif major > NEWEST_POSTGRES:
        yield Finding(area, Level.WARNING, f"PostgreSQL {major} was never tried.", wanted)
    else:
        yield Finding(area, Level.OK, message)
    yield _of_schema(facts)


def _of_schema(facts: DatabaseFacts) -> Finding:
    if facts.revision == facts.head:
        return Finding("migrations", Level.OK, f"The schema is at {facts.head}, the newest.")
    at = f"is at {facts.revision}" if facts.revision else "is not there yet"
    level = Level.WARNING if facts.is_ours else Level.FAILED  # `up` migrates what is ours
    message = f"The schema {at}; it should be at {facts.head}."
    return Finding("migrations", level, message, "Run: flakeguard migrate")


def of_redis(facts: RedisFacts) -> Iterator[Finding]:
    """Its version, and whether it survives a restart."""
    area, whose = "redis", "our own" if facts.is_ours else "yours"
    numbers = tuple(int(part) for part in facts.version.split(".")[:2] if part.isdigit())
    if numbers < OLDEST_REDIS:
        yield Finding(area, Level.FAILED, f"Redis {facts.version} is too old.", "Use 6.2 or later.")
    else:
        yield Finding(area, Level.OK, f"Redis {facts.version} answers ({whose}).")
    if facts.has_aof is False:
        message = "Redis keeps no append-only file: after a restart work waits for the next sweep."
        yield Finding(area, Level.WARNING, message, "Set: appendonly yes")


def of_app(facts: AppFacts, wanted: Registration) -> Iterator[Finding]:
    """Whether the App may do, and hears of, what we need."""
    area = "github app"
    place = f"under Developer settings, GitHub Apps, {facts.name}, Permissions & events"
    yield Finding(area, Level.OK, f"GitHub knows us as {facts.name}; the private key is right.")
    granted = facts.registration.permissions
    lacking = [
        f"{scope}: {level}"
        for scope, level in sorted(wanted.permissions.items())
        if _rank(granted.get(scope)) < _rank(level)
    ]
    deaf = sorted(set(wanted.events) - set(facts.registration.events))
    if lacking:
        yield Finding(
            area,
            Level.FAILED,
            f"The App lacks the permissions {', '.join(lacking)}.",
            f"Grant them {place}, and accept them in each installation.",
        )
    if deaf:
        level = Level.FAILED if "workflow_run" in deaf else Level.WARNING
        message = f"The App does not hear of {', '.join(deaf)}."
        yield Finding(area, level, message, f"Subscribe to them {place}.")
    if not lacking and not deaf:
        yield Finding(area, Level.OK, "It has every permission and event that we need.")


def _rank(level: str | None) -> int:
    return RANKS.index(level) if level in RANKS else -1


def of_clock(skew: timedelta | None) -> Finding:
    """Our clock against GitHub's; a positive skew means that ours is ahead."""
    if skew is None:
        return Finding("clock", Level.WARNING, "GitHub did not say what time it is.")
    seconds, side = abs(skew).total_seconds(), "ahead of" if skew > timedelta(0) else "behind"
    if abs(skew) < SKEW_NOTICED:
        return Finding("clock", Level.OK, "Our clock and GitHub's agree.")
    level = Level.FAILED if abs(skew) > SKEW_FATAL else Level.WARNING
    message = f"Our clock is {seconds:.0f} s {side} GitHub's, which refuses tokens of another time."
    return Finding("clock", level, message, "Set the clock by NTP.")


def of_outlets(known: Sequence[Outlet]) -> Iterator[Finding]:
    """Channels outside Slack, by what became of the last message to each."""
    area = "channels"
    failing = [one for one in known if one.error]
    for one in failing:
        remedy = f"Try it: flakeguard channel test {one.name}"
        yield Finding(area, Level.WARNING, f"{one.name} ({one.kind}) failed: {one.error}", remedy)
    if known and not failing:
        yield Finding(area, Level.OK, f"The last message to each of {len(known)} went out.")
