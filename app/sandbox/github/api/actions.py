"""Workflow runs, jobs and artifacts over REST."""

from http import HTTPStatus

from app.core.errors import BadInput
from app.sandbox.github.api.call import (
    Answer,
    ApiError,
    Call,
    Operation,
    forbidden,
    not_found,
)
from app.sandbox.github.api.paging import page_of
from app.sandbox.github.blobs import signed_blob_path
from app.sandbox.github.entities import Artifact, Attempt, Run
from app.sandbox.github.shapes import run as shapes

FILTERS = {"branch": "branch", "event": "event", "head_sha": "head_sha"}


def list_runs(call: Call) -> Answer:
    """GET: runs, newest first, by branch, event, head_sha, status, actor and day of creation."""
    repo = call.repo()
    found = sorted(repo.runs.values(), key=lambda run: run.created_at, reverse=True)
    for name, field in FILTERS.items():
        wanted = call.query.get(name)
        if wanted is not None:
            found = [run for run in found if getattr(run, field) == wanted]
    status = call.query.get("status")
    if status is not None:
        found = [r for r in found if status in {r.latest.status, r.latest.conclusion}]
    actor = call.query.get("actor")
    if actor is not None:
        found = [run for run in found if run.actor.login == actor]
    created = call.query.get("created")
    if created is not None:
        found = [run for run in found if _created(run, created)]
    return page_of(call, found, lambda run: shapes.run(call.github, run), envelope="workflow_runs")


def _created(run: Run, wanted: str) -> bool:
    """GitHub's date search: `>=2026-01-31`, `2026-01-01..2026-01-31`, `*` for open ends."""
    moment = run.created_at.isoformat()
    begin, dots, end = wanted.partition("..")
    if dots:
        since = begin == "*" or moment >= begin
        return since and (end == "*" or moment[: len(end)] <= end)
    for sign in (">=", "<=", ">", "<"):
        if wanted.startswith(sign):
            bound = wanted.removeprefix(sign)
            day = moment[: len(bound)]
            equal = day == bound and sign.endswith("=")
            return equal or (day > bound if sign[0] == ">" else day < bound)
    return moment.startswith(wanted)


def read_run(call: Call) -> Answer:
    """GET: one run, speaking of its latest attempt."""
    return Answer(shapes.run(call.github, _run(call)))


def read_attempt(call: Call) -> Answer:
    """GET: one run, speaking of the attempt in the path."""
    run = _run(call)
    return Answer(shapes.run(call.github, run, _attempt(call, run)))


def attempt_jobs(call: Call) -> Answer:
    """GET: the jobs of one attempt."""
    run = _run(call)
    return _jobs(call, run, [_attempt(call, run)])


def run_jobs(call: Call) -> Answer:
    """GET: the jobs of the latest attempt, or of every one with `filter=all`."""
    run = _run(call)
    return _jobs(call, run, run.attempts if call.query.get("filter") == "all" else [run.latest])


def _jobs(call: Call, run: Run, attempts: list[Attempt]) -> Answer:
    found = [(attempt, job) for attempt in attempts for job in attempt.jobs]
    return page_of(call, found, lambda pair: shapes.job(call.github, run, *pair), envelope="jobs")


def read_job(call: Call) -> Answer:
    """GET: one job by its id."""
    job_id = call.number("job_id")
    for run in call.repo().runs.values():
        for attempt in run.attempts:
            for job in attempt.jobs:
                if job.id == job_id:
                    return Answer(shapes.job(call.github, run, attempt, job))
    raise not_found()


def run_artifacts(call: Call) -> Answer:
    """GET: the artifacts of every attempt of a run, newest first, by name where one is given."""
    run = _run(call)
    name = call.query.get("name")
    found = [one for one in reversed(run.artifacts) if name in {None, one.name}]
    return page_of(call, found, lambda one: shapes.artifact(call.github, one), envelope="artifacts")


def read_artifact(call: Call) -> Answer:
    """GET: one artifact."""
    return Answer(shapes.artifact(call.github, _artifact(call)))


def download(call: Call) -> Answer:
    """GET: a redirect to the zip, good for one minute; 410 once the artifact has expired."""
    one = _artifact(call)
    if one.expired or one.expires_at <= call.now:
        raise ApiError(HTTPStatus.GONE, "Artifact has expired")
    to = call.github.server_url + signed_blob_path(call.github, one)
    return Answer(status=HTTPStatus.FOUND, headers={"Location": to})


def rerun_failed_jobs(call: Call) -> Answer:
    """POST: queue the next attempt with the jobs that failed."""
    run = _run(call)
    if run.latest.conclusion == "success":
        raise forbidden("This workflow run has no failed jobs to re-run")
    return _rerun(call, run)


def rerun_job(call: Call) -> Answer:
    """POST: queue the next attempt of a job's run, with that job and what depends on it."""
    job_id = call.number("job_id")
    for run in call.repo().runs.values():
        if any(job.id == job_id for attempt in run.attempts for job in attempt.jobs):
            return _rerun(call, run)
    raise not_found()


def _rerun(call: Call, run: Run) -> Answer:
    token = call.caller.token
    if token is not None and token.user is not None:
        role = call.github.role(run.repo, token.user.login)
        if role not in {"admin", "maintain", "write"}:
            raise forbidden("Must have admin rights to Repository.")
    try:
        call.github.queue_attempt(run, at=call.now, actor=call.actor, announce=True)
    except BadInput as refusal:
        raise forbidden(str(refusal)) from None
    return Answer({}, HTTPStatus.CREATED)


def _run(call: Call) -> Run:
    run = call.repo().runs.get(call.number("run_id"))
    if run is None:
        raise not_found()
    return run


def _attempt(call: Call, run: Run) -> Attempt:
    number = call.number("attempt")
    if not 1 <= number <= len(run.attempts):
        raise not_found()
    return run.attempts[number - 1]


def _artifact(call: Call) -> Artifact:
    repo = call.repo()
    one = call.github.artifacts.get(call.number("artifact_id"))
    if one is None or one.run.repo is not repo:
        raise not_found()
    return one


ROOT = "/repos/{owner}/{repo}/actions"
RUN = f"{ROOT}/runs/{{run_id}}"
ARTIFACT = f"{ROOT}/artifacts/{{artifact_id}}"
OPERATIONS = (
    Operation("GET", f"{ROOT}/runs", "actions:read", list_runs),
    Operation("GET", RUN, "actions:read", read_run),
    Operation("GET", f"{RUN}/attempts/{{attempt}}", "actions:read", read_attempt),
    Operation("GET", f"{RUN}/attempts/{{attempt}}/jobs", "actions:read", attempt_jobs),
    Operation("GET", f"{RUN}/jobs", "actions:read", run_jobs),
    Operation("GET", f"{ROOT}/jobs/{{job_id}}", "actions:read", read_job),
    Operation("POST", f"{ROOT}/jobs/{{job_id}}/rerun", "actions:write", rerun_job),
    Operation("GET", f"{RUN}/artifacts", "actions:read", run_artifacts),
    Operation("GET", ARTIFACT, "actions:read", read_artifact),
    Operation("GET", f"{ARTIFACT}/zip", "actions:read", download),
    Operation("POST", f"{RUN}/rerun-failed-jobs", "actions:write", rerun_failed_jobs),
)
