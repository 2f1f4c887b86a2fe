"""What lists hold, written as the webhooks that would have told it: same payload, own GUID.

The GUID is made of what is told, so that listing it again is like a redelivery.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from app.core.deliveries import NewDelivery
from app.core.runs import RunKey
from app.core.tracing import request_id
from app.news import Place, Told

Json = dict[str, Any]
ABOUT_INSTALLATION = ("id", "account", "suspended_at", "permissions")
ABOUT_REPOSITORY = ("id", "full_name", "private")
GONE = "gone/gone"  # the name of a repository that is listed no more; it goes by its id
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Where:
    """The repository that lists are about, as payloads name it."""

    repository: Json
    installation_id: int

    @property
    def name(self) -> str:
        """Its full name, as it is now."""
        return str(self.repository["full_name"])

    def tell(self, event: str, payload: Json, *known_by: object) -> NewDelivery:
        """One delivery about it."""
        installation = {"id": self.installation_id}
        whole = {**payload, "repository": self.repository, "installation": installation}
        return delivery(event, whole, self.repository["id"], *known_by)


def delivery(event: str, payload: Json, *known_by: object) -> NewDelivery:
    """One delivery, as if GitHub had sent it."""
    name = ":".join(str(one) for one in ("listed", event, *known_by))
    return NewDelivery(
        source="github",
        guid=str(uuid5(NAMESPACE_URL, name)),
        event=event,
        body=json.dumps(payload).encode(),
        request_id=request_id.get(),
    )


def place(
    listed: Json, repositories: Sequence[Json], known: Place | None, *, now: datetime
) -> list[NewDelivery]:
    """What has changed of one installation."""
    about = {"installation": {name: listed.get(name) for name in ABOUT_INSTALLATION}}
    short = [{name: one.get(name) for name in ABOUT_REPOSITORY} for one in repositories]

    def tell(event: str, action: str, **more: object) -> NewDelivery:
        return delivery(event, {"action": action, **about, **more}, listed["id"], action, now)

    is_suspended = bool(listed.get("suspended_at"))
    if known is None:
        return [tell("installation", "created", repositories=short)]
    found = []
    if is_suspended != known.is_suspended:
        found.append(tell("installation", "suspend" if is_suspended else "unsuspend"))
    if is_suspended:
        return found
    granted = listed.get("permissions")
    if granted and granted != known.permissions and not found:
        found.append(tell("installation", "new_permissions_accepted"))
    there = {int(one["id"]) for one in repositories}
    gone = sorted(known.repo_ids - there)
    changed = {
        "repositories_added": [one for one in short if one["id"] not in known.repo_ids],
        "repositories_removed": [{"id": one, "full_name": GONE} for one in gone],
    }
    if any(changed.values()):
        found.append(tell("installation_repositories", "added", **changed))
    return found


def run(listed: Json, where: Where) -> Told:
    """A run attempt that waits, runs or has ended."""
    status = str(listed.get("status"))
    action = status if status in {"completed", "in_progress"} else "requested"
    number, attempt = int(listed["id"]), int(listed.get("run_attempt") or 1)
    payload = {"action": action, "workflow_run": listed}
    new = where.tell("workflow_run", payload, number, attempt, action)
    key = RunKey(int(where.repository["id"]), number, attempt)
    return Told(new, key if action == "completed" else None)


def pull(listed: Json, where: Where) -> Told:
    """A pull request that came, moved or went."""
    action = "closed" if listed.get("state") == "closed" else "synchronize"
    payload = {"action": action, "number": listed["number"], "pull_request": listed}
    return Told(where.tell("pull_request", payload, listed["number"], action, listed["updated_at"]))


def comment(listed: Json, where: Where) -> Told:
    """A comment below an issue or a pull request; its address tells which."""
    number = int(str(listed["issue_url"]).rpartition("/")[2])
    issue: Json = {"number": number}
    if "/pull/" in str(listed.get("html_url")):
        issue["pull_request"] = {"url": ""}
    payload = {
        "action": "created",
        "issue": issue,
        "comment": listed,
        "sender": listed.get("user"),
    }
    return Told(where.tell("issue_comment", payload, listed["id"]))


def issue(listed: Json, where: Where) -> Told:
    """An issue that somebody closed."""
    payload = {"action": "closed", "issue": listed, "sender": listed.get("closed_by")}
    return Told(where.tell("issues", payload, listed["number"], "closed", listed["closed_at"]))


def push(commits: Sequence[Json], where: Where, *, since: datetime) -> Told | None:
    """What came to the default branch, newest first; None where nothing is there.

    It says to have made the branch: which files it changes is not listed, so that what rests on
    files is read again.
    """
    if not commits:
        return None
    new = [one for place, one in enumerate(commits) if place == 0 or commit_time(one) >= since]
    payload = {
        "ref": f"refs/heads/{where.repository.get('default_branch')}",
        "after": commits[0]["sha"],
        "created": True,
        "commits": [
            {"id": one["sha"], "message": one["commit"]["message"]} for one in reversed(new)
        ],
    }
    return Told(where.tell("push", payload, commits[0]["sha"]))


def commit_time(listed: Json) -> datetime:
    """When a commit was made."""
    return moment(listed["commit"].get("committer") or {}, "date")


def moment(listed: Mapping[str, Any], name: str) -> datetime:
    """A moment of a list; long ago where there is none."""
    try:
        found = datetime.fromisoformat(str(listed.get(name)))
    except ValueError:
        return LONG_AGO
    return found if found.tzinfo else found.replace(tzinfo=UTC)
