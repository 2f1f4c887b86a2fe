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
from app.core.credentials import GivenApp
from app.core.deliveries import Delivery, Taken, only_from
from app.core.reports import Limits
from app.core.reports.limits import MB
from app.db.session import Engine, engine_for
from app.ports import Chats, Client
from app.services.access.credentials import CredentialStore, LiveApp
from app.services.access.people import People
from app.services.access.set_up import SetUp
from app.services.access.vault import Vault
from app.services.chat.outlets import Outlets
from app.services.chat.pace import A_MINUTE, AT_ONCE, PacedChats
from app.services.chat.quiet import QuietChats
from app.services.chat.workspaces import Workspaces
from app.services.deliveries.inbox import Inbox
from app.services.deliveries.quick_inbox import QuickInbox
from app.settings import Settings
from bots.github import events as github_events
from bots.github.live import LiveHosts
from bots.github.manifest import manifest
from bots.github.news import ListedNews
from bots.github.oauth import GitHubAccounts
from bots.outlets.mail import Mailer
from bots.outlets.posting import Poster
from bots.outlets.speaker import OutletSpeaker
from bots.slack import events as slack_events
from bots.slack.oauth import SlackOAuth
from bots.slack.workspaces import SlackWorkspaces
from jobs.budget import RedisBudget
from jobs.context import Context
from jobs.host_budget import RedisHostBudget
from jobs.memory import RedisMemory
from jobs.queue import RqHints, ping, redis_at
from jobs.spool import RedisSpool

TOKEN_BYTES = 8  # of a thread's handle or a lease's token: unguessable within one repository


