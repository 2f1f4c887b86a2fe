"""May a case be held? What the evidence and the policy allow us to propose or do by ourselves."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.core.decide import Standing, State
from app.core.quarantine import LASTS


@dataclass(frozen=True, slots=True)
class HoldingRules:
    """What the policy says of one case."""

    is_observing: bool = False  # the policy only wants to be told
    activates: bool = False  # we may hold without asking
    flaky_threshold: float = 0.9  # of the score
    confidence_threshold: float = 0.7  # of the score, for what we do without asking
    lasts: timedelta = LASTS  # a quarantine, at most
    cap: int = 20  # cases held at once of our own accord
    cap_a_day: int = 5  # cases newly held within a day
    labels_required: tuple[str, ...] = ()  # that the pull request wears, to hold without asking
    is_exempt: bool = False  # the policy keeps this case out


@dataclass(frozen=True, slots=True)
class Basis:
    """In how much trusted code a case flaked, outages left out."""

    runs: int
    shas: int
    places: int  # pull requests, and branches
    on_branch: bool  # whether the default branch is among them


class WhyNot(StrEnum):
    """Why a case is not proposed, or not held without asking."""

    DISMISSED = "dismissed"  # and nothing newer speaks for it
    BROKEN = "broken"  # quarantine never hides a broken case
    NOT_FLAKY_ENOUGH = "not_flaky_enough"  # below the policy's threshold
    ONE_RUN = "one_run"
    ONE_COMMIT = "one_commit"
    ONE_PULL_REQUEST = "one_pull_request"
    EXEMPT = "exempt"  # the policy keeps it out
    CHANGED_HERE = "changed_here"  # the pull request itself changes the case
    CHANGE_UNKNOWN = "change_unknown"  # nobody knows whether it does
    UNTRUSTED = "untrusted"  # the run is of a fork
    OBSERVING = "observing"  # the policy's mode
    NOT_SURE_ENOUGH = "not_sure_enough"  # below the policy's confidence
    NOT_AUTOMATIC = "not_automatic"  # a person decides
    LABELS = "labels"  # the pull request does not wear what the policy asks for
    CAP = "cap"  # as many are held as the policy allows
    CAP_A_DAY = "cap_a_day"


def why_not_proposed(
    rules: HoldingRules,
    standing: Standing | None,
    basis: Basis,
    *,
    is_trusted: bool,
    changes_case: bool | None,
) -> WhyNot | None:
    """Why a case must not be proposed after this run; None when it may.

    `changes_case` is None where nobody knows whether the run's pull request changes the case.
    """
    if rules.is_observing:
        return WhyNot.OBSERVING
    if standing is not None and standing.state is State.BROKEN:
        return WhyNot.BROKEN
    if standing is None or standing.state is not State.FLAKY:
        return WhyNot.NOT_FLAKY_ENOUGH
    if standing.score < rules.flaky_threshold and standing.by_rule is None:
        return WhyNot.NOT_FLAKY_ENOUGH
    if rules.is_exempt:
        return WhyNot.EXEMPT
    if not is_trusted:
        return WhyNot.UNTRUSTED
    if changes_case is not False:
        return WhyNot.CHANGED_HERE if changes_case else WhyNot.CHANGE_UNKNOWN
    return _too_narrow(basis)


def _too_narrow(basis: Basis) -> WhyNot | None:
    """Never on one run, one commit, one pull request or one branch alone."""
    if basis.runs < 2:
        return WhyNot.ONE_RUN
    if basis.shas < 2:
        return WhyNot.ONE_COMMIT
    if basis.places < 2 and not basis.on_branch:
        return WhyNot.ONE_PULL_REQUEST
    return None


def why_not_held(
    rules: HoldingRules, *, score: float, labels: frozenset[str], held: int, held_today: int
) -> WhyNot | None:
    """Why a case that is proposed must not be held without asking; None when it may."""
    if not rules.activates:
        return WhyNot.NOT_AUTOMATIC
    if score < rules.confidence_threshold:
        return WhyNot.NOT_SURE_ENOUGH
    worn = {one.casefold() for one in labels}  # capitals tell no labels apart on GitHub
    if not worn.issuperset(one.casefold() for one in rules.labels_required):
        return WhyNot.LABELS
    if held >= rules.cap:
        return WhyNot.CAP
    if held_today >= rules.cap_a_day:
        return WhyNot.CAP_A_DAY
    return None
