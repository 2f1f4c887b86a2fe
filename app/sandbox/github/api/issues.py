"""Issues, comments and reactions over REST."""

from datetime import datetime
from http import HTTPStatus

from app.core.errors import Missing
from app.sandbox.github.api.call import Answer, Call, Operation, forbidden, invalid, not_found
from app.sandbox.github.api.fields import one_of, required_text, text, texts
from app.sandbox.github.api.paging import page_of
from app.sandbox.github.entities import Comment, Issue, PullRequest, Repository
from app.sandbox.github.shapes import issue as shapes

LONGEST_BODY = 65_536  # characters of a comment's or issue's body
LONGEST_TITLE = 255  # characters; GitHub says 256 and takes one less
MAINTAINERS = frozenset({"admin", "maintain", "write"})


def list_comments(call: Call) -> Answer:
    """GET: the comments of an issue or pull request, oldest first."""
    repo, thread = _thread(call)
    since = call.query.get("since")
    found = [
        one
        for one in call.github.comments_on(repo, thread.number)
        if since is None or one.updated_at.isoformat() >= since.replace("Z", "+00:00")
    ]
    return page_of(call, found, lambda one: shapes.comment(call.github, one))


def list_every_comment(call: Call) -> Answer:
    """GET: the comments of a repository's issues and pull requests."""
    repo = call.repo()
    by_update = call.query.get("sort") == "updated"
    found = sorted(
        (one for one in call.github.comments.values() if one.repo is repo),
        key=lambda one: (one.updated_at if by_update else one.created_at, one.id),
        reverse=call.query.get("direction") == "desc",
    )
    return page_of(call, found, lambda one: shapes.comment(call.github, one))


def create_comment(call: Call) -> Answer:
    """POST: a comment; the App's are its bot's."""
    repo, thread = _thread(call)
    body = required_text(call.body, "body", resource="IssueComment", longest=LONGEST_BODY)
    by_app = call.caller.is_installation
    one = call.github.write_comment(repo, thread.number, call.actor, body, by_app=by_app)
    return Answer(call.shaped(shapes.comment, one), HTTPStatus.CREATED)


def read_comment(call: Call) -> Answer:
    """GET: one comment."""
    return Answer(shapes.comment(call.github, _comment(call)))


def edit_comment(call: Call) -> Answer:
    """PATCH: other words, by the comment's author or a maintainer."""
    one = _own_comment(call)
    body = required_text(call.body, "body", resource="IssueComment", longest=LONGEST_BODY)
    call.github.edit_comment(one, body, by=call.actor)
    return Answer(call.shaped(shapes.comment, one))


def delete_comment(call: Call) -> Answer:
    """DELETE: by the comment's author or a maintainer."""
    call.github.delete_comment(_own_comment(call), by=call.actor)
    return Answer(status=HTTPStatus.NO_CONTENT)


def create_reaction(call: Call) -> Answer:
    """POST: 201 for a new reaction, 200 for one that is there."""
    one = _comment(call)
    content = one_of(call.body, "content", shapes.REACTIONS)
    if content is None:
        raise invalid("Reaction", "content", "missing_field")
    reaction, is_new = call.github.react(one, content, by=call.actor)
    status = HTTPStatus.CREATED if is_new else HTTPStatus.OK
    return Answer(shapes.reaction(call.github, reaction), status)


def list_reactions(call: Call) -> Answer:
    """GET: the reactions to a comment."""
    return page_of(call, _comment(call).reactions, lambda one: shapes.reaction(call.github, one))


def list_issues(call: Call) -> Answer:
    """GET: issues and pull requests, newest first, by state, labels and creator."""
    repo = call.repo()
    state, labels = call.query.get("state", "open"), call.query.get("labels")
    creator = call.query.get("creator")
    wanted = set(labels.split(",")) if labels else set()
    every: list[Issue | PullRequest] = [*repo.issues.values(), *repo.pulls.values()]
    found = [
        one
        for one in sorted(every, key=lambda one: _moment(one, call), reverse=True)
        if state in {"all", one.state}
        and wanted <= set(one.labels)
        and creator in {None, one.author.login}
    ]
    return page_of(call, found, lambda one: shapes.issue(call.github, repo, one))


