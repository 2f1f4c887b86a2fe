"""Erase what is kept of repositories: when they are gone for long, or because somebody says so."""

from datetime import datetime, timedelta

from app.core.errors import Missing
from app.db import erasing, repositories
from app.db.session import Engine, unit_of_work


def erase(engine: Engine, repo_id: int, full_name: str) -> None:
    """Erase all that is kept of a repository; cut short, it goes on where it ended."""
    for table in erasing.tables():
        more = True
        while more:
            with unit_of_work(engine) as session:
                more = erasing.erase_some(session, table, repo_id)
    with unit_of_work(engine) as session:
        erasing.erase_beside(session, repo_id, full_name)


def erase_gone(engine: Engine, *, days: int, now: datetime) -> int:
    """Erase the repositories that we were taken off so many days ago; how many there were."""
    with unit_of_work(engine) as session:
        found = erasing.gone_since(session, before=now - timedelta(days=days))
    for repo_id, full_name in found:
        erase(engine, repo_id, full_name)
    return len(found)


def named(engine: Engine, full_name: str) -> list[tuple[int, str]]:
    """The repository of this name; Missing where we keep nothing of it."""
    with unit_of_work(engine) as session:
        found = repositories.repository_named(session, full_name)
    if found is None:
        raise Missing(f"We do not know {full_name[:200]}.")
    return [(found.id, found.full_name)]


def of_installation(engine: Engine, installation_id: int) -> list[tuple[int, str]]:
    """The repositories of an installation; Missing where we keep none."""
    with unit_of_work(engine) as session:
        found = erasing.of_installation(session, installation_id)
    if not found:
        raise Missing(f"We keep no repository of installation {installation_id}.")
    return found


def forget_installation(engine: Engine, installation_id: int) -> None:
    """Erase an installation whose repositories are erased."""
    with unit_of_work(engine) as session:
        erasing.forget_installation(session, installation_id)
