"""A policy's terms for the cases at hand: who they are and whose, read only where it asks."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from app.core.policy.policy import Policy
from app.core.policy.rules import About
from app.core.terms import Terms
from app.db import cases, owners
from app.db.session import Session


def about(session: Session, repo_id: int, ids: Sequence[UUID]) -> dict[UUID, About]:
    """What a policy asks of these cases; those not known are missing."""
    labels = cases.labels(session, repo_id, ids)
    return {
        case_id: About(
            name=case.full_name,
            file=case.file,
            tags=labels[case_id].tags,
            priority=labels[case_id].priority,
        )
        for case_id, case in cases.cases(session, repo_id, ids).items()
    }


def terms_of(session: Session, repo_id: int, policy: Policy, wanted: Iterable[str]) -> Terms:
    """The terms for these cases, by hexadecimal id; a policy without any costs no query."""
    if not policy.has_terms:
        return Terms(policy)
    ids = [UUID(hex=one) for one in wanted]
    owned = owners.named(session, repo_id, ids) if policy.team_overrides else {}
    return Terms(
        policy,
        {case_id.hex: one for case_id, one in about(session, repo_id, ids).items()},
        {case_id.hex: names for case_id, names in owned.items()},
    )
