"""What is done once: who comes first takes it up."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.core.runs import RedRun
from app.db.tables.claims import ClaimRow, WishedRunRow


def claim(session: Session, repo_id: int, once: str, *, now: datetime) -> bool:
    """Take something up; False when it was taken up already."""
    new = insert(ClaimRow).values(repo_id=repo_id, once=once, at=now)
    kept = new.on_conflict_do_nothing().returning(col(ClaimRow.once))
    return session.execute(kept).first() is not None


def wish(
    session: Session, repo_id: int, once: str, runs: Sequence[RedRun], *, now: datetime
) -> None:
    """Write down which runs a click or a comment wants to run again."""
    rows = [
        {"repo_id": repo_id, "once": once, "run_id": one.run_id, "attempt": one.attempt, "at": now}
        for one in runs
    ]
    if rows:
        session.execute(insert(WishedRunRow).values(rows).on_conflict_do_nothing())


def wished(session: Session, repo_id: int, once: str) -> list[RedRun]:
    """The runs that were written down so, oldest first; none where none were."""
    query = (
        select(WishedRunRow.run_id, WishedRunRow.attempt)
        .where(col(WishedRunRow.repo_id) == repo_id, col(WishedRunRow.once) == once)
        .order_by(col(WishedRunRow.run_id))
    )
    return [RedRun(run_id, attempt) for run_id, attempt in session.exec(query)]
