"""Publish: load what was found on a head commit, render it once, and say it on the code host."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.errors import Missing
from app.core.policy.names import CheckConclusion, CommentWhen
from app.core.publishing import CheckRun
from app.core.runs import BranchClass, Repository, Run
from app.db import (
    cases,
    clusters,
    decisions,
    executions,
    judgements,
    publications,
    reports,
    repositories,
)
from app.db import runs as run_rows
from app.db.executions import LastFailure
from app.db.judgements import StoredFinding
from app.db.publications import Publication
from app.db.session import Engine, Session, unit_of_work
from app.ports import CodeHost
from app.render import check, markdown
from app.render.run_view import FailedCase, JobFacts, RunFacts, run_view
from app.render.view import Conclusion, RunView
from app.services import outages, policies
from app.services.acts import decision_sentence, is_quarantined

CHECK = "check"
COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where people find the code host's pages and ours."""

    server_url: str
    public_url: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be said about one head commit, and what stands there already."""

    repository: Repository
    view: RunView
    check: CheckRun
    pr_number: int | None
    comment: CommentWhen
    published_check: Publication | None
    published_comment: Publication | None


def plan(
    session: Session, repository: Repository, head_sha: str, *, addresses: Addresses, now: datetime
) -> Plan | None:
    """What to say about a commit; None where nothing is to be said.

    A repository that never delivered a report is told nothing, and neither is a commit whose
    runs have not been judged yet, nor where the policy only observes.
    """
    attempts = run_rows.newest_attempts(session, repository.id, head_sha)
    policy = policies.policy_of(session, repository.id)
    if not attempts or not repository.has_reports or not policy.publishes:
        return None
    view = run_view(_facts(session, repository, attempts, addresses=addresses, now=now))
    pr_number = _pull_request(session, repository, attempts, head_sha)
    remarks = policies.remarks(session, repository.id, pr_number, now=now)
    view = replace(view, warnings=(*remarks, *view.warnings))
    if policy.check is CheckConclusion.FAIL and (view.needs_you or view.jobs):
        view = replace(view, conclusion=Conclusion.FAILURE)
    return Plan(
        repository=repository,
        view=view,
        check=check.check_run(view),
        pr_number=pr_number,
        comment=policy.comment,
        published_check=publications.publication(session, repository.id, CHECK, head_sha),
        published_comment=publications.publication(session, repository.id, COMMENT, str(pr_number))
        if pr_number
        else None,
    )


def _pull_request(
    session: Session, repository: Repository, attempts: Sequence[Run], head_sha: str
) -> int | None:
    """The pull request that shows this commit now; an older push's words never replace newer.

    Of several with this head it is the one that the repository's own runs name: a fork can
    open one more on anybody's commit, and must not draw the comment away.
    """
    ours_first = sorted(attempts, key=lambda run: not run.is_trusted)
    named = [run.pr_number for run in ours_first if run.pr_number is not None]
    shown = repositories.open_pull_requests(session, repository.id, head_sha)
    if shown:
        return next((number for number in named if number in shown), shown[0])
    if not named or repositories.knows_pull_request(session, repository.id, named[0]):
        return None
    return named[0]


def publish_check(engine: Engine, host: CodeHost, wanted: Plan, *, now: datetime) -> None:
    """Make the commit's check run say the plan; found again by its external id when lost."""
    repo, head_sha = wanted.repository, wanted.view.head_sha
    digest = digest_of(asdict(wanted.check))
    before = wanted.published_check
    if before is not None and before.digest == digest:
        return
    shown = {"cases": [line.case_id.hex for line in wanted.view.actionable]}
    with unit_of_work(engine) as session:
        publications.intend(session, repo.id, CHECK, head_sha, view=shown, now=now)
    check_id = before.outside_id if before else None
    if check_id is None:
        check_id = host.find_check_run(repo.full_name, head_sha, wanted.check.external_id)
    if check_id is None:
        check_id = host.create_check_run(repo.full_name, wanted.check)
    else:
        host.update_check_run(repo.full_name, check_id, wanted.check)
    with unit_of_work(engine) as session:
        publications.note_sent(
            session, repo.id, CHECK, head_sha, outside_id=check_id, digest=digest, now=now
        )


