"""When a flaky case is proposed for quarantine, or held without asking, on a real database."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.decide import State
from app.core.holding import WhyNot
from app.db import owners
from app.db.session import unit_of_work
from app.services import acts
from tests.services.acting import MONA
from tests.services.shop import CART, CHANGED, POLICY, Shop
from tests.web.world import FAILED, NOW, PASSED


def test_a_flaky_case_is_proposed_on_two_runs_of_two_commits_and_not_on_one(shop: Shop) -> None:
    once = shop.run(FAILED, PASSED, changed=State.FLAKY)
    none = shop.decision()
    shop.run(FAILED, PASSED, changed=State.FLAKY)

    assert none is None
    assert shop.propose(once) is None  # proposed already: nothing more to do
    found = shop.decision()
    assert (found.state, found.decided_by) == ("proposed", "FlakeGuard")
    assert found.reason == "Its score is 0.96, and the policy's threshold is 0.90."
    assert found.owner is None


def test_switched_off_nothing_is_proposed_and_people_still_may(shop: Shop) -> None:
    shop.run(FAILED, PASSED, changed=State.FLAKY, proposes=False)
    shop.run(FAILED, PASSED, changed=State.FLAKY, proposes=False)

    assert shop.decision() is None
    shop.hold()
    assert shop.decision().state == "active"


def test_a_pull_request_that_changes_the_case_gives_no_reason_to_hold_it(shop: Shop) -> None:
    first, second = shop.pull(4, CART), shop.pull(5, CART)

    touched = shop.propose(second)
    third = shop.pull(6, "README.md")
    once = shop.propose(third)
    fourth = shop.pull(7, None)
    unknown = shop.propose(fourth)

    assert first.pr_number == 4
    assert touched is WhyNot.CHANGED_HERE
    assert once is WhyNot.ONE_RUN
    assert unknown is WhyNot.CHANGE_UNKNOWN
    assert shop.propose(third) is WhyNot.NOT_AUTOMATIC
    assert shop.decision().state == "proposed"


@pytest.mark.parametrize(
    ("file", "classname", "path"),
    [
        (CART, "tests.test_cart", f"backend/{CART}"),
        (None, "com.acme.CartTest", "src/test/java/com/acme/CartTest.java"),
    ],
)
def test_a_case_is_changed_under_whatever_name_its_report_has_for_its_file(
    shop: Shop, file: str | None, classname: str, path: str
) -> None:
    shop.live_in(file, classname)
    shop.pull(4, path)
    second = shop.pull(5, path)
    touched = shop.propose(second)
    elsewhere = shop.propose(shop.pull(6, "README.md"))

    assert touched is WhyNot.CHANGED_HERE
    assert elsewhere is WhyNot.ONE_RUN


def test_a_flaky_case_is_proposed_when_what_stood_in_the_way_is_gone(shop: Shop) -> None:
    shop.pull(4, "README.md", changed=State.FLAKY)
    alone = shop.decision()

    shop.pull(5, "README.md")

    assert alone is None
    assert shop.decision().state == "proposed"


def test_the_author_of_the_last_change_is_the_owner_as_a_guess(shop: Shop) -> None:
    with unit_of_work(shop.engine) as session:
        values = {"repo": shop.repo, "sha": "aa", "pr": 0, "file": CART, "now": NOW}
        session.execute(CHANGED, values)
        session.execute(COMMIT, {"repo": shop.repo, "now": NOW})

    shop.hold()

    assert (shop.decision().owner, shop.decision().owner_is_guess) == ("@ada", True)


COMMIT = text("""
INSERT INTO commit (repo_id, sha, parents, author, at, title, fetched_at)
VALUES (:repo, 'aa', '{}', 'ada', :now, 'Count again', :now)
""")


def test_where_the_policy_says_so_a_case_is_held_without_asking(shop: Shop) -> None:
    policy = "mode: act\nauto_quarantine_enabled: true\nquarantine_duration_days: 7\n"
    with unit_of_work(shop.engine) as session:
        session.execute(POLICY, {"repo": shop.repo, "text": policy, "now": NOW})
    shop.run(FAILED, PASSED, changed=State.FLAKY)
    shop.run(FAILED, PASSED, changed=State.FLAKY)

    found = shop.decision()
    assert (found.state, found.decided_by) == ("active", "FlakeGuard")
    assert found.until == shop.at + timedelta(days=7)
    assert shop.steps() == ["proposed", "approved"]


def test_one_branch_alone_that_is_no_pull_request_yet_is_no_basis(shop: Shop) -> None:
    runs = [
        shop.run(FAILED, PASSED, changed=State.FLAKY, branch="feature/x", branch_class="other")
        for _ in range(3)
    ]

    unknown = shop.propose(runs[-1])
    alone = shop.propose(shop.run(PASSED, proposes=False))

    assert shop.decision() is None
    assert (unknown, alone) == (WhyNot.CHANGE_UNKNOWN, WhyNot.ONE_PULL_REQUEST)


def test_what_was_released_since_yesterday_counts_against_the_days_cap(shop: Shop) -> None:
    policy = "mode: act\nauto_quarantine_enabled: true\nquarantine_cap: {per_day: 1}\n"
    with unit_of_work(shop.engine) as session:
        session.execute(POLICY, {"repo": shop.repo, "text": policy, "now": NOW})
    shop.run(FAILED, PASSED, changed=State.FLAKY)
    shop.run(FAILED, PASSED, changed=State.FLAKY)
    held = shop.decision().state
    with unit_of_work(shop.engine) as session:
        acts.release(session, shop.repo, shop.case_id, MONA, reason="", now=shop.at)

    other = shop.other()
    other.run(FAILED, PASSED, changed=State.FLAKY)
    last = other.run(FAILED, PASSED, changed=State.FLAKY)

    assert held == "active"
    assert (other.decision().state, other.propose(last)) == ("proposed", WhyNot.CAP_A_DAY)


def test_a_run_of_a_branch_that_is_exempt_proposes_nothing(shop: Shop) -> None:
    policy = "rules: [{branch: 'release/*', exempt: true}]\n"
    with unit_of_work(shop.engine) as session:
        session.execute(POLICY, {"repo": shop.repo, "text": policy, "now": NOW})
    shop.run(FAILED, PASSED)
    there = shop.run(FAILED, PASSED, branch="release/2", branch_class="other")

    none, why_not = shop.decision(), shop.propose(there)
    elsewhere = shop.propose(shop.run(FAILED, PASSED, proposes=False))

    assert (none, why_not) == (None, WhyNot.EXEMPT)
    assert elsewhere is WhyNot.NOT_AUTOMATIC
    assert shop.decision().state == "proposed"


def test_of_several_owners_the_first_with_terms_of_its_own_says_how_long(shop: Shop) -> None:
    policy = "team_overrides: {cart: {quarantine_duration_days: 4}}\n"
    with unit_of_work(shop.engine) as session:
        session.execute(POLICY, {"repo": shop.repo, "text": policy, "now": NOW})
        owners.write(session, shop.repo, {CART: ["@mona", "@acme/cart"]})

    shop.hold()

    assert (shop.decision().owner, shop.decision().until) == ("@mona", NOW + timedelta(days=4))


@pytest.mark.parametrize("cap", ["repository: 1", "per_day: 1"])
def test_the_cap_counts_what_we_hold_ourselves_and_not_what_people_hold(
    shop: Shop, cap: str
) -> None:
    policy = f"mode: act\nauto_quarantine_enabled: true\nquarantine_cap: {{{cap}}}\n"
    with unit_of_work(shop.engine) as session:
        session.execute(POLICY, {"repo": shop.repo, "text": policy, "now": NOW})
    theirs, second = shop.other(), shop.other()
    theirs.hold()

    for one in (shop, second):
        one.run(FAILED, PASSED, changed=State.FLAKY)
        one.run(FAILED, PASSED, changed=State.FLAKY)

    assert (shop.decision().state, shop.decision().decided_by) == ("active", "FlakeGuard")
    assert second.decision().state == "proposed"


def test_what_only_the_cap_kept_from_being_held_is_held_once_there_is_room(shop: Shop) -> None:
    automatic(shop, "quarantine_cap: {repository: 1}\n")
    second = shop.other()
    for one in (shop, second):
        one.run(FAILED, PASSED, changed=State.FLAKY)
        one.run(FAILED, PASSED, changed=State.FLAKY)
    waited = second.decision()
    with unit_of_work(shop.engine) as session:
        acts.release(session, shop.repo, shop.case_id, MONA, reason="", now=second.at)

    second.run(FAILED, PASSED)

    assert waited.state == "proposed"
    assert second.decision().state == "active"
    assert second.steps() == ["proposed", "approved"]


def test_what_waited_for_a_label_is_held_by_the_pull_request_that_wears_it(shop: Shop) -> None:
    automatic(shop, "labels_required: [flaky-ok]\n")
    shop.pull(4, "README.md", changed=State.FLAKY)
    shop.pull(5, "README.md")
    waited = shop.decision()
    with unit_of_work(shop.engine) as session:
        session.execute(LABELLED, {"repo": shop.repo, "number": 6, "now": NOW})

    shop.pull(6, "README.md")

    assert waited.state == "proposed"
    assert shop.decision().state == "active"


def test_what_a_person_released_is_proposed_again_and_held_only_when_somebody_says_so(
    shop: Shop,
) -> None:
    automatic(shop)
    shop.run(FAILED, PASSED, changed=State.FLAKY)
    shop.run(FAILED, PASSED, changed=State.FLAKY)
    with unit_of_work(shop.engine) as session:
        acts.release(session, shop.repo, shop.case_id, MONA, reason="Mine.", now=shop.at)

    shop.run(FAILED, PASSED)
    shop.run(FAILED, PASSED)

    assert (shop.decision().state, shop.decision().event) == ("proposed", "proposed_anew")


def automatic(shop: Shop, more: str = "") -> None:
    """Let the policy hold without asking."""
    policy = f"mode: act\nauto_quarantine_enabled: true\n{more}"
    with unit_of_work(shop.engine) as session:
        session.execute(POLICY, {"repo": shop.repo, "text": policy, "now": NOW})


LABELLED = text("""
INSERT INTO pull_request (repo_id, number, title, author, state, head_sha, head_branch,
                          base_branch, base_sha, is_fork, labels, updated_at)
VALUES (:repo, :number, 'x', 'mona', 'open', 'aa', 'x', 'main', 'bb', false,
        ARRAY['flaky-ok'], :now)
""")
