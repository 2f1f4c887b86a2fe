"""Which scorer judges a repository, and which one its policy asks for."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

from app.core.policy.names import ScorerName
from app.core.policy.policy import Policy, default_policy
from app.core.policy.reading import policy_once_good
from app.core.runs import Repository
from app.core.scorer.policies import scorer_of
from app.core.scorer.state import STATE_VERSION
from app.db import judgements, scorers
from app.db.scorers import STANDS_IN, Kept
from app.db.session import Session
from app.services.policy.policies import text_in_force

DIGEST_SIZE = 8  # bytes that tell one policy's terms from another's
POLICY = "policy"  # the key under which a generation keeps the policy's file
TERMS_VERSION = 2  # of what terms mean; another one has histories judged anew where there are any


@dataclass(frozen=True, slots=True)
class Wanted:
    """A scorer as a policy asks for it."""

    policy: Policy
    text: str  # the policy's file
    version: str  # of its algorithm, of what it stores, and of what the policy tells it

    @property
    def told(self) -> dict[str, Any]:
        """What a generation keeps of the policy, to be opened by while another one is built."""
        flaky, warn = self.policy.flaky_threshold, self.policy.warn_threshold
        return {"flaky": flaky, "warn": warn, POLICY: self.text}

    def begin(
        self,
        session: Session,
        repository: Repository,
        *,
        is_current: bool,
        now: datetime,
        stands_in: bool = False,
    ) -> Kept:
        """A generation of it, which has seen nothing yet, though others may have."""
        return scorers.begin(
            session,
            repository.id,
            name=self.policy.scorer,
            version=self.version,
            told=self.told | ({STANDS_IN: now.timestamp()} if stands_in else {}),
            is_current=is_current,
            now=now,
        )

    def made(self, kept: Kept) -> bool:
        """Whether a generation is of this scorer."""
        return (kept.name, kept.version) == (self.policy.scorer, self.version)


@dataclass(frozen=True, slots=True)
class Current:
    """The scorer that judges now."""

    kept: Kept
    policy: Policy  # the one that it was begun under
    needs_recompute: bool  # another has to be built: the policy, or a new version of us, asks


def wanted(session: Session, repository: Repository) -> Wanted:
    """The scorer that the repository's policy asks for now."""
    return asked_by(text_in_force(session, repository.id))


def asked_by(text: str) -> Wanted:
    """The scorer that a policy's file asks for."""
    policy = policy_once_good(text)
    told: list[float] = [policy.flaky_threshold, policy.warn_threshold]
    if policy.scorer is not ScorerName.EVIDENCE:
        told += [policy.min_occurrences, policy.min_recent_failures, policy.lookback_days]
        told += [policy.rolling_window_size, policy.retry_weight_multiplier]
        told += asdict(policy.scoring_weights).values()
    version = f"{_written_by(policy.scorer)}:" + "-".join(f"{one:g}" for one in told)
    if policy.has_terms:
        said = repr((TERMS_VERSION, policy.terms)).encode()
        version += f"-{blake2b(said, digest_size=DIGEST_SIZE).hexdigest()}"
    return Wanted(policy, text, version)


def is_outdated(session: Session, repository: Repository) -> bool:
    """Whether another scorer judges than the one that the policy asks for now."""
    kept = scorers.current(session, repository.id)
    return kept is not None and not wanted(session, repository).made(kept)


def current(session: Session, repository: Repository, *, now: datetime) -> Current:
    """The scorer that judges now.

    Where the policy asks for another one, the present one goes on until that is built, so that
    nothing flickers. One that another version of us wrote may not be readable: an empty one stands
    in for it, which answers for new failures and leaves the cases as they stand.
    """
    asked = wanted(session, repository)
    kept = scorers.current(session, repository.id)
    if kept is not None and kept.version.partition(":")[0] != _written_by(ScorerName(kept.name)):
        scorers.drop(session, kept)
        kept = None
    if kept is None:
        return _begun(session, repository, asked, now=now)
    if asked.made(kept):
        if POLICY not in kept.told:
            kept = scorers.tell(session, kept, kept.told | asked.told)
        is_stand_in = kept.stands_in_since is not None
        return Current(kept, asked.policy, needs_recompute=is_stand_in)
    return Current(kept, _former(kept), needs_recompute=True)


def _begun(session: Session, repository: Repository, asked: Wanted, *, now: datetime) -> Current:
    """An empty scorer; it stands in for another one where cases stand in any way already."""
    has_past = scorers.has_observed(session, repository.id)
    stands_in = has_past and judgements.is_any_standing(session, repository.id)
    fresh = asked.begin(session, repository, is_current=True, now=now, stands_in=stands_in)
    return Current(fresh, asked.policy, needs_recompute=has_past)


def _former(kept: Kept) -> Policy:
    """The policy that a generation was begun under.

    Where its file was not kept, by an older version of us, or reads no longer as it did, only the
    thresholds are known.
    """
    read = policy_once_good(kept.told.get(POLICY, ""))
    if POLICY in kept.told and read.scorer == kept.name:
        return read
    return replace(
        default_policy(ScorerName(kept.name)),
        flaky_threshold=kept.told["flaky"],
        warn_threshold=kept.told["warn"],
    )


def _written_by(name: ScorerName) -> str:
    return f"{scorer_of(name).version}.{STATE_VERSION}"
