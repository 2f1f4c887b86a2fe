"""What observations come to, before it is written; and what is read back to work them in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.core.decide import Standing, State
from app.core.history.records import CaseSet
from app.core.judging import standing_of
from app.core.policy.policy import Policy
from app.core.runs import Repository, Run
from app.core.scorer import memory
from app.core.scorer.counts import Counts
from app.core.scorer.policies import Scorer
from app.core.scorer.said import Judged
from app.core.terms import Terms
from app.core.told import Told
from app.db import judgements, scorers
from app.db.observed.observations import Seen
from app.db.observed.sets import Sets
from app.db.scorers import Kept, KeptCase
from app.db.session import Session
from app.services.policy.terms import terms_of

# Of the score from which a case is suspect: one below it would not be even where the repository
# shows, by others, that nine in ten of what fails are flaky.
RECONSIDERED = 0.2


@dataclass(frozen=True, slots=True)
class Turned:
    """A case whose state became another one, and the run attempt that brought it."""

    case: str
    was: State
    now: State
    at: datetime
    run: Run
    why: str  # the strongest reason, as a sentence
    is_dismissal: bool  # a person's word brought it, not what was seen


@dataclass(slots=True)
class Work:
    """What observations came to, before it is written."""

    kept: Kept
    terms: Terms  # of the policy, for the cases that were read back
    scorer: Scorer
    counts: Counts | None  # None for a policy without terms
    told: dict[str, Told]
    states: dict[str, State]  # as they stand, of the cases that were looked at
    touched: dict[str, datetime] = field(default_factory=dict)  # by case: when it was moved last
    standings: dict[str, Standing] = field(default_factory=dict)
    turned: list[Turned] = field(default_factory=list)
    again: frozenset[str] = frozenset()  # judged at a sweep, though nothing moves them
    stood: dict[str, Standing] = field(default_factory=dict)  # of failing cases, before a stand-in
    needs_recompute: bool = False
    is_silent: bool = False  # a recompute: what was said of failures stays, but for history's

    def judged(self, cases: Iterable[str], *, at: datetime) -> dict[str, Judged]:
        """How cases stand at a moment, by the scorer alone."""
        return memory.judged(self.scorer, cases, at, warned=self.terms.policy.warn_threshold)

    def standing(self, repository: Repository, one: Judged, *, at: datetime) -> Standing:
        """How a case stands by the scorer and by the policy's terms for it."""
        plain = self.plain(repository, one)
        if self.counts is None:
            return plain
        return self.terms.standing(one.case, plain, self.counts, at=at)

    def plain(self, repository: Repository, one: Judged) -> Standing:
        """How a case stands by the scorer alone."""
        told = self.told[one.case]
        return standing_of(self.scorer, one, told, branch=repository.default_branch)


def begin(
    session: Session,
    kept: Kept,
    policy: Policy,
    seen: Sequence[Seen],
    sets: Sets,
    *,
    also: Iterable[str] = (),
) -> Work:
    """Read back what these observations can move, and nothing else.

    Raises ValueError where another version of the scorer wrote it.
    """
    jobs = sorted({one.observation.job for one in seen})
    wanted = {case for one in seen for case in one.observation.results} | {*also}
    wanted |= _came_or_went(kept, seen, sets)
    found = scorers.cases(session, kept, wanted)
    again: dict[str, KeptCase] = {}
    newest = max((one.observation.at.timestamp() for one in seen), default=0.0)
    if memory.is_due(kept.part, newest):
        again = _reconsidered(session, kept, policy)
        found |= scorers.watched(session, kept) | again
    else:
        found |= scorers.waiting(session, kept, jobs)
    memories, members = memories_of(kept, found, sets)
    scorer = memory.opened(policy, kept.part, memories, members)
    counts = memory.counts_in(policy, kept.part, memories, members)
    told = {case: Told.from_json(one.told) for case, one in found.items()}
    ids = {*found, *wanted}
    terms = terms_of(session, kept.repo_id, policy, ids)
    states = judgements.states(session, kept.repo_id, ids)
    stood = _stood(session, kept, wanted)
    return Work(kept, terms, scorer, counts, told, states, stood=stood, again=frozenset(again))


def _reconsidered(session: Session, kept: Kept, policy: Policy) -> dict[str, KeptCase]:
    """The cases that stand otherwise than healthy, or near it."""
    least = policy.warn_threshold * RECONSIDERED
    ids = judgements.unsettled(session, kept.repo_id, least=least)
    return scorers.cases(session, kept, (one.hex for one in ids))


def _stood(session: Session, kept: Kept, cases: Iterable[str]) -> dict[str, Standing]:
    """How these cases stood by the scorer that could not be read; nothing where there was none."""
    if kept.stands_in_since is None:
        return {}
    ids = [UUID(hex=case) for case in cases]
    return {one.hex: of for one, of in judgements.standings(session, kept.repo_id, ids).items()}


def memories_of(
    kept: Kept, found: Mapping[str, KeptCase], sets: Sets
) -> tuple[dict[str, memory.Json], Mapping[str, CaseSet]]:
    """What was kept of cases, and the sets of cases that the jobs ran last, by name."""
    memories = {case: one.memory for case, one in found.items()}
    return memories, sets.of(memory.sets_of(kept.part))


def _came_or_went(kept: Kept, seen: Sequence[Seen], sets: Sets) -> set[str]:
    """The cases that a job runs no longer, or did not run before: their passes are settled."""
    last: dict[str, CaseSet] = {}
    found: set[str] = set()
    for one in seen:
        observation = one.observation
        if not observation.is_trusted:
            continue
        job, ran = observation.job, observation.ran
        before = last.get(job)
        if before is None and (name := memory.members_of(kept.part, job)) is not None:
            before = sets(name)
        if before is not None and before.name != ran.name:
            found |= before.files.keys() ^ ran.files.keys()
        last[job] = ran
    return found
