"""Gather what an issue says of its cases."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

from app.core.decide import Standing, State
from app.core.issues import About, Issue
from app.core.outcomes import Outcome
from app.core.quarantine import Quarantine
from app.core.rollups import Grain, Span
from app.core.runs import Repository
from app.db import cases, decisions, issue_history, judgements, rollups
from app.db.cases import Case
from app.db.clusters import shown
from app.db.issue_history import Failure
from app.db.session import Session
from app.render import escape, words
from app.render.issue import DETAILED, LISTED, Day, FailureLine, IssueCase, IssueView
from app.render.words import decisions as decided_words
from app.services.acts import decision_sentence
from app.services.policy.holding import owner_of
from app.services.publishing.commit_facts import Addresses

DAYS = 30  # of the picture


def view_of(
    session: Session,
    repository: Repository,
    issue: Issue,
    case_ids: Sequence[UUID],
    *,
    addresses: Addresses,
    now: datetime,
) -> IssueView:
    """All that an issue says; of cases beyond the first ones only their number counts."""
    known = cases.cases(session, repository.id, case_ids)
    decided = decisions.newest(session, repository.id, case_ids)
    gathering = _Gathering(session, repository, addresses, now)
    found = [
        gathering.case(known[one], decided.get(one), is_shown=nth < LISTED, is_whole=nth < DETAILED)
        for nth, one in enumerate(case_ids)
    ]
    first = known[case_ids[0]] if case_ids else None
    return IssueView(issue.topic.about, _called(session, repository, issue, first), tuple(found))


def _called(session: Session, repository: Repository, issue: Issue, first: Case | None) -> str:
    if issue.topic.about is About.CLUSTER:
        said = shown.title_of(session, repository.id, int(issue.topic.key))
        return said or issue.topic.key
    if first is None:
        return issue.topic.key
    return first.full_name if issue.topic.about is About.CASE else first.file or first.full_name


class _Gathering:
    """Reads one case after the other."""

    def __init__(
        self, session: Session, repository: Repository, addresses: Addresses, now: datetime
    ) -> None:
        self.session, self.repository = session, repository
        self.addresses, self.now = addresses, now
        self.host = f"{addresses.server_url}/{repository.full_name}"

    def case(
        self, one: Case, decision: Quarantine | None, *, is_shown: bool, is_whole: bool
    ) -> IssueCase:
        standing = judgements.standing(self.session, self.repository.id, one.id)
        reasons = standing.evidence if standing and is_whole else ()
        return IssueCase(
            name=one.full_name,
            place=(f"{one.file}:{one.line}" if one.line else one.file) if one.file else None,
            place_url=self._file_url(one),
            page_url=self._page_url(one),
            state=standing.state if standing else State.HEALTHY,
            score=words.probability(standing.score if standing else 0.0),
            rate=_rate(standing),
            owner=self._owner(one.id, decision),
            decision=decision_sentence(decision, now=self.now),
            sentences=words.evidence_sentences(reasons),
            commits=tuple(
                (name, f"{self.host}/commit/{sha}")
                for name, sha in words.named_commits(reasons).items()
            ),
            days=self._days(one.id) if is_shown else (),
            failures=tuple(self._failures(one.id)) if is_whole else (),
        )

    def _owner(self, case_id: UUID, decision: Quarantine | None) -> str:
        if decision is not None and decision.owner is not None:
            return decided_words.owner_shown(decision.owner, is_guess=decision.owner_is_guess)
        found = owner_of(self.session, self.repository.id, case_id)
        is_guess = found is not None and found.is_guess
        return decided_words.owner_shown(found.name if found else None, is_guess=is_guess)

    def _days(self, case_id: UUID) -> tuple[Day, ...]:
        today = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        first = today - timedelta(days=DAYS - 1)
        span = Span(self.repository.id, Grain.DAY, first, self.now + timedelta(seconds=1))
        tallies = {
            point.starts_at.date(): point.tally
            for point in rollups.case_trend(self.session, span, case_id)
        }
        found = []
        for nth in range(DAYS):
            tally = tallies.get((first + timedelta(days=nth)).date())
            skipped = tally.outcomes.get(Outcome.SKIPPED, 0) if tally else 0
            found.append(Day(tally.executions - skipped, tally.failures) if tally else Day(0, 0))
        return tuple(found)

    def _failures(self, case_id: UUID) -> Iterator[FailureLine]:
        for one in issue_history.newest_failures(self.session, self.repository.id, case_id):
            yield FailureLine(
                at=words.minute(one.at),
                where=_where(one),
                where_url=f"{self.host}/pull/{one.pr_number}" if one.pr_number else None,
                commit=words.short(one.head_sha),
                commit_url=f"{self.host}/commit/{one.head_sha}",
                job=one.variant,
                job_url=one.url,
                held_to_be=words.CAUSE_WORDS[one.cause],
            )

    def _file_url(self, one: Case) -> str | None:
        if one.file is None or not escape.is_path_inside(one.file):
            return None
        anchor = f"#L{one.line}" if one.line else ""
        branch = quote(self.repository.default_branch)
        return f"{self.host}/blob/{branch}/{quote(one.file)}{anchor}"

    def _page_url(self, one: Case) -> str | None:
        ours = self.addresses.public_url
        return f"{ours}/r/{self.repository.full_name}/cases/{one.id}" if ours else None


def _rate(standing: Standing | None) -> str | None:
    if standing is None or not standing.runs:
        return None
    return words.rate_with_interval(standing.rate, *standing.rate_interval)


def _where(one: Failure) -> str:
    return f"pull request {one.pr_number}" if one.pr_number else one.branch
