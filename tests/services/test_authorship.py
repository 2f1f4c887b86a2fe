"""Whose last change a failing case's file is asked for, and that the owner is guessed by it."""

from datetime import timedelta

import pytest

from app.core.runs import Commit, Run
from app.db import owners
from app.db.session import unit_of_work
from app.services import acts
from app.services.policy import authorship
from tests.services.acting import MONA
from tests.services.shop import CART, Shop
from tests.web.world import FAILED, NOW, PASSED

TOUCHED = Commit("b" * 40, (), "bo", NOW, "Count again")


def missing(shop: Shop, run: Run, *, days: int = 0) -> list[str]:
    return authorship.missing(shop.engine, run, now=NOW + timedelta(days=days))


def test_a_failing_cases_file_is_asked_for_once_a_week(shop: Shop) -> None:
    run = shop.run(FAILED)

    before = missing(shop, run)
    authorship.keep(shop.engine, shop.repository, {CART: TOUCHED}, now=NOW)

    assert before == [CART]
    assert missing(shop, run, days=6) == []
    assert missing(shop, run, days=8) == [CART]


def test_the_author_of_the_last_change_is_the_owner_as_a_guess(shop: Shop) -> None:
    shop.run(FAILED)
    authorship.keep(shop.engine, shop.repository, {CART: TOUCHED, "x.py": None}, now=NOW)

    shop.hold()

    assert (shop.decision().owner, shop.decision().owner_is_guess) == ("@bo", True)


def test_a_host_that_forgets_takes_no_guess_away(shop: Shop) -> None:
    authorship.keep(shop.engine, shop.repository, {CART: TOUCHED}, now=NOW)
    authorship.keep(shop.engine, shop.repository, {CART: None}, now=NOW)

    shop.hold()

    assert shop.decision().owner == "@bo"


@pytest.mark.parametrize("whose", ["file", "person", "fork", "passed"])
def test_nothing_is_asked_where_a_guess_is_not_needed(shop: Shop, whose: str) -> None:
    run = shop.run(PASSED if whose == "passed" else FAILED, is_trusted=whose != "fork")
    with unit_of_work(shop.engine) as session:
        if whose == "file":
            owners.write(session, shop.repo, {CART: ["@acme/cart"]})
        if whose == "person":
            acts.own(session, shop.repo, shop.case_id, MONA, owner="@ann", now=NOW)

    assert missing(shop, run) == []
