"""Installations, repositories and pull requests, as deliveries name them."""

from datetime import datetime
from typing import Any

from sqlalchemy import inspect, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, SQLModel, col, select

from app.core.deliveries import AccountRenamed, InstallationSeen, RepositorySeen
from app.core.errors import BadInput
from app.core.retention import DEFAULTS, Retention
from app.core.runs import PullRequest, Repository
from app.db.tables.outside import InstallationRow, PullRequestRow, RepositoryRow


def note_installation(session: Session, seen: InstallationSeen, *, now: datetime) -> None:
    """Store an installation as it was at `now`, unless it was heard of later.

    What names it in passing tells only that it was there: an event that was under way when it
    was suspended or removed undoes nothing. With it go, and come back, its repositories.
    """
    if not seen.is_news:
        _meet_installation(session, seen, now=now)
        return
    values = {
        "id": seen.id,
        "account": seen.account,
        "suspended_at": seen.suspended_at,
        "deleted_at": seen.deleted_at,
        "updated_at": now,
        "permissions": dict(seen.permissions or {}),
    }
    _upsert(session, InstallationRow, values, ("id",), () if seen.permissions else ("permissions",))
    if seen.deleted_at is not None:
        session.execute(
            text(
                "UPDATE repository SET removed_at = :now, updated_at = :now"
                " WHERE installation_id = :id AND removed_at IS NULL AND updated_at <= :now"
            ),
            {"id": seen.id, "now": now},
        )


def _meet_installation(session: Session, seen: InstallationSeen, *, now: datetime) -> None:
    session.execute(
        text(
            "INSERT INTO installation (id, account, updated_at) VALUES (:id, :account, :now)"
            " ON CONFLICT (id) DO UPDATE SET account = excluded.account"
            " WHERE installation.updated_at <= excluded.updated_at"
            " AND installation.account <> excluded.account"
        ),
        {"id": seen.id, "account": seen.account, "now": now},
    )


def rename_account(session: Session, seen: AccountRenamed, *, now: datetime) -> None:
    """Give an installation's repositories their owner's new name."""
    values = {"id": seen.installation_id, "account": seen.account, "now": now}
    session.execute(
        text("UPDATE installation SET account = :account WHERE id = :id AND updated_at <= :now"),
        values,
    )
    moving = """
        SELECT repo_id, :account || '/' || split_part(full_name, '/', 2) AS full_name
        FROM repository WHERE provider = 'github' AND installation_id = :id AND updated_at <= :now
    """
    session.execute(
        text(
            "UPDATE repository SET full_name = repository.full_name || '#' || repository.repo_id"
            f" FROM ({moving}) AS moving WHERE repository.full_name = moving.full_name"
            " AND repository.provider = 'github' AND repository.repo_id <> moving.repo_id"
        ),
        values,
    )
    session.execute(
        text(
            "UPDATE repository SET full_name = moving.full_name, updated_at = :now"
            f" FROM ({moving}) AS moving WHERE repository.repo_id = moving.repo_id"
        ),
        values,
    )


def note_repository(session: Session, seen: RepositorySeen, *, now: datetime) -> None:
    """Store a repository as it was at `now`, unless it was heard of later.

    Its name may have passed to it from another. An empty default branch means that the delivery
    does not tell it. One that we were taken off stays so, unless this is news of being put on it.
    """
    repository = seen.repository
    if _is_old_news(session, repository, now=now):
        return
    session.execute(
        text(
            "UPDATE repository SET full_name = full_name || '#' || repo_id"
            " WHERE provider = 'github' AND full_name = :name AND repo_id <> :repo_id"
        ),
        {"name": repository.full_name, "repo_id": repository.id},
    )
    values: dict[str, Any] = {
        "repo_id": repository.id,
        "provider": "github",
        "full_name": repository.full_name,
        "default_branch": repository.default_branch,
        "is_private": seen.is_private,
        "removed_at": None,
        "updated_at": now,
        "settings": {},
    }
    if repository.installation_id is not None:
        values["installation_id"] = repository.installation_id
    if seen.is_archived is not None:
        values["is_archived"] = seen.is_archived
    unknown = () if repository.default_branch else ("default_branch",)
    stays = () if seen.is_news else ("removed_at",)
    _upsert(session, RepositoryRow, values, key=("repo_id",), keep=("settings", *unknown, *stays))


def _is_old_news(session: Session, repository: Repository, *, now: datetime) -> bool:
    """Whether a repository was heard of later; it must take no name from whoever has it now."""
    query = text("SELECT updated_at > :now FROM repository WHERE repo_id = :repo_id")
    return bool(session.execute(query, {"now": now, "repo_id": repository.id}).scalar())


def note_default_branch(session: Session, repo_id: int, branch: str) -> None:
    """Store which branch is the default one, where no delivery told it yet."""
    session.execute(
        text(
            "UPDATE repository SET default_branch = :branch"
            " WHERE repo_id = :id AND default_branch = ''"
        ),
        {"id": repo_id, "branch": branch},
    )


