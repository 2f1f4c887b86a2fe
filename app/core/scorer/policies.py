"""The scorers by name, behind one shape: what a replay asks of any of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.core.decide import State as CaseStanding
from app.core.history.records import Observation
from app.core.policy.names import ScorerName as ScorerName
from app.core.scorer import assumptions as assumed
from app.core.scorer import standing
from app.core.scorer.draft import settled
from app.core.scorer.flake_rate import FlakeRate
from app.core.scorer.rolling_window import RollingWindow
from app.core.scorer.said import Judged, Said
from app.core.scorer.state import CaseState, State
from app.core.scorer.update import update

EVIDENCE_VERSION = "9"  # raise it whenever the same history may be judged differently
NOTHING_KNOWN = CaseState(group="", at=0.0)


class Scorer(Protocol):
    """One scorer with its state; `observe` gives the scorer after an observation."""

    @property
    def version(self) -> str:
        """Raised whenever the same history may be judged differently."""

    @property
    def threshold(self) -> float:
        """The score from which a case is held for flaky."""

    @property
    def prior(self) -> float:
        """The score of a case that failed, but on no trusted code."""

    @property
    def counts_from_failure(self) -> bool:
        """Whether the runs before a case first failed are not among those that are judged."""

    def place(self, case: str) -> int:
        """How many reports ran a case so far, about."""

    def observe(self, seen: Observation) -> tuple["Scorer", Said]:
        """The scorer after this, and what it says at that moment."""

    def scores(self, at: datetime) -> Mapping[str, float]:
        """The score of every case that ever failed on trusted code."""

    def judged(self, at: datetime) -> list[Judged]:
        """Every case that ever failed on trusted code, as it stands."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence scorer."""

    state: State
    version: str = EVIDENCE_VERSION
    threshold: float = assumed.THRESHOLD

    @property
    def prior(self) -> float:
        """The score of a case that failed, but on no trusted code."""
        return standing.score_of(NOTHING_KNOWN, self.state.weather)

    @property
    def counts_from_failure(self) -> bool:
        """Whether the runs before a case first failed are not among those that are judged."""
        return True

    def place(self, case: str) -> int:
        """How many reports ran a case so far, as far as it is known who came to a job, or left."""
        return self.state.runs(case)

    def observe(self, seen: Observation) -> tuple["Evidence", Said]:
        """The scorer after this, and what it says at that moment."""
        state, said = update(self.state, seen)
        return Evidence(state, threshold=state.threshold), said

    def scores(self, at: datetime) -> Mapping[str, float]:
        """The score of every case that ever failed on trusted code."""
        return standing.scores(self.state, at.timestamp())

    def judged(self, at: datetime) -> list[Judged]:
        """Every case that ever failed on trusted code, as it stands."""
        return [self._judged(case, at.timestamp()) for case in self.state.cases]

    def _judged(self, case: str, now: float) -> Judged:
        known, weather = settled(self.state, case, now), self.state.weather
        score, state = standing.score_of(known, weather), standing.standing_of(known, weather)
        return Judged(case, CaseStanding(state), score, known.flakes, standing.runs_of(known))


def scorer_of(name: ScorerName) -> Scorer:
    """A scorer that has seen nothing yet."""
    match name:
        case ScorerName.EVIDENCE:
            return Evidence(State())
        case ScorerName.ROLLING_WINDOW:
            return RollingWindow()
        case ScorerName.FLAKE_RATE:
            return FlakeRate()
