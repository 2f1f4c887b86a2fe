"""Paths of GitHub's REST API; nothing that came from outside may leave its place in one."""

import re
from urllib.parse import quote

from app.core.errors import BadInput

FULL_NAME = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")
SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def repo_path(repo: str, rest: str = "") -> str:
    """The path of a repository (owner/name), or of what lies under it."""
    if not FULL_NAME.fullmatch(repo) or {".", ".."} & set(repo.split("/")):
        raise BadInput(f"{repo!r} is no repository's name; it should be like owner/name.")
    return f"/repos/{repo}{rest}"


def commit_path(repo: str, sha: str, rest: str) -> str:
    """The path of something that belongs to a commit."""
    if not SHA.fullmatch(sha):
        raise BadInput(f"{sha!r} is no commit's SHA; it should be 40 hexadecimal digits.")
    return repo_path(repo, f"/commits/{sha}{rest}")


def quoted(text: str) -> str:
    """One step of a path, whatever is in it."""
    return quote(text, safe="")
