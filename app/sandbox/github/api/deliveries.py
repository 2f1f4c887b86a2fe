"""The App's webhook deliveries over REST, for the redelivery sweep."""

from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlencode

from app.sandbox.github.api.call import Answer, Call, Operation, not_found, unprocessable
from app.sandbox.github.api.paging import DEFAULT_PAGE, LARGEST_PAGE, positive
from app.sandbox.github.shapes.hook import delivery, full_delivery
from app.sandbox.github.webhooks import Delivery

KEPT = timedelta(days=3)  # how long GitHub knows a delivery and sends it again


def list_deliveries(call: Call) -> Answer:
    """GET: deliveries, newest first; the next page is named by a cursor, not a number."""
    size = min(positive(call.query.get("per_page"), default=DEFAULT_PAGE), LARGEST_PAGE)
    found = sorted(_kept(call), key=lambda one: one.id, reverse=True)
    cursor = call.query.get("cursor")
    if cursor is not None:
        if not cursor.isdigit():
            raise unprocessable("Invalid cursor")
        found = [one for one in found if one.id < int(cursor)]
    shown = found[:size]
    headers: dict[str, str] = {}
    if len(found) > size:
        query = urlencode({"per_page": size, "cursor": shown[-1].id})
        headers["Link"] = f'<{call.github.api_url}{call.path}?{query}>; rel="next"'
    return Answer([delivery(one) for one in shown], headers=headers)


def read_delivery(call: Call) -> Answer:
    """GET: one delivery with its request and the answer to it."""
    return Answer(full_delivery(_delivery(call), url=call.github.webhook_url))


def redeliver(call: Call) -> Answer:
    """POST: send it again, under the same GUID, after this answer."""
    call.github.hooks.redeliver(_delivery(call).guid, later=True)
    return Answer({}, HTTPStatus.ACCEPTED)


def read_config(call: Call) -> Answer:
    """GET: where webhooks go; the secret is never told."""
    return Answer(_config(call))


def change_config(call: Call) -> Answer:
    """PATCH: where webhooks go, and what they are signed with."""
    hooks = call.github.hooks
    url, secret = call.body.get("url"), call.body.get("secret")
    with call.github.lock:
        if isinstance(url, str):
            hooks.url = url
        if isinstance(secret, str):
            hooks.secret = secret
    return Answer(_config(call))


def _config(call: Call) -> dict[str, object]:
    url = call.github.webhook_url or ""
    return {"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": url}


def _kept(call: Call) -> list[Delivery]:
    return [one for one in call.github.deliveries if one.delivered_at > call.now - KEPT]


def _delivery(call: Call) -> Delivery:
    number = call.number("delivery_id")
    for one in _kept(call):
        if one.id == number:
            return one
    raise not_found()


ROOT = "/app/hook/deliveries"
CONFIG = "/app/hook/config"
OPERATIONS = (
    Operation("GET", CONFIG, "app", read_config),
    Operation("PATCH", CONFIG, "app", change_config),
    Operation("GET", ROOT, "app", list_deliveries),
    Operation("GET", f"{ROOT}/{{delivery_id}}", "app", read_delivery),
    Operation("POST", f"{ROOT}/{{delivery_id}}/attempts", "app", redeliver),
)
