"""Which files a change touches: asked of the code host where it matters, once for each."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from app.core.errors import FlakeGuardError, Unavailable
from app.core.runs import BranchClass, Comparison, Repository, Run
from app.core.scorer.stored import waits_on_default
from app.db import changes, held, scorers
from app.db.changes import Wanted
from app.db.observed import reports
from app.db.session import Engine, Session, unit_of_work
from app.ports import CodeHost

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the host says of one change; None where it would not tell."""

    wanted: Wanted
    comparison: Comparison | None


def missing(engine: Engine, repository: Repository, run: Run) -> list[Wanted]:
    """The changes that an evaluation of this run would like to know, and nobody asked for yet.

    Where something failed; and where nothing did, but a pull request may be a flaky case's fix, or
    a commit of the default branch may mend what the one before it broke.
    """
    with unit_of_work(engine) as session:
        upto = run.ended_at or run.started_at
        found = changes.missing(session, repository.id, upto=upto)
        mending = _of_mending(session, run, upto=upto)
        return list(dict.fromkeys([*found, *_of_fix(session, run), *mending]))


def _of_fix(session: Session, run: Run) -> list[Wanted]:
    number, repo_id = run.pr_number, run.key.repo_id
    if number is None or run.is_red or not held.is_any_watched(session, repo_id):
        return []
    is_known = changes.is_known(session, repo_id, run.head_sha, number)
    return [] if is_known else [Wanted(run.head_sha, number, None)]


def _of_mending(session: Session, run: Run, *, upto: datetime) -> list[Wanted]:
    """A change of the default branch in whose jobs a failure of that branch waits: how near it lies
    tells whether a pass mends a bug or shows a flake."""
    repo_id = run.key.repo_id
    kept = scorers.current(session, repo_id)
    if run.branch_class is not BranchClass.DEFAULT or kept is None:
        return []
    if changes.is_known(session, repo_id, run.head_sha, changes.DEFAULT):
        return []
    every = reports.waiting(session, repo_id, run.key.run_id, upto=upto)
    jobs = {job for one in every if one.run_id == run.key.run_id for job in one.jobs}
    waiting = scorers.waiting(session, kept, sorted(jobs)).values()
    is_waiting = any(waits_on_default(one.memory, jobs) for one in waiting)
    return [changes.on_default(session, run)] if is_waiting else []


def fetch(host: CodeHost, repository: Repository, wanted: list[Wanted]) -> list[Fetched]:
    """Ask the code host, with no transaction open.

    Raises Unavailable where it is worth trying again; a change that it will not tell is unknown.
    """
    return [Fetched(one, _asked(host, repository.full_name, one)) for one in wanted]


def _asked(host: CodeHost, name: str, one: Wanted) -> Comparison | None:
    try:
        if one.pr_number != changes.DEFAULT:
            return Comparison((), host.files_of_pull(name, one.pr_number))
        return host.comparison(name, one.since, one.head_sha) if one.since else None
    except Unavailable:
        raise
    except FlakeGuardError as error:
        log.info("change_not_told", head=one.head_sha, reason=str(error))
        return None


def keep(engine: Engine, repository: Repository, found: list[Fetched], *, now: datetime) -> None:
    """Store what was fetched, so that it is not asked for again."""
    with unit_of_work(engine) as session:
        for one in found:
            told = one.comparison
            changes.write(session, repository.id, one.wanted, told.files if told else None, now=now)
            if told is not None:
                changes.write_commits(session, repository.id, told.commits, now=now)
