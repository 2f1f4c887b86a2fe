"""Small tables are emptied of what is past its time, in batches, and keep the rest."""

import pytest
from sqlalchemy import text

from app.core.retention import Going
from app.db import retention as rows
from app.db.session import Engine, unit_of_work
from app.services.retention import retire, would_go
from tests.db.rows import count, run_sql
from tests.db.sums import NOW, REPO, Reports

REPORT = b'<testsuites><testsuite name="s"><testcase name="a"/></testsuite></testsuites>'


@pytest.fixture
def engine(engine_of_the_day: Engine) -> Engine:
    """A database in which nothing is past its time but what a test puts there."""
    return engine_of_the_day


def test_small_tables_are_emptied_in_batches(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_sql(
        engine,
        """INSERT INTO delivery (source, guid, event, body, request_id, received_at)
        SELECT 'github', n::text, 'push', '', '', CAST(:now AS timestamptz) - n * interval '1 day'
        FROM generate_series(0, 49) AS n""",
        now=NOW,
    )
    batched = rows.Small(rows.DELIVERIES.table, rows.DELIVERIES.condition, at_once=7)
    monkeypatch.setattr(rows, "DELIVERIES", batched)

    told = would_go(engine, now=NOW)
    went = retire(engine, now=NOW)

    assert told.going == went.going == (Going("delivery", None, 19),)
    assert count(engine, "delivery") == 31


def test_audit_events_are_kept_a_year(engine: Engine, reports: Reports) -> None:
    run_sql(
        engine,
        f"""INSERT INTO audit_event
        (repo_id, at, actor, surface, act, before, after, request_id)
        SELECT {REPO}, CAST(:now AS timestamptz) - n * interval '1 day', 'm', 'cli', 'x', '{{}}',
               '{{}}', '' FROM generate_series(360, 369) AS n""",
        now=NOW,
    )

    assert retire(engine, now=NOW).going == (Going("audit_event", None, 4),)


def test_what_failed_alike_goes_with_the_runs_that_could_show_it(
    engine: Engine, reports: Reports
) -> None:
    run_sql(
        engine,
        f"""INSERT INTO cluster (repo_id, said, words, frames, name, failures, first_seen_at,
          last_seen_at, created_at)
        SELECT {REPO}, 'x', 'x', '{{}}', name, 1, :now, CAST(:now AS timestamptz)
          - days * interval '1 day', :now
        FROM (VALUES (371, NULL), (373, NULL), (373, 'Slow mail')) AS one(days, name)""",
        now=NOW,
    )
    run_sql(
        engine,
        f"""INSERT INTO cluster_day (repo_id, cluster_id, day, failures)
        SELECT {REPO}, max(cluster_id), CAST(:now AS date) - days, 1
        FROM cluster, unnest(ARRAY[364, 366]) AS one(days) GROUP BY days""",
        now=NOW,
    )
    run_sql(
        engine,
        f"""INSERT INTO outage (repo_id, kind, began_at, last_at, over_at)
        SELECT {REPO}, 'outage', :now, CAST(:now AS timestamptz) - days * interval '1 day', over_at
        FROM (VALUES (371, CAST(:now AS timestamptz)), (373, :now), (373, NULL))
          AS one(days, over_at)""",
        now=NOW,
    )

    went = retire(engine, now=NOW).going

    assert went == (
        Going("cluster", None, 1),
        Going("cluster_day", None, 1),
        Going("outage", None, 1),
    )


def test_a_message_about_many_cases_goes_once_it_is_over(engine: Engine, reports: Reports) -> None:
    run_sql(
        engine,
        f"""INSERT INTO chat_notice (repo_id, kind, channel, handle, began_at, over_at)
        SELECT {REPO}, kind, 'C1', handle, CAST(:now AS timestamptz) - days * interval '1 day',
          CASE WHEN is_over THEN CAST(:now AS timestamptz) END
        FROM (VALUES ('proposals', 'old', 373, false), ('proposals', 'young', 371, false),
          ('broken', 'mended', 373, true), ('broken', 'still broken', 373, false))
          AS one(kind, handle, days, is_over)""",
        now=NOW,
    )

    went = retire(engine, now=NOW).going

    assert went == (Going("chat_notice", None, 2),)
    with unit_of_work(engine) as session:
        kept = session.execute(text("SELECT handle FROM chat_notice ORDER BY 1"))
        assert list(kept.scalars()) == ["still broken", "young"]


def test_a_set_of_cases_goes_once_nothing_speaks_of_it(engine: Engine, reports: Reports) -> None:
    run_sql(
        engine,
        f"""INSERT INTO observed_set (repo_id, digest, cases, is_crowded, files, members, made_at,
          used_at)
        SELECT {REPO}, decode(digest, 'hex'), 1, false, '[]', '', :now,
          CAST(:now AS timestamptz) - days * interval '1 day'
        FROM (VALUES ('aa01', 373), ('aa02', 371), ('aa03', 373)) AS one(digest, days)""",
        now=NOW,
    )
    run_sql(
        engine,
        f"""INSERT INTO scorer
          (repo_id, generation, name, version, part, told, is_current, made_at)
        VALUES ({REPO}, 1, 'evidence', '1', '{{"members": {{"unit": "aa03"}}}}', '{{}}', true,
          :now)""",
        now=NOW,
    )

    went = retire(engine, now=NOW).going

    assert went == (Going("observed_set", None, 1),)
    with unit_of_work(engine) as session:
        kept = session.execute(text("SELECT encode(digest, 'hex') FROM observed_set ORDER BY 1"))
        assert list(kept.scalars()) == ["aa02", "aa03"]


def test_a_variant_is_its_workflows_until_nothing_of_it_is_stored(
    engine: Engine, reports: Reports
) -> None:
    reports.store(REPORT, at=NOW)
    run_sql(
        engine,
        f"""INSERT INTO variant (repo_id, variant, line, told, workflow, since)
        SELECT {REPO}, variant, 'default', variant, 'ci',
          CAST(:now AS timestamptz) - days * interval '1 day'
        FROM (VALUES ('gone', 8), ('young', 6)) AS of(variant, days)
        UNION ALL SELECT {REPO}, variant, 'default', variant, 'ci', '2020-01-01' FROM report""",
        now=NOW,
    )
    with unit_of_work(engine) as session:
        stored = set(session.execute(text("SELECT variant FROM report")).scalars())

    went = retire(engine, now=NOW).going

    assert went == (Going("variant", None, 1),)
    with unit_of_work(engine) as session:
        kept = set(session.execute(text("SELECT variant FROM variant")).scalars())
    assert kept == {"young", *stored} != {"young"}
