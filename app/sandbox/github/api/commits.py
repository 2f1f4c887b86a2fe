"""Repositories, commits, comparisons, contents and collaborators over REST."""

from collections.abc import Sequence

from app.sandbox.github.api.call import Answer, ApiError, Call, Operation, not_found, unprocessable
from app.sandbox.github.api.paging import link_header, page_of, positive
from app.sandbox.github.entities import Change, Commit, Repository
from app.sandbox.github.shapes import commit as shapes
from app.sandbox.github.shapes import people
from app.sandbox.github.shapes.pull import pull_simple
from app.sandbox.github.shapes.repository import (
    blob,
    blob_sha,
    entry,
    file_contents,
    full_repository,
    repository_url,
)

SHORTEST_SHA = 7  # characters with which a commit may be named
COMPARED = 250  # commits of a comparison on one page
FILES_COMPARED = 300  # of a comparison; the rest is left out
LEGACY_ROLES = {"maintain": "write", "triage": "read"}  # what `permission` says of `role_name`


def commit_at(repo: Repository, ref: str) -> Commit:
    """The commit that a sha, its beginning, or a branch names; 422 as GitHub says it."""
    name = ref.removeprefix("refs/").removeprefix("heads/")
    sha = repo.branches.get(name, ref)
    if sha in repo.commits:
        return repo.commits[sha]
    if len(sha) >= SHORTEST_SHA:
        for known in repo.commits:
            if known.startswith(sha):
                return repo.commits[known]
    raise unprocessable(f"No commit found for SHA: {ref}")


def read_repository(call: Call) -> Answer:
    """GET: a repository, with what the caller may do there."""
    repo = call.repo()
    shape = full_repository(call.github, repo)
    token = call.caller.token
    if token is not None and token.user is not None:
        role = call.github.role(repo, token.user.login)
        shape["permissions"] = {
            "admin": role == "admin",
            "maintain": role in {"admin", "maintain"},
            "push": role in {"admin", "maintain", "write"},
            "triage": role in {"admin", "maintain", "write", "triage"},
            "pull": role != "none",
        }
    return Answer(shape)


def read_commit(call: Call) -> Answer:
    """GET: a commit with its files."""
    repo = call.repo()
    one = commit_at(repo, call.names["ref"])
    return Answer(shapes.full_commit(call.github, repo, one))


def list_commits(call: Call) -> Answer:
    """GET: the commits that a branch or sha reaches, newest first."""
    repo = call.repo()
    ref = call.query.get("sha") or repo.default_branch
    path = call.query.get("path")
    found = [
        one
        for one in ancestry(repo, commit_at(repo, ref))
        if path is None or any(change.path.startswith(path) for change in one.changes)
    ]
    return page_of(call, found, lambda one: shapes.commit(call.github, repo, one))


def pulls_of_commit(call: Call) -> Answer:
    """GET: the pull requests of a commit; those from forks are found once they are merged."""
    repo = call.repo()
    sha = commit_at(repo, call.names["ref"]).sha
    found = [
        pull
        for pull in repo.pulls.values()
        if sha in {pull.head_sha, pull.merge_commit_sha}
        and (pull.head_repo is repo or pull.merged_at is not None)
    ]
    return page_of(call, found, lambda one: pull_simple(call.github, repo, one))


def ancestry(repo: Repository, tip: Commit) -> list[Commit]:
    """A commit and everything before it, newest first."""
    seen: dict[str, Commit] = {}
    waiting = [tip.sha]
    while waiting:
        sha = waiting.pop()
        one = repo.commits.get(sha)
        if one is None or sha in seen:
            continue
        seen[sha] = one
        waiting.extend(one.parents)
    return sorted(seen.values(), key=lambda one: one.at, reverse=True)


