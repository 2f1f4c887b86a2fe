"""How far the runs of a head commit are: what has been judged, and what is waited for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.asking import QueueName
from app.core.requests import PublishRun
from app.core.runs import BranchClass, Repository, Run
from app.db import expected, publications
from app.db import runs as run_rows
from app.db.session import Engine, Session, unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking

GRACE = timedelta(hours=6)  # that a run is waited for. Source: GitHub ends a hosted job after 6 h


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest attempts of a commit's runs, sorted by how far they are."""

    head_sha: str
    judged: tuple[Run, ...]  # the newest judged attempt of each
    waiting: tuple[Run, ...]  # of workflows that report, not judged yet
    overdue: tuple[Run, ...]  # waited for too long
    reporting: frozenset[str]  # workflows that bring reports

    @property
    def runs(self) -> tuple[Run, ...]:
        """Every run that counts."""
        return (*self.judged, *self.waiting, *self.overdue)

    @property
    def is_reporting(self) -> bool:
        """Whether a workflow that brings reports runs on this commit."""
        return any(run.workflow in self.reporting for run in self.runs)

    @property
    def is_started(self) -> bool:
        """Whether anything has begun."""
        return bool(self.judged) or any(run.status != "queued" for run in self.waiting)

    @property
    def is_before_final_word(self) -> bool:
        """Whether this is a merge queue's candidate that is not through."""
        in_queue = any(run.branch_class is BranchClass.MERGE_QUEUE for run in self.runs)
        return in_queue and bool(self.waiting)


def end_late(engine: Engine, *, now: datetime) -> None:
    """Ask for every check run to be said anew that has waited for longer than the grace time."""
    with unit_of_work(engine) as session:
        late = publications.left_waiting(session, before=now - GRACE)
        wanted = [
            Asking(PublishRun(repo_id, head_sha), QueueName.RUN, f"late-{head_sha[:12]}")
            for repo_id, head_sha in late
        ]
        tasks.ask(session, wanted, now=now)


def standing(
    session: Session,
    repository: Repository,
    head_sha: str,
    *,
    since: datetime | None,
    now: datetime,
) -> Standing:
    """How far a commit's runs are; `since` is when we began to wait, None before that.

    It waits only for runs that exist, of workflows that have brought reports, and not for ever.
    """
    judged = run_rows.newest_attempts(session, repository.id, head_sha)
    pending = run_rows.unjudged(session, repository.id, head_sha)
    reporting = expected.reporting(session, repository.id, (*judged, *pending))
    awaited = tuple(run for run in pending if run.workflow in reporting)
    is_late = since is not None and now - since >= GRACE
    return Standing(
        head_sha=head_sha,
        judged=tuple(judged),
        waiting=() if is_late else awaited,
        overdue=awaited if is_late else (),
        reporting=reporting,
    )
