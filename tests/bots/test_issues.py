"""Issues about flaky cases, on the sandbox's GitHub: one each, kept true, heeded when closed."""

from datetime import timedelta

import pytest

from app.core.deliveries import RepositorySeen
from app.core.errors import Conflict
from app.core.runs import Repository
from app.db import repositories
from app.db.session import Engine, unit_of_work
from app.services import acts
from bots.github.client import GitHubHosts
from tests.bots.doors import Doors
from tests.bots.office import Office
from tests.bots.shop import REPO, Shop
from tests.bots.tracker import MONA, ROOT, Tracker
from tests.jobs.desk import Desk
from tests.web.world import FAILED, PASSED, World


@pytest.fixture
def tracker(engine: Engine, shop: Shop, hosts: GitHubHosts) -> Tracker:
    office = Office(Desk(engine), shop, hosts)
    found = shop.world.github.repository(REPO)
    known = Repository(found.id, REPO, "main", shop.installation.id)
    with unit_of_work(engine) as session:
        seen = RepositorySeen(known, is_private=False, is_news=True)
        repositories.note_repository(session, seen, now=shop.clock())
    world = World(engine, now=shop.clock())
    case_id = world.case(found.id, "test_total[@ann|`x`]")
    world.held(found.id, case_id)
    for day, outcome in ((9, FAILED), (2, FAILED), (1, PASSED)):
        run = world.run(found.id, started_at=shop.clock() - timedelta(days=day))
        world.execution(run, world.report(run), case_id, outcome)
        if outcome == FAILED:
            world.finding(run, case_id, "flaky")
    return Tracker(office, shop, world, found.id, case_id)


def test_an_issue_says_what_is_known_and_wears_the_policys_labels(tracker: Tracker) -> None:
    tracker.world.owned(tracker.repo, "tests/test_cart.py", "@acme/cart")
    tracker.policy("issues: {labels: [flaky test]}")

    said = tracker.open()
    tracker.office.work()

    (issue,) = tracker.standing
    body = issue.body or ""
    assert said.sentence == "@mona had an issue opened about it."
    assert issue.title == "Flaky: tests.test_cart::test_total[@ann|`x`]"
    assert (issue.labels, issue.state) == (("flaky test",), "open")
    assert body.startswith("<!-- flakeguard-issue:")
    assert "``tests.test_cart::test_total[@ann|`x`]``" in body
    assert "- Owned by @\u200bacme/cart" in body
    assert f"`{'·' * 20}█{'·' * 6}█▁·`" in body
    assert "2 failures in 3 executions over 30 days" in body
    assert "| known flaky |" in body


def test_an_issue_is_never_doubled(tracker: Tracker) -> None:
    tracker.shop.world.faults.add(ROOT, method="POST", status=502, after_work=True)

    tracker.open()
    tracker.office.work()
    tracker.shop.clock.turn(timedelta(minutes=5))
    tracker.office.work()
    tracker.tell()

    assert len(tracker.standing) == 1
    assert tracker.asked("POST") == 1
    with pytest.raises(Conflict, match="Its issue is open already: number 1"):
        tracker.open()


def test_somebody_elses_issue_with_our_marker_is_none_of_ours(tracker: Tracker) -> None:
    tracker.open()
    tracker.office.work()
    github = tracker.shop.world.github
    ours = tracker.standing[0].body
    copy = github.open_issue(github.repository(REPO), "Copy", ours, author=github.account("ann"))
    tracker.do("UPDATE issue SET number = NULL, digest = NULL")

    tracker.tell()

    assert tracker.rows("SELECT number FROM issue") == [(1,)]
    assert copy.number == 2


def test_figures_alone_are_told_after_a_while_and_a_decision_at_once(tracker: Tracker) -> None:
    tracker.open()
    tracker.office.work()
    tracker.do("UPDATE case_state SET failures = failures + 1, runs = 99, rate = 0.5")
    tracker.shop.clock.turn(timedelta(minutes=1))

    tracker.tell()
    soon = tracker.asked("PATCH")
    with unit_of_work(tracker.engine) as session:
        acts.activate(session, tracker.repo, tracker.case_id, MONA, now=tracker.now)
    tracker.tell()
    decided = tracker.standing[0].body or ""
    tracker.shop.clock.turn(timedelta(hours=7))
    tracker.do("UPDATE case_state SET rate = 0.7")
    tracker.tell()

    assert soon == 0
    assert "Quarantined by @\u200bmona until" in decided
    assert tracker.asked("PATCH") == 2


