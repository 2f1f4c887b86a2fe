"""What ran, summed up by hour and by day: rows are added by folding, never changed in content.

Rows of one period add up: folding a later report, or one that came late, only adds rows. So no
key is unique here; that every execution is counted once rests on `report.folded_at` and on
`in_daily`, set in the transaction that adds the rows. Partitioned as executions are.
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Index, Integer, SmallInteger, Uuid
from sqlmodel import Field, SQLModel

from app.db.tables.columns import big, moment, small


def _many(kind: Any) -> Any:  # noqa: ANN401 -- as in app.db.tables.columns
    return Field(sa_type=ARRAY(kind), nullable=False)


class CaseRollupRow(SQLModel, table=True):
    """Executions of some of a repository's cases in one period, variant and branch class.

    The arrays go together: entry by entry a case, an outcome (0: flakes), a bin of durations,
    how many, and their milliseconds; a day's by case, so that they compress. A row for every
    64th of all cases keeps the writes of a fold few, and what one case's trend reads small.
    """

    __tablename__ = "case_rollup"
    __table_args__ = (
        Index("case_rollup_place", "repo_id", "shard", "grain", "starts_at"),
        Index(
            "case_rollup_rest",
            "repo_id",
            "starts_at",
            postgresql_where="grain = 1 and not in_daily",
        ),
        {"postgresql_partition_by": "RANGE (keep_until)"},
    )
    __mapper_args__: ClassVar = {
        "primary_key": ["repo_id", "grain", "starts_at", "branch_class", "variant", "shard"]
    }

    repo_id: int = big()
    grain: int = small()  # app.core.rollups.Grain
    starts_at: datetime = moment()
    keep_until: datetime = moment()
    branch_class: str
    variant: str
    shard: int = small()
    in_daily: bool  # whether the day's rows hold it too; true for the day's own
    case_ids: list[UUID] = _many(Uuid)
    outcomes: list[int] = _many(SmallInteger)
    bins: list[int] = _many(SmallInteger)
    counts: list[int] = _many(Integer)
    sums: list[int] = _many(BigInteger)


class SuiteRollupRow(SQLModel, table=True):
    """Executions of one suite, or of the whole repository, in one period, variant and class."""

    __tablename__ = "suite_rollup"
    __table_args__ = (
        Index("suite_rollup_place", "repo_id", "suite_id", "grain", "starts_at"),
        Index(
            "suite_rollup_rest",
            "repo_id",
            "starts_at",
            postgresql_where="grain = 1 and not in_daily",
        ),
        {"postgresql_partition_by": "RANGE (keep_until)"},
    )
    __mapper_args__: ClassVar = {
        "primary_key": ["repo_id", "grain", "starts_at", "branch_class", "variant", "suite_id"]
    }

    repo_id: int = big()
    grain: int = small()
    starts_at: datetime = moment()
    keep_until: datetime = moment()
    branch_class: str
    variant: str
    suite_id: UUID | None = None  # MD5 of its name, which may be too long to be a key
    suite: str | None = None  # None, as its id: the whole repository
    in_daily: bool
    outcomes: list[int] = _many(SmallInteger)
    bins: list[int] = _many(SmallInteger)
    counts: list[int] = _many(Integer)
    sums: list[int] = _many(BigInteger)
