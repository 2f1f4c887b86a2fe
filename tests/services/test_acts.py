"""Acts on a real database: what each does, writes down, and refuses."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.core.accuracy import Correction
from app.core.errors import BadInput, Conflict, Missing
from app.db import decisions, feedback
from app.db.session import Engine, unit_of_work
from app.services import acts
from app.services.acts import Wish
from tests.services.acting import LATER, MONA, UNTIL, decision, do, rows, steps
from tests.services.shop import POLICY
from tests.web.world import NOW, SHA, World


def test_a_proposal_is_approved_with_owner_reason_end_and_proof(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    do(engine, lambda s: acts.propose(s, repo, flaky, MONA, reason="Flaky again.", now=NOW))
    done = do(engine, lambda s: acts.activate(s, repo, flaky, MONA, now=NOW))

    found = decision(engine, repo, flaky)
    assert done.sentence == f"Quarantined by @mona until {UNTIL}."
    assert found is not None
    assert (found.state, found.reason, found.owner) == ("active", "Held for flaky.", "@mona")
    assert found.owner_is_guess
    assert found.until == NOW + timedelta(days=30)
    assert (found.clean_needed, found.clean_runs) == (266, 0)
    assert steps(engine, repo, flaky) == [
        ("proposed", None, "proposed"),
        ("approved", "proposed", "active"),
    ]
    with unit_of_work(engine) as session:
        last = decisions.events(session, repo, flaky)[-1]
    assert (last.actor, last.why, last.at, last.request_id) == (
        "@mona",
        "Held for flaky.",
        NOW,
        "r7",
    )
    assert (last.evidence["state"], last.evidence["score"]) == ("flaky", 0.96)
    assert [one["kind"] for one in last.evidence["reasons"]] == ["contradicted", "rate"]


def test_a_person_gets_fewer_days_but_not_more_and_names_an_owner(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    few, many = Wish(days=3, owner="@acme/cart"), Wish(days=300)

    do(engine, lambda s: acts.activate(s, repo, flaky, MONA, wish=few, now=NOW))
    first = decision(engine, repo, flaky)
    do(engine, lambda s: acts.renew(s, repo, flaky, MONA, reason="Not yet.", wish=many, now=NOW))
    second = decision(engine, repo, flaky)

    assert first is not None
    assert (first.until, first.owner) == (NOW + timedelta(days=3), "@acme/cart")
    assert not first.owner_is_guess
    assert second is not None
    assert (second.until, second.owner) == (NOW + timedelta(days=30), "@acme/cart")


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_quarantine_goes_on_only_with_a_reason(
    engine: Engine, repo: int, flaky: UUID, reason: str
) -> None:
    do(engine, lambda s: acts.activate(s, repo, flaky, MONA, now=NOW))

    with pytest.raises(BadInput) as refused:
        do(engine, lambda s: acts.renew(s, repo, flaky, MONA, reason=reason, now=NOW))

    assert str(refused.value) == "Say why: a quarantine goes on only with a reason."


def test_a_broken_case_is_never_held(engine: Engine, world: World, repo: int) -> None:
    broken = world.case(repo)
    world.held(repo, broken, "broken")

    with pytest.raises(Conflict) as refused:
        do(engine, lambda s: acts.activate(s, repo, broken, MONA, now=NOW))

    assert str(refused.value) == (
        "This case fails on the default branch again and again: that is no flake to quarantine."
    )
    assert decision(engine, repo, broken) is None


def test_a_case_that_the_policy_exempts_is_never_held_whoever_asks(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    with unit_of_work(engine) as session:
        policy = "exempted_tests: [tests/test_cart.py]\n"
        session.execute(POLICY, {"repo": repo, "text": policy, "now": NOW})

    with pytest.raises(Conflict) as refused:
        do(engine, lambda s: acts.activate(s, repo, flaky, MONA, now=NOW))

    assert str(refused.value) == (
        "The policy exempts this case, so its failures are real and it is never quarantined."
    )
    assert decision(engine, repo, flaky) is None


def test_a_step_that_is_not_there_says_what_the_case_is_meanwhile(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    with pytest.raises(Conflict) as undecided:
        do(engine, lambda s: acts.release(s, repo, flaky, MONA, reason="", now=NOW))
    do(engine, lambda s: acts.activate(s, repo, flaky, MONA, now=NOW))
    with pytest.raises(Conflict) as again:
        do(engine, lambda s: acts.decline(s, repo, flaky, MONA, reason="", now=LATER))
    with pytest.raises(Missing) as nowhere:
        do(engine, lambda s: acts.activate(s, repo, uuid4(), MONA, now=NOW))

    assert str(undecided.value) == "Nothing was decided about this case yet: one cannot release it."
    assert str(again.value) == (
        f"This case has been quarantined since {NOW:%Y-%m-%d}, by @mona: one cannot decline"
        " a proposal now."
    )
    assert str(nowhere.value) == "The repository has no such case."


def test_a_dismissed_case_comes_back_only_on_newer_evidence(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    do(engine, lambda s: acts.dismiss(s, repo, flaky, MONA, now=NOW))
    for again in (acts.propose, acts.reopen):
        with pytest.raises(Conflict) as refused:
            do(engine, lambda s, act=again: act(s, repo, flaky, MONA, reason="No.", now=NOW))  # type: ignore[misc]
        assert str(refused.value) == (
            f"@mona dismissed this case on {NOW:%Y-%m-%d}, and it has not flaked since; "
            "undo the dismissal if it was a mistake."
        )

    rows_of = f"UPDATE case_state SET last_flake_at = '{LATER.isoformat()}'"
    with unit_of_work(engine) as session:
        session.execute(text(rows_of))
    do(engine, lambda s: acts.reopen(s, repo, flaky, MONA, reason="It is.", now=LATER))

    found = decision(engine, repo, flaky)
    assert found is not None
    assert found.state == "proposed"
    assert rows(engine, "SELECT count(*) FROM quarantine") == [(1,)]
    assert [event for event, _, _ in steps(engine, repo, flaky)] == [
        "proposed",
        "not_flaky",
        "proposed_anew",
    ]


def test_two_clicks_at_the_same_moment_make_one_decision(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    def click(_: int) -> str:
        try:
            do(engine, lambda s: acts.propose(s, repo, flaky, MONA, reason="", now=NOW))
        except Conflict:
            return "refused"
        return "done"

    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(click, range(8)))

    assert sorted(ends) == ["done", *["refused"] * 7]
    assert rows(engine, "SELECT count(*) FROM quarantine") == [(1,)]
    assert rows(engine, "SELECT act FROM audit_event") == [("propose",)]


def test_a_decision_that_moved_meanwhile_is_not_overwritten(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    do(engine, lambda s: acts.activate(s, repo, flaky, MONA, now=NOW))
    old = decision(engine, repo, flaky)
    do(engine, lambda s: acts.renew(s, repo, flaky, MONA, reason="More.", now=LATER))
    assert old is not None

    with pytest.raises(Conflict), unit_of_work(engine) as session:
        decisions.move(session, repo, old, old)

    now = decision(engine, repo, flaky)
    assert now is not None
    assert now.reason == "More."


@pytest.mark.parametrize("owner", ["", "cart", "@a b", "@acme/", "<script>"])
def test_an_owner_is_somebody_who_can_be_named(
    engine: Engine, repo: int, flaky: UUID, owner: str
) -> None:
    with pytest.raises(BadInput):
        do(engine, lambda s: acts.own(s, repo, flaky, MONA, owner=owner, now=NOW))
    with pytest.raises(BadInput) as refused:
        do(engine, lambda s: acts.activate(s, repo, flaky, MONA, now=NOW, wish=Wish(owner=owner)))

    assert str(refused.value) == (
        f"“{owner}” is no @login, no @organisation/team and no e-mail address."
    )
    assert decision(engine, repo, flaky) is None


def test_stable_from_a_commit_on_forgives_what_flaked_before_it(
    engine: Engine, world: World, repo: int, flaky: UUID
) -> None:
    run = world.run(repo, started_at=NOW - timedelta(days=1))

    done = do(engine, lambda s: acts.mark_stable(s, repo, flaky, MONA, sha=SHA[:8], now=NOW))

    with unit_of_work(engine) as session:
        forgiven = acts.forgiven(session, repo, [flaky])
        [kept] = feedback.since(session, repo, NOW)
    assert done.sentence == (
        f"Marked as stable since {SHA[:7]} by @mona: older flakes count no more."
    )
    assert forgiven == {flaky: run.started_at - timedelta(microseconds=1)}
    assert (kept.kind, kept.p_flaky) == (Correction.MARKED_STABLE, 0.96)
    with pytest.raises(Missing, match="No run of the commit 0123456 is known"):
        do(engine, lambda s: acts.mark_stable(s, repo, flaky, MONA, sha="0123456", now=NOW))


def test_one_mistake_is_one_correction_however_often_it_is_said(
    engine: Engine, world: World, repo: int, flaky: UUID
) -> None:
    world.run(repo, started_at=NOW - timedelta(days=1))
    other = world.run(repo, started_at=NOW - timedelta(hours=1), head_sha="77" * 20)
    do(engine, lambda s: acts.mark_stable(s, repo, flaky, MONA, sha=SHA, now=NOW))

    with pytest.raises(Conflict, match=f"is marked as stable since {SHA[:7]} already"):
        do(engine, lambda s: acts.mark_stable(s, repo, flaky, MONA, sha=SHA[:9], now=NOW))
    do(engine, lambda s: acts.mark_stable(s, repo, flaky, MONA, sha=other.head_sha, now=NOW))
    do(engine, lambda s: acts.dismiss(s, repo, flaky, MONA, now=NOW))

    with unit_of_work(engine) as session:
        kept = feedback.since(session, repo, NOW)
        session.execute(text("UPDATE case_state SET last_flake_at = :at"), {"at": LATER})
    assert [one.kind for one in kept] == [Correction.MARKED_STABLE]
    do(engine, lambda s: acts.dismiss(s, repo, flaky, MONA, now=LATER))
    with unit_of_work(engine) as session:
        again = feedback.since(session, repo, NOW)
    assert [one.kind for one in again] == [Correction.MARKED_STABLE, Correction.NOT_FLAKY]


def test_a_release_takes_no_evidence_back_and_a_dismissal_does(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    do(engine, lambda s: acts.activate(s, repo, flaky, MONA, now=NOW))
    do(engine, lambda s: acts.release(s, repo, flaky, MONA, reason="Enough.", now=NOW))
    with unit_of_work(engine) as session:
        released = acts.forgiven(session, repo, [flaky])
    do(engine, lambda s: acts.dismiss(s, repo, flaky, MONA, now=NOW))
    with unit_of_work(engine) as session:
        dismissed = acts.forgiven(session, repo, [flaky])

    assert released == {}
    assert dismissed == {flaky: NOW - timedelta(days=2)}


def test_the_same_renewal_twice_is_one(engine: Engine, repo: int, flaky: UUID) -> None:
    do(engine, lambda s: acts.activate(s, repo, flaky, MONA, now=NOW))
    do(engine, lambda s: acts.renew(s, repo, flaky, MONA, reason="More.", now=NOW))

    with pytest.raises(Conflict, match="@mona renewed it for this reason a moment ago"):
        do(engine, lambda s: acts.renew(s, repo, flaky, MONA, reason="More.", now=NOW))
    do(engine, lambda s: acts.renew(s, repo, flaky, MONA, reason="Still more.", now=NOW))
    do(engine, lambda s: acts.renew(s, repo, flaky, MONA, reason="Still more.", now=LATER))

    assert [event for event, _, _ in steps(engine, repo, flaky)].count("renewed") == 3
