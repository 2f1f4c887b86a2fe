"""Comments of ours on pull requests, as GitHub's REST takes and tells them."""

from app.core.publishing import Comment, Reaction
from bots.github.addresses import repo_path
from bots.github.answers import CommentPart
from bots.github.connection import Connection


def find(
    connection: Connection, repo: str, number: int, marker: str, *, author: str
) -> Comment | None:
    """The comment of this author that holds `marker`; None where there is none."""
    path = repo_path(repo, f"/issues/{number}/comments")
    for part in connection.all(CommentPart, path, often=True):
        if part.user and part.user.login == author and marker in part.body:
            return Comment(id=part.id, body=part.body)
    return None


def create(connection: Connection, repo: str, number: int, body: str) -> int:
    """Post a comment; its id."""
    path = repo_path(repo, f"/issues/{number}/comments")
    return connection.made(CommentPart, "POST", path, {"body": body}).id


def update(connection: Connection, repo: str, comment_id: int, body: str) -> None:
    """Edit a comment in place; Missing when it is gone."""
    connection.ask("PATCH", repo_path(repo, f"/issues/comments/{comment_id}"), body={"body": body})


def react(connection: Connection, repo: str, comment_id: int, reaction: Reaction) -> None:
    """Put our reaction below a comment; the same one twice is one."""
    path = repo_path(repo, f"/issues/comments/{comment_id}/reactions")
    connection.ask("POST", path, body={"content": reaction.value})
