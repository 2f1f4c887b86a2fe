"""Buttons and windows of a thread: who may, what changed meanwhile, and how it is taken back."""

import json
import re
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from slack_sdk.models.views import View as SlackView

from app.core.asking import QueueName
from app.core.chat_requests import TellChat
from app.db.chat import places
from app.db.chat.places import Subscription
from app.db.session import unit_of_work
from app.db.work import tasks
from app.sandbox.slack.entities import Message, View
from app.services import acts
from app.services.acts import Actor
from tests.bots.slack.console import Console

NOTHING = "Nothing here is in a state for that any more; nothing was changed."


@pytest.fixture
def case_id(console: Console) -> UUID:
    """A flaky case with a thread; ann may write, rita may read."""
    console.bind()
    console.link("ann", "ann")
    console.link("rita", "rita")
    case_id = console.flaky("test_total")
    tell(console, case_id)
    return case_id


def tell(console: Console, case_id: UUID) -> None:
    asking = tasks.Asking(TellChat(console.repo, case_id.hex), QueueName.RUN, "r1")
    with unit_of_work(console.world.engine) as session:
        tasks.ask(session, [asking], now=console.office.shop.clock())
    console.office.work()


def root(console: Console) -> Message:
    [one] = [m for m in console.slack.roots(console.channel) if m.metadata is not None]
    return one


def press(console: Console, action: str, user: str, message: Message | None = None) -> None:
    sent = console.slack.click(message or root(console), action, user)
    assert sent.status == 200, sent
    console.office.work()


def window(console: Console) -> View:
    """The newest window, seen to be what Slack takes."""
    one = list(console.slack.views.values())[-1]
    SlackView(**json.loads(json.dumps(one.view))).validate_json()
    return one


def send(console: Console, **values: str | None) -> None:
    told = {name: {name: {"value": value}} for name, value in values.items()}
    sent = console.slack.submit(window(console), told)
    assert sent.status == 200, sent
    console.office.work()


def replies(console: Console) -> list[str]:
    one = root(console)
    said = console.slack.thread(one.channel, one.ts)[1:]
    return [reply.text.replace("\u200b", "") for reply in said]


def buttons(console: Console) -> list[str]:
    [actions] = [block for block in root(console).blocks if block["type"] == "actions"]
    return re.findall(r"'action_id': '(\w+)'", str(actions))


def whispered(console: Console) -> list[str]:
    return [one.text.replace("\u200b", "") for one in console.slack.ephemeral]


def test_a_quarantine_takes_a_window_and_is_taken_back_from_its_own_message(
    console: Console, case_id: UUID
) -> None:
    press(console, "quarantine", "ann")
    send(console, reason="it waits for a clock", days="7", owner="@acme/core")

    assert console.rows("SELECT state, reason, owner FROM quarantine") == [
        ("active", "it waits for a clock", "@acme/core")
    ]
    assert replies(console) == ["Quarantined by @ann until 2026-11-27."]
    assert buttons(console) == [
        *("renew", "release", "dismiss", "assign", "open_issue", "snooze", "why")
    ]
    told = str(root(console).blocks)
    assert "*Owner*\\n@acme/core" in told
    assert "*Quarantined until*\\n2026-11-27" in told

    one = root(console)
    [reply] = console.slack.thread(one.channel, one.ts)[1:]
    press(console, "undo", "ann", reply)

    assert console.rows("SELECT count(*) FROM quarantine") == [(0,)]
    assert replies(console)[1:] == ["@ann took “quarantine” back."]
    assert "quarantine" in buttons(console)
    press(console, "undo", "ann", reply)
    assert "cannot be undone" in whispered(console)[-1]


def test_what_somebody_decided_meanwhile_is_said_and_not_overwritten(
    console: Console, case_id: UUID
) -> None:
    press(console, "quarantine", "ann")
    console.type("ann", "dismiss test_total")

    send(console, reason="too late", days=None, owner=None)

    assert console.rows("SELECT state FROM quarantine") == [("dismissed",)]
    assert whispered(console)[-1] == (
        "Meanwhile somebody decided about it, so nothing was changed. "
        "It is dismissed since 2026-11-20, by @ann."
    )


@pytest.mark.parametrize("button", ["dismiss", "release", "decline"])
def test_a_button_of_what_somebody_decided_since_says_so_and_changes_nothing(
    console: Console, case_id: UUID, button: str
) -> None:
    before = {"dismiss": [], "release": ["quarantine test_total"], "decline": []}[button]
    for words in before:
        console.type("ann", words)
    if button == "decline":
        propose(console, case_id)
    looked_at = as_seen(root(console))
    console.type("ann", "dismiss test_total" if button == "release" else "quarantine test_total 9")

    press(console, button, "ann", looked_at)

    stands = "dismissed since 2026-11-20, by @ann."
    if button != "release":
        stands = "quarantined since 2026-11-20, by @ann, until 2026-11-29."
    assert whispered(console)[-1] == (
        f"Meanwhile somebody decided about it, so nothing was changed. It is {stands}"
    )
    state = "dismissed" if button == "release" else "active"
    assert console.rows("SELECT state FROM quarantine") == [(state,)]


@pytest.mark.parametrize(
    ("button", "meanwhile", "stands"),
    [
        ("assign", "own test_total @acme/core", "@acme/core is its owner."),
        ("snooze", "mute test_total 30d", "Muted until 2026-12-20 12:00 UTC."),
    ],
)
def test_who_else_took_or_muted_it_since_is_said_and_kept(
    console: Console, case_id: UUID, button: str, meanwhile: str, stands: str
) -> None:
    looked_at = as_seen(root(console))
    console.type("ann", meanwhile)
    kept = console.rows("SELECT owner, muted_until FROM case_care")

    press(console, button, "ann", looked_at)
    refused = whispered(console)[-1]
    press(console, "assign", "ann")

    assert refused == f"Meanwhile somebody else changed that, so nothing was. {stands}"
    assert console.rows("SELECT muted_until FROM case_care") == [(kept[0][1],)]
    assert console.rows("SELECT owner FROM case_care") == [("@ann",)]


