"""What the policy exempts by now, said in Slack: what was held, and not what was only proposed."""

from uuid import UUID

import pytest

from app.core.runs import Repository, RunKey
from app.db import policies
from app.db import runs as stored_runs
from app.db.policies import Snapshot, SnapshotKind
from app.db.session import unit_of_work
from app.services import acts
from app.services.acts import Actor
from app.services.quarantine import runs
from tests.bots.slack.console import Console
from tests.bots.slack.test_owner_news import later, texts
from tests.bots.slack.threads import tell

ENDED = "The policy exempts it by now: its quarantine ended, and its failures block again."


def exempt(console: Console) -> None:
    """The policy comes to exempt every case, and a run is evaluated after it."""
    now = console.office.shop.clock()
    row = console.world.run(console.repo)
    file = Snapshot(SnapshotKind.POLICY, "a1", ".flakeguard.yml", "exempted_tests: ['**']\n")
    with unit_of_work(console.world.engine) as session:
        policies.write(session, console.repo, file, now=now)
        run = stored_runs.run(session, RunKey(console.repo, row.run_id, row.attempt))
        assert run is not None
        repository = Repository(console.repo, "acme/shop", "main", None)
        runs.follow(session, repository, [], run, now=now, request_id="r2")
    later(console)


@pytest.fixture
def case_id(console: Console) -> UUID:
    """A flaky case of ann's, with a thread in a channel."""
    console.bind()
    console.link("ann", "ann")
    console.world.owned(console.repo, "tests/test_cart.py", "@ann")
    return console.flaky("test_total")


@pytest.mark.parametrize("is_held", [True, False])
def test_what_was_held_is_said_to_have_ended_and_cannot_be_taken_back(
    console: Console, case_id: UUID, is_held: bool
) -> None:
    now, mona = console.office.shop.clock(), Actor("mona", "page", "r1")
    with unit_of_work(console.world.engine) as session:
        if is_held:
            acts.activate(session, console.repo, case_id, mona, now=now)
        else:
            acts.propose(session, console.repo, case_id, mona, reason="Look.", now=now)
    tell(console, case_id)

    exempt(console)
    tell(console, case_id)

    replies = [one for one in console.slack.messages if one.is_reply]
    said = [one for one in replies if ENDED in one.text.replace("\u200b", "")]
    assert len(said) == is_held
    assert not any("undo" in str(one.blocks) for one in said)
    assert (ENDED in str(texts(console))) == is_held
