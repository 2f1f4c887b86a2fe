"""`flakeguard channel`: channels outside Slack, what they hear of, and whether it arrives."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict

import typer

from app.core.errors import BadInput, Missing
from app.core.outlets import TEAM, OutletKind, Target, addresses_in, place_of
from app.core.runs import Repository
from app.db import repositories
from app.db.chat import places
from app.db.session import Session, unit_of_work
from app.render import words
from app.render.chat import reply
from app.render.words import outlets as said
from app.settings import Settings
from app.wiring import Parts, wired

SECRET_BYTES = 32
HANDLE_BYTES = 8


def add(
    settings: Settings,
    kind: OutletKind,
    name: str,
    address: str,
    *,
    accounts: Sequence[str],
    as_json: bool,
) -> int:
    """Add a channel; a webhook's secret is shown this once."""
    with wired(settings) as parts:
        target = _target(parts, kind, address.strip())
        parts.outlets.add(name, kind, target, accounts=accounts)
    if as_json:
        typer.echo(json.dumps({"name": name, "kind": kind.value, "secret": target.secret or None}))
        return 0
    typer.echo(f"{name} is added. Try it: flakeguard channel test {name}")
    if target.secret:
        typer.echo(f"Its secret, shown this once: {target.secret}")
    return 0


def _target(parts: Parts, kind: OutletKind, address: str) -> Target:
    """Where it leads; BadInput for what nothing is ever sent to."""
    if kind is OutletKind.EMAIL:
        if parts.settings.smtp_url is None:
            raise BadInput("Mail needs a server: set SMTP_URL and SMTP_FROM.")
        return Target(addresses=addresses_in(address))
    parts.poster.must_be_allowed(address)
    secret = secrets.token_urlsafe(SECRET_BYTES) if kind is OutletKind.WEBHOOK else ""
    return Target(url=address, secret=secret)


def show(settings: Settings, *, as_json: bool) -> int:
    """Every channel, and what went wrong there last."""
    with wired(settings) as parts:
        found = parts.outlets.every()
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], default=str))
        return 0
    for one in found:
        failed = ""
        if one.error and one.failed_at:
            failed = f"  failed {words.minute(one.failed_at)}: {one.error}"
        typer.echo(f"{one.name}  {one.kind.value}  {', '.join(one.accounts) or '-'}{failed}")
    return 0


def try_out(settings: Settings, name: str) -> int:
    """Send a message that says that it is a test; what went wrong is the error."""
    with wired(settings) as parts:
        message = reply(said.trial(), f"test:{secrets.token_hex(HANDLE_BYTES)}")
        parts.speaker.post(place_of(name), message)
    typer.echo(f"{name} took it.")
    return 0


def subscribe(settings: Settings, repository: str, name: str) -> int:
    """Let a channel hear of a repository."""
    with wired(settings) as parts:
        with unit_of_work(parts.engine) as session:
            found = _repository(session, repository)
        parts.outlets.bind(name, found)
    typer.echo(f"{name} hears of {repository} from now on.")
    return 0


def unsubscribe(settings: Settings, repository: str, name: str) -> int:
    """Let a channel hear of a repository no more."""
    with wired(settings) as parts, unit_of_work(parts.engine) as session:
        found = _repository(session, repository)
        if not places.unsubscribe(session, found.id, team_id=TEAM, channel=place_of(name)):
            raise Missing(f"{name} does not hear of {repository}.")
    typer.echo(f"{name} hears of {repository} no more.")
    return 0


def remove(settings: Settings, name: str) -> int:
    """Take a channel away."""
    with wired(settings) as parts:
        parts.outlets.remove(name)
    typer.echo(f"{name} is gone.")
    return 0


def _repository(session: Session, name: str) -> Repository:
    found = repositories.repository_named(session, name)
    if found is None:
        raise Missing(f"No delivery has named {name} yet.")
    return found
