"""Pull requests as they are looked for: by their head, by their number."""

from sqlmodel import Session, col, select

from app.db.tables.outside import PullRequestRow


def open_with_head(session: Session, repo_id: int, head_sha: str) -> list[int]:
    """The open pull requests with this head, newest first; somebody else's may have it too."""
    query = (
        select(PullRequestRow.number)
        .where(col(PullRequestRow.repo_id) == repo_id, col(PullRequestRow.head_sha) == head_sha)
        .where(col(PullRequestRow.state) == "open")
        .order_by(col(PullRequestRow.number).desc())
    )
    return list(session.exec(query))


def head_of(session: Session, repo_id: int, number: int) -> str | None:
    """The newest commit of a pull request that we know; None when we do not know it."""
    row = session.get(PullRequestRow, (repo_id, number))
    return None if row is None else row.head_sha


def named_issues(session: Session, repo_id: int, number: int) -> tuple[str, ...]:
    """The issues that a pull request names, as `#12` or by their links."""
    row = session.get(PullRequestRow, (repo_id, number))
    return () if row is None else tuple(row.named_issues)


def is_known(session: Session, repo_id: int, number: int) -> bool:
    """Whether a delivery has told us of this pull request."""
    return session.get(PullRequestRow, (repo_id, number)) is not None