def test_it_is_closed_when_its_case_is_healthy_and_opens_again_when_it_flakes(
    tracker: Tracker,
) -> None:
    tracker.open()
    tracker.office.work()
    (issue,) = tracker.standing

    tracker.do("UPDATE case_state SET state = 'healthy'")
    tracker.tell()
    closed = (issue.state, issue.state_reason)
    tracker.tell()
    tracker.do("UPDATE case_state SET state = 'flaky', last_flake_at = :now", now=tracker.now)
    tracker.tell()

    assert closed == ("closed", "completed")
    assert issue.state == "open"
    assert tracker.comments() == [
        "Closed: nothing in it is flaky any more.",
        "It flaked again, so this is open again.",
    ]


def test_what_is_called_no_flake_is_closed_as_not_planned(tracker: Tracker) -> None:
    tracker.open()
    tracker.office.work()
    with unit_of_work(tracker.engine) as session:
        acts.dismiss(session, tracker.repo, tracker.case_id, MONA, now=tracker.now)

    tracker.tell()

    assert tracker.standing[0].state_reason == "not_planned"


def test_closing_it_by_hand_claims_a_fix_until_the_case_flakes(
    tracker: Tracker, doors: Doors
) -> None:
    tracker.open()
    with unit_of_work(tracker.engine) as session:
        acts.activate(session, tracker.repo, tracker.case_id, MONA, now=tracker.now)
    tracker.office.work()
    (issue,) = tracker.standing
    tracker.shop.clock.turn(timedelta(hours=1))

    tracker.close("ann")
    tracker.hear(doors)
    claimed = tracker.rows("SELECT state, fix, decided_by FROM quarantine")
    stays = issue.state
    tracker.shop.clock.turn(timedelta(hours=1))
    tracker.do("UPDATE case_state SET last_flake_at = :now", now=tracker.now)
    tracker.tell()

    assert claimed == [("fix_pending", "#1", "@ann")]
    assert (stays, issue.state) == ("closed", "open")
    assert tracker.rows("SELECT hand FROM issue") == [(None,)]


def test_what_a_person_closed_as_not_planned_stays_closed(tracker: Tracker, doors: Doors) -> None:
    tracker.open()
    tracker.office.work()

    tracker.close("ann", "not_planned")
    tracker.hear(doors)
    tracker.do("UPDATE case_state SET last_flake_at = :now", now=tracker.now + timedelta(hours=9))
    tracker.tell()

    assert tracker.standing[0].state == "closed"
    assert tracker.rows("SELECT hand, hand_by FROM issue") == [("not_planned", "@ann")]


def test_more_than_four_flaky_cases_of_a_file_share_one_issue(tracker: Tracker) -> None:
    others = [tracker.world.case(tracker.repo, f"test_{name}") for name in "abcd"]
    for one in others:
        tracker.world.held(tracker.repo, one)

    tracker.open()
    again = tracker.open(others[2])
    tracker.office.work()

    (issue,) = tracker.standing
    assert issue.title == "Flaky tests in tests/test_cart.py"
    assert (issue.body or "").count("<details>") == 5
    assert "5 flaky tests; one cause may be behind them all." in (issue.body or "")
    assert again.sentence == "@mona had an issue opened about it."
    assert tracker.rows("SELECT count(*), count(DISTINCT issue_id) FROM issue_case") == [(5, 1)]


def test_a_repository_without_issues_is_asked_once(tracker: Tracker) -> None:
    refusal = {"message": "Issues has been disabled in this repository."}
    tracker.shop.world.faults.add(ROOT, method="POST", status=410, body=refusal)

    tracker.open()
    tracker.office.work()
    tracker.tell()

    ((error,),) = tracker.rows("SELECT error FROM issue")
    assert error.startswith("No issue could be opened: GitHub has nothing for us at")
    assert tracker.asked("POST") == 1
    assert tracker.rows("SELECT count(*) FROM task WHERE parked_at IS NOT NULL") == [(0,)]


def test_who_had_it_opened_takes_that_back(tracker: Tracker) -> None:
    done = tracker.open()
    tracker.office.work()
    with unit_of_work(tracker.engine) as session:
        acts.undo(session, tracker.repo, done.event_id, MONA, now=tracker.now)

    tracker.tell()
    withdrawn = tracker.standing[0].state
    again = tracker.open()
    tracker.office.work()

    assert withdrawn == "closed"
    assert again.sentence == "@mona had its issue opened again."
    assert tracker.standing[0].state == "open"


def test_a_case_that_never_failed_gets_none(tracker: Tracker) -> None:
    healthy = tracker.world.case(tracker.repo, "test_fine")

    with pytest.raises(Conflict, match="never failed"):
        tracker.open(healthy)
