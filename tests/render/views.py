"""What was found on a commit, made up shortly."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.core.decide import Cause, Finding
from app.core.evidence import Evidence, EvidenceKind, evidence
from app.core.runs import Job
from app.render.run_view import FailedCase, JobFacts, RunFacts, run_view
from app.render.view import RunView

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHA = "4f2c1d9e" * 5
GITHUB = "https://github.com"
PAGES = "https://flakes.example.com"
MARKER = "<!-- flakeguard:1 -->"

WHY: dict[Cause, tuple[Evidence, ...]] = {
    Cause.FLAKY: (
        evidence(
            EvidenceKind.CONTRADICTED,
            times=3,
            days=2,
            how="failed on attempt 1 and passed on attempt 2 of the same commit",
            last_sha="b" * 40,
        ),
        evidence(EvidenceKind.RATE, rate=0.021, low=0.012, high=0.034, runs=61, branch="main"),
    ),
    Cause.BROKEN: (evidence(EvidenceKind.BROKEN_ON_BASE, since="c" * 40, failed=3, branch="main"),),
    Cause.NEW: (evidence(EvidenceKind.PASSES_ON_BASE, passed=9, branch="main"),),
    Cause.OUTAGE: (),
    Cause.UNKNOWN: (evidence(EvidenceKind.FEW_RUNS, runs=0),),
}
SURENESS = {
    Cause.FLAKY: 0.96,
    Cause.BROKEN: 0.0004,
    Cause.NEW: 0.04,
    Cause.OUTAGE: 0.3,
    Cause.UNKNOWN: 0.05,
}


def job(name: str = "test", *, id_: int = 1, conclusion: str = "failure") -> Job:
    """A job of the newest attempt."""
    url = f"{GITHUB}/shop/cart/actions/runs/7/job/{id_}"
    return Job(id_, name, "completed", conclusion, START, START + timedelta(minutes=3), url)


def case(
    name: str,
    cause: Cause = Cause.NEW,
    *,
    of: Job | None = None,
    number: int = 1,
    file: str | None = "tests/test_cart.py",
    line: int | None = 12,
    message: str | None = "assert 1 == 2",
    is_rescued: bool = False,
    decision: str | None = None,
) -> FailedCase:
    """A case that failed on the head commit."""
    ran = of or job()
    return FailedCase(
        case_id=UUID(int=number),
        name=name,
        file=file,
        line=line,
        message=message,
        variant=ran.name,
        job_id=ran.id,
        job_name=ran.name,
        job_url=ran.url,
        finding=Finding(cause, SURENESS[cause], WHY[cause]),
        passed_in_the_end=is_rescued,
        decision=decision,
    )


def facts(
    *cases: FailedCase,
    jobs: tuple[Job, ...] = (),
    without_report: tuple[Job, ...] = (),
    passed: int = 120,
    warnings: tuple[str, ...] = (),
    refusals: tuple[tuple[str, str], ...] = (),
    branch: str = "main",
    on_default: bool = False,
    public_url: str | None = PAGES,
) -> RunFacts:
    """All that was found."""
    return RunFacts(
        repo="shop/cart",
        default_branch=branch,
        head_sha=SHA,
        on_default_branch=on_default,
        jobs=(
            *(JobFacts(one, has_report=True) for one in jobs),
            *(JobFacts(one, has_report=False) for one in without_report),
        ),
        cases=cases,
        passed=passed,
        warnings=warnings,
        refusals=refusals,
        server_url=GITHUB,
        public_url=public_url,
    )


def mixed() -> RunView:
    """A view with something of everything."""
    test, lint = job(), job("lint", id_=2)
    return run_view(
        facts(
            case("cart::new", Cause.NEW, number=1),
            case("cart::unknown", Cause.UNKNOWN, number=2),
            case("cart::flaky", Cause.FLAKY, number=3),
            case(
                "cart::kept",
                Cause.FLAKY,
                number=4,
                decision="Quarantined by @ada until 2026-04-01.",
            ),
            case("cart::broken", Cause.BROKEN, number=5),
            case("cart::rescued", Cause.FLAKY, number=6, is_rescued=True),
            jobs=(test,),
            without_report=(lint,),
            refusals=(("results/junit.xml", "The report is empty."),),
            warnings=("The report lists no case.",),
        )
    )