@dataclass(frozen=True, slots=True)
class Parts:
    """Every adapter of one process, built from its settings."""

    settings: Settings
    engine: Engine
    redis: Redis
    queue: RqHints
    app: LiveApp  # GitHub's App as it is in use now
    github: LiveHosts
    chat: Chats | None
    workspaces: Workspaces
    outlets: Outlets
    poster: Poster
    clock: Clock = utc_now

    @property
    def speaker(self) -> OutletSpeaker:
        """Who says things: in Slack, and in the channels outside it."""
        settings, mailer = self.settings, None
        if settings.smtp_url is not None and settings.smtp_from is not None:
            url = settings.smtp_url.get_secret_value()
            mailer = Mailer(url, settings.smtp_from, self.clock)
        return OutletSpeaker(self.outlets, self.poster, mailer, self.chat, self.clock)

    @property
    def inbox(self) -> Inbox:
        """Where deliveries go."""
        return Inbox(self.engine, self.queue, self.clock)

    @property
    def quick_inbox(self) -> QuickInbox:
        """Where what a person waits for goes."""
        return QuickInbox(self.inbox.store_first, RedisSpool(self.redis))

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
            max_depth=settings.report_max_depth,
            max_token=settings.report_max_tag_mb * MB,
            max_item=settings.report_max_value_mb * MB,
            max_archive_bytes=settings.archive_max_mb * MB,
            max_entries=settings.archive_max_files,
            max_nested=settings.archive_max_nested,
            max_ratio=settings.archive_max_ratio,
        )

    @property
    def people(self) -> People:
        """Who signs in through GitHub."""
        return People(
            engine=self.engine,
            vault=self.app.store.vault,
            accounts=self.accounts,
            app=self.app.current,
            clock=self.clock,
            public_url=self.settings.public_url,
        )

    @property
    def accounts(self) -> GitHubAccounts:
        """GitHub's people."""
        settings = self.settings
        return GitHubAccounts(
            server_url=settings.github_server_url,
            api_url=settings.github_api_url,
            clock=self.clock,
        )

    @property
    def set_up(self) -> SetUp:
        """Setting the App up from a page."""
        return SetUp(
            engine=self.engine,
            store=self.app.store,
            app=self.app,
            accounts=self.accounts,
            manifest=manifest,
            tell_secret=self.github.tell_secret,
            server_url=self.settings.github_server_url,
            public_url=self.settings.public_url,
            clock=self.clock,
        )

    @property
    def ping_redis(self) -> Callable[[], None]:
        """Raises Unavailable when Redis does not answer."""
        return partial(ping, self.redis)

    @property
    def context(self) -> Context:
        """What tasks work with."""
        accounts = self.settings.allowed_accounts

        def from_github(delivery: Delivery) -> Taken:
            app_id = self.app.current().app_id
            return only_from(github_events.taken(delivery, app_id=app_id), accounts)

        return Context(
            engine=self.engine,
            code_hosts=self.github,
            chat=self.speaker,
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
            erase_after_days=self.settings.erase_after_days,
            look_up=self.github.installation,
            hook=None if self.settings.github_polling else self.github,
            news=ListedNews(self.github.hosts) if self.settings.github_polling else None,
            spool=RedisSpool(self.redis),
            backfill_days=self.settings.backfill_days,
            forget=self.github.forget,
            proposes=self.settings.enable_quarantine_proposals,
            is_silent=self.settings.silent,
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
        app = live_app(ready, engine)
        github = LiveHosts(
            app.current,
            api_url=ready.github_api_url,
            budget=RedisHostBudget(redis, utc_now) if ready.github_rate_limits else None,
            memory=RedisMemory(redis),
        )
        stack.callback(github.close)
        installed = workspaces(ready, engine)
        yield Parts(
            settings=ready,
            engine=engine,
            redis=redis,
            queue=RqHints(redis),
            app=app,
            github=github,
            chat=chat(ready, installed, redis),
            workspaces=installed,
            outlets=Outlets(engine, app.store.vault, utc_now),
            poster=Poster(ready.channel_allowed_hosts),
        )


def live_app(settings: Settings, engine: Engine, *, clock: Clock = utc_now) -> LiveApp:
    """The GitHub App: what the settings say of it, and for the rest what is stored."""
    keys = [key.get_secret_value() for key in settings.secret_keys]
    store = CredentialStore(engine, Vault(keys))
    return LiveApp(given_app(settings), store, settings.github_api_url, clock)


def given_app(settings: Settings) -> GivenApp:
    """What the settings say of the App."""

    def text(secret: SecretStr | None) -> str | None:
        return None if secret is None else secret.get_secret_value()

    return GivenApp(
        app_id=settings.github_app_id,
        private_key=text(settings.github_app_private_key),
        webhook_secret=text(settings.github_webhook_secret),
        client_id=settings.github_client_id,
        client_secret=text(settings.github_client_secret),
    )


def workspaces(settings: Settings, engine: Engine, *, clock: Clock = utc_now) -> Workspaces:
    """The Slack workspaces that installed us."""
    secret, client = settings.slack_client_secret, None
    if settings.slack_client_id is not None and secret is not None:
        client = Client(settings.slack_client_id, secret.get_secret_value())
    return Workspaces(
        engine=engine,
        vault=Vault([key.get_secret_value() for key in settings.secret_keys]),
        granting=SlackOAuth(settings.slack_api_url, clock=clock),
        client=client,
        public_url=settings.public_url,
        clock=clock,
    )


def chat(settings: Settings, installed: Workspaces, redis: Redis) -> Chats | None:
    """Slack, at its pace and not at quiet hours; None when it is not set up or switched off."""
    token = settings.slack_bot_token
    if not settings.enable_slack or (token is None and installed.client is None):
        return None
    text = None if token is None else token.get_secret_value()
    slack = SlackWorkspaces(installed, token=text, api_url=settings.slack_api_url)
    chats: Chats = slack
    if settings.slack_rate_limits:
        budget = RedisBudget(redis, A_MINUTE, AT_ONCE)
        chats = PacedChats(slack, budget, installed.clock)
    return QuietChats(chats, installed.engine, installed.clock)
