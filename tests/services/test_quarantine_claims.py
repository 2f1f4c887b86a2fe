"""A fix is claimed by a person or a commit, and waits for its proof, on a real database."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.core.deliveries import Pushed, PushSeen
from app.core.errors import Conflict
from app.db.session import Session, unit_of_work
from app.services import acts
from app.services.acts import Done
from app.services.quarantine import claims, expiry, proving
from tests.services.acting import MONA
from tests.services.shop import Shop
from tests.web.world import FAILED, NOW, PASSED

Act = Callable[[Session, Shop, datetime], Done]


def test_a_claimed_fix_waits_for_its_proof_and_a_flake_takes_it_back(shop: Shop) -> None:
    shop.hold(needed=40)
    with unit_of_work(shop.engine) as session:
        claimed = proving.claim_fix(
            session, shop.repo, shop.case_id, MONA, fix="77ab12c9d0e1", now=shop.at
        )
    pending = shop.decision()
    shop.run(FAILED, PASSED)

    assert claimed
    assert (pending.state, pending.fix) == ("fix_pending", "77ab12c9d0e1")
    assert pending.reason == "A fix is claimed by 77ab12c and waits for its proof."
    assert shop.decision().state == "active"
    assert shop.steps()[-2:] == ["fix_claimed", "flaked"]


def test_only_runs_since_the_claim_prove_a_claimed_fix_by_fewer(shop: Shop) -> None:
    shop.set("rate", 0.4)
    shop.set("runs", 100)
    shop.hold(needed=40)
    for _ in range(12):
        shop.run(PASSED)
    before = shop.decision()
    with unit_of_work(shop.engine) as session:
        proving.claim_fix(session, shop.repo, shop.case_id, MONA, fix="77ab12c", now=shop.at)
    claimed = shop.decision()
    for _ in range(9):
        shop.run(PASSED)
    nearly = shop.decision()
    shop.run(PASSED)

    assert (before.clean_runs, before.clean_needed) == (12, 40)
    assert (claimed.clean_runs, claimed.clean_needed) == (12, 22)  # 10 more: the least of any proof
    assert nearly.state == "fix_pending"
    assert (shop.decision().state, shop.decision().reason) == (
        "resolved",
        "Healed: 22 runs in a row were clean.",
    )


def test_a_claim_never_makes_a_proof_longer_and_a_renewal_keeps_what_it_asks(shop: Shop) -> None:
    shop.hold(needed=3)
    for _ in range(2):
        shop.run(PASSED)
    with unit_of_work(shop.engine) as session:
        proving.claim_fix(session, shop.repo, shop.case_id, MONA, fix="77ab12c", now=shop.at)
    with unit_of_work(shop.engine) as session:
        acts.renew(session, shop.repo, shop.case_id, MONA, reason="It takes long", now=shop.at)

    renewed = shop.decision()
    assert (renewed.state, renewed.clean_runs, renewed.clean_needed) == ("fix_pending", 2, 3)


def claimed_and_ended(shop: Shop) -> datetime:
    """A fix was claimed, one run was clean, and the quarantine's end came; the day after that."""
    shop.hold(needed=40)
    with unit_of_work(shop.engine) as session:
        proving.claim_fix(session, shop.repo, shop.case_id, MONA, fix="77ab12c", now=shop.at)
    shop.run(PASSED)
    later = NOW + timedelta(days=31)
    expiry.end_due(shop.engine, now=later, new_token=lambda: "r2")
    shop.at = later
    return later


def renew(session: Session, shop: Shop, now: datetime) -> Done:
    return acts.renew(session, shop.repo, shop.case_id, MONA, reason="It is coming.", now=now)


def activate(session: Session, shop: Shop, now: datetime) -> Done:
    return acts.activate(session, shop.repo, shop.case_id, MONA, reason="It is coming.", now=now)


@pytest.mark.parametrize("act", [renew, activate])
def test_a_claimed_fix_outlives_the_end_of_its_quarantine(shop: Shop, act: Act) -> None:
    later = claimed_and_ended(shop)
    ended = shop.decision()

    with unit_of_work(shop.engine) as session:
        act(session, shop, later)

    renewed = shop.decision()
    assert ended.state == "expired"
    assert (renewed.state, renewed.fix, renewed.reason) == (
        "fix_pending",
        "77ab12c",
        "It is coming.",
    )
    assert (renewed.clean_runs, renewed.clean_needed) == (1, ended.clean_needed)
    assert shop.steps()[-2:] == ["time_is_up", "renewed_with_fix"]


