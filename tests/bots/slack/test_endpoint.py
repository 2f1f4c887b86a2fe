"""What the address that Slack posts to takes, and how it answers: stored, acked or ignored."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from app.core.deliveries import Delivery
from bots.slack.endpoint import SlackEndpoint
from bots.slack.events import taken
from tests.bots.shop import NOW, TurnedClock
from tests.bots.slack.clicks import SIGNING_SECRET, action, block_actions, form
from tests.bots.slack.posting import Inbox, Slack, refused


@pytest.mark.parametrize("name", ["quarantine", "dismiss"])
def test_a_click_on_a_button_of_ours_is_stored_and_acked(
    slack: Slack, inbox: Inbox, name: str
) -> None:
    answer = slack.post(form(block_actions(actions=[action(name)])))

    assert (answer.status_code, answer.text) == (200, "")
    (kept,) = inbox.kept.values()
    assert (kept.source, kept.event, kept.request_id) == ("slack", "block_actions", "")
    expected = block_actions(actions=[action(name)])
    del expected["token"]
    assert json.loads(kept.body) == expected


def test_a_click_sent_again_is_stored_once(slack: Slack, inbox: Inbox) -> None:
    body = form(block_actions())
    slack.post(body)
    slack.clock.turn(timedelta(seconds=30))

    answer = slack.post(body, X_Slack_Retry_Num="1", X_Slack_Retry_Reason="http_timeout")

    assert answer.status_code == 200
    assert len(inbox.kept) == 1


def test_two_clicks_are_two(slack: Slack, inbox: Inbox) -> None:
    for trigger_id in ("1.2.3", "1.2.4"):
        slack.post(form(block_actions(trigger_id=trigger_id)))

    assert len(inbox.kept) == 2


def test_other_clicks_are_acked_and_ignored(slack: Slack, inbox: Inbox) -> None:
    answer = slack.post(form(block_actions(actions=[action("view_page")])))

    assert (answer.status_code, answer.text) == (200, "")
    assert inbox.kept == {}


@pytest.mark.parametrize("actions", [[], ["odd"], None, "odd"])
def test_a_click_on_nothing_is_refused(slack: Slack, inbox: Inbox, actions: object) -> None:
    answer = slack.post(form(block_actions(actions=actions)))

    assert answer.status_code == 400
    assert answer.json() == refused(
        "validation", "The interaction names no action: this is not a click."
    )
    assert inbox.kept == {}


def test_slack_s_question_whether_we_are_here_is_answered(slack: Slack) -> None:
    body = json.dumps({"type": "url_verification", "token": "x", "challenge": "3eZbrw1a"}).encode()

    answer = slack.post(body, Content_Type="application/json")

    assert (answer.status_code, answer.json()) == (200, {"challenge": "3eZbrw1a"})


def test_slack_s_certificate_check_is_answered(slack: Slack) -> None:
    assert slack.post(b"ssl_check=1&token=x").status_code == 200


COMMAND = {
    "command": "/flakeguard",
    "text": "status",
    "team_id": "T1",
    "user_id": "U1",
    "channel_id": "C1",
    "response_url": "https://hooks.slack.com/commands/1",
    "trigger_id": "1.2",
}
EVENT = {
    "type": "event_callback",
    "team_id": "T1",
    "event": {"type": "reaction_added", "user": "U1"},
}
VIEW = {"type": "view_submission", "user": {"id": "U1"}, "team": {"id": "T1"}, "view": {"id": "V"}}
SHORTCUT = {
    "type": "shortcut",
    "callback_id": "x",
    "user": {"id": "U1"},
    "team": {"id": "T1"},
    "trigger_id": "1.2",
}


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(EVENT).encode(),
        form(VIEW | {"view": {"id": "V", "callback_id": "x", "type": "modal"}}),
        form(SHORTCUT),
    ],
)
def test_what_we_do_not_do_yet_is_acked_and_ignored(
    slack: Slack, inbox: Inbox, body: bytes
) -> None:
    answer = slack.post(body)

    assert answer.status_code == 200
    assert inbox.kept == {}


def test_a_command_is_stored_and_acked(slack: Slack, inbox: Inbox) -> None:
    answer = slack.post(urlencode(COMMAND | {"token": "old"}).encode())

    assert (answer.status_code, answer.text) == (200, "")
    (kept,) = inbox.kept.values()
    assert (kept.source, kept.event) == ("slack", "command")
    assert json.loads(kept.body) == COMMAND


def test_who_types_a_command_that_cannot_be_taken_hears_so_at_once(
    slack: Slack, inbox: Inbox
) -> None:
    inbox.is_away = True

    answer = slack.post(urlencode(COMMAND).encode())

    assert answer.status_code == 200
    assert answer.json() == {
        "response_type": "ephemeral",
        "text": "I cannot take this just now: my database and my queue are away. "
        "Try again in a minute.",
    }


@pytest.mark.parametrize("event", ["app_uninstalled", "tokens_revoked"])
def test_that_a_workspace_removed_us_is_stored_once(slack: Slack, inbox: Inbox, event: str) -> None:
    told = EVENT | {"event": {"type": event}, "event_id": "Ev1", "event_time": 1, "token": "x"}
    for _ in range(2):
        assert slack.post(json.dumps(told).encode()).status_code == 200

    (kept,) = inbox.kept.values()
    assert (kept.source, kept.guid, kept.event) == ("slack", "Ev1", event)
    assert b"token" not in kept.body.replace(b"tokens_revoked", b"")


def test_with_the_database_away_the_person_is_told_that_it_failed(
    slack: Slack, inbox: Inbox
) -> None:
    inbox.is_away = True

    answer = slack.post(form(block_actions()))

    assert answer.status_code == 503
    assert answer.json() == {"error": "The click could not be stored; it is safe to click again."}


def test_storing_leaves_the_event_loop_alone(slack: Slack, inbox: Inbox) -> None:
    slack.post(form(block_actions()))

    (thread,) = inbox.threads
    assert "worker thread" in thread


def test_no_secret_shows(inbox: Inbox) -> None:
    shown = repr(SlackEndpoint(SIGNING_SECRET, "xoxb-1", inbox.store, TurnedClock()))

    assert SIGNING_SECRET not in shown
    assert "xoxb-1" not in shown


def test_what_is_stored_is_what_is_taken(slack: Slack, inbox: Inbox) -> None:
    slack.post(form(block_actions()))

    (kept,) = inbox.kept.values()
    told = taken(Delivery(1, kept.source, kept.guid, kept.event, kept.body, NOW))
    assert [request.kind for _, request in told.requests] == ["act_from_chat"]
