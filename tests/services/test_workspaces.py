"""Installing in many workspaces, against a served sandbox: state, tokens, renewal, leaving."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from app.core.deliveries import Delivery
from app.core.errors import BadInput, NotSignedIn, Unavailable
from app.core.publishing import ChatMessage
from app.db.chat import threads as chat_rows
from app.db.chat import workspaces
from app.db.session import Engine, unit_of_work
from app.ports import Client
from app.sandbox.fresh import fresh_world
from app.sandbox.keys import KeyPair
from app.sandbox.server import serve
from app.sandbox.slack.world import SlackWorld
from app.sandbox.world import World
from app.services.access.vault import Vault
from app.services.chat.workspaces import Workspaces, erase_gone
from app.services.deliveries import intake
from bots.slack.events import taken
from bots.slack.failures import Removed
from bots.slack.oauth import SlackOAuth
from bots.slack.workspaces import SlackWorkspaces
from tests.bots.shop import TurnedClock
from tests.db.shelf import REPO, Shelf

OURS = "https://flakes.example.com"
SESSION = "what only this browser knows"
KEYS = [Fernet.generate_key().decode()]


@dataclass
class Scene:
    """Two workspaces outside, none of which has installed us."""

    world: World
    acme: SlackWorld
    umbrella: SlackWorld
    installed: Workspaces
    engine: Engine
    clock: TurnedClock

    def said_yes(self, team_id: str) -> tuple[str, str]:
        """Somebody goes to Slack and allows the app; the state and code they bring back."""
        answer = httpx.get(f"{self.installed.begin(session=SESSION)}&team={team_id}")
        back = urlsplit(answer.headers["location"])
        assert f"{back.scheme}://{back.netloc}{back.path}" == f"{OURS}/slack/oauth_redirect"
        told = parse_qs(back.query)
        return told["state"][0], told["code"][0]

    def install(self, workspace: SlackWorld) -> str:
        state, code = self.said_yes(workspace.team_id)
        return self.installed.finish(session=SESSION, state=state, code=code, by="admin")

    def chat(self, token: str | None = None) -> SlackWorkspaces:
        return SlackWorkspaces(
            self.installed, token=token, api_url=self.world.slack_api_url, clock=self.clock
        )

    def bind(self, workspace: SlackWorld, channel: str) -> None:
        with unit_of_work(self.engine) as session:
            chat_rows.subscribe(
                session, REPO, team_id=workspace.team_id, channel=channel, now=self.clock.now
            )


@pytest.fixture
def scene(engine: Engine) -> Iterator[Scene]:
    clock = TurnedClock()
    Shelf(engine, clock.now).open()
    world, _ = fresh_world(clock=clock, keys=KeyPair(private="none", public="none"))
    world.slack.bot_token = None
    umbrella = world.add_workspace("T0UMBRELLA", "Umbrella")
    app = world.slack_app
    with serve(world):
        installed = Workspaces(
            engine,
            Vault(KEYS),
            SlackOAuth(world.slack_api_url, clock=clock),
            Client(app.client_id, app.client_secret),
            OURS,
            clock,
        )
        yield Scene(world, world.slack, umbrella, installed, engine, clock)


def said(text: str) -> ChatMessage:
    return ChatMessage(text=text, blocks=(), handle=text)


def left(workspace: SlackWorld, event: Mapping[str, object], *, at: datetime) -> Delivery:
    told = {"team_id": workspace.team_id, "event_time": int(at.timestamp()), "event": event}
    return Delivery(1, "slack", "g", str(event["type"]), json.dumps(told).encode(), at)


def test_each_message_goes_out_with_the_token_of_its_own_workspace(scene: Scene) -> None:
    scene.install(scene.acme)
    scene.install(scene.umbrella)
    here, there = scene.acme.add_channel("builds"), scene.umbrella.add_channel("tests")
    there.id = "C0UMBRELLA"
    scene.umbrella.channels = {there.id: there}
    scene.bind(scene.acme, here.id)
    scene.bind(scene.umbrella, there.id)

    chat = scene.chat()
    chat.post(here.id, said("one"))
    chat.post(there.id, said("two"))

    assert [one.text for one in scene.acme.messages] == ["one"]
    assert [one.text for one in scene.umbrella.messages] == ["two"]


def test_no_token_can_be_read_from_the_database(scene: Scene) -> None:
    scene.install(scene.acme)

    with unit_of_work(scene.engine) as session:
        row = session.execute(text("SELECT CAST(chat_workspace AS text) FROM chat_workspace"))
        kept = row.scalar_one()

    (token,) = scene.world.slack_app.tokens
    assert token not in kept
    assert token.encode().hex() not in kept


def test_a_way_back_counts_once_soon_and_in_the_session_that_asked(scene: Scene) -> None:
    state, code = scene.said_yes(scene.acme.team_id)
    with pytest.raises(NotSignedIn):
        scene.installed.finish(session="another", state=state, code=code, by="admin")
    with pytest.raises(NotSignedIn):  # the state is used up
        scene.installed.finish(session=SESSION, state=state, code=code, by="admin")
    state, code = scene.said_yes(scene.acme.team_id)
    scene.clock.turn(timedelta(minutes=11))
    with pytest.raises(NotSignedIn):
        scene.installed.finish(session=SESSION, state=state, code=code, by="admin")
    state, _ = scene.said_yes(scene.acme.team_id)
    with pytest.raises(BadInput):
        scene.installed.finish(session=SESSION, state=state, code="odd code", by="admin")
    state, _ = scene.said_yes(scene.acme.team_id)
    with pytest.raises(NotSignedIn):
        scene.installed.finish(session=SESSION, state=state, code="f" * 32, by="admin")

    assert scene.installed.every() == []


def test_a_token_that_rotates_is_renewed_before_it_ends(scene: Scene) -> None:
    scene.world.slack_app.rotates = True
    scene.install(scene.acme)
    first = scene.installed.token(scene.acme.team_id)
    scene.clock.turn(timedelta(hours=10))
    assert scene.installed.token(scene.acme.team_id) == first

    scene.clock.turn(timedelta(hours=1, minutes=30))
    second = scene.installed.token(scene.acme.team_id)

    assert second != first
    assert scene.installed.token(scene.acme.team_id) == second
    scene.clock.turn(timedelta(hours=1))
    channel = scene.acme.add_channel("builds").id
    scene.bind(scene.acme, channel)
    assert scene.chat().post(channel, said("still here"))


def test_while_one_renews_a_token_others_use_the_old_one_until_it_ends(scene: Scene) -> None:
    scene.world.slack_app.rotates = True
    scene.install(scene.acme)
    first = scene.installed.token(scene.acme.team_id)
    scene.clock.turn(timedelta(hours=11, minutes=30))
    with unit_of_work(scene.engine) as session:
        until = scene.clock.now + timedelta(hours=1)
        workspaces.begin_renewing(session, scene.acme.team_id, now=scene.clock.now, until=until)

    assert scene.installed.token(scene.acme.team_id) == first
    scene.clock.turn(timedelta(minutes=45))
    with pytest.raises(Unavailable):
        scene.installed.token(scene.acme.team_id)


def test_a_workspace_that_removed_the_app_is_left_alone_at_once(scene: Scene) -> None:
    scene.install(scene.acme)
    channel = scene.acme.add_channel("builds").id
    scene.bind(scene.acme, channel)
    chat = scene.chat()
    scene.world.slack_app.forget(scene.acme)
    gone = taken(left(scene.acme, {"type": "app_uninstalled"}, at=scene.clock.now))
    with unit_of_work(scene.engine) as session:
        intake.note(session, gone.facts, now=scene.clock.now)
    asked = len(scene.world.requests)

    assert not chat.reaches(channel)
    with pytest.raises(Removed):
        chat.post(channel, said("anybody?"))
    assert len(scene.world.requests) == asked


def test_that_a_token_was_revoked_is_noticed_though_nobody_told(scene: Scene) -> None:
    scene.install(scene.acme)
    channel = scene.acme.add_channel("builds").id
    scene.bind(scene.acme, channel)
    chat = scene.chat()
    scene.world.slack_app.forget(scene.acme)
    with pytest.raises(Removed):
        chat.post(channel, said("anybody?"))

    assert not chat.reaches(channel)
    scene.install(scene.acme)
    assert chat.reaches(channel)


def test_what_was_told_of_an_earlier_installation_does_not_end_the_present_one(
    scene: Scene,
) -> None:
    earlier = scene.clock.now
    scene.clock.turn(timedelta(minutes=5))
    scene.install(scene.acme)
    for event in (
        {"type": "app_uninstalled"},
        {"type": "tokens_revoked", "tokens": {"bot": ["U"]}},
    ):
        old = taken(left(scene.acme, event, at=earlier))
        with unit_of_work(scene.engine) as session:
            intake.note(session, old.facts, now=scene.clock.now)
    of_people = {"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}

    assert taken(left(scene.acme, of_people, at=scene.clock.now)).facts == ()
    assert scene.installed.token(scene.acme.team_id)


def test_what_is_kept_of_a_workspace_that_is_long_gone_is_erased(scene: Scene) -> None:
    for workspace, channel in ((scene.acme, "C0ACME"), (scene.umbrella, "C0UMBRELLA")):
        scene.install(workspace)
        scene.bind(workspace, channel)
    scene.installed.note_removal(scene.acme.team_id)
    scene.clock.turn(timedelta(days=29))
    assert erase_gone(scene.engine, days=30, now=scene.clock.now) == []
    scene.clock.turn(timedelta(days=2))

    assert erase_gone(scene.engine, days=30, now=scene.clock.now) == [scene.acme.team_id]
    with unit_of_work(scene.engine) as session:
        assert chat_rows.channels(session, REPO) == ["C0UMBRELLA"]
    assert [one.name for one in scene.installed.every()] == ["Umbrella"]