def note_outside(session: Session, made: Repository, *, provider: str, now: datetime) -> None:
    """Store a repository of a host that tells us nothing by itself; one that is known stays."""
    session.execute(
        insert(RepositoryRow)
        .values(
            repo_id=made.id,
            provider=provider,
            full_name=made.full_name,
            default_branch=made.default_branch,
            is_private=True,
            settings={},
            updated_at=now,
        )
        .on_conflict_do_nothing()
    )


def note_removal(session: Session, repo_id: int, *, now: datetime) -> None:
    """The App was taken off a repository: nothing more is said there, until it is put back."""
    session.execute(
        text(
            "UPDATE repository SET removed_at = :now, updated_at = :now"
            " WHERE repo_id = :id AND updated_at <= :now"
        ),
        {"now": now, "id": repo_id},
    )


def note_pull_request(session: Session, repo_id: int, seen: PullRequest) -> None:
    """Store a pull request, unless a newer sight of it is stored already."""
    values = {
        "repo_id": repo_id,
        "number": seen.number,
        "title": seen.title,
        "author": seen.author,
        "state": seen.state,
        "head_sha": seen.head_sha,
        "head_branch": seen.head_branch,
        "head_repo": seen.head_repo,
        "base_branch": seen.base_branch,
        "base_sha": seen.base_sha,
        "is_fork": seen.is_fork,
        "updated_at": seen.updated_at,
        "labels": list(seen.labels),
        "named_issues": list(seen.named_issues),
    }
    new = insert(PullRequestRow).values(values)
    session.execute(
        new.on_conflict_do_update(
            index_elements=["repo_id", "number"],
            set_=values,
            where=col(PullRequestRow.updated_at) <= new.excluded.updated_at,
        )
    )


def repository(session: Session, repo_id: int) -> Repository | None:
    """A repository by its id; None when we never saw it, or may do nothing there.

    We were taken off it, or its account suspended the App.
    """
    row = session.get(RepositoryRow, repo_id)
    if row is None or row.removed_at is not None or _is_suspended(session, row):
        return None
    return _repository(row)


def _is_suspended(session: Session, row: RepositoryRow) -> bool:
    if row.installation_id is None:
        return False
    found = session.get(InstallationRow, row.installation_id)
    return found is not None and (found.suspended_at is not None or found.deleted_at is not None)


def hold(session: Session, repo_id: int) -> None:
    """Keep others from holding this repository until the transaction ends.

    Rows that refer to it can be written meanwhile: only its other columns are locked.
    """
    session.execute(
        text("SELECT 1 FROM repository WHERE repo_id = :id FOR NO KEY UPDATE"), {"id": repo_id}
    )


def repository_named(session: Session, full_name: str) -> Repository | None:
    """A repository by owner/name; None when we never saw it."""
    row = session.exec(select(RepositoryRow).where(RepositoryRow.full_name == full_name)).first()
    return None if row is None else _repository(row)


def repositories(session: Session) -> list[Repository]:
    """Every repository that we are on, by name."""
    query = select(RepositoryRow).where(col(RepositoryRow.removed_at).is_(None))
    return [_repository(row) for row in session.exec(query.order_by(RepositoryRow.full_name))]


def retention(session: Session, repo_id: int) -> Retention:
    """What a repository keeps for how long; the defaults where it set nothing that holds."""
    return retention_in(settings(session, repo_id))


def settings(session: Session, repo_id: int) -> dict[str, Any]:
    """What was set for a repository; nothing for one that nobody knows."""
    found = session.execute(
        text("SELECT settings FROM repository WHERE repo_id = :id"), {"id": repo_id}
    ).scalar_one_or_none()
    return found or {}


def note_settings(session: Session, repo_id: int, chosen: dict[str, Any], *, now: datetime) -> None:
    """Set all that is set for a repository."""
    session.execute(
        update(RepositoryRow)
        .where(col(RepositoryRow.repo_id) == repo_id)
        .values(settings=chosen, updated_at=now)
    )


def retention_in(stored: dict[str, Any]) -> Retention:
    """The retention in stored settings: what is wrong there was refused when it was set."""
    try:
        return Retention.of(stored)
    except BadInput:
        return DEFAULTS


def note_first_report(session: Session, repo_id: int, *, now: datetime) -> None:
    """From its first report on, a repository is told what we think."""
    session.execute(
        text(
            "UPDATE repository SET first_report_at = :now"
            " WHERE repo_id = :id AND first_report_at IS NULL"
        ),
        {"now": now, "id": repo_id},
    )


def _repository(row: RepositoryRow) -> Repository:
    return Repository(
        id=row.repo_id,
        full_name=row.full_name,
        default_branch=row.default_branch,
        installation_id=row.installation_id,
        has_reports=row.first_report_at is not None,
        is_archived=row.is_archived,
        retention=retention_in(row.settings),
    )


def _upsert(
    session: Session,
    table: type[SQLModel],
    values: dict[str, Any],
    key: tuple[str, ...],
    keep: tuple[str, ...] = (),
) -> None:
    """Write a row, or bring it up to date, unless what stands there is newer."""
    changed = {name: value for name, value in values.items() if name not in (*key, *keep)}
    new = insert(table).values(values)
    is_newer = inspect(table).local_table.c.updated_at <= new.excluded.updated_at
    session.execute(
        new.on_conflict_do_update(index_elements=list(key), set_=changed, where=is_newer)
    )
