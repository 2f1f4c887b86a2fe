"""The plan, what flakes cost, and how right we were: of one repository, for every surface."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core.accuracy import Accuracy, accuracy_of
from app.core.costs import Cost, Costs, Failure, costs_of
from app.core.decide import Standing, State
from app.core.holding import Basis, HoldingRules, WhyNot, why_not_proposed
from app.core.owners import is_among
from app.core.plan import Advice, FailedAttempt, Hidden, PlanLine, ranked
from app.core.proof import clean_runs_needed, end_of
from app.core.quarantine import Quarantine, QuarantineState
from app.core.terms import Terms
from app.db import bases, cases, decisions, feedback, judgements, plans
from app.db.bases import Pace
from app.db.cases import Case
from app.db.session import Engine, Session, unit_of_work
from app.services.acts.terms import rate_in
from app.services.policy.holding import Owner, owners_of_cases, rules_for_cases
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
    """Rank what is flaky or broken by what it cost in the last 30 days; with an `owner`, theirs.

    Asks as many questions of the database for one case as for all.
    """
    since = now - WINDOW
    with unit_of_work(engine) as session:
        failures = plans.failures(session, repo_id, since=since, until=now)
        costs = _costs(session, repo_id, failures, rates, since=since, now=now)
        read = _concerned(session, repo_id, costs, owner)
        known = _known(session, repo_id, read, since=since, now=now)
    by_case: dict[UUID, list[Failure]] = {}
    for one in failures:
        by_case.setdefault(one.case_id, []).append(one)
    every = (_line(known, one, by_case.get(one, ()), costs, now=now) for one in read)
    return Plan(ranked(one for one in every if one is not None), costs.whole, since, now)


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


def _concerned(session: Session, repo_id: int, costs: Costs, owner: str | None) -> list[UUID]:
    """The cases to plan for, the dearest first; with an `owner`, theirs."""
    found = plans.concerned(session, repo_id)
    dearest = sorted(found, key=lambda one: -costs.cases.get(one, Cost()).failed_runs)
    if owner is not None:
        whose = _names(owners_of_cases(session, repo_id, dearest))
        dearest = [one for one in dearest if is_among(owner, whose.get(one, ()))]
    return dearest[:CASES_READ]


@dataclass(frozen=True, slots=True)
class _Known:
    """What a plan rests on, by case."""

    standings: Mapping[UUID, Standing]
    cases: Mapping[UUID, Case]
    decisions: Mapping[UUID, Quarantine]
    rules: Mapping[UUID, HoldingRules]
    bases: Mapping[UUID, Basis]
    paces: Mapping[UUID, Pace]
    owners: Mapping[UUID, tuple[str, ...]]
    jobs: Mapping[UUID, tuple[str, ...]]
    terms: Terms


def _known(
    session: Session, repo_id: int, read: Sequence[UUID], *, since: datetime, now: datetime
) -> _Known:
    standings = judgements.standings(session, repo_id, read)
    known = cases.cases(session, repo_id, read)
    untils = {one: found.last_flake_at or now for one, found in standings.items()}
    return _Known(
        standings=standings,
        cases=known,
        decisions=decisions.newest(session, repo_id, read),
        rules=rules_for_cases(session, repo_id, read),
        bases=bases.bases(session, repo_id, known.values(), since=now - 2 * WINDOW),
        paces=bases.paces(session, repo_id, untils),
        owners=_names(owners_of_cases(session, repo_id, read)),
        jobs=plans.jobs(session, repo_id, read, since=since),
        terms=terms_of(session, repo_id, policy_of(session, repo_id), [one.hex for one in read]),
    )


def _line(
    known: _Known, case_id: UUID, mine: Sequence[Failure], costs: Costs, *, now: datetime
) -> PlanLine | None:
    standing, case = known.standings.get(case_id), known.cases.get(case_id)
    if standing is None or case is None:
        return None
    decision = known.decisions.get(case_id)
    is_held = decision is not None and decision.excuses(now)
    why_not = _refused(decision, standing) or _why_not(known, case_id)
    pace, rules = known.paces[case_id], known.rules[case_id]
    needed = clean_runs_needed(rate_in(standing, pace))
    may_be_held = why_not is None and not is_held and standing.state is State.FLAKY
    return PlanLine(
        case_id=case_id,
        name=case.full_name,
        file=case.file,
        standing=standing,
        advice=Advice.QUARANTINE if may_be_held else Advice.FIX,
        why_not=why_not,
        is_held=is_held,
        owners=known.owners.get(case_id, ()),
        jobs=known.jobs.get(case_id, ()),
        variants=tuple(sorted({one.variant for one in mine})),
        pull_requests=tuple(sorted({one.pr_number for one in mine if one.pr_number})),
        cost=costs.cases.get(case_id, Cost()),
        hidden=_hidden(known.terms, case_id, mine),
        clean_needed=needed,
        until=end_of(needed, runs_a_day=pace.runs_a_day, now=now, at_most=rules.lasts, asked=None),
        attempts=tuple(map(_attempt, mine[:ATTEMPTS_SHOWN])),
    )


def _attempt(failed: Failure) -> FailedAttempt:
    return FailedAttempt(failed.run_id, failed.attempt, failed.variant, failed.is_flake, failed.url)


def _why_not(known: _Known, case_id: UUID) -> WhyNot | None:
    return why_not_proposed(
        known.rules[case_id],
        known.standings[case_id],
        known.bases[case_id],
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


def _names(whose: Mapping[UUID, Sequence[Owner]]) -> dict[UUID, tuple[str, ...]]:
    return {case: tuple(one.name for one in of if one.name) for case, of in whose.items()}


def _hidden(terms: Terms, case_id: UUID, mine: Sequence[Failure]) -> Hidden:
    """What holding the case would have excused and hidden; nothing where the policy exempts it."""
    met = [one for one in mine if not terms.is_exempt(case_id.hex, one.branch)]
    flakes = {one.of for one in met if one.is_flake}
    return Hidden(len(flakes), len({one.of for one in met} - flakes))
