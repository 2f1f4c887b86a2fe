"""Aliases: propose which case became which, and let somebody confirm or decline it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.core.aliases import AliasState, Pair, pairs
from app.core.asking import QueueName
from app.core.errors import BadInput, Missing
from app.core.policy.names import Renames
from app.core.requests import Recompute
from app.core.runs import BranchClass, Run
from app.db import aliases, handing_over, scorers, trail
from app.db.aliases import Alias
from app.db.session import Session
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.services.policy import policies

BY_POLICY = "policy"  # who decided, where it was nobody


def propose(session: Session, run: Run, *, now: datetime, request_id: str) -> int:
    """Propose the cases that this run's commit renamed or moved; how many.

    Where the policy says so, those that only moved are confirmed at once: on the default branch,
    for on another one the old case goes on living on it. Costs one look at its reports' case sets
    where no case is new, as in nearly every run.
    """
    came = aliases.came(session, run.key)
    if not came:
        return 0
    gone = aliases.gone(session, run)
    found = pairs(gone, came)
    aliases.propose(session, run.key.repo_id, found, head_sha=run.head_sha, now=now)
    moved = [pair for pair in found if pair.is_move]
    if moved and run.branch_class is BranchClass.DEFAULT and run.is_trusted:
        _follow(session, run.key.repo_id, moved, now=now, request_id=request_id)
    return len(found)


def _follow(
    session: Session, repo_id: int, moved: Sequence[Pair], *, now: datetime, request_id: str
) -> None:
    """Confirm moves that nobody has decided about, where the policy asks for it."""
    if policies.policy_of(session, repo_id).renames is not Renames.FOLLOW_MOVES:
        return
    for alias_id in aliases.proposed(session, repo_id, moved):
        try:
            confirm(
                session,
                alias_id,
                actor=BY_POLICY,
                surface="worker",
                request_id=request_id,
                now=now,
            )
        except BadInput:
            continue  # its old case became another one: people decide


def confirm(
    session: Session, alias_id: int, *, actor: str, surface: str, request_id: str, now: datetime
) -> Alias:
    """Say that two cases are one: what is known of the old one counts for the new one.

    Raises Missing when there is no such alias, BadInput when it would close a circle or the old
    case already became another one.
    """
    alias = _locked(session, alias_id)
    before = aliases.earlier_ids(session, alias.repo_id, [alias.old])
    if alias.new in before:
        raise BadInput(f"{alias.new_name} became {alias.old_name} before; decline that one first.")
    if taken := aliases.confirmed_of(session, alias.repo_id, alias.old):
        if taken.id != alias.id:
            raise BadInput(
                f"{alias.old_name} became {taken.new_name}; decline alias {taken.id} first."
            )
        return alias
    return _decide(session, alias, AliasState.CONFIRMED, actor, surface, request_id, now=now)


def decline(
    session: Session, alias_id: int, *, actor: str, surface: str, request_id: str, now: datetime
) -> Alias:
    """Say that two cases are two, also where they were taken for one; not proposed again.

    Raises Missing when there is no such alias.
    """
    alias = _locked(session, alias_id)
    if alias.state is AliasState.DECLINED:
        return alias
    return _decide(session, alias, AliasState.DECLINED, actor, surface, request_id, now=now)


@dataclass(frozen=True, slots=True)
class Moved:
    """What follows from a decision about a rename."""

    handed: Mapping[str, Any]  # what the audit trail has to keep of it
    needs_recompute: bool


def move(session: Session, alias: Alias, state: AliasState, *, by: str, now: datetime) -> Moved:
    """Take a rename to another state: once confirmed, the new case has what the old one had.

    Where it is confirmed no longer, each has its own again.
    """
    aliases.decide(session, alias, state, by=by, now=now)
    cases = {"old": alias.old, "new": alias.new}
    if state is AliasState.CONFIRMED:
        handed = handing_over.hand_over(session, alias.repo_id, **cases)
        moved = Moved({"handed": dict(handed.kept)}, not handed.is_all_evidence)
    elif alias.state is AliasState.CONFIRMED:
        handing_over.hand_back(session, alias.repo_id, **cases)
        moved = Moved({}, needs_recompute=True)
    else:
        moved = Moved({}, needs_recompute=False)
    if moved.needs_recompute:
        _begin_anew(session, alias.repo_id)
    return moved


def _begin_anew(session: Session, repo_id: int) -> None:
    """Let go of a recompute that is under way: it took the cases for what they are no more."""
    building = scorers.building(session, repo_id)
    if building is not None:
        scorers.drop(session, building)


def _locked(session: Session, alias_id: int) -> Alias:
    found = aliases.locked(session, alias_id)
    if found is None:
        raise Missing(f"There is no alias {alias_id}; `flakeguard alias list` shows them all.")
    return found


def _decide(
    session: Session,
    alias: Alias,
    state: AliasState,
    actor: str,
    surface: str,
    request_id: str,
    *,
    now: datetime,
) -> Alias:
    """Write it down, and in the audit trail, and ask for what it needs; the alias as it is then."""
    moved = move(session, alias, state, by=actor, now=now)
    if moved.needs_recompute:
        asking = Asking(Recompute(alias.repo_id), QueueName.HISTORY, request_id)
        tasks.ask(session, [asking], now=now)
    event_id = trail.write(
        session,
        alias.repo_id,
        at=now,
        actor=actor,
        surface=surface,
        act=f"alias_{state.value}",
        case_id=alias.new,
        before={"state": alias.state.value, "old_case": str(alias.old)},
        after={"state": state.value, "old_case": str(alias.old), **moved.handed},
        request_id=request_id,
    )
    return replace(alias, state=state, decided_by=actor, decided_at=now, event_id=event_id)
