"""The webhook's answers, one by one."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from app.core.deliveries import NewDelivery
from bots.github.webhook import Webhook
from tests.bots.github.posting import BODY, GUID, OLD_SECRET, SECRET, GitHub, Inbox, refused, served


def test_a_genuine_delivery_is_stored_byte_for_byte(github: GitHub, inbox: Inbox) -> None:
    body = b'{ "action":"completed",\n"name":"\\u0000 caf\xc3\xa9" }'

    answer = github.post(body)

    assert (answer.status_code, answer.json()) == (202, {"delivery": GUID})
    assert list(inbox.kept.values()) == [
        NewDelivery(source="github", guid=GUID, event="workflow_run", body=body, request_id="req-1")
    ]


def test_the_same_delivery_five_times_is_stored_once(github: GitHub, inbox: Inbox) -> None:
    answers = [github.post() for _ in range(5)]

    assert [(one.status_code, one.json()) for one in answers] == [(202, {"delivery": GUID})] * 5
    assert len(inbox.kept) == 1


def test_a_secret_that_is_being_rotated_is_valid_too(github: GitHub) -> None:
    assert github.post(secret=OLD_SECRET).status_code == 202


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_without_a_secret_nothing_is_taken(inbox: Inbox, secrets: tuple[str, ...]) -> None:
    with served(Webhook(secrets=lambda: secrets, store=inbox.store_all)) as client:
        answer = GitHub(client).post(secret="")

    assert answer.status_code == 503
    assert answer.json() == refused(
        "validation",
        "No webhook secret is set, so no delivery can be trusted; set the GitHub App up at "
        "/github/setup, or set GITHUB_WEBHOOK_SECRET to its webhook secret and start again.",
    )
    assert inbox.kept == {}


def test_a_secret_set_while_running_is_used_at_once(inbox: Inbox) -> None:
    secrets: list[str] = []
    with served(Webhook(secrets=lambda: secrets, store=inbox.store_all)) as client:
        before = GitHub(client).post()
        secrets.append(SECRET)
        after = GitHub(client).post()

    assert (before.status_code, after.status_code) == (503, 202)


@pytest.mark.parametrize(
    ("body", "secret"), [(BODY + b" ", SECRET), (BODY, "another"), (b"", SECRET)]
)
def test_a_forged_delivery_is_refused_and_stores_nothing(
    github: GitHub, inbox: Inbox, body: bytes, secret: str
) -> None:
    digest = hmac.new(secret.encode(), BODY, hashlib.sha256).hexdigest()

    answer = github.post(body, X_Hub_Signature_256=f"sha256={digest}")

    assert answer.status_code == 401
    assert answer.json() == refused(
        "authentication",
        "The signature does not fit the body; "
        "GITHUB_WEBHOOK_SECRET must be the webhook secret of the GitHub App.",
    )
    assert inbox.kept == {}


@pytest.mark.parametrize(
    "signature",
    ["sha1=" + "a" * 40, "sha256=" + "a" * 63, "sha256=" + "é" * 64, "\u0660"],
)
def test_a_signature_of_another_form_is_refused(
    github: GitHub, inbox: Inbox, signature: str
) -> None:
    answer = github.post(X_Hub_Signature_256=signature)

    assert answer.status_code == 401
    assert answer.json() == refused(
        "authentication", "The header X-Hub-Signature-256 is not sha256= and 64 hexadecimal digits."
    )
    assert inbox.kept == {}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"X_GitHub_Event": None},
            "The header X-GitHub-Event is missing: this is not a delivery from GitHub.",
        ),
        (
            {"X_GitHub_Delivery": None},
            "The header X-GitHub-Delivery is missing: this is not a delivery from GitHub.",
        ),
        (
            {"X_Hub_Signature_256": None},
            "The header X-Hub-Signature-256 is missing: this is not a delivery from GitHub.",
        ),
        ({"X_GitHub_Event": "é"}, "The header X-GitHub-Event is not the name of an event."),
        (
            {"X_GitHub_Delivery": "1' or '1'='1"},
            "The header X-GitHub-Delivery is not a GUID.",
        ),
    ],
)
def test_missing_and_odd_headers_are_named(
    github: GitHub, inbox: Inbox, changed: dict[str, Any], message: str
) -> None:
    answer = github.post(**changed)

    assert answer.status_code == 400
    assert answer.json() == refused("validation", message)
    assert inbox.kept == {}


@pytest.mark.parametrize("event", ["gollum", "star", "made_up_tomorrow"])
def test_an_event_of_no_interest_is_stored_too(github: GitHub, inbox: Inbox, event: str) -> None:
    answer = github.post(X_GitHub_Event=event)

    assert (answer.status_code, answer.json()) == (202, {"delivery": GUID})
    assert inbox.kept[GUID].event == event


def test_an_event_of_no_interest_must_be_signed_too(github: GitHub) -> None:
    assert github.post(X_GitHub_Event="star", secret="another").status_code == 401


def test_a_ping_is_a_delivery_like_any_other(github: GitHub, inbox: Inbox) -> None:
    answer = github.post(json.dumps({"zen": "Design for failure."}).encode(), X_GitHub_Event="ping")

    assert (answer.status_code, answer.json()) == (202, {"delivery": GUID})
    assert inbox.kept[GUID].event == "ping"


def test_with_the_database_away_github_is_told_to_send_it_again(
    github: GitHub, inbox: Inbox
) -> None:
    inbox.is_away = True
    away = github.post()
    inbox.is_away = False
    back = github.post()

    assert away.status_code == 503
    assert away.headers["Retry-After"] == "60"
    assert away.json() == refused(
        "database", "The delivery could not be stored; it is safe to send it again."
    )
    assert back.status_code == 202
    assert list(inbox.kept) == [GUID]


def test_storing_leaves_the_event_loop_alone(github: GitHub, inbox: Inbox) -> None:
    github.post()

    (thread,) = inbox.threads
    assert "worker thread" in thread


def test_only_post_is_taken(github: GitHub) -> None:
    assert github.client.get("/github/webhook").status_code == 405
