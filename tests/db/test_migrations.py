"""Migrations: from nothing to what the models say, on a database that holds data, and at once."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import text
from sqlmodel import SQLModel

import app.db.tables  # noqa: F401 -- fills the metadata
from app.core.errors import Unavailable
from app.db import migrate
from app.db.session import Engine, engine_for, unit_of_work
from app.embedded import Servers, secret_key
from tests.commands.world import environment

SAMPLES = Path(__file__).parent / "samples"
GIVEN_UP = {"0009": {"verdict"}}  # tables that a migration takes away, with all that is in them
LOCK_TIMEOUT = re.compile(r"""op\.execute\("SET LOCAL lock_timeout = '[1-9]s'"\)""")


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def revisions() -> list[Script]:
    """Every migration, oldest first."""
    return list(ScriptDirectory.from_config(alembic_config()).walk_revisions())[::-1]


@pytest.fixture
def bare(database_url: str) -> Iterator[Engine]:
    """A database that was never migrated."""
    engine = engine_for(database_url)
    yield engine
    engine.dispose()


def counts(engine: Engine) -> dict[str, int]:
    """How many rows each table of ours holds."""
    with engine.connect() as connection:
        names = connection.execute(
            text(
                "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
                " AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
            )
        ).scalars()
        return {
            name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
            for name in sorted(names)
        }


def sample(engine: Engine, revision: str) -> None:
    """Put a migration's sample data into a database that is at its revision."""
    file = SAMPLES / f"{revision}.sql"
    assert file.exists(), f"{file} is missing: every migration brings a row for each of its tables"
    statements = file.read_text()
    with engine.begin() as connection:
        connection.exec_driver_sql(statements)


def test_from_nothing_to_the_newest_every_migration_is_applied(bare: Engine) -> None:
    before = migrate.current(bare)

    applied = migrate.upgrade(bare)

    assert before is None
    assert applied == [one.revision for one in revisions()]
    assert migrate.current(bare) == migrate.head() == applied[-1]


def test_the_newest_schema_is_what_the_models_say(engine: Engine) -> None:
    def is_ours(item: object, name: str | None, kind: str, reflected: bool, _: object) -> bool:
        return not (kind == "table" and reflected) or name in SQLModel.metadata.tables

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": is_ours, "compare_server_default": True}
        )

        differences = compare_metadata(context, SQLModel.metadata)

    assert differences == []


def test_alembics_own_check_finds_nothing_to_do(engine: Engine, tmp_path: Path) -> None:
    url = engine.url.render_as_string(hide_password=False)
    settings = {"DATABASE_URL": url, "FLAKEGUARD_SECRET_KEY": secret_key(tmp_path)}

    found = subprocess.run(
        [sys.executable, "-m", "alembic", "check"],
        cwd=migrate.MIGRATIONS.parent,
        env=environment(tmp_path, **settings),
        capture_output=True,
        text=True,
        check=False,
    )

    assert found.returncode == 0, found.stderr
    assert "No new upgrade operations detected." in found.stdout


def test_every_migration_brings_data_for_its_successors_to_meet(bare: Engine) -> None:
    for script in revisions():
        before = counts(bare) if script.down_revision else {}

        migrate.upgrade(bare, revision=script.revision)

        assert {n: count for n, count in counts(bare).items() if n in before} == {
            n: count for n, count in before.items() if n not in GIVEN_UP.get(script.revision, ())
        }
        sample(bare, script.revision)
        empty = [name for name, count in counts(bare).items() if count == 0]
        assert empty == [], f"tests/db/samples/{script.revision}.sql leaves tables empty"


def test_what_was_taken_up_moves_out_of_the_answers(bare: Engine) -> None:
    migrate.upgrade(bare, revision="0027")
    taken_up = (
        "INSERT INTO repository (repo_id, provider, full_name, default_branch, is_private,"
        " settings, updated_at) VALUES (1, 'github', 'acme/shop', 'main', true, '{}', now());"
        "INSERT INTO answer (repo_id, once, head_sha, text, at) VALUES"
        " (1, 'click:7', 'c', '', now()), (1, 'wants:click:7:900.2', 'c', '', now()),"
        " (1, 'click:7:0', 'c', 'Done.', now())"
    )
    with bare.begin() as connection:
        connection.exec_driver_sql(taken_up)

    migrate.upgrade(bare)

    with bare.connect() as connection:
        found = [
            connection.exec_driver_sql(query).all()
            for query in (
                "SELECT once FROM claim",
                "SELECT once, run_id, attempt FROM wished_run",
                "SELECT text FROM answer",
            )
        ]
    assert found == [[("click:7",)], [("click:7", 900, 2)], [("Done.",)]]


