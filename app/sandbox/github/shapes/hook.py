"""Webhook deliveries, as GitHub writes them."""

import json

from app.sandbox.github.shapes.people import Json
from app.sandbox.github.state import stamp
from app.sandbox.github.webhooks import Delivery


def delivery(one: Delivery) -> Json:
    """GitHub's `hook-delivery-item`."""
    return {
        "id": one.id,
        "guid": one.guid,
        "delivered_at": stamp(one.delivered_at),
        "redelivery": one.redelivery,
        "duration": one.duration,
        "status": one.status,
        "status_code": one.status_code,
        "event": one.parcel.event,
        "action": one.parcel.action,
        "installation_id": one.parcel.installation_id,
        "repository_id": one.parcel.repository_id,
        "throttled_at": None,
    }


def full_delivery(one: Delivery, *, url: str | None) -> Json:
    """GitHub's `hook-delivery`, with the request and the answer."""
    return delivery(one) | {
        "url": url or "",
        "request": {
            "headers": dict(one.request_headers),
            "payload": json.loads(one.parcel.body),
        },
        "response": {"headers": dict(one.response_headers), "payload": one.response_body},
    }
