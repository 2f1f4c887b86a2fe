"""Project tokens: found by their digest, never by their text."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.core.tokens import ProjectToken, Scope
from app.db.tables.handed import ProjectTokenRow
from app.db.tables.outside import RepositoryRow


def add(
    session: Session,
    repo_id: int,
    digest: bytes,
    *,
    name: str,
    now: datetime,
    replaces: int | None = None,
    scopes: Iterable[Scope] = (Scope.UPLOAD,),
) -> int:
    """Store a token by its digest; its id."""
    row = ProjectTokenRow(
        repo_id=repo_id,
        digest=digest,
        name=name,
        created_at=now,
        replaces=replaces,
        scopes=sorted(scope.value for scope in scopes),
    )
    session.add(row)
    session.flush()  # the database hands out its id
    return row.token_id


def by_digest(session: Session, repo_id: int, digest: bytes) -> ProjectToken | None:
    """The token with this digest, whatever its state; None when the repository has none such."""
    found = _tokens(
        session,
        _query().where(
            col(ProjectTokenRow.repo_id) == repo_id, col(ProjectTokenRow.digest) == digest
        ),
    )
    return found[0] if found else None


def locked(session: Session, token_id: int) -> ProjectToken | None:
    """A token by its number, held against changes by others until the end."""
    query = _query().where(col(ProjectTokenRow.token_id) == token_id)
    found = _tokens(session, query.with_for_update(of=ProjectTokenRow))
    return found[0] if found else None


def listed(session: Session, *, repo_id: int | None) -> list[ProjectToken]:
    """Every token, or those of one repository, by project and then by age."""
    query = _query().order_by(col(RepositoryRow.full_name), col(ProjectTokenRow.token_id))
    if repo_id is not None:
        query = query.where(col(ProjectTokenRow.repo_id) == repo_id)
    return _tokens(session, query)


def note_use(session: Session, token: ProjectToken, *, now: datetime) -> None:
    """Write down that a token was used."""
    _change(session, token, last_used_at=now)


def end(session: Session, token: ProjectToken, *, at: datetime) -> None:
    """Let a token go on until then, and no longer."""
    _change(session, token, ends_at=at)


def revoke(session: Session, token: ProjectToken, *, now: datetime) -> None:
    """Let a token open nothing from now on."""
    _change(session, token, revoked_at=now)


def _change(session: Session, token: ProjectToken, **values: datetime) -> None:
    session.execute(
        update(ProjectTokenRow)
        .where(
            col(ProjectTokenRow.repo_id) == token.repo_id,
            col(ProjectTokenRow.token_id) == token.id,
        )
        .values(**values)
    )


def _query() -> Any:  # noqa: ANN401 -- SQLModel and SQLAlchemy have a type each for it
    return select(ProjectTokenRow, RepositoryRow.full_name).join(
        RepositoryRow, col(RepositoryRow.repo_id) == ProjectTokenRow.repo_id
    )


def _tokens(session: Session, query: Any) -> list[ProjectToken]:  # noqa: ANN401 -- as above
    return [_token(row, full_name) for row, full_name in session.execute(query)]


def _token(row: ProjectTokenRow, full_name: str) -> ProjectToken:
    return ProjectToken(
        id=row.token_id,
        repo_id=row.repo_id,
        project=full_name,
        name=row.name,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        ends_at=row.ends_at,
        revoked_at=row.revoked_at,
        replaces=row.replaces,
        scopes=frozenset(Scope(scope) for scope in row.scopes),
    )
