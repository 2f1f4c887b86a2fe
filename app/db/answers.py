"""What clicks and commands were answered, each once."""

from sqlalchemy import or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.core.answers import Answer
from app.db.tables.said import AnswerRow

SHOWN = 5  # the newest ones; older ones have been read


def add(
    session: Session,
    repo_id: int,
    answer: Answer,
    *,
    once: str,
    head_sha: str,
    pr_number: int | None = None,
) -> bool:
    """Write an answer down; False when this was answered already."""
    new = insert(AnswerRow).values(
        repo_id=repo_id,
        once=once,
        head_sha=head_sha,
        pr_number=pr_number,
        text=answer.text,
        url=answer.url,
        at=answer.at,
    )
    kept = new.on_conflict_do_nothing(constraint="answer_once").returning(col(AnswerRow.answer_id))
    return session.execute(kept).first() is not None


def shown(
    session: Session, repo_id: int, head_sha: str | None, pr_number: int | None
) -> tuple[Answer, ...]:
    """The newest answers given on a commit or in its pull request, oldest first."""
    here = [col(AnswerRow.head_sha) == head_sha] if head_sha else []
    here += [col(AnswerRow.pr_number) == pr_number] if pr_number is not None else []
    query = (
        select(AnswerRow)
        .where(col(AnswerRow.repo_id) == repo_id, or_(*here))
        .order_by(col(AnswerRow.answer_id).desc())
        .limit(SHOWN)
    )
    rows = list(session.exec(query))
    return tuple(
        Answer(row.at, row.text, row.url, is_to_comment=row.pr_number is not None)
        for row in reversed(rows)
    )
