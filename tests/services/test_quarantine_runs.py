"""What runs do to a quarantine, on a real database: they prove it healed, or set it back."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.decide import State
from app.db.session import unit_of_work
from app.services import acts
from app.services.judging.evaluate import Changed
from app.services.quarantine import runs
from tests.services.acting import MONA
from tests.services.shop import CART, POLICY, SKIPPED, Shop
from tests.web.world import FAILED, NOW, PASSED


def heal(shop: Shop) -> None:
    """Prove the case healed by one clean run."""
    with unit_of_work(shop.engine) as session:
        session.execute(text("UPDATE quarantine SET clean_needed = 1"))
    shop.run(PASSED)


def test_clean_runs_are_counted_once_each_and_prove_the_case_healed(shop: Shop) -> None:
    shop.hold(needed=3)

    first = shop.run(PASSED)
    shop.follow(first, {})  # evaluated again
    shop.run(PASSED)
    two = shop.decision()
    shop.run(PASSED)
    healed = shop.decision()

    assert (two.state, two.clean_runs) == ("active", 2)
    assert (healed.state, healed.reason) == ("resolved", "Healed: 3 runs in a row were clean.")
    assert shop.steps() == ["proposed", "approved", "fix_claimed", "proven"]
    assert shop.corrections() == [("proven_fix", 0.96)]


def test_a_case_that_only_skips_is_never_healed(shop: Shop) -> None:
    shop.hold(needed=2)

    for _ in range(5):
        shop.run(SKIPPED)

    assert (shop.decision().state, shop.decision().clean_runs) == ("active", 0)


def test_a_run_that_fails_for_its_own_neither_counts_nor_sets_back(shop: Shop) -> None:
    shop.hold(needed=3)

    shop.run(PASSED)
    shop.run(FAILED, branch_class="pull_request", pr_number=4)
    shop.run(PASSED)

    assert (shop.decision().state, shop.decision().clean_runs) == ("active", 2)


def test_a_flake_starts_the_count_anew(shop: Shop) -> None:
    shop.hold(needed=3)

    shop.run(PASSED)
    shop.run(PASSED)
    shop.run(FAILED, PASSED)
    anew = shop.decision()
    shop.run(PASSED)

    assert (anew.state, anew.clean_runs) == ("active", 0)
    assert anew.clean_since == shop.at - timedelta(minutes=55)
    assert shop.decision().clean_runs == 1


def test_a_healed_case_that_flakes_again_gets_its_old_quarantine_back(shop: Shop) -> None:
    shop.hold(needed=1)
    shop.run(PASSED)
    healed = shop.decision()

    shop.run(FAILED, PASSED)

    again = shop.decision()
    assert healed.state == "resolved"
    assert (again.state, again.id) == ("active", healed.id)
    assert again.reason.startswith("It flaked again, so its old quarantine is open again until ")


def test_a_relapse_is_theirs_whose_the_quarantine_was_or_whose_the_case_is_made_since(
    shop: Shop,
) -> None:
    wish = acts.Wish(owner="@acme/cart")
    with unit_of_work(shop.engine) as session:
        acts.activate(session, shop.repo, shop.case_id, MONA, now=NOW, wish=wish)

    heal(shop)
    shop.run(FAILED, PASSED)
    first = shop.decision()
    heal(shop)
    with unit_of_work(shop.engine) as session:
        acts.own(session, shop.repo, shop.case_id, MONA, owner="@ann", now=shop.at)
    shop.run(FAILED, PASSED)
    second = shop.decision()

    assert (first.event, first.owner, first.owner_is_guess) == ("flaked", "@acme/cart", False)
    assert (second.event, second.owner, second.owner_is_guess) == ("flaked", "@ann", False)


@pytest.mark.parametrize("policy", ["exempted_tests: [tests/test_cart.py]\n", "mode: observe\n"])
def test_no_relapse_is_held_where_the_policy_keeps_the_case_out_by_now(
    shop: Shop, policy: str
) -> None:
    shop.live_in(CART, "tests.test_cart")
    shop.hold(needed=1)
    shop.run(PASSED)
    with unit_of_work(shop.engine) as session:
        session.execute(POLICY, {"repo": shop.repo, "text": policy, "now": NOW})

    shop.run(FAILED, PASSED)

    assert shop.decision().state == "resolved"


def test_a_pull_request_that_changes_the_healed_case_does_not_reopen_it(shop: Shop) -> None:
    shop.live_in(CART, "tests.test_cart")
    shop.hold(needed=1)
    shop.run(PASSED)

    shop.pull(4, CART)
    by_its_own = shop.decision().state
    shop.pull(5, "README.md")

    assert (by_its_own, shop.decision().state) == ("resolved", "active")


RELEASES = "rules: [{branch: 'release/*', exempt: true}]\n"


def test_no_relapse_is_held_by_a_run_of_a_branch_that_is_exempt(shop: Shop) -> None:
    shop.hold(needed=1)
    shop.run(PASSED)
    with unit_of_work(shop.engine) as session:
        session.execute(POLICY, {"repo": shop.repo, "text": RELEASES, "now": NOW})

    shop.run(FAILED, PASSED, branch="release/2", branch_class="other")
    there = shop.decision()
    shop.run(FAILED, PASSED)

    assert there.state == "resolved"
    assert shop.decision().state == "active"


@pytest.mark.parametrize("is_held", [True, False])
def test_what_the_policy_exempts_by_now_leaves_with_the_next_run(shop: Shop, is_held: bool) -> None:
    shop.live_in(CART, "tests.test_cart")
    if is_held:
        shop.hold()
    else:
        shop.run(FAILED, PASSED, changed=State.FLAKY)
        shop.run(FAILED, PASSED, changed=State.FLAKY)
    states = [shop.decision().state]
    for policy in (RELEASES, "exempted_tests: [tests/test_cart.py]\n"):
        with unit_of_work(shop.engine) as session:
            session.execute(text("DELETE FROM policy_snapshot"))
            session.execute(POLICY, {"repo": shop.repo, "text": policy, "now": NOW})
        shop.run(PASSED)
        states.append(shop.decision().state)

    found = shop.decision()
    assert states == [*["active" if is_held else "proposed"] * 2, "dismissed"]
    assert (found.event, found.decided_by) == ("exempted", "FlakeGuard")
    assert found.reason == (
        "The policy exempts it by now: its quarantine ended, and its failures block again."
    )
    assert shop.corrections() == []


def test_a_case_that_turns_broken_leaves_at_once_and_the_correction_is_kept(shop: Shop) -> None:
    shop.hold()
    shop.set("state", "broken")

    shop.run(FAILED, changed=State.BROKEN)

    assert (shop.decision().state, shop.decision().decided_by) == ("dismissed", "FlakeGuard")
    assert shop.corrections() == [("turned_broken", 0.96)]


def test_a_case_that_was_called_flaky_and_turns_broken_is_a_correction_though_never_held(
    shop: Shop,
) -> None:
    run = shop.run(FAILED, proposes=False)

    turned = [Changed(shop.case_id, State.FLAKY, State.BROKEN, is_dismissal=False, run=run)]
    with unit_of_work(shop.engine) as session:
        runs.follow(session, shop.repository, turned, run, now=shop.at, request_id="r1")

    assert shop.decision() is None
    assert shop.corrections() == [("turned_broken", 0.96)]


def test_what_is_held_and_broken_all_the_same_leaves_with_the_next_run(shop: Shop) -> None:
    shop.hold()
    shop.set("state", "broken")

    shop.run(PASSED, branch_class="pull_request", pr_number=4)

    assert (shop.decision().state, shop.decision().event) == ("dismissed", "turned_broken")


def test_a_run_of_a_fork_decides_nothing(shop: Shop) -> None:
    shop.hold(needed=1)

    shop.run(PASSED, is_trusted=False)
    shop.run(FAILED, changed=State.BROKEN, is_trusted=False)

    assert (shop.decision().state, shop.decision().clean_runs) == ("active", 0)
