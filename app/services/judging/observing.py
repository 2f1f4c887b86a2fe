"""A repository's scorer at work: observations in, findings, standings and changes out.

Observations are worked in by the runs' own times. One that comes late, that is older than the
newest one seen, is worked in as it comes where that makes little difference: not later than LATE,
and not a commit of the default branch whose place in their order is not known. There the state may
differ from an ordered one's: a pass that came before its failure contradicts nothing, passes in
between are counted for an older belief, and a streak is told in the order of arrival. What comes
later still gets its verdicts at once and moves nothing; a recompute, which is asked for then, works
it in in its place.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from app.core.decide import State
from app.core.remembering import recovered, remembered
from app.core.runs import Repository, Run
from app.core.scorer import memory
from app.core.scorer.plain import failing
from app.core.scorer.policies import Scorer
from app.core.scorer.said import Judged
from app.core.told import Told
from app.db import judgements
from app.db.observed.observations import Seen
from app.db.session import Session
from app.render import words
from app.services.judging import finding, mending
from app.services.judging.work import Turned, Work

LATE = timedelta(hours=2)  # behind the newest; as near in time as a common cause is looked for


def observe(session: Session, repository: Repository, work: Work, seen: Seen) -> None:
    """Work one observation in, and write what is said of it; its state is written at the end."""
    observation, before = seen.observation, work.scorer
    after, said = before.observe(observation)
    culprits = finding.culprits(session, repository, said)
    is_said = seen.run.is_history or not work.is_silent
    if is_said:
        findings = finding.findings(repository, work, seen, said, culprits)
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
    again = work.again if memory.swept(before, after) else ()  # their passes are to be counted
    at = observation.at
    judged = work.judged([*memory.moved(before, after), *here, *held, *again], at=at)
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
    """How the cases stand that were moved at a moment.

    A stand-in knows nothing of their past: by it they turn nothing but what a person's word brings.
    """
    for case, one in judged.items():
        work.told[case] = recovered(work.told[case], work.scorer, case)
        work.touched[case] = at
        if work.kept.stands_in_since is not None and not is_dismissal:
            continue
        standing = work.standings[case] = work.standing(repository, one, at=at)
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
        failing_reports=known.failing_reports,
        recent=known.recent,
        last_failure_at=known.last_failure_at,
        forgiven_at=at.timestamp(),
        before=known.before,
        base=known.base,
    )
    judged = work.judged([case], at=at)
    _hold(repository, work, judged, branch=None, at=at)
    _judge(repository, work, run, judged, at=at, is_dismissal=True)
