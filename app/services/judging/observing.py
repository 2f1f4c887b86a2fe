"""A repository's scorer at work: observations in, findings, standings and changes out.

Observations are worked in by the runs' own times. One that comes late, that is older than the
newest one seen, is worked in as it comes where that makes little difference: not later than LATE,
and not a commit of the default branch whose place in their order is not known. There the state may
differ from an ordered one's: a pass that came before its failure contradicts nothing, passes in
between are counted for an older belief, and a streak is told in the order of arrival. What comes
later still gets its verdicts at once and moves nothing; a recompute, which is asked for then, works
it in in its place.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from app.core.decide import Finding, Standing, State
from app.core.evidence import Fact
from app.core.history.records import CaseSet
from app.core.judging import finding_of, standing_of
from app.core.policy.policy import Policy
from app.core.remembering import Culprits, culprits_of, recovered, remembered
from app.core.runs import Repository, Run
from app.core.scorer import memory
from app.core.scorer.counts import Counts
from app.core.scorer.plain import failing
from app.core.scorer.policies import Scorer
from app.core.scorer.said import Judged, Said
from app.core.terms import Terms
from app.core.told import Told
from app.db import changes, judgements, scorers
from app.db.judgements import StoredFinding
from app.db.observed.observations import Seen
from app.db.observed.sets import Sets
from app.db.scorers import Kept, KeptCase
from app.db.session import Session
from app.render import words
from app.services.judging import mending
from app.services.policy.terms import terms_of

LATE = timedelta(hours=2)  # behind the newest; as near in time as a common cause is looked for


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
    needs_recompute: bool = False
    is_silent: bool = False  # a recompute: what was said of failures stays, but for history's

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
    newest = max((one.observation.at.timestamp() for one in seen), default=0.0)
    if memory.is_due(kept.part, newest):
        found |= scorers.watched(session, kept)
    else:
        found |= scorers.waiting(session, kept, jobs)
    memories, members = memories_of(kept, found, sets)
    scorer = memory.opened(policy, kept.part, memories, members)
    counts = memory.counts_in(policy, kept.part, memories, members)
    told = {case: Told.from_json(one.told) for case, one in found.items()}
    ids = {*found, *wanted}
    terms = terms_of(session, kept.repo_id, policy, ids)
    states = judgements.states(session, kept.repo_id, ids)
    return Work(kept, terms, scorer, counts, told, states)


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


def observe(session: Session, repository: Repository, work: Work, seen: Seen) -> None:
    """Work one observation in, and write what is said of it; its state is written at the end."""
    observation, before = seen.observation, work.scorer
    after, said = before.observe(observation)
    culprits = _culprits(session, repository, said)
    is_said = seen.run.is_history or not work.is_silent
    if is_said:
        findings = _findings(repository, work, seen, said, culprits)
        judgements.add_findings(session, repository.id, findings)
    mending.mend(session, repository.id, work, seen, said)
    if not observation.is_trusted:
        if is_said:
            mending.mend_fork(session, repository.id, work.terms, seen)
        return
    if _is_misplaced(work, seen):
        work.needs_recompute = True
        return
    work.scorer = after
    newest = work.kept.newest_at
    work.kept = replace(
        work.kept, newest_at=observation.at if newest is None else max(newest, observation.at)
    )
    remembered(work.told, observation, said, before, sha=seen.run.head_sha, culprits=culprits)
    here = {*(one.case for one in said.changes), *failing(observation)}
    held = _counted(work, seen, before, after)
    at = observation.at
    judged = _judged(work, [*memory.moved(before, after), *here, *held], at=at)
    _hold(repository, work, _of(judged, held - here), branch=None, at=at)
    _hold(repository, work, _of(judged, here), branch=observation.branch, at=at)
    _judge(repository, work, seen.run, judged, at=at)


def _counted(work: Work, seen: Seen, before: Scorer, after: Scorer) -> frozenset[str]:
    """Count the observation for the policy's terms; who is held, if that is to be looked at."""
    if work.counts is None:
        return frozenset()
    held = work.counts.held if memory.swept(before, after) else frozenset()
    work.counts = work.counts.observed(seen.observation)
    return held


def _is_misplaced(work: Work, seen: Seen) -> bool:
    newest, observation = work.kept.newest_at, seen.observation
    if newest is None or observation.at >= newest:
        return False
    if newest - observation.at > LATE:
        return True
    return observation.is_default and not memory.knows_commit(work.scorer, observation.code)


