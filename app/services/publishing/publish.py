"""Publish: load what was found on a head commit, render it once, and say it on the code host."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from app.core.policy.names import CheckConclusion, CommentWhen
from app.core.publishing import CheckRun
from app.core.runs import Repository, Run
from app.db import publications, pulls
from app.db.access import grants
from app.db.publications import Publication
from app.db.session import Engine, Session, unit_of_work
from app.ports import CodeHost
from app.render import check, markdown
from app.render.run_view import run_view
from app.render.view import RunView
from app.render.words import grants as words_grants
from app.services.policy import policies
from app.services.publishing import clicks, past, sticky, waiting
from app.services.publishing.commit_facts import About, Addresses, commit_facts
from app.services.publishing.past import CHECK
from app.services.publishing.sameness import digest_of
from app.services.publishing.sticky import COMMENT, Sticky

__all__ = ["CHECK", "Addresses", "Plan", "plan", "publish_check", "publish_comment"]


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

    A repository that never delivered a report is told nothing, nor is one whose policy only
    observes; nor is a commit on which nothing runs that reports, unless something is red there
    or is said already, or a branch may wait for our word; nor one that is long past. A merge
    queue hears the final word alone.
    """
    if not repository.has_reports:
        return None
    policy = policies.policy_of(session, repository.id)
    before = publications.publication(session, repository.id, CHECK, head_sha)
    since = before.waiting_since if before else None
    standing = waiting.standing(session, repository, head_sha, since=since, now=now)
    if not policy.publishes or standing.is_before_final_word:
        return None
    if all(past.is_past(session, run) for run in standing.runs):
        return None
    pr_number = _pull_request(session, repository, standing.runs, head_sha)
    about = About(policy, pr_number, addresses)
    view = run_view(commit_facts(session, repository, standing, about, now=now))
    may_be_required = policy.check is CheckConclusion.FAIL
    if before is None and view.is_green and not (standing.is_reporting or may_be_required):
        return None
    remarks = policies.remarks(session, repository.id, pr_number)
    granted = words_grants.on_pull_request(grants.lacking_in(session, repository.installation_id))
    view = replace(view, warnings=(*granted, *remarks, *view.warnings))
    return Plan(
        repository=repository,
        view=view,
        check=check.check_run(view),
        pr_number=pr_number,
        comment=policy.comment,
        published_check=before,
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
    shown = pulls.open_with_head(session, repository.id, head_sha)
    if shown:
        return next((number for number in named if number in shown), shown[0])
    if not named or pulls.is_known(session, repository.id, named[0]):
        return None
    return named[0]


def publish_check(engine: Engine, host: CodeHost, wanted: Plan, *, now: datetime) -> None:
    """Make the commit's check run say the plan; found again by its external id when lost."""
    repo, head_sha = wanted.repository, wanted.view.head_sha
    digest = digest_of(asdict(wanted.check))
    before = wanted.published_check
    if before is not None and before.digest == digest:
        return
    shown = clicks.kept(wanted.view.offers)
    with unit_of_work(engine) as session:
        publications.intend(
            session,
            repo.id,
            CHECK,
            head_sha,
            view=shown,
            now=now,
            waits=wanted.view.is_waiting,
        )
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
    if wanted.pr_number is None:
        return
    said = Sticky(
        wanted.repository,
        wanted.pr_number,
        markdown.comment_body(wanted.view, sticky.marker(wanted.repository.id)),
        wanted.published_comment,
        is_silent=_is_silent(wanted),
    )
    sticky.publish(engine, host, said, now=now)


def _is_silent(wanted: Plan) -> bool:
    """Whether no comment is begun: it is green, unless the policy wants one always, or never.

    Nothing red so far is no green yet, and not worth a comment.
    """
    is_asked = any(answer.is_to_comment for answer in wanted.view.answers)
    if is_asked and wanted.comment is not CommentWhen.NEVER:
        return False
    if wanted.comment is CommentWhen.ON_FAILURE or wanted.view.is_waiting:
        return wanted.view.is_green or wanted.comment is CommentWhen.NEVER
    return wanted.comment is CommentWhen.NEVER
