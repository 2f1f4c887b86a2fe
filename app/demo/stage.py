"""The demo's stage: a sandbox, embedded servers, and the real processes, all in one folder."""

import http.client
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from pydantic import SecretStr

from app.clock import utc_now
from app.core.errors import FlakeGuardError
from app.db import migrate, partitions, repositories
from app.db.chat import links, threads
from app.db.session import Engine, engine_for, unit_of_work
from app.db.work import tasks
from app.sandbox.fresh import Credentials, fresh_world
from app.sandbox.server import serve
from app.sandbox.world import World
from app.settings import Settings, for_child, isolated
from app.supervise import Program, Supervisor
from app.wiring import equipped

OURS = (sys.executable, "-m", "app.cli")
LOOPBACK = "127.0.0.1"
STARTS_WITHIN = 120.0  # seconds; a machine that has much to do takes its time
SETTLES_WITHIN = 60.0  # seconds without any task being finished
LOOK_EVERY = 0.1  # seconds


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs, and how to reach it."""

    world: World
    settings: Settings
    engine: Engine
    supervisor: Supervisor
    address: str  # of our own pages

    def settle(self) -> None:
        """Wait until every delivery has arrived and all work that follows is done.

        Raises FlakeGuardError when nothing moves any more, KeyboardInterrupt when a signal has
        asked us to end.
        """
        self.world.drain()
        last, since = -1, time.monotonic()
        while (waiting := self.open_tasks()) > 0:
            if waiting != last:
                last, since = waiting, time.monotonic()
            if time.monotonic() - since > SETTLES_WITHIN:
                raise FlakeGuardError(f"{waiting} tasks were never finished; see the log above.")
            _step(self.supervisor, LOOK_EVERY)

    def look_after(self) -> None:
        """Start again what ended; KeyboardInterrupt when a signal has asked us to end."""
        _step(self.supervisor, 0.0)

    def open_tasks(self) -> int:
        """How much work is left."""
        with unit_of_work(self.engine) as session:
            return tasks.count_open(session)

    def hear_of(self, repository: str, channel: str) -> None:
        """Let a channel of the sandbox's Slack hear of a repository."""
        with unit_of_work(self.engine) as session:
            found = repositories.repository_named(session, repository)
            assert found is not None
            team = self.world.slack.team_id
            threads.subscribe(session, found.id, team_id=team, channel=channel, now=utc_now())

    def link(self, chat_user: str, login: str) -> None:
        """Say which GitHub user a user of the sandbox's Slack is."""
        with unit_of_work(self.engine) as session:
            team = self.world.slack.team_id
            links.link(session, team_id=team, chat_user=chat_user, login=login, now=utc_now())


@contextmanager
def set_up(
    folder: Path, *, port: int, workers: int = 1, log_level: str = "WARNING", **settings: object
) -> Iterator[Stage]:
    """Everything running in this folder, with nothing in it; ended when the block ends.

    Whatever database, GitHub or Slack is configured plays no part; `settings` are for who wants
    the stage otherwise, by field name.
    """
    world, credentials = fresh_world(clock=utc_now)
    with ExitStack() as stack:
        stack.enter_context(serve(world))
        bare = _settings(folder, world, credentials, port=port, log_level=log_level)
        ready = stack.enter_context(equipped(bare.model_copy(update=settings)))
        assert ready.database_url is not None
        engine = engine_for(ready.database_url.get_secret_value(), pool_size=2)
        stack.callback(engine.dispose)
        migrate.upgrade(engine)
        with unit_of_work(engine) as session:
            partitions.make_ahead(session, now=utc_now())
        supervisor = stack.enter_context(Supervisor(programs(ready, workers)))
        address = f"http://{LOOPBACK}:{port}"
        _await_ready(supervisor, port)
        world.github.webhook_url = f"{address}/github/webhook"
        world.slack.endpoint_url = f"{address}/slack/events"
        yield Stage(world, ready, engine, supervisor, address)


def programs(settings: Settings, workers: int) -> Sequence[Program]:
    """The processes of an installation; so many workers, each kept by itself."""
    environ = for_child(settings)
    web = ["web", "--no-link", "--host", LOOPBACK, "--port", str(settings.port)]
    named = [("web", web), ("cron", ["cron"])]
    named += [(f"worker {number}", ["worker"]) for number in range(1, workers + 1)]
    return [Program(name, [*OURS, *arguments], environ) for name, arguments in named]


def _settings(
    folder: Path, world: World, credentials: Credentials, *, port: int, log_level: str
) -> Settings:
    return isolated(
        folder,
        port=port,
        host=LOOPBACK,
        public_url=f"http://{LOOPBACK}:{port}",
        github_app_id=credentials.app_id,
        github_app_private_key=SecretStr(credentials.app_private_key),
        github_webhook_secret=SecretStr(credentials.webhook_secret),
        github_client_id=credentials.client_id,
        github_client_secret=SecretStr(credentials.client_secret),
        github_api_url=world.github_api_url,
        github_server_url=world.address,
        slack_signing_secret=SecretStr(credentials.slack_signing_secret),
        slack_bot_token=SecretStr(credentials.slack_bot_token),
        slack_api_url=world.slack_api_url,
        environment="test",
        github_rate_limits=False,  # weeks go by in a minute
        slack_rate_limits=False,
        backfill_days=0,  # what is acted out has its deliveries, however long ago it was
        log_level=log_level,
        log_format="console",
    )


def _await_ready(supervisor: Supervisor, port: int) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while not _is_ready(port):
        if time.monotonic() > deadline:
            raise FlakeGuardError("The web process did not start; see the log above.")
        _step(supervisor, LOOK_EVERY)


def _step(supervisor: Supervisor, timeout: float) -> None:
    """Look after the processes for so many seconds; the supervisor took Ctrl-C for itself."""
    supervisor.step(timeout)
    if supervisor.is_ending:
        raise KeyboardInterrupt


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=LOOK_EVERY * 20)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
