"""Outages: many cases failing together, as one event for as long as it lasts."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from app.core.decide import Cause
from app.core.scorer import assumptions as assumed
from app.core.scorer.draft import Draft
from app.core.scorer.facts import Outage
from app.core.scorer.said import Finding
from app.core.scorer.state import State


def outage_at(state: State, now: float) -> Outage:
    """The event that a failure at this time belongs to: the one still going on, or a new one."""
    began, seen = state.outage or (now, now)
    if not began - assumed.COMPANY <= now <= seen + assumed.COMPANY:
        began = now
    return Outage(f"{began:.0f}", datetime.fromtimestamp(began, UTC))


def with_outage(state: State, now: float, found: Finding) -> Finding:
    """The finding with the event that it belongs to, where its cause is one."""
    if found.cause is not Cause.OUTAGE:
        return found
    return replace(found, outage=outage_at(state, now))


def note_outage(draft: Draft, said: Iterable[Finding]) -> None:
    """Remember that the event goes on, or that one began."""
    events = [one.outage for one in said if one.outage is not None]
    if events:
        began = events[0].since.timestamp()
        last = draft.state.outage
        seen = last[1] if last is not None and last[0] == began else draft.now
        draft.state.outage = (began, max(seen, draft.now))
