"""The plan, what flakes cost, and how right we were: of one repository, for every surface."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from app.core.accuracy import Accuracy, accuracy_of
from app.core.costs import Cost, Costs, Failure, costs_of
from app.core.decide import Standing, State
from app.core.holding import WhyNot, why_not_proposed
from app.core.owners import is_among
from app.core.plan import Advice, FailedAttempt, Hidden, PlanLine, ranked
from app.core.proof import clean_runs_needed, end_of
from app.core.quarantine import Quarantine, QuarantineState
from app.core.terms import Terms
from app.db import bases, cases, decisions, feedback, judgements, owners, plans
from app.db.cases import Case
from app.db.session import Engine, Session, unit_of_work
from app.services.acts.terms import rate_in
from app.services.policy.holding import owner_of, rules_for
from app.services.policy.policies import policy_of
from app.services.policy.terms import terms_of

WINDOW = timedelta(days=30)  # of costs, and of what holding a case would have hidden
ACCURACY_OVER = timedelta(days=365)
ATTEMPTS_SHOWN = 5  # of a case, the newest
CASES_READ = 200  # of a plan; the rest is for another day

Rates = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do in a repository, the dearest first, and what flakes cost it."""

    lines: Sequence[PlanLine]
    whole: Cost
    since: datetime
    until: datetime


def plan(
    engine: Engine, repo_id: int, *, rates: Rates, now: datetime, owner: str | None = None
) -> Plan:
    """Rank what is flaky or broken by what it cost in the last 30 days; with an `owner`, theirs."""
    since = now - WINDOW
    with unit_of_work(engine) as session:
        failures = plans.failures(session, repo_id, since=since, until=now)
        costs = _costs(session, repo_id, failures, rates, since=since, now=now)
        found = plans.concerned(session, repo_id)
        dearest = sorted(found, key=lambda one: -costs.cases.get(one, Cost()).failed_runs)
        read = [
            one
            for one in dearest
            if owner is None or is_among(owner, _owners(session, repo_id, one))
        ][:CASES_READ]
        policy = policy_of(session, repo_id)
        terms = terms_of(session, repo_id, policy, [one.hex for one in read])
        lines = [_line(session, repo_id, one, failures, costs, terms, now=now) for one in read]
        jobs = plans.jobs(session, repo_id, read, since=since)
    known = (replace(one, jobs=jobs.get(one.case_id, ())) for one in lines if one is not None)
    return Plan(ranked(known), costs.whole, since, now)


def costs(engine: Engine, repo_id: int, *, rates: Rates, now: datetime) -> Costs:
    """What flakes cost a repository and its cases in the last 30 days."""
    with unit_of_work(engine) as session:
        return costs_in(session, repo_id, rates=rates, now=now)


def costs_in(session: Session, repo_id: int, *, rates: Rates, now: datetime) -> Costs:
    """The same, within a transaction."""
    since = now - WINDOW
    failures = plans.failures(session, repo_id, since=since, until=now)
    return _costs(session, repo_id, failures, rates, since=since, now=now)


def accuracy(engine: Engine, repo_id: int, *, now: datetime) -> Accuracy:
    """How right we were in a repository, by the corrections of a year."""
    with unit_of_work(engine) as session:
        return accuracy_of(feedback.since(session, repo_id, now - ACCURACY_OVER))


def _costs(
    session: Session,
    repo_id: int,
    failures: Sequence[Failure],
    rates: Rates,
    *,
    since: datetime,
    now: datetime,
) -> Costs:
    jobs = plans.reruns(session, repo_id, since=since, until=now)
    return costs_of(failures, jobs, rates=rates)


def _line(
    session: Session,
    repo_id: int,
    case_id: UUID,
    failures: Sequence[Failure],
    costs: Costs,
    terms: Terms,
    *,
    now: datetime,
) -> PlanLine | None:
    standing = judgements.standing(session, repo_id, case_id)
    known = cases.cases(session, repo_id, [case_id]).get(case_id)
    if standing is None or known is None:
        return None
    decision = decisions.newest(session, repo_id, [case_id]).get(case_id)
    is_held = decision is not None and decision.excuses(now)
    why_not = _refused(decision, standing) or _why_not(session, repo_id, known, now=now)
    pace = bases.pace(session, repo_id, case_id, until=standing.last_flake_at or now)
    needed = clean_runs_needed(rate_in(standing, pace))
    rules = rules_for(session, repo_id, case_id)
    mine = [one for one in failures if one.case_id == case_id]
    may_be_held = why_not is None and not is_held and standing.state is State.FLAKY
    return PlanLine(
        case_id=case_id,
        name=known.full_name,
        file=known.file,
        standing=standing,
        advice=Advice.QUARANTINE if may_be_held else Advice.FIX,
        why_not=why_not,
        is_held=is_held,
        owners=_owners(session, repo_id, case_id),
        variants=tuple(sorted({one.variant for one in mine})),
        pull_requests=tuple(sorted({one.pr_number for one in mine if one.pr_number})),
        cost=costs.cases.get(case_id, Cost()),
        hidden=_hidden(terms, case_id, mine),
        clean_needed=needed,
        until=end_of(needed, runs_a_day=pace.runs_a_day, now=now, at_most=rules.lasts, asked=None),
        attempts=tuple(map(_attempt, mine[:ATTEMPTS_SHOWN])),
    )


def _attempt(failed: Failure) -> FailedAttempt:
    return FailedAttempt(failed.run_id, failed.attempt, failed.variant, failed.is_flake, failed.url)


def _why_not(session: Session, repo_id: int, case: Case, *, now: datetime) -> WhyNot | None:
    return why_not_proposed(
        rules_for(session, repo_id, case.id),
        judgements.standing(session, repo_id, case.id),
        bases.basis(session, repo_id, case, since=now - 2 * WINDOW),
        is_trusted=True,
        changes_case=False,
    )


def _refused(decision: Quarantine | None, standing: Standing) -> WhyNot | None:
    """Whether somebody said no to holding it, and nothing was seen of it since."""
    if decision is None or decision.state is not QuarantineState.DISMISSED:
        return None
    flaked = standing.last_flake_at
    is_newer = flaked is not None and flaked > decision.evidence_at
    return None if is_newer else WhyNot.DISMISSED


def _owners(session: Session, repo_id: int, case_id: UUID) -> tuple[str, ...]:
    owner = owner_of(session, repo_id, case_id)
    named = owners.of_cases(session, repo_id, [case_id]).get(case_id, ())
    if owner is None or owner.name is None or owner.name in named:
        return named
    return (owner.name,)


def _hidden(terms: Terms, case_id: UUID, mine: Sequence[Failure]) -> Hidden:
    """What holding the case would have excused and hidden; nothing where the policy exempts it."""
    met = [one for one in mine if not terms.is_exempt(case_id.hex, one.branch)]
    flakes = {one.of for one in met if one.is_flake}
    return Hidden(len(flakes), len({one.of for one in met} - flakes))
