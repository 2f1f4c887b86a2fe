"""Buttons and windows of a thread: who may, what they show, and how it is taken back."""

import json
from datetime import timedelta
from uuid import UUID

from app.core.asking import QueueName
from app.core.chat_requests import TellChat
from app.db.session import unit_of_work
from app.db.work import tasks
from app.sandbox.slack.entities import Message
from tests.bots.slack.console import Console
from tests.bots.slack.threads import buttons, press, replies, root, send, tell, whispered, window

NOTHING = "Nothing here is in a state for that any more; nothing was changed."


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
