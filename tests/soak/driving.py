"""Lets a history happen on the sandbox's GitHub, and asks what came of it in the end."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from itertools import groupby
from xml.sax.saxutils import quoteattr

from app.clock import utc_now
from app.core.asking import QueueName
from app.core.decide import State
from app.core.history.records import Execution, Observation
from app.core.outcomes import Outcome
from app.core.requests import Recompute
from app.core.scorer.policies import ScorerName, scorer_of
from app.db import standings
from app.db.session import unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.demo.stage import Stage
from app.sandbox.github.entities import Job, Run
from app.sandbox.github.world import GitHubWorld

REPO, FORK = "acme/soak", "mallory/soak"
AUTHOR = "mona"
JOB_LASTS = timedelta(minutes=2)
ENDS_BEFORE_NOW = timedelta(hours=2)

Scores = dict[str, tuple[State, float]]  # by case


def sha_of(code: str) -> str:
    """A commit's name as git would write it."""
    return sha1(code.encode(), usedforsecurity=False).hexdigest()


def moved_to_now(seen: Sequence[Observation]) -> list[Observation]:
    """The same history, ended a while ago: what is long past is let go of, or refused."""
    by = utc_now().replace(microsecond=0) - ENDS_BEFORE_NOW - seen[-1].at
    return [replace(one, at=one.at.astimezone(UTC) + by) for one in seen]


def backtested(seen: Iterable[Observation]) -> Scores:
    """How every case that ever failed stands after the history, by the scorer alone."""
    scorer, at = scorer_of(ScorerName.EVIDENCE), None
    for one in seen:
        scorer, _ = scorer.observe(one)
        at = one.at if one.is_trusted else at
    assert at is not None
    return {one.case: (one.state, one.score) for one in scorer.judged(at)}


def judged_anew(stage: Stage) -> Scores:
    """How the cases stand in the database once a recompute has gone through its history."""
    repo_id = stage.world.github.repository(REPO).id
    with unit_of_work(stage.engine) as session:
        asking = Asking(Recompute(repo_id), QueueName.HISTORY, "soak")
        tasks.ask(session, [asking], now=utc_now())
    stage.settle()
    return held(stage)


def held(stage: Stage) -> Scores:
    """How the cases stand in the database now."""
    repo_id = stage.world.github.repository(REPO).id
    with unit_of_work(stage.engine) as session:
        found = standings.standings(session, repo_id)
    return {one.name: (one.standing.state, one.standing.score) for one in found}


@dataclass
class Soak:
    """Tells the sandbox what happened, job by job."""

    github: GitHubWorld
    runs: dict[int, Run] = field(default_factory=dict)
    pushed: set[str] = field(default_factory=set)
    pulls: dict[int, str] = field(default_factory=dict)  # by number: its head

    def open(self) -> None:
        """Install the App on the repository, and let a fork be there."""
        installation = self.github.add_installation("acme")
        self.github.add_repository(REPO, installation=installation, permissions={AUTHOR: "write"})

    def happen(self, seen: Sequence[Observation]) -> int:
        """Everything in the order in which the attempts ended; how many there were."""
        by_attempt = sorted(seen, key=lambda one: (one.run, one.attempt))
        attempts = [
            list(jobs) for _, jobs in groupby(by_attempt, key=lambda one: (one.run, one.attempt))
        ]
        attempts.sort(key=lambda jobs: (max(one.at for one in jobs), jobs[0].run))
        for jobs in attempts:
            self._attempt(sorted(jobs, key=lambda one: one.at))
        return len(attempts)

    def _attempt(self, jobs: Sequence[Observation]) -> None:
        first, ended = jobs[0], jobs[-1].at
        started = first.at - JOB_LASTS
        run = self.runs.get(first.run)
        if run is None:
            run = self.runs[first.run] = self._started(first, started)
        else:
            self.github.rerun(run, at=started, actor=AUTHOR)
        self.github.finish_attempt(
            run,
            conclusion="failure" if any(map(_is_red, jobs)) else "success",
            at=ended,
            jobs=[
                Job(one.job, "failure" if _is_red(one) else "success", one.at - JOB_LASTS, one.at)
                for one in jobs
            ],
            artifacts=[(f"results-{one.job}", zipped(junit(one)), one.at) for one in jobs],
        )

    def _started(self, seen: Observation, at: datetime) -> Run:
        if seen.pr is None:
            self._push(seen.code, seen.changed or (), at)
            return self.github.start_run(
                REPO,
                seen.run,
                head_sha=sha_of(seen.code),
                branch="main",
                actor=AUTHOR,
                at=at,
                head_repo=REPO,
            )
        head_repo = REPO if seen.is_trusted else FORK
        self._push(seen.base or "the first commit", (), at)
        self._pull(seen, head_repo, at)
        return self.github.start_run(
            REPO,
            seen.run,
            head_sha=sha_of(seen.code),
            branch=f"change-{seen.pr}",
            actor=AUTHOR,
            at=at,
            event="pull_request",
            head_repo=head_repo,
            pr=seen.pr if seen.is_trusted else None,
        )

    def _push(self, code: str, files: Iterable[str], at: datetime) -> None:
        if code not in self.pushed:
            self.pushed.add(code)
            self.github.push(
                REPO, "main", sha_of(code), author=AUTHOR, message=code, at=at, files=files
            )

    def _pull(self, seen: Observation, head_repo: str, at: datetime) -> None:
        assert seen.pr is not None
        if self.pulls.get(seen.pr) == seen.code:
            return
        base = sha_of(seen.base or "the first commit")
        is_first = seen.pr not in self.pulls
        self.pulls[seen.pr] = seen.code
        self.github.fork(self.github.repository(REPO), head_repo)
        self.github.push(
            head_repo,
            f"change-{seen.pr}",
            sha_of(seen.code),
            author=AUTHOR,
            message=seen.code,
            at=at,
            parents=[base],
        )
        files = seen.changed or ()
        if not is_first:
            self.github.synchronize(
                REPO, seen.pr, head_sha=sha_of(seen.code), base_sha=base, files=files, at=at
            )
            return
        self.github.open_pull_request(
            REPO,
            seen.pr,
            title=f"Change {seen.pr}",
            author=AUTHOR,
            branch=f"change-{seen.pr}",
            head_sha=sha_of(seen.code),
            base_sha=base,
            head_repo=head_repo,
            files=files,
            at=at,
        )


def _is_red(seen: Observation) -> bool:
    return any(executions[-1].outcome.is_failing for executions in seen.results.values())


def junit(seen: Observation) -> bytes:
    """The job's report; a case that was run again stands several times, as pytest's reruns do."""
    told = []
    plain = (Execution(Outcome.PASSED, None),)
    for case, file in seen.ran.files.items():
        if case in seen.not_run:
            continue
        where = f" file={quoteattr(file)}" if file else ""
        told += [
            f"<testcase name={quoteattr(case)}{where}>{_inner(one)}</testcase>"
            for one in seen.results.get(case, plain)
        ]
    return f'<testsuites><testsuite name="unit">{"".join(told)}</testsuite></testsuites>'.encode()


def _inner(one: Execution) -> str:
    if one.outcome is Outcome.PASSED:
        return ""
    if one.outcome is Outcome.SKIPPED:
        return "<skipped/>"
    kind = "failure" if one.outcome is Outcome.FAILED else "error"
    return f"<{kind} message={quoteattr(one.message or '')}/>"


def zipped(report: bytes) -> bytes:
    """A report as the artifact's zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("junit.xml", report)
    return buffer.getvalue()