def test_a_variant_becomes_the_workflow_s_that_reported_under_it_first(bare: Engine) -> None:
    """Of jobs of one name in two workflows; what they stored under it stays as it is."""
    migrate.upgrade(bare, revision="0044")
    brought = [
        ("test", "CI", "pull_request", 50, "push", True),
        ("test", "nightly", "default", 51, "schedule", True),
        ("test", "CI", "default", 52, "push", True),
        ("unit", "main", "default", 50, "push", True),
        ("unit", "pull", "pull_request", 51, "pull_request", True),
        ("unit", "queue", "merge_queue", 52, "merge_group", True),
        ("lint", "called so once", "default", 1, "push", True),
        ("lint", "called so now", "default", 50, "push", True),
        ("forked", "CI", "pull_request", 50, "pull_request", False),
        ("handed", "pipeline 7", "default", 50, "upload", True),
    ]
    with bare.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO repository (repo_id, provider, full_name, default_branch, is_private,"
            " settings, updated_at) VALUES (1, 'github', 'acme/shop', 'main', true, '{}', now())"
        )
        for number, one in enumerate(brought, start=1):
            variant, workflow, branch_class, day, event, is_trusted = one
            connection.exec_driver_sql(
                f"INSERT INTO run VALUES (1, {number}, 1, '{workflow}', '{event}', 'completed',"
                f" 'success', 'aa', NULL, 'aa', 'main', '{branch_class}', NULL, {is_trusted},"
                " 'nadia', '2026-10-01Z', '2026-10-01Z', '');"
                " INSERT INTO report (repo_id, run_id, attempt, variant, digest, path, size_bytes,"
                " at, cases, executions, passed, failed, errored, skipped, flaky, warnings,"
                f" received_at) VALUES (1, {number}, 1, '{variant}', '', '', 0, timestamptz"
                f" '2026-08-01Z' + interval '{day} days', 0, 0, 0, 0, 0, 0, 0, '[]', now())"
            )

    migrate.upgrade(bare)

    with bare.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT variant, told, line, workflow, workflow_path FROM variant ORDER BY variant_id"
        ).all()
        stored = connection.exec_driver_sql("SELECT variant FROM report ORDER BY run_id").scalars()
        assert list(stored) == [one[0] for one in brought]
    assert found == [
        ("test", "test", "change", "CI", None),
        ("test", "test", "default", "CI", None),
        ("lint", "lint", "default", "called so now", None),
        ("unit", "unit", "default", "main", None),
        ("unit", "unit", "change", "pull", None),
        ("unit", "unit", "queue", "queue", None),
    ]


def test_every_migration_can_be_taken_back(bare: Engine) -> None:
    migrate.upgrade(bare)

    with bare.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")

    assert counts(bare) == {"alembic_version": 0}


@pytest.mark.parametrize("script", revisions(), ids=lambda script: script.revision)
def test_no_migration_waits_long_for_a_lock(script: Script) -> None:
    module = ast.parse(Path(script.path).read_text())
    ways = [one for one in module.body if isinstance(one, ast.FunctionDef)]

    firsts = {way.name: ast.unparse(way.body[0]) for way in ways}

    assert firsts.keys() >= {"upgrade", "downgrade"}
    for name in ("upgrade", "downgrade"):
        assert LOCK_TIMEOUT.fullmatch(firsts[name]), firsts[name]


def test_a_lock_that_cannot_be_had_is_said_and_leaves_everything_as_it_was(bare: Engine) -> None:
    with bare.connect() as other:
        other.exec_driver_sql("CREATE TABLE verdict (in_the_way int)")  # and nothing committed

        with pytest.raises(Unavailable) as refused:
            migrate.upgrade(bare)

    assert str(refused.value) == (
        "The database could not be migrated, and was left as it was: "
        "canceling statement due to lock timeout"
    )
    assert migrate.current(bare) is None


def test_of_many_that_migrate_at_once_one_works(database_url: str) -> None:
    engines = [engine_for(database_url) for _ in range(4)]

    with ThreadPoolExecutor(len(engines)) as pool:
        applied = list(pool.map(migrate.upgrade, engines))
    for engine in engines:
        engine.dispose()

    everything = [one.revision for one in revisions()]
    assert sorted(applied, key=len) == [[], [], [], everything]


def test_two_processes_that_migrate_at_once_both_succeed(
    database_url: str, servers: Servers, tmp_path: Path
) -> None:
    assert servers.redis_url is not None
    settings = {
        "DATABASE_URL": database_url,
        "REDIS_URL": servers.redis_url,
        "FLAKEGUARD_SECRET_KEY": secret_key(tmp_path),
    }

    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "app.cli", "migrate", "--json"],
            cwd=tmp_path,
            env=environment(tmp_path, **settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    ends = [process.communicate() for process in processes]

    assert [process.returncode for process in processes] == [0, 0], ends
    engine = engine_for(database_url)
    assert migrate.current(engine) == migrate.head()
    engine.dispose()


def test_migrating_works_in_a_transaction_of_its_own(bare: Engine) -> None:
    """What fails half-way leaves nothing, not even the version."""
    with bare.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE verdict (in_the_way int)")

    with pytest.raises(Exception, match="already exists"):
        migrate.upgrade(bare)

    with unit_of_work(bare) as session:
        left = session.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        assert left.scalars().all() == ["verdict"]
