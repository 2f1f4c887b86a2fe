"""A series of runs judged by nothing but their reports: the evidence scorer, with no server.

Each job of a run attempt becomes one observation, as it does when reports are stored: a job is an
artifact with what its reports tell apart themselves (a browser, a project). Where several reports
of one job have the same case, an interpreter's each say, each is a job of its own.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from app.core.decide import Standing, State
from app.core.evidence import EvidenceKind, evidence
from app.core.history.records import CaseSet, Execution, Observation
from app.core.identity import case_id
from app.core.judging import standing_of
from app.core.outcomes import Outcome, ReportedCase, ReportedExecution
from app.core.policy.names import ScorerName
from app.core.policy.policy import default_policy
from app.core.remembering import culprits_of, recovered, remembered
from app.core.scorer import memory
from app.core.scorer.policies import scorer_of
from app.core.statistics import wilson_interval
from app.core.told import Told

FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # of a series none of whose reports names a time
BETWEEN_RUNS = timedelta(days=1)  # from a run to the next one, where reports name no time
BETWEEN_ATTEMPTS = timedelta(hours=1)  # from an attempt to the next one, likewise
NO_REPOSITORY = 0  # case ids are made for a repository; a series has none
PLAIN_PASS = (Execution(Outcome.PASSED, None),)  # which is not held
MESSAGE_LENGTH = 2_000  # characters of a failure's text that a scorer looks at

_NAME = re.compile(
    r"^(?P<run>(?P<code>[^#]+?)(?:#.*?)?)(?:\.attempt(?P<attempt>\d{1,6}))?(?:\.zip)?$",
    re.IGNORECASE,
)
_WORST = (State.BROKEN, State.FLAKY, State.SUSPECT, State.HEALTHY)


@dataclass(frozen=True, slots=True)
class RunName:
    """What the name of a folder or archive of reports says of its run."""

    run: str  # attempts of one run share it
    code: str  # runs of equal code share it
    attempt: int  # from 1


@dataclass(frozen=True, slots=True)
class SeriesRun:
    """One attempt at one code; `at` is None where its reports name no time."""

    code: str  # equal text, equal code
    shown: str  # what people call the code
    run_id: int
    attempt: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class JudgedCase:
    """One case of the series, as it stands after the last run."""

    name: str  # raw
    standing: Standing


def run_name(name: str) -> RunName:
    """Read `CODE`, `CODE#RUN`, `CODE.attempt2` or `CODE#RUN.attempt2`, each perhaps `.zip`."""
    found = _NAME.match(name)
    if found is None:
        return RunName(run=name, code=name, attempt=1)
    return RunName(run=found["run"], code=found["code"], attempt=max(1, int(found["attempt"] or 1)))


def dated(runs: Iterable[SeriesRun]) -> list[tuple[SeriesRun, datetime]]:
    """Every run with its time: one that names none follows the run before it, a day later.

    A further attempt at the same run follows an hour later.
    """
    with_times: list[tuple[SeriesRun, datetime]] = []
    for run in runs:
        at = run.at
        if at is None and with_times:
            before, then = with_times[-1]
            at = then + (BETWEEN_ATTEMPTS if before.run_id == run.run_id else BETWEEN_RUNS)
        with_times.append((run, at or FIRST_DAY))
    return with_times


@dataclass(slots=True)
class _Report:
    """What one report says of one job."""

    files: dict[str, str | None] = field(default_factory=dict)
    results: dict[str, tuple[Execution, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Job:
    """What one job of a run attempt ran, and what is to be said of it besides plain passes."""

    run: int
    name: str
    ran: CaseSet
    results: dict[str, tuple[Execution, ...]]


class Series:
    """The reports of many runs, held until they are judged; equal sets of cases are held once."""

    def __init__(self) -> None:
        self.executions = 0
        self._names: dict[str, str] = {}
        self._open: dict[str, dict[str, _Report]] = {}  # of the run being read: by job and path
        self._jobs: list[_Job] = []
        self._sets: dict[bytes, CaseSet] = {}

    def add(self, variant: str, path: str, case: ReportedCase) -> None:
        """Take what a report of the run being read says of a case."""
        name = case_id(NO_REPOSITORY, case).hex()
        if name not in self._names:
            named = "::".join(part for part in (case.classname, case.name) if part)
            self._names[name] = named + case.parameters
        job = f"{variant} {case.variant}" if case.variant else variant
        report = self._open.setdefault(job, {}).setdefault(path, _Report())
        executions = tuple(_execution(one) for one in case.executions)
        self.executions += len(executions)
        if executions != PLAIN_PASS or name in report.files:
            said = report.results.get(name, PLAIN_PASS if name in report.files else ())
            report.results[name] = (*said, *executions)
        report.files[name] = case.file

    def drop_run(self) -> None:
        """Forget the run being read: it could not be read to its end."""
        self._open = {}

    def end_run(self, run: int) -> None:
        """Close the run being read; `run` counts from 0."""
        for job, reports in self._open.items():
            ran = Counter(name for report in reports.values() for name in report.files)
            if len(ran) == ran.total():
                files = {name: file for one in reports.values() for name, file in one.files.items()}
                results = {
                    name: found for one in reports.values() for name, found in one.results.items()
                }
                self._jobs.append(_Job(run, job, self._set(files), results))
                continue
            for path, one in reports.items():
                self._jobs.append(_Job(run, f"{job} {path}", self._set(one.files), one.results))
        self._open = {}

    def _set(self, files: dict[str, str | None]) -> CaseSet:
        said = "\n".join(f"{name} {file}" for name, file in sorted(files.items()))
        digest = blake2b(said.encode()).digest()
        return self._sets.setdefault(digest, CaseSet(digest.hex(), files))

    def judged(self, runs: Iterable[SeriesRun], *, branch: str) -> list[JudgedCase]:
        """Judge every case, worst first; `runs` are those that `end_run` numbered.

        Each run is taken for one of the default branch, which is called `branch`.
        """
        seen = list(self._observations(list(runs), branch=branch))
        standings = _standings(seen, branch=branch)
        ran = _counted(seen)
        cases = [
            JudgedCase(named, standings.get(name) or _never_failed(ran[name]))
            for name, named in self._names.items()
        ]
        return sorted(cases, key=_worst_first)

    def _observations(self, runs: list[SeriesRun], *, branch: str) -> Iterator[Observation]:
        """What was seen, in the order of the runs' times."""
        with_times = dated(runs)
        codes = {(run.shown, run.code) for run in runs}
        shown = Counter(name for name, _ in codes)
        found = []
        for job in self._jobs:
            run, at = with_times[job.run]
            found.append(
                Observation(
                    at=at,
                    run=run.run_id,
                    attempt=run.attempt,
                    job=job.name,
                    code=run.shown if shown[run.shown] == 1 else run.code,
                    branch=branch,
                    pr=None,
                    base=None,
                    changed=None,
                    is_trusted=True,
                    ran=job.ran,
                    not_run=frozenset(),
                    results=job.results,
                )
            )
        yield from sorted(found, key=lambda one: (one.at, one.run, one.attempt, one.job))


