"""Every payload that GitHub shows as an example, posted to the endpoint and taken in."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.routing import Route

from app.db.session import Engine, unit_of_work
from app.sandbox.server import LOOPBACK, START_WITHIN, listening_socket
from app.services.deliveries.inbox import Inbox
from bots.github.events import KNOWN_EVENTS, taken
from bots.github.webhook import Webhook
from jobs.tasks.take import take_delivery
from tests.bots.github.posting import SECRET
from tests.contract.node import MODULES
from tests.jobs.desk import Desk

EXAMPLES = MODULES / "@octokit" / "webhooks-examples" / "api.github.com" / "index.json"
HOW_MANY = 329  # of 7.6.1


def examples() -> list[tuple[str, bytes]]:
    """Each example: the event's name and the body."""
    if not EXAMPLES.exists():
        pytest.skip("GitHub's examples are not installed: make contract installs them")
    found: list[dict[str, Any]] = json.loads(EXAMPLES.read_bytes())
    return [(one["name"], json.dumps(body).encode()) for one in found for body in one["examples"]]


@contextmanager
def served(webhook: Webhook) -> Iterator[str]:
    """The endpoint on loopback."""
    listener = listening_socket(0)
    app = Starlette(routes=[Route("/github/webhook", webhook.receive, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{listener.getsockname()[1]}/github/webhook"
    finally:
        server.should_exit = True
        thread.join(START_WITHIN)
        listener.close()


def post(client: httpx.Client, url: str, guid: str, event: str, body: bytes) -> int:
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": guid,
        "X-Hub-Signature-256": f"sha256={digest}",
        "Content-Type": "application/json",
    }
    return client.post(url, content=body, headers=headers).status_code


def guid_of(number: int) -> str:
    return f"72d3162e-cc78-11e3-81ab-{number:012d}"


def test_every_example_of_github_is_stored_and_can_be_taken_in(engine: Engine) -> None:
    sent = examples()
    desk = Desk(engine, translators={"github": lambda one: taken(one, app_id=None)})
    inbox = Inbox(engine, desk.hints, desk.clock)

    with (
        served(Webhook(secrets=lambda: (SECRET,), store=inbox.store_all)) as url,
        httpx.Client(trust_env=False) as client,
    ):
        answers = [
            post(client, url, guid_of(number), event, body)
            for number, (event, body) in enumerate(sent)
        ]
    numbers = delivery_ids(engine)
    turns = [desk.work(take_delivery, number) for number in numbers]

    assert len(sent) == HOW_MANY
    assert {event for event, _ in sent} >= KNOWN_EVENTS - {"installation_target"}
    assert set(answers) == {202}
    assert len(numbers) == HOW_MANY
    assert all(turns)
    assert troubles(engine) == []


def delivery_ids(engine: Engine) -> list[int]:
    with unit_of_work(engine) as session:
        return list(session.execute(text("SELECT delivery_id FROM delivery ORDER BY 1")).scalars())


def troubles(engine: Engine) -> list[tuple[str, str]]:
    """Deliveries whose taking failed: the event, and what was said."""
    query = text("""
        SELECT event, coalesce(error, 'never done') FROM delivery JOIN task
        ON task.kind = 'take_delivery' AND task.key = delivery.delivery_id::text
        WHERE task.done = 0 OR error IS NOT NULL ORDER BY task.task_id
    """)
    with unit_of_work(engine) as session:
        return [(row[0], row[1]) for row in session.execute(query)]
