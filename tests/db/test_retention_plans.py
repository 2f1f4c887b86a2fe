"""Behind a year of many repositories, what may go is found by an index."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.clock import utc_now
from app.core.retention import DEFAULTS
from app.db import retention
from app.db.retention import Small
from app.db.session import Engine, unit_of_work
from tests.db.plans import reads_of

NOW = utc_now()
REPO = 3
FILL = (
    """INSERT INTO repository (repo_id, provider, full_name, default_branch, is_private, settings,
         updated_at) SELECT n, 'github', 'acme/' || n, 'main', true, '{}', :now
       FROM generate_series(1, 40) AS n""",
    """INSERT INTO run (repo_id, run_id, attempt, workflow, event, status, conclusion, head_sha,
         code, branch, branch_class, is_trusted, actor, started_at, url)
       SELECT repo, n, 1, 'tests', 'push', 'completed', 'success', '', '', 'main', 'default', true,
         'm', :now - n * interval '1 day', ''
       FROM generate_series(1, 40) AS repo, generate_series(1, 367) AS n""",
    """INSERT INTO audit_event (repo_id, at, actor, surface, act, before, after, request_id)
       SELECT repo, :now - n * interval '1 day', 'm', 'cli', 'x', '{}', '{}', ''
       FROM generate_series(1, 40) AS repo, generate_series(1, 367) AS n""",
    """INSERT INTO delivery (source, guid, event, body, request_id, received_at)
       SELECT 'github', n::text, 'push', '', '', :now - n * interval '1 minute'
       FROM generate_series(1, 44000) AS n""",
    """INSERT INTO artifact (repo_id, run_id, attempt, digest, kind, name, at, keep_until)
       SELECT repo_id, run_id, 1, sha256(n::text::bytea), 'log', 'a', :now,
         :now + n * interval '1 day'
       FROM run, generate_series(1, 3) AS n""",
    "ANALYZE",
)


def fill(engine: Engine) -> None:
    for statement in FILL:
        with unit_of_work(engine) as session:
            values = {"now": NOW} if ":now" in statement else {}
            session.execute(text(statement), values)


@pytest.mark.parametrize(
    ("small", "index"),
    [
        (retention.RUNS, "run_recent"),
        (retention.AUDIT, "audit_event_recent"),
        (retention.DELIVERIES, "delivery_recent"),
        (retention.ARTIFACTS, "artifact_expiry"),
    ],
    ids=lambda one: one.table if isinstance(one, Small) else str(one),
)
def test_what_may_go_of_a_small_table_is_found_by_an_index(
    engine: Engine, small: Small, index: str
) -> None:
    fill(engine)
    values = retention.of_repository(REPO, DEFAULTS, now=NOW)
    values |= {"before": NOW - timedelta(days=30), "now": NOW}

    reads = reads_of(engine, lambda session: retention.delete_some(session, small, values))

    assert index in {read.index for read in reads}
    whole = [read for read in reads if read.kind == "Seq Scan" and read.table == small.table]
    assert whole == []
