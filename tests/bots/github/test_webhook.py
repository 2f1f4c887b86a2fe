"""The webhook's answers, one by one."""

import hashlib
import hmac
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from app.core.deliveries import NewDelivery
from app.core.errors import ErrorKind, Unavailable
from bots.github.webhook import MAX_BODY, Webhook

SECRET, OLD_SECRET = "It's a secret", "It was one"
GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
BODY = b'{"action":"completed"}'


@dataclass
class Inbox:
    """Where deliveries are stored, each GUID once."""

    kept: dict[str, NewDelivery] = field(default_factory=dict)
    is_away: bool = False
    threads: set[str] = field(default_factory=set)

    def store(self, delivery: NewDelivery) -> bool:
        self.threads.add(threading.current_thread().name)
        if self.is_away:
            raise Unavailable("PostgreSQL is away: password=hunter2", kind=ErrorKind.DATABASE)
        return self.kept.setdefault(delivery.guid, delivery) is delivery


@dataclass
class GitHub:
    """Posts as GitHub does."""

    client: TestClient

    def post(self, body: Any = BODY, *, secret: str = SECRET, **changed: Any) -> Any:  # noqa: ANN401 -- a response
        told = body if isinstance(body, bytes) else b"".join(body)
        digest = hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()
        usual = {
            "X-GitHub-Event": "workflow_run",
            "X-GitHub-Delivery": GUID,
            "X-Hub-Signature-256": f"sha256={digest}",
            "Content-Type": "application/json",
        }
        sent = usual | {name.replace("_", "-"): value for name, value in changed.items()}
        headers = [
            (name.encode(), value.encode()) for name, value in sent.items() if value is not None
        ]
        return self.client.post("/github/webhook", content=body, headers=headers)


async def name_request(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    request.state.request_id = "req-1"
    return await call_next(request)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


def served(webhook: Webhook) -> TestClient:
    return TestClient(
        Starlette(
            routes=[Route("/github/webhook", webhook.receive, methods=["POST"])],
            middleware=[Middleware(BaseHTTPMiddleware, dispatch=name_request)],
        )
    )


@pytest.fixture
def github(inbox: Inbox) -> Iterator[GitHub]:
    webhook = Webhook(secrets=lambda: (SECRET, OLD_SECRET), store=inbox.store)
    with served(webhook) as client:
        yield GitHub(client)


def refused(kind: str, message: str) -> dict[str, object]:
    return {"error": {"kind": kind, "message": message}, "request_id": "req-1"}


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
    with served(Webhook(secrets=lambda: secrets, store=inbox.store)) as client:
        answer = GitHub(client).post(secret="")

    assert answer.status_code == 503
    assert answer.json() == refused(
        "validation",
        "No webhook secret is set, so no delivery can be trusted; "
        "set GITHUB_WEBHOOK_SECRET to the GitHub App's webhook secret and start again.",
    )
    assert inbox.kept == {}


def test_a_secret_set_while_running_is_used_at_once(inbox: Inbox) -> None:
    secrets: list[str] = []
    with served(Webhook(secrets=lambda: secrets, store=inbox.store)) as client:
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


@pytest.mark.parametrize(
    "body", [b"", b"payload=%7B%7D", b"[]", b'"x"', b"null", b"{", b"\xff", b"[" * 200_000]
)
def test_a_body_that_is_no_json_object_is_refused(
    github: GitHub, inbox: Inbox, body: bytes
) -> None:
    answer = github.post(body)

    assert answer.status_code == 400
    assert answer.json() == refused(
        "validation",
        "The body is no JSON object; set the webhook's content type to application/json in GitHub.",
    )
    assert inbox.kept == {}


TOO_LARGE = refused("validation", "The body is larger than the 25 MB that GitHub sends at most.")


def test_a_body_of_25_mb_is_taken(github: GitHub, inbox: Inbox) -> None:
    body = b'{"a":"' + b"x" * (MAX_BODY - 8) + b'"}'

    answer = github.post(body)

    assert answer.status_code == 202
    assert len(inbox.kept[GUID].body) == MAX_BODY


def test_a_body_announced_as_larger_is_refused_unread(github: GitHub, inbox: Inbox) -> None:
    answer = github.post(b"{}", Content_Length=str(MAX_BODY + 1))

    assert (answer.status_code, answer.json()) == (413, TOO_LARGE)
    assert inbox.kept == {}


def test_a_body_that_grows_larger_in_chunks_is_refused(github: GitHub, inbox: Inbox) -> None:
    answer = github.post([b"x" * 1024 * 1024 for _ in range(26)])

    assert (answer.status_code, answer.json()) == (413, TOO_LARGE)
    assert inbox.kept == {}


def test_a_chunked_body_is_put_together(github: GitHub, inbox: Inbox) -> None:
    answer = github.post([b'{"a":', b"1}"])

    assert answer.status_code == 202
    assert inbox.kept[GUID].body == b'{"a":1}'


@pytest.mark.parametrize("length", ["many", "-1", "", "\u0661"])
def test_an_odd_length_is_no_reason_to_fail(github: GitHub, length: str) -> None:
    answer = github.post([BODY], Content_Length=length)

    assert answer.status_code == 202


@pytest.mark.parametrize("event", ["push", "star", "made_up_tomorrow"])
def test_an_event_of_no_interest_is_ignored(github: GitHub, inbox: Inbox, event: str) -> None:
    answer = github.post(X_GitHub_Event=event)

    assert (answer.status_code, answer.json()) == (202, {"ignored": event})
    assert inbox.kept == {}


def test_an_event_of_no_interest_must_be_signed_too(github: GitHub) -> None:
    assert github.post(X_GitHub_Event="star", secret="another").status_code == 401


def test_a_ping_is_answered(github: GitHub, inbox: Inbox) -> None:
    answer = github.post(json.dumps({"zen": "Design for failure."}).encode(), X_GitHub_Event="ping")

    assert (answer.status_code, answer.json()) == (202, {"pong": GUID})
    assert inbox.kept == {}


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
