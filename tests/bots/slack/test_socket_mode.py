"""Socket Mode over a real WebSocket: stored before it is acked, and connected again."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from app.core.deliveries import NewDelivery
from app.core.errors import ErrorKind, Unavailable
from app.sandbox.fresh import fresh_world
from app.sandbox.keys import KeyPair
from app.sandbox.server import serve
from app.sandbox.world import World
from bots.slack.listeners import bolt_app
from bots.slack.socket_mode import SocketMode
from tests.bots.shop import TurnedClock

PATIENCE = 30.0  # seconds


@dataclass
class Inbox:
    """Where deliveries are stored, unless it is away."""

    kept: list[NewDelivery] = field(default_factory=list)
    is_away: bool = False

    def store(self, new: NewDelivery) -> bool:
        if self.is_away:
            raise Unavailable("PostgreSQL is away.", kind=ErrorKind.DATABASE)
        self.kept.append(new)
        return True


def wait_for(what: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def world(inbox: Inbox) -> Iterator[World]:
    world, _ = fresh_world(clock=TurnedClock(), keys=KeyPair(private="none", public="none"))
    world.slack_app.sockets.app_token = "xapp-1"
    world.slack.add_channel("builds")
    world.slack.add_user("ann")
    with serve(world):
        bolt = bolt_app(signing_secret="none", bot_token=None, store=inbox.store)
        mode = SocketMode("xapp-1", bolt, world.slack_api_url, new_id=lambda: "r1", looks_every=0.2)
        mode.run()
        wait_for(lambda: world.slack_app.sockets.open)
        yield world
        mode.stop()


def test_a_command_is_acked_once_it_is_stored(world: World, inbox: Inbox) -> None:
    sent = world.slack.command("builds", "ann", "status")

    assert (sent.status, sent.body) == (200, "")
    (kept,) = inbox.kept
    assert (kept.source, kept.event, kept.request_id) == ("slack", "command", "r1")
    assert b'"text": "status"' in kept.body


def test_who_types_a_command_that_cannot_be_taken_hears_so_at_once(
    world: World, inbox: Inbox
) -> None:
    inbox.is_away = True

    sent = world.slack.command("builds", "ann", "status")

    assert sent.status == 200
    assert "Try again in a minute." in sent.body


def test_what_cannot_be_stored_is_not_acked(world: World, inbox: Inbox) -> None:
    inbox.is_away = True

    sent = world.slack.tell_of({"type": "app_uninstalled"})

    assert sent.status == 0
    inbox.is_away = False
    assert world.slack.tell_of({"type": "app_uninstalled"}).status == 200


def test_a_connection_that_slack_drops_is_opened_again(world: World, inbox: Inbox) -> None:
    sockets = world.slack_app.sockets
    sockets.drop()
    wait_for(lambda: sockets.open)

    assert world.slack.command("builds", "ann", "help").status == 200
    assert len(inbox.kept) == 1
