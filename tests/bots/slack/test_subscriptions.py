"""What a channel hears of: the kinds, the paths and the owner that it asked for."""

from typing import Any

import pytest

from app.db.chat import places
from app.db.chat.places import Subscription
from app.db.session import unit_of_work
from tests.bots.slack.console import Console
from tests.bots.slack.threads import tell


@pytest.mark.parametrize(
    ("heard", "told"),
    [
        ({}, True),
        ({"kinds": ("flaky",)}, True),
        ({"kinds": ("broken", "outage")}, False),
        ({"path": "tests/*"}, True),
        ({"path": "src/**"}, False),
        ({"owner": "@acme/core"}, True),
        ({"owner": "@Acme/QA"}, True),  # CODEOWNERS names it second
        ({"owner": "@acme/web"}, False),
    ],
)
def test_a_channel_hears_of_what_it_asked_for(
    console: Console, heard: dict[str, Any], told: bool
) -> None:
    one = Subscription(console.repo, console.slack.team_id, console.channel, **heard)
    console.world.owned(console.repo, "tests/test_cart.py", "@acme/core", "@acme/qa")
    case_id = console.flaky("test_total")
    with unit_of_work(console.world.engine) as session:
        places.subscribe(session, one, now=console.world.now)

    tell(console, case_id)

    assert bool(console.slack.roots(console.channel)) is told
