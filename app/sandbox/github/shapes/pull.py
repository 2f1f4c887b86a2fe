"""Pull requests, as GitHub writes them."""

from app.sandbox.github.entities import PullRequest, Repository
from app.sandbox.github.shapes.commit import totals
from app.sandbox.github.shapes.issue import association, label
from app.sandbox.github.shapes.people import Json, account, node_id
from app.sandbox.github.shapes.repository import repository, repository_url
from app.sandbox.github.state import GitHubState, stamp


def pull_minimal(state: GitHubState, repo: Repository, one: PullRequest) -> Json:
    """GitHub's `pull-request-minimal`, as check runs and workflow runs name it."""

    def end(ref: str, sha: str, of: Repository) -> Json:
        where = {"id": of.id, "url": repository_url(state, of), "name": of.name}
        return {"ref": ref, "sha": sha, "repo": where}

    return {
        "id": one.id,
        "number": one.number,
        "url": f"{repository_url(state, repo)}/pulls/{one.number}",
        "head": end(one.branch, one.head_sha, one.head_repo),
        "base": end(one.base_branch, one.base_sha, repo),
    }


def pull_simple(state: GitHubState, repo: Repository, one: PullRequest) -> Json:
    """GitHub's `pull-request-simple`, as lists hold it."""
    return {
        **_addresses(state, repo, one),
        "id": one.id,
        "node_id": node_id("PullRequest", one.id),
        "number": one.number,
        "state": one.state,
        "locked": False,
        "title": one.title,
        "user": account(state, one.author),
        "body": one.body,
        "labels": [label(state, repo, name) for name in one.labels],
        "milestone": None,
        "active_lock_reason": None,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "closed_at": stamp(one.closed_at),
        "merged_at": stamp(one.merged_at),
        "merge_commit_sha": one.merge_commit_sha,
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "head": _end(state, one.head_repo, one.branch, one.head_sha),
        "base": _end(state, repo, one.base_branch, one.base_sha),
        "author_association": association(state, repo, one.author),
        "auto_merge": None,
        "draft": one.draft,
    }


def pull(state: GitHubState, repo: Repository, one: PullRequest) -> Json:
    """GitHub's `pull-request`, as a single one is answered."""
    lines = totals(one.changes)
    comments = sum(c.repo is repo and c.number == one.number for c in state.comments.values())
    return {
        **pull_simple(state, repo, one),
        "merged": one.merged_at is not None,
        "mergeable": True if one.state == "open" else None,
        "rebaseable": None,
        "mergeable_state": "clean" if one.state == "open" else "unknown",
        "merged_by": None if one.merged_by is None else account(state, one.merged_by),
        "comments": comments,
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": 1,
        "additions": lines["additions"],
        "deletions": lines["deletions"],
        "changed_files": len(one.changes),
    }


def _end(state: GitHubState, of: Repository, ref: str, sha: str) -> Json:
    return {
        "label": f"{of.owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": account(state, of.owner),
        "repo": repository(state, of),
    }


def _addresses(state: GitHubState, repo: Repository, one: PullRequest) -> Json:
    root = repository_url(state, repo)
    url, issue_url = f"{root}/pulls/{one.number}", f"{root}/issues/{one.number}"
    html = f"{state.server_url}/{repo.full_name}/pull/{one.number}"
    addresses: dict[str, str] = {
        "html": html,
        "issue": issue_url,
        "comments": f"{issue_url}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{root}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{root}/statuses/{one.head_sha}",
    }
    links = {name: {"href": to} for name, to in addresses.items()}
    return {
        **{f"{name}_url": to for name, to in addresses.items()},
        "url": url,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "_links": {"self": {"href": url}, **links},
    }
