"""Acts about one thing are undone in turn, the newest first; those about another are in no way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core.errors import Conflict
from app.db import cares
from app.db.session import Engine, unit_of_work
from app.services import acts, clusters
from app.services.access.tokens import By
from app.services.acts import Done
from tests.services.acting import CLUSTER, LATER, MONA, Act, decision, do, rows
from tests.web.world import NOW


def taken_back(engine: Engine, repo: int, done: Done) -> Done:
    return do(engine, lambda s: acts.undo(s, repo, done.event_id, MONA, now=LATER))


def refusal(engine: Engine, repo: int, done: Done) -> str:
    with pytest.raises(Conflict) as refused:
        taken_back(engine, repo, done)
    return str(refused.value)


NEWER = "Something newer was decided after “{}”, so it cannot be undone; decide anew."
ALREADY = "“{}” was taken back already, so it cannot be undone again."


def test_acts_are_undone_one_after_the_other_the_newest_first(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    proposed = do(engine, lambda s: acts.propose(s, repo, flaky, MONA, reason="One.", now=NOW))
    held = do(engine, lambda s: acts.activate(s, repo, flaky, MONA, now=NOW))
    renewed = do(engine, lambda s: acts.renew(s, repo, flaky, MONA, reason="Two.", now=LATER))
    released = do(engine, lambda s: acts.release(s, repo, flaky, MONA, reason="", now=LATER))

    found = []
    for done in (released, renewed, held):
        taken_back(engine, repo, done)
        now = decision(engine, repo, flaky)
        assert now is not None
        found.append((now.state, now.reason))
    taken_back(engine, repo, proposed)

    assert found == [("active", "Two."), ("active", "Held for flaky."), ("proposed", "One.")]
    assert decision(engine, repo, flaky) is None


def test_what_is_older_waits_for_what_is_newer_and_what_is_undone_stays_so(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    held = do(engine, lambda s: acts.activate(s, repo, flaky, MONA, now=NOW))
    renewed = do(engine, lambda s: acts.renew(s, repo, flaky, MONA, reason="Two.", now=LATER))
    taken_back(engine, repo, renewed)
    anew = do(engine, lambda s: acts.renew(s, repo, flaky, MONA, reason="Three.", now=LATER))

    refused = [refusal(engine, repo, held), refusal(engine, repo, renewed)]
    taken_back(engine, repo, anew)
    twice = [refusal(engine, repo, anew), refusal(engine, repo, renewed)]
    taken_back(engine, repo, held)

    assert refused == [NEWER.format("quarantine"), ALREADY.format("renew")]
    assert twice == [ALREADY.format("renew")] * 2
    assert refusal(engine, repo, held) == ALREADY.format("quarantine")
    assert decision(engine, repo, flaky) is None


def test_what_was_done_again_is_undone_before_what_is_older(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    held = do(engine, lambda s: acts.activate(s, repo, flaky, MONA, now=NOW))
    released = do(engine, lambda s: acts.release(s, repo, flaky, MONA, reason="", now=NOW))
    undone = taken_back(engine, repo, released)
    again = taken_back(engine, repo, undone)
    blocked = refusal(engine, repo, held)
    done_again = decision(engine, repo, flaky)
    taken_back(engine, repo, again)
    taken_back(engine, repo, held)

    assert done_again is not None
    assert (done_again.state, blocked) == ("dismissed", NEWER.format("quarantine"))
    assert decision(engine, repo, flaky) is None


def test_acts_about_other_things_of_a_case_are_in_nobodys_way(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    until = NOW + timedelta(days=7)
    owned = do(engine, lambda s: acts.own(s, repo, flaky, MONA, owner="@acme/cart", now=NOW))
    held = do(engine, lambda s: acts.activate(s, repo, flaky, MONA, now=NOW))
    muted = do(engine, lambda s: acts.mute(s, repo, flaky, MONA, until=until, now=NOW))
    unmuted = do(engine, lambda s: acts.unmute(s, repo, flaky, MONA, now=NOW))

    taken_back(engine, repo, owned)
    taken_back(engine, repo, held)
    blocked = refusal(engine, repo, muted)
    taken_back(engine, repo, unmuted)
    with unit_of_work(engine) as session:
        care = cares.care_of(session, repo, flaky)
    taken_back(engine, repo, muted)
    with unit_of_work(engine) as session:
        at_last = cares.care_of(session, repo, flaky)

    assert blocked == NEWER.format("mute")
    assert (care.owner, care.muted_until, at_last.muted_until) == (None, until, None)
    assert decision(engine, repo, flaky) is None


def test_who_a_case_was_given_to_since_keeps_it_when_an_act_is_undone(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    do(engine, lambda s: acts.activate(s, repo, flaky, MONA, now=NOW))
    renewed = do(engine, lambda s: acts.renew(s, repo, flaky, MONA, reason="Two.", now=LATER))
    do(engine, lambda s: acts.own(s, repo, flaky, MONA, owner="@acme/cart", now=LATER))
    taken_back(engine, repo, renewed)

    found = decision(engine, repo, flaky)
    assert found is not None
    assert (found.reason, found.owner) == ("Held for flaky.", "@acme/cart")


@pytest.mark.parametrize("name", ["mute", "quarantine"])
def test_two_clicks_at_once_make_one_undo(
    engine: Engine, repo: int, flaky: UUID, name: str
) -> None:
    until = NOW + timedelta(days=7)
    by_name: dict[str, Act] = {
        "mute": lambda s: acts.mute(s, repo, flaky, MONA, until=until, now=NOW),
        "quarantine": lambda s: acts.activate(s, repo, flaky, MONA, now=NOW),
    }
    done = do(engine, by_name[name])

    def click(_: int) -> str:
        try:
            return taken_back(engine, repo, done).sentence
        except Conflict as refused:
            return str(refused)

    with ThreadPoolExecutor(2) as clicks:
        said = set(clicks.map(click, range(2)))

    assert said == {f"@mona took “{name}” back.", ALREADY.format(name)}
    assert rows(engine, "SELECT count(*) FROM audit_event WHERE act = 'undo'") == [(1,)]


def test_a_clusters_older_name_waits_for_the_newer_one(engine: Engine, repo: int) -> None:
    with unit_of_work(engine) as session:
        session.execute(CLUSTER, {"repo": repo, "now": NOW})
        [cluster] = session.execute(text("SELECT cluster_id FROM cluster")).scalars()
    for name in ("Mail", "Post", "Mail"):
        with unit_of_work(engine) as session:
            clusters.name(session, "acme/shop", cluster, name, By("mona", "cli"), now=NOW)
    first, second, third = (
        Done(None, lambda: "", number)
        for (number,) in rows(engine, "SELECT event_id FROM audit_event ORDER BY event_id")
        if isinstance(number, int)
    )

    blocked = refusal(engine, repo, first)
    for done in (third, second):
        taken_back(engine, repo, done)
    left = rows(engine, "SELECT name FROM cluster")
    taken_back(engine, repo, first)

    assert (blocked, left) == (NEWER.format("cluster_named"), [("Mail",)])
    assert rows(engine, "SELECT name FROM cluster") == [(None,)]
