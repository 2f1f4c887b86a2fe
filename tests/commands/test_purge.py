"""What is kept of a repository: erased when somebody says so, or when it is gone for long."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.clock import utc_now
from app.db import erasing as rows
from app.db.session import Engine, unit_of_work
from app.embedded import Servers
from app.services import erasing
from tests.commands.world import run
from tests.db.sums import REPO, Reports

NAME = f"acme/r{REPO}"
DAY = timedelta(days=1)
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(tmp_path: Path, engine: Engine, servers: Servers) -> Say:
    """What the command says: its exit status, its words and its complaints."""
    reports = Reports(engine, utc_now())
    reports.open()
    reports.some(3)
    url = engine.url.render_as_string(hide_password=False)
    assert servers.redis_url is not None

    def say(*arguments: str) -> tuple[int, str, str]:
        return run(
            tmp_path / "data",
            "purge",
            *arguments,
            DATABASE_URL=url,
            REDIS_URL=str(servers.redis_url),
            FLAKEGUARD_SECRET_KEY="x" * 43 + "=",
        )

    return say


def kept(engine: Engine) -> int:
    """How many rows there are of the repository, in whatever table."""
    with unit_of_work(engine) as session:
        counts = [
            session.execute(
                text(f"SELECT count(*) FROM {table} WHERE repo_id = :repo"), {"repo": REPO}
            ).scalar_one()
            for table in rows.tables()
        ]
    return sum(counts)


def leave(engine: Engine) -> None:
    """We are taken off the repository, now."""
    with unit_of_work(engine) as session:
        session.execute(text("UPDATE repository SET removed_at = :now"), {"now": utc_now()})


def test_a_repository_is_erased_at_once_with_all_that_was_kept_of_it(
    said: Say, engine: Engine
) -> None:
    before = kept(engine)

    answer = said(NAME, "--yes")

    assert answer == (0, f"Erased all that was kept of {NAME}.\n", "")
    assert before > 3
    assert kept(engine) == 0


def test_nothing_is_erased_without_a_yes(said: Say, engine: Engine) -> None:
    before = kept(engine)

    status, _, _ = said(NAME)

    assert status == 1
    assert kept(engine) == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Say what to erase: flakeguard purge OWNER/REPO, or --installation ID."),
        (("acme/none", "--yes"), "We do not know acme/none."),
        (("--installation", "9", "--yes"), "We keep no repository of installation 9."),
    ],
)
def test_what_is_not_there_is_said(said: Say, arguments: tuple[str, ...], sentence: str) -> None:
    assert said(*arguments) == (1, "", f"flakeguard: {sentence}\n")


def test_a_repository_that_is_gone_is_erased_after_its_days(said: Say, engine: Engine) -> None:
    leave(engine)
    before = kept(engine)

    early = erasing.erase_gone(engine, days=30, now=utc_now() + 29 * DAY)
    left = kept(engine)
    late = erasing.erase_gone(engine, days=30, now=utc_now() + 31 * DAY)

    assert (early, left) == (0, before)
    assert late == 1
    assert kept(engine) == 0


def test_a_repository_that_we_are_on_is_never_erased_by_itself(said: Say, engine: Engine) -> None:
    assert erasing.erase_gone(engine, days=0, now=utc_now() + 400 * DAY) == 0
