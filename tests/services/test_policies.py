"""The policy in force: the newest file without a fault."""

from datetime import datetime, timedelta

import pytest

from app.clock import utc_now
from app.core.policy.names import Mode
from app.core.policy.policy import default_policy
from app.core.policy.reading import PLACE, read_policy
from app.db import policies, repositories
from app.db.policies import NO_FILE, Snapshot, SnapshotKind
from app.db.session import Engine, unit_of_work
from app.services.judging import scoring
from app.services.policy.policies import faults_of, policy_of
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


def test_a_fault_that_was_none_when_the_file_was_read_is_said(shelf: Shelf) -> None:
    stored = Snapshot(SnapshotKind.POLICY, "a1", PLACE, "mode: loud\n")
    with unit_of_work(shelf.engine) as session:
        policies.write(session, REPO, stored, now=shelf.now)

        assert policy_of(session, REPO) == default_policy()
        assert [one.line for one in faults_of(session, REPO)] == [1]
