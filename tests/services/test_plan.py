"""The plan: what flaky cases cost, and what holding them would have hidden, on a real database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import event

from app.api import plan_shapes
from app.core.holding import WhyNot
from app.core.plan import Advice
from app.db.session import Engine, unit_of_work
from app.services import acts, plans
from app.services.publishing.commit_facts import Addresses
from tests.services.acting import MONA
from tests.services.shop import Shop
from tests.web.world import FAILED, PASSED


def test_the_plan_ranks_by_cost_and_says_what_holding_would_have_hidden(shop: Shop) -> None:
    shop.run(FAILED, PASSED, changed=None)
    shop.run(FAILED, PASSED, changed=None)

    found = plans.plan(shop.engine, shop.repo, rates={}, now=shop.at)

    [line] = found.lines
    assert (line.case_id, line.advice, line.why_not) == (shop.case_id, "quarantine", None)
    assert (line.cost.failed_runs, line.hidden.flakes, line.hidden.real) == (2, 2, 0)
    assert (line.variants, line.jobs) == (("test",), ())  # nobody told of these runs' jobs
    assert found.whole.failed_runs == 2
    addresses = Addresses("https://github.com", "https://flakes.example.com")
    [case] = plan_shapes.plan_of("acme/shop", found, addresses).cases
    assert case.page == f"https://flakes.example.com/r/acme/shop/cases/{shop.case_id}"
    assert [(one.attempt, one.flake) for one in case.attempts] == [(1, True), (1, True)]
    assert all((one.url or "").startswith("https://github.example/") for one in case.attempts)


def test_only_a_pull_request_that_went_red_is_rescued(shop: Shop) -> None:
    shop.pull(4, "README.md", conclusion="failure")
    shop.pull(5, "README.md", conclusion="success")  # a retry within the run passed

    found = plans.plan(shop.engine, shop.repo, rates={}, now=shop.at)

    assert found.whole.rescued == {4}


def test_what_somebody_said_no_to_is_not_suggested_again_before_it_flakes_anew(shop: Shop) -> None:
    for _ in range(2):
        shop.run(FAILED, PASSED, changed=None)
    with unit_of_work(shop.engine) as session:
        acts.activate(session, shop.repo, shop.case_id, MONA, now=shop.at)
        acts.release(session, shop.repo, shop.case_id, MONA, reason="", now=shop.at)

    [refused] = plans.plan(shop.engine, shop.repo, rates={}, now=shop.at).lines
    shop.set("last_flake_at", shop.at + timedelta(days=1))
    [anew] = plans.plan(shop.engine, shop.repo, rates={}, now=shop.at).lines

    assert (refused.advice, refused.why_not) == (Advice.FIX, WhyNot.DISMISSED)
    assert (anew.advice, anew.why_not) == (Advice.QUARANTINE, None)


@contextmanager
def asked(engine: Engine) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    said: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_plan_of_many_cases_asks_no_more_questions_than_of_one(shop: Shop) -> None:
    shop.run(FAILED, PASSED)
    with asked(shop.engine) as of_one:
        plans.plan(shop.engine, shop.repo, rates={}, now=shop.at)
    for number in range(5):
        case_id = shop.world.case(shop.repo, name=f"test_more{number}")
        shop.world.held(shop.repo, case_id)

    with asked(shop.engine) as of_many:
        found = plans.plan(shop.engine, shop.repo, rates={}, now=shop.at, owner=None)

    assert len(found.lines) == 6
    assert len(of_many) == len(of_one)
