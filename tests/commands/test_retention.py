"""`flakeguard retention` on a database of its own."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.clock import utc_now
from app.db.session import Engine, unit_of_work
from app.embedded import Servers
from tests.commands.world import run
from tests.databases import database_of
from tests.db.sums import REPO, Reports

NAME = f"acme/r{REPO}"
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def engine(servers: Servers) -> Iterator[Engine]:
    """A new installation's database: nothing is past its time but what a test puts there."""
    assert servers.database_url is not None
    with database_of(servers.database_url, utc_now()) as engine:
        yield engine


@pytest.fixture
def said(tmp_path: Path, engine: Engine, servers: Servers) -> Say:
    """What the command says: its exit status, its words and its complaints."""
    Reports(engine, utc_now()).open()
    url = engine.url.render_as_string(hide_password=False)
    assert servers.redis_url is not None

    def say(*arguments: str) -> tuple[int, str, str]:
        return run(
            tmp_path / "data",
            "retention",
            *arguments,
            DATABASE_URL=url,
            REDIS_URL=servers.redis_url or "",
            FLAKEGUARD_SECRET_KEY="x" * 43 + "=",
        )

    return say


def fill(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        session.execute(
            text("""INSERT INTO delivery (source, guid, event, body, request_id, received_at)
                    SELECT 'github', n::text, 'push', '', '', :at FROM generate_series(1, 3) n"""),
            {"at": utc_now() - timedelta(days=31)},
        )


def test_a_dry_run_says_what_would_go_and_leaves_it(said: Say, engine: Engine) -> None:
    fill(engine)
    going = [{"table": "delivery", "partition": None, "rows": 3}]

    told = json.loads(said("--dry-run", "--json")[1])
    assert told == {"dry_run": True, "going": going, "waiting": []}
    done = json.loads(said("--json")[1])
    assert done == {"dry_run": False, "going": going, "waiting": []}
    status, words, _ = said()
    assert (status, words) == (0, "Nothing is past its time.\n")


def test_a_repositorys_own_days_are_set_and_written_down(said: Say, engine: Engine) -> None:
    said(NAME, "--keep", "runs=120")
    answer = json.loads(said(NAME, "--keep", "videos=3", "--json")[1])

    assert (answer["days"]["runs"], answer["days"]["videos"]) == (120, 3)
    assert answer["days"]["failed_runs"] == 180
    with unit_of_work(engine) as session:
        events = session.execute(text("SELECT act, before, after FROM audit_event ORDER BY at"))
        assert [tuple(row) for row in events] == [
            ("keep", {}, {"runs": 120}),
            ("keep", {"runs": 120}, {"runs": 120, "videos": 3}),
        ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((NAME, "--keep", "runs=0"), "retention.runs must be a whole number of days, 1 to 3650."),
        ((NAME, "--keep", "runs"), "Say --keep runs=DAYS, not --keep runs."),
        (("acme/none", "--keep", "runs=9"), "We do not know acme/none."),
    ],
)
def test_what_cannot_be_kept_is_refused_in_a_sentence(
    said: Say,
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    assert said(*arguments) == (1, "", f"flakeguard: {sentence}\n")
