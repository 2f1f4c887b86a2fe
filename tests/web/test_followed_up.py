"""What was done about a case beside deciding: its issue, its re-runs; and what it was part of."""

from starlette.testclient import TestClient

from app.core.reruns import RerunWhy
from app.db import issues, reruns
from app.db.session import unit_of_work
from app.services import acts
from app.services.acts import Actor
from tests.web.reading import said
from tests.web.world import World, flaky_case

OLDER, NEWER = "1" * 40, "2" * 40
CULPRIT = {
    "kind": "culprit",
    "passed": None,
    "since": NEWER,
    "commits": 2,
    "commit": NEWER,
    "author": "ada",
    "p": 0.7,
    "second": OLDER,
    "second_p": 0.2,
    "range": f"{OLDER}:0.200 {NEWER}:0.700",
}


def test_a_cases_page_shows_its_issue_and_how_its_re_runs_stand(
    visitor: TestClient, world: World
) -> None:
    repo = world.repository()
    case = flaky_case(world, repo)
    page = f"/r/acme/shop/cases/{case}"
    with unit_of_work(world.engine) as session:
        acts.open_issue(session, repo, case, Actor("mona", "cli", "r1"), now=world.now)
        issue = issues.of_case(session, repo, case)
        assert issue is not None
        reruns.wish(session, repo, case, why=RerunWhy.PERSON, wanted=3, by="@mona", now=world.now)
    opening = said(visitor, page)
    with unit_of_work(world.engine) as session:
        url = "https://github.example/acme/shop/issues/12"
        issues.note_there(session, repo, issue.id, number=12, url=url, is_open=True)

    assert "An issue is being opened." in opening
    assert "0 of 3 re-runs, asked for by @mona: queued." in opening
    assert "Issue 12 , open." in said(visitor, page)
    assert f'<a href="{url}">Issue 12</a>' in visitor.get(page).text


def test_a_broken_cases_page_shows_each_commit_that_may_have_broken_it(
    visitor: TestClient, world: World
) -> None:
    repo = world.repository()
    case = world.case(repo)
    world.held(repo, case, "broken", evidence=[CULPRIT])

    text = said(visitor, f"/r/acme/shop/cases/{case}")

    assert "Commit By Says Broke it 1111111 not known 20 % 2222222 not known 70 %" in text
    assert "not shown here" not in text


def test_a_broken_cases_page_says_how_many_unlikely_commits_it_leaves_out(
    visitor: TestClient, world: World
) -> None:
    repo = world.repository()
    case = world.case(repo)
    world.held(repo, case, "broken", evidence=[{**CULPRIT, "commits": 5}])

    text = said(visitor, f"/r/acme/shop/cases/{case}")

    assert "or that 3 less likely commits, not shown here, broke it." in text


def test_a_cases_page_names_the_outages_it_failed_in(visitor: TestClient, world: World) -> None:
    repo = world.repository()
    case = world.case(repo)
    outage = world.outage(world.run(repo), case)

    page = visitor.get(f"/r/acme/shop/cases/{case}").text

    assert f'<a href="/r/acme/shop/outages/{outage}">' in page
    assert "Part of an outage: 1 case of 1 file failed within 20 minutes." in page
