"""Which channels hear of what: by kind, by whose the cases are, and by where they live."""

from collections.abc import Collection, Sequence
from uuid import UUID

from app.core.chat_commands import Kind
from app.core.decide import State
from app.core.globs import glob
from app.core.outlets import MAIL_PREFIX, PREFIX
from app.core.runs import Repository
from app.db import cases
from app.db.chat import places, threads
from app.db.chat.places import Subscription
from app.db.session import Session
from app.services.chat import team_channels, team_places
from app.services.policy.holding import owners_of

BY_POLICY = (PREFIX, MAIL_PREFIX)  # how the places outside Slack begin that a policy names
STATES = {
    State.FLAKY: Kind.FLAKY,
    State.BROKEN: Kind.BROKEN,
    State.SUSPECT: Kind.FIXED,
    State.HEALTHY: Kind.FIXED,
}
"""What a change to a state is, to those who hear of some kinds alone."""


def channels(session: Session, repo_id: int, kind: Kind) -> list[str]:
    """The channels that hear of this kind, whatever the case, in a fixed order."""
    heard = places.hearing(session, repo_id)
    return sorted({one.channel for one in heard if wants(one, kind)})


def channels_of_case(session: Session, repo_id: int, case_id: UUID, kind: Kind) -> list[str]:
    """The channels that hear of this kind of this case, in a fixed order."""
    heard = [one for one in places.hearing(session, repo_id) if wants(one, kind)]
    return _of_some(session, repo_id, case_id, heard)


def _of_some(
    session: Session, repo_id: int, case_id: UUID, heard: Sequence[Subscription]
) -> list[str]:
    """Of these channels, those that want to hear of a case, in a fixed order."""
    if all(one.owner is None and one.path is None for one in heard):
        return sorted({one.channel for one in heard})
    owners = {one.name.lower() for one in owners_of(session, repo_id, case_id) if one.name}
    known = cases.cases(session, repo_id, [case_id]).get(case_id)
    file = known.file if known else None
    return sorted({one.channel for one in heard if is_about(one, owners=owners, file=file)})


def audience(session: Session, repo_id: int) -> frozenset[str]:
    """Every channel of Slack, or added outside it, that hears of a repository in some way."""
    return frozenset(
        {*threads.channels(session, repo_id), *team_channels.channels(session, repo_id)}
    )


def is_in(place: str, heard: Collection[str]) -> bool:
    """Whether a place is among these, or one outside Slack that a policy names."""
    return place in heard or place.startswith(BY_POLICY)


def places_of_cases(
    session: Session, repository: Repository, case_ids: Sequence[UUID], kind: Kind
) -> dict[str, list[UUID]]:
    """By place, those of these cases of which it hears this kind, in their order.

    The places are channels that hear of the repository, and those that the policy names for the
    cases' owners.
    """
    heard = [one for one in places.hearing(session, repository.id) if wants(one, kind)]
    of_all = {one.channel for one in heard if one.owner is None and one.path is None}
    of_some = [one for one in heard if one.channel not in of_all]
    found = {channel: list(case_ids) for channel in sorted(of_all)} if case_ids else {}
    asks_policy = team_places.names_places(session, repository.id)
    for case_id in case_ids if of_some or asks_policy else ():
        told = _of_some(session, repository.id, case_id, of_some)
        if asks_policy:
            told += team_places.team_places(session, repository, case_id)
        for place in dict.fromkeys(told):
            if place not in of_all:
                found.setdefault(place, []).append(case_id)
    return found


def wants(heard: Subscription, kind: Kind) -> bool:
    """Whether a channel hears of this kind; one that named none hears of all."""
    return not heard.kinds or kind.value in heard.kinds


def is_about(heard: Subscription, *, owners: Collection[str], file: str | None) -> bool:
    """Whether a case is one that a channel wants to hear of; one that names nothing wants all.

    `owners` are in small letters.
    """
    if heard.owner is not None and heard.owner.lower() not in owners:
        return False
    return heard.path is None or (file is not None and glob(heard.path).fits_path(file))
