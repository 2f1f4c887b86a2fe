"""Cases that are proposed for quarantine, told to channels: one message for many, kept true."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.core.chat_commands import Kind
from app.core.decide import Standing
from app.core.notices import Notice, NoticeCase, NoticeKind
from app.core.publishing import ChatMessage
from app.core.quarantine import Quarantine, QuarantineState
from app.core.runs import Repository
from app.db import cares, cases, decisions, judgements
from app.db.chat import notices
from app.db.session import Session
from app.render import words
from app.render.notices import ProposalLine, ProposalsView, proposals_message
from app.render.words import notices as said
from app.services.chat import hearing
from app.services.publishing.publish import Addresses

FRESH = timedelta(days=1)  # what was proposed earlier is news to nobody
WITHIN = timedelta(hours=1)  # what is proposed so soon after joins a message
AT_MOST = 2_000  # proposals of a day; whoever has more looks at the pages


def gather(
    session: Session, repository: Repository, *, new_token: Callable[[], str], now: datetime
) -> list[int]:
    """Let each channel's message speak of what it was not told yet; the messages to be said.

    A proposal joins the message of the last hour, which is said below that, or begins one.
    """
    waiting = decisions.proposed(session, repository.id, since=now - FRESH)[:AT_MOST]
    muted = cares.cares(session, repository.id, [one.case_id for one in waiting])
    since = {
        one.case_id: one.since for one in waiting if not _is_muted(muted.get(one.case_id), now=now)
    }
    found = hearing.places_of_cases(session, repository, list(since), Kind.QUARANTINE)
    changed = []
    for channel, case_ids in found.items():
        told = notices.told(session, repository.id, NoticeKind.PROPOSALS, channel, case_ids)
        new = [
            (case_id, since[case_id])
            for case_id in case_ids
            if case_id not in told or told[case_id] < since[case_id]
        ]
        if new:
            token = new_token()
            changed.append(_add(session, repository.id, channel, new, token=token, now=now))
    return changed


def message(
    session: Session, repository: Repository, one: Notice, addresses: Addresses
) -> ChatMessage:
    """What the message says now."""
    listed = notices.cases(session, one)
    ids = [case.case_id for case in listed]
    newest = decisions.newest(session, repository.id, ids)
    standings = judgements.standings(session, repository.id, ids)
    base = f"{addresses.public_url}/r/{repository.full_name}" if addresses.public_url else None
    lines = tuple(
        _line(case, newest.get(case.case_id), standings.get(case.case_id), base) for case in listed
    )
    return proposals_message(ProposalsView(repository.full_name, base, lines), one.handle)


def waits(decision: Quarantine | None, listed: NoticeCase) -> bool:
    """Whether what a message speaks of is still to be decided."""
    is_proposed = decision is not None and decision.state is QuarantineState.PROPOSED
    return is_proposed and decision is not None and decision.since == listed.at


def _add(
    session: Session,
    repo_id: int,
    channel: str,
    new: Sequence[tuple[UUID, datetime]],
    *,
    token: str,
    now: datetime,
) -> int:
    one = notices.newest(session, repo_id, NoticeKind.PROPOSALS, channel)
    joins = one is not None and one.began_at > now - WITHIN
    if one is None or not joins:
        handle = f"{repo_id:x}-{token}"
        one = notices.begin(session, repo_id, NoticeKind.PROPOSALS, channel, handle=handle, now=now)
    known = cases.cases(session, repo_id, [case_id for case_id, _ in new])
    named = sorted(new, key=lambda told: known[told[0]].full_name)
    first = notices.add_cases(session, one, named)
    if joins:
        text = said.also_proposed([known[case_id].full_name for case_id, _ in named])
        notices.say_once(session, one, once=f"also:{first}", text=text, at=now)
    return one.id


def _line(
    listed: NoticeCase, decision: Quarantine | None, standing: Standing | None, base: str | None
) -> ProposalLine:
    decided = None
    if not waits(decision, listed):
        decided = said.stood(decision) if decision else said.nothing_decided()
    shown = decision.p_flaky if decision is not None else None
    return ProposalLine(
        nth=listed.nth,
        name=listed.name,
        url=f"{base}/cases/{listed.case_id}" if base else None,
        p_flaky=shown if shown is not None else (standing.score if standing else 0.0),
        why=next(iter(words.evidence_sentences(standing.evidence if standing else ())), ""),
        decided=decided,
    )


def _is_muted(care: cares.Care | None, *, now: datetime) -> bool:
    return care is not None and care.muted_until is not None and care.muted_until > now
