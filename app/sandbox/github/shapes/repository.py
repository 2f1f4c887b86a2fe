"""Repositories and their contents, as GitHub writes them."""

from base64 import encodebytes
from datetime import datetime
from hashlib import sha1
from pathlib import PurePosixPath

from app.sandbox.github.entities import Repository
from app.sandbox.github.shapes.people import Json, account, node_id
from app.sandbox.github.state import GitHubState, stamp

INLINE_AT_MOST = 1_000_000  # bytes; larger files come without their contents
LINKS = {
    "archive": "/{archive_format}{/ref}",
    "assignees": "/assignees{/user}",
    "blobs": "/git/blobs{/sha}",
    "branches": "/branches{/branch}",
    "collaborators": "/collaborators{/collaborator}",
    "comments": "/comments{/number}",
    "commits": "/commits{/sha}",
    "compare": "/compare/{base}...{head}",
    "contents": "/contents/{+path}",
    "contributors": "/contributors",
    "deployments": "/deployments",
    "downloads": "/downloads",
    "events": "/events",
    "forks": "/forks",
    "git_commits": "/git/commits{/sha}",
    "git_refs": "/git/refs{/sha}",
    "git_tags": "/git/tags{/sha}",
    "hooks": "/hooks",
    "issue_comment": "/issues/comments{/number}",
    "issue_events": "/issues/events{/number}",
    "issues": "/issues{/number}",
    "keys": "/keys{/key_id}",
    "labels": "/labels{/name}",
    "languages": "/languages",
    "merges": "/merges",
    "milestones": "/milestones{/number}",
    "notifications": "/notifications{?since,all,participating}",
    "pulls": "/pulls{/number}",
    "releases": "/releases{/id}",
    "stargazers": "/stargazers",
    "statuses": "/statuses/{sha}",
    "subscribers": "/subscribers",
    "subscription": "/subscription",
    "tags": "/tags",
    "teams": "/teams",
    "trees": "/git/trees{/sha}",
}


def repository_url(state: GitHubState, repo: Repository) -> str:
    """The repository's address in the REST API."""
    return f"{state.api_url}/repos/{repo.full_name}"


def minimal_repository(state: GitHubState, repo: Repository) -> Json:
    """GitHub's `minimal-repository`."""
    url = repository_url(state, repo)
    return {
        "id": repo.id,
        "node_id": node_id("Repository", repo.id),
        "name": repo.name,
        "full_name": repo.full_name,
        "owner": account(state, repo.owner),
        "private": repo.private,
        "html_url": f"{state.server_url}/{repo.full_name}",
        "description": None,
        "fork": repo.parent is not None,
        "url": url,
        **{f"{name}_url": url + path for name, path in LINKS.items()},
    }


def repository(state: GitHubState, repo: Repository) -> Json:
    """GitHub's `repository`."""
    html = f"{state.server_url}/{repo.full_name}"
    waiting = sum(one.state == "open" for one in repo.pulls.values())
    waiting += sum(one.state == "open" for one in repo.issues.values())
    return {
        **minimal_repository(state, repo),
        "git_url": f"git://{html.partition('://')[2]}.git",
        "ssh_url": f"git@{html.partition('://')[2]}.git",
        "clone_url": f"{html}.git",
        "svn_url": html,
        "mirror_url": None,
        "homepage": None,
        "language": "Python",
        "license": None,
        "topics": [],
        "visibility": "private" if repo.private else "public",
        "size": sum(map(len, head_tree(repo).values())),
        "default_branch": repo.default_branch,
        **dict.fromkeys(("forks", "forks_count", "stargazers_count"), 0),
        **dict.fromkeys(("watchers", "watchers_count"), 0),
        **dict.fromkeys(("open_issues", "open_issues_count"), waiting),
        **dict.fromkeys(("has_issues", "has_projects", "has_wiki", "has_downloads"), True),
        **dict.fromkeys(("has_pages", "has_discussions", "disabled"), False),
        "archived": repo.archived,
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "pushed_at": stamp(pushed_at(repo)),
        "created_at": stamp(repo.created_at),
        "updated_at": stamp(pushed_at(repo)),
    }


def full_repository(state: GitHubState, repo: Repository) -> Json:
    """GitHub's `full-repository`, what `GET /repos/{owner}/{repo}` answers."""
    shape = repository(state, repo) | {"subscribers_count": 0, "network_count": 0}
    if repo.parent is not None:
        shape["parent"] = shape["source"] = repository(state, repo.parent)
    return shape


def pushed_at(repo: Repository) -> datetime:
    """When the default branch last moved."""
    head = repo.commits.get(repo.branches.get(repo.default_branch, ""))
    return repo.created_at if head is None else head.at


def head_tree(repo: Repository) -> dict[str, bytes]:
    """The files on the default branch."""
    head = repo.commits.get(repo.branches.get(repo.default_branch, ""))
    return {} if head is None else head.tree


def file_contents(
    state: GitHubState, repo: Repository, path: str, contents: bytes, *, ref: str
) -> Json:
    """One file, base64 in lines of 60 characters as GitHub wraps it; a large one without."""
    if len(contents) > INLINE_AT_MOST:
        return entry(state, repo, path, contents, ref=ref) | {"encoding": "none", "content": ""}
    return entry(state, repo, path, contents, ref=ref) | {
        "encoding": "base64",
        "content": encodebytes(contents).decode(),
    }


def blob(state: GitHubState, repo: Repository, contents: bytes) -> Json:
    """A file's contents by themselves."""
    sha = blob_sha(contents)
    return {
        "sha": sha,
        "node_id": f"B_{sha}",
        "size": len(contents),
        "url": f"{repository_url(state, repo)}/git/blobs/{sha}",
        "content": encodebytes(contents).decode(),
        "encoding": "base64",
    }


def entry(state: GitHubState, repo: Repository, path: str, contents: bytes, *, ref: str) -> Json:
    """One file of a folder's listing."""
    sha = blob_sha(contents)
    url = f"{repository_url(state, repo)}/contents/{path}?ref={ref}"
    git_url = f"{repository_url(state, repo)}/git/blobs/{sha}"
    html_url = f"{state.server_url}/{repo.full_name}/blob/{ref}/{path}"
    return {
        "type": "file",
        "name": PurePosixPath(path).name,
        "path": path,
        "sha": sha,
        "size": len(contents),
        "url": url,
        "git_url": git_url,
        "html_url": html_url,
        "download_url": f"{state.server_url}/{repo.full_name}/raw/{ref}/{path}",
        "_links": {"self": url, "git": git_url, "html": html_url},
    }


def blob_sha(contents: bytes) -> str:
    """The name that git gives to a file's contents."""
    header = f"blob {len(contents)}\0".encode()
    return sha1(header + contents, usedforsecurity=False).hexdigest()
