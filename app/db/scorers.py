"""What scorers remember: read back for the cases that an observation can move, and written."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

STANDS_IN = "stands_in_since"  # the key in `told`

CURRENT = text("SELECT * FROM scorer WHERE repo_id = :repo AND is_current")
BUILDING = text("""
SELECT * FROM scorer WHERE repo_id = :repo AND NOT is_current ORDER BY generation DESC LIMIT 1
""")
NEWEST = text("SELECT coalesce(max(generation), 0) FROM scorer WHERE repo_id = :repo")

OPEN = text("""
INSERT INTO scorer (repo_id, generation, name, version, part, told, is_current, made_at)
VALUES (:repo, :generation, :name, :version, NULL, CAST(:told AS jsonb), :is_current, :now)
""")

WRITE = text("""
UPDATE scorer SET part = :part, newest_at = :newest_at,
  upto_at = :upto_at, upto_report = :upto_report
WHERE repo_id = :repo AND generation = :generation
""")

TELL = text("""
UPDATE scorer SET told = CAST(:told AS jsonb) WHERE repo_id = :repo AND generation = :generation
""")

MADE_CURRENT = text("""
UPDATE scorer SET is_current = generation = :generation WHERE repo_id = :repo
""")
DROP_OTHERS = text("DELETE FROM scorer WHERE repo_id = :repo AND generation <> :generation")
DROP = text("DELETE FROM scorer WHERE repo_id = :repo AND generation = :generation")

COLUMNS = "SELECT case_id, memory, told FROM scorer_case WHERE repo_id = :repo"
NAMED = text(f"{COLUMNS} AND generation = :generation AND case_id = ANY(:cases)")
WAITING = text(f"""
{COLUMNS} AND generation = :generation AND cardinality(jobs) > 0
  AND (jobs && CAST(:jobs AS text[]) OR :everywhere)
""")
HELD = text(f"{COLUMNS} AND generation = :generation AND is_held")
EVERY = text(
    f"{COLUMNS} AND generation = :generation AND case_id > :after ORDER BY case_id LIMIT :n"
)

WRITE_CASES = text("""
INSERT INTO scorer_case (repo_id, generation, case_id, memory, told, jobs, is_held)
SELECT :repo, :generation, one.case_id, one.memory, one.told,
       ARRAY(SELECT jsonb_array_elements_text(one.jobs)), one.is_held
FROM unnest(CAST(:ids AS uuid[]), CAST(:memories AS jsonb[]), CAST(:tolds AS jsonb[]),
            CAST(:jobs AS jsonb[]), CAST(:held AS boolean[]))
  AS one(case_id, memory, told, jobs, is_held)
ON CONFLICT (repo_id, generation, case_id) DO UPDATE SET memory = excluded.memory,
  told = excluded.told, jobs = excluded.jobs, is_held = excluded.is_held
""")


@dataclass(frozen=True, slots=True)
class Kept:
    """One generation of a repository's scorer, without its cases."""

    repo_id: int
    generation: int
    name: str
    version: str
    part: Mapping[str, Any] | None  # None: it has seen nothing yet
    told: dict[str, Any]
    newest_at: datetime | None
    upto_at: datetime | None
    upto_report: int | None

    @property
    def stands_in_since(self) -> float | None:
        """Since when (seconds since 1970) it stands in for one that could not be read, and knows
        nothing of what was before; None for any other."""
        since: float | None = self.told.get(STANDS_IN)
        return since


@dataclass(frozen=True, slots=True)
class KeptCase:
    """What is remembered of a case, and what sentences about it are made of."""

    memory: Mapping[str, Any]
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case's part, about to be written."""

    case: str
    memory: Mapping[str, Any]
    told: Mapping[str, Any]
    jobs: tuple[str, ...]
    is_held: bool


def current(session: Session, repo_id: int) -> Kept | None:
    """The generation that judges now; None before the first evaluation."""
    return _kept(session.execute(CURRENT, {"repo": repo_id}).mappings().first())


def building(session: Session, repo_id: int) -> Kept | None:
    """The generation that a recompute builds; None where none is under way."""
    return _kept(session.execute(BUILDING, {"repo": repo_id}).mappings().first())


def _kept(row: Mapping[Any, Any] | None) -> Kept | None:
    if row is None:
        return None
    return Kept(
        repo_id=row["repo_id"],
        generation=row["generation"],
        name=row["name"],
        version=row["version"],
        part=None if row["part"] is None else json.loads(row["part"]),
        told=row["told"],
        newest_at=row["newest_at"],
        upto_at=row["upto_at"],
        upto_report=row["upto_report"],
    )


