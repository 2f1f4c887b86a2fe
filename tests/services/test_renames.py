"""What was decided of a case goes on under its new name, and comes back where it was no rename."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import text

from app.core.aliases import AliasState, Pair
from app.core.decide import State
from app.db import aliases, bases, cares, held, judgements, repositories
from app.db import issues as issue_rows
from app.db.session import unit_of_work
from app.services import acts
from app.services import aliases as renames
from app.services.acts.actor import OURSELVES_NAME
from tests.embedded.world import until
from tests.services.acting import MONA
from tests.services.shop import POLICY, Shop
from tests.web.world import FAILED, NOW, PASSED


@pytest.fixture
def renamed(shop: Shop) -> Shop:
    """The same shop, its case called otherwise from now on."""
    return replace(shop, case_id=shop.world.case(shop.repo, "test_total_of_cart"))


def rename(old: Shop, new: Shop) -> int:
    """Propose it; the alias."""
    with unit_of_work(old.engine) as session:
        pair = Pair(old.case_id, new.case_id, 0.9)
        aliases.propose(session, old.repo, [pair], head_sha="ab", now=old.at)
        [found] = aliases.proposed(session, old.repo, [pair])
    return found


def confirm(shop: Shop, alias: int) -> aliases.Alias:
    with unit_of_work(shop.engine) as session:
        return renames.confirm(
            session, alias, actor="@mona", surface="cli", request_id="r2", now=shop.at
        )


def undo(shop: Shop, event: int | None) -> acts.Done:
    assert event is not None
    with unit_of_work(shop.engine) as session:
        return acts.undo(session, shop.repo, event, MONA, now=shop.at)


def care_of(shop: Shop) -> str | None:
    with unit_of_work(shop.engine) as session:
        return cares.care_of(session, shop.repo, shop.case_id).owner


def test_a_quarantine_goes_on_under_the_new_name_with_all_its_steps(
    shop: Shop, renamed: Shop
) -> None:
    shop.hold(needed=3)
    shop.run(PASSED)
    with unit_of_work(shop.engine) as session:
        acts.own(session, shop.repo, shop.case_id, MONA, owner="@acme/cart", now=shop.at)

    confirm(shop, rename(shop, renamed))
    shop.at += timedelta(hours=1)
    renamed.at = shop.at
    renamed.run(PASSED)

    found = renamed.decision()
    assert (found.state, found.clean_runs) == ("active", 2)
    assert renamed.steps() == ["proposed", "approved"]
    assert (care_of(renamed), care_of(shop)) == ("@acme/cart", None)
    with unit_of_work(shop.engine) as session:
        [listed] = held.held(session, shop.repo, now=shop.at)
    assert listed.name == "test_total_of_cart"


def test_what_we_hold_counts_against_the_cap_under_its_new_name_too(
    shop: Shop, renamed: Shop
) -> None:
    policy = "mode: act\nauto_quarantine_enabled: true\n"
    with unit_of_work(shop.engine) as session:
        session.execute(POLICY, {"repo": shop.repo, "text": policy, "now": NOW})
    shop.run(FAILED, PASSED, changed=State.FLAKY)
    shop.run(FAILED, PASSED, changed=State.FLAKY)

    confirm(shop, rename(shop, renamed))

    with unit_of_work(shop.engine) as session:
        found = bases.held(session, shop.repo, by=OURSELVES_NAME, now=shop.at)
    assert (found.now, found.since_yesterday) == (1, 1)


def test_what_a_person_called_not_flaky_is_not_proposed_again_under_a_new_name(
    shop: Shop, renamed: Shop
) -> None:
    last = [shop.run(FAILED, PASSED), shop.run(FAILED, PASSED)][-1]
    with unit_of_work(shop.engine) as session:
        acts.dismiss(session, shop.repo, shop.case_id, MONA, now=shop.at)

    confirm(shop, rename(shop, renamed))

    renamed.propose(last)
    assert (renamed.decision().state, renamed.decision().event) == ("dismissed", "not_flaky")
    with unit_of_work(shop.engine) as session:
        assert acts.forgiven(session, shop.repo, [renamed.case_id]) != {}


def test_a_healed_case_relapses_under_its_new_name(shop: Shop, renamed: Shop) -> None:
    shop.hold(needed=1)
    shop.run(PASSED)
    confirm(shop, rename(shop, renamed))

    renamed.at = shop.at
    renamed.run(FAILED, PASSED)

    assert renamed.decision().state == "active"


def test_a_proposal_of_the_new_name_gives_way_to_what_is_held(shop: Shop, renamed: Shop) -> None:
    shop.hold()
    shop.world.held(shop.repo, renamed.case_id)
    with unit_of_work(shop.engine) as session:
        acts.propose(session, shop.repo, renamed.case_id, MONA, reason="", now=shop.at)

    confirm(shop, rename(shop, renamed))

    assert renamed.decision().state == "active"
    assert shop.decision() is None


def test_a_rename_that_was_none_is_taken_back_with_all_that_it_moved(
    shop: Shop, renamed: Shop
) -> None:
    shop.hold()
    issue = linked(shop)
    with unit_of_work(shop.engine) as session:
        acts.own(session, shop.repo, shop.case_id, MONA, owner="@acme/cart", now=shop.at)
    alias = rename(shop, renamed)
    after = confirm(shop, alias)
    moved = issue_of(renamed)

    done = undo(shop, after.event_id)

    assert done.needs_recompute
    assert shop.decision().state == "active"
    assert shop.steps() == ["proposed", "approved"]
    assert renamed.decision() is None
    assert (care_of(shop), care_of(renamed)) == ("@acme/cart", None)
    assert (moved, issue_of(shop), issue_of(renamed)) == (issue, issue, None)
    with unit_of_work(shop.engine) as session:
        assert judgements.standing(session, shop.repo, shop.case_id) is not None
        found = aliases.locked(session, alias)
    assert found is not None
    assert found.state is AliasState.PROPOSED


def linked(shop: Shop) -> int:
    """Give the case an issue; its id."""
    with unit_of_work(shop.engine) as session:
        issue = int(session.execute(ISSUE, {"repo": shop.repo, "now": NOW}).scalar_one())
        values = {"repo": shop.repo, "case": shop.case_id, "issue": issue, "now": NOW}
        session.execute(ABOUT, values)
    return issue


def issue_of(shop: Shop) -> int | None:
    with unit_of_work(shop.engine) as session:
        found = issue_rows.of_case(session, shop.repo, shop.case_id)
    return None if found is None else found.id


ISSUE = text("""
INSERT INTO issue (repo_id, about, topic, opened_by, opened_at, is_open)
VALUES (:repo, 'case', 'total', 'mona', :now, true) RETURNING issue_id
""")
ABOUT = text("""
INSERT INTO issue_case (repo_id, case_id, issue_id, since) VALUES (:repo, :case, :issue, :now)
""")


@pytest.mark.parametrize("is_undone", [False, True])
def test_a_rename_is_not_decided_while_the_repository_is_judged(
    shop: Shop, renamed: Shop, is_undone: bool
) -> None:
    alias = rename(shop, renamed)
    event = confirm(shop, alias).event_id if is_undone else None
    decide = partial(undo, shop, event) if is_undone else partial(confirm, shop, alias)

    with ThreadPoolExecutor(1) as pool:
        with unit_of_work(shop.engine) as judging:
            repositories.hold(judging, shop.repo)
            deciding = pool.submit(decide)
            until(lambda: is_blocked(shop))
            judging.execute(text("SELECT FROM case_alias FOR UPDATE NOWAIT"))
            judging.execute(text("SELECT FROM case_ FOR UPDATE NOWAIT"))
        deciding.result()

    with unit_of_work(shop.engine) as session:
        [found] = aliases.listed(session, "acme/shop")
    assert found.state is (AliasState.PROPOSED if is_undone else AliasState.CONFIRMED)


def is_blocked(shop: Shop) -> bool:
    """Whether somebody waits for a row of the repository's."""
    with unit_of_work(shop.engine) as onlooker:
        return bool(onlooker.execute(BLOCKED).scalar_one())


BLOCKED = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND wait_event_type = 'Lock'"
)