def _moment(one: Issue | PullRequest, call: Call) -> datetime:
    return one.updated_at if call.query.get("sort") == "updated" else one.created_at


def create_issue(call: Call) -> Answer:
    """POST: a new issue."""
    repo = call.repo()
    title = required_text(call.body, "title", resource="Issue", longest=LONGEST_TITLE)
    one = call.github.open_issue(
        repo,
        title,
        text(call.body, "body", resource="Issue", longest=LONGEST_BODY),
        author=call.actor,
        by_app=call.caller.is_installation,
        labels=texts(call.body, "labels") or (),
        assignees=_assignees(call, repo),
    )
    return Answer(
        call.shaped(lambda state, new: shapes.issue(state, repo, new), one), HTTPStatus.CREATED
    )


def read_issue(call: Call) -> Answer:
    """GET: one issue or pull request."""
    repo, one = _thread(call)
    return Answer(shapes.issue(call.github, repo, one))


def edit_issue(call: Call) -> Answer:
    """PATCH: title, body, labels, assignees and state."""
    repo, one = _thread(call)
    token = call.caller.token
    is_person = token is not None and token.user is not None
    if is_person and call.github.role(repo, call.actor.login) not in MAINTAINERS:
        raise forbidden("Must have admin rights to Repository.")
    if isinstance(one, PullRequest):
        raise forbidden()
    state = one_of(call.body, "state", ("open", "closed"))
    reason = one_of(call.body, "state_reason", ("completed", "not_planned", "reopened"))
    labels = texts(call.body, "labels")
    title = text(call.body, "title", resource="Issue", longest=LONGEST_TITLE)
    body = text(call.body, "body", resource="Issue", longest=LONGEST_BODY)
    people = _assignees(call, repo) if "assignees" in call.body else one.assignees
    with call.github.lock:
        one.title = title or one.title
        one.body = one.body if body is None else body
        one.labels = one.labels if labels is None else labels
        one.assignees, one.updated_at = people, call.now
    if state is not None:
        call.github.set_issue_state(repo, one, state, by=call.actor, reason=reason)
    return Answer(call.shaped(lambda state, changed: shapes.issue(state, repo, changed), one))


def _assignees(call: Call, repo: Repository) -> tuple[str, ...]:
    people = texts(call.body, "assignees") or ()
    for login in people:
        if call.github.role(repo, login) not in MAINTAINERS | {"triage"}:
            raise invalid("Issue", "assignees", "invalid")
    return people


def _thread(call: Call) -> tuple[Repository, Issue | PullRequest]:
    repo = call.repo()
    try:
        return repo, call.github.thread(repo, call.number("number"))
    except Missing:
        raise not_found() from None


def _comment(call: Call) -> Comment:
    repo = call.repo()
    one = call.github.comments.get(call.number("comment_id"))
    if one is None or one.repo is not repo:
        raise not_found()
    return one


def _own_comment(call: Call) -> Comment:
    one = _comment(call)
    token = call.caller.token
    if one.author is call.actor:
        return one
    user = None if token is None else token.user
    if user is None or call.github.role(one.repo, user.login) not in MAINTAINERS:
        raise forbidden("Must have admin rights to Repository.")
    return one


ROOT = "/repos/{owner}/{repo}/issues"
COMMENT = f"{ROOT}/comments/{{comment_id}}"
READ, WRITE = "issues|pull_requests:read", "issues|pull_requests:write"
OPERATIONS = (
    Operation("GET", f"{ROOT}/comments", READ, list_every_comment),
    Operation("GET", COMMENT, READ, read_comment),
    Operation("PATCH", COMMENT, WRITE, edit_comment),
    Operation("DELETE", COMMENT, WRITE, delete_comment),
    Operation("GET", f"{COMMENT}/reactions", READ, list_reactions),
    Operation("POST", f"{COMMENT}/reactions", WRITE, create_reaction),
    Operation("GET", f"{ROOT}/{{number}}/comments", READ, list_comments),
    Operation("POST", f"{ROOT}/{{number}}/comments", WRITE, create_comment),
    Operation("GET", ROOT, READ, list_issues),
    Operation("POST", ROOT, "issues:write", create_issue),
    Operation("GET", f"{ROOT}/{{number}}", READ, read_issue),
    Operation("PATCH", f"{ROOT}/{{number}}", "issues:write", edit_issue),
)
