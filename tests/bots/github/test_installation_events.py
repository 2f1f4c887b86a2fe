"""What GitHub's events about installations, accounts and their repositories come to."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.core.asking import QueueName
from app.core.deliveries import (
    AccountRenamed,
    InstallationSeen,
    RepositoryGone,
    RepositorySeen,
    Taken,
)
from app.core.requests import (
    ReadHistory,
    ReadRepositoryFiles,
)
from app.core.runs import Repository
from tests.bots.github.hooked import (
    INSTALLATION,
    RECEIVED,
    REPOSITORY,
    TOLD_OF_ACME,
    installation,
    of_repository,
    take,
)


def test_a_new_installation_lists_its_repositories() -> None:
    told = take("installation", installation("created"))

    shop = RepositorySeen(Repository(500, "acme/shop", "", 77), is_private=True, is_news=True)
    reading = tuple((QueueName.HISTORY, one(500)) for one in (ReadRepositoryFiles, ReadHistory))
    assert told == Taken(facts=(TOLD_OF_ACME, shop), requests=reading)


def test_a_suspended_installation_says_since_when() -> None:
    body = installation("suspend", installation={"suspended_at": "2026-11-20T11:59:00Z"})

    told = take("installation", body)

    since = datetime(2026, 11, 20, 11, 59, tzinfo=UTC)
    assert told == Taken(facts=(replace(TOLD_OF_ACME, suspended_at=since),))
    assert take("installation", installation("unsuspend")) == Taken(facts=(TOLD_OF_ACME,))
    assert take("installation", installation("new_permissions_accepted")).facts == (TOLD_OF_ACME,)


def test_a_removed_installation_is_gone_since_we_heard_of_it() -> None:
    told = take("installation", installation("deleted"))

    assert told == Taken(facts=(replace(TOLD_OF_ACME, deleted_at=RECEIVED, permissions=None),))


def test_an_enterprise_s_installation_has_an_account_without_login() -> None:
    body = installation("unsuspend", installation={"account": {"id": 1, "slug": "big"}})

    assert take("installation", body) == Taken(facts=(replace(TOLD_OF_ACME, account=""),))


def test_repositories_come_and_go() -> None:
    listed = {"id": 501, "full_name": "acme/other", "private": False}
    body = installation(
        "added", repositories_added=[listed], repositories_removed=[{**listed, "id": 502}]
    )

    told = take("installation_repositories", body)

    other = RepositorySeen(Repository(501, "acme/other", "", 77), is_private=False, is_news=True)
    assert told == Taken(
        facts=(TOLD_OF_ACME, other, RepositoryGone(502)),
        requests=tuple((QueueName.HISTORY, one(501)) for one in (ReadRepositoryFiles, ReadHistory)),
    )


@pytest.mark.parametrize("action", ["renamed", "transferred", "edited", "privatized", "archived"])
def test_a_changed_repository_is_noted_as_it_is_now(action: str) -> None:
    renamed = REPOSITORY | {"full_name": "globex/store", "default_branch": "trunk"}

    told = take("repository", of_repository(action, repository=renamed))

    store = RepositorySeen(Repository(500, "globex/store", "trunk", 77), is_private=True)
    assert told.facts == (InstallationSeen(77, "globex"), store)
    reading = ((QueueName.HISTORY, ReadRepositoryFiles(500)),)
    assert told.requests == (reading if action == "edited" else ())


def test_a_deleted_repository_is_gone() -> None:
    assert take("repository", of_repository("deleted")) == Taken(facts=(RepositoryGone(500),))


def test_an_account_s_new_name_is_noted() -> None:
    body = {
        "action": "renamed",
        "account": {"login": "globex", "id": 10},
        "changes": {"login": {"from": "acme"}},
        "installation": INSTALLATION,
    }

    assert take("installation_target", body) == Taken(facts=(AccountRenamed(77, "globex"),))
    assert take("installation_target", body | {"action": "moved"}) == Taken()
