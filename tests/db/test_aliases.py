"""A renamed case is proposed, confirmed or declined; once confirmed its history follows it."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.clock import utc_now
from app.core.aliases import AliasState, Pair
from app.core.errors import BadInput, Missing
from app.core.outcomes import Outcome
from app.core.rollups import Grain, Point, Span
from app.core.runs import Repository, RunKey
from app.db import aliases as stored
from app.db import case_pages, judgements, policies, rollups, runs
from app.db.aliases import Alias
from app.db.policies import Snapshot, SnapshotKind
from app.db.session import Engine, unit_of_work
from app.services import aliases
from app.services.judging import recompute
from app.services.judging.evaluate import evaluate
from app.services.rollups import fold_repository
from tests.db.shelf import REPO, Shelf, failed, junit, passed

OLD, NEW = "test_total_of_empty_cart", "test_total_of_an_empty_cart"
REPOSITORY = Repository(REPO, "acme/shelf", "main", None)


@pytest.fixture
def shelf(engine: Engine) -> Shelf:
    made = Shelf(engine, utc_now() - timedelta(days=10))
    made.open()
    return made


def run_of(shelf: Shelf, run_id: int, *cases: str, is_trusted: bool = True) -> None:
    """A run of main, or of a fork, a day after the one before, stored and evaluated."""
    shelf.now += timedelta(days=1)
    shelf.store(junit(*cases), run_id=run_id, sha=f"{run_id:040x}", is_trusted=is_trusted)
    with unit_of_work(shelf.engine) as session:
        run = runs.run(session, RunKey(REPO, run_id, 1))
        assert run is not None
        evaluate(session, REPOSITORY, run, now=shelf.now, request_id="r1")
        runs.mark_evaluated(session, run.key, now=shelf.now)


def renamed(shelf: Shelf) -> Alias:
    """A case that flaked under its old name, and is called otherwise in the next commit."""
    run_of(shelf, 1, passed("adds"), failed(OLD, "assert 1 == 2"))
    run_of(shelf, 2, passed("adds"), passed(NEW))
    (found,) = listed(shelf)
    return found


def listed(shelf: Shelf) -> list[Alias]:
    with unit_of_work(shelf.engine) as session:
        return stored.listed(session, "acme/shelf")


def confirm(shelf: Shelf, alias_id: int) -> None:
    with unit_of_work(shelf.engine) as session:
        aliases.confirm(
            session, alias_id, actor="@mona", surface="cli", request_id="r2", now=shelf.now
        )


def decline(shelf: Shelf, alias_id: int) -> None:
    with unit_of_work(shelf.engine) as session:
        aliases.decline(
            session, alias_id, actor="@mona", surface="cli", request_id="r3", now=shelf.now
        )


def seen_of(shelf: Shelf, case_id: UUID) -> int:
    with unit_of_work(shelf.engine) as session:
        shown = case_pages.timeline(session, REPO, case_id, before=None, now=shelf.now, size=50)
    return len(shown.sightings)


def test_a_case_that_goes_and_one_like_it_that_comes_are_proposed(shelf: Shelf) -> None:
    found = renamed(shelf)

    assert (found.old_name, found.new_name) == (f"Cart::{OLD}", f"Cart::{NEW}")
    assert (found.state, found.head_sha) == (AliasState.PROPOSED, f"{2:040x}")


def test_a_case_that_is_added_while_nothing_goes_is_no_rename(shelf: Shelf) -> None:
    run_of(shelf, 1, passed("adds"), passed(OLD))
    run_of(shelf, 2, passed("adds"), passed(OLD), passed(NEW))

    assert listed(shelf) == []


def test_a_proposal_alone_moves_no_history(shelf: Shelf) -> None:
    found = renamed(shelf)

    assert (seen_of(shelf, found.old), seen_of(shelf, found.new)) == (1, 1)


def test_once_confirmed_what_was_seen_of_the_old_case_counts_for_the_new_one(shelf: Shelf) -> None:
    found = renamed(shelf)

    confirm(shelf, found.id)

    assert seen_of(shelf, found.new) == 2
    with unit_of_work(shelf.engine) as session:
        held = judgements.standing(session, REPO, found.new)
        left = judgements.standing(session, REPO, found.old)
    assert held is not None
    assert held.failures == 1
    assert left is None


def test_the_page_of_a_renamed_case_shows_what_it_was_before(shelf: Shelf) -> None:
    found = renamed(shelf)
    confirm(shelf, found.id)

    with unit_of_work(shelf.engine) as session:
        whole = case_pages.timeline(session, REPO, found.new, before=None, now=shelf.now, size=50)
        first = case_pages.timeline(session, REPO, found.new, before=None, now=shelf.now, size=1)
        rest = case_pages.timeline(
            session, REPO, found.new, before=first.older, now=shelf.now, size=1
        )

    assert [one.outcome for one in whole.sightings] == [Outcome.PASSED, Outcome.FAILED]
    assert whole.sightings == (*first.sightings, *rest.sightings)


def test_both_names_have_their_own(shelf: Shelf) -> None:
    found = renamed(shelf)
    confirm(shelf, found.id)

    assert (seen_of(shelf, found.old), seen_of(shelf, found.new)) == (1, 2)


def test_the_trend_of_a_renamed_case_begins_with_what_it_was_before(shelf: Shelf) -> None:
    found = renamed(shelf)
    span = Span(REPO, Grain.DAY, shelf.now - timedelta(days=5), shelf.now + timedelta(hours=1))

    def trend() -> list[Point]:
        with unit_of_work(shelf.engine) as session:
            return rollups.case_trend(session, span, found.new)

    before = trend()
    confirm(shelf, found.id)
    unfolded = trend()
    fold_repository(shelf.engine, REPO, now=shelf.now)

    assert len(before) == 1
    assert len(unfolded) == 2
    assert trend() == unfolded


def follow_moves(shelf: Shelf) -> None:
    """Let the policy say that moves are followed."""
    read = Snapshot(SnapshotKind.POLICY, "5e1f", ".flakeguard.yml", "renames: follow_moves\n")
    with unit_of_work(shelf.engine) as session:
        policies.write(session, REPO, read, now=shelf.now)


def moved(shelf: Shelf) -> Alias:
    """A case that flaked in one package, and stands in another one in the next commit."""
    run_of(shelf, 1, passed("adds"), failed(OLD, "assert 1 == 2"))
    run_of(shelf, 2, passed("adds"), passed(OLD).replace('"Cart"', '"shop.Cart"'))
    (found,) = listed(shelf)
    return found


def test_a_move_is_followed_where_the_policy_says_so(shelf: Shelf) -> None:
    follow_moves(shelf)

    found = moved(shelf)

    assert (found.state, found.decided_by) == (AliasState.CONFIRMED, "policy")
    assert seen_of(shelf, found.new) == 2
    (row,) = shelf.rows("SELECT actor, surface, act FROM audit_event")
    assert dict(row) == {"actor": "policy", "surface": "worker", "act": "alias_confirmed"}


def test_a_move_waits_for_somebody_where_no_policy_says_otherwise(shelf: Shelf) -> None:
    assert moved(shelf).state is AliasState.PROPOSED


def test_a_new_name_waits_for_somebody_whatever_the_policy_says(shelf: Shelf) -> None:
    follow_moves(shelf)

    assert renamed(shelf).state is AliasState.PROPOSED


def test_a_move_of_another_branch_is_not_followed(shelf: Shelf) -> None:
    follow_moves(shelf)
    run_of(shelf, 1, passed("adds"), failed(OLD, "assert 1 == 2"))

    here = passed(OLD).replace('"Cart"', '"shop.Cart"')
    run_of(shelf, 2, passed("adds"), here, is_trusted=False)

    assert [one.state for one in listed(shelf)] == [AliasState.PROPOSED]


def test_a_case_renamed_twice_keeps_all_of_its_history(shelf: Shelf) -> None:
    first = renamed(shelf)
    confirm(shelf, first.id)
    run_of(shelf, 3, passed("adds"), passed("test_total_of_the_empty_cart"))
    second = next(one for one in listed(shelf) if one.state is AliasState.PROPOSED)

    confirm(shelf, second.id)

    assert second.old == first.new
    assert seen_of(shelf, second.new) == 3


def test_declining_parts_them_for_good(shelf: Shelf) -> None:
    found = renamed(shelf)
    confirm(shelf, found.id)

    decline(shelf, found.id)
    run_of(shelf, 3, passed("adds"), passed(OLD))
    run_of(shelf, 4, passed("adds"), passed(NEW))

    (after,) = listed(shelf)
    assert after.state is AliasState.DECLINED
    assert seen_of(shelf, found.new) == 2


def test_what_failed_under_both_names_counts_once_it_was_judged_anew_and_is_parted_again(
    shelf: Shelf,
) -> None:
    found = renamed(shelf)
    run_of(shelf, 3, passed("adds"), failed(NEW, "assert 1 == 2"))
    apart = failures_of(shelf, found)
    confirm(shelf, found.id)
    asked = shelf.rows("SELECT kind, queue FROM task WHERE wanted > done")
    judge_anew(shelf)
    together = failures_of(shelf, found)

    decline(shelf, found.id)
    judge_anew(shelf)

    assert [(row["kind"], row["queue"]) for row in asked] == [("recompute", "history")]
    assert (apart, together) == ((1, 1), (None, 2))
    assert failures_of(shelf, found) == (1, 1)


def failures_of(shelf: Shelf, alias: Alias) -> tuple[int | None, int | None]:
    """How often each of the two failed, as is held of them; None where nothing is."""
    with unit_of_work(shelf.engine) as session:
        old, new = (judgements.standing(session, REPO, one) for one in (alias.old, alias.new))
    return (old.failures if old else None, new.failures if new else None)


def judge_anew(shelf: Shelf) -> None:
    with unit_of_work(shelf.engine) as session:
        while not recompute.step(session, REPOSITORY, now=shelf.now, request_id="r1"):
            pass


def test_every_decision_is_in_the_audit_trail(shelf: Shelf) -> None:
    found = renamed(shelf)

    confirm(shelf, found.id)
    decline(shelf, found.id)

    rows = shelf.rows("SELECT actor, act, case_id, before FROM audit_event ORDER BY event_id")
    assert [(row["actor"], row["act"], row["before"]["state"]) for row in rows] == [
        ("@mona", "alias_confirmed", "proposed"),
        ("@mona", "alias_declined", "confirmed"),
    ]
    assert {row["case_id"] for row in rows} == {found.new}


def test_a_circle_of_names_is_refused(shelf: Shelf) -> None:
    found = renamed(shelf)
    confirm(shelf, found.id)
    with unit_of_work(shelf.engine) as session:
        back = Pair(found.new, found.old, 0.9)
        stored.propose(session, REPO, [back], head_sha="b", now=shelf.now)
    (other,) = [one for one in listed(shelf) if one.old == found.new]

    with pytest.raises(BadInput) as refused:
        confirm(shelf, other.id)

    assert str(refused.value) == (f"Cart::{OLD} became Cart::{NEW} before; decline that one first.")


def test_an_alias_that_is_not_there_is_said_to_be_missing(shelf: Shelf) -> None:
    with pytest.raises(Missing) as missing:
        confirm(shelf, 99)

    assert str(missing.value) == "There is no alias 99; `flakeguard alias list` shows them all."
