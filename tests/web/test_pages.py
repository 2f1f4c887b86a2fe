"""What the pages say: counts, evidence, decisions, uploads, and what to do where nothing is."""

import re
from datetime import timedelta
from html import unescape

import pytest
from starlette.testclient import TestClient

from app.db import cares
from app.db.cares import Care
from app.db.session import unit_of_work
from app.render.words.plan import FORMULA
from app.web import Web
from tests.web.site import Hands, sign_in
from tests.web.world import FAILED, PASSED, World, flaky_case


def said(client: TestClient, path: str) -> str:
    """The text of a page as a person reads it, on one line."""
    answer = client.get(path)
    assert answer.status_code == 200
    body = answer.text.partition("<body>")[2]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


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
    assert "- uses: actions/upload-artifact@v4 if: always()" in text
    assert "name: test-report-${{ github.job }}" in text
    assert "No run yet Push a commit or open a pull request" in text


def test_the_overview_counts_cases_by_state(visitor: TestClient, world: World) -> None:
    repo = world.repository()
    quarantined = world.case(repo, "test_a")
    world.held(repo, quarantined)
    world.quarantined(repo, quarantined)
    for name, state in [("b", "flaky"), ("c", "broken"), ("d", "suspect"), ("e", "healthy")]:
        world.held(repo, world.case(repo, f"test_{name}"), state)
    world.run(repo, started_at=world.now - timedelta(hours=2))

    text = said(visitor, "/")

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
        " Score 0.96 Fails 2.1 % (1.2\u20133.4 %) of 61 runs"
        " Last flake 2 days ago Last seen 3 h ago"
        " Failed on attempt 1 and passed on attempt 2 of the same commit,"
        " twice on 2 days, last on 77ab12c."
        " Fails in 2.1 % (1.2\u20133.4 %) of runs on main, 61 runs seen."
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


@pytest.mark.parametrize(
    ("view", "names"),
    [
        ("watched", ["flaky", "broken", "suspect", "kept"]),
        ("flaky", ["flaky"]),
        ("broken", ["broken"]),
        ("suspect", ["suspect"]),
        ("quarantined", ["kept"]),
        ("' OR 1=1", ["flaky", "broken", "suspect", "kept"]),
    ],
)
def test_a_repositorys_cases_are_shown_by_state(
    visitor: TestClient, world: World, view: str, names: list[str]
) -> None:
    repo, other = world.repository(), world.repository("acme/other")
    for state in ("flaky", "broken", "suspect", "healthy"):
        world.held(repo, world.case(repo, f"test_{state}"), state)
    kept = world.case(repo, "test_kept")
    world.held(repo, kept, "healthy")
    world.quarantined(repo, kept)
    world.held(other, world.case(other, "test_elsewhere"))

    answer = visitor.get("/r/acme/shop", params={"show": view})

    assert re.findall(r"::test_(\w+)", answer.text) == names


def test_runs_show_the_health_of_their_uploads(visitor: TestClient, world: World) -> None:
    repo = world.repository()
    good = world.run(repo, conclusion="failure", pr_number=17, is_trusted=False)
    world.report(good, failed=2, passed=58)
    world.report(good, cases=0, path="junit.xml", refusal="It ends at line 3.")
    world.report(good, warnings=["It says 61 and holds 60.", "NaN is no time."])
    world.run(repo, conclusion="timed_out")
    world.run(repo, conclusion=None, ingested_at=None)

    text = said(visitor, "/r/acme/shop")

    assert (
        "tests attempt 1 #17 77ab12c fork failure 120 cases, 2 failing"
        " 3 reports 1 refused 2 warnings What was wrong junit.xml : It ends at line 3."
        " report.xml : It says 61 and holds 60. report.xml : NaN is no time. 1 h ago"
        " tests attempt 1 main 77ab12c timed out \u2013 no report 2 h ago"
        " tests attempt 1 main 77ab12c running \u2013 not fetched yet 3 h ago"
    ) in text


