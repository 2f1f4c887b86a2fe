"""People at the sandbox's Slack, in front of our door and a desk that does the work."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from uuid import UUID

from slack_sdk.models.blocks import Block
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.routing import Route

from app.core.policy.reading import PLACE
from app.db import policies
from app.db.chat import links, places
from app.db.chat.places import Subscription
from app.db.policies import Snapshot, SnapshotKind
from app.db.session import unit_of_work
from app.sandbox.slack.entities import Message
from app.sandbox.slack.limits import check_blocks
from app.sandbox.slack.world import SlackWorld
from bots.slack import events
from bots.slack.endpoint import SlackEndpoint
from jobs.context import Context
from tests.bots.office import Office
from tests.bots.shop import REPO
from tests.web.site import served
from tests.web.world import World

OURS = "https://flakes.example.com"


def said(message: Message) -> str:
    """All that a message says, its blocks seen to be what Slack takes."""
    blocks = json.loads(json.dumps(message.blocks))
    for block in Block.parse_all(blocks):
        block.validate_json()
    check_blocks(blocks)
    return f"{message.text} {json.dumps(message.blocks, ensure_ascii=False)}"


@dataclass
class Console:
    """A workspace with one channel, and a repository whose cases are there already."""

    office: Office
    world: World
    channel: str
    repo: int
    heard: int = field(default=0)

    @property
    def slack(self) -> SlackWorld:
        return self.office.shop.world.slack

    def type(self, user: str, words: str, *, channel: str | None = None) -> Message:
        """Type a command and read the one answer."""
        sent = self.slack.command(channel or self.channel, user, words)
        assert sent.status == 200, sent
        self.office.work()
        return self.heard_now()

    def heard_now(self) -> Message:
        """The newest answer, to whomever it was."""
        said = [*self.slack.ephemeral, *self.slack.messages]
        said = [one for one in said if one.metadata is None]  # threads have some
        return max(said, key=lambda one: float(one.ts))

    def bind(self, repo: int | None = None, *, team: str | None = None) -> None:
        one = Subscription(repo or self.repo, team or self.slack.team_id, self.channel)
        with unit_of_work(self.world.engine) as session:
            places.subscribe(session, one, now=self.world.now)

    def link(self, user: str, login: str) -> None:
        with unit_of_work(self.world.engine) as session:
            links.link(
                session,
                team_id=self.slack.team_id,
                chat_user=self.slack.member(user).id,
                login=login,
                now=self.world.now,
            )

    def add_repository(self, name: str, **roles: str) -> int:
        """A repository on GitHub and here."""
        shop = self.office.shop
        if name != REPO:
            shop.world.github.add_repository(
                name,
                installation=shop.installation,
                permissions=roles,
                private=True,
                at=shop.clock.now,
            )
        repo_id = self.world.repository(name)
        with unit_of_work(self.world.engine) as session:
            session.execute(
                text("UPDATE repository SET installation_id = :id WHERE repo_id = :repo"),
                {"id": shop.installation.id, "repo": repo_id},
            )
        return repo_id

    def policy(self, said: str) -> None:
        """The repository's policy says this."""
        read = Snapshot(SnapshotKind.POLICY, "f" * 40, PLACE, said)
        with unit_of_work(self.world.engine) as session:
            policies.write(session, self.repo, read, now=self.world.now)

    def flaky(self, name: str, repo: int | None = None) -> UUID:
        case_id = self.world.case(repo or self.repo, name)
        self.world.held(repo or self.repo, case_id)
        return case_id

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return self.office.rows(query)


@dataclass
class ChatOffice(Office):
    """An office that takes Slack's deliveries, too."""

    @property
    def context(self) -> Context:
        whole = super().context
        translators = {**whole.translators, "slack": events.taken}
        return replace(whole, translators=translators, public_url=OURS)


@contextmanager
def console_of(office: ChatOffice) -> Iterator[Console]:
    """The door served on loopback, and Slack posting to it."""
    slack = office.shop.world.slack
    endpoint = SlackEndpoint(slack.signing_secret, slack.bot_token, office.inbox.store, slack.clock)
    app = Starlette(routes=[Route("/slack/events", endpoint.receive, methods=["POST"])])
    world = World(office.desk.engine, now=office.shop.clock.now)
    with served(app) as address:
        slack.endpoint_url = f"{address}/slack/events"
        channel = slack.add_channel("builds").id
        for name in ("ann", "rita", "stranger"):
            slack.add_user(name)
        one = Console(office, world, channel, 0)
        one.repo = one.add_repository(REPO)
        yield one
