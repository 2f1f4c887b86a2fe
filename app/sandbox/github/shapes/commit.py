"""Commits, comparisons and changed files, as GitHub writes them."""

from collections.abc import Sequence
from hashlib import sha1

from app.sandbox.github.entities import Change, Commit, Repository
from app.sandbox.github.shapes.people import Json, account, node_id
from app.sandbox.github.shapes.repository import blob_sha, repository_url
from app.sandbox.github.state import GitHubState, stamp


def tree_id(one: Commit) -> str:
    """A name for the commit's tree."""
    return sha1(f"tree of {one.sha}".encode(), usedforsecurity=False).hexdigest()


def email(login: str) -> str:
    """The private address that GitHub gives to an account."""
    return f"{login}@users.noreply.invalid"


def signature(one: Commit) -> Json:
    """Who wrote the commit, and when."""
    return {"name": one.author, "email": email(one.author), "date": stamp(one.at)}


def commit(state: GitHubState, repo: Repository, one: Commit) -> Json:
    """GitHub's `commit`, without its files."""
    url = f"{repository_url(state, repo)}/commits/{one.sha}"
    git_url = f"{repository_url(state, repo)}/git"
    html_url = f"{state.server_url}/{repo.full_name}/commit"
    author = account(state, state.account(one.author))
    return {
        "sha": one.sha,
        "node_id": node_id("Commit", int(one.sha[:8], 16)),
        "url": url,
        "html_url": f"{html_url}/{one.sha}",
        "comments_url": f"{url}/comments",
        "commit": {
            "url": f"{git_url}/commits/{one.sha}",
            "author": signature(one),
            "committer": signature(one),
            "message": one.message,
            "comment_count": 0,
            "tree": {"sha": tree_id(one), "url": f"{git_url}/trees/{tree_id(one)}"},
            "verification": {
                "verified": False,
                "reason": "unsigned",
                "signature": None,
                "payload": None,
                "verified_at": None,
            },
        },
        "author": author,
        "committer": author,
        "parents": [
            {
                "sha": sha,
                "url": f"{repository_url(state, repo)}/commits/{sha}",
                "html_url": f"{html_url}/{sha}",
            }
            for sha in one.parents
        ],
    }


def full_commit(state: GitHubState, repo: Repository, one: Commit) -> Json:
    """What `GET /repos/{owner}/{repo}/commits/{ref}` answers."""
    return commit(state, repo, one) | {
        "stats": totals(one.changes),
        "files": [diff_entry(state, repo, change, sha=one.sha) for change in one.changes],
    }


def totals(changes: Sequence[Change]) -> Json:
    """How many lines came and went."""
    additions = sum(change.additions for change in changes)
    deletions = sum(change.deletions for change in changes)
    return {"additions": additions, "deletions": deletions, "total": additions + deletions}


def diff_entry(state: GitHubState, repo: Repository, change: Change, *, sha: str) -> Json:
    """One changed file."""
    shape: Json = {
        "sha": blob_sha(change.contents or b""),
        "filename": change.path,
        "status": change.status,
        "additions": change.additions,
        "deletions": change.deletions,
        "changes": change.additions + change.deletions,
        "blob_url": f"{state.server_url}/{repo.full_name}/blob/{sha}/{change.path}",
        "raw_url": f"{state.server_url}/{repo.full_name}/raw/{sha}/{change.path}",
        "contents_url": f"{repository_url(state, repo)}/contents/{change.path}?ref={sha}",
    }
    if change.patch is not None:
        shape["patch"] = change.patch
    return shape


def simple_commit(one: Commit) -> Json:
    """A commit inside a workflow run."""
    author = {"name": one.author, "email": email(one.author)}
    return {
        "id": one.sha,
        "tree_id": tree_id(one),
        "message": one.message,
        "timestamp": stamp(one.at),
        "author": author,
        "committer": author,
    }


def pushed_commit(state: GitHubState, repo: Repository, one: Commit) -> Json:
    """A commit inside a `push` webhook."""
    person = {"name": one.author, "email": email(one.author), "username": one.author}
    paths: dict[str, list[str]] = {"added": [], "modified": [], "removed": []}
    for change in one.changes:
        paths[change.status if change.status in paths else "modified"].append(change.path)
    return simple_commit(one) | {
        "distinct": True,
        "url": f"{state.server_url}/{repo.full_name}/commit/{one.sha}",
        "author": person,
        "committer": person,
        **paths,
    }
