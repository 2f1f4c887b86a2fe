"""Pull requests over REST."""

from app.core.errors import Missing
from app.sandbox.github.api.call import Answer, Call, Operation, not_found
from app.sandbox.github.api.paging import page_of
from app.sandbox.github.entities import PullRequest, Repository
from app.sandbox.github.shapes import pull as shapes
from app.sandbox.github.shapes.commit import diff_entry

FILES_LISTED = 3_000  # of a pull request


def list_pulls(call: Call) -> Answer:
    """GET: pull requests, newest first, by state, head (`owner:branch`) and base."""
    repo = call.repo()
    state = call.query.get("state", "open")
    head, base = call.query.get("head"), call.query.get("base")
    found = [
        one
        for one in repo.pulls.values()
        if state in {"all", one.state}
        and head in {None, f"{one.head_repo.owner.login}:{one.branch}"}
        and base in {None, one.base_branch}
    ]
    by_update = call.query.get("sort") == "updated"
    found.sort(
        key=lambda one: one.updated_at if by_update else one.created_at,
        reverse=call.query.get("direction", "desc") == "desc",
    )
    return page_of(call, found, lambda one: shapes.pull_simple(call.github, repo, one))


def read_pull(call: Call) -> Answer:
    """GET: one pull request."""
    repo, one = _pull(call)
    return Answer(shapes.pull(call.github, repo, one))


def files(call: Call) -> Answer:
    """GET: the files that a pull request changes; what is more than GitHub lists is left out."""
    repo, one = _pull(call)
    return page_of(
        call,
        one.changes[:FILES_LISTED],
        lambda change: diff_entry(call.github, repo, change, sha=one.head_sha),
    )


def _pull(call: Call) -> tuple[Repository, PullRequest]:
    repo = call.repo()
    try:
        return call.github.pull_request(repo.full_name, call.number("number"))
    except Missing:
        raise not_found() from None


ROOT = "/repos/{owner}/{repo}/pulls"
OPERATIONS = (
    Operation("GET", ROOT, "pull_requests:read", list_pulls),
    Operation("GET", f"{ROOT}/{{number}}", "pull_requests:read", read_pull),
    Operation("GET", f"{ROOT}/{{number}}/files", "pull_requests:read", files),
)
