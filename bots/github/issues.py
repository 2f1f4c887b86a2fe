"""Issues of ours: found by their hidden marker, opened, and kept true."""

from collections.abc import Sequence

from app.core.issues import CloseReason
from app.ports import PostedIssue
from bots.github.addresses import repo_path
from bots.github.answers import IssuePart
from bots.github.connection import Connection


def find(connection: Connection, repo: str, marker: str, *, author: str) -> PostedIssue | None:
    """The issue that holds `marker` among those that `author` opened; None when there is none."""
    asked = {"creator": author, "state": "all", "sort": "created", "direction": "desc"}
    for part in connection.all(IssuePart, repo_path(repo, "/issues"), params=asked):
        if part.user and part.user.login == author and marker in part.body:
            return _posted(part)
    return None


def create(
    connection: Connection, repo: str, *, title: str, body: str, labels: Sequence[str]
) -> PostedIssue:
    """Open an issue; GitHub makes the labels that it does not know yet."""
    asked = {"title": title, "body": body, "labels": list(labels)}
    return _posted(connection.made(IssuePart, "POST", repo_path(repo, "/issues"), asked))


def update(
    connection: Connection,
    repo: str,
    number: int,
    *,
    body: str,
    is_open: bool,
    reason: CloseReason,
) -> None:
    """Put other words into an issue, and open or close it; title and labels stay as they are."""
    state = {"state": "open"} if is_open else {"state": "closed", "state_reason": reason.value}
    connection.ask("PATCH", repo_path(repo, f"/issues/{number}"), body={"body": body, **state})


def _posted(part: IssuePart) -> PostedIssue:
    return PostedIssue(number=part.number, url=part.html_url, is_open=part.state == "open")
