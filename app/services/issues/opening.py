"""Opening issues of our own accord, where the policy says so."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.core.decide import State
from app.core.quarantine import QuarantineState
from app.core.runs import Repository, Run
from app.db import decisions, issues, judgements
from app.db.session import Session
from app.services.acts import OURSELVES_NAME, ourselves
from app.services.acts.issues import open_issue
from app.services.acts.subject import hold
from app.services.policy.holding import rules_for
from app.services.policy.policies import policy_of
from app.services.quarantine import proposing

DAY = timedelta(days=1)
DECIDED = frozenset({QuarantineState.DISMISSED, QuarantineState.RESOLVED})

log = structlog.get_logger(__name__)


def open_due(
    session: Session,
    repository: Repository,
    run: Run,
    seen: Collection[UUID],
    *,
    now: datetime,
    request_id: str,
) -> None:
    """Open issues about those of these cases that are flaky and have none, up to the day's cap.

    On the same grounds on which a quarantine is proposed: never on one run, one commit, one pull
    request or a fork's, never about a case that the pull request itself changes.
    """
    policy = policy_of(session, repository.id)
    if not policy.opens_issues or not run.is_trusted:
        return
    since = now - DAY
    left = policy.issues.per_day - issues.count_opened(
        session, repository.id, by=OURSELVES_NAME, since=since
    )
    actor = ourselves("worker", request_id)
    for case_id in _candidates(session, repository.id, seen):
        if left <= 0:
            log.info("issues_capped", repo=repository.id, per_day=policy.issues.per_day)
            return
        subject = hold(session, repository.id, case_id)
        rules = rules_for(session, repository.id, case_id, branch=run.branch)
        has_one = issues.of_case(session, repository.id, case_id) is not None  # a neighbour's
        if has_one or proposing.why_not(session, subject, rules, run) is not None:
            continue
        open_issue(session, repository.id, case_id, actor, now=now)
        left -= 1


def _candidates(session: Session, repo_id: int, seen: Collection[UUID]) -> list[UUID]:
    """The flaky ones of these that have no issue and were not decided about otherwise."""
    states = judgements.states(session, repo_id, [one.hex for one in seen])
    flaky = [one for one in sorted(seen) if states.get(one.hex) is State.FLAKY]
    decided = decisions.newest(session, repo_id, flaky)
    return [one for one in flaky if one not in decided or decided[one].state not in DECIDED]
