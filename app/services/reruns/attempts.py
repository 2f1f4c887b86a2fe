"""Re-running a job for one case's sake: one attempt after the other, by the policy's leave."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from app.core.errors import FlakeGuardError, Missing, RateLimited, Unavailable
from app.core.policy.policy import Policy
from app.core.reruns import (
    GITHUB_RERUNS_FOR,
    GUESSED_MINUTES,
    OPEN,
    STALE_AFTER,
    Rerun,
    RerunState,
    is_enough,
)
from app.core.runs import Job, Repository, RunKey, RunNow
from app.core.workflow_file import MOST_CHARACTERS, WhyNotRerun, why_not_rerun
from app.db import proofs, reruns, runs
from app.db.reruns import Place
from app.db.session import Engine, Session, unit_of_work
from app.ports import CodeHost
from app.render.words import reruns as said
from app.services.chat import threads
from app.services.policy.policies import policy_of

DAY = timedelta(days=1)
UNHEARD_AFTER = timedelta(minutes=5)  # that an attempt was asked for, before GitHub is asked of it

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be asked of the code host now."""

    repository: Repository
    wish: Rerun
    run_id: int
    head_sha: str
    policy: Policy


def look(session: Session, repository: Repository, rerun_id: int, *, now: datetime) -> Look | None:
    """Note what has been heard since, and say what is next; None where nothing is, for now."""
    wish = reruns.held(session, repository.id, rerun_id)
    if wish is None or wish.state not in OPEN:
        return None
    wish = _heard(session, repository.id, wish, now=now)
    if wish.under_way is None and wish.attempts and is_enough(wish.why, wish.wanted, wish.attempts):
        note = said.not_run() if any(one.passed is None for one in wish.attempts) else ""
        _end(session, repository.id, wish, RerunState.DONE, wish.note or note, now=now)
        return None
    if wish.under_way is not None and now - wish.under_way.asked_at < UNHEARD_AFTER:
        return None
    policy = policy_of(session, repository.id)
    run_id = wish.run_id or _place(session, repository.id, wish, policy, now=now)
    if run_id is None or _must_wait(session, repository.id, wish, run_id, policy, now=now):
        return None
    run = runs.newest(session, repository.id, run_id)
    if run is None:
        _end(session, repository.id, wish, RerunState.REFUSED, said.too_old(), now=now)
        return None
    return Look(repository, wish, run_id, run.head_sha, policy)


def _heard(session: Session, repo_id: int, wish: Rerun, *, now: datetime) -> Rerun:
    """The wish with the attempt under way ended where its results are in, or never will be."""
    one = wish.under_way
    if one is None:
        return wish
    if runs.is_evaluated(session, RunKey(repo_id, one.run_id, one.attempt)):
        found = proofs.seen(session, repo_id, one.run_id, [wish.case_id], attempt=one.attempt)
        seen = found.get(wish.case_id)
        passed = None if seen is None or not (seen.passed or seen.failed) else not seen.failed
        took = _took(session, RunKey(repo_id, one.run_id, one.attempt), wish.job)
    elif now - one.asked_at < STALE_AFTER:
        return wish
    else:
        passed, took = None, None
        reruns.change(session, repo_id, wish.id, note=said.never_ended())
    reruns.note_ended(session, repo_id, one, passed=passed, took=took, now=now)
    again = reruns.rerun(session, repo_id, wish.id)
    assert again is not None
    return again


def _took(session: Session, key: RunKey, job: str | None) -> timedelta | None:
    for one in runs.jobs(session, key):
        if one.name == job and one.started_at and one.completed_at:
            return max(one.completed_at - one.started_at, timedelta(0))
    return None


def _place(
    session: Session, repo_id: int, wish: Rerun, policy: Policy, *, now: datetime
) -> int | None:
    """The newest run in which the case ran in a job that may be re-run; None: not yet, or never."""
    found = [
        one
        for one in reruns.places(session, repo_id, wish.case_id, now=now)
        if wish.since is None or one.began_at > wish.since
    ]
    if not found:
        _wait(session, repo_id, wish, said.waits_for_run())
        return None
    allowed = [one for one in found if one.job is None or policy.may_rerun(one.job)]
    young = [one for one in allowed if now - one.began_at < GITHUB_RERUNS_FOR]
    if not young:
        because = said.too_old() if allowed else said.WHY_NOT[WhyNotRerun.NOT_NAMED]
        _end(session, repo_id, wish, RerunState.REFUSED, because, now=now)
        return None
    return _take(session, repo_id, wish, young[0])


def _take(session: Session, repo_id: int, wish: Rerun, place: Place) -> int:
    reruns.change(session, repo_id, wish.id, run_id=place.run_id, job=place.job)
    return place.run_id


