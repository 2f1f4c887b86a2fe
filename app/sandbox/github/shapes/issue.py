"""Issues, comments, labels and reactions, as GitHub writes them."""

from collections import Counter

from app.sandbox.github.entities import Account, Comment, Issue, PullRequest, Reaction, Repository
from app.sandbox.github.shapes.people import Json, account, app, node_id
from app.sandbox.github.shapes.repository import repository_url
from app.sandbox.github.state import GitHubState, stamp

REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")
ASSOCIATIONS = {
    "admin": "OWNER",
    "maintain": "MEMBER",
    "write": "COLLABORATOR",
    "triage": "COLLABORATOR",
}


def association(state: GitHubState, repo: Repository, who: Account) -> str:
    """How GitHub calls somebody's tie to a repository."""
    return ASSOCIATIONS.get(state.role(repo, who.login), "NONE")


def label(state: GitHubState, repo: Repository, name: str) -> Json:
    """A label on an issue or pull request."""
    return {
        "id": sum(name.encode()),
        "node_id": node_id("Label", sum(name.encode())),
        "url": f"{repository_url(state, repo)}/labels/{name}",
        "name": name,
        "description": None,
        "color": "ededed",
        "default": False,
        "archived_at": None,
        "archived_by": None,
    }


def issue(state: GitHubState, repo: Repository, one: Issue | PullRequest) -> Json:
    """GitHub's `issue`; a pull request is one too."""
    comments = sum(c.repo is repo and c.number == one.number for c in state.comments.values())
    by_app = isinstance(one, Issue) and one.by_app
    people = one.assignees if isinstance(one, Issue) else ()
    assignees = [account(state, state.account(login)) for login in people]
    return {
        **_addresses(state, repo, one),
        "id": one.id,
        "node_id": node_id("Issue", one.id),
        "number": one.number,
        "state": one.state,
        "state_reason": one.state_reason if isinstance(one, Issue) else None,
        "title": one.title,
        "body": one.body,
        "user": account(state, one.author),
        "labels": [label(state, repo, name) for name in one.labels],
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "milestone": None,
        "locked": False,
        "active_lock_reason": None,
        "comments": comments,
        "closed_at": stamp(one.closed_at),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "author_association": association(state, repo, one.author),
        "performed_via_github_app": app(state) if by_app else None,
    }


def _addresses(state: GitHubState, repo: Repository, one: Issue | PullRequest) -> Json:
    url = f"{repository_url(state, repo)}/issues/{one.number}"
    is_pull = isinstance(one, PullRequest)
    html = f"{state.server_url}/{repo.full_name}/{'pull' if is_pull else 'issues'}/{one.number}"
    shape: Json = {
        "url": url,
        "repository_url": repository_url(state, repo),
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "timeline_url": f"{url}/timeline",
        "html_url": html,
        "reactions": rollup(f"{url}/reactions", []),
    }
    if is_pull:
        shape["pull_request"] = {
            "url": f"{repository_url(state, repo)}/pulls/{one.number}",
            "html_url": html,
            "diff_url": f"{html}.diff",
            "patch_url": f"{html}.patch",
        }
    return shape


def comment(state: GitHubState, one: Comment) -> Json:
    """GitHub's `issue-comment`."""
    root = repository_url(state, one.repo)
    url = f"{root}/issues/comments/{one.id}"
    kind = "pull" if one.number in one.repo.pulls else "issues"
    where = f"{state.server_url}/{one.repo.full_name}/{kind}/{one.number}"
    return {
        "id": one.id,
        "node_id": node_id("IssueComment", one.id),
        "url": url,
        "html_url": f"{where}#issuecomment-{one.id}",
        "issue_url": f"{root}/issues/{one.number}",
        "body": one.body,
        "user": account(state, one.author),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "author_association": association(state, one.repo, one.author),
        "reactions": rollup(f"{url}/reactions", one.reactions),
        "performed_via_github_app": app(state) if one.by_app else None,
    }


def rollup(url: str, reactions: list[Reaction]) -> Json:
    """How many reactions of each kind."""
    counts = Counter(one.content for one in reactions)
    return {
        "url": url,
        "total_count": len(reactions),
        **{content: counts[content] for content in REACTIONS},
    }


def reaction(state: GitHubState, one: Reaction) -> Json:
    """One reaction."""
    return {
        "id": one.id,
        "node_id": node_id("Reaction", one.id),
        "user": account(state, one.author),
        "content": one.content,
        "created_at": stamp(one.created_at),
    }
