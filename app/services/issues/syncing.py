"""Issues on the code host: each made to say what its cases are now, open while they need it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import structlog

from app.core.errors import Missing
from app.core.issues import (
    MARKED,
    Affair,
    CloseReason,
    Hand,
    Issue,
    affair_of,
    close_reason,
    is_wanted_open,
)
from app.core.publishing import PostedIssue
from app.core.runs import Repository
from app.db import decisions, issue_history, issue_remarks, issues, judgements
from app.db.issue_remarks import Remark
from app.db.session import Engine, Session, unit_of_work
from app.ports import CodeHost
from app.render import issue as rendered
from app.render.issue import IssueView
from app.render.words import issues as said
from app.services.issues.views import view_of
from app.services.policy import policies
from app.services.publishing.commit_facts import Addresses
from app.services.publishing.sameness import digest_of

AT_LEAST_BETWEEN = timedelta(hours=6)  # two tellings that differ in figures alone

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Telling:
    """An issue as it should stand."""

    repository: Repository
    issue: Issue
    title: str
    body: str
    gist: bytes
    labels: tuple[str, ...]
    is_open: bool
    reason: CloseReason
    remarks: tuple[Remark, ...]
    marker: str

    @property
    def digest(self) -> bytes:
        """Tells whether the same stands there already."""
        return digest_of([self.body, self.is_open, self.reason.value if not self.is_open else ""])


def prepare(
    session: Session, repository: Repository, issue_id: int, *, addresses: Addresses, now: datetime
) -> Telling | None:
    """Write down what is to be said; None where there is no such issue, or nothing to say of it.

    An issue that is not there yet and is not needed any more is never opened.
    """
    issue = issues.issue(session, repository.id, issue_id)
    if issue is None or issue.error is not None:
        return None
    affairs = _affairs(session, repository.id, issues.cases(session, repository.id, issue_id))
    is_open = is_wanted_open(list(affairs.values()), issue.hand, issue.hand_at)
    if issue.number is None and not is_open:
        return None
    _remark(session, repository.id, issue, affairs.values(), is_open=is_open, now=now)
    view = view_of(session, repository, issue, list(affairs), addresses=addresses, now=now)
    gist = digest_of([view.gist, is_open])
    remarks = tuple(issue_remarks.unsent(session, repository.id, issue_id))
    if _can_wait(issue, gist, remarks, now=now):
        return None
    return _telling(session, repository, issue, view, affairs, gist, remarks, is_open=is_open)


def _telling(
    session: Session,
    repository: Repository,
    issue: Issue,
    view: IssueView,
    affairs: Mapping[UUID, Affair],
    gist: bytes,
    remarks: tuple[Remark, ...],
    *,
    is_open: bool,
) -> Telling:
    mark = marker(repository.id, issue)
    return Telling(
        repository=repository,
        issue=issue,
        title=rendered.title(view),
        body=rendered.body(view, mark),
        gist=gist,
        labels=policies.policy_of(session, repository.id).issues.labels,
        is_open=is_open,
        reason=close_reason(list(affairs.values()), issue.hand),
        remarks=remarks,
        marker=mark,
    )


def marker(repo_id: int, issue: Issue) -> str:
    """What an issue is found by; hidden from readers, the same for the same topic for ever."""
    digest = sha256(f"{repo_id}:{issue.topic.about}:{issue.topic.key}".encode()).hexdigest()
    return f"<!-- {MARKED}:{digest[:32]} -->"


def say(engine: Engine, host: CodeHost, telling: Telling, *, now: datetime) -> None:
    """Open the issue, or make the one that stands say this; then say the remarks below it."""
    try:
        number = _stand(engine, host, telling, now=now)
    except Missing as missing:
        because = said.gone() if telling.issue.number is not None else said.refused(str(missing))
        with unit_of_work(engine) as session:
            issues.note_error(session, telling.repository.id, telling.issue.id, because)
        log.warning("issue_refused", issue=telling.issue.id, error=str(missing))
        return
    for one in telling.remarks:
        _say_remark(engine, host, telling, number, one, now=now)


def _stand(engine: Engine, host: CodeHost, telling: Telling, *, now: datetime) -> int:
    """Make the issue stand as it should; its number."""
    repo, issue = telling.repository, telling.issue
    number, is_told = issue.number, issue.digest == telling.digest
    if number is None:
        posted = host.find_issue(repo.full_name, telling.marker)
        if posted is None:
            posted = host.create_issue(
                repo.full_name, title=telling.title, body=telling.body, labels=telling.labels
            )
            is_told = telling.is_open
        number = posted.number
        _note_there(engine, repo.id, issue.id, posted)
    if not is_told:
        host.update_issue(
            repo.full_name,
            number,
            body=telling.body,
            is_open=telling.is_open,
            reason=telling.reason,
        )
    with unit_of_work(engine) as session:
        issues.note_told(
            session,
            repo.id,
            issue.id,
            is_open=telling.is_open,
            gist=telling.gist,
            digest=telling.digest,
            now=now,
        )
    return number


def _note_there(engine: Engine, repo_id: int, issue_id: int, posted: PostedIssue) -> None:
    with unit_of_work(engine) as session:
        issues.note_there(
            session,
            repo_id,
            issue_id,
            number=posted.number,
            url=posted.url,
            is_open=posted.is_open,
        )


def _say_remark(
    engine: Engine, host: CodeHost, telling: Telling, number: int, one: Remark, *, now: datetime
) -> None:
    repo = telling.repository
    mark = f"<!-- flakeguard-remark:{repo.id}:{one.id} -->"
    standing = host.find_comment(repo.full_name, number, mark)
    if standing is None:
        text = rendered.remark(one.text, mark, mention=one.mention)
        outside_id = host.create_comment(repo.full_name, number, text)
    else:
        outside_id = standing.id
    with unit_of_work(engine) as session:
        issue_remarks.note_sent(session, repo.id, one.id, outside_id=outside_id, now=now)


def _can_wait(issue: Issue, gist: bytes, remarks: tuple[Remark, ...], *, now: datetime) -> bool:
    """Whether only figures changed since not long ago."""
    if remarks or issue.digest is None or issue.sent_at is None:
        return False
    return issue.gist == gist and now - issue.sent_at < AT_LEAST_BETWEEN


def _affairs(session: Session, repo_id: int, case_ids: list[UUID]) -> dict[UUID, Affair]:
    decided = decisions.newest(session, repo_id, case_ids)
    return {
        one: affair_of(
            judgements.standing(session, repo_id, one),
            decided.get(one),
            changed_at=issue_history.changed_at(session, repo_id, one),
        )
        for one in case_ids
    }


def _remark(
    session: Session,
    repo_id: int,
    issue: Issue,
    affairs: Iterable[Affair],
    *,
    is_open: bool,
    now: datetime,
) -> None:
    """Say below the issue why it is closed, or open again; each time once."""
    if issue.number is None or is_open == issue.is_open:
        return
    if is_open:
        newest = max((one.flaked_at for one in affairs if one.flaked_at), default=issue.opened_at)
        text, once = said.relapsed(), f"open:{newest.isoformat()}"
    else:
        settled = max((one.settled_at for one in affairs if one.settled_at), default=now)
        is_withdrawn = issue.hand is Hand.WITHDRAWN
        text = said.taken_back() if is_withdrawn else said.settled()
        once = f"closed:{settled.isoformat()}"
    issue_remarks.say_once(session, repo_id, issue.id, once=once, text=text, at=now)
