"""Which flaky or held cases a pull request may mend: they ran on its commit, and never failed."""

from app.core.naming import KnownCase
from app.core.naming_issues import is_named
from app.core.runs import Repository
from app.core.touched import touches
from app.db import cares, changes, executions, held, issues, judgements, pulls
from app.db.session import Session
from app.services.publishing.waiting import Standing


def mended(
    session: Session, repository: Repository, standing: Standing, pr_number: int | None
) -> list[KnownCase]:
    """Those whose file it touches, or whose issue it names, by name.

    None of which somebody said already that it is stable from this commit on.
    """
    if pr_number is None:
        return []
    meant = _meant(session, repository, standing.head_sha, pr_number)
    if not meant:
        return []
    ids, runs = [one.case_id for one in meant], [run.key for run in standing.judged]
    failed = {
        one.case_id
        for one in judgements.findings(session, repository.id, [key.run_id for key in runs])
    }
    ran = {one for key in runs for one in executions.seen_in_run(session, key, ids)}
    said = cares.cares(session, repository.id, ids).items()
    stable = {one for one, care in said if care.stable_sha == standing.head_sha}
    return [one for one in meant if one.case_id in ran - failed - stable]


def _meant(
    session: Session, repository: Repository, head_sha: str, pr_number: int
) -> list[KnownCase]:
    repo_id, name = repository.id, repository.full_name
    change = (head_sha, pr_number)
    files = set(changes.files(session, repo_id, [change]).get(change, ()))
    named = pulls.named_issues(session, repo_id, pr_number)
    if not files and not named:
        return []
    watched = held.watched(session, repo_id)
    ids = [case.case_id for case, _, _ in watched]
    linked = issues.linked_to(session, repo_id, ids) if named else {}
    return [
        case
        for case, file, classname in watched
        if touches(files, file=file, classname=classname)
        or any(is_named(one, named, repository=name) for one in linked.get(case.case_id, ()))
    ]