def compare(call: Call) -> Answer:
    """GET: what head has that base has not; `owner:branch` names a fork's branch.

    Commits come page after page, files on the first page only.
    """
    repo = call.repo()
    base_name, dots, head_name = call.names["span"].partition("...")
    if not dots:
        raise not_found()
    base = _end(call, repo, base_name)
    head = _end(call, repo, head_name)
    behind = ancestry(repo, base)
    before = {one.sha for one in behind}
    after = ancestry(repo, head)
    ahead_shas = {one.sha for one in after}
    ahead = [one for one in after if one.sha not in before]
    lost = [one for one in behind if one.sha not in ahead_shas]
    shared = next((one for one in after if one.sha in before), base)
    shape = _comparison(call, repo, base, head, shared, ahead, lost)
    page = positive(call.query.get("page"), default=1)
    size = min(positive(call.query.get("per_page"), default=COMPARED), COMPARED)
    last = max(1, -(-len(ahead) // size))
    shown = list(reversed(ahead))[(page - 1) * size : page * size]
    shape["commits"] = [shapes.commit(call.github, repo, one) for one in shown]
    if page > 1:
        shape["files"] = []
    return Answer(shape, headers=link_header(call, page=page, last=last))


def _end(call: Call, repo: Repository, name: str) -> Commit:
    owner, colon, branch = name.partition(":")
    if not colon:
        return commit_at(repo, name)
    for pull in repo.pulls.values():
        if pull.head_repo.owner.login == owner and pull.branch == branch:
            return commit_at(repo, pull.head_sha)
    if repo.owner.login == owner:
        return commit_at(repo, branch)
    raise not_found()


def _comparison(
    call: Call,
    repo: Repository,
    base: Commit,
    head: Commit,
    shared: Commit,
    ahead: Sequence[Commit],
    lost: Sequence[Commit],
) -> people.Json:
    status = {(True, True): "diverged", (True, False): "ahead", (False, True): "behind"}
    span = f"{base.sha}...{head.sha}"
    html = f"{call.github.server_url}/{repo.full_name}/compare/{span}"
    changes: dict[str, Change] = {c.path: c for one in reversed(ahead) for c in one.changes}
    return {
        "url": f"{repository_url(call.github, repo)}/compare/{span}",
        "html_url": html,
        "permalink_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "base_commit": shapes.commit(call.github, repo, base),
        "merge_base_commit": shapes.commit(call.github, repo, shared),
        "status": status.get((bool(ahead), bool(lost)), "identical"),
        "ahead_by": len(ahead),
        "behind_by": len(lost),
        "total_commits": len(ahead),
        "files": [
            shapes.diff_entry(call.github, repo, change, sha=head.sha)
            for change in list(changes.values())[:FILES_COMPARED]
        ],
    }


def contents(call: Call) -> Answer:
    """GET: a file, base64-encoded, or a folder's files."""
    repo = call.repo()
    ref = call.query.get("ref") or repo.default_branch
    path = call.names["path"].strip("/")
    try:
        tree = commit_at(repo, ref).tree
    except ApiError:
        raise not_found() from None
    if path in tree:
        return Answer(file_contents(call.github, repo, path, tree[path], ref=ref))
    below = sorted(name for name in tree if name.rpartition("/")[0] == path)
    if not below:
        raise not_found()
    return Answer([entry(call.github, repo, name, tree[name], ref=ref) for name in below])


def read_blob(call: Call) -> Answer:
    """GET: the contents of a file by their SHA, whatever commit they are of."""
    repo = call.repo()
    for one in repo.commits.values():
        for held in one.tree.values():
            if blob_sha(held) == call.names["sha"]:
                return Answer(blob(call.github, repo, held))
    raise not_found()


def permission(call: Call) -> Answer:
    """GET: what somebody may do in the repository."""
    repo = call.repo()
    login = call.names["login"]
    if login.lower() not in call.github.accounts:
        raise not_found()
    role = call.github.role(repo, login)
    return Answer(
        {
            "permission": LEGACY_ROLES.get(role, role),
            "role_name": role,
            "user": people.account(call.github, call.github.account(login)) | {"role_name": role},
        }
    )


ROOT = "/repos/{owner}/{repo}"
OPERATIONS = (
    Operation("GET", ROOT, "metadata:read", read_repository),
    Operation("GET", f"{ROOT}/commits", "contents:read", list_commits),
    Operation("GET", f"{ROOT}/commits/{{ref:path}}/pulls", "pull_requests:read", pulls_of_commit),
    Operation("GET", f"{ROOT}/commits/{{ref:path}}", "contents:read", read_commit),
    Operation("GET", f"{ROOT}/compare/{{span:path}}", "contents:read", compare),
    Operation("GET", f"{ROOT}/git/blobs/{{sha}}", "contents:read", read_blob),
    Operation("GET", f"{ROOT}/contents/{{path:path}}", "contents:read", contents),
    Operation("GET", f"{ROOT}/collaborators/{{login}}/permission", "metadata:read", permission),
)
