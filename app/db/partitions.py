"""Monthly partitions by `keep_until`, made ahead by cron and on demand by whoever needs one."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from weakref import WeakKeyDictionary

from sqlalchemy import text
from sqlmodel import Session

from app.db.session import Engine, unit_of_work

PARTITIONED = ("execution", "occurrence", "case_rollup", "suite_rollup")
MAKING = 0x464C414B  # key of the transaction-level lock under which partitions are made
MONTHS_AHEAD = 14  # the longest retention by default is a year from the run's time
SUMMARIZE = """
SELECT brin_summarize_new_values(inhrelid) FROM pg_inherits
WHERE inhparent = 'execution_report'::regclass
"""


def month_of(moment: datetime) -> date:
    """The first day of the month, in UTC, in which `moment` lies."""
    return moment.astimezone(UTC).date().replace(day=1)


def following(month: date, *, by: int = 1) -> date:
    """The month that comes `by` months after `month`."""
    index = month.year * 12 + month.month - 1 + by
    return date(index // 12, index % 12 + 1, 1)


def make_partitions(session: Session, months: Iterable[date]) -> list[str]:
    """Make what is missing of the partitions for these months; their names.

    A partition is made as a table of its own and attached: attaching takes a lock that
    lets readers and writers of the parent go on, creating it in place does not.
    """
    wanted = {f"{table}_{month:%Y_%m}": (table, month) for month in months for table in PARTITIONED}
    missing = sorted(wanted.keys() - _existing(session, wanted))
    if not missing:
        return []
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MAKING})
    made = sorted(wanted.keys() - _existing(session, wanted))
    for name in made:
        _make(session, name, *wanted[name])
    return made


_KNOWN: WeakKeyDictionary[Engine, set[date]] = WeakKeyDictionary()
"""Months whose partitions are there, for each database: they go only when they are past."""


def ensure(engine: Engine, moments: Iterable[datetime]) -> None:
    """Make the partitions in which these moments lie, unless this process knows them."""
    known = _KNOWN.setdefault(engine, set())
    months = {month_of(moment) for moment in moments} - known
    if months:
        with unit_of_work(engine) as session:
            make_partitions(session, months)
        known |= months


def make_ahead(session: Session, *, now: datetime) -> list[str]:
    """Make every partition that may be asked for in the coming months; the new ones' names."""
    first = month_of(now)
    return make_partitions(session, [following(first, by=n) for n in range(MONTHS_AHEAD)])


def summarize(session: Session) -> None:
    """Let the index that finds executions by their report know the newest blocks as well.

    What it does not know it has to read; autovacuum comes only when a fifth of a month is new.
    """
    session.execute(text(SUMMARIZE))


def _existing(session: Session, names: Iterable[str]) -> set[str]:
    rows = session.execute(
        text(
            "SELECT c.relname FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid"
            " WHERE c.relname = ANY(:names) AND pg_table_is_visible(c.oid)"
        ),
        {"names": list(names)},
    )
    return {row[0] for row in rows}


def _make(session: Session, name: str, table: str, month: date) -> None:
    session.execute(text(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)"))
    session.execute(
        text(
            f"ALTER TABLE {table} ATTACH PARTITION {name}"
            f" FOR VALUES FROM ('{month}') TO ('{following(month)}')"
        )
    )
