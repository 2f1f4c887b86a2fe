"""Acts taken back on a real database: to what was before, or refused where something is newer."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core.errors import Conflict, Missing
from app.db import cares, case_pages, decisions, feedback
from app.db.session import Engine, unit_of_work
from app.services import acts, clusters
from app.services.access.tokens import By
from tests.services.acting import CLUSTER, LATER, MONA, decision, do, rows, steps
from tests.web.world import NOW, World


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


def test_the_step_of_an_undo_keeps_who_when_why_and_the_evidence_then(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    held = do(engine, lambda s: acts.activate(s, repo, flaky, MONA, now=NOW))

    do(engine, lambda s: acts.undo(s, repo, held.event_id, MONA, now=LATER))

    with unit_of_work(engine) as session:
        *_, approved, undone = decisions.events(session, repo, flaky)
    assert (undone.event, undone.actor, undone.at) == ("undone", "@mona", LATER)
    assert undone.why == "@mona took “quarantine” back."
    assert undone.evidence["score"] == 0.96
    assert undone.evidence == approved.evidence


def test_a_correction_counts_again_once_its_undoing_is_undone(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    done = do(engine, lambda s: acts.dismiss(s, repo, flaky, MONA, now=NOW))
    undone = do(engine, lambda s: acts.undo(s, repo, done.event_id, MONA, now=LATER))
    do(engine, lambda s: acts.undo(s, repo, undone.event_id, MONA, now=LATER))

    with unit_of_work(engine) as session:
        counted = feedback.since(session, repo, NOW)
    found = decision(engine, repo, flaky)
    assert found is not None
    assert found.calls_it_not_flaky
    assert [one.kind for one in counted] == ["not_flaky"]


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
    do(engine, lambda s: acts.undo(s, repo, muted.event_id, MONA, now=NOW))

    with unit_of_work(engine) as session:
        care = cares.care_of(session, repo, flaky)
    found = decision(engine, repo, flaky)
    assert (care.owner, care.muted_until) == ("@acme/cart", None)
    assert found is not None
    assert (found.owner, found.owner_is_guess) == ("@acme/cart", False)
    assert owned.sentence == "@mona made @acme/cart its owner."
    assert muted.sentence == f"Muted by @mona until {NOW + timedelta(days=7):%Y-%m-%d %H:%M} UTC."


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


def test_each_step_is_found_under_the_number_by_which_it_is_undone(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    done = [
        do(engine, lambda s: acts.activate(s, repo, flaky, MONA, now=NOW)),
        do(engine, lambda s: acts.dismiss(s, repo, flaky, MONA, now=LATER)),
    ]

    with unit_of_work(engine) as session:
        numbers = case_pages.numbers(session, repo, flaky)
        found = decisions.events(session, repo, flaky)

    [*first, last] = [numbers[one.at, one.request_id] for one in found]
    assert (set(first), last) == ({done[0].event_id}, done[1].event_id)
