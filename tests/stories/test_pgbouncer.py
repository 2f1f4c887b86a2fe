"""Behind PgBouncer in transaction mode, where every transaction may meet another connection."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import text

from app.db.session import engine_for
from app.demo.stage import Stage, set_up
from tests.stories.bouncer import POOL, PROGRAM, pooled
from tests.stories.conftest import free_port
from tests.stories.portraits import portrait
from tests.stories.twins import Twins

pytestmark = [
    pytest.mark.story,
    pytest.mark.skipif(not PROGRAM.exists(), reason=f"PgBouncer is not installed: no {PROGRAM}"),
]


HELD = {
    "prepared": "SELECT count(*) FROM pg_prepared_statements",
    "locks": "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted",
    "settings": "SELECT count(*) FROM pg_settings WHERE source = 'session'"
    " AND name NOT IN ('application_name', 'client_encoding', 'DateStyle', 'TimeZone')",
}


@pytest.fixture
def stage(database_url: str, tmp_path: Path) -> Iterator[Stage]:
    with (
        pooled(database_url, tmp_path / "bouncer") as url,
        set_up(
            tmp_path / "data",
            port=free_port(),
            workers=2,
            database_url=SecretStr(url),
            secret_keys=(SecretStr(Fernet.generate_key().decode()),),
        ) as stage,
    ):
        yield stage


def test_the_whole_way_works_and_leaves_nothing_behind_on_any_connection(stage: Stage) -> None:
    twins = Twins(stage).born("bounced-1", "bounced-2")

    for twin in twins.values():
        twin.finish()
    stage.settle()
    for twin in twins.values():
        twin.click_on_check()
    stage.settle()

    first, second = (portrait(twin) for twin in twins.values())
    assert first == second
    assert {what: len(first[what]) for what in ("check runs", "comments", "messages")} == {
        "check runs": 1,
        "comments": 1,
        "messages": 2,
    }
    assert left_behind(stage) == {"prepared": 0, "locks": 0, "settings": 0}


def left_behind(stage: Stage) -> dict[str, int]:
    """What all of PgBouncer's server connections together still hold of earlier transactions."""
    found = {"prepared": 0, "locks": 0, "settings": 0}
    url = stage.engine.url.render_as_string(hide_password=False)
    engine = engine_for(url, pool_size=POOL)
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        seen = set()
        for _ in range(POOL):  # each keeps its transaction, so each has a server connection
            connection = stack.enter_context(engine.connect())
            seen.add(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
            for what, query in HELD.items():
                found[what] += connection.execute(text(query)).scalar_one()
        assert len(seen) == POOL
    return found