OBSERVED = text("""
SELECT EXISTS (SELECT FROM report WHERE repo_id = :repo AND refusal IS NULL
               AND observed_at IS NOT NULL)
""")


def has_observed(session: Session, repo_id: int) -> bool:
    """Whether any report was marked as seen: by an older version of us, where no scorer is kept."""
    return bool(session.execute(OBSERVED, {"repo": repo_id}).scalar_one())


def begin(
    session: Session,
    repo_id: int,
    *,
    name: str,
    version: str,
    told: dict[str, Any],
    is_current: bool,
    now: datetime,
) -> Kept:
    """A new generation, which has seen nothing yet."""
    generation = int(session.execute(NEWEST, {"repo": repo_id}).scalar_one()) + 1
    values: dict[str, Any] = {"repo": repo_id, "generation": generation, "name": name}
    values["version"] = version
    values |= {"told": json.dumps(told), "is_current": is_current, "now": now}
    session.execute(OPEN, values)
    return Kept(repo_id, generation, name, version, None, told, None, None, None)


def write(session: Session, kept: Kept) -> None:
    """Write the repository's part down, as it is now."""
    session.execute(
        WRITE,
        {
            "repo": kept.repo_id,
            "generation": kept.generation,
            "part": None if kept.part is None else json.dumps(kept.part),
            "newest_at": kept.newest_at,
            "upto_at": kept.upto_at,
            "upto_report": kept.upto_report,
        },
    )


def tell(session: Session, kept: Kept, told: dict[str, Any]) -> Kept:
    """Keep other words of what a generation was begun under."""
    values = {"repo": kept.repo_id, "generation": kept.generation, "told": json.dumps(told)}
    session.execute(TELL, values)
    return replace(kept, told=told)


def make_current(session: Session, kept: Kept) -> None:
    """Let a generation judge from now on; the others are forgotten."""
    values = {"repo": kept.repo_id, "generation": kept.generation}
    session.execute(MADE_CURRENT, values)
    session.execute(DROP_OTHERS, values)


def drop(session: Session, kept: Kept) -> None:
    """Forget a generation."""
    session.execute(DROP, {"repo": kept.repo_id, "generation": kept.generation})


def cases(session: Session, kept: Kept, wanted: Iterable[str]) -> dict[str, KeptCase]:
    """These cases, those of them that ever failed; served by the primary key."""
    ids = [UUID(hex=one) for one in wanted]
    return _cases(session, NAMED, kept, {"cases": ids}) if ids else {}


def waiting(session: Session, kept: Kept, jobs: Sequence[str]) -> dict[str, KeptCase]:
    """The cases that wait for a report of one of these jobs; served by scorer_case_waiting."""
    return _cases(session, WAITING, kept, {"jobs": list(jobs), "everywhere": False})


def watched(session: Session, kept: Kept) -> dict[str, KeptCase]:
    """The cases that wait for any job, or are held; served by the two partial indexes."""
    found = _cases(session, WAITING, kept, {"jobs": [], "everywhere": True})
    return found | _cases(session, HELD, kept, {})


def every(session: Session, kept: Kept, *, after: str | None, most: int) -> dict[str, KeptCase]:
    """So many of the cases that ever failed, by id, from `after` on."""
    first = UUID(int=0) if after is None else UUID(hex=after)
    return _cases(session, EVERY, kept, {"after": first, "n": most})


def _cases(session: Session, query: Any, kept: Kept, asked: dict[str, Any]) -> dict[str, KeptCase]:  # noqa: ANN401 -- SQLAlchemy's text clause
    values = {"repo": kept.repo_id, "generation": kept.generation} | asked
    rows = session.execute(query, values)
    return {row.case_id.hex: KeptCase(row.memory, row.told) for row in rows}


def write_cases(session: Session, kept: Kept, new: Sequence[NewCase]) -> None:
    """Write these cases' parts down, in one statement."""
    if not new:
        return
    values = {
        "repo": kept.repo_id,
        "generation": kept.generation,
        "ids": [UUID(hex=one.case) for one in new],
        "memories": [json.dumps(one.memory) for one in new],
        "tolds": [json.dumps(one.told) for one in new],
        "jobs": [json.dumps(one.jobs) for one in new],
        "held": [one.is_held for one in new],
    }
    session.execute(WRITE_CASES, values)
