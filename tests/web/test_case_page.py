"""A case's page: its evidence, decisions and cost, and a timeline that loses nothing."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from app.render.words.plan import FORMULA
from app.web import Web
from tests.web.ran import SHA
from tests.web.reading import said
from tests.web.site import application, browser_of, sign_in
from tests.web.world import FAILED, PASSED, World, flaky_case


def test_a_cases_page_tells_its_whole_story(visitor: TestClient, world: World) -> None:
    repo = world.repository()
    case = flaky_case(world, repo)
    world.quarantined(repo, case)

    text = said(visitor, f"/r/acme/shop/cases/{case}")

    assert "Probability of a flake 0.96 2 flakes in 4 failures" in text
    assert "Fails for no fault of the code 2.1 % (1.2\u20133.4 %) 61 executions seen" in text
    assert "Last failure 2026-11-18 12:00 UTC · AssertionError assert 3 == 4" in text
    assert (
        "2026-11-20 12:00 UTC @mona quarantined it in Slack, until 2026-12-20"
        " “ Waits for the payment sandbox ”"
    ) in text
    assert "2026-11-11 12:00 UTC suspect → flaky Contradicted on a second day." in text
    assert "failed · main · 77ab12c · run 9014, attempt 1 · test (3.11)" in text
    assert "2026-11-18 13:00 UTC passed main 77ab12c tests 9014, attempt 2" in text


def test_a_case_was_seen_first_when_it_ran_first_and_not_when_we_met_it(
    visitor: TestClient, world: World
) -> None:
    case = flaky_case(world, world.repository(), first_seen_at=world.now)

    text = said(visitor, f"/r/acme/shop/cases/{case}")

    assert f"first {world.now - timedelta(days=14):%Y-%m-%d}" in text


def test_a_cases_cost_has_its_formula_beside_it(visitor: TestClient, world: World) -> None:
    repo = world.repository()
    case = flaky_case(world, repo)
    world.finding(world.run(repo), case, "flaky")

    text = said(visitor, f"/r/acme/shop/cases/{case}")

    assert f"Its flakes in 30 days: 1 failed run, 0 re-runs, 0 job minutes {FORMULA}" in text


def test_a_case_that_never_failed_has_a_page_too(visitor: TestClient, world: World) -> None:
    repo = world.repository()
    case = world.case(repo)

    text = said(visitor, f"/r/acme/shop/cases/{case}")

    assert "never failed" in text
    assert "No execution is kept any more" in text
    assert "Nobody has decided anything yet" in text


def test_a_long_timeline_is_turned_page_by_page_and_loses_nothing(
    visitor: TestClient, world: World
) -> None:
    repo = world.repository()
    case = world.case(repo)
    run = world.run(repo)
    report = world.report(run)
    for nth in range(1, 301):  # all at one moment: the hardest order to keep
        world.execution(run, report, case, FAILED if nth % 7 == 0 else PASSED, nth=nth)

    path: str | None = f"/r/acme/shop/cases/{case}"
    counts = []
    while path:
        page = visitor.get(path).text
        counts.append((page.count('<td data-label="When"'), page.count(">failed</td>")))
        older = re.search(r'href="([^"]+)#timeline">Older', page)
        path = older[1] if older else None

    assert [count for count, _ in counts] == [120, 120, 60]
    assert sum(failed for _, failed in counts) == 300 // 7


@pytest.mark.parametrize("before", ["x", "1.2", "1.2.3.4", "1.2.99999", "-1.2.3", "9" * 40])
def test_an_odd_place_in_a_timeline_is_its_newest_page(
    visitor: TestClient, world: World, before: str
) -> None:
    case = flaky_case(world, world.repository())

    text = visitor.get(f"/r/acme/shop/cases/{case}", params={"before": before}).text

    assert "30 executions" in text
    assert "Newest" not in text


def test_a_case_is_found_in_its_own_repository_only(visitor: TestClient, world: World) -> None:
    case = flaky_case(world, world.repository())
    world.repository("acme/other")

    assert visitor.get(f"/r/acme/shop/cases/{case}").status_code == 200
    assert visitor.get(f"/r/acme/other/cases/{case}").status_code == 404


COMMIT = '<a href="https://github.example/acme/shop/commit/'


def page_at_github(web: Web, world: World, provider: str = "github") -> str:
    """The source of a flaky case's page where GitHub's pages are known."""
    case = flaky_case(world, world.repository(provider=provider))
    app = application(replace(web, server_url="https://github.example"))
    visitor = sign_in(browser_of(app), web)
    return visitor.get(f"/r/acme/shop/cases/{case}").text


def test_the_commits_that_the_evidence_names_are_links(web: Web, world: World) -> None:
    assert f'last on {COMMIT}{SHA}">{SHA[:7]}</a>.</li>' in page_at_github(web, world)


def test_a_commit_of_another_host_leads_nowhere(web: Web, world: World) -> None:
    page = page_at_github(web, world, provider="other")

    assert f"last on {SHA[:7]}.</li>" in page
    assert COMMIT not in page
