"""Somebody's own page in Slack: their cases, their teams' quarantines, their repositories."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from app.core.home import Home, HomeCase, HomeRepository, RunningQuarantine, TeamQuarantine
from app.core.pages import CaseLine
from app.core.rollups import Grain, Span
from app.core.runs import Repository
from app.db import authors, cares, case_pages, decisions, judgements, pages, rollups
from app.db.chat import homes
from app.db.session import Session, unit_of_work
from app.services.chat.thread_view import buttons_for, seen_in
from app.services.policy.policies import policy_of
from app.services.slack.desk import Desk, must_be_linked
from app.services.slack.places import concerning

CASES_SHOWN = 10
HELD_SHOWN = 8
OWNED_READ = 50  # cases of one repository
FILES_READ = 20  # files of one repository whose last author is looked for
RUNNING_READ = 100  # quarantines of one repository
TEAMS_ASKED = 10  # teams whose members are asked for
TREND = timedelta(days=14)

IsMember = Callable[[Repository, str], bool]


def home(
    desk: Desk, is_member: IsMember, *, speaks: Callable[[Repository], bool] = lambda _: True
) -> Home:
    """All that the asker's page shows, of the repositories that GitHub lets them read.

    `is_member` asks whether the asker belongs to a team, `speaks` whether a repository is to be
    spoken of. Raises Refused where nobody knows who asks.
    """
    linked = must_be_linked(desk)
    readable = [one for one in concerning(desk) if speaks(one)]
    cases = [one for repository in readable for one in _cases(desk, repository, linked.login)]
    cases.sort(key=lambda one: (not one.is_owned, -one.line.score, one.line.case_id))
    held = _held(desk, readable, is_member)
    return Home(
        login=linked.login,
        cases=tuple(cases[:CASES_SHOWN]),
        more_cases=len(cases[CASES_SHOWN:]),
        held=tuple(held[:HELD_SHOWN]),
        more_held=len(held[HELD_SHOWN:]),
        repositories=tuple(_repository(desk, one) for one in readable),
    )


def _cases(desk: Desk, repository: Repository, login: str) -> list[HomeCase]:
    """The cases of one repository that somebody owns, or whose files they changed last."""
    with unit_of_work(desk.engine) as session:
        owned = pages.worst_cases(
            session,
            repo_id=repository.id,
            with_quarantined=True,
            owner=f"@{login}",
            page=1,
            size=OWNED_READ,
        ).items
        changed = _changed(session, repository.id, login)
        return [
            *(_case(session, desk, one, is_owned=True) for one in owned),
            *(_case(session, desk, one, is_owned=False) for one in changed),
        ]


def _changed(session: Session, repo_id: int, login: str) -> list[CaseLine]:
    """The cases without an owner whose files this person changed last."""
    nobodys = homes.nobodys(session, repo_id, most=OWNED_READ)
    files = list(dict.fromkeys(file for _, file in nobodys))[:FILES_READ]
    authors_of = authors.last_of(session, repo_id, files)
    theirs = {file for file, author in authors_of.items() if author.lower() == login.lower()}
    found = (
        case_pages.held(session, repo_id, case_id) for case_id, file in nobodys if file in theirs
    )
    return [one for one in found if one is not None]


def _case(session: Session, desk: Desk, line: CaseLine, *, is_owned: bool) -> HomeCase:
    repo_id, case_id = line.repo_id, line.case_id
    standing = judgements.standing(session, repo_id, case_id)
    assert standing is not None  # a line is made of it
    decision = decisions.newest(session, repo_id, [case_id]).get(case_id)
    care = cares.care_of(session, repo_id, case_id)
    buttons = buttons_for(
        standing,
        decision,
        care,
        now=desk.now,
        may_rerun=bool(policy_of(session, repo_id).proof_jobs),
    )
    return HomeCase(line, buttons, is_owned, seen_in(decision, care))


def _held(desk: Desk, readable: Sequence[Repository], is_member: IsMember) -> list[TeamQuarantine]:
    """The quarantines of the teams that the asker belongs to, the next end first."""
    teams: dict[str, bool] = {}
    found = []
    for repository in readable:
        with unit_of_work(desk.engine) as session:
            running = homes.running(session, repository.id, most=RUNNING_READ)
        for one in running:
            team = _team_of(one, repository, teams, is_member)
            if team is not None:
                found.append(TeamQuarantine(repository.full_name, team, one))
    return sorted(found, key=lambda one: (one.held.until is None, one.held.until or desk.now))


def _team_of(
    one: RunningQuarantine, repository: Repository, teams: dict[str, bool], is_member: IsMember
) -> str | None:
    """The asker's team among the owners; each team is asked for once, and not too many are."""
    for owner in one.owners:
        if not owner.startswith("@") or "/" not in owner:
            continue
        if owner not in teams and len(teams) < TEAMS_ASKED:
            teams[owner] = is_member(repository, owner)
        if teams.get(owner):
            return owner
    return None


def _repository(desk: Desk, repository: Repository) -> HomeRepository:
    span = Span(repository.id, Grain.DAY, since=desk.now - TREND, until=desk.now)
    with unit_of_work(desk.engine) as session:
        line = pages.repository(session, repository.full_name)
        points = rollups.repository_trend(session, span)
    assert line is not None  # it is on the page because it is known
    tallies = [one.tally for one in points]
    failing = tuple(one.failures / one.executions for one in tallies if one.executions)
    return HomeRepository(line, failing)
