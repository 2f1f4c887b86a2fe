"""The answers of the address that Slack posts to, one by one, and the sandbox's Slack clicking."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from app.core.deliveries import Delivery, NewDelivery
from app.core.errors import ErrorKind, Unavailable
from bots.slack.endpoint import MAX_BODY, SlackEndpoint
from bots.slack.events import taken
from tests.bots.shop import NOW, TurnedClock
from tests.bots.slack.clicks import SIGNING_SECRET, action, block_actions, form, signed_headers

PATH = "/slack/events"


@dataclass
class Inbox:
    """Where deliveries are stored, each GUID once."""

    kept: dict[str, NewDelivery] = field(default_factory=dict)
    is_away: bool = False
    threads: set[str] = field(default_factory=set)

    def store(self, delivery: NewDelivery) -> bool:
        self.threads.add(threading.current_thread().name)
        if self.is_away:
            raise Unavailable("PostgreSQL is away.", kind=ErrorKind.DATABASE)
        return self.kept.setdefault(delivery.guid, delivery) is delivery


@dataclass
class Slack:
    """Posts as Slack does."""

    client: TestClient
    clock: TurnedClock

    def post(self, body: Any, *, secret: str = SIGNING_SECRET, **changed: str | None) -> Any:  # noqa: ANN401 -- a response
        told = body if isinstance(body, bytes) else b"".join(body)
        usual: dict[str, str | None] = dict(signed_headers(told, at=self.clock.now, secret=secret))
        sent = usual | {name.replace("_", "-"): value for name, value in changed.items()}
        headers = [
            (name.encode(), value.encode()) for name, value in sent.items() if value is not None
        ]
        return self.client.post(PATH, content=body, headers=headers)


def served(endpoint: SlackEndpoint) -> TestClient:
    return TestClient(Starlette(routes=[Route(PATH, endpoint.receive, methods=["POST"])]))


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def slack(inbox: Inbox) -> Iterator[Slack]:
    clock = TurnedClock()
    endpoint = SlackEndpoint(SIGNING_SECRET, "xoxb-1", inbox.store, clock)
    with served(endpoint) as client:
        yield Slack(client, clock)


def refused(kind: str, message: str) -> dict[str, object]:
    return {"error": {"kind": kind, "message": message}, "request_id": ""}


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


def test_without_a_signing_secret_nothing_is_taken(inbox: Inbox) -> None:
    with served(SlackEndpoint(None, None, inbox.store, TurnedClock())) as client:
        answer = Slack(client, TurnedClock()).post(form(block_actions()), secret="")

    assert answer.status_code == 503
    assert answer.json() == refused(
        "validation",
        "No Slack signing secret is set, so no request can be trusted; "
        "set SLACK_SIGNING_SECRET to the Slack app's signing secret and start again.",
    )


def test_a_forged_click_is_refused(slack: Slack, inbox: Inbox) -> None:
    answer = slack.post(form(block_actions()), secret="another")

    assert answer.status_code == 401
    assert answer.json() == refused(
        "authentication",
        "The signature does not fit the body; "
        "SLACK_SIGNING_SECRET must be the signing secret of the Slack app.",
    )
    assert inbox.kept == {}


def test_a_replayed_click_is_refused(slack: Slack, inbox: Inbox) -> None:
    body = form(block_actions())
    headers = signed_headers(body, at=NOW)
    slack.clock.turn(timedelta(minutes=6))

    answer = slack.client.post(PATH, content=body, headers=headers)

    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == (
        "The request was signed more than five minutes from now; "
        "if it is new, one of the two clocks is wrong."
    )
    assert inbox.kept == {}


@pytest.mark.parametrize("timestamp", ["soon", "1e9", "", None, "\u0661"])
def test_an_odd_timestamp_is_refused(slack: Slack, inbox: Inbox, timestamp: str | None) -> None:
    answer = slack.post(form(block_actions()), X_Slack_Request_Timestamp=timestamp)

    assert answer.status_code == 401
    assert inbox.kept == {}


@pytest.mark.parametrize("signature", ["v0=zz", "v1=" + "a" * 64, "é", "v0=" + "a" * 63])
def test_an_odd_signature_is_refused(slack: Slack, inbox: Inbox, signature: str) -> None:
    answer = slack.post(form(block_actions()), X_Slack_Signature=signature)

    assert answer.status_code == 401
    assert inbox.kept == {}


@pytest.mark.parametrize("body", [[b"x" * 600_000, b"x" * 600_000], b"x" * (MAX_BODY + 1)])
def test_a_body_above_1_mb_is_refused(slack: Slack, body: object) -> None:
    answer = slack.post(body)

    assert answer.status_code == 413
    assert answer.json() == refused(
        "validation", "The body is larger than the 1 MB that is read at most."
    )


@pytest.mark.parametrize(
    "body",
    [b"payload=%7B", b"{", b"\xff\xfe", b"payload=[]", b"payload=1", b"{" + b'"a":[' * 50_000],
)
def test_a_body_that_cannot_be_read_is_refused(slack: Slack, inbox: Inbox, body: bytes) -> None:
    answer = slack.post(body)

    assert answer.status_code == 400
    assert answer.json() == refused(
        "validation", "The body is neither a form with a JSON payload nor a JSON object."
    )
    assert inbox.kept == {}


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
