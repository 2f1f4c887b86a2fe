"""What people take away comes back with the next word, and strangers draw nothing to themselves."""

import pytest

from app.db.session import unit_of_work
from app.db.work import deliveries
from tests.stories.shop import FAILURE, FLAKY, GREEN, WRITER, Shop, turn_flaky

pytestmark = pytest.mark.story


def parked(shop: Shop) -> list[str]:
    with unit_of_work(shop.stage.engine) as session:
        return [f"{one.kind}: {one.error}" for one in deliveries.parked_tasks(session)]


def test_a_deleted_comment_and_a_deleted_thread_come_back_with_the_next_word(shop: Shop) -> None:
    turn_flaky(shop)
    head = shop.open_pull(12, day=5)
    shop.run_on_pull(12, {**GREEN, FLAKY: FAILURE}, day=5)
    shop.stage.settle()
    github, slack = shop.stage.world.github, shop.stage.world.slack
    [comment], [root] = shop.comments(12), shop.threads()

    github.delete_comment(comment, by=github.accounts[WRITER])
    slack.messages.remove(root)
    [check] = shop.checks(head)
    github.click(check.id, "quarantine", WRITER)
    shop.stage.settle()

    [again] = shop.comments(12)
    assert again.id != comment.id
    assert "Quarantined by" in again.body
    [anew] = shop.threads()
    assert anew.ts != root.ts
    assert "Quarantined by" in str(anew.blocks)
    assert parked(shop) == []
    assert len(shop.threads()) == 1


def test_a_fork_that_opens_a_pull_request_on_our_commit_draws_no_comment_away(shop: Shop) -> None:
    shop.run_on_main(GREEN, day=0)
    shop.run_on_main(GREEN, day=1)
    head = shop.open_pull(12, day=2)
    ours = shop.run_on_pull(12, {**GREEN, "test_total": FAILURE}, day=2)
    shop.stage.settle()
    [before] = shop.comments(12)

    github = shop.stage.world.github
    where = github.repository(shop.repo)
    github.fork(where, "mallory/shop")
    at = shop.day(3)
    github.push("mallory/shop", "mine", head, author="mallory", message="Change", at=at)
    github.open_pull_request(
        shop.repo,
        13,
        title="The very same",
        author="mallory",
        branch="mine",
        head_sha=head,
        base_sha=where.branches["main"],
        head_repo="mallory/shop",
        files=["shop/cart.py"],
        at=at,
    )
    shop.run_on_pull(13, GREEN, day=3)
    shop.rerun(ours, {**GREEN, "test_total": "AssertionError: 5 != 6"}, day=3)
    shop.stage.settle()

    [after] = shop.comments(12)
    assert after.id == before.id
    assert "AssertionError: 5 != 6" in after.body
    assert shop.comments(13) == []
