"""Webhook bodies as GitHub writes them, cut down to what varies and a little of the rest."""

import json
from datetime import UTC, datetime
from typing import Any

from app.core.deliveries import Delivery, InstallationSeen, RepositorySeen, Taken
from app.core.runs import Repository
from bots.github.events import taken

APP_ID = 271_828
HEAD, BASE = "c" * 40, "a" * 40
RECEIVED = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
STARTED = datetime(2026, 11, 20, 11, 40, tzinfo=UTC)
ENDED = datetime(2026, 11, 20, 11, 47, 30, tzinfo=UTC)

OWNER = {"login": "acme", "id": 10, "type": "Organization", "site_admin": False}
ANN = {"login": "ann", "id": 11, "type": "User", "site_admin": False}
INSTALLATION = {"id": 77, "node_id": "MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9uNzc="}
REPOSITORY = {
    "id": 500,
    "node_id": "R_500",
    "name": "shop",
    "full_name": "acme/shop",
    "private": True,
    "owner": OWNER,
    "html_url": "https://github.com/acme/shop",
    "description": None,
    "fork": False,
    "default_branch": "main",
    "topics": [],
    "visibility": "private",
}

ACME = InstallationSeen(id=77, account="acme")
TOLD_OF_ACME = InstallationSeen(
    id=77, account="acme", is_news=True, permissions={"checks": "write"}
)
SHOP = RepositorySeen(Repository(500, "acme/shop", "main", 77), is_private=True)


def delivery(event: str, body: Any, *, number: int = 3) -> Delivery:  # noqa: ANN401 -- any JSON
    return Delivery(
        id=number,
        source="github",
        guid="72d3162e-cc78-11e3-81ab-4c9367dc0958",
        event=event,
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        received_at=RECEIVED,
    )


def of_repository(action: str, **more: object) -> dict[str, Any]:
    return {
        "action": action,
        "repository": REPOSITORY,
        "organization": {"login": "acme", "id": 10},
        "sender": ANN,
        "installation": INSTALLATION,
        **more,
    }


def run_pull(number: int = 7, *, base_repo: int = 500) -> dict[str, Any]:
    url = "https://api.github.com/repos/acme/shop"
    return {
        "id": 9000 + number,
        "number": number,
        "url": f"{url}/pulls/{number}",
        "head": {"ref": "more", "sha": HEAD, "repo": {"id": 500, "url": url, "name": "shop"}},
        "base": {"ref": "main", "sha": BASE, "repo": {"id": base_repo, "url": url, "name": "shop"}},
    }


def workflow_run(action: str = "completed", **changed: object) -> dict[str, Any]:
    run = {
        "id": 4_000_000_123,
        "name": "CI",
        "node_id": "WFR_1",
        "head_branch": "more",
        "head_sha": HEAD,
        "path": ".github/workflows/ci.yml",
        "display_title": "Sell more",
        "run_number": 12,
        "event": "pull_request",
        "status": action if action != "requested" else "queued",
        "conclusion": "failure" if action == "completed" else None,
        "workflow_id": 55,
        "check_suite_id": 66,
        "html_url": "https://github.com/acme/shop/actions/runs/4000000123",
        "pull_requests": [run_pull()],
        "created_at": "2026-11-20T11:39:58Z",
        "updated_at": "2026-11-20T11:47:30Z",
        "actor": ANN,
        "run_attempt": 2,
        "referenced_workflows": [],
        "run_started_at": "2026-11-20T11:40:00Z",
        "triggering_actor": {"login": "rita", "id": 12, "type": "User"},
        "head_commit": {"id": HEAD, "message": "Sell more"},
        "repository": {"id": 500, "full_name": "acme/shop", "private": True},
        "head_repository": {"id": 500, "full_name": "acme/shop", "private": True},
    }
    return of_repository(action, workflow_run=run | changed, workflow={"id": 55, "name": "CI"})


def pull_request(action: str = "opened", **changed: object) -> dict[str, Any]:
    repo = {**REPOSITORY}
    pull = {
        "id": 9007,
        "number": 7,
        "state": "open",
        "locked": False,
        "title": "Sell more",
        "user": ANN,
        "body": None,
        "created_at": "2026-11-20T11:30:00Z",
        "updated_at": "2026-11-20T11:35:00Z",
        "closed_at": None,
        "merged_at": None,
        "merge_commit_sha": "d" * 40,
        "labels": [],
        "draft": False,
        "head": {"label": "acme:more", "ref": "more", "sha": HEAD, "user": OWNER, "repo": repo},
        "base": {"label": "acme:main", "ref": "main", "sha": BASE, "user": OWNER, "repo": repo},
        "author_association": "MEMBER",
        "mergeable": None,
    }
    return of_repository(action, number=7, pull_request=pull | changed)


def check_run_click(*, app_id: int = APP_ID, **more: object) -> dict[str, Any]:
    check = {
        "id": 31_000_000_001,
        "name": "FlakeGuard",
        "head_sha": HEAD,
        "external_id": "flakeguard:1",
        "status": "completed",
        "conclusion": "neutral",
        "app": {"id": app_id, "slug": "flakeguard", "name": "FlakeGuard"},
        "pull_requests": [],
    }
    click = {"check_run": check, "requested_action": {"identifier": "quarantine"}}
    return of_repository("requested_action", **(click | more))


def installation(action: str, **more: object) -> dict[str, Any]:
    told = {
        "id": 77,
        "account": OWNER,
        "repository_selection": "selected",
        "app_id": APP_ID,
        "permissions": {"checks": "write"},
        "events": ["workflow_run"],
        "created_at": "2026-11-20T11:00:00.000Z",
        "updated_at": "2026-11-20T11:00:00.000Z",
        "suspended_by": None,
        "suspended_at": None,
    }
    listed = {"id": 500, "node_id": "R_500", "name": "shop", "full_name": "acme/shop"}
    return {
        "action": action,
        "installation": told | dict(more.pop("installation", {})),  # type: ignore[call-overload]
        "repositories": [listed | {"private": True}],
        "sender": ANN,
        **more,
    }


def take(event: str, body: Any) -> Taken:  # noqa: ANN401 -- any JSON
    return taken(delivery(event, body), app_id=APP_ID)
