"""Notices: one message of a channel about many cases of a repository."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class NoticeKind(StrEnum):
    """What a notice speaks of."""

    PROPOSALS = "proposals"  # cases that wait for a person's decision
    BROKEN = "broken"  # cases that the default branch fails
    SPIKE = "spike"  # more changes fail than usual


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it stands."""

    repo_id: int
    id: int
    kind: NoticeKind
    channel: str
    handle: str
    ts: str | None  # None until it is known to be posted
    digest: bytes | None
    began_at: datetime
    over_at: datetime | None
    facts: Mapping[str, float] = field(default_factory=dict)  # figures, at their worst


@dataclass(frozen=True, slots=True)
class NoticeCase:
    """A case that a notice speaks of."""

    case_id: UUID
    nth: int  # in the order in which they came, from 1
    at: datetime  # since when it is what the notice says
    name: str  # raw
