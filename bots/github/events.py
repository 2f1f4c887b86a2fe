"""What each GitHub event comes to: one small function per event, joined in one table."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from app.core.deliveries import (
    AccessRevoked,
    Delivery,
    Fact,
    InstallationSeen,
    PullRequestSeen,
    RepositoryGone,
    RepositorySeen,
    RunSeen,
    Taken,
)
from app.core.errors import BadInput
from app.core.owners import PLACES
from app.core.policy.reading import PLACE
from app.core.requests import (
    ActFromCheck,
    IngestRun,
    QueueName,
    ReadProposedPolicy,
    ReadRepositoryFiles,
)
from bots.github.facts import COMPLETED, pull_request_of, repository_of, run_of
from bots.github.payloads import (
    CheckRunEvent,
    Event,
    Id,
    InstallationEvent,
    Payload,
    PullRequestEvent,
    PushEvent,
    RepositoryPart,
    Text,
    WorkflowRunEvent,
    read_body,
)

RUN_ACTIONS = frozenset({"requested", "in_progress", "completed"})
PULL_REQUEST_ACTIONS = frozenset({"opened", "synchronize", "reopened", "edited", "closed"})
NOTHING = Taken()
FILES_READ = frozenset({PLACE, *PLACES})
BRANCH = "refs/heads/"  # how a push names a branch
COMMITS_TOLD = 2_048  # of a push, at most: GitHub leaves the rest out


class SenderPart(Payload):
    """Who did it, by the id that stays."""

    id: Id


class AuthorizationEvent(Payload):
    """`github_app_authorization`."""

    action: Text
    sender: SenderPart


def taken(delivery: Delivery, *, app_id: int | None) -> Taken:
    """The facts that a delivery tells and the work that follows; empty when of no interest.

    Facts come in the order in which they can be noted: installation, repository, then what is
    theirs. `app_id` is our own App's: a click on another App's check run is none of our business.
    Raises BadInput naming the field where the payload cannot be read.
    """
    take = EVENTS.get(delivery.event)
    return take(delivery, app_id) if take else NOTHING


def take_workflow_run(delivery: Delivery, app_id: int | None) -> Taken:
    """A finished attempt is ingested whatever its conclusion: green runs carry passes we need."""
    event = read_body(WorkflowRunEvent, delivery.event, delivery.body)
    if event.action not in RUN_ACTIONS:
        return NOTHING
    run = run_of(event.workflow_run, event.repository)
    head = event.workflow_run.head_repository
    facts = (*seen(event), RunSeen(run=run, head_repo=head.full_name if head else None))
    if event.action != COMPLETED:
        return Taken(facts=facts)
    key = run.key
    request = IngestRun(repo_id=key.repo_id, run_id=key.run_id, attempt=key.attempt)
    return Taken(facts=facts, requests=((QueueName.RUN, request),))


def take_pull_request(delivery: Delivery, app_id: int | None) -> Taken:
    """A pull request came, moved or went."""
    event = read_body(PullRequestEvent, delivery.event, delivery.body)
    if event.action not in PULL_REQUEST_ACTIONS:
        return NOTHING
    pull_request = pull_request_of(event.pull_request)
    return Taken(facts=(*seen(event), PullRequestSeen(event.repository.id, pull_request)))


def take_check_run(delivery: Delivery, app_id: int | None) -> Taken:
    """Somebody clicked a button below a check run of ours."""
    event = read_body(CheckRunEvent, delivery.event, delivery.body)
    app, action, sender = event.check_run.app, event.requested_action, event.sender
    is_ours = app is not None and app.id == app_id
    if event.action != "requested_action" or not is_ours or action is None:
        return NOTHING
    if sender is None or not sender.login:
        raise BadInput("The check_run payload cannot be read: sender.login is missing.")
    request = ActFromCheck(
        repo_id=event.repository.id,
        check_run_id=event.check_run.id,
        identifier=action.identifier,
        login=sender.login,
        delivery_id=delivery.id,
    )
    return Taken(facts=seen(event), requests=((QueueName.CLICK, request),))


def take_push(delivery: Delivery, app_id: int | None) -> Taken:
    """A branch moved: what says how we work is read again where it may have changed.

    On another branch than the default one only the policy is, for its pull request; a fork's
    pushes never come here.
    """
    event = read_body(PushEvent, delivery.event, delivery.body)
    if event.deleted or not event.ref.startswith(BRANCH):
        return NOTHING
    branch, repository = event.ref.removeprefix(BRANCH), event.repository
    if branch == repository.default_branch and touches_files(event):
        return Taken(facts=seen(event), requests=(reading(repository),))
    if branch != repository.default_branch and touches(event, {PLACE}):
        proposal = ReadProposedPolicy(repository.id, branch)
        return Taken(facts=seen(event), requests=((QueueName.HISTORY, proposal),))
    return NOTHING


def touches_files(event: PushEvent) -> bool:
    """Whether a push changes a file that we read, as far as it tells what it changes."""
    if event.forced or event.created or len(event.commits) >= COMMITS_TOLD:
        return True
    return touches(event, FILES_READ)


def touches(event: PushEvent, paths: AbstractSet[str]) -> bool:
    """Whether one of the commits that a push tells changes one of these files."""
    return any(
        not paths.isdisjoint((*one.added, *one.modified, *one.removed)) for one in event.commits
    )


def reading(repository: RepositoryPart) -> tuple[QueueName, ReadRepositoryFiles]:
    """The request to read what says how we work; nobody waits for it."""
    return (QueueName.HISTORY, ReadRepositoryFiles(repository.id))


def take_installation(delivery: Delivery, app_id: int | None) -> Taken:
    """An account installed, suspended or removed the App; only a new one lists repositories."""
    event = read_body(InstallationEvent, delivery.event, delivery.body)
    match event.action:
        case "created":
            return Taken(
                facts=(installed(event), *added(event, event.repositories)),
                requests=tuple(reading(one) for one in event.repositories),
            )
        case "suspend" | "unsuspend":
            return Taken(facts=(installed(event),))
        case "deleted":
            gone = InstallationSeen(
                id=event.installation.id,
                account=account_of(event),
                suspended_at=event.installation.suspended_at,
                deleted_at=delivery.received_at,
            )
            return Taken(facts=(gone,))
        case _:
            return NOTHING


def take_installation_repositories(delivery: Delivery, app_id: int | None) -> Taken:
    """The App was put on repositories, or taken off."""
    event = read_body(InstallationEvent, delivery.event, delivery.body)
    gone = (RepositoryGone(one.id) for one in event.repositories_removed)
    return Taken(
        facts=(installed(event), *added(event, event.repositories_added), *gone),
        requests=tuple(reading(one) for one in event.repositories_added),
    )


def take_repository(delivery: Delivery, app_id: int | None) -> Taken:
    """A repository changed its name, owner, visibility or default branch, or was deleted."""
    event = read_body(Event, delivery.event, delivery.body)
    if event.action == "deleted":
        return Taken(facts=(RepositoryGone(event.repository.id),))
    moved = (reading(event.repository),) if event.action == "edited" else ()
    return Taken(facts=seen(event), requests=moved)  # another default branch has files of its own


def take_authorization(delivery: Delivery, app_id: int | None) -> Taken:
    """Somebody took back that we know them: their sessions and token end."""
    event = read_body(AuthorizationEvent, delivery.event, delivery.body)
    return Taken(facts=(AccessRevoked(event.sender.id),)) if event.action == "revoked" else NOTHING


EVENTS: dict[str, Callable[[Delivery, int | None], Taken]] = {
    "check_run": take_check_run,
    "github_app_authorization": take_authorization,
    "installation": take_installation,
    "installation_repositories": take_installation_repositories,
    "pull_request": take_pull_request,
    "push": take_push,
    "repository": take_repository,
    "workflow_run": take_workflow_run,
}

KNOWN_EVENTS = frozenset(EVENTS)
"""The events that are stored; every other is answered and forgotten."""


def seen(event: Event) -> tuple[Fact, ...]:
    """The installation and the repository that an event of a repository names."""
    owner = event.repository.full_name.partition("/")[0]
    installation = event.installation
    repository = RepositorySeen(
        repository_of(event.repository, installation_id=installation.id if installation else None),
        is_private=event.repository.private,
    )
    if installation is None:
        return (repository,)
    return (InstallationSeen(id=installation.id, account=owner), repository)


def installed(event: InstallationEvent) -> InstallationSeen:
    """The installation as its own event tells it."""
    installation = event.installation
    return InstallationSeen(
        id=installation.id, account=account_of(event), suspended_at=installation.suspended_at
    )


def account_of(event: InstallationEvent) -> str:
    """The login of the account that installed the App; "" for an enterprise, which has none."""
    return event.installation.account.login if event.installation.account else ""


def added(
    event: InstallationEvent, repositories: tuple[RepositoryPart, ...]
) -> tuple[RepositorySeen, ...]:
    """The repositories that the App was put on."""
    return tuple(
        RepositorySeen(
            repository_of(one, installation_id=event.installation.id), is_private=one.private
        )
        for one in repositories
    )
