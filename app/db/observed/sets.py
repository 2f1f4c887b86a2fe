"""Sets of cases that a job ran: written once each, and held in this process once read.

A set's digest stands for its reports' sets and for what tells their executions apart, so a run
with the same cases as the one before costs neither a write nor a read of its cases.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from struct import Struct
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, text
from sqlmodel import Session

from app.core.history.records import CaseSet

DIGEST_BYTES = 16
HELD_CASES = 500_000  # of all sets held in this process; some 150 bytes each
_MEMBER = Struct("!16sI")  # a case's id, and the place of its file from 1; 0 where it has none

FOUND = text("""
SELECT digest, cases, is_crowded FROM observed_set WHERE repo_id = :repo AND digest = ANY(:digests)
""")

READ = text("SELECT files, members FROM observed_set WHERE repo_id = :repo AND digest = :digest")

USED = text("""
UPDATE observed_set SET used_at = :now
WHERE repo_id = :repo AND digest = ANY(:digests) AND used_at < :now - interval '1 day'
""")

# All that its reports executed; they have just been stored, so nothing of them is gone yet.
RAN = text("""
SELECT execution.case_id, case_.file, count(DISTINCT report.report_id) AS reports
FROM report
JOIN execution ON execution.repo_id = report.repo_id AND execution.report_id = report.report_id
  AND execution.at = report.at AND execution.keep_until > report.at
JOIN case_ ON case_.repo_id = execution.repo_id AND case_.case_id = execution.case_id
WHERE report.repo_id = :repo AND report.report_id = ANY(:reports)
  AND execution.variant IS NOT DISTINCT FROM :inner
GROUP BY 1, 2 ORDER BY 1
""")

WRITE = text("""
INSERT INTO observed_set (repo_id, digest, cases, is_crowded, files, members, made_at, used_at)
VALUES (:repo, :digest, :cases, :is_crowded, CAST(:files AS jsonb), :members, :now, :now)
ON CONFLICT DO NOTHING
""")


@dataclass(frozen=True, slots=True)
class Known:
    """A set that was seen before."""

    cases: int
    is_crowded: bool  # several of its reports have the same case


class Files(Mapping[str, str | None]):
    """Each case of a set with its file, read when somebody asks; its size is known at once."""

    def __init__(self, repo_id: int, digest: bytes, size: int, renamed: "Renamed") -> None:
        self.session: Session | None = None  # of whoever may ask next
        self._repo_id, self._digest, self._size = repo_id, digest, size
        self._renamed = renamed

    @cached_property
    def _read(self) -> Mapping[str, str | None]:
        assert self.session is not None
        return _read(self.session, self._repo_id, self._digest, self._renamed)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, case: str) -> str | None:
        return self._read[case]

    def __contains__(self, case: object) -> bool:
        return case in self._read

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)


Renamed = Mapping[str, str]  # by the id that a case had before: the one it has now


class Sets:
    """A repository's sets by name; a set that was used before is the same object again."""

    def __init__(self, session: Session, repo_id: int, renamed: Renamed) -> None:
        self._session, self._repo_id, self._renamed = session, repo_id, renamed
        self._key = tuple(sorted(renamed.items()))
        bind = session.get_bind()
        self._held = _HELD.setdefault(bind if isinstance(bind, Engine) else bind.engine, _Held())

    def __call__(self, name: str) -> CaseSet:
        """The set of this name; one that is gone has no cases."""
        return self.of([name])[name]

    def of(self, names: Iterable[str]) -> dict[str, CaseSet]:
        """The sets of these names; served by the primary key."""
        wanted = {name: self._held.use(self._key_of(name)) for name in names}
        missing = [bytes.fromhex(name) for name, one in wanted.items() if one is None]
        known = found(self._session, self._repo_id, missing) if missing else {}
        return {
            name: self._ready(name, known) if one is None else self._again(one)
            for name, one in wanted.items()
        }

    def _ready(self, name: str, known: Mapping[bytes, Known]) -> CaseSet:
        digest = bytes.fromhex(name)
        size = known[digest].cases if digest in known else 0
        made = CaseSet(name, Files(self._repo_id, digest, size, self._renamed))
        if size:
            self._held.add(self._key_of(name), made)
        return self._again(made)

    def _again(self, one: CaseSet) -> CaseSet:
        assert isinstance(one.files, Files)
        one.files.session = self._session
        return one

    def _key_of(self, name: str) -> tuple[Any, ...]:
        return (self._repo_id, name, self._key)


def digest_of(parts: Sequence[tuple[bytes, str | None]]) -> bytes:
    """The digest of an observation's set: of its reports' sets, each with what is told apart."""
    whole = blake2b(digest_size=DIGEST_BYTES, person=b"observed")
    for case_set, inner in sorted(parts, key=lambda one: (one[0], one[1] or "")):
        whole.update(case_set + (inner or "").encode() + b"\0")
    return whole.digest()


def found(session: Session, repo_id: int, digests: Sequence[bytes]) -> dict[bytes, Known]:
    """Those of these sets that were seen before; served by the primary key."""
    rows = session.execute(FOUND, {"repo": repo_id, "digests": list(digests)})
    return {row.digest: Known(row.cases, row.is_crowded) for row in rows}


def note_use(session: Session, repo_id: int, digests: Sequence[bytes], *, now: datetime) -> None:
    """Write down that these are used still; at most once a day each. Served by the primary key."""
    session.execute(USED, {"repo": repo_id, "digests": list(digests), "now": now})


def write(
    session: Session,
    repo_id: int,
    digest: bytes,
    reports: Sequence[int],
    inner: str | None,
    *,
    now: datetime,
) -> Known:
    """Write down a set that was not seen before: what these reports executed."""
    values: dict[str, Any] = {"repo": repo_id, "reports": list(reports), "inner": inner}
    rows = session.execute(RAN, values).all()
    places: dict[str, int] = {}
    members = bytearray()
    for row in rows:
        place = 0 if row.file is None else places.setdefault(row.file, len(places) + 1)
        members += _MEMBER.pack(row.case_id.bytes, place)
    known = Known(len(rows), any(row.reports > 1 for row in rows))
    session.execute(
        WRITE,
        {
            "repo": repo_id,
            "digest": digest,
            "cases": known.cases,
            "is_crowded": known.is_crowded,
            "files": json.dumps(list(places)),
            "members": bytes(members),
            "now": now,
        },
    )
    return known


class _Held(dict[tuple[Any, ...], CaseSet]):
    """Sets used before, the last one used last."""

    def add(self, key: tuple[Any, ...], one: CaseSet) -> None:
        self[key] = one
        while len(self) > 1 and sum(len(held.files) for held in self.values()) > HELD_CASES:
            del self[next(iter(self))]

    def use(self, key: tuple[Any, ...]) -> CaseSet | None:
        one = self.pop(key, None)
        if one is not None:
            self[key] = one
        return one


_HELD: WeakKeyDictionary[Engine, _Held] = WeakKeyDictionary()
"""What was used, for each database: a set never changes."""


def _read(
    session: Session, repo_id: int, digest: bytes, renamed: Renamed
) -> Mapping[str, str | None]:
    row = session.execute(READ, {"repo": repo_id, "digest": digest}).first()
    if row is None:
        return {}
    names = [None, *row.files]
    files: dict[str, str | None] = {}
    for raw, place in _MEMBER.iter_unpack(row.members):
        case = raw.hex()
        files[renamed.get(case, case)] = names[place]
    return files