def _must_wait(
    session: Session, repo_id: int, wish: Rerun, run_id: int, policy: Policy, *, now: datetime
) -> bool:
    """Whether the day's minutes are spent, or another run of the workflow is under way."""
    spent = reruns.minutes_spent(session, repo_id, since=now - DAY)
    if wish.under_way is None and spent + guess(wish) > policy.proof_minutes:
        _wait(session, repo_id, wish, said.waits_for_minutes(policy.proof_minutes))
        return True
    if reruns.is_busy(session, repo_id, run_id, since=now - STALE_AFTER):
        _wait(session, repo_id, wish, said.waits_for_busy())
        return True
    return False


def guess(wish: Rerun) -> float:
    """How many minutes the next attempt may take: as the last one did."""
    return wish.ended[-1].minutes if wish.ended else GUESSED_MINUTES


def ask(engine: Engine, host: CodeHost, wanted: Look, *, now: datetime) -> None:
    """Ask the host for one attempt, if it may be and was not asked for before."""
    repo, wish = wanted.repository, wanted.wish
    stands = host.run_now(repo.full_name, wanted.run_id)
    under_way = wish.under_way
    if under_way is not None and stands.attempt >= under_way.attempt:
        return  # it was heard; its end will be told
    if not stands.is_completed:
        with unit_of_work(engine) as session:
            _wait(session, repo.id, wish, said.waits_for_busy())
        return
    job = _job(host.jobs(repo.full_name, wanted.run_id, stands.attempt), wanted)
    because = WhyNotRerun.NOT_NAMED if job is None else _why_not(host, wanted, stands, job)
    if job is None or because is not None:
        assert because is not None
        with unit_of_work(engine) as session:
            _end(session, repo.id, wish, RerunState.REFUSED, said.WHY_NOT[because], now=now)
        return
    _ask(engine, host, wanted, job, stands.attempt + 1, now=now)


def _job(jobs: Sequence[Job], wanted: Look) -> Job | None:
    """The job to run again: the one in which the case ran, else the only one that may be."""
    if wanted.wish.job is not None:
        return next((one for one in jobs if one.name == wanted.wish.job), None)
    allowed = [one for one in jobs if wanted.policy.may_rerun(one.name)]
    return allowed[0] if len(allowed) == 1 else None


def _why_not(host: CodeHost, wanted: Look, stands: RunNow, job: Job) -> WhyNotRerun | None:
    if not wanted.policy.may_rerun(job.name):
        return WhyNotRerun.NOT_NAMED
    try:
        file = host.file_at(
            wanted.repository.full_name, stands.path, wanted.head_sha, limit=4 * MOST_CHARACTERS
        )
    except FlakeGuardError as error:
        if isinstance(error, Unavailable) and not error.permanent:
            raise
        return WhyNotRerun.UNREADABLE
    if file is None:
        return WhyNotRerun.UNREADABLE
    return why_not_rerun(file.contents.decode("utf-8", "replace"), job.name)


def _ask(
    engine: Engine, host: CodeHost, wanted: Look, job: Job, attempt: int, *, now: datetime
) -> None:
    """Write the attempt down, then ask for it; what is refused never was."""
    repo, wish = wanted.repository, wanted.wish
    with unit_of_work(engine) as session:
        reruns.ask_attempt(
            session, repo.id, wish.id, wanted.run_id, attempt, minutes=guess(wish), now=now
        )
        reruns.change(session, repo.id, wish.id, state=RerunState.RUNNING, job=job.name, note="")
    try:
        host.rerun_job(repo.full_name, job.id)
    except RateLimited:
        raise
    except (Unavailable, Missing) as error:
        if isinstance(error, Unavailable) and not error.permanent:
            raise  # it may have been obeyed; the next look finds out
        with unit_of_work(engine) as session:
            reruns.forget_attempt(session, repo.id, wanted.run_id, attempt)
            refusal = said.refused(str(error))
            _end(session, repo.id, wish, RerunState.REFUSED, refusal, now=now)
        return
    log.info("job_rerun", repo=repo.id, run=wanted.run_id, attempt=attempt, job=job.name)


def _wait(session: Session, repo_id: int, wish: Rerun, note: str) -> None:
    state = RerunState.RUNNING if wish.under_way else RerunState.QUEUED
    reruns.change(session, repo_id, wish.id, state=state, note=note)


def _end(
    session: Session, repo_id: int, wish: Rerun, state: RerunState, note: str, *, now: datetime
) -> None:
    """Write down how it ended, and say so in the case's threads."""
    reruns.change(session, repo_id, wish.id, state=state, note=note, ended_at=now)
    says = partial(said.said_of, replace(wish, state=state, note=note))
    threads.queue_replies(
        session, repo_id, wish.case_id, once=f"rerun:{wish.id}", says=says, at=now
    )
    log.info("rerun_ended", repo=repo_id, rerun=wish.id, state=state.value, note=note)
