"""The policy of a repository, as its default branch has it."""

from app.core.policy.policy import Policy, default_policy
from app.core.policy.reading import read_policy
from app.core.policy.tree import Fault
from app.db import policies
from app.db.policies import SnapshotKind
from app.db.session import Session


def policy_of(session: Session, repo_id: int) -> Policy:
    """What is in force: the newest file without a fault; the defaults where there is none."""
    found = policies.newest(session, repo_id, SnapshotKind.POLICY, in_force=True)
    read = read_policy(found.text).policy if found else None
    return read or default_policy()


def faults_of(session: Session, repo_id: int) -> tuple[Fault, ...]:
    """What is wrong with the newest file, so that an older one, or none, stays in force."""
    found = policies.newest(session, repo_id, SnapshotKind.POLICY)
    return found.errors if found else ()
