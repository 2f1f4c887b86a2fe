"""Note down what a delivery tells of the outside."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from app.core.deliveries import (
    AccessRevoked,
    Fact,
    InstallationSeen,
    PullRequestSeen,
    RepositoryGone,
    RepositorySeen,
    RunSeen,
)
from app.db import people, repositories, runs
from app.db.session import Session


def note(session: Session, facts: Iterable[Fact], *, now: datetime) -> None:
    """Store each fact; late and repeated ones change nothing that is newer."""
    for fact in facts:
        match fact:
            case InstallationSeen():
                repositories.note_installation(session, fact, now=now)
            case RepositorySeen():
                repositories.note_repository(session, fact, now=now)
            case RepositoryGone():
                repositories.note_removal(session, fact.repo_id, now=now)
            case PullRequestSeen():
                repositories.note_pull_request(session, fact.repo_id, fact.pull_request)
            case AccessRevoked():
                people.forget(session, fact.user_id)
            case RunSeen():
                runs.note_run(session, replace(fact.run, head_repo=fact.head_repo))
