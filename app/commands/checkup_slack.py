"""What doctor thinks of Slack: of every workspace that we are in, and of the way from there."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from app.clock import Clock
from app.commands import probes
from app.commands.checkup import Finding, Level, SlackFacts, guarded
from app.core.errors import FlakeGuardError
from app.core.workspaces import Workspace
from app.render import words
from app.services.chat.workspaces import Workspaces
from app.settings import Settings, revealed

AREA = "slack"
ONLY_HTTPS = "Put a proxy with TLS in front, or set SLACK_APP_TOKEN: Slack then needs no address."


@dataclass(frozen=True, slots=True)
class InstalledFacts:
    """A workspace, and what speaks in it; `fault` where that cannot be told."""

    workspace: Workspace
    token: str = ""
    fault: str = ""


Installed = Sequence[InstalledFacts]


def installed(workspaces: Workspaces) -> Installed:
    """Every workspace that installed us; tokens that end soon are renewed on the way."""
    return [_installed(workspaces, one) for one in workspaces.every()]


def _installed(workspaces: Workspaces, one: Workspace) -> InstalledFacts:
    if one.removed_at is not None:
        return InstalledFacts(one)
    try:
        return InstalledFacts(one, token=workspaces.token(one.team_id) or "")
    except FlakeGuardError as error:
        return InstalledFacts(one, fault=str(error))


def findings(
    settings: Settings, known: Installed, *, last_request_at: datetime | None, clock: Clock
) -> Iterator[Finding]:
    """Everything that there is to say of Slack."""
    yield from of_slack_settings(settings)
    if not settings.enable_slack:
        return
    if settings.slack_bot_token is not None:
        yield from _of_token(settings, revealed(settings.slack_bot_token), clock)
    for one in known:
        yield from _of_workspace(settings, one, clock)
    if settings.slack_signing_secret is not None and settings.slack_app_token is None:
        yield from of_address(settings, last_request_at)


def _of_token(settings: Settings, token: str, clock: Clock) -> list[Finding]:
    def look() -> Iterator[Finding]:
        facts = probes.slack(token, api_url=settings.slack_api_url, clock=clock)
        return of_slack(facts, probes.wanted_scopes(settings.public_url))

    return guarded(AREA, look)


def _of_workspace(settings: Settings, one: InstalledFacts, clock: Clock) -> list[Finding]:
    name = f"{one.workspace.name} ({one.workspace.team_id})"
    again = "Install the app there again at /slack/install."
    if one.workspace.removed_at is not None:
        at = words.minute(one.workspace.removed_at)
        message = f"{name} removed the app at {at}: nothing is said there."
        return [Finding(AREA, Level.WARNING, message, again)]
    if one.fault:
        return [Finding(AREA, Level.FAILED, f"{name}: {one.fault}", again)]
    return _of_token(settings, one.token, clock)


def of_address(settings: Settings, last_request_at: datetime | None) -> Iterator[Finding]:
    """Whether Slack finds the way to us, by what came of it so far."""
    if settings.public_url is None or urlsplit(settings.public_url).scheme != "https":
        message = "Slack reaches only https addresses, and PUBLIC_URL is none: no button works."
        yield Finding(AREA, Level.WARNING, message, ONLY_HTTPS)
    elif last_request_at is not None:
        message = (
            f"The last click or command of those kept came at {words.minute(last_request_at)}."
        )
        yield Finding(AREA, Level.OK, message)
    else:
        message = "No click or command has come from Slack yet."
        remedy = f"The request URL of the Slack app is {settings.public_url}/slack/events."
        yield Finding(AREA, Level.WARNING, message, remedy)


def of_slack(facts: SlackFacts, wanted: Collection[str]) -> Iterator[Finding]:
    """Whether the bot may do what we need."""
    yield Finding("slack", Level.OK, f"Slack knows us as {facts.bot} in {facts.team}.")
    if facts.scopes is None:
        message = "Slack did not say which scopes the token has."
        yield Finding("slack", Level.WARNING, message)
        return
    lacking = sorted(set(wanted) - facts.scopes)
    if lacking:
        message = f"The bot lacks the scopes {', '.join(lacking)}."
        remedy = "Add them under OAuth & Permissions and install the app again."
        yield Finding("slack", Level.FAILED, message, remedy)
    else:
        yield Finding("slack", Level.OK, "It has every scope that we need.")


def of_slack_settings(settings: Settings) -> Iterator[Finding]:
    """Whether Slack is set up, and whole."""
    if not settings.enable_slack:
        yield Finding("slack", Level.OK, "ENABLE_SLACK is off.")
    elif settings.slack_bot_token is None and settings.slack_client_id is None:
        message = "Slack is not set up: nothing is said there."
        remedy = "Set SLACK_BOT_TOKEN, or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET."
        yield Finding("slack", Level.WARNING, message, remedy)
    elif settings.slack_signing_secret is None and settings.slack_app_token is None:
        message = "No signing secret: POST /slack/events answers 503, and no button works."
        yield Finding("slack", Level.WARNING, message, "Set SLACK_SIGNING_SECRET.")
