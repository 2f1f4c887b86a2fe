"""The buttons of a view: at most three, chosen for its state, each with what it acts on."""

from collections.abc import Iterable
from uuid import UUID

from app.core.acts import ButtonName
from app.core.decide import Cause
from app.core.runs import RedRun
from app.render.view import CaseLine, Offer, RunView

MOST = 3  # Source: GitHub REST, check runs
SURE = 0.9  # of a failure's probability: from here on a click quarantines its case


def offers(view: RunView, red_runs: tuple[RedRun, ...]) -> tuple[Offer, ...]:
    """What can be done here, the likeliest first.

    While something is to be decided, objecting comes before an issue.
    """
    shown = (*view.flaky, *view.rescued)
    flaky = [line for line in shown if line.cause is Cause.FLAKY and line.decision is None]
    sure = _ids(line for line in flaky if line.p_flaky >= SURE or line.is_held_flaky)
    held = [line for line in shown if line.is_quarantined]
    unsaid = _ids(line for line in (*flaky, *held) if not line.has_issue)
    last = [
        Offer(ButtonName.ISSUE, cases=unsaid),
        Offer(ButtonName.DISMISS, cases=_ids((*flaky, *held))),
    ]
    possible = (
        Offer(ButtonName.QUARANTINE, cases=sure),
        Offer(ButtonName.RERUN, runs=red_runs),
        *(reversed(last) if sure else last),
        Offer(ButtonName.STABLE, cases=tuple(case.case_id for case in view.mended)),
    )
    return tuple(offer for offer in possible if offer.cases or offer.runs)[:MOST]


def _ids(lines: Iterable[CaseLine]) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(line.case_id for line in lines))
