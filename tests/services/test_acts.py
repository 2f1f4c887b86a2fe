"""Acts on a real database: what each does, writes down, refuses, and how it is undone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.core.accuracy import Correction
from app.core.errors import BadInput, Conflict, Missing
from app.core.quarantine import Quarantine
from app.db import cares, decisions, feedback
from app.db.session import Engine, Session, unit_of_work
from app.services import acts, clusters
from app.services.access.tokens import By
from app.services.acts import Actor, Done, Wish
from tests.web.world import NOW, SHA, World

MONA = Actor("mona", "cli", "r7")
LATER = NOW + timedelta(days=1)
UNTIL = f"{NOW + timedelta(days=30):%Y-%m-%d}"

Act = Callable[[Session], Done]


@pytest.fixture
def world(engine: Engine) -> World:
    return World(engine)


@pytest.fixture
def repo(world: World) -> int:
    return world.repository()


@pytest.fixture
def flaky(world: World, repo: int) -> UUID:
    case_id = world.case(repo)
    world.held(repo, case_id)
    return case_id


def do(engine: Engine, act: Act) -> Done:
    with unit_of_work(engine) as session:
        return act(session)


def decision(engine: Engine, repo: int, case_id: UUID) -> Quarantine | None:
    with unit_of_work(engine) as session:
        return decisions.newest(session, repo, [case_id]).get(case_id)


def steps(engine: Engine, repo: int, case_id: UUID) -> list[tuple[str, str | None, str | None]]:
    with unit_of_work(engine) as session:
        return [(one.event, one.was, one.now) for one in decisions.events(session, repo, case_id)]


def rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with unit_of_work(engine) as session:
        return [tuple(row) for row in session.execute(text(query))]


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
        f"This case is quarantined since {NOW:%Y-%m-%d}, by @mona: one cannot decline a proposal"
        " now."
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


def test_every_act_is_undone_to_what_was_before(engine: Engine, repo: int, flaky: UUID) -> None:
    nothing = decision(engine, repo, flaky)
    done = [
        do(engine, lambda s: acts.activate(s, repo, flaky, MONA, reason="One.", now=NOW)),
    ]
    active = decision(engine, repo, flaky)
    done.append(do(engine, lambda s: acts.dismiss(s, repo, flaky, MONA, now=LATER)))

    undone = do(engine, lambda s: acts.undo(s, repo, done[1].event_id, MONA, now=LATER))
    back = decision(engine, repo, flaky)

    assert undone.sentence == "@mona took “dismiss” back."
    assert active is not None
    assert back is not None
    assert (back.state, back.reason, back.until) == ("active", "One.", active.until)
    with unit_of_work(engine) as session:
        assert feedback.since(session, repo, NOW) == []  # the correction counts no more
    assert nothing is None
    assert steps(engine, repo, flaky)[-1] == ("undone", "dismissed", "active")


def test_undoing_the_beginning_leaves_a_case_that_nobody_decided_about(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    done = do(engine, lambda s: acts.activate(s, repo, flaky, MONA, now=NOW))

    undone = do(engine, lambda s: acts.undo(s, repo, done.event_id, MONA, now=NOW))
    none = decision(engine, repo, flaky)
    do(engine, lambda s: acts.undo(s, repo, undone.event_id, MONA, now=NOW))
    again = decision(engine, repo, flaky)

    assert none is None
    assert again is not None
    assert again.state == "active"


def test_undoing_brings_no_broken_case_back_into_quarantine(
    engine: Engine, world: World, repo: int, flaky: UUID
) -> None:
    do(engine, lambda s: acts.activate(s, repo, flaky, MONA, now=NOW))
    released = do(engine, lambda s: acts.release(s, repo, flaky, MONA, reason="", now=NOW))
    with unit_of_work(engine) as session:
        session.execute(text("UPDATE case_state SET state = 'broken'"))

    with pytest.raises(Conflict) as refused:
        do(engine, lambda s: acts.undo(s, repo, released.event_id, MONA, now=LATER))

    assert str(refused.value) == (
        "This case fails on the default branch again and again: that is no flake to quarantine."
    )
    found = decision(engine, repo, flaky)
    assert found is not None
    assert found.state == "dismissed"


def test_what_something_newer_followed_is_not_undone_but_said(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    first = do(engine, lambda s: acts.activate(s, repo, flaky, MONA, now=NOW))
    do(engine, lambda s: acts.renew(s, repo, flaky, MONA, reason="More.", now=LATER))

    with pytest.raises(Conflict) as refused:
        do(engine, lambda s: acts.undo(s, repo, first.event_id, MONA, now=LATER))
    with pytest.raises(Missing):
        do(engine, lambda s: acts.undo(s, repo, 99_999, MONA, now=LATER))

    assert str(refused.value) == (
        "Something newer was decided after “quarantine”, so it cannot be undone; decide anew."
    )


def test_owner_and_silence_are_said_undone_and_kept_by_a_quarantine(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    owned = do(engine, lambda s: acts.own(s, repo, flaky, MONA, owner="@acme/cart", now=NOW))
    muted = do(
        engine,
        lambda s: acts.mute(s, repo, flaky, MONA, until=NOW + timedelta(days=7), now=NOW),
    )
    do(engine, lambda s: acts.activate(s, repo, flaky, MONA, now=NOW))
    with pytest.raises(Conflict):  # the mute is newer
        do(engine, lambda s: acts.undo(s, repo, owned.event_id, MONA, now=NOW))
    do(engine, lambda s: acts.undo(s, repo, muted.event_id, MONA, now=NOW))

    with unit_of_work(engine) as session:
        care = cares.care_of(session, repo, flaky)
    found = decision(engine, repo, flaky)
    assert (care.owner, care.muted_until) == ("@acme/cart", None)
    assert found is not None
    assert (found.owner, found.owner_is_guess) == ("@acme/cart", False)
    assert owned.sentence == "@mona made @acme/cart its owner."
    assert muted.sentence == f"Muted by @mona until {NOW + timedelta(days=7):%Y-%m-%d %H:%M} UTC."


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


def test_a_clusters_name_is_taken_back_too(engine: Engine, repo: int) -> None:
    with unit_of_work(engine) as session:
        session.execute(CLUSTER, {"repo": repo, "now": NOW})
        [cluster] = session.execute(text("SELECT cluster_id FROM cluster")).scalars()
        clusters.name(session, "acme/shop", cluster, "Mail", By("mona", "cli"), now=NOW)
    [(event,)] = rows(engine, "SELECT event_id FROM audit_event")
    assert isinstance(event, int)

    done = do(engine, lambda s: acts.undo(s, repo, event, MONA, now=NOW))

    assert (done.case_id, done.sentence) == (None, "@mona took “cluster_named” back.")
    assert rows(engine, "SELECT name FROM cluster") == [(None,)]
    with pytest.raises(Conflict):
        do(engine, lambda s: acts.undo(s, repo, event, MONA, now=NOW))


CLUSTER = text("""
INSERT INTO cluster (repo_id, said, words, frames, failures, first_seen_at, last_seen_at,
                     created_at)
VALUES (:repo, 'x', 'x', '{}', 1, :now, :now, :now)
""")
