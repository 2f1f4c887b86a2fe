"""Observations that come again: the same job of the same attempt, at the same time, alike."""

from hashlib import blake2b

from app.core.scorer import assumptions as assumed
from app.core.scorer.draft import Draft

MARK_BYTES = 6  # by chance two of the reports kept have one mark in 2e9 reports


def mark_of(draft: Draft) -> str:
    """A short mark of an observation: equal ones have the same."""
    seen = draft.seen
    told = (seen.run, seen.attempt, seen.job, draft.now, seen.ran.name)
    text = "\0".join((*map(str, told), *seen.results, "", *draft.failing))
    return blake2b(text.encode(), digest_size=MARK_BYTES).hexdigest()


def remember(draft: Draft, mark: str) -> None:
    """Keep the mark of a report, and of so many before it."""
    latest = draft.state.latest
    latest[mark] = None
    if len(latest) > assumed.REPORTS_KEPT:
        del latest[next(iter(latest))]
