"""Full tables to plan for, and which of them and their indexes a plan reads, as PostgreSQL says."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import event, text

from app.db.session import Engine, Session, unit_of_work
from tests.databases import copy_of
from tests.db.shelf import REPO, Shelf


@dataclass(frozen=True, slots=True)
class Read:
    """One place of a plan where rows are read."""

    kind: str  # Seq Scan, Index Scan, Bitmap Heap Scan, ...
    table: str | None
    index: str | None


@contextmanager
def laid_out(
    template: tuple[str, str],
    statements: Sequence[str],
    values: Mapping[str, object],
    *,
    now: datetime,
) -> Iterator[Engine]:
    """A database that these statements have filled, and PostgreSQL has looked through.

    They may name `:repo` and `:now` beside the values given.
    """
    with copy_of(*template) as engine:
        Shelf(engine, now).open()
        with unit_of_work(engine) as session:
            for statement in statements:
                session.execute(text(statement), {"repo": REPO, "now": now, **values})
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        yield engine


def reads_of(engine: Engine, ask: Callable[[Session], object]) -> list[Read]:
    """What the last statement of `ask` reads, partitions by their own names."""
    said: list[tuple[str, Any]] = []

    def note(
        connection: object, cursor: object, statement: str, parameters: object, *_: object
    ) -> None:
        said.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        with unit_of_work(engine) as session:
            ask(session)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    statement, parameters = said[-1]
    with unit_of_work(engine) as session:
        explained = session.connection().exec_driver_sql(
            f"EXPLAIN (FORMAT JSON) {statement}", parameters
        )
        return list(_reads(explained.scalar_one()[0]["Plan"]))


def _reads(plan: dict[str, Any]) -> Iterator[Read]:
    if "Relation Name" in plan or "Index Name" in plan:
        yield Read(plan["Node Type"], plan.get("Relation Name"), plan.get("Index Name"))
    for below in plan.get("Plans", []):
        yield from _reads(below)
