"""Events of what runs: workflow runs, their jobs, check runs and the merge queue."""

from app.core.asking import QueueName
from app.core.deliveries import AskedAgain, Delivery, JobSeen, RunSeen, Taken
from app.core.errors import BadInput
from app.core.requests import ActFromCheck, IngestRun, PublishRun
from app.core.runs import RunKey
from bots.github.events.common import NOTHING, seen
from bots.github.facts import COMPLETED, job_of, run_of
from bots.github.payloads import (
    AppPart,
    CheckRunEvent,
    Event,
    Id,
    JobPart,
    Payload,
    Sha,
    Small,
    WorkflowRunEvent,
    read_body,
)

RUN_ACTIONS = frozenset({"requested", "in_progress", "completed"})
JOB_ACTIONS = frozenset({"queued", "in_progress", "completed", "waiting"})


class RunJobPart(JobPart):
    """A job that names its run attempt."""

    run_id: Id
    run_attempt: Small = 1


class WorkflowJobEvent(Event):
    """`workflow_job`."""

    workflow_job: RunJobPart


class CheckSuitePart(Payload):
    """All check runs of one App on one commit."""

    head_sha: Sha
    app: AppPart | None = None


class CheckSuiteEvent(Event):
    """`check_suite`."""

    check_suite: CheckSuitePart


def take_workflow_run(delivery: Delivery, app_id: int | None) -> Taken:
    """A finished attempt is ingested whatever its conclusion: green runs carry passes we need."""
    event = read_body(WorkflowRunEvent, delivery.event, delivery.body)
    if event.action not in RUN_ACTIONS:
        return NOTHING
    run = run_of(event.workflow_run, event.repository)
    head = event.workflow_run.head_repository
    facts = (*seen(event), RunSeen(run=run, head_repo=head.full_name if head else None))
    key = run.key
    if event.action != COMPLETED:
        saying = PublishRun(key.repo_id, run.head_sha)
        return Taken(facts=facts, requests=((QueueName.RUN, saying),))
    request = IngestRun(repo_id=key.repo_id, run_id=key.run_id, attempt=key.attempt)
    return Taken(facts=facts, requests=((QueueName.RUN, request),))


def take_workflow_job(delivery: Delivery, app_id: int | None) -> Taken:
    """A job of a run attempt waits, runs or has ended."""
    event = read_body(WorkflowJobEvent, delivery.event, delivery.body)
    if event.action not in JOB_ACTIONS:
        return NOTHING
    part = event.workflow_job
    key = RunKey(event.repository.id, part.run_id, part.run_attempt)
    return Taken(facts=(*seen(event), JobSeen(key, job_of(part))))


def take_check_run(delivery: Delivery, app_id: int | None) -> Taken:
    """Somebody clicked a button below a check run of ours, or wants it made again."""
    event = read_body(CheckRunEvent, delivery.event, delivery.body)
    app, action, sender = event.check_run.app, event.requested_action, event.sender
    if app is None or app.id != app_id:
        return NOTHING
    if event.action == "rerequested":
        return said_again(event, event.check_run.head_sha)
    if event.action != "requested_action" or action is None:
        return NOTHING
    if sender is None or not sender.login:
        raise BadInput("The check_run payload cannot be read: sender.login is missing.")
    request = ActFromCheck(
        repo_id=event.repository.id,
        check_run_id=event.check_run.id,
        identifier=action.identifier,
        login=sender.login,
        delivery_id=delivery.id,
        installation_id=event.installation.id if event.installation else 0,
    )
    return Taken(facts=seen(event), requests=((QueueName.CLICK, request),))


def take_check_suite(delivery: Delivery, app_id: int | None) -> Taken:
    """Somebody wants all that we said of a commit to be said again."""
    event = read_body(CheckSuiteEvent, delivery.event, delivery.body)
    app = event.check_suite.app
    if event.action != "rerequested" or app is None or app.id != app_id:
        return NOTHING
    return said_again(event, event.check_suite.head_sha)


def said_again(event: Event, head_sha: str | None) -> Taken:
    """Say once more what we think of a commit; a person waits."""
    if head_sha is None:
        return NOTHING
    request = PublishRun(event.repository.id, head_sha)
    facts = (*seen(event), AskedAgain(event.repository.id, head_sha))
    return Taken(facts=facts, requests=((QueueName.CLICK, request),))


def take_merge_group(delivery: Delivery, app_id: int | None) -> Taken:
    """The merge queue wants a candidate checked: its runs tell the rest."""
    event = read_body(Event, delivery.event, delivery.body)
    return Taken(facts=seen(event)) if event.action == "checks_requested" else NOTHING
