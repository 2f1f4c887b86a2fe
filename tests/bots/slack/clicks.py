"""Interactions as Slack posts them."""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
THREAD = "1763640000.000100"
RESPONSE_URL = "https://hooks.slack.com/actions/T1/2/3"


def block_actions(**changed: object) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": "U1", "username": "ann", "name": "ann", "team_id": "T1"},
        "api_app_id": "A1",
        "token": "old-verification-token",
        "container": {"type": "message", "message_ts": THREAD, "channel_id": "C1"},
        "trigger_id": "12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3",
        "team": {"id": "T1", "domain": "acme"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": "C1", "name": "builds"},
        "message": {"bot_id": "B1", "type": "message", "text": "flaky", "ts": THREAD},
        "state": {"values": {}},
        "response_url": RESPONSE_URL,
        "actions": [action()],
    }
    return told | changed


def action(action_id: str = "quarantine", value: str = "h-42") -> dict[str, Any]:
    return {
        "type": "button",
        "action_id": action_id,
        "block_id": "b1",
        "text": {"type": "plain_text", "text": "Quarantine", "emoji": True},
        "value": value,
        "action_ts": "1763640000.1",
    }


def form(payload: object) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


def signed_headers(body: bytes, *, at: datetime, secret: str = SIGNING_SECRET) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    base = b"v0:" + timestamp.encode() + b":" + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest}",
    }
