"""The one place that knows which adapter is real."""

import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

from pydantic import SecretStr
from redis import Redis

from app import embedded
from app.clock import Clock, utc_now
from app.core.deliveries import Delivery, Taken, only_from
from app.core.errors import ErrorKind, Unavailable
from app.core.reports import Limits
from app.core.reports.limits import MB
from app.db.session import Engine, engine_for
from app.ports import Chat, CodeHost
from app.services.inbox import Inbox
from app.settings import Settings
from bots.github import events as github_events
from bots.github.client import GitHubHosts
from bots.slack import events as slack_events
from bots.slack.client import SlackChat
from jobs.budget import RedisBudget
from jobs.context import Context
from jobs.queue import RqHints, ping, redis_at

TOKEN_BYTES = 8  # of a thread's handle or a lease's token: unguessable within one repository


@dataclass(frozen=True, slots=True)
class Parts:
    """Every adapter of one process, built from its settings."""

    settings: Settings
    engine: Engine
    redis: Redis
    queue: RqHints
    github: GitHubHosts | None  # None until the App's id and key are set
    chat: Chat | None
    clock: Clock = utc_now

    @property
    def inbox(self) -> Inbox:
        """Where deliveries go."""
        return Inbox(self.engine, self.queue, self.clock)

    @property
    def upload_budget(self) -> RedisBudget:
        """How many uploads each project token may send."""
        settings = self.settings
        return RedisBudget(self.redis, settings.uploads_per_minute, settings.uploads_burst)

    @property
    def limits(self) -> Limits:
        """What a report and an archive of reports may cost us."""
        settings = self.settings
        return Limits(
            max_bytes=settings.report_max_mb * MB,
            max_cases=settings.report_max_cases,
            max_archive_bytes=settings.archive_max_mb * MB,
            max_entries=settings.archive_max_files,
        )

    @property
    def ping_redis(self) -> Callable[[], None]:
        """Raises Unavailable when Redis does not answer."""
        return partial(ping, self.redis)

    @property
    def context(self) -> Context:
        """What tasks work with."""
        app_id, accounts = self.settings.github_app_id, self.settings.allowed_accounts

        def from_github(delivery: Delivery) -> Taken:
            return only_from(github_events.taken(delivery, app_id=app_id), accounts)

        return Context(
            engine=self.engine,
            code_hosts=self.github or _no_code_host,
            chat=self.chat,
            queue=self.queue,
            clock=self.clock,
            translators={
                "github": from_github,
                "slack": slack_events.taken,
            },
            chance=random.SystemRandom().random,
            new_token=partial(secrets.token_hex, TOKEN_BYTES),
            limits=self.limits,
            server_url=self.settings.github_server_url,
            public_url=self.settings.public_url,
        )


@contextmanager
def equipped(settings: Settings) -> Iterator[Settings]:
    """The settings with a database, a Redis and a key; ours for whatever is not configured.

    Our servers run while the context lasts. Raises BadInput when they cannot.
    """
    needs_postgres, needs_redis = settings.database_url is None, settings.redis_url is None
    if not needs_postgres and not needs_redis and settings.secret_keys:
        yield settings
        return
    with embedded.use(settings.data, postgres=needs_postgres, redis=needs_redis) as servers:
        found: dict[str, object] = {}
        if servers.database_url is not None:
            found["database_url"] = SecretStr(servers.database_url)
        if servers.redis_url is not None:
            found["redis_url"] = SecretStr(servers.redis_url)
        if not settings.secret_keys:
            found["secret_keys"] = (SecretStr(embedded.secret_key(settings.data)),)
        yield settings.model_copy(update=found)


@contextmanager
def wired(settings: Settings) -> Iterator[Parts]:
    """Every part of one process; closed when the block ends."""
    with ExitStack() as stack:
        ready = stack.enter_context(equipped(settings))
        assert ready.database_url is not None
        assert ready.redis_url is not None
        url = ready.database_url.get_secret_value()
        engine = engine_for(url, pool_size=ready.database_pool_size)
        stack.callback(engine.dispose)
        redis = redis_at(ready.redis_url.get_secret_value())
        stack.callback(redis.close)
        github = code_hosts(ready)
        if github is not None:
            stack.callback(github.close)
        yield Parts(
            settings=ready,
            engine=engine,
            redis=redis,
            queue=RqHints(redis),
            github=github,
            chat=chat(ready),
        )


def code_hosts(settings: Settings) -> GitHubHosts | None:
    """GitHub as our App sees it; None until its id and key are set."""
    if settings.github_app_id is None or settings.github_app_private_key is None:
        return None
    return GitHubHosts(
        settings.github_app_id,
        settings.github_app_private_key.get_secret_value(),
        api_url=settings.github_api_url,
    )


def chat(settings: Settings) -> Chat | None:
    """The Slack workspace; None when it is not set up or switched off."""
    if settings.slack_bot_token is None or not settings.enable_slack:
        return None
    return SlackChat(settings.slack_bot_token.get_secret_value(), api_url=settings.slack_api_url)


def _no_code_host(installation_id: int) -> CodeHost:
    message = (
        f"Installation {installation_id} cannot be reached: set GITHUB_APP_ID and "
        "GITHUB_APP_PRIVATE_KEY."
    )
    raise Unavailable(message, kind=ErrorKind.GITHUB_API)
