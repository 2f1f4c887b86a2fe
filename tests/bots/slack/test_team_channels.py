"""The Slack channels that a policy names: heard in them is what the team owns, where allowed."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.db import owners, policies
from app.db.chat import workspaces
from app.db.policies import Snapshot, SnapshotKind
from app.db.session import unit_of_work
from tests.bots.slack.console import Console
from tests.bots.slack.test_proposals import hear, listed, propose
from tests.bots.slack.threads import press, tell, window

FILE = "tests/test_cart.py"  # of every case of this world
POLICY = "team_notifications: {{slack_channels: {{acme/web: '{name}'}}}}\n"


def name_channel(console: Console, name: str, *, sha: str = "a") -> None:
    """The policy names a channel for the team that owns every case here."""
    found = Snapshot(SnapshotKind.POLICY, sha, ".flakeguard.yml", POLICY.format(name=name))
    with unit_of_work(console.world.engine) as session:
        policies.write(session, console.repo, found, now=console.office.shop.clock())
        owners.write(session, console.repo, {FILE: ["@acme/web"]})


def told(console: Console, channel: str) -> list[str]:
    return [one.text.partition(" is ")[0] for one in console.slack.roots(channel)]


def flaky(console: Console, name: str) -> UUID:
    case_id = console.flaky(name)
    tell(console, case_id)
    return case_id


@pytest.fixture
def web(console: Console) -> str:
    """A channel that nobody bound, of a workspace in which another is bound."""
    hear(console, "digest")
    return console.slack.add_channel("web").id


@pytest.mark.parametrize("by_id", [True, False])
def test_what_a_team_owns_is_heard_in_the_channel_that_the_policy_names(
    console: Console, web: str, by_id: bool
) -> None:
    name_channel(console, web if by_id else "#web")

    flaky(console, "test_a")

    assert told(console, web) == [":large_yellow_circle: tests.test_cart::test_a"]
    assert told(console, console.channel) == []


def test_proposals_are_heard_there_and_decided_there(console: Console, web: str) -> None:
    name_channel(console, "#web")
    console.link("ann", "ann")
    propose(console, "test_a")
    [root] = [one for one in console.slack.roots(web) if "proposed" in one.text]

    press(console, "approve", "ann", root)

    assert console.rows("SELECT state FROM quarantine") == [("active",)]
    assert listed(console) == []


def test_everybody_there_may_ask_why(console: Console, web: str) -> None:
    name_channel(console, "#web")
    flaky(console, "test_a")
    [root] = console.slack.roots(web)

    press(console, "why", "stranger", root)

    assert "ailed on attempt 1 and passed on attempt 2" in str(window(console).view)


def test_a_workspace_that_nobody_bound_is_not_even_asked(console: Console) -> None:
    web = console.slack.add_channel("web").id
    name_channel(console, "#web")

    flaky(console, "test_a")

    assert told(console, web) == []
    assert [one for one in console.office.shop.asked() if "conversations.list" in one] == []


def test_a_channel_that_we_are_not_in_hears_nothing_and_parks_nothing(console: Console) -> None:
    hear(console, "digest")
    away = console.slack.add_channel("web", has_bot=False).id
    name_channel(console, "#web")

    flaky(console, "test_a")
    flaky(console, "test_b")

    assert told(console, away) == []
    assert console.rows("SELECT count(*) FROM task WHERE parked_at IS NOT NULL") == [(0,)]
    assert console.rows("SELECT name, channel FROM team_channel") == [("#web", None)]
    assert len([one for one in console.office.shop.asked() if "conversations.list" in one]) == 1


def test_what_the_policy_names_no_more_hears_no_more(console: Console, web: str) -> None:
    name_channel(console, "#web")
    case_id = flaky(console, "test_a")
    [root] = console.slack.roots(web)
    said = root.text
    console.office.shop.clock.turn(timedelta(hours=1))
    name_channel(console, "#other", sha="b")

    tell(console, case_id)
    flaky(console, "test_b")

    assert told(console, web) == [said.partition(" is ")[0]]


def test_a_workspace_that_is_erased_takes_the_channel_along(console: Console, web: str) -> None:
    name_channel(console, "#web")
    flaky(console, "test_a")

    with unit_of_work(console.world.engine) as session:
        assert workspaces.team_of(session, web) == console.slack.team_id
        workspaces.erase(session, console.slack.team_id)

    assert console.rows("SELECT count(*) FROM team_channel") == [(0,)]
    assert console.rows("SELECT count(*) FROM thread") == [(0,)]
