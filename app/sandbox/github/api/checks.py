"""Check runs over REST."""

from http import HTTPStatus

from app.core.errors import Missing
from app.sandbox.github.api.call import Answer, Call, Operation, forbidden, not_found, unprocessable
from app.sandbox.github.api.check_input import RESOURCE, annotations_of, check_change
from app.sandbox.github.api.commits import commit_at
from app.sandbox.github.api.fields import required_text
from app.sandbox.github.api.paging import page_of
from app.sandbox.github.entities import CheckRun
from app.sandbox.github.shapes import check as shapes


def create(call: Call) -> Answer:
    """POST: a new check run."""
    repo = call.repo()
    name = required_text(call.body, "name", resource=RESOURCE)
    head_sha = required_text(call.body, "head_sha", resource=RESOURCE)
    if head_sha not in repo.commits:
        raise unprocessable(f"No commit found for SHA: {head_sha}")
    change, annotations = check_change(call.body), annotations_of(call.body)
    one = call.github.create_check_run(repo, name, head_sha, change, annotations)
    return Answer(call.shaped(shapes.check_run, one), HTTPStatus.CREATED)


def update(call: Call) -> Answer:
    """PATCH: change a check run of the App's own."""
    one = _check_run(call)
    if not one.by_app:
        raise forbidden(
            "Invalid app_id `" + str(call.github.app_id) + "` - check run can only be "
            "modified by the GitHub App that created it."
        )
    change, annotations = check_change(call.body), annotations_of(call.body)
    call.github.update_check_run(one, change, annotations)
    return Answer(call.shaped(shapes.check_run, one))


def read(call: Call) -> Answer:
    """GET: one check run."""
    return Answer(shapes.check_run(call.github, _check_run(call)))


def annotations(call: Call) -> Answer:
    """GET: a check run's annotations, paged."""
    one = _check_run(call)
    return page_of(
        call, list(one.annotations), lambda told: shapes.annotation(call.github, one, told)
    )


def of_commit(call: Call) -> Answer:
    """GET: a commit's check runs; by default only the latest of each name and App."""
    repo = call.repo()
    found = call.github.check_runs_at(repo, commit_at(repo, call.names["ref"]).sha)
    for name, value in (("status", "status"), ("check_name", "name")):
        wanted = call.query.get(name)
        if wanted is not None:
            found = [one for one in found if getattr(one, value) == wanted]
    app_id = call.query.get("app_id")
    if app_id is not None:
        found = [one for one in found if str(_app_id(call, one)) == app_id]
    if call.query.get("filter", "latest") == "latest":
        newest: dict[tuple[str, int], CheckRun] = {}
        for one in found:
            newest.setdefault((one.name, one.check_suite_id), one)
        found = list(newest.values())
    return page_of(
        call, found, lambda one: shapes.check_run(call.github, one), envelope="check_runs"
    )


def _app_id(call: Call, one: CheckRun) -> int:
    return call.github.app_id if one.by_app else shapes.ACTIONS_APP_ID


def _check_run(call: Call) -> CheckRun:
    repo = call.repo()
    try:
        one = call.github.check_run(call.number("check_run_id"))
    except Missing:
        raise not_found() from None
    if one.repo is not repo:
        raise not_found()
    return one


ROOT = "/repos/{owner}/{repo}"
OPERATIONS = (
    Operation("POST", f"{ROOT}/check-runs", "checks:write", create),
    Operation("GET", f"{ROOT}/check-runs/{{check_run_id}}", "checks:read", read),
    Operation("PATCH", f"{ROOT}/check-runs/{{check_run_id}}", "checks:write", update),
    Operation("GET", f"{ROOT}/check-runs/{{check_run_id}}/annotations", "checks:read", annotations),
    Operation("GET", f"{ROOT}/commits/{{ref:path}}/check-runs", "checks:read", of_commit),
)
