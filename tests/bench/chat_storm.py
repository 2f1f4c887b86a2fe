"""A thousand cases that turn flaky at once, heard of in ten channels: calls, time, limits kept."""

import re
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from app.clock import utc_now
from app.core.asking import QueueName
from app.core.chat_requests import TellChat
from app.db.chat import places
from app.db.chat.places import Subscription
from app.db.session import unit_of_work
from app.db.work import tasks
from app.demo.stage import Stage, set_up
from tests.bench.figures import Better, Figure, Scale
from tests.commands.world import free_port
from tests.web.world import World

CASES = 1_000
CHANNELS = 10
PATIENCE = 300.0  # seconds
LOOK_EVERY = 0.2  # seconds
CALL = re.compile(r"POST (chat|conversations)\.\w+ > \d+")


def run(scale: Scale) -> list[Figure]:
    """Every channel is bound to the repository whose cases they are."""
    cases = scale.of(CASES)
    with (
        TemporaryDirectory(prefix="flakeguard-bench-") as folder,
        set_up(
            Path(folder), port=free_port(), workers=2, log_level="ERROR", slack_rate_limits=True
        ) as stage,
    ):
        stage.world.slack.paced = True
        channels = _channels(stage)
        began = time.monotonic()
        _turn_flaky(stage, cases, channels)
        _settled(stage)
        took = time.monotonic() - began
        asked = Counter(str(one).partition("?")[0] for one in stage.world.requests)
        roots = [len(stage.world.slack.roots(one)) for one in channels]
    calls = {name: number for name, number in asked.items() if CALL.fullmatch(name)}
    refused = sum(number for name, number in asked.items() if name.endswith("> 429"))
    return [
        Figure(f"{cases:,} cases in {CHANNELS} channels, all said after", took, "s"),
        Figure("messages in a channel", max(roots), "messages"),
        Figure("calls of Slack's Web API", sum(calls.values()), "calls"),
        *(Figure(name, number, "calls") for name, number in sorted(calls.items())),
        Figure("calls refused for their pace", refused, "calls", 0, Better.LESS),
    ]


def _channels(stage: Stage) -> list[str]:
    return [stage.world.slack.add_channel(f"builds-{one}").id for one in range(CHANNELS)]


def _turn_flaky(stage: Stage, cases: int, channels: list[str]) -> None:
    rows = World(stage.engine, now=utc_now())
    repo = rows.repository("acme/storm")
    with unit_of_work(stage.engine) as session:
        for channel in channels:
            one = Subscription(repo, stage.world.slack.team_id, channel)
            places.subscribe(session, one, now=rows.now)
    found = [rows.case(repo, f"test_{number:04}") for number in range(cases)]
    for case_id in found:
        rows.held(repo, case_id)
    with unit_of_work(stage.engine) as session:
        asking = [
            tasks.Asking(TellChat(repo, case_id.hex), QueueName.RUN, "bench") for case_id in found
        ]
        tasks.ask(session, asking, now=utc_now())


def _settled(stage: Stage) -> None:
    until = time.monotonic() + PATIENCE
    while stage.open_tasks() and time.monotonic() < until:
        stage.look_after()
        time.sleep(LOOK_EVERY)
