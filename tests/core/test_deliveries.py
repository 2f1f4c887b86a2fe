"""Deliveries: whose are served at all."""

import pytest

from app.core.asking import QueueName
from app.core.deliveries import InstallationSeen, RepositorySeen, Taken, only_from
from app.core.requests import IngestRun
from app.core.runs import Repository

INGEST = (QueueName.RUN, IngestRun(1, 2, 1))


def of(account: str) -> Taken:
    repository = Repository(1, f"{account}/shop", "main", installation_id=7)
    facts = (InstallationSeen(7, account), RepositorySeen(repository, is_private=True))
    return Taken(facts, (INGEST,))


@pytest.mark.parametrize("accounts", [(), ("acme",), ("ACME", "other")])
def test_accounts_that_are_named_are_served_and_all_when_none_is(accounts: tuple[str]) -> None:
    assert only_from(of("Acme"), accounts) == of("Acme")


def test_nothing_comes_of_an_account_that_is_not_named() -> None:
    assert only_from(of("mallory"), ("acme",)) == Taken()


def test_one_stranger_among_the_facts_is_enough() -> None:
    mixed = Taken((*of("acme").facts, *of("mallory").facts), (INGEST,))

    assert only_from(mixed, ("acme",)) == Taken()
