"""Who says that a held case is fixed: a commit that touches its file, or names its issue."""

from collections.abc import Sequence
from datetime import datetime

from app.core.deliveries import Pushed, PushSeen
from app.core.naming_issues import Linked, is_named, is_revert, named_in
from app.core.quarantine import QuarantineState
from app.core.touched import touches
from app.db import cases, decisions, issues, repositories
from app.db.cases import Case
from app.db.session import Session
from app.services.acts.actor import ourselves
from app.services.quarantine import proving


def note_push(session: Session, push: PushSeen, *, now: datetime) -> None:
    """Let each quarantine wait for its proof whose fix a commit of the default branch claims.

    Costs one look at what is held, and at the issues linked to it where a message names any.
    """
    active = [
        one
        for one in decisions.holding(session, push.repo_id)
        if one.state is QuarantineState.ACTIVE
    ]
    if not active:
        return
    ids = [one.case_id for one in active]
    known = cases.cases(session, push.repo_id, ids)
    linked = issues.linked_to(session, push.repo_id, ids) if _names_any(push.commits) else {}
    repository = repositories.repository(session, push.repo_id)
    name = repository.full_name if repository else ""
    for one in active:
        case, theirs = known[one.case_id], linked.get(one.case_id, ())
        claiming = (c for c in push.commits if claims(c, case, issues=theirs, repository=name))
        sha = next((commit.sha for commit in claiming), None)
        if sha is not None:
            actor = ourselves("webhook", sha)
            proving.claim_fix(session, push.repo_id, one.case_id, actor, fix=sha, now=now)


def claims(commit: Pushed, case: Case, *, issues: Sequence[Linked], repository: str) -> bool:
    """Whether a commit touches a case's file or names an issue that is linked to it.

    What takes a commit back claims nothing: it may be the fix that it takes back.
    """
    if is_revert(commit.message):
        return False
    if touches(commit.files, file=case.file, classname=case.classname):
        return True
    named = named_in(commit.message)
    return any(is_named(one, named, repository=repository) for one in issues)


def _names_any(commits: Sequence[Pushed]) -> bool:
    return any(named_in(one.message) for one in commits)
