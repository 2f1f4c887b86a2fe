"""Statements of a test's own, and what came of them."""

from sqlalchemy import text

from app.db.session import Engine, unit_of_work


def count(engine: Engine, table: str) -> int:
    with unit_of_work(engine) as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def run_sql(engine: Engine, statement: str, **values: object) -> None:
    with unit_of_work(engine) as session:
        session.execute(text(statement), values)
