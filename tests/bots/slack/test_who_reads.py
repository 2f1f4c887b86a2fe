"""What a typed command shows to whom: a bound channel, a linked person, a stranger."""

import json

import pytest
from sqlalchemy import text

from app.db.session import unit_of_work
from tests.bots.slack.console import Console, said


def test_in_a_bound_channel_everybody_reads_and_all_hear_it(console: Console) -> None:
    console.bind()
    console.flaky("test_total")

    answer = console.type("stranger", "status acme/shop")

    assert answer.only_for is None
    assert answer.text.startswith("acme/shop: 1 flaky, 0 broken, 0 suspect, 0 quarantined")
    assert "tests.test_cart::test_total" in said(answer)


@pytest.mark.parametrize(
    "words", ["status acme/shop", "top shop 3", "test test_total", "runs shop"]
)
def test_elsewhere_a_stranger_is_asked_who_they_are(console: Console, words: str) -> None:
    console.flaky("test_total")

    answer = console.type("stranger", words)

    assert answer.only_for == console.slack.member("stranger").id
    assert "test_total" not in json.dumps(answer.blocks)
    if words != "test test_total":
        assert "https://flakes.example.com/slack/link?token=" in answer.text


def test_a_linked_reader_reads_for_themselves_what_github_lets_them(console: Console) -> None:
    console.add_repository("acme/vault", bob="admin")
    console.flaky("test_total")
    console.link("rita", "rita")

    mine, theirs, nobodys = (
        console.type("rita", f"status {name}") for name in ("shop", "vault", "nothing")
    )

    assert mine.only_for == console.slack.member("rita").id
    assert "1 flaky" in mine.text
    assert theirs.text == "I know no repository “vault” that you may read here."
    assert nobodys.text == theirs.text.replace("vault", "nothing")


@pytest.mark.parametrize("trouble", ["no installation", "lost permission", "limited"])
def test_a_repository_of_others_that_github_says_nothing_of_keeps_its_name_and_stops_nobody(
    console: Console, trouble: str
) -> None:
    shop = console.office.shop
    vault = console.add_repository("acme/shop-vault", bob="admin")
    console.flaky("test_total")
    console.link("rita", "rita")
    if trouble == "no installation":
        query = f"UPDATE repository SET installation_id = NULL WHERE repo_id = {vault}"
        with unit_of_work(console.world.engine) as session:
            session.execute(text(query))
    else:
        status, said_there = {
            "lost permission": (403, "Resource not accessible by integration"),
            "limited": (429, "You have exceeded a secondary rate limit."),
        }[trouble]
        pattern = "/repos/acme/shop-vault/collaborators/*"
        shop.world.faults.add(pattern, status=status, body={"message": said_there}, times=99)

    answer = console.type("rita", "status shop")
    shop.world.faults.clear()

    assert "1 flaky" in answer.text
    assert "vault" not in said(answer)


@pytest.mark.parametrize("words", ["status vault", "subscribe vault"])
def test_a_repository_that_we_are_not_on_is_none_whatever_is_asked(
    console: Console, words: str
) -> None:
    vault = console.add_repository("acme/vault", rita="admin")
    with unit_of_work(console.world.engine) as session:
        query = f"UPDATE repository SET installation_id = NULL WHERE repo_id = {vault}"
        session.execute(text(query))
    console.link("rita", "rita")

    assert console.type("rita", words).text == (
        "I know no repository “vault” that you may read here."
    )


def test_where_nothing_is_bound_a_linked_person_is_answered_of_what_concerns_them(
    console: Console,
) -> None:
    vault = console.add_repository("acme/vault", bob="admin")
    console.world.owned(console.repo, "tests/test_cart.py", "@ann")
    console.world.owned(vault, "tests/test_cart.py", "@ann")  # who may not read it any more
    console.flaky("test_total")
    console.flaky("test_secret", vault)
    console.link("ann", "ann")
    words = ("mine", "topflaky", "status", "test test_total", "digest", "test test_secret")

    mine, top, status, one, digest, none = (console.type("ann", each) for each in words)
    done = console.type("ann", "quarantine test_total")
    stranger = console.type("stranger", "topflaky")

    for answer in (mine, top, status, one, digest, none, done):
        assert answer.only_for == console.slack.member("ann").id
        assert "vault" not in said(answer)
    for answer in (mine, top, status, one):
        assert "test_total" in said(answer)
    assert digest.text == "acme/shop in the last 7 days"
    assert none.text.startswith("No test here is called “test_secret”.")
    assert "Quarantined by @ann" in done.text
    assert stranger.text.startswith("This channel is bound to no repository.")


def test_where_nothing_is_bound_several_repositories_are_named(console: Console) -> None:
    other = console.add_repository("acme/site", ann="write")
    for repo in (console.repo, other):
        console.world.owned(repo, "tests/test_cart.py", "@ann")
    console.link("ann", "ann")

    answer = console.type("ann", "runs")

    assert answer.text == (
        "Which one? You may mean acme/shop, acme/site: name one, or its beginning."
    )
