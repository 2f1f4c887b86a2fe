"""What a run means for the quarantines of its repository: proposals, proofs, relapses, breaks."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol
from uuid import UUID

from app.core.accuracy import Correction
from app.core.decide import State
from app.core.proof import Progress, clean_runs_needed
from app.core.quarantine import HOLDING, Quarantine, QuarantineEvent, QuarantineState
from app.core.runs import Repository, Run
from app.db import decisions, executions, judgements, proofs, reruns, runs
from app.db.session import Session
from app.render.words import decisions as said
from app.services.acts.actor import Actor, ourselves
from app.services.acts.steps import Step, take
from app.services.acts.subject import Subject, hold
from app.services.acts.terms import AS_IT_IS, rate_of, terms
from app.services.policy.holding import rules_for
from app.services.quarantine import leaving, proposing
from app.services.quarantine.saying import say, tell_owner

E, S = QuarantineEvent, QuarantineState
UNDECIDED = frozenset({S.PROPOSED, S.DISMISSED})


class Turned(Protocol):
    """A case whose state is another now."""

    @property
    def case_id(self) -> UUID:
        """Which."""

    @property
    def now(self) -> State:
        """What it is."""


def follow(
    session: Session,
    repository: Repository,
    changed: Iterable[Turned],
    run: Run,
    *,
    now: datetime,
    request_id: str,
    proposes: bool = True,
) -> frozenset[UUID]:
    """Take every quarantine of a repository where the evidence of one evaluated run leads it; the
    cases that were proven healed by it.

    `changed` are the cases that came to another state by it. To be called once the run's standings
    are stored. Costs one look at what is held and at what failed in the run, however long the
    history; a run of a fork decides nothing.
    """
    if not run.is_trusted:
        return frozenset()
    actor = ourselves("worker", request_id)
    states = {one.case_id: one.now for one in changed}
    broken = {case_id for case_id, state in states.items() if state is State.BROKEN}
    leaving.leave(session, repository.id, broken, actor, now=now)
    proven = _prove(session, repository.id, run, actor, now=now)
    failed = executions.failed_in_run(session, repository.id, run.key.run_id)
    _reopen_healed(session, run, failed, actor, now=now)
    if proposes:
        turned = {case_id for case_id, state in states.items() if state is State.FLAKY}
        for case_id in _undecided(session, repository.id, {*failed, *turned}):
            proposing.propose(session, repository, case_id, run, actor, now=now)
    return proven


def _undecided(session: Session, repo_id: int, seen: Collection[UUID]) -> list[UUID]:
    """The flaky ones of these about which nobody has decided: each is looked at while it flakes.

    What stood in the way of a proposal when a case turned flaky, one pull request alone or a
    change that was not known, may not stand there later; nor may a cap on what is held.
    """
    states = judgements.states(session, repo_id, [one.hex for one in seen])
    flaky = [one for one in sorted(seen) if states.get(one.hex) is State.FLAKY]
    decided = decisions.newest(session, repo_id, flaky)
    return [one for one in flaky if one not in decided or decided[one].state in UNDECIDED]


def _prove(
    session: Session, repo_id: int, run: Run, actor: Actor, *, now: datetime
) -> frozenset[UUID]:
    """Count this run for what is held, and look at what flaked by that; what it proved healed."""
    held = decisions.holding(session, repo_id)
    began = runs.began(session, repo_id, run.key.run_id) or run.started_at
    seen = proofs.seen(session, repo_id, run.key.run_id, [one.case_id for one in held])
    counting = [
        (one, seen[one.case_id].is_clean)
        for one in held
        if one.case_id in seen
        and (one.clean_since is None or began > one.clean_since)
        and (seen[one.case_id].passed or seen[one.case_id].failed)
    ]
    counts = proofs.count(session, run, counting) | _count_asked(session, run, counting)
    proven = set()
    for one in held:
        if one.case_id in seen and seen[one.case_id].failed:
            _flaked(session, repo_id, one, actor, now=now)
            continue
        may_be = one.id in counts and counts[one.id] >= one.clean_needed
        if may_be and _is_proven(session, repo_id, one.case_id, actor, now=now):
            proven.add(one.case_id)
    return frozenset(proven)


def _count_asked(
    session: Session, run: Run, counting: Sequence[tuple[Quarantine, bool]]
) -> dict[int, int]:
    """Count an attempt that we asked for beside its run: each is one more clean run, or is not.

    Where a fix is claimed, only of code that ran first after the claim.
    """
    key = run.key
    if not counting or not reruns.is_asked(session, key):
        return {}
    began = runs.began(session, key.repo_id, key.run_id) or run.started_at
    ids = [one.case_id for one, _ in counting]
    seen = proofs.seen(session, key.repo_id, key.run_id, ids, attempt=key.attempt)
    marks = [
        (one, seen[one.case_id].is_clean)
        for one, _ in counting
        if one.case_id in seen and (one.state is not S.FIX_PENDING or began > one.since)
    ]
    return proofs.count(session, run, marks, attempt=key.attempt)


def _flaked(
    session: Session, repo_id: int, held: Quarantine, actor: Actor, *, now: datetime
) -> None:
    """A contradicted failure since counting began: it begins anew."""
    subject = hold(session, repo_id, held.case_id)
    before, flaked = subject.before, subject.flaked_at
    if before is None or before.state not in HOLDING or flaked is None:
        return
    if before.clean_since is not None and flaked <= before.clean_since:
        return
    proofs.forget(session, repo_id, before.id, before=flaked)
    needed = clean_runs_needed(rate_of(subject))
    anew = {"clean_runs": 0, "clean_since": flaked, "clean_needed": needed, "fix": None}
    if before.state is S.FIX_PENDING:
        step = Step(E.FLAKED.value, [E.FLAKED], said.flaked_during_proof(), anew)
        _, event_id = take(session, subject, step, actor, now=now)
        say(session, subject, event_id, said.flaked_during_proof, now=now)
    else:
        proofs.begin_anew(session, repo_id, before.id, since=flaked, needed=needed)


def _is_proven(
    session: Session, repo_id: int, case_id: UUID, actor: Actor, *, now: datetime
) -> bool:
    """Resolve what has enough clean runs: of its own accord, or sooner where a fix is claimed."""
    subject = hold(session, repo_id, case_id)
    before = subject.before
    if before is None or before.state not in HOLDING:
        return False
    is_claimed = before.state is S.FIX_PENDING
    progress = Progress(before.clean_runs, before.clean_needed)
    if not progress.is_proven:
        return False
    events = [E.PROVEN] if is_claimed else [E.FIX_CLAIMED, E.PROVEN]
    says = partial(said.proven, progress)
    fields = {"fix": before.fix or said.looks_fixed(progress)}
    step = Step(E.PROVEN.value, events, says(), fields, correction=Correction.PROVEN_FIX)
    _, event_id = take(session, subject, step, actor, now=now)
    say(session, subject, event_id, says, now=now)
    tell_owner(session, subject, event_id, says, now=now)
    return True


def _reopen_healed(
    session: Session, run: Run, failed: Sequence[UUID], actor: Actor, *, now: datetime
) -> None:
    """A healed case that flakes again gets its old quarantine back."""
    repo_id = run.key.repo_id
    for case_id, decision in sorted(decisions.newest(session, repo_id, failed).items()):
        if decision.state is not S.RESOLVED:
            continue
        subject = hold(session, repo_id, case_id)
        before, flaked = subject.before, subject.flaked_at
        if before is None or before.state is not S.RESOLVED or flaked is None:
            continue
        if flaked <= before.evidence_at or not _may_be_held(session, subject, run):
            continue
        begins = terms(session, subject, AS_IT_IS, now=now, fallback=before.owner)
        says = partial(said.relapsed, begins["until"])
        step = Step(E.FLAKED.value, [E.FLAKED], says(), begins)
        _, event_id = take(session, subject, step, actor, now=now)
        say(session, subject, event_id, says, now=now)
        tell_owner(session, subject, event_id, says, now=now)


def _may_be_held(session: Session, subject: Subject, run: Run) -> bool:
    """Whether the evidence and the policy of today let a case be held again by this run."""
    rules = rules_for(session, subject.repo_id, subject.case_id, branch=run.branch)
    return not (subject.is_broken or rules.is_observing or rules.is_exempt)


def claim_fix(
    session: Session, repo_id: int, case_id: UUID, actor: Actor, *, fix: str, now: datetime
) -> bool:
    """A commit or an issue claims that a held case is fixed; False when it is not held so.

    Fewer runs prove it then, counted from the claim on: what was clean before says nothing of
    the fix. Nothing is counted anew, so that a claim never makes a proof longer.
    """
    subject = hold(session, repo_id, case_id)
    before = subject.before
    if before is None or before.state is not S.ACTIVE:
        return False
    sooner = before.clean_runs + clean_runs_needed(rate_of(subject), fix_is_claimed=True)
    fields = {"fix": fix, "clean_needed": min(before.clean_needed, sooner)}
    step = Step(E.FIX_CLAIMED.value, [E.FIX_CLAIMED], said.fix_claimed(fix), fields)
    _, event_id = take(session, subject, step, actor, now=now)
    say(session, subject, event_id, partial(said.fix_claimed, fix), now=now)
    return True
