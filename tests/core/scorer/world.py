"""A small repository that runs its cases: what breaks, flakes or fails is laid on by hand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from app.core.history.records import CaseSet, Execution, Observation
from app.core.outcomes import Outcome
from app.core.scorer.said import Finding
from app.core.scorer.standing import scores
from app.core.scorer.state import State
from app.core.scorer.update import update

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FAILED = (Execution(Outcome.FAILED, "AssertionError: 1 != 2"),)
RETRIED = (*FAILED, Execution(Outcome.PASSED, None))
FOLDERS, PER_FOLDER = 20, 5
JOBS = ("linux", "windows", "macos")
CASE = "case3-1"  # the one that fails alone

Failing = Callable[["Report"], Sequence[str]]
"""Which cases fail in a report."""


def names(
    folders: int = FOLDERS, per_folder: int = PER_FOLDER, *, word: str = "case"
) -> dict[str, str | None]:
    """Cases with their files, so many in each folder."""
    return {
        f"{word}{folder}-{number}": f"tests/{word}{folder}/test_{number}.py"
        for folder in range(folders)
        for number in range(per_folder)
    }


@dataclass(frozen=True, slots=True)
class Report:
    """One job of one run attempt, before it is known what fails in it."""

    at: datetime
    run: int
    code: str
    attempt: int = 1
    job: str = "linux"
    pr: int | None = None
    is_trusted: bool = True

    @property
    def hours(self) -> float:
        """Since the start."""
        return (self.at - START) / timedelta(hours=1)


def pushes(days: int, *, every: float = 2.0, prs: int = 7, jobs: int = 1) -> list[Report]:
    """Reports of so many days: every third is a commit, all others are pull requests' pushes."""
    reports = []
    for run in range(1, int(days * 24 / every) + 1):
        at = START + timedelta(hours=every * run)
        pr = None if run % 3 == 0 else 100 + run // 3 % prs
        for job in range(jobs):
            late = at + timedelta(minutes=5 * job)
            reports.append(
                Report(late, run, f"c{run}", job=("linux", "windows", "macos")[job], pr=pr)
            )
    return reports


def rerun(report: Report, *, hours: float = 0.5) -> Report:
    """A second attempt at the same code."""
    at = report.at + timedelta(hours=hours)
    return Report(at, report.run, report.code, report.attempt + 1, report.job, report.pr)


@dataclass(slots=True)
class World:
    """A repository and what a scorer remembers of it."""

    files: Mapping[str, str | None] = field(default_factory=names)
    state: State = field(default_factory=State)
    flagged: set[str] = field(default_factory=set)
    now: datetime = START
    ran: CaseSet | None = None

    def see(self, report: Report, failing: Sequence[str] = (), *, retried: bool = False) -> None:
        """Let the scorer see one report."""
        self.state, said = update(self.state, self.observation(report, failing, retried=retried))
        self.flagged |= {change.case for change in said.changes if change.is_flaky}
        self.now = max(self.now, report.at)

    @property
    def last_run(self) -> int:
        """The number of the last run that `pushes` would have made by now."""
        return int((self.now - START) / timedelta(hours=2))

    def observation(
        self, report: Report, failing: Sequence[str] = (), *, retried: bool = False
    ) -> Observation:
        """A report as a scorer sees it."""
        if self.ran is None:
            self.ran = CaseSet("s", self.files)
        return Observation(
            at=report.at,
            run=report.run,
            attempt=report.attempt,
            job=report.job,
            code=report.code,
            branch="main" if report.pr is None else f"topic-{report.pr}",
            pr=report.pr,
            base=None if report.pr is None else "c0",
            changed=("src/elsewhere.py",),
            is_trusted=report.is_trusted,
            ran=self.ran,
            not_run=frozenset(),
            results=dict.fromkeys(failing, RETRIED if retried else FAILED),
        )

    def play(self, reports: Sequence[Report], failing: Failing, *, reruns: bool = True) -> None:
        """See all reports, each red one re-run half an hour later, in the order of their times."""
        due = list(reports)
        if reruns:
            due += [rerun(one) for one in reports if failing(one)]
        for report in sorted(due, key=lambda one: (one.at, one.run, one.attempt, one.job)):
            self.see(report, failing(report))

    def score(self, case: str) -> float:
        """The case's score now; 0 where it never failed."""
        return self.scores().get(case, 0.0)

    def scores(self) -> dict[str, float]:
        """All scores now."""
        return scores(self.state, self.now.timestamp())


def contradicted_on(world: World, days: int, *, every: int = 2, from_day: int = 1) -> None:
    """A case that fails alone every other day, and passes in the re-run."""
    first = {from_day * 24 + every * 24 * number for number in range(days)}
    reports = pushes(from_day + every * days + 1)
    failing = {
        report.run for report in reports if any(0 <= report.hours - hour < 2 for hour in first)
    }
    world.play(
        reports,
        lambda one: [CASE] if one.run in failing and one.attempt == 1 else [],
    )


def finding(world: World, report: Report, failing: Sequence[str]) -> Finding:
    """What is said of CASE, which fails among these; the world stays as it is."""
    _, said = update(world.state, world.observation(report, failing))
    return next(one for one in said.findings if one.case == CASE)


def held(world: World) -> Report:
    """Let the case be held for flaky; the report that comes next."""
    reports = pushes(9)
    failing = {13, 43, 67}
    world.play(reports[:96], lambda one: [CASE] if one.run in failing and one.attempt == 1 else [])
    assert world.flagged == {CASE}
    return reports[96]
