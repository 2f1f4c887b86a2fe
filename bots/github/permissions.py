"""What GitHub lets a person do in a repository."""

from app.core.errors import Missing
from app.ports import Permission
from bots.github.addresses import quoted, repo_path
from bots.github.answers import PermissionPart
from bots.github.connection import Connection
from bots.github.registered import PERMISSIONS


def permission_of(
    connection: Connection, repo: str, login: str, *, user_id: int | None
) -> Permission:
    """NONE for somebody GitHub does not know there, or, with a `user_id`, for anybody else."""
    path = repo_path(repo, f"/collaborators/{quoted(login)}/permission")
    try:
        part = connection.one(PermissionPart, path)
    except Missing:
        return Permission.NONE
    if user_id is not None and part.user is not None and part.user.id != user_id:
        return Permission.NONE
    return PERMISSIONS.get(part.permission, Permission.NONE)