def publish_comment(engine: Engine, host: CodeHost, wanted: Plan, *, now: datetime) -> None:
    """Make the pull request's one comment say the plan; none when green, unless one is there."""
    repo, number = wanted.repository, wanted.pr_number
    if number is None:
        return
    key, mark = str(number), marker(repo.id)
    body = markdown.comment_body(wanted.view, mark)
    digest = digest_of(body)
    before = wanted.published_comment
    if before is None and _is_silent(wanted):
        return
    if before is not None and before.digest == digest:
        return
    with unit_of_work(engine) as session:
        publications.intend(session, repo.id, COMMENT, key, view={}, now=now)
    comment_id = _commented(host, wanted, body, mark)
    if comment_id is None:
        return
    with unit_of_work(engine) as session:
        publications.note_sent(
            session, repo.id, COMMENT, key, outside_id=comment_id, digest=digest, now=now
        )


def _commented(host: CodeHost, wanted: Plan, body: str, mark: str) -> int | None:
    """The comment that now says this; None where none is there and there is nothing to say."""
    repo, number, before = wanted.repository.full_name, wanted.pr_number, wanted.published_comment
    assert number is not None
    if before is not None and before.outside_id is not None:
        try:
            host.update_comment(repo, before.outside_id, body)
            return before.outside_id
        except Missing:
            pass  # somebody deleted it
    standing = host.find_comment(repo, number, mark)
    if standing is None:
        return None if _is_silent(wanted) else host.create_comment(repo, number, body)
    host.update_comment(repo, standing.id, body)
    return standing.id


def _is_silent(wanted: Plan) -> bool:
    """Whether no comment is begun: it is green, unless the policy wants one always, or never."""
    if wanted.comment is CommentWhen.ON_FAILURE:
        return wanted.view.is_green
    return wanted.comment is CommentWhen.NEVER


def marker(repo_id: int) -> str:
    """What our comment is found by; hidden from readers."""
    return f"<!-- flakeguard:{repo_id} -->"


def digest_of(said: Any) -> bytes:  # noqa: ANN401 -- anything JSON can hold
    """Tells whether two things we said are the same."""
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).digest()


def _facts(
    session: Session,
    repository: Repository,
    attempts: Sequence[Run],
    *,
    addresses: Addresses,
    now: datetime,
) -> RunFacts:
    stored = [(run, report) for run in attempts for report in reports.of_run(session, run.key)]
    reporting = {report.job_id for _, report in stored if report.refusal is None}
    return RunFacts(
        repo=repository.full_name,
        default_branch=repository.default_branch,
        head_sha=attempts[-1].head_sha,
        on_default_branch=any(run.branch_class is BranchClass.DEFAULT for run in attempts),
        jobs=tuple(
            JobFacts(job=job, has_report=job.id in reporting)
            for run in attempts
            for job in run_rows.jobs(session, run.key)
        ),
        cases=tuple(_failed_cases(session, repository, attempts, now=now)),
        passed=sum(report.passed for _, report in stored),
        warnings=tuple(dict.fromkeys(one for _, report in stored for one in report.warnings)),
        refusals=tuple((r.path, r.refusal) for _, r in stored if r.refusal is not None),
        server_url=addresses.server_url,
        public_url=addresses.public_url,
    )


def _failed_cases(
    session: Session, repository: Repository, attempts: Sequence[Run], *, now: datetime
) -> list[FailedCase]:
    newest = {run.key.run_id: run.key.attempt for run in attempts}
    found = judgements.findings(session, repository.id, list(newest))
    last: dict[tuple[int, UUID, str], StoredFinding] = {
        (one.run_id, one.case_id, one.variant): one for one in found
    }
    ids = sorted({one.case_id for one in found})
    known = cases.cases(session, repository.id, ids)
    decided = decisions.newest(session, repository.id, ids)
    ends = executions.last_failures(session, repository.id, list(newest))
    alike = clusters.of_runs(session, repository.id, list(newest), now=now)
    hit = outages.of_runs(session, repository.id, list(newest))
    shown = []
    for (run_id, case_id, variant), one in last.items():
        case = known[case_id]
        end = _end(ends, run_id, case_id, variant)
        shown.append(
            FailedCase(
                case_id=case_id,
                name=case.full_name,
                file=case.file,
                line=case.line,
                message=end.message if end else None,
                variant=variant,
                job_id=end.job_id if end else None,
                job_name=end.job_name if end else None,
                job_url=end.job_url if end else None,
                finding=one.finding,
                passed_in_the_end=end is not None and end.passed_after,
                decision=decision_sentence(decided.get(case_id), now=now),
                is_quarantined=is_quarantined(decided.get(case_id), now=now),
                alike=alike.get(case_id),
                outage=hit.get(case_id),
            )
        )
    return shown


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
