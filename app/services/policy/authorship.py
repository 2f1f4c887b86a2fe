"""Who changed a failing case's file last: asked of the code host where nobody is said to own it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from app.core.errors import FlakeGuardError
from app.core.runs import Commit, Repository, Run
from app.db import authors, cases, changes, executions, owners
from app.db.session import Engine, unit_of_work
from app.ports import CodeHost

FILES_MOST = 5  # of one run; where more fail, something else is wrong than their last change
AGAIN_AFTER = timedelta(days=7)  # a file may have been changed since
LONGEST_FILE = 1_000  # characters of a path that is asked for

log = structlog.get_logger()


def missing(engine: Engine, run: Run, *, now: datetime) -> list[str]:
    """The files of the cases that failed in a run whose last change nobody asked for of late.

    None where more fail than a few, and none of a case that has an owner: a guess is for the rest.
    """
    if not run.is_trusted:
        return []
    repo_id = run.key.repo_id
    with unit_of_work(engine) as session:
        failed = executions.failed_in_run(session, repo_id, run.key.run_id)
        owned = owners.named(session, repo_id, failed)
        files = {
            case.file
            for case in cases.cases(session, repo_id, failed).values()
            if case.file is not None and len(case.file) <= LONGEST_FILE and case.id not in owned
        }
        if len(files) > FILES_MOST:
            return []
        return sorted(files - authors.asked(session, repo_id, files, since=now - AGAIN_AFTER))


def fetch(host: CodeHost, repository: Repository, files: list[str]) -> dict[str, Commit | None]:
    """Ask the code host, with no transaction open; None for a file that no commit changed.

    Raises Unavailable where it is worth trying again.
    """
    return {file: _asked(host, repository.full_name, file) for file in files}


def _asked(host: CodeHost, name: str, file: str) -> Commit | None:
    try:
        return host.last_commit(name, file)
    except FlakeGuardError as error:
        if not error.permanent:
            raise
        log.info("last_change_not_told", file=file, reason=str(error))
        return None


def keep(
    engine: Engine, repository: Repository, found: Mapping[str, Commit | None], *, now: datetime
) -> None:
    """Store what was fetched, so that it is not asked for again soon."""
    with unit_of_work(engine) as session:
        known = [commit for commit in found.values() if commit is not None]
        changes.write_commits(session, repository.id, known, now=now)
        for file, commit in found.items():
            authors.note(session, repository.id, file, commit.sha if commit else None, now=now)
