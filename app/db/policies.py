"""Files that say how we work, as read from default branches: policies and CODEOWNERS."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.core.policy.tree import Fault
from app.db.tables.outside import PolicySnapshotRow

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
    """Store what was read; reading the same again only makes it the newest."""
    values = {
        "repo_id": repo_id,
        "kind": read.kind.value,
        "sha": read.sha,
        "path": read.path,
        "text": read.text,
        "errors": [
            {"line": one.line, "column": one.column, "sentence": one.sentence}
            for one in read.errors
        ],
        "read_at": now,
    }
    new = insert(PolicySnapshotRow).values(values)
    session.execute(
        new.on_conflict_do_update(
            index_elements=["repo_id", "kind", "sha"],
            set_={name: values[name] for name in ("path", "text", "errors", "read_at")},
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


def _snapshot(row: PolicySnapshotRow) -> Snapshot:
    return Snapshot(
        kind=SnapshotKind(row.kind),
        sha=row.sha,
        path=row.path,
        text=row.text,
        errors=_faults(row.errors),
    )


def _faults(stored: Sequence[dict[str, object]]) -> tuple[Fault, ...]:
    return tuple(
        Fault(int(str(one["line"])), int(str(one["column"])), str(one["sentence"]))
        for one in stored
    )
