"""What the address that Slack posts to refuses: forged, replayed, too large or unreadable."""

from datetime import timedelta

import pytest

from bots.slack.endpoint import MAX_BODY, SlackEndpoint
from tests.bots.shop import NOW, TurnedClock
from tests.bots.slack.clicks import block_actions, form, signed_headers
from tests.bots.slack.posting import PATH, Inbox, Slack, refused, served


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
