"""A default branch that is broken, told to channels: one thread, kept true, until it is mended."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.core.chat_commands import Kind
from app.core.decide import Standing, State
from app.core.evidence import EvidenceKind
from app.core.notices import Notice, NoticeCase, NoticeKind
from app.core.publishing import ChatMessage
from app.core.quarantine import HOLDING, QuarantineEvent
from app.core.runs import Repository
from app.db import cases, decisions, judgements
from app.db.chat import notices, threads
from app.db.session import Session
from app.render import words
from app.render.broken import BrokenLine, BrokenView, broken_message
from app.render.words import broken as said
from app.services.chat import hearing
from app.services.publishing.publish import Addresses

LOUD_WITHIN = timedelta(hours=1)  # that a case's own thread said loudly what a reply tells of
AT_MOST = 2_000  # broken cases that a thread speaks of
WHY = (EvidenceKind.BROKEN_ON_BASE, EvidenceKind.CULPRIT)


def gather(
    session: Session, repository: Repository, *, new_token: Callable[[], str], now: datetime
) -> list[int]:
    """Let each channel's thread speak of what is broken now; the threads to be said.

    One begins when something breaks that the channel hears of, and ends when nothing of it is
    broken any more.
    """
    broken = judgements.in_state(session, repository.id, State.BROKEN)[:AT_MOST]
    found = hearing.places_of_cases(session, repository, broken, Kind.BROKEN)
    going_on = notices.going_on(session, repository.id, NoticeKind.BROKEN)
    told = [
        one.id
        for one in going_on
        if _follow(session, repository, one, found.pop(one.channel, []), now=now)
    ]
    for channel, case_ids in found.items():
        handle = f"{repository.id:x}-{new_token()}"
        new = notices.begin(
            session, repository.id, NoticeKind.BROKEN, channel, handle=handle, now=now
        )
        notices.add_cases(session, new, [(case_id, now) for case_id in case_ids])
        told.append(new.id)
    return told


def message(
    session: Session, repository: Repository, one: Notice, addresses: Addresses
) -> ChatMessage:
    """What the root says now."""
    base = addresses.public_url
    page = f"{base}/r/{repository.full_name}" if base else None
    listed = notices.cases(session, one)
    ids = [case.case_id for case in listed]
    standings = judgements.standings(session, repository.id, ids)
    held = left_quarantine(session, repository.id, ids)
    lines = tuple(
        _line(case, standings.get(case.case_id), page, was_held=case.case_id in held)
        for case in listed
    )
    view = BrokenView(
        repo=repository.full_name,
        branch=repository.default_branch,
        lines=lines,
        page_url=page,
        code_url=f"{addresses.server_url}/{repository.full_name}",
        is_over=one.over_at is not None,
    )
    return broken_message(view, one.handle)


def _follow(
    session: Session,
    repository: Repository,
    one: Notice,
    case_ids: Sequence[UUID],
    *,
    now: datetime,
) -> bool:
    """Let a thread that goes on speak of what broke since, or end; whether it is to be said.

    Where its channel hears no more of what still is broken, nothing is.
    """
    known = {listed.case_id: listed for listed in notices.cases(session, one)}
    if not case_ids:
        notices.end(session, one, now=now)
        states = judgements.states(session, repository.id, [each.hex for each in known])
        if State.BROKEN in states.values():
            return False
        text = said.mended(repository.default_branch, [each.name for each in known.values()])
        notices.say_once(session, one, once="mended:0", text=text, at=now)
        return True
    new = [case_id for case_id in case_ids if case_id not in known]
    if new:
        _join(session, repository, one, new, now=now)
    return True


def _join(
    session: Session, repository: Repository, one: Notice, new: Sequence[UUID], *, now: datetime
) -> None:
    """Say what broke, too; loudly where it was held and its own thread does not say so."""
    first = notices.add_cases(session, one, [(case_id, now) for case_id in new])
    names = cases.cases(session, repository.id, new)
    gone = left_quarantine(session, repository.id, new)
    held = [case_id for case_id in new if case_id in gone]
    text = said.also_broken(
        [names[case_id].full_name for case_id in new],
        [names[case_id].full_name for case_id in held],
    )
    since = now - LOUD_WITHIN
    is_loud = not all(
        threads.said_loudly(session, one.repo_id, each, channel=one.channel, since=since)
        for each in held
    )
    notices.say_once(session, one, once=f"also:{first}", text=text, at=now, is_loud=is_loud)


def left_quarantine(session: Session, repo_id: int, case_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these cases that left quarantine because they broke, nothing decided since."""
    return {
        case_id
        for case_id, decision in decisions.newest(session, repo_id, case_ids).items()
        if decision.event is QuarantineEvent.TURNED_BROKEN
        and decisions.events(session, repo_id, case_id, limit=1)[-1].was in HOLDING
    }


def _line(
    listed: NoticeCase, standing: Standing | None, page: str | None, *, was_held: bool
) -> BrokenLine:
    is_broken = standing is not None and standing.state is State.BROKEN
    evidence = standing.evidence if standing is not None and is_broken else ()
    reasons = {one.kind: one for one in evidence}
    since, culprit = (reasons.get(kind) for kind in WHY)
    return BrokenLine(
        name=listed.name,
        url=f"{page}/cases/{listed.case_id}" if page else None,
        since=words.evidence_sentence(since) if since else None,
        culprit=culprit,
        is_broken=is_broken,
        was_held=is_broken and was_held,
    )
