"""Files that say how we work, as read from default branches: policies and CODEOWNERS."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import case
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.core.policy.reading import PLACE
from app.core.policy.tree import Fault
from app.db.tables.outside import PolicyProposalRow, PolicySnapshotRow, PullRequestRow

NO_FILE = ""  # the SHA of a file that is not there


class SnapshotKind(StrEnum):
    """What a file says."""

    POLICY = "policy"  # .flakeguard.yml
    OWNERS = "owners"  # CODEOWNERS


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A file as read; `path` is None and the text empty where there is none."""

    kind: SnapshotKind
    sha: str  # of the blob; NO_FILE where there is none
    path: str | None
    text: str
    errors: tuple[Fault, ...] = ()


def write(session: Session, repo_id: int, read: Snapshot, *, now: datetime) -> None:
    """Store what was read; reading the same again only makes it the newest.

    The same file has the same faults, unless we have come to know of more: what was taken once
    stays so, though we should not take it today.
    """
    values = {
        "repo_id": repo_id,
        "kind": read.kind.value,
        "sha": read.sha,
        "path": read.path,
        "text": read.text,
        "errors": _stored(read.errors),
        "read_at": now,
    }
    new = insert(PolicySnapshotRow).values(values)
    is_taken = col(PolicySnapshotRow.errors) == []
    errors = case((is_taken, col(PolicySnapshotRow.errors)), else_=new.excluded.errors)
    session.execute(
        new.on_conflict_do_update(
            index_elements=["repo_id", "kind", "sha"],
            set_={name: values[name] for name in ("path", "text", "read_at")} | {"errors": errors},
            where=col(PolicySnapshotRow.read_at) <= new.excluded.read_at,
        )
    )


def newest(
    session: Session, repo_id: int, kind: SnapshotKind, *, in_force: bool = False
) -> Snapshot | None:
    """What was read last, or the last that had no error; None where nothing was ever read."""
    query = (
        select(PolicySnapshotRow)
        .where(col(PolicySnapshotRow.repo_id) == repo_id)
        .where(col(PolicySnapshotRow.kind) == kind.value)
        .order_by(col(PolicySnapshotRow.read_at).desc(), col(PolicySnapshotRow.sha))
        .limit(1)
    )
    if in_force:
        query = query.where(col(PolicySnapshotRow.errors) == [])
    row = session.exec(query).first()
    return None if row is None else _snapshot(row)


def propose(session: Session, repo_id: int, branch: str, read: Snapshot, *, now: datetime) -> None:
    """Store the policy file of a branch."""
    values = {
        "repo_id": repo_id,
        "branch": branch,
        "sha": read.sha,
        "text": read.text,
        "errors": _stored(read.errors),
        "read_at": now,
    }
    new = insert(PolicyProposalRow).values(values)
    session.execute(
        new.on_conflict_do_update(
            index_elements=["repo_id", "branch"],
            set_={name: values[name] for name in ("sha", "text", "errors", "read_at")},
            where=col(PolicyProposalRow.read_at) <= new.excluded.read_at,
        )
    )


def proposed_by(session: Session, repo_id: int, number: int) -> tuple[str, Snapshot] | None:
    """A pull request's branch with its policy file, where a push to it touched the file.

    None for a fork's: what it writes is never shown as a policy.
    """
    query = (
        select(PolicyProposalRow)
        .join(
            PullRequestRow,
            (col(PullRequestRow.repo_id) == PolicyProposalRow.repo_id)
            & (col(PullRequestRow.head_branch) == PolicyProposalRow.branch),
        )
        .where(col(PullRequestRow.repo_id) == repo_id, col(PullRequestRow.number) == number)
        .where(col(PullRequestRow.is_fork).is_(False))
    )
    row = session.exec(query).first()
    if row is None:
        return None
    path = PLACE if row.sha != NO_FILE else None
    return row.branch, Snapshot(SnapshotKind.POLICY, row.sha, path, row.text, _faults(row.errors))


def heads_of(session: Session, repo_id: int, branch: str) -> list[str]:
    """The heads of the open pull requests from a branch of the repository itself."""
    query = (
        select(PullRequestRow.head_sha)
        .where(col(PullRequestRow.repo_id) == repo_id, col(PullRequestRow.head_branch) == branch)
        .where(col(PullRequestRow.state) == "open", col(PullRequestRow.is_fork).is_(False))
    )
    return list(session.exec(query))


def _snapshot(row: PolicySnapshotRow) -> Snapshot:
    return Snapshot(
        kind=SnapshotKind(row.kind),
        sha=row.sha,
        path=row.path,
        text=row.text,
        errors=_faults(row.errors),
    )


def _stored(found: Sequence[Fault]) -> list[dict[str, object]]:
    return [{"line": one.line, "column": one.column, "sentence": one.sentence} for one in found]


def _faults(stored: Sequence[dict[str, object]]) -> tuple[Fault, ...]:
    return tuple(
        Fault(int(str(one["line"])), int(str(one["column"])), str(one["sentence"]))
        for one in stored
    )