def test_a_cases_page_tells_its_whole_story(visitor: TestClient, world: World) -> None:
    repo = world.repository()
    case = flaky_case(world, repo)
    world.quarantined(repo, case)

    text = said(visitor, f"/r/acme/shop/cases/{case}")

    assert "Probability of a flake 0.96 2 flakes in 4 failures" in text
    assert "Fails for no fault of the code 2.1 % (1.2\u20133.4 %) 61 runs seen" in text
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


@pytest.mark.parametrize(
    "path",
    [
        "/r/acme/unknown",
        "/r/ACME%2Fshop/x",
        "/r/acme%00/shop",
        "/r/acme/sh%E2%80%AEop/uploads",
        "/r/acme/shop/cases/nonsense",
        "/r/acme/shop/cases/25932648-5eaa-5c96-bd1b-904397e253af",
        "/r/acme/unknown/cases/25932648-5eaa-5c96-bd1b-904397e253af",
    ],
)
def test_what_is_not_there_is_not_found(visitor: TestClient, world: World, path: str) -> None:
    world.repository()

    answer = visitor.get(path)

    assert answer.status_code == 404
    assert "Nothing is here" in answer.text


def test_a_case_is_found_in_its_own_repository_only(visitor: TestClient, world: World) -> None:
    case = flaky_case(world, world.repository())
    world.repository("acme/other")

    assert visitor.get(f"/r/acme/shop/cases/{case}").status_code == 200
    assert visitor.get(f"/r/acme/other/cases/{case}").status_code == 404


def test_a_removed_repository_is_gone_from_the_pages(visitor: TestClient, world: World) -> None:
    case = flaky_case(world, world.repository(removed_at=world.now))

    assert "acme/shop" not in said(visitor, "/")
    assert visitor.get("/r/acme/shop").status_code == 404
    assert visitor.get(f"/r/acme/shop/cases/{case}").status_code == 404


def test_a_persons_word_comes_before_the_files_owner(visitor: TestClient, world: World) -> None:
    repo = world.repository()
    case = world.case(repo, "test_cart", file="tests/test_cart.py")
    world.held(repo, case)
    world.owned(repo, "tests/test_cart.py", "@acme/cart")
    with unit_of_work(world.engine) as session:
        cares.write(session, repo, case, Care(), Care(owner="@ann"))

    theirs = said(visitor, "/r/acme/shop?owner=%40ann")
    files = said(visitor, "/r/acme/shop?owner=%40acme%2Fcart")

    assert "Owner @ann Last seen" in theirs
    assert "test_cart" not in files


def test_cases_say_whose_they_are_and_are_shown_by_owner(visitor: TestClient, world: World) -> None:
    repo = world.repository()
    cart = world.case(repo, "test_cart", file="tests/test_cart.py")
    till = world.case(repo, "test_till", file="tests/test_till.py")
    for case in (cart, till):
        world.held(repo, case)
    world.owned(repo, "tests/test_cart.py", "@acme/cart", "ann@example.org")

    everybody = said(visitor, "/r/acme/shop")
    theirs = said(visitor, "/r/acme/shop?owner=%40Acme%2FCart")
    nobodys = said(visitor, "/r/acme/shop?owner=%40acme%2Fother")
    one = said(visitor, f"/r/acme/shop/cases/{cart}")

    assert "Owner @acme/cart , ann@example.org Last seen" in everybody
    assert "test_till" in everybody
    assert "test_cart" in theirs
    assert "test_till" not in theirs
    assert "Nothing of @acme/other is here Everybody's" in nobodys
    assert "owned by @acme/cart , ann@example.org" in one
    assert "Owner @acme/cart , ann@example.org Last seen" in said(visitor, "/")


@pytest.mark.parametrize("owner", ["%00", "x" * 300, "", "%27%3B--"])
def test_an_owner_that_nobody_is_shows_nothing_and_breaks_nothing(
    visitor: TestClient, world: World, owner: str
) -> None:
    world.repository()

    assert visitor.get(f"/r/acme/shop?owner={owner}").status_code == 200
