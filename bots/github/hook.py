"""The App's own webhook, as GitHub tells of it: where it points, what became of what was sent."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator

from app.core.errors import ErrorKind, Missing, Unavailable
from app.ports import FailedDelivery
from bots.github.connection import PER_PAGE, Connection, items_of, json_of, read_answer
from bots.github.payloads import Id, Payload, Text, or_empty

CONFIG = "/app/hook/config"
DELIVERIES = "/app/hook/deliveries"


@dataclass(frozen=True, slots=True)
class Sent:
    """One delivery, with the answer that GitHub got; 0 when it got none."""

    guid: str
    event: str
    status: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Hook:
    """The webhook: where it points, and what was sent lately, newest first."""

    url: str
    content_type: str
    sent: tuple[Sent, ...]


class HookPart(Payload):
    """`/app/hook/config`."""

    url: Annotated[Text, BeforeValidator(or_empty)] = ""
    content_type: Annotated[Text, BeforeValidator(or_empty)] = "form"


class SentPart(Payload):
    """One of `/app/hook/deliveries`."""

    id: Id
    guid: Text
    event: Text
    status_code: int
    delivered_at: AwareDatetime


def read_hook(connection: Connection) -> Hook:
    """The webhook and its newest hundred deliveries; `connection` speaks for the App."""
    config = connection.one(HookPart, CONFIG)
    what = f"GET {DELIVERIES}"
    answer = connection.ask("GET", DELIVERIES, params={"per_page": PER_PAGE})
    parts = [
        read_answer(SentPart, one, what) for one in items_of(json_of(answer, what), None, what)
    ]
    sent = tuple(Sent(one.guid, one.event, one.status_code, one.delivered_at) for one in parts)
    return Hook(config.url, config.content_type, sent)


def set_secret(connection: Connection, secret: str) -> None:
    """Let GitHub sign with another secret from now on. Safe to repeat."""
    answer = connection.ask("PATCH", CONFIG, body={"secret": secret})
    if not answer.is_success:
        message = f"GitHub answered PATCH {CONFIG} with {answer.status_code}."
        raise Unavailable(message, kind=ErrorKind.GITHUB_API)


def failed(connection: Connection, *, since: datetime) -> list[FailedDelivery]:
    """Deliveries since then that no sending brought to us, newest first; each GUID once."""
    taken: set[str] = set()
    found: dict[str, FailedDelivery] = {}
    for part in connection.all(SentPart, DELIVERIES):
        if part.delivered_at < since:
            break
        if HTTPStatus.OK <= part.status_code < HTTPStatus.MULTIPLE_CHOICES:
            taken.add(part.guid)
        else:
            newest = found.get(part.guid)
            number = part.id if newest is None else newest.id
            found[part.guid] = FailedDelivery(number, part.guid, part.delivered_at)
    return [one for guid, one in found.items() if guid not in taken]


def ask_again(connection: Connection, delivery: FailedDelivery) -> None:
    """Have GitHub send a delivery once more; one that it has forgotten is gone."""
    with suppress(Missing):
        connection.ask("POST", f"{DELIVERIES}/{delivery.id}/attempts")
