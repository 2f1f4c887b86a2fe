"""The web process: every route, what stands around them, and the server that serves them."""

import secrets
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from app import memory, web
from app.api import health
from app.api.acts import Acts
from app.api.doors import RepositoryDoor
from app.api.health import HealthChecks
from app.api.plans import Plans
from app.api.reports import Reports
from app.api.routes import Api, api_of
from app.api.uploads import UploadHealth
from app.api.waiting import Evaluations
from app.core.costs import rates_in
from app.core.errors import BadInput
from app.services.chat.linking import ChatLinking
from app.services.publishing.commit_facts import Addresses
from app.services.uploads.handed_in import Uploads
from app.settings import Settings
from app.web import Web
from app.wiring import Parts
from bots.github.webhook import Webhook
from bots.slack.endpoint import SlackEndpoint
from bots.slack.socket_mode import listening

GRACE = 2  # seconds that requests may take to end after a signal to stop
REQUEST_ID_BYTES = 16  # as those that come by HTTP
BACKLOG = 2048  # connections that wait to be accepted; GitHub sends in bursts


def application(parts: Parts) -> Starlette:
    """The web application over these parts."""
    site = Web(
        engine=parts.engine,
        clock=parts.clock,
        queue=parts.queue,
        admin_token=_value(parts.settings, "admin_token"),
        public_url=parts.settings.public_url,
        server_url=parts.settings.github_server_url,
        rates=rates_in(parts.settings.runner_rates),
        people=parts.people,
        linking=ChatLinking(parts.engine, parts.people, parts.clock),
        set_up=parts.set_up,
        workspaces=parts.workspaces,
    )
    checks = HealthChecks(
        engine=parts.engine,
        clock=parts.clock,
        ping_redis=parts.ping_redis,
        door=site.door,
        secure=site.secure,
    )
    described = api(parts, site)
    return Starlette(
        routes=[
            *doors(parts),
            *health.routes(checks),
            *described.routes(),
            *web.routes(site, api=described.description()),
        ],
        middleware=web.middleware(),
        exception_handlers=web.exception_handlers(),
    )


def api(parts: Parts, site: Web) -> Api:
    """What programs hand in and ask."""
    megabyte = 1024 * 1024
    uploads = Uploads(parts.engine, parts.queue, parts.clock, parts.limits)
    reports = Reports(
        engine=parts.engine,
        clock=parts.clock,
        uploads=uploads,
        budget=parts.upload_budget,
        evaluations=Evaluations(uploads.progress),
        body_limit=parts.settings.upload_max_mb * megabyte,
        public_url=parts.settings.public_url,
    )
    doors = RepositoryDoor(parts.engine, parts.clock, site.door, site.secure)
    health = UploadHealth(parts.engine, parts.clock, site.door, site.secure)
    settings = parts.settings
    addresses = Addresses(settings.github_server_url, settings.public_url)
    plans = Plans(doors, addresses, rates_in(settings.runner_rates))
    return api_of(reports, health, Acts(doors, parts.queue), plans)


def doors(parts: Parts) -> list[Route]:
    """Where deliveries come in."""
    settings = parts.settings
    github = Webhook(
        secrets=lambda: parts.app.known().webhook_secrets,
        secrets_now=lambda: parts.app.just_now().webhook_secrets,
        store=parts.inbox.store_all,
    )
    slack = SlackEndpoint(
        signing_secret=_value(settings, "slack_signing_secret") if settings.enable_slack else None,
        bot_token=_value(settings, "slack_bot_token"),
        store=parts.quick_inbox.store,
        clock=parts.clock,
    )
    return [
        Route("/github/webhook", github.receive, methods=["POST"]),
        Route("/slack/events", slack.receive, methods=["POST"]),
    ]


def serve(
    parts: Parts, *, host: str, port: int, on_ready: Callable[[int], None] | None = None
) -> None:
    """Answer requests until a signal says stop; `on_ready` hears the port once it is bound.

    Raises BadInput when the address cannot be listened on.
    """
    listener = bind(host, port)
    config = uvicorn.Config(
        application(parts),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        backlog=BACKLOG,
        proxy_headers=bool(parts.settings.trusted_proxies),
        forwarded_allow_ips=[str(one) for one in parts.settings.trusted_proxies],
    )
    memory.is_up()
    with listening_in_slack(parts):
        if on_ready is not None:
            on_ready(listener.getsockname()[1])
        uvicorn.Server(config).run(sockets=[listener])


def listening_in_slack(parts: Parts) -> AbstractContextManager[None]:
    """Slack's clicks and commands by Socket Mode, where there is a token for it."""
    settings, token = parts.settings, parts.settings.slack_app_token
    return listening(
        token.get_secret_value() if token is not None and settings.enable_slack else None,
        parts.quick_inbox.store,
        bot_token=_value(settings, "slack_bot_token"),
        api_url=settings.slack_api_url,
        new_id=partial(secrets.token_hex, REQUEST_ID_BYTES),
    )


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens on the address; BadInput, in one sentence, when it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where the protocol is named
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        message = (
            f"Port {port} on {host} cannot be used ({error.strerror}); name another with --port."
        )
        raise BadInput(message) from error
    listener.listen(BACKLOG)
    return listener


def _value(settings: Settings, field: str) -> str | None:
    secret = getattr(settings, field)
    return None if secret is None else str(secret.get_secret_value())
