"""`flakeguard doctor`: looks at everything that FlakeGuard stands on and says what to do."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.clock import Clock, utc_now
from app.commands import checkup, checkup_github, checkup_slack, probes
from app.commands.checkup import Finding, Level, guarded
from app.core.credentials import AppInUse, in_use
from app.core.errors import BadInput
from app.db.access import grants
from app.db.chat import outlets
from app.db.session import unit_of_work
from app.settings import Settings, environment, load, misspelt, revealed
from app.wiring import equipped, given_app, live_app, workspaces
from bots.github.client import GitHubHosts

DONE, FAILED = 0, 1  # exit status
WIDE = 1000  # columns where nobody looks: in a file no sentence is broken
LOOKS = {
    Level.OK: "[green]ok[/]",
    Level.WARNING: "[yellow]warning[/]",
    Level.FAILED: "[red]failed[/]",
}


def examine(*, as_json: bool) -> int:
    """doctor for the settings of this process's environment, which may themselves be wrong."""
    try:
        given = environment()
        settings = load()
    except BadInput as error:
        remedy = "Correct it in the environment or in .env."
        return _said([Finding("settings", Level.FAILED, str(error), remedy)], as_json=as_json)
    return doctor(settings, as_json=as_json, misspelt_names=misspelt(given))


def doctor(
    settings: Settings,
    *,
    as_json: bool,
    misspelt_names: Sequence[str] = (),
    clock: Clock = utc_now,
) -> int:
    """Check everything and print what was found; 1 when anything failed."""
    return _said(findings(settings, misspelt_names, clock), as_json=as_json)


def findings(
    settings: Settings, misspelt_names: Sequence[str] = (), clock: Clock = utc_now
) -> Iterator[Finding]:
    """Everything that was found, part by part."""
    yield from checkup.of_settings(settings, misspelt_names)
    stored = Stored(app=in_use(given_app(settings), None, now=clock()))
    yield from guarded("servers", lambda: _of_servers(settings, stored, clock))
    yield from checkup_github.of_webhook(settings, stored.app, stored.last_delivery_at)
    yield from guarded("github app", lambda: _of_github(settings, stored.app, clock))
    yield from checkup_slack.findings(
        settings, stored.slack, last_request_at=stored.last_from_slack_at, clock=clock
    )


@dataclass(slots=True)
class Stored:
    """What only the database knows; what the settings say, until it could be asked."""

    app: AppInUse
    last_delivery_at: datetime | None = None
    last_from_slack_at: datetime | None = None
    slack: checkup_slack.Installed = ()


def _of_servers(settings: Settings, stored: Stored, clock: Clock) -> Iterator[Finding]:
    """Database, Redis and key; ours are started for the occasion where none is configured."""
    has_database, has_redis = settings.database_url is not None, settings.redis_url is not None
    with equipped(settings) as whole:
        if not (has_database and has_redis):
            yield from checkup.of_folder(probes.folder(settings.data))
        yield from _of_key(settings)
        yield from guarded(
            "database",
            lambda: _of_database(whole, stored, clock, is_ours=not has_database),
            "Check DATABASE_URL, and that PostgreSQL runs there and lets us in.",
        )
        yield from guarded(
            "redis",
            lambda: checkup.of_redis(
                probes.redis(revealed(whole.redis_url), is_ours=not has_redis)
            ),
            "Check REDIS_URL, and that Redis runs there and lets us in.",
        )


def _of_database(
    settings: Settings, stored: Stored, clock: Clock, *, is_ours: bool
) -> Iterator[Finding]:
    url = revealed(settings.database_url)
    facts = probes.database(url, is_ours=is_ours)
    yield from checkup.of_database(facts)
    if facts.revision != facts.head:
        return  # the tables may not be there
    with probes.opened(url) as engine:
        stored.app = live_app(settings, engine, clock=clock).current()
        stored.last_delivery_at = probes.last_delivery(engine, "github")
        stored.last_from_slack_at = probes.last_delivery(engine, "slack")
        with unit_of_work(engine) as session:
            yield from checkup.of_outlets(outlets.every(session))
            yield from checkup_github.of_accounts(
                grants.lacking_by_account(session), grants.suspended(session)
            )
        stored.slack = checkup_slack.installed(workspaces(settings, engine, clock=clock))


def _of_key(settings: Settings) -> Iterator[Finding]:
    if settings.secret_keys:
        old = len(settings.secret_keys) - 1
        kept = f" ({old} older, for reading)" if old else ""
        yield Finding("secret key", Level.OK, f"FLAKEGUARD_SECRET_KEY is set{kept}.")
    else:
        message = f"Kept in {settings.data}; what it encrypts cannot be read without it."
        yield Finding("secret key", Level.OK, message, "Keep a copy with your backups.")


def _of_github(settings: Settings, app: AppInUse, clock: Clock) -> Iterator[Finding]:
    if app.fault:
        remedy = "Or set the GitHub App up anew at /github/setup."
        yield Finding("github app", Level.FAILED, app.fault, remedy)
        return
    if app.app_id is None or app.private_key is None:
        message = "No GitHub App is set up: nothing can be read from or said on GitHub."
        level = Level.FAILED if settings.environment == "production" else Level.WARNING
        remedy = "Open /github/setup, or set GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY."
        yield Finding("github app", level, message, remedy)
        return
    hosts = GitHubHosts(app.app_id, app.private_key, api_url=settings.github_api_url)
    try:
        yield checkup.of_clock(probes.skew(hosts, clock))
        wanted = probes.wanted_registration()
        if settings.github_polling:
            wanted = replace(wanted, events=())  # nothing is told us
        remedy = checkup_github.remedy_for_key(settings, app)
        known = guarded(
            "github app", lambda: checkup.of_app(probes.github_app(hosts), wanted), remedy
        )
        yield from known
        if known[0].level is Level.OK and not settings.github_polling:
            yield from guarded(
                checkup_github.WEBHOOK,
                lambda: checkup_github.of_hook(probes.hook(hosts), settings.public_url),
            )
    finally:
        hosts.close()
    yield checkup_github.of_sign_in(settings, app)


def _said(found: Iterable[Finding], *, as_json: bool) -> int:
    """Print the findings; the exit status that follows from them."""
    found = list(found)
    has_failed = any(one.level is Level.FAILED for one in found)
    if as_json:
        body = {"ok": not has_failed, "checks": [asdict(one) for one in found]}
        print(json.dumps(body))  # noqa: T201 -- what a program reads
    else:
        console = Console()
        (console if console.is_terminal else Console(width=WIDE)).print(_table(found))
    return FAILED if has_failed else DONE


def _table(found: Iterable[Finding]) -> Table:
    table = Table("", "part", "found, and what to do", box=None, pad_edge=False)
    for one in found:
        told = escape(one.message) + (f"\n[bold]→ {escape(one.remedy)}[/]" if one.remedy else "")
        table.add_row(LOOKS[one.level], escape(one.area), told)
    return table
