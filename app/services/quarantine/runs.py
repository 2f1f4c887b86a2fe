"""What a run means for the quarantines of its repository: proposals, proofs, relapses, breaks."""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import Protocol
from uuid import UUID

from app.core.decide import State
from app.core.quarantine import QuarantineEvent, QuarantineState
from app.core.runs import Repository, Run
from app.db import decisions, executions, judgements, runs
from app.db.session import Session
from app.render.words import decisions as said
from app.services.acts.actor import Actor, ourselves
from app.services.acts.counting import recount
from app.services.acts.steps import Step, take
from app.services.acts.subject import Subject, hold
from app.services.acts.terms import AS_IT_IS, terms
from app.services.policy.holding import changes_case, rules_for
from app.services.policy.policies import policy_of
from app.services.quarantine import leaving, proposing, proving
from app.services.quarantine.saying import say, tell_owner

E, S = QuarantineEvent, QuarantineState
UNDECIDED = frozenset({S.PROPOSED, S.DISMISSED})


class Turned(Protocol):
    """A case whose state is another now."""

    @property
    def case_id(self) -> UUID:
        """Which."""

    @property
    def was(self) -> State:
        """What it was."""

    @property
    def now(self) -> State:
        """What it is."""


def follow(
    session: Session,
    repository: Repository,
    changed: Collection[Turned],
    run: Run,
    *,
    now: datetime,
    request_id: str,
    touched: Collection[UUID] = (),
    proposes: bool = True,
) -> frozenset[UUID]:
    """Take every quarantine of a repository where the evidence of one evaluated run leads it; the
    cases that were proven healed by it.

    `changed` are the cases that came to another state by it, `touched` those of which more is
    known, as it may have shown that an earlier failure was a flake. To be called once the run's
    standings are stored. Costs one look at what is held and at what failed in the run, however
    long the history; a run of a fork decides nothing.
    """
    if not run.is_trusted:
        return frozenset()
    actor = ourselves("worker", request_id)
    states = {one.case_id: one.now for one in changed}
    broken = {one.case_id: one.was for one in changed if one.now is State.BROKEN}
    leaving.leave(session, repository.id, broken, actor, now=now)
    proven = proving.prove(session, run, touched, actor, now=now)
    failed = executions.failed_in_run(session, repository.id, run.key.run_id)
    _reopen_healed(session, run, {*failed, *touched}, actor, now=now)
    if proposes:
        turned = {case_id for case_id, state in states.items() if state is State.FLAKY}
        for case_id in _undecided(session, repository.id, {*failed, *turned}):
            proposing.propose(session, repository, case_id, run, actor, now=now)
    return proven


def _undecided(session: Session, repo_id: int, seen: Collection[UUID]) -> list[UUID]:
    """The flaky ones of these about which nobody has decided: each is looked at while it flakes.

    What stood in the way of a proposal when a case turned flaky, one pull request alone or a
    change that was not known, may not stand there later; nor may a cap on what is held. One that
    waits for a person's word alone is passed over.
    """
    states = judgements.states(session, repo_id, [one.hex for one in seen])
    flaky = [one for one in sorted(seen) if states.get(one.hex) is State.FLAKY]
    decided = decisions.newest(session, repo_id, flaky)
    undecided = [one for one in flaky if one not in decided or decided[one].state in UNDECIDED]
    waiting = {one for one in undecided if one in decided and decided[one].state is S.PROPOSED}
    if not waiting or policy_of(session, repo_id).quarantines_some_itself:
        return undecided
    return [one for one in undecided if one not in waiting]


def _reopen_healed(
    session: Session, run: Run, seen: Collection[UUID], actor: Actor, *, now: datetime
) -> None:
    """A healed case that flakes again gets its old quarantine back."""
    repo_id = run.key.repo_id
    for case_id, decision in sorted(decisions.newest(session, repo_id, list(seen)).items()):
        if decision.state is not S.RESOLVED:
            continue
        subject = hold(session, repo_id, case_id)
        before, flaked = subject.before, subject.flaked_at
        if before is None or before.state is not S.RESOLVED or flaked is None:
            continue
        if flaked <= before.evidence_at or not _may_be_held(session, subject, run):
            continue
        begins = terms(session, subject, AS_IT_IS, now=now, fallback=None)
        says = partial(said.relapsed, begins["until"])
        step = Step(E.FLAKED.value, [E.FLAKED], says(), begins)
        _, event_id = take(session, subject, step, actor, now=now)
        recount(session, hold(session, repo_id, case_id), now=now)
        say(session, subject, event_id, says, now=now)
        tell_owner(session, subject, event_id, says, now=now)


def _may_be_held(session: Session, subject: Subject, run: Run) -> bool:
    """Whether the evidence and the policy of today let a case be held again.

    By the run in which it failed last, as this one may only have shown that to be a flake.
    """
    failed = judgements.last_finding(session, subject.repo_id, subject.case_id)
    where = (runs.run(session, failed) if failed else None) or run
    rules = rules_for(session, subject.repo_id, subject.case_id, branch=where.branch)
    if subject.is_broken or rules.is_observing or rules.is_exempt or not where.is_trusted:
        return False
    return changes_case(session, where, subject.case_id) is not True
