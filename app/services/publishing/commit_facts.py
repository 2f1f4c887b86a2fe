"""Gather what was found on a head commit, for its view."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.core.alone import Place, alone
from app.core.decide import Cause, Finding, State
from app.core.naming import KnownCase, called
from app.core.outages import Reach
from app.core.pages import Alike
from app.core.policy.policy import Policy
from app.core.runs import BranchClass, RedRun, Repository, Run
from app.db import (
    aliases,
    answers,
    cases,
    decisions,
    executions,
    expected,
    issues,
    judgements,
    reports,
)
from app.db import runs as run_rows
from app.db.cases import Case
from app.db.clusters import shown as clusters
from app.db.executions import LastFailure
from app.db.judgements import StoredFinding
from app.db.session import Session
from app.render.run_view import FailedCase, JobFacts, RunFacts
from app.services import outage_pages
from app.services.acts import decision_sentence, is_quarantined
from app.services.policy.terms import terms_of
from app.services.publishing import gaps
from app.services.publishing.job_names import led_names
from app.services.publishing.mended import mended
from app.services.publishing.waiting import Standing

ENOUGH_RUNS = 10  # judged ones of the default branch, from which on nothing is said of history


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where people find the code host's pages and ours."""

    server_url: str
    public_url: str | None
    hears_clicks: bool = True  # webhooks reach us, so that a button can be pressed


@dataclass(frozen=True, slots=True)
class About:
    """What a view rests on beside what was found."""

    policy: Policy
    pr_number: int | None  # of the pull request that shows the commit
    addresses: Addresses


def commit_facts(
    session: Session,
    repository: Repository,
    standing: Standing,
    about: About,
    *,
    now: datetime,
) -> RunFacts:
    """All that one commit's view is made of."""
    attempts = standing.judged
    stored = [(run, report) for run in attempts for report in reports.of_run(session, run.key)]
    reporting = {report.job_id for _, report in stored if report.refusal is None}
    led = led_names(session, attempts)
    return RunFacts(
        repo=repository.full_name,
        default_branch=repository.default_branch,
        head_sha=standing.head_sha,
        on_default_branch=any(run.branch_class is BranchClass.DEFAULT for run in attempts),
        jobs=tuple(_jobs(session, attempts, reporting, led)),
        cases=tuple(_failed_cases(session, repository, attempts, about.policy, led, now=now)),
        passed=sum(report.passed for _, report in stored),
        warnings=tuple(dict.fromkeys(one for _, report in stored for one in report.warnings)),
        refusals=tuple((r.path, r.refusal) for _, r in stored if r.refusal is not None),
        partial=tuple(r.path for _, r in stored if r.is_partial),
        server_url=about.addresses.server_url,
        hears_clicks=about.addresses.hears_clicks,
        is_in_pull_request=about.pr_number is not None,
        public_url=about.addresses.public_url,
        gaps=tuple(gaps.gaps(session, standing, led)),
        waiting_for=tuple(run.workflow for run in standing.waiting),
        is_started=standing.is_started,
        ending=gaps.ending(standing, has_reports=bool(stored)),
        check=about.policy.check,
        runs_seen=_runs_seen(session, repository),
        red_runs=tuple(_red_runs(standing)),
        mended=tuple(mended(session, repository, standing, about.pr_number)),
        answers=answers.shown(session, repository.id, standing.head_sha, about.pr_number),
    )


def _jobs(
    session: Session,
    attempts: Sequence[Run],
    reporting: AbstractSet[int | None],
    led: Mapping[int, str],
) -> Iterator[JobFacts]:
    for run in attempts:
        for job in run_rows.jobs(session, run.key):
            name = led.get(job.id, job.name)
            yield JobFacts(job=replace(job, name=name), has_report=job.id in reporting)


def _red_runs(standing: Standing) -> Iterator[RedRun]:
    """The runs with failed jobs of which no newer attempt is under way."""
    awaited = {run.key.run_id for run in standing.waiting}
    for run in standing.judged:
        if run.is_red and run.key.run_id not in awaited:
            yield RedRun(run.key.run_id, run.key.attempt)


def _runs_seen(session: Session, repository: Repository) -> int | None:
    seen = expected.count_on_default(session, repository.id)
    return seen if seen < ENOUGH_RUNS else None


