"""A broken default branch in a channel: one thread, by whose commit, until it is mended."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core.asking import QueueName
from app.core.chat_requests import TellBroken, TellChat
from app.core.decide import State
from app.core.publishing import ChatMessage
from app.core.runs import Repository, RunKey
from app.db import runs as stored_runs
from app.db.session import unit_of_work
from app.db.work import tasks
from app.sandbox.slack.entities import Message
from app.services import acts
from app.services.acts import Actor
from app.services.quarantine import runs
from tests.bots.slack.console import Console
from tests.bots.slack.test_proposals import hear, replies
from tests.render.test_chat import accepted

PASSED, BROKE = "a" * 40, "b" * 40
SINCE = {"kind": "broken_on_base", "since": BROKE, "failed": 3, "runs": 3, "branch": "main"}
CULPRIT = {
    "kind": "culprit",
    "passed": PASSED,
    "since": BROKE,
    "commits": 2,
    "commit": BROKE,
    "author": "@mona",
    "p": 0.81,
    "second": "c" * 40,
    "second_p": 0.17,
    "range": f"{BROKE}:0.81 {'c' * 40}:0.17",
}


def tell(console: Console) -> None:
    asking = tasks.Asking(TellBroken(console.repo), QueueName.RUN, "r1")
    with unit_of_work(console.world.engine) as session:
        tasks.ask(session, [asking], now=console.office.shop.clock())
    console.office.work()


def broken(console: Console, name: str, *evidence: dict[str, Any]) -> UUID:
    case_id = console.world.case(console.repo, name)
    console.world.held(console.repo, case_id, "broken", evidence=list(evidence) or [SINCE, CULPRIT])
    return case_id


def turn(console: Console, case_id: UUID, state: str) -> None:
    with unit_of_work(console.world.engine) as session:
        session.execute(
            text("UPDATE case_state SET state = :state WHERE case_id = :case"),
            {"state": state, "case": case_id},
        )


def roots(console: Console) -> list[Message]:
    return [m for m in console.slack.roots(console.channel) if "main is " in m.text]


def shown(message: Message) -> str:
    accepted(ChatMessage(message.text, tuple(message.blocks), "handle"))
    return str(message.blocks).replace("\u200b", "")


@dataclass(frozen=True)
class Turned:
    case_id: UUID
    was: State = State.FLAKY
    now: State = State.BROKEN


def hold_and_break(console: Console, name: str) -> UUID:
    """A quarantined case that the default branch fails from now on, as an evaluation finds it."""
    case_id = console.flaky(name)
    now = console.office.shop.clock()
    with unit_of_work(console.world.engine) as session:
        acts.activate(session, console.repo, case_id, Actor("mona", "page", "r1"), now=now)
        asking = tasks.Asking(TellChat(console.repo, case_id.hex), QueueName.RUN, "r1")
        tasks.ask(session, [asking], now=now)
    console.office.work()
    turn(console, case_id, "broken")
    row = console.world.run(console.repo)
    with unit_of_work(console.world.engine) as session:
        run = stored_runs.run(session, RunKey(console.repo, row.run_id, row.attempt))
        assert run is not None
        repository = Repository(console.repo, "acme/shop", "main", None)
        runs.follow(session, repository, [Turned(case_id)], run, now=now, request_id="r2")
        asking = tasks.Asking(TellChat(console.repo, case_id.hex), QueueName.RUN, "r2")
        tasks.ask(session, [asking], now=now)
    console.office.work()
    return case_id


def test_a_broken_branch_is_one_thread_with_its_culprit_named_and_not_called(
    console: Console,
) -> None:
    hear(console, "broken")
    broken(console, "test_a")
    broken(console, "test_b")
    broken(console, "test_c", SINCE)

    tell(console)
    tell(console)

    [root] = roots(console)
    assert root.text == "*acme/shop*: :red_circle: main is broken: 3 tests fail there."
    told = shown(root)
    assert told.count("Broke after aaaaaaa passed, most likely in bbbbbbb by @mona (81 %)") == 1
    assert "else ccccccc (17 %), of 2 commits." in told
    assert told.count("Has failed on main since bbbbbbb (3 of 3 executions).") == 3
    assert told.index("test_b") < told.index("Which commit broke these is not known.")
    assert f"/acme/shop/commit/{BROKE}|The commit bbbbbbb>" in told
    assert f"/acme/shop/compare/{PASSED}...{BROKE}|All commits between>" in told
    assert "<@" not in told
    assert replies(console, root) == []


def test_what_breaks_and_mends_meanwhile_is_said_in_the_thread_and_its_end_once(
    console: Console,
) -> None:
    hear(console, "broken")
    first = broken(console, "test_a")
    tell(console)
    second = broken(console, "test_b")
    tell(console)
    turn(console, first, "healthy")
    tell(console)
    [root] = roots(console)
    between = root.text, shown(root)
    turn(console, second, "healthy")
    for _ in range(2):
        tell(console)

    assert between[0] == "*acme/shop*: :red_circle: main is broken: 1 test fails there."
    assert between[1].index("test_b") < between[1].index("*No longer broken*")
    assert root.text == "*acme/shop*: :large_green_circle: main is mended."
    assert replies(console, root) == [
        "Also broken: tests.test_cart::test_b.",
        "Mended: tests.test_cart::test_a and tests.test_cart::test_b no longer fail on main.",
    ]

    turn(console, first, "broken")
    tell(console)

    assert len(roots(console)) == 2
    assert roots(console)[0].text.endswith("main is mended.")


def test_who_wants_to_hear_no_more_of_it_is_not_told_that_it_is_mended(console: Console) -> None:
    hear(console, "broken")
    broken(console, "test_a")
    tell(console)
    hear(console, "flaky")

    for _ in range(2):
        tell(console)
    hear(console, "broken")
    tell(console)

    assert [replies(console, one) for one in roots(console)] == [[], []]
    assert {one.text.endswith("1 test fails there.") for one in roots(console)} == {True}


@pytest.mark.parametrize(
    ("kinds", "has_thread"),
    [([], True), (["broken"], False), (["flaky", "broken"], False)],
    ids=["everything", "broken alone", "broken and flaky"],
)
def test_a_quarantined_case_that_turned_broken_is_said_loudly_once(
    console: Console, kinds: list[str], *, has_thread: bool
) -> None:
    hear(console, *kinds)
    broken(console, "test_a")
    tell(console)

    hold_and_break(console, "test_held")
    tell(console)

    loud = [m for m in console.slack.in_channel(console.channel) if m.is_reply]
    [said] = [one.text.replace("\u200b", "") for one in loud]
    if has_thread:
        assert said == (
            "It turned broken: it fails on the default branch. Its quarantine ended at once."
        )
    else:
        assert said == (
            "Also broken: tests.test_cart::test_held. It was quarantined, and that ended at once."
        )
    [root] = roots(console)
    assert "It was quarantined, and that ended at once." in shown(root)


def test_a_channel_that_asked_for_other_things_hears_nothing_of_it(console: Console) -> None:
    hear(console, "flaky", "quarantine")
    broken(console, "test_a")

    tell(console)

    assert console.slack.messages == []
