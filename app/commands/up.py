"""`flakeguard up`: the database, the queue, the migrations and every process, in one command."""

import errno
import http.client
import socket
import sys
from collections.abc import Sequence
from http import HTTPStatus

from rich.console import Console

from app.clock import Clock, utc_now
from app.core.credentials import AppInUse
from app.core.errors import BadInput, FlakeGuardError
from app.db.migrate import upgrade
from app.db.session import engine_for
from app.services.access.sessions import make_sign_in_link
from app.settings import Settings, for_child
from app.supervise import Program, Supervisor
from app.wiring import equipped, live_app

DONE, FAILED = 0, 1  # exit status
OURS = (sys.executable, "-m", "app.cli")
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 -- to be reached
LOOK_EVERY = 0.1  # seconds between questions whether web is ready
ANSWER_WITHIN = 1.0  # seconds for one answer


def up(
    settings: Settings,
    *,
    host: str,
    port: int,
    workers: int,
    clock: Clock = utc_now,
    command: Sequence[str] = OURS,
) -> int:
    """Run everything until Ctrl-C; the exit status, with one sentence on stderr when it failed."""
    try:
        ensure_free(host, port)
        with equipped(settings) as whole:
            here = whole.model_copy(update={"host": host, "port": port})
            _migrate(here)
            return _keep_up(here, programs(here, workers, command), clock)
    except FlakeGuardError as error:
        Console(stderr=True, soft_wrap=True).print(str(error), markup=False, highlight=False)
        return FAILED
    except KeyboardInterrupt:  # while starting: later the supervisor takes it
        return DONE


def ensure_free(host: str, port: int) -> None:
    """Raise BadInput, saying what to do, unless we could listen there."""
    try:
        found = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
    except OSError as error:
        raise BadInput(_why_not_free(error, host, port)) from None


def _why_not_free(error: OSError, host: str, port: int) -> str:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine: choose one of its own with --host."
    if isinstance(error, PermissionError):
        return f"Port {port} is for root alone: choose one above 1023 with --port."
    return (
        f"Port {port} on {host} is taken: stop what listens there, or choose another with --port."
    )


def programs(settings: Settings, workers: int, command: Sequence[str] = OURS) -> list[Program]:
    """The processes that make up an installation."""
    environ = for_child(settings)
    arguments = {
        "web": ["web", "--no-link", "--host", settings.host, "--port", str(settings.port)],
        **{f"worker {number}": ["worker"] for number in range(1, workers + 1)},
        "cron": ["cron"],
    }
    return [Program(name, [*command, *given], environ) for name, given in arguments.items()]


def _migrate(settings: Settings) -> None:
    engine = engine_for(_database(settings), pool_size=1)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


def _keep_up(settings: Settings, wanted: list[Program], clock: Clock) -> int:
    with Supervisor(wanted) as kept:
        while not kept.is_ending and not is_ready(settings.host, settings.port):
            kept.step(LOOK_EVERY)
        if not kept.is_ending:
            _welcome(settings, clock)
        kept.watch()
    return DONE


def is_ready(host: str, port: int) -> bool:
    """Whether web answers there and says that it can do its work."""
    connection = http.client.HTTPConnection(EVERYWHERE.get(host, host), port, timeout=ANSWER_WITHIN)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def address_of(settings: Settings) -> str:
    """Where a person on this machine, or through PUBLIC_URL, finds the pages."""
    if settings.public_url:
        return settings.public_url
    host = EVERYWHERE.get(settings.host, settings.host)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def _welcome(settings: Settings, clock: Clock) -> None:
    engine = engine_for(_database(settings), pool_size=1)
    try:
        link = make_sign_in_link(engine, now=clock(), base_url=address_of(settings))
        app = live_app(settings, engine, clock=clock).current()
    finally:
        engine.dispose()
    console = Console(soft_wrap=True)
    for line in welcome(settings, link, app):
        console.print(line, markup=False, highlight=False)


def welcome(settings: Settings, link: str, app: AppInUse) -> list[str]:
    """What a person reads once everything is up: where it is, how to get in, what comes next."""
    return [
        f"FlakeGuard is up at {address_of(settings)}",
        f"Sign in within 24 hours, once: {link}",
        next_step(settings, app),
        "Ctrl-C ends everything and loses nothing.",
    ]


def next_step(settings: Settings, app: AppInUse) -> str:
    """The one thing to do next."""
    if app.fault:
        return app.fault
    if not app.is_set_up:
        return (
            f"Next: connect GitHub at {address_of(settings)}/github/setup, or with GITHUB_APP_ID, "
            "GITHUB_APP_PRIVATE_KEY and GITHUB_WEBHOOK_SECRET."
        )
    if not app.webhook_secrets and not settings.github_polling:
        return "Next: set GITHUB_WEBHOOK_SECRET; until then GitHub's deliveries are answered 503."
    return "Next: push to a repository whose workflow uploads its test report as an artifact."


def _database(settings: Settings) -> str:
    assert settings.database_url is not None  # equipped() saw to it
    return settings.database_url.get_secret_value()
