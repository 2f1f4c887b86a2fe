"""What every table keeps to, so that the schema distributes by repository as it stands."""

from collections.abc import Iterable

import pytest
from sqlalchemy import ForeignKeyConstraint, Index, Table, UniqueConstraint, text
from sqlmodel import SQLModel

import app.db.tables  # noqa: F401 -- fills the metadata
from app.db.partitions import PARTITIONED
from app.db.session import Engine, unit_of_work

LEADER = "repo_id"
NOBODYS = frozenset(
    {
        "app_credential",  # the installation's own
        "chat_workspace",
        "chat_preference",
        "asked_again",  # a delivery's
        "breaker",  # an outside host's, whichever repository asked
        "chat_link",  # a person's
        "saying",  # a digest of a place in a chat
        "delivery",  # not read yet when it is stored
        "identity_link",  # a person's
        "installation",  # an account's, of many repositories
        "lease",  # a process's
        "outlet",
        "person",
        "scheduled",  # cron's own
        "sign_in_attempt",  # a browser's
        "sign_in_link",  # a person's
        "task",  # some speak of no repository
        "web_session",  # a person's
    }
)
"""Tables of no repository's data."""

TABLES = {table.name: table for table in SQLModel.metadata.sorted_tables}
OF_REPOSITORIES = sorted(TABLES.keys() - NOBODYS)


def first_columns(constraints: Iterable[object]) -> dict[str, str]:
    """Each constraint or index with the column that leads it."""
    return {
        str(one.name): next(iter(one.columns)).name
        for one in constraints
        if isinstance(one, UniqueConstraint | ForeignKeyConstraint | Index)
    }


def unique_indexes(table: Table) -> list[Index]:
    return [one for one in table.indexes if one.unique]


def test_the_exceptions_are_tables_and_have_no_repository() -> None:
    assert TABLES.keys() >= NOBODYS
    assert [name for name in NOBODYS if LEADER in TABLES[name].columns] == []


@pytest.mark.parametrize("name", OF_REPOSITORIES)
def test_a_repositorys_data_is_led_by_it_in_every_key(name: str) -> None:
    table = TABLES[name]
    own = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    outgoing = list(table.foreign_key_constraints)
    keys = [column.name for column in table.primary_key.columns]
    if name == "repository":
        own, unique = [], []  # where a name finds its id: the one that stands for them all
    else:
        unique = unique_indexes(table)

    leaders = first_columns([*own, *outgoing, *unique])

    assert LEADER in table.columns
    assert name in PARTITIONED or keys[0] == LEADER
    assert {key: column for key, column in leaders.items() if column != LEADER} == {}
    for foreign in outgoing:
        pairs = [(e.parent.name, e.column.name) for e in foreign.elements]
        assert pairs[0] == (LEADER, LEADER), foreign.elements


@pytest.mark.parametrize("name", PARTITIONED)
def test_what_is_partitioned_has_no_unique_index_in_the_database(name: str, engine: Engine) -> None:
    with unit_of_work(engine) as session:
        unique = session.execute(
            text(
                "SELECT i.indexrelid::regclass::text FROM pg_index i"
                " LEFT JOIN pg_inherits p ON p.inhrelid = i.indrelid"
                " WHERE i.indisunique"
                " AND (i.indrelid = CAST(:name AS regclass)"
                " OR p.inhparent = CAST(:name AS regclass))"
            ),
            {"name": name},
        ).scalars()

        assert list(unique) == []


def test_everything_that_is_partitioned_is_so_by_when_it_may_go(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        found = session.execute(
            text(
                "SELECT partrelid::regclass::text, pg_get_partkeydef(partrelid)"
                " FROM pg_partitioned_table"
            )
        ).all()

    assert dict(found) == dict.fromkeys(PARTITIONED, "RANGE (keep_until)")


def test_a_repository_that_goes_takes_with_it_all_that_has_a_key(engine: Engine) -> None:
    kept = [
        (name, foreign.ondelete)
        for name in OF_REPOSITORIES
        for foreign in TABLES[name].foreign_key_constraints
        if foreign.ondelete != "CASCADE"
    ]

    assert kept == []


@pytest.mark.parametrize("name", sorted(TABLES))
def test_no_index_does_what_another_one_does_as_well(name: str) -> None:
    table = TABLES[name]
    whole = [one for one in table.indexes if not one.dialect_options["postgresql"]["where"]]
    plain = [tuple(column.name for column in one.columns) for one in whole if not one.unique]
    keys = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    known = [tuple(one.columns.keys()) for one in (table.primary_key, *keys)]

    doubled = [
        one
        for place, one in enumerate(plain)
        for other in [*known, *plain[:place], *plain[place + 1 :]]
        if other[: len(one)] == one
    ]

    assert doubled == []