def _execution(one: ReportedExecution) -> Execution:
    failure = one.failure
    text = None if failure is None else failure.message or failure.trace
    return Execution(one.outcome, None if text is None else text[:MESSAGE_LENGTH])


def _standings(seen: list[Observation], *, branch: str) -> dict[str, Standing]:
    """How every case that ever failed stands after the last observation, by its id."""
    told: dict[str, Told] = {}
    policy = default_policy(ScorerName.EVIDENCE)
    scorer = scorer_of(policy.scorer)
    for one in seen:
        before = scorer
        scorer, said = before.observe(one)
        culprits = culprits_of(said, {}, {})
        remembered(told, one, said, before, sha=one.code, culprits=culprits)
        for case in memory.moved(before, scorer):
            told[case] = recovered(told[case], scorer, case)
    if not seen:
        return {}
    judged = memory.judged(scorer, told, seen[-1].at, warned=policy.warn_threshold)
    return {
        case: standing_of(scorer, one, told[case], branch=branch) for case, one in judged.items()
    }


def _counted(seen: list[Observation]) -> Counter[str]:
    """How many jobs ran each case, those that only skipped it left out."""
    times = Counter(one.ran for one in seen)
    found: Counter[str] = Counter()
    for ran, count in times.items():
        found.update(dict.fromkeys(ran.files, count))
    for one in seen:
        for name, executions in one.results.items():
            if all(execution.outcome is Outcome.SKIPPED for execution in executions):
                found[name] -= 1
    return found


def _never_failed(runs: int) -> Standing:
    """The standing of a case that so many jobs ran, none of which failed it."""
    low, high = wilson_interval(0, runs)
    said = evidence(EvidenceKind.RATE, rate=0.0, low=low, high=high, runs=runs)
    return Standing(
        state=State.HEALTHY,
        score=0.0,
        rate=0.0,
        rate_interval=(low, high),
        runs=runs,
        failures=0,
        flakes=0,
        first_detected_at=None,
        last_flake_at=None,
        last_failure_at=None,
        broken_since=None,
        evidence=(said,) if runs else (),
    )


def _worst_first(case: JudgedCase) -> tuple[int, float, float, str]:
    standing = case.standing
    return (_WORST.index(standing.state), -standing.score, -standing.rate, case.name)