def _culprits(session: Session, repository: Repository, said: Said) -> dict[str, dict[str, Fact]]:
    """By case that the default branch fails: who may have broken it."""
    broken = (one.broken for one in said.findings if one.broken is not None)
    tested = {suspect.commit for one in broken for suspect in one.suspects}
    if not tested:
        return {}
    pushed = changes.pushed(session, repository.id, tested)
    suspects = tested.union(*pushed.values())
    known = changes.commits(session, repository.id, suspects)
    return culprits_of(said, {sha: one.author for sha, one in known.items()}, pushed)


def _findings(
    repository: Repository, work: Work, seen: Seen, said: Said, culprits: Culprits
) -> list[StoredFinding]:
    """What each failure of an observation is held to be, by what was known before it."""
    branch, at = repository.default_branch, seen.observation.at
    judged = _judged(work, [one.case for one in said.findings], at=at)
    found = []
    for one in said.findings:
        told = work.told.get(one.case)
        standing = None
        if told is not None and one.case in judged:
            standing = work.standing(repository, judged[one.case], at=at)
        ran = memory.ran_before(work.scorer, one.case)
        culprit = culprits.get(one.case, {})
        finding = finding_of(one, standing, told, ran=ran, branch=branch, culprit=culprit)
        finding = work.terms.finding(one.case, finding, branch=seen.observation.branch)
        found.append(_stored(seen, one.case, finding))
    return found


def _stored(seen: Seen, case: str, finding: Finding) -> StoredFinding:
    key = seen.run.key
    job, at = seen.observation.job, seen.observation.at
    return StoredFinding(key.run_id, key.attempt, UUID(hex=case), job, finding, at)


def _judged(work: Work, cases: Iterable[str], *, at: datetime) -> dict[str, Judged]:
    """How cases stand at a moment, by the scorer alone."""
    return memory.judged(work.scorer, cases, at, warned=work.terms.policy.warn_threshold)


def _of(judged: Mapping[str, Judged], cases: Collection[str]) -> dict[str, Judged]:
    return {case: one for case, one in judged.items() if case in cases}


def _judge(
    repository: Repository,
    work: Work,
    run: Run,
    judged: Mapping[str, Judged],
    *,
    at: datetime,
    is_dismissal: bool = False,
) -> None:
    """How the cases stand that were moved at a moment."""
    for case, one in judged.items():
        work.told[case] = recovered(work.told[case], work.scorer, case)
        standing = work.standing(repository, one, at=at)
        work.standings[case], work.touched[case] = standing, at
        was = work.states.get(case, State.HEALTHY)
        if was is not standing.state:
            why = next(iter(words.evidence_sentences(standing.evidence)), "")
            turned = Turned(case, was, standing.state, at, run, why, is_dismissal)
            work.turned.append(turned)
            work.states[case] = standing.state


def _hold(
    repository: Repository,
    work: Work,
    judged: Mapping[str, Judged],
    *,
    branch: str | None,
    at: datetime,
) -> None:
    """Let the policy hold these cases, or no longer; on no branch it only lets go."""
    if work.counts is None:
        return
    for case, one in judged.items():
        counts, told = work.counts, work.told[case]
        if branch is None and case not in counts.held:
            continue
        plain = work.plain(repository, one)
        holds = work.terms.holds(case, plain, counts, branch=branch, at=at)
        work.counts = counts.holding(case, is_held=holds)
        if holds and told.first_detected_at is None:
            work.told[case] = replace(told, first_detected_at=at.timestamp())


def forgive(repository: Repository, work: Work, case: str, run: Run, *, at: datetime) -> None:
    """What was seen of a case so far was no flake: a person said so, of what was seen by `at`."""
    work.scorer = memory.forgiven(work.scorer, case)
    known = work.told[case]
    work.told[case] = Told(
        failures=known.failures,
        recent=known.recent,
        last_failure_at=known.last_failure_at,
        forgiven_at=at.timestamp(),
        before=known.before,
        base=known.base,
    )
    judged = _judged(work, [case], at=at)
    _hold(repository, work, judged, branch=None, at=at)
    _judge(repository, work, run, judged, at=at, is_dismissal=True)
