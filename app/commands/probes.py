"""The facts that doctor judges: asked of the machine, the database, Redis, GitHub and Slack."""

import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from slack_sdk.errors import SlackApiError

from app.clock import Clock
from app.commands.checkup import (
    AppFacts,
    DatabaseFacts,
    FolderFacts,
    RedisFacts,
    Registration,
    SlackFacts,
)
from app.commands.checkup_github import HookFacts, SentFacts
from app.core.errors import BadInput, ErrorKind, Unavailable
from app.db import migrate, server
from app.db.session import Engine, engine_for, unit_of_work
from app.db.work import deliveries
from bots.github.client import GitHubHosts
from bots.github.hook import read_hook
from bots.github.manifest import template
from bots.slack.client import NETWORK_ERRORS, SlackChat, unreachable
from bots.slack.failures import failure_of
from bots.slack.manifest import manifest_text, scopes_in
from jobs.queue import redis_at


def folder(path: Path) -> FolderFacts:
    """The data folder; BadInput when it cannot be looked at."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        return FolderFacts(str(path), mode, shutil.disk_usage(path).free)
    except OSError as error:
        raise BadInput(f"{path} cannot be looked at: {error.strerror}.") from None


def database(url: str, *, is_ours: bool) -> DatabaseFacts:
    """The database; Unavailable when it is away."""
    with opened(url) as engine:
        with unit_of_work(engine) as session:
            version = server.version(session)
        revision = migrate.current(engine)
    return DatabaseFacts(version, revision, migrate.head(), is_ours)


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """A database to ask a few things of."""
    engine = engine_for(url, pool_size=1)
    try:
        yield engine
    finally:
        engine.dispose()


def last_delivery(engine: Engine, source: str) -> datetime | None:
    """When the last delivery of those that are kept came; None when there is none."""
    with unit_of_work(engine) as session:
        return deliveries.last_received_at(session, source=source)


def redis(url: str, *, is_ours: bool) -> RedisFacts:
    """Redis; Unavailable when it is away."""
    connection = redis_at(url)
    try:
        version = str(connection.info("server")["redis_version"])
        return RedisFacts(version, _has_aof(connection), is_ours)
    except (RedisError, OSError) as error:
        message = f"Redis did not answer: {error}"
        raise Unavailable(message, kind=ErrorKind.PROCESSING) from error
    finally:
        connection.close()


def _has_aof(connection: Redis) -> bool | None:
    said = connection.info("persistence").get("aof_enabled")
    return None if said is None else bool(said)


def github_app(hosts: GitHubHosts) -> AppFacts:
    """Our App; raises what asking GitHub raises."""
    found = hosts.app_info()
    registration = Registration(found.permissions, found.events)
    return AppFacts(found.name, registration)


def hook(hosts: GitHubHosts) -> HookFacts:
    """The App's webhook; raises what asking GitHub raises."""
    found = read_hook(hosts.as_app)
    sent = [SentFacts(one.guid, one.event, one.status, one.at) for one in found.sent]
    return HookFacts(found.url, found.content_type, sent)


def skew(hosts: GitHubHosts, clock: Clock) -> timedelta | None:
    """How far our clock is ahead of GitHub's; None when GitHub does not say."""
    before = clock()
    theirs = hosts.server_time()
    return None if theirs is None else _middle(before, clock()) - theirs


def _middle(start: datetime, end: datetime) -> datetime:
    return start + (end - start) / 2


def slack(token: str, *, api_url: str, clock: Clock) -> SlackFacts:
    """Our bot; raises what asking Slack raises."""
    chat = SlackChat(token, api_url=api_url, clock=clock)
    try:
        answer = chat.client.api_call("auth.test")
    except SlackApiError as error:
        raise failure_of(error, "auth.test", now=clock()) from error
    except NETWORK_ERRORS as error:
        raise unreachable("auth.test", error) from error
    headers = {name.lower(): value for name, value in answer.headers.items()}
    said = headers.get("x-oauth-scopes")
    scopes = None if said is None else frozenset(part.strip() for part in said.split(","))
    return SlackFacts(str(answer.get("team", "?")), str(answer.get("user", "?")), scopes)


def wanted_registration() -> Registration:
    """What our App needs, as its manifest says."""
    manifest = template()
    return Registration(manifest["default_permissions"], tuple(manifest["default_events"]))


def wanted_scopes(public_url: str | None) -> frozenset[str]:
    """What our bot needs here, as the manifest says that is printed for it."""
    return frozenset(scopes_in(manifest_text(public_url)))
