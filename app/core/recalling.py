"""A failure's cause where only how its case stood is known, and not what that was made of."""

from dataclasses import replace

from app.core.decide import Cause, Finding, Standing, State
from app.core.evidence import Evidence, EvidenceKind
from app.core.judging import DOUBTFUL, REASONS_MOST

# What a scorer says of a case whose past it does not know.
OF_NO_PAST = frozenset({EvidenceKind.FIRST_FAILURE, EvidenceKind.FEW_RUNS})


def recalled(finding: Finding, stood: Standing) -> Finding:
    """What a failure is held to be, by a scorer that knows nothing of the past and by how the case
    stood.

    A case that was held for flaky or broken still is, but in an outage; a flaky one not where the
    change touches what lies near it. What is said of other cases stays, with how they stood.
    """
    own = [one for one in finding.evidence if one.kind not in OF_NO_PAST]
    if finding.cause is Cause.OUTAGE:
        return replace(finding, evidence=tuple(own))
    if stood.state is State.BROKEN:
        p_flaky = min(finding.p_flaky, DOUBTFUL)
        return Finding(Cause.BROKEN, p_flaky, _each_once(*stood.evidence, *own))
    is_near = any(one.kind is EvidenceKind.NEAR_CHANGE for one in own)
    if stood.state is State.FLAKY and not is_near:
        p_flaky = max(finding.p_flaky, stood.score)
        return Finding(Cause.FLAKY, p_flaky, _each_once(*stood.evidence, *own))
    return replace(finding, evidence=_each_once(*own, *stood.evidence))


def _each_once(*reasons: Evidence) -> tuple[Evidence, ...]:
    """The strongest of these, one of each kind; the first comes first."""
    by_kind = {one.kind: one for one in reversed(reasons)}
    kinds = dict.fromkeys(one.kind for one in reasons)
    return tuple(by_kind[kind] for kind in kinds)[:REASONS_MOST]