def test_two_clicks_that_renew_a_claimed_fix_are_one(shop: Shop) -> None:
    later = claimed_and_ended(shop)
    with unit_of_work(shop.engine) as session:
        renew(session, shop, later)

    with (
        pytest.raises(Conflict, match="renewed it for this reason a moment ago"),
        unit_of_work(shop.engine) as session,
    ):
        renew(session, shop, later)


def test_a_claim_that_the_default_branch_refuted_since_the_end_is_no_more(shop: Shop) -> None:
    claimed_and_ended(shop)
    shop.run(FAILED, PASSED)

    with unit_of_work(shop.engine) as session:
        acts.renew(session, shop.repo, shop.case_id, MONA, reason="It was none.", now=shop.at)

    renewed = shop.decision()
    assert (renewed.state, renewed.fix, renewed.clean_runs) == ("active", None, 0)
    assert renewed.clean_since > NOW + timedelta(days=31)


@pytest.mark.parametrize(
    ("message", "files", "is_claimed"),
    [
        ("Wait for the mail", ["tests/test_cart.py"], True),
        ("Wait for the mail", ["backend/tests/test_cart.py"], True),
        ("Wait for the mail", ["shop/cart.py"], False),
        ("Fixes #12", ["shop/cart.py"], True),
        ("See https://github.com/acme/shop/issues/12", [], True),
        ("Fixes #1, #123 and x#12", [], False),
        ("Fixes GH-12", [], True),
        ("Fixes ACME/shop#12", [], True),
        ("Fixes acme/other#12", [], False),
        ('Revert "Wait for the mail (#12)"', ["tests/test_cart.py"], False),
    ],
)
def test_a_commit_claims_a_fix_by_the_cases_file_or_its_issue(
    shop: Shop, message: str, files: list[str], is_claimed: bool
) -> None:
    shop.hold()
    with unit_of_work(shop.engine) as session:
        session.execute(LINK, {"repo": shop.repo, "now": NOW, "case": shop.case_id})
    push = PushSeen(shop.repo, (Pushed("77ab12c9d0e1", message, frozenset(files)),))

    with unit_of_work(shop.engine) as session:
        claims.note_push(session, push, now=shop.at)

    assert shop.decision().state == ("fix_pending" if is_claimed else "active")


def test_a_number_is_no_issue_of_another_repository(shop: Shop) -> None:
    shop.hold()
    with unit_of_work(shop.engine) as session:
        session.execute(LINK, {"repo": shop.repo, "now": NOW, "case": shop.case_id})
        session.execute(text("UPDATE cluster SET issue_url = replace(issue_url, 'shop', 'other')"))
    push = PushSeen(shop.repo, (Pushed("77ab12c9d0e1", "Wait longer (#12)", frozenset()),))

    with unit_of_work(shop.engine) as session:
        claims.note_push(session, push, now=shop.at)

    assert shop.decision().state == "active"


LINK = text("""
WITH made AS (
  INSERT INTO cluster (repo_id, said, words, frames, issue_url, failures, first_seen_at,
                       last_seen_at, created_at)
  VALUES (:repo, 'x', 'x', '{}', 'https://github.com/acme/shop/issues/12', 1, :now, :now, :now)
  RETURNING cluster_id)
INSERT INTO cluster_case (repo_id, cluster_id, case_id, variant, failures, first_seen_at,
                          last_seen_at)
SELECT :repo, cluster_id, :case, 'test', 1, :now, :now FROM made
""")


def test_code_without_the_fix_neither_proves_nor_refutes_it(shop: Shop) -> None:
    shop.hold(needed=40)
    with unit_of_work(shop.engine) as session:
        proving.claim_fix(session, shop.repo, shop.case_id, MONA, fix="77ab12c", now=shop.at)
    claimed = shop.decision()

    shop.run(PASSED, branch_class="pull_request", pr_number=4)
    shop.run(FAILED, PASSED, branch_class="pull_request", pr_number=4)
    elsewhere = shop.decision()
    shop.run(PASSED)

    assert (elsewhere.state, elsewhere.clean_runs) == ("fix_pending", claimed.clean_runs)
    assert shop.decision().clean_runs == claimed.clean_runs + 1
