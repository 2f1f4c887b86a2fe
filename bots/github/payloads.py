"""GitHub's payloads, as far as we use them: what else is there is ignored, what may lack may lack.

One set of models serves webhooks and REST answers, which write the same nouns.
"""

import json
from typing import Annotated, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.core.errors import BadInput

BIGINT_MAX = 2**63 - 1  # ids are stored as PostgreSQL's bigint
INTEGER_MAX = 2**31 - 1
UNSTORABLE = {0: "\ufffd"} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
"""NUL and lone surrogates: legal in JSON, refused by PostgreSQL's text."""


def storable(value: object) -> object:
    """Text without what PostgreSQL cannot store; anything else as it is."""
    return value.translate(UNSTORABLE) if isinstance(value, str) else value


def or_none_at_all(value: object) -> object:
    """A list, where GitHub now and then writes null for an empty one."""
    return () if value is None else value


def or_empty(value: object) -> object:
    """A text, where GitHub writes null for an empty one."""
    return "" if value is None else value


Text = Annotated[str, BeforeValidator(storable)]
Id = Annotated[int, Field(ge=1, le=BIGINT_MAX)]
Small = Annotated[int, Field(ge=1, le=INTEGER_MAX)]
Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]
FullName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$")]


class Payload(BaseModel):
    """A part of a payload: frozen, tolerant of fields that we do not know."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class AccountPart(Payload):
    """A user or an organisation; an enterprise has no login."""

    login: Text = ""
    type: Text = "User"  # User, Organization or Bot


class InstallationPart(Payload):
    """An installation; only its own events name the account."""

    id: Id
    account: AccountPart | None = None
    suspended_at: AwareDatetime | None = None
    permissions: dict[str, str] | None = None


class RepositoryPart(Payload):
    """A repository; the lists of installation events leave the default branch out."""

    id: Id
    full_name: FullName
    private: bool = False
    archived: bool | None = None
    default_branch: Text = ""


class HeadRepository(Payload):
    """Where a head branch lives."""

    id: Id
    full_name: FullName


class BranchPart(Payload):
    """One end of a pull request; a deleted fork has no repository any more."""

    ref: Text
    sha: Sha
    repo: HeadRepository | None = None


class LabelPart(Payload):
    """A label of a pull request."""

    name: Text = ""


class PullRequestPart(Payload):
    """A pull request."""

    number: Small
    title: Text
    user: AccountPart | None = None  # None for a deleted account
    state: Text
    head: BranchPart
    base: BranchPart
    updated_at: AwareDatetime
    labels: list[LabelPart] = []
    body: Annotated[Text, BeforeValidator(or_empty)] = ""


class RepositoryId(Payload):
    """A repository of which only the id is told."""

    id: Id


class RunBranch(Payload):
    """One end of a run's pull request."""

    sha: Sha
    repo: RepositoryId


class RunPullRequest(Payload):
    """A run's pull request: neither title nor author nor state is told."""

    number: Small
    head: RunBranch
    base: RunBranch


class RunPart(Payload):
    """One attempt of a workflow run."""

    id: Id
    name: Text | None = None
    path: Text = ""
    event: Text
    status: Text
    conclusion: Text | None = None
    head_sha: Sha
    head_branch: Text | None = None
    head_repository: HeadRepository | None = None
    run_attempt: Small = 1
    pull_requests: Annotated[tuple[RunPullRequest, ...], BeforeValidator(or_none_at_all)] = ()
    actor: AccountPart | None = None
    triggering_actor: AccountPart | None = None
    created_at: AwareDatetime
    run_started_at: AwareDatetime | None = None
    updated_at: AwareDatetime
    html_url: Text = ""


class JobPart(Payload):
    """One job of a run attempt."""

    id: Id
    name: Text
    status: Text
    conclusion: Text | None = None
    started_at: AwareDatetime | None = None
    completed_at: AwareDatetime | None = None
    html_url: Text | None = None
    labels: list[Text] = []


class ArtifactPart(Payload):
    """One artifact of a run."""

    id: Id
    name: Text
    size_in_bytes: Annotated[int, Field(ge=0, le=BIGINT_MAX)]
    expired: bool = False
    created_at: AwareDatetime


class AppPart(Payload):
    """The App that made a check run or a comment."""

    id: Id


class CheckRunPart(Payload):
    """A check run."""

    id: Id
    head_sha: Sha | None = None
    external_id: Text | None = None
    app: AppPart | None = None


class AnnotationPart(Payload):
    """One annotation of a check run; GitHub writes null where no title was given."""

    path: Text
    start_line: int
    title: Annotated[Text, BeforeValidator(or_empty)] = ""
    message: Annotated[Text, BeforeValidator(or_empty)] = ""


class RequestedAction(Payload):
    """The button that was clicked."""

    identifier: Text


class Event(Payload):
    """What every event of a repository carries."""

    action: Text = ""
    installation: InstallationPart | None = None
    repository: RepositoryPart
    sender: AccountPart | None = None


class WorkflowRunEvent(Event):
    """`workflow_run`."""

    workflow_run: RunPart


class PullRequestEvent(Event):
    """`pull_request`."""

    pull_request: PullRequestPart


class CheckRunEvent(Event):
    """`check_run`."""

    check_run: CheckRunPart
    requested_action: RequestedAction | None = None


class InstallationEvent(Payload):
    """`installation` and `installation_repositories`, which belong to no one repository."""

    action: Text
    installation: InstallationPart
    repositories: tuple[RepositoryPart, ...] = ()
    repositories_added: tuple[RepositoryPart, ...] = ()
    repositories_removed: tuple[RepositoryPart, ...] = ()


PayloadT = TypeVar("PayloadT", bound=Payload)


def read_body(model: type[PayloadT], event: str, body: bytes) -> PayloadT:
    """A webhook's body as `model`; BadInput naming the field where it cannot be read."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise BadInput(f"The {event} payload is no JSON.") from None
    return read(model, fields, what=f"The {event} payload")


def read(model: type[PayloadT], fields: object, *, what: str) -> PayloadT:
    """Parsed JSON as `model`; BadInput naming `what` and the field where it cannot be read."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise BadInput(f"{what} cannot be read: {complaint(error)}.") from None


def complaint(error: ValidationError) -> str:
    """The first thing that is wrong, with its place; never the value, which may be a secret."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(step) for step in first["loc"]) or "it"
    if first["type"] == "missing":
        return f"{place} is missing"
    return f"{place}: {first['msg'][0].lower()}{first['msg'][1:]}"
