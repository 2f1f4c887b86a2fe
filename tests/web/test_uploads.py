"""The page of a repository's uploads: what arrived, what was read of it, and what was refused."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from app.web.formats import size_of
from tests.web.world import NOW, World

PAGE = "/r/acme/shop/uploads"


@pytest.fixture
def repo_id(world: World) -> int:
    return world.repository("acme/shop")


def test_a_stranger_is_sent_to_sign_in(stranger: TestClient, repo_id: int) -> None:
    answer = stranger.get(PAGE)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={PAGE}")


def test_a_repository_that_we_do_not_watch_has_no_page(visitor: TestClient) -> None:
    assert visitor.get("/r/acme/nothing/uploads").status_code == 404


def test_without_a_report_the_page_says_where_they_come_from(
    visitor: TestClient, repo_id: int
) -> None:
    page = visitor.get(PAGE).text

    assert "No report yet" in page
    assert 'href="/docs"' in page
    assert "Refused at the door" not in page


def test_each_report_shows_what_was_read_of_it_and_how_long_that_took(
    visitor: TestClient, world: World, repo_id: int
) -> None:
    run = world.run(repo_id, workflow="pipeline 812", branch="topic", pr_number=7)
    world.report(
        run,
        path="unit/junit.xml",
        source="api",
        took_ms=12,
        failed=2,
        errored=1,
        flaky=1,
        size_bytes=130_000,
        received_at=NOW - timedelta(minutes=3),
    )

    page = visitor.get(PAGE).text

    for said in (
        "unit/junit.xml",
        "handed in",
        "pipeline 812",
        "60 cases, 3 failing, 1 flaky",
        "127 kB",
        "12 ms",
        "3 min ago",
        "#7",
    ):
        assert said in page


def test_what_was_wrong_is_said_with_its_line(
    visitor: TestClient, world: World, repo_id: int
) -> None:
    run = world.run(repo_id)
    world.report(run, refusal="The file is cut off.", refusal_line=17, path="bad.xml")
    world.report(run, warnings=["The report hides its retries."], path="odd.xml")

    page = visitor.get(PAGE).text

    assert 'The file is cut off. <span class="nowrap">(line 17)</span>' in page
    assert "The report hides its retries." in page
    assert '<span class="chip refused">refused</span>' in page
    assert '<span class="chip warning">1 warning</span>' in page


def test_what_was_refused_at_the_door_is_listed(
    visitor: TestClient, world: World, repo_id: int
) -> None:
    world.refused_upload(repo_id, "The body is larger than the 10 MB allowed.")

    page = visitor.get(PAGE).text

    assert "Refused at the door" in page
    assert "The body is larger than the 10 MB allowed." in page
    assert "11.0 MB" in page
    assert "request-1" in page


def test_both_lists_are_paged(visitor: TestClient, world: World, repo_id: int) -> None:
    run = world.run(repo_id)
    for number in range(51):
        received = NOW - timedelta(minutes=number)
        world.report(run, path=f"report-{number:03}.xml", received_at=received)
    for number in range(21):
        world.refused_upload(repo_id, f"Reason {number:03}.")

    first, second = visitor.get(PAGE).text, visitor.get(f"{PAGE}?page=2&refused=2").text

    assert ("report-049.xml" in first, "report-050.xml" in first) == (True, False)
    assert ("report-050.xml" in second, "report-049.xml" in second) == (True, False)
    assert ("Reason 019." in first, "Reason 020." in first) == (True, False)
    assert "Reason 020." in second


def test_the_repositorys_page_leads_here(visitor: TestClient, world: World, repo_id: int) -> None:
    world.run(repo_id)

    assert f'href="{PAGE}"' in visitor.get("/r/acme/shop").text


def test_a_project_in_groups_has_all_its_pages(visitor: TestClient, world: World) -> None:
    name = "gitlab:group/sub/name"
    repo_id = world.repository(name)
    case_id = world.case(repo_id, "test_total")
    world.held(repo_id, case_id)

    overview = visitor.get("/").text
    answers = [visitor.get(f"/r/{name}{rest}") for rest in ("", "/uploads", f"/cases/{case_id}")]

    assert "/r/gitlab%3Agroup/sub/name" in overview
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert visitor.get(f"/r/{name}/cases/no-case").status_code == 404


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1\u202f023 bytes"),
        (1024, "1 kB"),
        (1_572_864, "1.5 MB"),
    ],
)
def test_a_size_is_told_in_the_unit_a_person_would_use(count: int, shown: str) -> None:
    assert size_of(count) == shown
