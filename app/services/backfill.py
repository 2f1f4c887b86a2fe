"""Read back, silently, what ran before we came: history and scores, nothing is published.

Newest runs first, a few in each turn, so that whoever waits for something else waits briefly, and
each attempt is marked as it is done, so that a turn that was cut short goes on where it ended.
The reports are left to a recompute, which works them in by the runs' own times.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from app.clock import Clock
from app.core.backfill import Backfill
from app.core.decide import State
from app.core.reports import Limits
from app.core.requests import IngestRun
from app.core.runs import FoundRun, PullRequest, Repository, Run, RunKey
from app.db import attempts, repositories, runs, scorers
from app.db.session import Engine, Session, unit_of_work
from app.db.work import backfills, tasks
from app.ports import CodeHost
from app.render.words import history as words_history
from app.services.acts import counting
from app.services.ingest import runs as ingest
from app.services.ingest.variants import looked_up
from app.services.policy import policies

RUNS_A_TURN = 5  # with their downloads some seconds; a pull request waits no longer
LISTED = 100  # runs in one list, the most that GitHub gives
A_SECOND = timedelta(seconds=1)  # what the host's search can tell apart


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading back needs of the world."""

    engine: Engine
    host: CodeHost
    repository: Repository
    clock: Clock
    limits: Limits
    scratch: Path | None


def begin(session: Session, repository: Repository, *, days: int, now: datetime) -> Backfill | None:
    """The backfill under way, or a new one of so many days; None where there is nothing to do."""
    if days == 0:
        return None
    backfills.begin(session, repository.id, since=now - timedelta(days=days), now=now)
    found = backfills.backfill(session, repository.id)
    return found if found is not None and found.done_at is None else None


def read_some(reading: Reading, under_way: Backfill) -> bool:
    """Read the next few runs; True once there are no more."""
    found = reading.host.finished_runs(
        reading.repository, since=under_way.floor, until=under_way.upto, most=LISTED
    )
    read = 0
    for one in found:
        if read == RUNS_A_TURN:
            return False
        read += _read_run(reading, under_way, one)
    if len(found) < LISTED:
        return True
    if found[-1].created_at >= under_way.upto:  # so many in one second
        _move(reading, under_way.upto - A_SECOND)
    return False


def _read_run(reading: Reading, under_way: Backfill, found: FoundRun) -> bool:
    """Store every attempt of a run that nobody else does; whether there was something to do."""
    newest = found.run
    stored = [
        _read_attempt(reading, newest, number)
        for number in range(1, newest.key.attempt + 1)
        if _is_ours(reading, under_way, newest, replace(newest.key, attempt=number))
    ]
    _move(reading, found.created_at, runs_read=1 if stored else 0, reports=sum(stored))
    return bool(stored)


def _is_ours(reading: Reading, under_way: Backfill, newest: Run, key: RunKey) -> bool:
    """Whether an attempt is neither stored nor told by a delivery, now or soon."""
    if newest.ended_at is not None and newest.ended_at > under_way.asked_at:
        return False
    asked = IngestRun(key.repo_id, key.run_id, key.attempt)
    with unit_of_work(reading.engine) as session:
        return not (attempts.is_ingested(session, key) or tasks.was_asked(session, asked))


def _read_attempt(reading: Reading, newest: Run, number: int) -> int:
    """Store one attempt with its reports; how many there were."""
    host, repository, engine = reading.host, reading.repository, reading.engine
    run = newest
    if number != newest.key.attempt:
        run = host.run_attempt(repository, newest.key.run_id, number)
    with unit_of_work(engine) as session:
        runs.note_run(session, run)
        policy = policies.policy_of(session, repository.id)
    attempt = ingest.fetch_attempt(host, repository, run)
    if attempt.pull_request is not None:
        run = _bound(reading, run, attempt.pull_request)
    stored = sum(
        ingest.ingest_artifact(
            engine,
            host,
            repository,
            run,
            bound,
            now=reading.clock(),
            limits=reading.limits,
            limit=policy.artifact_max_bytes,
            scratch=reading.scratch,
        )
        for bound in looked_up(engine, run, attempt.artifacts)
        if policy.reads_artifact(bound.artifact.name)
    )
    now = reading.clock()
    with unit_of_work(engine) as session:
        runs.note_jobs(session, run.key, attempt.jobs)
        counting.count_past(session, run)
        backfills.leave_to_recompute(session, run.key, now=now)
    return stored


def _bound(reading: Reading, run: Run, found: PullRequest) -> Run:
    """The run with the pull request that it belongs to."""
    with unit_of_work(reading.engine) as session:
        repositories.note_pull_request(session, run.key.repo_id, found)
        runs.note_pull_request_of(session, run.key, pr_number=found.number, base_sha=found.base_sha)
        bound = runs.run(session, run.key)
    assert bound is not None
    return bound


def _move(reading: Reading, upto: datetime, *, runs_read: int = 0, reports: int = 0) -> None:
    with unit_of_work(reading.engine) as session:
        backfills.move(session, reading.repository.id, upto=upto, runs=runs_read, reports=reports)


def finish(session: Session, repository: Repository, *, now: datetime) -> bool:
    """All is read; whether the scorer is to be computed anew, from the beginning."""
    backfills.mark_done(session, repository.id, now=now)
    done = backfills.backfill(session, repository.id)
    if done is None or not (done.is_stale or done.told_at is None):
        return False
    building = scorers.building(session, repository.id)
    if building is not None:
        scorers.drop(session, building)  # it may be past what was read meanwhile
    if done.reports:
        repositories.note_first_report(session, repository.id, now=now)
    return True


def is_untold(session: Session, repo_id: int) -> bool:
    """Whether a backfill is done, and nobody has been told what it found."""
    found = backfills.backfill(session, repo_id)
    return found is not None and found.done_at is not None and found.told_at is None


def summary(session: Session, repo_id: int) -> str | None:
    """How far it is, or what it found; None where nothing was to be read."""
    found = backfills.backfill(session, repo_id)
    if found is None:
        return None
    if found.done_at is None:
        return words_history.being_read(found)
    states = backfills.states(session, repo_id)
    return words_history.was_read(
        found, flaky=states.get(State.FLAKY, 0), broken=states.get(State.BROKEN, 0)
    )
