"""The records of a history: its header, sets of cases, and one job of one run attempt each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from app.core.outcomes import Outcome
from app.core.priorities import Labels

HISTORY_VERSION = 1  # of the exchange format


@dataclass(frozen=True, slots=True)
class Header:
    """Whose history it is."""

    repository: str
    default_branch: str


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class CaseSet:
    """Cases that run together, each with the file it lives in; compared by identity."""

    name: str
    files: Mapping[str, str | None]
    labels: Mapping[str, Labels] = field(default_factory=dict)  # of those that have any


class Execution(NamedTuple):
    """One execution of a case; the message as the runner wrote it."""

    outcome: Outcome
    message: str | None


@dataclass(frozen=True, slots=True)
class Observation:
    """One job of one run attempt, when it finished: what a scorer is told.

    Every case of `ran` that is neither in `not_run` nor in `results` passed once.
    """

    at: datetime
    run: int
    attempt: int  # from 1
    job: str  # the variant
    code: str  # equal text, equal code
    branch: str
    pr: int | None  # None on the default branch
    base: str | None  # the default branch's commit that the code was merged with
    changed: tuple[str, ...] | None  # files; None when not known
    is_trusted: bool  # False for a pull request from a fork
    ran: CaseSet
    not_run: frozenset[str]
    results: Mapping[str, tuple[Execution, ...]]

    @property
    def is_default(self) -> bool:
        """Whether this is the default branch's own code."""
        return self.pr is None

    @property
    def source(self) -> str:
        """Whose code it is: a pull request's, or one commit's of the default branch."""
        return f"#{self.pr}" if self.pr is not None else self.code


Record = Header | CaseSet | Observation
