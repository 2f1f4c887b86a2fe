"""Events of places and people: installations, repositories, their files, who we know."""

from collections.abc import Set as AbstractSet
from typing import Annotated

from pydantic import BeforeValidator

from app.core.asking import QueueName, Request
from app.core.deliveries import (
    AccessRevoked,
    AccountRenamed,
    Delivery,
    InstallationSeen,
    Pushed,
    PushSeen,
    RepositoryGone,
    RepositorySeen,
    Taken,
)
from app.core.owners import PLACES
from app.core.policy.reading import PLACE
from app.core.requests import ReadHistory, ReadProposedPolicy
from bots.github.events.common import NOTHING, reading, seen
from bots.github.facts import repository_of
from bots.github.payloads import (
    AccountPart,
    Event,
    Id,
    InstallationEvent,
    InstallationPart,
    Payload,
    RepositoryPart,
    Text,
    or_none_at_all,
    read_body,
)

FILES_READ = frozenset({PLACE, *PLACES})
BRANCH = "refs/heads/"  # how a push names a branch
COMMITS_TOLD = 2_048  # of a push, at most: GitHub leaves the rest out
CHANGED = frozenset({"suspend", "unsuspend", "new_permissions_accepted"})


class SenderPart(Payload):
    """Who did it, by the id that stays."""

    id: Id


class AuthorizationEvent(Payload):
    """`github_app_authorization`."""

    action: Text
    sender: SenderPart


class TargetEvent(Payload):
    """`installation_target`: the account that an installation belongs to."""

    action: Text
    account: AccountPart
    installation: InstallationPart


class PushedCommit(Payload):
    """One commit of a push, with the files that it changed."""

    id: Text = ""
    message: Text = ""
    added: Annotated[tuple[Text, ...], BeforeValidator(or_none_at_all)] = ()
    modified: Annotated[tuple[Text, ...], BeforeValidator(or_none_at_all)] = ()
    removed: Annotated[tuple[Text, ...], BeforeValidator(or_none_at_all)] = ()


class PushEvent(Event):
    """`push`; of very many commits GitHub names only the first 2048."""

    ref: Text
    deleted: bool = False
    forced: bool = False
    created: bool = False
    commits: Annotated[tuple[PushedCommit, ...], BeforeValidator(or_none_at_all)] = ()


def take_installation(delivery: Delivery, app_id: int | None) -> Taken:
    """An account installed, changed or removed the App; only a new one lists repositories."""
    event = read_body(InstallationEvent, delivery.event, delivery.body)
    if event.action == "created":
        return Taken(
            facts=(installed(event), *added(event, event.repositories)),
            requests=begun(event.repositories),
        )
    if event.action in CHANGED:
        return Taken(facts=(installed(event),))
    if event.action != "deleted":
        return NOTHING
    gone = InstallationSeen(
        id=event.installation.id,
        account=account_of(event),
        suspended_at=event.installation.suspended_at,
        deleted_at=delivery.received_at,
        is_news=True,
    )
    return Taken(facts=(gone,))


def take_installation_repositories(delivery: Delivery, app_id: int | None) -> Taken:
    """The App was put on repositories, or taken off."""
    event = read_body(InstallationEvent, delivery.event, delivery.body)
    gone = (RepositoryGone(one.id) for one in event.repositories_removed)
    return Taken(
        facts=(installed(event), *added(event, event.repositories_added), *gone),
        requests=begun(event.repositories_added),
    )


def begun(repositories: tuple[RepositoryPart, ...]) -> tuple[tuple[QueueName, Request], ...]:
    """What a repository begins with: what says how we work, then what ran before we came."""
    files = [reading(one) for one in repositories]
    return (*files, *((QueueName.HISTORY, ReadHistory(one.id)) for one in repositories))


def take_installation_target(delivery: Delivery, app_id: int | None) -> Taken:
    """An account has another name: so have all its repositories that we are on."""
    event = read_body(TargetEvent, delivery.event, delivery.body)
    if event.action != "renamed" or not event.account.login:
        return NOTHING
    return Taken(facts=(AccountRenamed(event.installation.id, event.account.login),))


def take_repository(delivery: Delivery, app_id: int | None) -> Taken:
    """A repository changed its name, owner, visibility or default branch, or was deleted."""
    event = read_body(Event, delivery.event, delivery.body)
    if event.action == "deleted":
        return Taken(facts=(RepositoryGone(event.repository.id),))
    moved = (reading(event.repository),) if event.action == "edited" else ()
    facts = seen(event, is_archived=event.repository.archived)
    return Taken(facts, requests=moved)  # another default branch has files of its own


def take_push(delivery: Delivery, app_id: int | None) -> Taken:
    """A branch moved: what says how we work is read again where it may have changed.

    On another branch than the default one only the policy is, for its pull request; a fork's
    pushes never come here.
    """
    event = read_body(PushEvent, delivery.event, delivery.body)
    if event.deleted or not event.ref.startswith(BRANCH):
        return NOTHING
    branch, repository = event.ref.removeprefix(BRANCH), event.repository
    if branch == repository.default_branch:
        facts = (*seen(event), PushSeen(repository.id, pushed(event)))
        return Taken(facts, requests=(reading(repository),) if touches_files(event) else ())
    if touches(event, {PLACE}):
        proposal = ReadProposedPolicy(repository.id, branch)
        return Taken(facts=seen(event), requests=((QueueName.HISTORY, proposal),))
    return NOTHING


def pushed(event: PushEvent) -> tuple[Pushed, ...]:
    """The commits of a push, as far as it tells them."""
    return tuple(
        Pushed(one.id, one.message, frozenset((*one.added, *one.modified, *one.removed)))
        for one in event.commits
        if one.id
    )


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


def take_authorization(delivery: Delivery, app_id: int | None) -> Taken:
    """Somebody took back that we know them: their sessions and token end."""
    event = read_body(AuthorizationEvent, delivery.event, delivery.body)
    return Taken(facts=(AccessRevoked(event.sender.id),)) if event.action == "revoked" else NOTHING


def installed(event: InstallationEvent) -> InstallationSeen:
    """The installation as its own event tells it."""
    installation = event.installation
    return InstallationSeen(
        id=installation.id,
        account=account_of(event),
        suspended_at=installation.suspended_at,
        is_news=True,
        permissions=installation.permissions,
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
            repository_of(one, installation_id=event.installation.id),
            is_private=one.private,
            is_news=True,
        )
        for one in repositories
    )
