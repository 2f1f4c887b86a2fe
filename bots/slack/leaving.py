"""Slack tells that a workspace removed us: what is stored of it, and what it comes to."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.core.deliveries import Delivery, Taken, WorkspaceLeft
from app.core.errors import BadInput

EVENTS = ("app_uninstalled", "tokens_revoked")


def left(delivery: Delivery) -> Taken:
    """A workspace whose bot token is gone; nothing where only tokens of people were revoked."""
    try:
        told = json.loads(delivery.body)
        team_id, at = str(told["team_id"]), datetime.fromtimestamp(int(told["event_time"]), UTC)
        event = told["event"]
        if delivery.event == "tokens_revoked" and not _names_bots(event):
            return Taken()
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
        raise BadInput(f"The {delivery.event} event cannot be read.") from None
    return Taken(facts=(WorkspaceLeft(team_id, at),))


def _names_bots(event: Mapping[str, Any]) -> bool:
    return bool(event["tokens"].get("bot"))
