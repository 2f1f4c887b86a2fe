"""From a signed webhook to check run, comment and thread, through the real processes."""

import pytest

from tests.stories.shop import CHANNEL, FAILURE, READER, REPO, WRITER, Shop

pytestmark = pytest.mark.story

GREEN = {"test_total": None, "test_empty": None}
FLAKY = "test_discount"


def turn_flaky(shop: Shop) -> None:
    """Two contradicted failures on two days of main."""
    shop.run_on_main({**GREEN, FLAKY: None}, day=0)
    shop.listen()
    shop.flake(FLAKY, day=1, others=GREEN)
    shop.flake(FLAKY, day=3, others=GREEN)
    shop.run_on_main({**GREEN, FLAKY: None}, day=4)
    shop.stage.settle()


def test_a_pull_request_is_told_what_is_its_own_and_what_is_not(shop: Shop) -> None:
    turn_flaky(shop)

    head = shop.open_pull(12, day=5)
    shop.run_on_pull(12, {"test_total": FAILURE, "test_empty": None, FLAKY: FAILURE}, day=5)
    shop.stage.settle()

    [check] = shop.checks(head)

    [comment] = shop.comments(12)

    [root] = shop.threads()

    assert check.title == "1 failure needs you · 1 known flaky"
