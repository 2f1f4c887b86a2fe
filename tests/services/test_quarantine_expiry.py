"""What the clock does to a quarantine, on a real database."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.errors import Conflict
from app.db import decisions
from app.db.session import unit_of_work
from app.services import acts
from app.services.quarantine import expiry
from tests.services.acting import MONA
from tests.services.shop import Shop
from tests.web.world import NOW

DAY = timedelta(days=1)


def test_the_owner_is_told_three_days_before_once_and_then_it_blocks_again(shop: Shop) -> None:
    with unit_of_work(shop.engine) as session:
        wish = acts.Wish(days=10, owner="@acme/cart")
        acts.activate(session, shop.repo, shop.case_id, MONA, now=NOW, wish=wish)
        acts.open_issue(session, shop.repo, shop.case_id, MONA, now=NOW)

    def clock(days: float) -> tuple[int, int]:
        now = NOW + days * DAY
        found = expiry.end_due(shop.engine, now=now, new_token=lambda: "r2")
        return found.told, found.ended

    assert [clock(day) for day in (6.9, 7.1, 7.2, 9.9, 10.0, 10.1)] == [
        (0, 0),
        (1, 0),
        (0, 0),
        (0, 0),
        (0, 1),
        (0, 0),
    ]
    until = f"{NOW + 10 * DAY:%Y-%m-%d}"
    with unit_of_work(shop.engine) as session:
        [notice] = session.execute(text("SELECT owner, text FROM notice")).all()
    assert tuple(notice) == (
        "@acme/cart",
        f"@acme/cart: its quarantine ends on {until}, and then its failures block again, unless"
        " somebody renews it with a reason.",
    )
    with unit_of_work(shop.engine) as session:
        [remark] = session.execute(text("SELECT mention, text FROM issue_remark")).all()
    assert tuple(remark) == (
        "@acme/cart",
        f"the quarantine of tests.test_cart::test_total ends on {until}, and then its failures"
        " block again, unless somebody renews it with a reason.",
    )
    found = shop.decision()
    assert (found.state, found.decided_by) == ("expired", "FlakeGuard")
    with unit_of_work(shop.engine) as session:
        acts.renew(session, shop.repo, shop.case_id, MONA, reason="More.", now=NOW + 11 * DAY)
    assert shop.decision().state == "active"


def test_who_acts_after_the_end_and_before_the_clock_finds_it_expired(shop: Shop) -> None:
    with unit_of_work(shop.engine) as session:
        acts.activate(session, shop.repo, shop.case_id, MONA, now=NOW, wish=acts.Wish(days=3))
    late = NOW + 3 * DAY

    with (
        pytest.raises(Conflict, match=r"has been out of quarantine \(its end came\) since"),
        unit_of_work(shop.engine) as session,
    ):
        acts.decline(session, shop.repo, shop.case_id, MONA, reason="No.", now=late)
    with unit_of_work(shop.engine) as session:
        done = acts.activate(session, shop.repo, shop.case_id, MONA, now=late)

    assert shop.decision().state == "active"
    assert done.says() == f"Quarantined by @mona until {shop.decision().until:%Y-%m-%d}."
    with unit_of_work(shop.engine) as session:
        told = decisions.events(session, shop.repo, shop.case_id)
    assert [(one.event, one.actor) for one in told] == [
        ("proposed", "@mona"),
        ("approved", "@mona"),
        ("time_is_up", "FlakeGuard"),
        ("renewed", "@mona"),
    ]