def _failed_cases(
    session: Session,
    repository: Repository,
    attempts: Sequence[Run],
    policy: Policy,
    led: Mapping[int, str],
    *,
    now: datetime,
) -> list[FailedCase]:
    newest = {run.key.run_id: run.key.attempt for run in attempts}
    last = _last_findings(session, repository, list(newest))
    ids = sorted({case_id for _, case_id, _ in last})
    known = cases.cases(session, repository.id, ids)
    names = called([KnownCase(one, case.full_name) for one, case in known.items()])
    states = judgements.states(session, repository.id, [one.hex for one in ids])
    linked = issues.of_cases(session, repository.id, ids)
    decided = decisions.newest(session, repository.id, ids)
    exempt = _exempt(session, repository, attempts, ids, policy)
    ends, alike = _ends(session, repository, list(newest), now=now)
    hit = outage_pages.of_runs(session, repository.id, list(newest))
    ours = {run.key.run_id for run in attempts if run.is_trusted and run.pr_number is not None}
    shown = []
    for (run_id, case_id, variant), one in last.items():
        end = _end(ends, run_id, case_id, variant)
        failed = _failed(known[case_id], variant, one.finding, end, led)
        shown.append(
            replace(
                failed,
                decision=decision_sentence(decided.get(case_id), now=now),
                is_quarantined=is_quarantined(decided.get(case_id), now=now),
                exempt_on=exempt.get((run_id, case_id)),
                alike=alike.get(case_id),
                outage=hit.get(case_id),
                is_unshared=run_id in ours and _is_unshared(one.finding, hit.get(case_id)),
                called=names[case_id],
                has_issue=case_id in linked,
                is_held_flaky=states.get(case_id.hex) is State.FLAKY,
            )
        )
    return shown


def _last_findings(
    session: Session, repository: Repository, run_ids: Sequence[int]
) -> dict[tuple[int, UUID, str], StoredFinding]:
    """By (run, case, variant): what was found of it in the newest attempt that has it."""
    found = judgements.findings(session, repository.id, run_ids)
    return {(one.run_id, one.case_id, one.variant): one for one in found}


def _ends(
    session: Session, repository: Repository, run_ids: Sequence[int], *, now: datetime
) -> tuple[dict[tuple[int, UUID, str], LastFailure], dict[UUID, Alike]]:
    """How the cases that failed in these runs ended, and the cluster of each.

    By what a case is now: a branch from before a rename reports it as it was.
    """
    renamed = aliases.renamed(session, repository.id)

    def is_now(case_id: UUID) -> UUID:
        return UUID(hex=renamed.get(case_id.hex, case_id.hex))

    ends = executions.last_failures(session, repository.id, run_ids)
    alike = clusters.of_runs(session, repository.id, run_ids, now=now)
    return (
        {(run, is_now(case), name): end for (run, case, name), end in ends.items()},
        {is_now(case): cluster for case, cluster in alike.items()},
    )


def _is_unshared(finding: Finding, event: Reach | None) -> bool:
    """Whether a pull request's failure looks like an outage, and nothing else shows one."""
    return finding.cause is Cause.OUTAGE and (event is None or event.is_of_one_change)


def _exempt(
    session: Session,
    repository: Repository,
    attempts: Sequence[Run],
    ids: Sequence[UUID],
    policy: Policy,
) -> dict[tuple[int, UUID], str]:
    """By run and case, of these: the branch on which the policy exempts the case."""
    terms = terms_of(session, repository.id, policy, [one.hex for one in ids])
    return {
        (run.key.run_id, case_id): run.branch
        for run in attempts
        for case_id in ids
        if terms.is_exempt(case_id.hex, run.branch)
    }


def _failed(
    case: Case,
    variant: str,
    finding: Finding,
    end: LastFailure | None,
    led: Mapping[int, str],
) -> FailedCase:
    """A case with what was found of it, and how it ended."""
    job_id = end.job_id if end else None
    job_name = end.job_name if end else None
    place = Place(case.suite, case.classname, case.name, case.parameters, case.file)
    return FailedCase(
        case_id=case.id,
        name=case.full_name,
        file=case.file,
        line=case.line,
        message=end.message if end else None,
        variant=variant,
        job_id=job_id,
        job_name=job_name if job_id is None else led.get(job_id, job_name),
        job_url=end.job_url if end else None,
        finding=finding,
        passed_in_the_end=end is not None and end.passed_after,
        decision=None,
        alone=alone(end.format if end else None, place),
    )


def _end(
    ends: Mapping[tuple[int, UUID, str], LastFailure], run_id: int, case_id: UUID, variant: str
) -> LastFailure | None:
    """How a case ended; a report that was told apart from its neighbours adds its path."""
    whole = ends.get((run_id, case_id, variant))
    if whole is not None:
        return whole
    begun = [
        end
        for (run, case, begin), end in ends.items()
        if (run, case) == (run_id, case_id) and variant.startswith(f"{begin} ")
    ]
    return next(iter(begun), None)
