"""Where the team that owns a case hears of it, by the repository's policy."""

from uuid import UUID

from app.core.outlets import ADDRESS, mail_place, place_of
from app.core.runs import Repository
from app.db import owners
from app.db.chat import outlets
from app.db.session import Session
from app.services.chat import team_channels
from app.services.policy import policies

MOST_PLACES = 10  # of one case, by policy
MOST_OWNERS = 5  # who are told of one case


def names_places(session: Session, repo_id: int) -> bool:
    """Whether the policy names any place at all."""
    told = policies.policy_of(session, repo_id).team_notifications
    return bool(told.email_groups or told.channels or told.slack_channels)


def team_places(session: Session, repository: Repository, case_id: UUID) -> list[str]:
    """Addresses and channels, in Slack and outside it, that the policy names for a case's owners.

    A channel outside counts only where it was added for the repository's account, one of Slack
    where its workspace is bound to the repository: nobody may make another's channel speak.
    """
    policy = policies.policy_of(session, repository.id)
    told = policy.team_notifications
    if not told.email_groups and not told.channels and not told.slack_channels:
        return []
    in_slack = team_channels.in_force(session, repository.id)
    whose = owners.named(session, repository.id, [case_id]).get(case_id, ())
    found: list[str] = []
    for team in whose[:MOST_OWNERS]:
        if (named := in_slack.get(policy.channel_of(team) or "")) is not None:
            found.append(named[1])
        addresses = tuple(one for one in policy.addresses_of(team) if ADDRESS.fullmatch(one))
        if addresses:
            found.append(mail_place(addresses))
        for name in policy.outlets_of(team):
            known = outlets.outlet(session, name)
            if known is not None and known.is_for(repository.full_name):
                found.append(place_of(name))
    return list(dict.fromkeys(found))[:MOST_PLACES]