def as_seen(message: Message) -> Message:
    """A message as somebody looks at it, whatever becomes of it meanwhile."""
    return replace(message, blocks=deepcopy(message.blocks))


def propose(console: Console, case_id: UUID) -> None:
    """Suggest the case for quarantine, and have its thread say so."""
    with unit_of_work(console.world.engine) as session:
        acts.propose(
            session,
            console.repo,
            case_id,
            Actor("bob", "cli", "r9"),
            reason="",
            now=console.world.now,
        )
    tell(console, case_id)


def test_who_may_not_write_sees_why_in_the_window_and_changes_nothing(
    console: Console, case_id: UUID
) -> None:
    press(console, "quarantine", "rita")
    refused = str(window(console).view)
    press(console, "quarantine", "stranger")
    unknown = str(window(console).view)
    for button in ("dismiss", "assign", "snooze", "open_issue"):
        press(console, button, "rita")

    assert "@rita may not write to acme/shop, so nothing was changed." in refused
    assert "/slack/link?token=" in unknown
    assert set(whispered(console)) == {"@rita may not write to acme/shop, so nothing was changed."}
    assert console.rows("SELECT count(*) FROM audit_event") == [(0,)]


def test_wrong_days_and_owners_are_said_in_the_window(console: Console, case_id: UUID) -> None:
    press(console, "quarantine", "ann")
    told = {"days": {"days": {"value": "0"}}, "owner": {"owner": {"value": "who?"}}}

    sent = console.slack.submit(window(console), told)

    assert json.loads(sent.body) == {
        "response_action": "errors",
        "errors": {
            "days": "A whole number of days, from 1 to 365.",
            "owner": "An owner is a @login or an @organisation/team.",
        },
    }
    assert console.rows("SELECT count(*) FROM quarantine") == [(0,)]


def test_assigning_snoozing_and_declining_are_said_in_the_thread(
    console: Console, case_id: UUID
) -> None:
    for button in ("assign", "snooze"):
        press(console, button, "ann")

    assert replies(console) == [
        "@ann made @ann its owner.",
        "Muted by @ann until 2026-11-23 12:00 UTC.",
    ]
    assert "snooze" not in buttons(console)
    assert "*Owner*\\n@ann" in str(root(console).blocks)


def test_everybody_in_a_bound_channel_may_ask_why(console: Console, case_id: UUID) -> None:
    run = console.world.run(console.repo)
    report = console.world.report(run)
    console.world.occurrence(run, report, case_id, message="<!channel> boom")

    press(console, "why", "stranger")

    told = str(window(console).view)
    assert "ailed on attempt 1 and passed on attempt 2" in told
    assert "&lt;!channel&gt; boom" in told


def test_a_window_that_slack_opens_no_more_is_said(console: Console, case_id: UUID) -> None:
    console.slack.click(root(console), "quarantine", "ann")
    console.office.shop.clock.turn(timedelta(seconds=4))
    console.office.work()

    assert console.slack.views == {}
    assert whispered(console) == [
        "That took too long, so Slack opens no window for it any more: press the button again."
    ]


def test_a_guessed_value_of_another_workspace_shows_no_name(
    console: Console, case_id: UUID
) -> None:
    other = console.add_repository("acme/vault", bob="admin")
    hidden = console.flaky("test_secret", other)
    console.bind(other, team="T0OTHER")
    tell_other = tasks.Asking(TellChat(other, hidden.hex), QueueName.RUN, "r1")
    with unit_of_work(console.world.engine) as session:
        tasks.ask(session, [tell_other], now=console.office.shop.clock())
    console.office.work()
    [(handle,)] = console.rows(f"SELECT handle FROM thread WHERE repo_id = {other}")
    one = root_of_first(console)
    for block in one.blocks:
        for element in block.get("elements", ()):  # type: ignore[attr-defined]  # Slack's JSON
            if "value" in element:
                element["value"] = handle

    press(console, "dismiss", "ann", one)
    press(console, "why", "ann", one)
    press(console, "quarantine", "ann", one)

    assert whispered(console) == [NOTHING]
    shown = [str(view.view) for view in console.slack.views.values()]
    assert all(NOTHING in one and "vault" not in one and "secret" not in one for one in shown)


def test_a_github_that_does_not_answer_leaves_a_window_that_names_nothing(
    console: Console, case_id: UUID
) -> None:
    console.office.shop.world.faults.add("/repos/*/collaborators/*", status=500, times=99)

    press(console, "quarantine", "ann")
    console.office.shop.world.faults.clear()

    told = str(window(console).view)
    assert "GitHub does not answer just now: press the button again in a minute." in told
    assert "acme" not in told


def root_of_first(console: Console) -> Message:
    return next(m for m in console.slack.roots(console.channel) if "test_total" in str(m.blocks))


def test_a_hostile_name_stays_within_what_slack_takes(console: Console) -> None:
    console.bind()
    console.link("ann", "ann")
    tell(console, console.flaky("<!channel> <https://evil.example|click> " + "&<>" * 5_000))

    press(console, "why", "ann")
    press(console, "quarantine", "ann")

    assert len(console.slack.views) == 2
    assert "<!" not in str([view.view for view in console.slack.views.values()])
    window(console)


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
