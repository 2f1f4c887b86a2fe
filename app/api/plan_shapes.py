"""The JSON of the plan, of costs and of accuracy, for the API and the command line alike."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.core.accuracy import Accuracy, Bin
from app.core.costs import Cost
from app.core.plan import PlanLine
from app.render import words
from app.render.links import Links
from app.render.words import plan as words_plan
from app.services.plans import Plan
from app.services.publishing.commit_facts import Addresses


class CostShape(BaseModel):
    """What was lost to flakes in the last 30 days."""

    failed_runs: int
    reruns: float = Field(description="Shares of re-runs that several cases failed together.")
    job_minutes: float
    job_minutes_without_rate: float = Field(
        description="Of the job minutes, those on runners that RUNNER_RATES do not name; 0 while "
        "none are set."
    )
    money: float | None = Field(
        description="Of the other job minutes. Null while no RUNNER_RATES are set."
    )
    rescued_pull_requests: list[int]


class AttemptShape(BaseModel):
    """A run attempt in which the case failed."""

    run: int
    attempt: int
    variant: str
    flake: bool = Field(description="Whether its failure there was judged to be a flake.")
    url: str | None = Field(description="On the code host.")


class CommitShape(BaseModel):
    """A commit that the evidence names."""

    name: str = Field(description="As the evidence names it.")
    sha: str
    url: str


class PlanCase(BaseModel):
    """One case of the plan."""

    case: str
    name: str
    page: str | None = Field(description="Its page; null while no PUBLIC_URL is set.")
    file: str | None
    state: str
    score: float
    advice: str = Field(description="quarantine or fix.")
    said: str
    why_not: str | None = Field(description="Why it must not be held.")
    held: bool
    evidence: list[str]
    commits: list[CommitShape] = Field(description="Those that the evidence names.")
    attempts: list[AttemptShape] = Field(description="The newest in which it failed.")
    owners: list[str] = Field(description="People and teams.")
    jobs: list[str] = Field(description="In which it failed in the last 30 days, by name.")
    variants: list[str]
    pull_requests: list[int]
    cost: CostShape
    would_have_excused: int
    would_have_hidden: int = Field(description="Failures that were no flakes.")
    clean_runs_needed: int
    suggested_end: datetime


class PlanShape(BaseModel):
    """What to quarantine or fix, the dearest first."""

    repository: str
    since: datetime
    until: datetime
    formula: str
    cost: CostShape
    cases: list[PlanCase]


class BinShape(BaseModel):
    """Corrections whose probability lay in one fifth."""

    low: float
    high: float
    count: int
    shown: float = Field(description="The mean probability that was shown.")
    right: float = Field(description="The share that was flaky indeed.")
    right_low: float = Field(description="The lower end of that share's 95 % interval.")
    right_high: float


class AccuracyShape(BaseModel):
    """How right we were, by the corrections of a year; it informs, and moves no constant."""

    repository: str
    said: str
    right: int
    wrong: int
    precision: float | None
    precision_low: float
    precision_high: float
    brier: float | None
    corrections: dict[str, int]
    calibration: list[BinShape]


def plan_of(repository: str, plan: Plan, addresses: Addresses) -> PlanShape:
    """The plan as JSON has it."""
    return PlanShape(
        repository=repository,
        since=plan.since,
        until=plan.until,
        formula=words_plan.FORMULA,
        cost=_cost(plan.whole),
        cases=[
            _case(line, Links(repository, addresses.server_url, addresses.public_url))
            for line in plan.lines
        ],
    )


def accuracy_of(repository: str, found: Accuracy) -> AccuracyShape:
    """Accuracy as JSON has it."""
    low, high = found.precision_interval
    return AccuracyShape(
        repository=repository,
        said=words_plan.accuracy_said(found),
        right=found.right,
        wrong=found.wrong,
        precision=found.precision,
        precision_low=low,
        precision_high=high,
        brier=found.brier,
        corrections={kind.value: count for kind, count in found.counts.items()},
        calibration=[_bin(one) for one in found.calibration],
    )


def _bin(one: Bin) -> BinShape:
    low, high = one.interval
    return BinShape(
        low=one.low,
        high=one.high,
        count=one.count,
        shown=one.shown,
        right=one.right,
        right_low=low,
        right_high=high,
    )


def _case(line: PlanLine, links: Links) -> PlanCase:
    return PlanCase(
        case=str(line.case_id),
        name=line.name,
        page=links.case(line.case_id),
        file=line.file,
        state=line.standing.state,
        score=line.standing.score,
        advice=line.advice,
        said=words_plan.advice_said(line),
        why_not=line.why_not,
        held=line.is_held,
        evidence=list(words.evidence_sentences(line.standing.evidence)),
        commits=[
            CommitShape(name=name, sha=sha, url=links.commit(sha))
            for name, sha in words.named_commits(line.standing.evidence).items()
        ],
        attempts=[
            AttemptShape(
                run=one.run_id,
                attempt=one.attempt,
                variant=one.variant,
                flake=one.is_flake,
                url=links.attempt(one),
            )
            for one in line.attempts
        ],
        owners=list(line.owners),
        jobs=list(line.jobs),
        variants=list(line.variants),
        pull_requests=list(line.pull_requests),
        cost=_cost(line.cost),
        would_have_excused=line.hidden.flakes,
        would_have_hidden=line.hidden.real,
        clean_runs_needed=line.clean_needed,
        suggested_end=line.until,
    )


def _cost(cost: Cost) -> CostShape:
    return CostShape(
        failed_runs=cost.failed_runs,
        reruns=round(cost.reruns, 2),
        job_minutes=round(cost.minutes, 2),
        job_minutes_without_rate=round(cost.unrated, 2),
        money=None if cost.money is None else round(cost.money, 4),
        rescued_pull_requests=sorted(cost.rescued),
    )
