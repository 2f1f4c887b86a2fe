"""The overview says what is flaky, worst first, and what to do where nothing is."""

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from app.web import Web
from tests.web.reading import said
from tests.web.site import Hands, sign_in
from tests.web.world import World


def test_an_empty_installation_says_what_to_do_first(visitor: TestClient) -> None:
    text = said(visitor, "/")

    assert "No repository yet Install the GitHub App on a repository." in text
    assert "flakeguard doctor says what keeps webhooks from arriving" in text


def test_a_repository_without_reports_shows_how_to_upload_one(
    visitor: TestClient, world: World
) -> None:
    world.repository(has_reports=False)

    assert "No report has arrived yet: upload your runner's JUnit file as an artifact" in said(
        visitor, "/"
    )
    text = said(visitor, "/r/acme/shop")
    assert "- run: pytest --junitxml=report.xml -o junit_family=xunit1 " in text
    assert "- uses: actions/upload-artifact@v4 if: ${{ !cancelled() }}" in text
    assert "name: test-report-${{ github.job }}" in text
    assert "No run yet Push a commit or open a pull request" in text


def test_a_project_of_another_host_is_not_told_to_upload_artifacts(
    visitor: TestClient, world: World
) -> None:
    world.repository("gitlab:acme/shop", has_reports=False, provider="gitlab")

    assert "No report has arrived yet: let your CI hand one in ." in said(visitor, "/")
    text = said(visitor, "/r/gitlab:acme/shop")
    assert "Let your CI hand its reports in with one curl and a project token" in text
    assert "Every run that hands reports in is listed here" in text
    assert "artifact" not in text


def test_the_overview_counts_cases_by_state(visitor: TestClient, world: World) -> None:
    repo = world.repository()
    quarantined = world.case(repo, "test_a")
    world.held(repo, quarantined)
    world.quarantined(repo, quarantined)
    for name, state in [("b", "flaky"), ("c", "broken"), ("d", "suspect"), ("e", "healthy")]:
        world.held(repo, world.case(repo, f"test_{name}"), state)
    world.run(repo, started_at=world.now - timedelta(hours=2))

    text = said(visitor, "/")

    assert "Overview 1 repository. acme/shop" in text
    assert "acme/shop 2 flaky 1 broken 1 suspect 1 quarantined Last run 2 h ago · main" in text


def test_a_flaky_case_is_shown_with_its_figures_and_its_evidence(
    visitor: TestClient, world: World
) -> None:
    repo = world.repository()
    case = world.case(repo, parameters="[eur-2]")
    world.held(repo, case)
    world.quarantined(repo, case)

    text = said(visitor, "/")

    assert (
        "tests.test_cart::test_total[eur-2] acme/shop · pytest \u203a tests/test_cart.py:12"
        " flaky Quarantined by @mona until 2026-12-20."
        " Score 0.96 Fails 2.1 % (1.2\u20133.4 %) of 61 executions"
        " Last flake 2 days ago Last seen 3 h ago"
        " Failed on attempt 1 and passed on attempt 2 of the same commit,"
        " twice on 2 days, last on 77ab12c."
        " Fails in 2.1 % (1.2\u20133.4 %) of 61 executions on main."
    ) in text


def test_a_quarantine_whose_end_has_come_is_not_shown_as_one(
    visitor: TestClient, web: Web, world: World, clock: Hands
) -> None:
    repo = world.repository()
    case = world.case(repo)
    world.held(repo, case)
    world.quarantined(repo, case)

    clock.turn(timedelta(days=30))

    sign_in(visitor, web)
    assert "Quarantined by @mona; that ended 2026-12-20." in said(visitor, "/")


def test_the_worst_cases_come_first_and_lists_are_paged(visitor: TestClient, world: World) -> None:
    repo = world.repository()
    for number in range(30):
        world.held(repo, world.case(repo, f"test_{number:02}"), score=0.9 + number / 1000)

    first, second = said(visitor, "/"), said(visitor, "/?cases=2")

    assert re.findall(r"::(test_\d\d)", first) == [f"test_{n:02}" for n in range(29, 4, -1)]
    assert re.findall(r"::(test_\d\d)", second) == [f"test_{n:02}" for n in range(4, -1, -1)]
    assert "Page 1 Further down →" in first
    assert "← Earlier in the list Page 2" in second
    assert "Further down" not in second


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999999999999", "\u0661", "1e3"])
def test_an_odd_page_number_is_the_first_or_an_empty_page(
    visitor: TestClient, world: World, number: str
) -> None:
    world.repository()

    assert visitor.get("/", params={"cases": number, "page": number}).status_code == 200


def test_the_flaky_cases_of_one_owner_are_asked_for(visitor: TestClient, world: World) -> None:
    repo = world.repository()
    world.held(repo, world.case(repo, "test_a"))
    world.owned(repo, "tests/test_cart.py", "@acme/cart")

    theirs, others = said(visitor, "/?owner=@acme/cart"), said(visitor, "/?owner=@acme/till")

    assert "Flaky cases of @acme/cart" in theirs
    assert "test_a" in theirs
    assert "test_a" not in others
    assert "Nothing of @acme/till is known to be flaky" in others
