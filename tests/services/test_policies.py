"""The policy in force: the newest file without a fault."""

from datetime import datetime, timedelta

import pytest

from app.clock import utc_now
from app.core.policy.names import Mode
from app.core.policy.policy import default_policy
from app.core.policy.reading import PLACE, read_policy
from app.core.policy.tree import Fault
from app.db import policies, repositories
from app.db.policies import NO_FILE, Snapshot, SnapshotKind
from app.db.session import Engine, unit_of_work
from app.services.judging import scoring
from app.services.policy.policies import faults_of, policy_of, remarks
from tests.db.shelf import REPO, Shelf


@pytest.fixture
def shelf(engine: Engine) -> Shelf:
    made = Shelf(engine, utc_now())
    made.open()
    return made


def note(shelf: Shelf, sha: str, text: str, *, now: datetime) -> None:
    """A policy file as the reader of the default branch stores it."""
    with unit_of_work(shelf.engine) as session:
        path = PLACE if text else None
        read = Snapshot(SnapshotKind.POLICY, sha, path, text, read_policy(text).faults)
        policies.write(session, REPO, read, now=now)


def test_a_repository_of_which_nothing_was_read_has_the_default_policy(shelf: Shelf) -> None:
    with unit_of_work(shelf.engine) as session:
        assert policy_of(session, REPO) == default_policy()
        assert faults_of(session, REPO) == ()


def test_a_bad_file_leaves_the_last_good_one_in_force(shelf: Shelf) -> None:
    note(shelf, "a1", "mode: act", now=shelf.now)
    note(shelf, "b2", "mod: act", now=shelf.now + timedelta(hours=1))

    with unit_of_work(shelf.engine) as session:
        assert policy_of(session, REPO).mode is Mode.ACT
        assert [(one.line, one.column) for one in faults_of(session, REPO)] == [(1, 1)]

    note(shelf, NO_FILE, "", now=shelf.now + timedelta(hours=2))

    with unit_of_work(shelf.engine) as session:
        assert policy_of(session, REPO) == default_policy()
        assert faults_of(session, REPO) == ()


def test_a_file_that_comes_back_is_the_newest_again(shelf: Shelf) -> None:
    note(shelf, "a1", "mode: act", now=shelf.now)
    note(shelf, "b2", "mode: observe", now=shelf.now + timedelta(hours=1))
    note(shelf, "a1", "mode: act", now=shelf.now + timedelta(hours=2))

    with unit_of_work(shelf.engine) as session:
        assert policy_of(session, REPO).mode is Mode.ACT


def test_a_scorer_is_outdated_once_the_policy_asks_for_another(shelf: Shelf) -> None:
    with unit_of_work(shelf.engine) as session:
        repository = repositories.repository(session, REPO)
        assert repository is not None
        before = scoring.is_outdated(session, repository)
        scoring.current(session, repository, now=shelf.now)
        begun = scoring.is_outdated(session, repository)

    note(shelf, "a1", "mode: act", now=shelf.now)
    with unit_of_work(shelf.engine) as session:
        same_scorer = scoring.is_outdated(session, repository)
    note(shelf, "b2", "scorer: flake-rate", now=shelf.now + timedelta(hours=1))
    with unit_of_work(shelf.engine) as session:
        other_scorer = scoring.is_outdated(session, repository)

    assert (before, begun, same_scorer, other_scorer) == (False, False, False, True)


KNOWN_LATER = "mode: act\nflaky_threshold: 7\nexempted_tests: ['*slow*']\n"


def test_a_file_that_was_taken_goes_on_to_count_but_for_a_fault_we_know_of_since(
    shelf: Shelf,
) -> None:
    note(shelf, "a0", "mode: observe\n", now=shelf.now)
    taken = Snapshot(SnapshotKind.POLICY, "a1", PLACE, KNOWN_LATER)
    with unit_of_work(shelf.engine) as session:
        policies.write(session, REPO, taken, now=shelf.now + timedelta(hours=1))
    note(shelf, "a1", KNOWN_LATER, now=shelf.now + timedelta(hours=2))  # read again since

    with unit_of_work(shelf.engine) as session:
        repository = repositories.repository(session, REPO)
        assert repository is not None
        found, judging = policy_of(session, REPO), scoring.wanted(session, repository).policy
        said = remarks(session, REPO, None)
    assert found.mode is Mode.ACT
    assert len(found.exempted_tests) == 1
    assert found.flaky_threshold == default_policy().flaky_threshold
    assert judging == found
    assert said == (
        ".flakeguard.yml, line 2, column 18: `flaky_threshold` must be a number from 0 to 1, not "
        "“7”.",
        "An earlier version of FlakeGuard took this .flakeguard.yml: it stays in force, but for the"
        " keys that have a fault, which are at their defaults until that is mended.",
    )


def test_a_file_that_we_take_by_now_counts_once_it_is_read_again(shelf: Shelf) -> None:
    fault = Fault(1, 1, "There is no key “mode”.")
    refused = Snapshot(SnapshotKind.POLICY, "a1", PLACE, "mode: act\n", (fault,))
    with unit_of_work(shelf.engine) as session:
        policies.write(session, REPO, refused, now=shelf.now)
    note(shelf, "a1", "mode: act\n", now=shelf.now + timedelta(hours=1))

    with unit_of_work(shelf.engine) as session:
        assert policy_of(session, REPO).mode is Mode.ACT
        assert faults_of(session, REPO) == ()


def test_a_fault_that_was_none_when_the_file_was_read_is_said(shelf: Shelf) -> None:
    stored = Snapshot(SnapshotKind.POLICY, "a1", PLACE, "mode: loud\n")
    with unit_of_work(shelf.engine) as session:
        policies.write(session, REPO, stored, now=shelf.now)

        assert policy_of(session, REPO) == default_policy()
        assert [one.line for one in faults_of(session, REPO)] == [1]
