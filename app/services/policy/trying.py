"""Try a change of policy on what ran: a part of the reports at a time, old and new side by side.

What is tried is what a recompute would do: the same observations in the order of the runs' own
times, so that what is said is what would have been decided, whoever judges.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from app.core.policy.policy import Policy
from app.core.policy.reading import read_policy
from app.core.runs import Repository
from app.core.scorer import memory
from app.core.trials import Trial, sets_of, side
from app.db import aliases, cases, policies, trials
from app.db.observed import observations
from app.db.observed import reports as observed_reports
from app.db.observed.observations import Seen
from app.db.observed.sets import Sets
from app.db.policies import NO_FILE, SnapshotKind
from app.db.session import Session
from app.db.trials import Proposal
from app.services.policy.policies import COMPARED_OVER, policy_of
from app.services.policy.terms import terms_of

REPORTS_A_TURN = 300  # judged twice: some three seconds of work
LOOKBACK = timedelta(days=60)  # before the days that count: what a judgement rests on
SIDES = ("old", "new")

Place = tuple[datetime, int]  # the last report that was tried


def step(session: Session, repository: Repository, branch: str, *, now: datetime) -> bool:
    """Try the next part; False while there is more of it, True once nothing is left to try."""
    repo_id = repository.id
    proposal = trials.locked(session, repo_id, branch)
    new = None if proposal is None else read_policy(proposal.text).policy
    if proposal is None or proposal.is_faulty or new is None:
        return True
    current = policies.newest(session, repo_id, SnapshotKind.POLICY, in_force=True)
    of = (proposal.sha, current.sha if current else NO_FILE)
    renamed = aliases.renamed(session, repo_id)
    sets = Sets(session, repo_id, renamed)
    trial, after = _taken_up(proposal, of, (policy_of(session, repo_id), new), sets, now=now)
    after, worked = _part(session, repo_id, trial, sets, renamed=renamed, after=after, now=now)
    if worked >= REPORTS_A_TURN:
        trials.put_aside(session, repo_id, branch, _put_aside(trial, of, after))
        return False
    moved = trial.old.ever ^ trial.new.ever
    found = trial.found(dict(cases.names(session, repo_id, moved)))
    trials.finish(session, repo_id, branch, found, of=of)
    return True


def _taken_up(
    proposal: Proposal,
    of: tuple[str, str],
    judges: tuple[Policy, Policy],
    sets: Sets,
    *,
    now: datetime,
) -> tuple[Trial, Place]:
    """The trial where it was left, or a new one where another change or another of us left it."""
    kept = proposal.trial
    if kept is None or kept["of"] != list(of):
        return _begun(judges, now=now)
    try:
        old, new = (
            side(judge, kept[name], sets.of(sets_of(kept[name])))
            for judge, name in zip(judges, SIDES, strict=True)
        )
    except ValueError:
        return _begun(judges, now=now)
    since, (at, report) = datetime.fromisoformat(kept["since"]), kept["after"]
    return Trial(old, new, since, kept["failures"]), (datetime.fromisoformat(at), report)


def _begun(judges: tuple[Policy, Policy], *, now: datetime) -> tuple[Trial, Place]:
    since = now - COMPARED_OVER
    old, new = (side(judge, None, {}) for judge in judges)
    return Trial(old, new, since), (since - LOOKBACK, 0)


def _put_aside(trial: Trial, of: tuple[str, str], after: Place) -> dict[str, object]:
    at, report = after
    return {
        "of": of,
        "since": trial.since.isoformat(),
        "failures": trial.failures,
        "after": (at.isoformat(), report),
        "old": trial.old.to_json(),
        "new": trial.new.to_json(),
    }


def _part(
    session: Session,
    repo_id: int,
    trial: Trial,
    sets: Sets,
    *,
    renamed: Mapping[str, str],
    after: Place,
    now: datetime,
) -> tuple[Place, int]:
    """Let both judge the next reports; the last of them, and how many there were."""
    part = observed_reports.in_time(session, repo_id, after=after, most=REPORTS_A_TURN)
    if part.after is None:
        return after, 0
    seen = observations.observations(
        session, repo_id, part.reports, sets=sets, renamed=renamed, now=now
    )
    wanted = _concerned(trial, seen)
    old = terms_of(session, repo_id, trial.old.policy, wanted)
    new = terms_of(session, repo_id, trial.new.policy, wanted)
    for one in seen:
        trial.observe(one.observation, old=old, new=new)
    return part.after, part.read


def _concerned(trial: Trial, seen: Iterable[Seen]) -> set[str]:
    """The cases that can be judged meanwhile."""
    known = {*memory.cases_in(trial.old.scorer), *memory.cases_in(trial.new.scorer)}
    return known | {case for one in seen for case in one.observation.results}
