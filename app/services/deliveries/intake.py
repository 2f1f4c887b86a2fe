"""Note down what a delivery tells of the outside."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from app.core.deliveries import (
    AccessRevoked,
    AccountRenamed,
    AskedAgain,
    Fact,
    InstallationSeen,
    JobSeen,
    PullRequestSeen,
    PushSeen,
    RepositoryGone,
    RepositorySeen,
    RunSeen,
    WorkspaceLeft,
)
from app.db import attempts, publications, repositories, runs
from app.db.access import people
from app.db.chat import links, workspaces
from app.db.session import Session
from app.db.work import tasks
from app.services.publishing.publish import CHECK
from app.services.quarantine import claims


def note(session: Session, facts: Iterable[Fact], *, now: datetime, is_late: bool = False) -> None:
    """Store each fact; late and repeated ones change nothing that is newer.

    A run that is told of `is_late` is history.
    """
    for fact in facts:
        if isinstance(fact, RunSeen):
            seen = replace(fact.run, head_repo=fact.head_repo, is_history=is_late)
            runs.note_run(session, seen, told_at=now)
        elif not _note_place(session, fact, now=now):
            _note_event(session, fact, now=now)


def _note_place(session: Session, fact: Fact, *, now: datetime) -> bool:
    """Store what is told of an account, a workspace or a repository; False for the rest."""
    match fact:
        case InstallationSeen():
            repositories.note_installation(session, fact, now=now)
            if fact.is_news and fact.suspended_at is None:  # it may let us do more now
                tasks.unpark_ungranted(session, fact.id, now=now)
        case RepositorySeen():
            repositories.note_repository(session, fact, now=now)
        case RepositoryGone():
            repositories.note_removal(session, fact.repo_id, now=now)
        case AccountRenamed():
            repositories.rename_account(session, fact, now=now)
        case WorkspaceLeft():
            workspaces.note_removal(session, fact.team_id, at=fact.at)
        case _:
            return False
    return True


def _note_event(session: Session, fact: Fact, *, now: datetime) -> None:
    match fact:
        case PullRequestSeen():
            repositories.note_pull_request(session, fact.repo_id, fact.pull_request)
        case JobSeen():
            attempts.note_job(session, fact.run, fact.job)
        case AskedAgain():
            publications.forget_said(session, fact.repo_id, CHECK, fact.head_sha)
        case AccessRevoked():
            people.forget(session, fact.user_id)
            links.unlink_person(session, fact.user_id)
        case PushSeen():
            claims.note_push(session, fact, now=now)
        case _:
            raise AssertionError(f"{fact} is a fact that nobody notes")
