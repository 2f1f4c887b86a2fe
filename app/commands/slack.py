"""`flakeguard slack`: the app's manifest, channels that hear of repositories, who is who."""

import typer

from app.core.asking import QueueName
from app.core.chat_requests import TellChat
from app.core.decide import State
from app.core.errors import BadInput, Missing
from app.db import judgements, repositories
from app.db.chat import links, threads
from app.db.session import unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.settings import Settings
from app.wiring import wired
from bots.slack.manifest import manifest_text


def subscribe(settings: Settings, repository: str, *, team: str, channel: str) -> int:
    """Let a channel hear of a repository; Missing when no delivery has named it yet."""
    with wired(settings) as parts, unit_of_work(parts.engine) as session:
        found = repositories.repository_named(session, repository)
        if found is None:
            message = (
                f"No delivery has named {repository} yet: install the GitHub App on it, "
                "and push once."
            )
            raise Missing(message)
        threads.subscribe(session, found.id, team_id=team, channel=channel, now=parts.clock())
        known = judgements.in_state(session, found.id, State.FLAKY)
        telling = [
            Asking(TellChat(found.id, case_id.hex), QueueName.RUN, "slack-subscribe")
            for case_id in known
        ]
        tasks.ask(session, telling, now=parts.clock())
    typer.echo(f"{channel} hears of {repository} now; it has {len(known)} flaky cases.")
    return 0


def link(settings: Settings, *, team: str, user: str, login: str) -> int:
    """Say which GitHub user a Slack user is."""
    with wired(settings) as parts, unit_of_work(parts.engine) as session:
        links.link(
            session, team_id=team, chat_user=user, login=login.removeprefix("@"), now=parts.clock()
        )
    typer.echo(f"{user} is @{login.removeprefix('@')} on GitHub now.")
    return 0


def manifest(settings: Settings, *, socket: bool, rotate: bool) -> int:
    """Print the manifest to paste into Slack; BadInput without the address to put into it."""
    if settings.public_url is None and not socket:
        raise BadInput(
            "Set PUBLIC_URL to where Slack reaches FlakeGuard, or add --socket for Socket Mode."
        )
    text = manifest_text(settings.public_url, rotates=rotate, by_socket=socket)
    typer.echo(text, nl=False)
    return 0
