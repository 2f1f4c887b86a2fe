"""A repository judged live: made-up reports ingested and evaluated as the worker does it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha1
from io import BytesIO
from random import Random

from app.core.deliveries import RepositorySeen
from app.core.reports import Limits
from app.core.runs import BranchClass, Repository, Run, RunKey
from app.db import repositories, runs
from app.db.session import Engine, unit_of_work
from app.services.ingest.origins import Origin
from app.services.ingest.runs import ingest_report
from app.services.judging.evaluate import Evaluated, evaluate

REPO = 8002
FOLDERS, CASES = 6, 5  # of each folder
LABELS = {"case2-3": {"tag": "slow"}, "case4-0": {"priority": "high"}}
RATES = {"case0-1": 0.12, "case2-3": 0.3, "case4-0": 0.06}  # of the flaky ones, an execution


@dataclass(frozen=True, slots=True)
class Attempt:
    """One job of one attempt, to be reported: by case, whether its executions passed in turn."""

    run: int
    attempt: int
    at: datetime
    sha: str
    pr: int | None
    base: str | None
    job: str
    results: Mapping[str, tuple[bool | None, ...]]  # None: skipped
    is_trusted: bool = True
    branch: str | None = None  # main, or the pull request's, unless given


@dataclass(slots=True)
class Live:
    """Stores and judges attempts, one after the other."""

    engine: Engine
    now: datetime
    repo: int = REPO

    def open(self) -> None:
        """Make the repository known."""
        seen = RepositorySeen(self.repository, is_private=False)
        with unit_of_work(self.engine) as session:
            repositories.note_repository(session, seen, now=self.now)

    @property
    def repository(self) -> Repository:
        name = "acme/live" if self.repo == REPO else f"acme/live{self.repo}"
        return Repository(self.repo, name, "main", None)

    def store(self, one: Attempt) -> Run:
        """Store one job's report, as ingest does."""
        run = _run(one, self.repo)
        with unit_of_work(self.engine) as session:
            runs.note_run(session, run)
        known = ingest_report(
            self.engine,
            Origin(run=run, variant=one.job, job=None),
            "report.xml",
            BytesIO(junit(one.results)),
            now=self.now,
            limits=Limits(),
        )
        assert known.is_read
        with unit_of_work(self.engine) as session:
            runs.mark_ingested(session, run.key, now=self.now)
        return run

    def judge(self, run: Run) -> Evaluated:
        """Evaluate one run attempt."""
        with unit_of_work(self.engine) as session:
            return evaluate(session, self.repository, run, now=self.now, request_id="test")

    def see(self, attempts: Iterable[Attempt]) -> None:
        """Store and judge each in turn."""
        for one in attempts:
            self.judge(self.store(one))


def _class(one: Attempt) -> BranchClass:
    if one.pr is not None:
        return BranchClass.PULL_REQUEST
    return BranchClass.DEFAULT if one.branch in {None, "main"} else BranchClass.OTHER


def _run(one: Attempt, repo: int) -> Run:
    return Run(
        key=RunKey(repo, one.run, one.attempt),
        workflow="tests",
        event="push" if one.pr is None else "pull_request",
        status="completed",
        conclusion="success",
        head_sha=one.sha,
        base_sha=one.base,
        branch=one.branch or ("main" if one.pr is None else f"change-{one.pr}"),
        branch_class=_class(one),
        pr_number=one.pr,
        is_trusted=one.is_trusted,
        actor="mona",
        started_at=one.at,
        ended_at=one.at,
        url="https://github.example/acme/live/actions/runs/1",
        head_repo="acme/live",
    )


def junit(results: Mapping[str, tuple[bool | None, ...]]) -> bytes:
    """A report in which a case that was run again stands several times, as pytest reruns do."""
    told = []
    for case, executions in results.items():
        folder = case.split("-", maxsplit=1)[0].removeprefix("case")
        start = f'<testcase classname="Cart" name="{case}" file="part{folder}/{case}_test.py"'
        labels = "".join(
            f'<property name="{name}" value="{value}"/>'
            for name, value in LABELS.get(case, {}).items()
        )
        for passed in executions:
            inner = {True: "", None: "<skipped/>", False: '<failure message="3 != 4"/>'}[passed]
            inner += f"<properties>{labels}</properties>" if labels else ""
            told.append(f'{start} time="0.1">{inner}</testcase>')
    return f'<testsuites><testsuite name="unit">{"".join(told)}</testsuite></testsuites>'.encode()


def made_up(seed: int, *, start: datetime, commits: int) -> list[Attempt]:
    """Commits of main and pushes of pull requests in two jobs: flakes, re-runs, breaks, an outage.

    Now and then a case is skipped, a new one comes, and a fork's pull request fails.
    """
    chance = Random(seed)
    story = _Story(chance, start)
    for number in range(commits):
        story.commit(number)
        if chance.random() < 0.5:
            story.pull(number)
    return sorted(story.attempts, key=lambda one: (one.at, one.run, one.attempt, one.job))


class _Story:
    def __init__(self, chance: Random, start: datetime) -> None:
        self.chance, self.at = chance, start
        self.attempts: list[Attempt] = []
        self.cases = [f"case{folder}-{n}" for folder in range(FOLDERS) for n in range(CASES)]
        self.runs = 0
        self.head = _sha("main0")

    def commit(self, number: int) -> None:
        self.at += timedelta(hours=self.chance.uniform(2, 9))
        self.head = _sha(f"main{number}")
        broken = {"case1-1"} if 10 <= number % 40 < 13 else set()
        if number % 25 == 20:
            broken |= set(self.chance.sample(self.cases, 9))
        if number % 12 == 5:
            self.cases.append(f"case5-new{number}")
        self._run(self.head, None, None, broken)

    def pull(self, number: int) -> None:
        for push in range(self.chance.choice([1, 1, 2])):
            self.at += timedelta(minutes=self.chance.uniform(5, 90))
            bug = set(self.chance.sample(self.cases, self.chance.choice([0, 0, 0, 1, 3])))
            sha = _sha(f"pull{number}push{push}")
            self._run(sha, number + 1, self.head, bug, is_trusted=number % 9 != 4)

    def _run(
        self, sha: str, pr: int | None, base: str | None, broken: set[str], is_trusted: bool = True
    ) -> None:
        self.runs += 1
        for attempt in range(1, 4):
            red = False
            for place, job in enumerate(("linux", "mac")):
                results = {case: self._executions(case, broken) for case in self.cases}
                red |= any(executions[-1] is False for executions in results.values())
                at = self.at + timedelta(minutes=3 + 20 * (attempt - 1), seconds=place)
                self.attempts.append(
                    Attempt(self.runs, attempt, at, sha, pr, base, job, results, is_trusted)
                )
            if not red or self.chance.random() < 0.4:
                break
        self.at += timedelta(minutes=50)

    def _executions(self, case: str, broken: set[str]) -> tuple[bool | None, ...]:
        if case == "case3-3" and self.chance.random() < 0.1:
            return (None,)
        if case in broken:
            return (False,)
        if self.chance.random() < RATES.get(case, 0.0):
            return (False, True) if self.chance.random() < 0.2 else (False,)
        return (True,)


def _sha(name: str) -> str:
    """A commit's, in no order of names."""
    return sha1(name.encode(), usedforsecurity=False).hexdigest()
